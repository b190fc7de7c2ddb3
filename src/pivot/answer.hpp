// What a web server answered, as a flow.
#pragma once

#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "http/response.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pivot {

// Made once per reactor: it keeps its memory from answer to answer.
class AnswerReader {
public:
    AnswerReader(callflow::FlowRules rules, std::size_t depth_max)
        : document_(depth_max), validator_(std::move(rules))
    {
    }

    // Reads the final response of an exchange and returns the flow as JSON text, defaults written
    // in: until the next one is read. Fails with status (phase read), content_type, invalid_json or
    // invalid_callflow (parse).
    Result<std::string_view> read(const http::Response& response);

private:
    json::Document document_;
    callflow::Validator validator_;
    std::string flow_;
};

}  // namespace pivot
