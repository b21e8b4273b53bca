//! What the bindings take from the exports: Python's tables, Java's declarations, C++'s list of owners.

use std::fmt::Write;

use crate::source::{Callback, Function, Parameter, Source};

/// The list of exported symbols, as a version script for the linker.
pub fn symbols(source: &Source) -> String {
    let [major, minor, _] = source.version_parts();
    let mut names: Vec<&str> = source
        .functions()
        .map(|function| function.name.as_str())
        .collect();
    names.sort_unstable();
    let mut text = String::from(
        "# What libauth.so exports. Generated from src/ffi (cargo run -p tools -- generate); do not edit.\n",
    );
    write!(text, "LIBAUTH_{major}.{minor} {{\n  global:\n").unwrap();
    for name in names {
        writeln!(text, "    {name};").unwrap();
    }
    text.push_str("  local:\n    *;\n};\n");
    text
}

/// bindings/python/src/libauth/_header.py. Sets of constants are what they stand for; a status stays one.
pub fn python(source: &Source) -> String {
    let mut text = String::from(
        "\"\"\"The functions and constants of libauth.h. Generated from src/ffi (cargo run -p tools -- generate); do not edit.\"\"\"\n\nfrom __future__ import annotations\n\nfrom typing import Dict, Tuple, Union\n\nCONSTANTS: Dict[str, Union[int, str]] = {\n",
    );
    for (name, value) in source.constants() {
        writeln!(text, "    \"{name}\": {value},").unwrap();
    }
    text.push_str("}\n\n# Name, result, parameters.\nCALLBACKS: Tuple[Tuple[str, str, Tuple[str, ...]], ...] = (\n");
    for callback in source
        .sections
        .iter()
        .flat_map(|section| &section.callbacks)
    {
        python_row(
            &mut text,
            source,
            &callback.name,
            &callback.returns,
            &callback.parameters,
        );
    }
    text.push_str(")\n\n# Name, result, parameters.\nFUNCTIONS: Tuple[Tuple[str, str, Tuple[str, ...]], ...] = (\n");
    for function in source.functions() {
        python_row(
            &mut text,
            source,
            &function.name,
            &function.returns,
            &function.parameters,
        );
    }
    text.push_str(")\n");
    text
}

fn python_row(
    text: &mut String,
    source: &Source,
    name: &str,
    returns: &str,
    parameters: &[Parameter],
) {
    let shown = |kind: &str| match kind {
        "libauth_status" => format!("\"{kind}\""),
        other => format!("\"{}\"", source.resolved(other)),
    };
    let listed: Vec<String> = parameters
        .iter()
        .map(|parameter| shown(&parameter.kind))
        .collect();
    let comma = if listed.len() == 1 { "," } else { "" };
    writeln!(
        text,
        "    (\"{name}\", {}, ({}{comma})),",
        shown(returns),
        listed.join(", ")
    )
    .unwrap();
}

