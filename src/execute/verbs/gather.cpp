#include "base/text.hpp"
#include "execute/jobs/typing.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/verb.hpp"

#include <memory>
#include <optional>

namespace pivot::execute::verbs {

namespace {

// Speech input while prompts are performed and keys are waited for. The first kind of input wins:
// keys end the listening, and speech that has begun is awaited whatever is typed meanwhile.
class Hearing final : private Watcher {
public:
    Hearing(LiveCall& call, twiml::Element gather, bool takes_keys)
        : Watcher(call), call_(call), gather_(gather), takes_keys_(takes_keys)
    {
    }

    // Until words have ended or nothing was said. `unlimited`: speech may begin at any time.
    // Returns false where the switch has no speech input.
    bool listen(milliseconds begin_timeout)
    {
        Speaking speaking;
        speaking.language = name_in<LanguageTag>(call_, gather_, Attribute::language);
        speaking.hints = OpaqueText(gather_.text(Attribute::hints));
        speaking.model = name_in<EngineName>(call_, gather_, Attribute::speech_model);
        speaking.begin_timeout = begin_timeout;
        speaking.end_timeout = end_timeout();
        speaking.length_max = seconds_of(gather_, Attribute::max_speech_time);
        speaking.filters_profanity = gather_.is_true(Attribute::profanity_filter);
        speaking.wants_partial = gather_.has(Attribute::partial_result_callback);
        job_ = call_.begin(call_.leg(), std::move(speaking));
        is_listening_ = job_ != 0;
        return is_listening_;
    }

    // Stages that end when speech begins; the input, when nothing else could be said, too.
    void ends_prompts(Stage* prompts) { prompts_ = prompts; }
    void ends_input(Stage* input) { input_ = input; }

    bool is_listening() const { return is_listening_; }
    bool has_begun() const { return first_ == First::speech; }
    bool was_typed_first() const { return first_ == First::keys; }
    bool has_heard() const { return has_begun() && heard_.end == HearingEnd::words; }
    const SpeechHeard& heard() const { return heard_; }

    // Waits until the words have ended, but not for ever.
    Task<> finish(Deadline& deadline)
    {
        if (!is_listening_) co_return;
        Until until;
        until.time = call_.in(seconds_of(gather_, Attribute::max_speech_time));
        static_cast<void>(co_await call_.finish(job_, until, deadline));
    }

    Task<> stop(Deadline& deadline) { return call_.stop(job_, deadline); }

private:
    enum class First : std::uint8_t { none, keys, speech };

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
        const auto* pressed = std::get_if<KeyPressed>(&event);
        const bool is_ours = takes_keys_ && pressed != nullptr && pressed->leg == call_.leg();
        if (is_ours && first_ == First::none) {
            first_ = First::keys;
            call_.ask_to_stop(job_);
        }
        if (job_of(event) != job_) return;
        const auto* heard = std::get_if<SpeechHeard>(&event);
        const bool is_speech = heard == nullptr || heard->end == HearingEnd::words ||
                               (heard->end == HearingEnd::partial && !heard->text.empty());
        if (is_speech) begin();
        if (heard == nullptr) return;
        if (heard->end == HearingEnd::partial) return tell_partial(*heard);
        is_listening_ = false;
        heard_ = *heard;
        if (heard_.end == HearingEnd::failed) {
            call_.warn(where(gather_),
                       with_reason("Gather: the switch could not listen for speech", heard_.why));
        }
        if (heard_.end != HearingEnd::words) fall_silent();
    }

    void begin()
    {
        if (first_ != First::none) return;
        first_ = First::speech;
        for (Stage* const stage : {prompts_, input_}) {
            if (stage != nullptr) stage->end_now();
        }
    }

    // Nothing was understood: keys may still come.
    void fall_silent()
    {
        if (first_ == First::speech) first_ = First::none;
        if (input_ != nullptr && !takes_keys_) input_->end_now();
    }

    void tell_partial(const SpeechHeard& heard)
    {
        if (first_ != First::speech) return;
        Parameters parameters;
        parameters.push_back({"UnstableSpeechResult", heard.text});
        parameters.push_back({"SequenceNumber", std::to_string(partial_results_++)});
        notify(call_, gather_, Attribute::partial_result_callback,
               Attribute::partial_result_callback_method, std::move(parameters));
    }

