#include "switches/asterisk/playback.hpp"

#include "switches/asterisk/sounds.hpp"
#include "switches/asterisk/targets.hpp"

#include <chrono>
#include <utility>

namespace pivot::switches::asterisk {

Playback::Playback(AriChannel& call, Leg& leg, JobId id, const Media& media)
    : Job(call, leg, id), media_(media), loops_left_(media.loops())
{
}

Playback::~Playback()
{
    switchboard().reactor.timers().stop(*this);
}

void Playback::begin()
{
    open_media();
    if (media_.kind() == Media::Kind::hold_music) return begin_music();
    offer();
    if (!offer_) {
        auto uri = sound_uri(media_, switchboard().settings);
        if (!uri) return end(JobEnd::failed, std::move(uri.error()));
        uri_ = std::move(*uri);
    }
    play_once();
}

void Playback::offer()
{
    OfferedSounds* const sounds = switchboard().settings.sounds;
    if (sounds == nullptr || media_.kind() != Media::Kind::file) return;
    auto name = sounds->name_of(media_.what());
    if (!name) return;
    offer_.emplace(*sounds, std::move(*name));
    uri_ = "sound:" + offer_->url();
}

void Playback::begin_music()
{
    std::string begin = target("/moh");
    if (!media_.what().empty()) append_encoded(begin.append("?mohClass="), media_.what());
    ask(post_request(std::move(begin)), [this](const Result<AriAnswer>& answer) {
        if (!has_succeeded(answer)) end_failed(answer);
    });
}

// Each repetition has another name, so that no event is taken for another's.
void Playback::play_once()
{
    playback_ = next_playback();
    began_at_ = switchboard().reactor.now();
    Body body;
    body.add_list("media", {uri_});
    if (!media_.language().empty()) body.add("lang", media_.language().text());
    ask(post_request(target("/play/" + playback_), body.take()),
        [this](const Result<AriAnswer>& answer) { began(answer); });
}

void Playback::began(const Result<AriAnswer>& answer)
{
    if (!has_succeeded(answer)) return end_failed(answer);
    if (media_.kind() != Media::Kind::tone || loops_left_ == 0 || is_stopping_) return;
    const auto length = std::chrono::nanoseconds(media_.tone().length()) * loops_left_;
    reactor::Reactor& reactor = switchboard().reactor;
    reactor.timers().set(*this, reactor.now() + length.count());
}

void Playback::fired()
{
    is_stopping_ = true;
    stop_playback();
}

void Playback::stop()
{
    if (std::exchange(is_stopping_, true)) return;
    end_ = JobEnd::stopped;
    if (withdraw()) return end(end_);
    if (media_.kind() == Media::Kind::hold_music) return stop_music();
    stop_playback();
}

void Playback::stop_music()
{
    ask(delete_request(target("/moh")));
    end(end_);
}

// The event or the answer ends the job, whichever is first. 404 means that it has ended already.
void Playback::stop_playback()
{
    ask_now(delete_request(target_of("playbacks", playback_)),
            [this](const Result<AriAnswer>&) { end(end_); });
}

void Playback::look_again()
{
    if (playback_.empty()) return;
    ask_now(get_request(target_of("playbacks", playback_)),
            [this](const Result<AriAnswer>& answer) {
                if (is_gone(answer)) end(end_);
            });
}

void Playback::hear(const PlaybackFinished& finished)
{
    if (finished.playback != playback_) return;
    if (is_stopping_) return end(end_);
    if (finished.has_failed) {
        if (leg().is_hanging_up) return end(JobEnd::stopped);
        // Some Asterisks that fetch a sound for two channels at once keep that of one, and have
        // nothing to play to the other (asterisk #1689). Now they have.
        if (offer_ && !std::exchange(was_repeated_, true)) return play_once();
        return end(JobEnd::failed, why_it_failed());
    }
    // Keeps an empty file from being played over and over without a pause.
    constexpr Nanoseconds packet_ns = 20 * millisecond_ns;
    const bool is_empty = switchboard().reactor.now() - began_at_ < packet_ns;
    if (loops_left_ == 1 || is_empty) return end(JobEnd::finished);
    if (loops_left_ > 0) --loops_left_;
    play_once();
}

std::string Playback::why_it_failed() const
{
    if (media_.kind() == Media::Kind::tone) return "Asterisk cannot play these tones";
    if (media_.kind() != Media::Kind::file) return "Asterisk has no sound of this name";
    if (offer_) {
        return "Asterisk cannot fetch and play this file: it does not reach asterisk.media_url, or "
               "its modules res_http_media_cache, res_curl, func_curl and format_wav are not all "
               "loaded";
    }
    return "Asterisk cannot play this file: it does not see it (asterisk.media_path), its format "
           "module is not loaded, or the file is broken";
}

}  // namespace pivot::switches::asterisk
