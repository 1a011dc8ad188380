//! The Distinguished Encoding Rules (ITU-T X.690), the strict half: whatever is read here can be written in one
//! way only.
//!
//! Lengths are definite and minimal, tags are single bytes, integers have no superfluous leading byte, and nothing
//! may follow the last element. [`Reader::finish`] must be called on everything that was opened, or trailing bytes
//! would go unseen.

use crate::kernel::time::Instant;
use chrono::{DateTime, Datelike, NaiveDate, Timelike};

/// Universal and context tags as they stand in the encoding (class and "constructed" bit included).
pub mod tag {
    /// BOOLEAN
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER
    pub const OID: u8 = 0x06;
    /// ENUMERATED
    pub const ENUMERATED: u8 = 0x0a;
    /// UTF8String
    pub const UTF8_STRING: u8 = 0x0c;
    /// PrintableString
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// UTCTime
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// SEQUENCE
    pub const SEQUENCE: u8 = 0x30;
    /// SET
    pub const SET: u8 = 0x31;

    /// `[n]` holding a primitive value.
    pub const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[n]` holding other elements.
    pub const fn context_constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// Why bytes are not the one encoding of anything we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerError {
    /// The bytes end inside an element.
    #[error("the encoding ends early")]
    Truncated,
    /// A length that could be written shorter, or has no fixed end.
    #[error("a length is not in its only form")]
    Length,
    /// Another element than the structure asks for.
    #[error("tag {found:#04x} where {expected:#04x} belongs")]
    Tag {
        /// The tag the structure asks for.
        expected: u8,
        /// The tag that is there.
        found: u8,
    },
    /// Bytes after the end of the structure.
    #[error("bytes follow the end of the structure")]
    Trailing,
    /// A value that is not in its only form, or outside what we read.
    #[error("a value is not in its only form")]
    Value,
}

/// One element: its tag, its content, and both together as they stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// The tag byte.
    pub tag: u8,
    /// What the element holds.
    pub content: &'a [u8],
    /// Tag, length and content.
    pub raw: &'a [u8],
}

/// Reads elements one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub fn element(&mut self) -> Result<Element<'a>, DerError> {
        let (&tag, rest) = self.rest.split_first().ok_or(DerError::Truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(DerError::Value);
        }
        let (&first, mut rest) = rest.split_first().ok_or(DerError::Truncated)?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            if !(1..=4).contains(&count) {
                return Err(DerError::Length);
            }
            let (digits, after) = rest.split_at_checked(count).ok_or(DerError::Truncated)?;
            rest = after;
            let length = digits
                .iter()
                .fold(0usize, |sum, digit| (sum << 8) | usize::from(*digit));
            if length < 0x80 || digits.first() == Some(&0) {
                return Err(DerError::Length);
            }
            length
        };
        let (content, after) = rest.split_at_checked(length).ok_or(DerError::Truncated)?;
        let raw_length = self.rest.len() - after.len();
        let raw = self.rest.get(..raw_length).ok_or(DerError::Truncated)?;
        self.rest = after;
        Ok(Element { tag, content, raw })
    }

    /// The next element, which must carry this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, DerError> {
        let mut ahead = self.clone();
        let element = ahead.element()?;
        if element.tag != tag {
            return Err(DerError::Tag {
                expected: tag,
                found: element.tag,
            });
        }
        *self = ahead;
        Ok(element)
    }

    /// The content of the next element, which must carry this tag.
    pub fn content(&mut self, tag: u8) -> Result<&'a [u8], DerError> {
        Ok(self.expect(tag)?.content)
    }

    /// A reader inside the next element, which must carry this tag.
    pub fn enter(&mut self, tag: u8) -> Result<Reader<'a>, DerError> {
        Ok(Reader::new(self.content(tag)?))
    }

    /// The next element if it carries this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, DerError> {
        if self.peek() == Some(tag) {
            self.expect(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    /// An integer that fits 64 bits and is not negative.
    pub fn small_integer(&mut self) -> Result<u64, DerError> {
        small(self.unsigned_integer()?)
    }

    /// The magnitude of an integer that is not negative, without a leading zero byte (zero is one zero byte).
    pub fn unsigned_integer(&mut self) -> Result<&'a [u8], DerError> {
        magnitude(self.content(tag::INTEGER)?)
    }

    /// Refuses anything that is left.
    pub fn finish(self) -> Result<(), DerError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DerError::Trailing)
        }
    }
}

/// The magnitude in an integer's content; refuses negative numbers and superfluous leading bytes.
pub fn magnitude(content: &[u8]) -> Result<&[u8], DerError> {
    match content {
        [] => Err(DerError::Value),
        [0] => Ok(content),
        [0, next, ..] if *next < 0x80 => Err(DerError::Value),
        [0, rest @ ..] => Ok(rest),
        [first, ..] if *first >= 0x80 => Err(DerError::Value),
        _ => Ok(content),
    }
}

/// A magnitude as a number of 64 bits.
pub fn small(magnitude: &[u8]) -> Result<u64, DerError> {
    if magnitude.len() > 8 {
        return Err(DerError::Value);
    }
    Ok(magnitude
        .iter()
        .fold(0u64, |sum, digit| (sum << 8) | u64::from(*digit)))
}

/// The whole of the bytes as one element with this tag, nothing after it.
pub fn only(bytes: &[u8], tag: u8) -> Result<Reader<'_>, DerError> {
    let mut outer = Reader::new(bytes);
    let inner = outer.enter(tag)?;
    outer.finish()?;
    Ok(inner)
}

/// The bits of a bit string that fills whole bytes.
pub fn whole_bytes(content: &[u8]) -> Result<&[u8], DerError> {
    match content {
        [0, bytes @ ..] => Ok(bytes),
        _ => Err(DerError::Value),
    }
}

/// Tag, minimal length and content.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 6);
    bytes.push(tag);
    let length = content.len();
    if let Ok(short) = u8::try_from(length)
        && short < 0x80
    {
        bytes.push(short);
    } else {
        let digits = length.to_be_bytes();
        let skipped = digits.iter().take_while(|digit| **digit == 0).count();
        let kept = digits.len() - skipped;
        // A length has at most eight digits.
        bytes.push(0x80 | u8::try_from(kept).unwrap_or(8));
        bytes.extend(digits.iter().skip(skipped));
    }
    bytes.extend_from_slice(content);
    bytes
}

/// An element holding these encodings one after the other.
pub fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// SEQUENCE of these encodings.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    constructed(tag::SEQUENCE, parts)
}

/// SET OF these encodings, in the order the rules demand.
pub fn set_of(parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag::SET, &sorted(parts))
}

/// The encodings in ascending order, one after the other: the content of a SET OF.
pub fn sorted(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut ordered: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    ordered.sort_unstable();
    ordered.concat()
}

/// INTEGER of this magnitude (big-endian).
pub fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let mut content = Vec::with_capacity(magnitude.len() + 1);
    match magnitude.get(zeros) {
        Some(first) if *first < 0x80 => {}
        _ => content.push(0),
    }
    content.extend(magnitude.iter().skip(zeros));
    element(tag::INTEGER, &content)
}

/// INTEGER of this number.
pub fn integer(number: u64) -> Vec<u8> {
    unsigned(&number.to_be_bytes())
}

/// OBJECT IDENTIFIER with this content.
pub fn oid(content: &[u8]) -> Vec<u8> {
    element(tag::OID, content)
}

/// NULL
pub fn null() -> Vec<u8> {
    vec![tag::NULL, 0]
}

/// BOOLEAN
pub fn boolean(value: bool) -> Vec<u8> {
    vec![tag::BOOLEAN, 1, if value { 0xff } else { 0 }]
}

/// OCTET STRING
pub fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(tag::OCTET_STRING, bytes)
}

/// BIT STRING of whole bytes.
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    constructed(tag::BIT_STRING, &[&[0], bytes])
}

/// BIT STRING of named bits, the first one leftmost, trailing zero bits removed (X.690 §11.2.2).
pub fn named_bits(bits: u32) -> Vec<u8> {
    let bytes = bits.to_be_bytes();
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let kept: Vec<u8> = bytes.iter().copied().take(used).collect();
    let unused = kept.last().map_or(0, |last| last.trailing_zeros());
    // A byte that is not zero has at most seven trailing zeros.
    let unused = u8::try_from(unused).unwrap_or(0);
    constructed(tag::BIT_STRING, &[&[unused], &kept])
}

/// UTF8String
pub fn utf8(text: &str) -> Vec<u8> {
    element(tag::UTF8_STRING, text.as_bytes())
}

/// A certificate's time (RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from then on, whole seconds.
pub fn certificate_time(at: Instant) -> Vec<u8> {
    let time = at.to_utc();
    if (1950..2050).contains(&time.year()) {
        let text = time.format("%y%m%d%H%M%SZ").to_string();
        element(tag::UTC_TIME, text.as_bytes())
    } else {
        let text = time.format("%Y%m%d%H%M%SZ").to_string();
        element(tag::GENERALIZED_TIME, text.as_bytes())
    }
}

/// GeneralizedTime with milliseconds where there are any (RFC 3161 §2.4.2: no trailing zeros in the fraction).
pub fn generalized_time(at: Instant) -> Vec<u8> {
    let time = at.to_utc();
    let mut text = time.format("%Y%m%d%H%M%S").to_string();
    let millis = time.nanosecond() / 1_000_000;
    if millis > 0 {
        let fraction = format!("{millis:03}");
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    text.push('Z');
    element(tag::GENERALIZED_TIME, text.as_bytes())
}

/// The instant a GeneralizedTime's content names: UTC, seconds present, a fraction without trailing zeros.
pub fn read_generalized_time(content: &[u8]) -> Result<Instant, DerError> {
    let text = std::str::from_utf8(content).map_err(|_| DerError::Value)?;
    let text = text.strip_suffix('Z').ok_or(DerError::Value)?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, "0"),
    };
    let with_point = text.len() > whole.len();
    if with_point && (fraction.is_empty() || fraction.len() > 9 || fraction.ends_with('0')) {
        return Err(DerError::Value);
    }
    if whole.len() != 14
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return Err(DerError::Value);
    }
    let number = |from: usize, to: usize| -> Result<u32, DerError> {
        let digits = whole.get(from..to).ok_or(DerError::Value)?;
        digits.parse().map_err(|_| DerError::Value)
    };
    let year = i32::try_from(number(0, 4)?).map_err(|_| DerError::Value)?;
    let nanos: u32 = format!("{fraction:0<9}")
        .parse()
        .map_err(|_| DerError::Value)?;
    let date = NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?);
    let time = date
        .and_then(|date| {
            let (hour, minute) = (number(8, 10).ok()?, number(10, 12).ok()?);
            date.and_hms_nano_opt(hour, minute, number(12, 14).ok()?, nanos)
        })
        .ok_or(DerError::Value)?;
    Ok(Instant::new(DateTime::from_naive_utc_and_offset(
        time,
        chrono::Utc,
    )))
}

/// An object identifier written with dots, as the content of its encoding.
pub fn oid_content(dotted: &str) -> Result<Vec<u8>, DerError> {
    let mut arcs = Vec::new();
    for arc in dotted.split('.') {
        let plain = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || (arc.len() > 1 && arc.starts_with('0')) {
            return Err(DerError::Value);
        }
        arcs.push(arc.parse::<u64>().map_err(|_| DerError::Value)?);
    }
    let (first, second, rest) = match arcs.as_slice() {
        [first, second, rest @ ..] => (*first, *second, rest),
        _ => return Err(DerError::Value),
    };
    if first > 2 || (first < 2 && second > 39) {
        return Err(DerError::Value);
    }
    let joined = second.checked_add(first * 40).ok_or(DerError::Value)?;
    let mut content = Vec::new();
    for arc in std::iter::once(&joined).chain(rest) {
        let mut digits = vec![u8::try_from(arc & 0x7f).map_err(|_| DerError::Value)?];
        let mut left = arc >> 7;
        while left > 0 {
            digits.push(0x80 | u8::try_from(left & 0x7f).map_err(|_| DerError::Value)?);
            left >>= 7;
        }
        content.extend(digits.iter().rev());
    }
    Ok(content)
}

/// An object identifier's content written with dots.
pub fn oid_text(content: &[u8]) -> Result<String, DerError> {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: Option<u64> = None;
    for byte in content {
        if arc.is_none() && *byte == 0x80 {
            return Err(DerError::Value);
        }
        let sum = arc.unwrap_or(0);
        if sum >> 57 != 0 {
            return Err(DerError::Value);
        }
        let sum = (sum << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(sum);
            arc = None;
        } else {
            arc = Some(sum);
        }
    }
    let (Some((joined, rest)), None) = (arcs.split_first(), arc) else {
        return Err(DerError::Value);
    };
    let first = (joined / 40).min(2);
    let mut text = format!("{first}.{}", joined - first * 40);
    for arc in rest {
        text.push('.');
        text.push_str(&arc.to_string());
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
