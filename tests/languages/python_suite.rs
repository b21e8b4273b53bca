//! The Python package: its pytest suite against the sandbox, its types, and its wheel.
//!
//! What the tests need (the extra `test` of pyproject.toml) is that of `python3`, or of what `PYTHON` names, or is
//! installed into a virtual environment below Cargo's target folder.

use crate::languages::suite;
use libauth_sandbox as sandbox;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use sandbox::Sandbox;
use suite::{Installed, has_tool, root, run};

const LIMIT: Duration = Duration::from_secs(600);
const INSTALL_LIMIT: Duration = Duration::from_secs(240);

fn package() -> PathBuf {
    root().join("bindings/python")
}

/// A folder below the target folder, kept from run to run.
fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The Python to test with.
fn system_python() -> String {
    let default = if cfg!(windows) { "python" } else { "python3" };
    std::env::var("PYTHON").unwrap_or_else(|_| default.to_owned())
}

/// The Python of a virtual environment.
fn python_in(environment: &Path) -> PathBuf {
    let inside = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    environment.join(inside)
}

/// The packages that the tests need.
fn needs() -> Vec<String> {
    let project = std::fs::read_to_string(package().join("pyproject.toml"))
        .expect("the package's settings can be read");
    let line = project.lines().find_map(|line| {
        line.strip_prefix("test = [")
            .and_then(|l| l.strip_suffix(']'))
    });
    let quoted = line.expect("there is an extra for tests").split(", ");
    quoted
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

fn has_modules(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args([
        "-c",
        "import pytest, mypy, redis, pyright, requests, httpx, flask, asgiref, fastapi, uvicorn, django, uvloop; \
         import importlib.metadata as m; m.version('types-requests'); m.version('django-stubs')",
    ]);
    command.output().is_ok_and(|output| output.status.success())
}

/// The `libauth` command of this test run's profile.
fn libauth_command() -> PathBuf {
    let mut build = Command::new(tools::cargo());
    build
        .current_dir(root())
        .args(["build", "--quiet", "--package", "libauth-cli"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    run(&mut build, LIMIT);
    let built = suite::library_dir().parent().expect("cargo's folder");
    built.join(format!("libauth{}", std::env::consts::EXE_SUFFIX))
}

/// Runs what may fail for want of a network: then it is said loudly, and is a failure with `CI=true`.
fn attempt(command: &mut Command, what: &str) -> bool {
    if catch_unwind(AssertUnwindSafe(|| run(command, INSTALL_LIMIT))).is_ok() {
        return true;
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{what} failed, which the Python suite needs"
    );
    eprintln!("\n*** SKIPPED: {what} failed, so a part of the Python suite did not run ***\n");
    false
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--disable-pip-version-check"]);
    command
        .env("PIP_DEFAULT_TIMEOUT", "20")
        .env("PIP_RETRIES", "2");
    command
}

/// A Python that has what the tests need; None when there is none and none can be made.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let system = system_python();
            if !has_tool(&system, "--version", "the Python suite") {
                return None;
            }
            let environment = kept("python-suite");
            for python in [PathBuf::from(&system), python_in(&environment)] {
                if has_modules(&python) {
                    return Some(python);
                }
            }
            let mut make = Command::new(&system);
            make.args(["-m", "venv", "--clear"]).arg(&environment);
            let python = python_in(&environment);
            let mut install = pip(&python);
            install.args(["install", "--quiet"]).args(needs());
            let made = attempt(&mut make, "making a virtual environment")
                && attempt(&mut install, "installing pytest, mypy and frameworks");
            made.then_some(python)
        })
        .as_deref()
}

/// A command of the suite: nothing is written into the repository, nothing taken from the environment.
fn command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .current_dir(package())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env_remove("LIBAUTH_LIBRARY");
    command
}

