#include "execute/jobs/typing.hpp"

namespace pivot::execute::jobs {

namespace {

constexpr std::size_t keys_limit = 100;

// Moves keys of the call to what is collected, until that is complete.
bool take(std::string& keys, const CollectRules& rules, Collected& collected)
{
    const std::size_t keys_max = rules.keys_max == 0 ? keys_limit : rules.keys_max;
    std::size_t taken = 0;
    while (taken < keys.size() && collected.keys.size() < keys_max && collected.finish_key == 0) {
        const char key = keys[taken++];
        if (rules.finish_keys.find(key) != rules.finish_keys.npos) {
            collected.finish_key = key;
        } else {
            collected.keys += key;
        }
    }
    keys.erase(0, taken);
    return collected.finish_key != 0 || collected.keys.size() == keys_max;
}

}  // namespace

Task<> collect(LiveCall& call, const CollectRules& rules, Collected& collected, Deadline&)
{
    bool is_complete = take(call.keys(), rules, collected);
    const bool has_begun = !collected.keys.empty();
    const bool waits = !is_complete && !call.must_stop();
    const bool tells = waits && call.config().journal != nullptr;
    if (tells) call.config().journal->gather_keys();
    Nanoseconds until = call.in(has_begun ? rules.next_timeout : rules.first_timeout);
    while (!is_complete && !call.must_stop()) {
        const bool has_happened = co_await call.next(until);
        if (!has_happened) break;
        if (call.keys().empty()) continue;
        is_complete = take(call.keys(), rules, collected);
        until = call.in(rules.next_timeout);
    }
}

}  // namespace pivot::execute::jobs
