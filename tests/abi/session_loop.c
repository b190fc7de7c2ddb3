/* A host in C11 of whole calls, from an epoll loop: every command and every kind of event, and how
 * calls end.
 *
 * session_hosts_test.cpp starts it beside a web server, whose port is the argument: /page answers
 * with its query, /told says what it was told, /silent takes the request and says nothing. It
 * prints what is not as it should be, and exits with 1 if anything was. */
#include "check.h"
#include "toy_switch.h"

#include <stdlib.h>
#include <string.h>

static atomic_size_t commanded[TOY_COMMANDS];
static atomic_size_t told[TOY_EVENTS];

static void open_switch(toy_switch* toy)
{
    toy_open(toy, toy_loopback, 0, 1);
}

/* Counts what has been used of the contract. */
static void close_switch(toy_switch* toy)
{
    for (size_t i = 0; i < TOY_COMMANDS; ++i) commanded[i] += toy->commanded[i];
    for (size_t i = 0; i < TOY_EVENTS; ++i) told[i] += toy->told[i];
    toy_close(toy);
}

static bool hang_up_when_moved(toy_call* call, const toy_deed* deed)
{
    const bool moves = deed->command == TOY_TRANSFER || deed->command == TOY_PARK;
    if (moves) {
        toy_perform(deed);
        toy_hang_up(call);
    }
    return moves;
}

/* ---- each command ---- */

typedef struct scene {
    const char* document;
    const char* lines[8];
} scene;

static const scene scenes[] = {
    {"<Response><Say voice='alice' language='en-GB'>Hello "
     "<emphasis>you</emphasis></Say></Response>",
     {"answer", "say Hello you ssml=Hello <emphasis>you</emphasis> voice=alice language=en-GB",
      "hang_up", "ended answered=1 iterations=1 cause=NORMAL_CLEARING sip=200"}},
    {"<Response><Play>http://h.example/a.wav</Play><Play>welcome</Play>"
     "<Play>tone_stream://%(500,100,440,480);loops=3</Play>"
     "<Play>local_stream://jazz</Play><Play digits='1w2'/></Response>",
     {"answer", "play url http://h.example/a.wav loops=1", "play name welcome loops=1",
      "play tone 500,100,440+480 loops=3", "play music jazz loops=0",
      "send_keys 1w2 each=", "hang_up", "ended"}},
    {"<Response><Reject reason='busy'/></Response>",
     {"reject 486 Busy Here", "ended iterations=1 cause=CALL_REJECTED sip=486"}},
    {"<Response><Gather input='speech' language='en-US' hints='one,two' speechTimeout='2'"
     " profanityFilter='true' partialResultCallback='/event' action='/told'><Say>Speak</Say>"
     "</Gather></Response>",
     {"listen language=en-US hints=one,two end=2000 length=60000 filters=1 partial=1", "say Speak",
      "say Told CallStatus=in-progress; SpeechResult=two tickets; Confidence=0.91", "ended"}},
    {"<Response><Record action='/told' timeout='3' maxLength='60' finishOnKey='12'"
     " trim='do-not-trim' playBeep='false'/></Response>",
     {"record keys=12 silence=3000 length=60000 method=POST",
      "say Told CallStatus=in-progress; RecordingUrl=http://toy.example/recording.wav; "
      "RecordingDuration=4",
      "ended answered=1 iterations=2"}},
    {"<Response><Dial action='/told' timeout='9' callerId='+14155550100' callerName='Ann'"
     " record='record-from-answer-dual' ringTone='de'><Number sendDigits='1'>+14155550101</Number>"
     "<Sip username='u' password='p'>sip:bob@b.example?X-A=1</Sip><Client>ann</Client></Dial>"
     "</Response>",
     {"dial number +14155550101 sip sip:bob@b.example username=u password=p X-A:1 user ann "
      "timeout=9000 caller-name=Ann caller-number=+14155550100 ringback tone 1000,4000,425 loops=0",
      "send_keys leg 1: 1 each=", "record track=2 dual=1 beside=1", "bridge leg 1:",
      "say Told CallStatus=in-progress; DialCallStatus=completed; DialCallSid=b-leg", "ended"}},
    {"<Response><Dial action='/told'><Conference muted='true' endConferenceOnExit='true'"
     " maxParticipants='5' participantLabel='me' coach='ann' statusCallback='/event'"
     " statusCallbackEvent='start end join leave mute hold speaker'>lobby</Conference></Dial>"
     "</Response>",
     {"join lobby muted=1 moderator=1 ends=1 beeps-in=1 beeps-out=1 members=5 label=me coached=ann",
      "say Told CallStatus=in-progress; DialCallStatus=answered", "ended"}},
    {"<Response><Enqueue action='/told' maxQueueSize='7'>support</Enqueue></Response>",
     {"enqueue support size=7 music",
      "say Told CallStatus=in-progress; QueueResult=bridged; "
      "QueueSid=support; QueueTime=2",
      "ended"}},
    {"<Response><Dial action='/told' timeout='4'><Queue>support</Queue></Dial></Response>",
     {"dequeue 4000 support",
      "say Told CallStatus=in-progress; DialCallStatus=completed; DialBridged=true; "
      "DequeueResult=bridged; QueueSid=support; DequeuedCallSid=other-call",
      "ended"}},
    {"<Response><Connect action='/told'><Stream url='wss://s.example/s' name='ear'>"
     "<Parameter name='a' value='1'/></Stream></Connect></Response>",
     {"stream wss://s.example/s name=ear two-way=1 codec=pcmu rate=8000 a:1",
      "say Told CallStatus=in-progress", "ended"}},
    {"<Response><Refer action='/told'><Sip>sip:carol@c.example</Sip></Refer></Response>",
     {"refer sip:carol@c.example",
      "say Told CallStatus=ringing; ReferCallStatus=in-progress; ReferSipResponseCode=202; "
      "NotifySipResponseCode=200",
      "ended"}},
    {"{'module':'transfer','data':{'target':'+14155550123'}}",
     {"transfer +14155550123", "ended moved=1 iterations=1 cause=ORIGINATOR_CANCEL"}},
    {"{'module':'park','data':{'slot':'70'}}",
     {"park 70", "ended moved=1 answered=1 iterations=1 cause=ORIGINATOR_CANCEL"}},
    {"{'module':'set_variables','data':{'custom_application_vars':{'a':'1'},'export':true}}",
     {"set_variable 1 a 1", "ended"}},
    {"{'module':'move','data':{'a':1},'children':{'_':{'module':'play','data':"
     "{'id':'prompt://system_media/hotdesk-logged_out'}}}}",
     {"run_module move {\"a\":1}", "play prompt hotdesk-logged_out loops=1", "ended"}},
    {"{'module':'offnet','data':{}}",
     {"warned offnet there is no number to call", "hang_up", "ended"}},
};

