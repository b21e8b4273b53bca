//! NULL for every pointer of every exported function, from C: the table is made of the source of
//! src/ffi, so no function can be missing from it.

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::fmt::Write;
use std::time::Duration;

use generate::source::{Function, Parameter, Source};

/// Parameters that may be NULL, as the header says.
const OPTIONAL: [(&str, &str); 9] = [
    ("libauth_daxpay_new", "app_id"),
    ("libauth_daxpay_new", "mch_no"),
    ("libauth_daxpay_new_open", "app_id"),
    ("libauth_daxpay_new_open_callback", "app_id"),
    ("libauth_redemption_new_rsa_callback", "platform_public_key"),
    ("every function", "context"),
    ("libauth_redemption_new_rsa", "platform_public_key"),
    ("every explanation", "signature"),
    ("every function", "options"),
];

fn is_optional(export: &Function, parameter: &Parameter) -> bool {
    let is_listed = |(function, name): &(&str, &str)| {
        let applies = match *function {
            "every function" => true,
            "every explanation" => export.name.contains("_explain"),
            function => function == export.name,
        };
        applies && *name == parameter.name
    };
    // The length of a body is written when it is wanted.
    parameter.name == "error" || parameter.kind == "size_t *" || OPTIONAL.iter().any(is_listed)
}

/// A C expression for a parameter that is as it should be.
fn valid(source: &Source, parameter: &Parameter) -> String {
    match (source.resolved(&parameter.kind), parameter.name.as_str()) {
        ("const char *", "method") => "\"POST\"".into(),
        ("const char *", "path") => "\"/any\"".into(),
        ("const char *", "base_url") => "\"https://host.example\"".into(),
        ("const char *", _) => "\"x\"".into(),
        ("const uint8_t *", _) => "(const uint8_t *)\"{\"".into(),
        ("size_t", "length") => "1".into(),
        ("size_t *", _) => "&length".into(),
        ("void *", _) => "NULL".into(),
        ("libauth_sign_callback", _) => "no_signature".into(),
        (kind, _) if kind.ends_with("_callback") => "NULL".into(),
        ("size_t" | "int32_t" | "int64_t", _) => "1".into(),
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

fn table(source: &Source) -> String {
    let mut rows = String::new();
    for export in source.functions() {
        let pointers = export
            .parameters
            .iter()
            .filter(|parameter| parameter.is_pointer());
        for null in pointers {
            row(&mut rows, source, export, null);
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
        "#include \"fixtures.h\"\n\nstatic int32_t no_signature(void *context, const uint8_t *message, size_t length, uint8_t *signature, size_t capacity) {\n  (void)context, (void)message, (void)length, (void)signature, (void)capacity;\n  return -1;\n}\n\nint main(void) {\n  struct fixtures fx;\n  libauth_error *error = NULL;\n  size_t length = 0;\n  libauth_status status;\n  libauth_config *scratch = libauth_config_new(\"https://host.example\");\n  libauth_inbound *scratch_inbound = libauth_inbound_new(\"POST\", \"/any\");\n  fixtures_make(&fx, \"null\");\n",
    );
    program.push_str(&rows);
    program.push_str(
        "  (void)length;\n  (void)status;\n  fixtures_free(&fx);\n  libauth_config_free(scratch);\n  libauth_inbound_free(scratch_inbound);\n  return check_results();\n}\n",
    );
    program
}

fn row(rows: &mut String, source: &Source, export: &Function, null: &Parameter) {
    let is_free = export.name.ends_with("_free");
    let is_status = export.returns == "libauth_status" && export.name != "libauth_error_status";
    if is_status && null.name == "error" {
        return; // All pointers NULL, the error too, has a row of its own.
    }
    let argument = |p: &Parameter| {
        if p.name == null.name {
            "NULL".to_owned()
        } else {
            valid(source, p)
        }
    };
    let arguments: Vec<String> = export.parameters.iter().map(argument).collect();
    let call = format!("{}({})", export.name, arguments.join(", "));
    // What a setter finds wrong stays wrong: what handles are made from, and what they check, is another.
    let is_setter = ["config_set_", "config_add_", "inbound_add_", "inbound_set_"];
    let call = match is_setter
        .iter()
        .any(|start| export.name["libauth_".len()..].starts_with(start))
    {
        true => call
            .replace("fx.config", "scratch")
            .replace("fx.inbound", "scratch_inbound"),
        false => call,
    };
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
            writeln!(rows, "    status = {call};").unwrap();
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
                "    CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_NOT_SENT);"
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
        "void" => writeln!(rows, "  {call};").unwrap(),
        kind if export.name.ends_with("_new") || export.name.ends_with("_new_n") => {
            let name = kind.trim_end_matches(" *");
            writeln!(rows, "  {{\n    {name} *made = {call};\n    CHECK(made != NULL);\n    {name}_free(made);\n  }}").unwrap();
        }
        "libauth_status" => writeln!(rows, "  CHECK({call} == LIBAUTH_OK);").unwrap(),
        _ if null.name == "fallback" || is_optional(export, null) => {
            writeln!(rows, "  (void){call};").unwrap()
        }
        // The fallback comes back.
        _ if export.name.ends_with("_field_or") => {
            writeln!(rows, "  CHECK(strcmp({call}, \"x\") == 0);").unwrap()
        }
        _ if export.name.ends_with("_field_int64") => {
            writeln!(rows, "  CHECK({call} == 1);").unwrap()
        }
        kind if kind.ends_with('*') => writeln!(rows, "  CHECK({call} == NULL);").unwrap(),
        kind if kind.starts_with("size_t") => writeln!(rows, "  CHECK({call} == 0);").unwrap(),
        _ => writeln!(rows, "  CHECK({call} <= 0);").unwrap(),
    }
    if is_free || export.returns == "void" {
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
    let source = Source::read(suite::root());
    for (function, parameter) in OPTIONAL {
        let known = source.functions().any(|export| {
            let applies = function.starts_with("every ") || export.name == function;
            applies && export.parameters.iter().any(|p| p.name == parameter)
        });
        assert!(
            known,
            "{function} has no parameter {parameter}: the list of optional ones is out of date"
        );
    }
    let sandbox = sandbox::Sandbox::start();
    let installed = suite::Installed::new("null-table");
    let program_source = installed.dir().join("null_table.c");
    std::fs::write(&program_source, table(&source)).expect("the table can be written");
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
        &[program_source, c.join("fixtures.c")],
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
