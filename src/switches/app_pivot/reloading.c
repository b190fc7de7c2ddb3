#include "switches/app_pivot/reloading.h"

#include "switches/app_pivot/module_engine.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/astobj2.h>

int reload_settings(void)
{
    struct settings* settings = settings_read();
    if (settings == NULL) return -1;
    const int status = engine_reload(settings);
    if (status == 0) settings_use(settings);
    ao2_ref(settings, -1);
    return status;
}
