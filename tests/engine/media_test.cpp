// Sounds that the engine fetches for its calls.
#include "base/clock.hpp"
#include "engine/whole_call_fixture.hpp"
#include "media/recording_link.hpp"
#include "peers/temporary_folder.hpp"

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
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

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The number is that of the engine's threads.
class FetchedMedia : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    FetchedMedia()
    {
        config.reactors = GetParam();
        config.session.fetches_media = true;
        config.media.path = folder_.path() / "media";
    }
    ~FetchedMedia() override { destroy(); }

    // The server of sounds. Before the first call.
    void serve(HttpPeer::Handler handler) { server_.emplace(std::move(handler)); }
    void serve(std::string_view headers = "Cache-Control: max-age=3600\r\n")
    {
        serve([headers = std::string(headers)](HttpPeer::Exchange& exchange) {
            exchange.reply(200, "audio/mpeg", "a sound", headers);
        });
    }
    HttpPeer& server() { return *server_; }
    std::string sound(std::string_view path = "/hello") const { return server_->url(path); }

    void plays(const std::string& url) { page("/first", fmt::format("<Play>{}</Play>", url)); }

    // A whole call to its end.
    Phone& call()
    {
        Phone& caller = start(phone());
        EXPECT_TRUE(wait_for_end(caller));
        return caller;
    }

    std::size_t files() const
    {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(config.media.path)) {
            count += entry.path().filename().string().starts_with("pivot-") ? 1U : 0U;
        }
        return count;
    }

private:
    TemporaryFolder folder_;
    std::optional<HttpPeer> server_;
};

INSTANTIATE_TEST_SUITE_P(Engines, FetchedMedia, testing::Values(0, 1, 2));

TEST_P(FetchedMedia, a_sound_is_played_from_a_file)
{
    serve();
    plays(sound("/hello?x=1"));
    Phone& caller = phone();
    std::string heard;
    caller.on("play", [&](JobId job) {
        heard = read_file(caller.played().front());
        caller.tell(JobEnded{job, JobEnd::finished, ""});
    });
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "play", "hang_up 0"));
    EXPECT_THAT(caller.played(),
                ElementsAre(AllOf(StartsWith(config.media.path + "/"), EndsWith(".mp3"))));
    EXPECT_EQ(heard, "a sound");
    EXPECT_EQ(server().requests().front().target, "/hello?x=1");
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

TEST_P(FetchedMedia, a_switch_with_media_of_its_own_is_given_the_url)
{
    serve();
    plays(sound());
    call();
    Phone& caller = phone();
    caller.has_own_media = true;
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.played(), ElementsAre(sound()));
    EXPECT_EQ(server().requests_read(), 1U) << "for the call before";
}

TEST_P(FetchedMedia, a_fresh_sound_is_not_fetched_again)
{
    serve();
    plays(sound());
    const auto first = call().played();
    EXPECT_EQ(call().played(), first);
    EXPECT_EQ(server().requests_read(), 1U);
}

TEST_P(FetchedMedia, a_sound_that_is_not_fresh_is_asked_about)
{
    std::atomic<int> asked = 0;
    serve([&](HttpPeer::Exchange& exchange) {
        const bool is_known = exchange.request.header("if-none-match") == "\"one\"";
        if (++asked == 2 && is_known) return exchange.reply(304, "", "");
        const std::string etag = asked < 3 ? "one" : "two";
        exchange.reply(200, "audio/wav", etag,
                       fmt::format("Cache-Control: max-age=0\r\nETag: \"{}\"\r\n", etag));
    });
    plays(sound());
    const auto first = call().played();
    EXPECT_EQ(call().played(), first);
    const auto third = call().played();
    EXPECT_NE(third, first);
    EXPECT_EQ(read_file(third.front()), "two");
    EXPECT_EQ(asked, 3);
}

