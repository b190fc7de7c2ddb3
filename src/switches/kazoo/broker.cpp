#include "switches/kazoo/broker.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using Error = tl::unexpected<std::string>;

constexpr unsigned heartbeat_s_max = 600;

tl::expected<void, std::string> read_host(Broker& broker, std::string_view authority)
{
    const bool is_literal = authority.starts_with('[');
    const std::size_t end = is_literal ? authority.find(']') : authority.find(':');
    if (is_literal && end == authority.npos) return Error("the address has no closing bracket");
    broker.host = is_literal ? authority.substr(1, end - 1) : authority.substr(0, end);
    std::string_view rest =
        authority.substr(std::min(authority.size(), is_literal ? end + 1 : end));
    if (broker.host.empty()) return Error("there is no host in it");
    if (rest.empty()) return {};
    const auto port = parse_number<std::uint16_t>(rest.substr(1));
    if (rest.front() != ':' || !port || *port == 0) {
        // The text is not shown, because it is the rest of a password with an unescaped special
        // character.
        return Error(
            "the port after the host is not 1 to 65535; write / and ? in a password as %2F and "
            "%3F");
    }
    broker.port = *port;
    return {};
}

tl::expected<void, std::string> read_query(Broker& broker, std::string_view query)
{
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        const std::string_view name = take_until(value, '=');
        if (name != "heartbeat") {
            return Error(fmt::format("\"{}\" is not known there: use heartbeat", printable(name)));
        }
        const auto seconds = parse_number<unsigned>(value);
        if (!seconds || *seconds < 1 || *seconds > heartbeat_s_max) {
            return Error(fmt::format("heartbeat is \"{}\", not a number of seconds from 1 to {}",
                                     printable(value), heartbeat_s_max));
        }
        broker.heartbeat_s = *seconds;
    }
    return {};
}

}  // namespace

tl::expected<Broker, std::string> Broker::parse(std::string_view url)
{
    Broker broker;
    if (url.starts_with("amqps://")) {
        broker.uses_tls = true;
        broker.port = 5671;
    } else if (!url.starts_with("amqp://")) {
        return Error("a broker's URL begins with amqp:// or amqps://");
    }
    url.remove_prefix(url.find("://") + 3);
    std::string_view query = url;
    url = take_until(query, '?');
    std::string_view authority = url.substr(0, url.find('/'));
    url.remove_prefix(authority.size());
    if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
        std::string_view password = authority.substr(0, at);
        broker.user = http::unescape(take_until(password, ':'));
        broker.password = http::unescape(password);
        authority.remove_prefix(at + 1);
    }
    if (url.size() > 1) broker.vhost = http::unescape(url.substr(1));
    if (auto read = read_host(broker, authority); !read) return Error(read.error());
    if (auto read = read_query(broker, query); !read) return Error(read.error());
    constexpr std::size_t text_bytes_max = 255;  // AMQP's short string
    if (broker.vhost.size() > text_bytes_max)
        return Error("the name of the virtual host is too long");
    return broker;
}

std::string Broker::to_text() const
{
    const bool is_literal = host.find(':') != host.npos;
    return fmt::format("{}://{}{}{}:{}{}{}", uses_tls ? "amqps" : "amqp", is_literal ? "[" : "",
                       host, is_literal ? "]" : "", port, vhost == "/" ? "" : "/",
                       vhost == "/" ? "" : vhost);
}

}  // namespace pivot::switches::kazoo
