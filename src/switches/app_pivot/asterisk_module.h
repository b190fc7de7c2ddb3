/* Asterisk's own headers, which want to know the module that includes them. Every file includes
 * this first. */
#ifndef SWITCHES_APP_PIVOT_ASTERISK_MODULE_H
#define SWITCHES_APP_PIVOT_ASTERISK_MODULE_H

#define AST_MODULE "app_pivot"
#define AST_MODULE_SELF_SYM __internal_app_pivot_self

#include <asterisk.h>
#include <asterisk/module.h>

#endif
