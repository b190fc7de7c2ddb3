# Sourced by the scripts beside it: what Pivot is built with, and how it gets onto a Debian machine.

# Debian 13 has llhttp as a library, Debian 12 only its C sources. docs/dependencies.md says what the rest is for.
build_packages() {
  echo clang-19 g++ libc-ares-dev libcli11-dev libexpected-dev libfmt-dev libpcre2-dev libpugixml-dev librabbitmq-dev libsimdjson-dev \
    libspdlog-dev libsqlite3-dev libssl-dev libtomlplusplus-dev liburing-dev liburiparser-dev libwslay-dev meson ninja-build pkg-config python3 zlib1g-dev
  if [ "$(. /etc/os-release && echo "$VERSION_CODENAME")" = bookworm ]; then echo node-llhttp; else echo libllhttp-dev; fi
}

test_packages() {
  echo binutils ccache espeak-ng knot libbenchmark-dev libclang-rt-19-dev libcurl4-openssl-dev libexpat1-dev libgmock-dev libgtest-dev lld-19 nginx-light wrk
  echo php-cli python3-pika rabbitmq-server  # for calls over KAZOO's bus
  echo curl man-db mandoc openssl  # for TLS and manual pages
  echo iproute2 mmdebstrap sip-tester  # for calls to a real Asterisk
}

# Installs those of the packages that are missing, as root or with sudo.
install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing, and only root can install them: ${missing[*]}"
    as_root=(sudo)
  fi
  step "installing ${missing[*]}"
  quietly "${as_root[@]}" apt-get update
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

step() { echo "== $*"; }

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Runs a command whose output is of interest only if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    rm -f "$log"
    fail "failed: $*"
  fi
  rm -f "$log"
}

# Configures a build folder once, for a compiler cache where there is one, and for clang's linker, which takes a fifth of
# the time, where that is.    configure FOLDER CC CXX MESON_OPTION…
configure() {
  local folder=$1 cc=$2 cxx=$3 cache= linker=()
  shift 3
  ! command -v ccache >/dev/null || cache="ccache "
  [ "$cc" != clang-19 ] || ! command -v ld.lld-19 >/dev/null || linker=(CC_LD=lld-19 CXX_LD=lld-19)
  [ -f "$folder/build.ninja" ] || quietly env CC="$cache$cc" CXX="$cache$cxx" "${linker[@]}" meson setup "$folder" "$@"
  [ -z "$cache" ] || name_precompiled_headers "$folder" "$cxx"
}

# Enough for a stack trace with lines, at half the time of a full build for a debugger.
traced=(--buildtype=debug -Doptimization=1 -Ddebug=false -Dcpp_args=-gline-tables-only -Db_lundef=false -Dbenches=false)

# With what the fuzz targets need, too.
sanitized=("${traced[@]}" -Db_sanitize=address,undefined -Dfuzz=true)

# What ccache is to know: a checkout elsewhere is the same, and a precompiled header is what its .sum says, because the
# header itself holds the path of its source and is different in each checkout.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros CCACHE_PCH_EXTSUM=1

# Writes a sum beside each precompiled header of a folder: of all the text that the compiler reads for it.
#    name_precompiled_headers FOLDER CXX
name_precompiled_headers() {
  local header
  ninja -C "$1" -t targets all | sed -n 's/: cpp_PCH$//p' | while read -r header; do
    mkdir -p "$1/$(dirname "$header")"
    "$2" -std=c++20 -E -dD -include */pch/"$(basename "$header" .pch)" -x c++ /dev/null | sha256sum >"$1/$header.sum"
  done
}
