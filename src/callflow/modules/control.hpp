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

inline constexpr Property branch_variable_data[] = {
    {"scope", string.one_of("account custom_channel_vars device merged user")
                  .by_default("custom_channel_vars")},
    skip_module,
    {"variable", string.required().by_default("")},
};

inline constexpr Property callflow_data[] = {
    {"id", string},
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

inline constexpr Property pivot_data[] = {
    {"cdr_url", string.matching(Form::web_address)},
    {"debug", boolean.by_default("false")},
    {"method", string.one_of("get post GET POST").by_default("get")},
    {"req_body_format", string.one_of("form json").by_default("form")},
    {"req_format", string.one_of("kazoo twiml").by_default("kazoo")},
    {"req_timeout_ms", integer.at_most(5000)},
    skip_module,
    {"voice_url", url.matching(Form::web_address).required()},
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
    {"callflow", callflow_data},
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
    {"pivot", pivot_data},
    {"response", response_data},
    {"skel", skip_module_only},
    {"sleep", sleep_data},
    {"temporal_route", temporal_route_data},
    {"wait_for_hangup", skip_module_only},
};

}  // namespace pivot::callflow::modules
