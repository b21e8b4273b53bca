//! The archives: unpacked anywhere, a C program is built against them and runs where there is nothing but libc.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tried;
use super::sandbox::Sandbox;
use crate::say::{Result, at, output};
use crate::targets::{System, Target};
use crate::{archive, inspect, steps, tree};

/// What every platform's quickstart says when all went well.
const PLATFORMS: [&str; 5] = [
    "creditpay",
    "daxpay",
    "openplatform",
    "redemption",
    "seller",
];

/// Unpacks an archive and uses what is in it.
pub fn check(tried: &Tried, target: &Target) -> Result<String> {
    let folder = tried.folder(target.triple)?;
    tree::unpack(&archive::file(target, tried.out), &folder)?;
    // It may be moved.
    let unpacked = folder.join("moved here");
    fs::rename(folder.join(archive::top(target)), &unpacked).map_err(at(&unpacked))?;
    let sandbox = sandbox(tried)?;
    match target.system {
        System::Gnu => gnu(target, &folder, &unpacked, &sandbox),
        System::Musl => musl(tried, target, &folder, &unpacked, &sandbox),
        System::Windows => windows(&folder, &unpacked, &sandbox),
    }
}

/// Of this machine's own command.
pub fn sandbox(tried: &Tried) -> Result<Sandbox> {
    let here = crate::targets::ALL.iter().find(|target| target.is_here());
    let here =
        here.ok_or("nothing is shipped for this machine, so there is no sandbox to try with")?;
    Sandbox::of(&steps::built(tried.work, here).join(here.command()))
}

/// Whether a quickstart got through all platforms; what it said if not.
pub fn whole(said: &str) -> Result<()> {
    match PLATFORMS.iter().find(|platform| !said.contains(*platform)) {
        None => Ok(()),
        Some(platform) => Err(format!(
            "the quickstart said nothing of {platform}:\n{said}"
        )),
    }
}

fn quickstart(unpacked: &Path) -> PathBuf {
    unpacked.join("share/doc/libauth/examples/quickstart.c")
}

/// What pkg-config says of an unpacked archive.
fn pkg_config(unpacked: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    let mut command = Command::new("pkg-config");
    command
        .env("PKG_CONFIG_LIBDIR", unpacked.join("lib/pkgconfig"))
        .env_remove("PKG_CONFIG_PATH");
    let said = output(command.args(arguments).arg("libauth"))?;
    // As a shell reads it: a folder's name may have a space, behind a backslash.
    let joined = said.trim().replace("\\ ", "\0");
    Ok(joined
        .split_whitespace()
        .map(|word| word.replace('\0', " "))
        .collect())
}

/// Compiles the quickstart as C99.
fn compile(compiler: &str, unpacked: &Path, libraries: &[String], program: &Path) -> Result<()> {
    let mut command = Command::new(compiler);
    command
        .args(["-std=c99", "-Wall"])
        .args(pkg_config(unpacked, &["--cflags"])?);
    command
        .arg(quickstart(unpacked))
        .args(libraries)
        .arg("-o")
        .arg(program);
    output(&mut command).map(drop)
}

/// The static library and what it needs, with gcc's unwinder of that name.
fn static_libraries(unpacked: &Path, unwinder: &str) -> Result<Vec<String>> {
    let all = pkg_config(unpacked, &["--static", "--libs"])?;
    Ok(all
        .into_iter()
        .map(|word| match word.as_str() {
            "-lauth" => "-l:libauth.a".to_owned(),
            "-lgcc_s" => unwinder.to_owned(),
            _ => word,
        })
        .collect())
}

/// A root file system with nothing but what these programs are linked with, as the loader finds it.
fn bare_root(root: &Path, programs: &[&Path], loaded: &[PathBuf]) -> Result<()> {
    tree::fresh(root)?;
    for file in loaded {
        let to = root.join(file.strip_prefix("/").unwrap_or(file));
        let folder = to.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(at(folder))?;
        fs::copy(file, &to).map_err(at(file))?;
    }
    for program in programs {
        let to = root.join(program.file_name().unwrap_or_default());
        fs::copy(program, &to).map_err(at(program))?;
    }
    Ok(())
}

/// Gives a root the system's random numbers, which a program that is wholly static reads from a device.
fn with_random(root: &Path) -> Result<()> {
    let devices = root.join("dev");
    fs::create_dir_all(&devices).map_err(at(&devices))?;
    for (name, minor) in [("random", "8"), ("urandom", "9")] {
        let mut mknod = Command::new("mknod");
        output(
            mknod
                .args(["-m", "666"])
                .arg(devices.join(name))
                .args(["c", "1", minor]),
        )?;
    }
    Ok(())
}

