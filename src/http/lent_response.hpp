// A whole response, in the parser that has read it. Both go back to the client's free list when
// this dies, and the next response reuses their memory. It dies before its client.
#pragma once

#include "base/free_list.hpp"
#include "http/response.hpp"

#include <cassert>
#include <utility>

namespace pivot::http {

class LentResponse {
public:
    using Parsers = FreeList<ResponseParser>;

    LentResponse() = default;  // none
    explicit LentResponse(Parsers::Lent parser) : parser_(std::move(parser))
    {
        assert(parser_->is_complete());
    }

    explicit operator bool() const { return parser_ != nullptr; }
    Response& operator*() const { return parser_->response(); }
    Response* operator->() const { return &parser_->response(); }

private:
    Parsers::Lent parser_;
};

}  // namespace pivot::http
