//! Instants, half-open intervals, the clock as an argument, and Thai calendar words.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A moment in UTC with millisecond precision.
///
/// Truncated when it is made, because SQLite keeps nanoseconds where PostgreSQL keeps
/// microseconds: an instant is the same before and after storing, hashing or signing it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(DateTime<Utc>);

/// Text that is not an RFC 3339 instant with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an instant is written as in RFC 3339, with an offset: 2026-11-24T09:30:00+07:00")]
pub struct InstantError;

impl Instant {
    /// Any UTC time, truncated to milliseconds.
    pub fn new(time: DateTime<Utc>) -> Self {
        let excess = i64::from(time.timestamp_subsec_nanos() % 1_000_000);
        Self(time - TimeDelta::nanoseconds(excess))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; `None` outside the calendar's range.
    pub fn from_millis(millis: i64) -> Option<Self> {
        Utc.timestamp_millis_opt(millis).single().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as JSON Web Tokens count.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The form both databases store: UTC without a zone.
    pub fn to_naive(self) -> NaiveDateTime {
        self.0.naive_utc()
    }

    /// Back from the stored form.
    pub fn from_naive(time: NaiveDateTime) -> Self {
        Self::new(time.and_utc())
    }

    /// The same moment as a chrono value.
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0
    }

    /// This much later; stays put at the end of the calendar.
    pub fn plus(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self(self.0.checked_add_signed(delta).unwrap_or(self.0))
    }

    /// This much earlier; stays put at the start of the calendar.
    pub fn minus(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self(self.0.checked_sub_signed(delta).unwrap_or(self.0))
    }

    /// The calendar date in Thailand (UTC+7, no daylight saving).
    pub fn thai_date(self) -> NaiveDate {
        self.thai_local().date_naive()
    }

    fn thai_local(self) -> DateTime<FixedOffset> {
        // INVARIANT: seven hours is within the range of an offset.
        match FixedOffset::east_opt(7 * 3600) {
            Some(offset) => self.0.with_timezone(&offset),
            None => self.0.fixed_offset(),
        }
    }

    /// Date and time in Thailand for a Thai reader: `24 พฤศจิกายน 2569 เวลา 16:30 น.`
    pub fn thai_words(self) -> String {
        let local = self.thai_local();
        format!(
            "{} เวลา {:02}:{:02} น.",
            thai_date(local.date_naive()),
            local.hour(),
            local.minute()
        )
    }

    /// Date and time in Thailand for an English reader: `24 November 2026, 16:30 (UTC+7)`.
    pub fn english_words(self) -> String {
        let local = self.thai_local();
        format!(
            "{}, {:02}:{:02} (UTC+7)",
            english_date(local.date_naive()),
            local.hour(),
            local.minute()
        )
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self::new(time.to_utc()))
            .map_err(|_| InstantError)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A span of time that includes its start and excludes its end. No end means still running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First instant inside.
    pub from: Instant,
    /// First instant no longer inside; `None` while it runs.
    pub until: Option<Instant>,
}

impl Interval {
    /// From this instant on, without an end.
    pub fn since(from: Instant) -> Self {
        Self { from, until: None }
    }

    /// Whether the instant lies inside.
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// What time it is, asked of an argument and never of the machine.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;
}

/// The machine's clock. Only the composition root makes one.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::new(Utc::now())
    }
}

/// A clock that stands still until it is moved, for tests and for replaying.
#[derive(Debug)]
pub struct FixedClock(std::sync::atomic::AtomicI64);

impl FixedClock {
    /// A clock showing this moment.
    pub fn at(now: Instant) -> Self {
        Self(std::sync::atomic::AtomicI64::new(now.millis()))
    }

    /// Move the hands forward.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0
            .fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
            .unwrap_or(Instant(DateTime::UNIX_EPOCH))
    }
}

