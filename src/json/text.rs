//! The text of JSON strings: what cannot stand in one as it is.

/// Whether this byte cannot stand in a JSON string as it is.
pub(super) fn must_be_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// How many bytes from the front on can stand in a JSON string as they are; eight are looked at in one step.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;
    let is_below = |word: u64, limit: u64| word.wrapping_sub(LOW * limit) & !word & HIGH;
    let is_plain = |chunk: &&[u8]| {
        let word = (*chunk).try_into().map_or(0, u64::from_le_bytes);
        let quotes = word ^ (LOW * u64::from(b'"'));
        let backslashes = word ^ (LOW * u64::from(b'\\'));
        is_below(word, 0x20) | is_below(quotes, 1) | is_below(backslashes, 1) == 0
    };
    let plain = 8 * bytes.chunks_exact(8).take_while(is_plain).count();
    let rest = bytes[plain..].iter();
    plain + rest.take_while(|byte| !must_be_escaped(**byte)).count()
}
