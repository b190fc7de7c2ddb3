// What a web server answered: a callflow, or TwiML.
#pragma once

#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "http/response.hpp"
#include "twiml/reader.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pivot {

// An answer that can be performed: until the next one is read.
struct AnswerView {
    Format format = Format::kazoo;
    std::string_view flow = {};           // kazoo: JSON text, defaults written in
    twiml::Document* document = nullptr;  // twiml: may be moved from
};

// The type without parameters: `application/json` of `Application/JSON; charset=utf-8`.
std::string_view essence(std::string_view content_type);

// Made once per reactor: it keeps its memory from answer to answer.
class AnswerReader {
public:
    AnswerReader(callflow::FlowRules rules, std::size_t depth_max, const twiml::Limits& limits)
        : json_(depth_max), validator_(std::move(rules)), twiml_reader_(limits)
    {
    }

    // Reads the final response of an exchange. Fails with status (phase read), content_type,
    // invalid_json, invalid_callflow, invalid_twiml or too_large (parse).
    Result<AnswerView> read(const http::Response& response);

private:
    Result<AnswerView> read_callflow(const http::Response& response);
    Result<AnswerView> read_twiml(const http::Response& response);

    json::Document json_;
    callflow::Validator validator_;
    std::string flow_;
    twiml::Reader twiml_reader_;
    twiml::Document document_;
};

}  // namespace pivot
