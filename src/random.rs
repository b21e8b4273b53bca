//! Random ids, straight from the system.

/// 32 random hex digits: a nonce, a trace id, a request id.
pub(crate) fn hex_id() -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes: [u8; 16] = bytes();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut id = String::with_capacity(32);
    id.extend(digits.map(|digit| char::from(DIGITS[usize::from(digit)])));
    id
}

/// A number from 0 up to 1, for jitter.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::from_le_bytes(bytes())) / (f64::from(u32::MAX) + 1.0)
}

/// Bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system's random source works");
    bytes
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> String {
    let hex = hex_id();
    // The two places that say which kind of UUID this is.
    let kind = ["8", "9", "a", "b"][usize::from(hex.as_bytes()[16] & 3)];
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..],
    ];
    let [a, b, c, d, e] = parts;
    format!("{a}-{b}-4{c}-{kind}{d}-{e}")
}
