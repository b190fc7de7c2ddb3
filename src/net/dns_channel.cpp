#include "net/dns_channel.hpp"

#include "reactor/operation.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

// What newer c-ares offers in place of ares_query() and others, 1.18 does not have.
#define CARES_NO_DEPRECATED
#include <ares.h>

namespace pivot::net {

namespace {

constexpr reactor::Nanoseconds millisecond_ns = 1'000'000;
constexpr int class_in = 1;
constexpr std::uint16_t dns_port = 53;

// Whoever forges an answer has to guess the port it goes to (RFC 5452, section 9.2).
constexpr std::uint64_t questions_a_port = 1'000;

// c-ares times no try shorter (1.34 measures how long its servers take).
constexpr unsigned try_ms_min = 250;

std::vector<SocketAddress> servers_of(ares_channel channel)
{
    ares_addr_port_node* first = nullptr;
    ares_get_servers_ports(channel, &first);
    std::vector<SocketAddress> servers;
    for (const auto* node = first; node != nullptr; node = node->next) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&node->addr);
        const auto ip = node->family == AF_INET
                            ? IpAddress::v4(std::span<const std::uint8_t, 4>(bytes, 4))
                            : IpAddress::v6(std::span<const std::uint8_t, 16>(bytes, 16));
        const auto port = static_cast<std::uint16_t>(node->udp_port);
        servers.emplace_back(ip, port == 0 ? dns_port : port);
    }
    ares_free_data(first);
    return servers;
}

