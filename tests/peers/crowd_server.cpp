// An HTTP/1.1 server for ten thousand connections at once: one thread, one epoll.
//
// Prints its port, and ends when its standard input is closed. The path decides what happens:
//
//     /flow             a valid callflow
//     /gather           TwiML that gathers a key for ten minutes, and then asks for /thanks
//     /thanks           TwiML that hangs up
//     /keys             TwiML that gathers keys without an end
//     /call             TwiML that gathers a key, and then asks for /menu, which plays, dials,
//                       records and asks for /recorded, which redirects to /thanks
//     /invalid          JSON, but not a valid callflow
//     /status/503       that status
//     /redirect?to=URL  302 to the URL
//     /slow?ms=200      the callflow, 200 ms later
//     /drip             the callflow, a byte a second
//     /silent           nothing
//     /close            the connection is closed without an answer
//     /reset            the same, by a reset
//     /garbage          what is not HTTP, and a close
//
// Connections are kept for the next request, except by the last three.
#include "peers/http_request.hpp"
#include "peers/loopback.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view flow =
    R"({"module":"tts","data":{"text":"Welcome. Enter your four digit code, then press pound.",)"
    R"("voice":"female","language":"en-us"},"children":{"_":{"module":"collect_dtmf","data":)"
    R"({"collection_name":"code","max_digits":4,"timeout":5000,"terminator":"#"},"children":{"_":)"
    R"({"module":"pivot","data":{"voice_url":"https://voice.example.com/code","method":"post",)"
    R"("req_timeout_ms":2000},"children":{}}}}}})";

// Text is required, and its absence is an error.
constexpr std::string_view invalid_flow = R"({"module":"tts","data":{"voice":"female"}})";

constexpr std::string_view gather =
    R"(<Response><Gather numDigits="1" timeout="600" action="/thanks"/></Response>)";
constexpr std::string_view thanks = "<Response><Hangup/></Response>";
constexpr std::string_view keys = R"(<Response><Gather finishOnKey="" timeout="600"/></Response>)";

constexpr std::string_view call =
    R"(<Response><Gather numDigits="1" action="/menu"><Say>Press one.</Say></Gather></Response>)";
constexpr std::string_view menu =
    R"(<Response><Play>welcome</Play><Dial><Number>+14155550101</Number><Number>+14155550102)"
    R"(</Number></Dial><Record playBeep="false" action="/recorded"/></Response>)";
constexpr std::string_view recorded = "<Response><Redirect>/thanks</Redirect></Response>";

std::string response(int status, std::string_view body, const std::string& headers = "")
{
    const bool is_xml = body.starts_with('<');
    return "HTTP/1.1 " + std::to_string(status) +
           " \r\nContent-Type: " + (is_xml ? "text/xml" : "application/json") +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           std::string(body);
}

