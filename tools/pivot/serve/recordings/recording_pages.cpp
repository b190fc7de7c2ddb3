#include "pivot/serve/recordings/recording_pages.hpp"

#include "http/status.hpp"
#include "media/recording_link.hpp"
#include "pivot/serve/service/file_response.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::error_response;
using http::ServerResponse;

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
        if (read->ending.empty() || read->ending == ending)
            return file_response(path, type, "this recording");
        other = ending;
    }
    if (other.empty())
        return error_response(http::status::not_found, "this recording no longer exists");
    return error_response(
        http::status::not_acceptable,
        fmt::format("this recording exists as {}, not as {}", other, read->ending));
}

}  // namespace pivot::tools