#[test]
fn suite() {
    let Some(python) = python() else { return };
    let installed = Installed::new("python");
    let sandbox = Sandbox::start();
    let mut pytest = command(python);
    pytest
        .args(["-m", "pytest", "-q", "-ra"])
        .env("PYTHONPATH", package().join("src"))
        .env("LIBAUTH_LIBRARY", installed.library())
        .env("LIBAUTH_COMMAND", libauth_command())
        .env("LIBAUTH_SANDBOX", sandbox.origin());
    let output = run(&mut pytest, LIMIT);
    print!("{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn types() {
    let Some(python) = python() else { return };
    let mut mypy = command(python);
    mypy.args(["-m", "mypy", "--strict", "--cache-dir"])
        .arg(kept("python-mypy"));
    run(&mut mypy, LIMIT);
}

/// Every public name has a type that every type checker reads alike.
#[test]
fn types_are_complete() {
    let Some(python) = python() else { return };
    // pyright judges what an installed package shows, and looks for it from the Python that comes first.
    let folder = python.parent().expect("it lies in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path)),
    );
    let mut pyright = command(python);
    pyright
        .args([
            "-m",
            "pyright",
            "--ignoreexternal",
            "--verifytypes",
            "libauth",
        ])
        .env("PATH", path.expect("it can be joined"))
        .env("PYTHONPATH", package().join("src"));
    let output = run(&mut pyright, LIMIT);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("Type completeness score: 100%"), "{told}");
}

/// A wheel carries the library and is for this platform; installed elsewhere, it runs the quickstart.
#[test]
fn wheel() {
    let Some(python) = python() else { return };
    let installed = Installed::new("python-wheel");
    // Building leaves files behind: it is done in a copy.
    let source = installed.dir().join("source");
    copy(&package(), &source);
    let wheels = installed.dir().join("wheels");
    let mut build = pip(python);
    build
        .args(["wheel", "--quiet", "--no-deps", "--wheel-dir"])
        .arg(&wheels)
        .arg(&source)
        .env("LIBAUTH_LIBRARY", installed.library());
    if !attempt(&mut build, "building a wheel") {
        return;
    }
    let wheel = std::fs::read_dir(&wheels)
        .expect("pip made the folder")
        .next()
        .expect("there is a wheel")
        .expect("it can be listed")
        .path();
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let expected = format!("libauth-{}-py3-none-", env!("CARGO_PKG_VERSION"));
    assert!(name.starts_with(&expected), "{name}");
    assert!(!name.contains("-any"), "{name} is for every platform");

    let environment = installed.dir().join("environment");
    let mut make = Command::new(system_python());
    run(make.args(["-m", "venv"]).arg(&environment), INSTALL_LIMIT);
    let python = python_in(&environment);
    let mut install = pip(&python);
    // No index: the package needs nothing else.
    install
        .args(["install", "--quiet", "--no-index"])
        .arg(&wheel);
    run(&mut install, INSTALL_LIMIT);
    // Not beside libauth.so: Python would take that for a module of this name.
    let folder = installed.dir().join("program");
    std::fs::create_dir(&folder).expect("a folder can be made");
    std::fs::copy(
        package().join("quickstart.py"),
        folder.join("quickstart.py"),
    )
    .expect("the quickstart can be copied");
    let sandbox = Sandbox::start();
    let mut quickstart = command(&python);
    quickstart
        .current_dir(&folder)
        .arg("quickstart.py")
        .env("LIBAUTH_SANDBOX", sandbox.origin());
    let output = run(&mut quickstart, LIMIT);
    let printed = String::from_utf8_lossy(&output.stdout);
    for platform in [
        "creditpay",
        "webhook       genuine PAY_SUCCESS",
        "explain",
        "daxpay",
        "openplatform",
        "redemption",
        "seller        Authorization, then served from the cache",
    ] {
        assert!(
            printed.lines().any(|line| line.starts_with(platform)),
            "no {platform} in:\n{printed}"
        );
    }
    // A failure is said, and ends it with an error.
    let mut refused = command(&python);
    refused
        .current_dir(&folder)
        .arg("quickstart.py")
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .env("LIBAUTH_SELLER_SECRET_KEY", "wrong");
    let output = refused.output().expect("python starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{told}");
    assert!(told.starts_with("quickstart: UNAUTHORIZED: "), "{told}");
}

/// Copies the package's sources, without what builds and runs left there.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the package can be listed") {
        let path = entry.expect("the package can be listed").path();
        let name = path.file_name().unwrap_or_default().to_owned();
        let shown = name.to_string_lossy();
        let left_over = ["build", "dist", "__pycache__", ".mypy_cache"].contains(&shown.as_ref())
            || [".egg-info", ".so", ".dylib", ".dll"]
                .iter()
                .any(|end| shown.ends_with(end));
        if path.is_dir() && !left_over {
            copy(&path, &to.join(name));
        } else if !left_over {
            std::fs::copy(&path, to.join(name)).expect("a file can be copied");
        }
    }
}
