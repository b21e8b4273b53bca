//! Folders packed so that the same files give the same bytes: names in order, one time for all, no owner.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::say::{Result, at, output};

/// What is in a folder.
pub struct Entry {
    /// Below the folder, with `/`.
    pub name: String,
    pub content: Content,
}

pub enum Content {
    Folder,
    Link(String),
    File { bytes: Vec<u8>, executable: bool },
}

impl Entry {
    pub fn size(&self) -> u64 {
        match &self.content {
            Content::File { bytes, .. } => bytes.len() as u64,
            Content::Folder | Content::Link(_) => 0,
        }
    }

    /// The MD5 of a file, as Debian's packages list it.
    pub fn md5(&self) -> Option<String> {
        match &self.content {
            Content::File { bytes, .. } => Some(hex(&Md5::digest(bytes))),
            Content::Folder | Content::Link(_) => None,
        }
    }

    pub fn is_file(&self) -> bool {
        matches!(self.content, Content::File { .. })
    }
}

/// The names below a folder of the repository of what is under version control, or would be.
pub fn tracked(folder: &str) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(tools::root().join(folder));
    let names = output(git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    // A file that is deleted and still known to git is no source.
    let there = |name: &&str| tools::root().join(folder).join(name).is_file();
    Ok(names.filter(there).map(str::to_owned).collect())
}

/// Copies a file, and makes the folders that it lies in.
pub fn copy_making_folders(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(at(folder))?;
    copy(from, to)
}

/// All that is in a folder, in the order of names.
pub fn read(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    walk(folder, "", &mut entries)?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn walk(folder: &Path, below: &str, entries: &mut Vec<Entry>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{below}{file_name}");
        let data = fs::symlink_metadata(&path).map_err(at(&path))?;
        if data.is_symlink() {
            let to = fs::read_link(&path).map_err(at(&path))?;
            let content = Content::Link(to.to_string_lossy().into_owned());
            entries.push(Entry { name, content });
        } else if data.is_dir() {
            walk(&path, &format!("{name}/"), entries)?;
            let content = Content::Folder;
            entries.push(Entry { name, content });
        } else {
            let bytes = fs::read(&path).map_err(at(&path))?;
            let content = Content::File {
                bytes,
                executable: is_executable(&data),
            };
            entries.push(Entry { name, content });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(data: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    data.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// `to` becomes a tar.gz whose files all lie below `top`.
pub fn tar_gz(entries: &[Entry], top: &str, time: u64, to: &Path) -> Result<()> {
    let gz = flate2::GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), flate2::Compression::best());
    let mut tar = tar::Builder::new(gz);
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        let name = format!("{top}/{}", entry.name);
        let added = match &entry.content {
            Content::Folder => {
                header.set_entry_type(tar::EntryType::Directory);
                header.set_mode(0o755);
                header.set_size(0);
                tar.append_data(&mut header, format!("{name}/"), std::io::empty())
            }
            Content::Link(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_mode(0o777);
                header.set_size(0);
                tar.append_link(&mut header, name, target)
            }
            Content::File { bytes, executable } => {
                header.set_entry_type(tar::EntryType::Regular);
                header.set_mode(if *executable { 0o755 } else { 0o644 });
                header.set_size(bytes.len() as u64);
                tar.append_data(&mut header, name, bytes.as_slice())
            }
        };
        added.map_err(at(to))?;
    }
    let bytes = tar
        .into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .map_err(at(to))?;
    write(to, &bytes)
}

/// `to` becomes a zip whose files all lie below `top`, which may be empty. A link becomes the file it leads to.
pub fn zip(entries: &[Entry], top: &str, time: u64, to: &Path) -> Result<()> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let time = zip_time(time);
    for entry in entries {
        let Content::File { bytes, executable } = &entry.content else {
            continue;
        };
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(time)
            .unix_permissions(if *executable { 0o755 } else { 0o644 });
        let name = if top.is_empty() {
            entry.name.clone()
        } else {
            format!("{top}/{}", entry.name)
        };
        zip.start_file(name, options).map_err(at(to))?;
        zip.write_all(bytes).map_err(at(to))?;
    }
    let bytes = zip.finish().map_err(at(to))?.into_inner();
    write(to, &bytes)
}

