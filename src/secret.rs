//! Values that must not be seen: wiped on drop, without `Debug`, and blotted
//! out of every text that leaves the library.

use zeroize::Zeroizing;

/// A secret string. It is wiped from memory on drop and cannot be printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a copy of `value` into keeping.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(value.into()))
    }

    /// The secret itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Secret {
        Secret::new(value)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Secret {
        Secret::new(value)
    }
}

/// Bytes that are wiped when they are dropped and when they move to make room, in one stroke each.
#[derive(Default)]
pub(crate) struct Wiped(Vec<u8>);

impl Wiped {
    pub(crate) fn with_capacity(capacity: usize) -> Wiped {
        Wiped(Vec::with_capacity(capacity))
    }

    /// Room for so many more bytes.
    pub(crate) fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Wiped::with_capacity(2 * self.0.len() + more);
            larger.0.extend_from_slice(&self.0);
            *self = larger;
        }
    }

    pub(crate) fn push(&mut self, byte: u8) {
        self.reserve(1);
        self.0.push(byte);
    }

    /// Appends bytes; where they stand now.
    pub(crate) fn extend(&mut self, bytes: &[u8]) -> &mut [u8] {
        self.reserve(bytes.len());
        let start = self.0.len();
        self.0.extend_from_slice(bytes);
        &mut self.0[start..]
    }

    /// Takes the bytes that are not to be kept out again, from `start` on.
    pub(crate) fn retain_from(&mut self, start: usize, keep: impl Fn(u8) -> bool) {
        let mut end = start;
        for at in start..self.0.len() {
            let byte = self.0[at];
            if keep(byte) {
                self.0[end] = byte;
                end += 1;
            }
        }
        self.0.truncate(end);
    }
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Wiped {
        Wiped(bytes)
    }
}

impl From<String> for Wiped {
    fn from(text: String) -> Wiped {
        Wiped(text.into_bytes())
    }
}

impl std::ops::Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        let whole = self.0.capacity();
        self.0.clear();
        self.0.resize(whole, 0);
        zeroize::optimization_barrier(self.0.as_slice());
    }
}

/// What stands in a text where a secret was.
pub(crate) const MASK: &str = "***";

/// Secrets shorter than this are not looked for, in bytes.
const SHORTEST: usize = 3;

/// What stands at the end of a text that was too long.
const CUT_OFF: &str = "…";

/// The longest text from outside that a message or log line repeats, in characters.
const LONGEST_QUOTE: usize = 300;

/// `text` with each of the secrets blotted out: as it is, URL-encoded, in the upper case that daxpay
/// signs in, and where [`one_line`] cut a text off in the middle of one.
pub(crate) fn mask<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    // What is not masked yet must not stay in memory either.
    let mut masked = Zeroizing::new(text.to_owned());
    for secret in secrets {
        // A value of one or two characters would blot out half of every text and hides nothing.
        if secret.len() < SHORTEST {
            continue;
        }
        // Neither form takes more than three bytes for one: growing would leave copies behind.
        let room = || Zeroizing::new(String::with_capacity(3 * secret.len()));
        let (mut encoded, mut upper) = (room(), room());
        encoded.extend(form_urlencoded::byte_serialize(secret.as_bytes()));
        upper.extend(secret.chars().flat_map(char::to_uppercase));
        // "Bearer x" may come back as x alone.
        let credential = secret.split_once(' ').map(|(_, credential)| credential);
        for form in [secret, &encoded, &upper, credential.unwrap_or_default()] {
            blot_out(&mut masked, form);
        }
    }
    std::mem::take(&mut *masked)
}

/// Blots out one form of a secret, and its beginning where the end was cut off.
fn blot_out(text: &mut Zeroizing<String>, form: &str) {
    if form.len() < SHORTEST {
        return;
    }
    if text.contains(form) {
        *text = Zeroizing::new(text.replace(form, MASK));
    }
    if text.contains(CUT_OFF) {
        *text = Zeroizing::new(mask_cut_off(text, form));
    }
}

/// Blots out the beginning of a secret whose end was cut off.
fn mask_cut_off(text: &str, secret: &str) -> String {
    let mut masked = String::with_capacity(text.len() + MASK.len());
    for (index, piece) in text.split(CUT_OFF).enumerate() {
        if index > 0 {
            let beginnings = secret.char_indices().map(|(end, _)| &secret[..end]);
            let found = beginnings.rev().take_while(|start| start.len() >= SHORTEST);
            let longest = found.into_iter().find(|start| masked.ends_with(start));
            if let Some(start) = longest {
                masked.truncate(masked.len() - start.len());
                masked.push_str(MASK);
            }
            masked.push_str(CUT_OFF);
        }
        masked.push_str(piece);
    }
    masked
}

/// `text` on one line and of bearable length, fit for a message or a log.
pub(crate) fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
                ' '
            } else {
                c
            }
        })
        .take(LONGEST_QUOTE)
        .collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        line.push_str(CUT_OFF);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_plain_encoded_and_bearer_forms() {
        let masked = mask("k=a+b/c k=a%2Bb%2Fc t=eyJx", ["a+b/c", "Bearer eyJx"]);
        assert_eq!(masked, "k=*** k=*** t=***");
    }

    #[test]
    fn one_line_has_no_breaks_and_an_end() {
        assert_eq!(one_line("a\r\nb\u{2028}c"), "a  b c");
        let long = one_line(&"中".repeat(1000));
        assert_eq!(long.chars().count(), LONGEST_QUOTE + 1);
    }
}
