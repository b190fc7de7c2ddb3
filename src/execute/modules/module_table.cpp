#include "execute/modules/module_table.hpp"

#include <algorithm>
#include <array>

namespace pivot::execute::modules {

namespace {

struct Row {
    std::string_view name;
    Module* module;
};

// Sorted by name.
constexpr Row rows[] = {
    {"answer", answer},
    {"audio_macro", audio_macro},
    {"branch_bnumber", branch_bnumber},
    {"branch_variable", branch_variable},
    {"callflow", callflow},
    {"check_cid", check_cid},
    {"collect_dtmf", collect_dtmf},
    {"conference", conference},
    {"dead_air", dead_air},
    {"device", device},
    {"dynamic_cid", dynamic_cid},
    {"flush_dtmf", flush_dtmf},
    {"group", group},
    {"hangup", hangup},
    {"language", language},
    {"menu", menu},
    {"move", move},
    {"noop", noop},
    {"offnet", resources},
    {"park", park},
    {"pivot", pivot},
    {"play", play},
    {"prepend_cid", prepend_cid},
    {"record_call", record_call},
    {"record_caller", record_caller},
    {"resources", resources},
    {"response", response},
    {"ring_group", ring_group},
    {"send_dtmf", send_dtmf},
    {"set_cid", set_cid},
    {"set_variable", set_variable},
    {"set_variables", set_variables},
    {"sleep", sleep},
    {"tones", tones},
    {"transfer", transfer},
    {"tts", tts},
    {"user", user},
    {"wait_for_hangup", wait_for_hangup},
    {"webhook", webhook},
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::name));

}  // namespace

Module* find(std::string_view name)
{
    const auto* const row = std::ranges::lower_bound(rows, name, {}, &Row::name);
    return row != std::end(rows) && row->name == name ? row->module : nullptr;
}

}  // namespace pivot::execute::modules
