#include "media/archive.hpp"

#include "base/backoff.hpp"
#include "base/pass_on.hpp"
#include "base/random_id.hpp"
#include "exchange/attempts.hpp"
#include "exchange/content.hpp"
#include "media/errand.hpp"
#include "media/recording_link.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

using reactor::Deadline;
using reactor::Task;

constexpr int attempts_max = 8;

// A second, then twice as long each time: some four minutes.
constexpr Backoff between_uploads = {.pause_ns_min = second_ns, .pause_ns_max = 300 * second_ns};

// For one attempt.
constexpr Nanoseconds upload_ns_max = 120 * second_ns;

// The largest file that is uploaded: it is in memory meanwhile.
constexpr std::size_t upload_bytes_max = std::size_t{256} * 1024 * 1024;

std::string_view type_of(std::string_view path)
{
    return path.ends_with(".mp3") ? "audio/mpeg" : "audio/wav";
}

bool is_taken(const Result<int>& status)
{
    return status && *status >= 200 && *status <= 299;
}

// Whether a server that is down or busy may take it later.
bool is_worth_another(const Result<int>& status)
{
    if (status) return *status >= 500 || *status == 408 || *status == 429;
    const Reason reason = status.error().reason;
    return reason != Reason::blocked && reason != Reason::bad_action;
}

}  // namespace

Archive::Archive(exchange::Exchanges& exchanges, Worker& worker, Log log)
    : exchanges_(exchanges),
      worker_(worker),
      log_(std::move(log)),
      patience_(exchanges.reactor, never),
      closing_(exchanges.reactor, never),
      running_(exchanges.reactor)
{
}

std::string Archive::new_path() const
{
    return fmt::format("{}/{}", worker_.recordings(), random_id());
}

std::string Archive::told_of(const std::string& file, std::string_view account_id,
                             std::int64_t unix_now_s) const
{
    const EngineConfig::Media& settings = exchanges_.config().media;
    const std::filesystem::path path(file);
    const bool is_ours = path.parent_path() == worker_.recordings();
    if (settings.recordings_url.empty() || !is_ours) return file;
    const RecordingLink link{std::string(account_id), path.stem(),
                             unix_now_s + settings.recordings_lifetime.count()};
    return signed_link(settings.recordings_url, link, settings.recordings_key);
}

void Archive::take(Recorded recorded)
{
    if (running_.running() < recordings_max) {
        return running_.spawn(run(std::move(recorded), closing_));
    }
    complain(recorded, fmt::format("is kept as it is: {} others wait already", recordings_max));
}

void Archive::close()
{
    if (closing_.has_expired()) return;
    closing_.expire(Reason::cancelled);
    worker_.leave(this);
}

Task<> Archive::run(Recorded recorded, Deadline& closing)
{
    const bool is_finished = recorded.finished.empty() || closing.has_expired();
    if (!is_finished) co_await finish(recorded, patience_);
    if (!recorded.url.empty()) co_await upload(recorded, closing);
}

// Where it fails, the recording stays as it is.
Task<> Archive::finish(Recorded& recorded, Deadline& patience)
{
    Errand errand(exchanges_.reactor);
    const EngineConfig::Media& settings = exchanges_.config().media;
    worker_.finish(recorded, settings.recording_command,
                   std::chrono::nanoseconds(settings.recording_timeout).count(), this, errand);
    co_await errand.wait(patience);
    if (errand.result) {
        recorded.file = std::move(recorded.finished);
        recorded.is_ours = true;
    } else {
        complain(recorded, fmt::format("is left as it was recorded: {}", errand.result.error()));
    }
}

Task<> Archive::upload(const Recorded& recorded, Deadline& closing)
{
    Result<int> status;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        status = co_await send(recorded, closing);
        if (closing.has_expired() || !is_worth_another(status)) break;
        const Nanoseconds pause_ns = between_uploads.pause_ns(attempt, exchanges_.random);
        const Nanoseconds next = exchanges_.reactor.now() + pause_ns;
        const bool has_time = co_await reactor::Sleep(next, closing);
        if (!has_time) break;
    }
    if (!is_taken(status)) {
        const std::string why = status ? fmt::format("the server answered {}", *status)
                                       : std::move(status.error().message);
        complain(recorded, fmt::format("is kept, because it could not be uploaded to {}: {}",
                                       recorded.url, why));
    } else if (recorded.is_ours) {
        Errand errand(exchanges_.reactor);
        worker_.remove(recorded.file, errand);
        co_await errand.wait(patience_);
    }
}

// Yields the status of the answer.
Task<Result<int>> Archive::send(const Recorded& recorded, Deadline& closing)
{
    bool has_time = !closing.has_expired();
    while (has_time && uploads_ == uploads_max) has_time = co_await has_room_.wait(closing);
    if (!has_time) co_return tl::unexpected(closing.failure(Phase::queue));
    ++uploads_;
    Errand errand(exchanges_.reactor);
    worker_.read(recorded.file, upload_bytes_max, errand);
    co_await errand.wait(patience_);
    Result<int> status;
    if (errand.result) {
        status = co_await put(recorded, *errand.result, closing);
    } else {
        status = fail(Reason::bad_action, Phase::queue, std::move(errand.result.error()));
    }
    --uploads_;
    has_room_.happen();
    co_return status;
}

Task<Result<int>> Archive::put(const Recorded& recorded, const std::string& bytes,
                               Deadline& closing)
{
    exchange::AttemptsPlan plan;
    plan.webhook = {recorded.url, Method::post};
    plan.format = Format::twiml;
    plan.account_id = recorded.account_id;
    plan.action_url = recorded.action_url;
    plan.upload_type = type_of(recorded.file);
    plan.is_put = !recorded.uploads_by_post;
    plan.retry = exchange::Retry{};  // it is tried again later
    plan.attempt_ns_max = upload_ns_max;
    exchange::WrittenContent content(bytes);
    exchange::Attempts attempts(exchanges_, content, plan);
    while (true) {
        auto response = co_await attempts.ask(closing);
        auto followed = attempts.follow(response, closing);
        if (!followed) co_return pass_on(followed);
        if (!*followed) co_return (*response)->status;
    }
}

void Archive::complain(const Recorded& recorded, std::string_view what) const
{
    log_(LogLevel::error, recorded.call_id,
         fmt::format("the recording {} {}", recorded.file, what));
}

}  // namespace pivot::media
