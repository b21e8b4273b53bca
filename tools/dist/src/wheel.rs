//! Python's wheels, one a machine, and the source distribution.

use std::path::{Path, PathBuf};

use crate::say::{Result, output};
use crate::targets::Target;
use crate::toolchain::Toolchain;
use crate::tree;

/// The wheel's file in `out`.
pub fn file(target: &Target, out: &Path) -> PathBuf {
    out.join(format!(
        "libauth-{}-py3-none-{}.whl",
        tools::VERSION,
        target.wheel
    ))
}

/// Packs what was built; the package's own setup.py does it.
pub fn make(
    toolchain: &Toolchain,
    target: &Target,
    built: &Path,
    stage: &Path,
    out: &Path,
) -> Result<String> {
    tree::fresh(stage)?;
    let package = stage.join("python");
    let source = tools::root().join("bindings/python");
    for entry in tree::tracked("bindings/python")? {
        let to = package.join(&entry);
        tree::copy_making_folders(&source.join(&entry), &to)?;
    }
    let mut pip = toolchain.program("python");
    pip.args([
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
    ]);
    pip.arg("--wheel-dir").arg(stage).arg(&package);
    pip.env("LIBAUTH_LIBRARY", built.join(target.library()))
        .env("LIBAUTH_PLATFORM", target.wheel);
    let command = built.join(target.command());
    if command.is_file() {
        pip.env("LIBAUTH_COMMAND", command);
    }
    output(&mut pip)?;
    // The same files in the same order, whatever the folders' order and the file system's rights.
    let unpacked = stage.join("unpacked");
    let made = stage.join(file(target, Path::new("")));
    tree::unpack(&made, &unpacked)?;
    let entries = tree::read(&unpacked)?;
    tree::zip(&entries, "", toolchain.time, &file(target, out))?;
    Ok(format!(
        "{} files",
        entries.iter().filter(|entry| entry.is_file()).count()
    ))
}

/// The source distribution's file in `out`.
pub fn source_file(out: &Path) -> PathBuf {
    out.join(format!("libauth-{}.tar.gz", tools::VERSION))
}

/// Packs the package with the crate, for those who have cargo.
pub fn make_source(toolchain: &Toolchain, stage: &Path, out: &Path) -> Result<String> {
    tree::fresh(stage)?;
    let mut setup = toolchain.program("python");
    setup.current_dir(tools::root().join("bindings/python"));
    // Nothing is left in the tree.
    setup
        .args(["setup.py", "--quiet", "egg_info", "--egg-base"])
        .arg(stage);
    setup
        .args(["sdist", "--formats=gztar", "--dist-dir"])
        .arg(stage);
    output(&mut setup)?;
    let unpacked = stage.join("unpacked");
    tree::unpack(&source_file(stage), &unpacked)?;
    let top = format!("libauth-{}", tools::VERSION);
    let entries = tree::read(&unpacked.join(&top))?;
    tree::tar_gz(&entries, &top, toolchain.time, &source_file(out))?;
    Ok(format!(
        "{} files",
        entries.iter().filter(|entry| entry.is_file()).count()
    ))
}
