// From the body of a response as it came to its text.
//
// A kilobyte may decode to a megabyte, which takes a lane milliseconds: so nothing is decoded while
// it arrives, but when somebody wants to read it, in portions.
#pragma once

#include "http/gunzip.hpp"
#include "http/response.hpp"

#include <pivot/failure.hpp>

#include <cstddef>

namespace pivot::http {

class Decoding {
public:
    // Takes the body of `response`, which is encoded and outlives this.
    Decoding(Response& response, const ResponseLimits& limits);

    // Puts the next `portion_bytes` of the text into the body, which is padded when it is complete.
    // Fails with protocol (corrupt, cut short), or too_large: the text, or what the stream has more
    // than that, over `head_bytes_max`; phase read.
    Result<void> decode(std::size_t portion_bytes);

    bool is_complete() const { return is_complete_; }

    // Gives the response its encoded body back, and nothing else afterwards.
    void undo();

private:
    Result<void> check_stream() const;

    Response& response_;
    const ResponseLimits& limits_;
    Gunzip gunzip_;
    bool is_complete_ = false;
};

}  // namespace pivot::http
