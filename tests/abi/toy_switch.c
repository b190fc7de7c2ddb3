#define _POSIX_C_SOURCE 200809L

#include "toy_switch.h"

#include "check.h"
#include "toy_channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

atomic_int failures;
const char* toy_port = "";
const char toy_loopback[] = "{\"policy\":{\"allow\":[\"127.0.0.1\"]}}";

static void react(toy_call* call, const toy_deed* deed)
{
    if (call->hang_up_at == deed->index) {
        toy_hang_up(call);
    } else if (call->react == NULL || !call->react(call, deed)) {
        toy_perform(deed);
    }
}

/* A call that is over has shown all that it had. */
static void perform(toy_deed* deed)
{
    toy_call* call = deed->call;
    toy_lock(call);
    const bool is_over = call->is_over;
    if (!is_over && deed->is_running) toy_check_is_unchanged(deed);
    toy_unlock(call);
    if (!is_over) react(call, deed);
    toy_lock(call);
    deed->is_posted = false;
    toy_free_unless_used(deed);
    toy_unlock(call);
}

void toy_turn(toy_switch* toy)
{
    toy_lane* lane = &toy->lanes[0];
    for (size_t count = lane->count; count > 0; --count) perform(toy_take(lane));
}

static void* work(void* user)
{
    toy_lane* lane = user;
    pthread_mutex_lock(&lane->mutex);
    for (;;) {
        toy_deed* deed = toy_take(lane);
        if (deed == NULL && lane->is_closing) break;
        if (deed == NULL) {
            pthread_cond_wait(&lane->has_work, &lane->mutex);
            continue;
        }
        pthread_mutex_unlock(&lane->mutex);
        perform(deed);
        pthread_mutex_lock(&lane->mutex);
    }
    pthread_mutex_unlock(&lane->mutex);
    return NULL;
}

static void open_engine(toy_switch* toy, const char* json, int32_t reactors)
{
    const pivot_sinks sinks = toy_sinks(toy);
    const pivot_engine_config config = {
        .size = sizeof config, .json = pivot_text_of(json), .reactors = reactors, .sinks = &sinks};
    pivot_error error;
    if (pivot_engine_create(&config, &toy->engine, &error) == PIVOT_OK) return;
    printf("%s\n", error.sentence);
    exit(1);
}

static void open_lane(toy_lane* lane, bool has_thread)
{
    pthread_mutex_init(&lane->mutex, NULL);
    pthread_cond_init(&lane->has_work, NULL);
    lane->last = &lane->first;
    if (has_thread) CHECK(pthread_create(&lane->thread, NULL, work, lane) == 0);
}

void toy_open(toy_switch* toy, const char* config, int32_t reactors, size_t lanes)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* a crash loses nothing */
    memset(toy, 0, sizeof *toy);
    toy->channel = toy_channel;
    toy->has_threads = reactors > 0;
    toy->lane_count = lanes;
    toy->epoll = reactors > 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
    toy->calls = toy_must(calloc(TOY_CALLS_MAX, sizeof(toy_call*)));
    open_engine(toy, config, reactors);
    for (size_t i = 0; i < lanes; ++i) open_lane(&toy->lanes[i], toy->has_threads);
    if (toy->epoll < 0) return;
    struct epoll_event event = {.events = EPOLLIN};
    CHECK(epoll_ctl(toy->epoll, EPOLL_CTL_ADD, pivot_descriptor(toy->engine), &event) == 0);
}

static void join_lane(toy_lane* lane)
{
    pthread_mutex_lock(&lane->mutex);
    lane->is_closing = true;
    pthread_cond_signal(&lane->has_work);
    pthread_mutex_unlock(&lane->mutex);
    pthread_join(lane->thread, NULL);
}

static void close_lane(toy_lane* lane)
{
    for (toy_deed* deed = toy_take(lane); deed != NULL; deed = toy_take(lane)) perform(deed);
    pthread_mutex_destroy(&lane->mutex);
    pthread_cond_destroy(&lane->has_work);
}

static void free_call(toy_call* call)
{
    CHECK(call->running == NULL);
    pthread_mutex_destroy(&call->mutex);
    free(call->log);
    free(call);
}

void toy_close(toy_switch* toy)
{
    for (size_t i = 0; i < toy->lane_count && toy->has_threads; ++i) join_lane(&toy->lanes[i]);
    CHECK(pivot_engine_destroy(toy->engine) == PIVOT_OK);
    for (size_t i = 0; i < toy->lane_count; ++i) close_lane(&toy->lanes[i]);
    for (size_t i = 0; i < toy->call_count; ++i) free_call(toy->calls[i]);
    free(toy->calls);
    if (toy->epoll >= 0) close(toy->epoll);
}

toy_call* toy_ring(toy_switch* toy, toy_reaction* react)
{
    CHECK(toy->call_count < TOY_CALLS_MAX);
    toy_call* call = toy_must(calloc(1, sizeof *call));
    call->owner = toy;
    call->number = toy->call_count;
    call->react = react;
    call->channel = &toy->channel;
    snprintf(call->id, sizeof call->id, "c-%zu", call->number);
    pthread_mutex_init(&call->mutex, NULL);
    toy->calls[toy->call_count] = call;
    ++toy->call_count;
    return call;
}

/* The web server answers /page with its query. */
static void put_url(char* url, size_t capacity, const char* document)
{
    size_t size = (size_t)snprintf(url, capacity, "http://127.0.0.1:%s/page?", toy_port);
    for (; *document != '\0' && size + 4 < capacity; ++document) {
        size += (size_t)snprintf(url + size, capacity - size, "%%%02X", (unsigned char)*document);
    }
    CHECK(*document == '\0');
}

