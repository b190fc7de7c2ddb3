#include "switches/kazoo/dial_commands.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using std::chrono::milliseconds;

std::int64_t seconds_up(milliseconds time)
{
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

// Whether the text is the id of a document in KAZOO's database.
bool is_document_id(std::string_view text)
{
    constexpr std::size_t id_bytes = 32;
    return text.size() == id_bytes &&
           std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; });
}

// KAZOO 4.3, whose control queues name no process, knows devices only by their SIP user names.
void add_user(Body& endpoint, const CallIdentity& call, std::string_view name)
{
    const bool finds_documents = !call.control.process.empty();
    if (finds_documents && is_document_id(name)) {
        endpoint.add("Invite-Format", "endpoint").add("Endpoint-ID", name);
        endpoint.add("Endpoint-URI", fmt::format("{}@{}", name, call.account_id));
        endpoint.add("Account-ID", call.account_id);
        return;
    }
    const std::size_t at = name.find('@');
    const bool has_realm = at != std::string_view::npos;
    endpoint.add("Invite-Format", "username").add("To-User", name.substr(0, at));
    endpoint.add("To-Realm", has_realm ? name.substr(at + 1) : std::string_view(call.realm));
}

void add_address(Body& endpoint, const CallIdentity& call, const Address& address)
{
    const std::string& text = address.text();
    switch (address.kind()) {
        case Address::Kind::number:
            endpoint.add("Invite-Format", "loopback").add("Route", text).add("To-DID", text);
            endpoint.add("Bypass-Media", "false");
            break;
        case Address::Kind::sip:
        case Address::Kind::dial_string:
            endpoint.add("Invite-Format", "route").add("Route", text);
            break;
        case Address::Kind::user: add_user(endpoint, call, text); break;
    }
}

Variables variables_of(const std::vector<SipHeader>& headers)
{
    Variables variables;
    for (const SipHeader& header : headers) variables.emplace_back(header.name(), header.value());
    return variables;
}

std::string endpoint_of(const CallIdentity& call, const Target& target, const std::string& call_id)
{
    Body endpoint;
    add_address(endpoint, call, target.address);
    endpoint.add("Outbound-Call-ID", call_id);
    if (target.timeout.count() > 0) endpoint.add("Endpoint-Timeout", seconds_up(target.timeout));
    if (target.delay.count() > 0) endpoint.add("Endpoint-Delay", seconds_up(target.delay));
    if (!target.username.empty()) endpoint.add("Auth-User", target.username.bytes());
    if (!target.password.empty()) endpoint.add("Auth-Password", target.password.bytes());
    if (!target.headers.empty()) {
        endpoint.add_object("Custom-SIP-Headers", variables_of(target.headers));
    }
    return endpoint.take();
}

// Ringback that KAZOO's switch can play; empty for its own.
std::string ringback_of(const Media& media)
{
    switch (media.kind()) {
        case Media::Kind::url:
        case Media::Kind::name: return media.what();
        case Media::Kind::hold_music: return media.what().empty() ? "${hold_music}" : media.what();
        case Media::Kind::tone: {
            const Tone tone = media.tone();
            const std::string second =
                tone.second_hertz == 0 ? std::string() : fmt::format(",{}", tone.second_hertz);
            return fmt::format("tone_stream://%({},{},{}{});loops=-1", tone.on.count(),
                               tone.off.count(), tone.hertz, second);
        }
        case Media::Kind::prompt:
        case Media::Kind::file: break;
    }
    return {};
}

void add_rules(Body& body, const Dial& dial)
{
    if (!dial.caller_id_name.empty()) {
        body.add("Outbound-Caller-ID-Name", dial.caller_id_name.text());
    }
    if (!dial.caller_id_number.empty()) {
        body.add("Outbound-Caller-ID-Number", dial.caller_id_number.text());
    }
    if (dial.timeout.count() > 0) body.add("Timeout", seconds_up(dial.timeout));
    if (dial.ignores_early_media) body.add("Ignore-Early-Media", true);
    if (const std::string ringback = ringback_of(dial.ringback); !ringback.empty()) {
        body.add("Ringback", ringback);
    }
}

}  // namespace

bool is_for_carrier(const Dial& dial)
{
    return dial.targets.size() == 1 && dial.targets.front().address.kind() == Address::Kind::number;
}

// The caller stays when the bridge ends, so that the document can go on.
std::string bridge_command(const CallIdentity& call, const Dial& dial,
                           const std::vector<std::string>& call_ids)
{
    std::string endpoints;
    for (std::size_t i = 0; i < dial.targets.size(); ++i) {
        endpoints.append(endpoints.empty() ? "[" : ",");
        endpoints += endpoint_of(call, dial.targets[i], call_ids[i]);
    }
    Body bridge = command_of("bridge", call.call_id);
    bridge.add_json("Endpoints", endpoints.empty() ? "[]" : endpoints + ']');
    bridge.add("Dial-Endpoint-Method", dial.is_sequential ? "single" : "simultaneous");
    bridge.add("Continue-After", true);
    add_rules(bridge, dial);
    return bridge.take();
}

// Media stay on the switch, which could not hear keys otherwise.
Publication offnet_request(const Frame& frame, const CallIdentity& call, const Dial& dial)
{
    Body body = envelope_of(frame, "resource", "offnet_req");
    body.add("Application-Name", "bridge").add("Resource-Type", "audio");
    body.add("To-DID", dial.targets.front().address.text());
    body.add("Call-ID", call.call_id).add("Control-Queue", call.control.text());
    body.add("Account-ID", call.account_id).add("Account-Realm", call.realm);
    body.add("Media", "process").add("Force-Outbound", true);
    add_rules(body, dial);
    const std::vector<SipHeader>& headers = dial.targets.front().headers;
    if (!headers.empty()) body.add_object("Custom-SIP-Headers", variables_of(headers));
    Publication request;
    request.exchange = "resources";
    request.routing_key = "offnet.resource.req.audio";
    request.body = body.take();
    return request;
}

}  // namespace pivot::switches::kazoo
