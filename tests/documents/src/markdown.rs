//! The documents of the repository, and the blocks in them.

use std::path::{Path, PathBuf};

/// A block of a document.
#[derive(Debug)]
pub struct Block {
    /// What stands behind its first fence: its language.
    pub language: String,
    /// What stands in it.
    pub code: String,
    /// The document, relative to the repository, and the line where it begins: `docs/daxpay.md:12`.
    pub place: String,
}

/// Every Markdown file of the repository, in order. What was built, and what is hidden, is not looked at.
///
/// # Panics
/// When a folder cannot be read.
pub fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !path.is_symlink() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All blocks of all documents.
///
/// # Panics
/// When a document cannot be read, or ends within a block.
pub fn blocks(root: &Path) -> Vec<Block> {
    let all = documents(root);
    all.iter().flat_map(|path| blocks_of(root, path)).collect()
}

fn blocks_of(root: &Path, path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).expect("a document can be read");
    let document = path.strip_prefix(root).unwrap_or(path).display();
    let mut found: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), is_inside) {
            (Some(language), false) => {
                found.push(Block {
                    language: language.trim().to_owned(),
                    code: String::new(),
                    place: format!("{document}:{}", number + 1),
                });
                is_inside = true;
            }
            (Some(_), true) => is_inside = false,
            (None, true) => {
                if let Some(block) = found.last_mut() {
                    block.code.push_str(line);
                    block.code.push('\n');
                }
            }
            (None, false) => {}
        }
    }
    assert!(!is_inside, "{document} ends within a block");
    found
}
