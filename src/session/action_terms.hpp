// What a session keeps of its action: all but the answer that it may bring along.
#pragma once

#include <pivot/action.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace pivot::session {

struct ActionTerms {
    ActionTerms() = default;
    explicit ActionTerms(Action action);

    // Whose origin gets the headers of the account, of the host and of the action. An action that
    // brings its answer along has none, until a first URL is asked.
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