TEST_P(FetchedMedia, a_sound_that_is_not_to_be_stored_is_gone_after_its_call)
{
    serve("Cache-Control: no-store\r\n");
    plays(sound());
    call();
    call();
    call();
    EXPECT_EQ(server().requests_read(), 3U);
    EXPECT_EQ(files(), 1U);  // that of the last call
}

TEST_P(FetchedMedia, many_calls_at_once_share_one_fetch)
{
    constexpr std::size_t calls = 100;
    std::atomic<bool> may_answer = false;
    serve([&](HttpPeer::Exchange& exchange) {
        while (!may_answer) exchange.sleep(1ms);
        exchange.reply(200, "audio/mpeg", "a sound", "Cache-Control: no-cache\r\n");
    });
    plays(sound());
    std::vector<Phone*> callers;
    for (std::size_t i = 0; i < calls; ++i) callers.push_back(&start(phone()));
    EXPECT_TRUE(wait_until([&] { return count("/first") == calls; }));
    may_answer = true;
    for (Phone* const caller : callers) {
        ASSERT_TRUE(wait_until([&] { return caller->ends() > 0; }));
        EXPECT_THAT(caller->played(), SizeIs(1));
    }
    EXPECT_LT(server().requests_read(), calls / 2);
}

struct Unplayable {
    std::string name;
    HttpPeer::Handler handler;
    std::string why;
};

TEST_P(FetchedMedia, a_sound_that_cannot_be_had_is_warned_of_and_the_next_verb_performed)
{
    config.media.bytes_max = 1024;
    // Static, because the server's threads outlive this.
    static const std::vector<Unplayable> rows = {
        {"missing", [](auto& exchange) { exchange.reply(404, "text/html", "no"); },
         "the server answered 404"},
        {"too large",
         [](auto& exchange) { exchange.reply(200, "audio/wav", std::string(2'000, 'x')); },
         "a body of 2000 bytes is over the limit of 1024"},
        {"too large, of unknown length",
         [](auto& exchange) {
             exchange.send("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n" +
                           std::string(2'000, 'x'));
             exchange.close();
         },
         "the body is over the limit of 1024 bytes"},
        {"a page", [](auto& exchange) { exchange.reply(200, "text/html", "<html/>"); },
         "the server sent text/html, not a sound"},
        {"empty", [](auto& exchange) { exchange.reply(200, "audio/wav", ""); },
         "the server sent an empty sound"},
        {"cut", [](auto& exchange) { exchange.close(); }, "closed"},
        {"304 for nothing", [](auto& exchange) { exchange.reply(304, "", ""); }, "304"},
    };
    serve([](HttpPeer::Exchange& exchange) {
        rows[static_cast<std::size_t>(exchange.request.target[1] - '0')].handler(exchange);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Unplayable& row = rows[i];
        page("/first", fmt::format("<Play>{}</Play><Say>on</Say>", sound(fmt::format("/{}", i))));
        const Phone& caller = call();
        EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "hang_up 0")) << row.name;
        EXPECT_THAT(caller.warnings(),
                    ElementsAre(AllOf(HasSubstr("Play: the switch could not play http"),
                                      HasSubstr(row.why))))
            << row.name;
    }
}

TEST_P(FetchedMedia, a_sound_that_comes_too_slowly_is_not_waited_for)
{
    config.media.fetch_timeout = 300ms;
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    plays(sound());
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "hang_up 0"));
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("no answer within 300 ms")));
}

TEST_P(FetchedMedia, a_denied_address_is_not_asked)
{
    serve();
    config.policy.deny = {"localhost"};
    page("/first", fmt::format("<Play>http://localhost:{}/x</Play>", server().port()));
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "hang_up 0"));
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("denied")));
    EXPECT_EQ(server().requests_read(), 0U);
}

