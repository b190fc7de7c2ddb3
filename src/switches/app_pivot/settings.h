/* pivot.conf: how Asterisk does what documents ask for. */
#ifndef SWITCHES_APP_PIVOT_SETTINGS_H
#define SWITCHES_APP_PIVOT_SETTINGS_H

#include "switches/app_pivot/asterisk_module.h"

/* Counted (ao2), and never changed: a reload makes new ones. Every text is there, if empty. */
struct settings {
    char* engine; /* docs/configuration.md, as JSON */
    char* sounds; /* a folder that is looked through before Asterisk's own sounds */
    char* recordings;
    char* speech_command;
    char* speech_cache;
    char* number; /* dial templates, in which %s is the number, the user, the URI */
    char* user;
    char* sip_uri;
};

/* Reads pivot.conf. If a value is wrong, says so in Asterisk's log, changes nothing, and returns
 * -1. */
int settings_load(void);
/* The newest, as a reference. */
struct settings* settings_now(void);
void settings_end(void);

#endif
