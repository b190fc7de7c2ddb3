// Questions to DNS servers: c-ares on the ring.
//
//   ask() ─► c-ares sends ─► poll of its sockets ─► c-ares reads, asks again, or the next server,
//                  ▲                 or over TCP ─► replied()
//                  └──── timer ◄─────────┘
//
// Where the system's servers are asked, the file that names them is looked at once a second at
// most, and only when something is to be asked. When it has changed, c-ares begins anew with what
// it says, and what was on its way is asked again. Beyond that c-ares reads no file and never
// blocks after open(). One timer serves its time-outs and the sockets that became ready: it fires
// after the clock was read, so that what replies start counts from now.
#pragma once

#include "net/dns_answer.hpp"
#include "net/dns_config.hpp"
#include "net/watched_file.hpp"
#include "reactor/reactor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

struct ares_channeldata;

namespace pivot::net {

struct DnsError {
    // What the error is true of, and so for how long it may be believed.
    enum class Of : std::uint8_t { name, servers, machine, closing };

    Of of;
    std::string message;  // "no such name (NXDOMAIN)"
};

class DnsChannel;

// One question on its way. c-ares keeps its address.
class DnsQuestion {
public:
    explicit DnsQuestion(DnsType type) : type_(type) {}
    DnsQuestion(const DnsQuestion&) = delete;
    DnsQuestion& operator=(const DnsQuestion&) = delete;

protected:
    ~DnsQuestion();  // was replied to

private:
    friend class DnsChannel;

    // Called once for each time it was asked, perhaps before that returns. May ask again, unless
    // the error is of closing.
    virtual void replied(const tl::expected<DnsAnswer, DnsError>& reply) = 0;

    const DnsType type_;
    DnsChannel* channel_ = nullptr;  // while a reply is due, and then also what was asked:
    std::string name_;
    bool is_searched_ = false;
};

class DnsChannel final : private reactor::Timer {
public:
    // The error is a sentence.
    static tl::expected<std::unique_ptr<DnsChannel>, std::string> open(reactor::Reactor& reactor,
                                                                       const DnsConfig& config);
    ~DnsChannel();  // closed, and the reactor turned until idle

    // `name` is complete; no domain is added.
    void ask(const std::string& name, DnsQuestion& question);

    // `name` is tried in the system's search domains, too.
    void search(const std::string& name, DnsQuestion& question);

    // Replies to every question, and asks the kernel to end the polls.
    void close();

    // Retries of a question not counted.
    std::uint64_t questions() const { return questions_; }

private:
    class Watch;

    DnsChannel(reactor::Reactor& reactor, const DnsConfig& config);

    tl::expected<void, std::string> begin();
    tl::expected<void, std::string> initialize(int flags);
    void begin_anew();
    void ask(const std::string& name, bool is_searched, DnsQuestion& question);
    void send(DnsQuestion& question);
    void wake();
    void fired() override;
    void renew_sockets();
    reactor::Nanoseconds next_tick() const;
    void watch(int socket, unsigned events);
    void take_reply(DnsQuestion& question, int status, std::span<const std::uint8_t> message);
    DnsError explain(int status) const;

    reactor::Reactor& reactor_;
    const DnsConfig config_;
    const unsigned tick_ms_;
    std::optional<WatchedFile> resolv_conf_;  // where the system's servers are asked
    bool is_outdated_ = false;                // that file has changed
    ares_channeldata* ares_ = nullptr;        // null: closed
    int socket_error_ = 0;                    // of the last socket that c-ares opened; 0: none
    reactor::Nanoseconds tick_at_ = 0;
    std::vector<SocketAddress> servers_;
    std::vector<std::unique_ptr<Watch>> watches_;
    bool is_beginning_anew_ = false;
    std::vector<DnsQuestion*> asked_again_;
    std::uint64_t questions_ = 0;
    std::uint64_t renewal_at_ = 0;  // so many questions: other sockets
    std::uint64_t replies_ = 0;
};

}  // namespace pivot::net
