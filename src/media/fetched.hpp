// A sound as its server has sent it.
#pragma once

#include "http/response.hpp"
#include "http/url.hpp"
#include "media/freshness.hpp"

#include <pivot/failure.hpp>

#include <string>

namespace pivot::media {

struct Fetched {
    std::string bytes;
    std::string ending;  // of its file's name: `.mp3`
    Freshness freshness;
    bool is_unchanged = false;  // the one that is here is still the server's
};

// Reads a final response with kept headers and a decoded body, which it may take. `url` was asked.
// Fails with status or content_type.
Result<Fetched> to_fetched(http::Response& response, const http::Url& url, std::int64_t unix_now_s);

}  // namespace pivot::media
