// What is wrong with an element that a call would skip or do without. Pure: a call and `pivot
// check` find the same, in the same words.
#pragma once

#include "twiml/document.hpp"

#include <pivot/command.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace pivot::execute::verbs {

// Told of a flaw: where it stands, and a sentence about it.
using Warn = std::function<void(twiml::Element element, std::string what)>;

// The absolute URL that a reference means in the document; empty: none.
using Resolve = std::function<std::string(std::string_view reference)>;

// What a Play names: a URL, a tone or hold music (freeswitch_media.hpp), or where it has neither a
// dot nor a slash nor a colon, something that the switch keeps. Empty where it is not one of these.
Media media_named(std::string_view what, const Resolve& resolve);
Media media_of(twiml::Element play, const Resolve& resolve);

// Each a sentence; empty: nothing is wrong. A Play with media is played in spite of its flaw.
std::string flaw_of_sound(twiml::Element element, std::string_view what);
std::string flaw_of_play(twiml::Element play, const Media& media);
std::string flaw_of_redirect(twiml::Element redirect, const Resolve& resolve);
std::string flaw_of_url(twiml::Element element, twiml::Attribute attribute, const Resolve& resolve);

// The flaw of a name in an attribute that no switch can be given.
std::string flaw_of_name(twiml::Element element, twiml::Attribute attribute);

}  // namespace pivot::execute::verbs
