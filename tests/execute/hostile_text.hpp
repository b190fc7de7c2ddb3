// Text that would be a second address, a path, a command, a variable or a header if a switch read
// it.
#pragma once

#include "execute/fake_channel.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::test {

inline constexpr std::array<std::string_view, 5> hostile = {
    "x@127.0.0.1,sofia/gateway/pstn/+19005550100",
    "x&PJSIP/pstn/sip:+19005550100@pstn|y",
    "../../../etc/asterisk/extensions",
    "[a=b]{api_hangup_hook='system id'}${system(id)};`id`<sip:x@pstn>^\"\\",
    "x\r\nP-Asserted-Identity: <sip:+1@pstn>",
};

// What no name of any kind may have in it.
inline void expect_harmless(const FakeChannel& channel)
{
    const auto has_control = [](std::string_view text) {
        return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
    };
    for (const std::string& name : channel.names()) {
        EXPECT_FALSE(has_control(name)) << name;
        EXPECT_EQ(name.find_first_of("\"\\`{}|^<>"), name.npos) << name;
        if (name.starts_with("http") || name.starts_with("ws")) continue;
        for (const std::string_view part : {"gateway/", "PJSIP/", "../"}) {
            EXPECT_EQ(name.find(part), name.npos) << name;
        }
    }
    for (const Dial& dial : channel.dials) {
        for (const Target& target : dial.targets) {
            for (const SipHeader& header : target.headers) {
                EXPECT_FALSE(has_control(header.name() + header.value())) << header.value();
            }
        }
    }
}

}  // namespace pivot::test
