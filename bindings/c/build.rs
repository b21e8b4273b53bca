//! What the shared library that rustc links is told. On Linux `cargo run -p tools -- library` links it from
//! the static one instead.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let (major, minor) = (
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
    );
    if std::env::var("CARGO_CFG_TARGET_VENDOR").as_deref() == Ok("apple") {
        println!(
            "cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libauth.{major}.{minor}.dylib"
        );
    }
}
