// Modules that read digits and speech, and send digits.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Rule key = string.one_of("1 2 3 4 5 6 7 8 9 0 # *");

inline constexpr Property collect_dtmf_data[] = {
    {"collection_name", string},
    {"interdigit_timeout", integer.at_least(1)},
    {"max_digits", integer.at_least(1).by_default("1")},
    skip_module,
    {"terminator", key.by_default("#")},
    {"terminators", list_of(key).unique()},
    {"timeout", integer.at_least(1).by_default("5000")},
};

inline constexpr Property detect_speech_data[] = {
    {"action", string.one_of("start stop")},
    {"asr_engine", string},
    {"asr_params", object},
    {"asr_settings", object},
    skip_module,
};

inline constexpr Property directory_data[] = {
    {"id", string},
    skip_module,
};

inline constexpr Property disa_data[] = {
    {"enforce_call_restriction", boolean.by_default("false")},
    {"interdigit", integer},
    {"max_digits", integer.by_default("15")},
    {"pin", string.by_default("")},
    {"preconnect_audio", string.one_of("dialtone ringing").by_default("dialtone")},
    {"retries", integer.by_default("3")},
    {"ring_repeat_count", integer.by_default("1")},
    skip_module,
    {"use_account_caller_id", boolean},
};

inline constexpr Property flush_dtmf_data[] = {
    {"collection_name", string.by_default("default")},
    skip_module,
};

inline constexpr Property menu_data[] = {
    {"id", string},
    {"interdigit_timeout", integer},
    skip_module,
};

inline constexpr Property send_dtmf_data[] = {
    {"digits", string.required()},
    {"duration_ms", integer_or_string},
    skip_module,
};

inline constexpr Module digits_modules[] = {
    {"collect_dtmf", collect_dtmf_data}, {"detect_speech", detect_speech_data, since_5},
    {"directory", directory_data},       {"disa", disa_data},
    {"flush_dtmf", flush_dtmf_data},     {"menu", menu_data},
    {"send_dtmf", send_dtmf_data},
};

}  // namespace pivot::callflow::modules
