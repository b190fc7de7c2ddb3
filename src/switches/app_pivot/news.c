#include "switches/app_pivot/news.h"

#include <asterisk/astobj2.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>
#include <sys/eventfd.h>

static char* copy_of(pivot_text text)
{
    char* copy = ast_malloc(text.size + 1);
    if (copy == NULL) return NULL;
    if (text.size > 0) memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

void free_news(struct news* news)
{
    if (news == NULL) return;
    ast_free(news->name);
    ast_free(news->value);
    ast_free(news);
}

void post(struct live_call* call, struct news news, pivot_text name, pivot_text value)
{
    struct news* kept = ast_malloc(sizeof *kept);
    if (kept == NULL) return;
    *kept = news;
    kept->name = copy_of(name);
    kept->value = copy_of(value);
    kept->next = NULL;

    ao2_lock(call);
    const int is_closed = call->is_closed;
    if (!is_closed) {
        *call->last = kept;
        call->last = &kept->next;
        eventfd_write(call->wake, 1);
    }
    ao2_unlock(call);
    if (is_closed) free_news(kept);
}

struct news* take_news(struct live_call* call)
{
    ao2_lock(call);
    struct news* oldest = call->first;
    if (oldest != NULL) {
        call->first = oldest->next;
        if (call->first == NULL) call->last = &call->first;
    }
    ao2_unlock(call);
    return oldest;
}
