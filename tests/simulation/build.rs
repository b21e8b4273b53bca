//! Copies the rules that are shipped, and beside them once for each rule the same without it.

use std::path::{Path, PathBuf};

/// A name, the lines that are the rule, and what stands there without it.
const WITHOUT: [(&str, &str, &str); 6] = [
    (
        "without_jitter",
        "    early_ms - (early_ms as f64 / 10.0 * random) as i64\n",
        "    let _ = random;\n    early_ms\n",
    ),
    (
        "without_future",
        "        if age_ms < -CLOCKS_MS {\n            return None;\n        }\n",
        "",
    ),
    (
        "without_margin",
        "        Some(age_ms.saturating_add(margin_ms).max(0))\n",
        "        let _ = margin_ms;\n        Some(age_ms.max(0))\n",
    ),
    (
        "without_second_look",
        "                // rule: a second look, for a login that ended between the first and the lease\n                Step::Look\n",
        "                self.log_in(now_ms)\n",
    ),
    (
        "without_lease_end",
        "        if now_ms >= self.asked_ms.saturating_add(self.terms.lease_ms) {\n            return self.ask_for_lease(now_ms);\n        }\n",
        "        let _ = now_ms;\n",
    ),
    (
        "without_backoff",
        "        if early_ms > 0 {\n",
        "        if early_ms > i64::MAX - 1 {\n",
    ),
];

fn main() {
    let source = Path::new("../../src/fleet.rs");
    println!("cargo::rerun-if-changed={}", source.display());
    let text = std::fs::read_to_string(source).expect("the rules can be read");
    // Inner comments cannot stand in what is included.
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("//!"))
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(!text.contains("use "), "the rules import something");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("Cargo says where"));
    let write = |name: &str, text: &str| {
        let file = folder.join(name).with_extension("rs");
        std::fs::write(file, text).expect("a copy can be written");
    };
    write("shipped", &text);
    for (name, rule, instead) in WITHOUT {
        assert_eq!(
            text.matches(rule).count(),
            1,
            "{name}: the rule is not there"
        );
        write(name, &text.replace(rule, instead));
    }
}
