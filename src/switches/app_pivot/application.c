#include "switches/app_pivot/application.h"

#include "switches/app_pivot/commands.h"
#include "switches/app_pivot/facts.h"
#include "switches/app_pivot/live_call.h"
#include "switches/app_pivot/module_engine.h"
#include "switches/app_pivot/performing.h"
#include "switches/app_pivot/resting.h"

#include <asterisk/app.h>
#include <asterisk/astobj2.h>
#include <asterisk/channel.h>
#include <asterisk/json.h>
#include <asterisk/pbx.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

static const char application[] = "Pivot";

enum { HANGS_UP = 1, SPEAKS_TWIML = 2, POSTS = 4 };

AST_APP_OPTIONS(options_of_pivot, {
                                      AST_APP_OPTION('h', HANGS_UP),
                                      AST_APP_OPTION('p', POSTS),
                                      AST_APP_OPTION('t', SPEAKS_TWIML),
                                  });

struct asked {
    char* action; /* JSON */
    char* url;    /* for people */
    struct ast_flags options;
};

/* The variable wins, because it can say everything. */
static char* action_of(struct ast_channel* channel, const char* url,
                       const struct ast_flags* options)
{
    ast_channel_lock(channel);
    char* action = ast_strdup(S_OR(pbx_builtin_getvar_helper(channel, "PIVOT_ACTION"), ""));
    ast_channel_unlock(channel);
    if (!ast_strlen_zero(action)) return action;
    ast_free(action);

    struct ast_json* object =
        ast_json_pack("{s: s, s: s, s: s}", "voice_url", url, "req_format",
                      ast_test_flag(options, SPEAKS_TWIML) ? "twiml" : "kazoo", "method",
                      ast_test_flag(options, POSTS) ? "post" : "get");
    if (object == NULL) return NULL;
    action = ast_json_dump_string(object);
    ast_json_unref(object);
    return action;
}

static void parse(struct asked* asked, struct ast_channel* channel, const char* data)
{
    char* rest = ast_strdupa(S_OR(data, ""));
    AST_DECLARE_APP_ARGS(arguments, AST_APP_ARG(url); AST_APP_ARG(options););
    AST_STANDARD_APP_ARGS(arguments, rest);
    const char* url = S_OR(arguments.url, "");
    *asked = (struct asked){.action = NULL};
    if (!ast_strlen_zero(arguments.options)) {
        ast_app_parse_options(options_of_pivot, &asked->options, NULL, arguments.options);
    }
    asked->action = action_of(channel, url, &asked->options);
    asked->url = ast_strdup(S_OR(url, "PIVOT_ACTION"));
}

/* Returns -1 if the engine takes no such call: `sentence` says why. */
static int start(struct live_call* call, struct ast_channel* channel, const struct asked* asked,
                 pivot_error* error)
{
    const int hangs_up = ast_test_flag(&asked->options, HANGS_UP) != 0;
    struct facts facts;
    facts_gather(&facts, channel, asked->action,
                 hangs_up ? PIVOT_AT_END_HANG_UP : PIVOT_AT_END_GIVE_BACK);
    /* The engine's, until `ended`. */
    ao2_ref(call, 1);
    ast_module_ref(AST_MODULE_SELF);
    const pivot_status status = pivot_session_start(call->engine, &facts.session, &asterisk_channel,
                                                    call, &call->ticket, error);
    facts_free(&facts);
    if (status == PIVOT_OK) return 0;
    ast_module_unref(AST_MODULE_SELF);
    ao2_ref(call, -1);
    return -1;
}

static void report(struct ast_channel* channel, const char* status, const char* reason,
                   const char* branch)
{
    pbx_builtin_setvar_helper(channel, "PIVOTSTATUS", status);
    pbx_builtin_setvar_helper(channel, "PIVOTREASON", reason);
    pbx_builtin_setvar_helper(channel, "PIVOTBRANCH", branch);
}

static const char* status_of(enum progress progress, const char* branch)
{
    switch (progress) {
        case GIVEN_BACK: return ast_strlen_zero(branch) ? "DONE" : "FAILED";
        case MOVED: return "MOVED";
        case HUNG_UP: return "HANGUP";
        case PERFORMING:
        case ENDED: break;
    }
    return "FAILED";
}

static void report_end(struct live_call* call, struct ast_channel* channel)
{
    ao2_lock(call);
    char* branch = ast_strdupa(call->branch);
    char* reason = ast_strdupa(ast_strlen_zero(branch) ? "" : call->reason);
    ao2_unlock(call);
    report(channel, status_of(call->progress, branch), reason, branch);
}

/* Returns what the dialplan wants: -1 hangs up. */
static int perform(struct live_call* call, struct ast_channel* channel, const struct asked* asked)
{
    pivot_error error;
    if (start(call, channel, asked, &error) != 0) {
        ast_log(LOG_WARNING, "%s: %s\n", ast_channel_name(channel), error.sentence);
        report(channel, "ERROR", error.sentence, "_");
        return 0;
    }
    perform_call(call, channel);
    report_end(call, channel);
    if (call->progress == GIVEN_BACK || call->progress == MOVED) let_rest(call, channel);
    return call->progress == HUNG_UP || call->hangs_up ? -1 : 0;
}

static int execute(struct ast_channel* channel, const char* data)
{
    struct asked asked;
    parse(&asked, channel, data);
    struct live_call* call = asked.action == NULL ? NULL : live_call_new(channel, asked.url);
    int result = 0;
    if (call == NULL) {
        report(channel, "ERROR", "Asterisk has no memory or no descriptors", "_");
    } else {
        call->engine = engine_now();
        result = perform(call, channel, &asked);
        live_call_close(call);
        ao2_ref(call, -1);
    }
    ast_free(asked.action);
    ast_free(asked.url);
    return result;
}

static const char synopsis[] = "Asks a web server what to do with the call, and does it";
static const char description[] =
    "  Pivot(URL[,options]): performs what the web server at the URL answers, a callflow or "
    "TwiML,\n"
    "until the document is over; the dialplan then goes on. The whole action of a pivot node can\n"
    "be given as JSON in the variable PIVOT_ACTION, which wins over the arguments.\n"
    "  Options: h  hangs up at the end of the document\n"
    "           p  asks by POST\n"
    "           t  sends the parameters of TwiML\n"
    "  PIVOTSTATUS is DONE, FAILED (a web server, and nothing was to follow), HANGUP, MOVED "
    "(Asterisk\n"
    "has sent the channel elsewhere) or ERROR (Pivot could not begin). After a failure "
    "PIVOTBRANCH\n"
    "is _ and PIVOTREASON says why.\n";

int application_register(void)
{
    return ast_register_application(application, execute, synopsis, description);
}

void application_unregister(void)
{
    ast_unregister_application(application);
}
