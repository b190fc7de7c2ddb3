// Hostile text under every key of every module, and in the call: none of it reaches the channel.
#include "callflow/modules.hpp"
#include "execute/flow_fixture.hpp"
#include "execute/hostile_text.hpp"
#include "execute/modules/module_table.hpp"

#include <map>

namespace pivot::test {
namespace {

using callflow::Property;
using callflow::Rule;

// Data with which a module does its work, by its name.
std::string_view data_of(std::string_view module)
{
    static const std::map<std::string_view, std::string_view> known = {
        {"audio_macro", R"("macros":[{"macro":"tts","text":"Hello"}])"},
        {"conference", R"("config":{"name":"weekly"})"},
        {"device", R"("id":"desk")"},
        {"dynamic_cid", R"("action":"static","caller_id":{"name":"Ann","number":"1"})"},
        {"group", R"("endpoints":[{"endpoint_type":"device","id":"desk"}])"},
        {"offnet", R"("to_did":"+14155550100")"},
        {"play", R"("id":"m")"},
        {"resources", R"("to_did":"+14155550100")"},
        {"ring_group", R"("endpoints":[{"endpoint_type":"device","id":"desk"}])"},
        {"tts", R"("text":"Hello")"},
        {"user", R"("id":"ann")"},
    };
    const auto found = known.find(module);
    return found == known.end() ? "" : found->second;
}

// The values under a rule that have the text somewhere, as JSON.
std::vector<std::string> values_of(const Rule& rule, const std::string& text, unsigned depth)
{
    std::vector<std::string> values{text};
    if (depth == 0) return values;
    if (rule.element != nullptr) {
        for (const std::string& value : values_of(*rule.element, text, depth - 1)) {
            values.push_back("[" + value + "]");
        }
    }
    const auto add_members = [&](const callflow::Properties& properties, std::string_view kind) {
        for (const Property& property : properties) {
            for (const std::string& value : values_of(property.rule, text, depth - 1)) {
                values.push_back(fmt::format(R"({{{}"{}":{}}})", kind, property.name, value));
            }
        }
    };
    add_members(rule.properties, "");
    for (const callflow::Variant& variant : rule.variants) {
        add_members(variant.properties,
                    fmt::format(R"("{}":"{}",)", rule.variant_key, variant.name));
    }
    values.push_back(fmt::format(R"({{{}:{}}})", text, text));
    values.push_back(fmt::format(R"({{"X-A":{}}})", text));
    return values;
}

class HostileFlow : public FlowTest {
protected:
    HostileFlow()
    {
        know(R"({"devices":{"desk":{"dial":"user/ann@example.com","owner":"ann"},
                            "soft":{"kind":"sip","dial":"sip:ann@example.com","owner":"ann"}}})");
    }

    void try_data(std::string_view module, std::string_view base, std::string_view member)
    {
        channel.reset();
        events.reset();
        clock.emplace();
        events.emplace(*clock, *host);
        channel.emplace(*events);
        answer_dials();
        const std::string_view comma = base.empty() ? "" : ",";
        const std::string flow = node(module, fmt::format("{}{}{}", member, comma, base),
                                      child("_", node("device", R"("id":"desk")")));
        SCOPED_TRACE(flow);
        run(flow);
        runner.reset();
        live.reset();
        expect_harmless(*channel);
    }
};

TEST_F(HostileFlow, never_comes_to_the_channel_out_of_a_flow)
{
    for (const callflow::Module& module : callflow::all_modules()) {
        if (modules::find(module.name) == nullptr) continue;  // the host's
        for (const std::string_view text : hostile) {
            std::string quoted;
            json::append_quoted(quoted, text);
            for (const Property& property : module.properties) {
                for (const std::string& value : values_of(property.rule, quoted, 3)) {
                    const std::string member = fmt::format(R"("{}":{})", property.name, value);
                    const std::string_view base = data_of(module.name);
                    const bool is_in_base =
                        base.starts_with(fmt::format(R"("{}":)", property.name));
                    try_data(module.name, is_in_base ? "" : base, member);
                }
            }
        }
    }
}

// What a caller brings along is no better than what a document says.
TEST_F(HostileFlow, never_comes_to_the_channel_out_of_a_call)
{
    for (const std::string_view text : hostile) {
        request.call.call_id = text;
        request.call.caller_id_name = text;
        request.call.caller_id_number = text;
        request.call.request.user = text;
        request.call.language = text;
        request.call.account_id = text;
        for (const std::string_view module :
             {"record_caller", "resources", "tts", "park", "menu"}) {
            try_data(module, data_of(module), R"("emit_account_id":true)");
        }
        try_data("resources", "", "");
        try_data("prepend_cid", "", R"("caller_id_name_prefix":"A","caller_id_number_prefix":"1")");
    }
}

}  // namespace
}  // namespace pivot::test
