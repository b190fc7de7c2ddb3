#include "switches/app_pivot/live_call.h"

#include "switches/app_pivot/news.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/astobj2.h>
#include <asterisk/channel.h>
#include <asterisk/utils.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct ao2_container* calls;

int live_calls_begin(void)
{
    calls = ao2_container_alloc_list(AO2_ALLOC_OPT_LOCK_MUTEX, 0, NULL, NULL);
    return calls == NULL ? -1 : 0;
}

void live_calls_end(void)
{
    ao2_cleanup(calls);
    calls = NULL;
}

static void destroy(void* object)
{
    struct live_call* call = object;
    for (struct news* news; (news = take_news(call)) != NULL;) free_news(news);
    if (call->wake >= 0) close(call->wake);
    ao2_cleanup(call->settings);
    ast_free(call->name);
    ast_free(call->url);
}

struct live_call* live_call_new(struct ast_channel* channel, const char* url)
{
    struct live_call* call = ao2_alloc(sizeof *call, destroy);
    if (call == NULL) return NULL;
    call->last = &call->first;
    call->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    call->settings = settings_now();
    call->name = ast_strdup(ast_channel_name(channel));
    call->url = ast_strdup(url);
    if (call->wake < 0 || call->name == NULL || call->url == NULL || !ao2_link(calls, call)) {
        ao2_ref(call, -1);
        return NULL;
    }
    return call;
}

void live_call_close(struct live_call* call)
{
    ao2_unlink(calls, call);
    ao2_lock(call);
    call->is_closed = 1;
    close(call->wake);
    call->wake = -1;
    ao2_unlock(call);
    for (struct news* news; (news = take_news(call)) != NULL;) free_news(news);
}

void tell(struct live_call* call, pivot_event event)
{
    event.size = sizeof event;
    const pivot_status status = pivot_tell(call->engine, call->ticket, &event);
    if (status != PIVOT_OK && status != PIVOT_NOTHING) {
        ast_log(LOG_ERROR, "%s: the engine refused event %d: %s\n", call->name, (int)event.kind,
                pivot_status_text(status));
    }
}

void for_each_call(void (*each)(struct live_call* call, void* user), void* user)
{
    struct ao2_iterator step = ao2_iterator_init(calls, 0);
    for (struct live_call* call; (call = ao2_iterator_next(&step)) != NULL; ao2_ref(call, -1)) {
        each(call, user);
    }
    ao2_iterator_destroy(&step);
}

size_t calls_performed(void)
{
    return (size_t)ao2_container_count(calls);
}
