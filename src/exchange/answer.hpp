// The answer of a web server: a callflow, or TwiML.
#pragma once

#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "http/response.hpp"
#include "twiml/reader.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::exchange {

// An answer that can be performed. It dies when the next one is read.
struct AnswerView {
    Format format = Format::kazoo;
    std::string_view flow = {};                 // kazoo: JSON text, defaults written in
    std::span<const Breach> warnings = {};      // of the flow
    const twiml::Document* document = nullptr;  // twiml
};

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

    // The same in two steps, for an answer that takes long. `response` outlives both.
    Result<void> begin(const http::Response& response);
    Result<AnswerView> finish();

    // The same for a body that is known to be JSON, or TwiML, whatever its status.
    Result<std::string_view> read_flow(const http::Response& response);
    Result<twiml::Document> read_document(const http::Response& response);

    // About the flow that was read last.
    std::span<const Breach> warnings() const { return validator_.warnings(); }

private:
    Result<void> begin_flow(const http::Response& response);
    Result<std::string_view> finish_flow();

    json::Document json_;
    std::optional<json::Value> value_;  // between the two steps of a callflow
    callflow::Validator validator_;
    std::string flow_;
    twiml::Reader twiml_reader_;
    twiml::Document document_;
};

}  // namespace pivot::exchange
