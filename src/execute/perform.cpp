#include "execute/perform.hpp"

#include "execute/exchange_watch.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using Kind = NextStep::Kind;

// Returns null for an element that is not performed.
verbs::Verb verb_of(twiml::Name name)
{
    using twiml::Name;
    switch (name) {
        case Name::say: return verbs::perform_say;
        case Name::play: return verbs::perform_play;
        case Name::pause: return verbs::perform_pause;
        case Name::gather: return verbs::perform_gather;
        case Name::record: return verbs::perform_record;
        case Name::dial: return verbs::perform_dial;
        case Name::enqueue: return verbs::perform_enqueue;
        case Name::leave: return verbs::perform_leave;
        case Name::redirect: return verbs::perform_redirect;
        case Name::hangup: return verbs::perform_hangup;
        case Name::reject: return verbs::perform_reject;
        case Name::set: return verbs::perform_set;
        case Name::connect: return verbs::perform_connect;
        case Name::start: return verbs::perform_start;
        case Name::stop: return verbs::perform_stop;
        case Name::refer: return verbs::perform_refer;
        case Name::sms: return verbs::perform_sms;
        case Name::pay: return verbs::perform_pay;
        default: return nullptr;
    }
}

// In a document within another the call stays where it is.
verbs::Verb verb_within_of(twiml::Name name)
{
    using twiml::Name;
    switch (name) {
        case Name::dial:
        case Name::enqueue:
        case Name::connect:
        case Name::refer: return nullptr;
        default: return verb_of(name);
    }
}

using VerbOf = verbs::Verb (*)(twiml::Name name);

Task<NextStep> perform_each(LiveCall& call, twiml::Children verbs, VerbOf verb_of_name,
                            Deadline& deadline)
{
    for (const twiml::Element element : verbs) {
        if (call.must_stop()) co_return next_step(Kind::over);
        const verbs::Verb verb = verb_of_name(element.name());
        if (verb == nullptr) {
            call.warn(verbs::where(element), not_performed(element.name()));
            continue;
        }
        NextStep step = co_await verb(call, element, deadline);
        if (step.is_end()) co_return step;
    }
    if (call.must_stop()) co_return next_step(Kind::over);
    co_return NextStep();
}

Task<Result<session::Answer>> ask_within(LiveCall& call, session::Request ask, Deadline&)
{
    ExchangeWatch exchange(call);
    co_return co_await call.session().ask(std::move(ask), exchange.deadline());
}

// Documents that only lead to others are asked for one after the other, but not for long as fast as
// their server can.
class Pace {
public:
    Task<> keep(LiveCall& call, Deadline& deadline)
    {
        constexpr milliseconds pause{1'000};
        constexpr unsigned quick_max = 5;
        const std::chrono::nanoseconds taken(call.now() - last_);
        quick_ = taken < pause ? quick_ + 1 : 0;
        if (quick_ > quick_max) co_await call.pause(pause, deadline);
        last_ = call.now();
    }

private:
    Nanoseconds last_ = 0;
    unsigned quick_ = 0;
};

void add_surroundings(session::Request& ask, const Surroundings& surroundings)
{
    for (exchange::Parameter& parameter : surroundings.parameters()) {
        ask.parameters.push_back(std::move(parameter));
    }
}

// A verb within tells how it ended, though whoever heard it is gone.
Task<> report_within(LiveCall& call, session::Request ask, const Surroundings& surroundings,
                     Deadline&)
{
    add_surroundings(ask, surroundings);
    ask.parameters.push_back({"CallStatus", "completed"});
    static_cast<void>(co_await call.session().ask(std::move(ask), call.host()));
}

}  // namespace

bool is_performed(twiml::Name verb)
{
    return verb_of(verb) != nullptr;
}

std::string not_performed(twiml::Name verb)
{
    return fmt::format("{} is not performed here, and skipped", twiml::name(verb));
}

Task<NextStep> perform(LiveCall& call, twiml::Children verbs, Deadline& deadline)
{
    return perform_each(call, verbs, verb_of, deadline);
}

Task<NextStep> perform_within(LiveCall& call, session::Request ask,
                              const Surroundings& surroundings, Deadline& deadline)
{
    const std::string place = call.session().document_url();
    const bool is_counted = ask.is_counted;
    NextStep step = ask_next(std::move(ask));
    Pace pace;
    while (step.kind == Kind::ask) {
        co_await pace.keep(call, deadline);
        co_await call.catch_up(deadline);
        if (call.must_stop()) break;
        session::Request asked = std::move(*step.ask);
        asked.is_counted = is_counted;
        add_surroundings(asked, surroundings);
        const auto answer = co_await ask_within(call, std::move(asked), deadline);
        co_await call.catch_up(deadline);
        if (call.must_stop()) break;
        if (!answer) {
            call.warn("", answer.error().message);
            step = next_step(Kind::failed);
        } else if (answer->document) {
            step = co_await perform_each(call, answer->document->verbs(), verb_within_of, deadline);
        } else {
            step = co_await perform_plain(call, *answer, deadline);
        }
    }
    if (step.kind == Kind::report) {
        co_await report_within(call, std::move(*step.ask), surroundings, deadline);
    }
    call.session().return_to(place);
    if (call.must_stop()) co_return next_step(Kind::over);
    co_return step;
}

Task<NextStep> perform_plain(LiveCall& call, const session::Answer& answer, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    if (!answer.media_url.empty()) {
        Media media(WebUrl::of(answer.media_url));
        co_await jobs::play(call, std::move(media), "", deadline);
    } else if (!answer.words.empty()) {
        Speech speech;
        speech.text = OpaqueText(answer.words);
        co_await jobs::say(call, std::move(speech), "", deadline);
    }
    co_return NextStep();
}

}  // namespace pivot::execute
