// The part of its action that a session keeps: everything but an answer that the action brings
// along.
#pragma once

#include <pivot/action.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace pivot::session {

struct ActionTerms {
    ActionTerms() = default;
    explicit ActionTerms(Action action);

    // Its origin gets the headers of the account, the host and the action. Empty if the action
    // brings its answer along, until the first URL is asked.
    std::string voice_url;

    std::string fallback_url;
    std::string cdr_url;
    std::unique_ptr<const std::string> headers;  // packed (exchange/request_headers.hpp); or null
    std::chrono::milliseconds timeout{0};
    Method method = Method::get;
    Method fallback_method = Method::get;
    Format req_format = Format::kazoo;
    BodyFormat req_body_format = BodyFormat::form;
    bool debug = false;
    bool skip_module = false;
};

}  // namespace pivot::session
