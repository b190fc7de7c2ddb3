// Whether a switch keeps the contract of `pivot/channel.hpp`: the same scenarios for any of them.
//
// The author of an adapter implements SwitchUnderTest over it and expects no breach:
//
//     EXPECT_THAT(conformance::breaches_of(my_switch), testing::IsEmpty());
#pragma once

#include <pivot/channel.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pivot::test::conformance {

class SwitchUnderTest {
public:
    virtual ~SwitchUnderTest() = default;

    // A new call, which nobody has answered yet. The one before it is of no interest any more.
    virtual Channel& begin_call() = 0;

    // What the call has told since the last time it was asked, oldest first, after everything that
    // takes its time has come to its end: playbacks, ringing, what a person does by themselves.
    virtual std::vector<Event> settle() = 0;

    // The same without waiting for anything.
    virtual std::vector<Event> look() = 0;

    // Nobody knows when everything on a real switch has come to its end: there settle() lets a
    // moment pass, and is called again while this agrees that what is expected may still come.
    virtual bool may_still_tell() { return false; }

    // What the caller does.
    virtual void press(char key) = 0;
    virtual void hang_up_caller() = 0;

    // Whom a dial reaches, and whom it does not; nothing where the switch dials nobody.
    virtual std::optional<Address> somebody() { return std::nullopt; }
    virtual std::optional<Address> nobody() { return std::nullopt; }

    // Where a call can be transferred to, and where it cannot; nothing where the switch transfers
    // no call, or any.
    virtual std::optional<Address> elsewhere() { return std::nullopt; }
    virtual std::optional<Address> nowhere() { return std::nullopt; }
};

// Each a sentence that begins with the name of its scenario.
std::vector<std::string> breaches_of(SwitchUnderTest& tested);

}  // namespace pivot::test::conformance
