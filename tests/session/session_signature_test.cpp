// Signatures, computed again here with OpenSSL alone.

#include "session_fixture.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace pivot::test {
namespace {

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view text)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(digest, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
    return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string base64(std::string_view bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::string hex(std::string_view bytes)
{
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

// As who receives it computes it: from the URL it was asked for, and the form.
std::string expected(const HttpPeer& peer, const Request& request, std::string_view key)
{
    std::string text = peer.url(request.target);
    auto pairs = http::read_form(request.body);
    std::ranges::sort(pairs);
    for (const auto& [name, value] : pairs) text += name + value;
    return base64(hmac(EVP_sha1(), key, text));
}

Call of_account(std::string account_id)
{
    auto call = some_call();
    call.account_id = std::move(account_id);
    return call;
}

EngineConfig with_keys()
{
    auto config = loopback();
    config.signing.keys = {{"a1", "secret one"}};
    config.signing.key = "other secret";
    return config;
}

TEST(SessionSignature, every_request_of_a_twiml_session_has_one)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/moved")) {
            exchange.reply(307, "text/plain", "", "Location: /here?now=1\r\n");
        } else {
            exchange.reply(200, "text/xml", say_hello);
        }
    }};
    Sessions sessions(with_keys());
    for (const auto more : {twiml, twiml_post}) {
        const auto session = sessions.make(node(peer.url("/p?x=1"), more), of_account("a1"));
        ASSERT_TRUE(sessions.begin(*session));
        ASSERT_TRUE(sessions.ask(*session, {"/moved", Method::post, {{"Digits", "1#"}}}));
        ASSERT_TRUE(sessions.ask(*session, {"/got#rc=1", Method::get, {{"Digits", "2*"}}}));
        session->notify("/told", Method::post, {{"CallStatus", "completed"}}, true);
    }
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 10u);
    for (const auto& request : requests) {
        EXPECT_EQ(request.header("x-twilio-signature"), expected(peer, request, "secret one"))
            << request.target;
    }
}

TEST(SessionSignature, a_kazoo_session_signs_time_and_body)
{
    HttpPeer peer{answer()};
    Sessions sessions(with_keys());
    ASSERT_TRUE(sessions.begin(*sessions.make(node(peer.url("/")), of_account("a2"))));
    ASSERT_TRUE(sessions.begin(*sessions.make(
        node(peer.url("/"), R"(,"method":"post","req_body_format":"json")"), of_account("a2"))));
    for (const auto& request : peer.requests()) {
        const auto value = request.header("x-pivot-signature");
        ASSERT_TRUE(value.starts_with("t=")) << value;
        const auto comma = value.find(",v1=");
        const auto time = value.substr(2, comma - 2);
        EXPECT_EQ(value.substr(comma + 4),
                  hex(hmac(EVP_sha256(), "other secret", time + '.' + request.body)));
        EXPECT_EQ(request.header("x-twilio-signature"), "");
    }
}

TEST(SessionSignature, without_a_key_there_is_none)
{
    HttpPeer peer{answer()};
    Sessions sessions;
    ASSERT_TRUE(sessions.begin(*sessions.make(node(peer.url("/"), twiml))));
    EXPECT_EQ(peer.requests().front().header("x-twilio-signature"), "");
}

// As it is written: also with what is not sent, credentials and the scheme's own port.
TEST(SessionSignature, the_url_is_signed_as_it_was_written)
{
    HttpPeer peer{answer(say_hello, "text/xml")};
    session::RecentRecords records;
    Sessions sessions(with_keys());
    sessions.config.sink = &records;
    auto url = peer.url("/p");
    url.insert(7, "ann:secret@");
    const auto session =
        sessions.make(node(url, std::string(twiml_post) + R"(,"debug":true)"), of_account("a1"));
    ASSERT_TRUE(sessions.begin(*session));
    const auto request = peer.requests().front();
    std::string text = url;
    auto pairs = http::read_form(request.body);
    std::ranges::sort(pairs);
    for (const auto& [name, value] : pairs) text += name + value;
    EXPECT_EQ(request.header("x-twilio-signature"), base64(hmac(EVP_sha1(), "secret one", text)));

    const auto json = records.find("c1").at(0).to_json();
    EXPECT_NE(json.find("\"signed_url\":\"http://[redacted]@"), std::string::npos) << json;
    EXPECT_EQ(json.find("ann:secret"), std::string::npos) << json;
    EXPECT_EQ(json.find(request.header("x-twilio-signature")), std::string::npos) << json;
}

}  // namespace
}  // namespace pivot::test