TEST_P(FetchedMedia, a_sound_is_heard_when_its_server_is_gone)
{
    std::atomic<bool> is_gone = false;
    serve([&](HttpPeer::Exchange& exchange) {
        if (is_gone) exchange.reset();
        exchange.reply(200, "audio/mpeg", "a sound", "Cache-Control: max-age=0\r\n");
    });
    plays(sound());
    const auto first = call().played();
    is_gone = true;
    EXPECT_EQ(call().played(), first);
}

TEST_P(FetchedMedia, a_caller_may_hang_up_during_the_fetch)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    plays(sound());
    Phone& caller = start(phone());
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), ElementsAre("answer"));
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

TEST_P(FetchedMedia, keys_and_redirects_end_a_fetch)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    page("/first",
         fmt::format("<Gather numDigits=\"1\" action=\"/next\"><Play>{}</Play></Gather>", sound()));
    page("/next", fmt::format("<Play>{}</Play>", sound("/other")));
    page("/elsewhere", "<Hangup/>");
    Phone& caller = start(phone());
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    caller.press("4");
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 2; }));
    EXPECT_EQ(told("/next")["Digits"], "4");
    caller.tell(Redirected{url("/elsewhere"), Method::post});
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "hang_up 0"));
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

TEST_P(FetchedMedia, an_engine_ends_with_fetches_under_way)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    plays(sound());
    std::vector<Phone*> callers;
    for (int i = 0; i < 4; ++i) callers.push_back(&start(phone()));
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    destroy();
    for (const Phone* caller : callers) EXPECT_EQ(caller->ends(), 1);
}

TEST_P(FetchedMedia, the_cache_makes_room_for_new_sounds)
{
    config.media.cache_bytes_max = 1'500'000;
    serve([&](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "audio/mpeg", std::string(600'000, 'x'),
                       "Cache-Control: max-age=3600\r\n");
    });
    for (const char* const path : {"/a", "/b", "/a", "/c", "/a", "/b"}) {
        plays(sound(path));
        call();
    }
    EXPECT_EQ(server().requests_read(), 4U);  // b went, because a was asked for later
    EXPECT_EQ(files(), 2U);
}

TEST_P(FetchedMedia, what_a_dial_or_a_queue_plays_is_fetched_too)
{
    serve();
    page("/first", fmt::format("<Dial ringTone=\"{}\"><Number>+14155550101</Number></Dial>"
                               "<Enqueue waitUrl=\"/wait\">q</Enqueue>",
                               sound("/ring")));
    page("/wait", fmt::format("<Play>{}</Play><Leave/>", sound("/wait")));
    const Phone& caller = call();
    EXPECT_THAT(caller.played(), ElementsAre(EndsWith(".mp3")));
    EXPECT_THAT(caller.warnings(), Not(Contains(HasSubstr("play"))));
}

TEST_P(FetchedMedia, other_settings_fetch_anew_or_not_at_all)
{
    serve();
    plays(sound());
    call();
    ASSERT_TRUE(engine().reload(config));
    call();
    EXPECT_EQ(server().requests_read(), 2U);
    EngineConfig without = config;
    without.session.fetches_media = false;
    ASSERT_TRUE(engine().reload(without));
    EXPECT_THAT(call().played(), ElementsAre(sound()));
    EXPECT_EQ(server().requests_read(), 2U);
}

TEST_P(FetchedMedia, is_converted_once_to_what_the_switch_plays_best)
{
    serve();
    const std::string calls = std::filesystem::path(config.media.path).parent_path() / "calls";
    config.media.conversion_command = {
        "/bin/sh", "-c",     "echo >> " + calls + "; (cat \"$1\"; echo ' in order') > $2",
        "sh",      "{file}", "{output}"};
    plays(sound());
    for (int times = 0; times < 2; ++times) {
        const Phone& caller = call();
        ASSERT_THAT(caller.played(), SizeIs(1));
        EXPECT_THAT(caller.played().front(), EndsWith(".wav"));
        EXPECT_EQ(read_file(caller.played().front()), "a sound in order\n");
    }
    EXPECT_EQ(read_file(calls).size(), 1U);
    EXPECT_EQ(files(), 1U) << "the sound as it came is removed";
}

