#include "switches/kazoo/call_commands.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view no_terminators = "none";  // the engine itself stops what a key ends

std::string seconds_up(milliseconds time)
{
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

// KAZOO knows no keys with letters.
std::string json_of(const KeySet& keys)
{
    std::string json;
    for (const char key : keys.text()) {
        if (std::string_view("1234567890*#").find(key) == std::string_view::npos) continue;
        json.append(json.empty() ? "[\"" : ",\"").append({key, '"'});
    }
    return json.empty() ? "\"none\"" : json + ']';
}

Body& add_loops(Body& command, unsigned loops)
{
    if (loops == 0) return command.add("Endless-Playback", true);
    if (loops > 1) command.add("Loop-Count", std::int64_t{loops});
    return command;
}

std::string media_command(std::string_view call_id, std::string_view name, unsigned loops)
{
    Body play = command_of("play", call_id);
    play.add("Media-Name", name).add("Terminators", no_terminators);
    return add_loops(play, loops).take();
}

// An hour stands for an endless tone.
std::string tones_command(std::string_view call_id, const Tone& tone, unsigned loops)
{
    const auto count = loops == 0 ? std::chrono::hours(1) / tone.length() : loops;
    Body body;
    if (tone.second_hertz == 0) {
        body.add_list("Frequencies", {std::to_string(tone.hertz)});
    } else {
        body.add_list("Frequencies",
                      {std::to_string(tone.hertz), std::to_string(tone.second_hertz)});
    }
    body.add("Duration-ON", std::to_string(tone.on.count()));
    body.add("Duration-OFF", std::to_string(tone.off.count()));
    if (count > 1) body.add("Repeat", std::to_string(count));
    Body command = command_of("tones", call_id);
    command.add_json("Tones", '[' + body.take() + ']').add("Terminators", no_terminators);
    return command.take();
}

// `de-at`.
std::string language_of(const LanguageTag& tag)
{
    std::string language = tag.text();
    std::ranges::replace(language, '_', '-');
    std::ranges::transform(language, language.begin(), lower);
    return language;
}

std::string prompt_name(const CallIdentity& call, const Media& media)
{
    const std::string language = media.language().empty() ? "en-us" : language_of(media.language());
    const std::string owner = call.account_id.empty() ? "system_media" : call.account_id;
    return fmt::format("prompt://{}/{}/{}", owner, media.what(), language);
}

std::string_view name_of(InsertAt at)
{
    switch (at) {
        case InsertAt::tail: break;
        case InsertAt::now: return "now";
        case InsertAt::flush: return "flush";
    }
    return "tail";
}

}  // namespace

// ---- commands -----------------------------------------------------------------------------------

Body command_of(std::string_view application, std::string_view call_id)
{
    Body command;
    command.add("Application-Name", application).add("Call-ID", call_id);
    return command;
}

std::string plain_command(std::string_view application, std::string_view call_id)
{
    return command_of(application, call_id).take();
}

tl::expected<std::string, std::string> play_command(const CallIdentity& call, const Media& media)
{
    const std::string& id = call.call_id;
    switch (media.kind()) {
        case Media::Kind::url:
        case Media::Kind::name: return media_command(id, media.what(), media.loops());
        case Media::Kind::prompt: return media_command(id, prompt_name(call, media), media.loops());
        case Media::Kind::tone: return tones_command(id, media.tone(), media.loops());
        case Media::Kind::hold_music:
            return media_command(id, media.what().empty() ? "${hold_music}" : media.what(), 0);
        case Media::Kind::file: break;
    }
    return tl::unexpected(std::string("KAZOO cannot read files of this machine"));
}

std::string_view voice_of(const VoiceName& voice)
{
    const std::string_view name = voice.text();
    if (name == "man" || name == "male") return "male";
    if (name == "woman" || name == "female") return "female";
    return {};
}

std::string speech_command(std::string_view call_id, const Speech& speech)
{
    Body say = command_of("tts", call_id);
    say.add("Text", speech.text.bytes());
    if (const auto voice = voice_of(speech.voice); !voice.empty()) say.add("Voice", voice);
    if (!speech.language.empty()) say.add("Language", language_of(speech.language));
    if (!speech.engine.empty()) say.add("Engine", speech.engine.text());
    say.add("Terminators", no_terminators);
    return say.take();
}

