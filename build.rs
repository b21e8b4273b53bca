//! Link arguments that the ABI promises and Cargo has no setting for.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    match (target("OS").as_str(), target("FAMILY").as_str()) {
        ("macos" | "ios", _) => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libauth.{major}.dylib");
        }
        (_, "unix") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libauth.so.{major}");
            // Unloading would pull the code from under thread-local destructors and a resolver thread.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        _ => {}
    }
}
