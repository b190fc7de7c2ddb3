// Claim: reading and validating a callflow, defaults filled in, costs little more than the least
// that can be done with its bytes, which is simdjson's own walk over all values.
//
// Method: answers of 400 bytes, 1 KB and 8 KB, and some that are harder to read: with white space,
// with escapes, with data that no schema knows. All contenders read the same padded memory in
// turn, a short round each, and are measured by CPU time; there is no randomness.
//
// `ratio` is the one that counts: ours divided by the faster of two walks, which differ only in
// how they hand a value on: by value, as in simdjson's examples, or by reference. One of them
// compiles to loads that wait for stores and is twice as slow: by value with Clang 19, by
// reference with GCC 12. `ratio_to_slower` only tells that apart from a change of ours. A label
// contains the size of the resulting flow and the number of bytes that the walk saw, so that
// nothing is optimised away unnoticed.
#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "pivot/pretty.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <simdjson.h>

namespace {

// An account number is asked for, and another server says what comes next.
std::string small_answer()
{
    return R"({"module":"tts","data":{"text":"Welcome. Please enter your account number, then press the hash key."},)"
           R"("children":{"_":{"module":"collect_dtmf","data":{"max_digits":6,"collection_name":"account",)"
           R"("timeout":8000},"children":{"_":{"module":"pivot","data":{"voice_url":"http://ivr.example.com/account",)"
           R"("method":"post","req_timeout_ms":3000},"children":{"_":{"module":"play","data":{"id":"sorry"},)"
           R"("children":{}}}}}}}})";
}

// A support line: its hours, a group of phones, and voicemail at last.
std::string medium_answer()
{
    return R"({"module":"temporal_route","data":{"timezone":"Europe/Berlin","rules":["e5f1c8b07a934d2f"]},"children":{)"
           R"("e5f1c8b07a934d2f":{"module":"set_variables","data":{"custom_application_vars":{"queue":"support","tier":"gold"}},)"
           R"("children":{"_":{"module":"ring_group","data":{"name":"Support","timeout":25,"strategy":"simultaneous","endpoints":[)"
           R"({"endpoint_type":"user","id":"0f3c2d9be8a14f6c9d27b5a1c4e83f70","delay":0,"timeout":20},)"
           R"({"endpoint_type":"device","id":"7bd4119e6a5c4f0e8c3392d16f08ab54","delay":5,"timeout":15}]},"children":{"_":{)"
           R"("module":"voicemail","data":{"id":"91ce05fa34d74b6f8e2ab07d5c163f98","action":"compose"},"children":{}}}}}},)"
           R"("_":{"module":"play","data":{"id":"/system_media/en-us/closed"},"children":{"_":{"module":"prepend_cid","data":{)"
           R"("caller_id_name_prefix":"Closed: ","caller_id_number_prefix":""},"children":{"_":{"module":"voicemail","data":{)"
           R"("id":"91ce05fa34d74b6f8e2ab07d5c163f98"},"children":{}}}}}}}})";
}

// A menu whose keys lead to users, to a queue of groups, to a conference, and to menus in turn.
std::string menu(int depth)
{
    std::string keys;
    for (int key = 1; key <= 9; ++key) {
        keys += fmt::format(R"("{}":)", key);
        if (key <= depth) {
            keys += menu(depth - 1);
        } else if (key % 3 == 0) {
            keys += fmt::format(
                R"({{"module":"user","data":{{"id":"{:032x}","timeout":20,"can_call_self":false}},)"
                R"("children":{{"_":{{"module":"voicemail","data":{{"id":"{:032x}"}},"children":{{}}}}}}}})",
                key * 7919, key * 104729);
        } else if (key % 3 == 1) {
            keys += fmt::format(
                R"({{"module":"device","data":{{"id":"{:032x}","dial_strategy":"single",)"
                R"("custom_sip_headers":{{"X-Department":"{}"}}}},"children":{{}}}})",
                key * 15485863, key);
        } else {
            keys +=
                R"({"module":"tts","data":{"text":"All of our agents are busy.","voice":"female",)"
                R"("language":"en-us"},"children":{"_":{"module":"callflow","data":{"id":"next"}}}})";
        }
        keys += ',';
    }
    return fmt::format(
        R"({{"module":"menu","data":{{"id":"{:032x}","interdigit_timeout":2000}},"children":{{{})"
        R"("_":{{"module":"hangup","data":{{}},"children":{{}}}}}}}})",
        depth + 1, keys);
}

std::string large_answer()
{
    return menu(2);
}

std::string spaced_answer()
{
    return pivot::tools::pretty(medium_answer());
}

std::string escaped_answer()
{
    std::string flow = R"({"module":"hangup","data":{}})";
    for (int i = 0; i < 6; ++i) {
        flow = fmt::format(
            R"({{"module":"tts","data":{{"text":"\"Gr\u00fc\u00df Gott\",\nsaid they.\tWhat\u2019s next?\\",)"
            R"("voice":"female"}},"children":{{"_":{}}}}})",
            flow);
    }
    return flow;
}

