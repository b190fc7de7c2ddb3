// How long a fetched sound is as good as its server's (RFC 9111), as a cache that callers share has
// to see it.
//
// Pure: the headers of a response go in.
#pragma once

#include "http/response.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace pivot::media {

inline constexpr std::chrono::seconds forever{std::int64_t{1} << 31U};

struct Freshness {
    // Whether later calls get it. Else it is for those that wait for it.
    bool may_be_kept = true;

    // Whether it is played when it is no longer fresh and its server cannot be had.
    bool may_be_stale = true;

    // From the moment in which it was asked for. Zero: the server is to be asked each time.
    std::chrono::seconds lifetime{0};

    // By which the server knows it: the values of ETag and Last-Modified. May be empty.
    std::string etag;
    std::string last_modified;

    // The header lines of a request that asks whether it has changed. Empty: nobody can say.
    std::string conditions() const;
};

// Reads the kept headers of a response. `unix_now_s` is when it came.
Freshness freshness_of(const http::Response& response, std::int64_t unix_now_s);

}  // namespace pivot::media
