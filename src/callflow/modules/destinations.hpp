// Modules that hand the call to a service: a queue, a conference, a fax, a parking lot, a mailbox.
#pragma once

#include "callflow/modules/audio.hpp"
#include "callflow/modules/conference.hpp"
#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property acdc_agent_data[] = {
    {"action", string.one_of("login logout paused resume")},
    {"presence_id", string},
    {"presence_state", string.one_of("early confirmed terminated red_flash red_solid green")},
    skip_module,
    {"timeout", integer},
};

inline constexpr Property acdc_member_data[] = {
    {"id", string},
    {"priority", integer},
    skip_module,
};

inline constexpr Property acdc_queue_data[] = {
    {"action", string.one_of("login logout")},
    {"id", string},
    skip_module,
};

inline constexpr Property acdc_wait_time_data[] = {
    {"id", string},
    skip_module,
    {"window", integer},
};

inline constexpr Property welcome_prompt[] = {
    {"media_id", string},
    {"play", boolean.by_default("true")},
};

inline constexpr Property conference_data[] = {
    {"config", object.with(conference)},
    {"id", string.size(32, 32)},
    {"moderator", boolean},
    {"play_entry_tone", boolean_or_string},
    {"play_exit_tone", boolean_or_string},
    skip_module,
    {"welcome_prompt", object.with(welcome_prompt)},
};

inline constexpr Property doorman_data[] = {
    {"call_timeout", integer.by_default("30")},
    {"caller_greeting", string.by_default("Hi. Please state your name after the tone.")},
    {"caller_id_name", string.by_default("Doorman")},
    {"failover_strategy", string.one_of("hangup voicemail").by_default("hangup")},
    {"id", string.required()},
    {"max_menu_attempts", integer.by_default("3")},
    {"origin", string.by_default("callflow : cf_doorman")},
    {"recording_limit", integer.by_default("3")},
    skip_module,
    {"tones", list_of(tone)},
    {"vmbox_id", string},
};

inline constexpr Property fax_detect_data[] = {
    {"duration", integer},
    skip_module,
};

inline constexpr Property fax_media[] = {
    {"fax_option", boolean_or_string.one_of("auto true false")},
};

inline constexpr Property faxbox_data[] = {
    {"faxbox_id", string},
    {"id", string},
    {"media", object.with(fax_media)},
    skip_module,
};

inline constexpr Property park_data[] = {
    {"action", string.one_of("direct_park park retrieve auto").by_default("park")},
    {"custom_presence_id", boolean.by_default("false").unread()},
    {"default_callback_timeout", integer.unread()},
    {"default_presence_type", string.one_of("early terminated confirmed").unread()},
    {"default_ringback_timeout", integer.unread()},
    {"force_presence_user", boolean.since_5().unread()},
    {"max_slot_number", integer},
    {"presence_id", string.unread()},
    skip_module,
    {"slot", string},
    {"slots", object.by_default("{}").unread()},
};

inline constexpr Property receive_fax_data[] = {
    {"media", object.with(fax_media)},
    {"owner_id", string},
    skip_module,
};

inline constexpr Property transfer_data[] = {
    {"captures", list_of(string).by_default(R"(["no_match"])")},
    {"leg", string.one_of("self bleg")},
    skip_module,
    {"target", string},
    {"transfer_type", string.one_of("attended blind").by_default("blind")},
};

inline constexpr Property voicemail_data[] = {
    {"action", string.one_of("check compose").by_default("compose")},
    {"callerid_match_login", boolean.by_default("false")},
    {"id", string.size(32, 32)},
    {"interdigit_timeout", integer.by_default("2000")},
    {"max_message_length", integer.by_default("500")},
    {"single_mailbox_login", boolean.by_default("false")},
    skip_module,
};

inline constexpr Module destinations_modules[] = {
    {"acdc_agent", acdc_agent_data},
    {"acdc_member", acdc_member_data},
    {"acdc_queue", acdc_queue_data},
    {"acdc_wait_time", acdc_wait_time_data},
    {"conference", conference_data},
    {"conference_feature", conference_data},
    {"doorman", doorman_data, since_5},
    {"fax_detect", fax_detect_data},
    {"faxbox", faxbox_data},
    {"move", skip_module_only},
    {"park", park_data},
    {"receive_fax", receive_fax_data},
    {"transfer", transfer_data},
    {"voicemail", voicemail_data},
};

}  // namespace pivot::callflow::modules
