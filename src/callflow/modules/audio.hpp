// Modules that play something to the caller.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow::modules {

inline constexpr Property play_data[] = {
    {"answer", boolean}, {"endless_playback", boolean.by_default("false")},
    {"id", string},      {"loop_count", integer.at_least(1)},
    skip_module,         {"terminators", list_of(string).by_default(all_keys)},
};

inline constexpr Property tts_data[] = {
    {"endless_playback", boolean},
    {"engine", string.one_of("flite google ispeech voicefabric")},
    {"language", string},
    skip_module,
    {"terminators", list_of(string).by_default(all_keys)},
    {"text", string.size(1, 1000).required()},
    {"voice", string.by_default("female")},
};

inline constexpr Property prompt_macro[] = {
    {"id", string},
    {"language", string},
    {"terminators", list_of(string).by_default(all_keys)},
};

inline constexpr Property say_macro[] = {
    {"gender", string.one_of("masculine feminine neuter")},
    {"language", string},
    {"method", string.one_of("none pronounced iterated counted")},
    {"terminators", list_of(string).by_default(all_keys)},
    {"text", string},
    {"type", string.one_of("number items persons messages currency time_measurement "
                           "current_date current_time current_date_time telephone_number "
                           "telephone_extension url ip_address e-mail_address "
                           "postal_address account_number name_spelled name_phonetic "
                           "short_date_time")},
};

inline constexpr Property tone_macro[] = {
    {"duration_off", integer},
    {"duration_on", integer},
    {"frequencies", list_of(integer)},
    {"repeat", integer},
    {"volume", integer.at_least(0).at_most(100)},
};

// `macro` decides which other keys an element of `macros` has.
inline constexpr Variant macro_variants[] = {
    {"play", play_data},  {"prompt", prompt_macro}, {"say", say_macro},
    {"tone", tone_macro}, {"tts", tts_data},
};

inline constexpr Property macro_data[] = {
    {"macro", string.one_of("play prompt say tts tone").required()},
};

inline constexpr Rule macro = object.with(macro_data).with("macro", macro_variants);

// A node without `macros` is always wrong: the default is shorter than the list may be.
inline constexpr Property audio_macro_data[] = {
    {"language", string},
    {"macros", list_of(macro).size_at_least(1).by_default("[]")},
    skip_module,
    {"terminators", list_of(string).by_default(all_keys)},
};

inline constexpr Property tone_data[] = {
    {"duration_off", integer.required()},
    {"duration_on", integer.required()},
    {"frequencies", list_of(integer).size_at_least(1).required()},
    {"repeat", integer},
    {"volume", integer.at_most(0)},
};

inline constexpr Rule tone = object.with(tone_data);

inline constexpr Property tones_data[] = {
    skip_module,
    {"tones", list_of(tone)},
};

inline constexpr Module audio_modules[] = {
    {"audio_macro", audio_macro_data},
    {"play", play_data},
    {"tones", tones_data, since_5},
    {"tts", tts_data},
};

}  // namespace pivot::callflow::modules
