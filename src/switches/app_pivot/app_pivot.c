#include "switches/app_pivot/application.h"
#include "switches/app_pivot/asterisk_module.h"
#include "switches/app_pivot/cli.h"
#include "switches/app_pivot/live_call.h"
#include "switches/app_pivot/module_engine.h"
#include "switches/app_pivot/reloading.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/astobj2.h>

static void end(void)
{
    application_unregister();
    cli_unregister();
    engine_end();
    live_calls_end();
    settings_end();
}

/* Asterisk asks while the module is in use only if somebody insists. */
static int unload_module(void)
{
    if (engine_is_busy() || calls_performed() > 0) return -1;
    end();
    return 0;
}

static int reload_module(void)
{
    return reload_settings() == 0 ? AST_MODULE_RELOAD_SUCCESS : AST_MODULE_RELOAD_ERROR;
}

static int begin_engine(void)
{
    struct settings* settings = settings_read();
    if (settings == NULL) return -1;
    const int status = engine_begin(settings);
    if (status == 0) settings_use(settings);
    ao2_ref(settings, -1);
    return status;
}

static int load_module(void)
{
    if (live_calls_begin() == 0 && begin_engine() == 0 && cli_register() == 0 &&
        application_register() == 0) {
        return AST_MODULE_LOAD_SUCCESS;
    }
    end();
    return AST_MODULE_LOAD_DECLINE;
}

AST_MODULE_INFO(ASTERISK_GPL_KEY, AST_MODFLAG_DEFAULT, "Pivot: calls by web servers",
                .support_level = AST_MODULE_SUPPORT_EXTENDED, .load = load_module,
                .reload = reload_module, .unload = unload_module, .load_pri = AST_MODPRI_DEFAULT);
