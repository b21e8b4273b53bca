//! What is inside: the list of components (CycloneDX) and their licences, read from cargo's own graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::say::{Result, at, output};
use crate::targets::Target;
use crate::tree;

/// The crates that are linked into the library and the command, by their id.
struct Graph {
    packages: BTreeMap<String, Value>,
    needs: BTreeMap<String, BTreeSet<String>>,
}

/// Writes `libauth.cdx.json` and `THIRD-PARTY.txt` of a target into a folder.
pub fn write(target: &Target, time: u64, to: &Path) -> Result<String> {
    let graph = graph(target.triple)?;
    let parts = components(&graph)?;
    let bom = bom(&graph, &parts, time);
    let text = serde_json::to_string_pretty(&bom).map_err(|e| e.to_string())? + "\n";
    tree::write(&to.join("libauth.cdx.json"), text.as_bytes())?;
    tree::write(&to.join("THIRD-PARTY.txt"), licences(&parts)?.as_bytes())?;
    Ok(format!("{} components", parts.len()))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn graph(triple: &str) -> Result<Graph> {
    let mut cargo = Command::new(tools::cargo());
    cargo.current_dir(tools::root());
    cargo.args([
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        triple,
    ]);
    let said: Value = serde_json::from_str(&output(&mut cargo)?).map_err(|e| e.to_string())?;
    let all: BTreeMap<String, Value> = list(&said, "packages")
        .map(|package| (text(package, "id").to_owned(), package.clone()))
        .collect();
    let mut nodes = BTreeMap::new();
    for node in list(&said["resolve"], "nodes") {
        // What is linked in: neither built with nor tested with.
        let needs: BTreeSet<String> = list(node, "deps")
            .filter(|dep| list(dep, "dep_kinds").any(|kind| kind["kind"].is_null()))
            .map(|dep| text(dep, "pkg").to_owned())
            .collect();
        nodes.insert(text(node, "id").to_owned(), needs);
    }
    let mut open: Vec<String> = all
        .values()
        .filter(|package| ["libauth-c", "libauth-cli"].contains(&text(package, "name")))
        .map(|package| text(package, "id").to_owned())
        .collect();
    let mut graph = Graph {
        packages: BTreeMap::new(),
        needs: BTreeMap::new(),
    };
    while let Some(id) = open.pop() {
        if graph.packages.contains_key(&id) {
            continue;
        }
        let package = all
            .get(&id)
            .ok_or_else(|| format!("cargo metadata has no {id}"))?;
        // Macros run in the compiler and are not linked in.
        if list(package, "targets")
            .any(|target| list(target, "kind").any(|kind| kind == "proc-macro"))
        {
            continue;
        }
        let needs = nodes.get(&id).cloned().unwrap_or_default();
        open.extend(needs.iter().cloned());
        graph.packages.insert(id.clone(), package.clone());
        graph.needs.insert(id, needs);
    }
    Ok(graph)
}

/// The crates of others.
fn components(graph: &Graph) -> Result<Vec<&Value>> {
    let mut parts: Vec<&Value> = graph
        .packages
        .values()
        .filter(|package| !package["source"].is_null())
        .collect();
    parts.sort_by_key(|package| (text(package, "name"), text(package, "version")));
    match parts
        .iter()
        .find(|package| text(package, "license").is_empty())
    {
        Some(package) => Err(format!(
            "the crate {} names no licence",
            text(package, "name")
        )),
        None => Ok(parts),
    }
}

fn reference(package: &Value) -> String {
    format!(
        "pkg:cargo/{}@{}",
        text(package, "name"),
        text(package, "version")
    )
}

fn bom(graph: &Graph, parts: &[&Value], time: u64) -> Value {
    let shown: Vec<Value> = parts
        .iter()
        .map(|package| {
            json!({
                "type": "library",
                "bom-ref": reference(package),
                "name": text(package, "name"),
                "version": text(package, "version"),
                "scope": "required",
                // Cargo's old way of writing OR.
                "licenses": [{"expression": text(package, "license").replace('/', " OR ").replace("  ", " ")}],
                "purl": reference(package),
            })
        })
        .collect();
    let of = |id: &String| {
        let package = &graph.packages[id];
        if package["source"].is_null() {
            format!("libauth:{}", text(package, "name"))
        } else {
            reference(package)
        }
    };
    let mut dependencies: Vec<(String, Vec<String>)> = graph
        .needs
        .iter()
        .map(|(id, needs)| {
            let mut on: Vec<String> = needs
                .iter()
                .filter(|id| graph.packages.contains_key(*id))
                .map(of)
                .collect();
            on.sort();
            (of(id), on)
        })
        .collect();
    dependencies.sort();
    let own: Vec<Value> = dependencies
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("libauth:"))
        .map(|name| {
            json!({"type": "library", "bom-ref": format!("libauth:{name}"), "name": name, "version": tools::VERSION,
                "licenses": [{"expression": "MIT OR Apache-2.0"}]})
        })
        .collect();
    let dependencies: Vec<Value> = dependencies
        .iter()
        .map(|(name, on)| json!({"ref": name, "dependsOn": on}))
        .collect();
    let time = i64::try_from(time).unwrap_or_default();
    let made = time::OffsetDateTime::from_unix_timestamp(time)
        .ok()
        .and_then(|time| {
            time.format(&time::format_description::well_known::Rfc3339)
                .ok()
        });
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": made,
            "component": {
                "type": "library",
                "bom-ref": format!("pkg:cargo/libauth-dist@{}", tools::VERSION),
                "name": "libauth",
                "version": tools::VERSION,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
        },
        "components": own.into_iter().chain(shown).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

/// The licences of all components, as each crate carries them.
fn licences(parts: &[&Value]) -> Result<String> {
    let mut all =
        String::from("libauth contains the following components under these licences.\n\n");
    for package in parts {
        let _ = writeln!(
            all,
            "  {} {}: {}",
            text(package, "name"),
            text(package, "version"),
            text(package, "license")
        );
    }
    all += "  Rust's standard library: MIT OR Apache-2.0\n";
    all += "  LLVM's libunwind, from zig: Apache-2.0 WITH LLVM-exception\n";
    // One text is often shared by many.
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in parts {
        let manifest = Path::new(text(package, "manifest_path"));
        let folder = manifest.parent().unwrap_or(manifest);
        let mut files: Vec<_> = fs::read_dir(folder)
            .map_err(at(folder))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file() && is_licence(path))
            .collect();
        files.sort();
        for file in files {
            let text_of =
                String::from_utf8_lossy(&fs::read(&file).map_err(at(&file))?).replace('\r', "");
            let names = texts.entry(text_of.trim().to_owned()).or_default();
            names.insert(format!(
                "{} {}",
                text(package, "name"),
                text(package, "version")
            ));
        }
    }
    let mut texts: Vec<(String, BTreeSet<String>)> = texts.into_iter().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    for (text, names) in texts {
        let names: Vec<String> = names.into_iter().collect();
        let _ = write!(
            all,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(79),
            names.join(", ")
        );
    }
    Ok(all)
}

fn is_licence(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_uppercase();
    [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "NOTICE",
        "UNLICENSE",
        "COPYRIGHT",
    ]
    .iter()
    .any(|word| name.starts_with(word))
}
