#!/bin/sh
# Builds libauth with cargo and installs it for C and C++, without cargo-c:
#
#   bindings/install.sh [--target TARGET] PREFIX
#   bindings/install.sh uninstall PREFIX          removes what it installed, with the same LIBDIR and DESTDIR
#
# PREFIX/include/libauth.h, libauth.hpp; PREFIX/lib/libauth.so.VERSION with its links, libauth.a, pkgconfig/libauth.pc
# and cmake/libauth/; PREFIX/share/man/man3; PREFIX/share/doc/libauth with licences and examples; where the `libauth`
# command is among what was built, PREFIX/bin/libauth. All of it may be moved to another prefix afterwards.
#
#   --target TARGET     builds for another machine: a target as Rust calls it; LIBAUTH_CC is then its C compiler
#   LIBDIR=DIR          the folder of libraries below PREFIX: lib by default; lib64, lib/x86_64-linux-gnu, ...
#   DESTDIR=DIR         for packagers: everything is put below DIR
#   LIBAUTH_BUILT=DIR   takes the libraries (and the command) from there, and builds nothing
#   CARGO=PROGRAM       another cargo; its own variables, such as CARGO_TARGET_DIR, work as ever
set -eu

usage() {
  echo "usage: $0 [--target TARGET] PREFIX | $0 uninstall PREFIX" >&2
  exit 2
}

target='' action=install
while [ $# -gt 1 ]; do
  case $1 in
    --target) target=$2 && shift 2 ;;
    --target=*) target=${1#--target=} && shift ;;
    uninstall) action=uninstall && shift ;;
    *) usage ;;
  esac
done
case ${1:-} in
  '' | -* | uninstall) usage ;;
  /*) prefix=$1 ;;
  *) prefix=$PWD/$1 ;;
esac
prefix=${prefix%/}
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
description=$(sed -n 's/^description = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
# While the major version is 0, another minor version does not fit.
series=${version%.*}

libdir=${LIBDIR:-lib}
libdir=${libdir#"$prefix"/}
libdir=${libdir%/}
case $libdir in
  /* | .. | ../* | */.. | */../*)
    echo "$0: LIBDIR=$libdir is not below $prefix: what is installed finds its way from one to the other" >&2
    exit 2
    ;;
esac
to=${DESTDIR:-}$prefix

# put MODE FROM TO, link TARGET AT, text AT (from standard input): the one list below installs and uninstalls.
put() {
  if [ "$action" = uninstall ]; then rm -f "$to/$3"; else mkdir -p "$(dirname "$to/$3")" && install -m "$1" "$2" "$to/$3"; fi
}
link() {
  if [ "$action" = uninstall ]; then rm -f "$to/$2"; else ln -sf "$1" "$to/$2"; fi
}
text() {
  if [ "$action" = uninstall ]; then rm -f "$to/$1"; else mkdir -p "$(dirname "$to/$1")" && cat > "$to/$1" && chmod 644 "$to/$1"; fi
}
# maybe MODE FROM TO: what a build can be without.
maybe() {
  if [ "$action" = uninstall ] || [ -f "$2" ]; then put "$@"; fi
}

if [ "$action" = uninstall ]; then
  built=$root
elif [ -n "${LIBAUTH_BUILT:-}" ]; then
  built=$LIBAUTH_BUILT
else
  built=$(cd "$root" && "${CARGO:-cargo}" run --quiet --package tools -- library --release ${target:+--target "$target"})
fi

# What is there tells for which system it was built; uninstalling removes the files of them all.
is_for() {
  [ "$action" = uninstall ] || [ -f "$built/$1" ]
}
private=''
if is_for libauth.so; then
  put 755 "$built/libauth.so" "$libdir/libauth.so.$version"
  link "libauth.so.$version" "$libdir/libauth.so.$series"
  link "libauth.so.$series" "$libdir/libauth.so"
  # What `cargo rustc -p libauth-c --crate-type staticlib -- --print native-static-libs` says.
  private='-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc'
fi
if is_for libauth.dylib; then
  put 755 "$built/libauth.dylib" "$libdir/libauth.$version.dylib"
  link "libauth.$version.dylib" "$libdir/libauth.$series.dylib"
  link "libauth.$series.dylib" "$libdir/libauth.dylib"
  private='-framework Security -framework CoreFoundation -liconv -lm'
fi
if is_for auth.dll; then
  put 755 "$built/auth.dll" bin/auth.dll
  put 644 "$built/libauth.dll.a" "$libdir/libauth.dll.a" # what MinGW's linker takes
  put 644 "$built/auth.lib" "$libdir/auth.lib"           # what Microsoft's takes
  private='-lbcrypt -lcrypt32 -lws2_32 -luserenv -lntdll -lkernel32 -ladvapi32'
fi
if [ "$action" = install ] && [ -z "$private" ]; then
  echo "$0: $built has no libauth.so, libauth.dylib or auth.dll" >&2
  exit 1
fi
maybe 644 "$built/libauth.a" "$libdir/libauth.a"
for command in libauth libauth.exe; do
  maybe 755 "$built/$command" "bin/$command"
done

put 644 "$root/include/libauth.h" include/libauth.h
put 644 "$root/include/libauth.hpp" include/libauth.hpp
for file in libauthConfig.cmake libauthConfigVersion.cmake; do
  put 644 "$root/bindings/cmake/$file" "$libdir/cmake/libauth/$file"
done

# From pkgconfig/ up through LIBDIR to the prefix.
up=$(echo "$libdir/pkgconfig" | sed 's/[^/][^/]*/../g')
text "$libdir/pkgconfig/libauth.pc" <<END
prefix=\${pcfiledir}/$up
libdir=\${prefix}/$libdir
includedir=\${prefix}/include

Name: libauth
Description: $description
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lauth
Libs.private: $private
END

for page in "$root"/docs/man/*.3; do
  maybe 644 "$page" "share/man/man3/$(basename "$page")"
done
if [ -d "$built/man" ] || [ "$action" = uninstall ]; then
  # Of the command, as it writes them itself.
  for page in "$built"/man/*.1 "$to"/share/man/man1/libauth*.1; do
    case $page in
      "$built"/*) maybe 644 "$page" "share/man/man1/$(basename "$page")" ;;
      *) [ "$action" = install ] || rm -f "$page" ;;
    esac
  done
fi
documents=share/doc/libauth
for file in LICENSE README.md CHANGELOG.md; do
  put 644 "$root/$file" "$documents/$file"
done
for file in THIRD-PARTY.txt libauth.cdx.json; do
  maybe 644 "$built/$file" "$documents/$file"
done
for file in c/quickstart.c c/offline_curl.c c/pkcs11.c cpp/quickstart.cpp; do
  put 644 "$root/bindings/$file" "$documents/examples/$(basename "$file")"
done

if [ "$action" = uninstall ]; then
  for folder in "$documents/examples" "$documents" "$libdir/cmake/libauth" "$libdir/cmake" "$libdir/pkgconfig" "$libdir" \
    share/man/man3 share/man/man1 share/man share/doc share include bin .; do
    rmdir "$to/$folder" 2>/dev/null || :
  done
  echo "libauth is no longer in $to"
else
  echo "libauth $version is in $to"
fi
