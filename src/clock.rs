//! Time, as it can be injected: the wall clock for what the platforms read, a
//! monotonic clock for how long something has lasted.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Where the library reads the time. The transport's deadlines do not come from here:
/// a socket waits in real time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn unix_ms(&self) -> i64;
    /// Milliseconds since some fixed moment; never goes backwards.
    fn monotonic_ms(&self) -> i64;
}

/// One moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What [`Clock::unix_ms`] said.
    pub unix_ms: i64,
    /// What [`Clock::monotonic_ms`] said.
    pub monotonic_ms: i64,
}

impl Moment {
    /// This moment on `clock`.
    pub(crate) fn now(clock: &dyn Clock) -> Moment {
        Moment {
            unix_ms: clock.unix_ms(),
            monotonic_ms: clock.monotonic_ms(),
        }
    }
}

/// The system's clocks. The monotonic one counts from when this value was made.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock(Instant::now())
    }
}

impl Clock for SystemClock {
    fn unix_ms(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn monotonic_ms(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// `yyyy-MM-dd HH:mm:ss` at an offset of `offset_minutes` east of UTC, whatever the machine's zone is.
pub(crate) fn format_civil(unix_ms: i64, offset_minutes: i32) -> Option<String> {
    let utc = OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1000)).ok()?;
    let at = utc.checked_to_offset(offset(offset_minutes)?)?;
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
    let (century, year) = (year / 100, year % 100);
    let parts = [
        century as u8,
        year as u8,
        u8::from(month),
        day,
        hour,
        minute,
        second,
    ];
    let mut text = String::with_capacity(19);
    for (part, before) in parts.into_iter().zip(["", "", "-", "-", " ", ":", ":"]) {
        text.push_str(before);
        text.push(char::from(b'0' + part / 10));
        text.push(char::from(b'0' + part % 10));
    }
    Some(text)
}

/// Reads what [`format_civil`] writes.
pub(crate) fn parse_civil(text: &str, offset_minutes: i32) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let small = |number: u16| u8::try_from(number).ok();
    let month = Month::try_from(small(month)?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, small(day)?).ok()?;
    let time = Time::from_hms(small(hour)?, small(minute)?, small(second)?).ok()?;
    let at = date.with_time(time).assume_offset(offset(offset_minutes)?);
    Some(at.unix_timestamp() * 1000)
}

/// Reads the HTTP `Date` header.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    let at = httpdate::parse_http_date(text).ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

fn offset(minutes: i32) -> Option<UtcOffset> {
    UtcOffset::from_whole_seconds(minutes.checked_mul(60)?).ok()
}

fn numbers(text: &str, separator: char) -> Option<[u16; 3]> {
    let parts: Option<Vec<u16>> = text
        .split(separator)
        .map(|part| part.parse().ok())
        .collect();
    parts?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_in_the_offset_asked_for() {
        // 2024-10-24T04:00:00Z is noon in UTC+8.
        assert_eq!(
            format_civil(1_729_742_400_000, 480).unwrap(),
            "2024-10-24 12:00:00"
        );
        assert_eq!(
            format_civil(1_729_742_400_999, 0).unwrap(),
            "2024-10-24 04:00:00"
        );
        assert_eq!(
            parse_civil("2024-10-24 12:00:00", 480),
            Some(1_729_742_400_000)
        );
        assert_eq!(parse_civil("2024-10-24T12:00:00", 480), None);
        assert_eq!(format_civil(i64::MAX, 480), None);
        assert_eq!(format_civil(0, i32::MAX), None);
    }

    #[test]
    fn http_date_is_read() {
        assert_eq!(
            parse_http_date("Thu, 24 Oct 2024 04:00:00 GMT"),
            Some(1_729_742_400_000)
        );
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
