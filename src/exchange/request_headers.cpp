#include "exchange/request_headers.hpp"

#include "http/header.hpp"

#include <fmt/format.h>

namespace pivot::exchange {

std::string pack_headers(const Headers& headers)
{
    std::string packed;
    for (const auto& [name, value] : headers) packed += fmt::format("{}: {}\n", name, value);
    return packed;
}

std::vector<std::string> unpack_headers(std::string_view packed)
{
    std::vector<std::string> lines;
    while (!packed.empty()) {
        const std::size_t end = packed.find('\n');
        lines.emplace_back(packed.substr(0, end));
        packed.remove_prefix(end + 1);
    }
    return lines;
}

Result<void> check_headers(const pivot::Request& request)
{
    for (const auto& [name, value] : request.headers) {
        const std::string_view objection = http::objection_to_header(name, value);
        if (objection.empty()) continue;
        return fail(Reason::bad_action, Phase::queue,
                    fmt::format("the header {} of the request: {}", name, objection));
    }
    return {};
}

}  // namespace pivot::exchange
