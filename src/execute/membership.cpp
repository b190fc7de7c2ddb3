#include "execute/membership.hpp"

#include "execute/perform.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace pivot::execute {

namespace {

constexpr Tone beep{milliseconds(200), milliseconds(100), 660, 0};

// Music that ends at once is not begun again at once.
constexpr Nanoseconds music_gap = second_ns;

// Where a document does not say how many may wait (twiml.md, section 3.6).
constexpr unsigned queue_size_max = 1'000;

rooms::Message message_of(const Conference& conference)
{
    rooms::Message message;
    message.kind = rooms::Message::Kind::join;
    message.place = conference.room.text();
    message.is_moderator = conference.is_moderator;
    message.ends_with_caller = conference.ends_with_caller;
    message.beeps_on_enter = conference.beeps_on_enter;
    message.beeps_on_exit = conference.beeps_on_exit;
    message.size_max = conference.members_max;
    return message;
}

rooms::Message message_of(const Queue& queue)
{
    rooms::Message message;
    message.kind = rooms::Message::Kind::enqueue;
    message.place = queue.name.text();
    message.size_max = queue.size_max == 0 ? queue_size_max : queue.size_max;
    return message;
}

rooms::Message message_of(const Dequeue& dequeue)
{
    rooms::Message message;
    message.kind = rooms::Message::Kind::dequeue;
    message.place = dequeue.queue.text();
    message.greeting = {dequeue.greeting_url, dequeue.greeting_method};
    return message;
}

// No other command comes here.
template <typename Command>
rooms::Message message_of(const Command&)
{
    return {};
}

// What a greeting is told of the queue.
class TakenOut final : public Surroundings {
public:
    TakenOut(const Call& caller, std::string_view place, const rooms::Order& greet)
        : caller_(caller), place_(place), greet_(greet)
    {
    }

    std::vector<exchange::Parameter> parameters() const override
    {
        std::vector<exchange::Parameter> parameters;
        parameters.push_back({"QueueSid", std::string(rooms::name_of(place_))});
        parameters.push_back({"CallSid", caller_.call_id});
        parameters.push_back({"QueueTime", std::to_string(greet_.waited.count())});
        parameters.push_back({"DequeingCallSid", greet_.taker_call_id});  // spelt so
        return parameters;
    }

private:
    const Call& caller_;
    const std::string_view place_;
    const rooms::Order& greet_;
};

}  // namespace

bool Membership::is_for(const JobCommand& command)
{
    const JobKind kind = kind_of(command);
    return kind == JobKind::room || kind == JobKind::queue;
}

Membership::Membership(LiveCall& call, rooms::Lobby& lobby, JobId job, const JobCommand& command)
    : call_(call), lobby_(lobby), job_(job), member_(lobby.admit(*this))
{
    const Call& facts = call.session().call();
    auto message = std::visit([](const auto& asked) { return message_of(asked); }, command);
    place_ = rooms::place_of(facts.account_id, message.place);
    if (const auto* conference = std::get_if<Conference>(&command)) {
        music_ = conference->hold_music;
        is_muted_ = conference->is_muted;
        if (conference->is_recorded) {
            call.warn("conference", "this switch does not keep rooms: the room is not recorded");
        }
    } else if (const auto* queue = std::get_if<Queue>(&command)) {
        music_ = queue->hold_music;
    } else if (const auto* dequeue = std::get_if<Dequeue>(&command)) {
        patience_ = dequeue->timeout;
        wait_on();
    }
    message.member = member_;
    message.place = place_;
    message.call_id = facts.call_id;
    message.at = call.now();
    lobby.send(std::move(message));
}

// A call that is destroyed also leaves the room, and hears nothing of it.
Membership::~Membership()
{
    lobby_.forget(member_);
    leave();
}

Task<> Membership::attend(Deadline& deadline)
{
    if (is_muted_) call_.channel().mute(caller, true);
    while (!call_.must_stop()) co_await obey(deadline);
    co_await fall_silent(deadline);
    if (is_muted_ && call_.is_here()) call_.channel().mute(caller, false);
}

Task<> Membership::stay_taken(Deadline& deadline)
{
    while (!call_.must_stop() && !waits()) co_await obey(deadline);
}

Task<> Membership::be_out(Deadline& host)
{
    if (!is_out_) static_cast<void>(co_await is_out_told_.wait(host));
}

void Membership::note(const Event& event)
{
    const auto* ended = std::get_if<JobEnded>(&event);
    if (ended == nullptr) return;
    if (ended->job == sound_) sound_ = 0;
    if (ended->job != mix_) return;
    mix_ = 0;
    const bool was_wanted = std::exchange(mixed_as_, {}) == wanted_.name;
    if (!was_wanted) return;
    if (ended->end == JobEnd::failed) call_.warn("", "the switch could not connect the caller");
    leave(ended->end == JobEnd::failed);
}

