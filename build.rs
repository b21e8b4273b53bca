//! Link arguments that the ABI promises and Cargo has no setting for.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    match (target("OS").as_str(), target("FAMILY").as_str()) {
        ("macos" | "ios", _) => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libauth.{major}.dylib");
        }
        (_, "unix") => {
            if linker_folds_functions() {
                println!("cargo:rustc-cdylib-link-arg=-Wl,--icf=all");
            }
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libauth.so.{major}");
            // Unloading would pull the code from under thread-local destructors and a resolver thread.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        _ => {}
    }
}

/// Whether the linker is the one that rustc brings for this target, which can keep one copy of functions
/// that are the same. That makes the library some 5 % smaller; other linkers do without.
fn linker_folds_functions() -> bool {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let target = variable("TARGET");
    let is_default = target == "x86_64-unknown-linux-gnu"
        && target == variable("HOST")
        && variable("CARGO_ENCODED_RUSTFLAGS").is_empty()
        && std::env::var_os("RUSTC_LINKER").is_none();
    let sysroot = Command::new(variable("RUSTC"))
        .args(["--print", "sysroot"])
        .output();
    let brings_lld = |sysroot: &str| {
        let tools = Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(&target)
            .join("bin/gcc-ld");
        tools.join("ld.lld").exists()
    };
    is_default && sysroot.is_ok_and(|output| brings_lld(&String::from_utf8_lossy(&output.stdout)))
}
