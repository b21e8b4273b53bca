//! Texts that are given on the command line, or better not there: in a file or on standard input.

use crate::failure::Failure;
use crate::files;

/// The largest text.
const LARGEST: u64 = 1024 * 1024;

/// `@FILE` is what the file holds, `-` what comes on standard input, without the line break at the end.
pub fn secret_text(option: &str, given: &str) -> Result<String, Failure> {
    let (place, read) = match (given, given.strip_prefix('@')) {
        ("-", _) => (
            "standard input".to_owned(),
            files::read_all(std::io::stdin().lock(), LARGEST),
        ),
        (_, Some(path)) => (path.to_owned(), files::read(path.as_ref(), LARGEST)),
        _ => return Ok(given.to_owned()),
    };
    let wrong = |what: String| Failure::input(format!("{option}: {place} {what}"));
    let text =
        read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned()));
    let text = text.map_err(wrong)?;
    let text = text.trim_end_matches(['\r', '\n']);
    match text.is_empty() {
        true => Err(wrong("is empty".to_owned())),
        false => Ok(text.to_owned()),
    }
}
