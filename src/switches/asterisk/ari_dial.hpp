// Dials: one leg for each target, until one has answered.
//
//     waits for its turn ─► created ─► in the application ─► dialled ─┬─► rings ─► answers
//                                                                     └─► gone, with a cause
//
// A channel can only be dialled after Asterisk has reported it in the application. The early media
// of a callee who is called alone reaches the caller: the two are bridged until the callee has
// answered or is gone.
#pragma once

#include "switches/asterisk/job.hpp"

#include <pivot/command.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::asterisk {

class AriDial final : public Job, private reactor::Timer {
public:
    AriDial(AriChannel& call, Leg& leg, JobId id, const Dial& dial);
    ~AriDial() override;

    void begin() override;
    void stop() override;
    void lose() override { stop(); }
    void hear_leg(Leg& leg, LegNews news) override;

private:
    class Ring;

    void fired() override;  // nobody has answered in time
    void let_begin(Ring& ring);
    void begin_ring(Ring& ring);
    void end_ring(Ring& ring, int cause);
    void begin_next(const Ring& ring);
    void answer(Ring& ring);
    void hear_ringing(Ring& ring);
    void hear_progress(Ring& ring);
    void explain_end(const Ring& ring, const Leg& leg);
    void tell_ringing(const Ring& ring);
    void note(const Ring& ring, std::string_view what);
    void let_ring();
    void begin_early_media(const Leg& callee);
    void end_early_media();
    AriRequest create_request(const Ring& ring) const;
    void dial(Ring& ring);
    void hang_up_all(int cause);
    void fail(std::string_view cause, int sip_code);
    void fail_if_over();
    void fall_silent();
    void silence_ring();

    const Dial asked_;
    std::vector<std::unique_ptr<Ring>> rings_;
    int cause_ = 0;  // the weightiest of all failed targets
    std::string why_;
    bool has_rung_ = false;
    std::string early_bridge_;  // carries a callee's early media to the caller
};

}  // namespace pivot::switches::asterisk
