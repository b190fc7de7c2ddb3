#include "switches/asterisk/targets.hpp"

#include "base/text.hpp"
#include "switches/asterisk/ari_event.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

void append_encoded(std::string& out, std::string_view text)
{
    constexpr std::string_view unreserved = "-._~";
    for (const char c : text) {
        if (is_letter(c) || is_digit(c) || unreserved.find(c) != unreserved.npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
}

std::string target_of(std::string_view kind, std::string_view id, std::string_view rest)
{
    std::string target(kind);
    target += '/';
    append_encoded(target, id);
    return target.append(rest);
}

AriRequest post_request(std::string target, std::string body)
{
    return {"POST", std::move(target), std::move(body)};
}

AriRequest get_request(std::string target)
{
    return {"GET", std::move(target), {}};
}

AriRequest delete_request(std::string target)
{
    return {"DELETE", std::move(target), {}};
}

AriRequest filter_request(std::string_view application)
{
    AriRequest request;
    request.method = "PUT";
    request.target = target_of("applications", application, "/eventFilter");
    request.body = event_filter();
    return request;
}

AriRequest recording_request(std::string_view name)
{
    AriRequest request = get_request(target_of("recordings/stored", name, "/file"));
    request.body_bytes_max = std::size_t{256} * 1024 * 1024;  // four and a half hours
    return request;
}

AriRequest variable_request(std::string_view channel, std::string_view name, std::string_view value)
{
    Body body;
    body.add("variable", name).add("value", value);
    return post_request(target_of("channels", channel, "/variable"), body.take());
}

}  // namespace pivot::switches::asterisk
