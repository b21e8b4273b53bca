//! Reading what was given, up to a limit, with words for what went wrong.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The content of a file, or what is wrong with it: what stands behind its name.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    read_all(file, most)
}

/// Everything that comes, up to `most` bytes.
pub fn read_all(from: impl Read, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut limited = from.take(most + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(|error: io::Error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {} MiB", most / (1024 * 1024)));
    }
    Ok(bytes)
}
