#include "switches/kazoo/bus_lines.hpp"

#include "switches/kazoo/bus_line.hpp"
#include "switches/kazoo/call_event.hpp"
#include "switches/kazoo/message_body.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

namespace pivot::switches::kazoo {

BusLines::~BusLines()
{
    assert(lines_.empty());
}

void BusLines::opened(Bus& bus)
{
    bus_ = &bus;
    is_blocked_ = false;
    for (const auto& [binding, lines] : bindings_) bus.bind(binding.first, binding.second);
    for (BusLine* const line : std::vector(lines_)) line->connected();
}

void BusLines::lost()
{
    bus_ = nullptr;
    numbers_.unknown_fates.add(unconfirmed_.size());
    unconfirmed_.clear();
}

void BusLines::blocked(bool is_blocked)
{
    is_blocked_ = is_blocked;
    if (is_blocked) return;
    for (BusLine* const line : std::vector(lines_)) line->flush();
}

// The routing key of an event ends in a call id; that of an answer is the name of our queue.
void BusLines::heard(Heard heard)
{
    numbers_.events.add();
    const std::string body = take_body(heard);
    const auto event = CallEvent::read(body);
    if (!event) return;
    const std::string_view key = heard.routing_key;
    const std::string id = key == queue() ? encode_key_part(event->call_id)
                                          : std::string(key.substr(key.rfind('.') + 1));
    for (BusLine* const line : lines_of(id)) line->hear(*event, body);
}

// An answer without a call id is matched by the message that it answers.
std::vector<BusLine*> BusLines::lines_of(const std::string& id) const
{
    if (id.empty()) return lines_;
    std::vector<BusLine*> lines;
    const auto [first, last] = routes_.equal_range(id);
    for (auto route = first; route != last; ++route) lines.push_back(route->second);
    return lines;
}

void BusLines::returned(std::string_view body)
{
    const std::size_t hash = std::hash<std::string_view>()(body);
    for (auto& [number, sent] : unconfirmed_) {
        if (sent.body_hash == hash) sent.is_returned = true;
    }
}

bool BusLines::confirmed(std::uint64_t number, bool is_taken)
{
    const auto found = unconfirmed_.find(number);
    if (found == unconfirmed_.end()) return false;
    const Sent sent = found->second;
    unconfirmed_.erase(found);
    if (!is_taken || sent.is_returned) sent.line->fail(sent.job);
    return true;
}

// ---- lines --------------------------------------------------------------------------------------

void BusLines::add(BusLine& line)
{
    lines_.push_back(&line);
}

void BusLines::remove(BusLine& line)
{
    std::erase(lines_, &line);
    std::erase_if(unconfirmed_, [&](const auto& entry) { return entry.second.line == &line; });
}

void BusLines::route(std::string_view call_id, BusLine& line)
{
    routes_.emplace(encode_key_part(call_id), &line);
}

void BusLines::end_route(std::string_view call_id, const BusLine& line)
{
    const auto [first, last] = routes_.equal_range(encode_key_part(call_id));
    const auto found = std::find_if(first, last, [&](const auto& r) { return r.second == &line; });
    if (found != last) routes_.erase(found);
}

void BusLines::bind(const Binding& binding)
{
    const bool is_new = ++bindings_[binding] == 1;
    if (is_new && bus_ != nullptr) bus_->bind(binding.first, binding.second);
}

void BusLines::unbind(const Binding& binding)
{
    const auto found = bindings_.find(binding);
    if (found == bindings_.end() || --found->second > 0) return;
    if (bus_ != nullptr) bus_->unbind(binding.first, binding.second);
    bindings_.erase(found);
}

void BusLines::publish(BusLine& line, JobId job, const Publication& publication)
{
    const std::size_t hash = std::hash<std::string_view>()(publication.body);
    unconfirmed_.insert_or_assign(bus_->publish(publication), Sent{&line, job, hash, false});
}

}  // namespace pivot::switches::kazoo
