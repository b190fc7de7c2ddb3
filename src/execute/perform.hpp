// A TwiML document performed on the call.
#pragma once

#include "execute/live_call.hpp"
#include "execute/next_step.hpp"
#include "twiml/document.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pivot::execute {

// The verbs in their order, until one of them hands over to something else or the call must stop.
// The document of `verbs` outlives the task.
Task<NextStep> perform(LiveCall& call, twiml::Children verbs, Deadline& deadline);

// Whether the verb is one of those; and what is said of the others.
bool is_performed(twiml::Name verb);
std::string not_performed(twiml::Name verb);

// What each request for a document within another says besides its own.
class Surroundings {
public:
    virtual std::vector<exchange::Parameter> parameters() const = 0;

protected:
    ~Surroundings() = default;
};

// Asks for a document that is performed within another (a whisper, a wait document), and for those
// that it leads to; then the session is where it was. What is returned is hang_up, leave, over,
// failed where one of them cannot be had, or go_on after the end.
Task<NextStep> perform_within(LiveCall& call, session::Request ask,
                              const Surroundings& surroundings, Deadline& deadline);

// The longest that such a document may keep somebody else waiting, who is to be connected with its
// hearer.
inline constexpr milliseconds whisper_max{120'000};

// What a web server answered instead of a document: media to play, or words to say.
Task<NextStep> perform_plain(LiveCall& call, const session::Answer& answer, Deadline& deadline);

}  // namespace pivot::execute
