//! What builds: zig and cargo-zigbuild from PyPI in a folder of their own, Rust's standard libraries from rustup.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tools::Kit;

use crate::say::{Result, at, has, output};
use crate::targets::{System, Target};
use crate::tree;

const REQUIREMENTS: &str = include_str!("../requirements.txt");

pub struct Toolchain {
    /// The folder of the programs.
    bin: PathBuf,
    /// Where cargo builds.
    built: PathBuf,
    /// The time of every file that is shipped: seconds since 1970.
    pub time: u64,
}

impl Toolchain {
    /// Installs what is missing into `work`.
    pub fn new(work: &Path) -> Result<Toolchain> {
        let venv = work.join("tools");
        let installed = venv.join("requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|found| found == REQUIREMENTS) {
            return Toolchain::of(&venv, work);
        }
        if !has("python3") {
            return Err(
                "there is no python3, which zig is installed with: apt install python3-venv"
                    .to_owned(),
            );
        }
        tree::fresh(&venv)?;
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            .map_err(|e| format!("{e}\nis python3-venv installed?"))?;
        let list = venv.join("requirements.part");
        fs::write(&list, REQUIREMENTS).map_err(at(&list))?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ]);
        output(pip.arg(&list)).map_err(|e| {
            format!("{e}\nzig and cargo-zigbuild are installed from PyPI, once: without a network there are none")
        })?;
        fs::rename(&list, &installed).map_err(at(&installed))?;
        Toolchain::of(&venv, work)
    }

    fn of(venv: &Path, work: &Path) -> Result<Toolchain> {
        Ok(Toolchain {
            bin: venv.join("bin"),
            built: work.join("cargo"),
            time: time()?,
        })
    }

    /// One of the programs.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.env("PATH", self.path());
        command.env("SOURCE_DATE_EPOCH", self.time.to_string());
        command
    }

    fn path(&self) -> OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.bin.clone()).chain(std::env::split_paths(&old));
        std::env::join_paths(all).unwrap_or(old)
    }

    /// What the library of a target is built with.
    pub fn kit(&self, target: &Target) -> Kit {
        let home = std::env::var_os("CARGO_HOME").map_or_else(
            || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
            PathBuf::from,
        );
        // No path of this machine is in what is shipped.
        let root = tools::root();
        let places = [(root.as_path(), "/libauth"), (home.as_path(), "/cargo")];
        let mut rust: Vec<String> = places
            .iter()
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .collect();
        let c: Vec<String> = places
            .iter()
            .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
            .collect();
        if target.system == System::Musl {
            rust.push("-Ctarget-feature=-crt-static".to_owned());
        }
        let environment = [
            ("PATH", self.path()),
            ("RUSTFLAGS", rust.join(" ").into()),
            ("CFLAGS", c.join(" ").into()),
            ("CARGO_INCREMENTAL", "0".into()),
            ("SOURCE_DATE_EPOCH", self.time.to_string().into()),
        ];
        Kit {
            cargo: Some(self.bin.join("cargo-zigbuild").into()),
            compiler: [
                self.bin.join("python").into_os_string(),
                "-m".into(),
                "ziglang".into(),
                "cc".into(),
                "-target".into(),
                target.zig.into(),
            ]
            .to_vec(),
            unwinder: Some("-lunwind"),
            environment: environment
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
            target_dir: Some(self.built.clone()),
        }
    }

    /// zig itself.
    pub fn zig(&self) -> Command {
        let mut command = self.program("python");
        command.args(["-m", "ziglang"]);
        command
    }
}

/// Says which of the targets' standard libraries are missing, and how to get them.
pub fn has_std(targets: &[&Target]) -> Result<()> {
    let missing: Vec<&str> = targets
        .iter()
        .map(|target| target.triple)
        .filter(|triple| {
            let mut rustc = Command::new("rustc");
            rustc.current_dir(tools::root());
            let folder = output(rustc.args(["--print", "target-libdir", "--target", triple]));
            !folder.is_ok_and(|folder| {
                fs::read_dir(folder.trim()).is_ok_and(|mut files| files.next().is_some())
            })
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "Rust's standard library is missing for {0}: rustup target add {0}",
        missing.join(" ")
    ))
}

/// SOURCE_DATE_EPOCH, else when the last commit was made, else the beginning of what a zip can tell.
fn time() -> Result<u64> {
    if let Ok(named) = std::env::var("SOURCE_DATE_EPOCH") {
        return named
            .parse()
            .map_err(|_| format!("SOURCE_DATE_EPOCH={named} is no number of seconds"));
    }
    let mut git = Command::new("git");
    git.current_dir(tools::root())
        .args(["log", "-1", "--format=%ct"]);
    Ok(output(&mut git)
        .ok()
        .and_then(|said| said.trim().parse().ok())
        .unwrap_or(315_532_800))
}
