#include "pivot/serve/asterisk/asterisk_trial.hpp"

#include "pivot/serve/asterisk/sound_server.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"
#include "switches/asterisk/ari.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/sounds.hpp"
#include "switches/asterisk/targets.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

namespace asterisk = switches::asterisk;

using namespace std::string_view_literals;
using asterisk::AriRequest;
using reactor::Deadline;
using reactor::Task;

constexpr Nanoseconds limit_ns = 10 * second_ns;
constexpr Nanoseconds farewell_ns = second_ns;  // time to remove the bridge, even after a failure

// A name that no other process uses. At its start, the engine removes files whose names begin like
// this.
std::string own_name()
{
    return fmt::format("pivot-check-{}", ::getpid());
}

// A tenth of a second of silence: mono, 8 kHz, 16 bits.
std::string silent_wav()
{
    constexpr std::size_t samples_bytes = 1'600;
    constexpr std::string_view head =
        "RIFF\x64\x06\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
        "data\x40\x06\0\0"sv;
    static_assert(head.size() == 44);
    return std::string(head).append(samples_bytes, '\0');
}

// A file that exists for as long as it is tried.
class Sound {
public:
    explicit Sound(const std::string& folder) : path_(fmt::format("{}/{}.wav", folder, own_name()))
    {
        std::ofstream file(path_, std::ios::binary);
        file << silent_wav();
        file.close();
        if (!file) objection_ = fmt::format("{}: {}", path_, std::strerror(errno));
    }
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;
    ~Sound()
    {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    const std::string& path() const { return path_; }
    const std::string& objection() const { return objection_; }

private:
    const std::string path_;
    std::string objection_;
};

class Trial final : private asterisk::AriListener {
public:
    Trial(asterisk::Ari& ari, std::string name) : ari_(ari), name_(std::move(name)) {}

    // Plays `sound`, which is the file as Asterisk sees it; empty if there is none to play.
    Task<> run(std::string sound, Deadline& deadline)
    {
        co_await connect(deadline);
        const bool plays = is_connected_ && !sound.empty();
        if (plays) co_await play(sound, deadline);
        is_over_ = true;
    }

    bool is_over() const { return is_over_; }
    bool cannot_play() const { return has_failed_; }
    const AsteriskVerdict& verdict() const { return verdict_; }
    reactor::FramePool& frames() const { return ari_.frames(); }

private:
    // An Asterisk that does not answer may be up later. One that refuses will refuse again.
    Task<> connect(Deadline& deadline)
    {
        const AriRequest question = asterisk::get_request("asterisk/info?only=status");
        const auto answer = co_await ari_.ask(question, deadline);
        if (!answer) {
            verdict_.doubt = answer.error().message;
            co_return;
        }
        ari_.start(*this);
        while (!is_connected_ && verdict_.objection.empty() && !deadline.has_expired()) {
            co_await news_.wait(deadline);
        }
        const bool is_known = is_connected_ || !verdict_.objection.empty();
        if (!is_known) verdict_.doubt = "it has not accepted the WebSocket in time";
    }

    Task<> play(std::string_view sound, Deadline& deadline)
    {
        const std::string bridge = asterisk::target_of("bridges", name_);
        const AriRequest begin = asterisk::post_request(bridge);
        co_await ask(begin, deadline);
        const std::string events = "/subscription?eventSource=bridge:" + name_;
        const AriRequest subscribe =
            asterisk::post_request(asterisk::target_of("applications", name_, events));
        co_await ask(subscribe, deadline);
        switches::Body media;
        media.add("media", fmt::format("sound:{}", sound));
        const AriRequest play = asterisk::post_request(bridge + "/play/" + name_, media.take());
        co_await ask(play, deadline);
        while (!has_finished_ && verdict_.doubt.empty() && !deadline.has_expired()) {
            co_await news_.wait(deadline);
        }
        if (!has_finished_ && verdict_.doubt.empty()) verdict_.doubt = "it has not played in time";
        const AriRequest end = asterisk::delete_request(bridge);
        Deadline farewell(deadline.reactor(), deadline.reactor().now() + farewell_ns);
        co_await ari_.ask(end, farewell);
    }

    // Asks nothing after a request that has failed.
    Task<> ask(const AriRequest& request, Deadline& deadline)
    {
        if (!verdict_.doubt.empty()) co_return;
        const auto answer = co_await ari_.ask(request, deadline);
        if (!asterisk::has_succeeded(answer)) verdict_.doubt = asterisk::why_of(answer);
    }

    void connected() override
    {
        is_connected_ = true;
        news_.happen();
    }

