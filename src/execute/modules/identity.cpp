// Who callees and web servers think is calling.
#include "execute/collecting.hpp"
#include "execute/modules/data.hpp"
#include "execute/modules/facts.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/sound.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// Of those who come now, and in later requests.
void take_caller_id(const Work& work, const CallerId& caller_id)
{
    work.memory.caller_id = caller_id;
    const Call& call = work.call.session().call();
    const std::string_view name =
        caller_id.name.empty() ? std::string_view(call.caller_id_name) : caller_id.name;
    const std::string_view number =
        caller_id.number.empty() ? std::string_view(call.caller_id_number) : caller_id.number;
    work.call.session().set_caller_id(std::string(name), std::string(number));
}

CallerId caller_id_of(json::Value data)
{
    CallerId caller_id;
    caller_id.name = text(data, "name");
    caller_id.number = text(data, "number");
    return caller_id;
}

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
    return give_up(work, fmt::format("{} has no flow to go to", destination));
}

struct Entry {
    Media prompt;
    CollectRules rules;
    std::size_t keys_min = 0;
    std::optional<Pattern> allowed;
};

Task<ModuleEnd> ask_for_number(Work work, Entry entry, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    Media question = std::move(entry.prompt);
    static_cast<void>(co_await hear_prompt(work, std::move(question), deadline));
    Collected number;
    co_await collect(work.call, entry.rules, number, deadline);
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
    co_return go_on_because("what was typed is no number to show");
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
        if (!pattern) return at_once(give_up(work, pattern.error()), deadline);
        entry.allowed = std::move(*pattern);
    }
    return ask_for_number(work, std::move(entry), deadline);
}

// No telephone shows more, and each document may prepend to what those before it have prepended.
constexpr std::size_t prefix_bytes_max = 256;

// A prefix in front of one that is there, or in its place; the text behind it is the call's.
void prepend(const Work& work, std::string& prefix, std::string_view more, bool starts_over)
{
    if (starts_over) prefix.clear();
    if (prefix.size() + more.size() > prefix_bytes_max) {
        return work.warn(fmt::format("a prefix is longer than {} bytes", prefix_bytes_max));
    }
    prefix.insert(0, more);
}

}  // namespace

Task<ModuleEnd> check_cid(Work work, json::Value data, Deadline& deadline)
{
    const std::string caller_number = work.call.session().call().caller_id_number;
    if (is_true(data, "use_absolute_mode")) return at_once(go_on(caller_number), deadline);
    const auto pattern = Pattern::compile(text(data, "regex", ".*"));
    if (!pattern) return at_once(give_up(work, pattern.error()), deadline);
    if (!pattern->matches(caller_number)) return at_once(go_on("nomatch"), deadline);
    const auto replaced = data.find("caller_id");
    if (const auto external = replaced ? replaced->find("external") : std::nullopt) {
        const CallerId caller_id = caller_id_of(*external);
        if (!caller_id.name.empty() || !caller_id.number.empty()) take_caller_id(work, caller_id);
    }
    return at_once(go_on("match"), deadline);
}

Task<ModuleEnd> dynamic_cid(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view action = text(data, "action", "manual");
    if (action == "manual") return type_number(work, data, deadline);
    if (action == "list") return at_once(take_from_list(work, text(data, "id")), deadline);
    if (action != "static") return hand_over(work, deadline);
    const auto shown = data.find("caller_id");
    if (!shown) return at_once(give_up(work, "there is no caller_id"), deadline);
    take_caller_id(work, caller_id_of(*shown));
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> prepend_cid(Work work, json::Value data, Deadline& deadline)
{
    CallerId& prefix = work.memory.caller_id_prefix;
    if (text(data, "action") == "reset") {
        prefix = CallerId();
    } else {
        const bool starts_over = text(data, "apply_to") == "original";
        prepend(work, prefix.name, text(data, "caller_id_name_prefix"), starts_over);
        prepend(work, prefix.number, text(data, "caller_id_number_prefix"), starts_over);
    }
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> set_cid(Work work, json::Value data, Deadline& deadline)
{
    work.memory.caller_id.name = text(data, "caller_id_name");
    work.memory.caller_id.number = text(data, "caller_id_number");
    return at_once(go_on(), deadline);
}

}  // namespace pivot::execute::modules
