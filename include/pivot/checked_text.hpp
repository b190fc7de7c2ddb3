// Texts that a channel takes, each of a kind that only its check can make.
//
// Documents, flows and calls come from others. What they name must not become a path, a command, a
// variable, a header or a second address in a switch's own language. So a channel takes no bare
// text: a name is one of the types below, of() makes it, and the bytes of which the languages of
// FreeSWITCH, Asterisk, SIP and shells are made cannot be in it. An adapter may write a name into a
// dial string, a path or a command as it is. Everything else is an OpaqueText.
//
// An empty name means that there is none. A caller who was given a text and got an empty name tells
// the customer (warn), and goes on without it, or fails as with a number that cannot be reached.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pivot::inline v1 {

template <typename Rule>
class Checked {
public:
    Checked() = default;

    // Empty where the text cannot be one.
    static Checked of(std::string_view text) { return Checked(Rule::checked(text)); }

    // The operator's own words, from the configuration or the directory, are not judged.
    static Checked of_operator(std::string text)
        requires Rule::has_operators
    {
        return Checked(std::move(text));
    }

    // The nearest name to an id: bytes that cannot be in it become `_`.
    static Checked of_id(std::string_view id)
        requires Rule::has_ids
    {
        return Checked(Rule::nearest(id));
    }

    bool empty() const { return text_.empty(); }
    const std::string& text() const { return text_; }
    operator std::string_view() const { return text_; }

