//! Looks into a library: what it needs, what it exports, how it is protected.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, FileHeader as _, ProgramHeader as _, Sym as _};
use object::read::pe::{ImageNtHeaders as _, ImageOptionalHeader as _, PeFile64};
use object::{Endianness, pe};

use crate::say::{Result, at};
use crate::targets::{GLIBC, System, Target};

/// A stripped shared library is smaller.
const LARGEST: u64 = 3_407_872;

/// The functions that are exported, and no other: those of the list in bindings/c.
pub fn promised() -> Result<BTreeSet<String>> {
    let list = tools::symbols();
    let text = fs::read_to_string(&list).map_err(at(&list))?;
    Ok(text
        .lines()
        .map(|line| line.trim().trim_end_matches(';'))
        .filter(|name| name.starts_with("libauth_"))
        .map(str::to_owned)
        .collect())
}

/// The version of all exported symbols.
fn node() -> String {
    let series = tools::SONAME.trim_start_matches("libauth.so.");
    format!("LIBAUTH_{series}")
}

/// Checks a shared library, and says what was seen.
pub fn shared_library(file: &Path, target: &Target) -> Result<String> {
    let bytes = fs::read(file).map_err(at(file))?;
    let length = bytes.len() as u64;
    let mut seen = vec![format!("{length} bytes")];
    if length >= LARGEST && target.system != System::Windows {
        return Err(format!(
            "{} has {length} bytes, and must stay below {LARGEST}",
            file.display()
        ));
    }
    let found = match target.system {
        System::Windows => dll(&bytes),
        System::Gnu | System::Musl => elf_library(&bytes, target.system),
    };
    seen.extend(found.map_err(|e| format!("{}: {e}", file.display()))?);
    Ok(seen.join(", "))
}

/// The highest version of glibc that a program or library asks for, if it asks for any.
pub fn highest_glibc(file: &Path) -> Result<Option<(u32, u32)>> {
    let bytes = fs::read(file).map_err(at(file))?;
    needed_versions(&bytes).map(|versions| highest(&versions))
}

