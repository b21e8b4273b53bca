//! Numbers as a signature has them: plain decimals, out of the text that they were written in.

use std::borrow::Cow;

/// An exponent that would write more zeros than this is left as it is: no amount has them, and
/// the text that a few digits ask for could be as long as memory.
const MOST_ZEROS: usize = 1000;

/// The number without exponent, without zeros at the end of its fraction and without a sign on
/// zero: `1.10` is `1.1`, `1.00` is `1`, `0E-8` is `0`, `1E+3` is `1000`.
pub(crate) fn plain(number: &str) -> Cow<'_, str> {
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole {
        return Cow::Borrowed(number);
    }
    expanded(number).map_or(Cow::Borrowed(number), Cow::Owned)
}

fn expanded(number: &str) -> Option<String> {
    let (sign, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", number),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_end_matches('0');
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let significant = &digits[leading..];
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    // Where the point stands, counted from the first significant digit.
    let exponent: i64 = exponent.parse().ok()?;
    let point = i64::try_from(whole.len())
        .ok()?
        .checked_sub(i64::try_from(leading).ok()?)?
        .checked_add(exponent)?;
    let length = significant.len();
    let Ok(before) = usize::try_from(point) else {
        let zeros = usize::try_from(point.unsigned_abs()).ok()?;
        return (zeros <= MOST_ZEROS).then(|| format!("{sign}0.{:0>zeros$}{significant}", ""));
    };
    match before {
        0 => Some(format!("{sign}0.{significant}")),
        _ if before < length => {
            let (whole, fraction) = significant.split_at(before);
            Some(format!("{sign}{whole}.{fraction}"))
        }
        _ => {
            let zeros = before - length;
            let whole_anyway = exponent == 0;
            (zeros <= MOST_ZEROS || whole_anyway)
                .then(|| format!("{sign}{significant}{:0>zeros$}", ""))
        }
    }
}

/// The number without zeros at the end of its fraction, its exponent left alone.
pub(crate) fn without_zeros(number: &str) -> &str {
    if !number.contains('.') || number.contains(['e', 'E']) {
        return number;
    }
    number.trim_end_matches('0').trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_plain_decimals() {
        for (written, wanted) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0E-8", "0"),
            ("0.00e+99999999999999999999", "0"),
            ("1E+3", "1000"),
            ("1e3", "1000"),
            ("1.5e3", "1500"),
            ("1.5E0", "1.5"),
            ("12.345e2", "1234.5"),
            ("12.345e1", "123.45"),
            ("12.345e3", "12345"),
            ("12.345e-1", "1.2345"),
            ("12.345e-2", "0.12345"),
            ("12.345e-4", "0.0012345"),
            ("-1.10", "-1.1"),
            ("1.00", "1"),
            ("100", "100"),
            ("100.0", "100"),
            ("-100", "-100"),
            ("-100e-2", "-1"),
            ("0.010", "0.01"),
            ("0.5E1", "5"),
            ("0.05E1", "0.5"),
            ("12345678901234567890.50", "12345678901234567890.5"),
        ] {
            assert_eq!(plain(written), wanted, "{written}");
        }
        let many = "9".repeat(400);
        assert_eq!(plain(&many), many);
        assert_eq!(plain(&format!("{many}.5E-400")), format!("0.{many}5"));
        let zeros = format!("-1{}", "0".repeat(5000));
        assert_eq!(plain(&zeros), zeros);
    }

    #[test]
    fn an_exponent_asks_for_no_more_memory_than_a_message_has() {
        for huge in [
            "1e999999999",
            "1E-999999999",
            "1e99999999999999999999",
            "-2E+1001",
        ] {
            assert_eq!(plain(huge), huge);
        }
        assert_eq!(plain("1e1000").len(), 1001);
        assert_eq!(plain("1e-1001").len(), 1003);
    }

    #[test]
    fn zeros_alone_may_go() {
        for (written, wanted) in [
            ("1.10", "1.1"),
            ("1.0", "1"),
            ("100", "100"),
            ("1.0E3", "1.0E3"),
        ] {
            assert_eq!(without_zeros(written), wanted);
        }
    }
}
