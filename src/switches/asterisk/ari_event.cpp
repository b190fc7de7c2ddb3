#include "switches/asterisk/ari_event.hpp"

#include "switches/member_text.hpp"

#include <pivot/event.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <type_traits>

namespace pivot::switches::asterisk {

namespace {

using json::Value;

std::string_view inner_text(const Value& object, std::string_view outer, std::string_view name)
{
    const auto value = object.find(outer);
    return value ? member_text(*value, name) : std::string_view();
}

// Asterisk's causes and statuses have at most three digits.
int number(const Value& object, std::string_view name)
{
    constexpr std::int64_t most = 999;
    const auto value = object.find(name);
    const auto integer = value ? value->integer() : std::nullopt;
    return integer && *integer > 0 && *integer <= most ? static_cast<int>(*integer) : 0;
}

std::string_view channel_id(const Value& event)
{
    return inner_text(event, "channel", "id");
}

// The channel in the target of a playback or recording: `channel:1795458421.28`.
std::string_view target_id(const Value& object)
{
    constexpr std::string_view scheme = "channel:";
    std::string_view uri = member_text(object, "target_uri");
    if (!uri.starts_with(scheme)) return {};
    uri.remove_prefix(scheme.size());
    return uri;
}

AriEvent read_start(const Value& event)
{
    const auto channel = event.find("channel");
    if (!channel) return {};
    StasisStart start;
    start.channel = facts_of(*channel);
    if (start.channel.id.empty()) return {};
    start.replaced = inner_text(event, "replace_channel", "id");
    const auto arguments = event.find("args");
    if (!arguments || !arguments->is_array()) return start;
    for (const Value argument : arguments->elements()) start.arguments.push_back(argument.text());
    return start;
}

AriEvent read_key(const Value& event)
{
    const std::string_view digit = member_text(event, "digit");
    if (digit.size() != 1 || keypad.find(digit.front()) == keypad.npos) return {};
    return ChannelDtmfReceived{channel_id(event), digit.front()};
}

AriEvent read_playback(const Value& event)
{
    const auto playback = event.find("playback");
    if (!playback) return {};
    return PlaybackFinished{target_id(*playback), member_text(*playback, "id"),
                            member_text(*playback, "state") == "failed"};
}

AriEvent read_recording_started(const Value& event)
{
    const auto recording = event.find("recording");
    if (!recording) return {};
    return RecordingStarted{target_id(*recording), member_text(*recording, "name")};
}

AriEvent read_recording_over(const Value& event)
{
    const auto recording = event.find("recording");
    if (!recording) return {};
    return RecordingFinished{target_id(*recording), member_text(*recording, "name"),
                             member_text(event, "type") == "RecordingFailed",
                             member_text(*recording, "cause")};
}

AriEvent read_end(const Value& event)
{
    return StasisEnd{channel_id(event)};
}

AriEvent read_change(const Value& event)
{
    return ChannelStateChange{channel_id(event), inner_text(event, "channel", "state")};
}

AriEvent read_hang_up(const Value& event)
{
    return ChannelHangupRequest{channel_id(event), number(event, "cause"),
                                number(event, "tech_cause")};
}

AriEvent read_destroyed(const Value& event)
{
    return ChannelDestroyed{channel_id(event), number(event, "cause"), number(event, "tech_cause")};
}

AriEvent read_dial(const Value& event)
{
    return DialProgress{inner_text(event, "peer", "id"), member_text(event, "dialstatus")};
}

AriEvent read_replaced(const Value&)
{
    return ApplicationReplaced();
}

struct Kind {
    std::string_view type;
    AriEvent (*read)(const Value& event);
};

constexpr Kind kinds[] = {{"ApplicationReplaced", read_replaced},
                          {"ChannelDestroyed", read_destroyed},
                          {"ChannelDtmfReceived", read_key},
                          {"ChannelHangupRequest", read_hang_up},
                          {"ChannelStateChange", read_change},
                          {"Dial", read_dial},
                          {"PlaybackFinished", read_playback},
                          {"RecordingFailed", read_recording_over},
                          {"RecordingFinished", read_recording_over},
                          {"RecordingStarted", read_recording_started},
                          {"StasisEnd", read_end},
                          {"StasisStart", read_start}};

}  // namespace

ChannelFacts facts_of(const Value& channel)
{
    ChannelFacts facts;
    facts.id = member_text(channel, "id");
    facts.name = member_text(channel, "name");
    facts.protocol_id = member_text(channel, "protocol_id");
    facts.caller_name = inner_text(channel, "caller", "name");
    facts.caller_number = inner_text(channel, "caller", "number");
    facts.context = inner_text(channel, "dialplan", "context");
    facts.extension = inner_text(channel, "dialplan", "exten");
    facts.account = member_text(channel, "accountcode");
    facts.language = member_text(channel, "language");
    facts.created = member_text(channel, "creationtime");
    facts.is_up = member_text(channel, "state") == "Up";
    return facts;
}

std::string_view channel_of(const AriEvent& event)
{
    return std::visit(
        [](const auto& told) -> std::string_view {
            if constexpr (std::is_same_v<decltype(told), const StasisStart&>) {
                return told.channel.id;
            } else if constexpr (requires { told.channel; }) {
                return told.channel;
            } else {
                return {};
            }
        },
        event);
}

AriEvent EventReader::read(std::string_view json)
{
    const auto root = document_.read(json);
    if (!root) return {};
    const auto* const kind = std::ranges::find(kinds, member_text(*root, "type"), &Kind::type);
    return kind == std::end(kinds) ? AriEvent() : kind->read(*root);
}

std::string event_filter()
{
    std::string json;
    for (const Kind& kind : kinds) {
        json += json.empty() ? R"({"allowed":[{"type":")" : R"("},{"type":")";
        json += kind.type;
    }
    return json + R"("}]})";
}

}  // namespace pivot::switches::asterisk
