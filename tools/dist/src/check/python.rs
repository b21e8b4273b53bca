//! The wheels in clean environments of every Python that is there, and the source distribution.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tried;
use super::archive::{sandbox, whole};
use crate::say::{Result, has, output};
use crate::targets::{System, Target};
use crate::{inspect, tree, wheel};

/// Looks at a wheel, and uses it where its machine is this one.
pub fn check(tried: &Tried, target: &Target) -> Result<String> {
    let file = wheel::file(target, tried.out);
    let mut seen = Vec::new();
    if target.system != System::Windows {
        let mut auditwheel = tried.toolchain.program("auditwheel");
        let said = output(auditwheel.arg("show").arg(&file))?;
        let tag = target.wheel.split('.').next().unwrap_or(target.wheel);
        if !said.contains(&format!("\"{tag}\"")) {
            return Err(format!("auditwheel does not find it to be {tag}:\n{said}"));
        }
        seen.push(format!("auditwheel: {tag}"));
    }
    // It carries the library that was checked, and the command.
    let folder = tried.folder(&format!("wheel-{}", target.triple))?;
    tree::unpack(&file, &folder.join("unpacked"))?;
    inspect::shared_library(
        &folder.join("unpacked/libauth").join(target.library()),
        target,
    )?;
    let scripts = format!(
        "libauth-{}.data/scripts/{}",
        tools::VERSION,
        target.command()
    );
    if !folder.join("unpacked").join(&scripts).is_file() {
        return Err(format!("it has no {scripts}"));
    }
    if !target.is_here() {
        return Ok(seen.join(", "));
    }
    let sandbox = sandbox(tried)?;
    let mut versions = Vec::new();
    for python in pythons() {
        let version = version(&python)?;
        let venv = folder.join(&version);
        output(Command::new(&python).args(["-m", "venv"]).arg(&venv))?;
        let pip = |arguments: &[&str]| {
            let mut command = Command::new(venv.join("bin/python"));
            command
                .args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
                .args(arguments);
            command
        };
        output(pip(&["install", "--no-index"]).arg(&file))?;
        let mut quickstart = Command::new(venv.join("bin/python"));
        quickstart.arg(tools::root().join("bindings/python/quickstart.py"));
        quickstart
            .current_dir(&folder)
            .env_remove("PYTHONPATH")
            .env_remove("LIBAUTH_LIBRARY");
        whole(&output(sandbox.visit(&mut quickstart))?)?;
        output(Command::new(venv.join("bin/libauth")).arg("--version"))?;
        output(&mut pip(&["uninstall", "--yes", "libauth"]))?;
        if venv.join("bin/libauth").exists() {
            return Err(format!(
                "Python {version}: the command stays when it is uninstalled"
            ));
        }
        versions.push(version);
    }
    if versions.is_empty() {
        return Err("there is no Python from 3.8 on to try it with".to_owned());
    }
    seen.push(format!("quickstart on Python {}", versions.join(", ")));
    Ok(seen.join(", "))
}

/// The source distribution: without cargo it says so, with cargo it is installed and works.
pub fn source(tried: &Tried, build: bool) -> Result<String> {
    let folder = tried.folder("sdist")?;
    let python = pythons().pop().ok_or("there is no Python from 3.8 on")?;
    let file = wheel::source_file(tried.out);
    let mut without = tried.toolchain.program("python");
    without.args([
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
    ]);
    without.arg("--wheel-dir").arg(&folder).arg(&file);
    // The programs of the system, and no cargo.
    let bin = folder.join("bin");
    tree::fresh(&bin)?;
    for program in ["sh", "env", "ldconfig", "gcc", "cc"] {
        if has(program) {
            tree::link(&format!("/usr/bin/{program}"), &bin.join(program))?;
        }
    }
    without.env("PATH", &bin).env_remove("LIBAUTH_LIBRARY");
    let said = match output(&mut without) {
        Ok(_) => return Err("it is built without cargo: from what?".to_owned()),
        Err(said) => said,
    };
    if !said.contains("a Rust toolchain is needed") {
        return Err(format!(
            "without cargo it does not say what is missing:\n{said}"
        ));
    }
    if !build {
        return Ok("says that cargo is missing where it is".to_owned());
    }
    let venv = folder.join("venv");
    output(Command::new(&python).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .arg(&file);
    pip.env("CARGO_TARGET_DIR", tried.work.join("sdist-cargo"))
        .env_remove("LIBAUTH_LIBRARY");
    output(&mut pip)?;
    let mut quickstart = Command::new(venv.join("bin/python"));
    quickstart
        .arg(tools::root().join("bindings/python/quickstart.py"))
        .current_dir(&folder);
    whole(&output(sandbox(tried)?.visit(&mut quickstart))?)?;
    Ok("says that cargo is missing where it is; built with cargo, the quickstart runs".to_owned())
}

/// Every CPython that the package is for: the system's, and those of pyenv.
fn pythons() -> Vec<PathBuf> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let pyenv = home.join(".pyenv/versions");
    let mut found: Vec<PathBuf> = std::fs::read_dir(pyenv)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/python3")))
        .collect();
    found.extend((8..20).map(|minor| PathBuf::from(format!("/usr/bin/python3.{minor}"))));
    found.retain(|python| python.is_file() && can(python));
    found.sort();
    found
}

/// Whether it is new enough, and can make environments.
fn can(python: &Path) -> bool {
    let ask = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))";
    output(Command::new(python).args(["-c", ask])).is_ok()
}

fn version(python: &Path) -> Result<String> {
    let ask = "import platform; print(platform.python_version())";
    Ok(output(Command::new(python).args(["-c", ask]))?
        .trim()
        .to_owned())
}
