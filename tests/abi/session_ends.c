/* A host in C11: how whole calls end, and what holds until then.
 *
 * session_hosts_test.cpp starts it as it starts session_loop.c. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "toy_switch.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static const char everything[] =
    "<Response><Gather numDigits='2' action='/told' actionOnEmptyResult='false'><Say>Choose</Say>"
    "</Gather><Play>welcome</Play><Dial record='record-from-answer' action='/told'>"
    "<Number>+14155550101</Number><Number>+14155550102</Number></Dial></Response>";
static const char hello[] = "<Response><Say>Hello</Say></Response>";

static const char impatient[] =
    "{\"policy\":{\"allow\":[\"127.0.0.1\"]},"
    "\"session\":{\"answer_ms\":100,\"hang_up_ms\":100,\"stop_ms\":100}}";

static void open_switch(toy_switch* toy)
{
    toy_open(toy, toy_loopback, 0, 1);
}

static bool has_one_cdr_and_end(toy_call* call)
{
    return call->ends == 1 && call->cdrs == 1 && call->cdrs_at_end == 1;
}

/* ---- the caller ---- */

/* Does not wait for keys. */
static bool gathers_nothing(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_SAY || toy_saw(call, "stop")) return false;
    toy_press(call, "#");
    return true;
}

static void a_caller_may_hang_up_at_each_command(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* whole = toy_begin_page(&toy, gathers_nothing, everything);
    CHECK(toy_run_until_ended(whole));
    CHECK(whole->commands > 8);
    for (size_t n = 1; n < whole->commands; ++n) {
        toy_call* call = toy_ring(&toy, gathers_nothing);
        call->hang_up_at = n;
        CHECK(toy_begin(call, &(toy_start){.document = everything}, NULL) == PIVOT_OK);
        CHECK(toy_run_until_ended(call));
        CHECK(has_one_cdr_and_end(call));
        CHECK(strcmp(call->cause, "ORIGINATOR_CANCEL") == 0);
    }
    toy_close(&toy);
}

static bool cancels_at_play(toy_call* call, const toy_deed* deed)
{
    if (deed->command == TOY_PLAY) pivot_cancel(call->owner->engine, call->ticket);
    return deed->command == TOY_PLAY;
}

static bool cancels_at_bridge(toy_call* call, const toy_deed* deed)
{
    if (deed->command == TOY_BRIDGE) pivot_cancel(call->owner->engine, call->ticket);
    return deed->command == TOY_BRIDGE;
}

/* Its jobs are stopped and its callees hung up, and the caller is the host's. */
static void a_cancelled_call_keeps_its_caller(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* playing =
        toy_begin_page(&toy, cancels_at_play, "<Response><Play>a</Play></Response>");
    CHECK(toy_run_until_ended(playing));
    CHECK(TOY_SAW(playing, "play", "stop 1", "ended"));
    toy_call* talking =
        toy_begin_page(&toy, cancels_at_bridge, "<Response><Dial>+14155550101</Dial></Response>");
    CHECK(toy_run_until_ended(talking));
    CHECK(TOY_SAW(talking, "bridge leg 1", "hang_up leg 1", "ended"));
    toy_call* const calls[] = {playing, talking};
    for (size_t i = 0; i < 2; ++i) {
        CHECK(has_one_cdr_and_end(calls[i]));
        CHECK(!toy_saw(calls[i], "hang_up\n"));
        CHECK(strcmp(calls[i]->cause, "") == 0);
    }
    toy_close(&toy);
}

/* ---- what a command shows ---- */

static const toy_deed* kept[8];
static size_t kept_count = 0;

static bool keeps_jobs(toy_call* call, const toy_deed* deed)
{
    (void)call;
    if (deed->job == 0) return false;
    if (kept_count < 8) kept[kept_count++] = deed;
    return true;
}

static bool never(void* user)
{
    int* turns = user;
    return --*turns <= 0;
}

static const char listens[] =
    "<Response><Gather input='speech' hints='one, two, three' action='/told'>"
    "<Say>What is it that you want?</Say></Gather></Response>";

