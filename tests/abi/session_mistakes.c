/* A host in C11: what it cannot do, what it asks in vain, and what it does wrong.
 *
 * session_hosts_test.cpp starts it as it starts session_loop.c. */
#include "check.h"
#include "toy_switch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char hello[] = "<Response><Say>Hello</Say></Response>";
static const char waits[] = "<Response><Gather timeout='600' numDigits='1'/></Response>";
static const char sorry[] = "{\"module\":\"play\",\"data\":{\"id\":\"sorry\"}}";

static void open_switch(toy_switch* toy)
{
    toy_open(toy, toy_loopback, 0, 1);
}

static void check_says(const pivot_error* error, const char* why)
{
    if (strstr(error->sentence, why) != NULL) return;
    printf("\"%s\" does not say \"%s\"\n", error->sentence, why);
    ++failures;
}

/* ---- what the switch cannot do ---- */

typedef struct lack {
    const char* document;
    size_t command; /* its place in pivot_channel */
} lack;

#define LACK(member, document) {(document), offsetof(pivot_channel, member)}

static const lack lacks[] = {
    LACK(play, "<Response><Play>welcome</Play><Redirect>/told</Redirect></Response>"),
    LACK(say, "<Response><Say>Hello</Say><Redirect>/told</Redirect></Response>"),
    LACK(send_keys, "<Response><Play digits='1'/><Redirect>/told</Redirect></Response>"),
    LACK(record,
         "<Response><Record playBeep='false' action='/told'/><Redirect>/told</Redirect>"
         "</Response>"),
    LACK(listen,
         "<Response><Gather input='speech' timeout='1' actionOnEmptyResult='true'"
         " action='/told'/></Response>"),
    LACK(dial, "<Response><Dial action='/told'>+14155550101</Dial></Response>"),
    LACK(bridge, "<Response><Dial action='/told'>+14155550101</Dial></Response>"),
    LACK(enqueue, "<Response><Enqueue action='/told'>support</Enqueue></Response>"),
    LACK(dequeue, "<Response><Dial action='/told'><Queue>support</Queue></Dial></Response>"),
    LACK(join, "<Response><Dial action='/told'><Conference>room</Conference></Dial></Response>"),
    LACK(stream,
         "<Response><Connect action='/told'><Stream url='wss://s.example/'/></Connect>"
         "</Response>"),
    LACK(refer, "<Response><Refer action='/told'><Sip>sip:c@c.example</Sip></Refer></Response>"),
    LACK(transfer,
         "{\"module\":\"transfer\",\"data\":{\"target\":\"+14155550123\"},\"children\":"
         "{\"_\":{\"module\":\"tts\",\"data\":{\"text\":\"Told\"}}}}"),
    LACK(park,
         "{\"module\":\"park\",\"data\":{\"slot\":\"70\"},\"children\":"
         "{\"_\":{\"module\":\"tts\",\"data\":{\"text\":\"Told\"}}}}"),
    LACK(run_module,
         "{\"module\":\"move\",\"data\":{},\"children\":"
         "{\"_\":{\"module\":\"tts\",\"data\":{\"text\":\"Told\"}}}}"),
};

/* The functions of the channel all have the size of this one. */
static void remove_command(pivot_channel* channel, size_t place)
{
    memset((char*)channel + place, 0, sizeof channel->answer);
}

enum { LACKS = sizeof lacks / sizeof *lacks };

static toy_call* begin_lacking(toy_switch* toy, const pivot_channel* channel, const char* document)
{
    toy_call* call = toy_ring(toy, NULL);
    call->channel = channel;
    CHECK(toy_begin(call, &(toy_start){.document = document}, NULL) == PIVOT_OK);
    return call;
}

static void what_a_switch_cannot_do_fails_and_its_call_goes_on(void)
{
    toy_switch toy;
    pivot_channel lame[LACKS];
    toy_call* calls[LACKS];
    open_switch(&toy);
    toy.channel.mix = NULL;
    for (size_t i = 0; i < LACKS; ++i) {
        lame[i] = toy.channel;
        remove_command(&lame[i], lacks[i].command);
        calls[i] = begin_lacking(&toy, &lame[i], lacks[i].document);
    }
    for (size_t i = 0; i < LACKS; ++i) {
        CHECK(toy_run_until_ended(calls[i]));
        const bool is_speechless = lacks[i].command == offsetof(pivot_channel, say);
        CHECK(is_speechless || toy_saw(calls[i], "say Told"));
        CHECK(toy_saw(calls[i], "warned"));
        CHECK(calls[i]->cdrs_at_end == 1);
    }
    toy_close(&toy);
}

