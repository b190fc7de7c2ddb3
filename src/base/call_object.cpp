#include "base/call_object.hpp"

#include "base/json_member.hpp"
#include "base/json_reader.hpp"
#include "base/text.hpp"

namespace pivot::inline base {

namespace {

// KAZOO says `nouser` and `norealm` where it knows none.
std::string known(std::string_view part, std::string_view from_whole, std::string_view unknown)
{
    if (!part.empty() && part != unknown) return std::string(part);
    return std::string(from_whole == unknown ? "" : from_whole);
}

// From `user@realm` and its parts, which count more.
Party read_party(json::ObjectReader& reader, std::string_view whole_name,
                 std::string_view user_name, std::string_view realm_name)
{
    std::string_view rest = reader.text(whole_name);
    const std::string_view user_of_whole = take_until(rest, '@');
    const std::string_view user = reader.text(user_name);
    const std::string_view realm = reader.text(realm_name);
    return {known(user, user_of_whole, "nouser"), known(realm, rest, "norealm")};
}

void read_owners(json::ObjectReader& reader, std::vector<std::string>& owners)
{
    constexpr std::string_view name = "Owner-ID";
    const auto value = reader.find(name);
    if (!value) return;
    if (value->is_array()) {
        reader.texts(name, owners);
    } else if (!value->is_string()) {
        reader.fail_mismatch(name, "a string or an array of strings", *value);
    } else if (!value->text().empty()) {
        owners.emplace_back(value->text());
    }
}

Call read_members(json::ObjectReader& reader)
{
    static constexpr json::Choice<Direction> directions[] = {
        {"inbound", Direction::inbound},
        {"outbound", Direction::outbound},
        {"outbound-api", Direction::outbound_api}};
    Call call;
    reader.required_text("Call-ID", call.call_id);
    reader.text("Account-ID", call.account_id);
    call.from = read_party(reader, "From", "From-User", "From-Realm");
    call.to = read_party(reader, "To", "To-User", "To-Realm");
    call.request = read_party(reader, "Request", "Request-User", "Request-Realm");
    reader.text("Caller-ID-Name", call.caller_id_name);
    reader.text("Caller-ID-Number", call.caller_id_number);
    reader.choice("Call-Direction", call.direction, directions);
    read_owners(reader, call.owner_ids);
    reader.text("Authorizing-ID", call.authorizing_id);
    reader.text("Language", call.language);
    reader.object_text("Custom-Application-Vars", call.custom_application_vars);
    reader.object_text("Custom-SIP-Headers", call.custom_sip_headers);
    reader.object_text("Custom-Channel-Vars", call.custom_channel_vars);
    reader.object_text("Key-Value-Store", call.key_value_store);
    reader.unread([&](std::string_view name, json::Value value) {
        json::append_member(call.other, name, value);
    });
    if (!call.other.empty()) call.other += '}';
    return call;
}

}  // namespace

Result<Call> read_call(json::Value object)
{
    json::Breaches breaches;
    json::ObjectReader reader(object, "", breaches, json::Nulls::are_absent);
    Call call = read_members(reader);
    if (breaches.is_empty()) return call;
    return tl::unexpected(std::move(breaches).to_failure(Reason::invalid_json, Phase::parse));
}

}  // namespace pivot::inline base

namespace pivot::inline v1 {

std::string_view name(Direction direction)
{
    switch (direction) {
        case Direction::inbound: return "inbound";
        case Direction::outbound: return "outbound";
        case Direction::outbound_api: return "outbound-api";
    }
    return "unknown";
}

Result<Call> Call::from_json(std::string_view text)
{
    json::Document document;
    const auto value = document.read(text);
    if (!value) return tl::unexpected(value.error());
    return read_call(*value);
}

}  // namespace pivot::inline v1