/* The toy compares what is there when it tells the end. */
static void it_stays_until_its_end_is_told(void)
{
    toy_switch toy;
    open_switch(&toy);
    kept_count = 0;
    toy_call* call = toy_begin_page(&toy, keeps_jobs, listens);
    CHECK(toy_run_until_saw(call, "say"));
    int turns = 20;
    toy_run_until(&toy, never, &turns);
    CHECK(kept_count == 2);
    call->react = NULL;
    while (kept_count > 0) toy_perform(kept[--kept_count]);
    CHECK(toy_run_until_ended(call));
    CHECK(toy_saw(call, "say Told CallStatus=in-progress; SpeechResult=two tickets"));
    toy_close(&toy);
}

/* The toy compares what is there when its call ends. */
static void it_stays_until_the_end_of_the_call_if_no_other_is_told(void)
{
    toy_switch toy;
    open_switch(&toy);
    kept_count = 0;
    toy_call* call = toy_begin_page(&toy, keeps_jobs, listens);
    CHECK(toy_run_until_saw(call, "say"));
    toy_turn(&toy);
    CHECK(kept_count == 2);
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    toy_close(&toy);
}

static bool obeys_no_stop(toy_call* call, const toy_deed* deed)
{
    if (deed->command == TOY_SAY && !toy_saw(call, "stop")) toy_press(call, "1");
    return deed->command == TOY_STOP || (deed->command == TOY_SAY && deed->job == 1);
}

static void it_stays_though_the_call_goes_on_without_the_end(void)
{
    toy_switch toy;
    toy_open(&toy, impatient, 0, 1);
    toy_call* call = toy_begin_page(&toy, obeys_no_stop,
                                    "<Response><Gather numDigits='1' action='/told'>"
                                    "<Say>Choose</Say></Gather></Response>");
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "say Choose", "stop 1", "say Told", "ended"));
    CHECK(strstr(toy.last_log, "of its stop") != NULL);
    toy_close(&toy);
}

/* ---- the end of a document ---- */

static void a_failure_without_a_branch_is_given_back(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_call(
        &toy, NULL, &(toy_start){.document = "<Response", .at_end = PIVOT_AT_END_GIVE_BACK});
    CHECK(toy_run_until_saw(call, "given_back branch=_"));
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    CHECK(strcmp(call->branch, "_") == 0);
    CHECK(has_one_cdr_and_end(call));
    toy_close(&toy);
}

static void a_document_may_hang_up_a_call_that_would_be_given_back(void)
{
    static const char* const documents[] = {"<Response><Hangup/></Response>",
                                            "<Response><Reject/></Response>"};
    toy_switch toy;
    open_switch(&toy);
    for (size_t i = 0; i < 2; ++i) {
        toy_call* call = toy_begin_call(
            &toy, NULL, &(toy_start){.document = documents[i], .at_end = PIVOT_AT_END_GIVE_BACK});
        CHECK(toy_run_until_ended(call));
        CHECK(toy_saw(call, i == 0 ? "hang_up" : "reject 503"));
        CHECK(!toy_saw(call, "given_back"));
    }
    toy_close(&toy);
}

static bool moves_while_it_speaks(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_SAY) return false;
    toy_end_job(call, deed->job, PIVOT_JOB_STOPPED);
    const pivot_event moved = toy_event(PIVOT_EVENT_MOVED, 0);
    toy_tell(call, &moved);
    return true;
}

static void a_call_that_the_switch_has_moved_rests_until_its_caller_hangs_up(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, moves_while_it_speaks, hello);
    CHECK(toy_run_until_saw(call, "say"));
    int turns = 20;
    toy_run_until(&toy, never, &turns);
    CHECK(call->ends == 0);
    CHECK(call->cdrs == 0);
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    CHECK(call->end.has_moved == 1);
    CHECK(has_one_cdr_and_end(call));
    CHECK(!toy_saw(call, "hang_up"));
    CHECK(strstr(toy.last_cdr, "ORIGINATOR_CANCEL") != NULL);

    toy_call* owing_nothing = toy_begin_call(&toy, moves_while_it_speaks,
                                             &(toy_start){.document = hello, .owes_no_cdr = true});
    CHECK(toy_run_until_ended(owing_nothing));
    CHECK(owing_nothing->end.has_moved == 1);
    CHECK(owing_nothing->cdrs == 0);
    toy_close(&toy);
}

