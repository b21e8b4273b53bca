//! A moment as it is written in another zone, from its text alone.

/// `yyyy-MM-dd HH:mm:ss` in a zone so many minutes east of UTC; none beyond the years 1 to 9999.
pub(super) fn format_civil(unix_ms: i64, offset_minutes: i64) -> Option<String> {
    let seconds = unix_ms.div_euclid(1000) + offset_minutes * 60;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years begin in March here, so that a leap day is a year's last.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    (1..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}

/// Reads what [`format_civil`] writes, as Unix milliseconds.
pub(super) fn parse_civil(text: &str, offset_minutes: i64) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let from_march = (month + 9).rem_euclid(12);
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = days + day_of_year - 719_468;
    let unix_ms = (days * 86_400 + hour * 3600 + minute * 60 + second - offset_minutes * 60) * 1000;
    // What is no time comes back as another.
    (format_civil(unix_ms, offset_minutes)? == text).then_some(unix_ms)
}

/// A time of [`format_civil`] in another form: `Y-O-D h:m:s` is the one it has.
pub(super) fn written(pattern: &str, civil: &str) -> String {
    let mut text = String::new();
    for c in pattern.chars() {
        let part = match c {
            'Y' => 0..4,
            'O' => 5..7,
            'D' => 8..10,
            'h' => 11..13,
            'm' => 14..16,
            's' => 17..19,
            other => {
                text.push(other);
                continue;
            }
        };
        text.push_str(civil.get(part).unwrap_or(""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        // 2024-10-24T04:00:00Z is noon in UTC+8; 2024 has a leap day, 2100 has none.
        assert_eq!(
            format_civil(1_729_742_400_000, 480).unwrap(),
            "2024-10-24 12:00:00"
        );
        for text in [
            "2024-02-29 23:59:59",
            "2100-02-28 00:00:00",
            "1969-12-31 23:00:00",
        ] {
            let unix_ms = parse_civil(text, 480).unwrap();
            assert_eq!(format_civil(unix_ms, 480).unwrap(), text);
        }
        assert_eq!(parse_civil("1970-01-01 08:00:01", 480), Some(1000));
        for text in [
            "2100-02-29 00:00:00",
            "2024-10-24T12:00:00",
            "2024-13-01 00:00:00",
        ] {
            assert_eq!(parse_civil(text, 480), None);
        }
        assert_eq!(format_civil(i64::MAX, 0), None);
        let noon = "2024-10-24 12:34:56";
        assert_eq!(written("Y-O-D h:m:s", noon), noon);
        assert_eq!(written("D/O/YTh%3Am.sZ", noon), "24/10/2024T12%3A34.56Z");
    }
}