/* TwiML may have either quotes, and a callflow needs the double ones. */
static const char* quoted(char* to, const char* document)
{
    strcpy(to, document);
    for (char* at = strchr(to, '\''); at != NULL; at = strchr(at, '\'')) *at = '"';
    return to;
}

static void each_command_can_be_reached(void)
{
    toy_switch toy;
    open_switch(&toy);
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; ++i) {
        char document[TOY_LINE_SIZE];
        toy_call* call =
            toy_begin_page(&toy, hang_up_when_moved, quoted(document, scenes[i].document));
        if (!toy_run_until_ended(call)) continue;
        size_t count = 0;
        while (count < 8 && scenes[i].lines[count] != NULL) ++count;
        CHECK(toy_saw_in_order(call, scenes[i].lines, count));
        CHECK(call->cdrs_at_end == 1);
    }
    close_switch(&toy);
}

static void a_switch_that_takes_flows_gets_them_whole(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy.channel.run_flow = toy_run_flow;
    toy_call* call =
        toy_begin_page(&toy, NULL, "{\"module\":\"tts\",\"data\":{\"text\":\"Hello\"}}");
    CHECK(toy_run_until_saw(call, "run_flow {"));
    toy_turn(&toy);
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    CHECK(call->end.has_moved == 1);
    CHECK(!toy_saw(call, "say"));
    close_switch(&toy);
}

/* The engine keeps rooms and queues for a switch that can only mix. */
static bool listens_to_music(toy_call* call, const toy_deed* deed)
{
    (void)call;
    return deed->command == TOY_PLAY;
}

static void a_switch_that_can_only_mix_has_rooms(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy.channel.join = NULL;
    toy.channel.enqueue = NULL;
    toy.channel.dequeue = NULL;
    static const char room[] =
        "<Response><Dial><Conference beep='false' muted='true'>room</Conference></Dial></Response>";
    toy_call* one = toy_begin_page(&toy, listens_to_music, room);
    CHECK(toy_run_until_saw(one, "play music"));
    toy_call* other = toy_begin_page(&toy, listens_to_music, room);
    CHECK(toy_run_until_saw(one, "mix"));
    CHECK(toy_run_until_saw(other, "mix"));
    CHECK(toy_run_until_saw(other, "mute 1"));
    toy_hang_up(one);
    CHECK(toy_run_until_saw(other, "play music"));
    toy_hang_up(other);
    CHECK(toy_run_until_ended(one));
    CHECK(toy_run_until_ended(other));
    close_switch(&toy);
}

/* ---- what comes of events ---- */

static bool press_at_prompt(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_SAY || toy_saw(call, "stop")) return false;
    toy_press(call, "42");
    return true;
}

