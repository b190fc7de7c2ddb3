#include "abi/host_channel.hpp"

#include "abi/boundary.hpp"

#include <pivot/cause.hpp>
#include <pivot/session.hpp>

namespace pivot::abi {

namespace {

pivot_end to_c(const SessionEnd& end)
{
    pivot_end shown = {};
    shown.size = sizeof shown;
    shown.has_moved = end.has_moved;
    shown.was_answered = end.was_answered;
    shown.iterations = end.iterations;
    shown.cause = view(end.cause.name);
    shown.sip_code = end.cause.sip_code;
    shown.branch = view(end.branch);
    return shown;
}

}  // namespace

template <typename... Taken, typename... Given>
bool HostChannel::command(void (*command)(void*, pivot_job, Taken...), JobId job,
                          Given... given) const
{
    if (command == nullptr) return false;
    command(call_, job, given...);
    return true;
}

template <typename Shown, typename Made>
const Shown& HostChannel::keep(JobId job, const Made& made)
{
    auto kept = std::make_unique<ShownCommand>(std::in_place_type<Shown>, made);
    shown_.emplace_back(job, std::move(kept));
    return std::get<Shown>(*shown_.back().second);
}

// A call that waits with no job keeps no memory for them.
void HostChannel::released(JobId job)
{
    std::erase_if(shown_, [job](const auto& shown) { return shown.first == job; });
    if (shown_.empty()) decltype(shown_)().swap(shown_);
}

Abilities HostChannel::abilities() const
{
    const auto has = [this](pivot_ability ability) {
        return (channel_.abilities & static_cast<unsigned>(ability)) != 0;
    };
    Abilities abilities;
    abilities.legs_apart = has(PIVOT_ABILITY_LEGS_APART);
    abilities.sip_credentials = has(PIVOT_ABILITY_SIP_CREDENTIALS);
    abilities.dual_recording = has(PIVOT_ABILITY_DUAL_RECORDING);
    abilities.keys_in_rooms = has(PIVOT_ABILITY_KEYS_IN_ROOMS);
    abilities.early_media = has(PIVOT_ABILITY_EARLY_MEDIA);
    abilities.ssml = has(PIVOT_ABILITY_SSML);
    abilities.coaching = has(PIVOT_ABILITY_COACHING);
    abilities.mixes = channel_.mix != nullptr;
    abilities.answers = channel_.answer != nullptr;
    return abilities;
}

void HostChannel::answer()
{
    if (channel_.answer != nullptr) channel_.answer(call_);
}

void HostChannel::reject(int sip_code, const ReasonPhrase& phrase)
{
    if (channel_.reject != nullptr) return channel_.reject(call_, sip_code, view(phrase));
    channel_.hang_up(call_, caller, view(cause_of_sip(sip_code)));
}

void HostChannel::hang_up(LegId leg, const CauseName& cause)
{
    channel_.hang_up(call_, leg, view(cause));
}

void HostChannel::stop(JobId job)
{
    channel_.stop(call_, job);
}

bool HostChannel::play(JobId job, LegId leg, const Media& media)
{
    return command(channel_.play, job, leg, &keep<pivot_media>(job, to_c(media)));
}

bool HostChannel::say(JobId job, LegId leg, const Speech& speech)
{
    return command(channel_.say, job, leg, &keep<pivot_speech>(job, to_c(speech)));
}

bool HostChannel::send_keys(JobId job, LegId leg, const KeySequence& keys,
                            std::chrono::milliseconds key_length)
{
    return command(channel_.send_keys, job, leg, &keep<pivot_keys>(job, to_c(keys, key_length)));
}

bool HostChannel::record(JobId job, LegId leg, const Recording& recording)
{
    return command(channel_.record, job, leg, &keep<pivot_recording>(job, to_c(recording)));
}

bool HostChannel::listen(JobId job, LegId leg, const Speaking& speaking)
{
    return command(channel_.listen, job, leg, &keep<pivot_listening>(job, to_c(speaking)));
}

bool HostChannel::stream(JobId job, LegId leg, const Stream& stream)
{
    return command(channel_.stream, job, leg, keep<ShownStream>(job, stream).get());
}

bool HostChannel::dial(JobId job, const Dial& dial)
{
    return command(channel_.dial, job, keep<ShownDial>(job, dial).get());
}

bool HostChannel::bridge(JobId job, LegId leg)
{
    return command(channel_.bridge, job, leg);
}

bool HostChannel::join(JobId job, const Conference& conference)
{
    return command(channel_.join, job, keep<ShownConference>(job, conference).get());
}

// A queue is the host's with both commands alone.
bool HostChannel::enqueue(JobId job, const Queue& queue)
{
    if (channel_.dequeue == nullptr) return false;
    return command(channel_.enqueue, job, keep<ShownQueue>(job, queue).get());
}

bool HostChannel::dequeue(JobId job, const QueueName& queue, std::chrono::milliseconds timeout)
{
    if (channel_.enqueue == nullptr) return false;
    return command(channel_.dequeue, job, view(queue), std::int64_t{timeout.count()});
}

bool HostChannel::mix(JobId job, const MixName& name, unsigned members_max)
{
    return command(channel_.mix, job, view(name), std::uint32_t{members_max});
}

bool HostChannel::refer(JobId job, const SipUri& uri)
{
    return command(channel_.refer, job, view(uri));
}

bool HostChannel::transfer(JobId job, const Transfer& transfer)
{
    return command(channel_.transfer, job, &keep<pivot_transfer>(job, to_c(transfer)));
}

bool HostChannel::park(JobId job, const SlotName& slot)
{
    return command(channel_.park, job, view(slot));
}

bool HostChannel::run_module(JobId job, std::string_view module, std::string_view data)
{
    return channel_.run_module != nullptr &&
           channel_.run_module(call_, job, view(module), view(data)) != 0;
}

bool HostChannel::run_flow(JobId job, std::string_view flow)
{
    return channel_.run_flow != nullptr && channel_.run_flow(call_, job, view(flow)) != 0;
}

void HostChannel::mute(LegId leg, bool is_muted)
{
    if (channel_.mute != nullptr) channel_.mute(call_, leg, is_muted ? 1 : 0);
}

void HostChannel::set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                               bool is_exported)
{
    if (channel_.set_variable == nullptr) return;
    channel_.set_variable(call_, leg, view(name), view(value.bytes()), is_exported ? 1 : 0);
}

void HostChannel::warned(std::string_view where, std::string_view what)
{
    if (channel_.warned != nullptr) channel_.warned(call_, view(where), view(what));
}

void HostChannel::branched(std::string_view branch, std::string_view why)
{
    if (channel_.branched != nullptr) channel_.branched(call_, view(branch), view(why));
}

void HostChannel::given_back(const SessionEnd& end)
{
    const pivot_end shown = to_c(end);
    if (channel_.given_back != nullptr) channel_.given_back(call_, &shown);
}

void HostChannel::ended(const SessionEnd& end)
{
    const pivot_end shown = to_c(end);
    channel_.ended(call_, &shown);
    delete this;
}

}  // namespace pivot::abi
