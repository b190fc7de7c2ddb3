#include "twiml/grammar.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace pivot::twiml {

namespace {

using A = Attribute;
using N = Name;

constexpr AttributeRule text(A attribute, std::string_view standard = {})
{
    return {attribute, Type::text, standard};
}
constexpr AttributeRule url(A attribute)
{
    return {attribute, Type::url};
}
constexpr AttributeRule method(A attribute = A::method)
{
    return {attribute, Type::method, "POST"};
}
constexpr AttributeRule integer(A attribute, std::int64_t standard, std::int64_t min,
                                std::int64_t max = std::numeric_limits<std::int32_t>::max(),
                                std::string_view words = {})
{
    return {attribute, Type::integer, {}, standard, min, max, words};
}
constexpr AttributeRule boolean(A attribute, bool standard)
{
    return {attribute, Type::boolean, standard ? "true" : "false"};
}
constexpr AttributeRule word(A attribute, std::string_view standard, std::string_view words)
{
    AttributeRule rule{attribute, Type::word, standard};
    rule.words = words;
    return rule;
}
constexpr AttributeRule words(A attribute, std::string_view standard, std::string_view words)
{
    AttributeRule rule{attribute, Type::words, standard};
    rule.words = words;
    return rule;
}
constexpr AttributeRule key(A attribute, std::string_view standard)
{
    return {attribute, Type::key, standard};
}
constexpr AttributeRule keys(A attribute, std::string_view standard)
{
    return {attribute, Type::keys, standard};
}

constexpr std::string_view leg_events = "initiated ringing answered completed";
constexpr std::string_view recording_events = "in-progress completed absent";
constexpr std::string_view trims = "trim-silence do-not-trim";
constexpr std::string_view tracks = "inbound_track outbound_track both_tracks";

constexpr std::array response{text(A::version)};

constexpr std::array say{text(A::voice), text(A::language), integer(A::loop, 1, 0, 1'000),
                         keys(A::terminators, ""), text(A::engine)};

constexpr std::array play{integer(A::loop, 1, 0, 1'000), text(A::digits), keys(A::terminators, ""),
                          boolean(A::media_storage, false)};

constexpr std::array gather{url(A::action),
                            method(),
                            words(A::input, "dtmf", "dtmf speech"),
                            integer(A::timeout, 5, 0, 3'600, "auto"),
                            integer(A::num_digits, 0, 1),
                            key(A::finish_on_key, "#"),
                            boolean(A::action_on_empty_result, false),
                            integer(A::speech_timeout, 5, 1, 3'600, "auto"),
                            integer(A::max_speech_time, 60, 1, 3'600),
                            text(A::speech_model),
                            text(A::language, "en-US"),
                            text(A::hints),
                            boolean(A::enhanced, false),
                            boolean(A::profanity_filter, true),
                            url(A::partial_result_callback),
                            method(A::partial_result_callback_method),
                            boolean(A::barge_in, true),
                            text(A::debug)};

constexpr std::array record{
    url(A::action),
    method(),
    integer(A::timeout, 5, 0, 3'600),
    keys(A::finish_on_key, "1234567890*#"),
    integer(A::max_length, 3'600, 1, 86'400),
    boolean(A::play_beep, true),
    word(A::trim, "trim-silence", trims),
    url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    boolean(A::transcribe, false),
    url(A::transcribe_callback),
    method(A::transcribe_callback_method),
    text(A::recording_configuration_id),
    url(A::storage_url),
    word(A::storage_url_method, "POST", "POST PUT"),
    url(A::recording_url),
    word(A::channels, "dual", "single dual")};

constexpr std::array dial{
    url(A::action),
    method(),
    integer(A::timeout, 30, 1, 3'600),
    integer(A::time_limit, 14'400, 1, 86'400),
    text(A::caller_id),
    text(A::caller_name),
    text(A::call_reason),
    boolean(A::hangup_on_star, false),
    key(A::hangup_on, ""),
    boolean(A::answer_on_bridge, false),
    word(A::record, "do-not-record",
         "do-not-record record-from-answer record-from-ringing record-from-answer-dual "
         "record-from-ringing-dual true false"),
    url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    text(A::recording_configuration_id),
    word(A::trim, "do-not-trim", trims),
    word(
        A::ring_tone, "",
        "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my nl no nz ph pl pt "
        "ru se sg th uk us us-old tw ve za"),
    boolean(A::sequential, false),
    word(A::strategy, "simultaneous", "simultaneous single"),
    boolean(A::continue_on_fail, true),
    boolean(A::collect_dtmf, false),
    url(A::refer_url),
    method(A::refer_method),
    text(A::events)};

constexpr std::array callee{url(A::url),
                            method(),
                            url(A::status_callback),
                            words(A::status_callback_event, "completed", leg_events),
                            method(A::status_callback_method),
                            text(A::send_digits),
                            text(A::byoc),
                            word(A::machine_detection, "", "Enable DetectMessageEnd"),
                            integer(A::machine_detection_timeout, 30, 3, 60),
                            integer(A::machine_detection_speech_threshold, 2'400, 1'000, 6'000),
                            integer(A::machine_detection_speech_end_threshold, 1'200, 500, 5'000),
                            integer(A::machine_detection_silence_timeout, 5'000, 2'000, 10'000),
                            url(A::amd_status_callback),
                            method(A::amd_status_callback_method),
                            text(A::username),
                            text(A::password),
                            text(A::customer_id),
                            boolean(A::copy_parent_to, false),
                            text(A::name)};

constexpr std::array conference{
    boolean(A::muted, false),
    word(A::beep, "true", "true false onEnter onExit"),
    boolean(A::start_conference_on_enter, true),
    boolean(A::end_conference_on_exit, false),
    integer(A::max_participants, 250, 1, 250),
    url(A::wait_url),
    method(A::wait_method),
    text(A::participant_label),
    word(A::jitter_buffer_size, "large", "small medium large off"),
    word(A::record, "do-not-record", "do-not-record record-from-start true false"),
    word(A::trim, "trim-silence", trims),
    text(A::region),
    text(A::coach),
    url(A::status_callback),
    words(A::status_callback_event, "",
          "start end join leave mute hold modify speaker announcement"),
    method(A::status_callback_method),
    url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    text(A::recording_configuration_id),
    url(A::event_callback_url)};

constexpr std::array queue{url(A::url), method(), text(A::reservation_sid),
                           text(A::post_work_activity_sid)};

constexpr std::array enqueue{url(A::action),
                             method(),
                             url(A::wait_url),
                             method(A::wait_url_method),
                             integer(A::max_queue_size, 0, 1),
                             text(A::workflow_sid),
                             text(A::priority)};

constexpr std::array pause{integer(A::length, 1, 0, 3'600)};
constexpr std::array redirect{method()};
constexpr std::array reject{word(A::reason, "rejected", "rejected busy"), text(A::prompt)};
constexpr std::array asks{url(A::action), method()};
constexpr std::array sms{url(A::action), method(), text(A::to), text(A::from),
                         url(A::status_callback)};
constexpr std::array echo{integer(A::timeout, 60, 5, 120)};
constexpr std::array variable{text(A::key), text(A::value)};
constexpr std::array parameter{text(A::name), text(A::value)};
constexpr std::array uri{text(A::username), text(A::password), text(A::priority), text(A::weight)};
constexpr std::array task{text(A::priority), text(A::timeout)};

constexpr std::array pay{url(A::action),
                         method(),
                         word(A::input, "dtmf", "dtmf"),
                         url(A::status_callback),
                         method(A::status_callback_method),
                         word(A::payment_method, "credit-card", "credit-card ach-debit"),
                         text(A::bank_account_type),
                         integer(A::timeout, 5, 1, 3'600),
                         integer(A::max_attempts, 1, 1, 3),
                         boolean(A::security_code, true),
                         text(A::postal_code),
                         integer(A::min_postal_code_length, 0, 0),
                         text(A::payment_connector),
                         text(A::token_type),
                         text(A::charge_amount),
                         text(A::currency),
                         text(A::description),
                         text(A::language),
                         text(A::valid_card_types)};

constexpr std::array prompt{text(A::for_), text(A::attempt), text(A::card_type),
                            text(A::error_type), boolean(A::require_matching_inputs, false)};

constexpr std::array stream{url(A::url),
                            text(A::name),
                            word(A::track, "inbound_track", tracks),
                            url(A::status_callback),
                            method(A::status_callback_method),
                            text(A::connector_name)};

// In Response and where else prompts are heard.
constexpr NameSet heard_in{N::response, N::gather, N::prompt};
constexpr NameSet verbs_in{N::response};
constexpr NameSet nouns_of_dial{N::dial};
constexpr NameSet nouns_of_connect{N::connect};
constexpr NameSet in_background{N::start, N::stop};
constexpr NameSet in_speech{N::say, N::lang, N::p, N::prosody, N::s, N::emphasis, N::w};

constexpr std::span<const AttributeRule> none;

// In the order of Name.
constexpr std::array<ElementRule, name_count> rules{{
    {N::response, {}, response},
    {N::connect, verbs_in, asks},
    {N::dial, verbs_in, dial, false, true},
    {N::echo, verbs_in, echo},
    {N::enqueue, verbs_in, enqueue, false, true},
    {N::gather, verbs_in, gather},
    {N::hangup, verbs_in, none},
    {N::leave, verbs_in, none},
    {N::message, {}, sms, false, true},  // of messages, not of calls
    {N::pause, heard_in, pause},
    {N::pay, verbs_in, pay},
    {N::play, heard_in, play, false, true},
    {N::prompt, {N::pay, N::response}, prompt},
    {N::record, verbs_in, record},
    {N::redirect, verbs_in, redirect, false, true},
    {N::refer, verbs_in, asks},
    {N::reject, verbs_in, reject},
    {N::say, heard_in, say, false, true},
    {N::set, verbs_in, none},
    {N::sms, verbs_in, sms, false, true},
    {N::start, verbs_in, asks},
    {N::stop, verbs_in, none},
    {N::ai_session, nouns_of_connect, none, true},
    {N::application, nouns_of_dial, callee, false, true},
    {N::application_sid, {N::application}, none, false, true},
    {N::assistant, nouns_of_connect, none, true},
    {N::autopilot, nouns_of_connect, none, true, true},
    {N::client, nouns_of_dial, callee, false, true},
    {N::config, {N::transcription, N::virtual_agent}, none, true},
    {N::conference, nouns_of_dial, conference, false, true},
    {N::conversation, nouns_of_connect, none, true},
    {N::conversation_relay, nouns_of_connect, none, true},
    {N::conversation_relay_session, nouns_of_connect, none, true},
    {N::device, nouns_of_dial, callee, false, true},
    {N::header, {N::headers}, parameter},
    {N::headers, {N::sip}, none},
    {N::identity, {N::client}, none, false, true},
    {N::language, {N::conversation_relay, N::assistant}, none, true},
    {N::number, nouns_of_dial, callee, false, true},
    {N::parameter,
     {N::stream, N::siprec, N::transcription, N::conversation_relay, N::assistant, N::ai_session,
      N::conversation_relay_session, N::virtual_agent, N::client, N::application, N::pay, N::hangup,
      N::reject},
     parameter},
    {N::queue, {N::dial, N::response}, queue, false, true},
    {N::recording, in_background, none, true},
    {N::room, nouns_of_connect, none, true, true},
    {N::sim, nouns_of_dial, none, true, true},
    {N::sip, {N::dial, N::refer}, callee, false, true},
    {N::siprec, in_background, none, true},
    {N::stream, {N::connect, N::start, N::stop}, stream},
    {N::task, {N::enqueue}, task, false, true},
    {N::transcription, in_background, none, true},
    {N::uri, {N::sip}, uri, false, true},
    {N::user, nouns_of_dial, callee, false, true},
    {N::variable, {N::set, N::redirect}, variable},
    {N::virtual_agent, nouns_of_connect, none, true},
    {N::whatsapp, nouns_of_dial, callee, false, true},
    {N::break_, in_speech, none, true},
    {N::emphasis, in_speech, none, true, true},
    {N::lang, in_speech, none, true, true},
    {N::p, in_speech, none, true, true},
    {N::phoneme, in_speech, none, true, true},
    {N::prosody, in_speech, none, true, true},
    {N::s, in_speech, none, true, true},
    {N::say_as, in_speech, none, true, true},
    {N::sub, in_speech, none, true, true},
    {N::w, in_speech, none, true, true},
}};

constexpr bool are_in_order()
{
    for (std::size_t i = 0; i < name_count; ++i) {
        if (rules[i].name != static_cast<Name>(i)) return false;
    }
    return true;
}
static_assert(are_in_order());

}  // namespace

const ElementRule* find_element(std::string_view name)
{
    const auto found = std::ranges::find_if(
        rules, [name](const ElementRule& rule) { return twiml::name(rule.name) == name; });
    return found == rules.end() ? nullptr : &*found;
}

const ElementRule* find_element_ignoring_case(std::string_view name)
{
    const auto found = std::ranges::find_if(rules, [name](const ElementRule& rule) {
        return equals_ignoring_case(twiml::name(rule.name), name);
    });
    return found == rules.end() ? nullptr : &*found;
}

const ElementRule& rule_of(Name name)
{
    return rules[static_cast<std::size_t>(name)];
}

const AttributeRule* find_attribute(const ElementRule& element, std::string_view name)
{
    const auto found = std::ranges::find_if(element.attributes, [name](const AttributeRule& rule) {
        return twiml::name(rule.attribute) == name;
    });
    return found == element.attributes.end() ? nullptr : &*found;
}

const AttributeRule* find_attribute(const ElementRule& element, Attribute attribute)
{
    const auto found = std::ranges::find(element.attributes, attribute, &AttributeRule::attribute);
    return found == element.attributes.end() ? nullptr : &*found;
}

}  // namespace pivot::twiml
