//! Makes a function of every block in Rust.

use std::fmt::Write as _;
use std::path::Path;

#[allow(dead_code)]
#[path = "src/markdown.rs"]
mod markdown;

/// What a block may take for granted.
const AROUND: &str = include_str!("around/around.rs");

const PLATFORMS: [&str; 5] = [
    "creditpay",
    "daxpay",
    "openplatform",
    "redemption",
    "seller",
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=around/around.rs");
    println!("cargo:rerun-if-changed=src/markdown.rs");
    // The folder itself too, for pages that come.
    println!("cargo:rerun-if-changed={}", root.join("docs").display());
    for document in markdown::documents(&root) {
        println!("cargo:rerun-if-changed={}", document.display());
    }
    let blocks = markdown::blocks(&root);
    let of_rust: Vec<_> = blocks
        .iter()
        .filter(|block| block.language == "rust")
        .collect();
    let mut made = String::new();
    let mut list = String::new();
    for (number, block) in of_rust.iter().enumerate() {
        let mut code = block.code.replace("\"access-key\"", "access_key");
        code = code.replace("\"secret-key\"", "secret_key");
        for platform in PLATFORMS {
            let named = format!("\"https://{platform}.example\"");
            code = code.replace(&named, &format!("address(\"{platform}\")"));
        }
        let code = AROUND.replace("    BLOCK\n", &code);
        let name = format!("block{number}");
        let _ = writeln!(
            made,
            "/// {}\n{}",
            block.place,
            code.replace("around", &name)
        );
        let _ = writeln!(list, "    (\"{}\", {name}),", block.place);
    }
    let _ = writeln!(
        made,
        "/// Every block in Rust: where it stands, and what runs it.\npub const RUST: &[(&str, Run)] = &[\n{list}];"
    );
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("blocks.rs"), made).expect("the blocks can be written");
}
