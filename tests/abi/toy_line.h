/* A command in one line, such as `say leg 2: Hello voice=alice`. The caller's leg is not named, nor
 * is what is empty or zero. */
#ifndef PIVOT_TESTS_TOY_LINE_H
#define PIVOT_TESTS_TOY_LINE_H

#include "toy_switch.h"

#include <stddef.h>
#include <stdint.h>

typedef struct toy_line {
    char text[TOY_LINE_SIZE]; /* cut if it does not fit */
    size_t size;
    uint64_t digest; /* of what was cut, too */
} toy_line;

/* Reads all that the command shows. */
void toy_describe(toy_line* to, const toy_deed* deed);

/* An array's elements may be longer than this header knows. */
const pivot_target* toy_target(const pivot_dial* dial, size_t index);

#endif
