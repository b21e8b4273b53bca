//! include/libauth.h: cbindgen's declarations of each file of src/ffi, one section after the other.

use std::fmt::Write;
use std::path::Path;

use crate::source::{Section, Source};

/// What stands between the first page and the sections.
const FURNITURE: &str = r#"
/* Generated from src/ffi (cargo run -p tools -- generate); do not edit. */

/** @file libauth.h
 * Log in to, sign for and verify messages from five partner platforms.
 */

#include <stddef.h>
#include <stdint.h>

/* What every function is declared with. Define LIBAUTH_STATIC where the static library is linked on
 * Windows. */
#ifndef LIBAUTH_API
#if defined(_WIN32) && !defined(LIBAUTH_STATIC)
#define LIBAUTH_API __declspec(dllimport)
#elif defined(__GNUC__)
#define LIBAUTH_API __attribute__((visibility("default")))
#else
#define LIBAUTH_API
#endif
#endif

/* A status that nobody looks at. */
#ifndef LIBAUTH_WARN_UNUSED
#if defined(__GNUC__)
#define LIBAUTH_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define LIBAUTH_WARN_UNUSED
#endif
#endif

/* A function that a later version will not have, and what to use instead. Define it as nothing to
 * silence the compiler. */
#ifndef LIBAUTH_DEPRECATED
#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ * 100 + __GNUC_MINOR__ >= 405)
#define LIBAUTH_DEPRECATED(text) __attribute__((deprecated(text)))
#elif defined(_MSC_VER)
#define LIBAUTH_DEPRECATED(text) __declspec(deprecated(text))
#else
#define LIBAUTH_DEPRECATED(text)
#endif
#endif
"#;

/// The whole header.
///
/// # Panics
/// When cbindgen cannot read src/ffi or its settings.
pub fn header(root: &Path, source: &Source) -> String {
    let mut config =
        cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml can be read");
    let first_page = config
        .header
        .take()
        .expect("cbindgen.toml has the first page");
    let mut header = String::from(first_page.trim_start());
    header.push_str("\n#ifndef LIBAUTH_H\n#define LIBAUTH_H\n");
    header.push_str(FURNITURE);
    header.push_str(&version(source));
    header.push_str("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for section in &source.sections {
        let rule = "-".repeat(88usize.saturating_sub(section.heading.chars().count()));
        write!(header, "\n/* ---- {} {rule} */\n\n", section.heading).unwrap();
        header.push_str(&texts(section));
        header.push_str(&laid_out(&declarations(config.clone(), section)));
    }
    header
        .push_str("\n#ifdef __cplusplus\n} /* extern \"C\" */\n#endif\n\n#endif /* LIBAUTH_H */\n");
    header
}

fn version(source: &Source) -> String {
    let mut text = String::from("\n/* ---- The version of this header ");
    text.push_str(&"-".repeat(60));
    text.push_str(" */\n\n");
    let comments = [
        "As text.",
        "While it is 0, a library of another minor version does not fit.",
        "What came with it is in CHANGELOG.md.",
        "Mended, and nothing new.",
        "As one number, to compare: major * 10000 + minor * 100 + patch.",
    ];
    for ((name, value), comment) in source.constants().iter().zip(comments) {
        write!(text, "/** {comment} */\n#define {name} {value}\n\n").unwrap();
    }
    text.trim_end().to_owned() + "\n"
}

/// cbindgen leaves constants that are texts out.
fn texts(section: &Section) -> String {
    let mut text = String::new();
    for constant in section
        .constants
        .iter()
        .filter(|constant| constant.value.starts_with('"'))
    {
        text.push_str("/**\n");
        for line in constant.comment.lines() {
            writeln!(text, " * {line}").unwrap();
        }
        write!(
            text,
            " */\n#define {} {}\n\n",
            constant.name, constant.value
        )
        .unwrap();
    }
    laid_out(&text)
}

fn declarations(mut config: cbindgen::Config, section: &Section) -> String {
    // One that only a later section uses would be left out.
    config.export.include = section
        .callbacks
        .iter()
        .map(|callback| callback.name.clone())
        .collect();
    // cbindgen knows by this attribute what must not be ignored.
    let marked = section.text.replace(
        "#[unsafe(no_mangle)]\n",
        "#[unsafe(no_mangle)]\n#[must_use]\n",
    );
    let file = std::env::temp_dir().join(format!(
        "libauth-{}-{}.rs",
        std::process::id(),
        section.text.len()
    ));
    std::fs::write(&file, only_statuses(&marked)).expect("a temporary file can be written");
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(&file)
        .generate();
    std::fs::remove_file(&file).expect("the temporary file is there");
    let mut text = Vec::new();
    bindings.expect("cbindgen reads src/ffi").write(&mut text);
    String::from_utf8(text)
        .expect("the header is UTF-8")
        .trim_start()
        .to_owned()
}

/// Takes the attribute away again from what does not return a status.
fn only_statuses(marked: &str) -> String {
    let mut parts = marked.split("#[must_use]\n");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let signature = part.split('{').next().unwrap_or_default();
        if signature.contains("-> libauth_status") {
            text.push_str("#[must_use]\n");
        }
        text.push_str(part);
    }
    text
}

/// As far as a line goes.
const WIDTH: usize = 98;

/// Lays out what cbindgen wrote: comments filled to the width, constants of one line each together, and what a
/// function is declared with before it.
fn laid_out(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line {
            "/**" => {
                let comment: Vec<&str> = lines.by_ref().take_while(|line| *line != " */").collect();
                let words = comment
                    .iter()
                    .flat_map(|line| line.trim_start_matches(" *").split(' '));
                push_comment(&mut out, words.filter(|word| !word.is_empty()));
            }
            "LIBAUTH_API" => {
                let mut declaration = lines.next().unwrap_or_default();
                let mut before = line.to_owned();
                if declaration == "LIBAUTH_WARN_UNUSED" {
                    before = format!("{before} {declaration}");
                    declaration = lines.next().unwrap_or_default();
                }
                if declaration.ends_with(';') && before.len() + 1 + declaration.len() <= WIDTH {
                    out.push(format!("{before} {declaration}"));
                } else {
                    out.extend([before, declaration.to_owned()]);
                }
            }
            _ => out.push(line.to_owned()),
        }
    }
    together(&out)
}

fn push_comment<'a>(out: &mut Vec<String>, words: impl Iterator<Item = &'a str> + Clone) {
    let whole = format!("/** {} */", words.clone().collect::<Vec<_>>().join(" "));
    if whole.len() <= WIDTH {
        out.push(whole);
        return;
    }
    out.push("/**".to_owned());
    let mut line = String::from(" *");
    for word in words {
        if line.len() + 1 + word.len() > WIDTH {
            out.push(std::mem::replace(&mut line, String::from(" *")));
        }
        line.push(' ');
        line.push_str(word);
    }
    out.extend([line, " */".to_owned()]);
}

/// Without the empty lines between constants whose comments have one line.
fn together(lines: &[String]) -> String {
    let is_number = |line: &str| line.starts_with("#define ") && !line.ends_with('"');
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| &lines[at]);
        let behind = |by: usize| lines.get(at + by).map_or("", String::as_str);
        let stands_between =
            is_number(before) && behind(1).starts_with("/** ") && is_number(behind(2));
        if !(line.is_empty() && stands_between) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
