#include "switches/fake_asterisk.hpp"

#include "base/json.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::test {

namespace {

constexpr const char* gone = R"({"message":"Channel not found"})";

std::string text_in(std::string_view body, std::string_view name)
{
    json::Document document;
    const auto root = document.read(body);
    auto value = root ? root->find(name) : std::nullopt;
    if (value && value->is_array()) value = *value->elements().begin();
    return std::string(value ? value->text() : std::string_view());
}

std::string_view take_segment(std::string_view& target)
{
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view segment = target.substr(0, end);
    target.remove_prefix(end);
    return segment;
}

}  // namespace

void FakeAsterisk::release()
{
    holds_answers = false;
    held.clear();
    released_.happen();
}

void FakeAsterisk::tell(std::string json)
{
    events_.push_back(std::move(json));
}

bool FakeAsterisk::tell_events()
{
    const auto events = std::exchange(events_, {});
    for (const std::string& event : events) listener_->heard(event);
    return !events.empty();
}

bool FakeAsterisk::has_asked(std::string_view begin) const
{
    return count_asked(begin) > 0;
}

std::size_t FakeAsterisk::count_asked(std::string_view begin) const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        asked, [begin](const std::string& request) { return request.starts_with(begin); }));
}

// ---- what happens -------------------------------------------------------------------------------

void FakeAsterisk::enter(const std::string& channel, std::string_view arguments,
                         std::string_view state)
{
    channels_[channel] = state;
    tell(fmt::format(R"({{"type":"StasisStart","args":{},"channel":{}}})", arguments,
                     description_of(channel)));
}

std::string FakeAsterisk::description_of(const std::string& channel) const
{
    const bool is_local = channel.ends_with(";2");
    return fmt::format(
        R"({{"id":"{}","name":"{}",
            "state":"{}","protocol_id":"sip-{}","accountcode":"acme","language":"en",
            "caller":{{"name":"Ann Lee","number":"+14155550100"}},
            "connected":{{"name":"","number":""}},"creationtime":"{}",
            "dialplan":{{"context":"in","exten":"700","priority":1}}}})",
        channel, is_local ? "Local/700@in-00000001;2" : "PJSIP/alice-00000001",
        channels_.find(channel)->second, channel, created);
}

// After a transfer, in the same bridge.
void FakeAsterisk::enter_in_place_of(const std::string& replaced, const std::string& channel)
{
    channels_[channel] = "Up";
    tell(fmt::format(
        R"({{"type":"StasisStart","args":[],"channel":{{"id":"{}","name":"Local/1@in-0000;1","state":"Up"}},
            "replace_channel":{{"id":"{}","name":"PJSIP/alice-00000001"}}}})",
        channel, replaced));
}

void FakeAsterisk::press(const std::string& channel, char key)
{
    tell(fmt::format(
        R"({{"type":"ChannelDtmfReceived","digit":"{}","duration_ms":100,"channel":{{"id":"{}"}}}})",
        key, channel));
}

void FakeAsterisk::hang_up(const std::string& channel, int cause)
{
    if (channels_.contains(channel)) {
        tell(fmt::format(R"({{"type":"ChannelHangupRequest","cause":{},"channel":{{"id":"{}"}}}})",
                         cause, channel));
        leave(channel);
    }
    if (subscribed_.erase(channel) == 0) return;
    tell(fmt::format(R"({{"type":"ChannelDestroyed","cause":{},"channel":{{"id":"{}"}}}})", cause,
                     channel));
}

// What runs ends first.
void FakeAsterisk::leave(const std::string& channel)
{
    const auto playing = playing_;
    for (const auto& [playback, where] : playing) {
        if (where == channel) end_playback(playback, "failed");
    }
    const auto recording = recording_;
    for (const auto& [name, where] : recording) {
        if (where == channel) end_recording(name);
    }
    channels_.erase(channel);
    ringing_.erase(channel);
    const auto snoops = snoops_;
    for (const auto& [snoop, where] : snoops) {
        if (where != channel) continue;
        snoops_.erase(snoop);
        leave(snoop);
    }
    tell(fmt::format(R"({{"type":"StasisEnd","channel":{{"id":"{}"}}}})", channel));
}

void FakeAsterisk::finish_playbacks()
{
    const auto playing = playing_;
    for (const auto& [playback, where] : playing) end_playback(playback, "done");
}

void FakeAsterisk::end_playback(const std::string& playback, std::string_view state)
{
    tell(fmt::format(
        R"({{"type":"PlaybackFinished","playback":{{"id":"{}","target_uri":"channel:{}","state":"{}"}}}})",
        playback, playing_[playback], state));
    playing_.erase(playback);
}

void FakeAsterisk::end_recording(const std::string& name)
{
    tell(fmt::format(
        R"({{"type":"RecordingFinished","recording":{{"name":"{}","target_uri":"channel:{}","state":"done"}}}})",
        name, recording_[name]));
    recording_.erase(name);
    stored_.insert(name);
}

// ---- what is asked ------------------------------------------------------------------------------

