#include "media/fetched.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

// By which switches choose a decoder.
struct Type {
    std::string_view name;
    std::string_view ending;
};
constexpr std::array types = {
    Type{"audio/aac", ".aac"},   Type{"audio/aiff", ".aiff"},    Type{"audio/basic", ".au"},
    Type{"audio/flac", ".flac"}, Type{"audio/gsm", ".gsm"},      Type{"audio/mp3", ".mp3"},
    Type{"audio/mpeg", ".mp3"},  Type{"audio/mp4", ".m4a"},      Type{"audio/ogg", ".ogg"},
    Type{"audio/ulaw", ".ulaw"}, Type{"audio/vnd.wave", ".wav"}, Type{"audio/wav", ".wav"},
    Type{"audio/wave", ".wav"},  Type{"audio/x-aiff", ".aiff"},  Type{"audio/x-flac", ".flac"},
    Type{"audio/x-gsm", ".gsm"}, Type{"audio/x-wav", ".wav"},
};

// That of the URL's path, if it is short and plain; else empty.
std::string_view ending_of_path(std::string_view path)
{
    path = path.substr(0, path.find('?'));
    const std::size_t dot = path.find_last_of("./");
    if (dot == std::string_view::npos || path[dot] == '/') return {};
    const std::string_view ending = path.substr(dot);
    const bool is_plain =
        ending.size() >= 3 && ending.size() <= 5 &&
        std::ranges::all_of(ending.substr(1), [](char c) { return is_letter(c) || is_digit(c); });
    return is_plain ? ending : std::string_view();
}

// Returns an empty text if it is not a sound.
std::string ending_of(std::string_view content_type, std::string_view path)
{
    const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
    const auto known = std::ranges::find_if(
        types, [type](const Type& known) { return equals_ignoring_case(known.name, type); });
    if (known != types.end()) return std::string(known->ending);
    const bool may_be_sound = type.empty() || starts_ignoring_case(type, "audio/") ||
                              starts_ignoring_case(type, "video/") ||
                              equals_ignoring_case(type, "application/ogg") ||
                              equals_ignoring_case(type, "application/octet-stream") ||
                              equals_ignoring_case(type, "binary/octet-stream");
    if (!may_be_sound) return {};
    std::string ending(ending_of_path(path));
    for (char& c : ending) c = lower(c);
    return ending.empty() ? ".wav" : ending;
}

}  // namespace

Result<Fetched> to_fetched(http::Response& response, const http::Url& url, std::int64_t unix_now_s)
{
    Fetched fetched;
    fetched.is_unchanged = response.status == 304;
    if (!fetched.is_unchanged && response.status != 200) {
        return fail(Reason::status, Phase::read,
                    fmt::format("the server answered {}", response.status));
    }
    fetched.freshness = freshness_of(response, unix_now_s);
    if (fetched.is_unchanged) return fetched;
    fetched.ending = ending_of(response.content_type, url.target);
    if (fetched.ending.empty()) {
        return fail(
            Reason::content_type, Phase::read,
            fmt::format("the server sent {}, not a sound", printable(response.content_type)));
    }
    if (response.body.empty()) {
        return fail(Reason::content_type, Phase::read, "the server sent an empty sound");
    }
    fetched.bytes = std::move(response.body);
    return fetched;
}

}  // namespace pivot::media
