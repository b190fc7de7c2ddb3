#include "pivot/serve/scripted/scripted_call.hpp"

#include "pivot/input.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// Holds the stage for one command.
class Turn {
public:
    explicit Turn(Stage& stage) : stage_(stage), lock_(stage.mutex) { stage_.clock.read(); }
    ~Turn() { stage_.changed.notify_one(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Stage& stage_;
    const std::scoped_lock<std::mutex> lock_;
};

}  // namespace

tl::expected<Script, std::string> Script::read(const std::string& file)
{
    Script script;
    if (file.empty()) return script;
    const auto text = read_input(file);
    if (!text) return tl::unexpected(text.error());
    auto steps = switches::scripted::read_script(*text);
    if (!steps) return tl::unexpected(fmt::format("{}:{}", file, steps.error()));
    script.file = file;
    script.steps = std::move(*steps);
    return script;
}

ScriptedCall::ScriptedCall(Stage& stage, Reception& reception, const Script& script,
                           std::string call_id, std::function<void(const SessionEnd&)> ended)
    : stage_(stage),
      reception_(reception),
      script_(script),
      call_id_(std::move(call_id)),
      ended_(std::move(ended)),
      channel_(
          stage.clock, [this](Event event) { reception_.engine().tell(ticket_, std::move(event)); },
          this),
      player_(script.steps, channel_)
{
    channel_.set_call_id(call_id_);
    player_.play();
}

bool ScriptedCall::begin(Arrival arrival)
{
    arrival.call.call_id = call_id_;
    return !reception_.begin(std::move(arrival), *this, ticket_);
}

void ScriptedCall::place(const OutboundCall& call)
{
    using switches::scripted::cause_named;
    using switches::scripted::Ringing;
    is_ringing_ = true;
    const Ringing ringing = channel_.ringing_of(call.callee);
    const bool ends_in_time = ringing.end != Ringing::End::never && ringing.after < call.timeout;
    if (!ends_in_time) {
        channel_.after(call.timeout, [this] { end_unanswered(cause_named("NO_ANSWER"), ""); });
    } else if (ringing.end == Ringing::End::answers) {
        channel_.after(ringing.after, [this] { begin_answered(); });
    } else {
        channel_.after(ringing.after,
                       [this, ringing] { end_unanswered(ringing.cause, ringing.why); });
    }
}

void ScriptedCall::begin_answered()
{
    if (!std::exchange(is_ringing_, false)) return;
    channel_.be_answered();
    const std::string refusal = reception_.begin_outbound(call_id_, *this, ticket_);
    if (!refusal.empty()) ended_({});
}

void ScriptedCall::end_unanswered(const Cause& cause, std::string_view why)
{
    if (!std::exchange(is_ringing_, false)) return;
    reception_.note_unanswered(call_id_, cause, why);
    ended_({});
}

void ScriptedCall::be_hung_up()
{
    if (is_ringing_) return end_unanswered({"ORIGINATOR_CANCEL", 487}, "");
    channel_.hang_up(caller, CauseName());
}

void ScriptedCall::answer()
{
    const Turn turn(stage_);
    channel_.answer();
}

void ScriptedCall::reject(int sip_code, const ReasonPhrase& phrase)
{
    const Turn turn(stage_);
    channel_.reject(sip_code, phrase);
}

void ScriptedCall::hang_up(LegId leg, const CauseName& cause)
{
    const Turn turn(stage_);
    channel_.hang_up(leg, cause);
}

void ScriptedCall::stop(JobId job)
{
    const Turn turn(stage_);
    channel_.stop(job);
}

bool ScriptedCall::play(JobId job, LegId leg, const Media& media)
{
    const Turn turn(stage_);
    return channel_.play(job, leg, media);
}

bool ScriptedCall::say(JobId job, LegId leg, const Speech& speech)
{
    const Turn turn(stage_);
    return channel_.say(job, leg, speech);
}

bool ScriptedCall::send_keys(JobId job, LegId leg, const KeySequence& keys,
                             std::chrono::milliseconds key_length)
{
    const Turn turn(stage_);
    return channel_.send_keys(job, leg, keys, key_length);
}

bool ScriptedCall::record(JobId job, LegId leg, const Recording& recording)
{
    const Turn turn(stage_);
    return channel_.record(job, leg, recording);
}

bool ScriptedCall::listen(JobId job, LegId leg, const Speaking& speaking)
{
    const Turn turn(stage_);
    return channel_.listen(job, leg, speaking);
}

bool ScriptedCall::stream(JobId job, LegId leg, const Stream& stream)
{
    const Turn turn(stage_);
    return channel_.stream(job, leg, stream);
}

bool ScriptedCall::dial(JobId job, const Dial& dial)
{
    const Turn turn(stage_);
    return channel_.dial(job, dial);
}

bool ScriptedCall::bridge(JobId job, LegId leg)
{
    const Turn turn(stage_);
    return channel_.bridge(job, leg);
}

bool ScriptedCall::join(JobId job, const Conference& conference)
{
    const Turn turn(stage_);
    return channel_.join(job, conference);
}

bool ScriptedCall::enqueue(JobId job, const Queue& queue)
{
    const Turn turn(stage_);
    return channel_.enqueue(job, queue);
}

bool ScriptedCall::dequeue(JobId job, const QueueName& queue, std::chrono::milliseconds timeout)
{
    const Turn turn(stage_);
    return channel_.dequeue(job, queue, timeout);
}

bool ScriptedCall::mix(JobId job, const MixName& mix, unsigned members_max)
{
    const Turn turn(stage_);
    return channel_.mix(job, mix, members_max);
}

bool ScriptedCall::refer(JobId job, const SipUri& uri)
{
    const Turn turn(stage_);
    return channel_.refer(job, uri);
}

bool ScriptedCall::transfer(JobId job, const Transfer& transfer)
{
    const Turn turn(stage_);
    return channel_.transfer(job, transfer);
}

bool ScriptedCall::park(JobId job, const SlotName& slot)
{
    const Turn turn(stage_);
    return channel_.park(job, slot);
}

bool ScriptedCall::run_module(JobId job, std::string_view module, std::string_view data)
{
    const Turn turn(stage_);
    return channel_.run_module(job, module, data);
}

void ScriptedCall::mute(LegId leg, bool is_muted)
{
    const Turn turn(stage_);
    channel_.mute(leg, is_muted);
}

void ScriptedCall::set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                                bool is_exported)
{
    const Turn turn(stage_);
    channel_.set_variable(leg, name, value, is_exported);
}

void ScriptedCall::warned(std::string_view where, std::string_view what)
{
    const Turn turn(stage_);
    channel_.warned(where, what);
}

void ScriptedCall::branched(std::string_view branch, std::string_view why)
{
    const Turn turn(stage_);
    channel_.branched(branch, why);
}

// A failed call has its line already.
void ScriptedCall::ended(const SessionEnd& end)
{
    const Turn turn(stage_);
    const auto failures = end.failure.empty() ? player_.failures() : std::vector<std::string>();
    for (const std::string& failure : failures) {
        reception_.note(call_id_, LogLevel::warning, fmt::format("{}:{}", script_.file, failure));
    }
    reception_.note_end(call_id_, end);
    ended_(end);
}

// The lines of `pivot simulate`, warnings and branches among them.
void ScriptedCall::note(switches::scripted::Deed deed)
{
    reception_.note(call_id_, LogLevel::debug, switches::scripted::line_of(deed));
    player_.took(deed);
}

}  // namespace pivot::tools
