//! The steps in their order, and which of them are done already.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::say::{Progress, Result, at, output};
use crate::targets::Target;
use crate::toolchain::{self, Toolchain};
use crate::{archive, check, compile, deb, jar, notices, rpm, tree, wheel};

/// Where everything is built.
fn work() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    tools::root().join(target).join("dist")
}

/// Where the library and the command of a target lie.
pub fn built(work: &Path, target: &Target) -> PathBuf {
    work.join("built").join(target.triple)
}

/// Makes everything for these targets, and uses it.
pub fn all(targets: &[&'static Target], check: bool, out: &Path) -> Result<()> {
    toolchain::has_std(targets)?;
    let work = work();
    for folder in [&work, out] {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let checks = if check {
        check::all(targets)
    } else {
        Vec::new()
    };
    let mut progress = Progress::new(4 + 6 * targets.len() + checks.len());
    let mut toolchain = None;
    progress.step("zig and cargo-zigbuild", || {
        toolchain = Some(Toolchain::new(&work)?);
        Ok("there".to_owned())
    })?;
    let Some(toolchain) = toolchain else {
        return Err("no tools".to_owned());
    };
    let sources = sources(toolchain.time)?;
    for target in targets {
        let built = built(&work, target);
        progress.step(&format!("{}: library and command", target.triple), || {
            compile::target(&toolchain, target, &built)
        })?;
        progress.step(
            &format!("{}: licences and components", target.triple),
            || notices::write(target, toolchain.time, &built),
        )?;
        let stage = |kind: &str| work.join("stage").join(kind).join(target.triple);
        // What is packed: the sources alone do not tell which compiler's build lies there.
        let sources = packed(&sources, target, &built)?;
        let file = archive::file(target, out);
        progress.step(&format!("{}: archive", target.triple), || {
            once(&work, &sources, &[file], || {
                archive::make(target, &built, &stage("archive"), toolchain.time, out)
            })
        })?;
        progress.step(&format!("{}: wheel", target.triple), || {
            once(&work, &sources, &[wheel::file(target, out)], || {
                wheel::make(&toolchain, target, &built, &stage("wheel"), out)
            })
        })?;
        if target.debian.is_none() {
            progress.skip(2);
            continue;
        }
        progress.step(&format!("{}: packages for Debian", target.triple), || {
            once(&work, &sources, &deb::files(target, out), || {
                deb::make(&toolchain, target, &built, &stage("deb"), out)
            })
        })?;
        progress.step(&format!("{}: packages for Fedora", target.triple), || {
            once(&work, &sources, &rpm::files(target, out), || {
                rpm::make(&toolchain, target, &built, &stage("rpm"), out)
            })
        })?;
    }
    progress.step("source distribution for Python", || {
        let file = wheel::source_file(out);
        let stage = work.join("stage/sdist");
        once(&work, &sources, &[file], || {
            wheel::make_source(&toolchain, &stage, out)
        })
    })?;
    progress.step("jar", || {
        let mut sources = sources.clone();
        for target in targets {
            sources = packed(&sources, target, &built(&work, target))?;
        }
        once(&work, &sources, &jar::files(out), || {
            jar::make(targets, &work, &work.join("stage/jar"), out)
        })
    })?;
    progress.step("sums", || sums(out))?;
    let tried = check::Tried {
        work: &work,
        out,
        toolchain: &toolchain,
    };
    for (name, use_it) in checks {
        progress.step(&name, || use_it(&tried))?;
    }
    Ok(())
}

/// Does a step unless its files are there as it left them, and the sources are what they were.
fn once(
    work: &Path,
    sources: &str,
    files: &[PathBuf],
    make: impl FnOnce() -> Result<String>,
) -> Result<String> {
    let name = files
        .first()
        .and_then(|file| file.file_name())
        .unwrap_or_default();
    let done = work.join("done").join(name);
    let state = || {
        let sums: Result<Vec<String>> = files.iter().map(|file| tree::sum(file)).collect();
        sums.map(|sums| format!("{sources}\n{}\n", sums.join("\n")))
    };
    if let (Ok(now), Ok(then)) = (state(), fs::read_to_string(&done)) {
        if now == then {
            return Ok("as it was".to_owned());
        }
    }
    let came = make()?;
    let folder = work.join("done");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    tree::write(&done, state()?.as_bytes())?;
    let sizes: u64 = files
        .iter()
        .filter_map(|file| Some(fs::metadata(file).ok()?.len()))
        .sum();
    Ok(format!("{came}, {sizes} bytes"))
}

/// The sources, and what was built of them for a target.
fn packed(sources: &str, target: &Target, built: &Path) -> Result<String> {
    let files = [
        target.library(),
        "libauth.a",
        target.command(),
        "THIRD-PARTY.txt",
    ];
    let there = files
        .iter()
        .map(|name| built.join(name))
        .filter(|file| file.is_file());
    let sums: Result<Vec<String>> = there.map(|file| tree::sum(&file)).collect();
    Ok(format!("{sources} {}", sums?.join(" ")))
}

/// The sum of everything that can change what is shipped.
fn sources(time: u64) -> Result<String> {
    let mut sum = Sha256::new();
    sum.update(time.to_string());
    for name in tree::tracked("")? {
        let path = tools::root().join(&name);
        let bytes = fs::read(&path).map_err(at(&path))?;
        sum.update(format!("{name}\0{}\0", bytes.len()));
        sum.update(bytes);
    }
    let mut rustc = Command::new("rustc");
    sum.update(output(rustc.current_dir(tools::root()).arg("-vV"))?);
    Ok(tree::hex(&sum.finalize()))
}

/// SHA256SUMS: `sha256sum -c SHA256SUMS` checks what was downloaded.
fn sums(out: &Path) -> Result<String> {
    let list = out.join("SHA256SUMS");
    let mut lines = Vec::new();
    for entry in fs::read_dir(out).map_err(at(out))? {
        let path = entry.map_err(at(out))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_file() && path != list && !name.ends_with(".part") {
            lines.push(format!("{}  {name}", tree::sum(&path)?));
        }
    }
    lines.sort_by(|a, b| a[66..].cmp(&b[66..]));
    tree::write(&list, (lines.join("\n") + "\n").as_bytes())?;
    Ok(format!("{} files", lines.len()))
}