    void heard(std::string_view json) override
    {
        const asterisk::AriEvent event = reader_.read(json);
        const auto* const finished = std::get_if<asterisk::PlaybackFinished>(&event);
        if (finished == nullptr || finished->playback != name_) return;
        has_finished_ = true;
        has_failed_ = finished->has_failed;
        news_.happen();
    }

    void lost(std::string_view why) override
    {
        (is_connected_ ? verdict_.doubt : verdict_.objection) = why;
        news_.happen();
    }

    asterisk::Ari& ari_;
    const std::string name_;
    asterisk::EventReader reader_;
    AsteriskVerdict verdict_;
    reactor::Event news_;
    bool is_connected_ = false;
    bool has_finished_ = false;
    bool has_failed_ = false;
    bool is_over_ = false;
};

// The sound as Asterisk finds it, while it is tried.
class Sample {
public:
    // `folder` is that of the engine's files.
    Sample(const AsteriskSettings& settings, const std::string& folder)
        : sound_(folder),
          where_(asterisk::sound_path(sound_.path(), switch_settings(settings, folder)))
    {
        if (settings.media_listen.empty()) return;
        where_.clear();
        auto server = SoundServer::open(settings, folder, log_);
        if (server) server_ = std::move(*server);
        const auto served = server ? server_->start() : tl::unexpected(server.error());
        if (!served) {
            doubt_ = served.error();
            return;
        }
        offer_.emplace(server_->sounds(), *server_->sounds().name_of(sound_.path()));
        where_ = offer_->url();
    }

    const std::string& where() const { return where_; }
    const std::string& objection() const { return sound_.objection(); }
    const std::string& doubt() const { return doubt_; }

    std::string why_not_played() const
    {
        if (offer_) {
            return fmt::format(
                "it cannot fetch and play {}: that does not lead from there to "
                "asterisk.media_listen, or its modules res_http_media_cache, res_curl, func_curl "
                "and format_wav are not all loaded",
                where_);
        }
        return fmt::format(
            "it cannot play {}.wav: its user may not enter the folder or read the file, or sees it "
            "elsewhere (asterisk.media_path), or its module format_wav is not loaded",
            where_);
    }

private:
    const Sound sound_;
    std::string where_;
    std::string doubt_;
    Log log_{LogSettings()};
    std::unique_ptr<SoundServer> server_;
    std::optional<asterisk::OfferedSounds::Offer> offer_;
};

AsteriskVerdict run_trial(reactor::Reactor& reactor, const AsteriskSettings& settings,
                          const Sample* sample)
{
    asterisk::AriConfig config = ari_config(settings);
    config.application = own_name();
    auto ari = asterisk::Ari::open(reactor, std::move(config));
    if (!ari) return {ari.error(), ""};
    Trial trial(**ari, own_name());
    {
        Deadline deadline(reactor, reactor.now() + limit_ns);
        reactor::Scope scope(reactor);
        scope.spawn(trial.run(sample != nullptr ? sample->where() : "", deadline));
        while (!trial.is_over()) reactor.turn(never);
        (*ari)->stop();
        while (scope.running() > 0) reactor.turn(never);
    }
    while (!reactor.is_idle()) reactor.turn(never);
    AsteriskVerdict verdict = trial.verdict();
    if (trial.cannot_play()) verdict.objection = sample->why_not_played();
    return verdict;
}

// Puts the URL of the Asterisk into the sentences.
AsteriskVerdict name_in(AsteriskVerdict verdict, std::string_view url)
{
    if (!verdict.objection.empty()) {
        verdict.objection = fmt::format("Asterisk at {}: {}", url, verdict.objection);
    }
    if (!verdict.doubt.empty()) {
        verdict.doubt = fmt::format("Asterisk at {} could not be tried: {}", url, verdict.doubt);
    }
    return verdict;
}

}  // namespace

AsteriskVerdict try_asterisk(const AsteriskSettings& settings, const std::string& media_path)
{
    if (settings.url.empty()) return {};
    auto reactor = reactor::Reactor::open();
    if (!reactor) return {reactor.error(), ""};
    std::error_code ignored;
    const bool is_there = std::filesystem::is_directory(media_path, ignored);
    std::optional<Sample> sample;
    if (is_there) sample.emplace(settings, switch_settings(settings, media_path).media_path);
    if (sample && !sample->objection().empty()) return {sample->objection(), ""};
    AsteriskVerdict verdict = run_trial(**reactor, settings, sample ? &*sample : nullptr);
    const bool is_known = !verdict.objection.empty() || !verdict.doubt.empty();
    if (is_known) return name_in(std::move(verdict), settings.url);
    if (sample) {
        verdict.doubt = sample->doubt();
    } else if (!media_path.empty()) {
        verdict.doubt = fmt::format("the folder {} is not there yet", media_path);
    }
    return name_in(std::move(verdict), settings.url);
}

}  // namespace pivot::tools
