#include "session/exchange_facts.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

std::vector<HttpHeader> split(std::string_view lines)
{
    std::vector<HttpHeader> headers;
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(line.size() + 2, lines.size()));
        const auto colon = std::min(line.find(':'), line.size());
        const auto value = line.substr(std::min(colon + 1, line.size()));
        headers.push_back({std::string(line.substr(0, colon)), std::string(trim(value))});
    }
    return headers;
}

}  // namespace

DebugFacts facts_of(const exchange::Request& request)
{
    DebugFacts facts;
    facts.exchange = request.to_exchange();
    facts.request_headers = split(request.headers());
    facts.request_body = request.body();
    facts.signed_url = request.signed_url();
    facts.at_unix_ms = request.began_unix_ms();
    facts.requests = request.asked();
    if (const auto* response = request.progress().response) {
        facts.response_headers = split(response->headers);
        facts.response_body = response->body;
    }
    return facts;
}

void add_warnings(std::vector<std::string>& warnings, std::span<const Breach> of_flow)
{
    for (const auto& [at, error] : of_flow) {
        warnings.push_back(fmt::format("{} {}", at, error));
    }
}

void add_warnings(std::vector<std::string>& warnings, const twiml::Document& document)
{
    for (const auto& [line, column, message] : document.warnings()) {
        warnings.push_back(fmt::format("{}:{}: {}", line, column, message));
    }
}

}  // namespace pivot::session
