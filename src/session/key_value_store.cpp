#include "session/key_value_store.hpp"

#include "exchange/json_object.hpp"
#include "http/form.hpp"

#include <algorithm>
#include <utility>

namespace pivot::session {

namespace {

constexpr std::string_view collections = "dtmf_collections";

std::string quoted(std::string_view text)
{
    std::string json;
    json::append_quoted(json, text);
    return json;
}

// With quotes, and what stands between members.
std::size_t form_bytes(std::string_view name, std::string_view json)
{
    static const std::size_t joint_bytes = http::form_size(R"("":,)");
    return http::form_size(name) + http::form_size(json) + joint_bytes;
}

// With quotes, and what stands between members; without escapes in names.
template <typename Members>
std::size_t written_bytes(const Members& members)
{
    std::size_t bytes = 2;
    for (const auto& [name, json] : members) bytes += name.size() + json.size() + 4;
    return bytes;
}

template <typename Members>
void read(Members& members, json::Value object)
{
    const json::Members all = object.members();
    std::size_t count = 0;
    for (auto member = all.begin(); member != all.end(); ++member) ++count;
    members.reserve(count);
    for (const auto [name, value] : object.members()) {
        if (value.kind() == json::Kind::null) continue;
        std::string json;
        json::append_value(json, value);
        members.push_back({std::string(name), std::move(json)});
    }
}

}  // namespace

KeyValueStore::KeyValueStore(std::string json, json::Document& document)
{
    if (json.empty()) return;
    const auto object = document.read(json);
    is_object_ = object && object->is_object();
    if (!is_object_) {
        members_.push_back({std::string(), std::move(json)});
        return;
    }
    read(members_, *object);
    if (const auto known = object->find(collections); known && known->is_object()) {
        erase(collections);
        read(collections_, *known);
    }
}

std::string KeyValueStore::to_json() const
{
    if (!is_object_) return members_.front().json;
    std::string json;
    json.reserve(written_bytes(members_) + written_bytes(collections_) + collections.size() + 8);
    append(json, members_);
    if (!collections_.empty()) {
        json += json.empty() ? '{' : ',';
        json += quoted(collections);
        json += ':';
        std::string inner;
        append(inner, collections_);
        json += inner + '}';
    }
    if (!json.empty()) json += '}';
    return json;
}

// Without the end.
void KeyValueStore::append(std::string& out, const Members& members)
{
    for (const auto& [name, json] : members) {
        out += out.empty() ? '{' : ',';
        json::append_quoted(out, name);
        out += ':';
        out += json;
    }
}

std::string KeyValueStore::text(std::string_view key) const
{
    return text_of(members_, key);
}

std::string KeyValueStore::text_of(const Members& members, std::string_view name)
{
    const auto known = std::ranges::find(members, name, &Member::name);
    if (known == members.end()) return {};
    const std::string_view json = known->json;
    const bool is_plain_text = json.starts_with('"') && json.find('\\') == json.npos;
    if (is_plain_text) return std::string(json.substr(1, json.size() - 2));
    json::Document document;
    const auto value = document.read(json);
    return value && exchange::is_scalar(*value) ? std::string(value->text()) : std::string();
}

void KeyValueStore::set_text(std::string_view key, std::string_view text)
{
    if (is_object_) set(members_, key, text);
}

void KeyValueStore::set(Members& members, std::string_view name, std::string_view text)
{
    const auto known = std::ranges::find(members, name, &Member::name);
    if (known == members.end()) {
        members.push_back({std::string(name), quoted(text)});
    } else {
        known->json = quoted(text);
    }
}

void KeyValueStore::erase(std::string_view key)
{
    std::erase_if(members_, [key](const Member& member) { return member.name == key; });
}

std::string KeyValueStore::take(std::string_view key)
{
    const auto known = std::ranges::find(members_, key, &Member::name);
    if (known == members_.end()) return {};
    std::string json = std::move(known->json);
    members_.erase(known);
    return json;
}

std::string KeyValueStore::digits(std::string_view collection) const
{
    return text_of(collections_, collection);
}

void KeyValueStore::set_digits(std::string_view collection, std::string_view digits)
{
    if (!is_object_) return;
    erase(collections);
    set(collections_, collection, digits);
}

void KeyValueStore::clear_digits(std::string_view collection)
{
    std::erase_if(collections_, [&](const Member& member) { return member.name == collection; });
}

std::size_t KeyValueStore::size_bytes() const
{
    return size_bytes(members_) + size_bytes(collections_);
}

std::size_t KeyValueStore::size_bytes(const Members& members)
{
    std::size_t bytes = 0;
    for (const auto& [name, json] : members) bytes += form_bytes(name, json);
    return bytes;
}

std::size_t KeyValueStore::digits_bytes(std::string_view collection) const
{
    const auto known = std::ranges::find(collections_, collection, &Member::name);
    return known == collections_.end() ? 0 : form_bytes(known->name, known->json);
}

std::size_t KeyValueStore::digits_bytes(std::string_view collection, std::string_view digits)
{
    return form_bytes(collection, digits);
}

}  // namespace pivot::session
