//! The rules of the C ABI that can be read from the source and from the library itself.

use crate::languages::suite;

use std::collections::BTreeSet;
use std::process::Command;

use generate::source::Source;

fn names(found: impl Iterator<Item = String>) -> BTreeSet<String> {
    found.collect()
}

#[test]
fn every_export_is_guarded_named_and_documented() {
    let source = Source::read(suite::root());
    let count = source.functions().count();
    assert!(count > 200, "only {count} exports were found");
    for export in source.functions() {
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
        assert!(!export.comment.is_empty(), "{} has no comment", export.name);
    }
}

#[test]
fn fallible_functions_take_outputs_last_and_then_the_error() {
    let source = Source::read(suite::root());
    for export in source.functions().filter(|export| {
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
    let source = Source::read(suite::root());
    let all = names(source.functions().map(|export| export.name.clone()));
    for export in source.functions() {
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

/// The committed list is what the generator makes of the exports, as another test says.
#[test]
fn the_exported_symbols_are_the_committed_ones() {
    let list = std::fs::read_to_string(suite::root().join("bindings/c/libauth.map"));
    let list = list.expect("the list can be read");
    let symbols = list.lines().map(|line| line.trim().trim_end_matches(';'));
    let committed = names(
        symbols
            .filter(|name| name.starts_with("libauth_"))
            .map(str::to_owned),
    );
    let source = Source::read(suite::root());
    assert_eq!(
        committed,
        names(source.functions().map(|export| export.name.clone()))
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

/// Every file with exports has a section in the header, and none has another's exports.
#[test]
fn every_file_with_exports_has_a_section() {
    let entries = std::fs::read_dir(suite::root().join("src/ffi")).expect("src/ffi can be listed");
    for entry in entries {
        let path = entry.expect("src/ffi can be listed").path();
        let text = std::fs::read_to_string(&path).expect("a source file can be read");
        let name = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        let is_section = generate::source::SECTIONS
            .iter()
            .any(|(file, _)| *file == name);
        assert_eq!(
            text.contains("#[unsafe(no_mangle)]"),
            is_section,
            "{}",
            path.display()
        );
    }
}

/// Every getter of text or an object says whether it can be NULL.
#[test]
fn every_getter_says_whether_it_can_be_null() {
    let source = Source::read(suite::root());
    for export in source
        .functions()
        .filter(|export| export.returns.ends_with('*'))
    {
        assert!(
            export.comment.contains("NULL"),
            "{} does not say",
            export.name
        );
    }
}

/// Adding a function to a platform must stay cheap: these are functions that no example shows.
#[test]
fn one_function_stands_in_six_hand_written_files_at_most() {
    let generated = generate::files(suite::root());
    let listed = Command::new("git")
        .args(["ls-files"])
        .current_dir(suite::root())
        .output();
    let Ok(listed) = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    else {
        return;
    };
    // Neither tests, nor files that tell of a function rather than make it: guides, and the command, which offers some.
    let is_source = |name: &&str| {
        let is_generated =
            generated.iter().any(|(made, _)| made == name) && *name != "include/libauth.hpp";
        let is_test = name.contains("test")
            || name.starts_with("benches/")
            || name.starts_with("fuzz/")
            || name.starts_with("examples/");
        let tells = [".md", ".txt"].iter().any(|end| name.ends_with(end))
            || name.starts_with("bindings/cli/");
        !is_generated && !is_test && !tells
    };
    let texts: Vec<(&str, String)> = listed
        .lines()
        .filter(is_source)
        .filter_map(|name| {
            Some((
                name,
                std::fs::read_to_string(suite::root().join(name)).ok()?,
            ))
        })
        .collect();
    assert!(
        texts.len() > 30 || listed.is_empty(),
        "only {} files",
        texts.len()
    );
    for words in [
        ["generate_auth_url", "generateAuthUrl"],
        ["auth_and_set", "authAndSet"],
    ] {
        let names = texts
            .iter()
            .filter(|(_, text)| words.iter().any(|word| text.contains(word)));
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        println!("{}: {names:?}", words[0]);
        assert!(
            names.len() <= 6,
            "{} stands in {} files: {names:?}",
            words[0],
            names.len()
        );
    }
}
