//! `libauth-VERSION-TARGET.tar.gz` or `.zip`: all that C and C++ need, to be unpacked anywhere.

use std::path::{Path, PathBuf};

use crate::compile;
use crate::say::Result;
use crate::targets::{System, Target};
use crate::tree;

/// The archive's file in `out`.
pub fn file(target: &Target, out: &Path) -> PathBuf {
    let end = match target.system {
        System::Windows => "zip",
        System::Gnu | System::Musl => "tar.gz",
    };
    out.join(format!("{}.{end}", top(target)))
}

/// The one folder in the archive.
pub fn top(target: &Target) -> String {
    format!("libauth-{}-{}", tools::VERSION, target.triple)
}

/// Packs what was built.
pub fn make(target: &Target, built: &Path, stage: &Path, time: u64, out: &Path) -> Result<String> {
    let installed = compile::install(built, "/root", "lib", stage)?;
    let entries = tree::read(&installed)?;
    let file = file(target, out);
    match target.system {
        System::Windows => tree::zip(&entries, &top(target), time, &file)?,
        System::Gnu | System::Musl => tree::tar_gz(&entries, &top(target), time, &file)?,
    }
    Ok(format!("{} files", entries.len()))
}
