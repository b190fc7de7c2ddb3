/* What the hosts in C say of what is not as it should be. */
#ifndef PIVOT_TESTS_CHECK_H
#define PIVOT_TESTS_CHECK_H

#include <stdatomic.h>
#include <stdio.h>

extern atomic_int failures;

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, __func__, #condition); \
            ++failures;                                                                  \
        }                                                                                \
    } while (0)

/* All that a host of toy_main.c does. */
void run_scenes(void);

#endif
