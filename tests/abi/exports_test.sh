#!/bin/sh
# The shared library shows the C ABI and the C++ API of include/pivot, and nothing else.
#     exports_test.sh LIBRARY HEADER…
set -eu
library=$1
shift

versioned=$(nm --dynamic --defined-only --demangle --format=posix "$library")
printf '%s\n' "$versioned" | grep -q '^pivot_start@@PIVOT_0 T' || {
    echo "The C functions have no version PIVOT_0"
    exit 1
}
shown=$(printf '%s\n' "$versioned" | grep -v '^PIVOT_0' | sed 's/@@PIVOT_0//')
public='pivot::v1::(Action|ActionNode|Call|Engine|EngineConfig|ExchangeView|Outcome|OutcomeView|Tone)(::|$)|pivot::v1::name\(pivot::v1::[A-Za-z]+\) '
# What the standard library's templates make of public types, where a compiler does not inline it: weak.
templates='([^(]* )?std::[^(]*\(.*\) W '
causes='pivot::v1::(hangup_causes|find_cause|cause_of_q850|cause_of_sip|q850_of|sip_code_of)\('
strange=$(printf '%s\n' "$shown" | grep -Ev "^pivot_[a-z_0-9]+ |^((typeinfo|typeinfo name|vtable) for )?($public)|^$causes|^$templates" || true)
if [ -n "$strange" ]; then
    echo "These should be hidden:"
    echo "$strange"
    exit 1
fi

for function in $(grep -hEo '\bpivot_[a-z_]+\(' "$@" | tr -d '(' | sort -u); do
    case $function in pivot_text_of | pivot_event_of | pivot_tell_* | pivot_*_fn) continue ;; esac  # inline, and types
    printf '%s\n' "$shown" | grep -q "^$function T" || {
        echo "$function is declared, but not shown"
        exit 1
    }
done
