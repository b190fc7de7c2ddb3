/* A host in C11: all of pivot.h from an epoll loop, and once with threads of the engine.
 *
 * host_loop_test.cpp starts it beside a web server, whose port is the argument:
 *     /flow answers with a callflow, /move redirects there, /broken answers with an invalid
 * flow, /slow takes the request and says nothing. It prints what is not as it should be, and exits
 * with 1 if anything was. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pivot/pivot.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

atomic_int failures;
static const char* port = "";

/* What a callback keeps of an outcome, whose texts end with it. */
typedef struct answer {
    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    int count;
    pthread_t thread;
    pivot_kind kind;
    pivot_reason reason;
    pivot_phase phase;
    pivot_format format;
    int32_t iteration;
    int64_t elapsed_ns;
    size_t error_count;
    char call_id[64];
    char branch[8];
    char next[256];
    char flow[256];
    char message[512];
    char first_error_at[64];
    char first_error[256];
    char json[4096];
    bool was_asked;
    pivot_exchange exchange; /* without its texts */
    char url[1024];
    char final_url[1024];
    char content_type[64];
    char address[64];
} answer;

#define NO_ANSWER {.mutex = PTHREAD_MUTEX_INITIALIZER, .arrived = PTHREAD_COND_INITIALIZER}

static void keep(char* to, size_t capacity, pivot_text text)
{
    CHECK(text.size < capacity);
    const size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) memcpy(to, text.data, size);
    to[size] = '\0';
}

#define KEEP(to, text) keep(to, sizeof(to), text)

static void remember(const pivot_outcome* outcome, void* user)
{
    answer* a = user;
    pthread_mutex_lock(&a->mutex);
    a->thread = pthread_self();
    a->kind = pivot_outcome_kind(outcome);
    a->reason = pivot_outcome_reason(outcome);
    a->phase = pivot_outcome_phase(outcome);
    a->format = pivot_outcome_format(outcome);
    a->iteration = pivot_outcome_iteration(outcome);
    a->elapsed_ns = pivot_outcome_elapsed_ns(outcome);
    a->error_count = pivot_outcome_error_count(outcome);
    const pivot_breach breach = pivot_outcome_error(outcome, 0);
    KEEP(a->first_error_at, breach.at);
    KEEP(a->first_error, breach.error);
    CHECK(pivot_outcome_error(outcome, a->error_count).error.size == 0);
    KEEP(a->call_id, pivot_outcome_call_id(outcome));
    KEEP(a->branch, pivot_outcome_branch(outcome));
    KEEP(a->next, pivot_outcome_next(outcome));
    KEEP(a->flow, pivot_outcome_flow(outcome));
    KEEP(a->message, pivot_outcome_message(outcome));
    KEEP(a->json, pivot_outcome_json(outcome));
    a->exchange = (pivot_exchange){.size = sizeof(pivot_exchange)};
    a->was_asked = pivot_outcome_exchange(outcome, &a->exchange) == PIVOT_OK;
    KEEP(a->url, a->exchange.url);
    KEEP(a->final_url, a->exchange.final_url);
    KEEP(a->content_type, a->exchange.content_type);
    KEEP(a->address, a->exchange.address);
    ++a->count;
    pthread_cond_signal(&a->arrived);
    pthread_mutex_unlock(&a->mutex);
}

/* A host-driven engine on a loop that it would share with all else the host does. */
typedef struct loop {
    pivot_engine* engine;
    int epoll;
} loop;

static const char loopback_allowed[] =
    "{\"policy\":{\"allow\":[\"127.0.0.1\"]},\"dns\":{\"servers\":[\"127.0.0.1:9\"]}}";

static pivot_engine* create(const char* config_json, int32_t reactors)
{
    const pivot_engine_config config = {
        .size = sizeof config, .json = pivot_text_of(config_json), .reactors = reactors};
    pivot_engine* engine = NULL;
    pivot_error error;
    const pivot_status status = pivot_engine_create(&config, &engine, &error);
    if (status != PIVOT_OK) {
        printf("%s: %s\n", pivot_status_text(status), error.sentence);
        exit(1);
    }
    CHECK(error.sentence[0] == '\0');
    return engine;
}

static loop open_loop(const char* config_json)
{
    loop loop = {create(config_json, 0), epoll_create1(EPOLL_CLOEXEC)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = loop.engine};
    const int added = epoll_ctl(loop.epoll, EPOLL_CTL_ADD, pivot_descriptor(loop.engine), &event);
    CHECK(added == 0);
    return loop;
}