static void a_switch_that_can_do_nothing_still_ends_its_calls(void)
{
    toy_switch toy;
    toy_call* calls[LACKS];
    toy_open(&toy, "{\"policy\":{\"allow\":[\"127.0.0.1\"]},\"session\":{\"answer_ms\":100}}", 0,
             1);
    const pivot_channel whole = toy.channel;
    toy.channel = (pivot_channel){
        .size = sizeof whole, .hang_up = whole.hang_up, .stop = whole.stop, .ended = whole.ended};
    for (size_t i = 0; i < LACKS; ++i) {
        calls[i] = begin_lacking(&toy, &toy.channel, lacks[i].document);
    }
    for (size_t i = 0; i < LACKS; ++i) {
        CHECK(toy_run_until_ended(calls[i]));
        CHECK(toy_saw(calls[i], "hang_up"));
    }
    toy_close(&toy);
}

static void who_cannot_refuse_a_call_hangs_it_up(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy.channel.reject = NULL;
    toy_call* call = toy_begin_page(&toy, NULL, "<Response><Reject reason='busy'/></Response>");
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "hang_up", "ended"));
    toy_close(&toy);
}

/* ---- one call too many ---- */

static void beyond_the_limit_calls_take_their_branch_and_as_many_more_are_refused(void)
{
    toy_switch toy;
    toy_open(&toy, "{\"calls_max\":1,\"policy\":{\"allow\":[\"127.0.0.1\"]}}", 0, 1);
    toy_call* first = toy_begin_page(&toy, NULL, waits);
    CHECK(toy_run_until_saw(first, "answer"));
    const toy_start start = {.document = waits, .next = sorry};
    toy_call* second = toy_begin_call(&toy, NULL, &start);
    toy_call* third = toy_ring(&toy, NULL);
    pivot_error error;
    CHECK(toy_begin(third, &start, &error) == PIVOT_NO_MEMORY);
    check_says(&error, "in flight, which is the limit");
    CHECK(third->ticket.call == NULL);
    CHECK(toy_run_until_ended(second));
    CHECK(TOY_SAW(second, "branched _ overload", "play name sorry", "hang_up", "ended"));
    CHECK(toy_begin(third, &start, &error) == PIVOT_OK);
    toy_hang_up(first);
    toy_hang_up(third);
    CHECK(toy_run_until_ended(first));
    CHECK(toy_run_until_ended(third));
    toy_close(&toy);
}

static void a_bad_action_takes_its_branch(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_call(
        &toy, NULL,
        &(toy_start){.document = hello, .next = sorry, .members = ",\"method\":\"put\""});
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "branched _ bad_action", "play name sorry", "ended"));
    toy_close(&toy);
}

/* ---- starting ---- */

/* What pivot_session_start() says of it. */
static pivot_status refused(toy_switch* toy, const pivot_session_request* session,
                            const pivot_channel* channel, const char* why)
{
    pivot_error error = {"nothing"};
    pivot_ticket ticket = {&error, 7};
    toy_call* call = toy_ring(toy, NULL);
    const pivot_status status =
        pivot_session_start(toy->engine, session, channel, call, &ticket, &error);
    check_says(&error, why);
    CHECK(call->ends == 0);
    return status;
}

