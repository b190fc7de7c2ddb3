/* A host that exits while its engine, on two threads, is busy: each callback starts the next call.
 * It never destroys the engine in time, and must exit with the status that it says. What it calls
 * when the threads have been halted returns. */
#define _POSIX_C_SOURCE 200809L

#include <pivot/session.h>

#include <stdlib.h>
#include <time.h>

static pivot_engine* engine;

static void start(void);

static void start_again(const pivot_outcome* outcome, void* user)
{
    (void)outcome;
    (void)user;
    start();
}

static void start(void)
{
    const pivot_call call = {.size = sizeof call, .call_id = pivot_text_of("exiting")};
    const pivot_request request = {
        .size = sizeof request,
        .call = &call,
        .action_json = pivot_text_of("{\"voice_url\":\"http://h.example/\",\"skip_module\":true}")};
    pivot_start(engine, &request, start_again, NULL, NULL, NULL);
}

/* The engine halts its threads before, because it was created after this was registered. */
static void stop_too_late(void)
{
    pivot_stop(engine, 0);
    pivot_drain(engine);
    pivot_engine_destroy(engine);
}

int main(void)
{
    atexit(stop_too_late);
    const pivot_engine_config config = {.size = sizeof config, .reactors = 2};
    if (pivot_engine_create(&config, &engine, NULL) != PIVOT_OK) return 1;
    for (int i = 0; i < 50; ++i) start();
    const struct timespec busy = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&busy, NULL);
    exit(7);
}
