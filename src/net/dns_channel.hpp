// Questions to DNS servers: c-ares on the ring.
//
//   ask() ─► c-ares sends ─► its sockets are polled ─► c-ares reads ─► replied()
//                ▲                                         │
//                └── again, to the next server, over TCP ◄─┴─ timer
//
// If the system's servers are asked, the file that names them is checked at most once a second, and
// only when there is something to ask. When it has changed, c-ares is initialized again from it,
// and open questions are asked again. Apart from that c-ares reads no file and never blocks after
// open(). One timer serves its timeouts and the sockets that became ready: it fires after the
// clock was read, so that whatever replies start counts from now.
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
    // What the error is about, which decides how long it is believed.
    enum class Of : std::uint8_t { name, servers, machine, closing };

    Of of;
    std::string message;  // "no such name (NXDOMAIN)"
};

class DnsChannel;

// A question in flight. c-ares keeps its address.
class DnsQuestion {
public:
    explicit DnsQuestion(DnsType type) : type_(type) {}
    DnsQuestion(const DnsQuestion&) = delete;
    DnsQuestion& operator=(const DnsQuestion&) = delete;

protected:
    ~DnsQuestion();  // has been replied to

private:
    friend class DnsChannel;

    // Called once for each time it was asked, perhaps before ask() returns. May ask again, unless
    // the error is `closing`.
    virtual void replied(const tl::expected<DnsAnswer, DnsError>& reply) = 0;

    const DnsType type_;
    DnsChannel* channel_ = nullptr;  // while a reply is due; then the next two say what was asked
    std::string name_;
    bool is_searched_ = false;
};

class DnsChannel final : private reactor::Timer {
public:
    // The error is a sentence.
    static tl::expected<std::unique_ptr<DnsChannel>, std::string> open(reactor::Reactor& reactor,
                                                                       const DnsConfig& config);
    ~DnsChannel();  // closed, and the reactor has turned until is_idle()

    // Asks for `name` as it is; no domain is added.
    void ask(const std::string& name, DnsQuestion& question);

    // Asks for `name` in the system's search domains, too.
    void search(const std::string& name, DnsQuestion& question);

    // From now on these are asked, also what has no answer yet. Checked, as in DnsConfig.
    void set_servers(std::vector<std::string> servers);

    // Replies to every question, and asks the kernel to end the polls.
    void close();

    // After close(): whether the kernel has ended the polls.
    bool is_idle() const { return watches_.empty() && !is_set(); }

    // Retries of a question are not counted.
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
    DnsConfig config_;
    const unsigned tick_ms_;
    std::optional<WatchedFile> resolv_conf_;  // if the system's servers are asked
    bool is_outdated_ = false;                // other servers are to be asked
    ares_channeldata* ares_ = nullptr;        // null when closed
    int socket_error_ = 0;                    // errno of the last socket that c-ares opened, or 0
    reactor::Nanoseconds tick_at_ = 0;
    std::vector<SocketAddress> servers_;
    std::vector<std::unique_ptr<Watch>> watches_;
    bool is_beginning_anew_ = false;
    std::vector<DnsQuestion*> asked_again_;
    std::uint64_t questions_ = 0;
    std::uint64_t renewal_at_ = 0;  // the number of questions after which sockets are renewed
    std::uint64_t replies_ = 0;
};

}  // namespace pivot::net