fn highest(versions: &BTreeSet<String>) -> Option<(u32, u32)> {
    versions
        .iter()
        .filter_map(|version| {
            let mut numbers = version.strip_prefix("GLIBC_")?.split('.');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .max()
}

/// The versions of other libraries' symbols that an ELF file asks for.
fn needed_versions(bytes: &[u8]) -> Result<BTreeSet<String>> {
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(|e| e.to_string())?;
    let (endian, data) = (file.endian(), file.data());
    let sections = file.elf_section_table();
    let mut versions = BTreeSet::new();
    let Some((mut needs, link)) = sections
        .gnu_verneed(endian, data)
        .map_err(|e| e.to_string())?
    else {
        return Ok(versions);
    };
    let strings = sections
        .strings(endian, data, link)
        .map_err(|e| e.to_string())?;
    while let Some((_, mut aux)) = needs.next().map_err(|e| e.to_string())? {
        while let Some(need) = aux.next().map_err(|e| e.to_string())? {
            let name = need.name(endian, strings).map_err(|e| e.to_string())?;
            versions.insert(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(versions)
}

fn elf_library(bytes: &[u8], system: System) -> Result<Vec<String>> {
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(|e| e.to_string())?;
    let (endian, data) = (file.endian(), file.data());
    let text = |e: object::Error| e.to_string();
    let mut seen = Vec::new();

    // How it is protected.
    let headers = file
        .elf_header()
        .program_headers(endian, data)
        .map_err(text)?;
    let has = |kind: u32| headers.iter().any(|header| header.p_type(endian) == kind);
    if !has(elf::PT_GNU_RELRO) {
        return Err("it has no RELRO".to_owned());
    }
    let stack_is_plain = headers.iter().any(|header| {
        header.p_type(endian) == elf::PT_GNU_STACK && header.p_flags(endian) & elf::PF_X == 0
    });
    if !stack_is_plain {
        return Err("its stack is executable".to_owned());
    }
    let (mut flags, mut flags_1, mut textrel, mut soname, mut needed) =
        (0, 0, false, None, Vec::new());
    let sections = file.elf_section_table();
    let (entries, link) = sections
        .dynamic(endian, data)
        .map_err(text)?
        .ok_or("it is no shared library")?;
    let strings = sections.strings(endian, data, link).map_err(text)?;
    for entry in entries {
        let value = entry.d_val(endian);
        let string = || {
            let name = u32::try_from(value)
                .ok()
                .and_then(|at| strings.get(at).ok());
            String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
        };
        match u32::try_from(entry.d_tag(endian)).unwrap_or_default() {
            elf::DT_FLAGS => flags = value,
            elf::DT_FLAGS_1 => flags_1 = value,
            elf::DT_TEXTREL => textrel = true,
            elf::DT_SONAME => soname = Some(string()),
            elf::DT_NEEDED => needed.push(string()),
            _ => {}
        }
    }
    if flags_1 & u64::from(elf::DF_1_NOW) == 0 && flags & u64::from(elf::DF_BIND_NOW) == 0 {
        return Err("its RELRO is not full: it is not bound at the start".to_owned());
    }
    if flags_1 & u64::from(elf::DF_1_NODELETE) == 0 {
        return Err("it can be unloaded".to_owned());
    }
    if textrel || flags & u64::from(elf::DF_TEXTREL) != 0 {
        return Err("it has relocations in its code".to_owned());
    }
    if soname.as_deref() != Some(tools::SONAME) {
        return Err(format!("its SONAME is {soname:?}"));
    }

    // What it exports.
    let table = sections
        .symbols(endian, data, elf::SHT_DYNSYM)
        .map_err(text)?;
    let versions = sections
        .versions(endian, data)
        .map_err(text)?
        .ok_or("its symbols have no version")?;
    let mut exported = BTreeSet::new();
    for (index, symbol) in table.enumerate() {
        if symbol.is_undefined(endian) || symbol.st_bind() == elf::STB_LOCAL || index.0 == 0 {
            continue;
        }
        let name = String::from_utf8_lossy(symbol.name(endian, table.strings()).map_err(text)?)
            .into_owned();
        let version = versions
            .version(versions.version_index(endian, index))
            .map_err(text)?;
        let version = version.map(|version| String::from_utf8_lossy(version.name()).into_owned());
        if name == node() {
            continue;
        }
        if version.as_deref() != Some(node().as_str()) {
            return Err(format!("{name} has version {version:?}, not {}", node()));
        }
        exported.insert(name);
    }
    same(&exported)?;
    seen.push(format!("{} functions with {}", exported.len(), node()));

    // What it asks for.
    let needed_versions = needed_versions(bytes)?;
    match (system, highest(&needed_versions)) {
        (System::Gnu, Some(version)) if version <= GLIBC => {
            seen.push(format!("glibc {}.{}", version.0, version.1));
        }
        (System::Musl, None) => seen.push("no glibc".to_owned()),
        (_, version) => return Err(format!("it asks for glibc {version:?}")),
    }
    if let Some(other) = needed_versions
        .iter()
        .find(|name| !name.starts_with("GLIBC_"))
    {
        return Err(format!("it asks for {other}"));
    }
    seen.push(format!("needs {}", needed.join(" ")));
    seen.push("full RELRO, noexecstack, no TEXTREL".to_owned());
    Ok(seen)
}

fn same(exported: &BTreeSet<String>) -> Result<()> {
    let promised = promised()?;
    if let Some(name) = promised.difference(exported).next() {
        return Err(format!("it does not export {name}"));
    }
    if let Some(name) = exported.difference(&promised).next() {
        return Err(format!("it exports {name}"));
    }
    Ok(())
}

fn dll(bytes: &[u8]) -> Result<Vec<String>> {
    let file = PeFile64::parse(bytes).map_err(|e| e.to_string())?;
    let text = |e: object::Error| e.to_string();
    let exports = file
        .export_table()
        .map_err(text)?
        .ok_or("it exports nothing")?;
    let exported: BTreeSet<String> = exports
        .exports()
        .map_err(text)?
        .into_iter()
        .filter_map(|export| export.name)
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    same(&exported)?;
    let flags = file.nt_headers().optional_header().dll_characteristics();
    for (flag, what) in [
        (pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "cannot be moved"),
        (
            pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
            "has an executable stack",
        ),
    ] {
        if flags & flag == 0 {
            return Err(format!("it {what}"));
        }
    }
    let mut needed = Vec::new();
    if let Some(imports) = file.import_table().map_err(text)? {
        let mut descriptors = imports.descriptors().map_err(text)?;
        while let Some(descriptor) = descriptors.next().map_err(text)? {
            let name = imports
                .name(descriptor.name.get(object::LittleEndian))
                .map_err(text)?;
            needed.push(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(vec![
        format!("{} functions", exported.len()),
        format!("needs {}", needed.join(" ")),
        "ASLR, DEP".to_owned(),
    ])
}
