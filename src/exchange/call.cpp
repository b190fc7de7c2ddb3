#include <pivot/call.hpp>

#include "base/json.hpp"
#include "exchange/breaches.hpp"

#include <array>

#include <fmt/format.h>

namespace pivot {
namespace {

// `user@realm` and its parts, as the call object has them. Views of the document.
struct PartyText {
    std::string_view whole;
    std::string_view user;
    std::string_view realm;
};

// KAZOO says `nouser` and `norealm` where it knows none.
std::string known(std::string_view part, std::string_view from_whole, std::string_view unknown)
{
    if (!part.empty() && part != unknown) return std::string(part);
    return std::string(from_whole == unknown ? "" : from_whole);
}

Party read_party(const PartyText& text)
{
    const auto at = text.whole.find('@');
    const auto realm = at == text.whole.npos ? "" : text.whole.substr(at + 1);
    return {known(text.user, text.whole.substr(0, at), "nouser"),
            known(text.realm, realm, "norealm")};
}

// A null says the same as an absent key.
class CallReader {
public:
    Result<Call> read(json::Value object);

private:
    // False: a call has no such key.
    bool read_member(std::string_view name, json::Value value);

    // Each notes a breach at `name` where the value is of another type.
    std::string_view read_text(std::string_view name, json::Value value);
    std::string read_object(std::string_view name, json::Value value);
    Direction read_direction(std::string_view name, json::Value value);
    std::vector<std::string> read_owners(std::string_view name, json::Value value);

    void keep(std::string_view name, json::Value value);

    Call call_;
    PartyText from_;
    PartyText to_;
    PartyText request_;
    exchange::Breaches breaches_;
};

Result<Call> CallReader::read(json::Value object)
{
    for (const auto [name, value] : object.members()) {
        if (!read_member(name, value)) keep(name, value);
    }
    if (!call_.other.empty()) call_.other += '}';
    call_.from = read_party(from_);
    call_.to = read_party(to_);
    call_.request = read_party(request_);

    const auto id = object.find("Call-ID");
    if (!id || id->kind() == json::Kind::null || (id->is_string() && id->text().empty())) {
        breaches_.add("/Call-ID", "is missing");
    }
    if (breaches_.is_empty()) return std::move(call_);
    return tl::unexpected(std::move(breaches_).to_failure(Reason::invalid_json, Phase::parse));
}

bool CallReader::read_member(std::string_view name, json::Value value)
{
    struct Text {
        std::string_view name;
        std::string Call::* text;
    };
    static constexpr std::array texts = {
        Text{"Account-ID", &Call::account_id},
        Text{"Authorizing-ID", &Call::authorizing_id},
        Text{"Call-ID", &Call::call_id},
        Text{"Caller-ID-Name", &Call::caller_id_name},
        Text{"Caller-ID-Number", &Call::caller_id_number},
        Text{"Language", &Call::language},
    };
    static constexpr std::array objects = {
        Text{"Custom-Application-Vars", &Call::custom_application_vars},
        Text{"Custom-Channel-Vars", &Call::custom_channel_vars},
        Text{"Custom-SIP-Headers", &Call::custom_sip_headers},
        Text{"Key-Value-Store", &Call::key_value_store},
    };
    struct Part {
        std::string_view name;
        PartyText CallReader::* party;
        std::string_view PartyText::* part;
    };
    static constexpr std::array parts = {
        Part{"From", &CallReader::from_, &PartyText::whole},
        Part{"From-Realm", &CallReader::from_, &PartyText::realm},
        Part{"From-User", &CallReader::from_, &PartyText::user},
        Part{"Request", &CallReader::request_, &PartyText::whole},
        Part{"Request-Realm", &CallReader::request_, &PartyText::realm},
        Part{"Request-User", &CallReader::request_, &PartyText::user},
        Part{"To", &CallReader::to_, &PartyText::whole},
        Part{"To-Realm", &CallReader::to_, &PartyText::realm},
        Part{"To-User", &CallReader::to_, &PartyText::user},
    };
    for (const auto& [key, text] : texts) {
        if (name == key) {
            call_.*text = read_text(name, value);
            return true;
        }
    }
    for (const auto& [key, text] : objects) {
        if (name == key) {
            call_.*text = read_object(name, value);
            return true;
        }
    }
    for (const auto& [key, party, part] : parts) {
        if (name == key) {
            this->*party.*part = read_text(name, value);
            return true;
        }
    }
    if (name == "Call-Direction") {
        call_.direction = read_direction(name, value);
        return true;
    }
    if (name == "Owner-ID") {
        call_.owner_ids = read_owners(name, value);
        return true;
    }
    return false;
}

std::string_view CallReader::read_text(std::string_view name, json::Value value)
{
    if (value.is_string()) return value.text();
    if (value.kind() != json::Kind::null) {
        breaches_.add_mismatch(exchange::pointer("", name), "a string", value);
    }
    return {};
}

std::string CallReader::read_object(std::string_view name, json::Value value)
{
    std::string text;
    if (value.is_object()) {
        json::append_value(text, value);
    } else if (value.kind() != json::Kind::null) {
        breaches_.add_mismatch(exchange::pointer("", name), "an object", value);
    }
    return text;
}

Direction CallReader::read_direction(std::string_view name, json::Value value)
{
    for (const auto direction : {Direction::inbound, Direction::outbound}) {
        if (value.is_string() && value.text() == pivot::name(direction)) return direction;
    }
    if (value.kind() != json::Kind::null) {
        breaches_.add_mismatch(exchange::pointer("", name), "\"inbound\" or \"outbound\"", value);
    }
    return Direction::inbound;
}

std::vector<std::string> CallReader::read_owners(std::string_view name, json::Value value)
{
    const auto at = exchange::pointer("", name);
    std::vector<std::string> owners;
    if (value.is_string()) {
        if (!value.text().empty()) owners.emplace_back(value.text());
    } else if (value.is_array()) {
        std::size_t index = 0;
        for (const auto element : value.elements()) {
            if (element.is_string()) {
                owners.emplace_back(element.text());
            } else {
                breaches_.add_mismatch(exchange::pointer(at, fmt::to_string(index)), "a string",
                                       element);
            }
            ++index;
        }
    } else if (value.kind() != json::Kind::null) {
        breaches_.add_mismatch(at, "a string or an array of strings", value);
    }
    return owners;
}

void CallReader::keep(std::string_view name, json::Value value)
{
    call_.other += call_.other.empty() ? '{' : ',';
    json::append_quoted(call_.other, name);
    call_.other += ':';
    json::append_value(call_.other, value);
}

}  // namespace

std::string_view name(Direction direction)
{
    switch (direction) {
        case Direction::inbound: return "inbound";
        case Direction::outbound: return "outbound";
    }
    return "unknown";
}

Result<Call> Call::from_json(std::string_view text)
{
    json::Document document;
    const auto value = document.read(text);
    if (!value) return tl::unexpected(value.error());
    if (!value->is_object()) {
        exchange::Breaches breaches;
        breaches.add_mismatch("", "a call object", *value);
        return tl::unexpected(std::move(breaches).to_failure(Reason::invalid_json, Phase::parse));
    }
    return CallReader().read(*value);
}

}  // namespace pivot
