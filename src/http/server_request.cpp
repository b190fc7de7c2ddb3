#include "http/server_request.hpp"

#include "base/text.hpp"
#include "http/header.hpp"

#include <algorithm>

namespace pivot::http {

std::string_view ServerRequest::path() const
{
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view ServerRequest::query() const
{
    return std::string_view(target).substr(std::min(path().size() + 1, target.size()));
}

std::optional<std::string_view> ServerRequest::parameter(std::string_view name) const
{
    std::string_view rest = query();
    while (!rest.empty()) {
        std::string_view value = take_until(rest, '&');
        if (take_until(value, '=') == name) return value;
    }
    return std::nullopt;
}

std::vector<std::string_view> ServerRequest::values_of(std::string_view name) const
{
    return http::values_of(headers, name);
}

bool ServerRequest::lists(std::string_view name, std::string_view word) const
{
    return has_element(values_of(name), word);
}

}  // namespace pivot::http
