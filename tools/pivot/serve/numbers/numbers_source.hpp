// Called numbers and their actions from a web server, in the format of numbers_file.hpp.
//
//   copy of an earlier process ─► taken ─► GET, If-None-Match ─┬─ 200 ─► taken, and copied
//                                             ▲                ├─ 304: nothing has changed
//                                             └── interval ────┴─ else: the numbers stay, and
//                                                                 trouble() says why
//
// A thread of its own fetches and reads them, so that no call waits for that.
#pragma once

#include "http/client.hpp"
#include "http/destination.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "pivot/serve/service/log.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/wait.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::tools {

struct NumbersSettings {
    std::string url;  // empty if there is no such web server
    std::chrono::seconds interval{300};
};

class NumbersSource {
public:
    static constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    static constexpr std::chrono::seconds fetch_max{30};

    // Takes a text, from any thread, and returns how many numbers are in it. The error names the
    // line, and nothing has changed.
    using Take = std::function<tl::expected<std::size_t, std::string>(const std::string& text)>;

    // `copy` is the file that keeps the last text; empty if there is none. DNS and TLS follow
    // `engine`.
    NumbersSource(const NumbersSettings& settings, const EngineConfig& engine, std::string copy,
                  Take take, Log& log);
    NumbersSource(const NumbersSource&) = delete;
    NumbersSource& operator=(const NumbersSource&) = delete;
    ~NumbersSource();

    // Returns after the first fetch, successful or not. The error is a sentence that says why no
    // fetch is possible.
    tl::expected<void, std::string> start();

    // Any thread, like the rest.
    void fetch_now();

    // Why the last fetch failed; empty if it did not.
    std::string trouble() const;

    // Whether any text was taken, even an old copy.
    bool has_numbers() const { return has_numbers_; }

private:
    class Fetcher;

    void take_copy();
    void run(std::string& error);
    void post(void (*work)(Fetcher& fetcher));
    tl::expected<void, std::string> take(const std::string& text);
    void keep_copy(const std::string& text);
    void note(std::string trouble);

    const NumbersSettings settings_;
    const EngineConfig engine_;
    const std::string copy_;
    const Take take_;
    Log& log_;
    std::atomic<bool> has_numbers_ = false;
    mutable std::mutex mutex_;
    std::string trouble_;  // guarded by the mutex
    Fetcher* fetcher_ = nullptr;
    std::latch is_open_{1};
    std::latch was_tried_{1};
    std::latch stop_is_posted_{1};
    std::thread thread_;  // uses all members above
};

}  // namespace pivot::tools
