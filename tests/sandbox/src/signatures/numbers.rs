//! Numbers as the platforms write them into a string to sign.

/// Marks a number in the output of [`mark_numbers`]: it begins with a code point that is no character, and no text.
pub const NUMBER: &str = "\u{fdd0}number ";

/// The same JSON with every number turned into a marked string, so that its digits survive parsing.
pub fn mark_numbers(json: &str) -> String {
    let mut marked = String::with_capacity(json.len());
    let (mut in_string, mut escaped, mut in_number) = (false, false, false);
    for c in json.chars() {
        let numeric = !in_string && (c.is_ascii_digit() || c == '-');
        if numeric && !in_number {
            marked.push('"');
            marked.push_str(NUMBER);
            in_number = true;
        } else if in_number && !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E') {
            marked.push('"');
            in_number = false;
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
        marked.push(c);
    }
    if in_number {
        marked.push('"');
    }
    marked
}

/// A number without an exponent and without trailing zeros after the point, whatever its length. One with an
/// exponent beyond a thousand stays as it is: no amount needs it.
pub fn plain_number(number: &str) -> String {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let Some(exponent) = exponent.parse::<i32>().ok().filter(|e| e.abs() <= 1000) else {
        return number.to_owned();
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut places = fraction.len() as i32 - exponent;
    while places < 0 {
        digits.push('0');
        places += 1;
    }
    while digits.len() <= places as usize {
        digits.insert(0, '0');
    }
    let (whole, fraction) = digits.split_at(digits.len() - places as usize);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let plain = match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    };
    match negative && plain != "0" {
        true => format!("-{plain}"),
        false => plain,
    }
}
