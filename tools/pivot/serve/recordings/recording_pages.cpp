#include "pivot/serve/recordings/recording_pages.hpp"

#include "http/status.hpp"
#include "media/recording_link.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::error_response;
using http::ServerResponse;

// The file is in memory while it is sent.
constexpr std::uintmax_t bytes_max = 256 * 1024 * 1024;

struct Kind {
    std::string_view ending;
    const char* type;
};
constexpr Kind kinds[] = {{".wav", "audio/wav"}, {".mp3", "audio/mpeg"}};

ServerResponse refuse(media::LinkFault fault)
{
    switch (fault) {
        case media::LinkFault::malformed:
            return error_response(http::status::not_found, "this is not a link to a recording");
        case media::LinkFault::forged:
            return error_response(http::status::forbidden,
                                  "the signature of this link is wrong: use it as it was given, or "
                                  "with .wav or .mp3 after it");
        case media::LinkFault::expired: break;
    }
    return error_response(http::status::gone, "this link has expired");
}

ServerResponse send_file(const std::string& path, const char* type)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return error_response(http::status::not_found, "this recording no longer exists");
    if (size > bytes_max)
        return error_response(http::status::content_too_large, "this recording is too large");
    ServerResponse response;
    response.content_type = type;
    response.body.resize(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    if (!file.read(response.body.data(), static_cast<std::streamsize>(size))) {
        return error_response(http::status::not_found, "this recording cannot be read");
    }
    return response;
}

}  // namespace

ServerResponse answer_with_recording(const RecordingSettings& settings, std::string_view segments,
                                     std::int64_t unix_now_s)
{
    const auto read = media::read_link(segments, settings.keys, unix_now_s);
    if (!read) return refuse(read.error());
    std::error_code ignored;
    std::string_view other;
    for (const auto& [ending, type] : kinds) {
        const std::string path = fmt::format("{}/{}{}", settings.folder, read->link.id, ending);
        if (!std::filesystem::exists(path, ignored)) continue;
        if (read->ending.empty() || read->ending == ending) return send_file(path, type);
        other = ending;
    }
    if (other.empty())
        return error_response(http::status::not_found, "this recording no longer exists");
    return error_response(
        http::status::not_acceptable,
        fmt::format("this recording exists as {}, not as {}", other, read->ending));
}

}  // namespace pivot::tools