reactor::Task<Result<switches::asterisk::AriAnswer>> FakeAsterisk::ask(const AriRequest& request,
                                                                       reactor::Deadline& deadline)
{
    std::string line = fmt::format("{} {}", request.method, request.target);
    if (!request.body.empty()) line += ' ' + request.body;
    asked.push_back(line);
    under_way_max = std::max(under_way_max, ++under_way_);
    while (is_held(line) && !deadline.has_expired()) {
        co_await released_.wait(deadline);
    }
    --under_way_;
    if (losses > 0 && line.starts_with(lost)) {
        --losses;
        co_return fail(Reason::closed, Phase::wait, "the connection is lost");
    }
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::wait));
    AriAnswer answer = answer_to(request);
    if (tells_before_answers) tell_events();
    co_return answer;
}

bool FakeAsterisk::is_held(std::string_view line) const
{
    return holds_answers || is_silent || (!held.empty() && line.starts_with(held));
}

FakeAsterisk::AriAnswer FakeAsterisk::answer_to(const AriRequest& request)
{
    if (status != 0) return {status, R"({"message":"Internal error"})"};
    std::string_view target = request.target;
    const std::string_view kind = take_segment(target);
    if (kind == "asterisk") {
        return {200, fmt::format(R"({{"status":{{"startup_time":"{}"}}}})", started_at)};
    }
    if (kind == "recordings") return answer_to_recording(request);
    if (kind == "channels" && target.empty()) return originate(request.body);
    target.remove_prefix(1);
    const std::string name = http::unescape(take_segment(target));
    if (kind == "bridges") return answer_to_bridge(request, name, target);
    if (name == "create") return create(request.body);
    if (kind == "playbacks") return answer_to_playback(request, name);
    if (kind == "channels") return answer_to_channel(request, name, target);
    if (request.method == "POST") {
        if (refuses_subscriptions) return {422, R"({"message":"Event source does not exist"})"};
        const std::size_t at = target.find("channel%3A");
        subscribed_.insert(http::unescape(target.substr(at + 10)));
        return {200, "{}"};
    }
    std::string channels;
    for (const auto& [channel, state] : channels_) {
        channels += fmt::format("{}\"{}\"", channels.empty() ? "" : ",", channel);
    }
    std::string bridges;
    for (const std::string& bridge : bridges_) {
        bridges += fmt::format("{}\"{}\"", bridges.empty() ? "" : ",", bridge);
    }
    return {200, fmt::format(R"({{"name":"pivot","channel_ids":[{}],"bridge_ids":[{}]}})", channels,
                             bridges)};
}

FakeAsterisk::AriAnswer FakeAsterisk::answer_to_channel(const AriRequest& request,
                                                        const std::string& channel,
                                                        std::string_view rest)
{
    if (!channels_.contains(channel)) return {404, gone};
    if (rest.empty() && request.method == "GET") return {200, description_of(channel)};
    if (rest.starts_with("/variable") && request.method == "GET") return value_of(rest);
    if (rest.starts_with("/play/")) {
        play(channel, std::string(rest.substr(6)), request.body);
        return {201, "{}"};
    }
    if (rest == "/record") {
        record(channel, request.body);
        return {201, "{}"};
    }
    if (rest == "/answer") change(channel, "Up");
    if (rest.starts_with("/dial")) dial(channel);
    if (rest.starts_with("/snoop/")) snoop(channel, std::string(rest.substr(7)));
    if (rest.starts_with("/continue")) leave(channel);
    const bool hangs_up = request.method == "DELETE" && (rest.empty() || rest.starts_with('?'));
    if (hangs_up) hang_up(channel, 32);
    return {204, ""};
}

void FakeAsterisk::change(const std::string& channel, std::string_view state)
{
    channels_[channel] = state;
    tell(fmt::format(R"({{"type":"ChannelStateChange","channel":{{"id":"{}","state":"{}"}}}})",
                     channel, state));
}

FakeAsterisk::AriAnswer FakeAsterisk::create(std::string_view body)
{
    const std::string endpoint = text_in(body, "endpoint");
    if (unreachable.contains(endpoint)) return {500, R"({"error":"Allocation failed"})"};
    last_channel_ = text_in(body, "channelId");
    endpoints_[last_channel_] = endpoint;
    enter_leg(last_channel_);
    return {200, "{}"};
}

// It enters the application when somebody has answered.
FakeAsterisk::AriAnswer FakeAsterisk::originate(std::string_view body)
{
    const std::string endpoint = text_in(body, "endpoint");
    if (unreachable.contains(endpoint)) return {500, R"({"error":"Allocation failed"})"};
    last_channel_ = text_in(body, "channelId");
    endpoints_[last_channel_] = endpoint;
    channels_[last_channel_] = "Down";
    subscribed_.insert(last_channel_);
    originated_.insert(last_channel_);
    dial(last_channel_);
    return {200, "{}"};
}

void FakeAsterisk::enter_leg(const std::string& channel)
{
    channels_[channel] = "Down";
    subscribed_.insert(channel);
    tell(fmt::format(
        R"({{"type":"StasisStart","args":["leg"],"channel":{{"id":"{}","state":"Down"}}}})",
        channel));
}

