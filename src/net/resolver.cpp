#include "net/resolver.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "net/dns_channel.hpp"
#include "net/host.hpp"
#include "reactor/wait.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace pivot::net {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Reactor;
using reactor::Task;

constexpr Nanoseconds other_family_wait_ns = second_ns / 20;  // RFC 8305, section 3
constexpr std::uint32_t ttl_s_max = 3'600;

// A chain of aliases that needs more questions than this is a mistake or a circle.
constexpr unsigned alias_questions_max = 8;

Nanoseconds lifetime_ns(DnsError::Of failure)
{
    switch (failure) {
        case DnsError::Of::name: return 5 * second_ns;
        case DnsError::Of::servers: return second_ns;
        case DnsError::Of::machine:
        case DnsError::Of::closing: return 0;
    }
    return 0;
}

Reason reason_of(DnsError::Of failure)
{
    switch (failure) {
        case DnsError::Of::name:
        case DnsError::Of::servers: return Reason::dns;
        case DnsError::Of::machine: return Reason::overload;
        case DnsError::Of::closing: return Reason::cancelled;
    }
    return Reason::dns;
}

tl::expected<std::string, std::string> read_hosts_file(const std::string& path)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                               std::fclose);
    std::string text;
    if (file == nullptr && errno == ENOENT) return text;
    if (file != nullptr) {
        std::array<char, 4096> piece;
        while (const auto size = std::fread(piece.data(), 1, piece.size(), file.get())) {
            text.append(piece.data(), size);
        }
        if (std::ferror(file.get()) == 0) return text;
    }
    return tl::unexpected(
        fmt::format("the hosts file {} cannot be read: {}", path, std::strerror(errno)));
}

const Addresses& loopback()
{
    static const Addresses both{*IpAddress::parse("::1"), *IpAddress::parse("127.0.0.1")};
    return both;
}

// A name with a dot is complete; one without a dot may be below a search domain.
bool is_qualified(std::string_view name)
{
    return name.find('.') != name.npos;
}

tl::unexpected<Failure> failure_of(std::string_view name, Reason reason, std::string_view message)
{
    return fail(reason, Phase::dns, fmt::format("resolve {}: {}", name, message));
}

}  // namespace

// One name, asked for in both families.
//
//   start ─┬─► one has addresses ─► 50 ms ─┬─► answered ─► both are in ─► done
//          └─► both are in ────────────────┘
//
// It is done when both are in and every caller has left. While one family is late, new callers get
// the answer at once, even if its TTL has passed: it is at most seconds old.
class Resolver::Lookup final : private reactor::Timer {
public:
    Lookup(Resolver& resolver, std::string its_name)
        : name(std::move(its_name)),
          resolver_(resolver),
          v6_(*this, DnsType::aaaa),
          v4_(*this, DnsType::a)
    {
    }

    const std::string name;

    bool is_answered() const { return answer_.has_value(); }
    bool is_done() const { return v6_.is_over() && v4_.is_over() && callers_ == 0; }

    // A caller enters, waits if there is no answer yet, and leaves. The first one starts the
    // lookup.
    void enter();
    reactor::Event::Wait wait(Deadline& deadline) { return answered_.wait(deadline); }
    const Result<Addresses>& answer() const { return *answer_; }
    void leave();  // may destroy the lookup

private:
    // The addresses of one family, or why there are none.
    class Family final : public DnsQuestion {
    public:
        Family(Lookup& lookup, DnsType type) : DnsQuestion(type), lookup_(lookup) {}

        void start();

        bool is_over() const { return is_over_; }
        const Addresses& addresses() const { return addresses_; }
        const DnsError& error() const { return error_; }
        Nanoseconds expires_at() const { return expires_at_; }

    private:
        void replied(const tl::expected<DnsAnswer, DnsError>& reply) override;
        bool is_alias_to_follow(const DnsAnswer& answer);
        void fail_with(DnsError error);

        Lookup& lookup_;
        unsigned alias_questions_ = 0;
        std::uint32_t ttl_s_ = ttl_s_max;

