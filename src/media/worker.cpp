#include "media/worker.hpp"

#include "media/command_line.hpp"
#include "media/supply.hpp"
#include "reactor/thread.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace pivot::media {

namespace {

// Whether a sound that is no longer fresh is played instead (RFC 9111, section 4.2.4).
bool is_out_of_reach(const Failure& failure)
{
    switch (failure.reason) {
        case Reason::dns:
        case Reason::connect:
        case Reason::timeout:
        case Reason::closed:
        case Reason::overload: return true;
        default: return false;
    }
}

// Until a time, for poll(): rounded up.
int wait_ms(Nanoseconds until)
{
    if (until == never) return -1;
    const Nanoseconds wait_ns = std::max<Nanoseconds>(until - monotonic_now(), 0);
    return static_cast<int>((wait_ns + millisecond_ns - 1) / millisecond_ns);
}

tl::unexpected<Failure> no_file(std::string why)
{
    return fail(Reason::overload, Phase::read, std::move(why));
}

}  // namespace

// A switch has a working folder of its own, so it is shown paths from the root.
tl::expected<std::unique_ptr<Worker>, std::string> Worker::open(const std::string& set_path,
                                                                std::size_t cache_bytes_max)
{
    const std::string path = std::filesystem::absolute(set_path);
    const auto media_error = [](const std::string& error) {
        return tl::unexpected(fmt::format("the folder of media.path {}", error));
    };
    auto folder = reactor::Folder::take(path);
    if (!folder) return media_error(folder.error());
    std::error_code error;
    std::filesystem::create_directory(path + "/recordings", error);
    if (error) return media_error(fmt::format("{}/recordings: {}", path, error.message()));
    const int wake_up = ::eventfd(0, EFD_CLOEXEC);
    if (wake_up < 0) return media_error(fmt::format("{}: eventfd: {}", path, strerror(errno)));
    std::unique_ptr<Worker> worker(new Worker(std::move(*folder), path, wake_up, cache_bytes_max));
    auto thread = reactor::start_thread("pivot/media", [self = worker.get()] { self->run(); });
    if (!thread) return media_error(fmt::format("{}: {}", path, thread.error()));
    worker->thread_ = std::move(*thread);
    return worker;
}

Worker::Worker(reactor::Folder folder, const std::string& path, int wake_up,
               std::size_t cache_bytes_max)
    : folder_(std::move(folder)),
      recordings_(path + "/recordings"),
      wake_up_(wake_up),
      cache_(path, cache_bytes_max),
      programs_(std::max(std::thread::hardware_concurrency(), 1U))
{
}

Worker::~Worker()
{
    close();
    assert(made_.empty());
    ::close(wake_up_);
}

void Worker::close()
{
    if (!thread_.joinable()) return;
    post([this] { is_closing_ = true; });
    thread_.join();
}

void Worker::take(Want& want)
{
    if (!want.fetched && has_answered(want)) return;
    post([this, &want] { want.fetched ? keep(want) : look_up(want); });
}

void Worker::leave(const void* owner)
{
    post([this, owner] { give_up(owner); });
}

void Worker::finish(const Recorded& recorded, std::vector<std::string> command, Nanoseconds ns_max,
                    const void* owner, Errand& errand)
{
    const Placeholder values[] = {{"file", recorded.file},
                                  {"output", recorded.finished},
                                  {"format", recorded.format},
                                  {"trim", recorded.trims_silence ? "trim" : ""}};
    Program program;
    program.owner = owner;
    program.arguments = filled_in(command, values);
    program.ns_max = ns_max;
    program.ended = [&errand, recorded](std::string why) {
        if (!why.empty()) return errand.end(tl::unexpected(std::move(why)));
        if (recorded.is_ours) ::unlink(recorded.file.c_str());
        errand.end("");
    };
    post([this, path = recorded.finished, program = std::move(program)] {
        make(path, "media.recording_command", program);
    });
}

void Worker::read(const std::string& path, std::size_t bytes_max, Errand& errand)
{
    post([path, bytes_max, &errand] {
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        if (error) return errand.end(tl::unexpected(error.message()));
        if (size > bytes_max) {
            return errand.end(tl::unexpected(
                fmt::format("{} bytes are more than the limit of {}", size, bytes_max)));
        }
        std::string bytes(size, '\0');
        std::ifstream file(path, std::ios::binary);
        if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
            return errand.end(tl::unexpected(std::string("it cannot be read")));
        }
        errand.end(std::move(bytes));
    });
}

void Worker::remove(const std::string& path, Errand& errand)
{
    post([path, &errand] {
        ::unlink(path.c_str());
        errand.end("");
    });
}

void Worker::post(Work work)
{
    const std::scoped_lock lock(mutex_);
    work_.push_back(std::move(work));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_up_, &one, sizeof one);
}

std::vector<Worker::Work> Worker::wait_for_work()
{
    std::vector<pollfd> polled = {{.fd = wake_up_, .events = POLLIN, .revents = 0}};
    programs_.append_to(polled);
    ::poll(polled.data(), polled.size(), wait_ms(programs_.due()));
    const std::scoped_lock lock(mutex_);
    if (!work_.empty()) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(wake_up_, &count, sizeof count);
    }
    return std::exchange(work_, {});
}

void Worker::run()
{
    while (!is_closing_) {
        for (const Work& work : wait_for_work()) work();
        programs_.attend();
    }
}