void FakeAsterisk::dial(const std::string& channel)
{
    const auto refused = refusing.find(endpoints_[channel]);
    if (refused != refusing.end()) return hang_up(channel, refused->second);
    const bool speaks = speaking.contains(endpoints_[channel]);
    if (!speaks) change(channel, "Ringing");
    tell(fmt::format(R"({{"type":"Dial","dialstatus":"{}","peer":{{"id":"{}"}}}})",
                     speaks ? "PROGRESS" : "RINGING", channel));
    ringing_.insert(channel);
}

void FakeAsterisk::answer_legs()
{
    const auto ringing = std::exchange(ringing_, {});
    for (const std::string& channel : ringing) {
        change(channel, "Up");
        tell(fmt::format(R"({{"type":"Dial","dialstatus":"ANSWER","peer":{{"id":"{}"}}}})",
                         channel));
        if (originated_.erase(channel) > 0) enter(channel, R"(["outbound"])", "Up");
    }
}

void FakeAsterisk::snoop(const std::string& channel, const std::string& snoop)
{
    snoops_[snoop] = channel;
    enter_leg(snoop);
}

FakeAsterisk::AriAnswer FakeAsterisk::answer_to_bridge(const AriRequest& request,
                                                       const std::string& bridge,
                                                       std::string_view rest)
{
    if (request.method == "DELETE") return {bridges_.erase(bridge) > 0 ? 204 : 404, ""};
    if (!rest.empty()) return {bridges_.contains(bridge) && !hides_bridges ? 204 : 404, ""};
    return {bridges_.insert(bridge).second ? 200 : 409, "{}"};
}

FakeAsterisk::AriAnswer FakeAsterisk::value_of(std::string_view target) const
{
    constexpr std::string_view key = "?variable=";
    const std::string name = http::unescape(target.substr(target.find(key) + key.size()));
    const auto found = variables.find(name);
    const bool is_expression = name.starts_with("EVAL(");
    if (is_expression ? !has_eval : found == variables.end()) {
        return {404, R"({"message":"Provided variable was not found"})"};
    }
    std::string body = R"({"value":)";
    json::append_quoted(body, is_expression ? evaluate(name) : found->second);
    return {200, body + '}'};
}

// `EVAL(${A}, ${B})`, where A and B may be functions.
std::string FakeAsterisk::evaluate(std::string_view expression) const
{
    expression.remove_prefix(std::string_view("EVAL(").size());
    expression.remove_suffix(1);
    std::string value;
    while (!expression.empty()) {
        const std::size_t begin = expression.find("${");
        value += expression.substr(0, begin);
        if (begin == expression.npos) break;
        const std::size_t end = expression.find('}', begin);
        const auto found =
            variables.find(std::string(expression.substr(begin + 2, end - begin - 2)));
        if (found != variables.end()) value += found->second;
        expression.remove_prefix(end + 1);
    }
    return value;
}

void FakeAsterisk::play(const std::string& channel, const std::string& playback,
                        std::string_view body)
{
    playing_[playback] = channel;
    tell(fmt::format(
        R"({{"type":"PlaybackStarted","playback":{{"id":"{}","target_uri":"channel:{}","state":"playing"}}}})",
        playback, channel));
    if (missing_sounds.contains(text_in(body, "media"))) end_playback(playback, "failed");
}

void FakeAsterisk::record(const std::string& channel, std::string_view body)
{
    const std::string name = text_in(body, "name");
    recording_[name] = channel;
    tell(fmt::format(
        R"({{"type":"RecordingStarted","recording":{{"name":"{}","target_uri":"channel:{}","state":"recording"}}}})",
        name, channel));
}

FakeAsterisk::AriAnswer FakeAsterisk::answer_to_playback(const AriRequest& request,
                                                         const std::string& playback)
{
    if (!playing_.contains(playback)) return {404, R"({"message":"Playback not found"})"};
    if (request.method == "GET") return {200, "{}"};
    end_playback(playback, "done");
    return {204, ""};
}

// Those that are being made are there, too.
std::string FakeAsterisk::stored_list() const
{
    std::string list;
    const auto add = [&list](const std::string& name) {
        list += fmt::format(R"({}{{"name":"{}","format":"wav"}})", list.empty() ? "" : ",", name);
    };
    for (const std::string& name : stored_) add(name);
    for (const auto& [name, channel] : recording_) add(name);
    return '[' + list + ']';
}

FakeAsterisk::AriAnswer FakeAsterisk::answer_to_recording(const AriRequest& request)
{
    if (request.target == "recordings/stored") return {200, stored_list()};
    std::string_view rest = request.target;
    for (int i = 0; i < 2; ++i) {
        take_segment(rest);
        rest.remove_prefix(1);
    }
    const std::string name = http::unescape(take_segment(rest));
    if (request.method == "POST" && recording_.contains(name)) {
        end_recording(name);
        return {204, ""};
    }
    if (request.method == "GET" && stored_.contains(name)) return {200, recorded};
    if (request.method == "DELETE" && stored_.erase(name) > 0) return {204, ""};
    return {404, R"({"message":"Recording not found"})"};
}

}  // namespace pivot::test
