/* `pivot show calls` and so on, in Asterisk's CLI. */
#ifndef SWITCHES_APP_PIVOT_CLI_H
#define SWITCHES_APP_PIVOT_CLI_H

int cli_register(void);
void cli_unregister(void);

#endif