TEST_P(FetchedMedia, is_converted_once_for_each_rate_that_callers_hear_best)
{
    serve();
    config.media.conversion_command = {"/bin/sh", "-c", "echo $1 > $2", "sh", "{rate}", "{output}"};
    plays(sound());
    Phone& wideband = phone();
    wideband.form = {.rate_hz = 16'000, .ending = ".wav16"};
    start(wideband);
    ASSERT_TRUE(wait_for_end(wideband));
    ASSERT_THAT(wideband.played(), ElementsAre(EndsWith(".wav16")));
    EXPECT_EQ(read_file(wideband.played().front()), "16000\n");
    const auto narrowband = call().played();
    ASSERT_THAT(narrowband, ElementsAre(EndsWith(".wav")));
    EXPECT_EQ(read_file(narrowband.front()), "8000\n");
    EXPECT_EQ(call().played(), narrowband);
    EXPECT_EQ(server().requests_read(), 2U);
}

TEST_P(FetchedMedia, is_converted_alike_for_all_by_a_command_that_knows_no_rate)
{
    serve();
    config.media.conversion_command = {"cp", "{file}", "{output}"};
    plays(sound());
    Phone& wideband = phone();
    wideband.form = {.rate_hz = 16'000, .ending = ".wav16"};
    start(wideband);
    ASSERT_TRUE(wait_for_end(wideband));
    ASSERT_THAT(wideband.played(), ElementsAre(EndsWith(".wav")));
    EXPECT_EQ(call().played(), wideband.played());
    EXPECT_EQ(server().requests_read(), 1U);
}

TEST_P(FetchedMedia, that_cannot_be_converted_is_warned_of)
{
    serve();
    config.media.conversion_command = {"/bin/sh", "-c", "echo no such format >&2; exit 2"};
    plays(sound());
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "hang_up 0"));
    EXPECT_THAT(caller.warnings(),
                ElementsAre(HasSubstr("/bin/sh ended with status 2: no such format")));
    EXPECT_EQ(files(), 0U);
}

// What is said, by a script in the place of a speech engine. The number is that of the engine's
// threads.
class RenderedSpeech : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    RenderedSpeech()
    {
        config.reactors = GetParam();
        config.session.renders_speech = true;
        config.media.path = folder_.path() / "media";
        speaks(R"(cat "$2" > "$1"; echo "$3 $4" >> "$1")");
    }
    ~RenderedSpeech() override { destroy(); }

    // $1 is the file, $2 that of the text, $3 the voice, $4 the language.
    void speaks(const std::string& script)
    {
        config.media.speech_command = {
            "/bin/sh", "-c",         "echo >> " + calls() + "; " + script,
            "sh",      "{file}",     "{text_file}",
            "{voice}", "{language}",
        };
    }
    std::size_t times_spoken() const { return read_file(calls()).size(); }

    Phone& call()
    {
        Phone& caller = start(phone());
        EXPECT_TRUE(wait_for_end(caller));
        return caller;
    }

private:
    std::string calls() const { return folder_.path() / "calls"; }

    TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Engines, RenderedSpeech, testing::Values(0, 1, 2));

// This switch says what it is shown, and notes the file.
TEST_P(RenderedSpeech, is_rendered_once_for_each_text_voice_and_language)
{
    page("/first", R"(<Say voice="anna" language="de-DE" loop="2">Grüß Gott</Say>)"
                   R"(<Say voice="anna" language="de-AT">Grüß Gott</Say>)");
    const Phone& caller = call();
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "say", "say", "hang_up 0"));
    const auto files = caller.spoken();
    ASSERT_THAT(files, SizeIs(3));
    EXPECT_EQ(files[0], files[1]);
    EXPECT_EQ(read_file(files[0]), "Grüß Gott\nanna de-DE\n");
    EXPECT_EQ(read_file(files[2]), "Grüß Gott\nanna de-AT\n");
    call();
    EXPECT_EQ(times_spoken(), 2U);
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

