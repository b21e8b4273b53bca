//! Debian's packages: the library, what is needed to build with it, and the command. dpkg-deb packs them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compile;
use crate::say::{Result, at, output};
use crate::targets::Target;
use crate::toolchain::Toolchain;
use crate::tree::{self, Content};

/// A package, and which installed files belong to it.
pub struct Package {
    pub name: &'static str,
    section: &'static str,
    depends: &'static str,
    pub summary: &'static str,
    description: &'static str,
    /// Whether a file below the prefix is in it.
    pub owns: fn(&str) -> bool,
}

impl Package {
    pub fn description(&self) -> &'static str {
        self.description
    }
}

pub const PACKAGES: [Package; 3] = [
    Package {
        name: "libauth0",
        section: "libs",
        depends: "libc6 (>= 2.17)",
        summary: "logs in to and verifies messages from five partner platforms",
        description: "libauth signs for, logs in to and checks messages of Credit Pay, DaxPay,\n an open platform, a voucher redemption system and a marketplace's seller API.\n .\n This package has the shared library.",
        owns: |name| name.contains("/libauth.so."),
    },
    Package {
        name: "libauth-dev",
        section: "libdevel",
        depends: "libauth0 (= VERSION)",
        summary: "headers and static library of libauth",
        description: "libauth signs for, logs in to and checks messages of five partner platforms.\n .\n This package has what programs in C and C++ are built with, and examples.",
        owns: |name| !name.contains("/libauth.so.") && !is_of_the_command(name),
    },
    Package {
        name: "libauth-tools",
        section: "utils",
        depends: "libc6 (>= 2.17)",
        summary: "libauth's command: a sandbox of five partner platforms, and checks",
        description: "The command plays five partner platforms on this machine, explains why a\n signature does not match, signs, verifies and calls.\n .\n It needs no other package of libauth.",
        owns: is_of_the_command,
    },
];

fn is_of_the_command(name: &str) -> bool {
    name.starts_with("bin/") || name.starts_with("share/man/man1/")
}

/// Debian's own number behind ours.
pub fn version() -> String {
    format!("{}-1", tools::VERSION)
}

/// The packages' files in `out`; none for a machine that Debian does not know.
pub fn files(target: &Target, out: &Path) -> Vec<PathBuf> {
    let Some((architecture, _)) = target.debian else {
        return Vec::new();
    };
    let file =
        |package: &Package| out.join(format!("{}_{}_{architecture}.deb", package.name, version()));
    PACKAGES.iter().map(file).collect()
}

/// Packs what was built.
pub fn make(
    toolchain: &Toolchain,
    target: &Target,
    built: &Path,
    stage: &Path,
    out: &Path,
) -> Result<String> {
    let Some((architecture, folder)) = target.debian else {
        return Ok("none".to_owned());
    };
    let libdir = format!("lib/{folder}");
    let installed = compile::install(built, "/usr", &libdir, &stage.join("all"))?;
    let entries = tree::read(&installed)?;
    for package in &PACKAGES {
        let root = stage.join(package.name);
        tree::fresh(&root)?;
        for entry in &entries {
            let documents = entry.name.starts_with("share/doc/libauth/");
            if !(package.owns)(&entry.name) || matches!(entry.content, Content::Folder) {
                continue;
            }
            let (mut name, mut gz) = (entry.name.clone(), false);
            if documents {
                if !entry.name.contains("/examples/") {
                    continue; // each package has its own, below
                }
                name = name.replace(
                    "share/doc/libauth/",
                    &format!("share/doc/{}/", package.name),
                );
            }
            if name.starts_with("share/man/") {
                name += ".gz";
                gz = true;
            }
            put(&root.join("usr").join(name), &entry.content, gz)?;
        }
        documents(package, toolchain.time, &installed, &root)?;
        control(package, architecture, &root)?;
        let file = out.join(format!("{}_{}_{architecture}.deb", package.name, version()));
        let part = stage.join("part.deb");
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.env("SOURCE_DATE_EPOCH", toolchain.time.to_string());
        dpkg.args(["--root-owner-group", "-Zxz", "--build"])
            .arg(&root)
            .arg(&part);
        output(&mut dpkg)?;
        tree::copy(&part, &file)?;
    }
    Ok(format!("{} packages", PACKAGES.len()))
}

