// What a channel is asked to do. Every text in it is of a kind that has been checked
// (checked_text.hpp).
#pragma once

#include <pivot/checked_text.hpp>
#include <pivot/event.hpp>
#include <pivot/tone.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pivot::inline v1 {

// Zero means that there is no limit.
inline constexpr std::chrono::milliseconds unlimited{0};

// Something to hear, or nothing.
class Media {
public:
    enum class Kind : std::uint8_t {
        url,
        file,    // on this machine
        name,    // of a sound that the switch keeps
        prompt,  // one of the system's own, in `language`
        tone,
        hold_music,  // of this class; without one, of the switch's default
    };

    Media() = default;
    explicit Media(const WebUrl& url) : kind_(Kind::url), what_(url.text()) {}
    explicit Media(const LocalPath& file) : kind_(Kind::file), what_(file.text()) {}
    explicit Media(const SoundName& name) : kind_(Kind::name), what_(name.text()) {}
    explicit Media(const Tone& tone, unsigned loops = 1)
        : kind_(Kind::tone), loops_(loops), what_(tone.empty() ? std::string() : tone.text())
    {
    }
    // Until it is stopped.
    explicit Media(const HoldMusicName& music)
        : kind_(Kind::hold_music), loops_(0), what_(music.text())
    {
    }
    Media(const PromptName& prompt, LanguageTag language)
        : kind_(Kind::prompt), what_(prompt.text()), language_(std::move(language))
    {
    }

    bool empty() const { return what_.empty() && kind_ != Kind::hold_music; }
    Kind kind() const { return kind_; }
    const std::string& what() const { return what_; }  // as its kind is checked
    Tone tone() const { return Tone::of(what_); }      // of the kind tone

    // How often it is played; 0: until it is stopped.
    unsigned loops() const { return loops_; }
    void set_loops(unsigned loops) { loops_ = loops; }
    const LanguageTag& language() const { return language_; }

private:
    Kind kind_ = Kind::url;
    unsigned loops_ = 1;
    std::string what_;
    LanguageTag language_;
};

// Something to say. An empty voice, language or engine is the switch's own.
struct Speech {
    OpaqueText text;
    OpaqueText ssml;  // the same with SSML elements; empty if there are none
    VoiceName voice;
    LanguageTag language;
    EngineName engine;
    LocalPath file;  // with the rendered speech; empty: the switch is to render it
};

enum class Track : std::uint8_t { inbound, outbound, both };  // what a leg says, what it hears

struct Recording {
    enum class Format : std::uint8_t { any, mp3, wav };  // any: the switch's own

    KeySet keys;                               // that end it; none: no key does
    std::chrono::milliseconds silence_max{0};  // that ends it; unlimited: none does
    std::chrono::milliseconds length_max{0};
    bool trims_silence = false;
    Track track = Track::inbound;
    bool is_dual = false;          // each side on a channel of its own
    bool runs_beside = false;      // all else that happens on the call
    WebUrl url;                    // to upload to; empty: the switch keeps it, or the engine does
    bool uploads_by_post = false;  // else by PUT
    Format format = Format::any;
    FileName name;
    LocalPath file;  // to record into; empty: the engine does not keep it
};

// Whom to call.
class Address {
public:
    enum class Kind : std::uint8_t {
        number,       // through a carrier
        sip,          // a SIP URI
        dial_string,  // the switch's own, from the operator's directory
        user,         // a registered user's name
    };

    Address() = default;
    explicit Address(const PhoneNumber& number) : kind_(Kind::number), text_(number.text()) {}
    explicit Address(const DialledNumber& number) : kind_(Kind::number), text_(number.text()) {}
    explicit Address(const SipUri& uri) : kind_(Kind::sip), text_(uri.text()) {}
    explicit Address(const UserName& user) : kind_(Kind::user), text_(user.text()) {}
    explicit Address(const DialString& dial) : kind_(Kind::dial_string), text_(dial.text()) {}

    bool empty() const { return text_.empty(); }
    Kind kind() const { return kind_; }
    const std::string& text() const { return text_; }

private:
    Kind kind_ = Kind::number;
    std::string text_;
};

struct Target {
    LegId leg = 0;
    Address address;
    std::chrono::milliseconds delay{0};    // before it rings
    std::chrono::milliseconds timeout{0};  // of its ringing; unlimited: the dial's
    OpaqueText username;                   // for the far end's authentication
    OpaqueText password;
    std::vector<SipHeader> headers;  // of the INVITE
};

struct Dial {
    std::vector<Target> targets;
    bool is_sequential = false;            // one after the other, else all at once
    std::chrono::milliseconds timeout{0};  // until one has answered
    DisplayName caller_id_name;            // empty: the call's own
    CallerNumber caller_id_number;
    // What the caller hears until they are connected or the dial has failed, also while a callee
    // who has answered hears a whisper. Empty: the far end's, then the switch's own.
    Media ringback;
    bool ignores_early_media = false;
};

struct Conference {
    RoomName room;
    bool is_muted = false;
    bool is_moderator = true;       // it begins when one is there
    bool ends_with_caller = false;  // all leave when this one does
    bool beeps_on_enter = true;
    bool beeps_on_exit = true;
    bool is_recorded = false;
    unsigned members_max = 0;  // 0: the switch's limit
    MemberLabel label;
    ProfileName profile;        // of the switch; empty: its default
    MemberLabel coached_label;  // whispers to the member of this label alone; empty: to all
    Media hold_music;           // until it begins; empty: silence
    bool plays_welcome = false;
};

struct Queue {
    QueueName name;
    unsigned size_max = 0;  // 0: the switch's limit
    Media hold_music;       // empty: whoever runs the call plays something
};

struct Speaking {  // speech input
    LanguageTag language;
    OpaqueText hints;
    EngineName model;
    std::chrono::milliseconds begin_timeout{
        0};  // until speech begins; unlimited: until it is stopped
    std::chrono::milliseconds end_timeout{
        0};  // of silence after speech; unlimited: the switch decides
    std::chrono::milliseconds length_max{0};
    bool filters_profanity = true;
    bool wants_partial = false;
};

// A stream of media to a web server, over WebSocket.
struct Stream {
    enum class Codec : std::uint8_t { pcmu, l16 };

    WebUrl url;
    StreamName name;
    Track track = Track::inbound;
    bool is_two_way = false;
    Codec codec = Codec::pcmu;
    unsigned sample_rate = 8'000;  // a second
    std::vector<std::pair<OpaqueText, OpaqueText>> parameters;
};

struct Transfer {
    Address target;
    bool is_attended = false;
    bool moves_other_leg = false;  // the peer goes to the target, not the caller
};

}  // namespace pivot::inline v1