static void records_are_with_the_host_before_the_end(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_call(
        &toy, NULL,
        &(toy_start){.document = hello, .members = ",\"debug\":true", .account = "acme"});
    CHECK(toy_run_until_ended(call));
    CHECK(call->records_at_end == 1);
    CHECK(call->cdrs_at_end == 1);
    CHECK(strstr(toy.last_record, "\"resp_status_code\":\"200\"") != NULL);
    CHECK(strstr(toy.last_cdr, "Call-ID=c-0") != NULL);
    CHECK(strstr(toy.last_cdr, "Account-ID=acme") != NULL);
    CHECK(strstr(toy.last_cdr, "Duration-Seconds=3") != NULL);
    toy_close(&toy);
}

/* ---- a switch that does not answer ---- */

static bool says_nothing(toy_call* call, const toy_deed* deed)
{
    (void)call;
    return deed->command == TOY_ANSWER || deed->command == TOY_HANG_UP ||
           deed->command == TOY_REJECT;
}

static void a_silent_switch_is_waited_for_as_long_as_the_settings_say(void)
{
    toy_switch toy;
    toy_open(&toy, impatient, 0, 1);
    static const char* const documents[] = {hello, "<Response><Reject/></Response>"};
    for (size_t i = 0; i < 2; ++i) {
        toy_call* call = toy_begin_page(&toy, says_nothing, documents[i]);
        CHECK(toy_run_until_ended(call));
        CHECK(has_one_cdr_and_end(call));
        CHECK(call->end.was_answered == 0);
        CHECK(call->end.sip_code == (i == 0 ? 0 : 503));
    }
    toy_close(&toy);
}

/* ---- the end of an engine ---- */

static bool leaves_all_alone(toy_call* call, const toy_deed* deed)
{
    (void)call;
    return deed->command != TOY_STOP;
}

static bool all_have_been_commanded(void* user)
{
    const toy_switch* toy = user;
    for (size_t i = 0; i < toy->call_count; ++i) {
        if (toy->calls[i]->commands == 0) return false;
    }
    return true;
}

static void an_engine_that_is_destroyed_ends_all_calls(void)
{
    enum { CALLS = 100 };
    toy_switch toy;
    open_switch(&toy);
    for (int i = 0; i < CALLS; ++i) {
        toy_begin_page(&toy, leaves_all_alone, i % 2 == 0 ? everything : listens);
    }
    CHECK(toy_run_until(&toy, all_have_been_commanded, &toy));
    CHECK(pivot_calls_in_flight(toy.engine) == CALLS);
    CHECK(pivot_engine_destroy(toy.engine) == PIVOT_OK);
    CHECK(toy.ended == CALLS);
    for (int i = 0; i < CALLS; ++i) CHECK(has_one_cdr_and_end(toy.calls[i]));
    toy.engine = NULL;
    toy_close(&toy);
}

static bool crowd_has_been_commanded(void* user)
{
    const toy_switch* toy = user;
    return toy->commanded[TOY_ANSWER] == toy->call_count;
}

