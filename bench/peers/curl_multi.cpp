// A pivot as it would be written with libcurl and simdjson.
//
//     curl_multi URL CONCURRENCY WARM_UP_SECONDS SECONDS PARAMETERS_FILE usual|tuned
//
// Makes calls in a closed loop, each a full one: the call's fields are encoded into the query,
// libcurl asks, and the answer's JSON is parsed and walked. The file holds the parameters: a name
// and a value, on alternate lines.
//
// Both ways run libcurl's sockets on our epoll (curl_multi_socket_action), and keep a connection
// for each call (CURLMOPT_MAXCONNECTS). The usual way has an easy handle per call and encodes with
// curl_easy_escape. The tuned way reuses handles and has its own encoder.
//
// Prints what MeasuredWindow prints; the checksum adds up the sizes of all keys and values.
#include "checked.hpp"
#include "measured_window.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <simdjson.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace pivot::bench {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters read_parameters(const char* path)
{
    std::ifstream file(path);
    Parameters parameters;
    std::string name;
    std::string value;
    while (std::getline(file, name) && std::getline(file, value)) {
        parameters.emplace_back(name, value);
    }
    if (parameters.empty()) throw std::runtime_error(std::string("no parameters in ") + path);
    return parameters;
}

enum class Way { usual, tuned };

void append_encoded(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char sign : text) {
        const auto byte = static_cast<unsigned char>(sign);
        const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                              (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
                              byte == '_';
        if (is_plain) {
            out += sign;
        } else if (byte == ' ') {
            out += '+';
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
}

std::size_t walk(simdjson::ondemand::value value)
{
    switch (value.type()) {
        case simdjson::ondemand::json_type::object: {
            std::size_t size = 0;
            for (auto field : value.get_object()) {
                size += std::string_view(field.unescaped_key()).size();
                size += walk(field.value());
            }
            return size;
        }
        case simdjson::ondemand::json_type::array: {
            std::size_t size = 0;
            for (auto element : value.get_array()) size += walk(element.value());
            return size;
        }
        case simdjson::ondemand::json_type::string:
            return std::string_view(value.get_string()).size();
        default: return std::string_view(value.raw_json_token()).size();
    }
}

void checked_multi(CURLMcode code, const char* doing)
{
    if (code != CURLM_OK) {
        throw std::runtime_error(std::string(doing) + ": " + curl_multi_strerror(code));
    }
}

struct Call {
    CURL* easy = nullptr;
    std::string url;
    std::string answer;
};

std::size_t append_answer(char* bytes, std::size_t size, std::size_t count, void* call)
{
    static_cast<Call*>(call)->answer.append(bytes, size * count);
    return size * count;
}

class Client {
public:
    Client(std::string url, unsigned concurrency, Parameters parameters, Way way);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    void run(MeasuredWindow& window);

private:
    static int watch(CURL*, curl_socket_t socket, int what, void* client, void* watched);
    static int wake_in(CURLM*, long ms, void* client);

    void open(Call& call);
    void start(Call& call);
    void append_parameter(Call& call, std::string_view text);
    void finish_those_done(MeasuredWindow& window);

    const std::string url_;
    const Parameters parameters_;
    const Way way_;
    CURLM* const multi_;
    const int epoll_;
    std::vector<Call> calls_;
    simdjson::ondemand::parser parser_;
    long wake_ms_ = -1;
    int running_ = 0;
};

Client::Client(std::string url, unsigned concurrency, Parameters parameters, Way way)
    : url_(std::move(url)),
      parameters_(std::move(parameters)),
      way_(way),
      multi_(curl_multi_init()),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      calls_(concurrency)
{
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(concurrency));
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Client::watch);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Client::wake_in);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    for (auto& call : calls_) open(call);
}

Client::~Client()
{
    for (const auto& call : calls_) {
        curl_multi_remove_handle(multi_, call.easy);
        curl_easy_cleanup(call.easy);
    }
    curl_multi_cleanup(multi_);
    ::close(epoll_);
}

