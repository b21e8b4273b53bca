//! The rules of the C ABI that can be read from the source and from the library itself.

use super::exports;
use crate::languages::suite;

use std::collections::BTreeSet;
use std::process::Command;

use exports::exports;

fn names(found: impl Iterator<Item = String>) -> BTreeSet<String> {
    found.collect()
}

#[test]
fn every_export_is_guarded_named_and_documented() {
    let exports = exports();
    assert!(
        exports.len() > 150,
        "only {} exports were found",
        exports.len()
    );
    for export in &exports {
        assert!(
            export.is_guarded,
            "{}: the body is not guard! and nothing else",
            export.name
        );
        assert!(
            export.is_no_mangle,
            "{} is not exported under its name",
            export.name
        );
        assert!(
            export.name.starts_with("libauth_"),
            "{} lacks the prefix",
            export.name
        );
        assert!(export.has_comment, "{} has no comment", export.name);
    }
}

#[test]
fn fallible_functions_take_outputs_last_and_then_the_error() {
    for export in exports().iter().filter(|export| {
        export.returns == "libauth_status" && export.name != "libauth_error_status"
    }) {
        let [.., last] = &export.parameters[..] else {
            panic!("{} takes nothing", export.name)
        };
        assert!(
            last.name == "error" && last.kind == "libauth_error **",
            "{} does not end with the error",
            export.name
        );
        let outputs = export
            .parameters
            .iter()
            .map(|parameter| parameter.kind.ends_with("**"));
        let after_inputs: Vec<bool> = outputs.skip_while(|output| !output).collect();
        assert!(
            after_inputs.iter().all(|output| *output),
            "{}: an input stands behind an output",
            export.name
        );
    }
}

#[test]
fn every_type_that_is_given_can_be_freed() {
    let exports = exports();
    let all = names(exports.iter().map(|export| export.name.clone()));
    for export in &exports {
        let made = export
            .parameters
            .iter()
            .filter_map(|parameter| parameter.kind.strip_suffix(" **"));
        for kind in made.chain(
            export
                .name
                .ends_with("_new")
                .then(|| export.returns.trim_end_matches([' ', '*']))
                .filter(|kind| kind.starts_with("libauth_") && *kind != "libauth_status"),
        ) {
            assert!(
                all.contains(&format!("{kind}_free")),
                "{} makes a {kind}, which nothing frees",
                export.name
            );
        }
    }
}

#[test]
fn the_exported_symbols_are_the_committed_ones() {
    let path = suite::root().join("tests/abi/exported_symbols.txt");
    let in_source = names(exports().into_iter().map(|export| export.name));
    if std::env::var_os("LIBAUTH_UPDATE").is_some() {
        let text: String = in_source.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&path, text).expect("the list can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let committed = names(committed.lines().map(str::to_owned));
    assert_eq!(
        in_source, committed,
        "run LIBAUTH_UPDATE=1 cargo test abi, if this is meant"
    );
    if !cfg!(target_os = "linux")
        || !suite::has_tool("nm", "--version", "the list of exported symbols")
    {
        return;
    }
    let library = suite::library_dir().join("libauth.so");
    let nm = Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library)
        .output()
        .expect("nm runs");
    let listed = String::from_utf8(nm.stdout).expect("nm prints text");
    let exported = names(
        listed
            .lines()
            .filter_map(|line| line.split(' ').nth(2))
            .map(str::to_owned),
    );
    let node = format!("@@{VERSION_NODE}");
    let with_version = committed.iter().map(|name| format!("{name}{node}"));
    let with_version = names(with_version.chain([VERSION_NODE.to_owned()]));
    assert_eq!(exported, with_version);
}

/// The version of every symbol: of another minor version, while the major is 0.
const VERSION_NODE: &str = "LIBAUTH_0.2";

/// What the dynamic linker reads of the library.
#[cfg(target_os = "linux")]
#[test]
fn the_library_says_what_it_is() {
    if !suite::has_tool("readelf", "--version", "the library's own account") {
        return;
    }
    let library = suite::library_dir().join("libauth.so");
    let read = |what: &str| {
        let output = Command::new("readelf")
            .args([what, "-W"])
            .arg(&library)
            .output();
        String::from_utf8(output.expect("readelf runs").stdout).expect("readelf prints text")
    };
    let dynamic = read("-d");
    assert!(dynamic.contains("soname: [libauth.so.0.2]"), "{dynamic}");
    for flag in ["NOW", "NODELETE"] {
        assert!(dynamic.contains(flag), "{flag} is missing in:\n{dynamic}");
    }
    let segments = read("-l");
    assert!(segments.contains("GNU_RELRO"), "{segments}");
    let stack = segments
        .lines()
        .find(|line| line.contains("GNU_STACK"))
        .unwrap_or_default();
    assert!(stack.contains(" RW ") && !stack.contains("RWE"), "{stack}");
    let to =
        |name: &str| std::fs::read_link(suite::library_dir().join(name)).expect("it is a link");
    assert_eq!(to("libauth.so").to_str(), Some("libauth.so.0.2"));
    assert_eq!(
        to("libauth.so.0.2").to_str(),
        Some(concat!("libauth.so.", env!("CARGO_PKG_VERSION")))
    );
}

/// What is shipped is what is measured: optimised over all crates at once, and small.
#[cfg(target_os = "linux")]
#[test]
fn the_shipped_library_is_optimised_as_a_whole_and_small() {
    let archive = suite::library_dir().join("libauth.a");
    let as_a_whole = tools::is_optimised_as_a_whole(&archive).expect("the archive can be read");
    assert_eq!(as_a_whole, !cfg!(debug_assertions), "{}", archive.display());
    if cfg!(debug_assertions) {
        return;
    }
    let shared = std::fs::metadata(suite::library_dir().join("libauth.so")).expect("it is there");
    println!("libauth.so has {} bytes", shared.len());
    assert!(
        shared.len() < (3.25 * 1024.0 * 1024.0) as u64,
        "{} bytes",
        shared.len()
    );
}

/// The tests' sandbox makes serde_json keep the order of its maps, for the whole program. That changes
/// nothing here as long as the library has none of them.
#[test]
fn the_library_has_none_of_serde_jsons_maps() {
    let mut folders = vec![suite::root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a source file can be read");
            // A file's own tests stand at its end.
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for maps in [
                "serde_json::Map",
                "serde_json::Value",
                "serde_json::json",
                "serde_json::{",
                "serde_json::*",
            ] {
                assert!(!source.contains(maps), "{} uses {maps}", path.display());
            }
        }
    }
}
