//! Compiles the parts in C: the calls of libauth, and the same by hand with OpenSSL and cJSON.

fn main() {
    println!("cargo:rerun-if-changed=c");
    println!("cargo:rerun-if-changed=../include/libauth.h");
    cc::Build::new()
        .files(["c/ours.c", "c/peers.c"])
        .include("../include")
        .warnings_into_errors(true)
        .opt_level(3)
        .compile("bench_c");
    for library in ["cjson", "crypto"] {
        println!("cargo:rustc-link-lib={library}");
    }
}
