#include "rooms/queue.hpp"

#include "rooms/mix_name.hpp"

#include <algorithm>
#include <utility>

namespace pivot::rooms {

namespace {

std::chrono::seconds whole_seconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time);
}

std::chrono::seconds since(Nanoseconds began, Nanoseconds now)
{
    return whole_seconds(std::chrono::nanoseconds(now - began));
}

Order out(MemberId member, QueueEnded ended)
{
    return order(member, Order::Kind::end, std::move(ended));
}

// Out of the queue without having been connected.
Order out_alone(MemberId member, QueueEnd how, std::chrono::seconds waited)
{
    QueueEnded ended;
    ended.end = how;
    ended.waited = waited;
    return out(member, std::move(ended));
}

// The same for one who leaves.
Order out_leaving(const Message& leave, Nanoseconds came_at)
{
    const QueueEnd how = leave.has_failed ? QueueEnd::failed : QueueEnd::left;
    return out_alone(leave.member, how, since(came_at, leave.at));
}

}  // namespace

void Queue::enqueue(const Message& message, Orders& orders)
{
    const bool is_full = message.size_max != 0 && callers_.size() >= message.size_max;
    if (is_full) {
        orders.push_back(out_alone(message.member, QueueEnd::full, std::chrono::seconds(0)));
        return;
    }
    callers_.push_back(member_of(message));
    tell_standings(orders);
    match(message.at, orders);
}

void Queue::dequeue(const Message& message, Orders& orders)
{
    takers_.push_back(member_of(message));
    match(message.at, orders);
}

// A greeting that has been withdrawn may still have been heard to its end: the two have crossed.
void Queue::ready(const Message& message, Orders& orders)
{
    const auto greeted = std::ranges::find_if(pairs_, [&message](const Pair& pair) {
        return pair.caller.id == message.member && pair.taker.id == message.taker;
    });
    if (greeted == pairs_.end() || greeted->bridged_at) return;
    bridge(*greeted, message.at, orders);
    tell_standings(orders);
}

void Queue::leave(const Message& message, Orders& orders)
{
    if (leave_line(callers_, message, orders)) return tell_standings(orders);
    if (leave_line(takers_, message, orders)) return;
    const auto found = std::ranges::find_if(pairs_, [&message](const Pair& pair) {
        return pair.caller.id == message.member || pair.taker.id == message.member;
    });
    if (found == pairs_.end()) return;
    Pair pair = std::move(*found);
    pairs_.erase(found);
    if (pair.bridged_at) return part(pair, message, orders);
    leave_greeting(std::move(pair), message, orders);
}

Queue::Member Queue::member_of(const Message& message)
{
    Member member;
    member.id = message.member;
    member.call_id = message.call_id;
    member.came_at = message.at;
    member.number = ++last_;
    member.greeting = message.greeting;
    return member;
}

void Queue::match(Nanoseconds now, Orders& orders)
{
    if (callers_.empty() || takers_.empty()) return;
    Pair pair{std::move(callers_.front()), std::move(takers_.front()), now, std::nullopt};
    callers_.pop_front();
    takers_.pop_front();
    if (pair.taker.greeting.url.empty()) {
        bridge(pair, now, orders);
    } else {
        greet(pair, orders);
    }
    pairs_.push_back(std::move(pair));
    tell_standings(orders);
}

// For the caller, whose wait document ends, the waiting is over.
void Queue::greet(const Pair& pair, Orders& orders)
{
    Order greet = order(pair.caller.id, Order::Kind::greet);
    greet.greeting = pair.taker.greeting;
    greet.taker = pair.taker.id;
    greet.taker_call_id = pair.taker.call_id;
    greet.waited = since(pair.caller.came_at, pair.taken_at);
    orders.push_back(std::move(greet));
    orders.push_back(order(pair.caller.id, Order::Kind::news, QueueBridged()));
    orders.push_back(order(pair.taker.id, Order::Kind::expect));
}

void Queue::bridge(Pair& pair, Nanoseconds now, Orders& orders)
{
    pair.bridged_at = now;
    waited_ += std::chrono::nanoseconds(pair.taken_at - pair.caller.came_at);
    ++taken_;
    const std::string mix = next_mix_name();
    for (const MemberId member : {pair.caller.id, pair.taker.id}) {
        orders.push_back(mix_order(member, mix, 2));
        orders.push_back(order(member, Order::Kind::news, QueueBridged()));
    }
}

// Returns false for one who is not in this line.
bool Queue::leave_line(Line& line, const Message& message, Orders& orders)
{
    const auto found = std::ranges::find(line, message.member, &Member::id);
    if (found == line.end()) return false;
    orders.push_back(out_leaving(message, found->came_at));
    line.erase(found);
    return true;
}

// The other one waits again, or is taken at once.
void Queue::leave_greeting(Pair pair, const Message& message, Orders& orders)
{
    const bool is_caller = pair.caller.id == message.member;
    Member& leaving = is_caller ? pair.caller : pair.taker;
    Member& staying = is_caller ? pair.taker : pair.caller;
    orders.push_back(out_leaving(message, leaving.came_at));
    put_back(is_caller ? takers_ : callers_, std::move(staying), orders);
    tell_standings(orders);
    match(message.at, orders);
}

// In front of those who came later.
void Queue::put_back(Line& line, Member member, Orders& orders) const
{
    const auto later = std::ranges::upper_bound(line, member.number, {}, &Member::number);
    const auto back = line.insert(later, std::move(member));
    back->standing = standing_in(line, static_cast<std::size_t>(back - line.begin()));
    orders.push_back(order(back->id, Order::Kind::hold));
    orders.push_back(order(back->id, Order::Kind::news, back->standing));
}

void Queue::part(const Pair& pair, const Message& message, Orders& orders) const
{
    QueueEnded ended;
    ended.end = message.has_failed ? QueueEnd::failed : QueueEnd::bridged;
    ended.waited = since(pair.caller.came_at, pair.taken_at);
    ended.talked = since(*pair.bridged_at, message.at);
    ended.other_call_id = pair.taker.call_id;
    orders.push_back(out(pair.caller.id, ended));
    ended.other_call_id = pair.caller.call_id;
    orders.push_back(out(pair.taker.id, std::move(ended)));
}

// To those for whom something has changed.
void Queue::tell_standings(Orders& orders)
{
    for (std::size_t index = 0; index < callers_.size(); ++index) {
        Member& caller = callers_[index];
        const QueueStanding now = standing_in(callers_, index);
        const QueueStanding& told = caller.standing;
        const bool is_told = told.position == now.position && told.size == now.size &&
                             told.waited_average == now.waited_average;
        if (is_told) continue;
        caller.standing = now;
        orders.push_back(order(caller.id, Order::Kind::news, now));
    }
}

QueueStanding Queue::standing_in(const Line& line, std::size_t index) const
{
    QueueStanding standing;
    standing.position = static_cast<unsigned>(index) + 1;
    standing.size = static_cast<unsigned>(line.size());
    if (taken_ > 0) standing.waited_average = whole_seconds(waited_ / taken_);
    return standing;
}

}  // namespace pivot::rooms
