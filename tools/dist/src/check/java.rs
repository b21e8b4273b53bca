//! The jar in a Maven project that has nothing but it, on every JDK that is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tried;
use super::archive::{sandbox, whole};
use crate::jar;
use crate::say::{Result, at, output};
use crate::tree;

pub fn check(tried: &Tried) -> Result<String> {
    let folder = tried.folder("jar")?;
    // The project that users begin from, away from the repository; the artifact comes from a Maven repository of its own.
    let source = tools::root().join("bindings/java/quickstart");
    for name in tree::tracked("bindings/java/quickstart")? {
        tree::copy_making_folders(&source.join(&name), &folder.join(&name))?;
    }
    let repository = format!("-Dmaven.repo.local={}", tried.work.join("m2").display());
    let files = jar::files(tried.out);
    let mut install = Command::new("mvn");
    install.current_dir(&folder).args(["-q", &repository]);
    install.arg("org.apache.maven.plugins:maven-install-plugin:3.1.4:install-file");
    install.arg(format!("-Dfile={}", files[0].display()));
    install.arg(format!("-DpomFile={}", files[3].display()));
    output(&mut install)?;
    let sandbox = sandbox(tried)?;
    let mut versions = Vec::new();
    for (version, home) in jdks()? {
        let mut maven = Command::new("mvn");
        maven
            .current_dir(&folder)
            .env("JAVA_HOME", &home)
            .env_remove("LIBAUTH_LIBRARY");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(home.join("bin")).chain(std::env::split_paths(&path));
        maven.env("PATH", std::env::join_paths(all).unwrap_or(path.clone()));
        maven.args(["-q", &repository, "clean", "compile", "exec:exec"]);
        whole(&output(sandbox.visit(&mut maven)).map_err(|e| format!("JDK {version}: {e}"))?)?;
        versions.push(version);
    }
    Ok(format!("quickstart on JDK {}", versions.join(", ")))
}

/// The JDKs of the system by their version.
fn jdks() -> Result<Vec<(String, PathBuf)>> {
    let folder = Path::new("/usr/lib/jvm");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let home = fs::canonicalize(entry.map_err(at(folder))?.path()).unwrap_or_default();
        let release = fs::read_to_string(home.join("release")).unwrap_or_default();
        let version = release
            .lines()
            .find_map(|line| line.strip_prefix("JAVA_VERSION="));
        if let (Some(version), true) = (version, home.join("bin/javac").exists()) {
            found.insert(home, version.trim_matches('"').to_owned());
        }
    }
    if found.is_empty() {
        return Err("there is no JDK in /usr/lib/jvm".to_owned());
    }
    Ok(found
        .into_iter()
        .map(|(home, version)| (version, home))
        .collect())
}