        bool is_over_ = false;
        Addresses addresses_;
        DnsError error_{};
        Nanoseconds expires_at_ = 0;
    };

    void family_is_over();  // may destroy the lookup
    void fired() override { answer_callers(); }
    void answer_callers();
    bool has_addresses() const { return !v6_.addresses().empty() || !v4_.addresses().empty(); }
    const Family& failed() const;
    Result<Addresses> combined() const;
    Nanoseconds expires_at() const;

    Resolver& resolver_;
    Family v6_;
    Family v4_;
    reactor::Event answered_;
    std::optional<Result<Addresses>> answer_;
    unsigned callers_ = 0;
    bool is_started_ = false;
};

void Resolver::Lookup::enter()
{
    ++callers_;
    if (std::exchange(is_started_, true)) return;
    v6_.start();
    v4_.start();
}

tl::expected<std::unique_ptr<Resolver>, std::string> Resolver::open(Reactor& reactor,
                                                                    const DnsConfig& config)
{
    WatchedFile hosts_file(config.hosts_file);
    auto hosts = read_hosts_file(config.hosts_file);
    if (!hosts) return pass_on(hosts);
    auto channel = DnsChannel::open(reactor, config);
    if (!channel) return pass_on(channel);
    return std::unique_ptr<Resolver>(
        new Resolver(reactor, config, std::move(hosts_file), Hosts(*hosts), std::move(*channel)));
}

Resolver::Resolver(Reactor& reactor, const DnsConfig& config, WatchedFile hosts_file, Hosts hosts,
                   std::unique_ptr<DnsChannel> channel)
    : reactor_(reactor),
      lookups_max_(config.lookups_max),
      hosts_file_(std::move(hosts_file)),
      hosts_(std::move(hosts)),
      cache_(config.cache_names_max),
      channel_(std::move(channel))
{
}

Resolver::~Resolver()
{
    close();
    assert(lookups_.empty());
}

Task<Result<Addresses>> Resolver::resolve(std::string_view host, Deadline& deadline)
{
    read_hosts_again();
    if (auto known = recall(host)) co_return std::move(*known);

    auto name = canonical_host(host);
    if (!name) co_return fail(Reason::dns, Phase::dns, name.error());
    if (const auto address = IpAddress::parse(*name)) co_return Addresses{*address};
    if (host.ends_with('.') && !is_qualified(*name)) *name += '.';
    if (*name != host) {
        if (auto known = recall(*name)) co_return std::move(*known);
    }
    if (is_closed_) co_return failure_of(*name, Reason::cancelled, "cancelled");
    Lookup* found = lookups_.find(*name);
    if (found == nullptr && lookups_.size() >= lookups_max_) {
        co_return failure_of(*name, Reason::overload, "too many lookups are under way");
    }
    if (found == nullptr) {
        found = &lookups_.add(std::make_unique<Lookup>(*this, std::move(*name)));
    }

    Lookup& lookup = *found;
    lookup.enter();
    bool is_answered = lookup.is_answered();
    if (!is_answered) is_answered = co_await lookup.wait(deadline);
    Result<Addresses> result =
        is_answered ? lookup.answer() : tl::unexpected(deadline.failure(Phase::dns));
    lookup.leave();
    co_return result;
}

void Resolver::set_servers(std::vector<std::string> servers)
{
    channel_->set_servers(std::move(servers));
}

void Resolver::close()
{
    is_closed_ = true;
    channel_->close();
}

bool Resolver::is_idle() const
{
    return channel_->is_idle();
}

std::uint64_t Resolver::questions() const
{
    return channel_->questions();
}

// Reads the hosts file again if it has changed. A file that has become unreadable changes nothing.
void Resolver::read_hosts_again()
{
    if (!hosts_file_.has_changed(reactor_.now())) return;
    if (const auto hosts = read_hosts_file(hosts_file_.path())) hosts_ = Hosts(*hosts);
}

