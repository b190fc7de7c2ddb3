// Modules that set variables and caller ids.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property dynamic_cid_caller_id[] = {
    {"name", string},
    {"number", string},
};

inline constexpr Property dynamic_cid_data[] = {
    {"action", string.one_of("list lists manual static")},
    {"caller_id", object.with(dynamic_cid_caller_id)},
    {"enforce_call_restriction", boolean.by_default("true").unread()},
    {"id", string},
    {"idx_name", string.unread()},
    {"interdigit_timeout", integer},
    {"max_digits", integer},
    {"media_id", string},
    {"min_digits", integer},
    {"permit_custom_callflow", boolean.by_default("false").unread()},
    skip_module,
    {"whitelist_regex", string},
};

inline constexpr Property lookupcidname_data[] = {
    {"lists", list_of(string).required().by_default("[]")},
    skip_module,
};

inline constexpr Property manual_presence_data[] = {
    {"presence_id", string.required()},
    skip_module,
    {"status", string.one_of("idle ringing busy").by_default("idle")},
};

inline constexpr Property prepend_cid_data[] = {
    {"action", string.one_of("reset prepend").by_default("prepend")},
    {"apply_to", string.one_of("original current").by_default("current")},
    {"caller_id_name_prefix", string.by_default("")},
    {"caller_id_number_prefix", string.by_default("")},
    skip_module,
};

inline constexpr Property privacy_data[] = {
    {"endpoint_strategy", string.one_of("overwrite merge").by_default("overwrite")},
    {"mode", string.one_of("full name number yes").by_default("full")},
    skip_module,
};

inline constexpr Property set_alert_info_data[] = {
    {"alert_info", string.required()},
    skip_module,
};

inline constexpr Property set_cid_data[] = {
    {"caller_id_name", string.by_default("")},
    {"caller_id_number", string.by_default("")},
    skip_module,
};

inline constexpr Property set_variable_data[] = {
    {"channel", string.one_of("a both").by_default("a")},
    skip_module,
    {"value", string},
    {"variable", string},
};

inline constexpr Property set_variables_data[] = {
    {"custom_application_vars", object.required().by_default("{}")},
    {"export", boolean},
    skip_module,
};

inline constexpr Module identity_modules[] = {
    {"dynamic_cid", dynamic_cid_data},
    {"lookupcidname", lookupcidname_data},
    {"manual_presence", manual_presence_data},
    {"prepend_cid", prepend_cid_data},
    {"privacy", privacy_data},
    {"set", skip_module_only},
    {"set_alert_info", set_alert_info_data},
    {"set_cid", set_cid_data},
    {"set_variable", set_variable_data},
    {"set_variables", set_variables_data},
};

}  // namespace pivot::callflow::modules
