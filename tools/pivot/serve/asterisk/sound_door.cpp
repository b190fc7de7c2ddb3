#include "pivot/serve/asterisk/sound_door.hpp"

#include "http/status.hpp"
#include "pivot/serve/service/file_response.hpp"

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using reactor::Deadline;
using reactor::Task;

// Asterisk names the file that it keeps by the type if it knows it, and takes `audio/wav` for 8
// kHz. Otherwise it looks at the end of the URL.
const char* type_of(std::string_view path)
{
    return path.ends_with(".wav") ? "audio/wav" : "application/octet-stream";
}

// If Asterisk had to ask whether it is current, it would remove the file that other calls are about
// to open (asterisk #1689).
constexpr const char* for_ever = "max-age=31536000, immutable";

}  // namespace

Task<ServerResponse> SoundDoor::answer(const ServerRequest& request, Deadline& /*deadline*/)
{
    co_return respond(request);
}

ServerResponse SoundDoor::respond(const ServerRequest& request) const
{
    if (request.method != "GET" && request.method != "HEAD") {
        return http::method_response("GET, HEAD");
    }
    const auto sound = sounds_.find(request.path());
    if (!sound) {
        return http::error_response(http::status::not_found, "no call plays such a sound");
    }
    const std::string tag = fmt::format("\"{}\"", sound->mac);
    ServerResponse response;
    if (request.lists("If-None-Match", tag)) {
        response.status = http::status::not_modified;
    } else {
        response = file_response(sound->path, type_of(sound->path), "this sound");
    }
    if (response.status >= http::status::bad_request) return response;
    response.headers = {{"ETag", tag}, {"Cache-Control", for_ever}};
    return response;
}

}  // namespace pivot::tools
