// What a web server answered in a session: something to perform.
#pragma once

#include "http/response.hpp"
#include "net/address_policy.hpp"
#include "twiml/document.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pivot::exchange {
struct Exchanges;
}

namespace pivot::session {

// Exactly one of the first four is there.
struct Answer {
    std::shared_ptr<const twiml::Document> document;  // TwiML
    std::string flow;            // a callflow as JSON text, valid, defaults written in
    std::string media_url;       // the answer is a sound: play it, then hang up
    std::string words;           // plain text: speak it, then hang up
    bool are_words_cut = false;  // there were more than a Say may have
};

// Reads the final response of an exchange, which came from `url`, and whose flow names URLs that
// `policy` admits. Sounds and words are for sessions of the format twiml. Fails with status (phase
// read), content_type, too_large, invalid_json, invalid_callflow or invalid_twiml (parse); an empty
// body is invalid in the session's own format.
Result<Answer> read_answer(const http::Response& response, Format format, std::string_view url,
                           const net::AddressPolicy& policy, exchange::Exchanges& exchanges);

}  // namespace pivot::session
