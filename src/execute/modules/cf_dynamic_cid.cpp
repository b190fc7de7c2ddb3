// dynamic_cid: shows a caller id that the caller types, or that a list or the node holds.
#include "execute/jobs/typing.hpp"
#include "execute/modules/call_variables.hpp"
#include "execute/modules/caller_id.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sound.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

ModuleEnd take_from_list(const Work& work, std::string_view id)
{
    const CallerIdList* const list = look_up(work, &Directory::list, id);
    if (list == nullptr) {
        return give_up(work, fmt::format("there is no list \"{}\" in the directory", id));
    }
    const std::string dialled = captured_number(work);
    const std::string_view key = std::string_view(dialled).substr(0, list->key_length);
    const auto entry = list->entries.find(key);
    if (entry == list->entries.end()) {
        return give_up(work, fmt::format("the list has no entry \"{}\"", key));
    }
    take_caller_id(work, entry->second);
    const std::string_view destination = std::string_view(dialled).substr(key.size());
    if (destination.empty()) return go_on();
    const std::string* const flow = look_up(work, &Directory::flow_of_number, destination);
    if (flow != nullptr) return branch_to(*flow);
    return give_up(work, fmt::format("there is no flow for {}", destination));
}

struct Entry {
    Media prompt;
    jobs::CollectRules rules;
    std::size_t keys_min = 0;
    std::optional<Pattern> allowed;
};

Task<ModuleEnd> ask_for_number(Work work, Entry entry, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    Media question = std::move(entry.prompt);
    static_cast<void>(co_await hear_prompt(work, std::move(question), deadline));
    jobs::Collected number;
    co_await jobs::collect(work.call, entry.rules, number, deadline);
    const bool is_allowed = !entry.allowed || entry.allowed->matches(number.keys);
    if (number.keys.size() >= entry.keys_min && is_allowed) {
        CallerId caller_id;
        caller_id.number = std::move(number.keys);
        take_caller_id(work, caller_id);
        co_return go_on();
    }
    if (work.call.must_stop()) co_return stop();
    Media refusal = prompt(work, "dynamic-cid-invalid_using_default");
    static_cast<void>(co_await hear_prompt(work, std::move(refusal), deadline));
    co_return go_on_because("the caller did not type a valid number");
}

Task<ModuleEnd> type_number(Work work, json::Value data, Deadline& deadline)
{
    constexpr std::int64_t number_size = 10;
    Entry entry;
    const std::string_view media = text(data, "media_id");
    entry.prompt = media.empty() ? prompt(work, "dynamic-cid-enter_cid") : media_named(work, media);
    entry.keys_min = static_cast<std::size_t>(
        std::clamp(number(data, "min_digits", number_size), std::int64_t{1}, std::int64_t{100}));
    entry.rules.finish_keys = "#";
    entry.rules.keys_max = static_cast<std::size_t>(
        std::clamp(number(data, "max_digits", number_size), std::int64_t{1}, std::int64_t{100}));
    entry.rules.first_timeout = milliseconds(10'000);
    entry.rules.next_timeout = time(data, "interdigit_timeout", milliseconds(1), 2'000);
    const std::string_view allowed = text(data, "whitelist_regex");
    if (!allowed.empty()) {
        auto pattern = Pattern::compile(allowed);
        if (!pattern) return ready(give_up(work, pattern.error()), deadline);
        entry.allowed = std::move(*pattern);
    }
    return ask_for_number(work, std::move(entry), deadline);
}

}  // namespace

Task<ModuleEnd> dynamic_cid(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view action = text(data, "action", "manual");
    if (action == "manual") return type_number(work, data, deadline);
    if (action == "list") return ready(take_from_list(work, text(data, "id")), deadline);
    if (action != "static") return hand_over(work, false, deadline);
    const auto shown = data.find("caller_id");
    if (!shown) return ready(give_up(work, "there is no caller_id"), deadline);
    take_caller_id(work, caller_id_of(*shown));
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
