//! The book, docs/ in English and docs/zh/ in Chinese: both say the same, and name what there is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::suite::root;

/// Pages as a SUMMARY.md lists them.
fn pages(summary: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(summary).unwrap();
    let links = text.lines().filter_map(|line| line.split_once("]("));
    links
        .map(|(_, rest)| rest.trim_end_matches(')').to_owned())
        .collect()
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a page is made of, whatever its language.
#[derive(Debug, PartialEq)]
struct Shape {
    headings: Vec<usize>,
    items: usize,
    table_rows: usize,
    blocks: Vec<String>,
}

fn shape(text: &str) -> Shape {
    let mut shape = Shape {
        headings: Vec::new(),
        items: 0,
        table_rows: 0,
        blocks: Vec::new(),
    };
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (&mut block, line.starts_with("```")) {
            (Some(_), true) => shape.blocks.extend(block.take()),
            (Some(inside), false) => {
                inside.push_str(line);
                inside.push('\n');
            }
            (None, true) => block = Some(format!("{line}\n")),
            (None, false) => {
                let level = line.len() - line.trim_start_matches('#').len();
                if level > 0 {
                    shape.headings.push(level);
                }
                let number = line.split_once(". ").map_or("", |(number, _)| number);
                let is_numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                shape.items += usize::from(line.starts_with("- ") || is_numbered);
                shape.table_rows += usize::from(line.starts_with('|'));
            }
        }
    }
    shape
}

#[test]
fn the_chinese_book_says_what_the_english_one_says() {
    let docs = root().join("docs");
    let english = pages(&docs.join("SUMMARY.md"));
    let chinese = pages(&docs.join("zh/SUMMARY.md"));
    assert_eq!(english, chinese, "both list the same pages");
    let pair = (root().join("README.md"), root().join("README.zh-CN.md"));
    assert_eq!(shape(&read(pair.0)), shape(&read(pair.1)), "README.md");
    // The table of locks is kept beside the code, in English alone; both references are generated.
    let by_hand = |page: &&String| *page != "fork.md" && *page != "reference.md";
    for page in english.iter().filter(by_hand) {
        let (ours, theirs) = (read(docs.join(page)), read(docs.join("zh").join(page)));
        assert_eq!(shape(&ours), shape(&theirs), "{page}");
        assert!(
            theirs
                .chars()
                .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{page} is not in Chinese"
        );
    }
}

/// A page that nobody can find is not part of the book.
#[test]
fn every_page_is_in_the_summary() {
    for folder in ["docs", "docs/zh"] {
        let folder = root().join(folder);
        let listed: BTreeSet<String> = pages(&folder.join("SUMMARY.md")).into_iter().collect();
        let there: BTreeSet<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
            .collect();
        assert_eq!(there, listed, "{}", folder.display());
    }
}

/// Every name of the ABI that a document uses is in the header.
#[test]
fn documents_name_what_there_is() {
    let header = read(root().join("include/libauth.h"))
        + &read(root().join("bindings/c/redis/libauth_redis.h"));
    let known: BTreeSet<&str> = words(&header).collect();
    let mut folders = vec![
        root().to_owned(),
        root().join("docs"),
        root().join("docs/zh"),
    ];
    folders.extend(
        ["c", "cpp", "python", "java", "cli"].map(|name| root().join("bindings").join(name)),
    );
    let mut seen = 0;
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            // The change log also names what is gone.
            if !name.ends_with(".md") || name == "CHANGELOG.md" {
                continue;
            }
            let text = read(path.clone());
            for word in words(&text).filter(|word| word.starts_with("libauth_")) {
                // `libauth_config_add_…` stands for several; the sandbox's crate and CMake's variable have names alike.
                let is_whole = !word.ends_with('_')
                    && !word.starts_with("libauth_sandbox")
                    && word != "libauth_USE_STATIC_LIBS";
                seen += 1;
                assert!(
                    !is_whole || known.contains(word),
                    "{} names {word}, which is in no header",
                    path.display()
                );
            }
        }
    }
    assert!(seen > 500, "only {seen} names were found");
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// A comment in src/ffi that changed needs its Chinese again: docs/zh/reference.txt has pairs of lines.
#[test]
fn the_reference_is_in_chinese_as_well() {
    let missing = generate::untranslated(root());
    assert!(
        missing.is_empty(),
        "docs/zh/reference.txt lacks {missing:#?}"
    );
}
