#!/bin/sh
# Builds libauth with cargo and installs it for C and C++, without cargo-c:
#
#   bindings/install.sh PREFIX
#
# PREFIX/include/libauth.h, libauth.hpp; PREFIX/lib/libauth.so.VERSION with its links, libauth.a, pkgconfig/libauth.pc
# and cmake/libauth/. All of it may be moved to another prefix afterwards.
#
#   DESTDIR=DIR         for packagers: everything is put below DIR
#   LIBAUTH_BUILT=DIR   takes libauth.so (or .dylib) and libauth.a from there, and builds nothing
#   LIBAUTH_TARGET=TARGET  builds for another machine: a target as Rust calls it; LIBAUTH_CC is then its C compiler
#   CARGO=PROGRAM       another cargo; its own variables, such as CARGO_TARGET_DIR, work as ever
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 PREFIX" >&2
  exit 2
fi
case $1 in
  /*) prefix=$1 ;;
  *) prefix=$PWD/$1 ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
# While the major version is 0, another minor version does not fit.
series=${version%.*}

if [ -n "${LIBAUTH_BUILT:-}" ]; then
  built=$LIBAUTH_BUILT
else
  built=$(cd "$root" && "${CARGO:-cargo}" run --quiet --package tools -- library --release ${LIBAUTH_TARGET:+--target "$LIBAUTH_TARGET"})
fi

to=${DESTDIR:-}$prefix
install -d "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/libauth"
install -m 644 "$root/include/libauth.h" "$root/include/libauth.hpp" "$to/include"
install -m 644 "$root/bindings/cmake/libauthConfig.cmake" "$root/bindings/cmake/libauthConfigVersion.cmake" "$to/lib/cmake/libauth"
install -m 644 "$built/libauth.a" "$to/lib"

if [ -f "$built/libauth.dylib" ]; then
  full=libauth.$version.dylib soname=libauth.$series.dylib plain=libauth.dylib
  private='-framework Security -framework CoreFoundation -liconv -lm'
else
  full=libauth.so.$version soname=libauth.so.$series plain=libauth.so
  # What `cargo rustc -p libauth-c --crate-type staticlib -- --print native-static-libs` says.
  private='-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc'
fi
install -m 755 "$built/$plain" "$to/lib/$full"
ln -sf "$full" "$to/lib/$soname"
ln -sf "$soname" "$to/lib/$plain"

description=$(sed -n 's/^description = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
cat > "$to/lib/pkgconfig/libauth.pc" <<END
prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: libauth
Description: $description
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lauth
Libs.private: $private
END
echo "libauth $version is in $to"
