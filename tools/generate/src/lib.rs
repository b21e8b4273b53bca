//! Everything that is made from libauth's exports, from one reading of src/ffi: the header, the list of symbols,
//! what the bindings declare, the C reference of the book, the man pages.

pub mod header;
pub mod languages;
pub mod man;
pub mod reference;
pub mod source;

use std::path::Path;

use reference::Words;
use source::Source;

/// What stands around the generated lines of include/libauth.hpp.
const OWNERS_BEGIN: &str = "// The owners, from src/ffi (cargo run -p tools -- generate).\n";
const OWNERS_END: &str = "// The end of the owners.\n";

/// The files that are made, relative to `root`, with what they should hold.
///
/// # Panics
/// When the sources of libauth cannot be read, or have an export that C could not use.
pub fn files(root: &Path) -> Vec<(&'static str, String)> {
    let source = Source::read(root);
    let mut files = vec![
        ("include/libauth.h", header::header(root, &source)),
        ("include/libauth.hpp", with_owners(root, &source)),
        ("bindings/c/libauth.map", languages::symbols(&source)),
        (
            "bindings/python/src/libauth/_header.py",
            languages::python(&source),
        ),
        (
            "bindings/java/src/main/java/libauth/Lib.java",
            languages::java(&source),
        ),
        (
            "docs/reference.md",
            reference::reference(&source, &Words::english()),
        ),
        (
            "docs/zh/reference.md",
            reference::reference(&source, &Words::of(&chinese(root))),
        ),
    ];
    files.extend(man::pages(&source));
    files
}

/// Comments of the ABI that nobody has put into Chinese: docs/zh/reference.txt lacks them.
///
/// # Panics
/// As [`files`].
pub fn untranslated(root: &Path) -> Vec<String> {
    reference::unsaid(&Source::read(root), &Words::of(&chinese(root)))
}

fn chinese(root: &Path) -> String {
    std::fs::read_to_string(root.join("docs/zh/reference.txt")).unwrap_or_default()
}

/// Those of the files that are not as they should be.
pub fn differences(root: &Path) -> Vec<&'static str> {
    let files = files(root).into_iter();
    let differs = |(name, wanted): (&'static str, String)| {
        let found = std::fs::read_to_string(root.join(name)).unwrap_or_default();
        (found != wanted).then_some(name)
    };
    files.filter_map(differs).collect()
}

fn with_owners(root: &Path, source: &Source) -> String {
    let path = root.join("include/libauth.hpp");
    let text = std::fs::read_to_string(&path).expect("include/libauth.hpp can be read");
    let parts = text
        .split_once(OWNERS_BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(OWNERS_END)?.1)));
    let (before, after) = parts.expect("include/libauth.hpp has the two markers of the owners");
    format!(
        "{before}{OWNERS_BEGIN}{}{OWNERS_END}{after}",
        languages::owners(source)
    )
}