std::string unlisted_answer()
{
    std::string lists;
    for (int i = 0; i < 24; ++i) {
        lists += fmt::format(R"("customer_field_{}":{{"value":{},"tags":["a",true,null,-1.5e3]}},)",
                             i, i * 31337);
    }
    return fmt::format(R"({{"module":"webhook","data":{{"custom_data":{{{}"end":[]}},)"
                       R"("uri":"https://example.com/hook"}},"children":{{}}}})",
                       lists);
}

// `Handed` is a value or a reference to one.
template <typename Handed>
std::size_t walk(Handed value)
{
    switch (value.type()) {
        case simdjson::ondemand::json_type::object: {
            std::size_t count = 1;
            for (auto field : value.get_object()) {
                count += std::string_view(field.unescaped_key()).size();
                simdjson::ondemand::value member = field.value();
                count += walk<Handed>(member);
            }
            return count;
        }
        case simdjson::ondemand::json_type::array: {
            std::size_t count = 1;
            for (simdjson::ondemand::value element : value.get_array())
                count += walk<Handed>(element);
            return count;
        }
        case simdjson::ondemand::json_type::string:
            return std::string_view(value.get_string()).size();
        default: return std::string_view(value.raw_json_token()).size();
    }
}

std::int64_t cpu_ns()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::size_t count_nodes(std::string_view flow)
{
    std::size_t count = 0;
    for (auto at = flow.find("\"module\":"); at != flow.npos; at = flow.find("\"module\":", at + 1))
        ++count;
    return count;
}

template <typename Handed>
std::size_t walk_once(simdjson::ondemand::parser& parser, const std::string& padded)
{
    simdjson::ondemand::document document =
        parser.iterate(simdjson::padded_string_view(padded, padded.capacity()));
    simdjson::ondemand::value root = document.get_value();
    return walk<Handed>(root);
}

// The CPU time that `turns` of it take.
template <typename Turn>
std::int64_t take(std::size_t turns, Turn turn)
{
    const std::int64_t start = cpu_ns();
    for (std::size_t i = 0; i < turns; ++i) turn();
    return cpu_ns() - start;
}

void read_and_validate(benchmark::State& state, const std::string& answer)
{
    using simdjson::ondemand::value;
    pivot::json::Document document;
    pivot::callflow::Validator validator;
    simdjson::ondemand::parser parser;
    std::string padded = answer;
    padded.reserve(answer.size() + simdjson::SIMDJSON_PADDING);
    std::string flow;
    std::size_t count = 0;
    bool is_valid = true;

    const std::size_t turns = 1 + 65536 / answer.size();  // much longer than a look at the clock
    std::int64_t walk_by_reference_ns = 0;
    std::int64_t walk_by_value_ns = 0;
    std::int64_t our_ns = 0;
    for (auto _ : state) {
        walk_by_reference_ns += take(turns, [&] {
            count = walk_once<value&>(parser, padded);
            benchmark::DoNotOptimize(count);
        });
        walk_by_value_ns += take(turns, [&] {
            count = walk_once<value>(parser, padded);
            benchmark::DoNotOptimize(count);
        });
        const std::int64_t round_ns = take(turns, [&] {
            flow.clear();
            const auto root = document.read_padded(padded, padded.capacity());
            is_valid &= root && validator.validate(*root, flow);
            benchmark::DoNotOptimize(flow.data());
        });
        our_ns += round_ns;
        state.SetIterationTime(static_cast<double>(round_ns) / 1e9);
    }
    if (!is_valid) return state.SkipWithError("the answer is not valid");

    const auto faster = static_cast<double>(std::min(walk_by_reference_ns, walk_by_value_ns));
    const auto slower = static_cast<double>(std::max(walk_by_reference_ns, walk_by_value_ns));
    const auto answers = static_cast<double>(state.iterations()) * static_cast<double>(turns);
    const auto ours = static_cast<double>(our_ns);
    state.counters["bytes"] = static_cast<double>(answer.size());
    state.counters["ns"] = ours / answers;
    state.counters["walk_ns"] = faster / answers;
    state.counters["ns_per_node"] = ours / answers / static_cast<double>(count_nodes(flow));
    state.counters["GB_per_s"] = answers * static_cast<double>(answer.size()) / ours;
    state.counters["ratio"] = ours / faster;
    state.counters["ratio_to_slower"] = ours / slower;
    state.SetLabel(fmt::format("{} {}", flow.size(), count));
}
BENCHMARK_CAPTURE(read_and_validate, small, small_answer())->UseManualTime();
BENCHMARK_CAPTURE(read_and_validate, medium, medium_answer())->UseManualTime();
BENCHMARK_CAPTURE(read_and_validate, large, large_answer())->UseManualTime();
BENCHMARK_CAPTURE(read_and_validate, spaced, spaced_answer())->UseManualTime();
BENCHMARK_CAPTURE(read_and_validate, escaped, escaped_answer())->UseManualTime();
BENCHMARK_CAPTURE(read_and_validate, unlisted, unlisted_answer())->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
