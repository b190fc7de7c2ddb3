// menu: plays a greeting and takes the branch that the caller enters, with a few tries.
#include "base/text.hpp"
#include "execute/jobs/typing.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr milliseconds key_timeout{2'000};

// Plays the menu's own sound, or the stock prompt in its place.
Task<> hear_sound(Work work, const MenuSound& sound, std::string_view stock, Deadline& deadline)
{
    if (sound.is_silent) co_return;
    Media media = sound.media.empty() ? prompt(work, stock) : media_named(work, sound.media);
    const jobs::PlaybackResult heard = co_await hear_prompt(work, std::move(media), deadline);
    if (heard.has_failed) {
        work.warn(with_reason("the switch could not play a sound of the menu", heard.why));
    }
}

// Returns null if the number has no flow, or if the menu does not let callers go there.
const std::string* hunted_flow(const Work& work, const Menu& menu, std::string_view number)
{
    if (!menu.hunts) return nullptr;
    if (menu.hunt_allow && !menu.hunt_allow->matches(number)) return nullptr;
    if (menu.hunt_deny && menu.hunt_deny->matches(number)) return nullptr;
    return look_up(work, &Directory::flow_of_number, number);
}

Task<ModuleEnd> leave(Work work, const Menu& menu, Deadline& deadline)
{
    co_await hear_sound(work, menu.exit, "menu-exit", deadline);
    if (work.has_child("max_retries")) co_return go_on("max_retries");
    if (work.has_child("_")) {
        co_await hear_sound(work, menu.transfer, "menu-transferring_call", deadline);
    } else {
        Media goodbye = prompt(work, "vm-goodbye");
        static_cast<void>(co_await hear_prompt(work, std::move(goodbye), deadline));
    }
    co_return go_on_because("the caller made no valid entry");
}

Task<ModuleEnd> run(Work work, const Menu& menu, bool has_greeting, milliseconds next_timeout,
                    Deadline& deadline)
{
    co_await work.call.answer(deadline);
    for (unsigned tries = 0; tries < menu.retries && !work.call.must_stop(); ++tries) {
        // A caller who has typed ahead knows the greeting.
        const bool greets = has_greeting && work.call.keys().empty();
        if (greets) co_await hear_sound(work, menu.greeting, "menu-no_prompt", deadline);
        jobs::CollectRules rules;
        rules.finish_keys = "#";
        rules.keys_max = menu.keys_max;
        rules.first_timeout = menu.timeout;
        rules.next_timeout = next_timeout;
        jobs::Collected entry;
        co_await jobs::collect(work.call, rules, entry, deadline);
        if (work.call.must_stop()) break;
        if (entry.keys.empty()) {
            if (work.has_child("timeout")) co_return go_on("timeout");
            continue;
        }
        if (work.has_child(entry.keys)) co_return go_on(entry.keys);
        if (const std::string* flow = hunted_flow(work, menu, entry.keys)) {
            co_await hear_sound(work, menu.transfer, "menu-transferring_call", deadline);
            co_return branch_to(*flow);
        }
        co_await hear_sound(work, menu.invalid, "menu-invalid_entry", deadline);
    }
    co_return co_await leave(work, menu, deadline);
}

// Runs with the defaults of a menu.
Task<ModuleEnd> run_unknown(Work work, milliseconds next_timeout, Deadline& deadline)
{
    const Menu menu;
    co_return co_await run(work, menu, false, next_timeout, deadline);
}

}  // namespace

Task<ModuleEnd> menu(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view id = text(data, "id");
    const milliseconds next_timeout =
        time(data, "interdigit_timeout", milliseconds(1), key_timeout.count());
    if (const Menu* stored = look_up(work, &Directory::menu, id)) {
        return run(work, *stored, true, stored->key_timeout.value_or(next_timeout), deadline);
    }
    work.warn(
        fmt::format("there is no menu \"{}\" in the directory: it runs without a greeting", id));
    return run_unknown(work, next_timeout, deadline);
}

}  // namespace pivot::execute::modules
