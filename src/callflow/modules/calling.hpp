// Modules that ring somebody.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property endpoint_data[] = {
    {"delay", integer.by_default("0")},
    {"endpoint_type", string.one_of("device user group").required()},
    {"id", string.size(1, 128).required()},
    {"timeout", integer.by_default("20")},
    {"weight", integer.at_least(1).at_most(100)},
};

inline constexpr Rule endpoint = object.with(endpoint_data);

inline constexpr Property device_data[] = {
    {"can_call_self", boolean},
    {"can_text_self", boolean},
    {"custom_sip_headers", object},
    {"delay", integer.by_default("0")},
    {"dial_strategy", string.one_of("simultaneous single").by_default("simultaneous").unread()},
    {"fail_on_single_reject", boolean.since_5().unread()},
    {"id", string},
    skip_module,
    {"static_invite", string},
    {"suppress_clid", boolean},
    {"timeout", integer.by_default("0")},
};

inline constexpr Property ringtones[] = {
    {"external", string},
    {"internal", string},
};

inline constexpr Property shared_appearance[] = {
    {"enabled", boolean},
};

inline constexpr Property group_data[] = {
    {"endpoints", list_of(string).by_default("[]")},
    {"fail_on_single_reject", boolean.unread()},
    {"group_id", string.since_5()},
    {"group_name", string.since_5()},
    {"hard_stop_after_successful_group", boolean.since_5().unread()},
    {"id", string},
    {"ignore_early_media", boolean.since_5()},
    {"ignore_forward", boolean.by_default("true").unread()},
    {"repeats", integer.by_default("1")},
    {"ringback", string},
    {"ringtones", object.with(ringtones)},
    {"sca", object.with(shared_appearance).since_5().unread()},
    skip_module,
    {"strategy", string.one_of("single simultaneous").by_default("simultaneous")},
    {"timeout", integer.by_default("20")},
};

inline constexpr Property intercom_data[] = {
    {"barge_calls", boolean},
    skip_module,
};

// Either headers for the callee, or headers by direction with anything beside them.
inline constexpr Rule plain_headers = object.only(Form::header_name, string);
inline constexpr Property directed_headers[] = {
    {"in", plain_headers},
    {"out", plain_headers},
};
inline constexpr Rule sip_headers = object.with(directed_headers).or_instead(plain_headers);

// In KAZOO 5 the value of a header need not be text.
inline constexpr Rule header_value =
    Rule{bit(json::Kind::boolean) | bit(json::Kind::integer) | bit(json::Kind::string)};
inline constexpr Rule plain_headers_of_5 = object.only(Form::header_name, header_value);
inline constexpr Property directed_headers_of_5[] = {
    {"in", plain_headers_of_5},
    {"out", plain_headers_of_5},
};
inline constexpr Rule sip_headers_of_5 =
    object.with(directed_headers_of_5).or_instead(plain_headers_of_5);

inline constexpr Property carrier_addresses[] = {
    {"emergency", object},
};

// The data of resources, and of offnet, which is resources without the account's own carriers.
inline constexpr Property carrier_data[] = {
    {"addresses", object.with(carrier_addresses).since_5().unread()},
    {"bypass_e164", boolean.unread()},
    {"caller_id_type", string.by_default("external").unread()},
    {"custom_sip_headers", sip_headers.until_5()},
    {"custom_sip_headers", sip_headers_of_5.since_5()},
    {"do_not_normalize", boolean.unread()},
    {"dynamic_flags", list_of(string).unread()},
    {"emit_account_id", boolean},
    {"format_from_uri", boolean.unread()},
    {"from_uri_realm", string.unread()},
    {"hunt_account_id", string.unread()},
    {"ignore_early_media", boolean.by_default("false")},
    {"outbound_flags", list_of(string).by_default("[]").unread()},
    {"resource_type", string.unread()},
    {"ringback", string},
    skip_module,
    {"timeout", integer},
    {"to_did", string},
    {"use_local_resources", boolean.by_default("true").unread()},
};

inline constexpr Property page_group_data[] = {
    {"audio", string.one_of("one-way two-way").required().by_default("one-way")},
    {"barge_calls", boolean},
    {"endpoints", list_of(endpoint).size_at_least(1).required()},
    skip_module,
    {"timeout", integer.by_default("5")},
};

inline constexpr Property ring_group_data[] = {
    {"endpoints", list_of(endpoint).size_at_least(1).required().until_5()},
    {"endpoints", list_of(endpoint).size_at_least(1).since_5()},
    {"fail_on_single_reject", boolean.unread()},
    {"group_id", string.size(1, 128).since_5()},
    {"group_name", string.since_5()},
    {"hard_stop_after_successful_group", boolean.since_5().unread()},
    {"ignore_early_media", boolean.since_5()},
    {"ignore_forward", boolean.by_default("true").unread()},
    {"repeats", integer.at_least(1).by_default("1")},
    {"ringback", string},
    {"ringtones", object.with(ringtones)},
    {"sca", object.with(shared_appearance).since_5().unread()},
    skip_module,
    {"strategy", string.one_of("simultaneous single weighted_random").by_default("simultaneous")},
    {"timeout", integer.by_default("20")},
};

inline constexpr Property ring_group_toggle_data[] = {
    {"action", string.one_of("login logout").required()},
    {"callflow_id", string.required()},
    skip_module,
};

inline constexpr Property route_to_cid_data[] = {
    {"can_call_self", boolean},
    {"can_text_self", boolean},
    {"cid_types", list_of(string).size_at_least(1).by_default(R"(["internal"])")},
    {"delay", integer.by_default("0")},
    {"endpoint_types", list_of(string).by_default("[]")},
    skip_module,
    {"static_invite", string},
    {"suppress_clid", boolean},
    {"timeout", integer.by_default("0")},
};

inline constexpr Property user_data[] = {
    {"can_call_self", boolean},
    {"can_text_self", boolean},
    {"custom_sip_headers", object},
    {"delay", integer.by_default("0")},
    {"fail_on_single_reject", boolean.unread()},
    {"id", string},
    skip_module,
    {"static_invite", string},
    {"strategy", string.one_of("simultaneous single").by_default("simultaneous")},
    {"suppress_clid", boolean},
    {"timeout", integer.by_default("20")},
};

inline constexpr Module calling_modules[] = {
    {"device", device_data},
    {"group", group_data},
    {"intercom", intercom_data},
    {"offnet", carrier_data},
    {"page_group", page_group_data},
    {"resources", carrier_data},
    {"ring_group", ring_group_data, one_in_5("endpoints group_id")},
    {"ring_group_toggle", ring_group_toggle_data},
    {"route_to_cid", route_to_cid_data},
    {"user", user_data},
};

}  // namespace pivot::callflow::modules
