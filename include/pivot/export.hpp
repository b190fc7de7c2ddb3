// What the shared library shows. All else is hidden.
#pragma once

#define PIVOT_API __attribute__((visibility("default")))