void Client::run(MeasuredWindow& window)
{
    for (auto& call : calls_) start(call);
    std::vector<epoll_event> events(calls_.size());
    while (window.look()) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                       static_cast<int>(wake_ms_));
        for (int i = 0; i < count; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            const int what =
                (event.events & ~static_cast<unsigned>(EPOLLOUT) ? CURL_CSELECT_IN : 0) |
                (event.events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
            checked_multi(curl_multi_socket_action(multi_, event.data.fd, what, &running_),
                          "curl_multi_socket_action");
        }
        if (count <= 0) {
            wake_ms_ = -1;
            checked_multi(curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running_),
                          "curl_multi_socket_action");
        }
        finish_those_done(window);
    }
}

// `watched` is not null once the socket is on the epoll.
int Client::watch(CURL*, curl_socket_t socket, int what, void* client, void* watched)
{
    auto& self = *static_cast<Client*>(client);
    epoll_event event{};
    event.events = (what & CURL_POLL_IN ? static_cast<unsigned>(EPOLLIN) : 0U) |
                   (what & CURL_POLL_OUT ? static_cast<unsigned>(EPOLLOUT) : 0U);
    event.data.fd = socket;
    if (what == CURL_POLL_REMOVE) return ::epoll_ctl(self.epoll_, EPOLL_CTL_DEL, socket, nullptr);
    curl_multi_assign(self.multi_, socket, &self);
    return ::epoll_ctl(self.epoll_, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
}

int Client::wake_in(CURLM*, long ms, void* client)
{
    static_cast<Client*>(client)->wake_ms_ = ms;
    return 0;
}

void Client::open(Call& call)
{
    call.easy = curl_easy_init();
    curl_easy_setopt(call.easy, CURLOPT_WRITEFUNCTION, &append_answer);
    curl_easy_setopt(call.easy, CURLOPT_WRITEDATA, &call);
    curl_easy_setopt(call.easy, CURLOPT_PRIVATE, &call);
    curl_easy_setopt(call.easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call.easy, CURLOPT_TIMEOUT_MS, 60'000L);
}

void Client::start(Call& call)
{
    call.url = url_;
    char separator = '?';
    for (const auto& [name, value] : parameters_) {
        call.url += separator;
        separator = '&';
        append_parameter(call, name);
        call.url += '=';
        append_parameter(call, value);
    }
    call.answer.clear();
    curl_easy_setopt(call.easy, CURLOPT_URL, call.url.c_str());
    checked_multi(curl_multi_add_handle(multi_, call.easy), "curl_multi_add_handle");
}

void Client::append_parameter(Call& call, std::string_view text)
{
    if (way_ == Way::tuned) return append_encoded(call.url, text);
    const std::unique_ptr<char, decltype(&curl_free)> encoded(
        curl_easy_escape(call.easy, text.data(), static_cast<int>(text.size())), curl_free);
    call.url += encoded.get();
}

void Client::finish_those_done(MeasuredWindow& window)
{
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left)) {
        CURL* const easy = message->easy_handle;
        if (message->data.result != CURLE_OK) {
            throw std::runtime_error(curl_easy_strerror(message->data.result));
        }
        void* found = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &found);
        auto& call = *static_cast<Call*>(found);
        call.answer.reserve(call.answer.size() + simdjson::SIMDJSON_PADDING);
        auto document =
            parser_.iterate(call.answer.data(), call.answer.size(), call.answer.capacity());
        window.count(walk(document.get_value()));
        curl_multi_remove_handle(multi_, easy);
        if (way_ == Way::usual) {
            curl_easy_cleanup(easy);
            open(call);
        }
        start(call);
    }
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** arguments)
{
    using pivot::bench::Way;
    const std::string_view way = count == 7 ? arguments[6] : "";
    if (way != "usual" && way != "tuned") {
        std::fputs(
            "usage: curl_multi URL CONCURRENCY WARM_UP_SECONDS SECONDS PARAMETERS_FILE "
            "usual|tuned\n",
            stderr);
        return 2;
    }
    try {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        pivot::bench::Client client(arguments[1], static_cast<unsigned>(std::stoul(arguments[2])),
                                    pivot::bench::read_parameters(arguments[5]),
                                    way == "tuned" ? Way::tuned : Way::usual);
        pivot::bench::MeasuredWindow window(std::stod(arguments[3]), std::stod(arguments[4]));
        client.run(window);
        window.print();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "curl_multi: %s\n", error.what());
        return 1;
    }
}
