//! Builds what libauth ships: the one place that knows how the C library is linked.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the library is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Quickly, to be tested.
    Debug,
    /// As it is shipped: optimised over all crates at once, and stripped.
    Release,
}

/// The version of libauth.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is found on a system that has a libauth of the same major and minor version.
pub const SONAME: &str = concat!(
    "libauth.so.",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR")
);

/// What a program needs that is linked with the static library, on Linux: what
/// `cargo rustc -p libauth-c --crate-type staticlib -- --print native-static-libs` says.
pub const LINUX_LIBRARIES: [&str; 7] = [
    "-lgcc_s",
    "-lutil",
    "-lrt",
    "-lpthread",
    "-lm",
    "-ldl",
    "-lc",
];

/// The repository.
pub fn root() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR"));
    tools.parent().unwrap_or(tools).to_owned()
}

/// The cargo to build with.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What a build is made with. The default is what the environment names: the cargo that runs, and the C compiler
/// of `LIBAUTH_CC`, else of cargo for this target, else of `CC`, else the system's.
#[derive(Clone, Debug, Default)]
pub struct Kit {
    /// Another cargo: one that brings a linker for other machines.
    pub cargo: Option<OsString>,
    /// Another C compiler that links, with its arguments.
    pub compiler: Vec<OsString>,
    /// What the linker calls the library that unwinds; `-lgcc_s` where none is named.
    pub unwinder: Option<&'static str>,
    /// What cargo finds in its environment besides.
    pub environment: Vec<(String, OsString)>,
    /// Where cargo builds; `CARGO_TARGET_DIR` or `target` where none is named.
    pub target_dir: Option<PathBuf>,
}

impl Kit {
    /// Cargo with this kit's environment, in the repository.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(self.cargo.clone().unwrap_or_else(cargo));
        command.current_dir(root());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.target_dir {
            command.env("CARGO_TARGET_DIR", dir);
        }
        command
    }

    /// Where cargo puts what it builds. What follows the target's name after a dot, as cargo-zigbuild has it
    /// for the version of glibc, is no part of the folder.
    pub fn built(&self, profile: Profile, target: Option<&str>) -> PathBuf {
        let mut built = self.target_dir.clone().unwrap_or_else(|| {
            std::env::var_os("CARGO_TARGET_DIR")
                .map_or_else(|| root().join("target"), |dir| root().join(dir))
        });
        if let Some(target) = target {
            built.push(target.split('.').next().unwrap_or(target));
        }
        built.push(match profile {
            Profile::Debug => "debug",
            Profile::Release => "release",
        });
        built
    }

    fn compiler(&self, target: Option<&str>) -> Command {
        match self.compiler.split_first() {
            None => compiler(target),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
        }
    }
}

/// Builds the C library and lays it out in `out` (by default in the folder `library` beside what cargo built), which is
/// returned: `libauth.so` and `libauth.so.0.2`, links to `libauth.so.0.2.0`, and `libauth.a`; on other
/// systems than Linux what cargo makes.
///
/// # Errors
/// One line: what failed, and with which command.
pub fn library(
    profile: Profile,
    target: Option<&str>,
    out: Option<&Path>,
) -> Result<PathBuf, String> {
    library_with(&Kit::default(), profile, target, out)
}

/// The same, with another kit.
///
/// # Errors
/// One line: what failed, and with which command.
pub fn library_with(
    kit: &Kit,
    profile: Profile,
    target: Option<&str>,
    out: Option<&Path>,
) -> Result<PathBuf, String> {
    let is_linux = target.map_or(cfg!(target_os = "linux"), |target| {
        target.contains("-linux-")
    });
    let built = build(
        kit,
        profile,
        target,
        if is_linux {
            "staticlib"
        } else {
            "staticlib,cdylib"
        },
    )?;
    let out = out.map_or_else(|| built.join("library"), Path::to_owned);
    fs::create_dir_all(&out).map_err(|e| format!("{} cannot be made: {e}", out.display()))?;
    if !is_linux {
        for name in [
            "libauth.a",
            "libauth.dylib",
            "auth.lib",
            "auth.dll",
            "auth.dll.lib",
        ] {
            let from = built.join(name);
            if from.exists() {
                copy(&from, &out.join(name))?;
            }
        }
        return Ok(out);
    }
    let archive = built.join("libauth.a");
    if profile == Profile::Release && !is_optimised_as_a_whole(&archive)? {
        return Err(format!(
            "{} was made without link-time optimisation",
            archive.display()
        ));
    }
    let shared = out.join(format!("libauth.so.{VERSION}"));
    if !is_newer(&shared, &archive) || !is_newer(&shared, &symbols()) {
        link(kit, profile, target, &archive, &shared)?;
    }
    symlink(&format!("libauth.so.{VERSION}"), &out.join(SONAME))?;
    symlink(SONAME, &out.join("libauth.so"))?;
    if !is_newer(&out.join("libauth.a"), &archive) {
        copy(&archive, &out.join("libauth.a"))?;
    }
    Ok(out)
}

