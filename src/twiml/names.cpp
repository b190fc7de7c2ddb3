#include "twiml/names.hpp"

#include <array>

namespace pivot::twiml {

namespace {

constexpr std::array<std::string_view, name_count> names{"Response",
                                                         "Connect",
                                                         "Dial",
                                                         "Echo",
                                                         "Enqueue",
                                                         "Gather",
                                                         "Hangup",
                                                         "Leave",
                                                         "Message",
                                                         "Pause",
                                                         "Pay",
                                                         "Play",
                                                         "Prompt",
                                                         "Record",
                                                         "Redirect",
                                                         "Refer",
                                                         "Reject",
                                                         "Say",
                                                         "Set",
                                                         "Sms",
                                                         "Start",
                                                         "Stop",
                                                         "AiSession",
                                                         "Application",
                                                         "ApplicationSid",
                                                         "Assistant",
                                                         "Autopilot",
                                                         "Client",
                                                         "Config",
                                                         "Conference",
                                                         "Conversation",
                                                         "ConversationRelay",
                                                         "ConversationRelaySession",
                                                         "Device",
                                                         "Header",
                                                         "Headers",
                                                         "Identity",
                                                         "Language",
                                                         "Number",
                                                         "Parameter",
                                                         "Queue",
                                                         "Recording",
                                                         "Room",
                                                         "Sim",
                                                         "Sip",
                                                         "Siprec",
                                                         "Stream",
                                                         "Task",
                                                         "Transcription",
                                                         "Uri",
                                                         "User",
                                                         "Variable",
                                                         "VirtualAgent",
                                                         "WhatsApp",
                                                         "break",
                                                         "emphasis",
                                                         "lang",
                                                         "p",
                                                         "phoneme",
                                                         "prosody",
                                                         "s",
                                                         "say-as",
                                                         "sub",
                                                         "w"};
static_assert(names.back() == "w");

constexpr std::array<std::string_view, attribute_count> attributes{
    "action",
    "actionOnEmptyResult",
    "aiConnector",
    "aiSessionConfiguration",
    "alias",
    "alphabet",
    "amdStatusCallback",
    "amdStatusCallbackMethod",
    "announceCount",
    "answerOnBridge",
    "attempt",
    "backgroundnoisereduction",
    "bankAccountType",
    "bargeIn",
    "beep",
    "byoc",
    "callReason",
    "callerControls",
    "callerId",
    "callerIdName",
    "callerIdNumber",
    "callerName",
    "cardType",
    "channels",
    "chargeAmount",
    "coach",
    "code",
    "collect_dtmf",
    "comfortNoise",
    "connector",
    "connectorName",
    "continueOnFail",
    "conversationConfiguration",
    "conversationId",
    "copyParentTo",
    "currency",
    "customerId",
    "deaf",
    "debug",
    "deepgramsmartformat",
    "description",
    "digits",
    "dtmfDetection",
    "elevenlabsTextNormalization",
    "enableAutomaticPunctuation",
    "enableProviderData",
    "endConferenceOnExit",
    "energyLevel",
    "engine",
    "enhanced",
    "errorType",
    "eventCallbackUrl",
    "events",
    "finishOnKey",
    "for",
    "format",
    "from",
    "hangupOn",
    "hangupOnStar",
    "hints",
    "id",
    "ignorebackchannel",
    "inboundAutocreation",
    "inboundTimeout",
    "inboundTrackLabel",
    "input",
    "intelligenceService",
    "interpret-as",
    "interruptSensitivity",
    "interruptible",
    "interval",
    "jitterBufferSize",
    "key",
    "language",
    "languageCode",
    "length",
    "level",
    "loop",
    "machineDetection",
    "machineDetectionSilenceTimeout",
    "machineDetectionSpeechEndThreshold",
    "machineDetectionSpeechThreshold",
    "machineDetectionTimeout",
    "maxAttempts",
    "maxLength",
    "maxParticipants",
    "maxQueueSize",
    "maxSpeechTime",
    "mediaStorage",
    "method",
    "minPostalCodeLength",
    "moderatorControls",
    "muted",
    "name",
    "numDigits",
    "outboundTrackLabel",
    "partialPrompts",
    "partialResultCallback",
    "partialResultCallbackMethod",
    "partialResults",
    "participantIdentity",
    "participantLabel",
    "password",
    "paymentConnector",
    "paymentMethod",
    "ph",
    "pitch",
    "playBeep",
    "play_entry_prompt",
    "play_name",
    "postWorkActivitySid",
    "postalCode",
    "preemptible",
    "priority",
    "profanityFilter",
    "prompt",
    "rate",
    "reason",
    "record",
    "recordingConfigurationId",
    "recordingStatusCallback",
    "recordingStatusCallbackEvent",
    "recordingStatusCallbackMethod",
    "recordingTrack",
    "recordingUrl",
    "referMethod",
    "referUrl",
    "region",
    "reportInputDuringAgentSpeech",
    "requireMatchingInputs",
    "reservationSid",
    "ringTone",
    "role",
    "routingAssignmentTimeout",
    "securityCode",
    "sendDigits",
    "sentimentAnalysis",
    "sequential",
    "serviceInstanceSid",
    "sessionConfiguration",
    "speechModel",
    "speechTimeout",
    "speechtimeout",
    "startConferenceOnEnter",
    "statusCallback",
    "statusCallbackEvent",
    "statusCallbackMethod",
    "statusCallbackUrl",
    "storageUrl",
    "storageUrlMethod",
    "strategy",
    "strength",
    "terminators",
    "time",
    "timeLimit",
    "timeout",
    "to",
    "tokenType",
    "track",
    "transcribe",
    "transcribeCallback",
    "transcribeCallbackMethod",
    "transcriptionEngine",
    "transcriptionLanguage",
    "transcriptionProvider",
    "trim",
    "ttsLanguage",
    "ttsProvider",
    "url",
    "username",
    "validCardTypes",
    "value",
    "version",
    "voice",
    "volume",
    "waitMethod",
    "waitUrl",
    "waitUrlMethod",
    "weight",
    "welcomeGreeting",
    "welcomeGreetingInterruptible",
    "workflowSid",
    "xml:lang"};
static_assert(attributes.back() == "xml:lang");

// From names to their numbers, by three of their characters and their length, which tell nearly all
// apart.
template <std::size_t count>
class Lookup {
public:
    explicit constexpr Lookup(const std::array<std::string_view, count>& names) : names_(names)
    {
        slots_.fill(none);
        for (std::size_t number = 0; number < count; ++number) {
            std::size_t slot = hash(names[number]);
            while (slots_[slot] != none) slot = (slot + 1) % slot_count;
            slots_[slot] = static_cast<std::uint8_t>(number);
        }
    }

