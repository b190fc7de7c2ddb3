// The keys that the caller presses while a Dial has them connected, where `collect_dtmf` wants
// them.
//
// They are only listened to: whatever else a key does, it still does.
#pragma once

#include "execute/verbs/verb.hpp"

#include <string>

namespace pivot::execute::verbs {

class DialKeys final : private Watcher {
public:
    // From now on.
    DialKeys(LiveCall& call, twiml::Element dial)
        : Watcher(call), is_wanted_(dial.is_true(Attribute::collect_dtmf))
    {
        const bool ends_it =
            dial.is_true(Attribute::hangup_on_star) || !dial.text(Attribute::hangup_on).empty();
        if (is_wanted_ || ends_it) static_cast<void>(call.can(Ability::keys_in_rooms));
    }

    // Digits; nothing, where no key was pressed or nobody wants to know.
    Parameters results() const;

private:
    void note(const Event& event) override;

    const bool is_wanted_;
    std::string keys_;
};

}  // namespace pivot::execute::verbs