/* None of these may ask its web server, so each has begun its branch `_`. */
static void destroy_with_a_crowd(int32_t reactors, size_t lanes)
{
    enum { CALLS = 10000 };
    toy_switch toy;
    toy_open(&toy, "{\"session\":{\"answer_ms\":60000}}", reactors, lanes);
    const toy_start start = {.url = "http://127.0.0.1:9/",
                             .next = "{\"module\":\"tts\",\"data\":{\"text\":\"Sorry\"}}"};
    for (int i = 0; i < CALLS; ++i) toy_begin_call(&toy, leaves_all_alone, &start);
    CHECK(toy_run_until(&toy, crowd_has_been_commanded, &toy));
    CHECK(pivot_calls_in_flight(toy.engine) == CALLS);
    CHECK(pivot_engine_destroy(toy.engine) == PIVOT_OK);
    CHECK(toy.ended == CALLS);
    for (int i = 0; i < CALLS; ++i) CHECK(toy.calls[i]->ends == 1);
    toy.engine = NULL;
    toy_close(&toy);
}

static void an_engine_that_is_destroyed_ends_a_crowd(void)
{
    destroy_with_a_crowd(0, 1);
    destroy_with_a_crowd(2, 2);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static const int64_t second_ns = INT64_C(1000000000);

/* One waits in a job that it stops, and one rests. */
static void stop_with_calls(int32_t reactors, size_t lanes)
{
    toy_switch toy;
    toy_open(&toy, impatient, reactors, lanes);
    toy_call* busy = toy_begin_page(&toy, leaves_all_alone, listens);
    toy_call* resting = toy_begin_call(
        &toy, NULL, &(toy_start){.document = hello, .at_end = PIVOT_AT_END_GIVE_BACK});
    CHECK(toy_run_until_saw(busy, "answer"));
    CHECK(toy_run_until_saw(resting, "given_back"));

    CHECK(pivot_stop(NULL, 0) == PIVOT_NULL);
    CHECK(pivot_stop(toy.engine, -1) == PIVOT_BAD_VALUE);
    const int64_t began = now_ns();
    CHECK(pivot_stop(toy.engine, second_ns / 10) == PIVOT_OK);
    CHECK(now_ns() - began >= second_ns / 10);
    CHECK(now_ns() - began < 20 * second_ns);
    CHECK(busy->ends == 1);
    CHECK(resting->ends == 1);
    CHECK(busy->cdrs_at_end == 1);
    CHECK(resting->cdrs_at_end == 1);
    CHECK(!toy_saw(busy, "hang_up"));
    CHECK(pivot_calls_in_flight(toy.engine) == 0);

    toy_call* late = toy_ring(&toy, NULL);
    pivot_error error;
    CHECK(toy_begin(late, &(toy_start){.document = hello}, &error) == PIVOT_STOPPED);
    CHECK(strstr(error.sentence, "stop") != NULL);
    CHECK(late->ticket.call == NULL);
    CHECK(pivot_stop(toy.engine, 0) == PIVOT_OK);
    CHECK(late->ends == 0);
    toy_close(&toy);
}

static void a_stop_is_bounded_and_final(void)
{
    stop_with_calls(0, 1);
    stop_with_calls(2, 2);
}

static void a_drained_engine_starts_no_call(void)
{
    toy_switch toy;
    open_switch(&toy);
    CHECK(pivot_drain(toy.engine) == PIVOT_OK);
    toy_call* late = toy_ring(&toy, NULL);
    CHECK(toy_begin(late, &(toy_start){.document = hello}, NULL) == PIVOT_STOPPED);
    toy_close(&toy);
}

void run_scenes(void)
{
    a_caller_may_hang_up_at_each_command();
    a_cancelled_call_keeps_its_caller();
    it_stays_until_its_end_is_told();
    it_stays_until_the_end_of_the_call_if_no_other_is_told();
    it_stays_though_the_call_goes_on_without_the_end();
    a_failure_without_a_branch_is_given_back();
    a_document_may_hang_up_a_call_that_would_be_given_back();
    a_call_that_the_switch_has_moved_rests_until_its_caller_hangs_up();
    records_are_with_the_host_before_the_end();
    a_silent_switch_is_waited_for_as_long_as_the_settings_say();
    an_engine_that_is_destroyed_ends_all_calls();
    an_engine_that_is_destroyed_ends_a_crowd();
    a_stop_is_bounded_and_final();
    a_drained_engine_starts_no_call();
}