static void close_loop(loop loop)
{
    CHECK(pivot_engine_destroy(loop.engine) == PIVOT_OK);
    close(loop.epoll);
}

/* Turns the loop until an answer is there. */
static void turn_until(loop loop, const answer* a, int count)
{
    while (a->count < count) {
        int64_t wait_ns = 0;
        CHECK(pivot_run(loop.engine, &wait_ns) == PIVOT_OK);
        if (a->count >= count) return;
        const int wait_ms = wait_ns < 0 ? 10000 : (int)((wait_ns + 999999) / 1000000);
        struct epoll_event event;
        const int ready = epoll_wait(loop.epoll, &event, 1, wait_ms);
        CHECK(ready >= 0 || errno == EINTR);
        if (ready == 0 && wait_ns < 0) {
            printf("no outcome within ten seconds\n");
            exit(1);
        }
    }
}

static pivot_call simple_call(void)
{
    return (pivot_call){.size = sizeof(pivot_call), .call_id = pivot_text_of("c-1")};
}

/* Starts a call for an action to `target`; `members` are more of its data. */
static pivot_status start(pivot_engine* engine, const char* target, const char* members, answer* a,
                          pivot_ticket* ticket)
{
    char action[512];
    snprintf(action, sizeof action,
             "{\"module\":\"pivot\",\"data\":{\"voice_url\":\"http://127.0.0.1:%s%s\"%s},"
             "\"children\":{\"_\":{\"module\":\"hangup\"}}}",
             port, target, members);
    const pivot_call call = simple_call();
    const pivot_request request = {
        .size = sizeof request, .call = &call, .action_json = pivot_text_of(action)};
    pivot_error error;
    const pivot_status status = pivot_start(engine, &request, remember, a, ticket, &error);
    if (status != PIVOT_OK) printf("%s\n", error.sentence);
    return status;
}

static void a_call_is_processed(loop loop)
{
    const pivot_text owners[] = {pivot_text_of("o-1"), pivot_text_of("o-2")};
    const pivot_call call = {
        .size = sizeof call,
        .call_id = pivot_text_of("call 7"),
        .account_id = pivot_text_of("a-1"),
        .from_user = pivot_text_of("alice"),
        .from_realm = pivot_text_of("a.example"),
        .to_user = pivot_text_of("bob"),
        .to_realm = pivot_text_of("b.example"),
        .request_user = pivot_text_of("500"),
        .request_realm = pivot_text_of("r.example"),
        .caller_id_name = pivot_text_of("Alic\xc3\xa9"),
        .caller_id_number = pivot_text_of("+15550100"),
        .direction = PIVOT_DIRECTION_OUTBOUND,
        .owner_ids = owners,
        .owner_id_count = 2,
        .authorizing_id = pivot_text_of("d-1"),
        .language = pivot_text_of("fr-fr"),
        .custom_application_vars = pivot_text_of("{\"tier\":\"gold\"}"),
        .custom_sip_headers = pivot_text_of("{\"X-A\":\"1\"}"),
        .custom_channel_vars = pivot_text_of("{}"),
        .key_value_store = pivot_text_of("{\"digit_pressed\":\"5\"}"),
        .other = pivot_text_of("{\"Node\":\"n\"}"),
    };
    char action[128];
    snprintf(action, sizeof action, "{\"voice_url\":\"http://127.0.0.1:%s/move\"}", port);
    const pivot_request request = {.size = sizeof request,
                                   .call = &call,
                                   .action_json = pivot_text_of(action),
                                   .iteration = 3};
    answer a = NO_ANSWER;
    CHECK(pivot_start(loop.engine, &request, remember, &a, NULL, NULL) == PIVOT_OK);
    memset(action, 0, sizeof action);
    CHECK(a.count == 0);
    turn_until(loop, &a, 1);

    CHECK(a.kind == PIVOT_KIND_PROCESSED);
    CHECK(a.reason == PIVOT_REASON_NONE);
    CHECK(a.phase == PIVOT_PHASE_NONE);
    CHECK(a.format == PIVOT_FORMAT_KAZOO);
    CHECK(a.iteration == 3);
    CHECK(a.elapsed_ns > 0);
    CHECK(a.error_count == 0);
    CHECK(strcmp(a.call_id, "call 7") == 0);
    CHECK(strcmp(a.branch, "") == 0);
    CHECK(strcmp(a.next, "") == 0);
    CHECK(strcmp(a.message, "") == 0);
    CHECK(strstr(a.flow, "\"module\":\"hangup\"") != NULL);
    CHECK(strstr(a.json, "\"outcome\":\"processed\"") != NULL);
    CHECK(a.was_asked);
    CHECK(a.exchange.method == PIVOT_METHOD_GET);
    CHECK(a.exchange.status == 200);
    CHECK(a.exchange.redirects == 1);
    CHECK(a.exchange.first_byte_us > 0);
    CHECK(a.exchange.total_us >= a.exchange.first_byte_us);
    CHECK(a.exchange.dns_us == 0);
    CHECK(a.exchange.connect_us >= 0);
    CHECK(a.exchange.tls_us == 0);
    CHECK(strcmp(a.content_type, "application/json") == 0);
    CHECK(strncmp(a.address, "127.0.0.1:", 10) == 0);
    CHECK(strstr(a.final_url, "/flow") != NULL);
    const char* const parameters[] = {"Call-ID=call+7",
                                      "Account-ID=a-1",
                                      "From=alice",
                                      "From-Realm=a.example",
                                      "To=bob",
                                      "To-Realm=b.example",
                                      "Request=500",
                                      "Request-Realm=r.example",
                                      "Alic%C3%A9",
                                      "%2B15550100",
                                      "Direction=outbound",
                                      "o-2",
                                      "Language=fr-fr",
                                      "gold",
                                      "X-A",
                                      "Digits=5"};
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; ++i) {
        if (strstr(a.url, parameters[i]) != NULL) continue;
        printf("%s is not in %s\n", parameters[i], a.url);
        ++failures;
    }
}

