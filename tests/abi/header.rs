//! Everything that is made from the exports is what the generator makes of src/ffi, and fits Cargo.toml.

#![allow(unsafe_code)]

use crate::languages::suite;

use generate::source::Source;

#[test]
fn what_is_generated_is_what_is_committed() {
    let differences = generate::differences(suite::root());
    assert!(
        differences.is_empty(),
        "{differences:?} are not what src/ffi says; run: cargo run -p tools -- generate"
    );
}

#[test]
fn the_version_is_the_one_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(tools::VERSION, version);
    let [major, minor, patch] = Source::read(suite::root()).version_parts();
    assert_eq!(format!("{major}.{minor}.{patch}"), version);
    let header = std::fs::read_to_string(suite::root().join("include/libauth.h"))
        .expect("the header can be read");
    for define in [
        format!("#define LIBAUTH_VERSION \"{version}\"\n"),
        format!("#define LIBAUTH_VERSION_MAJOR {major}\n"),
        format!("#define LIBAUTH_VERSION_MINOR {minor}\n"),
        format!("#define LIBAUTH_VERSION_PATCH {patch}\n"),
        format!(
            "#define LIBAUTH_VERSION_NUMBER {}\n",
            major * 10_000 + minor * 100 + patch
        ),
    ] {
        assert!(header.contains(&define), "the header lacks {define}");
    }
    // SAFETY: the function gives static text.
    let at_run_time = unsafe { std::ffi::CStr::from_ptr(auth::ffi::version::libauth_version()) };
    assert_eq!(at_run_time.to_str(), Ok(version));
    let number = auth::ffi::version::libauth_version_number();
    assert_eq!(
        number,
        i32::try_from(major * 10_000 + minor * 100 + patch).unwrap()
    );
}

#[test]
fn another_minor_version_does_not_fit() {
    let [major, minor, _] = Source::read(suite::root())
        .version_parts()
        .map(|part| i32::try_from(part).unwrap());
    // SAFETY: the error is not wanted.
    let check = |major, minor| unsafe {
        auth::ffi::version::libauth_check_version(major, minor, std::ptr::null_mut())
    };
    assert_eq!(check(major, minor), 0);
    for (other_major, other_minor) in [
        (major, minor + 1),
        (major, minor - 1),
        (major + 1, minor),
        (-1, minor),
    ] {
        assert_eq!(
            check(other_major, other_minor),
            1,
            "{other_major}.{other_minor}"
        );
    }
}
