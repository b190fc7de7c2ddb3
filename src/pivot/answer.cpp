#include "pivot/answer.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

namespace {

enum class Translator { callflow, twiml, none };

// The type without parameters: `application/json` of `Application/JSON; charset=utf-8`.
std::string_view essence(std::string_view content_type)
{
    return trim(content_type.substr(0, content_type.find(';')));
}

Translator translator_of(std::string_view body)
{
    const char sign = first_sign(body);
    if (sign == '{') return Translator::callflow;
    if (sign == '<') return Translator::twiml;
    return Translator::none;
}

Translator translator_of(const http::Response& response)
{
    const std::string_view type = essence(response.content_type);
    if (equals_ignoring_case(type, "application/json") || ends_ignoring_case(type, "+json")) {
        return Translator::callflow;
    }
    if (equals_ignoring_case(type, "application/xml") || equals_ignoring_case(type, "text/xml") ||
        ends_ignoring_case(type, "+xml")) {
        return Translator::twiml;
    }
    return translator_of(response.body);
}

}  // namespace

Result<std::string_view> AnswerReader::read(const http::Response& response)
{
    if (response.status < 200 || response.status > 299) {
        return fail(Reason::status, Phase::read,
                    fmt::format("the server answered {}, which is not 2xx", response.status));
    }
    if (response.body.empty()) {
        return fail(Reason::invalid_json, Phase::parse,
                    fmt::format("the server answered {} with an empty body", response.status));
    }
    switch (translator_of(response)) {
        case Translator::callflow: break;
        case Translator::twiml:
            return fail(Reason::content_type, Phase::parse,
                        "the server answered with TwiML, which this version does not run: answer "
                        "with callflow JSON");
        case Translator::none:
            return fail(
                Reason::content_type, Phase::parse,
                fmt::format("neither callflow JSON nor TwiML: Content-Type is {}",
                            response.content_type.empty() ? "missing" : response.content_type));
    }
    const auto value = document_.read_padded(response.body, response.body.capacity());
    if (!value) return tl::unexpected(value.error());
    flow_.clear();
    auto validated = validator_.validate(*value, flow_);
    if (!validated) return tl::unexpected(std::move(validated.error()));
    return flow_;
}

}  // namespace pivot
