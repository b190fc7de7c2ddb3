#include "exchange/answer.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "exchange/answer_kind.hpp"
#include "exchange/policy.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::exchange {

AnswerReader::AnswerReader(const EngineConfig& config)
    : json_(config.callflow.depth_max),
      validator_(flow_rules(config)),
      twiml_reader_({.bytes_max = config.http.body_bytes_max, .is_strict = config.twiml.is_strict})
{
}

callflow::FlowRules AnswerReader::flow_rules(const EngineConfig& config)
{
    callflow::FlowRules rules;
    rules.coerce_types = config.callflow.coerce_types;
    rules.own_modules = own_modules(config);
    rules.admits = [this](std::string_view url) { return may_be_named(url, *policy_); };
    return rules;
}

Result<AnswerView> AnswerReader::read(const http::Response& response,
                                      const net::AddressPolicy& policy)
{
    if (auto begun = begin(response, policy); !begun) return pass_on(begun);
    return finish();
}

Result<void> AnswerReader::begin(const http::Response& response, const net::AddressPolicy& policy)
{
    if (response.status < 200 || response.status > 299) {
        return fail(Reason::status, Phase::read,
                    fmt::format("the server answered {}, which is not 2xx", response.status));
    }
    if (response.body.empty()) {
        return fail(Reason::invalid_json, Phase::parse,
                    fmt::format("the server answered {} with an empty body", response.status));
    }
    value_.reset();
    switch (kind_of(response)) {
        case AnswerKind::callflow: return begin_flow(response, policy);
        case AnswerKind::twiml:
            return twiml_reader_.begin(response.body, charset(response.content_type));
        case AnswerKind::none: break;
    }
    return fail(Reason::content_type, Phase::parse,
                fmt::format("neither callflow JSON nor TwiML: Content-Type is {}",
                            response.content_type.empty() ? "missing" : response.content_type));
}

Result<AnswerView> AnswerReader::finish()
{
    if (value_) {
        const auto flow = finish_flow();
        if (!flow) return tl::unexpected(flow.error());
        return AnswerView{
            .format = Format::kazoo, .flow = *flow, .warnings = validator_.warnings()};
    }
    auto document = twiml_reader_.finish();
    if (!document) return tl::unexpected(std::move(document.error()));
    document_ = std::move(*document);
    return AnswerView{.format = Format::twiml, .document = &document_};
}

Result<void> AnswerReader::begin_flow(const http::Response& response,
                                      const net::AddressPolicy& policy)
{
    policy_ = &policy;
    const auto value = json_.read_padded(response.body, response.body.capacity());
    if (!value) {
        Failure failure = value.error();
        if (first_sign(response.body) == '<') {
            failure.message +=
                fmt::format("; the answer looks like XML, which goes as text/xml and not as {}",
                            printable(response.content_type));
        }
        return tl::unexpected(std::move(failure));
    }
    value_ = *value;
    return {};
}

Result<std::string_view> AnswerReader::finish_flow()
{
    flow_.clear();
    auto validated = validator_.validate(*value_, flow_);
    if (!validated) return tl::unexpected(std::move(validated.error()));
    return flow_;
}

Result<std::string_view> AnswerReader::read_flow(const http::Response& response,
                                                 const net::AddressPolicy& policy)
{
    if (auto begun = begin_flow(response, policy); !begun) return pass_on(begun);
    return finish_flow();
}

Result<twiml::Document> AnswerReader::read_document(const http::Response& response)
{
    return twiml_reader_.read(response.body, charset(response.content_type));
}

}  // namespace pivot::exchange