std::string keys_command(std::string_view call_id, const KeySequence& keys, milliseconds key_length)
{
    Body send = command_of("send_dtmf", call_id);
    send.add("DTMFs", keys.text()).add("Duration", std::to_string(key_length.count()));
    return send.take();
}

std::string hangup_command(std::string_view call_id, std::string_view cause)
{
    Body hang_up = command_of("hangup", call_id);
    if (!cause.empty()) hang_up.add("Hangup-Cause", cause);
    return hang_up.take();
}

std::string respond_command(std::string_view call_id, int sip_code, std::string_view phrase)
{
    Body respond = command_of("respond", call_id);
    respond.add("Response-Code", std::to_string(sip_code));
    if (!phrase.empty()) respond.add("Response-Message", phrase);
    return respond.take();
}

// KAZOO requires both objects.
std::string set_command(std::string_view call_id, const Variables& variables)
{
    Body set = command_of("set", call_id);
    set.add_object("Custom-Channel-Vars", variables).add_object("Custom-Call-Vars", {});
    return set.take();
}

// 200 is KAZOO's own threshold for a Record.
std::string record_command(std::string_view call_id, std::string_view media_name,
                           const Recording& recording)
{
    constexpr milliseconds longest = std::chrono::hours(1);
    const milliseconds limit = recording.length_max.count() > 0 ? recording.length_max : longest;
    const milliseconds silence = recording.silence_max.count() > 0 ? recording.silence_max : limit;
    Body record = command_of("record", call_id);
    record.add("Media-Name", media_name).add_json("Terminators", json_of(recording.keys));
    record.add("Time-Limit", seconds_up(limit)).add("Silence-Threshold", "200");
    record.add("Silence-Hits", seconds_up(silence));
    return record.take();
}

// Without the recording's id, KAZOO's call control crashes.
std::string record_call_command(std::string_view call_id, bool starts, std::string_view media_name,
                                const Recording& recording)
{
    Body record = command_of("record_call", call_id);
    record.add("Record-Action", starts ? "start" : "stop").add("Media-Name", media_name);
    record.add("Media-Recording-ID", media_name);
    if (!starts) return record.take();
    record.add("Media-Transfer-Method", recording.uploads_by_post ? "post" : "put");
    record.add("Media-Transfer-Destination", recording.url.text());
    if (recording.length_max.count() > 0) {
        record.add("Time-Limit", seconds_up(recording.length_max));
    }
    return record.take();
}

// ---- frames -------------------------------------------------------------------------------------

Body envelope_of(const Frame& frame, std::string_view category, std::string_view name)
{
    Body body;
    body.add("Event-Category", category).add("Event-Name", name);
    body.add("App-Name", frame.application).add("App-Version", frame.version);
    body.add("Node", frame.node).add("Msg-ID", frame.message_id).add("Server-ID", frame.queue);
    return body;
}

std::string framed(const Frame& frame, std::string command)
{
    Body body = envelope_of(frame, "call", "command");
    body.add("Insert-At", name_of(frame.insert_at));
    std::string json = body.take();
    json.back() = ',';
    return json.append(command, 1);
}

// KAZOO performs the queue from its end to its beginning.
std::string framed_queue(const Frame& frame, std::string_view call_id,
                         std::vector<std::string> commands)
{
    Body noop = command_of("noop", call_id);
    noop.add("Msg-ID", frame.message_id);
    commands.push_back(noop.take());
    std::string list;
    for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
        list.append(list.empty() ? "[" : ",").append(*command);
    }
    Body queue = command_of("queue", call_id);
    queue.add_json("Commands", list + ']');
    return framed(frame, queue.take());
}

std::string marker(const Frame& frame, std::string_view call_id)
{
    return framed(frame, plain_command("noop", call_id));
}

// ---- requests -----------------------------------------------------------------------------------

Publication status_request(const Frame& frame, std::string_view call_id)
{
    Body body = envelope_of(frame, "call_event", "channel_status_req");
    body.add("Call-ID", call_id);
    Publication request;
    request.exchange = "callevt";
    request.routing_key = "call.status_req." + encode_key_part(call_id);
    request.body = body.take();
    return request;
}

}  // namespace pivot::switches::kazoo
