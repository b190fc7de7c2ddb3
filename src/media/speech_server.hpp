// A web server of the operator's that renders speech: a text is posted as JSON, and the answer is a
// sound.
//
// The operator has named it, so the address policy, which is for the URLs of customers, does not
// apply to it, and its connections serve nothing else.
#pragma once

#include "exchange/exchanges.hpp"
#include "media/fetched.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/command.hpp>

#include <string>

namespace pivot::media {

// What is posted: an object with the strings `text`, `ssml`, `voice`, `language` and `engine`.
std::string to_json(const Speech& speech);

// Posts `json` to media.speech_url, once, and reads the sound. It lives for as long as the sound is
// not evicted, because the same text always sounds the same. Fails with any reason of the network
// and of HTTP, with status or with content_type.
reactor::Task<Result<Fetched>> ask_speech_server(exchange::Exchanges& exchanges,
                                                 const std::string& json, reactor::Deadline& whole);

}  // namespace pivot::media
