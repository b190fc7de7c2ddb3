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
constexpr AttributeRule url(A attribute, std::string_view schemes = "http https")
{
    AttributeRule rule{attribute, Type::url};
    rule.words = schemes;
    return rule;
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
constexpr AttributeRule tones(A attribute)
{
    return {attribute, Type::tones};
}
constexpr AttributeRule required(AttributeRule rule)
{
    rule.is_required = true;
    return rule;
}

// Joins lists of attributes.
template <std::size_t... Sizes>
constexpr auto join(const std::array<AttributeRule, Sizes>&... lists)
{
    std::array<AttributeRule, (Sizes + ...)> all{};
    auto next = all.begin();
    ((next = std::ranges::copy(lists, next).out), ...);
    return all;
}

constexpr std::string_view leg_events = "initiated ringing answered completed";
constexpr std::string_view recording_events = "in-progress completed absent";
constexpr std::string_view store_methods = "PUT POST put post";
constexpr std::string_view trims = "trim-silence do-not-trim";
constexpr std::string_view tracks = "inbound_track outbound_track both_tracks";
constexpr std::string_view web_sockets = "wss ws";
constexpr std::string_view interruptions = "none dtmf speech any true false";
constexpr std::string_view card_types =
    "visa mastercard amex maestro discover optima jcb diners-club enroute";

constexpr std::array response{text(A::version)};

constexpr std::array say{text(A::voice), text(A::language), integer(A::loop, 1, 0, 1'000),
                         keys(A::terminators, ""), text(A::engine)};

constexpr std::array play{integer(A::loop, 1, 0, 1'000), tones(A::digits), keys(A::terminators, ""),
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
    word(A::record_store_method, "PUT", store_methods),
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
    word(A::recording_track, "both", "inbound outbound both"),
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
    url(A::recording_url),
    word(A::record_store_method, "PUT", store_methods),
    text(A::dial_music),
    text(A::bridge_end_action),
    url(A::refer_url),
    method(A::refer_method),
    text(A::events)};

// The attributes of every noun that a Dial calls.
constexpr std::array callee{url(A::url), method(), url(A::status_callback),
                            words(A::status_callback_event, "completed", leg_events),
                            method(A::status_callback_method)};

constexpr std::array detection{
    word(A::machine_detection, "", "Enable DetectMessageEnd"),
    integer(A::machine_detection_timeout, 30, 3, 60),
    integer(A::machine_detection_speech_threshold, 2'400, 1'000, 6'000),
    integer(A::machine_detection_speech_end_threshold, 1'200, 500, 5'000),
    integer(A::machine_detection_silence_timeout, 5'000, 2'000, 10'000),
    url(A::amd_status_callback),
    method(A::amd_status_callback_method)};

constexpr auto number = join(callee, std::array{tones(A::send_digits), text(A::byoc)}, detection);
constexpr auto sip = join(callee, std::array{text(A::username), text(A::password)}, detection);
constexpr auto application =
    join(callee, std::array{text(A::customer_id), boolean(A::copy_parent_to, false)});

constexpr std::array conference{
    boolean(A::muted, false), word(A::beep, "true", "true false onEnter onExit"),
    boolean(A::start_conference_on_enter, true), boolean(A::end_conference_on_exit, false),
    integer(A::max_participants, 250, 1, 250), url(A::wait_url), method(A::wait_method),
    text(A::participant_label), word(A::jitter_buffer_size, "large", "small medium large off"),
    word(A::record, "do-not-record", "do-not-record record-from-start true false"),
    word(A::trim, "trim-silence", trims), text(A::region), text(A::coach), url(A::status_callback),
    words(A::status_callback_event, "",
          "start end join leave mute hold modify speaker announcement"),
    method(A::status_callback_method), url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    text(A::recording_configuration_id), url(A::event_callback_url),
    // KAZOO's extensions.
    text(A::id), text(A::profile_name), boolean(A::end_conference_on_last_member_exit, false),
    url(A::recording_url), word(A::record_store_method, "PUT", store_methods),
    boolean(A::deaf, false), boolean(A::play_name, false), boolean(A::play_entry_prompt, true),
    integer(A::announce_count, 0, 0), text(A::caller_controls, "default"),
    text(A::moderator_controls, "default"), integer(A::energy_level, 20, 0),
    integer(A::comfort_noise, 1'000, 0), integer(A::interval, 20, 1), integer(A::rate, 16'000, 1),
    text(A::caller_id_name), text(A::caller_id_number), text(A::engine), text(A::voice)};

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
constexpr std::array variable{required(text(A::key)), text(A::value)};
constexpr std::array parameter{required(text(A::name)), text(A::value)};
constexpr std::array uri{text(A::username), text(A::password), text(A::priority), text(A::weight)};
constexpr std::array task{text(A::priority), text(A::timeout)};

constexpr std::array pay{url(A::action),
                         method(),
                         word(A::input, "dtmf", "dtmf"),
                         url(A::status_callback),
                         method(A::status_callback_method),
                         word(A::payment_method, "credit-card", "credit-card ach-debit"),
                         word(A::bank_account_type, "consumer-checking",
                              "consumer-checking consumer-savings commercial-checking "
                              "commercial-savings"),
                         integer(A::timeout, 5, 1, 3'600),
                         integer(A::max_attempts, 1, 1, 3),
                         boolean(A::security_code, true),
                         text(A::postal_code, "true"),
                         integer(A::min_postal_code_length, 0, 0),
                         text(A::payment_connector, "Default"),
                         word(A::token_type, "reusable", "one-time reusable payment-method"),
                         text(A::charge_amount),
                         text(A::currency, "usd"),
                         text(A::description),
                         text(A::language, "en-US"),
                         words(A::valid_card_types, "visa mastercard amex", card_types)};

constexpr std::array prompt{
    word(A::for_, "",
         "payment-card-number expiration-date security-code postal-code payment-processing "
         "bank-account-number bank-routing-number"),
    text(A::attempt), words(A::card_type, "", card_types),
    words(A::error_type, "",
          "timeout invalid-card-number invalid-card-type invalid-date invalid-security-code "
          "internal-error input-matching-failed"),
    boolean(A::require_matching_inputs, false)};

constexpr std::array stream{
    url(A::url, web_sockets), text(A::name), word(A::track, "inbound_track", tracks),
    url(A::status_callback), method(A::status_callback_method), text(A::connector_name),
    // KAZOO's extensions.
    text(A::id), boolean(A::raw_audio, false), word(A::audio_codec, "", "pcm pcm16 g711_ulaw pcmu"),
    word(A::audio_mix, "", "mono mixed stereo"), text(A::sample_rate, "8000")};

constexpr std::array siprec{text(A::name), text(A::connector_name),
                            word(A::track, "both_tracks", tracks), url(A::status_callback),
                            method(A::status_callback_method)};

constexpr std::array transcription{text(A::name),
                                   url(A::status_callback_url),
                                   method(A::status_callback_method),
                                   text(A::language_code, "en-US"),
                                   word(A::track, "both_tracks", tracks),
                                   text(A::inbound_track_label),
                                   text(A::outbound_track_label),
                                   text(A::transcription_engine),
                                   text(A::speech_model, "telephony"),
                                   boolean(A::partial_results, false),
                                   boolean(A::profanity_filter, true),
                                   boolean(A::enable_automatic_punctuation, true),
                                   boolean(A::enable_provider_data, false),
                                   text(A::hints),
                                   text(A::intelligence_service),
                                   text(A::conversation_configuration),
                                   text(A::conversation_id)};

constexpr std::array recording{
    text(A::name),
    word(A::channels, "dual", "dual mono"),
    word(A::track, "both", "inbound outbound both"),
    word(A::trim, "trim-silence", trims),
    url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    text(A::recording_configuration_id)};

constexpr std::array relay{text(A::welcome_greeting),
                           word(A::welcome_greeting_interruptible, "any", interruptions),
                           text(A::language, "en-US"),
                           text(A::tts_language),
                           text(A::tts_provider),
                           text(A::voice),
                           text(A::transcription_language),
                           text(A::transcription_provider),
                           text(A::speech_model),
                           word(A::interruptible, "any", interruptions),
                           word(A::interrupt_sensitivity, "high", "low medium high"),
                           boolean(A::dtmf_detection, false),
                           word(A::report_input_during_agent_speech, "none", interruptions),
                           boolean(A::preemptible, false),
                           boolean(A::partial_prompts, false),
                           boolean(A::profanity_filter, true),
                           text(A::hints),
                           text(A::debug),
                           word(A::elevenlabs_text_normalization, "off", "on auto off"),
                           text(A::intelligence_service),
                           text(A::events),
                           text(A::ignore_backchannel),
                           text(A::speechtimeout),
                           text(A::deepgram_smart_format),
                           text(A::background_noise_reduction)};
constexpr auto conversation_relay = join(std::array{required(url(A::url, web_sockets))}, relay);
constexpr auto assistant = join(std::array{url(A::url, web_sockets), text(A::id)}, relay);
constexpr std::array ai_session{text(A::ai_connector), text(A::ai_session_configuration)};
constexpr std::array relay_session{text(A::connector), text(A::session_configuration)};
constexpr std::array language{text(A::code), text(A::tts_provider), text(A::voice),
                              text(A::transcription_provider), text(A::speech_model)};

constexpr std::array virtual_agent{text(A::connector_name), text(A::language),
                                   boolean(A::sentiment_analysis, false), url(A::status_callback),
                                   method(A::status_callback_method)};

constexpr std::array room{text(A::participant_identity)};

constexpr std::array conversation{
    text(A::service_instance_sid),
    boolean(A::inbound_autocreation, false),
    text(A::routing_assignment_timeout),
    text(A::inbound_timeout),
    url(A::url),
    method(),
    text(A::record),
    word(A::trim, "trim-silence", trims),
    url(A::recording_status_callback),
    method(A::recording_status_callback_method),
    words(A::recording_status_callback_event, "completed", recording_events),
    url(A::status_callback),
    words(A::status_callback_event, "", "call-initiated call-ringing call-answered call-completed"),
    method(A::status_callback_method)};

// SSML. Values are not checked: each speech engine has its own.
constexpr std::array break_{word(A::strength, "", "none x-weak weak medium strong x-strong"),
                            text(A::time)};
constexpr std::array emphasis{word(A::level, "", "strong moderate reduced none")};
constexpr std::array lang{required(text(A::xml_lang))};
constexpr std::array phoneme{text(A::alphabet), required(text(A::ph))};
constexpr std::array prosody{text(A::volume), text(A::rate), text(A::pitch)};
constexpr std::array say_as{required(text(A::interpret_as)), text(A::format)};
constexpr std::array sub{required(text(A::alias))};
constexpr std::array w{text(A::role)};

// Response, and every element that plays prompts.
constexpr NameSet heard_in{N::response, N::gather, N::prompt};
constexpr NameSet verbs_in{N::response};
constexpr NameSet nouns_of_dial{N::dial};
constexpr NameSet nouns_of_connect{N::connect};
constexpr NameSet in_background{N::start, N::stop};
constexpr NameSet in_speech{N::say, N::lang, N::p, N::prosody, N::s, N::emphasis, N::w};
constexpr NameSet around_sentences{N::say, N::lang, N::p, N::prosody};
constexpr NameSet around_paragraphs{N::say, N::lang, N::prosody};
constexpr NameSet around_words{N::say, N::lang, N::p, N::prosody, N::s, N::emphasis};

constexpr std::span<const AttributeRule> none;

// Sorted by Name.
constexpr std::array<ElementRule, name_count> rules{{
    {N::response, {}, response},
    {N::connect, verbs_in, asks},
    {N::dial, verbs_in, dial, true},
    {N::echo, verbs_in, echo},
    {N::enqueue, verbs_in, enqueue, true},
    {N::gather, verbs_in, gather},
    {N::hangup, verbs_in, none},
    {N::leave, verbs_in, none},
    {N::message, {}, sms, true},  // of messages, not of calls
    {N::pause, heard_in, pause},
    {N::pay, verbs_in, pay},
    {N::play, heard_in, play, true},
    {N::prompt, {N::pay, N::response}, prompt},
    {N::record, verbs_in, record},
    {N::redirect, verbs_in, redirect, true},
    {N::refer, verbs_in, asks},
    {N::reject, verbs_in, reject},
    {N::say, heard_in, say, true},
    {N::set, verbs_in, none},
    {N::sms, verbs_in, sms, true},
    {N::start, verbs_in, asks},
    {N::stop, verbs_in, none},
    {N::ai_session, nouns_of_connect, ai_session},
    {N::application, nouns_of_dial, application, true},
    {N::application_sid, {N::application}, none, true},
    {N::assistant, nouns_of_connect, assistant},
    {N::autopilot, nouns_of_connect, none, true},
    {N::client, nouns_of_dial, callee, true},
    {N::config, {N::transcription, N::virtual_agent}, parameter},
    {N::conference, nouns_of_dial, conference, true},
    {N::conversation, nouns_of_connect, conversation},
    {N::conversation_relay, nouns_of_connect, conversation_relay},
    {N::conversation_relay_session, nouns_of_connect, relay_session},
    {N::device, nouns_of_dial, callee, true},
    {N::header, {N::headers}, parameter},
    {N::headers, {N::sip}, none},
    {N::identity, {N::client}, none, true},
    {N::language, {N::conversation_relay, N::assistant}, language},
    {N::number, nouns_of_dial, number, true},
    {N::parameter,
     {N::stream, N::siprec, N::transcription, N::conversation_relay, N::assistant, N::ai_session,
      N::conversation_relay_session, N::virtual_agent, N::client, N::application, N::pay, N::hangup,
      N::reject},
     parameter},
    {N::queue, {N::dial, N::response}, queue, true},
    {N::recording, in_background, recording},
    {N::room, nouns_of_connect, room, true},
    {N::sim, nouns_of_dial, none, true},
    {N::sip, {N::dial, N::refer}, sip, true},
    {N::siprec, in_background, siprec},
    {N::stream, {N::connect, N::start, N::stop}, stream},
    {N::task, {N::enqueue}, task, true},
    {N::transcription, in_background, transcription},
    {N::uri, {N::sip}, uri, true},
    {N::user, nouns_of_dial, callee, true},
    {N::variable, {N::set, N::redirect}, variable},
    {N::virtual_agent, nouns_of_connect, virtual_agent},
    {N::whatsapp, nouns_of_dial, callee, true},
    {N::break_, in_speech, break_},
    {N::emphasis, in_speech, emphasis, true},
    {N::lang, in_speech, lang, true},
    {N::p, around_paragraphs, none, true},
    {N::phoneme, in_speech, phoneme, true},
    {N::prosody, in_speech, prosody, true},
    {N::s, around_sentences, none, true},
    {N::say_as, in_speech, say_as, true},
    {N::sub, in_speech, sub, true},
    {N::w, around_words, w, true},
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
    const auto found = find_name(name);
    return found ? &rule_of(*found) : nullptr;
}

const ElementRule& rule_of(Name name)
{
    return rules[static_cast<std::size_t>(name)];
}

const AttributeRule* find_attribute(const ElementRule& element, std::string_view name)
{
    const auto attribute = find_attribute(name);
    return attribute ? find_attribute(element, *attribute) : nullptr;
}

const AttributeRule* find_attribute(const ElementRule& element, Attribute attribute)
{
    const auto found = std::ranges::find(element.attributes, attribute, &AttributeRule::attribute);
    return found == element.attributes.end() ? nullptr : &*found;
}

}  // namespace pivot::twiml
