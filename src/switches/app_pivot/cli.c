#include "switches/app_pivot/cli.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/live_call.h"
#include "switches/app_pivot/module_engine.h"
#include "switches/app_pivot/reloading.h"

#include <asterisk/cli.h>
#include <asterisk/utils.h>

static void show_call(struct live_call* call, void* user)
{
    const int* output = user;
    const struct job_kind* doing = call->doing;
    ast_cli(*output, "%-40.40s %-12s %s\n", call->name, doing == NULL ? "waits" : doing->name,
            call->url);
}

static char* show_calls(struct ast_cli_entry* entry, int command, struct ast_cli_args* arguments)
{
    if (command == CLI_INIT) {
        entry->command = "pivot show calls";
        entry->usage = "Usage: pivot show calls\n       Lists the calls that Pivot performs.\n";
        return NULL;
    }
    if (command == CLI_GENERATE) return NULL;
    if (arguments->argc != entry->args) return CLI_SHOWUSAGE;
    ast_cli(arguments->fd, "%-40s %-12s %s\n", "Channel", "Does", "URL");
    int output = arguments->fd;
    for_each_call(show_call, &output);
    ast_cli(arguments->fd, "%zu calls\n", calls_performed());
    return CLI_SUCCESS;
}

static void show_portion(void* user, pivot_text portion)
{
    const int* output = user;
    ast_cli(*output, "%.*s", (int)portion.size, portion.data);
}

static char* show_metrics(struct ast_cli_entry* entry, int command, struct ast_cli_args* arguments)
{
    if (command == CLI_INIT) {
        entry->command = "pivot show metrics";
        entry->usage =
            "Usage: pivot show metrics\n"
            "       Shows what the engine counts, in the text format of Prometheus.\n";
        return NULL;
    }
    if (command == CLI_GENERATE) return NULL;
    if (arguments->argc != entry->args) return CLI_SHOWUSAGE;
    int output = arguments->fd;
    pivot_metrics(engine_now(), show_portion, &output);
    return CLI_SUCCESS;
}

static char* reload(struct ast_cli_entry* entry, int command, struct ast_cli_args* arguments)
{
    if (command == CLI_INIT) {
        entry->command = "pivot reload";
        entry->usage =
            "Usage: pivot reload\n"
            "       Reads pivot.conf again. Calls go on under the settings they have.\n";
        return NULL;
    }
    if (command == CLI_GENERATE) return NULL;
    if (arguments->argc != entry->args) return CLI_SHOWUSAGE;
    const int status = reload_settings();
    ast_cli(arguments->fd, status == 0 ? "Pivot has the new settings.\n"
                                       : "Pivot keeps its settings: Asterisk's log says why.\n");
    return status == 0 ? CLI_SUCCESS : CLI_FAILURE;
}

static struct ast_cli_entry entries[] = {
    AST_CLI_DEFINE(show_calls, "Lists the calls that Pivot performs"),
    AST_CLI_DEFINE(reload, "Reads pivot.conf again"),
    AST_CLI_DEFINE(show_metrics, "Shows what the engine counts"),
};

int cli_register(void)
{
    return ast_cli_register_multiple(entries, ARRAY_LEN(entries));
}

void cli_unregister(void)
{
    ast_cli_unregister_multiple(entries, ARRAY_LEN(entries));
}
