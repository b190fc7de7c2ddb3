#include "exchange/answer_kind.hpp"

#include "base/text.hpp"

namespace pivot::exchange {

namespace {

AnswerKind kind_of(std::string_view body)
{
    const char sign = first_sign(body);
    if (sign == '{') return AnswerKind::callflow;
    if (sign == '<') return AnswerKind::twiml;
    return AnswerKind::none;
}

}  // namespace

AnswerKind kind_of(const http::Response& response)
{
    const std::string_view type = essence(response.content_type);
    if (equals_ignoring_case(type, "application/json") || ends_ignoring_case(type, "+json")) {
        return AnswerKind::callflow;
    }
    if (equals_ignoring_case(type, "application/xml") || equals_ignoring_case(type, "text/xml") ||
        ends_ignoring_case(type, "+xml")) {
        return AnswerKind::twiml;
    }
    if (starts_ignoring_case(type, "audio/")) return AnswerKind::none;
    // PHP's default for whatever a page prints, callflows included.
    const AnswerKind kind = kind_of(response.body);
    const bool is_html = equals_ignoring_case(type, "text/html");
    return is_html && kind == AnswerKind::none ? AnswerKind::twiml : kind;
}

std::string_view essence(std::string_view content_type)
{
    return trim(content_type.substr(0, content_type.find(';')));
}

std::string_view charset(std::string_view content_type)
{
    take_until(content_type, ';');
    while (!content_type.empty()) {
        std::string_view value = take_until(content_type, ';');
        const std::string_view name = trim(take_until(value, '='));
        if (!equals_ignoring_case(name, "charset")) continue;
        value = trim(value);
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
            value = trim(value.substr(1, value.size() - 2));
        }
        return value;
    }
    return {};
}

http::Response given_answer(std::string_view flow_doc, std::string_view flow_type)
{
    http::Response response;
    response.status = 200;
    response.content_type = flow_type;
    response.body.reserve(flow_doc.size() + http::body_padding_bytes);
    response.body = flow_doc;
    return response;
}

}  // namespace pivot::exchange
