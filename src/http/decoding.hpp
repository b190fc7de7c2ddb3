// Decodes the body of a response.
//
// A kilobyte may decode to a megabyte, which takes a lane milliseconds. So nothing is decoded while
// it arrives, but later, in portions, when somebody wants to read it.
#pragma once

#include "http/gunzip.hpp"
#include "http/response.hpp"

#include <pivot/failure.hpp>

#include <cstddef>

namespace pivot::http {

class Decoding {
public:
    // Takes the encoded body of `response`, which outlives this.
    Decoding(Response& response, const ResponseLimits& limits);

    // Appends the next `portion_bytes` of the text to the body, which is padded when it is
    // complete. Fails in phase read: with protocol if the stream is corrupt or cut short, with
    // too_large if the text exceeds its limit, or if the stream is longer than the text by more
    // than `head_bytes_max`.
    Result<void> decode(std::size_t portion_bytes);

    bool is_complete() const { return is_complete_; }

    // Gives the encoded body back to the response. Nothing else may be called afterwards.
    void undo();

private:
    Result<void> check_stream() const;

    Response& response_;
    const ResponseLimits& limits_;
    Gunzip gunzip_;
    bool is_complete_ = false;
};

}  // namespace pivot::http
