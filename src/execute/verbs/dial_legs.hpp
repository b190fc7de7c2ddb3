// The legs of a TwiML Dial: whom to call, and what is told about each.
#pragma once

#include "execute/verbs/verb.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::execute::verbs {

class DialLegs final : private Watcher {
public:
    // Numbers the targets of `dial`: its text, or its nouns. Those without an address are skipped.
    // `caller_id` is what they are shown.
    DialLegs(LiveCall& call, twiml::Element dial, std::string caller_id);

    std::vector<Target> take_targets() { return std::move(targets_); }

    // New numbers for those who are to be called by a new dial: a switch may have used the old
    // ones.
    void renumber(std::vector<Target>& targets);
    bool empty() const { return legs_.empty(); }

    // They are about to be called: all of them, or the first. The channel tells nothing of the ones
    // after it until they ring.
    void begin(bool is_sequential);

    // Waits until those are gone whose end somebody wants to be told.
    Task<> finish(Deadline& deadline);

    // The noun of a leg; none for the text of a Dial.
    const twiml::Element* noun(LegId leg) const;

    // The leg's own call id, and what a request about it says of it.
    std::string call_id(LegId leg) const;
    Parameters parameters(LegId leg) const;
    std::string first_call_id() const { return legs_.empty() ? "" : legs_.front().call_id; }

    // How long a leg has been answered, until its end or until now.
    std::chrono::seconds talked(LegId leg) const;

private:
    struct Leg {
        LegId id;
        const twiml::Element* noun;
        std::string called;  // `To`
        std::string call_id;
        unsigned sequence = 0;  // of the events that are told
        bool has_begun = false;
        Nanoseconds answered_at = never;
        Nanoseconds ended_at = never;
    };

    // Returns null where there is nothing to call.
    Target* add(Address address, const twiml::Element* noun, std::string called);
    void add_noun(const twiml::Element& noun);
    void add_endpoints(const twiml::Element& noun, const Address& name);
    void note(const Event& event) override;
    std::chrono::seconds talked(const Leg& leg) const;
    void begin(Leg& leg);
    bool is_awaited() const;
    std::string_view status_at_end(const Leg& leg, const Cause& cause) const;
    Parameters parameters(const Leg& leg) const;
    void tell(Leg& leg, std::string_view event, std::string_view status, const Cause* cause);
    Leg* find(LegId id);
    const Leg* find(LegId id) const;

    LiveCall& call_;
    const std::string caller_id_;  // `From`
    std::vector<twiml::Element> nouns_;
    std::vector<Target> targets_;
    std::vector<Leg> legs_;
};

// DialCallStatus of a leg that has not answered, and CallStatus of its callbacks: `busy`,
// `no-answer`, `canceled`, `failed`.
std::string_view status_of(const Cause& cause);

}  // namespace pivot::execute::verbs