TEST_P(RenderedSpeech, is_played_where_a_switch_cannot_speak)
{
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    caller.speaks = false;
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "play", "hang_up 0"));
    EXPECT_THAT(read_file(caller.played().front()), StartsWith("Hello\n"));
}

TEST_P(RenderedSpeech, that_fails_is_warned_of)
{
    page("/first", "<Say>Hello</Say><Say>Good bye</Say>");
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"echo no such voice >&2; exit 1", "/bin/sh ended with status 1: no such voice"},
        {"sleep 100", "/bin/sh has not ended within 100 ms"},
        {"true", "media.speech_command has made no file"},
        {R"(: > "$1")", "media.speech_command has made no file"},
    };
    for (const auto& [script, why] : rows) {
        speaks(script);
        config.media.speech_timeout = script == "sleep 100" ? 100ms : 10s;
        ASSERT_TRUE(engine().reload(config));
        const Phone& caller = call();
        EXPECT_THAT(caller.commands(), ElementsAre("answer", "hang_up 0"));
        EXPECT_THAT(
            caller.warnings(),
            ElementsAre(HasSubstr("Say: the switch could not speak this: " + why), HasSubstr(why)));
    }
}

TEST_P(RenderedSpeech, is_converted_like_what_is_fetched)
{
    config.media.conversion_command = {"/bin/sh", "-c",     "tr a-z A-Z < \"$1\" > \"$2\"",
                                       "sh",      "{file}", "{output}"};
    page("/first", "<Say>Hello</Say><Say>Hello</Say>");
    const Phone& caller = call();
    ASSERT_THAT(caller.spoken(), SizeIs(2));
    EXPECT_EQ(caller.spoken()[0], caller.spoken()[1]);
    EXPECT_THAT(read_file(caller.spoken()[0]), StartsWith("HELLO\n"));
    EXPECT_EQ(times_spoken(), 1U);
}

TEST_P(RenderedSpeech, ends_with_an_engine_that_stops_while_it_is_converted)
{
    config.media.conversion_command = {"sleep", "100"};
    page("/first", "<Say>Hello</Say>");
    Phone& caller = start(phone());
    ASSERT_TRUE(wait_until([&] { return times_spoken() == 1; }));
    destroy();
    EXPECT_EQ(caller.ends(), 1);
}

TEST_P(RenderedSpeech, ends_with_its_call_and_its_engine)
{
    speaks("sleep 100");
    page("/first", "<Say>Hello</Say>");
    Phone& first = start(phone());
    Phone& second = start(phone());
    ASSERT_TRUE(wait_until([&] { return times_spoken() == 1; }));
    first.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return first.ends() == 1; }));
    destroy();
    EXPECT_EQ(second.ends(), 1);
}

TEST_P(RenderedSpeech, is_that_of_espeak_ng_by_default)
{
    config.media.speech_command = EngineConfig().media.speech_command;
    page("/first", R"(<Say language="en-US">Hello</Say>)");
    const Phone& caller = call();
    ASSERT_THAT(caller.spoken(), SizeIs(1));
    EXPECT_THAT(read_file(caller.spoken().front()), StartsWith("RIFF"));
}

