#include "pivot/serve/service/bearer.hpp"

#include "base/text.hpp"

#include <openssl/crypto.h>

namespace pivot::tools {

bool are_equal_tokens(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool has_bearer(const http::ServerRequest& request, std::string_view token)
{
    for (const std::string_view value : request.values_of("authorization")) {
        constexpr std::string_view scheme = "Bearer ";
        if (!starts_ignoring_case(value, scheme)) continue;
        return are_equal_tokens(trim(value.substr(scheme.size())), token);
    }
    return false;
}

bool has_token(const http::ServerRequest& request, std::string_view token)
{
    const auto values = request.values_of("x-auth-token");
    const bool is_of_kazoo = !values.empty() && are_equal_tokens(trim(values.front()), token);
    return has_bearer(request, token) || is_of_kazoo;
}

}  // namespace pivot::tools
