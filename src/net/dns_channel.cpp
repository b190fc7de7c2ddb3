#include "net/dns_channel.hpp"

#include "base/pass_on.hpp"
#include "reactor/descriptor_limit.hpp"
#include "reactor/operation.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// c-ares 1.18 lacks the functions that newer versions offer in place of ares_query() and others.
#define CARES_NO_DEPRECATED
#include <ares.h>

namespace pivot::net {

namespace {

constexpr int class_in = 1;
constexpr std::uint16_t dns_port = 53;

// A forger of answers has to guess the port (RFC 5452, section 9.2), so it changes now and then.
constexpr std::uint64_t questions_a_port = 1'000;

// Not fragmented on any path (DNS Flag Day 2020).
constexpr int datagram_bytes_max = 1'232;

// c-ares never waits less for a try (1.34 measures how long its servers take).
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

ares_ssize_t send_message(ares_socket_t socket, const iovec* parts, int count, void*)
{
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<std::size_t>(count);
    const ares_ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent >= 0 || errno != ECONNREFUSED) return sent;
    // The refusal is that of an earlier question. c-ares would take it for this one's, send only
    // this one to the next server, and leave the earlier one to its timeout. So this one is sent
    // again and refused, too: c-ares reads that error, and all questions go on.
    return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Plain sockets except for send_message(). If c-ares is given one function, it is given all.
constexpr ares_socket_functions socket_functions{
    .asocket = [](int family, int type, int protocol, void* error) -> ares_socket_t {
        const int socket = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        *static_cast<int*>(error) = socket < 0 ? errno : 0;
        const int on = 1;
        if (type == SOCK_STREAM) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return socket;
    },
    .aclose = [](ares_socket_t socket, void*) { return ::close(socket); },
    .aconnect = [](ares_socket_t socket, const sockaddr* address, ares_socklen_t size_bytes,
                   void*) { return ::connect(socket, address, size_bytes); },
    .arecvfrom = [](ares_socket_t socket, void* bytes, std::size_t size_bytes, int flags,
                    sockaddr* from, ares_socklen_t* from_bytes, void*) -> ares_ssize_t {
        return ::recvfrom(socket, bytes, size_bytes, flags, from, from_bytes);
    },
    .asendv = send_message};

}  // namespace

DnsQuestion::~DnsQuestion()
{
    assert(channel_ == nullptr);
}

// Polls a socket of c-ares for as long as c-ares wants it, one completion at a time.
class DnsChannel::Watch final : public reactor::Operation {
public:
    Watch(DnsChannel& channel, int socket) : channel_(channel), socket_(socket) {}

    int socket() const { return socket_; }
    bool is_wanted() const { return wanted_ != 0; }

    // `events` is POLLIN, POLLOUT or both, or 0 if c-ares is about to close the socket. Its number
    // may then be reused, and this watch only waits for its completion.
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

    // Returns the wanted events that have come, and forgets them.
    unsigned take_ready() { return std::exchange(ready_, 0) & wanted_; }

private:
    void completed(int result, std::uint32_t) override
    {
        // c-ares finds an error of the socket or of the poll when it reads or writes.
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
    std::unique_ptr<DnsChannel> channel(new DnsChannel(reactor, config));
    if (config.servers.empty()) channel->resolv_conf_.emplace(config.resolv_conf);
    if (auto begun = channel->begin(); !begun) return pass_on(begun);
    return channel;
}

DnsChannel::DnsChannel(reactor::Reactor& reactor, const DnsConfig& config)
    : reactor_(reactor), config_(config), tick_ms_(std::min(config.try_ms, try_ms_min))
{
}

DnsChannel::~DnsChannel()
{
    close();
    reactor_.timers().stop(*this);
}

tl::expected<void, std::string> DnsChannel::begin()
{
    // The file of host aliases (HOSTALIASES) would be read for each name. Opening and closing a
    // socket for each lookup doubles its cost. Answers of more than 512 bytes need EDNS (RFC 6891)
    // or TCP, which not all servers have; a server that does not understand EDNS is asked again
    // without it.
    constexpr int flags = ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN | ARES_FLAG_EDNS;
    if (auto initialized = initialize(flags); !initialized || servers_.size() != 1) {
        return initialized;
    }
    // c-ares passes over a server that fails or refuses, and 1.18 then forgets what that server
    // said. If there is no other server, NOCHECKRESP keeps it.
    ares_destroy(std::exchange(ares_, nullptr));
    return initialize(flags | ARES_FLAG_NOCHECKRESP);
}

// Keeps the old servers if the file cannot be used.
void DnsChannel::begin_anew()
{
    ares_channeldata* const old = std::exchange(ares_, nullptr);
    auto old_servers = servers_;
    if (!begin()) {
        ares_ = old;
        servers_ = std::move(old_servers);
        return;
    }
    is_beginning_anew_ = true;
    ares_destroy(old);
    is_beginning_anew_ = false;
    for (DnsQuestion* question : std::exchange(asked_again_, {})) send(*question);
}

tl::expected<void, std::string> DnsChannel::initialize(int flags)
{
    std::vector<std::string> servers;
    for (const std::string& text : config_.servers) {
        const auto server = parse_dns_server(text);
        if (!server) return pass_on(server);
        servers.push_back(server->to_text());
    }

    std::string lookups = "b";  // DNS alone, not the hosts file
    ares_options options{};
    options.flags = flags;
    options.timeout = static_cast<int>(config_.try_ms);
    options.tries = static_cast<int>(config_.tries);
    options.lookups = lookups.data();
    options.ednspsz = datagram_bytes_max;
    std::string resolv_conf = config_.resolv_conf;
    options.resolvconf_path = resolv_conf.data();
    options.sock_state_cb_data = this;
    options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
        const unsigned events = (readable != 0 ? POLLIN : 0U) | (writable != 0 ? POLLOUT : 0U);
        static_cast<DnsChannel*>(self)->watch(socket, events);
    };
    int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF | ARES_OPT_EDNSPSZ;
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
            fmt::format("the DNS client cannot start: {}", ares_strerror(status)));
    }
    ares_set_socket_functions(ares_, &socket_functions, &socket_error_);
    servers_ = servers_of(ares_);
    renewal_at_ = questions_ + questions_a_port;
    return {};
}