/// Has cargo build the crate of the C library, and tells where.
fn build(
    kit: &Kit,
    profile: Profile,
    target: Option<&str>,
    crate_types: &str,
) -> Result<PathBuf, String> {
    let mut command = kit.cargo();
    command.args([
        "rustc",
        "--quiet",
        "--package",
        "libauth-c",
        "--lib",
        "--crate-type",
        crate_types,
    ]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    run(&mut command)?;
    Ok(kit.built(profile, target))
}

/// Builds the `libauth` command, and tells where it is.
///
/// # Errors
/// One line: what failed, and with which command.
pub fn command(profile: Profile, target: Option<&str>) -> Result<PathBuf, String> {
    command_with(&Kit::default(), profile, target)
}

/// The same, with another kit.
///
/// # Errors
/// One line: what failed, and with which command.
pub fn command_with(kit: &Kit, profile: Profile, target: Option<&str>) -> Result<PathBuf, String> {
    let built = kit.built(profile, target);
    // Where earlier versions laid out the library stands the command now.
    let at = built.join("libauth");
    if at.is_dir() {
        fs::remove_dir_all(&at).map_err(|e| format!("{} is in the way: {e}", at.display()))?;
    }
    let mut command = kit.cargo();
    command.args([
        "rustc",
        "--quiet",
        "--package",
        "libauth-cli",
        "--bin",
        "libauth",
    ]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    run(&mut command)?;
    let is_windows = target.map_or(cfg!(windows), |target| target.contains("-windows-"));
    Ok(if is_windows {
        built.join("libauth.exe")
    } else {
        at
    })
}

/// The exported symbols, with their version.
pub fn symbols() -> PathBuf {
    root().join("bindings/c/libauth.map")
}

/// Makes the shared library of the static one. rustc could make it too, but gives the linker a version script
/// of its own, beside which there can be no version of the symbols.
fn link(
    kit: &Kit,
    profile: Profile,
    target: Option<&str>,
    archive: &Path,
    shared: &Path,
) -> Result<(), String> {
    let part = shared.with_extension(format!("part-{}", std::process::id()));
    let mut command = kit.compiler(target);
    command
        .args(["-shared", "-Wl,--whole-archive"])
        .arg(archive)
        .arg("-Wl,--no-whole-archive");
    command.arg(format!("-Wl,--version-script={}", symbols().display()));
    command.arg(format!("-Wl,-soname,{SONAME}"));
    // What no export needs is left out; what stands in the table of addresses cannot be changed later;
    // and unloading would pull the code from under thread-local destructors and a resolver's thread.
    command.args([
        "-Wl,--gc-sections",
        "-Wl,-z,relro,-z,now",
        "-Wl,-z,noexecstack",
        "-Wl,-z,nodelete",
    ]);
    command.args(["-Wl,--no-undefined", "-Wl,--as-needed"]);
    if profile == Profile::Release {
        command.arg("-Wl,--strip-all");
        // zig has one level alone.
        if kit.compiler.is_empty() {
            command.arg("-Wl,-O2");
        }
    }
    command.arg(kit.unwinder.unwrap_or(LINUX_LIBRARIES[0]));
    command.args(&LINUX_LIBRARIES[1..]).arg("-o").arg(&part);
    run(&mut command)?;
    fs::rename(&part, shared).map_err(|e| format!("{} cannot be written: {e}", shared.display()))
}

/// The C compiler that links: LIBAUTH_CC (with arguments, if need be), what cargo links this target with, CC,
/// or the system's.
fn compiler(target: Option<&str>) -> Command {
    let of_target = target.map(|target| {
        format!(
            "CARGO_TARGET_{}_LINKER",
            target.to_uppercase().replace('-', "_")
        )
    });
    let names = [
        Some("LIBAUTH_CC".to_owned()),
        of_target,
        Some("CC".to_owned()),
    ];
    let named = names
        .into_iter()
        .flatten()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let named = named.unwrap_or_else(|| "cc".to_owned());
    let mut words = named.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("cc"));
    command.args(words);
    command
}

/// Whether the code of all crates was optimised together: then no crate has an object of its own in the
/// archive, rustls for one.
///
/// # Errors
/// When the archive cannot be read.
pub fn is_optimised_as_a_whole(archive: &Path) -> Result<bool, String> {
    let bytes =
        fs::read(archive).map_err(|e| format!("{} cannot be read: {e}", archive.display()))?;
    let members = members(&bytes).ok_or_else(|| format!("{} is no archive", archive.display()))?;
    Ok(members.iter().any(|name| name.starts_with("auth"))
        && !members.iter().any(|name| name.starts_with("rustls")))
}

/// The names of the files in an `ar` archive, as GNU writes it.
fn members(bytes: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut long_names: &[u8] = &[];
    let mut rest = bytes.strip_prefix(b"!<arch>\n")?;
    while rest.len() >= 60 {
        let (head, behind) = rest.split_at(60);
        let text = |range: std::ops::Range<usize>| {
            std::str::from_utf8(&head[range]).map(str::trim_end).ok()
        };
        let (name, length): (_, usize) = (text(0..16)?, text(48..58)?.parse().ok()?);
        let content = behind.get(..length)?;
        match name {
            "//" => long_names = content,
            "/" | "/SYM64/" => {}
            _ => names.push(match name.strip_prefix('/') {
                Some(at) => {
                    let long = long_names.get(at.parse::<usize>().ok()?..)?;
                    let end = long
                        .iter()
                        .position(|byte| *byte == b'/' || *byte == b'\n')?;
                    String::from_utf8_lossy(&long[..end]).into_owned()
                }
                None => name.trim_end_matches('/').to_owned(),
            }),
        }
        rest = behind.get(length + length % 2..).unwrap_or_default();
    }
    Some(names)
}

fn is_newer(made: &Path, of: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    time(made).zip(time(of)).is_some_and(|(made, of)| made > of)
}

/// In one step, so that whoever has the file open keeps the old one.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let part = to.with_extension(format!("part-{}", std::process::id()));
    let copied = fs::copy(from, &part).and_then(|_| fs::rename(&part, to));
    copied.map_err(|e| {
        format!(
            "{} cannot be copied to {}: {e}",
            from.display(),
            to.display()
        )
    })
}

