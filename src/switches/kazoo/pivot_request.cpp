#include "switches/kazoo/pivot_request.hpp"

#include "base/call_object.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "http/url.hpp"
#include "switches/kazoo/call_object.hpp"
#include "switches/kazoo/callflow_branch.hpp"
#include "switches/member_text.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using std::chrono::milliseconds;
using Error = tl::unexpected<std::string>;
using Done = tl::expected<void, std::string>;

constexpr milliseconds default_timeout{5'000};

// How much of an overlong id is shown.
constexpr std::size_t call_id_shown_bytes = 64;

// Leaves room for the longest name of an event.
constexpr std::size_t key_part_bytes_max = routing_key_bytes_max - 50;

std::string shown(json::Value value)
{
    return value.is_string()
               ? fmt::format("\"{}\"", printable(value.text()))
               : printable(value.text().empty() ? json::describe(value.kind()) : value.text());
}

Done check_envelope(json::Value message)
{
    constexpr std::string_view required[] = {"App-Name", "App-Version", "Event-Category",
                                             "Event-Name", "Msg-ID"};
    for (const std::string_view name : required) {
        if (member_text(message, name).empty()) return Error(fmt::format("{} is missing", name));
    }
    if (member_text(message, "Event-Category") != "dialplan" ||
        member_text(message, "Event-Name") != "pivot_req") {
        return Error(fmt::format("{} {} is not a request of a pivot",
                                 printable(member_text(message, "Event-Category")),
                                 printable(member_text(message, "Event-Name"))));
    }
    return {};
}

// Looks a word up, ignoring case.
template <typename Meaning>
struct Word {
    std::string_view text;
    Meaning meaning;
};

template <typename Meaning, std::size_t count>
Done read_word(json::Value message, std::string_view name, Meaning& field,
               const Word<Meaning> (&words)[count])
{
    const auto found = present_member(message, name);
    if (!found) return {};
    const auto* const word = std::ranges::find_if(words, [&](const Word<Meaning>& known) {
        return found->is_string() && equals_ignoring_case(found->text(), known.text);
    });
    if (word == std::end(words)) {
        return Error(fmt::format("{} is {}, not {} or {}", name, shown(*found), words[0].text,
                                 words[1].text));
    }
    field = word->meaning;
    return {};
}

// A document that KAZOO 5 sends along takes precedence over the URL. Without a type, its first
// character tells what it is.
Done read_document(json::Value message, Action& action)
{
    const auto document = present_member(message, "Flow-Doc");
    const auto type = present_member(message, "Flow-Type");
    if (document && !document->is_string()) {
        return Error(fmt::format("Flow-Doc is {}, not a string", shown(*document)));
    }
    if (type && !type->is_string()) {
        return Error(fmt::format("Flow-Type is {}, not a string", shown(*type)));
    }
    if (!document) return {};
    action.flow_doc = document->text();
    action.flow_type = first_sign(action.flow_doc) == '<' ? "application/xml" : "application/json";
    if (type) action.flow_type = type->text();
    return {};
}

Done read_url(json::Value message, Action& action)
{
    constexpr std::string_view name = "Voice-URI";
    const auto found = present_member(message, name);
    if (!found && !action.flow_doc.empty()) return {};
    if (!found) return Error("Voice-URI is missing");
    if (!found->is_string())
        return Error(fmt::format("Voice-URI is {}, not a string", shown(*found)));
    if (const auto parsed = http::Url::parse(found->text()); !parsed) {
        return Error(fmt::format("Voice-URI cannot be asked: {}", parsed.error()));
    }
    action.voice_url = found->text();
    return {};
}

// KAZOO does not accept a string for an integer.
Done read_timeout(json::Value message, milliseconds limit, milliseconds& timeout)
{
    timeout = std::min(default_timeout, limit);
    const auto found = present_member(message, "Request-Timeout");
    if (!found) return {};
    if (found->kind() != json::Kind::integer) {
        return Error(fmt::format("Request-Timeout is {}, not an integer", shown(*found)));
    }
    const bool is_negative = found->text().starts_with('-');
    const std::int64_t most = limit.count();
    const std::int64_t written = found->integer().value_or(is_negative ? 1 : most);
    timeout = milliseconds(std::clamp<std::int64_t>(written, 1, most));
    return {};
}

Done read_debug(json::Value message, bool& is_on)
{
    const auto found = present_member(message, "Debug");
    if (!found) return {};
    const std::string_view value = found->text();
    const bool is_word = found->is_string() && (value == "true" || value == "false");
    if (found->kind() != json::Kind::boolean && !is_word) {
        return Error(fmt::format("Debug is {}, not a boolean", shown(*found)));
    }
    is_on = value == "true";
    return {};
}

// In the order in which a reader of the message would find the mistakes.
Done read_action(json::Value message, milliseconds limit, Action& action)
{
    static constexpr Word<Method> methods[] = {{"get", Method::get}, {"post", Method::post}};
    static constexpr Word<Format> formats[] = {{"kazoo", Format::kazoo}, {"twiml", Format::twiml}};
    static constexpr Word<BodyFormat> bodies[] = {{"form", BodyFormat::form},
                                                  {"json", BodyFormat::json}};
    action.req_format = Format::twiml;  // the bus's default
    if (auto read = read_document(message, action); !read) return read;
    if (auto read = read_url(message, action); !read) return read;
    if (auto read = read_word(message, "HTTP-Method", action.method, methods); !read) return read;
    if (auto read = read_word(message, "Request-Format", action.req_format, formats); !read) {
        return read;
    }
    const bool has_body = action.method == Method::post;
    auto body = read_word(message, "Request-Body-Format", action.req_body_format, bodies);
    if (!body && has_body) return body;
    if (auto read = read_timeout(message, limit, action.timeout); !read) return read;
    return read_debug(message, action.debug);
}

// KAZOO only looks at it after the call, so no request is refused because of it. Returns what is
// wrong with it.
std::string read_cdr_url(json::Value message, Action& action)
{
    const auto found = present_member(message, "CDR-URI");
    if (!found) return {};
    const bool is_usable = found->is_string() && http::Url::parse(found->text()).has_value();
    if (!is_usable) {
        return fmt::format("CDR-URI is {}, not an absolute URL: no CDR is posted there",
                           shown(*found));
    }
    action.cdr_url = found->text();
    return {};
}

// Names begin with `X-`, and neither they nor values can end a line. The signature header is
// reserved.
bool may_be_sent(std::string_view name, json::Value value)
{
    constexpr std::string_view token = "!#$%&'*+-.^_`|~";
    const auto is_plain = [](char c) { return c >= ' ' && c != 0x7f; };
    const auto is_of_name = [&](char c) {
        return is_letter(c) || is_digit(c) || token.find(c) != token.npos;
    };
    return starts_ignoring_case(name, "x-") && name.size() > 2 &&
           !equals_ignoring_case(name, "X-Twilio-Signature") &&
           std::ranges::all_of(name, is_of_name) && value.is_string() &&
           std::ranges::all_of(value.text(), is_plain);
}

Done read_headers(json::Value message, PivotRequest::Question& question)
{
    const auto found = present_member(message, "Custom-Request-Headers");
    if (!found) return {};
    if (!found->is_object()) {
        return Error(fmt::format("Custom-Request-Headers is {}, not an object", shown(*found)));
    }
    for (const auto [name, value] : found->members()) {
        if (may_be_sent(name, value)) {
            question.action.custom_request_headers.emplace_back(name, value.text());
        } else {
            ++question.headers_dropped;
        }
    }
    return {};
}

// An object as it is written in the message.
std::string_view source_of(json::Value object)
{
    const char* const end = object.end()[-1].text + 1;
    return {object.begin()->text, static_cast<std::size_t>(end - object.begin()->text)};
}

// KAZOO sends the whole flow along with the call.
std::string branch_of(json::Value call, std::string_view voice_url)
{
    const auto values = present_member(call, "Key-Value-Store");
    const auto flow = values ? present_member(*values, "cf_flow") : std::nullopt;
    return flow ? branch_after(*flow, voice_url) : std::string();
}

tl::expected<PivotRequest::Question, std::string> read_question(json::Value message,
                                                                std::optional<json::Value> call,
                                                                milliseconds limit)
{
    PivotRequest::Question question;
    if (auto checked = check_envelope(message); !checked) return Error(checked.error());
    if (!call) return Error("Call is not an object");
    if (auto read = read_action(message, limit, question.action); !read) return Error(read.error());
    if (auto read = read_headers(message, question); !read) return Error(read.error());
    question.warning = read_cdr_url(message, question.action);
    auto facts = read_call(*call);
    if (!facts) facts = Call::from_json(call_object_of_right_types(*call));
    if (!facts) return Error(fmt::format("Call: {}", facts.error().message));
    constexpr std::size_t escape_bytes = 3;
    const bool may_be_too_long = escape_bytes * facts->call_id.size() > key_part_bytes_max;
    if (may_be_too_long && encode_key_part(facts->call_id).size() > key_part_bytes_max) {
        return Error("Call-ID is too long for a routing key");
    }
    question.call = std::move(*facts);
    question.call_object = source_of(*call);
    question.branch = branch_of(*call, question.action.voice_url);
    return question;
}

}  // namespace

