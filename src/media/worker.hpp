// The thread of an engine on which sounds are looked up, written and removed, and recordings are
// finished and read.
//
// Lanes do without files: they hand a Want over, and get it back. It is answered at once if the
// sound is here. Two that want the same sound share one fetch, on whichever lanes they are.
#pragma once

#include "media/errand.hpp"
#include "media/programs.hpp"
#include "media/recorded.hpp"
#include "media/want.hpp"
#include "reactor/folder.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::media {

// Dies after all supplies.
class Worker {
public:
    // `path` is a folder of this worker alone, made if it is missing. The error is a sentence.
    static tl::expected<std::unique_ptr<Worker>, std::string> open(const std::string& path,
                                                                   std::size_t cache_bytes_max);

    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    // Ends the thread, which gives nothing back any more: all supplies have left. Their reactors
    // must outlive this, because they may get what they wait for before the thread has left them.
    void close();

    // All on any thread. The want is given back to its lane's reactor.
    void take(Want& want);

    // The folder of recordings.
    const std::string& recordings() const { return recordings_; }

    // Has a program make `recorded.finished` of its file.
    void finish(const Recorded& recorded, std::vector<std::string> command, Nanoseconds ns_max,
                const void* owner, Errand& errand);
    // Reads a file of at most so many bytes.
    void read(const std::string& path, std::size_t bytes_max, Errand& errand);
    void remove(const std::string& path, Errand& errand);

    // Gives back all that wants of this supply still wait for, and kills the programs of this
    // owner.
    void leave(const void* owner);

private:
    using Work = std::function<void()>;

    Worker(reactor::Folder folder, const std::string& path, int wake_up,
           std::size_t cache_bytes_max);

    void post(Work work);
    std::vector<Work> wait_for_work();
    void run();

    bool has_answered(Want& want);
    void look_up(Want& want);
    void keep(Want& want);
    void render(Want& want);
    void convert(Want& want, const std::string& path, Freshness freshness);
    void make(const std::string& path, std::string_view setting, Program program);
    void end(Want& want, const Result<FileLease>& file);
    Result<FileLease> adopt(const std::string& key, std::string path, Freshness freshness);
    Result<FileLease> kept_file(Want& want);
    static void answer(Want& want, Result<FileLease> answer);
    void give_up(const void* owner);

    const reactor::Folder folder_;
    const std::string recordings_;
    const int wake_up_;  // an eventfd

    std::mutex mutex_;  // of what follows
    std::vector<Work> work_;

    Cache cache_;

    // The thread's own.
    bool is_closing_ = false;
    Programs programs_;
    StringMap<std::vector<Want*>> made_;  // by key: those who wait for what another one gets

    std::thread thread_;  // uses all of the above
};

}  // namespace pivot::media
