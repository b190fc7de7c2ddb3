#include "peers/http_request.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace pivot::test {

namespace {

constexpr std::string_view line_end = "\r\n";

// Takes what stands before `end`, and `end` too.
std::string_view take_until(std::string_view& text, std::string_view end)
{
    const auto at = text.find(end);
    if (at == text.npos) throw std::invalid_argument("a request without " + std::string(end));
    const auto taken = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return taken;
}

std::string lower_case(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return lower;
}

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

Request parse_head(std::string_view head)
{
    Request request;
    auto line = take_until(head, line_end);
    request.method = take_until(line, " ");
    request.target = take_until(line, " ");
    request.version = line;
    while (!head.empty()) {
        auto value = take_until(head, line_end);
        const auto name = take_until(value, ":");
        request.headers.emplace_back(lower_case(name), trimmed(value));
    }
    return request;
}

std::size_t body_size(const Request& request)
{
    if (!request.header("transfer-encoding").empty()) {
        throw std::invalid_argument("a request body with a transfer encoding");
    }
    const auto text = request.header("content-length");
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (!text.empty() && (error != std::errc{} || end != text.data() + text.size())) {
        throw std::invalid_argument("not a length: " + text);
    }
    return size;
}

}  // namespace

std::string Request::header(std::string_view lower_case_name) const
{
    const auto found =
        std::ranges::find(headers, lower_case_name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? "" : found->second;
}

std::optional<Request> take_request(std::string& bytes)
{
    constexpr std::string_view head_end = "\r\n\r\n";
    const auto found = bytes.find(head_end);
    if (found == bytes.npos) return std::nullopt;

    auto request = parse_head(std::string_view(bytes).substr(0, found + line_end.size()));
    const auto head_size = found + head_end.size();
    const auto size = body_size(request);
    if (bytes.size() - head_size < size) return std::nullopt;

    request.body = bytes.substr(head_size, size);
    bytes.erase(0, head_size + size);
    return request;
}

}  // namespace pivot::test
