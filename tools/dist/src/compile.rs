//! The library and the command of one target, laid out in a folder: what all that is shipped is packed from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tools::Profile;

use crate::inspect;
use crate::say::{Result, at, output};
use crate::targets::{System, Target};
use crate::toolchain::Toolchain;
use crate::tree;

/// Builds a target's library and command, checks the library, and says what was seen.
pub fn target(toolchain: &Toolchain, target: &Target, to: &Path) -> Result<String> {
    fs::create_dir_all(to).map_err(at(to))?;
    let kit = toolchain.kit(target);
    let name = target.for_zigbuild();
    tools::library_with(&kit, Profile::Release, Some(&name), Some(to))?;
    if target.system == System::Windows {
        import_libraries(toolchain, to)?;
    }
    let command = tools::command_with(&kit, Profile::Release, Some(&name))?;
    tree::copy(&command, &to.join(target.command()))?;
    let mut seen = inspect::shared_library(&to.join(target.library()), target)?;
    if target.system == System::Gnu {
        let highest = inspect::highest_glibc(&to.join(target.command()))?;
        if highest.is_none_or(|version| version > crate::targets::GLIBC) {
            return Err(format!("the command asks for glibc {highest:?}"));
        }
        seen += &format!(", command: glibc {highest:?}");
    }
    Ok(seen)
}

/// What a program is linked with that uses the DLL, made from the list of functions: for MinGW and for Microsoft's linker.
fn import_libraries(toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let definitions = folder.join("auth.def");
    let names: Vec<String> = inspect::promised()?.into_iter().collect();
    let text = format!("LIBRARY auth.dll\nEXPORTS\n    {}\n", names.join("\n    "));
    fs::write(&definitions, text).map_err(at(&definitions))?;
    for name in ["libauth.dll.a", "auth.lib"] {
        let mut zig = toolchain.zig();
        zig.args(["dlltool", "-m", "i386:x86-64", "-d"])
            .arg(&definitions);
        output(zig.arg("-l").arg(folder.join(name)))?;
    }
    Ok(())
}

/// Lays files out as they are installed: bindings/install.sh does it, here and for users.
pub fn install(built: &Path, prefix: &str, libdir: &str, destination: &Path) -> Result<PathBuf> {
    tree::fresh(destination)?;
    let mut script = Command::new("sh");
    script
        .arg(tools::root().join("bindings/install.sh"))
        .arg(prefix)
        .env("LIBAUTH_BUILT", built)
        .env("LIBDIR", libdir)
        .env("DESTDIR", destination);
    output(&mut script)?;
    Ok(destination.join(prefix.trim_start_matches('/')))
}
