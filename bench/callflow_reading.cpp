// Claim: reading and validating a callflow, defaults written in, costs little more than the least
// that can be done with its bytes, which is simdjson's own walk over all values.
//
// Method: the same answer of 399 bytes in both, in padded memory that is reused; CPU time. Prints
// nanoseconds and bytes a second of each; their ratio is what counts. A label has the size
// of the flow that comes out, so that nothing is optimised away unseen.
#include "base/json.hpp"
#include "callflow/flow.hpp"

#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <simdjson.h>

namespace {

constexpr std::string_view answer =
    R"({"module":"tts","data":{"text":"Welcome. Please enter your account number, then press the hash key."},)"
    R"("children":{"_":{"module":"collect_dtmf","data":{"max_digits":6,"collection_name":"account",)"
    R"("timeout":8000},"children":{"_":{"module":"pivot","data":{"voice_url":"http://ivr.example.com/account",)"
    R"("method":"post","req_timeout_ms":3000},"children":{"_":{"module":"play","data":{"id":"sorry"},)"
    R"("children":{}}}}}}}})";

std::size_t walk(simdjson::ondemand::value value)
{
    switch (value.type()) {
        case simdjson::ondemand::json_type::object: {
            std::size_t count = 1;
            for (auto field : value.get_object()) {
                count += std::string_view(field.unescaped_key()).size();
                count += walk(field.value());
            }
            return count;
        }
        case simdjson::ondemand::json_type::array: {
            std::size_t count = 1;
            for (auto element : value.get_array()) count += walk(element.value());
            return count;
        }
        case simdjson::ondemand::json_type::string:
            return std::string_view(value.get_string()).size();
        default: return std::string_view(value.raw_json_token()).size();
    }
}

void simdjson_walk(benchmark::State& state)
{
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(answer);
    std::size_t count = 0;
    for (auto _ : state) {
        simdjson::ondemand::document document = parser.iterate(padded);
        count = walk(document.get_value());
        benchmark::DoNotOptimize(count);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * answer.size()));
    state.SetLabel(std::to_string(count));
}
BENCHMARK(simdjson_walk);

void read_and_validate(benchmark::State& state)
{
    pivot::json::Document document;
    pivot::callflow::Validator validator;
    std::string padded(answer);
    padded.reserve(answer.size() + simdjson::SIMDJSON_PADDING);
    std::string flow;
    for (auto _ : state) {
        flow.clear();
        const auto value = document.read_padded(padded, padded.capacity());
        const auto validated = validator.validate(*value, flow);
        if (!validated) state.SkipWithError("the answer is not valid");
        benchmark::DoNotOptimize(flow.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * answer.size()));
    state.SetLabel(std::to_string(flow.size()));
}
BENCHMARK(read_and_validate);

}  // namespace

BENCHMARK_MAIN();