void Membership::take(const rooms::Order& order)
{
    using Kind = rooms::Order::Kind;
    switch (order.kind) {
        case Kind::mix:
            withdraw_greeting();
            wanted_ = {order.mix, order.members_max};
            gives_up_at_ = never;
            break;
        case Kind::hold:
            withdraw_greeting();
            wanted_ = {};
            wait_on();
            break;
        case Kind::greet:
            withdraw_greeting();
            greeting_ = std::make_unique<const rooms::Order>(order);
            is_taken_ = true;
            break;
        case Kind::expect: gives_up_at_ = never; break;
        case Kind::beep: is_owed_beep_ = true; break;
        case Kind::news: tell(order.event); break;
        case Kind::end:
            withdraw_greeting();
            is_out_ = true;
            wanted_ = {};
            tell(order.event);
            is_out_told_.happen();
            break;
    }
}

void Membership::tell(Event event)
{
    std::visit(
        [this](auto& told) {
            if constexpr (requires { told.job; }) told.job = job_;
        },
        event);
    if (call_.events().is_closed()) {
        late_.push_back(std::move(event));
    } else {
        call_.events().push(std::move(event));
    }
}

rooms::Message Membership::message_now(rooms::Message::Kind kind)
{
    rooms::Message message;
    message.kind = kind;
    message.member = member_;
    message.place = place_;
    message.at = call_.now();
    return message;
}

void Membership::leave(bool has_failed)
{
    if (std::exchange(is_leaving_, true) || is_out_) return;
    withdraw_greeting();
    wanted_ = {};
    gives_up_at_ = never;
    rooms::Message leaving = message_now(rooms::Message::Kind::leave);
    leaving.has_failed = has_failed;
    lobby_.send(std::move(leaving));
}

bool Membership::waits() const
{
    return wanted_.name.empty() && !is_taken_ && !is_leaving_ && !is_out_;
}

void Membership::wait_on()
{
    gives_up_at_ = patience_ == unlimited ? never : call_.in(patience_);
}

// Does what was ordered, and waits for news.
Task<> Membership::obey(Deadline& deadline)
{
    const bool changes = wanted_.name != mixed_as_ || greeting_ != nullptr;
    if (changes) co_await fall_silent(deadline);
    if (call_.must_stop()) co_return;
    if (greeting_) co_return co_await greet(deadline);
    if (changes) mix();
    if (call_.now() >= gives_up_at_) leave();
    play();
    co_await call_.next(wake_at());
}

// On the caller's leg. It is cut short when the home withdraws it, because whoever brought it is
// gone. One that cannot be had, or takes too long, counts as heard.
Task<> Membership::greet(Deadline& deadline)
{
    const std::unique_ptr<const rooms::Order> order = std::move(greeting_);
    const TakenOut surroundings(call_.session().call(), place_, *order);
    session::Request ask;
    ask.url = order->greeting.url;
    ask.method = order->greeting.method;
    music_at_ = 0;
    Until until;
    until.time = call_.in(whisper_max);
    NextStep step;
    {
        Stage hearing(call_, caller, Stage::Keys::own, 0, until);
        hearing_ = &hearing;
        step = co_await perform_within(call_, std::move(ask), surroundings, deadline);
    }
    const bool is_withdrawn = std::exchange(hearing_, nullptr) == nullptr;
    if (step.kind == NextStep::Kind::hang_up) {
        const CauseName normal;
        co_await call_.hang_up(normal, deadline);
        leave();
    }
    if (is_withdrawn || call_.must_stop() || is_leaving_) co_return;
    rooms::Message ready = message_now(rooms::Message::Kind::ready);
    ready.taker = order->taker;
    lobby_.send(std::move(ready));
}

void Membership::withdraw_greeting()
{
    greeting_.reset();
    is_taken_ = false;
    if (Stage* const hearing = std::exchange(hearing_, nullptr)) hearing->end_now();
}

Task<> Membership::fall_silent(Deadline& deadline)
{
    if (sound_ != 0) co_await call_.stop(sound_, deadline);
    if (mix_ != 0) co_await call_.stop(mix_, deadline);
}

void Membership::mix()
{
    if (wanted_.name.empty()) return;
    mix_ = call_.begin(caller, Mix{MixName::of(wanted_.name), wanted_.members_max});
    if (mix_ != 0) {
        mixed_as_ = wanted_.name;
        music_at_ = 0;
        return;
    }
    call_.warn("", "this switch cannot connect calls");
    leave(true);
}

void Membership::play()
{
    if (sound_ != 0 || is_leaving_) return;
    if (mix_ != 0) {
        const bool beeps = std::exchange(is_owed_beep_, false);
        if (beeps) sound_ = call_.begin(caller, Media(beep));
    } else if (waits() && !music_.empty() && call_.now() >= music_at_) {
        sound_ = call_.begin(caller, music_);
        music_at_ = call_.now() + music_gap;
    }
}

Nanoseconds Membership::wake_at() const
{
    const bool plays_on = mix_ == 0 && sound_ == 0 && !music_.empty() && waits();
    return plays_on ? std::min(music_at_, gives_up_at_) : gives_up_at_;
}

}  // namespace pivot::execute
