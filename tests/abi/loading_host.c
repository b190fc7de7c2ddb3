/* A host that loads the library, has calls in flight, unloads it, and does so again.
 *     loading_host LIBRARY */
#define _POSIX_C_SOURCE 200809L

#include <pivot/session.h>

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>

enum { TIMES = 3, CALLS = 100 };

static atomic_int outcomes;

static void count(const pivot_outcome* outcome, void* user)
{
    (void)outcome;
    (void)user;
    ++outcomes;
}

/* POSIX makes functions of such pointers. */
static int find(void* library, const char* name, void* function)
{
    void* const found = dlsym(library, name);
    if (found == NULL) return printf("no %s: %s\n", name, dlerror());
    *(void**)function = found;
    return 0;
}

/* Returns 0, or something else after it has said what is wrong. */
static int use(void* library)
{
    pivot_status (*create)(const pivot_engine_config*, pivot_engine**, pivot_error*);
    pivot_status (*start)(pivot_engine*, const pivot_request*, pivot_done_fn*, void*, pivot_ticket*,
                          pivot_error*);
    pivot_status (*destroy)(pivot_engine*);
    if (find(library, "pivot_engine_create", &create)) return 1;
    if (find(library, "pivot_start", &start)) return 1;
    if (find(library, "pivot_engine_destroy", &destroy)) return 1;

    const pivot_engine_config config = {.size = sizeof config, .reactors = 2};
    pivot_engine* engine = NULL;
    pivot_error error;
    if (create(&config, &engine, &error) != PIVOT_OK) return printf("%s\n", error.sentence);
    const pivot_call call = {.size = sizeof call, .call_id = {"loading", 7}};
    static const char action[] = "{\"voice_url\":\"http://127.0.0.1:9/\"}";
    const pivot_request request = {
        .size = sizeof request, .call = &call, .action_json = {action, sizeof action - 1}};
    for (int i = 0; i < CALLS; ++i) {
        if (start(engine, &request, count, NULL, NULL, NULL) != PIVOT_OK)
            return printf("a call did not start\n");
    }
    return destroy(engine) == PIVOT_OK ? 0 : printf("the engine was not destroyed\n");
}

int main(int argument_count, char** arguments)
{
    if (argument_count != 2) return printf("usage: %s LIBRARY\n", arguments[0]);
    for (int i = 0; i < TIMES; ++i) {
        void* const library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) return printf("%s\n", dlerror());
        if (use(library)) return 1;
        if (dlclose(library) != 0) return printf("%s\n", dlerror());
    }
    if (outcomes == TIMES * CALLS) return 0;
    return printf("%d outcomes, not %d\n", outcomes, TIMES * CALLS);
}
