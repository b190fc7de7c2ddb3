// From the ids in a callflow to what they stand for: dial strings, groups, menus, flows, rooms.
//
// docs/directory.md has the format. One directory serves all calls, and does not change.
#pragma once

#include "callflow/checker.hpp"
#include "execute/pattern.hpp"

#include <pivot/command.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::execute {

using std::chrono::seconds;

struct Device {
    Address address;
    std::string owner;  // a user's id; empty: nobody's
    bool is_enabled = true;
    bool is_disturbable = true;
    OpaqueText username;
    OpaqueText password;
    std::vector<SipHeader> headers;
    std::string variables;  // a JSON object; empty if there are none
};

// A member of a group, or of a ring_group's list.
struct Member {
    enum class Kind : std::uint8_t { device, user, group };
    Kind kind = Kind::device;
    std::string id;
    seconds delay{0};
    seconds timeout{20};
    unsigned weight = 0;  // 1 to 100; 0: not given
};

struct Group {
    std::vector<Member> members;
    std::string
        strategy;  // this and what is below goes before what a node says; empty: it does not
    std::optional<seconds> timeout;
    std::string ringback;
};

// What a menu plays at one of its turns.
struct MenuSound {
    bool is_silent = false;
    std::string media;  // empty: the stock prompt
};

struct Menu {
    unsigned retries = 3;
    std::chrono::milliseconds timeout{10'000};
    std::size_t keys_max = 4;
    std::optional<std::chrono::milliseconds> key_timeout;
    bool hunts = false;
    std::optional<Pattern> hunt_allow;
    std::optional<Pattern> hunt_deny;
    MenuSound greeting;
    MenuSound exit;
    MenuSound transfer;
    MenuSound invalid;
};

struct Room {
    RoomName name;  // of the switch
    ProfileName profile;
    std::vector<std::string> numbers;
    std::vector<std::string> pins;            // of members
    std::vector<std::string> moderator_pins;  // no pins at all: nobody is asked for one
    unsigned members_max = 0;
    bool waits_for_moderator = false;
    bool joins_muted = false;
    bool is_recorded = false;
    bool beeps_on_enter = true;
    bool beeps_on_exit = true;
};

struct CallerId {
    std::string name;
    std::string number;
};

// Caller ids to choose from by the first keys of what was dialled.
struct CallerIdList {
    std::size_t key_length = 2;
    std::map<std::string, CallerId, std::less<>> entries;
};

// Values of branch_variable, by scope: JSON objects.
struct Variables {
    std::string account;
    std::map<std::string, std::string, std::less<>> users;
};

class Directory {
public:
    // `rules` are for its flows. The error is all that is wrong, in one text, each with its JSON
    // pointer.
    static tl::expected<Directory, std::string> from_json(std::string_view text,
                                                          callflow::FlowRules rules = {});

    // Each returns null where nothing has that id.
    const Device* device(std::string_view id) const { return find(devices_, id); }
    const Group* group(std::string_view id) const { return find(groups_, id); }
    const Menu* menu(std::string_view id) const { return find(menus_, id); }
    const Room* room(std::string_view id) const { return find(rooms_, id); }
    const CallerIdList* list(std::string_view id) const { return find(lists_, id); }

    // JSON text of a validated flow.
    const std::string* flow(std::string_view id) const { return find(flows_, id); }
    const std::string* flow_of_number(std::string_view number) const;

    const Room* room_of_number(std::string_view number) const;

    // The ids of a user's devices, in the order of their ids.
    std::vector<std::string_view> devices_of(std::string_view user) const;

    // What a media id stands for; null: the switch knows.
    const std::string* media(std::string_view id) const { return find(media_, id); }

    const Variables& variables() const { return variables_; }

private:
    class Reader;

    template <typename Entry>
    using Table = std::map<std::string, Entry, std::less<>>;

    template <typename Entry>
    static const Entry* find(const Table<Entry>& table, std::string_view id)
    {
        const auto found = table.find(id);
        return found == table.end() ? nullptr : &found->second;
    }

    Table<Device> devices_;
    Table<Group> groups_;
    Table<Menu> menus_;
    Table<Room> rooms_;
    Table<CallerIdList> lists_;
    Table<std::string> flows_;
    Table<std::string> numbers_;  // to ids of flows
    Table<std::string> media_;
    Variables variables_;
};

}  // namespace pivot::execute
