#include "twiml/names.hpp"

#include <array>
#include <iterator>

namespace pivot::twiml {

namespace {

template <typename Enum>
struct Spelling {
    Enum name;
    std::string_view text;
};

using N = Name;
using A = Attribute;

constexpr Spelling<Name> names[] = {
    {N::response, "Response"},
    {N::connect, "Connect"},
    {N::dial, "Dial"},
    {N::echo, "Echo"},
    {N::enqueue, "Enqueue"},
    {N::gather, "Gather"},
    {N::hangup, "Hangup"},
    {N::leave, "Leave"},
    {N::message, "Message"},
    {N::pause, "Pause"},
    {N::pay, "Pay"},
    {N::play, "Play"},
    {N::prompt, "Prompt"},
    {N::record, "Record"},
    {N::redirect, "Redirect"},
    {N::refer, "Refer"},
    {N::reject, "Reject"},
    {N::say, "Say"},
    {N::set, "Set"},
    {N::sms, "Sms"},
    {N::start, "Start"},
    {N::stop, "Stop"},
    {N::ai_session, "AiSession"},
    {N::application, "Application"},
    {N::application_sid, "ApplicationSid"},
    {N::assistant, "Assistant"},
    {N::autopilot, "Autopilot"},
    {N::client, "Client"},
    {N::config, "Config"},
    {N::conference, "Conference"},
    {N::conversation, "Conversation"},
    {N::conversation_relay, "ConversationRelay"},
    {N::conversation_relay_session, "ConversationRelaySession"},
    {N::device, "Device"},
    {N::header, "Header"},
    {N::headers, "Headers"},
    {N::identity, "Identity"},
    {N::language, "Language"},
    {N::number, "Number"},
    {N::parameter, "Parameter"},
    {N::queue, "Queue"},
    {N::recording, "Recording"},
    {N::room, "Room"},
    {N::sim, "Sim"},
    {N::sip, "Sip"},
    {N::siprec, "Siprec"},
    {N::stream, "Stream"},
    {N::task, "Task"},
    {N::transcription, "Transcription"},
    {N::uri, "Uri"},
    {N::user, "User"},
    {N::variable, "Variable"},
    {N::virtual_agent, "VirtualAgent"},
    {N::whatsapp, "WhatsApp"},
    {N::break_, "break"},
    {N::emphasis, "emphasis"},
    {N::lang, "lang"},
    {N::p, "p"},
    {N::phoneme, "phoneme"},
    {N::prosody, "prosody"},
    {N::s, "s"},
    {N::say_as, "say-as"},
    {N::sub, "sub"},
    {N::w, "w"},
};

constexpr Spelling<Attribute> attributes[] = {
    {A::action, "action"},
    {A::action_on_empty_result, "actionOnEmptyResult"},
    {A::ai_connector, "aiConnector"},
    {A::ai_session_configuration, "aiSessionConfiguration"},
    {A::alias, "alias"},
    {A::alphabet, "alphabet"},
    {A::amd_status_callback, "amdStatusCallback"},
    {A::amd_status_callback_method, "amdStatusCallbackMethod"},
    {A::announce_count, "announceCount"},
    {A::answer_on_bridge, "answerOnBridge"},
    {A::attempt, "attempt"},
    {A::audio_codec, "audioCodec"},
    {A::audio_mix, "audioMix"},
    {A::background_noise_reduction, "backgroundnoisereduction"},
    {A::bank_account_type, "bankAccountType"},
    {A::barge_in, "bargeIn"},
    {A::beep, "beep"},
    {A::bridge_end_action, "bridgeEndAction"},
    {A::byoc, "byoc"},
    {A::call_reason, "callReason"},
    {A::caller_controls, "callerControls"},
    {A::caller_id, "callerId"},
    {A::caller_id_name, "callerIdName"},
    {A::caller_id_number, "callerIdNumber"},
    {A::caller_name, "callerName"},
    {A::card_type, "cardType"},
    {A::channels, "channels"},
    {A::charge_amount, "chargeAmount"},
    {A::coach, "coach"},
    {A::code, "code"},
    {A::collect_dtmf, "collect_dtmf"},
    {A::comfort_noise, "comfortNoise"},
    {A::connector, "connector"},
    {A::connector_name, "connectorName"},
    {A::continue_on_fail, "continueOnFail"},
    {A::conversation_configuration, "conversationConfiguration"},
    {A::conversation_id, "conversationId"},
    {A::copy_parent_to, "copyParentTo"},
    {A::currency, "currency"},
    {A::customer_id, "customerId"},
    {A::deaf, "deaf"},
    {A::debug, "debug"},
    {A::deepgram_smart_format, "deepgramsmartformat"},
    {A::description, "description"},
    {A::dial_music, "dialMusic"},
    {A::digits, "digits"},
    {A::dtmf_detection, "dtmfDetection"},
    {A::elevenlabs_text_normalization, "elevenlabsTextNormalization"},
    {A::enable_automatic_punctuation, "enableAutomaticPunctuation"},
    {A::enable_provider_data, "enableProviderData"},
    {A::end_conference_on_exit, "endConferenceOnExit"},
    {A::end_conference_on_last_member_exit, "endConferenceOnLastMemberExit"},
    {A::energy_level, "energyLevel"},
    {A::engine, "engine"},
    {A::enhanced, "enhanced"},
    {A::error_type, "errorType"},
    {A::event_callback_url, "eventCallbackUrl"},
    {A::events, "events"},
    {A::finish_on_key, "finishOnKey"},
    {A::for_, "for"},
    {A::format, "format"},
    {A::from, "from"},
    {A::hangup_on, "hangupOn"},
    {A::hangup_on_star, "hangupOnStar"},
    {A::hints, "hints"},
    {A::id, "id"},
    {A::ignore_backchannel, "ignorebackchannel"},
    {A::inbound_autocreation, "inboundAutocreation"},
    {A::inbound_timeout, "inboundTimeout"},
    {A::inbound_track_label, "inboundTrackLabel"},
    {A::input, "input"},
    {A::intelligence_service, "intelligenceService"},
    {A::interpret_as, "interpret-as"},
    {A::interrupt_sensitivity, "interruptSensitivity"},
    {A::interruptible, "interruptible"},
    {A::interval, "interval"},
    {A::jitter_buffer_size, "jitterBufferSize"},
    {A::key, "key"},
    {A::language, "language"},
    {A::language_code, "languageCode"},
    {A::length, "length"},
    {A::level, "level"},
    {A::loop, "loop"},
    {A::machine_detection, "machineDetection"},
    {A::machine_detection_silence_timeout, "machineDetectionSilenceTimeout"},
    {A::machine_detection_speech_end_threshold, "machineDetectionSpeechEndThreshold"},
    {A::machine_detection_speech_threshold, "machineDetectionSpeechThreshold"},
    {A::machine_detection_timeout, "machineDetectionTimeout"},
    {A::max_attempts, "maxAttempts"},
    {A::max_length, "maxLength"},
    {A::max_participants, "maxParticipants"},
    {A::max_queue_size, "maxQueueSize"},
    {A::max_speech_time, "maxSpeechTime"},
    {A::media_storage, "mediaStorage"},
    {A::method, "method"},
    {A::min_postal_code_length, "minPostalCodeLength"},
    {A::moderator_controls, "moderatorControls"},
    {A::muted, "muted"},
    {A::name, "name"},
    {A::num_digits, "numDigits"},
    {A::outbound_track_label, "outboundTrackLabel"},
    {A::partial_prompts, "partialPrompts"},
    {A::partial_result_callback, "partialResultCallback"},
    {A::partial_result_callback_method, "partialResultCallbackMethod"},
    {A::partial_results, "partialResults"},
    {A::participant_identity, "participantIdentity"},
    {A::participant_label, "participantLabel"},
    {A::password, "password"},
    {A::payment_connector, "paymentConnector"},
    {A::payment_method, "paymentMethod"},
    {A::ph, "ph"},
    {A::pitch, "pitch"},
    {A::play_beep, "playBeep"},
    {A::play_entry_prompt, "play_entry_prompt"},
    {A::play_name, "play_name"},
    {A::post_work_activity_sid, "postWorkActivitySid"},
    {A::postal_code, "postalCode"},
    {A::preemptible, "preemptible"},
    {A::priority, "priority"},
    {A::profanity_filter, "profanityFilter"},
    {A::profile_name, "profileName"},
    {A::prompt, "prompt"},
    {A::rate, "rate"},
    {A::raw_audio, "rawAudio"},
    {A::reason, "reason"},
    {A::record, "record"},
    {A::record_store_method, "recordStoreMethod"},
    {A::recording_configuration_id, "recordingConfigurationId"},
    {A::recording_status_callback, "recordingStatusCallback"},
    {A::recording_status_callback_event, "recordingStatusCallbackEvent"},
    {A::recording_status_callback_method, "recordingStatusCallbackMethod"},
    {A::recording_track, "recordingTrack"},
    {A::recording_url, "recordingUrl"},
    {A::refer_method, "referMethod"},
    {A::refer_url, "referUrl"},
    {A::region, "region"},
    {A::report_input_during_agent_speech, "reportInputDuringAgentSpeech"},
    {A::require_matching_inputs, "requireMatchingInputs"},
    {A::reservation_sid, "reservationSid"},
    {A::ring_tone, "ringTone"},
    {A::role, "role"},
    {A::routing_assignment_timeout, "routingAssignmentTimeout"},
    {A::sample_rate, "sampleRate"},
    {A::security_code, "securityCode"},
    {A::send_digits, "sendDigits"},
    {A::sentiment_analysis, "sentimentAnalysis"},
    {A::sequential, "sequential"},
    {A::service_instance_sid, "serviceInstanceSid"},
    {A::session_configuration, "sessionConfiguration"},
    {A::speech_model, "speechModel"},
    {A::speech_timeout, "speechTimeout"},
    {A::speechtimeout, "speechtimeout"},
    {A::start_conference_on_enter, "startConferenceOnEnter"},
    {A::status_callback, "statusCallback"},
    {A::status_callback_event, "statusCallbackEvent"},
    {A::status_callback_method, "statusCallbackMethod"},
    {A::status_callback_url, "statusCallbackUrl"},
    {A::storage_url, "storageUrl"},
    {A::storage_url_method, "storageUrlMethod"},
    {A::strategy, "strategy"},
    {A::strength, "strength"},
    {A::terminators, "terminators"},
    {A::time, "time"},
    {A::time_limit, "timeLimit"},
    {A::timeout, "timeout"},
    {A::to, "to"},
    {A::token_type, "tokenType"},
    {A::track, "track"},
    {A::transcribe, "transcribe"},
    {A::transcribe_callback, "transcribeCallback"},
    {A::transcribe_callback_method, "transcribeCallbackMethod"},
    {A::transcription_engine, "transcriptionEngine"},
    {A::transcription_language, "transcriptionLanguage"},
    {A::transcription_provider, "transcriptionProvider"},
    {A::trim, "trim"},
    {A::tts_language, "ttsLanguage"},
    {A::tts_provider, "ttsProvider"},
    {A::url, "url"},
    {A::username, "username"},
    {A::valid_card_types, "validCardTypes"},
    {A::value, "value"},
    {A::version, "version"},
    {A::voice, "voice"},
    {A::volume, "volume"},
    {A::wait_method, "waitMethod"},
    {A::wait_url, "waitUrl"},
    {A::wait_url_method, "waitUrlMethod"},
    {A::weight, "weight"},
    {A::welcome_greeting, "welcomeGreeting"},
    {A::welcome_greeting_interruptible, "welcomeGreetingInterruptible"},
    {A::workflow_sid, "workflowSid"},
    {A::xml_lang, "xml:lang"},
};

template <typename Enum, std::size_t size>
constexpr bool are_in_order(const Spelling<Enum> (&table)[size])
{
    for (std::size_t i = 0; i < size; ++i) {
        if (table[i].name != static_cast<Enum>(i)) return false;
    }
    return true;
}
static_assert(std::size(names) == name_count && are_in_order(names));
static_assert(std::size(attributes) == attribute_count && are_in_order(attributes));

// Finds a name by three of its characters and its length, which tell nearly all of them apart.
template <typename Enum, std::size_t count>
class Lookup {
public:
    explicit constexpr Lookup(const Spelling<Enum> (&table)[count]) : table_(table)
    {
        slots_.fill(none);
        for (std::size_t i = 0; i < count; ++i) {
            std::size_t slot = hash(table[i].text);
            while (slots_[slot] != none) slot = (slot + 1) % slot_count;
            slots_[slot] = static_cast<std::uint8_t>(i);
        }
    }

