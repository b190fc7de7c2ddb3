/* The dialplan application Pivot(URL[,options]). */
#ifndef SWITCHES_APP_PIVOT_APPLICATION_H
#define SWITCHES_APP_PIVOT_APPLICATION_H

int application_register(void);
void application_unregister(void);

#endif
