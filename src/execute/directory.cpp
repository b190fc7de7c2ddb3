#include "execute/directory.hpp"

#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "exchange/breaches.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

constexpr std::size_t depth_max = 10'000;

constexpr std::int64_t day_s = 24 * 60 * 60;

// One object of the text: each member is asked for by name, and what nobody asked for is an error.
class ObjectReader {
public:
    ObjectReader(json::Value object, std::string at, exchange::Breaches& breaches)
        : object_(object), at_(std::move(at)), breaches_(breaches)
    {
        if (!object.is_object()) breaches.add_mismatch(at_, "an object", object);
    }

    std::string at(std::string_view name) const { return exchange::pointer(at_, name); }

    std::optional<json::Value> find(std::string_view name)
    {
        known_.push_back(name);
        return object_.find(name);
    }

    std::string text(std::string_view name, std::string_view preset = {})
    {
        const auto value = find(name);
        if (!value) return std::string(preset);
        if (!value->is_string()) breaches_.add_mismatch(at(name), "a string", *value);
        return std::string(value->text());
    }

    std::string required_text(std::string_view name)
    {
        std::string found = text(name);
        if (!object_.find(name)) {
            breaches_.add(at(name), "is missing");
        } else if (found.empty()) {
            breaches_.add(at(name), "is empty");
        }
        return found;
    }

    template <typename Name>
    Name name(std::string_view member)
    {
        const std::string found = text(member);
        Name named = Name::of(found);
        if (named.empty() && !found.empty()) breaches_.add(at(member), "cannot be a name");
        return named;
    }

    template <typename Name>
    Name required_name(std::string_view member)
    {
        static_cast<void>(required_text(member));
        return name<Name>(member);
    }

    bool flag(std::string_view name, bool preset)
    {
        const auto value = find(name);
        if (!value) return preset;
        if (value->kind() != json::Kind::boolean) {
            breaches_.add_mismatch(at(name), "a boolean", *value);
        }
        return value->is_true();
    }

    std::int64_t number(std::string_view name, std::int64_t preset, std::int64_t least,
                        std::int64_t most)
    {
        const auto value = find(name);
        if (!value) return preset;
        const auto found = value->integer();
        if (found && *found >= least && *found <= most) return *found;
        breaches_.add_mismatch(at(name), fmt::format("an integer from {} to {}", least, most),
                               *value);
        return preset;
    }

    // The place of a text among `choices`.
    template <std::size_t count>
    std::size_t choice(std::string_view name, const std::array<std::string_view, count>& choices)
    {
        const auto value = find(name);
        if (!value) return 0;
        const auto found = std::ranges::find(choices, value->text());
        if (value->is_string() && found != choices.end()) {
            return static_cast<std::size_t>(found - choices.begin());
        }
        breaches_.add_mismatch(at(name), fmt::format("one of {}", fmt::join(choices, ", ")),
                               *value);
        return 0;
    }

    std::vector<std::string> texts(std::string_view name)
    {
        std::vector<std::string> found;
        const auto value = find(name);
        if (!value) return found;
        if (!value->is_array()) {
            breaches_.add_mismatch(at(name), "an array of strings", *value);
            return found;
        }
        for (const auto element : value->elements()) {
            if (!element.is_string()) {
                breaches_.add_mismatch(exchange::pointer(at(name), fmt::to_string(found.size())),
                                       "a string", element);
            }
            found.emplace_back(element.text());
        }
        return found;
    }

    // JSON text; empty: there is none.
    std::string object(std::string_view name)
    {
        std::string found;
        const auto value = find(name);
        if (!value) return found;
        if (!value->is_object()) breaches_.add_mismatch(at(name), "an object", *value);
        json::append_value(found, *value);
        return found;
    }

    std::optional<Pattern> pattern(std::string_view name)
    {
        const std::string written = text(name);
        if (written.empty()) return std::nullopt;
        auto compiled = Pattern::compile(written);
        if (compiled) return std::move(*compiled);
        breaches_.add(at(name), compiled.error());
        return std::nullopt;
    }

    // Whatever else is there is a slip of the pen.
    void finish()
    {
        if (!object_.is_object()) return;
        for (const auto [name, value] : object_.members()) {
            if (std::ranges::find(known_, name) != known_.end()) continue;
            breaches_.add(at(name), fmt::format("is none of {}", fmt::join(known_, ", ")));
        }
    }

private:
    const json::Value object_;
    const std::string at_;
    exchange::Breaches& breaches_;
    std::vector<std::string_view> known_;
};

}  // namespace

class Directory::Reader {
public:
    Reader(Directory& directory, callflow::FlowRules rules)
        : directory_(directory), validator_(std::move(rules))
    {
    }

