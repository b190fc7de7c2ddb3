// collect_dtmf, flush_dtmf, send_dtmf: keys in and out.
#include "execute/collecting.hpp"
#include "execute/modules/data.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/playing.hpp"

#include <charconv>
#include <utility>

namespace pivot::execute::modules {

namespace {

constexpr std::string_view default_collection = "default";

Task<ModuleEnd> collect_into(Work work, std::string collection, CollectRules rules,
                             Deadline& deadline)
{
    co_await work.call.answer(deadline);
    work.call.keys().insert(0, std::exchange(work.memory.early_keys, {}));
    Collected collected;
    co_await collect(work.call, rules, collected, deadline);
    session::Session& session = work.call.session();
    // What was typed ahead and is not taken is still there for the next one.
    if (work.call.keys().empty()) {
        session.clear_digits(default_collection);
    } else if (!session.digits(default_collection).empty()) {
        session.set_digits(default_collection, work.call.keys());
    }
    session.set_digits(collection, collected.keys);
    co_return go_on();
}

// `terminator` has a default, so that only another one tells that it was meant.
std::string finish_keys(json::Value data)
{
    const std::string_view terminator = text(data, "terminator", "#");
    if (!data.find("terminators")) return std::string(terminator);
    std::string found = keys(data, "terminators", "");
    if (terminator != "#") found += terminator;
    return found;
}

Task<ModuleEnd> send(Work work, KeySequence digits, milliseconds length, Deadline& deadline)
{
    const Heard sent = co_await send_keys(work.call, std::move(digits), length, deadline);
    co_return sent.has_failed ? give_up(work, "the switch could not send them") : go_on();
}

}  // namespace

Task<ModuleEnd> collect_dtmf(Work work, json::Value data, Deadline& deadline)
{
    CollectRules rules;
    rules.finish_keys = finish_keys(data);
    rules.keys_max =
        static_cast<std::size_t>(std::max(number(data, "max_digits", 1), std::int64_t{1}));
    rules.first_timeout = time(data, "timeout", milliseconds(1), 5'000);
    rules.next_timeout = time(data, "interdigit_timeout", milliseconds(1), 2'000);
    std::string collection(text(data, "collection_name", default_collection));
    return collect_into(work, std::move(collection), std::move(rules), deadline);
}

Task<ModuleEnd> flush_dtmf(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view collection = text(data, "collection_name", default_collection);
    work.call.session().clear_digits(collection);
    if (collection == default_collection) {
        work.call.keys().clear();
        work.memory.early_keys.clear();
    }
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> send_dtmf(Work work, json::Value data, Deadline& deadline)
{
    constexpr std::int64_t length_ms = 2'000;
    milliseconds length = time(data, "duration_ms", milliseconds(1), length_ms);
    const std::string_view written_length = text(data, "duration_ms");
    if (!written_length.empty()) {
        std::int64_t count = length_ms;
        std::from_chars(written_length.data(), written_length.data() + written_length.size(),
                        count);
        length = milliseconds(std::clamp(count, std::int64_t{1}, std::int64_t{60'000}));
    }
    auto digits = KeySequence::of(text(data, "digits"));
    if (digits.empty()) {
        return at_once(give_up(work, fmt::format("\"{}\" are not keys to send",
                                                 printable(text(data, "digits")))),
                       deadline);
    }
    return send(work, std::move(digits), length, deadline);
}

}  // namespace pivot::execute::modules
