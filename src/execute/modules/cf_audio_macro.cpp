// audio_macro: plays several sounds, one after the other.
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"
#include "execute/modules/spoken_value.hpp"
#include "execute/modules/tone_data.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

Sound say_macro(const Work& work, json::Value data, std::string_view language,
                std::string_view stop_keys)
{
    Speech speech = spoken_value(text(data, "text"), text(data, "type", "name_spelled"),
                                 text(data, "method", "pronounced"));
    speech.language = language_of(work, data, language);
    const std::string_view gender = text(data, "gender");
    if (gender == "masculine") speech.voice = VoiceName::of("male");
    if (gender == "feminine") speech.voice = VoiceName::of("female");
    Sound sound = sound_of(data, stop_keys);
    sound.what = std::move(speech);
    return sound;
}

std::optional<Sound> macro_of(const Work& work, json::Value macro, std::string_view language,
                              std::string_view stop_keys)
{
    const std::string_view kind = text(macro, "macro");
    const std::string_view id = text(macro, "id");
    if (kind == "tts" && !text(macro, "text").empty()) {
        return speech_of(work, macro, language, stop_keys);
    }
    if (kind == "say" && !text(macro, "text").empty()) {
        return say_macro(work, macro, language, stop_keys);
    }
    Sound sound = sound_of(macro, stop_keys);
    if (kind == "play" && !id.empty()) {
        sound.what = media_named(work, id);
        return sound;
    }
    if (kind == "prompt" && !id.empty()) {
        const auto name = name_of<PromptName>(work, "the prompt", id);
        sound.what = Media(name, language_of(work, macro, language));
        return sound;
    }
    if (kind == "tone" && has_frequencies(macro)) {
        sound.what = tone_of(work, macro);
        return sound;
    }
    work.warn(fmt::format("a macro of kind \"{}\" has nothing to play", kind));
    return std::nullopt;
}

}  // namespace

// On a call that is not answered the sounds are early media.
Task<ModuleEnd> audio_macro(Work work, json::Value data, Deadline& deadline)
{
    std::vector<Sound> sounds;
    const auto macros = data.find("macros");
    const std::string_view language = text(data, "language");
    const std::string stop_keys = keys(data, "terminators", all_keys);
    if (macros && macros->is_array()) {
        for (const auto macro : macros->elements()) {
            if (auto sound = macro_of(work, macro, language, stop_keys)) {
                sounds.push_back(std::move(*sound));
            }
        }
    }
    return hear_all(work, std::move(sounds), false, deadline);
}

}  // namespace pivot::execute::modules
