// What a response is: by its Content-Type or, if that says nothing, by its first character.
#pragma once

#include "http/response.hpp"

#include <string_view>

namespace pivot::exchange {

enum class AnswerKind { callflow, twiml, none };

AnswerKind kind_of(const http::Response& response);

// The type without parameters: `application/json` of `Application/JSON; charset=utf-8`.
std::string_view essence(std::string_view content_type);

// The value of the parameter `charset`; empty if there is none.
std::string_view charset(std::string_view content_type);

// The answer that comes with the action, as if a server had sent it.
http::Response given_answer(std::string_view flow_doc, std::string_view flow_type);

}  // namespace pivot::exchange