static void a_start_that_makes_no_sense_is_refused(void)
{
    toy_switch toy;
    open_switch(&toy);
    const pivot_channel* channel = &toy.channel;
    const pivot_call call = {.size = sizeof call, .call_id = pivot_text_of("c-1")};
    const pivot_pair bad_header = {pivot_text_of("Content-Length"), pivot_text_of("7")};
    const pivot_request good_request = {
        .size = sizeof good_request,
        .call = &call,
        .action_json = pivot_text_of("{\"voice_url\":\"http://127.0.0.1:9/\"}")};
    pivot_request request = good_request;
    const pivot_session_request good = {.size = sizeof good, .request = &request};

    pivot_session_request session = good;
    CHECK(refused(&toy, NULL, channel, "null") == PIVOT_NULL);
    CHECK(refused(&toy, &good, NULL, "null") == PIVOT_NULL);
    session.request = NULL;
    CHECK(refused(&toy, &session, channel, "null") == PIVOT_NULL);
    session = good;
    session.size = 8;
    CHECK(refused(&toy, &session, channel, "pivot_session_request") == PIVOT_SHORT);
    session = good;
    session.at_end = (pivot_at_end)2;
    CHECK(refused(&toy, &session, channel, "at_end") == PIVOT_BAD_VALUE);
    request.size = 8;
    CHECK(refused(&toy, &good, channel, "pivot_request") == PIVOT_SHORT);
    request = good_request;
    request.iteration = -1;
    CHECK(refused(&toy, &good, channel, "iteration") == PIVOT_BAD_VALUE);
    request = good_request;
    request.action_json = pivot_text_of("[]");
    CHECK(refused(&toy, &good, channel, "action_json") == PIVOT_BAD_JSON);
    request = good_request;
    request.header_count = 1;
    CHECK(refused(&toy, &good, channel, "headers") == PIVOT_NULL);
    request.headers = &bad_header;
    CHECK(refused(&toy, &good, channel, "Content-Length") == PIVOT_BAD_VALUE);
    request = good_request;

    static const size_t required[] = {offsetof(pivot_channel, hang_up),
                                      offsetof(pivot_channel, stop),
                                      offsetof(pivot_channel, ended)};
    static const char* const names[] = {"hang_up", "stop", "ended"};
    for (size_t i = 0; i < 3; ++i) {
        pivot_channel lame = toy.channel;
        remove_command(&lame, required[i]);
        CHECK(refused(&toy, &good, &lame, names[i]) == PIVOT_NULL);
    }
    pivot_channel short_one = toy.channel;
    short_one.size = 24;
    CHECK(refused(&toy, &good, &short_one, "pivot_channel") == PIVOT_SHORT);
    CHECK(pivot_session_start(NULL, &good, channel, NULL, NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_calls_in_flight(toy.engine) == 0);
    toy_close(&toy);
}

/* ---- telling ---- */

static pivot_status tell(toy_call* call, pivot_event event)
{
    return pivot_tell(call->owner->engine, call->ticket, &event);
}

static void an_event_that_makes_no_sense_is_refused(void)
{
    static const struct {
        pivot_event_kind kind;
        int32_t how_max;
    } kinds[] = {{PIVOT_EVENT_JOB_ENDED, PIVOT_JOB_FAILED},
                 {PIVOT_EVENT_RECORDED, PIVOT_RECORDING_FAILED},
                 {PIVOT_EVENT_HEARD, PIVOT_HEARD_PARTIAL},
                 {PIVOT_EVENT_CONFERENCE, PIVOT_CONFERENCE_SPEECH_STOP},
                 {PIVOT_EVENT_QUEUE_ENDED, PIVOT_QUEUE_FAILED},
                 {PIVOT_EVENT_REDIRECT, 1}};
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, NULL, waits);
    CHECK(toy_run_until_saw(call, "answer"));

    pivot_event event = pivot_event_of(PIVOT_EVENT_KEY);
    CHECK(pivot_tell(NULL, call->ticket, &event) == PIVOT_NULL);
    CHECK(pivot_tell(toy.engine, call->ticket, NULL) == PIVOT_NULL);
    event.size = 8;
    CHECK(tell(call, event) == PIVOT_SHORT);
    CHECK(tell(call, pivot_event_of((pivot_event_kind)22)) == PIVOT_BAD_VALUE);
    CHECK(tell(call, pivot_event_of((pivot_event_kind)-1)) == PIVOT_BAD_VALUE);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
        event = pivot_event_of(kinds[i].kind);
        event.how = kinds[i].how_max + 1;
        CHECK(tell(call, event) == PIVOT_BAD_VALUE);
        event.how = -1;
        CHECK(tell(call, event) == PIVOT_BAD_VALUE);
    }
    event = pivot_event_of(PIVOT_EVENT_HUNG_UP);
    event.text.size = 3; /* of nothing */
    CHECK(tell(call, event) == PIVOT_NULL);
    const pivot_ticket zero = {0};
    CHECK(pivot_tell_hung_up(toy.engine, zero, NULL, 0) == PIVOT_NOTHING);

    int turns = 0;
    CHECK(call->ends == turns);
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    CHECK(pivot_tell_hung_up(toy.engine, call->ticket, NULL, 0) == PIVOT_NOTHING);
    CHECK(pivot_tell_key(toy.engine, call->ticket, 0, '1') == PIVOT_NOTHING);
    CHECK(pivot_cancel(toy.engine, call->ticket) == PIVOT_OK);
    toy_close(&toy);
}