fn put(to: &Path, content: &Content, gz: bool) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(at(folder))?;
    match content {
        Content::Folder => Ok(()),
        Content::Link(target) => tree::link(target, to),
        Content::File { bytes, .. } if gz => tree::write(to, &compressed(bytes)?),
        Content::File { bytes, executable } => {
            tree::write(to, bytes)?;
            // A library is no program.
            tree::set_executable(to, *executable && !to.to_string_lossy().contains(".so"))
        }
    }
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gz = flate2::GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes)
        .and_then(|()| gz.finish())
        .map_err(|e| e.to_string())
}

/// Copyright and changes, as Debian wants them of every package.
fn documents(package: &Package, time: u64, installed: &Path, root: &Path) -> Result<()> {
    let to = root.join("usr/share/doc").join(package.name);
    fs::create_dir_all(&to).map_err(at(&to))?;
    let from = installed.join("share/doc/libauth");
    let licence = from.join("LICENSE");
    let text = fs::read_to_string(&licence).map_err(at(&licence))?;
    // Debian has the Apache licence already.
    let mit = text
        .split("\n====")
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('=')
        .trim();
    let copyright = format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: libauth\n\n\
         Files: *\nCopyright: 2026 the libauth authors\nLicense: Apache-2.0 or Expat\nComment: The libraries inside and their licences: THIRD-PARTY.txt beside this file.\n\n\
         License: Apache-2.0\n On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n\n\
         License: Expat\n{}\n",
        mit.lines()
            .map(|line| if line.trim().is_empty() {
                " .".to_owned()
            } else {
                format!(" {line}")
            })
            .collect::<Vec<_>>()
            .join("\n")
    );
    tree::write(&to.join("copyright"), copyright.as_bytes())?;
    let changes = format!(
        "libauth ({}) unstable; urgency=medium\n\n  * As released; see CHANGELOG.md of libauth.\n\n -- {MAINTAINER}  {}\n",
        version(),
        tree::mail_time(time)
    );
    tree::write(
        &to.join("changelog.Debian.gz"),
        &compressed(changes.as_bytes())?,
    )?;
    for name in ["THIRD-PARTY.txt", "libauth.cdx.json"] {
        let bytes = fs::read(from.join(name)).map_err(at(&from.join(name)))?;
        tree::write(&to.join(format!("{name}.gz")), &compressed(&bytes)?)?;
    }
    Ok(())
}

const MAINTAINER: &str = "The libauth authors <libauth@packages.invalid>";

fn control(package: &Package, architecture: &str, root: &Path) -> Result<()> {
    let size: u64 = tree::read(root)?
        .iter()
        .map(|entry| entry.size().div_ceil(1024).max(1))
        .sum();
    let folder = root.join("DEBIAN");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let together = if package.name == "libauth-tools" {
        "foreign"
    } else {
        "same"
    };
    let control = format!(
        "Package: {}\nSource: libauth\nVersion: {}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\nInstalled-Size: {size}\n\
         Depends: {}\nSection: {}\nPriority: optional\nMulti-Arch: {together}\nDescription: {}\n {}\n",
        package.name,
        version(),
        package.depends.replace("VERSION", &version()),
        package.section,
        package.summary,
        package.description
    );
    tree::write(&folder.join("control"), control.as_bytes())?;
    if package.name == "libauth0" {
        let series = tools::SONAME.trim_start_matches("libauth.so.");
        let needs = format!("libauth {series} libauth0 (>= {})\n", tools::VERSION);
        tree::write(&folder.join("shlibs"), needs.as_bytes())?;
        tree::write(&folder.join("triggers"), b"activate-noawait ldconfig\n")?;
    }
    let sums: Vec<String> = tree::read(&root.join("usr"))?
        .iter()
        .filter_map(|entry| Some(format!("{}  usr/{}\n", entry.md5()?, entry.name)))
        .collect();
    tree::write(&folder.join("md5sums"), sums.concat().as_bytes())
}
