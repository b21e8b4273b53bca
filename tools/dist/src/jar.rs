//! The jar with the libraries of all machines that JNA runs on, its sources and its reference. Maven packs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::say::{Result, output};
use crate::steps::built;
use crate::targets::Target;
use crate::tree;

/// The jar first, then its companions and the description that Maven wants.
pub fn files(out: &Path) -> Vec<PathBuf> {
    [".jar", "-sources.jar", "-javadoc.jar", ".pom"]
        .map(|end| out.join(format!("libauth-{}{end}", tools::VERSION)))
        .into()
}

/// Packs what was built for these targets.
pub fn make(targets: &[&Target], work: &Path, stage: &Path, out: &Path) -> Result<String> {
    tree::fresh(stage)?;
    let natives = stage.join("natives");
    let mut names = Vec::new();
    for target in targets {
        if let Some(name) = target.jna {
            let to = natives.join(name).join(target.library());
            tree::copy_making_folders(&built(work, target).join(target.library()), &to)?;
            names.push(name);
        }
    }
    let project = tools::root().join("bindings/java");
    let mut maven = Command::new("mvn");
    maven.arg("-q").arg("-f").arg(&project).arg("-DskipTests");
    maven.arg(format!("-Dlibauth.natives={}", natives.display()));
    maven.arg(format!("-Dlibauth.build={}", stage.join("built").display()));
    output(maven.args(["package", "source:jar-no-fork", "javadoc:jar"]))?;
    for file in files(out) {
        let name = file.file_name().unwrap_or_default();
        if name.to_string_lossy().ends_with(".pom") {
            tree::copy(&project.join("pom.xml"), &file)?;
        } else {
            tree::copy(&stage.join("built").join(name), &file)?;
        }
    }
    let inside = tree::names_in_zip(&files(out)[0])?;
    for name in &names {
        if !inside
            .iter()
            .any(|file| file.starts_with(&format!("{name}/")))
        {
            return Err(format!("the jar has nothing for {name}"));
        }
    }
    reachable(&files(out)[0], &inside)?;
    Ok(format!("libraries for {}", names.join(", ")))
}

/// GraalVM's list names only classes that are there.
fn reachable(jar: &Path, inside: &[String]) -> Result<()> {
    let name = "META-INF/native-image/io.github.libauth/libauth/reachability-metadata.json";
    let text = tree::in_zip(jar, name)?;
    let list: serde_json::Value =
        serde_json::from_slice(&text).map_err(|e| format!("{name}: {e}"))?;
    for one in list["reflection"].as_array().into_iter().flatten() {
        let class = one["type"].as_str().unwrap_or_default();
        let file = format!("{}.class", class.replace('.', "/"));
        if class.starts_with("libauth.") && !inside.contains(&file) {
            return Err(format!("{name} names {class}, which is not in the jar"));
        }
    }
    Ok(())
}