    exchange::Breaches read(json::Value root)
    {
        ObjectReader sections(root, "", breaches_);
        read_account(sections);
        read_table(sections, "devices", directory_.devices_, &Reader::device);
        read_table(sections, "users", directory_.variables_.users, &Reader::user);
        read_table(sections, "groups", directory_.groups_, &Reader::group);
        read_table(sections, "menus", directory_.menus_, &Reader::menu);
        read_table(sections, "conferences", directory_.rooms_, &Reader::room);
        read_table(sections, "lists", directory_.lists_, &Reader::list);
        read_table(sections, "flows", directory_.flows_, &Reader::flow);
        read_table(sections, "numbers", directory_.numbers_, &Reader::text);
        read_table(sections, "media", directory_.media_, &Reader::text);
        sections.finish();
        check_ids();
        return std::move(breaches_);
    }

private:
    void read_account(ObjectReader& sections)
    {
        const auto value = sections.find("account");
        if (!value) return;
        ObjectReader reader(*value, sections.at("account"), breaches_);
        directory_.variables_.account = reader.object("variables");
        reader.finish();
    }

    template <typename Entry>
    void read_table(ObjectReader& sections, std::string_view section, Table<Entry>& table,
                    Entry (Reader::*read_entry)(json::Value value, const std::string& at))
    {
        const auto value = sections.find(section);
        if (!value) return;
        const std::string at = sections.at(section);
        if (!value->is_object()) {
            breaches_.add_mismatch(at, "an object", *value);
            return;
        }
        for (const auto [id, entry] : value->members()) {
            table.emplace(id, (this->*read_entry)(entry, exchange::pointer(at, id)));
        }
    }

    Device device(json::Value value, const std::string& at)
    {
        static constexpr std::array<std::string_view, 3> kinds = {"endpoint", "sip", "number"};
        ObjectReader reader(value, at, breaches_);
        Device device;
        const std::size_t kind = reader.choice("kind", kinds);
        const std::string dial = reader.required_text("dial");
        device.address = address(kind, dial);
        if (device.address.empty() && !dial.empty()) {
            breaches_.add(reader.at("dial"), fmt::format("is not a {}", kinds.at(kind)));
        }
        device.owner = reader.text("owner");
        device.is_enabled = reader.flag("enabled", true);
        device.is_disturbable = !reader.flag("do_not_disturb", false);
        device.username = OpaqueText(reader.text("username"));
        device.password = OpaqueText(reader.text("password"));
        device.variables = reader.object("variables");
        if (const auto headers = reader.find("headers"); headers && headers->is_object()) {
            for (const auto [name, header] : headers->members()) {
                const std::string header_at = exchange::pointer(reader.at("headers"), name);
                device.headers.push_back(SipHeader::of(name, text(header, header_at)));
                if (device.headers.back().empty()) {
                    breaches_.add(header_at, "cannot be a SIP header");
                }
            }
        } else if (headers) {
            breaches_.add_mismatch(reader.at("headers"), "an object", *headers);
        }
        reader.finish();
        return device;
    }

    // A dial string is the operator's, in the switch's own language.
    static Address address(std::size_t kind, const std::string& written)
    {
        if (kind == 0) return Address(DialString::of_operator(written));
        return kind == 1 ? Address(SipUri::of(written)) : Address(DialledNumber::of(written));
    }

    std::string user(json::Value value, const std::string& at)
    {
        ObjectReader reader(value, at, breaches_);
        std::string variables = reader.object("variables");
        reader.finish();
        return variables;
    }

    Member member(json::Value value, const std::string& at)
    {
        static constexpr std::array<std::string_view, 3> kinds = {"device", "user", "group"};
        ObjectReader reader(value, at, breaches_);
        Member member;
        member.kind = static_cast<Member::Kind>(reader.choice("type", kinds));
        member.id = reader.required_text("id");
        member.delay = seconds(reader.number("delay", 0, 0, day_s));
        member.timeout = seconds(reader.number("timeout", 20, 1, day_s));
        member.weight = static_cast<unsigned>(reader.number("weight", 0, 1, 100));
        reader.finish();
        return member;
    }

    Group group(json::Value value, const std::string& at)
    {
        static constexpr std::array<std::string_view, 4> strategies = {"", "simultaneous", "single",
                                                                       "weighted_random"};
        ObjectReader reader(value, at, breaches_);
        Group group;
        group.strategy = strategies.at(reader.choice("strategy", strategies));
        const std::int64_t timeout = reader.number("timeout", 0, 1, day_s);
        if (timeout > 0) group.timeout = seconds(timeout);
        group.ringback = reader.text("ringback");
        const auto members = reader.find("members");
        if (!members) {
            breaches_.add(reader.at("members"), "is missing");
        } else if (!members->is_array()) {
            breaches_.add_mismatch(reader.at("members"), "an array", *members);
        } else {
            for (const auto element : members->elements()) {
                const std::string name = fmt::to_string(group.members.size());
                group.members.push_back(
                    member(element, exchange::pointer(reader.at("members"), name)));
            }
        }
        reader.finish();
        return group;
    }

