#include "http/url.hpp"

#include "base/base64.hpp"
#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "net/address.hpp"
#include "net/host.hpp"

#include <algorithm>
#include <charconv>
#include <new>
#include <optional>

#include <fmt/format.h>
#include <uriparser/Uri.h>

namespace pivot::http {
namespace {

using Error = tl::unexpected<std::string>;

constexpr std::string_view not_ipv6 = "the host in brackets is not an IPv6 address";

constexpr std::uint16_t default_port(Scheme scheme)
{
    return scheme == Scheme::http ? 80 : 443;
}

bool is_escape(std::string_view text)
{
    return text.size() >= 3 && text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

// A URL or a relative reference, cut where all readers cut it: at the first `#`, which ends it, and
// at the first `?` before that, which ends the path.
struct Pieces {
    std::string front;  // scheme and authority as they came, path with other bytes encoded
    std::optional<std::string> query;
};

// pchar and `/` of RFC 3986, section 3.3, without escapes.
bool is_path_character(char c)
{
    return is_letter(c) || is_digit(c) ||
           std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

bool is_query_character(char c)
{
    return is_path_character(c) || c == '?' || c == '[' || c == ']';
}

void append_mended(std::string& out, std::string_view text, bool is_allowed(char))
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_allowed(text[i]) || is_escape(text.substr(i, 3))) {
            out += text[i];
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(text[i]));
        }
    }
}

// The offset of the path: after the authority, or after the scheme if there is no authority.
std::size_t path_offset(std::string_view text)
{
    std::size_t begin = 0;
    const auto colon = text.find_first_of(":/");
    if (colon != text.npos && text[colon] == ':') begin = colon + 1;
    if (text.substr(begin, 2) != "//") return begin;
    return std::min(text.find('/', begin + 2), text.size());
}

tl::expected<Pieces, std::string> split(std::string_view text)
{
    if (text.size() > url_bytes_max) {
        return Error(fmt::format("the URL is longer than {} bytes", url_bytes_max));
    }
    const auto control =
        std::ranges::find_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
    if (control != text.end()) {
        return Error(fmt::format("the URL has a control character (byte {:#04x}) at offset {}",
                                 static_cast<unsigned char>(*control), control - text.begin()));
    }
    text = text.substr(0, text.find('#'));
    const auto question = text.find('?');
    const auto front = text.substr(0, question);
    const auto path = path_offset(front);

    Pieces pieces;
    pieces.front.reserve(front.size());
    pieces.front = front.substr(0, path);
    append_mended(pieces.front, front.substr(path), is_path_character);
    if (question != text.npos) {
        append_mended(pieces.query.emplace(), text.substr(question + 1), is_query_character);
    }
    return pieces;
}

std::string_view view(const UriTextRangeA& range)
{
    if (range.first == nullptr) return {};
    return {range.first, static_cast<std::size_t>(range.afterLast - range.first)};
}

// All of liburiparser's errors are about the text, except for this one.
bool has_succeeded(int result)
{
    if (result == URI_ERROR_MALLOC) throw std::bad_alloc();
    return result == URI_SUCCESS;
}

// A text that liburiparser has parsed. It holds views of the text, which outlives it.
class Reading {
public:
    Reading() = default;
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { uriFreeUriMembersA(&uri_); }

    bool read(std::string_view text)
    {
        const char* wrong = nullptr;
        const auto* end = text.data() + text.size();
        return has_succeeded(uriParseSingleUriExA(&uri_, text.data(), end, &wrong));
    }

    bool resolve(const Reading& reference, const Reading& base)
    {
        return has_succeeded(
            uriAddBaseUriExA(&uri_, &reference.uri_, &base.uri_, URI_RESOLVE_STRICTLY));
    }

    std::string to_text() const
    {
        int size = 0;
        if (!has_succeeded(uriToStringCharsRequiredA(&uri_, &size))) return {};
        std::string text(static_cast<std::size_t>(size) + 1, '\0');
        int written = 0;
        if (!has_succeeded(uriToStringA(text.data(), &uri_, size + 1, &written))) return {};
        text.resize(static_cast<std::size_t>(written) - 1);  // the terminator is counted
        return text;
    }

    bool names_scheme() const { return uri_.scheme.first != nullptr; }
    bool names_host() const { return uri_.hostText.first != nullptr; }
    bool is_future_address() const { return uri_.hostData.ipFuture.first != nullptr; }

    std::string_view scheme() const { return view(uri_.scheme); }
    std::string_view credentials() const { return view(uri_.userInfo); }
    std::string_view host() const { return view(uri_.hostText); }
    std::string_view port() const { return view(uri_.portText); }

private:
    UriUriA uri_{};
};

// Why liburiparser could not read the text. If the host is wrong, the message says so.
std::string syntax_error(std::string_view front)
{
    auto authority = front.substr(0, path_offset(front));
    const auto slashes = authority.find("//");
    if (slashes == authority.npos) return "the URL is not valid";
    authority.remove_prefix(slashes + 2);
    const auto at = authority.rfind('@');
    auto host = authority.substr(at == authority.npos ? 0 : at + 1);
    if (host.starts_with('[')) return std::string(not_ipv6);
    const auto colon = host.find(':');
    const auto port = colon == host.npos ? std::string_view() : host.substr(colon + 1);
    host = host.substr(0, colon);
    if (const auto canonical = net::canonical_host(host); !canonical) return canonical.error();
    if (port.find_first_not_of("0123456789") != port.npos) {
        return "the port is not a number, or a user and password are not escaped";
    }
    return "the URL is not valid before its path; escape special characters in user and password";
}

