// What the verbs of TwiML have in common.
#pragma once

#include "execute/live_call.hpp"
#include "execute/next_step.hpp"
#include "execute/verbs/flaw.hpp"
#include "twiml/document.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::execute::verbs {

using twiml::Attribute;
using Parameters = std::vector<exchange::Parameter>;

void append(Parameters& parameters, Parameters more);

// What is said of an attribute whose text no switch can be given.
void warn_of_name(LiveCall& call, twiml::Element element, Attribute attribute);

// The name that an attribute gives. Empty, with a warning, where its text cannot be one.
template <typename Name>
Name name_in(LiveCall& call, twiml::Element element, Attribute attribute)
{
    const std::string_view text = element.text(attribute);
    Name name = Name::of(text);
    if (name.empty() && !text.empty()) warn_of_name(call, element, attribute);
    return name;
}

// Flaws as warnings of a call, and references as its document means them.
Warn warner(LiveCall& call);
Resolve resolver(LiveCall& call);

// Where an element stands, as a warning has it: `3:5`.
std::string where(twiml::Element element);

Method method_of(twiml::Element element, Attribute attribute);

milliseconds seconds_of(twiml::Element element, Attribute attribute);

// How often the element's `loop` says; 0 there is until the call is over, but not for ever.
std::int64_t rounds_of(twiml::Element element);

// Sets the variables of the call that an element has as its children (set.cpp).
void set_variables(LiveCall& call, twiml::Element parent);

// Whether the list of an attribute has this word.
bool lists(twiml::Element element, Attribute attribute, std::string_view word);

// Whether an attribute is given and names a URL. One that is given and does not warns.
bool names_a_url(LiveCall& call, twiml::Element element, Attribute attribute);

// The exchange that `action` asks for; without one, the current document's. One that is not a URL
// warns, and is ignored.
NextStep ask_action(LiveCall& call, twiml::Element element, Parameters parameters);

// The same, but without an `action` the document goes on.
NextStep ask_action_if_any(LiveCall& call, twiml::Element element, Parameters parameters);

// The same for a verb that reports even when the caller has hung up: `action` is then asked all the
// same, and its answer is not performed. A call that has moved asks nothing. Call it after
// LiveCall::catch_up(), which knows.
NextStep conclude(LiveCall& call, twiml::Element element, Parameters parameters);

// Warns of each of these attributes that is given and that no switch offers, because somebody would
// wait for it in vain.
void warn_of_ignored(LiveCall& call, twiml::Element element,
                     std::initializer_list<Attribute> attributes);

// Tells whoever `url` names, if it names one.
void notify(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
            Parameters parameters);

// The same, without what every request says of the call.
void notify_alone(LiveCall& call, twiml::Element element, Attribute url, Attribute method,
                  Parameters parameters);

// The time of day as RFC 2822 has it, for what is told in the background.
std::string date_now(LiveCall& call);

// The same as ISO 8601 has it.
std::string iso_date_now(LiveCall& call);

using Verb = Task<NextStep> (*)(LiveCall& call, twiml::Element element, Deadline& deadline);

Task<NextStep> perform_say(LiveCall& call, twiml::Element say, Deadline& deadline);
Task<NextStep> perform_play(LiveCall& call, twiml::Element play, Deadline& deadline);
Task<NextStep> perform_pause(LiveCall& call, twiml::Element pause, Deadline& deadline);
Task<NextStep> perform_gather(LiveCall& call, twiml::Element gather, Deadline& deadline);
Task<NextStep> perform_record(LiveCall& call, twiml::Element record, Deadline& deadline);
Task<NextStep> perform_dial(LiveCall& call, twiml::Element dial, Deadline& deadline);
// Both are for a caller who has been answered.
Task<NextStep> dial_conference(LiveCall& call, twiml::Element dial, twiml::Element conference,
                               Deadline& deadline);
Task<NextStep> dial_queue(LiveCall& call, twiml::Element dial, twiml::Element queue,
                          Deadline& deadline);
Task<NextStep> perform_enqueue(LiveCall& call, twiml::Element enqueue, Deadline& deadline);
Task<NextStep> perform_leave(LiveCall& call, twiml::Element leave, Deadline& deadline);
Task<NextStep> perform_redirect(LiveCall& call, twiml::Element redirect, Deadline& deadline);
Task<NextStep> perform_hangup(LiveCall& call, twiml::Element hangup, Deadline& deadline);
Task<NextStep> perform_reject(LiveCall& call, twiml::Element reject, Deadline& deadline);
Task<NextStep> perform_set(LiveCall& call, twiml::Element set, Deadline& deadline);
Task<NextStep> perform_connect(LiveCall& call, twiml::Element connect, Deadline& deadline);
Task<NextStep> perform_start(LiveCall& call, twiml::Element start, Deadline& deadline);
Task<NextStep> perform_stop(LiveCall& call, twiml::Element stop, Deadline& deadline);
Task<NextStep> perform_refer(LiveCall& call, twiml::Element refer, Deadline& deadline);
Task<NextStep> perform_sms(LiveCall& call, twiml::Element sms, Deadline& deadline);
Task<NextStep> perform_pay(LiveCall& call, twiml::Element pay, Deadline& deadline);

}  // namespace pivot::execute::verbs
