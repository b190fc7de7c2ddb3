#include "http/request_head.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "http/header.hpp"
#include "http/status.hpp"
#include "net/address.hpp"
#include "net/host.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llhttp.h>

namespace pivot::http {

namespace {

// METHOD SP target SP version. llhttp would also take RTSP.
tl::expected<void, Refusal> read_line(std::string_view line, ServerRequest& request)
{
    const std::string_view method = take_until(line, ' ');
    const std::string_view target = take_until(line, ' ');
    const bool is_plain = line.find_first_of(" \t") == line.npos;
    if (method.empty() || target.empty() || line.empty() || !is_plain) {
        return refuse(status::bad_request, "the request line is not \"METHOD target HTTP/1.1\"");
    }
    if (line != "HTTP/1.1" && line != "HTTP/1.0") {
        return refuse(status::http_version_not_supported,
                      fmt::format("{} is not HTTP/1.1", printable(line)));
    }
    request.method = method;
    request.target = target;
    request.minor_version = line.back() - '0';
    return {};
}

// In strict mode, llhttp only knows registered methods.
tl::expected<void, Refusal> check_by_llhttp(std::string_view head)
{
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_headers_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    const llhttp_errno error = llhttp_execute(&parser, head.data(), head.size());
    if (error == HPE_PAUSED && llhttp_get_error_pos(&parser) == head.end()) return {};
    const bool is_unknown_method = error == HPE_INVALID_METHOD;
    const char* const reason = llhttp_get_error_reason(&parser);
    return refuse(is_unknown_method ? status::not_implemented : status::bad_request,
                  fmt::format("not HTTP/1.1: {} ({})", reason == nullptr ? "" : reason,
                              llhttp_errno_name(error)));
}

// llhttp 8 accepts a line without a name.
tl::expected<void, Refusal> check_names(std::string_view headers)
{
    while (!headers.empty()) {
        const std::string_view line = headers.substr(0, headers.find("\r\n"));
        headers.remove_prefix(line.size() + 2);
        const std::size_t colon = line.find(':');
        if (colon != line.npos && is_header_name(line.substr(0, colon))) continue;
        return refuse(status::bad_request, fmt::format("\"{}\" is not a header", printable(line)));
    }
    return {};
}

// `name`, `192.0.2.7`, `[::1]`, each with or without a port (RFC 9110, section 7.2).
bool is_authority(std::string_view text)
{
    std::string_view host = text;
    if (const std::size_t colon = text.rfind(':');
        colon != text.npos && text.find(']', colon) == text.npos) {
        if (!parse_number<std::uint16_t>(text.substr(colon + 1))) return false;
        host = text.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto ip = net::IpAddress::parse(host.substr(1, host.size() - 2));
        return ip && !ip->is_v4();
    }
    return net::canonical_host(host).has_value();
}

// Requires exactly one Host, which an absolute target must repeat (RFC 9112, section 3.2).
tl::expected<void, Refusal> read_target(ServerRequest& request)
{
    const auto hosts = request.values_of("host");
    if (hosts.size() > 1 || (hosts.empty() && request.minor_version == 1)) {
        return refuse(status::bad_request, fmt::format("{} Host headers, not one", hosts.size()));
    }
    if (!hosts.empty()) request.host = hosts.front();
    if (!hosts.empty() && !is_authority(request.host)) {
        return refuse(status::bad_request,
                      fmt::format("the Host \"{}\" is not valid", printable(request.host)));
    }
    constexpr std::string_view scheme = "http://";
    if (starts_ignoring_case(request.target, scheme)) {
        const std::size_t path =
            std::min(request.target.find('/', scheme.size()), request.target.size());
        const auto named = request.target.substr(scheme.size(), path - scheme.size());
        if (!equals_ignoring_case(named, request.host)) {
            return refuse(status::bad_request, "the Host is not that of the target");
        }
        request.target.erase(0, path);
        if (request.target.empty()) request.target = "/";
    }
    const bool is_asterisk = request.target == "*" && request.method == "OPTIONS";
    if (request.target.starts_with('/') || is_asterisk) return {};
    return refuse(request.method == "CONNECT" ? status::not_implemented : status::bad_request,
                  fmt::format("the target \"{}\" is not a path", printable(request.target)));
}

tl::expected<void, Refusal> read_framing(RequestHead& head)
{
    const ServerRequest& request = head.request;
    const auto codings = request.values_of("transfer-encoding");
    const auto lengths = request.values_of("content-length");
    if (!codings.empty()) {
        if (!lengths.empty()) {
            return refuse(status::bad_request, "both Content-Length and Transfer-Encoding");
        }
        if (request.minor_version == 0) {
            return refuse(status::bad_request, "Transfer-Encoding in HTTP/1.0");
        }
        if (codings.size() > 1 || !equals_ignoring_case(codings.front(), "chunked")) {
            return refuse(status::not_implemented,
                          fmt::format("the Transfer-Encoding \"{}\" is not chunked",
                                      printable(fmt::format("{}", fmt::join(codings, ", ")))));
        }
        head.is_chunked = true;
    }
    if (lengths.size() > 1) return refuse(status::bad_request, "more than one Content-Length");
    if (lengths.empty()) return {};
    const auto length = parse_number<std::uint64_t>(lengths.front());
    if (!length) {
        return refuse(status::bad_request, fmt::format("the Content-Length \"{}\" is not a number",
                                                       printable(lengths.front())));
    }
    head.body_bytes = *length;
    return {};
}

// HTTP/1.0 clients do not know the header (RFC 9110, section 10.1.1).
tl::expected<void, Refusal> read_expectation(RequestHead& head)
{
    const auto expectations = head.request.values_of("expect");
    if (expectations.empty() || head.request.minor_version == 0) return {};
    if (expectations.size() > 1 || !equals_ignoring_case(expectations.front(), "100-continue")) {
        return refuse(status::expectation_failed, fmt::format("the expectation \"{}\" is not known",
                                                              printable(expectations.front())));
    }
    head.expects_continue = head.is_chunked || head.body_bytes > 0;
    return {};
}

}  // namespace

tl::expected<RequestHead, Refusal> read_request_head(std::string_view head)
{
    RequestHead read;
    const std::size_t line_end = head.find("\r\n");
    if (auto line = read_line(head.substr(0, line_end), read.request); !line) return pass_on(line);
    if (auto checked = check_by_llhttp(head); !checked) return pass_on(checked);
    const std::size_t begin = line_end + 2;
    read.request.headers = head.substr(begin, head.size() - begin - 2);  // without the empty line
    if (auto names = check_names(read.request.headers); !names) return pass_on(names);
    if (auto target = read_target(read.request); !target) return pass_on(target);
    if (auto framing = read_framing(read); !framing) return pass_on(framing);
    if (auto expectation = read_expectation(read); !expectation) return pass_on(expectation);
    read.keeps_alive =
        read.request.minor_version == 1 && !read.request.lists("connection", "close");
    return read;
}

}  // namespace pivot::http
