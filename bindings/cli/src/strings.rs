//! Two strings one above the other, with the first difference marked.

/// How much of both is shown before the first difference, and behind it.
const BEFORE: usize = 40;
const BEHIND: usize = 60;

/// Where two texts part, in characters; `None` when they are equal.
pub fn first_difference(one: &str, other: &str) -> Option<usize> {
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let at = common.count();
    let is_end = |text: &str| text.chars().nth(at).is_none();
    match is_end(one) && is_end(other) {
        true => None,
        false => Some(at),
    }
}

/// One text from a little before a place, on one line: as it is shown, and how many columns stand before the place.
pub fn window(text: &str, at: usize) -> (String, usize, String) {
    let from = at.saturating_sub(BEFORE);
    let visible = |text: &str, skip: usize, take: usize| -> String {
        text.chars().skip(skip).take(take).map(shown).collect()
    };
    let mut before = visible(text, from, at - from);
    if from > 0 {
        before.insert(0, '…');
    }
    let mut behind = visible(text, at, BEHIND);
    if text.chars().count() > at + BEHIND {
        behind.push('…');
    }
    let columns = width(&before);
    (before, columns, behind)
}

/// A control character as a person can see it.
fn shown(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control() || is_invisible(c) => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Looks like nothing, and makes two strings differ that look equal.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// How many columns a terminal takes for it: two for a letter of China, Japan and Korea.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found() {
        assert_eq!(first_difference("abc", "abc"), None);
        assert_eq!(first_difference("abc", "abd"), Some(2));
        assert_eq!(first_difference("abc", "ab"), Some(2));
        assert_eq!(first_difference("", "x"), Some(0));
        assert_eq!(first_difference("订单a", "订单b"), Some(2));
    }

    #[test]
    fn windows_line_up() {
        let one = format!("{}X tail", "a".repeat(100));
        let (before, columns, behind) = window(&one, 100);
        assert_eq!(columns, BEFORE + 1);
        assert!(before.starts_with('…') && behind.starts_with('X'));
        assert_eq!(window("订\n\u{200b}z", 3).0, "订\\n\\u{200b}");
        assert_eq!(window("订\nz", 2).1, 4);
    }
}
