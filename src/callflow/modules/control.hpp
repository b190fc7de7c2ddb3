// Modules that steer the call and the flow.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property after_bridge_data[] = {
    {"action", string.one_of("park transfer hangup")},
    {"data", boolean_or_string},
    skip_module,
};

inline constexpr Property branch_bnumber_data[] = {
    {"hunt", boolean.by_default("false")},
    {"hunt_allow", string},
    {"hunt_deny", string},
    skip_module,
};

inline constexpr Rule name_or_path =
    Rule{bit(json::Kind::string) | bit(json::Kind::array)}.each(string);

inline constexpr Property branch_variable_data[] = {
    {"id", string.since_5()},
    {"scope", string.one_of("account custom_channel_vars device merged user")
                  .by_default("custom_channel_vars")
                  .until_5()},
    {"scope", string.one_of("account custom_channel_vars device doc merged user")
                  .by_default("custom_channel_vars")
                  .since_5()},
    skip_module,
    {"variable", string.required().by_default("").until_5()},
    {"variable", name_or_path.required().since_5()},
};

// KAZOO 4 accepts whatever KAZOO 5 does, because it does not know the new keys.
inline constexpr Property callflow_data[] = {
    {"doc_id", string.since_5()},
    {"flow", node.since_5()},
    {"id", string},
    {"path", name_or_path.since_5()},
    skip_module,
};

inline constexpr Property external_caller_id[] = {
    {"name", string},
    {"number", string},
};

inline constexpr Property check_cid_caller_id[] = {
    {"external", object.with(external_caller_id)},
};

inline constexpr Property check_cid_data[] = {
    {"caller_id", object.with(check_cid_caller_id)},
    {"regex", string.by_default(".*")},
    skip_module,
    {"use_absolute_mode", boolean.by_default("false")},
    {"user_id", string.unread()},
};

inline constexpr Property cidlistmatch_data[] = {
    {"id", string},
    skip_module,
};

inline constexpr Property function_data[] = {
    {"id", string},
    skip_module,
};

inline constexpr Property language_data[] = {
    {"language", string.matching(Form::language_tag).required()},
    skip_module,
};

inline constexpr Property nomorobo_data[] = {
    {"password", string.size(1, 1000)},
    skip_module,
    {"username", string.size(1, 1000).required()},
};

inline constexpr Rule document =
    Rule{bit(json::Kind::object) | bit(json::Kind::string)}.size_at_least(1);

// The schema of KAZOO 5 requires `flow_type`, but its pages do not.
inline constexpr Property serverless_data[] = {
    {"flow_doc", document.required()},
    {"flow_type", string.one_of("application/json application/xml text/xml")},
};

// Other headers would replace those that the server needs. The schemas do not refuse them.
inline constexpr Rule header_line = string.matching(Form::header_value);
inline constexpr Rule request_headers = object.only(Form::extension_header, header_line);

inline constexpr Property pivot_data[] = {
    {"cdr_url", string.matching(Form::web_address).until_5()},
    {"cdr_url", string.matching(Form::web_address).size_at_least(7).since_5()},
    {"custom_request_headers", request_headers},
    {"debug", boolean.by_default("false")},
    {"method", string.one_of("get post GET POST").by_default("get")},
    {"req_body_format", string.one_of("form json").by_default("form")},
    {"req_format", string.one_of("kazoo twiml").by_default("kazoo")},
    {"req_timeout_ms", integer.at_most(5000)},
    {"serverless", object.with(serverless_data).since_5()},
    skip_module,
    {"voice_url", url.matching(Form::web_address).required().until_5()},
    {"voice_url", url.matching(Form::web_address).size_at_least(7).since_5()},
};

inline constexpr Property response_data[] = {
    {"code", integer.required().by_default("486")},
    {"media", string.size_at_most(2048)},
    {"message", string},
    skip_module,
};

inline constexpr Property sleep_data[] = {
    {"duration", integer.at_least(0).at_most(86400000).by_default("0")},
    skip_module,
    {"unit", string.one_of("ms s m h").by_default("s")},
};

inline constexpr Property temporal_route_data[] = {
    {"action", string.one_of("menu enable disable reset")},
    {"interdigit_timeout", integer},
    {"rule_set", string},
    {"rules", list_of(string).by_default("[]")},
    skip_module,
    {"timezone", string},
};

inline constexpr Module control_modules[] = {
    {"after_bridge", after_bridge_data},
    {"answer", skip_module_only},
    {"branch_bnumber", branch_bnumber_data},
    {"branch_variable", branch_variable_data},
    {"callflow", callflow_data, one_in_5("id doc_id+path flow")},
    {"camping_feature", skip_module_only},
    {"check_cid", check_cid_data},
    {"cidlistmatch", cidlistmatch_data},
    {"dead_air", skip_module_only},
    {"edr", skip_module_only},
    {"function", function_data},
    {"hangup", skip_module_only},
    {"language", language_data},
    {"nomorobo", nomorobo_data},
    {"noop", skip_module_only},
    {"pivot", pivot_data, one_in_5("voice_url serverless")},
    {"response", response_data},
    {"skel", skip_module_only},
    {"sleep", sleep_data},
    {"temporal_route", temporal_route_data},
    {"wait_for_hangup", skip_module_only},
};

}  // namespace pivot::callflow::modules
