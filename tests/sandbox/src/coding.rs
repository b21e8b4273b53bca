//! Content codings that nobody asked for.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// The coded body, and what `Content-Encoding` calls the coding.
pub fn encode(name: &str, body: &[u8]) -> (Vec<u8>, String) {
    let level = Compression::default();
    let (coded, header) = match name {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            let written = encoder.write_all(body);
            (written.and_then(|()| encoder.finish()), "gzip")
        }
        "deflate" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            let written = encoder.write_all(body);
            (written.and_then(|()| encoder.finish()), "deflate")
        }
        // What some servers call deflate: without zlib's head and checksum.
        "deflate_raw" => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            let written = encoder.write_all(body);
            (written.and_then(|()| encoder.finish()), "deflate")
        }
        _ => (Ok(brotli(body)), "br"),
    };
    (coded.expect("memory takes every byte"), header.to_owned())
}

/// Brotli in blocks that are not compressed.
fn brotli(body: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    for (index, block) in body.chunks(1 << 16).enumerate() {
        // Not the last block, four nibbles of its length less one, not compressed; a window of 2^16
        // in front of the first.
        let header = (block.len() as u32 - 1) << 3 | 1 << 19;
        let header = if index == 0 { header << 1 } else { header };
        coded.extend_from_slice(&header.to_le_bytes()[..3]);
        coded.extend_from_slice(block);
    }
    // The last block, and empty; without any block before it the window comes first.
    coded.push(if body.is_empty() { 0b110 } else { 0b11 });
    coded
}
