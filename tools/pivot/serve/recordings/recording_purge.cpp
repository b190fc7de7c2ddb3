#include "pivot/serve/recordings/recording_purge.hpp"

#include "base/clock.hpp"
#include "base/pass_on.hpp"
#include "reactor/thread.hpp"

#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace pivot::tools {

namespace {

constexpr std::chrono::milliseconds between_pieces{50};
constexpr std::chrono::milliseconds between_rounds{std::chrono::hours(1)};

// Whether the path is a file that was written before this time.
bool is_older(const std::string& path, std::int64_t unix_ms)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
    return std::int64_t{found.st_mtim.tv_sec} * 1'000 + found.st_mtim.tv_nsec / 1'000'000 < unix_ms;
}

}  // namespace

RecordingPurge::RecordingPurge(std::string folder, std::chrono::hours keep, Log& log)
    : folder_(std::move(folder)), keep_(keep), log_(log)
{
}

RecordingPurge::~RecordingPurge()
{
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

tl::expected<void, std::string> RecordingPurge::start()
{
    auto thread = reactor::start_thread("pivot/purge", [this] { run(); });
    if (!thread) return pass_on(thread);
    thread_ = std::move(*thread);
    return {};
}

void RecordingPurge::run()
{
    bool goes_on = true;
    while (goes_on) {
        const bool has_more = remove_some(unix_now_ms());
        goes_on = wait(has_more ? between_pieces : between_rounds);
    }
}

bool RecordingPurge::wait(std::chrono::milliseconds pause)
{
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, pause, [this] { return is_stopping_; });
}

bool RecordingPurge::remove_some(std::int64_t unix_now_ms)
{
    std::error_code error;
    const std::filesystem::directory_iterator end;
    if (next_ == end) {
        removed_ = 0;
        next_ = std::filesystem::directory_iterator(folder_, error);
    }
    for (std::size_t count = 0; !error && next_ != end && count < piece_files_max; ++count) {
        const std::string path = next_->path();
        next_.increment(error);
        if (!is_older(path, unix_now_ms - keep_.count())) continue;
        std::error_code ignored;
        if (std::filesystem::remove(path, ignored)) ++removed_;
    }
    if (error) next_ = end;
    if (next_ != end) return true;
    if (removed_ > 0) {
        log_.write(
            LogLevel::info, "",
            fmt::format("removed {} recordings in {} that were older than recordings.keep_days",
                        removed_, folder_));
    }
    return false;
}

}  // namespace pivot::tools
