#include "switches/app_pivot/module_engine.h"

#include "switches/app_pivot/asterisk_module.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/logger.h>

static pivot_engine* engine;

static void log_line(void* user, pivot_log_level level, pivot_text call_id, pivot_text line)
{
    (void)user;
    const char* gap = call_id.size > 0 ? ": " : "";
    const int id_size = (int)call_id.size;
    const int size = (int)line.size;
    switch (level) {
        case PIVOT_LOG_ERROR:
            ast_log(LOG_ERROR, "%.*s%s%.*s\n", id_size, call_id.data, gap, size, line.data);
            break;
        case PIVOT_LOG_WARNING:
            ast_log(LOG_WARNING, "%.*s%s%.*s\n", id_size, call_id.data, gap, size, line.data);
            break;
        case PIVOT_LOG_INFO:
            ast_verb(3, "%.*s%s%.*s\n", id_size, call_id.data, gap, size, line.data);
            break;
        case PIVOT_LOG_DEBUG:
            ast_debug(1, "%.*s%s%.*s\n", id_size, call_id.data, gap, size, line.data);
            break;
    }
}

/* Records and CDRs are the store's (docs/configuration.md). */
static const pivot_sinks sinks = {.size = sizeof sinks, .log = log_line};

int engine_begin(const struct settings* settings)
{
    const pivot_engine_config config = {.size = sizeof config,
                                        .json = pivot_text_of(settings->engine),
                                        .reactors = -1,
                                        .sinks = &sinks};
    pivot_error error;
    if (pivot_engine_create(&config, &engine, &error) == PIVOT_OK) return 0;
    ast_log(LOG_ERROR, "Pivot cannot begin: %s\n", error.sentence);
    return -1;
}

int engine_reload(const struct settings* settings)
{
    pivot_error error;
    const pivot_text json = pivot_text_of(settings->engine);
    if (pivot_engine_reload(engine, json, &error) == PIVOT_OK) return 0;
    ast_log(LOG_ERROR, "Pivot keeps its settings: %s\n", error.sentence);
    return -1;
}

int engine_is_busy(void)
{
    return pivot_calls_in_flight(engine) > 0;
}

void engine_end(void)
{
    pivot_engine_destroy(engine);
    engine = NULL;
}

pivot_engine* engine_now(void)
{
    return engine;
}
