//! No language falls behind: each suite has a test for every scenario of tests/languages/scenarios.txt.

use std::path::Path;

#[test]
fn every_suite_has_every_scenario() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(root.join("tests/languages/scenarios.txt"))
        .expect("the list can be read");
    let scenarios: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        scenarios.len() > 20,
        "only {} scenarios were found",
        scenarios.len()
    );
    for (language, folder) in [
        ("C", "tests/languages/c"),
        ("C++", "tests/languages/cpp"),
        ("Python", "bindings/python/tests"),
        ("Java", "bindings/java/src/test"),
    ] {
        let suite = sources(&root.join(folder));
        for scenario in &scenarios {
            let test = format!("scenario_{scenario}(");
            assert!(
                suite.contains(&test),
                "the suite of {language} in {folder} lacks {test})"
            );
        }
    }
}

fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.fold(String::new(), |mut text, entry| {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if let Ok(source) = std::fs::read_to_string(&path) {
            text.push_str(&source);
        }
        text
    })
}