static bool invents(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_SAY) return false;
    toy_tell(call,
             &(pivot_event){
                 .size = sizeof(pivot_event), .kind = PIVOT_EVENT_JOB_ENDED, .job = 4000000000U});
    toy_tell(call,
             &(pivot_event){.size = sizeof(pivot_event), .kind = PIVOT_EVENT_LEG_ENDED, .leg = 77});
    pivot_tell_key(call->owner->engine, call->ticket, 0, 'x');
    pivot_tell_key(call->owner->engine, call->ticket, 0, '\0');
    return false;
}

static void an_event_about_nobody_is_ignored(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, invents, hello);
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "say Hello", "hang_up", "ended"));
    CHECK(toy.lines_logged >= 3);
    toy_close(&toy);
}

static bool tells_what_is_no_text(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_RECORD) return false;
    pivot_event event = toy_event(PIVOT_EVENT_RECORDED, deed->job);
    event.how = PIVOT_RECORDING_KEY;
    event.key = '#';
    event.text = pivot_text_of("a\xff\xc3(b\xe2\x82");
    event.duration_ms = 4000;
    CHECK(toy_tell(call, &event) == PIVOT_OK);
    return true;
}

static void text_that_is_not_utf8_is_mended(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call =
        toy_begin_page(&toy, tells_what_is_no_text,
                       "<Response><Record playBeep='false' action='/told'/></Response>");
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "record",
                  "say Told CallStatus=in-progress; "
                  "RecordingUrl=a\xef\xbf\xbd\xef\xbf\xbd(b\xef\xbf\xbd"));
    toy_close(&toy);
}

static void a_longer_struct_is_taken_as_far_as_it_is_known(void)
{
    struct {
        pivot_event event;
        char later_members[64];
    } newer = {.later_members = "what this library does not know"};
    struct {
        pivot_channel channel;
        char later_members[64];
    } richer = {.later_members = "what this library does not know"};
    toy_switch toy;
    open_switch(&toy);
    richer.channel = toy.channel;
    richer.channel.size = sizeof richer;
    toy_call* call = toy_ring(&toy, NULL);
    const pivot_call facts = {.size = sizeof facts, .call_id = pivot_text_of("c-0")};
    const pivot_request request = {
        .size = sizeof request,
        .call = &facts,
        .action_json = pivot_text_of("{\"voice_url\":\"http://127.0.0.1:9/\"}")};
    const pivot_session_request session = {.size = sizeof session, .request = &request};
    CHECK(pivot_session_start(toy.engine, &session, &richer.channel, call, &call->ticket, NULL) ==
          PIVOT_OK);
    newer.event = pivot_event_of(PIVOT_EVENT_HUNG_UP);
    newer.event.size = sizeof newer;
    CHECK(pivot_tell(toy.engine, call->ticket, &newer.event) == PIVOT_OK);
    CHECK(toy_run_until_ended(call));
    toy_close(&toy);
}

/* ---- directories, records, turns ---- */

