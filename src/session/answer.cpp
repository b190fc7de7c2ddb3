#include "session/answer.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "exchange/answer_kind.hpp"
#include "exchange/exchanges.hpp"
#include "twiml/encoding.hpp"
#include "twiml/speech.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

Result<Answer> read_document(const http::Response& response, exchange::Exchanges& exchanges)
{
    auto document = exchanges.answer_reader->read_document(response);
    if (!document) return tl::unexpected(std::move(document.error()));
    Answer answer;
    answer.document = std::make_shared<const twiml::Document>(std::move(*document));
    return answer;
}

Result<Answer> read_flow(const http::Response& response, const net::AddressPolicy& policy,
                         exchange::Exchanges& exchanges)
{
    const auto flow = exchanges.answer_reader->read_flow(response, policy);
    if (!flow) return tl::unexpected(flow.error());
    Answer answer;
    answer.flow = *flow;
    return answer;
}

// A voice cannot speak control characters (C0 except blanks, DEL, C1).
void blank_controls(std::string& text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_blank = byte == '\t' || byte == '\n' || byte == '\r';
        const bool is_c1 = byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (is_c1) text[i + 1] = ' ';
        if (is_c1 || byte == 0x7F || (byte < 0x20 && !is_blank)) text[i] = ' ';
    }
}

Result<Answer> read_words(const http::Response& response)
{
    const auto refuse = [](std::string_view why) {
        return fail(Reason::content_type, Phase::parse,
                    fmt::format("the text cannot be spoken: {}", why));
    };
    std::string text;
    const auto decoded =
        twiml::to_utf8(response.body, exchange::charset(response.content_type), text);
    if (!decoded) return refuse(decoded.error());
    if (find_invalid_utf8(text) < text.size()) {
        return refuse(
            "there are bytes that are not UTF-8: send UTF-8, or Content-Type: text/plain; "
            "charset=ISO-8859-1");
    }
    blank_controls(text);
    twiml::Speech speech;
    speech.say(text);
    if (speech.words().empty()) return refuse("there is no word in it");
    Answer answer;
    answer.words = speech.words();
    answer.are_words_cut = speech.is_cut();
    return answer;
}

// text/plain, which may still be a flow or TwiML.
Result<Answer> read_text(const http::Response& response, const net::AddressPolicy& policy,
                         exchange::Exchanges& exchanges)
{
    if (exchange::kind_of(response) == exchange::AnswerKind::callflow)
        return read_flow(response, policy, exchanges);
    if (exchange::kind_of(response) == exchange::AnswerKind::twiml) {
        if (auto answer = read_document(response, exchanges)) return answer;
    }
    return read_words(response);
}

}  // namespace

Result<Answer> read_answer(const http::Response& response, Format format, std::string_view url,
                           const net::AddressPolicy& policy, exchange::Exchanges& exchanges)
{
    if (response.status < 200 || response.status > 299) {
        return fail(Reason::status, Phase::read,
                    fmt::format("the server answered {}, which is not 2xx", response.status));
    }
    const bool is_twiml_session = format == Format::twiml;
    if (response.body.empty()) {
        return fail(is_twiml_session ? Reason::invalid_twiml : Reason::invalid_json, Phase::parse,
                    fmt::format("the server answered {} with an empty body", response.status));
    }
    const std::string_view type = exchange::essence(response.content_type);
    if (is_twiml_session && equals_ignoring_case(type.substr(0, 6), "audio/")) {
        Answer answer;
        answer.media_url = url;
        return answer;
    }
    if (is_twiml_session && equals_ignoring_case(type, "text/plain")) {
        return read_text(response, policy, exchanges);
    }
    switch (exchange::kind_of(response)) {
        case exchange::AnswerKind::callflow: return read_flow(response, policy, exchanges);
        case exchange::AnswerKind::twiml: return read_document(response, exchanges);
        case exchange::AnswerKind::none: break;
    }
    return fail(Reason::content_type, Phase::parse,
                fmt::format("neither callflow JSON nor TwiML: Content-Type is {}",
                            type.empty() ? "missing" : printable(response.content_type)));
}

}  // namespace pivot::session