static void a_call_may_come_as_json(loop loop)
{
    char action[128];
    snprintf(action, sizeof action, "{\"voice_url\":\"http://127.0.0.1:%s/flow\"}", port);
    const pivot_request request = {
        .size = sizeof request,
        .call_json = pivot_text_of("{\"Call-ID\":\"c-2\",\"From\":\"carol@c.example\"}"),
        .action_json = pivot_text_of(action)};
    answer a = NO_ANSWER;
    CHECK(pivot_start(loop.engine, &request, remember, &a, NULL, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.kind == PIVOT_KIND_PROCESSED);
    CHECK(a.iteration == 1);
    CHECK(a.exchange.was_reused == 1);
    CHECK(strcmp(a.final_url, "") == 0);
    CHECK(strcmp(a.call_id, "c-2") == 0);
    CHECK(strstr(a.url, "From=carol") != NULL);
}

static void a_call_is_skipped(loop loop)
{
    answer a = NO_ANSWER;
    CHECK(start(loop.engine, "/flow", ",\"skip_module\":true", &a, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.kind == PIVOT_KIND_SKIPPED);
    CHECK(!a.was_asked);
    CHECK(strcmp(a.branch, "_") == 0);
    CHECK(a.format == PIVOT_FORMAT_NONE);
}

static void a_silent_server_is_a_timeout(loop loop)
{
    answer a = NO_ANSWER;
    CHECK(start(loop.engine, "/slow", ",\"req_timeout_ms\":50", &a, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.kind == PIVOT_KIND_FAILED);
    CHECK(a.reason == PIVOT_REASON_TIMEOUT);
    CHECK(a.phase == PIVOT_PHASE_WAIT);
    CHECK(a.elapsed_ns >= 50000000);
    CHECK(strcmp(a.branch, "_") == 0);
    CHECK(strstr(a.next, "\"hangup\"") != NULL);
    CHECK(strstr(a.message, "50 ms") != NULL);
    CHECK(a.exchange.status == 0);
}

static void a_flow_that_is_none_has_its_errors(loop loop)
{
    answer a = NO_ANSWER;
    CHECK(start(loop.engine, "/broken", "", &a, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.reason == PIVOT_REASON_INVALID_CALLFLOW);
    CHECK(a.phase == PIVOT_PHASE_PARSE);
    CHECK(a.error_count == 1);
    CHECK(strcmp(a.first_error_at, "/module") == 0);
    CHECK(strcmp(a.first_error, "") != 0);
}

static void a_bad_action_is_an_outcome(loop loop)
{
    answer a = NO_ANSWER;
    CHECK(start(loop.engine, "/flow", ",\"method\":\"put\"", &a, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.reason == PIVOT_REASON_BAD_ACTION);
    CHECK(a.phase == PIVOT_PHASE_QUEUE);
    CHECK(strcmp(a.first_error_at, "/data/method") == 0);
}

static void a_cancelled_call_ends_at_once(loop loop)
{
    answer a = NO_ANSWER;
    pivot_ticket ticket = {0};
    CHECK(start(loop.engine, "/slow", "", &a, &ticket) == PIVOT_OK);
    int64_t wait_ns = 0;
    CHECK(pivot_run(loop.engine, &wait_ns) == PIVOT_OK);
    CHECK(pivot_calls_in_flight(loop.engine) == 1);
    CHECK(pivot_cancel(loop.engine, ticket) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.reason == PIVOT_REASON_CANCELLED);

    CHECK(pivot_cancel(loop.engine, ticket) == PIVOT_OK);
    const pivot_ticket none = {0};
    CHECK(pivot_cancel(loop.engine, none) == PIVOT_OK);
    while (pivot_calls_in_flight(loop.engine) > 0) {
        CHECK(pivot_run(loop.engine, &wait_ns) == PIVOT_OK);
    }
    CHECK(a.count == 1);
}

static void one_call_too_many_is_an_overload(void)
{
    loop loop = open_loop("{\"calls_max\":1,\"policy\":{\"allow\":[\"127.0.0.1\"]}}");
    answer first = NO_ANSWER;
    answer second = NO_ANSWER;
    CHECK(start(loop.engine, "/slow", "", &first, NULL) == PIVOT_OK);
    CHECK(start(loop.engine, "/slow", "", &second, NULL) == PIVOT_OK);
    CHECK(second.count == 0);
    turn_until(loop, &second, 1);
    CHECK(second.reason == PIVOT_REASON_OVERLOAD);
    CHECK(second.phase == PIVOT_PHASE_QUEUE);
    CHECK(first.count == 0);
    close_loop(loop);
    CHECK(first.count == 1);
    CHECK(first.reason == PIVOT_REASON_CANCELLED);
}

static void a_drained_engine_takes_no_more(void)
{
    loop loop = open_loop(loopback_allowed);
    answer a = NO_ANSWER;
    CHECK(pivot_drain(loop.engine) == PIVOT_OK);
    CHECK(start(loop.engine, "/flow", "", &a, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.reason == PIVOT_REASON_OVERLOAD);
    close_loop(loop);
}

static void calls_in_flight_end_with_their_engine(void)
{
    loop loop = open_loop(loopback_allowed);
    answer running = NO_ANSWER;
    answer posted = NO_ANSWER;
    CHECK(start(loop.engine, "/slow", "", &running, NULL) == PIVOT_OK);
    int64_t wait_ns = 0;
    CHECK(pivot_run(loop.engine, &wait_ns) == PIVOT_OK);
    CHECK(start(loop.engine, "/slow", "", &posted, NULL) == PIVOT_OK);
    close_loop(loop);
    CHECK(running.count == 1);
    CHECK(running.reason == PIVOT_REASON_CANCELLED);
    CHECK(posted.count == 1);
    CHECK(posted.reason == PIVOT_REASON_CANCELLED);
}

/* What pivot_start() says of `request`. */
static pivot_status refused(loop loop, pivot_request request, const char* why)
{
    pivot_error error;
    const pivot_status status = pivot_start(loop.engine, &request, remember, NULL, NULL, &error);
    if (strstr(error.sentence, why) == NULL) {
        printf("\"%s\" does not say \"%s\"\n", error.sentence, why);
        ++failures;
    }
    return status;
}

static void a_request_that_makes_no_sense_is_refused(loop loop)
{
    pivot_call call = simple_call();
    pivot_request request = {.size = sizeof request,
                             .call = &call,
                             .action_json = pivot_text_of("{\"voice_url\":\"http://h/\"}")};
    const pivot_request good = request;

    request.size = offsetof(pivot_request, iteration);
    CHECK(refused(loop, request, "pivot_request") == PIVOT_SHORT);
    request = good;
    request.call = NULL;
    CHECK(refused(loop, request, "neither") == PIVOT_BAD_VALUE);
    request.call_json = pivot_text_of("{\"From\":5}");
    CHECK(refused(loop, request, "/Call-ID") == PIVOT_BAD_JSON);
    request.call = &call;
    CHECK(refused(loop, request, "both") == PIVOT_BAD_VALUE);
    request = good;
    request.iteration = -1;
    CHECK(refused(loop, request, "iteration") == PIVOT_BAD_VALUE);
    request = good;
    request.action_json = pivot_text_of("{\"voice_url\":");
    CHECK(refused(loop, request, "action_json: not JSON") == PIVOT_BAD_JSON);
    request.action_json = pivot_text_of("");
    CHECK(refused(loop, request, "empty") == PIVOT_BAD_JSON);
    request.action_json = pivot_text_of("{\"voice_url\":\"http://h/\xff\"}");
    CHECK(refused(loop, request, "action_json is not UTF-8") == PIVOT_BAD_UTF8);
    request.action_json.data = NULL;
    CHECK(refused(loop, request, "null") == PIVOT_NULL);
    request = good;

    call.size = 8;
    CHECK(refused(loop, request, "pivot_call") == PIVOT_SHORT);
    call = simple_call();
    call.call_id.size = 0;
    CHECK(refused(loop, request, "call_id is empty") == PIVOT_BAD_VALUE);
    call = simple_call();
    call.to_realm = pivot_text_of("\xc3");
    CHECK(refused(loop, request, "to_realm is not UTF-8") == PIVOT_BAD_UTF8);
    call = simple_call();
    call.direction = (pivot_direction)7;
    CHECK(refused(loop, request, "direction 7") == PIVOT_BAD_VALUE);
    call = simple_call();
    call.owner_id_count = 1;
    CHECK(refused(loop, request, "owner_ids") == PIVOT_NULL);
    call = simple_call();
    call.key_value_store = pivot_text_of("[]");
    CHECK(refused(loop, request, "key_value_store: not a JSON object") == PIVOT_BAD_JSON);
    call.key_value_store = pivot_text_of("{");
    CHECK(refused(loop, request, "key_value_store: not JSON") == PIVOT_BAD_JSON);

    request = good;
    call = simple_call();
    CHECK(pivot_start(NULL, &request, remember, NULL, NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_start(loop.engine, NULL, remember, NULL, NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_start(loop.engine, &request, NULL, NULL, NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_calls_in_flight(loop.engine) == 0);
}

static void a_longer_struct_is_taken_as_far_as_it_is_known(loop loop)
{
    struct {
        pivot_request request;
        char later_members[64];
    } newer = {.later_members = "what this library does not know"};
    const pivot_call call = simple_call();
    newer.request.size = sizeof newer;
    newer.request.call = &call;
    newer.request.action_json = pivot_text_of("{\"voice_url\":\"http://h/\",\"skip_module\":true}");
    answer a = NO_ANSWER;
    CHECK(pivot_start(loop.engine, &newer.request, remember, &a, NULL, NULL) == PIVOT_OK);
    turn_until(loop, &a, 1);
    CHECK(a.kind == PIVOT_KIND_SKIPPED);
}

static void an_engine_that_cannot_be_made_says_why(void)
{
    static const struct {
        const char* json;
        pivot_status status;
        const char* why;
    } cases[] = {
        {"{\"call_max\":5}", PIVOT_BAD_CONFIG, "did you mean /calls_max?"},
        {"{", PIVOT_BAD_CONFIG, "not JSON"},
        {"\xff", PIVOT_BAD_UTF8, "the configuration is not UTF-8"},
        {"{\"tls\":{\"ca_file\":\"/nowhere/ca.pem\"}}", PIVOT_BAD_CONFIG, "/nowhere/ca.pem"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        const pivot_engine_config config = {
            .size = sizeof config, .json = pivot_text_of(cases[i].json), .reactors = -1};
        pivot_engine* engine = (pivot_engine*)&failures;
        pivot_error error;
        CHECK(pivot_engine_create(&config, &engine, &error) == cases[i].status);
        CHECK(engine == NULL);
        if (strstr(error.sentence, cases[i].why) != NULL) continue;
        printf("\"%s\" does not say \"%s\"\n", error.sentence, cases[i].why);
        ++failures;
    }
    pivot_engine* engine = NULL;
    pivot_engine_config config = {.size = sizeof config, .reactors = 1025};
    CHECK(pivot_engine_create(&config, &engine, NULL) == PIVOT_BAD_VALUE);
    config.size = 0;
    CHECK(pivot_engine_create(&config, &engine, NULL) == PIVOT_SHORT);
    CHECK(pivot_engine_create(NULL, NULL, NULL) == PIVOT_NULL);
}

static void nothing_says_nothing(void)
{
    int64_t wait_ns = 0;
    const pivot_ticket ticket = {0};
    CHECK(pivot_engine_destroy(NULL) == PIVOT_OK);
    CHECK(pivot_drain(NULL) == PIVOT_NULL);
    CHECK(pivot_cancel(NULL, ticket) == PIVOT_NULL);
    CHECK(pivot_run(NULL, &wait_ns) == PIVOT_NULL);
    CHECK(pivot_calls_in_flight(NULL) == 0);
    CHECK(pivot_descriptor(NULL) == -1);
    CHECK(pivot_outcome_kind(NULL) == PIVOT_KIND_FAILED);
    CHECK(pivot_outcome_reason(NULL) == PIVOT_REASON_NONE);
    CHECK(pivot_outcome_phase(NULL) == PIVOT_PHASE_NONE);
    CHECK(pivot_outcome_format(NULL) == PIVOT_FORMAT_NONE);
    CHECK(pivot_outcome_iteration(NULL) == 0);
    CHECK(pivot_outcome_elapsed_ns(NULL) == 0);
    CHECK(pivot_outcome_call_id(NULL).size == 0);
    CHECK(pivot_outcome_branch(NULL).size == 0);
    CHECK(pivot_outcome_next(NULL).size == 0);
    CHECK(pivot_outcome_flow(NULL).size == 0);
    CHECK(pivot_outcome_verbs(NULL).size == 0);
    CHECK(pivot_outcome_warning_count(NULL) == 0);
    CHECK(pivot_outcome_warning(NULL, 0).at.size == 0);
    CHECK(pivot_outcome_message(NULL).size == 0);
    CHECK(pivot_outcome_error_count(NULL) == 0);
    CHECK(pivot_outcome_error(NULL, 0).at.size == 0);
    CHECK(pivot_outcome_exchange(NULL, NULL) == PIVOT_NULL);
    CHECK(pivot_outcome_json(NULL).size == 0);
    CHECK(pivot_text_of(NULL).size == 0);
}

static void values_have_names(void)
{
    CHECK(strcmp(pivot_version(), "") != 0);
    CHECK(strcmp(pivot_status_text(PIVOT_OK), "ok") == 0);
    CHECK(strcmp(pivot_status_text((pivot_status)999), "unknown") == 0);
    CHECK(strcmp(pivot_kind_name(PIVOT_KIND_SKIPPED), "skipped") == 0);
    CHECK(strcmp(pivot_reason_name(PIVOT_REASON_BAD_ACTION), "bad_action") == 0);
    CHECK(strcmp(pivot_reason_name(PIVOT_REASON_OVERLOAD), "overload") == 0);
    CHECK(strcmp(pivot_reason_name(PIVOT_REASON_NONE), "none") == 0);
    CHECK(strcmp(pivot_reason_name((pivot_reason)999), "unknown") == 0);
    CHECK(strcmp(pivot_phase_name(PIVOT_PHASE_PARSE), "parse") == 0);
    CHECK(strcmp(pivot_format_name(PIVOT_FORMAT_TWIML), "twiml") == 0);
    CHECK(strcmp(pivot_method_name(PIVOT_METHOD_POST), "POST") == 0);
}

/* What a callback may and may not do. */
typedef struct caller {
    loop loop;
    answer next;
    pivot_status destroyed;
    pivot_status drained;
    pivot_status ran;
} caller;

static void call_from_inside(const pivot_outcome* outcome, void* user)
{
    caller* c = user;
    int64_t wait_ns = 0;
    CHECK(pivot_outcome_kind(outcome) == PIVOT_KIND_SKIPPED);
    c->destroyed = pivot_engine_destroy(c->loop.engine);
    c->drained = pivot_drain(c->loop.engine);
    c->ran = pivot_run(c->loop.engine, &wait_ns);
    CHECK(start(c->loop.engine, "/flow", "", &c->next, NULL) == PIVOT_OK);
}

static void a_callback_may_start_but_not_end(loop loop)
{
    caller c = {.loop = loop, .next = NO_ANSWER};
    const pivot_call call = simple_call();
    const pivot_request request = {
        .size = sizeof request,
        .call = &call,
        .action_json = pivot_text_of("{\"voice_url\":\"http://h/\",\"skip_module\":true}")};
    CHECK(pivot_start(loop.engine, &request, call_from_inside, &c, NULL, NULL) == PIVOT_OK);
    turn_until(loop, &c.next, 1);
    CHECK(c.destroyed == PIVOT_IN_CALLBACK);
    CHECK(c.drained == PIVOT_IN_CALLBACK);
    CHECK(c.ran == PIVOT_IN_CALLBACK);
    CHECK(c.next.kind == PIVOT_KIND_PROCESSED);
}

static void* meddle(void* user)
{
    int64_t wait_ns = 0;
    CHECK(pivot_run(user, &wait_ns) == PIVOT_WRONG_THREAD);
    CHECK(pivot_engine_destroy(user) == PIVOT_WRONG_THREAD);
    return NULL;
}

static void a_host_driven_engine_belongs_to_one_thread(loop loop)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, meddle, loop.engine) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void an_engine_may_have_threads_of_its_own(void)
{
    enum { calls = 8 };
    pivot_engine* engine = create(loopback_allowed, 2);
    int64_t wait_ns = 0;
    CHECK(pivot_descriptor(engine) == -1);
    CHECK(pivot_run(engine, &wait_ns) == PIVOT_WRONG_ENGINE);

    answer answers[calls] = {NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER,
                             NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER};
    for (int i = 0; i < calls; ++i) {
        CHECK(start(engine, "/flow", "", &answers[i], NULL) == PIVOT_OK);
    }
    for (int i = 0; i < calls; ++i) {
        answer* a = &answers[i];
        pthread_mutex_lock(&a->mutex);
        while (a->count == 0) pthread_cond_wait(&a->arrived, &a->mutex);
        CHECK(a->kind == PIVOT_KIND_PROCESSED);
        CHECK(!pthread_equal(a->thread, pthread_self()));
        pthread_mutex_unlock(&a->mutex);
    }

    answer cancelled = NO_ANSWER;
    answer drained = NO_ANSWER;
    pivot_ticket ticket;
    CHECK(start(engine, "/slow", "", &cancelled, &ticket) == PIVOT_OK);
    CHECK(start(engine, "/slow", ",\"req_timeout_ms\":50", &drained, NULL) == PIVOT_OK);
    CHECK(pivot_cancel(engine, ticket) == PIVOT_OK);
    CHECK(pivot_drain(engine) == PIVOT_OK);
    CHECK(pivot_calls_in_flight(engine) == 0);
    CHECK(pivot_engine_destroy(engine) == PIVOT_OK);
    CHECK(cancelled.reason == PIVOT_REASON_CANCELLED);
    CHECK(drained.reason == PIVOT_REASON_TIMEOUT);
}

static void calls_in_flight_end_with_the_threads(void)
{
    pivot_engine* engine = create(loopback_allowed, 1);
    answer a = NO_ANSWER;
    CHECK(start(engine, "/slow", "", &a, NULL) == PIVOT_OK);
    CHECK(pivot_engine_destroy(engine) == PIVOT_OK);
    CHECK(a.count == 1);
    CHECK(a.reason == PIVOT_REASON_CANCELLED);
}

int main(int count, char** arguments)
{
    if (count != 2) {
        printf("usage: %s PORT\n", arguments[0]);
        return 2;
    }
    port = arguments[1];
    nothing_says_nothing();
    values_have_names();
    an_engine_that_cannot_be_made_says_why();

    loop loop = open_loop(loopback_allowed);
    a_call_is_processed(loop);
    a_call_may_come_as_json(loop);
    a_call_is_skipped(loop);
    a_silent_server_is_a_timeout(loop);
    a_flow_that_is_none_has_its_errors(loop);
    a_bad_action_is_an_outcome(loop);
    a_cancelled_call_ends_at_once(loop);
    a_request_that_makes_no_sense_is_refused(loop);
    a_longer_struct_is_taken_as_far_as_it_is_known(loop);
    a_callback_may_start_but_not_end(loop);
    a_host_driven_engine_belongs_to_one_thread(loop);
    close_loop(loop);

    one_call_too_many_is_an_overload();
    a_drained_engine_takes_no_more();
    calls_in_flight_end_with_their_engine();
    an_engine_may_have_threads_of_its_own();
    calls_in_flight_end_with_the_threads();
    return failures == 0 ? 0 : 1;
}
