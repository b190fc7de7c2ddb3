// collect_dtmf: puts the caller's keys into a collection.
#include "execute/jobs/typing.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> collect_into(Work work, std::string collection, jobs::CollectRules rules,
                             Deadline& deadline)
{
    co_await work.call.answer(deadline);
    work.call.keys().insert(0, std::exchange(work.memory.early_keys, {}));
    jobs::Collected collected;
    co_await jobs::collect(work.call, rules, collected, deadline);
    session::Session& session = work.call.session();
    // Keys typed ahead that are not taken stay for the next module.
    if (work.call.keys().empty()) {
        session.clear_digits(default_collection);
    } else if (!session.store().digits(default_collection).empty()) {
        session.set_digits(default_collection, work.call.keys());
    }
    session.set_digits(collection, collected.keys);
    co_return go_on();
}

// `terminator` has a default, so only another value shows that the flow means it.
std::string finish_keys(json::Value data)
{
    const std::string_view terminator = text(data, "terminator", "#");
    if (!data.find("terminators")) return std::string(terminator);
    std::string found = keys(data, "terminators", "");
    if (terminator != "#") found += terminator;
    return found;
}

}  // namespace

Task<ModuleEnd> collect_dtmf(Work work, json::Value data, Deadline& deadline)
{
    jobs::CollectRules rules;
    rules.finish_keys = finish_keys(data);
    rules.keys_max =
        static_cast<std::size_t>(std::max(number(data, "max_digits", 1), std::int64_t{1}));
    rules.first_timeout = time(data, "timeout", milliseconds(1), 5'000);
    rules.next_timeout = time(data, "interdigit_timeout", milliseconds(1), 2'000);
    std::string collection(text(data, "collection_name", default_collection));
    return collect_into(work, std::move(collection), std::move(rules), deadline);
}

}  // namespace pivot::execute::modules