    constexpr std::optional<Enum> find(std::string_view text) const
    {
        if (text.empty()) return std::nullopt;
        for (std::size_t slot = hash(text); slots_[slot] != none; slot = (slot + 1) % slot_count) {
            const Spelling<Enum>& known = table_[slots_[slot]];
            if (known.text == text) return known.name;
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t slot_count = 1'024;
    static constexpr std::uint8_t none = 255;
    static_assert(count < none);

    static constexpr std::size_t hash(std::string_view text)
    {
        const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        const std::size_t sum =
            text.size() * 131 + at(0) * 31U + at(text.size() / 2) * 7U + at(text.size() - 1) * 173U;
        return sum % slot_count;
    }

    const Spelling<Enum>* table_;
    std::array<std::uint8_t, slot_count> slots_{};
};

constexpr Lookup name_lookup(names);
constexpr Lookup attribute_lookup(attributes);

}  // namespace

std::optional<Name> find_name(std::string_view written)
{
    return name_lookup.find(written);
}

std::optional<Attribute> find_attribute(std::string_view written)
{
    return attribute_lookup.find(written);
}

std::string_view name(Name name)
{
    return names[static_cast<std::size_t>(name)].text;
}

std::string_view name(Attribute attribute)
{
    return attributes[static_cast<std::size_t>(attribute)].text;
}

}  // namespace pivot::twiml
