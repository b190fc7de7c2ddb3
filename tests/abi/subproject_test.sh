#!/bin/sh
# A host that has us as a subproject gets the library, and neither tests nor tools.
#     subproject_test.sh SOURCE_FOLDER
set -eu
source=$1

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/subprojects"
ln -s "$source" "$root/subprojects/pivot"
cat >"$root/subprojects/pivot.wrap" <<'END'
[wrap-file]
directory = pivot

[provide]
dependency_names = pivot
END
cat >"$root/meson.build" <<'END'
project('host', 'c', 'cpp', default_options: 'cpp_std=c++20')
executable('host', 'host.c', dependencies: dependency('pivot'))
END
echo '#include <pivot/session.h>
int main(void) { return pivot_version() == 0; }' >"$root/host.c"

meson setup "$root/build" "$root" >"$root/log" || { cat "$root/log"; exit 1; }
cd "$root/build"
targets=$(ninja -t targets all | cut -d: -f1)
printf '%s\n' "$targets" | grep -q '^subprojects/pivot/src/libpivot'
if printf '%s\n' "$targets" | grep -E '^subprojects/pivot/(tests|bench|tools)/'; then
    echo "These belong to no host"
    exit 1
fi
# One that needs neither a store nor SQLite.
meson setup "$root/storeless" "$root" -Dpivot:store=disabled >"$root/log" || { cat "$root/log"; exit 1; }
if grep -q sqlite3 "$root/storeless/build.ninja"; then
    echo "A host needs SQLite though it wants no store"
    exit 1
fi

# What a host includes: our public headers alone.
ninja -t commands host | grep -F host.c.o | tr ' ' '\n' | grep '^-I' | grep pivot >"$root/seen"
if grep -E '/src$' "$root/seen"; then
    echo "A host sees our internals"
    exit 1
fi
