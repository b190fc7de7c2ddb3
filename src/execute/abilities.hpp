// What a switch may lack, and what is done without it. Nothing else asks a channel for its
// abilities.
#pragma once

#include <pivot/channel.hpp>

#include <cstdint>
#include <string_view>

namespace pivot::execute {

enum class Ability : std::uint8_t {
    legs_apart,
    sip_credentials,
    dual_recording,
    keys_in_rooms,
    early_media,
    ssml,
    coaching,
    answers,
};

bool has(const Abilities& abilities, Ability ability);

// What a customer is told where it is missing.
std::string_view without(Ability ability);

}  // namespace pivot::execute
