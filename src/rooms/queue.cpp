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

}  // namespace

void Queue::enqueue(const Message& message, Orders& orders)
{
    const bool is_full = message.size_max != 0 && callers_.size() >= message.size_max;
    if (is_full) {
        orders.push_back(out_alone(message.member, QueueEnd::full, std::chrono::seconds(0)));
        return;
    }
    callers_.push_back({message.member, message.call_id, message.at, {}});
    tell_standings(orders);
    match(message.at, orders);
}

void Queue::dequeue(const Message& message, Orders& orders)
{
    takers_.push_back({message.member, message.call_id, message.at, {}});
    match(message.at, orders);
}

void Queue::leave(const Message& message, Orders& orders)
{
    const QueueEnd how = message.has_failed ? QueueEnd::failed : QueueEnd::left;
    for (std::deque<Member>* const waiting : {&callers_, &takers_}) {
        const auto found = std::ranges::find(*waiting, message.member, &Member::id);
        if (found == waiting->end()) continue;
        orders.push_back(out_alone(found->id, how, since(found->came_at, message.at)));
        waiting->erase(found);
        return tell_standings(orders);
    }
    const auto found = std::ranges::find_if(pairs_, [&message](const Pair& pair) {
        return pair.caller.id == message.member || pair.taker.id == message.member;
    });
    if (found == pairs_.end()) return;
    part(*found, message, orders);
    pairs_.erase(found);
}

void Queue::match(Nanoseconds now, Orders& orders)
{
    if (callers_.empty() || takers_.empty()) return;
    Pair pair{std::move(callers_.front()), std::move(takers_.front()), now};
    callers_.pop_front();
    takers_.pop_front();
    waited_ += std::chrono::nanoseconds(now - pair.caller.came_at);
    ++taken_;
    const std::string mix = next_mix_name();
    for (const MemberId member : {pair.caller.id, pair.taker.id}) {
        orders.push_back(mix_order(member, mix, 2));
        orders.push_back(order(member, Order::Kind::news, QueueBridged()));
    }
    pairs_.push_back(std::move(pair));
    tell_standings(orders);
}

void Queue::part(const Pair& pair, const Message& message, Orders& orders) const
{
    QueueEnded ended;
    ended.end = message.has_failed ? QueueEnd::failed : QueueEnd::bridged;
    ended.waited = since(pair.caller.came_at, pair.bridged_at);
    ended.talked = since(pair.bridged_at, message.at);
    ended.other_call_id = pair.taker.call_id;
    orders.push_back(out(pair.caller.id, ended));
    ended.other_call_id = pair.caller.call_id;
    orders.push_back(out(pair.taker.id, std::move(ended)));
}

// To those for whom something has changed.
void Queue::tell_standings(Orders& orders)
{
    QueueStanding now;
    now.size = static_cast<unsigned>(callers_.size());
    if (taken_ > 0) now.waited_average = whole_seconds(waited_ / taken_);
    for (Member& caller : callers_) {
        ++now.position;
        const QueueStanding& told = caller.standing;
        const bool is_told = told.position == now.position && told.size == now.size &&
                             told.waited_average == now.waited_average;
        if (is_told) continue;
        caller.standing = now;
        orders.push_back(order(caller.id, Order::Kind::news, now));
    }
}

}  // namespace pivot::rooms