    template <typename Enum>
    constexpr std::optional<Enum> find(std::string_view name) const
    {
        if (name.empty()) return std::nullopt;
        for (std::size_t slot = hash(name); slots_[slot] != none; slot = (slot + 1) % slot_count) {
            if (names_[slots_[slot]] == name) return static_cast<Enum>(slots_[slot]);
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t slot_count = 1'024;
    static constexpr std::uint8_t none = 255;
    static_assert(count < none);

    static constexpr std::size_t hash(std::string_view name)
    {
        const auto at = [name](std::size_t i) { return static_cast<unsigned char>(name[i]); };
        const std::size_t sum =
            name.size() * 131 + at(0) * 31U + at(name.size() / 2) * 7U + at(name.size() - 1) * 173U;
        return sum % slot_count;
    }

    std::array<std::string_view, count> names_;
    std::array<std::uint8_t, slot_count> slots_{};
};

constexpr Lookup<name_count> name_lookup(names);
constexpr Lookup<attribute_count> attribute_lookup(attributes);

}  // namespace

std::optional<Name> find_name(std::string_view written)
{
    return name_lookup.find<Name>(written);
}

std::optional<Attribute> find_attribute(std::string_view written)
{
    return attribute_lookup.find<Attribute>(written);
}

std::string_view name(Name name)
{
    return names[static_cast<std::size_t>(name)];
}

std::string_view name(Attribute attribute)
{
    return attributes[static_cast<std::size_t>(attribute)];
}

}  // namespace pivot::twiml
