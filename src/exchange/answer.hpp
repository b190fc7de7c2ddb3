// The answer of a web server: a callflow, or TwiML.
#pragma once

#include "base/json.hpp"
#include "callflow/flow.hpp"
#include "http/response.hpp"
#include "net/address_policy.hpp"
#include "twiml/reader.hpp"

#include <pivot/action.hpp>
#include <pivot/engine.hpp>
#include <pivot/failure.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

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
    explicit AnswerReader(const EngineConfig& config);
    AnswerReader(const AnswerReader&) = delete;
    AnswerReader& operator=(const AnswerReader&) = delete;

    // Reads the final response of an exchange, whose flow names URLs that `policy` admits: that of
    // the account. Fails with status (phase read), content_type, invalid_json, invalid_callflow,
    // invalid_twiml or too_large (parse).
    Result<AnswerView> read(const http::Response& response, const net::AddressPolicy& policy);

    // The same in two steps, for an answer that takes long. What it is given outlives both.
    Result<void> begin(const http::Response& response, const net::AddressPolicy& policy);
    Result<AnswerView> finish();

    // The same for a body that is known to be JSON, or TwiML, whatever its status.
    Result<std::string_view> read_flow(const http::Response& response,
                                       const net::AddressPolicy& policy);
    Result<twiml::Document> read_document(const http::Response& response);

    // About the flow that was read last.
    std::span<const Breach> warnings() const { return validator_.warnings(); }

private:
    callflow::FlowRules flow_rules(const EngineConfig& config);
    Result<void> begin_flow(const http::Response& response, const net::AddressPolicy& policy);
    Result<std::string_view> finish_flow();

    json::Document json_;
    std::optional<json::Value> value_;            // between the two steps of a callflow
    const net::AddressPolicy* policy_ = nullptr;  // of the flow that is being read
    callflow::Validator validator_;
    std::string flow_;
    twiml::Reader twiml_reader_;
    twiml::Document document_;
};

}  // namespace pivot::exchange