std::optional<Scheme> read_scheme(std::string_view text)
{
    for (const auto scheme : {Scheme::http, Scheme::https}) {
        if (equals_ignoring_case(text, name(scheme))) return scheme;
    }
    return std::nullopt;
}

tl::expected<std::uint16_t, std::string> read_port(std::string_view text, Scheme scheme)
{
    if (text.empty()) return default_port(scheme);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) {
        return Error("the port is not a number from 1 to 65535");
    }
    return port;
}

std::string basic_authorization(std::string_view credentials)
{
    if (credentials.empty()) return {};
    auto plain = unescape(credentials);
    if (credentials.find(':') == credentials.npos) plain += ':';

    std::string value = "Basic ";
    append_base64(value, plain);
    return value;
}

tl::expected<Url, std::string> read(const Pieces& pieces)
{
    Reading reading;
    if (!reading.read(pieces.front)) return Error(syntax_error(pieces.front));

    const auto scheme = read_scheme(reading.scheme());
    if (!scheme) return Error("the URL does not begin with http:// or https://");
    if (reading.is_future_address()) {
        return Error(std::string(not_ipv6));
    }
    auto host = net::canonical_host(reading.host());
    if (!host) {
        if (!net::is_nonstandard_ipv4(reading.host())) return pass_on(host);
        host = std::string(reading.host());  // well formed as a URL; the policy refuses it
    }
    const auto port = read_port(reading.port(), *scheme);
    if (!port) return pass_on(port);

    auto target = pieces.front.substr(path_offset(pieces.front));
    if (target.empty()) target = "/";
    if (pieces.query) target.append("?").append(*pieces.query);
    const bool is_absolute = reading.host().ends_with('.') && host->find('.') == host->npos;
    return Url{*scheme,
               basic_authorization(reading.credentials()),
               std::move(*host),
               is_absolute,
               *port,
               std::move(target)};
}

std::string bracketed(const std::string& host)
{
    return host.find(':') == host.npos ? host : fmt::format("[{}]", host);
}

}  // namespace

std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_escape(text.substr(i, 3))) {
            plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::string_view name(Scheme scheme)
{
    switch (scheme) {
        case Scheme::http: return "http";
        case Scheme::https: return "https";
    }
    return "unknown";
}

std::string_view front(std::string_view url)
{
    const auto slashes = url.find("://");
    if (slashes == url.npos) return url;
    return url.substr(0, url.find_first_of("/?#", slashes + 3));
}

tl::expected<Url, std::string> Url::parse(std::string_view text)
{
    const auto pieces = split(text);
    if (!pieces) return pass_on(pieces);
    return read(*pieces);
}

tl::expected<Url, std::string> Url::resolve(std::string_view reference) const
{
    auto pieces = split(reference);
    if (!pieces) return pass_on(pieces);

    const auto question = target.find('?');
    const auto base_text = origin() + target.substr(0, question);
    if (pieces->front.empty() && !pieces->query && question != target.npos) {
        pieces->query = target.substr(question + 1);
    }

    Reading base;
    Reading relative;
    Reading absolute;
    if (!relative.read(pieces->front)) return Error(syntax_error(pieces->front));
    if (!base.read(base_text) || !absolute.resolve(relative, base))
        return Error("the URL cannot be resolved");
    const bool is_same_authority = !relative.names_scheme() && !relative.names_host();

    auto url = read({absolute.to_text(), std::move(pieces->query)});
    if (url && is_same_authority) url->authorization = authorization;
    return url;
}

void Url::append_target(std::string& out, std::string_view parameters) const
{
    out += target;
    if (parameters.empty()) return;
    if (target.find('?') == target.npos) {
        out += '?';
    } else if (!target.ends_with('?') && !target.ends_with('&')) {
        out += '&';
    }
    out += parameters;
}

std::string Url::authority() const
{
    auto text = bracketed(name());
    if (port != default_port(scheme)) fmt::format_to(std::back_inserter(text), ":{}", port);
    return text;
}

std::string Url::origin() const
{
    return fmt::format("{}://{}:{}", http::name(scheme), bracketed(name()), port);
}

std::string Url::to_text(std::string_view parameters) const
{
    auto text = fmt::format("{}://{}", http::name(scheme), authority());
    append_target(text, parameters);
    return text;
}

tl::expected<void, std::string> check_url(std::string_view text)
{
    if (text.empty()) return {};
    const auto url = Url::parse(text);
    if (!url) return tl::unexpected(url.error());
    return {};
}

tl::expected<void, std::string> check_base_url(std::string_view text)
{
    if (auto checked = check_url(text); !checked || text.empty()) return checked;
    if (text.find_first_of("?#") == text.npos && !text.ends_with('/')) return {};
    return tl::unexpected(
        std::string("has a query, a fragment or a slash at its end, but links begin with it"));
}

}  // namespace pivot::http