// Prompts are played again and again: to wake this thread, and the lane again, would cost more than
// all else that they take.
bool Worker::has_answered(Want& want)
{
    FileLease file = cache_.find_fresh(want.key, monotonic_now());
    if (file == nullptr) return false;
    answer(want, std::move(file));
    return true;
}

void Worker::look_up(Want& want)
{
    const auto made = made_.find(want.key);
    if (made != made_.end()) return made->second.push_back(&want);
    if (has_answered(want)) return;
    const Cache::Sound* const sound = cache_.find(want.key);
    if (sound != nullptr) want.conditions = sound->freshness.conditions();
    made_.try_emplace(want.key);
    if (want.saying) return render(want);
    want.supply.reactor().post(want);
}

void Worker::keep(Want& want)
{
    Result<Fetched>& fetched = *want.fetched;
    const bool is_new = fetched && !fetched->is_unchanged;
    if (!is_new) return end(want, kept_file(want));
    const auto path = cache_.write(fetched->bytes, fetched->ending);
    if (!path) return end(want, no_file(path.error()));
    convert(want, *path, std::move(fetched->freshness));
}

void Worker::end(Want& want, const Result<FileLease>& file)
{
    auto waiting = made_.extract(want.key);
    for (Want* const other : waiting.mapped()) answer(*other, file);
    answer(want, file);
}

// The cached file, if the server says that it is current, or cannot be reached.
Result<FileLease> Worker::kept_file(Want& want)
{
    Result<Fetched>& fetched = *want.fetched;
    const Cache::Sound* const sound = cache_.find(want.key);
    if (!fetched) {
        const bool is_stale = sound != nullptr && sound->freshness.may_be_stale;
        if (is_stale && is_out_of_reach(fetched.error())) return sound->file;
        return tl::unexpected(std::move(fetched.error()));
    }
    if (sound == nullptr) {
        return fail(Reason::status, Phase::read,
                    "the server answered 304 although nothing is cached");
    }
    FileLease file = sound->file;
    cache_.renew(want.key, std::move(fetched->freshness), monotonic_now());
    return file;
}

// A text goes by file, too: one argument has room for 128 KiB.
void Worker::render(Want& want)
{
    const Saying& saying = *want.saying;
    const std::string path = cache_.new_path(".wav");
    const std::string text_path = path + ".txt";
    std::ofstream(text_path) << saying.text << '\n';
    const Placeholder values[] = {{"text", saying.text},     {"text_file", text_path},
                                  {"voice", saying.voice},   {"language", saying.language},
                                  {"engine", saying.engine}, {"file", path}};
    Program program;
    program.owner = &want.supply;
    program.arguments = filled_in(saying.command, values);
    program.ns_max = saying.ns_max;
    program.ended = [this, &want, path, text_path](std::string why) {
        ::unlink(text_path.c_str());
        if (!why.empty()) return end(want, no_file(std::move(why)));
        Freshness freshness;
        freshness.lifetime = forever;
        convert(want, path, std::move(freshness));
    };
    make(path, "media.speech_command", std::move(program));
}

void Worker::convert(Want& want, const std::string& path, Freshness freshness)
{
    const Conversion& conversion = want.conversion;
    if (conversion.command.empty()) {
        return end(want, adopt(want.key, path, std::move(freshness)));
    }
    const std::string output = cache_.new_path(conversion.form.ending);
    const std::string rate = std::to_string(conversion.form.rate_hz);
    const Placeholder values[] = {{"file", path}, {"output", output}, {"rate", rate}};
    Program program;
    program.owner = &want.supply;
    program.arguments = filled_in(conversion.command, values);
    program.ns_max = conversion.ns_max;
    program.ended = [this, &want, path, output, freshness](std::string why) {
        ::unlink(path.c_str());
        if (!why.empty()) return end(want, no_file(std::move(why)));
        end(want, adopt(want.key, output, freshness));
    };
    make(output, "media.conversion_command", std::move(program));
}

// Has a program make the file `path`. `setting` names the program for the operator.
void Worker::make(const std::string& path, std::string_view setting, Program program)
{
    program.complaints = path + ".err";
    program.ended = [path, setting, ended = std::move(program.ended)](std::string why) {
        ::unlink((path + ".err").c_str());
        std::error_code missing;
        const auto bytes = std::filesystem::file_size(path, missing);
        if (why.empty() && (missing || bytes == 0)) {
            why = fmt::format("{} has made no file", setting);
        }
        if (!why.empty()) ::unlink(path.c_str());
        ended(std::move(why));
    };
    if (program.arguments.empty()) return program.ended(fmt::format("{} is empty", setting));
    programs_.add(std::move(program));
}

Result<FileLease> Worker::adopt(const std::string& key, std::string path, Freshness freshness)
{
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(path, missing);
    if (missing) return no_file(fmt::format("{}: {}", path, missing.message()));
    auto adopted = cache_.adopt(key, std::move(path), bytes, std::move(freshness), monotonic_now());
    if (!adopted) return no_file(std::move(adopted.error()));
    return std::move(*adopted);
}

void Worker::answer(Want& want, Result<FileLease> answer)
{
    want.fetched.reset();
    want.answer = std::move(answer);
    want.supply.reactor().post(want);
}

void Worker::give_up(const void* owner)
{
    programs_.drop(owner);
    for (auto& [key, waiting] : made_) {
        std::erase_if(waiting, [&](Want* want) {
            if (&want->supply != owner) return false;
            answer(*want, fail(Reason::cancelled, Phase::queue, "the engine is stopping"));
            return true;
        });
    }
}

}  // namespace pivot::media
