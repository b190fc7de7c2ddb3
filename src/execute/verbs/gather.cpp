#include "execute/collecting.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/verb.hpp"

#include <memory>
#include <optional>

namespace pivot::execute {

namespace {

// The words of the caller, while prompts and keys are waited for.
class Hearing final : private Watcher {
public:
    // Listens from now on.
    Hearing(LiveCall& call, twiml::Element gather) : Watcher(call), call_(call), gather_(gather)
    {
        Speaking speaking;
        speaking.language = gather_.text(Attribute::language);
        speaking.hints = gather_.text(Attribute::hints);
        speaking.model = gather_.text(Attribute::speech_model);
        speaking.end_timeout = end_timeout();
        speaking.length_max = seconds_of(gather_, Attribute::max_speech_time);
        speaking.filters_profanity = gather_.is_true(Attribute::profanity_filter);
        speaking.wants_partial = gather_.has(Attribute::partial_result_callback);
        job_ = call_.next_job();
        call_.channel().listen(job_, speaking);
    }

    JobId job() const { return job_; }
    bool is_over() const { return heard_.has_value(); }
    bool has_heard() const { return heard_ && !heard_->text.empty(); }
    const SpeechHeard& heard() const { return *heard_; }

private:
    // `auto`: the switch decides.
    milliseconds end_timeout() const
    {
        if (gather_.text(Attribute::speech_timeout) == "auto") return unlimited;
        return seconds_of(gather_, gather_.has(Attribute::speech_timeout)
                                       ? Attribute::speech_timeout
                                       : Attribute::timeout);
    }

    void note(const Event& event) override
    {
        const auto* heard = std::get_if<SpeechHeard>(&event);
        if (heard == nullptr || heard->job != job_) return;
        if (!heard->is_partial) {
            heard_ = *heard;
            return;
        }
        Parameters parameters;
        parameters.push_back({"UnstableSpeechResult", heard->text});
        parameters.push_back({"SequenceNumber", std::to_string(partial_results_++)});
        notify(call_, gather_, Attribute::partial_result_callback,
               Attribute::partial_result_callback_method, std::move(parameters));
    }

    LiveCall& call_;
    const twiml::Element gather_;
    JobId job_ = 0;
    std::optional<SpeechHeard> heard_;
    unsigned partial_results_ = 0;
};

bool listens_for_speech(LiveCall& call, twiml::Element gather)
{
    if (!lists(gather, Attribute::input, "speech")) return false;
    if (call.channel().can(Ability::speech_input)) return true;
    call.warn(where(gather), "Gather: this switch has no speech input; only keys are gathered");
    return false;
}

CollectRules rules_of(twiml::Element gather)
{
    CollectRules rules;
    rules.finish_keys = gather.text(Attribute::finish_on_key);
    rules.keys_max = static_cast<std::size_t>(gather.integer(Attribute::num_digits));
    rules.first_timeout = seconds_of(gather, Attribute::timeout);
    rules.next_timeout = rules.first_timeout;
    return rules;
}

NextStep ask_with(LiveCall& call, twiml::Element gather, std::string_view name, std::string value)
{
    Parameters parameters;
    parameters.push_back({std::string(name), std::move(value)});
    return ask_action(call, gather, std::move(parameters));
}

NextStep ask_with(LiveCall& call, twiml::Element gather, const SpeechHeard& heard)
{
    Parameters parameters;
    parameters.push_back({"SpeechResult", heard.text});
    if (!heard.confidence.empty()) parameters.push_back({"Confidence", heard.confidence});
    return ask_action(call, gather, std::move(parameters));
}

}  // namespace

// Prompts are performed while input is already taken; the first of it ends them all. The time-out
// counts from the end of the prompts. A key pressed during an earlier verb counts, unless there are
// prompts to hear first.
Task<NextStep> perform_gather(LiveCall& call, twiml::Element gather, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    const bool has_prompts = !gather.children().empty();
    if (has_prompts) call.keys().clear();
    const bool takes_keys = lists(gather, Attribute::input, "dtmf");
    std::unique_ptr<Hearing> hearing;  // null: nobody listens
    if (listens_for_speech(call, gather)) hearing = std::make_unique<Hearing>(call, gather);
    const JobId listening = hearing ? hearing->job() : 0;

    if (has_prompts) {
        Stage::Ends ends;
        ends.job = listening;
        ends.at_a_key = takes_keys && gather.is_true(Attribute::barge_in);
        const Stage prompts(call, call.leg(), ends);
        co_await perform(call, gather.children(), deadline);
    }
    Collected collected;
    if (!hearing || !hearing->is_over()) {
        Stage::Ends ends;
        ends.job = listening;
        const Stage input(call, call.leg(), ends);
        if (takes_keys) {
            const CollectRules rules = rules_of(gather);
            co_await collect(call, rules, collected, deadline);
        } else {
            co_await call.pause(seconds_of(gather, Attribute::timeout), deadline);
        }
    }
    if (hearing && !hearing->is_over()) co_await call.stop(listening, deadline);
    call.keys().clear();

    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    if (hearing && hearing->has_heard()) co_return ask_with(call, gather, hearing->heard());
    if (!collected.keys.empty())
        co_return ask_with(call, gather, "Digits", std::move(collected.keys));
    const bool asks_anyway = gather.is_true(Attribute::action_on_empty_result);
    if (asks_anyway) co_return ask_with(call, gather, "Digits", "");
    co_return NextStep();
}

}  // namespace pivot::execute
