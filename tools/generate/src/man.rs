//! docs/man: libauth.3 with what all platforms share, and one page a platform.

use std::fmt::Write;

use crate::source::{Function, Section, Source};

/// The pages of the platforms, by the heading of their section.
const PLATFORMS: [(&str, &str); 5] = [
    ("creditpay", "Credit Pay"),
    ("daxpay", "DaxPay"),
    ("openplatform", "The open platform"),
    ("redemption", "The voucher redemption system"),
    ("seller", "The marketplace seller API"),
];

/// The files of the pages with their texts.
///
/// # Panics
/// When a platform's section has another name.
pub fn pages(source: &Source) -> Vec<(&'static str, String)> {
    let [creditpay, daxpay, openplatform, redemption, seller] =
        PLATFORMS.map(|(name, heading)| platform(source, name, heading));
    vec![
        ("docs/man/libauth.3", common(source)),
        ("docs/man/libauth_creditpay.3", creditpay),
        ("docs/man/libauth_daxpay.3", daxpay),
        ("docs/man/libauth_openplatform.3", openplatform),
        ("docs/man/libauth_redemption.3", redemption),
        ("docs/man/libauth_seller.3", seller),
    ]
}

fn common(source: &Source) -> String {
    let mut text = head(
        source,
        "libauth",
        "log in to, sign for and verify messages from five partner platforms",
    );
    text.push_str(
        ".SH SYNOPSIS\n.nf\n.B #include <libauth.h>\n.PP\n.BI \"cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs libauth)\"\n.fi\n\
         .SH DESCRIPTION\nWhat all platforms share. Every function that can fail returns a\n.BR libauth_status\n\
         and makes a\n.BR libauth_error\nwhere one is asked for. What a\n.BR _new\nfunction made, the\n.BR _free\nfunction of the same name frees.\n",
    );
    let shared = source.sections.iter().filter(|section| {
        !PLATFORMS
            .iter()
            .any(|(_, heading)| *heading == section.heading)
    });
    for section in shared {
        let _ = writeln!(text, ".SH {}", section.heading.to_uppercase());
        push(&mut text, section);
    }
    also(&mut text, "libauth");
    text
}

fn platform(source: &Source, name: &str, heading: &str) -> String {
    let section = source
        .sections
        .iter()
        .find(|section| section.heading == heading)
        .unwrap_or_else(|| panic!("there is no section {heading}"));
    let mut text = head(
        source,
        &format!("libauth_{name}"),
        &format!("{heading}, in libauth"),
    );
    text.push_str(".SH SYNOPSIS\n.nf\n.B #include <libauth.h>\n.fi\n.SH DESCRIPTION\nWhat all platforms share is in\n.BR libauth (3).\n");
    push(&mut text, section);
    also(&mut text, &format!("libauth_{name}"));
    text
}

fn head(source: &Source, name: &str, what: &str) -> String {
    format!(
        ".\\\" Generated from src/ffi (cargo run -p tools -- generate); do not edit.\n\
         .TH {} 3 \"\" \"libauth {}\" \"libauth\"\n.SH NAME\n{name} \\- {what}\n",
        name.to_uppercase(),
        source.version
    )
}

fn also(text: &mut String, page: &str) {
    let names = std::iter::once("libauth".to_owned())
        .chain(PLATFORMS.iter().map(|(name, _)| format!("libauth_{name}")))
        .filter(|name| name != page);
    let names: Vec<String> = names.map(|name| format!(".BR {name} (3)")).collect();
    let _ = writeln!(text, ".SH SEE ALSO\n{}", names.join(",\n"));
}

fn push(text: &mut String, section: &Section) {
    for one in &section.types {
        entry(
            text,
            &format!("typedef struct {0} {0};", one.name),
            &one.comment,
        );
    }
    for one in &section.callbacks {
        let parameters: Vec<String> = one.parameters.iter().map(|one| one.declaration()).collect();
        let declaration = format!(
            "typedef {} (*{})({});",
            one.returns,
            one.name,
            parameters.join(", ")
        );
        entry(text, &declaration, &one.comment);
    }
    for one in &section.aliases {
        entry(
            text,
            &format!("typedef {} {};", one.of, one.name),
            &one.comment,
        );
    }
    for one in &section.constants {
        entry(text, &format!("{} = {}", one.name, one.value), &one.comment);
    }
    for one in &section.functions {
        entry(text, &declaration(one), &one.comment);
    }
}

fn declaration(function: &Function) -> String {
    function.declaration() + ";"
}

fn entry(text: &mut String, declaration: &str, comment: &str) {
    let comment = comment.lines().collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        text,
        ".TP\n.B {}\n{}",
        escaped(declaration),
        escaped(&comment.replace('`', ""))
    );
}

/// As roff prints it: no line begins with a dot or a quote of ours.
fn escaped(line: &str) -> String {
    let line = line
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('"', "\\(dq");
    match line.strip_prefix(['.', '\'']) {
        Some(_) => format!("\\&{line}"),
        None => line,
    }
}