    // KAZOO's own document, so what is not of interest here may be there.
    Menu menu(json::Value value, const std::string& at)
    {
        ObjectReader reader(value, at, breaches_);
        Menu menu;
        menu.retries = static_cast<unsigned>(reader.number("retries", menu.retries, 0, 100));
        menu.timeout = milliseconds(reader.number("timeout", 10'000, 1, day_s * 1'000));
        menu.keys_max = static_cast<std::size_t>(reader.number("max_extension_length", 4, 1, 100));
        const auto key_timeout = reader.number("interdigit_timeout", 0, 1, day_s * 1'000);
        if (key_timeout > 0) menu.key_timeout = milliseconds(key_timeout);
        menu.hunts = reader.flag("hunt", false);
        menu.hunt_allow = reader.pattern("hunt_allow");
        menu.hunt_deny = reader.pattern("hunt_deny");
        const auto media = reader.find("media");
        if (!media) return menu;
        const std::string media_at = reader.at("media");
        menu.greeting = sound(*media, media_at, "greeting");
        menu.exit = sound(*media, media_at, "exit_media");
        menu.transfer = sound(*media, media_at, "transfer_media");
        menu.invalid = sound(*media, media_at, "invalid_media");
        return menu;
    }

    MenuSound sound(json::Value media, const std::string& at, std::string_view name)
    {
        MenuSound sound;
        const auto value = media.find(name);
        if (!value) return sound;
        if (value->kind() == json::Kind::boolean) {
            sound.is_silent = !value->is_true();
        } else {
            sound.media = text(*value, exchange::pointer(at, name));
        }
        return sound;
    }

    Room room(json::Value value, const std::string& at)
    {
        ObjectReader reader(value, at, breaches_);
        Room room;
        room.name = reader.required_name<RoomName>("room");
        room.profile = reader.name<ProfileName>("profile");
        room.numbers = reader.texts("numbers");
        room.pins = reader.texts("pins");
        room.moderator_pins = reader.texts("moderator_pins");
        room.members_max = static_cast<unsigned>(reader.number("members_max", 0, 1, 100'000));
        room.waits_for_moderator = reader.flag("waits_for_moderator", false);
        room.joins_muted = reader.flag("joins_muted", false);
        room.is_recorded = reader.flag("recorded", false);
        room.beeps_on_enter = reader.flag("entry_tone", true);
        room.beeps_on_exit = reader.flag("exit_tone", true);
        reader.finish();
        return room;
    }

    CallerIdList list(json::Value value, const std::string& at)
    {
        ObjectReader reader(value, at, breaches_);
        CallerIdList list;
        list.key_length = static_cast<std::size_t>(reader.number("length", 2, 1, 20));
        const auto entries = reader.find("entries");
        if (!entries || !entries->is_object()) {
            breaches_.add(reader.at("entries"), "has to be an object");
            return list;
        }
        for (const auto [key, entry] : entries->members()) {
            ObjectReader entry_reader(entry, exchange::pointer(reader.at("entries"), key),
                                      breaches_);
            CallerId caller_id;
            caller_id.name = entry_reader.text("name");
            caller_id.number = entry_reader.required_text("number");
            entry_reader.finish();
            list.entries.emplace(key, std::move(caller_id));
        }
        reader.finish();
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

    std::string text(json::Value value, const std::string& at)
    {
        if (!value.is_string()) breaches_.add_mismatch(at, "a string", value);
        return std::string(value.text());
    }

    // A number without its flow, a group without its member: found when a call needs them is late.
    void check_ids()
    {
        for (const auto& [number, id] : directory_.numbers_) {
            if (directory_.flow(id) != nullptr) continue;
            breaches_.add(exchange::pointer("/numbers", number), "names a flow that is not there");
        }
        for (const auto& [id, group] : directory_.groups_) {
            for (std::size_t i = 0; i < group.members.size(); ++i) {
                const Member& member = group.members[i];
                if (is_known(member)) continue;
                const std::string at =
                    exchange::pointer(exchange::pointer("/groups", id), "members");
                breaches_.add(
                    exchange::pointer(exchange::pointer(at, fmt::to_string(i)), "id"),
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
    exchange::Breaches breaches_;
    callflow::Validator validator_;
};

tl::expected<Directory, std::string> Directory::from_json(std::string_view text,
                                                          callflow::FlowRules rules)
{
    json::Document document(depth_max);
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error().message);

    Directory directory;
    exchange::Breaches breaches = Reader(directory, std::move(rules)).read(*root);
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
