#include "rooms/room.hpp"

#include <algorithm>
#include <utility>

namespace pivot::rooms {

namespace {

using Kind = ConferenceEventKind;

Order out(MemberId member, JobEnd how)
{
    JobEnded ended;
    ended.end = how;
    return order(member, Order::Kind::end, std::move(ended));
}

Order news(MemberId member, Kind kind, std::string_view about, bool is_told_elsewhere)
{
    ConferenceHappened happened;
    happened.kind = kind;
    happened.member = about;
    happened.is_told_elsewhere = is_told_elsewhere;
    return order(member, Order::Kind::news, std::move(happened));
}

}  // namespace

void Room::join(const Message& message, Orders& orders)
{
    if (members_.empty()) members_max_ = message.size_max;
    const bool is_full = members_max_ != 0 && members_.size() >= members_max_;
    if (is_full) return orders.push_back(out(message.member, JobEnd::failed));
    Member joining;
    joining.id = message.member;
    joining.call_id = message.call_id;
    joining.is_moderator = message.is_moderator;
    joining.ends_room = message.ends_with_caller;
    joining.beeps_on_exit = message.beeps_on_exit;
    members_.push_back(std::move(joining));

    const bool began_before = has_begun_;
    has_begun_ = has_begun_ || may_begin();
    const bool begins = has_begun_ && !began_before;
    if (has_begun_) mix_all(orders);
    tell(Kind::join, message.call_id, teller(0), orders);
    if (begins) tell(Kind::start, "", teller(0), orders);
    // One who comes later has missed it, and everybody else has heard of it.
    if (began_before) orders.push_back(news(message.member, Kind::start, "", true));
    if (message.beeps_on_enter) beep(orders, message.member);
}

void Room::leave(const Message& message, Orders& orders)
{
    const auto found = std::ranges::find(members_, message.member, &Member::id);
    if (found == members_.end()) return;
    const JobEnd how = message.has_failed ? JobEnd::failed : JobEnd::finished;
    const Member leaving = *found;
    const MemberId telling = teller(leaving.id);
    tell(Kind::leave, leaving.call_id, telling, orders);
    const bool ends = leaving.ends_room || members_.size() == 1;
    if (ends) end(leaving, telling, orders);
    orders.push_back(out(leaving.id, how));
    if (ends) return;
    members_.erase(found);
    if (members_.size() == 1) hold_the_last(orders);
    if (leaving.beeps_on_exit) beep(orders);
}

// The rest leave, too.
void Room::end(const Member& leaving, MemberId telling, Orders& orders)
{
    for (const Member& member : members_) {
        if (member.id != leaving.id) tell(Kind::leave, member.call_id, telling, orders);
    }
    tell(Kind::end, leaving.ends_room ? leaving.call_id : "", telling, orders);
    for (const Member& member : members_) {
        if (member.id != leaving.id) orders.push_back(out(member.id, JobEnd::finished));
    }
    members_.clear();
}

bool Room::may_begin() const
{
    return members_.size() > 1 && std::ranges::any_of(members_, &Member::is_moderator);
}

void Room::mix_all(Orders& orders)
{
    if (members_.size() < 2) return;
    for (Member& member : members_) {
        if (std::exchange(member.is_mixed, true)) continue;
        orders.push_back(mix_order(member.id, mix_, members_max_));
    }
}

void Room::hold_the_last(Orders& orders)
{
    Member& last = members_.front();
    if (!std::exchange(last.is_mixed, false)) return;
    orders.push_back(order(last.id, Order::Kind::hold));
}

// Those who wait hear something else.
void Room::beep(Orders& orders, MemberId except) const
{
    for (const Member& member : members_) {
        const bool hears = member.is_mixed && member.id != except;
        if (hears) orders.push_back(order(member.id, Order::Kind::beep));
    }
}

MemberId Room::teller(MemberId leaving) const
{
    for (const Member& member : members_) {
        if (member.id != leaving) return member.id;
    }
    return leaving;
}

void Room::tell(Kind kind, std::string_view about, MemberId telling, Orders& orders) const
{
    for (const Member& member : members_) {
        orders.push_back(news(member.id, kind, about, member.id != telling));
    }
}

}  // namespace pivot::rooms
