// Pairs are the same after being written to a form and read back, and each part of any form is
// decoded as libcurl decodes it.
#include "http/form.hpp"

#include "fuzz.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <curl/curl.h>

namespace pivot::fuzz {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string decoded(std::string part)
{
    std::ranges::replace(part, '+', ' ');
    int size = 0;
    char* const text =
        curl_easy_unescape(nullptr, part.c_str(), static_cast<int>(part.size()), &size);
    std::string copy(text, static_cast<std::size_t>(size));
    curl_free(text);
    return copy;
}

Pairs read_with_curl(std::string_view form)
{
    Pairs pairs;
    while (!form.empty()) {
        const std::size_t end = form.find('&');
        const std::string_view pair = form.substr(0, end);
        form.remove_prefix(end == form.npos ? form.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        pairs.emplace_back(
            decoded(std::string(pair.substr(0, equals))),
            equals == pair.npos ? "" : decoded(std::string(pair.substr(equals + 1))));
    }
    return pairs;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::string form(input.rest());
    if (form.find('\0') == form.npos) {
        require(pivot::http::read_form(form) == read_with_curl(form), "what libcurl decodes");
    }
    Pairs pairs;
    pivot::http::FormWriter writer;
    writer.start();
    while (!input.rest().empty()) {
        const std::string_view name = input.line();
        const std::string_view value = input.line();
        if (name.empty()) continue;
        pairs.emplace_back(name, value);
        writer.add_escaped(name, value);
    }
    require(pivot::http::read_form(writer.text()) == pairs, "pairs come back");
    return 0;
}
