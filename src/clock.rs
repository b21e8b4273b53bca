//! Time, as it can be injected: the wall clock for what the platforms read, a
//! monotonic clock for how long something has lasted.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};

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

/// The system's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_ms(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn monotonic_ms(&self) -> i64 {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        i64::try_from(START.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

const CIVIL: &str = "%Y-%m-%d %H:%M:%S";

/// `yyyy-MM-dd HH:mm:ss` at an offset of `offset_minutes` east of UTC, whatever the machine's zone is.
pub(crate) fn format_civil(unix_ms: i64, offset_minutes: i32) -> Option<String> {
    let at = Timestamp::from_millisecond(unix_ms).ok()?;
    let zone = TimeZone::fixed(offset(offset_minutes)?);
    Some(at.to_zoned(zone).datetime().strftime(CIVIL).to_string())
}

/// Reads what [`format_civil`] writes.
pub(crate) fn parse_civil(text: &str, offset_minutes: i32) -> Option<i64> {
    let civil = DateTime::strptime(CIVIL, text).ok()?;
    let at = offset(offset_minutes)?.to_timestamp(civil).ok()?;
    Some(at.as_millisecond())
}

/// Reads the HTTP `Date` header.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    Some(rfc2822::parse(text).ok()?.timestamp().as_millisecond())
}

fn offset(minutes: i32) -> Option<Offset> {
    Offset::from_seconds(minutes.checked_mul(60)?).ok()
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
