#!/bin/sh
# What is installed is enough to build and run the programs of docs/embedding.md.
#     install_test.sh BUILD_FOLDER PAGE COMPILER_C COMPILER_CPP
set -eu
build=$1
page=$2
cc=$3
cxx=$4

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
meson install -C "$build" --no-rebuild --quiet --destdir "$root"
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name pivot.pc)")
PKG_CONFIG_SYSROOT_DIR=$root
LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libpivot.so)")
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH
flags=$(pkg-config --cflags --libs pivot)

# Without a package of any dependency, as on a machine that has the libraries alone.
PKG_CONFIG_LIBDIR=$PKG_CONFIG_PATH PKG_CONFIG_PATH='' pkg-config --cflags pivot >/dev/null

awk -v root="$root" '
    /^```c$/ { file = root "/example" ++count ".c"; next }
    /^```cpp$/ { file = root "/example" ++count ".cpp"; next }
    /^```/ { file = "" }
    file { print > file }' "$page"

for source in "$root"/example*.c "$root"/example*.cpp; do
    program=${source%.*}
    # shellcheck disable=SC2086 # the flags are words
    case $source in
        *.c) $cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$source" -o "$program" $flags ;;
        *.cpp) $cxx -std=c++20 -Wall -Wextra -Wpedantic -Werror "$source" -o "$program" $flags ;;
    esac
    # This host is denied by default, so that no network is needed.
    "$program" http://127.0.0.1:9/ | grep -q blocked
done

# The same with libpivot inside.
library=$(find "$root" -name libpivot.a)
# shellcheck disable=SC2046
$cc -std=c11 "$root/example1.c" -o "$root/static" $(pkg-config --cflags --static --libs pivot | sed "s| -lpivot| $library|")
LD_LIBRARY_PATH='' "$root/static" http://127.0.0.1:9/ | grep -q blocked
