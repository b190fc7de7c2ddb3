/* pivot.conf: how Asterisk does what documents ask for. */
#ifndef SWITCHES_APP_PIVOT_SETTINGS_H
#define SWITCHES_APP_PIVOT_SETTINGS_H

#include "switches/app_pivot/asterisk_module.h"

/* Counted (ao2), and never changed: a reload makes new ones. Every text is there, if empty. */
struct settings {
    char* engine; /* docs/configuration.md, as JSON */
    char* media;  /* a folder of the engine's, for sounds that it fetches */
    char* sounds; /* a folder that is looked through before Asterisk's own sounds */
    char* recordings;
    char* speech_command;
    char* speech_cache;
    char* number; /* dial templates, in which %s is the number, the user, the URI */
    char* user;
    char* sip_uri;
    char* transfer_context; /* empty: the channel's own */
};

/* Reads pivot.conf. Returns null, and says why in Asterisk's log, if a value is wrong. */
struct settings* settings_read(void);
void settings_use(struct settings* settings);
/* The newest, as a reference. */
struct settings* settings_now(void);
void settings_end(void);

#endif