const THAI_MONTHS: [&str; 12] = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(names: &[&'static str; 12], date: NaiveDate) -> &'static str {
    names
        .get(date.month0() as usize)
        .copied()
        .unwrap_or_default()
}

/// The Buddhist-era year of a date: 2026 is 2569.
pub fn buddhist_year(date: NaiveDate) -> i32 {
    date.year() + 543
}

/// `24 พฤศจิกายน 2569`
pub fn thai_date(date: NaiveDate) -> String {
    format!(
        "{} {} {}",
        date.day(),
        month_name(&THAI_MONTHS, date),
        buddhist_year(date)
    )
}

/// `24 เดือน พฤศจิกายน พ.ศ. 2569`, the form at the foot of a certificate.
pub fn thai_date_formal(date: NaiveDate) -> String {
    format!(
        "{} เดือน {} พ.ศ. {}",
        date.day(),
        month_name(&THAI_MONTHS, date),
        buddhist_year(date)
    )
}

/// `24 November 2026`
pub fn english_date(date: NaiveDate) -> String {
    format!(
        "{} {} {}",
        date.day(),
        month_name(&ENGLISH_MONTHS, date),
        date.year()
    )
}

/// Text that is not a date of eight digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a register date is eight digits, year first: 25690403 or 20260403")]
pub struct RegisterDateError;

/// A date as the government exchange writes it: `YYYYMMDD`, in the Buddhist or the common era.
/// A year above 2400 is Buddhist: the feeds mix both.
pub fn register_date(text: &str) -> Result<NaiveDate, RegisterDateError> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RegisterDateError);
    }
    let number: i32 = text.parse().map_err(|_| RegisterDateError)?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let year = if year > 2400 { year - 543 } else { year };
    let (month, day) = (u32::try_from(month), u32::try_from(day));
    match (month, day) {
        (Ok(month), Ok(day)) => NaiveDate::from_ymd_opt(year, month, day).ok_or(RegisterDateError),
        _ => Err(RegisterDateError),
    }
}

/// Midnight in Thailand at the start of a calendar date.
pub fn start_of_thai_day(date: NaiveDate) -> Instant {
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
    Instant::new(midnight - TimeDelta::hours(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_truncated_to_milliseconds() {
        let fine = Utc.timestamp_opt(1_700_000_000, 123_456_789).unwrap();
        assert_eq!(Instant::new(fine).to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!(
            Instant::from_naive(Instant::new(fine).to_naive()),
            Instant::new(fine)
        );
    }

    #[test]
    fn an_instant_without_an_offset_is_refused() {
        assert!("2026-11-24T09:30:00".parse::<Instant>().is_err());
        assert_eq!(
            "2026-11-24T09:30:00+07:00"
                .parse::<Instant>()
                .unwrap()
                .to_string(),
            "2026-11-24T02:30:00.000Z"
        );
    }

    #[test]
    fn an_interval_excludes_its_end() {
        let start: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
        let end = start.plus(Duration::from_secs(60));
        let interval = Interval {
            from: start,
            until: Some(end),
        };
        assert!(interval.contains(start));
        assert!(!interval.contains(end));
        assert!(Interval::since(start).contains(end));
    }

    #[test]
    fn thai_dates_use_the_buddhist_era_and_thai_midnight() {
        let late: Instant = "2026-11-23T18:30:00Z".parse().unwrap();
        assert_eq!(late.thai_words(), "24 พฤศจิกายน 2569 เวลา 01:30 น.");
        assert_eq!(late.english_words(), "24 November 2026, 01:30 (UTC+7)");
        assert_eq!(
            thai_date_formal(late.thai_date()),
            "24 เดือน พฤศจิกายน พ.ศ. 2569"
        );
        assert_eq!(
            start_of_thai_day(late.thai_date()).to_string(),
            "2026-11-23T17:00:00.000Z"
        );
    }

    #[test]
    fn register_dates_are_read_in_both_eras() {
        let expected = NaiveDate::from_ymd_opt(2019, 8, 29).unwrap();
        assert_eq!(register_date("25620829"), Ok(expected));
        assert_eq!(register_date("20190829"), Ok(expected));
        for bad in [
            "", "2562082", "25621329", "2562-829", "25620230", "+2562082",
        ] {
            assert_eq!(register_date(bad), Err(RegisterDateError), "{bad}");
        }
    }
}