static void keys_stop_a_prompt_and_reach_the_server(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, press_at_prompt,
                                    "<Response><Gather numDigits='2' action='/told'>"
                                    "<Say>Choose</Say></Gather></Response>");
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "answer", "say Choose", "stop 1",
                  "say Told CallStatus=in-progress; Digits=42;", "hang_up", "ended"));
    close_switch(&toy);
}

static bool nobody_answers(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_DIAL) return false;
    pivot_event event = pivot_event_of(PIVOT_EVENT_LEG_ENDED);
    event.leg = deed->legs[0];
    event.text = pivot_text_of("USER_BUSY");
    event.sip_code = 486;
    toy_tell(call, &event);
    event = toy_event(PIVOT_EVENT_DIAL_FAILED, deed->job);
    event.text = pivot_text_of("USER_BUSY");
    event.sip_code = 486;
    event.why = pivot_text_of("bob talks already");
    toy_tell(call, &event);
    return true;
}

static void a_dial_that_fails_has_its_cause(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(
        &toy, nobody_answers, "<Response><Dial action='/told'>+14155550101</Dial></Response>");
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "dial number +14155550101",
                  "say Told CallStatus=in-progress; DialCallStatus=busy; DialCallSid=c-0-1",
                  "ended"));
    close_switch(&toy);
}

static bool says_nothing(toy_call* call, const toy_deed* deed)
{
    (void)call;
    return deed->command == TOY_SAY && strcmp(deed->line, "say For ever") == 0;
}

static void redirect(toy_call* call, const char* url, int32_t how)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_REDIRECT);
    event.text = pivot_text_of(url);
    event.how = how;
    CHECK(toy_tell(call, &event) == PIVOT_OK);
}

static void a_live_call_is_redirected(void)
{
    toy_switch toy;
    open_switch(&toy);
    char told_url[128];
    snprintf(told_url, sizeof told_url, "http://127.0.0.1:%s/told", toy_port);
    for (int32_t how = 0; how < 2; ++how) {
        toy_call* call =
            toy_begin_page(&toy, says_nothing, "<Response><Say>For ever</Say></Response>");
        CHECK(toy_run_until_saw(call, "say"));
        redirect(call, "http://", how);
        CHECK(toy_run_until_saw(call, "warned"));
        CHECK(!toy_saw(call, "stop"));
        redirect(call, told_url, how);
        CHECK(toy_run_until_ended(call));
        CHECK(TOY_SAW(call, "say For ever", "stop 1", "say Told CallStatus=in-progress", "hang_up",
                      "ended"));
    }
    close_switch(&toy);
}

static void a_failure_takes_its_branch(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call =
        toy_begin_call(&toy, NULL,
                       &(toy_start){.document = "<Response><Say",
                                    .next = "{\"module\":\"play\",\"data\":{\"id\":\"sorry\"}}"});
    CHECK(toy_run_until_ended(call));
    CHECK(TOY_SAW(call, "branched _", "play name sorry", "hang_up", "ended"));
    close_switch(&toy);
}

static void a_call_that_is_given_back_is_commanded_no_more(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call =
        toy_begin_call(&toy, NULL,
                       &(toy_start){.document = "<Response><Say>Hello</Say></Response>",
                                    .at_end = PIVOT_AT_END_GIVE_BACK});
    CHECK(toy_run_until_saw(call, "given_back answered=1 iterations=1"));
    const size_t commands = call->commands;
    redirect(call, "http://127.0.0.1:9/", 0);
    toy_press(call, "1");
    CHECK(pivot_calls_in_flight(toy.engine) == 1);
    CHECK(call->cdrs == 0);
    toy_hang_up(call);
    CHECK(toy_run_until_ended(call));
    CHECK(call->commands == commands);
    CHECK(call->cdrs_at_end == 1);
    CHECK(strcmp(call->cause, "ORIGINATOR_CANCEL") == 0);
    CHECK(call->end.sip_code == 487);
    close_switch(&toy);
}

static void nothing_of_the_contract_was_left_out(void)
{
    for (size_t i = 0; i < TOY_COMMANDS; ++i) {
        if (commanded[i] == 0) printf("command %zu was not used\n", i);
        CHECK(commanded[i] > 0);
    }
    for (size_t i = 0; i < TOY_EVENTS; ++i) {
        if (told[i] == 0) printf("event %zu was not told\n", i);
        CHECK(told[i] > 0);
    }
}

void run_scenes(void)
{
    each_command_can_be_reached();
    a_switch_that_takes_flows_gets_them_whole();
    a_switch_that_can_only_mix_has_rooms();
    keys_stop_a_prompt_and_reach_the_server();
    a_dial_that_fails_has_its_cause();
    a_live_call_is_redirected();
    a_failure_takes_its_branch();
    a_call_that_is_given_back_is_commanded_no_more();
    nothing_of_the_contract_was_left_out();
}