PivotRequest PivotRequest::read(json::Document& document, std::string_view body, milliseconds limit)
{
    PivotRequest request{{}, {}, {}, {}, {}, {}, Error("it is not a JSON object")};
    if (body.empty()) {
        request.question = Error("its body is empty, longer than 4 MiB, or a broken gzip stream");
        return request;
    }
    const auto message = document.read(body);
    if (!message) {
        request.question = Error(message.error().message);
        return request;
    }
    if (!message->is_object()) return request;
    auto call = present_member(*message, "Call");
    if (call && !call->is_object()) call.reset();
    request.sender = member_text(*message, "Node");
    request.message_id = member_text(*message, "Msg-ID");
    request.voice_url = member_text(*message, "Voice-URI");
    if (call) {
        request.call_id = scalar_of(*call, "Call-ID");
        request.account_id = scalar_of(*call, "Account-ID");
        request.controller = QueueAddress::parse(member_text(*call, "Controller-Queue"));
    }
    if (const std::size_t bytes = request.call_id.size(); bytes > call_id_bytes_max) {
        request.question =
            Error(fmt::format("Call-ID has {} bytes, more than {}", bytes, call_id_bytes_max));
        request.call_id.resize(call_id_shown_bytes);
        request.controller.reset();
        return request;
    }
    if (const std::size_t bytes = request.message_id.size(); bytes > message_id_bytes_max) {
        request.question =
            Error(fmt::format("Msg-ID has {} bytes, more than {}", bytes, message_id_bytes_max));
        request.message_id.clear();
        return request;
    }
    request.question = read_question(*message, call, limit);
    return request;
}

}  // namespace pivot::switches::kazoo
