#include "execute/modules/sound.hpp"

#include "base/text.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <utility>

namespace pivot::execute::modules {

namespace {

// A caller may lean on the keys for as long as something plays.
constexpr std::size_t collection_max = 128;

// The beginning of a sound is often lost if the call has only just been answered.
constexpr milliseconds after_answer{100};

// Adds the keys after the first `typed_before`.
void keep_keys(const Work& work, std::size_t typed_before)
{
    const std::string& keys = work.call.keys();
    if (keys.size() <= typed_before) return;
    std::string collection(work.call.session().store().digits(default_collection));
    collection += std::string_view(keys).substr(typed_before);
    if (collection.size() > collection_max) collection.resize(collection_max);
    work.call.session().set_digits(default_collection, collection);
}

// As a warning names it: a flow may play several.
std::string name_of(const Sound& sound)
{
    const auto* const media = std::get_if<Media>(&sound.what);
    const bool has_name = media != nullptr && !media->empty() && media->kind() != Media::Kind::tone;
    return has_name ? printable(media->what()) : "it";
}

Task<jobs::PlaybackResult> nothing_heard(Deadline&)
{
    jobs::PlaybackResult heard;
    heard.has_failed = true;
    co_return heard;
}

Task<jobs::PlaybackResult> hear_once(Work work, const Sound& sound, Deadline& deadline)
{
    if (const auto* media = std::get_if<Media>(&sound.what)) {
        if (media->empty()) return nothing_heard(deadline);
        return jobs::play(work.call, *media, sound.stop_keys, deadline);
    }
    return jobs::say(work.call, std::get<Speech>(sound.what), sound.stop_keys, deadline);
}

}  // namespace

LanguageTag language_of(const Work& work, json::Value data, std::string_view preset)
{
    LanguageTag language = name_in<LanguageTag>(work, data, "language", preset);
    return language.empty() ? call_language(work) : language;
}

Sound sound_of(json::Value data, std::string_view stop_keys)
{
    Sound sound;
    sound.stop_keys = keys(data, "terminators", stop_keys);
    sound.is_endless = is_true(data, "endless_playback");
    sound.times = std::max(number(data, "loop_count", 1), std::int64_t{1});
    return sound;
}

Sound speech_of(const Work& work, json::Value data, std::string_view language,
                std::string_view stop_keys)
{
    Speech speech;
    speech.text = OpaqueText(text(data, "text"));
    speech.voice = name_in<VoiceName>(work, data, "voice", "female");
    speech.language = language_of(work, data, language);
    speech.engine = name_in<EngineName>(work, data, "engine");
    Sound sound = sound_of(data, stop_keys);
    sound.what = std::move(speech);
    return sound;
}

Task<jobs::PlaybackResult> hear(Work work, Sound sound, Deadline& deadline)
{
    jobs::PlaybackResult heard;
    const std::size_t typed_before = work.call.keys().size();
    std::int64_t count = 0;
    while (!work.call.must_stop() && heard.key == 0 && !heard.has_failed) {
        if (!sound.is_endless && count == sound.times) break;
        ++count;
        const Nanoseconds began = work.call.now();
        heard = co_await hear_once(work, sound, deadline);
        const bool took_time = work.call.now() > began;
        if (sound.is_endless && !took_time) {
            work.warn("the sound is empty: endless_playback does not repeat it");
            break;
        }
    }
    keep_keys(work, typed_before);
    co_return heard;
}

Task<jobs::PlaybackResult> hear_prompt(Work work, Media media, Deadline& deadline)
{
    Sound sound;
    sound.what = std::move(media);
    sound.stop_keys = all_keys;
    return hear(work, std::move(sound), deadline);
}

Task<ModuleEnd> hear_all(Work work, std::vector<Sound> sounds, bool answers, Deadline& deadline)
{
    const bool is_answering = answers && !work.call.is_answered();
    if (is_answering) {
        co_await work.call.answer(deadline);
        co_await work.call.pause(after_answer, deadline);
    }
    ModuleEnd end = go_on();
    for (Sound& sound : sounds) {
        if (work.call.must_stop()) break;
        const std::string failure = "the switch could not play " + name_of(sound);
        const jobs::PlaybackResult heard = co_await hear(work, std::move(sound), deadline);
        if (heard.key != 0) break;
        if (heard.has_failed) end = give_up(work, with_reason(failure, heard.why));
    }
    co_return end;
}

}  // namespace pivot::execute::modules
