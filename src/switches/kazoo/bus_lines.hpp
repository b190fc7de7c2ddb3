// The lines of all performed calls: routes events from the bus to them, and knows which of their
// messages are unconfirmed.
//
// Bindings outlive a connection: they are made again for the queue of the next one.
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
    // An exchange, and a pattern of routing keys.
    using Binding = std::pair<std::string, std::string>;

    explicit BusLines(BusNumbers& numbers) : numbers_(numbers) {}
    BusLines(const BusLines&) = delete;
    BusLines& operator=(const BusLines&) = delete;
    ~BusLines();  // after the last line

    void opened(Bus& bus);
    void lost();
    void blocked(bool is_blocked);
    void heard(Heard heard);
    void returned(std::string_view body);

    // Whether the confirmation was for a message of a line.
    bool confirmed(std::uint64_t number, bool is_taken);

    // ---- for lines ----------------------------------------------------------------------------

    void add(BusLine& line);
    void remove(BusLine& line);

    // The line gets messages about this call id, too.
    void route(std::string_view call_id, BusLine& line);
    void end_route(std::string_view call_id, const BusLine& line);

    // Several lines may share a binding.
    void bind(const Binding& binding);
    void unbind(const Binding& binding);

    bool can_publish() const { return bus_ != nullptr && !is_blocked_; }
    void publish(BusLine& line, JobId job, const Publication& publication);

    // Empty while there is no bus.
    std::string_view queue() const { return bus_ == nullptr ? std::string_view() : bus_->queue(); }

    BusNumbers& numbers() const { return numbers_; }

private:
    std::vector<BusLine*> lines_of(const std::string& id) const;

    struct Sent {
        BusLine* line = nullptr;
        JobId job = 0;
        std::size_t body_hash = 0;  // recognises a message that is returned
        bool is_returned = false;
    };

    BusNumbers& numbers_;
    Bus* bus_ = nullptr;
    bool is_blocked_ = false;
    std::vector<BusLine*> lines_;
    std::unordered_multimap<std::string, BusLine*> routes_;  // by call id, as in routing keys
    std::map<Binding, unsigned> bindings_;  // and the number of lines that share each
    std::unordered_map<std::uint64_t, Sent> unconfirmed_;  // by publication
};

}  // namespace pivot::switches::kazoo
