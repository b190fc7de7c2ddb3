// A call that its host redirects: Twilio's update of a live call.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class RedirectedCall : public VerbTest {
protected:
    RedirectedCall() { page("/other", "<Say>Other</Say>"); }

    void redirect(std::string_view path) { channel->push(Redirected{url(path), Method::post}); }
    // Within the command, which is not over by itself.
    void redirect_during(const std::string& command)
    {
        channel->on(command, [this](JobId) { redirect("/other"); });
    }
    // While this many requests have been read, and the last is not answered.
    void redirect_during_request(std::size_t count)
    {
        hangs_up_when = [this, count, is_done = false]() mutable {
            const bool redirects = !is_done && asked().size() == count;
            if (redirects) redirect("/other");
            is_done = is_done || redirects;
            return false;
        };
    }
};

TEST_F(RedirectedCall, in_a_prompt_hears_the_other_document_at_once)
{
    redirect_during("play");
    EXPECT_THAT(run("<Play>/m.mp3</Play><Say>Never</Say>"),
                ElementsAre("answer", HasSubstr("play url"), "stop", "say Other", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(RedirectedCall, in_a_gather_asks_nothing_about_its_digits)
{
    clock->after(3s, [this] { redirect("/other"); });
    EXPECT_THAT(run(R"(<Gather timeout="30" action="/keys"/>)"),
                ElementsAre("answer", "say Other", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
}

TEST_F(RedirectedCall, in_a_dial_lets_nobody_ring_on)
{
    redirect_during("dial");
    EXPECT_THAT(run(R"(<Dial action="/done">+14155550100</Dial>)"),
                ElementsAre("answer", HasSubstr("dial"), "stop", "say Other", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
}

TEST_F(RedirectedCall, that_is_being_answered_lets_nobody_ring)
{
    channel->on("answer", [this](JobId) {
        redirect("/other");
        channel->push(Answered());
    });
    EXPECT_THAT(run(R"(<Dial action="/done">+14155550100</Dial>)"),
                ElementsAre("answer", "say Other", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
}

TEST_F(RedirectedCall, in_a_conversation_leaves_it)
{
    answer_dials(60s);
    clock->after(20s, [this] { redirect("/other"); });
    const Commands& done = run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_THAT(done, AllOf(Contains("hang_up 1"), Contains("say Other")));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
}

TEST_F(RedirectedCall, in_a_whisper_lets_the_callee_go)
{
    page("/whisper", "<Play>/m.mp3</Play>");
    answer_dials();
    redirect_during("play");
    const Commands& done = run("<Dial><Number url=\"/whisper\">+14155550100</Number></Dial>");
    EXPECT_THAT(done,
                AllOf(Contains("hang_up 1"), Contains("say Other"), Not(Contains("bridge 1"))));
}

TEST_F(RedirectedCall, in_a_queue_leaves_it)
{
    keep_running("enqueue");
    clock->after(20s, [this] { redirect("/other"); });
    EXPECT_THAT(run(R"(<Enqueue action="/done">support</Enqueue>)"),
                AllOf(Contains("stop"), Contains("say Other")));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /other"));
}

TEST_F(RedirectedCall, while_a_server_thinks_drops_the_request)
{
    silent_page("/slow");
    redirect_during_request(2);
    EXPECT_THAT(run("<Redirect>/slow</Redirect>"), ElementsAre("answer", "say Other", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /slow", "POST /other"));
    EXPECT_THAT(branches, IsEmpty());
}

TEST_F(RedirectedCall, before_its_first_answer_performs_the_other)
{
    silent_page("/first");
    redirect_during_request(1);
    EXPECT_THAT(run_node(node(url("/first"), action), sorry),
                ElementsAre("answer", "say Other", "hang_up 0"));
    EXPECT_THAT(branches, IsEmpty());
}

TEST_F(RedirectedCall, while_a_wait_document_is_asked_for_drops_that_request_too)
{
    keep_running("enqueue");
    silent_page("/wait");
    redirect_during_request(2);
    EXPECT_THAT(run(R"(<Enqueue waitUrl="/wait">support</Enqueue>)"), Contains("say Other"));
}

TEST_F(RedirectedCall, in_a_flow_does_not_come_back_to_it)
{
    page("/first", 200, "application/json",
         R"({"module":"play","data":{"id":"m"},"children":{"_":{"module":"tts",
            "data":{"text":"Never"}}}})");
    redirect_during("play");
    const Commands& done = run();
    EXPECT_THAT(done, AllOf(Contains("say Other"), Not(Contains(HasSubstr("Never")))));
}

TEST_F(RedirectedCall, twice_goes_to_the_last_url)
{
    page("/third", "<Say>Third</Say>");
    channel->on("play", [this](JobId) {
        redirect("/other");
        redirect("/third");
    });
    EXPECT_THAT(run("<Play>/m.mp3</Play>"), Contains("say Third"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /third"));

    renew();
    silent_page("/slow");
    channel->on("play", [this](JobId) { redirect("/slow"); });
    redirect_during_request(2);
    EXPECT_THAT(run("<Play>/m.mp3</Play>"), Contains("say Other"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /slow", "POST /other"));
}

TEST_F(RedirectedCall, asks_with_the_method_that_the_host_names)
{
    channel->on("play", [this](JobId) { channel->push(Redirected{url("/other"), Method::get}); });
    run("<Play>/m.mp3</Play>");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /other"));
}

TEST_F(RedirectedCall, keeps_the_streams_that_run_beside)
{
    channel->on("stream", [this](JobId job) { channel->push(StreamBegan{job, "s"}); });
    redirect_during("play");
    EXPECT_THAT(run(R"(<Start><Stream url="wss://h.example/s"/></Start><Play>/m.mp3</Play>)"),
                ElementsAre(HasSubstr("stream"), "answer", HasSubstr("play"), "stop", "say Other",
                            "hang_up 0"))
        << "the stop is the sound's";
}

TEST_F(RedirectedCall, to_a_server_that_fails_takes_the_failure_branch)
{
    page("/other", 500, "text/plain", "no");
    redirect_during("play");
    run("<Play>/m.mp3</Play>");
    EXPECT_THAT(branches, Contains(HasSubstr("500")));
}

TEST_F(RedirectedCall, to_something_that_is_not_an_absolute_url_goes_on_with_a_warning)
{
    for (const char* bad : {"/other", "ftp://h.example/x", "http://", ""}) {
        SCOPED_TRACE(bad);
        renew();
        channel->on("play", [this, bad](JobId job) {
            channel->push(Redirected{bad, Method::post});
            channel->finish(job);
        });
        EXPECT_THAT(run("<Play>/m.mp3</Play><Say>On</Say>"), Contains("say On"));
        EXPECT_TRUE(is_warned("is not an absolute URL"));
    }
}

TEST_F(RedirectedCall, that_is_over_asks_nothing)
{
    channel->on("play", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::stopped, ""});
        channel->hang_up_caller();
        redirect("/other");
    });
    run("<Play>/m.mp3</Play>");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

}  // namespace
}  // namespace pivot::test
