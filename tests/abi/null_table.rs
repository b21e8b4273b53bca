//! NULL for every pointer of every exported function, from C: the table is made of the source of
//! src/ffi, so no function can be missing from it.

use super::exports;
use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::fmt::Write;
use std::time::Duration;

use exports::{Export, Parameter, exports};

/// Parameters that may be NULL, as the header says.
const OPTIONAL: [(&str, &str); 9] = [
    ("libauth_daxpay_new", "mch_no"),
    ("libauth_redemption_new_rsa", "platform_public_key"),
    ("libauth_creditpay_explain", "signature"),
    ("libauth_daxpay_explain", "signature"),
    ("libauth_redemption_explain", "signature"),
    ("libauth_redemption_explain_callback", "signature"),
    // Read when the length is not 0; the table passes 0 bytes here and 1 byte below.
    ("libauth_answer_body", "length"),
    ("libauth_http_request_body", "length"),
    ("every function", "error"),
];

fn is_optional(export: &Export, parameter: &Parameter) -> bool {
    parameter.name == "error"
        || OPTIONAL.contains(&(&*export.name, &*parameter.name))
        || parameter.kind == "size_t *"
}

/// A C expression for a parameter that is as it should be.
fn valid(parameter: &Parameter) -> String {
    match (parameter.kind.as_str(), parameter.name.as_str()) {
        ("const char *", "method") => "\"POST\"".into(),
        ("const char *", "path") => "\"/any\"".into(),
        ("const char *", "base_url") => "\"https://host.example\"".into(),
        ("const char *", _) => "\"x\"".into(),
        ("const uint8_t *", _) => "(const uint8_t *)\"{\"".into(),
        ("size_t", "length") => "1".into(),
        ("size_t *", _) => "&length".into(),
        ("void *", _)
        | ("libauth_log_callback" | "libauth_clock_callback" | "libauth_replay_callback", _) => {
            "NULL".into()
        }
        ("size_t" | "int32_t" | "int64_t" | "libauth_status", _) => "1".into(),
        ("libauth_error **", "error") => "&error".into(),
        (kind, _) if kind.ends_with("**") => "&made".into(),
        (kind, _) => {
            let name = kind.trim_start_matches("const ").trim_end_matches(" *");
            format!(
                "fx.{}",
                name.strip_prefix("libauth_")
                    .expect("a type of the library")
            )
        }
    }
}

fn table() -> String {
    let mut rows = String::new();
    for export in exports() {
        let pointers = export
            .parameters
            .iter()
            .filter(|parameter| parameter.is_pointer());
        for null in pointers {
            row(&mut rows, &export, null);
        }
        if export.returns == "libauth_status" && export.name != "libauth_error_status" {
            let all: Vec<&str> = export
                .parameters
                .iter()
                .map(|p| if p.is_pointer() { "NULL" } else { "0" })
                .collect();
            writeln!(
                rows,
                "  CHECK({}({}) == LIBAUTH_INVALID_ARGUMENT);",
                export.name,
                all.join(", ")
            )
            .unwrap();
        }
    }
    let mut program = String::from(
        "#include \"fixtures.h\"\n\nint main(void) {\n  struct fixtures fx;\n  libauth_error *error = NULL;\n  size_t length = 0;\n  fixtures_make(&fx, \"null\");\n",
    );
    program.push_str(&rows);
    program.push_str("  (void)length;\n  fixtures_free(&fx);\n  return check_results();\n}\n");
    program
}