/// A zip knows years from 1980 on, and no zone.
fn zip_time(time: u64) -> zip::DateTime {
    let time = i64::try_from(time).unwrap_or_default();
    time::OffsetDateTime::from_unix_timestamp(time)
        .ok()
        .map(|time| time::PrimitiveDateTime::new(time.date(), time.time()))
        .and_then(|time| zip::DateTime::try_from(time).ok())
        .unwrap_or_default()
}

/// As a mail or a Debian changelog writes a time.
pub fn mail_time(time: u64) -> String {
    i64::try_from(time)
        .ok()
        .and_then(|time| time::OffsetDateTime::from_unix_timestamp(time).ok())
        .and_then(|time| {
            time.format(&time::format_description::well_known::Rfc2822)
                .ok()
        })
        .unwrap_or_default()
}

/// Makes a symbolic link.
#[cfg(unix)]
pub fn link(target: &str, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(target, to).map_err(at(to))
}

#[cfg(not(unix))]
pub fn link(target: &str, to: &Path) -> Result<()> {
    copy(&to.with_file_name(target), to)
}

/// Sets a file's rights: everybody's to read, and to run.
#[cfg(unix)]
pub fn set_executable(file: &Path, executable: bool) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).map_err(at(file))
}

#[cfg(not(unix))]
pub fn set_executable(_: &Path, _: bool) -> Result<()> {
    Ok(())
}

/// The content of a file in a zip.
pub fn in_zip(archive: &Path, name: &str) -> Result<Vec<u8>> {
    let file = fs::File::open(archive).map_err(at(archive))?;
    let mut zip = zip::ZipArchive::new(file).map_err(at(archive))?;
    let mut bytes = Vec::new();
    let mut file = zip
        .by_name(name)
        .map_err(|e| format!("{} has no {name}: {e}", archive.display()))?;
    file.read_to_end(&mut bytes).map_err(at(archive))?;
    Ok(bytes)
}

/// The names of the files in a zip.
pub fn names_in_zip(archive: &Path) -> Result<Vec<String>> {
    let file = fs::File::open(archive).map_err(at(archive))?;
    let zip = zip::ZipArchive::new(file).map_err(at(archive))?;
    Ok(zip.file_names().map(str::to_owned).collect())
}

/// Unpacks a tar.gz or a zip into a folder.
pub fn unpack(archive: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into).map_err(at(into))?;
    let file = fs::File::open(archive).map_err(at(archive))?;
    if archive
        .extension()
        .is_some_and(|extension| extension == "gz")
    {
        tar::Archive::new(flate2::read::GzDecoder::new(file))
            .unpack(into)
            .map_err(at(archive))
    } else {
        zip::ZipArchive::new(file)
            .and_then(|mut zip| zip.extract(into))
            .map_err(at(archive))
    }
}

/// Writes a file in one step: what is there is whole.
pub fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    let part = PathBuf::from(format!("{}.part", to.display()));
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, to))
        .map_err(at(to))
}

/// Copies a file in one step.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let part = PathBuf::from(format!("{}.part", to.display()));
    fs::copy(from, &part)
        .and_then(|_| fs::rename(&part, to))
        .map_err(at(to))
}

/// An empty folder.
pub fn fresh(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    fs::create_dir_all(folder).map_err(at(folder))
}

/// The SHA-256 of a file, in hexadecimal digits.
pub fn sum(file: &Path) -> Result<String> {
    Ok(hex(&Sha256::digest(fs::read(file).map_err(at(file))?)))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_zip_is_read_from_the_calendar() {
        // date -u -d @1700000000: 2023-11-14 22:13:20
        let time = zip_time(1_700_000_000);
        assert_eq!((time.year(), time.month(), time.day()), (2023, 11, 14));
        assert_eq!((time.hour(), time.minute(), time.second()), (22, 13, 20));
    }

    #[test]
    fn equal_files_make_equal_bytes() {
        let folder = std::env::temp_dir().join(format!("libauth-tree-{}", std::process::id()));
        let pack = |order: [&str; 2], name: &str| {
            let files = folder.join(name);
            fresh(&files).unwrap();
            for file in order {
                fs::write(files.join(file), file).unwrap();
            }
            let entries = read(&files).unwrap();
            let packed = [folder.join("x.tar.gz"), folder.join("x.zip")];
            tar_gz(&entries, "top", 1_700_000_000, &packed[0]).unwrap();
            zip(&entries, "top", 1_700_000_000, &packed[1]).unwrap();
            packed.map(|file| sum(&file).unwrap())
        };
        assert_eq!(pack(["a", "b"], "one"), pack(["b", "a"], "two"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
