// Whatever servers set, a Cookie header stays one line and goes only to its own host; an existing
// date is read as timegm() reads it.
#include "fuzz.hpp"
#include "http/cookie_date.hpp"
#include "http/cookie_jar.hpp"

#include <ctime>

namespace pivot::fuzz {
namespace {

constexpr std::int64_t now_unix_s = 1'800'000'000;

void check_jar(Input input)
{
    const auto url = http::Url::parse("https://ann.example.com/a/b");
    const auto foreign = http::Url::parse("https://bob.example.org/a/b");
    http::CookieJar jar;
    while (!input.rest().empty()) jar.take(input.line(), *url, now_unix_s);
    std::string header;
    jar.append_header_value(header, *url, now_unix_s);
    require(header.find_first_of(std::string_view("\r\n\0", 3)) == header.npos,
            "a header is one line");
    require(header.size() <= http::CookieJar::cookies_max * http::CookieJar::cookie_bytes_max,
            "cookies are bounded");
    std::string none;
    jar.append_header_value(none, *foreign, now_unix_s);
    require(none.empty(), "another host gets no cookie");
}

void check_date(Input input)
{
    const std::int64_t seconds =
        (std::int64_t{input.byte()} << 24 | input.byte() << 16 | input.byte() << 8) + input.byte();
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[64];
    const char* const format =
        input.byte() % 2 == 0 ? "%a, %d %b %Y %H:%M:%S GMT" : "%A, %d-%b-%Y %H:%M:%S GMT";
    std::strftime(text, sizeof text, format, &parts);
    require(http::read_cookie_date(text) == seconds, "a date is read as it was written");
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    const Input input(data, size_bytes);
    check_jar(input);
    check_date(input);
    pivot::http::read_cookie_date(input.rest());
    return 0;
}
