#include "pivot/exchange.hpp"

#include "http/request.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view json_type = "application/json";

// What is asked, of whom, with what body.
struct Question {
    Method method;
    http::Url url;
    std::string_view body_type;  // empty: no body
    std::string body;

    std::string message() const
    {
        std::string text;
        text.reserve(url.target.size() + body.size() + 256);
        http::append_head(text, method, url, body_type, body.size());
        text += body;
        return text;
    }
};

Question first_question(const Action& action, http::Url url, const Parameters& parameters)
{
    Question question{action.method, std::move(url), {}, {}};
    if (action.method == Method::get) {
        std::string query;
        parameters.append_form(query);
        question.url.append_query(query);
    } else if (action.req_body_format == BodyFormat::form) {
        question.body_type = form_type;
        parameters.append_form(question.body);
    } else {
        question.body_type = json_type;
        parameters.append_json(question.body);
    }
    return question;
}

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

tl::unexpected<Failure> fail_redirect(int status, std::string_view why)
{
    return fail(Reason::redirect, Phase::read, fmt::format("{} redirect: {}", status, why));
}

// Turns `question` into the one that a redirect asks for (RFC 9110, section 15.4).
Result<void> follow(Question& question, const http::Response& response)
{
    if (response.location.empty()) return fail_redirect(response.status, "without a Location");
    auto target = question.url.resolve(response.location);
    if (!target) return fail_redirect(response.status, target.error());

    // Credentials stay with their origin; a Location may bring its own.
    if (target->authorization.empty() && target->origin() == question.url.origin()) {
        target->authorization = question.url.authorization;
    }
    question.url = std::move(*target);
    if (response.status <= 303) {
        question.method = Method::get;
        question.body_type = {};
        question.body.clear();
    }
    return {};
}

}  // namespace

Exchange ExchangeRecord::to_exchange() const
{
    Exchange exchange;
    exchange.method = method;
    exchange.url = url;
    exchange.final_url = final_url;
    exchange.status = progress.status;
    exchange.content_type = progress.content_type;
    exchange.redirects = progress.redirects;
    exchange.was_reused = progress.was_reused;
    if (progress.address) exchange.address = progress.address->to_text();
    exchange.timings_us = progress.timings_us;
    return exchange;
}

reactor::Task<Result<http::Response>> exchange(http::Client& client, const Call& call,
                                               const Action& action, Parameters& parameters,
                                               unsigned redirects_max, ExchangeRecord& record,
                                               reactor::Deadline& deadline)
{
    auto url = http::Url::parse(action.voice_url);
    if (!url) co_return fail(Reason::bad_action, Phase::queue, "voice_url: " + url.error());

    auto read = parameters.read(call, action.req_format);
    if (!read) co_return tl::unexpected(std::move(read.error()));

    Question question = first_question(action, std::move(*url), parameters);
    record.method = question.method;
    record.url = question.url.to_text();
    while (true) {
        const std::string message = question.message();
        const http::Request request{question.url, message, question.method == Method::get};
        auto response = co_await client.ask(request, record.progress, deadline);
        if (!response) co_return response;
        if (!is_redirect(response->status)) co_return response;

        if (static_cast<unsigned>(record.progress.redirects) == redirects_max) {
            co_return fail_redirect(response->status, fmt::format("more than {}", redirects_max));
        }
        auto followed = follow(question, *response);
        if (!followed) co_return tl::unexpected(std::move(followed.error()));
        ++record.progress.redirects;
        record.final_url = question.url.to_text();
    }
}

}  // namespace pivot
