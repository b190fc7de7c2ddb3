/* Why a call ended, in the three languages of pivot/cause.hpp, for C. */
#ifndef SWITCHES_APP_PIVOT_CAUSES_H
#define SWITCHES_APP_PIVOT_CAUSES_H

#include <pivot/pivot.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of a cause of Asterisk, a Q.850 number; NORMAL_UNSPECIFIED for an unknown one. */
pivot_text cause_name(int q850);
/* The status with which a call that is not answered is refused for it. */
int cause_sip_code(int q850);
/* Returns 16 for an empty or unknown name. */
int cause_of_name(pivot_text name);
/* The name that goes with a status from 400 to 699. */
pivot_text cause_name_of_sip(int sip_code);

#ifdef __cplusplus
}
#endif

#endif
