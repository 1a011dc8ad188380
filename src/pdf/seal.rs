//! The hole a signature goes into (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 5.3).
//!
//! The signed bytes are the whole file except the hexadecimal string of `Contents`, its angle
//! brackets included. The workshop computes their digest and takes a finished signature back; it
//! never signs.

use super::error::PdfError;
use crate::kernel::digest::Digest;
use std::ops::Range;

/// What the byte range is written as until the length of the file is known: four numbers of ten
/// digits at most.
const RANGE_PLACEHOLDER: &[u8] = b"/ByteRange[0 0000000000 0000000000 0000000000]";

/// Largest hole: one megabyte of signature is a mistake.
pub const MOST_HOLE_BYTES: usize = 1 << 20;

/// Writes byte range and hole.
pub(super) fn put_hole(out: &mut Vec<u8>, hole_bytes: usize) {
    out.extend_from_slice(RANGE_PLACEHOLDER);
    out.extend_from_slice(b"/Contents<");
    out.resize(out.len() + hole_bytes.min(MOST_HOLE_BYTES) * 2, b'0');
    out.push(b'>');
}

/// A complete file whose signature is still missing.
#[derive(Debug, Clone)]
pub struct Prepared {
    bytes: Vec<u8>,
    /// The digits between the angle brackets.
    digits: Range<usize>,
    digest: Digest,
    pages: usize,
}

impl Prepared {
    /// Finds the hole in a file that was just written and completes the byte range.
    pub(super) fn new(
        mut bytes: Vec<u8>,
        hole_bytes: usize,
        pages: usize,
    ) -> Result<Self, PdfError> {
        if hole_bytes == 0 || hole_bytes > MOST_HOLE_BYTES {
            return Err(PdfError::SignatureTooLong {
                bytes: hole_bytes,
                hole: MOST_HOLE_BYTES,
            });
        }
        // The signature dictionary is the last object: searched from the end, no text of the
        // record can be taken for it.
        let at = bytes
            .windows(RANGE_PLACEHOLDER.len())
            .rposition(|window| window == RANGE_PLACEHOLDER)
            .ok_or(PdfError::DoesNotFit)?;
        let start = at + RANGE_PLACEHOLDER.len() + b"/Contents<".len();
        let digits = start..start + hole_bytes * 2;
        let (first, second) = (start - 1, digits.end + 1);
        let rest = bytes
            .len()
            .checked_sub(second)
            .ok_or(PdfError::DoesNotFit)?;
        let text = format!("/ByteRange[0 {first} {second} {rest}]");
        let width = RANGE_PLACEHOLDER.len();
        // Blanks fill what the numbers leave of the placeholder.
        let text = format!("{text:<width$}");
        match bytes.get_mut(at..at + width) {
            Some(place) if text.len() == width => place.copy_from_slice(text.as_bytes()),
            _ => return Err(PdfError::DoesNotFit),
        }
        let digest = Digest::of_parts([
            bytes.get(..first).unwrap_or_default(),
            bytes.get(second..).unwrap_or_default(),
        ]);
        Ok(Self {
            bytes,
            digits,
            digest,
            pages,
        })
    }

    /// SHA-256 over the signed bytes: what the signature has to be made for.
    pub fn signed_digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes are signed.
    pub fn signed_bytes_len(&self) -> usize {
        self.bytes.len() - self.digits.len() - 2
    }

    /// Room for the signature in bytes of DER.
    pub fn hole_bytes(&self) -> usize {
        self.digits.len() / 2
    }

    /// Number of pages.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// Puts the signature in: lower-case digits, zeros after it.
    ///
    /// Refuses what is longer than the hole or not exactly one DER object.
    pub fn fill(mut self, cms_der: &[u8]) -> Result<Vec<u8>, PdfError> {
        if cms_der.len() > self.hole_bytes() {
            return Err(PdfError::SignatureTooLong {
                bytes: cms_der.len(),
                hole: self.hole_bytes(),
            });
        }
        if der_length(cms_der) != Some(cms_der.len()) {
            return Err(PdfError::SignatureNotDer);
        }
        let text = hex::encode(cms_der);
        let end = self.digits.start + text.len();
        match self.bytes.get_mut(self.digits.start..end) {
            Some(place) => place.copy_from_slice(text.as_bytes()),
            None => return Err(PdfError::DoesNotFit),
        }
        Ok(self.bytes)
    }
}

/// Length of the DER object (a sequence, ITU-T X.690, 8.1.3 and 10.1) at the start of the bytes,
/// head included. `None` when they do not start with one in its shortest form.
pub(super) fn der_length(bytes: &[u8]) -> Option<usize> {
    let (0x30, first) = (*bytes.first()?, *bytes.get(1)?) else {
        return None;
    };
    let (head, length) = match first {
        0..=0x7f => (2, usize::from(first)),
        0x81..=0x84 => {
            let count = usize::from(first & 0x0f);
            let digits = bytes.get(2..2 + count)?;
            let length = digits
                .iter()
                .fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
            let shortest = if count == 1 {
                length >= 0x80
            } else {
                digits.first() != Some(&0)
            };
            if !shortest {
                return None;
            }
            (2 + count, length)
        }
        _ => return None,
    };
    let whole = head + length;
    (whole <= bytes.len()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_lengths_are_read_in_their_shortest_form_only() {
        assert_eq!(der_length(&[0x30, 0x02, 1, 2, 9]), Some(4));
        assert_eq!(der_length(&[0x30, 0x81, 0x02, 1, 2]), None);
        let mut long = vec![0x30, 0x82, 0x01, 0x00];
        long.resize(4 + 256 + 3, 7);
        assert_eq!(der_length(&long), Some(260));
        assert_eq!(der_length(&[0x30, 0x82, 0x00, 0xff]), None);
        assert_eq!(der_length(&[0x30, 0x05, 1]), None);
        assert_eq!(der_length(&[0x31, 0x00]), None);
        assert_eq!(der_length(&[]), None);
    }
}
