#include "execute/modules/sound.hpp"

#include "base/text.hpp"
#include "execute/modules/data.hpp"
#include "execute/names.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// A caller may lean on his keys for as long as something is played.
constexpr std::size_t collection_max = 128;

constexpr std::string_view prompt_scheme = "prompt://";

bool is_url(std::string_view name)
{
    return name.starts_with("http://") || name.starts_with("https://");
}

// `prompt://ACCOUNT/PROMPT/LANGUAGE`
Media prompt_of(const Work& work, std::string_view path)
{
    const std::string_view behind_account = path.substr(path.find('/') + 1);
    const auto slash = behind_account.find('/');
    LanguageTag language;
    if (slash != behind_account.npos) language = LanguageTag::of(behind_account.substr(slash + 1));
    if (language.empty()) language = call_language(work);
    return Media(PromptName::of(behind_account.substr(0, slash)), language);
}

// Nothing, where it is neither a URL nor what a switch can have.
Media as_named(const Work& work, std::string_view name)
{
    if (is_url(name)) return Media(WebUrl::of(name));
    if (name.starts_with(tone_scheme)) {
        return Media(Tone::of(name.substr(tone_scheme.size())));
    }
    if (name.starts_with(prompt_scheme)) {
        return prompt_of(work, name.substr(prompt_scheme.size()));
    }
    for (const std::string_view folder : {"system_media/", "/system_media/"}) {
        if (name.starts_with(folder)) return prompt(work, name.substr(folder.size()));
    }
    return Media(SoundName::of(name));
}

// The operator names sounds as the switch has them.
Media as_stored(const Work& work, const std::string& name)
{
    Media media = as_named(work, name);
    return media.empty() ? Media(SoundName::of_operator(name)) : media;
}

// Adds what was typed since there were `typed_before` keys.
void keep_keys(const Work& work, std::size_t typed_before)
{
    const std::string& keys = work.call.keys();
    if (keys.size() <= typed_before) return;
    std::string collection(work.call.session().digits("default"));
    collection += std::string_view(keys).substr(typed_before);
    if (collection.size() > collection_max) collection.resize(collection_max);
    work.call.session().set_digits("default", collection);
}

Task<Heard> nothing_heard(Deadline&)
{
    Heard heard;
    heard.has_failed = true;
    co_return heard;
}

Task<Heard> hear_once(Work work, const Sound& sound, Deadline& deadline)
{
    if (const auto* media = std::get_if<Media>(&sound.what)) {
        if (media->empty()) return nothing_heard(deadline);
        return play(work.call, *media, sound.stop_keys, deadline);
    }
    return say(work.call, std::get<Speech>(sound.what), sound.stop_keys, deadline);
}

}  // namespace

Media media_named(const Work& work, std::string_view name)
{
    if (const std::string* stored = look_up(work, &Directory::media, name)) {
        return as_stored(work, *stored);
    }
    Media media = as_named(work, name);
    if (media.empty()) {
        work.warn(fmt::format("\"{}\" is not the name of a sound", printable(name)));
    }
    return media;
}

Media prompt(const Work& work, std::string_view name)
{
    return Media(PromptName::of(name), call_language(work));
}

// A call may come with anything.
LanguageTag call_language(const Work& work)
{
    return LanguageTag::of(work.call.session().call().language);
}

Task<Heard> hear(Work work, Sound sound, Deadline& deadline)
{
    Heard heard;
    const std::size_t typed_before = work.call.keys().size();
    std::int64_t count = 0;
    while (!work.call.must_stop() && heard.key == 0 && !heard.has_failed) {
        if (!sound.is_endless && count == sound.times) break;
        ++count;
        const Nanoseconds began = work.call.now();
        heard = co_await hear_once(work, sound, deadline);
        const bool took_time = work.call.now() > began;
        if (sound.is_endless && !took_time) {
            work.warn("there is nothing to hear in what is to be played for ever");
            break;
        }
    }
    keep_keys(work, typed_before);
    co_return heard;
}

Task<Heard> hear_prompt(Work work, Media media, Deadline& deadline)
{
    Sound sound;
    sound.what = std::move(media);
    sound.stop_keys = all_keys;
    return hear(work, std::move(sound), deadline);
}

}  // namespace pivot::execute::modules
