#include "switches/asterisk/sounds.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

// Asterisk tries every format that it can read, and wants no extension.
std::string_view without_extension(std::string_view name)
{
    constexpr std::string_view formats =
        "wav wav16 WAV wav49 gsm ulaw alaw ul al pcm mu au sln sln16 sln8 raw g722 g719 g729 "
        "siren7 siren14 ogg opus mp3 ilbc";
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos || !has_word(formats, name.substr(dot + 1))) return name;
    return name.substr(0, dot);
}

// `HZ[+HZ]/ON_MS,0/OFF_MS`
std::string tones(const Tone& tone)
{
    std::string text = std::to_string(tone.hertz);
    if (tone.second_hertz > 0) text += fmt::format("+{}", tone.second_hertz);
    text += fmt::format("/{}", tone.on.count());
    if (tone.off.count() > 0) text += fmt::format(",0/{}", tone.off.count());
    return text;
}

}  // namespace

bool is_wideband(std::string_view formats)
{
    constexpr std::string_view wideband =
        "g722 opus slin16 slin24 slin32 slin44 slin48 slin96 slin192 silk16 silk24 speex16 speex32 "
        "siren7 siren14 g719 amrwb evs";
    formats = formats.substr(std::min(formats.find_first_not_of('('), formats.size()));
    const std::string_view likeliest = formats.substr(0, formats.find_first_of("|)"));
    return has_word(wideband, likeliest);
}

std::string sound_path(std::string_view file, const SwitchSettings& settings)
{
    std::string path;
    const std::string& folder = settings.media_path;
    if (!folder.empty() && !settings.media_path_seen.empty() && file.starts_with(folder)) {
        path = settings.media_path_seen;
        file.remove_prefix(folder.size());
    }
    return path.append(without_extension(file));
}

tl::expected<std::string, std::string> sound_uri(const Media& media, const SwitchSettings& settings)
{
    switch (media.kind()) {
        case Media::Kind::file: return "sound:" + sound_path(media.what(), settings);
        case Media::Kind::name:
        case Media::Kind::prompt: return fmt::format("sound:{}", without_extension(media.what()));
        case Media::Kind::tone: {
            const Tone tone = media.tone();
            if (!tone.empty()) return "tone:" + tones(tone);
            break;
        }
        case Media::Kind::url:
            return tl::unexpected(std::string(
                "Asterisk plays no URLs: let the engine fetch them (session.fetches_media)"));
        case Media::Kind::hold_music: break;
    }
    return tl::unexpected(std::string("the tone is not ON_MS,OFF_MS,HZ"));
}

}  // namespace pivot::switches::asterisk
