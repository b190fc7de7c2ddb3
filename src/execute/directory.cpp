#include "execute/directory.hpp"

#include "base/json_reader.hpp"
#include "callflow/flow.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

constexpr std::size_t depth_max = 10'000;

constexpr std::int64_t day_s = 24 * 60 * 60;

constexpr json::Choice<Member::Kind> member_kinds[] = {
    {"device", Member::Kind::device}, {"user", Member::Kind::user}, {"group", Member::Kind::group}};
constexpr json::Choice<std::string_view> strategies[] = {{"simultaneous", "simultaneous"},
                                                         {"single", "single"},
                                                         {"weighted_random", "weighted_random"},
                                                         {"", ""}};

template <typename Name>
void read_name(json::ObjectReader& reader, std::string_view member, Name& name)
{
    std::string text;
    reader.text(member, text);
    name = Name::of(text);
    if (name.empty() && !text.empty()) reader.fail(member, "cannot be a name");
}

void read_opaque(json::ObjectReader& reader, std::string_view name, OpaqueText& opaque)
{
    std::string text;
    reader.text(name, text);
    opaque = OpaqueText(text);
}

void read_pattern(json::ObjectReader& reader, std::string_view name,
                  std::optional<Pattern>& pattern)
{
    std::string text;
    reader.text(name, text);
    if (text.empty()) return;
    if (auto compiled = Pattern::compile(text)) {
        pattern = std::move(*compiled);
    } else {
        reader.fail(name, compiled.error());
    }
}

void read_address(json::ObjectReader& reader, Address& address)
{
    // A dial string is the operator's, in the switch's own language.
    using Parse = Address (*)(const std::string& text);
    static constexpr json::Choice<Parse> kinds[] = {
        {"endpoint",
         [](const std::string& text) { return Address(DialString::of_operator(text)); }},
        {"sip", [](const std::string& text) { return Address(SipUri::of(text)); }},
        {"number", [](const std::string& text) { return Address(DialledNumber::of(text)); }}};
    Parse parse = kinds[0].meaning;
    std::string dial;
    reader.choice("kind", parse, kinds);
    reader.required_text("dial", dial);
    address = parse(dial);
    if (address.empty() && !dial.empty())
        reader.fail("dial", "cannot be dialled as a device of this kind");
}

void read_sound(json::ObjectReader& media, std::string_view name, MenuSound& sound)
{
    const auto value = media.find(name);
    if (value && value->kind() == json::Kind::boolean) {
        sound.is_silent = !value->is_true();
    } else {
        media.text(name, sound.media);
    }
}

}  // namespace

class Directory::Reader {
public:
    Reader(Directory& directory, callflow::FlowRules rules)
        : directory_(directory), validator_(std::move(rules))
    {
    }

    json::Breaches read(json::Value root)
    {
        json::ObjectReader sections(root, "", breaches_);
        auto account = sections.object("account");
        account.object_text("variables", directory_.variables_.account);
        account.finish("a key of an account");
        read_table(sections, "devices", directory_.devices_, &Reader::device);
        read_table(sections, "users", directory_.variables_.users, &Reader::user);
        read_table(sections, "groups", directory_.groups_, &Reader::group);
        read_table(sections, "menus", directory_.menus_, &Reader::menu);
        read_table(sections, "conferences", directory_.rooms_, &Reader::room);
        read_table(sections, "lists", directory_.lists_, &Reader::list);
        sections.members("flows", [&](std::string_view id, json::Value value, std::string at) {
            directory_.flows_.emplace(id, flow(value, at));
        });
        sections.text_map("numbers", directory_.numbers_);
        sections.text_map("media", directory_.media_);
        sections.finish("a section");
        check_ids();
        return std::move(breaches_);
    }

private:
    template <typename Entry>
    void read_table(json::ObjectReader& sections, std::string_view section, Table<Entry>& table,
                    Entry (Reader::*read_entry)(json::ObjectReader& reader))
    {
        sections.members(section, [&](std::string_view id, json::Value value, std::string at) {
            json::ObjectReader reader(value, std::move(at), breaches_);
            table.emplace(id, (this->*read_entry)(reader));
        });
    }

    Device device(json::ObjectReader& reader)
    {
        Device device;
        read_address(reader, device.address);
        reader.text("owner", device.owner);
        reader.flag("enabled", device.is_enabled);
        bool is_shielded = false;
        reader.flag("do_not_disturb", is_shielded);
        device.is_disturbable = !is_shielded;
        read_opaque(reader, "username", device.username);
        read_opaque(reader, "password", device.password);
        reader.object_text("variables", device.variables);
        std::map<std::string, std::string> headers;
        reader.text_map("headers", headers);
        for (const auto& [name, value] : headers) {
            device.headers.push_back(SipHeader::of(name, value));
            if (!device.headers.back().empty()) continue;
            breaches_.add(json::pointer(reader.at("headers"), name), "cannot be a SIP header");
        }
        reader.finish("a key of a device");
        return device;
    }

    std::string user(json::ObjectReader& reader)
    {
        std::string variables;
        reader.object_text("variables", variables);
        reader.finish("a key of a user");
        return variables;
    }

    Group group(json::ObjectReader& reader)
    {
        Group group;
        reader.choice("strategy", group.strategy, strategies);
        reader.number("timeout", group.timeout, 1, day_s);
        reader.text("ringback", group.ringback);
        reader.require("members");
        reader.elements("members", [&](json::Value value, std::string at) {
            json::ObjectReader member_reader(value, std::move(at), breaches_);
            group.members.push_back(member(member_reader));
        });
        reader.finish("a key of a group");
        return group;
    }