// Recordings of a switch that writes `voice` into the file that it is given, or into its own.
class KeptRecordings : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    KeptRecordings()
    {
        config.reactors = GetParam();
        config.session.keeps_recordings = true;
        config.media.path = folder_.path() / "media";
        page("/done", "<Hangup/>");
    }
    ~KeptRecordings() override { destroy(); }

    void serve(HttpPeer::Handler handler) { server_.emplace(std::move(handler)); }
    HttpPeer& server() { return *server_; }
    std::string base() const { return server_->url("/rec"); }

    // Performs a Record with these attributes.
    Phone& record(const std::string& attributes, const std::string& own_path = "")
    {
        page("/first", fmt::format(R"(<Record action="/done" playBeep="false" {}/>)", attributes));
        Phone& caller = phone();
        caller.on("record", [&caller, own_path](JobId job) {
            RecordingEnded ended;
            ended.job = job;
            ended.end = RecordingEnd::limit;
            ended.duration = 2s;
            const std::string given = caller.recorded().back().file.text();
            ended.url = own_path.empty() ? given : "file://" + own_path;
            std::ofstream(own_path.empty() ? given : own_path) << "voice";
            caller.tell(std::move(ended));
        });
        start(caller);
        EXPECT_TRUE(wait_for_end(caller));
        return caller;
    }

    std::string folder() const { return config.media.path + "/recordings/"; }
    std::size_t files() const
    {
        std::error_code ignored;
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator(folder(), ignored)) {
            ++count;
        }
        return count;
    }
    std::string own_path() const { return folder_.path() / "own.wav"; }

    // The last request that the document made.
    std::string told_url() const { return told("/done")["RecordingUrl"]; }

private:
    TemporaryFolder folder_;
    std::optional<HttpPeer> server_;
};

INSTANTIATE_TEST_SUITE_P(Engines, KeptRecordings, testing::Values(0, 1, 2));

TEST_P(KeptRecordings, are_in_a_file_of_the_engine)
{
    const Phone& caller = record("");
    ASSERT_THAT(caller.recorded(), SizeIs(1));
    const std::string path = caller.recorded().front().file.text();
    EXPECT_THAT(path, AllOf(StartsWith(folder()), EndsWith(".wav")));
    EXPECT_EQ(told_url(), path);
    EXPECT_EQ(read_file(path), "voice");
}

TEST_P(KeptRecordings, are_uploaded_and_then_removed)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.reply(201, "", ""); });
    const Phone& caller = record(fmt::format(R"(storageUrl="{}/" storageUrlMethod="PUT")", base()));
    const Recording command = caller.recorded().front();
    EXPECT_TRUE(command.url.empty());  // it is not the switch's to upload
    ASSERT_TRUE(wait_until([&] { return files() == 0; }));
    const std::string name = command.file.text().substr(folder().size());
    const auto requests = server().requests();
    ASSERT_THAT(requests, SizeIs(1));
    EXPECT_EQ(requests[0].method, "PUT");
    EXPECT_EQ(requests[0].target, "/rec/" + name);
    EXPECT_EQ(requests[0].header("content-type"), "audio/wav");
    EXPECT_EQ(requests[0].body, "voice");
    EXPECT_EQ(told_url(), base() + "/" + name);
}

TEST_P(KeptRecordings, go_where_the_document_says_and_as_it_says)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.reply(200, "", ""); });
    record(fmt::format(R"(recordingUrl="{}?key=1")", base()), own_path());
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    EXPECT_EQ(server().requests()[0].method, "POST");
    EXPECT_EQ(server().requests()[0].target, "/rec?key=1");
    EXPECT_EQ(server().requests()[0].body, "voice");
    EXPECT_TRUE(std::filesystem::exists(own_path()));  // a file of the switch's own stays
}

TEST_P(KeptRecordings, are_uploaded_again_after_a_failure)
{
    std::atomic<int> asked = 0;
    serve([&](HttpPeer::Exchange& exchange) { exchange.reply(++asked == 1 ? 503 : 200, "", ""); });
    record(fmt::format(R"(recordingUrl="{}")", base()));
    ASSERT_TRUE(wait_until([&] { return files() == 0; }));
    EXPECT_EQ(asked, 2);
}

TEST_P(KeptRecordings, stay_and_are_in_the_log_when_the_engine_stops_first)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    record(fmt::format(R"(recordingUrl="{}")", base()));
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    destroy();
    EXPECT_EQ(files(), 1U);
    ASSERT_THAT(kept.lines(), SizeIs(1));
    EXPECT_THAT(kept.lines().front().text,
                AllOf(StartsWith("the recording " + folder()),
                      HasSubstr("is kept, because it could not be uploaded to " + base())));
}

