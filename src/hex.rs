//! Bytes as hex digits.

pub(crate) fn lower(bytes: &[u8]) -> String {
    written(bytes, b"0123456789abcdef")
}

pub(crate) fn upper(bytes: &[u8]) -> String {
    written(bytes, b"0123456789ABCDEF")
}

fn written(bytes: &[u8], digits: &[u8; 16]) -> String {
    let digit = |of: u8| digits[usize::from(of & 15)];
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
    String::from_utf8(text).unwrap_or_default()
}