std::string to_text(const std::vector<SocketAddress>& servers)
{
    std::vector<std::string> texts;
    for (const SocketAddress& server : servers) {
        texts.push_back(server.port() == dns_port ? server.ip().to_text() : server.to_text());
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

DnsQuestion::~DnsQuestion()
{
    assert(channel_ == nullptr);
}

// Polls a socket of c-ares for as long as that wants it, one completion at a time.
class DnsChannel::Watch final : public reactor::Operation {
public:
    Watch(DnsChannel& channel, int socket) : channel_(channel), socket_(socket) {}

    int socket() const { return socket_; }
    bool is_wanted() const { return wanted_ != 0; }

    // POLLIN, POLLOUT or both. 0: c-ares is about to close the socket, whose number may be another
    // one's then; this one only waits for its completion.
    void want(unsigned events)
    {
        if (events == wanted_) return;
        wanted_ = events;
        ready_ = 0;
        if (is_in_flight()) {
            channel_.reactor_.ring().cancel(*this);
        } else if (is_wanted()) {
            poll();
        } else {
            channel_.wake();
        }
    }

    void poll()
    {
        io_uring_sqe request{};
        io_uring_prep_poll_add(&request, socket_, wanted_);
        channel_.reactor_.ring().submit(*this, request);
    }

    // Those of the wanted events that have come.
    unsigned take_ready() { return std::exchange(ready_, 0) & wanted_; }

private:
    void completed(int result, std::uint32_t) override
    {
        // An error, of the socket or of the poll, c-ares finds when it reads or writes.
        const bool is_failed = result < 0 || (result & (POLLERR | POLLHUP)) != 0;
        if (result != -ECANCELED) {
            ready_ = is_failed ? POLLIN | POLLOUT : static_cast<unsigned>(result);
        }
        channel_.wake();
    }

    DnsChannel& channel_;
    const int socket_;
    unsigned wanted_ = 0;
    unsigned ready_ = 0;
};

tl::expected<std::unique_ptr<DnsChannel>, std::string> DnsChannel::open(reactor::Reactor& reactor,
                                                                        const DnsConfig& config)
{
    std::unique_ptr<DnsChannel> channel(new DnsChannel(reactor, config.try_ms));
    // Aliases of hosts (HOSTALIASES) are in a file, which would be read for each name. A socket
    // that is opened and closed for each lookup doubles its cost.
    constexpr int flags = ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN;
    if (auto initialized = channel->initialize(config, flags); !initialized) {
        return tl::unexpected(initialized.error());
    }
    // A server that fails or refuses is passed over for the next one, and c-ares 1.18 then forgets
    // what it had said. Where there is no next one, this tells.
    if (channel->servers_.size() == 1) {
        ares_destroy(std::exchange(channel->ares_, nullptr));
        auto initialized = channel->initialize(config, flags | ARES_FLAG_NOCHECKRESP);
        if (!initialized) return tl::unexpected(initialized.error());
    }
    return channel;
}

DnsChannel::DnsChannel(reactor::Reactor& reactor, unsigned try_ms)
    : reactor_(reactor), tick_ms_(std::min(try_ms, try_ms_min))
{
}

DnsChannel::~DnsChannel()
{
    close();
    reactor_.timers().stop(*this);
}

tl::expected<void, std::string> DnsChannel::initialize(const DnsConfig& config, int flags)
{
    std::vector<std::string> servers;
    for (const std::string& text : config.servers) {
        const auto server = parse_dns_server(text);
        if (!server) return tl::unexpected(server.error());
        servers.push_back(server->to_text());
    }

    std::string lookups = "b";  // DNS alone, not the hosts file
    ares_options options{};
    options.flags = flags;
    options.timeout = static_cast<int>(config.try_ms);
    options.tries = static_cast<int>(config.tries);
    options.lookups = lookups.data();
    options.sock_state_cb_data = this;
    options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
        const unsigned events = (readable != 0 ? POLLIN : 0U) | (writable != 0 ? POLLOUT : 0U);
        static_cast<DnsChannel*>(self)->watch(socket, events);
    };
    int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_UDP_MAX_QUERIES
    options.udp_max_queries = static_cast<int>(questions_a_port);
    given |= ARES_OPT_UDP_MAX_QUERIES;
#endif
#ifdef ARES_OPT_QUERY_CACHE
    given |= ARES_OPT_QUERY_CACHE;  // 0 s: there is one cache, the resolver's
#endif
    int status = ares_init_options(&ares_, &options, given);
    if (status == ARES_SUCCESS && !servers.empty()) {
        const auto list = fmt::format("{}", fmt::join(servers, ","));
        status = ares_set_servers_ports_csv(ares_, list.c_str());
    }
    if (status != ARES_SUCCESS) {
        return tl::unexpected(
            fmt::format("the DNS client does not start: {}", ares_strerror(status)));
    }
    servers_ = servers_of(ares_);
    renewal_at_ = questions_a_port;
    return {};
}

void DnsChannel::ask(const std::string& name, DnsQuestion& question)
{
    ask(ares_query, name, question);
}

void DnsChannel::search(const std::string& name, DnsQuestion& question)
{
    ask(ares_search, name, question);
}

void DnsChannel::ask(Ask& function, const std::string& name, DnsQuestion& question)
{
    assert(ares_ != nullptr);
    assert(question.channel_ == nullptr);
    question.channel_ = this;
    ++questions_;
    const auto callback = [](void* asked, int status, int, unsigned char* message, int size) {
        auto& question = *static_cast<DnsQuestion*>(asked);
        question.channel_->take_reply(question, status, {message, static_cast<std::size_t>(size)});
    };
    if (!is_set()) reactor_.timers().set(*this, reactor_.now() + tick_ms_ * millisecond_ns);
    function(ares_, name.c_str(), class_in, static_cast<int>(question.type_), callback, &question);
}

void DnsChannel::close()
{
    if (ares_ == nullptr) return;
    ares_destroy(std::exchange(ares_, nullptr));
    assert(replies_ == questions_);
    wake();
}

// Soon, in this turn or the next one.
void DnsChannel::wake()
{
    reactor_.timers().set(*this, reactor_.now());
}

void DnsChannel::fired()
{
    // c-ares opens sockets meanwhile, but none leaves this list before the next loop.
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        const int socket = watches_[i]->socket();
        const unsigned ready = watches_[i]->take_ready();
        if (ready == 0) continue;
        ares_process_fd(ares_, (ready & POLLIN) != 0 ? socket : ARES_SOCKET_BAD,
                        (ready & POLLOUT) != 0 ? socket : ARES_SOCKET_BAD);
    }
    if (ares_ != nullptr) {
        ares_process_fd(ares_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        renew_sockets();
    }

    std::erase_if(watches_, [](const std::unique_ptr<Watch>& watch) {
        return !watch->is_wanted() && !watch->is_in_flight();
    });
    for (const auto& watch : watches_) {
        if (watch->is_wanted() && !watch->is_in_flight()) watch->poll();
    }

    if (questions_ == replies_) return;
    if (tick_at_ <= reactor_.now()) tick_at_ = next_tick();
    reactor_.timers().set(*this, tick_at_);
}

// To be given servers makes c-ares 1.18, which has no option for it, close its sockets. It takes
// them only while no question is on its way; so did it change ports before it kept its sockets.
void DnsChannel::renew_sockets()
{
    if (questions_ != replies_ || questions_ < renewal_at_) return;
    renewal_at_ = questions_ + questions_a_port;
    ares_addr_port_node* servers = nullptr;
    ares_get_servers_ports(ares_, &servers);
    ares_set_servers_ports(ares_, servers);
    ares_free_data(servers);
}

// When to look for time-outs. ares_timeout() goes through all questions, so it is called once a
// tick, not for each. A question that is asked meanwhile waits for longer than a tick.
reactor::Nanoseconds DnsChannel::next_tick() const
{
    timeval tick{.tv_sec = 0, .tv_usec = tick_ms_ * 1'000};
    timeval left{};
    const timeval& next = *ares_timeout(ares_, &tick, &left);
    // It cuts off what is below a millisecond.
    const reactor::Nanoseconds microseconds = next.tv_sec * 1'000'000 + next.tv_usec + 1'000;
    return reactor_.now() + microseconds * 1'000;
}

void DnsChannel::watch(int socket, unsigned events)
{
    const auto found = std::ranges::find_if(watches_, [&](const auto& watch) {
        return watch->socket() == socket && watch->is_wanted();
    });
    if (found != watches_.end()) {
        (*found)->want(events);
    } else if (events != 0) {
        watches_.push_back(std::make_unique<Watch>(*this, socket));
        watches_.back()->want(events);
    }
}

void DnsChannel::take_reply(DnsQuestion& question, int status,
                            std::span<const std::uint8_t> message)
{
    ++replies_;
    question.channel_ = nullptr;
    if (status != ARES_SUCCESS) {
        question.replied(tl::unexpected(explain(status)));
    } else if (const auto answer = parse_dns_answer(message, question.type_)) {
        question.replied(*answer);
    } else {
        question.replied(tl::unexpected(explain(ARES_EBADRESP)));
    }
}

DnsError DnsChannel::explain(int status) const
{
    using Of = DnsError::Of;
    switch (status) {
        case ARES_ENOTFOUND: return {Of::name, "no such name (NXDOMAIN)"};
        case ARES_ENODATA: return {Of::name, "no address"};
        case ARES_ESERVFAIL: return {Of::servers, "server failure (SERVFAIL)"};
        case ARES_EREFUSED: return {Of::servers, "refused by the DNS server"};
        case ARES_EFORMERR:
        case ARES_ENOTIMP: return {Of::servers, "the DNS server does not understand the question"};
        case ARES_EBADRESP: return {Of::servers, "the answer of the DNS server is malformed"};
        case ARES_ETIMEOUT:
            return {Of::servers, "no answer from the DNS servers " + to_text(servers_)};
        case ARES_ECONNREFUSED:  // or each one failed or refused
            return {Of::servers, "no good answer from the DNS servers " + to_text(servers_)};
        case ARES_ENOMEM: return {Of::memory, "not enough memory for the question"};
        case ARES_EDESTRUCTION: return {Of::closing, "cancelled"};
        default:
            return {Of::servers, fmt::format("c-ares says {}: {}", status, ares_strerror(status))};
    }
}

}  // namespace pivot::net
