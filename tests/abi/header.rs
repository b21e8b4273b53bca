//! include/libauth.h is what cbindgen makes of src/ffi, one section a file, and fits Cargo.toml.

#![allow(unsafe_code)]

use std::fmt::Write;
use std::path::Path;
use std::sync::LazyLock;

/// The files of src/ffi in the order in which the header is read, with their headings.
const SECTIONS: [(&str, &str); 14] = [
    ("mod", "Version"),
    ("error", "Statuses and errors"),
    ("config", "Settings"),
    ("answer", "Answers"),
    ("call", "Business calls"),
    ("http", "HTTP messages, for your own transport"),
    ("token", "Tokens"),
    ("inbound", "Messages received from a platform"),
    ("explain", "Explanations of signatures"),
    ("creditpay", "Credit Pay"),
    ("daxpay", "DaxPay"),
    ("openplatform", "The open platform"),
    ("redemption", "The voucher redemption system"),
    ("seller", "The marketplace seller API"),
];

static GENERATED: LazyLock<String> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config =
        cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml reads");
    let mut header = String::from(config.header.as_deref().unwrap_or_default().trim_start());
    header.push_str("\n#ifndef LIBAUTH_H\n#define LIBAUTH_H\n\n");
    header.push_str("/* Generated from src/ffi by cbindgen; do not edit. */\n\n");
    header.push_str("#include <stddef.h>\n#include <stdint.h>\n\n");
    header.push_str("#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for (file, heading) in SECTIONS {
        let path = root.join("src/ffi").join(file).with_extension("rs");
        let source = std::fs::read_to_string(&path).expect("the file of a section can be read");
        let rule = "-".repeat(90usize.saturating_sub(heading.chars().count()));
        write!(
            header,
            "\n/* ---- {heading} {rule} */\n\n{}",
            string_constants(&source)
        )
        .unwrap();
        let mut config = config.clone();
        config.header = None;
        header.push_str(&section(config, &source));
    }
    header
        .push_str("\n#ifdef __cplusplus\n} /* extern \"C\" */\n#endif\n\n#endif /* LIBAUTH_H */\n");
    header
});

fn section(config: cbindgen::Config, source: &str) -> String {
    // cbindgen follows `mod` from a file to others: each section is to hold its own file only.
    let alone: String = source
        .lines()
        .filter(|line| !line.starts_with("pub mod ") && !line.starts_with("mod "))
        .fold(String::new(), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        });
    let file = std::env::temp_dir().join(format!(
        "libauth-section-{}-{}.rs",
        std::process::id(),
        source.len()
    ));
    std::fs::write(&file, alone).expect("a temporary file can be written");
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

/// cbindgen leaves string constants out.
fn string_constants(source: &str) -> String {
    let mut text = String::new();
    for item in syn::parse_file(source).expect("src/ffi parses").items {
        let syn::Item::Const(constant) = item else {
            continue;
        };
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(value),
            ..
        }) = *constant.expr
        else {
            continue;
        };
        for attribute in &constant.attrs {
            let syn::Meta::NameValue(doc) = &attribute.meta else {
                continue;
            };
            let syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(line),
                ..
            }) = &doc.value
            else {
                continue;
            };
            writeln!(text, "//{}", line.value()).unwrap();
        }
        writeln!(text, "#define {} \"{}\"\n", constant.ident, value.value()).unwrap();
    }
    text
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/libauth.h");
    let generated = &*GENERATED;
    if std::env::var_os("LIBAUTH_UPDATE").is_some() {
        std::fs::write(&path, generated).expect("the header can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == *generated,
        "include/libauth.h is not what src/ffi says; run: LIBAUTH_UPDATE=1 cargo test header"
    );
}

#[test]
fn the_version_is_the_one_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    let parts: Vec<&str> = version.split('.').collect();
    let header = &*GENERATED;
    for define in [
        format!("#define LIBAUTH_VERSION \"{version}\"\n"),
        format!("#define LIBAUTH_VERSION_MAJOR {}\n", parts[0]),
        format!("#define LIBAUTH_VERSION_MINOR {}\n", parts[1]),
        format!("#define LIBAUTH_VERSION_PATCH {}\n", parts[2]),
    ] {
        assert!(header.contains(&define), "the header lacks {define}");
    }
    // SAFETY: the function gives static text.
    let at_run_time = unsafe { std::ffi::CStr::from_ptr(auth::ffi::libauth_version()) };
    assert_eq!(at_run_time.to_str(), Ok(version));
}