fn row(rows: &mut String, export: &Export, null: &Parameter) {
    let is_free = export.name.ends_with("_free");
    let is_status = export.returns == "libauth_status" && export.name != "libauth_error_status";
    if is_status && null.name == "error" {
        return; // All pointers NULL, the error too, has a row of its own.
    }
    let argument = |p: &Parameter| {
        if p.name == null.name {
            "NULL".to_owned()
        } else {
            valid(p)
        }
    };
    let arguments: Vec<String> = export.parameters.iter().map(argument).collect();
    let call = format!("{}({})", export.name, arguments.join(", "));
    if is_status {
        let output = export
            .parameters
            .iter()
            .find(|p| p.kind.ends_with("**") && p.name != "error");
        let made = output.map(|p| p.kind.strip_suffix(" **").expect("an output").to_owned());
        writeln!(rows, "  {{").unwrap();
        if let Some(kind) = &made {
            writeln!(rows, "    {kind} *made = NULL;").unwrap();
        }
        if is_optional(export, null) {
            writeln!(rows, "    {call};").unwrap();
            writeln!(
                rows,
                "    CHECK(!contains(libauth_error_message(error), \"{} is NULL\"));",
                null.name
            )
            .unwrap();
        } else {
            writeln!(rows, "    CHECK({call} == LIBAUTH_INVALID_ARGUMENT);").unwrap();
            writeln!(
                rows,
                "    CHECK(contains(libauth_error_message(error), \"{} is NULL\"));",
                null.name
            )
            .unwrap();
            writeln!(
                rows,
                "    CHECK(libauth_error_delivery(error) == LIBAUTH_NOT_SENT);"
            )
            .unwrap();
        }
        writeln!(rows, "    libauth_error_free(error);\n    error = NULL;").unwrap();
        if let Some(kind) = &made {
            writeln!(rows, "    {kind}_free(made);").unwrap();
        }
        writeln!(rows, "  }}").unwrap();
        return;
    }
    match export.returns.as_str() {
        "" => writeln!(rows, "  {call};").unwrap(),
        kind if export.name.ends_with("_new") => {
            let name = kind.trim_end_matches(" *");
            writeln!(rows, "  {{\n    {name} *made = {call};\n    CHECK(made != NULL);\n    {name}_free(made);\n  }}").unwrap();
        }
        kind if kind.ends_with('*') && !is_optional(export, null) => {
            writeln!(rows, "  CHECK({call} == NULL);").unwrap()
        }
        _ if is_optional(export, null) => writeln!(rows, "  (void){call};").unwrap(),
        _ => writeln!(rows, "  CHECK({call} <= 0);").unwrap(),
    }
    if is_free || export.returns.is_empty() {
        writeln!(
            rows,
            "  CHECK(1 /* {} with NULL for {} came back */);",
            export.name, null.name
        )
        .unwrap();
    }
}

#[test]
fn null_for_every_pointer_of_every_function() {
    if !suite::has_tool(&suite::c_compiler(), "--version", "the table of NULLs") {
        return;
    }
    let exports = exports();
    for (function, parameter) in OPTIONAL
        .iter()
        .filter(|(function, _)| *function != "every function")
    {
        let export = exports.iter().find(|export| export.name == *function);
        let known =
            export.is_some_and(|export| export.parameters.iter().any(|p| p.name == *parameter));
        assert!(
            known,
            "{function} has no parameter {parameter}: the list of optional ones is out of date"
        );
    }
    let sandbox = sandbox::Sandbox::start();
    let installed = suite::Installed::new("null-table");
    let source = installed.dir().join("null_table.c");
    std::fs::write(&source, table()).expect("the table can be written");
    let c = suite::root().join("tests/languages/c");
    let program = installed.dir().join("null_table");
    let include = format!("-I{}", c.display());
    let flags = [
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-pedantic",
        "-Werror",
        "-Wno-nonnull",
        &include,
    ];
    suite::compile(
        &suite::c_compiler(),
        &[source, c.join("fixtures.c")],
        &flags,
        &installed,
        &program,
    );
    let mut command = std::process::Command::new(&program);
    let output = suite::run(
        command.env("LIBAUTH_SANDBOX", sandbox.origin()),
        Duration::from_secs(60),
    );
    print!("{}", String::from_utf8_lossy(&output.stdout));
}
