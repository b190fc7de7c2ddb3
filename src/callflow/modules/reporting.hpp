// Modules that record and report.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Rule email_or_emails =
    Rule{bit(json::Kind::string) | bit(json::Kind::array)}.matching(Form::email).each(email);

inline constexpr Property recipient_data[] = {
    {"id", email_or_emails.required()},
    {"type", string.one_of("user email").required()},
};

inline constexpr Rule recipient = object.with(recipient_data);

// A user has an id.
inline constexpr Rule id_or_ids =
    Rule{bit(json::Kind::string) | bit(json::Kind::array)}.each(string);
inline constexpr Property recipient_data_of_5[] = {
    {"id", id_or_ids.required()},
    {"type", string.one_of("user email").required()},
};
inline constexpr Rule recipient_of_5 = object.with(recipient_data_of_5);

inline constexpr Property missed_call_alert_data[] = {
    {"alert_on_internal_calls", boolean.by_default("false").since_5()},
    {"recipients", list_of(recipient).required().until_5()},
    {"recipients", list_of(recipient_of_5).required().since_5()},
    skip_module,
};

inline constexpr Rule notification_medium = string.one_of("email sms");

inline constexpr Property notification_data[] = {
    {"comments", string},
    {"notification_media", list_of(notification_medium)},
    {"recipients", list_of(recipient).required().by_default("[]")},
    {"send_at", string.one_of("callflow_exec channel_destroy").by_default("channel_destroy")},
    {"template_id", string},
};

inline constexpr Property record_call_data[] = {
    {"action", string.one_of("start stop").required().by_default("start")},
    {"format", string.one_of("mp3 wav")},
    {"label", string.unread()},
    {"media_id", string.since_5().unread()},
    {"media_name", string},
    {"method", string.one_of("put post").by_default("put")},
    {"origin", string.unread()},
    {"record_min_sec", integer.unread()},
    {"record_on_answer", boolean.by_default("false")},
    {"record_on_bridge", boolean.by_default("false")},
    {"record_sample_rate", integer.unread()},
    {"should_follow_transfer", boolean.by_default("true").unread()},
    skip_module,
    {"time_limit", integer.at_least(5).at_most(10800).by_default("3600")},
    {"url", url.until_5()},
    {"url", url.size_at_least(5).since_5()},
};

inline constexpr Property record_caller_data[] = {
    {"format", string.one_of("mp3 wav")},
    {"media_id", string.since_5().unread()},
    {"media_name", string.since_5()},
    {"method", string.one_of("put post").by_default("put")},
    {"origin", string.since_5().unread()},
    {"record_min_sec", integer.since_5().unread()},
    {"record_on_answer", boolean.by_default("false").since_5().unread()},
    {"record_on_bridge", boolean.by_default("false").since_5().unread()},
    {"record_sample_rate", integer.since_5().unread()},
    {"should_follow_transfer", boolean.by_default("true").since_5().unread()},
    skip_module,
    {"time_limit", integer.at_least(5).at_most(10800).by_default("3600")},
    {"url", url.until_5()},
    {"url", url.size_at_least(5).since_5()},
};

inline constexpr Property webhook_data[] = {
    {"custom_data", object},
    {"custom_request_headers", object.since_5()},
    {"http_verb", string.one_of("post get")},
    {"retries", integer.unread()},
    skip_module,
    {"uri", url.until_5()},
    {"uri", url.size_at_least(6).since_5()},
};

inline constexpr Module reporting_modules[] = {
    {"missed_call_alert", missed_call_alert_data},
    {"notification", notification_data},
    {"record_call", record_call_data},
    {"record_caller", record_caller_data},
    {"webhook", webhook_data},
};

}  // namespace pivot::callflow::modules
