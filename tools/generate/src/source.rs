//! The exports of src/ffi, read once: what is not in this list is missing from everything alike.

use std::path::Path;

use quote::ToTokens;
use syn::{Attribute, BareFnArg, Expr, FnArg, Item, Lit, Meta, Pat, ReturnType, Stmt, Type};

/// The files of src/ffi with exports, in the order in which the header is read, with their headings.
pub const SECTIONS: [(&str, &str); 18] = [
    ("status", "Statuses"),
    ("answer", "Answers"),
    ("error", "Errors"),
    ("version", "The version at run time"),
    ("options", "Options of one call"),
    ("store", "Stores that processes share"),
    ("config", "Settings"),
    ("call", "Business calls"),
    ("http", "HTTP messages, for your own transport"),
    ("token", "Tokens"),
    ("inbound", "Messages received from a platform"),
    ("explain", "Explanations of signatures"),
    ("text", "Texts"),
    ("creditpay", "Credit Pay"),
    ("daxpay", "DaxPay"),
    ("openplatform", "The open platform"),
    ("redemption", "The voucher redemption system"),
    ("seller", "The marketplace seller API"),
];

/// What src/ffi exports, and the version of Cargo.toml.
pub struct Source {
    pub version: String,
    pub sections: Vec<Section>,
}

/// One file of src/ffi.
pub struct Section {
    pub heading: &'static str,
    /// The file's text, without its modules.
    pub text: String,
    pub constants: Vec<Constant>,
    pub aliases: Vec<Alias>,
    pub callbacks: Vec<Callback>,
    pub types: Vec<Opaque>,
    pub functions: Vec<Function>,
}

/// A number or a text with a name.
pub struct Constant {
    pub name: String,
    /// As C and Python write it.
    pub value: String,
    pub comment: String,
}

/// A set of constants: another name for a number.
pub struct Alias {
    pub name: String,
    pub of: String,
    pub comment: String,
}

/// A function of the user's.
pub struct Callback {
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub returns: String,
    pub comment: String,
}

/// A type of which C sees pointers alone.
pub struct Opaque {
    pub name: String,
    pub comment: String,
}

/// An exported function.
pub struct Function {
    pub name: String,
    pub parameters: Vec<Parameter>,
    /// The type as C spells it; `void` for none.
    pub returns: String,
    pub comment: String,
    /// Whether the body is the guard and nothing else.
    pub is_guarded: bool,
    /// Whether it is exported under its name.
    pub is_no_mangle: bool,
}

/// A parameter of a function.
pub struct Parameter {
    pub name: String,
    /// The type as C spells it, such as `const char *`.
    pub kind: String,
}

impl Parameter {
    pub fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }

    /// As C declares it.
    pub fn declaration(&self) -> String {
        declaration(&self.kind, &self.name)
    }
}

impl Function {
    /// As C declares it, on one line and without a semicolon.
    pub fn declaration(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(Parameter::declaration).collect();
        let listed = if parameters.is_empty() {
            "void".to_owned()
        } else {
            parameters.join(", ")
        };
        format!("{}({listed})", declaration(&self.returns, &self.name))
    }
}

fn declaration(kind: &str, name: &str) -> String {
    let gap = if kind.ends_with('*') { "" } else { " " };
    format!("{kind}{gap}{name}")
}

impl Source {
    /// Reads the repository at `root`.
    ///
    /// # Panics
    /// When src/ffi cannot be read, or has an export that C could not use.
    pub fn read(root: &Path) -> Source {
        let cargo =
            std::fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml can be read");
        let version = cargo
            .lines()
            .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
        let sections = SECTIONS.map(|(file, heading)| {
            let path = root.join("src/ffi").join(file).with_extension("rs");
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            section(heading, &text)
        });
        Source {
            version: version.expect("Cargo.toml has a version").to_owned(),
            sections: sections.into(),
        }
    }

    /// The exported functions in the order of the header.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.sections.iter().flat_map(|section| &section.functions)
    }

    /// The sets of constants.
    pub fn aliases(&self) -> impl Iterator<Item = &Alias> {
        self.sections.iter().flat_map(|section| &section.aliases)
    }

    /// The types in the order of the header.
    pub fn types(&self) -> impl Iterator<Item = &Opaque> {
        self.sections.iter().flat_map(|section| &section.types)
    }

    /// What a name for a number stands for; other types as they are.
    pub fn resolved<'a>(&'a self, kind: &'a str) -> &'a str {
        self.aliases()
            .find(|alias| alias.name == kind)
            .map_or(kind, |alias| &alias.of)
    }

    /// Major, minor and patch.
    pub fn version_parts(&self) -> [u32; 3] {
        let mut parts = self
            .version
            .split('.')
            .map(|part| part.parse().expect("a version has three numbers"));
        std::array::from_fn(|_| parts.next().expect("a version has three numbers"))
    }

    /// The constants that every language has, in the order of the header; those of the version come first.
    pub fn constants(&self) -> Vec<(String, String)> {
        let [major, minor, patch] = self.version_parts();
        let number = major * 10_000 + minor * 100 + patch;
        let mut constants = vec![
            (
                "LIBAUTH_VERSION".to_owned(),
                format!("\"{}\"", self.version),
            ),
            ("LIBAUTH_VERSION_MAJOR".to_owned(), major.to_string()),
            ("LIBAUTH_VERSION_MINOR".to_owned(), minor.to_string()),
            ("LIBAUTH_VERSION_PATCH".to_owned(), patch.to_string()),
            ("LIBAUTH_VERSION_NUMBER".to_owned(), number.to_string()),
        ];
        let others = self.sections.iter().flat_map(|section| &section.constants);
        constants.extend(others.map(|constant| (constant.name.clone(), constant.value.clone())));
        constants
    }
}