/// bindings/java/src/main/java/libauth/Lib.java.
///
/// # Panics
/// For a type that Java has no counterpart for.
pub fn java(source: &Source) -> String {
    let mut text = String::from(
        "package libauth;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;

/**
 * The functions of {@code libauth.h}, as they are there; bound by {@link Library}. Texts and bytes go in as
 * {@code byte[]} and come out as pointers; outputs are written into a {@code byte[]} of their width; a
 * {@code size_t} is a {@code Pointer}, as wide as one on every platform. Generated from src/ffi (cargo run -p tools --
 * generate); do not edit.
 */
final class Lib {
    private Lib() {}
",
    );
    for callback in source
        .sections
        .iter()
        .flat_map(|section| &section.callbacks)
    {
        text.push_str(&java_callback(source, callback));
    }
    for section in source
        .sections
        .iter()
        .filter(|section| !section.functions.is_empty())
    {
        write!(text, "\n    // {}.\n", section.heading).unwrap();
        for function in &section.functions {
            text.push_str(&java_function(source, function));
        }
    }
    text.push_str("}\n");
    text
}

fn java_callback(source: &Source, callback: &Callback) -> String {
    let name = callback
        .name
        .trim_start_matches("libauth_")
        .trim_end_matches("_callback");
    let name = capitalized(&camel(name));
    let parameters = callback.parameters.iter().map(|parameter| {
        // What C lends to a callback comes as a pointer.
        let kind = if parameter.is_pointer() {
            "Pointer"
        } else {
            java_type(source, &parameter.kind)
        };
        format!("{kind} {}", camel(&parameter.name))
    });
    let parameters: Vec<String> = parameters.collect();
    let returns = java_returned(source, &callback.returns);
    format!(
        "\n    interface {name}Callback extends Callback {{\n        {returns} invoke({});\n    }}\n",
        parameters.join(", ")
    )
}

fn java_function(source: &Source, function: &Function) -> String {
    let parameters = function.parameters.iter();
    let parameters =
        parameters.map(|one| format!("{} {}", java_type(source, &one.kind), camel(&one.name)));
    let parameters: Vec<String> = parameters.collect();
    let start = format!(
        "    static native {} {}(",
        java_returned(source, &function.returns),
        function.name
    );
    let line = format!("{start}{});\n", parameters.join(", "));
    if line.len() <= 121 {
        return line;
    }
    let mut text = start;
    let mut width = 121;
    for (i, parameter) in parameters.iter().enumerate() {
        let end = if i + 1 == parameters.len() { ");" } else { "," };
        if width + parameter.len() + end.len() + 1 > 120 {
            text.push_str("\n            ");
            width = 12;
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(parameter);
        text.push_str(end);
        width += parameter.len() + end.len();
    }
    text.push('\n');
    text
}

fn java_returned<'a>(source: &'a Source, kind: &'a str) -> &'a str {
    match kind {
        "void" => "void",
        kind if kind.ends_with('*') => "Pointer",
        kind => java_type(source, kind),
    }
}

fn java_type<'a>(source: &'a Source, kind: &'a str) -> &'a str {
    match source.resolved(kind) {
        "int32_t" => "int",
        "int64_t" => "long",
        "size_t" | "void *" => "Pointer",
        "const char *" | "const uint8_t *" | "uint8_t *" | "size_t *" => "byte[]",
        kind if kind.ends_with("**") => "byte[]",
        kind if kind.starts_with("libauth_") && kind.ends_with("_callback") => {
            java_callback_name(kind)
        }
        kind if kind.trim_start_matches("const ").starts_with("libauth_") => "Pointer",
        kind => panic!("Java has no counterpart for {kind}"),
    }
}

/// What an interface for a callback is called.
fn java_callback_name(kind: &str) -> &'static str {
    match kind {
        "libauth_cancel_callback" => "CancelCallback",
        "libauth_log_callback" => "LogCallback",
        "libauth_clock_callback" => "ClockCallback",
        "libauth_store_get_callback" => "StoreGetCallback",
        "libauth_store_add_callback" => "StoreAddCallback",
        "libauth_store_replace_callback" => "StoreReplaceCallback",
        "libauth_store_remove_callback" => "StoreRemoveCallback",
        "libauth_sign_callback" => "SignCallback",
        kind => panic!("Java has no name for {kind}"),
    }
}

fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capitalized(word))
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

/// The lines between the markers in include/libauth.hpp: how each type of the C library ends.
pub fn owners(source: &Source) -> String {
    let functions: Vec<&str> = source
        .functions()
        .map(|function| function.name.as_str())
        .collect();
    let mut types: Vec<&str> = source.types().map(|one| one.name.as_str()).collect();
    types.sort_unstable();
    let mut text = String::new();
    for name in types {
        let free = format!("{name}_free");
        assert!(functions.contains(&free.as_str()), "nothing frees a {name}");
        writeln!(
            text,
            "inline void end({name}* one) noexcept {{ {free}(one); }}"
        )
        .unwrap();
    }
    text
}
