//! docs/reference.md and docs/zh/reference.md: the C reference of the book, an anchor for each function.

use std::collections::HashMap;
use std::fmt::Write;

use crate::source::{Function, Section, Source};

const MARK: &str = "<!-- Generated from src/ffi (cargo run -p tools -- generate); do not edit. -->";

/// What the sentences of the comments are in the language of the page. English has none: they are used as they are.
pub struct Words<'a>(HashMap<&'a str, &'a str>);

impl<'a> Words<'a> {
    /// The comments as they are.
    pub fn english() -> Self {
        Words(HashMap::new())
    }

    /// From pairs of lines, the comment and what it is in the other language, with an empty line between pairs.
    pub fn of(text: &'a str) -> Self {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let mut words = HashMap::new();
        while let (Some(comment), Some(meaning)) = (lines.next(), lines.next()) {
            words.insert(comment, meaning);
        }
        Words(words)
    }

    /// A comment of several lines, on one line and in the language of the page; as it is where nobody wrote that down.
    fn say(&self, comment: &str) -> String {
        let line = one_line(comment);
        self.0
            .get(line.as_str())
            .map_or(line, |&said| said.to_owned())
    }
}

/// Comments and headings that `words` does not have.
pub fn unsaid(source: &Source, words: &Words) -> Vec<String> {
    let mut all: Vec<String> = vec![TITLE.to_owned(), INTRODUCTION.to_owned()];
    all.extend(COLUMNS.map(str::to_owned));
    for section in &source.sections {
        all.push(section.heading.to_owned());
        all.extend(section.types.iter().map(|one| one_line(&one.comment)));
        all.extend(section.callbacks.iter().map(|one| one_line(&one.comment)));
        all.extend(section.aliases.iter().map(|one| one_line(&one.comment)));
        all.extend(section.constants.iter().map(|one| one_line(&one.comment)));
        all.extend(section.functions.iter().map(|one| one_line(&one.comment)));
    }
    all.retain(|line| !words.0.contains_key(line.as_str()));
    all.sort();
    all.dedup();
    all
}

const TITLE: &str = "C reference";
const INTRODUCTION: &str = "Every function, type and constant of `libauth.h`, in its order. What holds for all of them stands on the header's first page.";

const COLUMNS: [&str; 3] = ["Constant", "Value", "Meaning"];

/// The page.
pub fn reference(source: &Source, words: &Words) -> String {
    let mut text = format!(
        "# {}\n\n{MARK}\n\n{}\n\n",
        words.say(TITLE),
        words.say(INTRODUCTION)
    );
    for section in &source.sections {
        let heading = words.say(section.heading);
        writeln!(text, "- [{heading}](#{})", anchor(section.heading)).unwrap();
    }
    for section in &source.sections {
        text.push_str(&of(section, words));
    }
    text
}

fn of(section: &Section, words: &Words) -> String {
    let mut text = String::new();
    write!(
        text,
        "\n<a id=\"{}\"></a>\n\n## {}\n",
        anchor(section.heading),
        words.say(section.heading)
    )
    .unwrap();
    for one in &section.types {
        entry(
            &mut text,
            &one.name,
            &format!("typedef struct {0} {0};", one.name),
            &words.say(&one.comment),
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
        entry(&mut text, &one.name, &declaration, &words.say(&one.comment));
    }
    for one in &section.aliases {
        entry(
            &mut text,
            &one.name,
            &format!("typedef {} {};", one.of, one.name),
            &words.say(&one.comment),
        );
    }
    if !section.constants.is_empty() {
        let columns = COLUMNS.map(|column| words.say(column)).join(" | ");
        write!(text, "\n| {columns} |\n|---|---|---|\n").unwrap();
        for one in &section.constants {
            let meaning = escaped(&words.say(&one.comment)).replace('|', "\\|");
            writeln!(text, "| `{}` | `{}` | {meaning} |", one.name, one.value).unwrap();
        }
    }
    for one in &section.functions {
        entry(
            &mut text,
            &one.name,
            &declaration(one),
            &words.say(&one.comment),
        );
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

fn one_line(comment: &str) -> String {
    comment.lines().collect::<Vec<_>>().join(" ")
}

/// A comment as one paragraph of Markdown.
fn escaped(comment: &str) -> String {
    // Between backquotes all is as it stands.
    let parts = comment.split('`').enumerate();
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
