// Sends the caller to another place in the dialplan for good: a transfer, or parking.
//
//   is there such an extension? ─► the call's other jobs have ended ─► Asterisk lets the caller go
//
// After that the session only hears of the channel's end.
#pragma once

#include "switches/asterisk/job.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <pivot/command.hpp>

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

struct Destination {
    std::string context;
    std::string extension;
    std::string slot;  // in a parking lot; empty for any
};

// The error is a sentence. `context` is the caller's own.
tl::expected<Destination, std::string> destination_of(const Transfer& transfer,
                                                      const SwitchSettings& settings,
                                                      std::string_view context);
Destination destination_of(const SlotName& slot, const SwitchSettings& settings);

class Moving final : public Job {
public:
    Moving(AriChannel& call, Leg& leg, JobId id,
           tl::expected<Destination, std::string> destination);

    void begin() override;
    void stop() override;
    void lose() override;
    void hear_alone() override;

private:
    AriRequest exists_request() const;
    AriRequest continue_request() const;
    void find(const Result<AriAnswer>& answer);
    void go();
    void went(const Result<AriAnswer>& answer);
    void end_moved();

    const tl::expected<Destination, std::string> destination_;
    bool is_found_ = false;
    bool is_going_ = false;
};

}  // namespace pivot::switches::asterisk
