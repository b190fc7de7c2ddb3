// Modules for feature codes: what users change or pick up by dialling.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property call_forward_data[] = {
    {"action", string.one_of("activate deactivate update toggle menu")},
    {"menu_retries", integer.by_default("3").since_5()},
    skip_module,
};

inline constexpr Property call_pickup_data[] = {
    skip_module,
    {"target_call_id", string.size_at_least(1)},
};

inline constexpr Property call_waiting_data[] = {
    {"action", string.one_of("activate deactivate toggle").by_default("toggle")},
    {"scope", string.one_of("device user").by_default("device")},
    skip_module,
};

inline constexpr Property do_not_disturb_data[] = {
    {"action", string.one_of("activate deactivate toggle")},
    {"id", string},
    skip_module,
};

inline constexpr Property eavesdrop_data[] = {
    {"approved_device_id", string},
    {"approved_group_id", string},
    {"approved_user_id", string},
    {"device_id", string},
    skip_module,
    {"user_id", string},
};

inline constexpr Property eavesdrop_feature_data[] = {
    {"approved_device_id", string},
    {"approved_group_id", string},
    {"approved_user_id", string},
    {"group_id", string},
    skip_module,
};

// The data of group_pickup and of intercept.
inline constexpr Property pickup_data[] = {
    {"approved_device_id", string},
    {"approved_group_id", string},
    {"approved_user_id", string},
    {"device_id", string},
    {"group_id", string},
    skip_module,
    {"user_id", string},
};

inline constexpr Property group_pickup_feature_data[] = {
    {"approved_device_id", string},
    {"approved_group_id", string},
    {"approved_user_id", string},
    {"device_id", string},
    {"group_id", string},
    skip_module,
    {"type", string.one_of("group user device extension").required().by_default("extension")},
    {"user_id", string},
};

inline constexpr Property hotdesk_data[] = {
    {"action", string.one_of("logout login toggle bridge")},
    {"id", string},
    {"interdigit_timeout", integer},
    skip_module,
};

inline constexpr Property intercept_feature_data[] = {
    {"approved_device_id", string},
    {"approved_group_id", string},
    {"approved_user_id", string},
    skip_module,
    {"type", string.one_of("user device extension")},
};

inline constexpr Module features_modules[] = {
    {"call_forward", call_forward_data},
    {"call_pickup", call_pickup_data, since_5},
    {"call_waiting", call_waiting_data},
    {"do_not_disturb", do_not_disturb_data},
    {"eavesdrop", eavesdrop_data},
    {"eavesdrop_feature", eavesdrop_feature_data},
    {"group_pickup", pickup_data},
    {"group_pickup_feature", group_pickup_feature_data},
    {"hotdesk", hotdesk_data},
    {"intercept", pickup_data},
    {"intercept_feature", intercept_feature_data},
};

}  // namespace pivot::callflow::modules