fn section(heading: &'static str, text: &str) -> Section {
    let mut section = Section {
        heading,
        text: text.to_owned(),
        constants: Vec::new(),
        aliases: Vec::new(),
        callbacks: Vec::new(),
        types: Vec::new(),
        functions: Vec::new(),
    };
    for item in syn::parse_file(text)
        .expect("a file of src/ffi parses")
        .items
    {
        match item {
            Item::Const(item) if is_public(&item.vis) => section.constants.push(Constant {
                name: item.ident.to_string(),
                value: literal(&item.expr),
                comment: comment(&item.attrs),
            }),
            Item::Type(item) if is_public(&item.vis) => match callback(&item.ty) {
                Some((parameters, returns)) => section.callbacks.push(Callback {
                    name: item.ident.to_string(),
                    parameters,
                    returns,
                    comment: comment(&item.attrs),
                }),
                None => section.aliases.push(Alias {
                    name: item.ident.to_string(),
                    of: c_type(&item.ty),
                    comment: comment(&item.attrs),
                }),
            },
            Item::Struct(item) if is_public(&item.vis) => section.types.push(Opaque {
                name: item.ident.to_string(),
                comment: comment(&item.attrs),
            }),
            Item::Fn(item) if item.sig.abi.is_some() => section.functions.push(Function {
                name: item.sig.ident.to_string(),
                parameters: item.sig.inputs.iter().map(parameter).collect(),
                returns: returned(&item.sig.output),
                comment: comment(&item.attrs),
                is_guarded: is_guarded(&item.block.stmts),
                is_no_mangle: item
                    .attrs
                    .iter()
                    .any(|one| tokens(&one.meta).contains("no_mangle")),
            }),
            _ => {}
        }
    }
    section
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn literal(value: &Expr) -> String {
    match value {
        Expr::Lit(literal) => tokens(literal),
        _ => panic!("{} is no literal", tokens(value)),
    }
}

/// The `///` lines, without the space each begins with.
fn comment(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| {
        let Meta::NameValue(doc) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(syn::ExprLit {
            lit: Lit::Str(line),
            ..
        }) = &doc.value
        else {
            return None;
        };
        doc.path.is_ident("doc").then(|| line.value())
    };
    let lines: Vec<String> = attributes.iter().filter_map(line).collect();
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.join("\n")
}

fn is_guarded(body: &[Stmt]) -> bool {
    match body {
        [Stmt::Macro(only)] => only.mac.path.is_ident("guard"),
        [Stmt::Expr(Expr::Macro(only), None)] => only.mac.path.is_ident("guard"),
        _ => false,
    }
}

/// Parameters and result of an `Option<unsafe extern "C" fn(…)>`.
fn callback(kind: &Type) -> Option<(Vec<Parameter>, String)> {
    let Type::Path(path) = kind else { return None };
    let option = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Option")?;
    let syn::PathArguments::AngleBracketed(inside) = &option.arguments else {
        return None;
    };
    let Some(syn::GenericArgument::Type(Type::BareFn(function))) = inside.args.first() else {
        return None;
    };
    let parameter = |argument: &BareFnArg| Parameter {
        name: argument
            .name
            .as_ref()
            .expect("a callback's parameters have names")
            .0
            .to_string(),
        kind: c_type(&argument.ty),
    };
    Some((
        function.inputs.iter().map(parameter).collect(),
        returned(&function.output),
    ))
}

fn returned(output: &ReturnType) -> String {
    match output {
        ReturnType::Default => "void".to_owned(),
        ReturnType::Type(_, kind) => c_type(kind),
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
        other => match tokens(other).as_str() {
            "c_char" => "char".to_owned(),
            "c_void" => "void".to_owned(),
            "usize" => "size_t".to_owned(),
            "u8" => "uint8_t".to_owned(),
            "i32" => "int32_t".to_owned(),
            "i64" => "int64_t".to_owned(),
            name if name.starts_with("libauth_") => name.to_owned(),
            name => panic!("{name} is no type of the C ABI"),
        },
    }
}

fn tokens(of: &impl ToTokens) -> String {
    of.to_token_stream().to_string().replace(' ', "")
}
