// A conference as KAZOO stores it, which a node may include.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property conference_profile[] = {
    {"alone-sound", string},
    {"announce-count", integer},
    {"auto-record", boolean.by_default("false").since_5()},
    {"caller-controls", string},
    {"comfort-noise", integer.at_least(0).at_most(10000)},
    {"energy-level", integer.at_least(0).at_most(1800)},
    {"enter-sound", string},
    {"exit-sound", string},
    {"interval", integer.at_least(10).at_most(120)},
    {"locked-sound", string},
    {"max-members", integer.at_least(2)},
    {"max-members-sound", string},
    {"moderator-controls", string},
    {"moh-sound", string},
    {"muted-sound", string},
    {"rate", integer.one_of("8000 12000 16000 24000 32000 44100 48000")},
    {"unmuted-sound", string},
};

inline constexpr Property conference_member[] = {
    {"join_deaf", boolean.by_default("false")},
    {"join_muted", boolean.by_default("true")},
    {"numbers", list_of(digits).unique().by_default("[]")},
    {"pins", list_of(digits).by_default("[]")},
    {"play_entry_prompt", boolean},
};

inline constexpr Property conference_moderator[] = {
    {"join_deaf", boolean.by_default("false")},
    {"join_muted", boolean.by_default("false")},
    {"numbers", list_of(digits).unique().by_default("[]")},
    {"pins", list_of(digits).by_default("[]")},
};

inline constexpr Property conference[] = {
    {"allow_shareable_link", boolean.by_default("false").since_5()},
    {"base_profile_name", string.since_5()},
    {"bridge_password", string},
    {"bridge_username", string},
    {"caller_controls", string},
    {"conference_numbers", list_of(digits).unique().by_default("[]")},
    {"controls", object},
    {"domain", string},
    {"endconf_grace_time", integer.at_least(0).since_5()},
    {"flags", list_of(string)},
    {"focus", string},
    {"language", string},
    {"max_members_media", string},
    {"max_participants", integer},
    {"member", object.with(conference_member).by_default("{}")},
    {"moderator", object.with(conference_moderator).by_default("{}")},
    {"moderator_controls", string},
    {"name", string.size(1, 128).until_5()},
    {"name", string.size(1, 128).required().since_5()},
    {"owner_id", string.size(32, 32)},
    {"play_entry_tone", boolean_or_string},
    {"play_exit_tone", boolean_or_string},
    {"play_name", boolean.by_default("false")},
    {"play_welcome", boolean},
    {"profile", object.with(conference_profile)},
    {"profile_name", string},
    {"require_moderator", boolean},
    {"video", boolean.since_5()},
    {"wait_for_moderator", boolean},
};

}  // namespace pivot::callflow::modules
