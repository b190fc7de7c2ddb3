#include "session/parameters.hpp"

#include <algorithm>

namespace pivot::session {

namespace {

bool says_digits(std::span<const exchange::Parameter> own)
{
    return std::ranges::find(own, "Digits", &exchange::Parameter::name) != own.end();
}

void put_own(exchange::Parameters& parameters, const RequestFacts& facts)
{
    for (const auto& [name, value] : facts.own) {
        parameters.put(name, value);
        if (facts.format == Format::twiml) continue;
        if (name == "RecordingUrl") parameters.put_if_new("Recording-Url", value);
        if (name == "RecordingDuration") parameters.put_if_new("Recording-Duration", value);
    }
}

}  // namespace

Result<void> list_parameters(exchange::Parameters& parameters, const RequestFacts& facts)
{
    if (auto read = parameters.read(facts.call, facts.format); !read) return read;
    // The collections of a flow are not the digits of a verb.
    if (facts.is_document && facts.format == Format::twiml && !says_digits(facts.own)) {
        parameters.remove("Digits");
    }
    put_own(parameters, facts);
    if (facts.is_document && !facts.call_status.empty()) {
        parameters.put_if_new("CallStatus", facts.call_status);
    }
    for (const auto& [name, value] : facts.variables) parameters.put_if_new(name, value);
    return {};
}

Result<void> list_callback(exchange::Parameters& parameters, const RequestFacts& facts)
{
    if (auto read = parameters.read(facts.call, facts.format); !read) return read;
    parameters.remove("Digits");
    for (const auto& [name, value] : facts.own) parameters.put(name, value);
    return {};
}

void list_own(exchange::Parameters& parameters, const RequestFacts& facts)
{
    parameters.clear();
    for (const auto& [name, value] : facts.own) parameters.put(name, value);
}

}  // namespace pivot::session
