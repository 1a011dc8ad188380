//! Signature dictionaries: which bytes they cover and what is in their hole.

use super::{Coverage, Hole, SignatureField};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use crate::pdf::seal::der_length;
use std::ops::Range;

/// What a signature dictionary says, before it is held against the bytes of the file.
pub(super) struct Claim {
    pub(super) field: Option<String>,
    pub(super) name: Option<String>,
    pub(super) sub_filter: String,
    pub(super) claimed_time: Option<Instant>,
    pub(super) byte_range: [usize; 4],
    /// The content of the hole as the parser read it.
    pub(super) contents: Vec<u8>,
}

/// The place of the digits between two stretches that cover everything else up to an end.
fn hole_between(bytes: &[u8], range: [usize; 4]) -> Option<(Range<usize>, usize)> {
    let [start, first, second, rest] = range;
    let end = second.checked_add(rest)?;
    let digits = first.checked_add(1)?..second.checked_sub(1)?;
    let sound = start == 0
        && end <= bytes.len()
        && digits.start < digits.end
        && bytes.get(first) == Some(&b'<')
        && bytes.get(digits.end) == Some(&b'>')
        && bytes.get(digits.clone())?.iter().all(u8::is_ascii_hexdigit);
    sound.then_some((digits, end))
}

/// Holds a claim against the bytes.
pub(super) fn examine(bytes: &[u8], claim: Claim) -> SignatureField {
    let Claim {
        field,
        name,
        sub_filter,
        claimed_time,
        byte_range,
        contents,
    } = claim;
    let place = hole_between(bytes, byte_range);
    let digits = place
        .as_ref()
        .and_then(|(digits, _)| bytes.get(digits.clone()))
        .unwrap_or_default();
    // The dictionary and the hole must be the same: otherwise the signature is shown from one
    // place and checked in another.
    let same = hex::decode(digits).is_ok_and(|decoded| decoded == contents);
    let coverage = match &place {
        Some((_, end)) if same && *end == bytes.len() => Coverage::WholeFile,
        Some((_, end)) if same => Coverage::UpTo { bytes: *end },
        _ => Coverage::Wrong,
    };
    let length = der_length(&contents);
    let cms = length
        .and_then(|length| contents.get(..length))
        .unwrap_or_default()
        .to_vec();
    let spelled = hex::encode(&cms);
    let canonical = same
        && !cms.is_empty()
        && digits.starts_with(spelled.as_bytes())
        && digits
            .iter()
            .skip(spelled.len())
            .all(|digit| *digit == b'0');
    let [_, first, second, rest] = byte_range;
    let digest = if coverage == Coverage::Wrong {
        Digest::of(b"")
    } else {
        Digest::of_parts([
            bytes.get(..first).unwrap_or_default(),
            bytes.get(second..second + rest).unwrap_or_default(),
        ])
    };
    SignatureField {
        field,
        name,
        sub_filter,
        claimed_time,
        byte_range,
        coverage,
        hole: if canonical {
            Hole::Canonical
        } else {
            Hole::NotCanonical
        },
        cms,
        digest,
    }
}

/// A date as PDF writes it (ISO 32000-1, 7.9.4): `D:20261124023000Z`, `D:20261124093000+07'00'`.
pub(super) fn read_date(text: &[u8]) -> Option<Instant> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let digits = text.get(..14)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let zone = match text.get(14..)? {
        "" | "Z" | "Z00'00'" | "Z00'00" => "+0000".to_owned(),
        zone => zone.replace('\'', ""),
    };
    chrono::DateTime::parse_from_str(&format!("{digits}{zone}"), "%Y%m%d%H%M%S%z")
        .ok()
        .map(|time| Instant::new(time.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_zone() {
        let utc = read_date(b"D:20261124023000Z").unwrap();
        assert_eq!(utc.to_string(), "2026-11-24T02:30:00.000Z");
        assert_eq!(read_date(b"D:20261124093000+07'00'"), Some(utc));
        for bad in [
            &b"D:2026"[..],
            b"20261124023000Z",
            b"D:20261324023000Z",
            b"D:2026112402300\xff",
        ] {
            assert_eq!(read_date(bad), None);
        }
    }
}
