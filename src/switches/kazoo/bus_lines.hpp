// The lines of all calls that documents command: whose events come from the bus, and which of their
// messages are on the way.
//
// Bindings outlive a connection: the queue of the next one is bound anew.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/bus_numbers.hpp"

#include <pivot/event.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pivot::switches::kazoo {

class BusLine;

class BusLines {
public:
    // An exchange, and the pattern of routing keys.
    using Binding = std::pair<std::string, std::string>;

    explicit BusLines(BusNumbers& numbers) : numbers_(numbers) {}
    BusLines(const BusLines&) = delete;
    BusLines& operator=(const BusLines&) = delete;
    ~BusLines();  // there is no line left

    void opened(Bus& bus);
    void lost();
    void blocked(bool is_blocked);
    void heard(Heard heard);
    void returned(std::string_view body);

    // Whether it was about a message of a line.
    bool confirmed(std::uint64_t number, bool is_taken);

    // ---- for lines ----------------------------------------------------------------------------

    void add(BusLine& line);
    void remove(BusLine& line);

    // What is about this call id is the line's, too.
    void route(std::string_view call_id, BusLine& line);
    void end_route(std::string_view call_id, const BusLine& line);

    // Several lines may have the same binding.
    void bind(const Binding& binding);
    void unbind(const Binding& binding);

    bool can_publish() const { return bus_ != nullptr && !is_blocked_; }
    void publish(BusLine& line, JobId job, const Publication& publication);

    // Empty as long as there is no bus.
    std::string_view queue() const { return bus_ == nullptr ? std::string_view() : bus_->queue(); }

    BusNumbers& numbers() const { return numbers_; }

private:
    std::vector<BusLine*> lines_of(const std::string& id) const;

    struct Sent {
        BusLine* line = nullptr;
        JobId job = 0;
        std::size_t body_hash = 0;  // by which a message is known that comes back
        bool is_returned = false;
    };

    BusNumbers& numbers_;
    Bus* bus_ = nullptr;
    bool is_blocked_ = false;
    std::vector<BusLine*> lines_;
    std::unordered_multimap<std::string, BusLine*> routes_;  // by the ids, as keys have them
    std::map<Binding, unsigned> bindings_;                   // and how many lines have them
    std::unordered_map<std::uint64_t, Sent> unconfirmed_;    // by publication
};

}  // namespace pivot::switches::kazoo