    friend bool operator==(const Checked&, const Checked&) = default;
    friend bool operator==(const Checked& a, std::string_view b) { return a.text_ == b; }

private:
    explicit Checked(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

// Text of any bytes, which an adapter hands on as data and never writes into a dial string, a
// command, a path or an expression without encoding it there. Hence no conversion to a string.
class OpaqueText {
public:
    OpaqueText() = default;
    explicit OpaqueText(std::string_view bytes) : bytes_(bytes) {}

    bool empty() const { return bytes_.empty(); }
    const std::string& bytes() const { return bytes_; }

    friend bool operator==(const OpaqueText&, const OpaqueText&) = default;
    friend bool operator==(const OpaqueText& a, std::string_view b) { return a.bytes_ == b; }

private:
    std::string bytes_;
};

struct NameRule {
    static constexpr bool has_operators = false;
    static constexpr bool has_ids = false;
};

// Valid UTF-8 of at most 255 bytes, with blanks, umlauts, `#`, `&`, `%` or an apostrophe in it.
// Without control characters and any of `"\/:;,|=@<>[]{}$^` and a backtick; a dot is not its first
// character, and a plus at most that.
struct PlainRule : NameRule {
    static std::string checked(std::string_view text);
};
struct RoomRule : PlainRule {};
struct QueueRule : PlainRule {};
struct SlotRule : PlainRule {};
struct ProfileRule : PlainRule {};
struct LabelRule : PlainRule {};
struct HoldMusicRule : PlainRule {};
using RoomName = Checked<RoomRule>;
using QueueName = Checked<QueueRule>;
using SlotName = Checked<SlotRule>;            // where calls are parked
using ProfileName = Checked<ProfileRule>;      // of conferences
using MemberLabel = Checked<LabelRule>;        // of a conference
using HoldMusicName = Checked<HoldMusicRule>;  // a class of hold music

// `pivot-7`: where the engine brings calls together. Documents never name one.
struct MixRule : NameRule {
    static std::string checked(std::string_view text);
};
using MixName = Checked<MixRule>;

// Without a folder and without an ending.
struct FileRule : PlainRule {
    static constexpr bool has_ids = true;
    static std::string nearest(std::string_view id);
};
struct StreamRule : FileRule {};
using FileName = Checked<FileRule>;
using StreamName = Checked<StreamRule>;

// Letters, digits, `_`, `-` and dots, at most 128. A variable is the application's: an adapter
// stores it under a prefix of its own, so that it is never one that the switch obeys.
struct VariableRule : NameRule {
    static std::string checked(std::string_view text);
};
using VariableName = Checked<VariableRule>;

// `en-US`, `fr_FR`
struct LanguageRule : NameRule {
    static std::string checked(std::string_view text);
};
using LanguageTag = Checked<LanguageRule>;

// `Polly.Joanna-Neural`, `female/en-US`
struct VoiceRule : NameRule {
    static std::string checked(std::string_view text);
};
using VoiceName = Checked<VoiceRule>;

// The name of a speech engine or of its model: `flite`, `deepgram_nova-2`.
struct EngineRule : NameRule {
    static std::string checked(std::string_view text);
};
using EngineName = Checked<EngineRule>;

// A sound that the switch keeps. Its path has folders downwards at most, unless it is the
// operator's.
struct SoundRule : NameRule {
    static constexpr bool has_operators = true;
    static std::string checked(std::string_view text);
};
using SoundName = Checked<SoundRule>;

// A file on this machine, which Pivot has made itself: no document can name one.
struct LocalPathRule : NameRule {
    static constexpr bool has_operators = true;
    static std::string checked(std::string_view) { return {}; }
};
using LocalPath = Checked<LocalPathRule>;

// One of the system's own prompts: `vm-goodbye`.
struct PromptRule : NameRule {
    static std::string checked(std::string_view text);
};
using PromptName = Checked<PromptRule>;

// An absolute URL (http, https, ws, wss), with every byte that RFC 3986 has no place for
// percent-encoded.
struct WebUrlRule : NameRule {
    static std::string checked(std::string_view text);
};
using WebUrl = Checked<WebUrlRule>;

// Digits, a plus before them. Blanks, brackets, dots, slashes and hyphens between them are left
// out.
struct PhoneNumberRule : NameRule {
    static std::string checked(std::string_view text);
};
using PhoneNumber = Checked<PhoneNumberRule>;

// What goes to a carrier, or a short code with letters, `*` and `#`.
struct NumberRule : NameRule {
    static std::string checked(std::string_view text);
};
using DialledNumber = Checked<NumberRule>;

// A SIP URI without headers (RFC 3261, section 19.1), at most 255 bytes, with nothing in it that
// dial strings are made of. `ann@example.com` gets its `sip:`.
struct SipUriRule : NameRule {
    static std::string checked(std::string_view text);
};
using SipUri = Checked<SipUriRule>;

// A registered user: `ann`, `ann@example.com`.
struct UserRule : NameRule {
    static std::string checked(std::string_view text);
};
using UserName = Checked<UserRule>;

// The part of an address before its `@`.
struct UserPartRule : NameRule {
    static std::string checked(std::string_view text);
};
using UserPart = Checked<UserPartRule>;

// An address in the switch's own language, from the operator's directory: `user/ann@example.com`.
struct DialStringRule : NameRule {
    static constexpr bool has_operators = true;
    static std::string checked(std::string_view) { return {}; }
};
using DialString = Checked<DialStringRule>;

// The number that a callee is shown: a phone number, or letters, digits and `+-_.:@`.
struct CallerNumberRule : NameRule {
    static std::string checked(std::string_view text);
};
using CallerNumber = Checked<CallerNumberRule>;

// Text that somebody reads on a display: `Smith, John`. As a plain name, with commas, colons,
// plus and `@` as well.
struct DisplayRule : NameRule {
    static std::string checked(std::string_view text);
};
struct PhraseRule : DisplayRule {};
using DisplayName = Checked<DisplayRule>;
using ReasonPhrase = Checked<PhraseRule>;  // of a SIP response

// Keys to press: `0-9 A-D * #`.
struct KeySetRule : NameRule {
    static std::string checked(std::string_view text);
};
using KeySet = Checked<KeySetRule>;

// Keys to send: those, and `w` and `W`, which wait.
struct KeySequenceRule : NameRule {
    static std::string checked(std::string_view text);
};
using KeySequence = Checked<KeySequenceRule>;

// `USER_BUSY`
struct CauseRule : NameRule {
    static std::string checked(std::string_view text);
};
using CauseName = Checked<CauseRule>;

// A header of an INVITE. Its name has letters, digits, `-`, `_` and dots, and is not one of those
// that say where the message goes or how it is framed; its value is one line of text, which an
// adapter quotes as its switch wants.
class SipHeader {
public:
    // Empty where it cannot be one.
    static SipHeader of(std::string_view name, std::string_view value);

    bool empty() const { return name_.empty(); }
    const std::string& name() const { return name_; }
    const std::string& value() const { return value_; }

private:
    std::string name_;
    std::string value_;
};

}  // namespace pivot::inline v1
