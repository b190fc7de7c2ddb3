// A URL means the same to libcurl as to us, and so do its text and whatever resolves against it.
#include "http/url.hpp"

#include "fuzz.hpp"
#include "net/host.hpp"

#include <curl/curl.h>

namespace pivot::fuzz {
namespace {

std::string part(CURLU* url, CURLUPart part)
{
    char* text = nullptr;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::string copy = text;
    curl_free(text);
    return copy;
}

void compare_with_curl(const http::Url& url)
{
    if (net::is_nonstandard_ipv4(url.host))
        return;  // the address policy refuses it, whatever libcurl makes of it
    CURLU* const other = curl_url();
    const std::string text = url.to_text();
    require(curl_url_set(other, CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK,
            "libcurl reads our text");
    std::string host = part(other, CURLUPART_HOST);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const auto canonical = net::canonical_host(host);
    require(canonical && *canonical == url.host, "libcurl's host");
    require(part(other, CURLUPART_SCHEME) == http::name(url.scheme), "libcurl's scheme");
    require(part(other, CURLUPART_PORT) == std::to_string(url.port), "libcurl's port");
    std::string target = part(other, CURLUPART_PATH);
    if (const std::string query = part(other, CURLUPART_QUERY); !query.empty())
        target += "?" + query;
    require(target == url.target || target + "?" == url.target, "libcurl's target");
    curl_url_cleanup(other);
}

void check(const http::Url& url)
{
    require(url.target.starts_with('/'), "a target begins with a slash");
    for (const char character : url.target) {
        require(
            static_cast<unsigned char>(character) > ' ' && character != '\x7f' && character != '#',
            "a target has no blanks and no control characters");
    }
    http::Url plain = url;
    plain.authorization.clear();
    const auto again = http::Url::parse(url.to_text());
    require(again && *again == plain, "a URL's text is the URL again");
    compare_with_curl(url);
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const auto url = pivot::http::Url::parse(input.line());
    if (!url) {
        require(!url.error().empty(), "a URL is refused with a sentence");
        return 0;
    }
    check(*url);
    if (const auto resolved = url->resolve(input.line())) check(*resolved);
    return 0;
}
