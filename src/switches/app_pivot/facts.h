/* What the web server is told of a channel's call. */
#ifndef SWITCHES_APP_PIVOT_FACTS_H
#define SWITCHES_APP_PIVOT_FACTS_H

#include "switches/app_pivot/asterisk_module.h"

#include <pivot/session.h>

struct ast_channel;

enum { FACTS_MAX = 16 };

struct facts {
    pivot_call call;
    pivot_request request;
    pivot_session_request session;
    char* texts[FACTS_MAX]; /* that the call refers to */
    int count;
};

/* `action` is JSON, and kept as it is. */
void facts_gather(struct facts* facts, struct ast_channel* channel, const char* action,
                  pivot_at_end at_end);
void facts_free(struct facts* facts);

#endif