std::optional<Result<Addresses>> Resolver::recall(std::string_view name)
{
    const std::string_view relative = name.substr(0, name.size() - (name.ends_with('.') ? 1 : 0));
    if (const auto* addresses = hosts_.find(relative)) return *addresses;
    if (is_localhost(relative)) return loopback();
    const auto* known = cache_.find(name, reactor_.now());
    if (known == nullptr) return std::nullopt;
    ++cache_hits_;
    return *known;
}

void Resolver::forget_if_done(const Lookup& lookup)
{
    if (lookup.is_done()) lookups_.remove(lookup.name);
}

void Resolver::Lookup::Family::start()
{
    const std::string& name = lookup_.name;
    DnsChannel& channel = *lookup_.resolver_.channel_;
    if (!is_qualified(name)) {
        channel.search(name, *this);
    } else {
        channel.ask(name, *this);
    }
}

void Resolver::Lookup::Family::replied(const tl::expected<DnsAnswer, DnsError>& reply)
{
    if (reply && is_alias_to_follow(*reply)) {
        lookup_.resolver_.channel_->ask(reply->alias, *this);
        return;
    }
    assert(!is_over_);
    is_over_ = true;
    if (!reply) {
        fail_with(reply.error());
    } else if (reply->is_loop) {
        fail_with({DnsError::Of::name,
                   fmt::format("its alias {} leads back to itself", printable(reply->alias))});
    } else if (!reply->alias.empty()) {
        fail_with(
            {DnsError::Of::name,
             fmt::format("no address after {} more questions for its aliases, the last one {}",
                         alias_questions_max, printable(reply->alias))});
    } else if (reply->addresses.empty()) {
        fail_with({DnsError::Of::name, "no address"});
    } else {
        addresses_ = reply->addresses;
        expires_at_ = lookup_.resolver_.reactor_.now() + ttl_s_ * second_ns;
    }
    lookup_.family_is_over();
}

// Counts the questions, so that a circle over several answers ends, too.
bool Resolver::Lookup::Family::is_alias_to_follow(const DnsAnswer& answer)
{
    ttl_s_ = std::min(ttl_s_, answer.ttl_s);
    return !answer.alias.empty() && !answer.is_loop && alias_questions_++ < alias_questions_max;
}

void Resolver::Lookup::Family::fail_with(DnsError error)
{
    error_ = std::move(error);
    expires_at_ = lookup_.resolver_.reactor_.now() + lifetime_ns(error_.of);
}

void Resolver::Lookup::family_is_over()
{
    auto& timers = resolver_.reactor_.timers();
    if (v6_.is_over() && v4_.is_over()) {
        timers.stop(*this);
        answer_callers();
        resolver_.forget_if_done(*this);
    } else if (has_addresses()) {
        timers.set(*this, resolver_.reactor_.now() + other_family_wait_ns);
    }
}

void Resolver::Lookup::answer_callers()
{
    answer_ = combined();
    resolver_.cache_.store(name, *answer_, expires_at(), resolver_.reactor_.now());
    answered_.happen();
}

void Resolver::Lookup::leave()
{
    assert(callers_ > 0);
    --callers_;
    resolver_.forget_if_done(*this);
}

// The family whose failure counts if neither has addresses. A failure of the servers counts for
// more than "no address" of the other family, because the name may have addresses.
const Resolver::Lookup::Family& Resolver::Lookup::failed() const
{
    return v6_.error().of == DnsError::Of::name ? v4_ : v6_;
}

Result<Addresses> Resolver::Lookup::combined() const
{
    if (has_addresses()) return interleave(v6_.addresses(), v4_.addresses());
    const DnsError& error = failed().error();
    return failure_of(name, reason_of(error.of), error.message);
}

Nanoseconds Resolver::Lookup::expires_at() const
{
    if (!has_addresses()) return failed().expires_at();
    Nanoseconds earliest = reactor::never;
    for (const Family* family : {&v6_, &v4_}) {
        const bool counts = !family->addresses().empty() ||
                            (family->is_over() && family->error().of != DnsError::Of::name);
        if (counts) earliest = std::min(earliest, family->expires_at());
    }
    return earliest;
}

}  // namespace pivot::net
