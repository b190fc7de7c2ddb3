// What is said, by a web server of the operator's.
#include "engine/whole_call_fixture.hpp"
#include "peers/temporary_folder.hpp"

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The number is that of the engine's threads.
class SpeechServer : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    SpeechServer()
    {
        config.reactors = GetParam();
        config.session.renders_speech = true;
        config.policy.allow = {"127.0.0.0/8"};
        config.media.path = folder_.path() / "media";
    }
    ~SpeechServer() override { destroy(); }

    // At an address that no customer's URL may have.
    void serve(HttpPeer::Handler handler)
    {
        HttpPeer::Options options;
        options.address = "::1";
        server_.emplace(std::move(handler), options);
        config.media.speech_url = server_->url("/speech?model=a");
    }
    void serve_sound(std::string_view type = "audio/mpeg")
    {
        serve([type = std::string(type)](HttpPeer::Exchange& exchange) {
            exchange.reply(200, type, "a voice", "Cache-Control: no-store\r\n");
        });
    }
    HttpPeer& server() { return *server_; }

    Phone& call()
    {
        Phone& caller = start(phone());
        EXPECT_TRUE(wait_for_end(caller));
        return caller;
    }

private:
    TemporaryFolder folder_;
    std::optional<HttpPeer> server_;
};

INSTANTIATE_TEST_SUITE_P(Engines, SpeechServer, testing::Values(0, 1, 2));

TEST_P(SpeechServer, is_posted_the_text_as_json)
{
    serve_sound();
    config.media.speech_headers = {{"Authorization", "Bearer 4711"}, {"accept", "audio/wav"}};
    page("/first", R"(<Say voice="anna" language="de-DE">Grüß <emphasis>Gott</emphasis></Say>)");
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "hang_up 0"));
    EXPECT_THAT(caller.warnings(), IsEmpty());
    ASSERT_THAT(caller.spoken(), ElementsAre(EndsWith(".mp3")));
    EXPECT_EQ(read_file(caller.spoken().front()), "a voice");
    ASSERT_EQ(server().requests_read(), 1U);
    const Request request = server().requests().front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/speech?model=a");
    EXPECT_EQ(request.header("content-type"), "application/json");
    EXPECT_EQ(request.header("authorization"), "Bearer 4711");
    EXPECT_EQ(request.header("accept"), "audio/wav");
    EXPECT_EQ(request.body, R"({"text":"Grüß Gott","ssml":"Grüß <emphasis>Gott</emphasis>",)"
                            R"("voice":"anna","language":"de-DE","engine":""})");
}

TEST_P(SpeechServer, is_asked_once_for_each_text_ssml_voice_and_language)
{
    serve_sound();
    page("/first", R"(<Say loop="2">Hello</Say><Say>Good bye</Say><Say>Good <break/>bye</Say>)"
                   R"(<Say voice="anna">Hello</Say><Say language="de-DE">Hello</Say>)");
    EXPECT_THAT(call().spoken(), SizeIs(6));
    EXPECT_THAT(call().spoken(), SizeIs(6));
    EXPECT_EQ(server().requests_read(), 5U);
}

TEST_P(SpeechServer, sends_what_is_converted_like_what_is_fetched)
{
    serve_sound("audio/ogg; codecs=opus");
    config.media.conversion_command = {"/bin/sh", "-c",     "echo $1 > $2; cat $1 >> $2",
                                       "sh",      "{file}", "{output}"};
    page("/first", "<Say>Hello</Say>");
    const Phone& caller = call();
    ASSERT_THAT(caller.spoken(), ElementsAre(EndsWith(".wav")));
    EXPECT_THAT(read_file(caller.spoken().front()), HasSubstr(".ogg\na voice"));
}

// The next verb follows.
TEST_P(SpeechServer, that_fails_is_warned_of)
{
    config.media.bytes_max = 1'024;
    config.media.speech_timeout = 300ms;
    page("/first", "<Say>Hello</Say><Play>https://example.com/tune.wav</Play>");
    using Exchange = HttpPeer::Exchange;
    const std::vector<std::pair<HttpPeer::Handler, std::string>> rows = {
        {[](Exchange& exchange) { exchange.reply(500, "audio/wav", "a voice"); },
         "the server answered 500"},
        {[](Exchange& exchange) {
             exchange.reply(302, "audio/wav", "a voice", "Location: /elsewhere\r\n");
         },
         "the server answered 302"},
        {[](Exchange& exchange) { exchange.reply(200, "text/html", "<p>Sorry"); },
         "the server sent text/html, not a sound"},
        {[](Exchange& exchange) { exchange.reply(200, "audio/wav", ""); },
         "the server sent an empty sound"},
        {[](Exchange& exchange) { exchange.reply(200, "audio/wav", std::string(1'025, '.')); },
         "1024"},
        {[](Exchange& exchange) { exchange.hold(); }, "300 ms"},
        {[](Exchange& exchange) {
             exchange.send(
                 "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n"
                 "Content-Length: 10\r\n\r\nhalf");
             exchange.hold();
         },
         "300 ms"},
        {[](Exchange& exchange) { exchange.close(); }, "closed"},
    };
    for (const auto& [handler, why] : rows) {
        serve(handler);
        ASSERT_TRUE(engine().reload(config));
        const Phone& caller = call();
        EXPECT_THAT(caller.commands(), ElementsAre("answer", "play", "hang_up 0"));
        EXPECT_THAT(caller.warnings(),
                    ElementsAre(AllOf(HasSubstr("Say: the switch could not speak this: "
                                                "media.speech_url: "),
                                      HasSubstr(why))));
    }
}

TEST_P(SpeechServer, that_does_not_answer_holds_up_no_other_call)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    config.media.speech_timeout = 1min;
    page("/first", "<Say>Hello</Say>");
    Phone& waiting = start(phone());
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    page("/first", "<Hangup/>");
    Phone& other = start(phone());
    ASSERT_TRUE(wait_until([&] { return other.ends() == 1; }));
    EXPECT_EQ(waiting.ends(), 0);
    waiting.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return waiting.ends() == 1; }));
}

TEST_P(SpeechServer, is_not_one_whom_a_customer_may_ask)
{
    serve_sound();
    config.session.fetches_media = true;
    page("/first", fmt::format("<Say>Hello</Say><Play>{}</Play>", server().url("/other")));
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "hang_up 0"));
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("::1")));
    EXPECT_EQ(server().requests_read(), 1U);
}

TEST_P(SpeechServer, needs_a_url)
{
    config.media.speech_url = "ftp://example.com/";
    EXPECT_THAT(Engine::create(config).error(), StartsWith("media.speech_url: "));
}

}  // namespace
}  // namespace pivot::test