/// The loader and libc of a program, by `ldd`.
fn loaded_by(program: &Path) -> Result<Vec<PathBuf>> {
    let said = output(Command::new("ldd").arg(program))?;
    Ok(said
        .split_whitespace()
        .filter(|word| word.starts_with("/lib"))
        .map(PathBuf::from)
        .filter(|path| path.is_file())
        .collect())
}

/// A program inside another root, by root itself or in a name space of one's own.
fn inside(root: &Path, program: &str) -> Command {
    let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = Command::new(if is_root { "chroot" } else { "unshare" });
    if !is_root {
        command.args(["--map-root-user", "chroot"]);
    }
    command.arg(root).arg(program).env_clear();
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

fn gnu(target: &Target, folder: &Path, unpacked: &Path, sandbox: &Sandbox) -> Result<String> {
    if !target.is_here() {
        return emulated(target, folder, unpacked, sandbox);
    }
    let mut seen = Vec::new();
    // Shared: the program and the library lie beside libc, and nothing else does.
    let shared = folder.join("shared");
    let mut libraries = pkg_config(unpacked, &["--libs"])?;
    libraries.push("-Wl,-rpath,/lib".to_owned());
    compile("cc", unpacked, &libraries, &shared)?;
    let library = unpacked.join("lib").join(tools::SONAME);
    let mut loaded = loaded_by(&library)?;
    loaded.extend(loaded_by(&unpacked.join("bin/libauth"))?);
    let root = folder.join("bare");
    bare_root(&root, &[&shared, &unpacked.join("bin/libauth")], &loaded)?;
    fs::copy(&library, root.join("lib").join(tools::SONAME)).map_err(at(&library))?;
    whole(&output(sandbox.visit(&mut inside(&root, "/shared")))?)?;
    seen.push("shared in a bare root".to_owned());

    // The command, there too: it plays the platforms for a program outside.
    let inner = Sandbox::start(inside(&root, "/libauth"))?;
    whole(&output(inner.visit(&mut inside(&root, "/shared")))?)?;
    seen.push("the command in a bare root".to_owned());

    // The static library in a program that is linked with libc as ever.
    let mixed = folder.join("static-library");
    compile(
        "cc",
        unpacked,
        &static_libraries(unpacked, "-lgcc_s")?,
        &mixed,
    )?;
    whole(&output(sandbox.visit(&mut Command::new(&mixed)))?)?;

    // And in one that needs nothing at all: in a root where there is nothing but itself.
    let alone = folder.join("static");
    let mut libraries = static_libraries(unpacked, "-lgcc_eh")?;
    libraries.push("-static".to_owned());
    compile("cc", unpacked, &libraries, &alone)?;
    let root = folder.join("empty");
    bare_root(&root, &[&alone], &[])?;
    with_random(&root)?;
    whole(&output(sandbox.visit(&mut inside(&root, "/static")))?)?;
    seen.push("static, and with -static in an empty root".to_owned());

    let highest = inspect::highest_glibc(&library)?.unwrap_or_default();
    seen.push(format!("glibc {}.{}", highest.0, highest.1));
    Ok(seen.join(", "))
}

/// A program for another processor, under qemu.
fn emulated(target: &Target, folder: &Path, unpacked: &Path, sandbox: &Sandbox) -> Result<String> {
    let compiler = format!("{}-linux-gnu-gcc", target.processor);
    let shared = folder.join("shared");
    let mut libraries = pkg_config(unpacked, &["--libs"])?;
    libraries.push(format!("-Wl,-rpath,{}", unpacked.join("lib").display()));
    compile(&compiler, unpacked, &libraries, &shared)?;
    whole(&output(sandbox.visit(&mut qemu(target, &shared)))?)?;
    let alone = folder.join("static");
    let mut libraries = static_libraries(unpacked, "-lgcc_eh")?;
    libraries.push("-static".to_owned());
    compile(&compiler, unpacked, &libraries, &alone)?;
    whole(&output(sandbox.visit(&mut qemu(target, &alone)))?)?;
    let mut command = qemu(target, &unpacked.join("bin/libauth"));
    output(command.arg("--version"))?;
    let highest =
        inspect::highest_glibc(&unpacked.join("lib").join(tools::SONAME))?.unwrap_or_default();
    Ok(format!(
        "shared, with -static and the command under qemu, glibc {}.{}",
        highest.0, highest.1
    ))
}

fn qemu(target: &Target, program: &Path) -> Command {
    let mut command = Command::new(format!("qemu-{}-static", target.processor));
    command
        .arg("-L")
        .arg(format!("/usr/{}-linux-gnu", target.processor))
        .arg(program);
    command
}

fn musl(
    tried: &Tried,
    target: &Target,
    folder: &Path,
    unpacked: &Path,
    sandbox: &Sandbox,
) -> Result<String> {
    if target.processor != std::env::consts::ARCH {
        // There is no musl-gcc for it: zig brings musl and links statically.
        let alone = folder.join("static");
        let mut zig = tried.toolchain.zig();
        zig.args(["cc", "-target", target.zig, "-static", "-std=c99"]);
        zig.args(pkg_config(unpacked, &["--cflags"])?)
            .arg(quickstart(unpacked));
        zig.args(static_libraries(unpacked, "-lunwind")?)
            .arg("-o")
            .arg(&alone);
        output(&mut zig)?;
        whole(&output(sandbox.visit(&mut qemu(target, &alone)))?)?;
        return Ok("static under qemu".to_owned());
    }
    let shared = folder.join("shared");
    let mut libraries = pkg_config(unpacked, &["--libs"])?;
    libraries.push(format!("-Wl,-rpath,{}", unpacked.join("lib").display()));
    compile("musl-gcc", unpacked, &libraries, &shared)?;
    let loader = format!("/lib/ld-musl-{}.so.1", target.processor);
    whole(&output(sandbox.visit(Command::new(&loader).arg(&shared)))?)?;
    output(
        Command::new(&loader)
            .arg(unpacked.join("bin/libauth"))
            .arg("--version"),
    )?;
    let alone = folder.join("static");
    let mut libraries = static_libraries(unpacked, "-lgcc_eh")?;
    libraries.push("-static".to_owned());
    compile("musl-gcc", unpacked, &libraries, &alone)?;
    let root = folder.join("empty");
    bare_root(&root, &[&alone], &[])?;
    with_random(&root)?;
    whole(&output(sandbox.visit(&mut inside(&root, "/static")))?)?;
    Ok("shared and the command by musl's loader, static in an empty root".to_owned())
}

/// Debian's wine lacks a DLL that Rust's standard library takes random numbers from: this one has its one function.
const BCRYPTPRIMITIVES: &str = "#include <windows.h>
#include <bcrypt.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PUCHAR bytes, SIZE_T length) {
  return BCryptGenRandom(NULL, bytes, (ULONG)length, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}
";

fn windows(folder: &Path, unpacked: &Path, sandbox: &Sandbox) -> Result<String> {
    const COMPILER: &str = "x86_64-w64-mingw32-gcc";
    let source = folder.join("bcryptprimitives.c");
    fs::write(&source, BCRYPTPRIMITIVES).map_err(at(&source))?;
    let mut compiler = Command::new(COMPILER);
    compiler
        .arg("-shared")
        .arg(&source)
        .arg("-o")
        .arg(folder.join("bcryptprimitives.dll"))
        .arg("-lbcrypt");
    output(&mut compiler)?;
    for name in ["auth.dll", "libauth.exe"] {
        let from = unpacked.join("bin").join(name);
        fs::copy(&from, folder.join(name)).map_err(at(&from))?;
    }
    let wine = |program: &Path| {
        let installed = Path::new("/usr/lib/wine/wine64");
        let mut command = if installed.exists() {
            Command::new(installed)
        } else {
            Command::new("wine64")
        };
        command.arg(program).current_dir(folder);
        command
            .env("WINEPREFIX", folder.join("wine"))
            .env("WINEDEBUG", "-all");
        command
    };
    // Through the import library of MinGW, through Microsoft's, and with the static library.
    let shared = pkg_config(unpacked, &["--libs"])?;
    let microsoft: Vec<String> = shared
        .iter()
        .map(|word| {
            if word == "-lauth" {
                "-l:auth.lib".to_owned()
            } else {
                word.clone()
            }
        })
        .collect();
    let mut alone = static_libraries(unpacked, "-lgcc_s")?;
    alone.insert(0, "-DLIBAUTH_STATIC".to_owned());
    alone.push("-static".to_owned());
    for (name, libraries) in [
        ("mingw.exe", shared),
        ("microsoft.exe", microsoft),
        ("static.exe", alone),
    ] {
        let program = folder.join(name);
        compile(COMPILER, unpacked, &libraries, &program)?;
        whole(&output(sandbox.visit(&mut wine(&program))).map_err(|e| format!("{name}: {e}"))?)?;
    }
    output(wine(&folder.join("libauth.exe")).arg("--version"))?;
    Ok("through both import libraries, static, and the command under wine".to_owned())
}
