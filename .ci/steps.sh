# What the steps of .ci/run and .ci/full have in common. Sourced, not run.

started_at=$SECONDS

# step NAME COMMAND…: says what begins, runs it, and says how long it took. A step that fails ends the run.
step() {
  local name=$1 at=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  printf '== %s: %d s (%d s in all)\n' "$name" $((SECONDS - at)) $((SECONDS - started_at))
}

have() { command -v "$1" >/dev/null 2>&1; }

# What a bare Debian-like machine with rustup lacks.
install_packages() {
  local missing=()
  have gcc || missing+=(gcc)
  have g++ || missing+=(g++)
  have clang || missing+=(clang)
  have cmake || missing+=(cmake)
  have make || missing+=(make)
  have pkg-config || missing+=(pkg-config)
  have chromium || missing+=(chromium)
  have doxygen || missing+=(doxygen)
  have debootstrap || missing+=(debootstrap)
  have lintian || missing+=(lintian)
  have rpmbuild || missing+=(rpm)
  have valgrind || missing+=(valgrind)
  have strace || missing+=(strace)
  have nm || missing+=(binutils)
  have mvn || missing+=(maven)
  have javac || missing+=(default-jdk-headless)
  have python3 || missing+=(python3)
  have node || missing+=(nodejs) # pyright runs on it
  have redis-server || missing+=(redis-server)
  pkg-config --exists hiredis 2>/dev/null || missing+=(libhiredis-dev)
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || missing+=(python3-venv python3-pip)
  pkg-config --exists libcurl 2>/dev/null || missing+=(libcurl4-openssl-dev)
  pkg-config --exists openssl 2>/dev/null || missing+=(libssl-dev)
  pkg-config --exists p11-kit-1 2>/dev/null || missing+=(libp11-kit-dev)
  have softhsm2-util || missing+=(softhsm2)
  pkg-config --exists libcjson 2>/dev/null || missing+=(libcjson-dev)
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing ${missing[*]}"
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# The oldest compiler that is promised, as Cargo.toml names it.
oldest() { sed -n 's/^rust-version = "\([0-9.]*\)"$/\1/p' Cargo.toml | head -1 | sed 's/^[0-9]*\.[0-9]*$/&.0/'; }

install_toolchains() {
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
  cargo "+$(oldest)" --version >/dev/null 2>&1 || rustup toolchain install "$(oldest)" --profile minimal
}

# For Miri, the thread sanitizer and fuzzing.
install_nightly() {
  cargo +nightly --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
  rustup component add --toolchain nightly miri rust-src >/dev/null 2>&1
}

# cargo_tool COMMAND VERSION CRATE [OPTION…]: builds one of cargo's commands, once.
cargo_tool() { have "$1" || cargo install --locked --version "$2" "$3" "${@:4}"; }

# Formats, and what the compiler can say about the sources.
formats() { .ci/format --check; }

lints() {
  cargo clippy --workspace --all-targets -- -D warnings
  RUSTDOCFLAGS='-D warnings' cargo doc --no-deps
}

dependencies() {
  cargo_tool cargo-deny 0.20.2 cargo-deny
  # Advisories need a database from the network: see RELEASE.md.
  cargo deny --offline check licenses bans sources
  local crates
  crates=$(cargo tree -e normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l)
  echo "crates: $crates"
  [ "$crates" -lt 95 ] || { echo "there must be fewer than 95 crates"; return 1; }
}

# The book in both languages, with Doxygen's reading of the header.
book() {
  cargo_tool mdbook 0.5.4 mdbook --no-default-features --features search
  mdbook build docs
  mdbook build docs/zh
  doxygen docs/Doxyfile
}

# The library as it is shipped, and how large it is.
size() {
  local built stripped size
  built=$(cargo run --quiet --package tools -- library --release)
  stripped=$(mktemp)
  strip -o "$stripped" "$built/libauth.so"
  size=$(stat -c %s "$stripped")
  rm "$stripped"
  echo "stripped libauth.so: $size bytes"
  [ "$size" -lt $((3328 * 1024)) ] || { echo "libauth.so must stay under 3.25 MiB"; return 1; }
}

# The library and a C program, with the oldest compiler.
oldest_compiler() {
  local built
  built=$(CARGO_TARGET_DIR=target/oldest cargo "+$(oldest)" run --quiet --locked --package tools -- library)
  cc -std=c99 -Iinclude -o target/oldest/quickstart bindings/c/quickstart.c "$built/libauth.a" \
    -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
}

# The programs in C under the address, leak and undefined-behaviour sanitizers (the suite in C++ is under them in the usual
# tests). Not under them: the forks, since gcc's allocator of the sanitizer does not let go of its locks in a child, as
# malloc does (seen: a child waits in SizeClassAllocator64::GetFromAllocator for what a thread of its parent held, once in
# four runs); and the search of the heap, which reads all of the process's writable memory: the sanitizer's shadow is part
# of that, and the first read of it a fault.
address_sanitizer() {
  LIBAUTH_TEST_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' \
    cargo test --release -- languages::c_suite languages::c_scenarios --skip c_suite::fork --skip c_suite::wiped
}

# The plumbing of the C ABI, interpreted.
miri() {
  MIRIFLAGS='-Zmiri-disable-isolation' cargo +nightly miri test --lib --target-dir target/miri -- ffi::
}

# The threads of the Rust tests, with a standard library that is instrumented too.
thread_sanitizer() {
  RUSTFLAGS='-Zsanitizer=thread' CARGO_TARGET_DIR=target/tsan \
    cargo +nightly test -Zbuild-std --target x86_64-unknown-linux-gnu --test all -- \
    platforms::tokens platforms::replay attack::leftovers --test-threads 2
}

# Every fuzz target for so many seconds, built once.
fuzz() {
  local seconds=$1 target
  cargo_tool cargo-fuzz 0.13.2 cargo-fuzz
  cargo +nightly fuzz build
  for target in $(cargo +nightly fuzz list); do
    echo "-- $target"
    # What is found goes to fuzz/artifacts; the corpus in the tree stays small.
    mkdir -p "target/fuzz-corpus/$target"
    cargo +nightly fuzz run "$target" "target/fuzz-corpus/$target" "fuzz/corpus/$target" -- \
      "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 2>&1 |
      tee "target/fuzz-$target.log" | grep -E 'stat::number_of_executed_units|stat::average_exec|ERROR|Test unit' || true
    ! grep -q 'ERROR: ' "target/fuzz-$target.log"
  done
}

clean_tree() {
  local left
  left=$(git status --porcelain)
  [ -z "$left" ] || { echo "left in the tree:"; echo "$left"; return 1; }
}