static void a_directory_is_checked_as_a_whole_and_outlives_its_release(void)
{
    toy_switch toy;
    open_switch(&toy);
    pivot_error error;
    pivot_directory* directory = (pivot_directory*)&toy;
    CHECK(pivot_directory_create(toy.engine, pivot_text_of("{"), &directory, &error) ==
          PIVOT_BAD_JSON);
    CHECK(directory == NULL);
    CHECK(pivot_directory_create(toy.engine, pivot_text_of("\xff"), &directory, &error) ==
          PIVOT_BAD_UTF8);
    CHECK(pivot_directory_create(
              toy.engine, pivot_text_of("{\"devices\":{\"d\":{}},\"numbers\":{\"1\":\"no\"}}"),
              &directory, &error) == PIVOT_BAD_JSON);
    check_says(&error, "/devices/d");
    check_says(&error, "/numbers/1");
    CHECK(pivot_directory_create(NULL, pivot_text_of("{}"), &directory, &error) == PIVOT_NULL);
    CHECK(pivot_directory_create(toy.engine, pivot_text_of("{}"), NULL, &error) == PIVOT_NULL);
    pivot_directory_release(NULL);

    CHECK(pivot_directory_create(toy.engine,
                                 pivot_text_of("{\"devices\":{\"desk\":{\"dial\":\"user/ann\"}}}"),
                                 &directory, &error) == PIVOT_OK);
    const toy_start start = {.document = "{\"module\":\"device\",\"data\":{\"id\":\"desk\"}}",
                             .directory = directory};
    toy_call* known = toy_begin_call(&toy, NULL, &start);
    pivot_directory_release(directory);
    CHECK(toy_run_until_ended(known));
    CHECK(toy_saw(known, "dial string user/ann"));
    toy_call* unknown = toy_begin_page(&toy, NULL, start.document);
    CHECK(toy_run_until_ended(unknown));
    CHECK(!toy_saw(unknown, "dial"));
    toy_close(&toy);
}

static void headers_of_the_request_reach_its_server(void)
{
    const pivot_pair header = {pivot_text_of("X-Tenant"), pivot_text_of("blue")};
    char url[64];
    toy_switch toy;
    open_switch(&toy);
    snprintf(url, sizeof url, "http://127.0.0.1:%s/told", toy_port);
    toy_call* call =
        toy_begin_call(&toy, NULL, &(toy_start){.url = url, .headers = &header, .header_count = 1});
    CHECK(toy_run_until_ended(call));
    CHECK(toy_saw(call, "say Told CallStatus=ringing; x-tenant: blue;"));
    toy_close(&toy);
}

static void a_turn_may_be_as_short_as_the_host_wants(void)
{
    enum { CALLS = 100 };
    toy_switch toy;
    open_switch(&toy);
    int64_t wait_ns = 0;
    CHECK(pivot_run_for(NULL, 0, &wait_ns) == PIVOT_NULL);
    CHECK(pivot_run_for(toy.engine, 0, NULL) == PIVOT_NULL);
    CHECK(pivot_run_for(toy.engine, -1, &wait_ns) == PIVOT_BAD_VALUE);
    for (int i = 0; i < CALLS; ++i) toy_begin_page(&toy, NULL, hello);
    int turns = 0;
    while (toy.ended < CALLS) {
        CHECK(pivot_run_for(toy.engine, turns % 2, &wait_ns) == PIVOT_OK);
        toy_turn(&toy);
        ++turns;
    }
    CHECK(turns > 1);
    toy_close(&toy);
}

static void ignore_record(void* user, pivot_text json)
{
    (void)user;
    (void)json;
}

