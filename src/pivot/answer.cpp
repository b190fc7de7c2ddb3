#include "pivot/answer.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

std::string_view essence(std::string_view content_type)
{
    return trim(content_type.substr(0, content_type.find(';')));
}

namespace {

enum class Translator { callflow, twiml, none };

// `iso-8859-1` of `text/xml; charset="iso-8859-1"`; empty: none is named.
std::string_view charset_of(std::string_view content_type)
{
    while (true) {
        const std::size_t end_of_last = content_type.find(';');
        if (end_of_last == content_type.npos) return {};
        content_type.remove_prefix(end_of_last + 1);
        const std::string_view parameter = trim(content_type.substr(0, content_type.find(';')));
        const std::size_t equals = parameter.find('=');
        if (equals == parameter.npos) continue;
        if (!equals_ignoring_case(trim(parameter.substr(0, equals)), "charset")) continue;
        std::string_view value = trim(parameter.substr(equals + 1));
        if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
        return value.substr(1, value.size() - 2);
    }
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
    if (starts_ignoring_case(type, "audio/")) return Translator::none;
    const Translator translator = translator_of(response.body);
    // What PHP says of whatever a page prints: of a callflow, too.
    const bool is_html = equals_ignoring_case(type, "text/html");
    return is_html && translator == Translator::none ? Translator::twiml : translator;
}

}  // namespace

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
    switch (translator_of(response)) {
        case Translator::callflow: return read_callflow(response);
        case Translator::twiml: return read_twiml(response);
        case Translator::none: break;
    }
    return fail(Reason::content_type, Phase::parse,
                fmt::format("neither callflow JSON nor TwiML: Content-Type is {}",
                            response.content_type.empty() ? "missing" : response.content_type));
}

Result<AnswerView> AnswerReader::read_callflow(const http::Response& response)
{
    const auto value = json_.read_padded(response.body, response.body.capacity());
    if (!value) return tl::unexpected(value.error());
    flow_.clear();
    auto validated = validator_.validate(*value, flow_);
    if (!validated) return tl::unexpected(std::move(validated.error()));
    return AnswerView{.format = Format::kazoo, .flow = flow_};
}

Result<AnswerView> AnswerReader::read_twiml(const http::Response& response)
{
    auto document = twiml_reader_.read(response.body, charset_of(response.content_type));
    if (!document) return tl::unexpected(std::move(document.error()));
    document_ = std::move(*document);
    return AnswerView{.format = Format::twiml, .document = &document_};
}

}  // namespace pivot