    Member member(json::ObjectReader& reader)
    {
        Member member;
        reader.choice("type", member.kind, member_kinds);
        reader.required_text("id", member.id);
        reader.number("delay", member.delay, 0, day_s);
        reader.number("timeout", member.timeout, 1, day_s);
        reader.number("weight", member.weight, 1, 100);
        reader.finish("a key of a member");
        return member;
    }

    // KAZOO's own document, which may have keys that do not matter here.
    Menu menu(json::ObjectReader& reader)
    {
        Menu menu;
        reader.number("retries", menu.retries, 0, 100);
        reader.number("timeout", menu.timeout, 1, day_s * 1'000);
        reader.number("max_extension_length", menu.keys_max, 1, 100);
        reader.number("interdigit_timeout", menu.key_timeout, 1, day_s * 1'000);
        reader.flag("hunt", menu.hunts);
        read_pattern(reader, "hunt_allow", menu.hunt_allow);
        read_pattern(reader, "hunt_deny", menu.hunt_deny);
        auto media = reader.object("media");
        read_sound(media, "greeting", menu.greeting);
        read_sound(media, "exit_media", menu.exit);
        read_sound(media, "transfer_media", menu.transfer);
        read_sound(media, "invalid_media", menu.invalid);
        return menu;
    }

    Room room(json::ObjectReader& reader)
    {
        Room room;
        std::string name;
        reader.required_text("room", name);
        read_name(reader, "room", room.name);
        read_name(reader, "profile", room.profile);
        reader.texts("numbers", room.numbers);
        reader.texts("pins", room.pins);
        reader.texts("moderator_pins", room.moderator_pins);
        reader.number("members_max", room.members_max, 1, 100'000);
        reader.flag("waits_for_moderator", room.waits_for_moderator);
        reader.flag("joins_muted", room.joins_muted);
        reader.flag("recorded", room.is_recorded);
        reader.flag("entry_tone", room.beeps_on_enter);
        reader.flag("exit_tone", room.beeps_on_exit);
        reader.finish("a key of a conference");
        return room;
    }

    CallerIdList list(json::ObjectReader& reader)
    {
        CallerIdList list;
        reader.number("length", list.key_length, 1, 20);
        reader.require("entries");
        reader.members("entries", [&](std::string_view key, json::Value value, std::string at) {
            json::ObjectReader entry(value, std::move(at), breaches_);
            CallerId caller_id;
            entry.text("name", caller_id.name);
            entry.required_text("number", caller_id.number);
            entry.finish("a key of an entry");
            list.entries.emplace(key, std::move(caller_id));
        });
        reader.finish("a key of a list");
        return list;
    }

    std::string flow(json::Value value, const std::string& at)
    {
        std::string text;
        if (auto validated = validator_.validate(value, text); !validated) {
            for (Breach& breach : validated.error().errors) {
                breaches_.add(at + breach.at, std::move(breach.error));
            }
        }
        return text;
    }

    // A number without its flow, a group without its member: found when a call needs them is late.
    void check_ids()
    {
        for (const auto& [number, id] : directory_.numbers_) {
            if (directory_.flow(id) != nullptr) continue;
            breaches_.add(json::pointer("/numbers", number), "names a flow that is not there");
        }
        for (const auto& [id, group] : directory_.groups_) {
            for (std::size_t i = 0; i < group.members.size(); ++i) {
                const Member& member = group.members[i];
                if (is_known(member)) continue;
                const std::string at = json::pointer(json::pointer("/groups", id), "members");
                breaches_.add(
                    json::pointer(json::pointer(at, fmt::to_string(i)), "id"),
                    fmt::format("names a {} that is not there",
                                member.kind == Member::Kind::device ? "device" : "group"));
            }
        }
    }

    bool is_known(const Member& member) const
    {
        switch (member.kind) {
            case Member::Kind::device: return directory_.device(member.id) != nullptr;
            case Member::Kind::group: return directory_.group(member.id) != nullptr;
            case Member::Kind::user: return true;  // who has no device yet
        }
        return true;
    }

    Directory& directory_;
    json::Breaches breaches_;
    callflow::Validator validator_;
};

tl::expected<Directory, std::string> Directory::from_json(std::string_view text,
                                                          callflow::FlowRules rules)
{
    json::Document document(depth_max);
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error().message);

    Directory directory;
    json::Breaches breaches = Reader(directory, std::move(rules)).read(*root);
    if (breaches.is_empty()) return directory;
    return tl::unexpected(
        std::move(breaches).to_failure(Reason::invalid_json, Phase::parse).message);
}

const std::string* Directory::flow_of_number(std::string_view number) const
{
    const std::string* const id = find(numbers_, number);
    return id == nullptr ? nullptr : flow(*id);
}

const Room* Directory::room_of_number(std::string_view number) const
{
    for (const auto& [id, room] : rooms_) {
        if (std::ranges::find(room.numbers, number) != room.numbers.end()) return &room;
    }
    return nullptr;
}

std::vector<std::string_view> Directory::devices_of(std::string_view user) const
{
    std::vector<std::string_view> ids;
    for (const auto& [id, device] : devices_) {
        if (device.owner == user) ids.push_back(id);
    }
    return ids;
}

}  // namespace pivot::execute
