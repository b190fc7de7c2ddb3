// What front ends share as attendants of their switch's calls: they pass events to the engine, and
// notes about calls to the reception.
#pragma once

#include "pivot/serve/calls/reception.hpp"

#include <string_view>
#include <utility>

namespace pivot::tools {

// `Attendant` is the interface of a switch to its host.
template <typename Attendant>
class Attending : public Attendant {
protected:
    explicit Attending(Reception& reception) : reception_(reception) {}
    ~Attending() = default;

    void tell(Engine::Ticket ticket, Event event) final
    {
        reception_.engine().tell(ticket, std::move(event));
    }
    void note(std::string_view call_id, std::string_view text) final
    {
        reception_.note(call_id, LogLevel::debug, text);
    }
    void warn(std::string_view call_id, std::string_view text) final
    {
        reception_.note(call_id, LogLevel::warning, text);
    }
    void ended(std::string_view call_id, const SessionEnd& end) final
    {
        reception_.note_end(call_id, end);
    }

    Reception& reception_;
};

}  // namespace pivot::tools