static void records_are_nowhere_without_a_store(void)
{
    toy_switch toy;
    open_switch(&toy);
    const pivot_text id = pivot_text_of("c-0");
    CHECK(pivot_debug_records(toy.engine, id, ignore_record, NULL) == PIVOT_NOTHING);
    CHECK(pivot_debug_records(NULL, id, ignore_record, NULL) == PIVOT_NULL);
    CHECK(pivot_debug_records(toy.engine, id, NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_debug_records(toy.engine, pivot_text_of("\xff"), ignore_record, NULL) ==
          PIVOT_BAD_UTF8);
    toy_close(&toy);
}

/* ---- from inside ---- */

static pivot_channel outer;

static void call_from_inside(void* user, const pivot_end* end)
{
    toy_call* call = user;
    pivot_engine* engine = call->owner->engine;
    int64_t wait_ns = 0;
    CHECK(pivot_run_for(engine, 0, &wait_ns) == PIVOT_IN_CALLBACK);
    CHECK(pivot_stop(engine, 0) == PIVOT_IN_CALLBACK);
    CHECK(pivot_engine_destroy(engine) == PIVOT_IN_CALLBACK);
    CHECK(pivot_debug_records(engine, pivot_text_of("c-0"), ignore_record, NULL) ==
          PIVOT_IN_CALLBACK);
    CHECK(pivot_cancel(engine, call->ticket) == PIVOT_OK);
    CHECK(pivot_tell_key(engine, call->ticket, 0, '1') == PIVOT_NOTHING);
    if (call->user != NULL) {
        CHECK(toy_begin(call->user, &(toy_start){.document = hello}, NULL) == PIVOT_OK);
    }
    outer.ended(user, end);
}

static void the_last_command_may_start_but_not_stop(void)
{
    toy_switch toy;
    open_switch(&toy);
    outer = toy.channel;
    toy.channel.ended = call_from_inside;
    toy_call* next = toy_ring(&toy, NULL);
    toy_call* call = toy_ring(&toy, NULL);
    call->user = next;
    CHECK(toy_begin(call, &(toy_start){.document = hello}, NULL) == PIVOT_OK);
    CHECK(toy_run_until_ended(next));
    CHECK(call->ends == 1);
    toy_close(&toy);
}

static void* meddle(void* user)
{
    int64_t wait_ns = 0;
    CHECK(pivot_run_for(user, 0, &wait_ns) == PIVOT_WRONG_THREAD);
    CHECK(pivot_stop(user, 0) == PIVOT_WRONG_THREAD);
    return NULL;
}

static void a_loop_belongs_to_one_thread(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, NULL, hello);
    CHECK(toy_run_until_ended(call));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, meddle, toy.engine) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    toy_close(&toy);

    int64_t wait_ns = 0;
    toy_open(&toy, toy_loopback, 1, 1);
    CHECK(pivot_run_for(toy.engine, 0, &wait_ns) == PIVOT_WRONG_ENGINE);
    toy_close(&toy);
}

static void remember_outcome(const pivot_outcome* outcome, void* user)
{
    *(pivot_kind*)user = pivot_outcome_kind(outcome);
}

static bool is_known(void* user)
{
    return *(pivot_kind*)user != PIVOT_KIND_SKIPPED;
}

static void the_ticket_of_a_pivot_hears_of_nothing(void)
{
    toy_switch toy;
    open_switch(&toy);
    const pivot_call call = {.size = sizeof call, .call_id = pivot_text_of("c-1")};
    const pivot_request request = {
        .size = sizeof request,
        .call = &call,
        .action_json = pivot_text_of("{\"voice_url\":\"http://127.0.0.1:9/\"}")};
    pivot_kind kind = PIVOT_KIND_SKIPPED;
    pivot_ticket ticket;
    CHECK(pivot_start(toy.engine, &request, remember_outcome, &kind, &ticket, NULL) == PIVOT_OK);
    pivot_tell_hung_up(toy.engine, ticket, NULL, 0);
    CHECK(toy_run_until(&toy, is_known, &kind));
    CHECK(kind == PIVOT_KIND_FAILED);
    toy_close(&toy);
}

void run_scenes(void)
{
    what_a_switch_cannot_do_fails_and_its_call_goes_on();
    a_switch_that_can_do_nothing_still_ends_its_calls();
    who_cannot_refuse_a_call_hangs_it_up();
    beyond_the_limit_calls_take_their_branch_and_as_many_more_are_refused();
    a_bad_action_takes_its_branch();
    a_start_that_makes_no_sense_is_refused();
    an_event_that_makes_no_sense_is_refused();
    an_event_about_nobody_is_ignored();
    text_that_is_not_utf8_is_mended();
    a_longer_struct_is_taken_as_far_as_it_is_known();
    a_directory_is_checked_as_a_whole_and_outlives_its_release();
    headers_of_the_request_reach_its_server();
    a_turn_may_be_as_short_as_the_host_wants();
    records_are_nowhere_without_a_store();
    the_last_command_may_start_but_not_stop();
    a_loop_belongs_to_one_thread();
    the_ticket_of_a_pivot_hears_of_nothing();
}
