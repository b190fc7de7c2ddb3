#include "switches/kazoo/message_body.hpp"

#include "base/utf8.hpp"
#include "http/gunzip.hpp"

#include <string_view>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

std::string unzip(std::string body)
{
    std::string text;
    http::Gunzip gunzip(std::move(body), body_bytes_max);
    auto state = http::Gunzip::State::more;
    while (state == http::Gunzip::State::more) state = gunzip.decode(text, body_bytes_max);
    if (state != http::Gunzip::State::complete) text.clear();
    return text;
}

std::string from_latin_1(std::string_view bytes)
{
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        char character[4];
        text.append(character, write_utf8(character, static_cast<unsigned char>(c)));
    }
    return text;
}

void decode(bool is_gzip, std::string& body)
{
    if (is_gzip) body = unzip(std::move(body));
    if (!is_valid_utf8(body)) body = from_latin_1(body);
}

}  // namespace

std::string_view decode_body(Delivery& delivery)
{
    decode(std::exchange(delivery.is_gzip, false), delivery.body);
    return delivery.body;
}

std::string take_body(Heard& heard)
{
    decode(heard.is_gzip, heard.body);
    return std::move(heard.body);
}

}  // namespace pivot::switches::kazoo
