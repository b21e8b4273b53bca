//! What a server coded although identity was asked for.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::error::{Error, Result};
use crate::secret::one_line;

/// Decodes a body, up to a byte more than `most`: the result is limited as it grows.
pub(crate) fn decode(coding: &str, bytes: &[u8], most: u64) -> Result<Vec<u8>> {
    let mut decoder: Box<dyn Read + '_> = match coding {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(bytes)),
        // It means zlib's format; some send bare deflate.
        "deflate" if is_zlib(bytes) => Box::new(ZlibDecoder::new(bytes)),
        "deflate" => Box::new(DeflateDecoder::new(bytes)),
        other => {
            let other = one_line(other);
            return Err(Error::protocol(format!(
                "the answer is coded as {other}, though identity was asked for: gzip and deflate could be read"
            )));
        }
    };
    let mut decoded = Vec::new();
    let mut limited = decoder.by_ref().take(most.saturating_add(1));
    match limited.read_to_end(&mut decoded) {
        Ok(_) => Ok(decoded),
        Err(_) => Err(Error::protocol(format!(
            "the answer is not the {coding} that it says it is"
        ))),
    }
}

fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, check, ..] => {
            method & 0x0f == 8 && (u32::from(*method) * 256 + u32::from(*check)) % 31 == 0
        }
        _ => false,
    }
}
