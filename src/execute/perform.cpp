#include "execute/perform.hpp"

#include "execute/playing.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using Kind = NextStep::Kind;

// Null: not one that is performed.
Verb verb_of(twiml::Name name)
{
    using twiml::Name;
    switch (name) {
        case Name::say: return perform_say;
        case Name::play: return perform_play;
        case Name::pause: return perform_pause;
        case Name::gather: return perform_gather;
        case Name::record: return perform_record;
        case Name::dial: return perform_dial;
        case Name::enqueue: return perform_enqueue;
        case Name::leave: return perform_leave;
        case Name::redirect: return perform_redirect;
        case Name::hangup: return perform_hangup;
        case Name::reject: return perform_reject;
        case Name::set: return perform_set;
        case Name::connect: return perform_connect;
        case Name::start: return perform_start;
        case Name::stop: return perform_stop;
        case Name::refer: return perform_refer;
        case Name::sms: return perform_sms;
        case Name::pay: return perform_pay;
        default: return nullptr;
    }
}

// In a document within another the call stays where it is.
Verb verb_within_of(twiml::Name name)
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

using VerbOf = Verb (*)(twiml::Name name);

Task<NextStep> perform_each(LiveCall& call, twiml::Children verbs, VerbOf verb_of_name,
                            Deadline& deadline)
{
    for (const twiml::Element element : verbs) {
        if (call.must_stop()) co_return next_step(Kind::over);
        const Verb verb = verb_of_name(element.name());
        if (verb == nullptr) {
            call.warn(where(element), fmt::format("{} is not performed here, and skipped",
                                                  twiml::name(element.name())));
            continue;
        }
        NextStep step = co_await verb(call, element, deadline);
        if (step.is_end()) co_return step;
    }
    if (call.must_stop()) co_return next_step(Kind::over);
    co_return NextStep();
}

}  // namespace

Task<NextStep> perform(LiveCall& call, twiml::Children verbs, Deadline& deadline)
{
    return perform_each(call, verbs, verb_of, deadline);
}

Task<NextStep> perform_within(LiveCall& call, Ask ask, Deadline& deadline)
{
    const std::string place = call.session().document_url();
    NextStep step = ask_next(std::move(ask));
    while (step.kind == Kind::ask && !call.must_stop()) {
        Ask asked = std::move(*step.ask);
        const auto answer = co_await call.session().ask(std::move(asked), deadline);
        if (!answer) {
            call.warn("", answer.error().message);
            step = next_step(Kind::failed);
        } else if (answer->document) {
            step = co_await perform_each(call, answer->document->verbs(), verb_within_of, deadline);
        } else {
            step = co_await perform_plain(call, *answer, deadline);
        }
    }
    call.session().return_to(place);
    if (call.must_stop()) co_return next_step(Kind::over);
    co_return step;
}

Task<NextStep> perform_plain(LiveCall& call, const Answer& answer, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    if (!answer.media_url.empty()) {
        Media media;
        media.what = answer.media_url;
        co_await play(call, std::move(media), "", deadline);
    } else if (!answer.words.empty()) {
        Speech speech;
        speech.text = answer.words;
        co_await say(call, std::move(speech), "", deadline);
    }
    co_return NextStep();
}

}  // namespace pivot::execute
