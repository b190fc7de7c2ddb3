#include "switches/app_pivot/away.h"

#include "switches/app_pivot/news.h"
#include "switches/app_pivot/playing_aside.h"

#include <asterisk/bridge.h>
#include <asterisk/bridge_after.h>
#include <asterisk/channel.h>
#include <asterisk/framehook.h>

static const pivot_text no_text = {NULL, 0};

/* A key that comes too soon after another, or while one is being made longer, is put back by
 * Asterisk, and comes here again. */
static int will_come_again(struct ast_channel* channel)
{
    enum { LEAST_GAP_MS = 45 }; /* AST_MIN_DTMF_GAP, which no header has */
    const struct ast_flags* flags = ast_channel_flags(channel);
    if (ast_test_flag(flags, AST_FLAG_DEFER_DTMF | AST_FLAG_EMULATE_DTMF)) return 1;
    if (ast_test_flag(flags, AST_FLAG_IN_DTMF | AST_FLAG_END_DTMF_ONLY)) return 0;
    const struct timeval last = *ast_channel_dtmf_tv(channel);
    return !ast_tvzero(last) && ast_tvdiff_ms(ast_tvnow(), last) < LEAST_GAP_MS;
}

static struct ast_frame* hear_key(struct ast_channel* channel, struct ast_frame* frame,
                                  enum ast_framehook_event event, void* data)
{
    const struct leg* leg = data;
    if (frame == NULL || event != AST_FRAMEHOOK_EVENT_READ) return frame;
    if (frame->frametype != AST_FRAME_DTMF_END || will_come_again(channel)) return frame;
    tell(leg->call,
         (pivot_event){
             .kind = PIVOT_EVENT_KEY, .leg = leg->number, .key = (char)frame->subclass.integer});
    return frame;
}

/* A hook that listens to all keeps media from going past Asterisk, and the keys with it. */
static void hook_keys(struct leg* leg)
{
    struct ast_framehook_interface interface = {.version = AST_FRAMEHOOK_INTERFACE_VERSION,
                                                .event_cb = hear_key,
                                                .disable_inheritance = 1,
                                                .data = leg};
    ast_channel_lock(leg->channel);
    leg->hook = ast_framehook_attach(leg->channel, &interface);
    ast_channel_unlock(leg->channel);
}

static void unhook_keys(struct leg* leg)
{
    ast_channel_lock(leg->channel);
    if (leg->hook >= 0) ast_framehook_detach(leg->channel, leg->hook);
    ast_channel_unlock(leg->channel);
    leg->hook = -1;
}

static void has_left(struct ast_channel* channel, void* data)
{
    (void)channel;
    const struct leg* leg = data;
    post(leg->call,
         (struct news){.kind = NEWS_LEFT_BRIDGE, .leg = leg->number, .number = leg->stay}, no_text,
         no_text);
}

static void has_not_entered(enum ast_bridge_after_cb_reason reason, void* data)
{
    (void)reason;
    has_left(NULL, data);
}

int away_is_over(const struct leg* leg, const struct news* news)
{
    return leg->is_away && news->number == leg->stay;
}

/* A bridge's thread runs no dialplan afterwards if it sees none. */
static void put_dialplan_aside(struct leg* leg)
{
    leg->pbx = ast_channel_pbx(leg->channel);
    ast_channel_pbx_set(leg->channel, NULL);
}

static void put_dialplan_back(struct leg* leg)
{
    ast_channel_pbx_set(leg->channel, leg->pbx);
    leg->pbx = NULL;
}

int away_begin(struct leg* leg, struct ast_bridge* bridge)
{
    ++leg->stay;
    if (ast_bridge_set_after_callback(leg->channel, has_left, has_not_entered, leg) != 0) return -1;
    hook_keys(leg);
    put_dialplan_aside(leg);
    ast_channel_clear_flag(leg->channel, AST_FLAG_END_DTMF_ONLY);
    leg->is_away = 1;
    if (ast_bridge_impart(bridge, leg->channel, NULL, NULL, AST_BRIDGE_IMPART_CHAN_DEPARTABLE) ==
        0) {
        return 0;
    }
    leg->is_away = 0;
    ast_channel_set_flag(leg->channel, AST_FLAG_END_DTMF_ONLY);
    put_dialplan_back(leg);
    unhook_keys(leg);
    return -1;
}

void away_end(struct leg* leg)
{
    if (!leg->is_away) return;
    ast_bridge_depart(leg->channel);
    leg->is_away = 0;
    ast_channel_set_flag(leg->channel, AST_FLAG_END_DTMF_ONLY);
    put_dialplan_back(leg);
    unhook_keys(leg);
    stop_asides(leg->call, leg);
}
