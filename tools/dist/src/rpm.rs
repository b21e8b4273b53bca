//! The packages of Fedora, RHEL and SUSE, of the same parts as Debian's. rpmbuild packs them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compile;
use crate::deb::PACKAGES;
use crate::say::{Result, at, output};
use crate::targets::Target;
use crate::toolchain::Toolchain;
use crate::tree::{self, Content};

/// The packages' files in `out`.
pub fn files(target: &Target, out: &Path) -> Vec<PathBuf> {
    if target.debian.is_none() {
        return Vec::new();
    }
    PACKAGES
        .iter()
        .map(|package| {
            out.join(format!(
                "{}-{}-1.{}.rpm",
                package.name,
                tools::VERSION,
                target.processor
            ))
        })
        .collect()
}

/// Packs what was built.
pub fn make(
    toolchain: &Toolchain,
    target: &Target,
    built: &Path,
    stage: &Path,
    out: &Path,
) -> Result<String> {
    let installed = compile::install(built, "/usr", "lib64", &stage.join("all"))?;
    let entries = tree::read(&installed)?;
    let spec = stage.join("libauth.spec");
    fs::write(&spec, text(&stage.join("all"), &entries)).map_err(at(&spec))?;
    let top = stage.join("rpm");
    tree::fresh(&top)?;
    let mut rpm = Command::new("rpmbuild");
    rpm.env("SOURCE_DATE_EPOCH", toolchain.time.to_string());
    rpm.args([
        "-bb",
        "--quiet",
        "--target",
        &format!("{}-linux", target.processor),
    ]);
    for define in [
        format!("_topdir {}", top.display()),
        "_buildhost libauth".to_owned(),
        "use_source_date_epoch_as_buildtime 1".to_owned(),
        "clamp_mtime_to_source_date_epoch 1".to_owned(),
        // What is shipped is what was built: nothing is stripped or split once more.
        "__os_install_post %{nil}".to_owned(),
        "debug_package %{nil}".to_owned(),
        "_build_id_links none".to_owned(),
        "_binary_payload w9.xzdio".to_owned(),
    ] {
        rpm.args(["--define", &define]);
    }
    output(rpm.arg(&spec))?;
    for file in files(target, out) {
        let name = file.file_name().unwrap_or_default();
        tree::copy(&top.join("RPMS").join(target.processor).join(name), &file)?;
    }
    Ok(format!("{} packages", PACKAGES.len()))
}

fn text(root: &Path, entries: &[tree::Entry]) -> String {
    let mut spec = format!(
        "Name: libauth\nVersion: {}\nRelease: 1\nSummary: {}\nLicense: MIT OR Apache-2.0\nAutoReq: no\n\n%description\n{}\n",
        tools::VERSION,
        PACKAGES[0].summary,
        PACKAGES[0].summary
    );
    for package in &PACKAGES {
        let needs = match package.name {
            "libauth-dev" => format!("Requires: libauth0 = {}-1\n", tools::VERSION),
            _ => "Requires: libc.so.6(GLIBC_2.17)(64bit)\n".to_owned(),
        };
        // Debian's paragraphs begin with a space, and a dot stands for an empty line.
        let description = package
            .description()
            .replace("\n .\n", "\n\n")
            .replace("\n ", "\n");
        let _ = write!(
            spec,
            "\n%package -n {0}\nSummary: {1}\n{needs}\n%description -n {0}\n{description}\n",
            package.name, package.summary
        );
    }
    let _ = write!(
        spec,
        "\n%install\ncp -a '{}/.' '%{{buildroot}}/'\n",
        root.display()
    );
    for package in &PACKAGES {
        let _ = write!(
            spec,
            "\n%files -n {}\n%defattr(-,root,root)\n",
            package.name
        );
        for entry in entries {
            if (package.owns)(&entry.name) && !matches!(entry.content, Content::Folder) {
                let kind = if entry.name.starts_with("share/doc/") {
                    "%doc "
                } else {
                    ""
                };
                let _ = writeln!(spec, "{kind}/usr/{}", entry.name);
            }
        }
    }
    spec += "\n%post -n libauth0 -p /sbin/ldconfig\n%postun -n libauth0 -p /sbin/ldconfig\n";
    spec
}
