// conference: lets the caller join a room.
#include "base/text.hpp"
#include "execute/jobs/typing.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr unsigned tries_max = 3;

struct Entrance {
    std::string id;  // in the directory
    RoomName name;   // of a room that the flow defines; without id and name the caller is asked
    bool has_bad_name = false;
    bool is_moderator = true;
    bool has_role = false;  // the flow says whether the caller is a moderator
    std::optional<bool> beeps_on_enter;
    std::optional<bool> beeps_on_exit;
    bool has_welcome = true;
    std::string welcome;  // the stock prompt if empty
    bool joins_muted = false;
    bool waits_for_moderator = false;
    unsigned members_max = 0;
    std::vector<std::string> pins;
    std::vector<std::string> moderator_pins;
    ProfileName profile;
};

Task<std::string> ask(Work work, std::string_view question, Deadline& deadline)
{
    Media media = prompt(work, question);
    static_cast<void>(co_await hear_prompt(work, std::move(media), deadline));
    jobs::CollectRules rules;
    rules.finish_keys = "#";
    rules.first_timeout = milliseconds(10'000);
    rules.next_timeout = milliseconds(4'000);
    jobs::Collected collected;
    co_await jobs::collect(work.call, rules, collected, deadline);
    co_return std::move(collected.keys);
}

Task<> say_no(Work work, std::string_view what, Deadline& deadline)
{
    Media media = prompt(work, what);
    static_cast<void>(co_await hear_prompt(work, std::move(media), deadline));
}

Task<const Room*> ask_for_room(Work work, Deadline& deadline)
{
    for (unsigned tries = 0; tries < tries_max && !work.call.must_stop(); ++tries) {
        const std::string number = co_await ask(work, "conf-enter_conf_number", deadline);
        const Room* const room = look_up(work, &Directory::room_of_number, number);
        if (room != nullptr) co_return room;
        co_await say_no(work, "conf-bad_conf", deadline);
    }
    co_return nullptr;
}

bool lists(const std::vector<std::string>& pins, std::string_view pin)
{
    return std::ranges::find(pins, pin) != pins.end();
}

// Returns false if the caller does not know the PIN.
Task<bool> ask_for_pin(Work work, Entrance& entrance, Deadline& deadline)
{
    if (entrance.pins.empty() && entrance.moderator_pins.empty()) co_return true;
    for (unsigned tries = 0; tries < tries_max && !work.call.must_stop(); ++tries) {
        const std::string pin = co_await ask(work, "conf-enter_conf_pin", deadline);
        const bool is_moderator = lists(entrance.moderator_pins, pin);
        if (is_moderator || lists(entrance.pins, pin)) {
            if (!entrance.has_role) entrance.is_moderator = is_moderator;
            co_return true;
        }
        co_await say_no(work, "conf-bad_pin", deadline);
    }
    co_return false;
}

void take_room(Entrance& entrance, const Room& room)
{
    entrance.name = room.name;
    entrance.profile = room.profile;
    entrance.pins = room.pins;
    entrance.moderator_pins = room.moderator_pins;
    entrance.members_max = room.members_max;
    entrance.joins_muted = room.joins_muted;
    entrance.waits_for_moderator = room.waits_for_moderator;
    if (!entrance.beeps_on_enter) entrance.beeps_on_enter = room.beeps_on_enter;
    if (!entrance.beeps_on_exit) entrance.beeps_on_exit = room.beeps_on_exit;
}

Conference conference_of(const Entrance& entrance, bool is_recorded)
{
    Conference conference;
    conference.room = entrance.name;
    conference.profile = entrance.profile;
    conference.is_moderator = entrance.is_moderator || !entrance.waits_for_moderator;
    conference.is_muted = entrance.joins_muted && !entrance.is_moderator;
    conference.beeps_on_enter = entrance.beeps_on_enter.value_or(true);
    conference.beeps_on_exit = entrance.beeps_on_exit.value_or(true);
    conference.members_max = entrance.members_max;
    conference.is_recorded = is_recorded;
    return conference;
}

Task<ModuleEnd> join(Work work, Entrance entrance, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    if (entrance.has_welcome) {
        Media welcome = entrance.welcome.empty() ? prompt(work, "conf-welcome")
                                                 : media_named(work, entrance.welcome);
        static_cast<void>(co_await hear_prompt(work, std::move(welcome), deadline));
    }
    const Room* room = look_up(work, &Directory::room, entrance.id);
    const bool is_to_be_asked = room == nullptr && entrance.name.empty();
    if (is_to_be_asked) room = co_await ask_for_room(work, deadline);
    if (work.call.must_stop()) co_return stop();
    if (room != nullptr) take_room(entrance, *room);
    if (entrance.name.empty())
        co_return give_up(work, "the caller named no conference of the directory");
    const bool may_enter = co_await ask_for_pin(work, entrance, deadline);
    if (work.call.must_stop()) co_return stop();
    if (!may_enter) co_return go_on_because("the caller does not know the PIN");

    Conference conference = conference_of(entrance, room != nullptr && room->is_recorded);
    const JobId job = work.call.begin(caller, std::move(conference));
    JobEnded ended{job, JobEnd::failed, "", std::string(no_such_command)};
    if (job != 0) {
        const Until until;
        const Stage inside(work.call, caller, Stage::Keys::own, job, until);
        co_await work.call.finish(inside, deadline);
        ended = std::get<JobEnded>(*inside.end());
    }
    if (ended.end == JobEnd::failed) {
        co_return give_up(work, with_reason("the switch could not let the caller in", ended.why));
    }
    co_return stop();
}

// Whether there is a tone: a boolean, or the name of a tone.
std::optional<bool> tone(json::Value data, std::string_view name)
{
    const auto value = data.find(name);
    if (!value) return std::nullopt;
    return value->is_string() ? !value->text().empty() : value->is_true();
}

std::vector<std::string> pins_of(json::Value config, std::string_view role)
{
    std::vector<std::string> pins;
    const auto who = config.find(role);
    const auto listed = who ? who->find("pins") : std::nullopt;
    if (!listed || !listed->is_array()) return pins;
    for (const auto pin : listed->elements()) pins.emplace_back(pin.text());
    return pins;
}

void take_config(const Work& work, Entrance& entrance, json::Value config)
{
    entrance.name = RoomName::of(text(config, "name"));
    entrance.has_bad_name = entrance.name.empty() && !text(config, "name").empty();
    entrance.profile = name_in<ProfileName>(work, config, "profile_name");
    entrance.members_max = static_cast<unsigned>(
        std::clamp(number(config, "max_participants", 0), std::int64_t{0}, std::int64_t{100'000}));
    entrance.waits_for_moderator =
        is_true(config, "wait_for_moderator", is_true(config, "require_moderator"));
    if (const auto member = config.find("member")) {
        entrance.joins_muted = is_true(*member, "join_muted");
    }
    entrance.pins = pins_of(config, "member");
    entrance.moderator_pins = pins_of(config, "moderator");
    entrance.beeps_on_enter = tone(config, "play_entry_tone");
    entrance.beeps_on_exit = tone(config, "play_exit_tone");
}

}  // namespace

Task<ModuleEnd> conference(Work work, json::Value data, Deadline& deadline)
{
    Entrance entrance;
    entrance.id = text(data, "id");
    if (const auto config = data.find("config"); config && config->is_object()) {
        take_config(work, entrance, *config);
    }
    const auto role = data.find("moderator");
    entrance.has_role = role && role->kind() == json::Kind::boolean;
    entrance.is_moderator = entrance.has_role && role->is_true();
    if (const auto enter = tone(data, "play_entry_tone")) entrance.beeps_on_enter = enter;
    if (const auto exit = tone(data, "play_exit_tone")) entrance.beeps_on_exit = exit;
    if (const auto welcome = data.find("welcome_prompt")) {
        entrance.has_welcome = is_true(*welcome, "play", true);
        entrance.welcome = text(*welcome, "media_id");
    }
    if (!entrance.id.empty() && look_up(work, &Directory::room, entrance.id) == nullptr) {
        return ready(give_up(work, fmt::format("there is no conference \"{}\" in the directory",
                                               entrance.id)),
                     deadline);
    }
    if (entrance.id.empty() && entrance.has_bad_name) {
        return ready(give_up(work, "the name of the room is not valid"), deadline);
    }
    return join(work, std::move(entrance), deadline);
}

}  // namespace pivot::execute::modules
