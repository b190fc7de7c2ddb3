#include "execute/verbs/flaw.hpp"

#include "base/text.hpp"
#include "execute/freeswitch_media.hpp"

#include <pivot/checked_text.hpp>

#include <fmt/format.h>

namespace pivot::execute::verbs {

using twiml::Attribute;

Media media_named(std::string_view what, const Resolve& resolve)
{
    if (const auto foreign = read_freeswitch_media(what)) return foreign->media;
    if (what.find_first_of("/.:") == what.npos) return Media(SoundName::of(what));
    return Media(WebUrl::of(resolve(what)));
}

Media media_of(twiml::Element play, const Resolve& resolve)
{
    if (!play.is_true(Attribute::media_storage)) return media_named(play.text(), resolve);
    return Media(SoundName::of(play.text()));
}

std::string flaw_of_play(twiml::Element play, const Media& media)
{
    if (play.has(Attribute::digits)) return {};
    if (!media.empty()) return flaw_of_sound(play, play.text());
    if (play.text().empty()) return "Play: there is nothing to play";
    return fmt::format("Play: \"{}\" is neither a URL nor the name of a sound",
                       printable(play.text()));
}

std::string flaw_of_sound(twiml::Element element, std::string_view what)
{
    const auto foreign = read_freeswitch_media(what);
    if (!foreign || foreign->flaw.empty()) return {};
    return fmt::format("{}: \"{}\": {}", twiml::name(element.name()), printable(what),
                       foreign->flaw);
}

std::string flaw_of_redirect(twiml::Element redirect, const Resolve& resolve)
{
    if (redirect.text().empty() || !resolve(redirect.text()).empty()) return {};
    return fmt::format("Redirect: \"{}\" is not a URL", printable(redirect.text()));
}

std::string flaw_of_url(twiml::Element element, Attribute attribute, const Resolve& resolve)
{
    if (!element.has(attribute)) return {};
    const std::string_view text = element.text(attribute);
    if (!resolve(text).empty()) return {};
    return fmt::format("{} is not a URL: {}", twiml::name(attribute), printable(text));
}

std::string flaw_of_name(twiml::Element element, Attribute attribute)
{
    return fmt::format("{}: {} is left out: \"{}\" cannot be one for a switch",
                       twiml::name(element.name()), twiml::name(attribute),
                       printable(element.text(attribute)));
}

}  // namespace pivot::execute::verbs