// A denied address is the customer's to mend.
TEST_P(KeptRecordings, are_told_as_signed_links_where_the_host_offers_them)
{
    config.media.recordings_url = "https://pivot.example.com/r";
    config.media.recordings_key = "secret";
    const Phone& caller = record("");
    ASSERT_TRUE(wait_for_end(caller));
    const std::string url = told_url();
    ASSERT_THAT(url, StartsWith("https://pivot.example.com/r/"));
    const std::vector<std::string> keys = {"secret"};
    const auto read = media::read_link(url.substr(config.media.recordings_url.size() + 1), keys,
                                       unix_now_ms() / 1'000);
    ASSERT_TRUE(read);
    EXPECT_EQ(read_file(config.media.path + "/recordings/" + read->link.id + ".wav"), "voice");
}

TEST_P(KeptRecordings, need_a_key_to_be_told_as_links)
{
    config.media.recordings_url = "https://pivot.example.com/r";
    EXPECT_THAT(Engine::create(config).error(), HasSubstr("set media.recordings_key"));
}

TEST_P(KeptRecordings, go_to_no_denied_address)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.reply(200, "", ""); });
    config.policy.deny = {"localhost"};
    record(fmt::format(R"(recordingUrl="http://localhost:{}/x")", server().port()));
    ASSERT_TRUE(wait_until([&] { return !kept.lines().empty(); }));
    EXPECT_THAT(kept.lines().front().text, HasSubstr("denied"));
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(server().requests_read(), 0U);
}

TEST_P(KeptRecordings, are_trimmed_by_a_program)
{
    serve([](HttpPeer::Exchange& exchange) { exchange.reply(200, "", ""); });
    config.media.recording_command = {"/bin/sh",  "-c",     R"((cat "$1"; echo " $3 $4") > "$2")",
                                      "sh",       "{file}", "{output}",
                                      "{format}", "{trim}"};
    const Phone& caller = record(fmt::format(R"(trim="trim-silence" recordingUrl="{}")", base()));
    EXPECT_FALSE(caller.recorded().front().trims_silence);
    ASSERT_TRUE(wait_until([&] { return server().requests_read() == 1; }));
    EXPECT_EQ(server().requests()[0].body, "voice wav trim\n");
    EXPECT_EQ(told_url(), server().url(server().requests()[0].target));
    ASSERT_TRUE(wait_until([&] { return files() == 0; }));
}

TEST_P(KeptRecordings, are_left_as_they_are_where_the_program_fails)
{
    config.media.recording_command = {"/bin/sh", "-c", "echo cannot >&2; exit 1"};
    record(R"(trim="trim-silence")");
    ASSERT_TRUE(wait_until([&] { return !kept.lines().empty(); }));
    EXPECT_THAT(kept.lines().front().text,
                HasSubstr("is left as it was recorded: /bin/sh ended with status 1: cannot"));
    EXPECT_EQ(files(), 1U);
}

TEST_P(KeptRecordings, of_a_switch_that_has_them_elsewhere_stay_there)
{
    page("/first", R"(<Record action="/done" playBeep="false" recordingUrl="http://x.example/"/>)");
    Phone& caller = start(phone());
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(told_url(), "http://switch.example/r1");
    EXPECT_THAT(caller.warnings(),
                ElementsAre("recording: the switch has told no path of a file: it is not "
                            "uploaded"));
}

TEST(Media, a_folder_that_is_missing_is_named)
{
    EngineConfig config;
    config.session.fetches_media = true;
    EXPECT_THAT(Engine::create(config).error(), HasSubstr("set media.path"));
    config.media.path = "/dev/null/media";
    EXPECT_THAT(Engine::create(config).error(),
                HasSubstr("the folder of media.path /dev/null/media: "));
}

}  // namespace
}  // namespace pivot::test