#[cfg(unix)]
fn symlink(to: &str, at: &Path) -> Result<(), String> {
    if fs::read_link(at).is_ok_and(|found| found == Path::new(to)) {
        return Ok(());
    }
    let part = at.with_extension(format!("part-{}", std::process::id()));
    let made = std::os::unix::fs::symlink(to, &part).and_then(|()| fs::rename(&part, at));
    made.map_err(|e| format!("{} cannot be made a link to {to}: {e}", at.display()))
}

#[cfg(not(unix))]
fn symlink(to: &str, at: &Path) -> Result<(), String> {
    copy(&at.with_file_name(to), at)
}

/// Runs a command to its end.
///
/// # Errors
/// One line with the command, when it does not start or fails.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status();
    let shown = || format!("{command:?}").replace('"', "");
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("failed with {status}: {}", shown())),
        Err(e) => Err(format!("{}: {e}", shown())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_read() {
        let mut archive = b"!<arch>\n".to_vec();
        let mut add = |name: &str, content: &[u8]| {
            archive.extend(
                format!(
                    "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                    0,
                    0,
                    0,
                    644,
                    content.len()
                )
                .bytes(),
            );
            archive.extend(content);
            archive.extend(std::iter::repeat_n(b'\n', content.len() % 2));
        };
        add("/", b"symbols");
        add("//", b"auth-0123456789abcdef.auth.rcgu.o/\n");
        add("/0", b"code");
        add("short.o/", b"odd");
        add("other.o/", b"");
        let names = members(&archive).unwrap();
        assert_eq!(
            names,
            ["auth-0123456789abcdef.auth.rcgu.o", "short.o", "other.o"]
        );
        assert!(members(b"\x7fELF").is_none());
    }
}
