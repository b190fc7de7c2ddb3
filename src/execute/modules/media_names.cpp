#include "execute/modules/media_names.hpp"

#include "base/text.hpp"
#include "execute/freeswitch_media.hpp"

#include <pivot/checked_text.hpp>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::string_view prompt_scheme = "prompt://";

bool is_url(std::string_view name)
{
    return name.starts_with("http://") || name.starts_with("https://");
}

// `prompt://ACCOUNT/PROMPT/LANGUAGE`
Media prompt_of(const Work& work, std::string_view path)
{
    const std::string_view after_account = path.substr(path.find('/') + 1);
    const auto slash = after_account.find('/');
    LanguageTag language;
    if (slash != after_account.npos) language = LanguageTag::of(after_account.substr(slash + 1));
    if (language.empty()) language = call_language(work);
    return Media(PromptName::of(after_account.substr(0, slash)), language);
}

// Returns empty media if the name is not valid.
Media as_named(const Work& work, std::string_view name)
{
    if (is_url(name)) return Media(WebUrl::of(name));
    if (const auto foreign = read_freeswitch_media(name)) {
        if (!foreign->flaw.empty()) {
            work.warn(fmt::format("\"{}\": {}", printable(name), foreign->flaw));
        }
        return foreign->media;
    }
    if (name.starts_with(prompt_scheme)) {
        return prompt_of(work, name.substr(prompt_scheme.size()));
    }
    for (const std::string_view folder : {"system_media/", "/system_media/"}) {
        if (name.starts_with(folder)) return prompt(work, name.substr(folder.size()));
    }
    return Media(SoundName::of(name));
}

// Operators name sounds as their switch does, so any name is valid.
Media as_stored(const Work& work, const std::string& name)
{
    Media media = as_named(work, name);
    return media.empty() ? Media(SoundName::of_operator(name)) : media;
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

Media ringback_named(const Work& work, std::string_view name)
{
    if (name.empty()) return Media();
    Media ringback = media_named(work, name);
    ringback.set_loops(0);
    return ringback;
}

Media prompt(const Work& work, std::string_view name)
{
    return Media(PromptName::of(name), call_language(work));
}

LanguageTag call_language(const Work& work)
{
    return LanguageTag::of(work.call.session().call().language);
}

}  // namespace pivot::execute::modules