    LiveCall& call_;
    const twiml::Element gather_;
    const bool takes_keys_;
    bool is_listening_ = false;
    First first_ = First::none;
    JobId job_ = 0;
    Stage* prompts_ = nullptr;  // null: they are not performed, or to be heard to their end
    Stage* input_ = nullptr;    // null: it is not yet waited for
    SpeechHeard heard_;
    unsigned partial_results_ = 0;
};

// Returns null, with a warning, where the switch has no speech input.
std::unique_ptr<Hearing> begin_hearing(LiveCall& call, twiml::Element gather, bool takes_keys)
{
    const bool has_prompts = !gather.children().empty();
    const milliseconds begin_timeout =
        has_prompts ? unlimited : seconds_of(gather, Attribute::timeout);
    auto hearing = std::make_unique<Hearing>(call, gather, takes_keys);
    if (hearing->listen(begin_timeout)) return hearing;
    call.warn(where(gather), "Gather: this switch has no speech input; only keys are gathered");
    return nullptr;
}

jobs::CollectRules rules_of(twiml::Element gather)
{
    jobs::CollectRules rules;
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

// Input ends them: a key, or speech that begins.
Task<> perform_prompts(LiveCall& call, twiml::Element gather, Hearing* hearing, bool takes_keys,
                       Deadline& deadline)
{
    const bool barges_in = gather.is_true(Attribute::barge_in);
    Until until;
    if (takes_keys && barges_in) until.keys = keypad;
    Stage prompts(call, call.leg(), Stage::Keys::inherits, 0, until);
    const bool is_interruptible = hearing != nullptr && barges_in;
    if (is_interruptible) hearing->ends_prompts(&prompts);
    co_await perform(call, gather.children(), deadline);
    if (is_interruptible) hearing->ends_prompts(nullptr);
}

// The timeout is for speech to begin, or for the first key. Then the words are awaited, or the
// other keys. Keys that were typed beside words that nobody understood count.
Task<> take_either(LiveCall& call, twiml::Element gather, Hearing& hearing, bool takes_keys,
                   jobs::Collected& collected, Deadline& deadline)
{
    const jobs::CollectRules rules = rules_of(gather);
    const bool fell_silent =
        !hearing.is_listening() && !hearing.has_begun() && !hearing.was_typed_first();
    if (fell_silent)
        static_cast<void>(hearing.listen(rules.first_timeout));  // while the prompts went on
    if (!hearing.has_begun()) {
        Stage input(call, call.leg(), Stage::Keys::inherits, 0, Until());
        hearing.ends_input(&input);
        if (takes_keys) {
            co_await jobs::collect(call, rules, collected, deadline);
        } else {
            co_await call.pause(rules.first_timeout, deadline);
        }
        hearing.ends_input(nullptr);
    }
    if (hearing.has_begun()) co_await hearing.finish(deadline);
    co_await hearing.stop(deadline);
    const bool goes_on = takes_keys && !hearing.has_heard() && !call.keys().empty();
    if (goes_on) co_await jobs::collect(call, rules, collected, deadline);
}

}  // namespace

// Prompts are performed while input is already taken; the first of it ends them all. The timeout
// counts from the end of the prompts. A key pressed during an earlier verb counts, unless there are
// prompts to hear first.
Task<NextStep> perform_gather(LiveCall& call, twiml::Element gather, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    const bool is_asked = call.leg() == caller || call.can(Ability::legs_apart);
    if (!is_asked) co_return next_step(NextStep::Kind::hang_up);  // nobody is connected unscreened
    const bool has_prompts = !gather.children().empty();
    if (has_prompts) call.keys().clear();
    const bool takes_keys = lists(gather, Attribute::input, "dtmf");
    const bool has_keys = takes_keys && !call.keys().empty();
    std::unique_ptr<Hearing> hearing;  // null: nobody listens
    const bool listens = !has_keys && lists(gather, Attribute::input, "speech");
    if (listens) hearing = begin_hearing(call, gather, takes_keys);
    if (has_prompts) co_await perform_prompts(call, gather, hearing.get(), takes_keys, deadline);
    jobs::Collected collected;
    if (hearing != nullptr) {
        co_await take_either(call, gather, *hearing, takes_keys, collected, deadline);
    } else if (takes_keys) {
        const jobs::CollectRules rules = rules_of(gather);
        co_await jobs::collect(call, rules, collected, deadline);
    } else {
        co_await call.pause(seconds_of(gather, Attribute::timeout), deadline);
    }
    call.keys().clear();

    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    if (hearing && hearing->has_heard()) co_return ask_with(call, gather, hearing->heard());
    if (!collected.keys.empty())
        co_return ask_with(call, gather, "Digits", std::move(collected.keys));
    const bool asks_anyway = gather.is_true(Attribute::action_on_empty_result);
    if (asks_anyway) co_return ask_with(call, gather, "Digits", "");
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
