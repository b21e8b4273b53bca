//! docs/reference.md: the C reference of the book, an anchor for each function.

use std::fmt::Write;

use crate::source::{Function, Section, Source};

/// The page.
pub fn reference(source: &Source) -> String {
    let mut text = String::from(
        "# C reference\n\n<!-- Generated from src/ffi (cargo run -p tools -- generate); do not edit. -->\n\n",
    );
    writeln!(
        text,
        "Every function, type and constant of `libauth.h` {}, in its order. What holds for all of them stands on the\nheader's first page.\n",
        source.version
    )
    .unwrap();
    for section in &source.sections {
        writeln!(
            text,
            "- [{}](#{})",
            section.heading,
            anchor(section.heading)
        )
        .unwrap();
    }
    for section in &source.sections {
        text.push_str(&of(section));
    }
    text
}

fn of(section: &Section) -> String {
    let mut text = String::new();
    write!(
        text,
        "\n<a id=\"{}\"></a>\n\n## {}\n",
        anchor(section.heading),
        section.heading
    )
    .unwrap();
    for one in &section.types {
        entry(
            &mut text,
            &one.name,
            &format!("typedef struct {0} {0};", one.name),
            &one.comment,
        );
    }
    for one in &section.callbacks {
        let parameters: Vec<String> = one
            .parameters
            .iter()
            .map(|parameter| parameter.declaration())
            .collect();
        let declaration = format!(
            "typedef {} (*{})({});",
            one.returns,
            one.name,
            parameters.join(", ")
        );
        entry(&mut text, &one.name, &declaration, &one.comment);
    }
    for one in &section.aliases {
        entry(
            &mut text,
            &one.name,
            &format!("typedef {} {};", one.of, one.name),
            &one.comment,
        );
    }
    if !section.constants.is_empty() {
        text.push_str("\n| Constant | Value | Meaning |\n|---|---|---|\n");
        for one in &section.constants {
            let meaning = escaped(&one.comment).replace('|', "\\|");
            writeln!(text, "| `{}` | `{}` | {meaning} |", one.name, one.value).unwrap();
        }
    }
    for one in &section.functions {
        entry(&mut text, &one.name, &declaration(one), &one.comment);
    }
    text
}

fn entry(text: &mut String, name: &str, declaration: &str, comment: &str) {
    write!(
        text,
        "\n<a id=\"{name}\"></a>\n\n### `{name}`\n\n```c,ignore\n{declaration}\n```\n\n{}\n",
        escaped(comment)
    )
    .unwrap();
}

/// A declaration on one line if it fits, else one line a parameter.
fn declaration(function: &Function) -> String {
    let line = function.declaration() + ";";
    if line.len() <= 100 {
        return line;
    }
    let (start, _) = line.split_once('(').expect("a function has parameters");
    let parameters: Vec<String> = function
        .parameters
        .iter()
        .map(|one| format!("    {}", one.declaration()))
        .collect();
    format!("{start}(\n{});", parameters.join(",\n"))
}

/// A comment as one paragraph of Markdown.
fn escaped(comment: &str) -> String {
    let line = comment.lines().collect::<Vec<_>>().join(" ");
    // Between backquotes all is as it stands.
    let parts = line.split('`').enumerate();
    let parts = parts.map(|(i, part)| match i % 2 {
        0 => part
            .replace('*', "\\*")
            .replace('<', "&lt;")
            .replace('_', "\\_"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
