// Removes old recordings from a folder: every hour, and a few at a time, so that calls can use the
// disk.
#pragma once

#include "pivot/serve/service/log.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::tools {

class RecordingPurge {
public:
    static constexpr std::size_t piece_files_max = 500;

    RecordingPurge(std::string folder, std::chrono::hours keep, Log& log);
    RecordingPurge(const RecordingPurge&) = delete;
    RecordingPurge& operator=(const RecordingPurge&) = delete;
    ~RecordingPurge();

    // Begins, on a thread of its own. The error is a sentence.
    tl::expected<void, std::string> start();

    // Looks at the next files of a round and removes the old ones. Returns false at the end of the
    // round.
    bool remove_some(std::int64_t unix_now_ms);

private:
    void run();
    bool wait(std::chrono::milliseconds pause);

    const std::string folder_;
    const std::chrono::milliseconds keep_;
    Log& log_;
    std::filesystem::directory_iterator next_;  // at its end a round begins
    std::size_t removed_ = 0;                   // in this round
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;  // guarded by the mutex
    std::thread thread_;        // uses all members above
};

}  // namespace pivot::tools