void DnsChannel::ask(const std::string& name, DnsQuestion& question)
{
    ask(name, false, question);
}

void DnsChannel::search(const std::string& name, DnsQuestion& question)
{
    ask(name, true, question);
}

void DnsChannel::set_servers(std::vector<std::string> servers)
{
    if (servers == config_.servers) return;
    config_.servers = std::move(servers);
    resolv_conf_.reset();
    if (config_.servers.empty()) resolv_conf_.emplace(config_.resolv_conf);
    is_outdated_ = true;
    wake();
}

void DnsChannel::ask(const std::string& name, bool is_searched, DnsQuestion& question)
{
    assert(ares_ != nullptr);
    assert(question.channel_ == nullptr);
    question.channel_ = this;
    question.name_ = name;
    question.is_searched_ = is_searched;
    ++questions_;
    if (!is_set()) reactor_.timers().set(*this, reactor_.now() + tick_ms_ * millisecond_ns);
    if (resolv_conf_ && resolv_conf_->has_changed(reactor_.now())) {
        is_outdated_ = true;
        wake();  // not here: c-ares may be in the middle of a reply
    }
    send(question);
}

void DnsChannel::send(DnsQuestion& question)
{
    const auto callback = [](void* asked, int status, int, unsigned char* message, int size) {
        auto& question = *static_cast<DnsQuestion*>(asked);
        question.channel_->take_reply(question, status, {message, static_cast<std::size_t>(size)});
    };
    const auto function = question.is_searched_ ? ares_search : ares_query;
    function(ares_, question.name_.c_str(), class_in, static_cast<int>(question.type_), callback,
             &question);
}

void DnsChannel::close()
{
    if (ares_ == nullptr) return;
    ares_destroy(std::exchange(ares_, nullptr));
    assert(replies_ == questions_);
    wake();
}

// Lets the timer fire in this turn or the next one.
void DnsChannel::wake()
{
    reactor_.timers().set(*this, reactor_.now());
}

void DnsChannel::fired()
{
    if (ares_ != nullptr && std::exchange(is_outdated_, false)) begin_anew();
    // c-ares may open sockets meanwhile, but none leaves this list before the next loop.
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

    if (is_outdated_) return wake();
    if (questions_ == replies_) return;
    if (tick_at_ <= reactor_.now()) tick_at_ = next_tick();
    reactor_.timers().set(*this, tick_at_);
}

// c-ares 1.18 has no option to renew its sockets, but closes them when it is given servers, which
// it accepts only while no question is in flight.
void DnsChannel::renew_sockets()
{
    if (questions_ != replies_ || questions_ < renewal_at_) return;
    renewal_at_ = questions_ + questions_a_port;
    ares_addr_port_node* servers = nullptr;
    ares_get_servers_ports(ares_, &servers);
    ares_set_servers_ports(ares_, servers);
    ares_free_data(servers);
}

// When to look for timeouts. ares_timeout() goes through all questions, so it is called once a
// tick and not for each question. Every try takes longer than a tick, so none is late.
reactor::Nanoseconds DnsChannel::next_tick() const
{
    timeval tick{.tv_sec = 0, .tv_usec = tick_ms_ * 1'000};
    timeval left{};
    const timeval& next = *ares_timeout(ares_, &tick, &left);
    // ares_timeout() cuts off fractions of a millisecond.
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
    if (is_beginning_anew_) {
        asked_again_.push_back(&question);
        return;
    }
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
    const bool has_no_socket = socket_error_ == EMFILE || socket_error_ == ENFILE;
    if (has_no_socket && status == ARES_ECONNREFUSED) {
        return {Of::machine, "no socket for the DNS servers " + to_text(servers_) + ": " +
                                 reactor::explain_no_descriptor(socket_error_)};
    }
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
        case ARES_ECONNREFUSED:  // or each of them failed or refused
            return {Of::servers, "no good answer from the DNS servers " + to_text(servers_)};
        case ARES_ENOMEM: return {Of::machine, "not enough memory for the question"};
        case ARES_EDESTRUCTION: return {Of::closing, "cancelled"};
        default:
            return {Of::servers,
                    fmt::format("c-ares failed with {}: {}", status, ares_strerror(status))};
    }
}

}  // namespace pivot::net
