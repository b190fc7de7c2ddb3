#include "pivot/answer.hpp"

#include "pivot/answer_kind.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

Result<AnswerView> AnswerReader::read(const http::Response& response)
{
    if (response.status < 200 || response.status > 299) {
        return fail(Reason::status, Phase::read,
                    fmt::format("the server answered {}, which is not 2xx", response.status));
    }
    if (response.body.empty()) {
        return fail(Reason::invalid_json, Phase::parse,
                    fmt::format("the server answered {} with an empty body", response.status));
    }
    switch (kind_of(response)) {
        case AnswerKind::callflow: {
            const auto flow = read_flow(response);
            if (!flow) return tl::unexpected(flow.error());
            return AnswerView{.format = Format::kazoo, .flow = *flow};
        }
        case AnswerKind::twiml: {
            auto document = read_document(response);
            if (!document) return tl::unexpected(std::move(document.error()));
            document_ = std::move(*document);
            return AnswerView{.format = Format::twiml, .document = &document_};
        }
        case AnswerKind::none: break;
    }
    return fail(Reason::content_type, Phase::parse,
                fmt::format("neither callflow JSON nor TwiML: Content-Type is {}",
                            response.content_type.empty() ? "missing" : response.content_type));
}

Result<std::string_view> AnswerReader::read_flow(const http::Response& response)
{
    const auto value = json_.read_padded(response.body, response.body.capacity());
    if (!value) return tl::unexpected(value.error());
    flow_.clear();
    auto validated = validator_.validate(*value, flow_);
    if (!validated) return tl::unexpected(std::move(validated.error()));
    return flow_;
}

Result<twiml::Document> AnswerReader::read_document(const http::Response& response)
{
    return twiml_reader_.read(response.body, charset(response.content_type));
}

}  // namespace pivot
