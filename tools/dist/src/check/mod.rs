//! Each piece used as its user would: by programs that know nothing of the repository.

mod archive;
mod java;
mod packages;
mod python;
mod sandbox;

use std::path::{Path, PathBuf};

use crate::say::Result;
use crate::targets::Target;
use crate::toolchain::Toolchain;
use crate::tree;

/// What is tried, and with what.
pub struct Tried<'a> {
    pub work: &'a Path,
    pub out: &'a Path,
    pub toolchain: &'a Toolchain,
}

impl Tried<'_> {
    /// An empty folder for one check.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.work.join("tried").join(name);
        tree::fresh(&folder)?;
        Ok(folder)
    }
}

/// A check's name, and what it does.
pub type Check = (String, Box<dyn FnOnce(&Tried) -> Result<String>>);

/// The checks of what is made for these targets.
pub fn all(targets: &[&'static Target]) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for target in targets {
        let target: &'static Target = target;
        let mut add = |what: &str, check: fn(&Tried, &Target) -> Result<String>| {
            let name = format!("{}: {what} in use", target.triple);
            checks.push((name, Box::new(move |tried: &Tried| check(tried, target))));
        };
        add("archive", archive::check);
        add("wheel", python::check);
        if target.debian.is_some() {
            add("packages for Debian", packages::debian);
            add("packages for Fedora", packages::fedora);
        }
    }
    let is_quick = targets.iter().all(|target| target.is_here());
    checks.push((
        "source distribution in use".to_owned(),
        Box::new(move |tried| python::source(tried, !is_quick)),
    ));
    checks.push(("jar in use".to_owned(), Box::new(java::check)));
    checks
}