static int64_t unix_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static const char* or_else(const char* given, const char* usual)
{
    return given == NULL ? usual : given;
}

static void put_action(char* action, size_t capacity, const toy_start* start)
{
    char url[TOY_ACTION_SIZE / 2];
    char cdr[128] = "";
    if (start->document != NULL) put_url(url, sizeof url, start->document);
    if (!start->owes_no_cdr) {
        snprintf(cdr, sizeof cdr, ",\"cdr_url\":\"http://127.0.0.1:%s/cdr\"", toy_port);
    }
    snprintf(action, capacity,
             "{\"module\":\"pivot\",\"data\":{\"voice_url\":\"%s\",\"method\":\"post\","
             "\"req_format\":\"twiml\"%s%s},\"children\":{%s%s}}",
             start->document != NULL ? url : start->url, cdr, or_else(start->members, ""),
             start->next == NULL ? "" : "\"_\":", or_else(start->next, ""));
}

pivot_status toy_begin(toy_call* call, const toy_start* start, pivot_error* error)
{
    char action[TOY_ACTION_SIZE];
    put_action(action, sizeof action, start);
    const pivot_call facts = {.size = sizeof facts,
                              .call_id = pivot_text_of(call->id),
                              .account_id = pivot_text_of(start->account),
                              .from_user = pivot_text_of("alice")};
    const pivot_request request = {.size = sizeof request,
                                   .call = &facts,
                                   .action_json = pivot_text_of(action),
                                   .headers = start->headers,
                                   .header_count = start->header_count};
    const pivot_session_request session = {
        .size = sizeof session,
        .request = &request,
        .started_unix_ms = unix_now_ms() - 3000,
        .answered_unix_ms = start->is_answered ? unix_now_ms() - 1000 : 0,
        .at_end = start->at_end,
        .directory = start->directory};
    toy_is_inside = true;
    const pivot_status status = pivot_session_start(call->owner->engine, &session, call->channel,
                                                    call, &call->ticket, error);
    toy_is_inside = false;
    return status;
}

toy_call* toy_begin_call(toy_switch* toy, toy_reaction* react, const toy_start* start)
{
    toy_call* call = toy_ring(toy, react);
    pivot_error error;
    const pivot_status status = toy_begin(call, start, &error);
    if (status == PIVOT_OK) return call;
    printf("%s: %s\n", pivot_status_text(status), error.sentence);
    exit(1);
}

toy_call* toy_begin_page(toy_switch* toy, toy_reaction* react, const char* document)
{
    return toy_begin_call(toy, react, &(toy_start){.document = document});
}

bool toy_saw(toy_call* call, const char* line)
{
    return toy_saw_times(call, line) > 0;
}

static const char* after_line(const char* log, const char* line)
{
    const size_t size = strlen(line);
    for (; log != NULL && *log != '\0'; log = strchr(log + 1, '\n')) {
        if (strncmp(log + 1, line, size) == 0) return log + 1;
    }
    return NULL;
}

size_t toy_saw_times(toy_call* call, const char* line)
{
    size_t count = 0;
    toy_lock(call);
    for (const char* at = call->log; at != NULL; ++count) {
        at = after_line(at, line);
        if (at == NULL) break;
        at = strchr(at, '\n');
    }
    toy_unlock(call);
    return count;
}

bool toy_saw_in_order(toy_call* call, const char* const* lines, size_t count)
{
    toy_lock(call);
    const char* at = call->log;
    for (size_t i = 0; i < count; ++i) {
        const char* found = at == NULL ? NULL : after_line(at, lines[i]);
        if (found == NULL) {
            printf("%s: no `%s` there in:%s\n", call->id, lines[i], or_else(call->log, " nothing"));
            toy_unlock(call);
            return false;
        }
        at = strchr(found, '\n');
    }
    toy_unlock(call);
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* A switch waits for other things than its engine, too. */
static void wait_for_work(toy_switch* toy, int64_t wait_ns)
{
    const int64_t wait_ms = wait_ns < 0 || wait_ns > 50000000 ? 50 : (wait_ns + 999999) / 1000000;
    struct epoll_event event;
    const int ready = epoll_wait(toy->epoll, &event, 1, toy->lanes[0].count > 0 ? 0 : (int)wait_ms);
    CHECK(ready >= 0 || errno == EINTR);
}

bool toy_run_until(toy_switch* toy, bool is_done(void* user), void* user)
{
    const int64_t end = now_ms() + TOY_PATIENCE_MS;
    int64_t wait_ns = 0;
    while (!is_done(user) && now_ms() < end) {
        if (toy->has_threads) {
            nanosleep(&(const struct timespec){.tv_nsec = 1000000}, NULL);
            continue;
        }
        CHECK(pivot_run(toy->engine, &wait_ns) == PIVOT_OK);
        toy_turn(toy);
        if (!is_done(user)) wait_for_work(toy, wait_ns);
    }
    return is_done(user);
}

static bool has_ended(void* user)
{
    return ((toy_call*)user)->ends > 0;
}

bool toy_run_until_ended(toy_call* call)
{
    if (toy_run_until(call->owner, has_ended, call)) return true;
    printf("%s has not ended:%s\n", call->id, or_else(call->log, " nothing"));
    return false;
}

typedef struct sight {
    toy_call* call;
    const char* line;
} sight;

static bool has_seen(void* user)
{
    const sight* wanted = user;
    return toy_saw(wanted->call, wanted->line);
}

bool toy_run_until_saw(toy_call* call, const char* line)
{
    sight wanted = {call, line};
    if (toy_run_until(call->owner, has_seen, &wanted)) return true;
    printf("%s has not seen `%s`:%s\n", call->id, line, or_else(call->log, " nothing"));
    return false;
}
