#include "switches/kazoo/message_body.hpp"

#include "http/gunzip.hpp"

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

}  // namespace

std::string take_body(Delivery& delivery)
{
    return delivery.is_gzip ? unzip(std::move(delivery.body)) : std::move(delivery.body);
}

std::string take_body(Heard& heard)
{
    return heard.is_gzip ? unzip(std::move(heard.body)) : std::move(heard.body);
}

}  // namespace pivot::switches::kazoo
