//! The shape of `src/`, drawn from its imports: they go down the floors, never up, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::languages::suite::root;

/// The floors from the ground up. A file imports from lower floors, and from its own without a circle.
/// A folder stands for all that is in it.
const FLOORS: &[&str] = &[
    "hex json secret clock log random per_process os",
    "http answer envelope error",
    "statistics replay inbound config options call token store fleet",
    "codings proxy resolve connection tls line transport",
    "client",
    "signing",
    "explain",
    "providers",
    "ffi",
    "lib",
];

/// Files of a floor that know nothing but the floors below what is named here: `signing` is pure.
const PURE: &[(&str, &str)] = &[
    ("signing", "hex json secret random error"),
    ("explain", "hex json secret error signing"),
];

/// Arrows that are known to be wrong and are to go.
const TO_GO: &[(&str, &str)] = &[];

type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_import_goes_up_the_floors() {
    let arrows = drawn();
    let wrong: Vec<String> = all(&arrows)
        .filter_map(|(from, to)| {
            let floor = |module: &str| {
                floor_of(module)
                    .unwrap_or_else(|| panic!("src/{module} has no floor: name it in FLOORS"))
            };
            (floor(to) > floor(from)).then(|| format!("{from} imports {to}, which is above it"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_imports_form_a_circle() {
    let circle = circle_in(&drawn());
    assert!(
        circle.is_none(),
        "{}",
        circle.unwrap_or_default().join(" imports ")
    );
}

const PLATFORMS: [&str; 5] = [
    "creditpay",
    "daxpay",
    "openplatform",
    "redemption",
    "seller",
];

/// Strings to sign have names, and so have the mistakes in them; what lies below is the same for all platforms.
#[test]
fn nothing_below_signing_knows_a_platform_by_name() {
    let mut looked_at = 0;
    for (module, file) in rust_files(&root().join("src")) {
        let module = if module.is_empty() { "lib" } else { &module };
        if floor_of(module) >= floor_of("signing") {
            continue;
        }
        let code = code_of(&file).to_lowercase();
        for name in PLATFORMS {
            assert!(!code.contains(name), "{module} knows {name}");
        }
        looked_at += 1;
    }
    assert!(looked_at > 20, "only {looked_at} files");
}

#[test]
fn platforms_do_not_know_each_other() {
    let platform = |module: &str| -> Option<String> {
        let mut parts = module.split("::");
        let is_below = parts.next() == Some("providers");
        let name = parts.next().filter(|_| is_below)?;
        PLATFORMS.contains(&name).then(|| name.to_owned())
    };
    for (from, to) in all(&drawn()) {
        let (Some(a), Some(b)) = (platform(from), platform(to)) else {
            continue;
        };
        assert_eq!(a, b, "{from} imports {to}");
    }
}

#[test]
fn signing_and_explaining_are_pure() {
    for (from, to) in all(&drawn()) {
        for (folder, allowed) in PURE {
            let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
            let is_fine = top(from) != *folder
                || top(to) == *folder
                || allowed.split(' ').any(|name| name == top(to));
            assert!(is_fine, "{from} imports {to}");
        }
    }
}

#[test]
fn the_sandbox_does_not_reach_into_the_library() {
    let sandbox = root().join("tests/sandbox");
    let manifest = std::fs::read_to_string(sandbox.join("Cargo.toml")).unwrap();
    assert!(
        !manifest
            .lines()
            .any(|line| line.starts_with("libauth ") || line.contains("path = \"../..")),
        "{manifest}"
    );
    for (_, file) in rust_files(&sandbox) {
        let code = code_of(&file);
        for reach in ["auth::", "extern crate auth", "../../../src", "../../src"] {
            let found = code.match_indices(reach).any(|(at, _)| {
                !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
            });
            assert!(!found, "the sandbox has {reach}");
        }
    }
}

/// A program that a test starts is told so by a variable, and has nothing to do without it.
#[test]
fn no_test_is_switched_off() {
    for folder in ["src", "tests", "tools", "bindings/cli"] {
        for (module, file) in rust_files(&root().join(folder)) {
            let is_off = file.lines().any(|line| line.trim().starts_with("#[ignore"));
            assert!(!is_off, "{folder}: {module} has a test that is ignored");
        }
    }
}

#[test]
fn circles_and_arrows_are_seen() {
    let modules = BTreeSet::from(["a".to_owned(), "b".to_owned(), "b::c".to_owned()]);
    let imports = |module: &str, code: &str| imported(&modules, module, code);
    assert_eq!(
        imports("a", "use crate::b::{c::X, Y};"),
        BTreeSet::from(["b".to_owned(), "b::c".to_owned()])
    );
    assert_eq!(
        imports("b::c", "fn f() { super::super::a::g() }"),
        BTreeSet::from(["a".to_owned()])
    );
    assert_eq!(
        imports("a", "use crate::{b::c, b::Z};"),
        BTreeSet::from(["b".to_owned(), "b::c".to_owned()])
    );
    let arrows = Arrows::from([
        ("a".to_owned(), imports("a", "crate::b::c::X")),
        ("b::c".to_owned(), imports("b::c", "use crate::a::Y;")),
    ]);
    assert!(circle_in(&arrows).is_some());
}

fn floor_of(module: &str) -> Option<usize> {
    let top = module.split("::").next()?;
    FLOORS
        .iter()
        .position(|floor| floor.split(' ').any(|name| name == top))
}

fn all(arrows: &Arrows) -> impl Iterator<Item = (&str, &str)> {
    arrows
        .iter()
        .flat_map(|(from, to)| to.iter().map(|to| (from.as_str(), to.as_str())))
}

/// Who imports whom in `src/`.
fn drawn() -> Arrows {
    let files = rust_files(&root().join("src"));
    let modules: BTreeSet<String> = files.iter().map(|(module, _)| module.clone()).collect();
    assert!(modules.len() > 30, "src/ was not found");
    let imports = |(module, file): &(String, String)| {
        // What a folder's own mod.rs has in it are its files, which it names and gives on.
        let is_folder = modules
            .iter()
            .any(|other| other.starts_with(&format!("{module}::")));
        let mut to = imported(&modules, module, &code_of(file));
        if is_folder || module == "lib" {
            to.retain(|to| !to.starts_with(&format!("{module}::")) && module != "lib");
        }
        to.retain(|to| !TO_GO.contains(&(module.as_str(), to.as_str())));
        (module.clone(), to)
    };
    files.iter().map(imports).collect()
}

/// Every Rust file below a folder: the path of its module, and its text.
fn rust_files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(folder).unwrap().with_extension("");
                let parts: Vec<_> = relative
                    .iter()
                    .map(|part| part.to_str().unwrap())
                    .filter(|part| *part != "mod")
                    .collect();
                found.push((parts.join("::"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Without comments, and without the unit tests at the end.
fn code_of(file: &str) -> String {
    let code = file
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The files that a file names by `crate::…` or `super::…`.
fn imported(modules: &BTreeSet<String>, module: &str, code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut starts: Vec<(usize, Vec<String>)> = code
        .match_indices("crate::")
        .map(|(at, found)| (at + found.len(), Vec::new()))
        .collect();
    for (at, text) in code.match_indices("super::") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let (mut at, mut parts) = (
            at,
            module.split("::").map(str::to_owned).collect::<Vec<_>>(),
        );
        while code[at..].starts_with(text) {
            at += text.len();
            parts.pop();
        }
        starts.push((at, parts));
    }
    for (at, parts) in starts {
        follow(modules, &parts, &code[at..], &mut found);
    }
    found.remove(module);
    found
}

/// Follows a path, into its braces, and notes the file that each of its ends is in.
fn follow<'a>(
    modules: &BTreeSet<String>,
    above: &[String],
    mut code: &'a str,
    found: &mut BTreeSet<String>,
) -> &'a str {
    let mut parts = above.to_vec();
    loop {
        code = code.trim_start();
        if let Some(inner) = code.strip_prefix('{') {
            code = inner;
            loop {
                code = follow(modules, &parts, code, found).trim_start();
                match code.strip_prefix(',') {
                    Some(rest) => code = rest,
                    None => return code.strip_prefix('}').unwrap_or(code),
                }
            }
        }
        let end = code
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(code.len());
        parts.push(code[..end].to_owned());
        code = &code[end..];
        match code.strip_prefix("::") {
            Some(rest) => code = rest,
            None => break,
        }
    }
    let nearest = (1..=parts.len())
        .rev()
        .map(|length| parts[..length].join("::"))
        .find(|path| modules.contains(path));
    found.extend(nearest);
    // `name as other`.
    let end = code
        .find([',', '}', ';', '(', ')', '\n', '{'])
        .unwrap_or(code.len());
    &code[end..]
}

/// Files that import each other, in order, if there are any.
fn circle_in(arrows: &Arrows) -> Option<Vec<String>> {
    fn visit(
        arrows: &Arrows,
        at: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|before| before == at) {
            let mut circle = way[start..].to_vec();
            circle.push(at.to_owned());
            return Some(circle);
        }
        if !done.insert(at.to_owned()) {
            return None;
        }
        way.push(at.to_owned());
        for next in arrows.get(at).into_iter().flatten() {
            if let Some(circle) = visit(arrows, next, way, done) {
                return Some(circle);
            }
        }
        way.pop();
        None
    }
    let mut done = BTreeSet::new();
    arrows
        .keys()
        .find_map(|start| visit(arrows, start, &mut Vec::new(), &mut done))
}
