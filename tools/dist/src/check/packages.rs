//! The packages of Debian and Fedora: installed into a system of their own, used, and removed without a trace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tried;
use super::archive::{sandbox, whole};
use crate::deb::{self, PACKAGES};
use crate::rpm;
use crate::say::{Result, at, output};
use crate::targets::Target;
use crate::tree;

pub fn debian(tried: &Tried, target: &Target) -> Result<String> {
    let files = deb::files(target, tried.out);
    let mut lintian = Command::new("lintian");
    lintian.args([
        "--allow-root",
        "--fail-on",
        "error",
        "--tag-display-limit",
        "0",
    ]);
    let said = output(lintian.args(&files))?;
    let warnings = said.lines().filter(|line| line.starts_with("W:")).count();
    let seen = format!("lintian: no error, {warnings} warnings");
    if !target.is_here() {
        return Ok(seen);
    }
    let root = debian_root(tried)?;
    let before = names(&root)?;
    let inside = |program: &str| {
        let mut command = Command::new("chroot");
        command.arg(&root).arg(program).env_clear();
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let packages = root.join("packages");
    for file in &files {
        tree::copy_making_folders(file, &packages.join(file.file_name().unwrap_or_default()))?;
    }
    // As root would, in the folder of the downloads.
    output(inside("sh").args([
        "-c",
        "apt-get install -y --no-install-recommends /packages/*.deb",
    ]))?;
    let sandbox = sandbox(tried)?;
    let build = "cc -std=c99 /usr/share/doc/libauth-dev/examples/quickstart.c $(pkg-config --cflags --libs libauth) -o /packages/quickstart";
    output(inside("sh").args(["-c", build]))?;
    whole(&output(sandbox.visit(&mut inside("/packages/quickstart")))?)?;
    output(inside("libauth").arg("--version"))?;
    output(inside("man").args(["-w", "libauth"])).ok();
    let all = PACKAGES.iter().map(|package| package.name);
    output(inside("apt-get").args(["purge", "-y"]).args(all))?;
    fs::remove_dir_all(&packages).map_err(at(&packages))?;
    let after = names(&root)?;
    if let Some(left) = after.difference(&before).next() {
        return Err(format!("{left} is left when all is purged"));
    }
    Ok(format!(
        "{seen}; installed by apt in a Debian without Rust, quickstart built and run, purged"
    ))
}

/// A Debian with a C compiler, made once.
fn debian_root(tried: &Tried) -> Result<PathBuf> {
    let root = tried.work.join("debian");
    if root.join("made").is_file() {
        return Ok(root);
    }
    tree::fresh(&root)?;
    let mirror = mirror()?;
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.args([
        "--variant=minbase",
        "--include=gcc,libc6-dev,pkg-config",
        "stable",
    ]);
    output(debootstrap.arg(&root).arg(&mirror))?;
    fs::write(root.join("made"), "").map_err(at(&root))?;
    Ok(root)
}

/// Where this machine has its own packages from.
fn mirror() -> Result<String> {
    for list in [
        "/etc/apt/sources.list.d/debian.sources",
        "/etc/apt/sources.list",
    ] {
        let text = fs::read_to_string(list).unwrap_or_default();
        let first = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(str::split_whitespace)
            .find(|word| word.starts_with("http"));
        if let Some(first) = first {
            return Ok(first.to_owned());
        }
    }
    Err("this machine's apt names no mirror of Debian".to_owned())
}

/// All files but what apt and dpkg write of every installation.
fn names(root: &Path) -> Result<BTreeSet<String>> {
    let mut find = Command::new("find");
    find.current_dir(root).args([
        ".", "-xdev", "-not", "-path", "./var/*", "-not", "-path", "./proc/*",
    ]);
    Ok(output(&mut find)?.lines().map(str::to_owned).collect())
}

pub fn fedora(tried: &Tried, target: &Target) -> Result<String> {
    let files = rpm::files(target, tried.out);
    let root = tried.folder(&format!("rpm-{}", target.triple))?;
    let rpm = |arguments: &[&str]| {
        let mut command = Command::new("rpm");
        command
            .arg("--root")
            .arg(&root)
            .args(["--dbpath", "/var/lib/rpm"])
            .args(arguments);
        command
    };
    // There is no Fedora below that root: what it would bring, and what runs in it, is left out.
    output(rpm(&["--install", "--nodeps", "--noscripts", "--ignorearch"]).args(&files))?;
    if !target.is_here() {
        output(rpm(&["--verify", "--all", "--nodeps", "--noscripts"]).args::<[&str; 0], &str>([]))?;
        return Ok("installed, its files are whole".to_owned());
    }
    let sandbox = sandbox(tried)?;
    let usr = root.join("usr");
    let program = root.join("quickstart");
    let mut pkg_config = Command::new("pkg-config");
    pkg_config.env("PKG_CONFIG_LIBDIR", usr.join("lib64/pkgconfig"));
    let flags = output(pkg_config.args(["--cflags", "--libs", "libauth"]))?;
    let mut cc = Command::new("cc");
    cc.arg("-std=c99")
        .arg(usr.join("share/doc/libauth/examples/quickstart.c"));
    cc.args(flags.split_whitespace())
        .arg(format!("-Wl,-rpath,{}", usr.join("lib64").display()));
    output(cc.arg("-o").arg(&program))?;
    whole(&output(sandbox.visit(&mut Command::new(&program)))?)?;
    output(Command::new(usr.join("bin/libauth")).arg("--version"))?;
    let all = PACKAGES.iter().map(|package| package.name);
    output(rpm(&["--erase", "--noscripts"]).args(all))?;
    if usr.join("lib64/libauth.so.0.2").exists() || usr.join("bin/libauth").exists() {
        return Err("something is left when all is erased".to_owned());
    }
    Ok("installed into a root, quickstart built and run, erased".to_owned())
}