int number(std::string_view text)
{
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// %XX stands for a byte.
std::string percent_decoded(std::string_view text)
{
    std::string decoded;
    while (!text.empty()) {
        unsigned char byte = 0;
        if (text[0] == '%' && text.size() > 2 &&
            std::from_chars(&text[1], &text[1] + 2, byte, 16).ptr == &text[1] + 2) {
            decoded += static_cast<char>(byte);
            text.remove_prefix(3);
        } else {
            decoded += text[0];
            text.remove_prefix(1);
        }
    }
    return decoded;
}

// The rest of a target after `key`, which stands at its front or is missing.
std::optional<std::string_view> after(std::string_view target, std::string_view key)
{
    if (!target.starts_with(key)) return std::nullopt;
    return target.substr(key.size());
}

struct Answer {
    enum class End { keep, close, reset, silence };

    std::string bytes = "";
    std::chrono::milliseconds delay{0};
    bool drips = false;  // byte by byte, each after the delay
    End end = End::keep;
};

// A client may have put parameters of its own at the end of the target.
Answer answer_to(std::string_view target)
{
    const auto path = target.substr(0, target.find('?'));
    if (path == "/flow") return {.bytes = response(200, flow)};
    if (path == "/gather") return {.bytes = response(200, gather)};
    if (path == "/thanks") return {.bytes = response(200, thanks)};
    if (path == "/keys") return {.bytes = response(200, keys)};
    if (path == "/call") return {.bytes = response(200, call)};
    if (path == "/menu") return {.bytes = response(200, menu)};
    if (path == "/recorded") return {.bytes = response(200, recorded)};
    if (path == "/invalid") return {.bytes = response(200, invalid_flow)};
    if (path == "/silent") return {.end = Answer::End::silence};
    if (path == "/close") return {.end = Answer::End::close};
    if (path == "/reset") return {.end = Answer::End::reset};
    if (path == "/garbage") return {.bytes = "not HTTP\r\n\r\n", .end = Answer::End::close};
    if (path == "/drip") return {.bytes = response(200, flow), .delay = 1s, .drips = true};
    if (const auto status = after(path, "/status/")) {
        return {.bytes = response(number(*status), "")};
    }
    if (const auto ms = after(target, "/slow?ms=")) {
        return {.bytes = response(200, flow), .delay = std::chrono::milliseconds(number(*ms))};
    }
    if (const auto to = after(target, "/redirect?to=")) {
        const auto url = percent_decoded(to->substr(0, to->find('&')));
        return {.bytes = response(302, "", "Location: " + url + "\r\n")};
    }
    return {.bytes = response(404, "")};
}

class CrowdServer {
public:
    CrowdServer();

    std::uint16_t port() const { return port_of(listener_); }

    void run();  // until the standard input is closed

private:
    struct Connection {
        Descriptor socket;
        std::string received;
        bool is_answering = false;  // what is received meanwhile waits
    };

    struct Due {
        std::uint64_t number;  // the connection's, which may be gone
        Answer answer;         // what is left of it
    };

    void watch(int fd, std::uint64_t number);
    int ms_to_next_due() const;
    void accept_all();
    void receive(std::uint64_t number);
    void answer_requests(std::uint64_t number);
    void send_what_is_due();
    void send(std::uint64_t number, const Answer& answer);

    const Descriptor listener_;
    const Descriptor epoll_;
    std::uint64_t last_number_;
    std::unordered_map<std::uint64_t, Connection> connections_;
    std::multimap<Clock::time_point, Due> due_;
};

// The numbers under which epoll reports the two descriptors that are not connections.
constexpr std::uint64_t input_number = 0;
constexpr std::uint64_t listener_number = 1;

CrowdServer::CrowdServer()
    : listener_(listen_tcp("127.0.0.1")),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      last_number_(listener_number)
{
    watch(STDIN_FILENO, input_number);
    watch(listener_.get(), listener_number);
}

void CrowdServer::run()
{
    while (true) {
        std::array<epoll_event, 1024> events;
        const int count =
            ::epoll_wait(epoll_.get(), events.data(), events.size(), ms_to_next_due());
        for (int i = 0; i < count; ++i) {
            const auto number = events[static_cast<std::size_t>(i)].data.u64;
            std::array<char, 256> ignored;
            if (number == input_number) {
                if (::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) return;
            } else if (number == listener_number) {
                accept_all();
            } else {
                receive(number);
            }
        }
        send_what_is_due();
    }
}

void CrowdServer::watch(int fd, std::uint64_t number)
{
    epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

// As epoll_wait(2) wants it: -1 for ever.
int CrowdServer::ms_to_next_due() const
{
    if (due_.empty()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void CrowdServer::accept_all()
{
    while (true) {
        Descriptor socket{
            ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!socket.is_open() && errno == EAGAIN) return;
        if (!socket.is_open() && errno == ECONNABORTED) continue;
        checked(socket.get(), "accept");
        const int on = 1;
        setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(socket.get(), ++last_number_);
        connections_[last_number_].socket = std::move(socket);
    }
}

void CrowdServer::receive(std::uint64_t number)
{
    auto& connection = connections_.at(number);
    std::array<char, 16384> buffer;
    const auto count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        connections_.erase(number);
        return;
    }
    connection.received.append(buffer.data(), static_cast<std::size_t>(count));
    answer_requests(number);
}

void CrowdServer::answer_requests(std::uint64_t number)
try {
    while (true) {
        const auto found = connections_.find(number);
        if (found == connections_.end() || found->second.is_answering) return;
        const auto request = take_request(found->second.received);
        if (!request) return;

        auto answer = answer_to(request->target);
        if (answer.delay > 0ms) {
            found->second.is_answering = true;
            due_.emplace(Clock::now() + answer.delay, Due{number, std::move(answer)});
        } else {
            send(number, answer);
        }
    }
} catch (const std::invalid_argument&) {
    connections_.erase(number);
}

void CrowdServer::send_what_is_due()
{
    while (!due_.empty() && due_.begin()->first <= Clock::now()) {
        auto [number, answer] = std::move(due_.extract(due_.begin()).mapped());
        const auto found = connections_.find(number);
        if (found == connections_.end()) continue;

        if (answer.drips && answer.bytes.size() > 1) {
            send(number, {.bytes = answer.bytes.substr(0, 1)});
            answer.bytes.erase(0, 1);
            due_.emplace(Clock::now() + answer.delay, Due{number, std::move(answer)});
        } else {
            found->second.is_answering = false;
            send(number, answer);
            answer_requests(number);
        }
    }
}

void CrowdServer::send(std::uint64_t number, const Answer& answer)
{
    auto& [socket, received, is_answering] = connections_.at(number);
    const auto sent = ::send(socket.get(), answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL);
    // Answers are small: a client that has no room for one does not read them.
    const bool was_sent = sent == static_cast<ssize_t>(answer.bytes.size());
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    switch (was_sent ? answer.end : Answer::End::reset) {
        case Answer::End::keep: return;
        case Answer::End::silence: is_answering = true; return;
        case Answer::End::reset:
            setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            [[fallthrough]];
        case Answer::End::close: connections_.erase(number);
    }
}

void raise_descriptor_limit()
{
    rlimit limit{};
    checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

}  // namespace

}  // namespace pivot::test

int main()
{
    try {
        pivot::test::raise_descriptor_limit();
        pivot::test::CrowdServer server;
        std::printf("%u\n", server.port());
        std::fflush(stdout);
        server.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "crowd_server: %s\n", error.what());
        return 1;
    }
}
