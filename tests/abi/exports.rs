//! Every exported function, read from the source of src/ffi: what is not in this list cannot be
//! missing from a table that is made of it.

#![allow(dead_code)]

use std::path::Path;

use syn::{FnArg, Item, Pat, ReturnType, Stmt, Type};

/// An exported function.
pub struct Export {
    pub name: String,
    pub parameters: Vec<Parameter>,
    /// The return type as C spells it; empty for none.
    pub returns: String,
    pub has_comment: bool,
    /// Whether the body is the guard and nothing else.
    pub is_guarded: bool,
    pub is_no_mangle: bool,
}

/// A parameter of an exported function.
pub struct Parameter {
    pub name: String,
    /// The type as C spells it, such as `const char *`.
    pub kind: String,
}

impl Parameter {
    pub fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }
}

/// The exported functions of src/ffi, in the order of file names and lines.
pub fn exports() -> Vec<Export> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    let entries = std::fs::read_dir(folder).expect("src/ffi can be listed");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("src/ffi can be listed").path())
        .collect();
    files.sort();
    files.iter().flat_map(|file| exports_of(file)).collect()
}

fn exports_of(file: &Path) -> Vec<Export> {
    let source = std::fs::read_to_string(file).expect("a source file can be read");
    let items = syn::parse_file(&source)
        .expect("a source file parses")
        .items;
    let functions = items.into_iter().filter_map(|item| match item {
        Item::Fn(function) if function.sig.abi.is_some() => Some(function),
        _ => None,
    });
    functions
        .map(|function| {
            let text = |attribute: &syn::Attribute| quote(&attribute.meta);
            Export {
                name: function.sig.ident.to_string(),
                parameters: function.sig.inputs.iter().map(parameter).collect(),
                returns: match &function.sig.output {
                    ReturnType::Default => String::new(),
                    ReturnType::Type(_, kind) => c_type(kind),
                },
                has_comment: function
                    .attrs
                    .iter()
                    .any(|attribute| attribute.path().is_ident("doc")),
                is_guarded: is_guarded(&function.block.stmts),
                is_no_mangle: function
                    .attrs
                    .iter()
                    .any(|attribute| text(attribute).contains("no_mangle")),
            }
        })
        .collect()
}

fn is_guarded(body: &[Stmt]) -> bool {
    match body {
        [Stmt::Macro(only)] => only.mac.path.is_ident("guard"),
        [Stmt::Expr(syn::Expr::Macro(only), None)] => only.mac.path.is_ident("guard"),
        _ => false,
    }
}

fn parameter(argument: &FnArg) -> Parameter {
    let FnArg::Typed(typed) = argument else {
        panic!("an exported function has no self")
    };
    let Pat::Ident(name) = &*typed.pat else {
        panic!("a parameter has a plain name")
    };
    Parameter {
        name: name.ident.to_string(),
        kind: c_type(&typed.ty),
    }
}

fn c_type(kind: &Type) -> String {
    match kind {
        Type::Ptr(pointer) => {
            let target = c_type(&pointer.elem);
            let constant = if pointer.const_token.is_some() {
                "const "
            } else {
                ""
            };
            format!("{constant}{target} *").replace("* *", "**")
        }
        other => match quote(other).as_str() {
            "c_char" => "char".to_owned(),
            "c_void" => "void".to_owned(),
            "usize" => "size_t".to_owned(),
            "u8" => "uint8_t".to_owned(),
            "i32" => "int32_t".to_owned(),
            "i64" => "int64_t".to_owned(),
            name => name.to_owned(),
        },
    }
}

fn quote(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
