//! A whole feed file, line by line: what it holds, what cannot be used, and what is done then.

use super::exchange::{RowReason, RowRefusal, read_line};
use super::model::JuristicPerson;
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::io::{self, BufRead};

pub mod manifest;
pub mod own;
pub mod prefixed;
pub mod row;

pub use manifest::{FeedKind, ManifestError, ManifestMismatch};
pub use row::{DeclaredIdentity, DeclaredNumber, FeedRow, FeedShape, read_row};

/// Longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 2 * 1024 * 1024;

/// Reads records off a feed, one at a time. Empty lines are passed over; a juristic person that stands in the file
/// twice is refused the second time.
#[derive(Debug)]
pub struct FeedReader<R> {
    input: R,
    line: u64,
    seen: BTreeMap<RegistrationNumber, u64>,
    hasher: sha2::Sha256,
}

impl<R: BufRead> FeedReader<R> {
    /// A reader at the start of a file.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            seen: BTreeMap::new(),
            hasher: sha2::Sha256::new(),
        }
    }

    /// SHA-256 of what was read so far.
    pub fn digest(&self) -> Digest {
        Digest::from_bytes(self.hasher.clone().finalize().into())
    }

    /// Lines read so far.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// The next record or refusal; `None` at the end. An error of the file itself ends the reading.
    pub fn next_record(&mut self) -> io::Result<Option<Result<JuristicPerson, RowRefusal>>> {
        loop {
            let mut bytes = Vec::new();
            let limit = MAX_LINE_BYTES as u64 + 1;
            let read = io::Read::take(&mut self.input, limit).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.hasher.update(&bytes);
            self.line += 1;
            // Cut off in the middle: the rest of the line is not a line of its own.
            if bytes.len() > MAX_LINE_BYTES {
                if !bytes.ends_with(b"\n") {
                    self.skip_line()?;
                }
                return Ok(Some(Err(self.refusal(RowReason::TooLong))));
            }
            let Ok(text) = std::str::from_utf8(&bytes) else {
                return Ok(Some(Err(
                    self.refusal(RowReason::Shape("not UTF-8".to_owned()))
                )));
            };
            if text.trim().is_empty() {
                continue;
            }
            let record = read_line(self.line, text).and_then(|record| self.once(record));
            return Ok(Some(record));
        }
    }

    fn refusal(&self, reason: RowReason) -> RowRefusal {
        RowRefusal {
            line: self.line,
            field: String::new(),
            reason,
        }
    }

    fn once(&mut self, record: JuristicPerson) -> Result<JuristicPerson, RowRefusal> {
        match self.seen.get(&record.registration_number) {
            Some(first) => Err(RowRefusal {
                line: self.line,
                field: "JuristicID".to_owned(),
                reason: RowReason::Repeated(*first),
            }),
            None => {
                self.seen
                    .insert(record.registration_number.clone(), self.line);
                Ok(record)
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let (length, ended) = {
                let buffer = self.input.fill_buf()?;
                let (length, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                    Some(end) => (end + 1, true),
                    None => (buffer.len(), buffer.is_empty()),
                };
                self.hasher.update(buffer.get(..length).unwrap_or(buffer));
                (length, ended)
            };
            self.input.consume(length);
            if ended {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: &str) -> String {
        format!(
            r#"{{"JuristicID":"{number}","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"ร้าง"}}"#
        )
    }

    fn outcomes(text: &[u8]) -> Vec<Result<String, (u64, RowReason)>> {
        let mut reader = FeedReader::new(text);
        let mut outcomes = Vec::new();
        while let Some(outcome) = reader.next_record().unwrap() {
            outcomes.push(
                outcome
                    .map(|record| record.registration_number.to_string())
                    .map_err(|refusal| (refusal.line, refusal.reason)),
            );
        }
        outcomes
    }

    #[test]
    fn lines_are_counted_and_repeats_refused() {
        let text = format!(
            "{0}\n\n{1}\r\n{0}\nnonsense",
            row("0105569999999"),
            row("0835565999963")
        );
        let outcomes = outcomes(text.as_bytes());
        assert_eq!(outcomes[0], Ok("0105569999999".to_owned()));
        assert_eq!(outcomes[1], Ok("0835565999963".to_owned()));
        assert_eq!(outcomes[2], Err((4, RowReason::Repeated(1))));
        assert!(matches!(outcomes[3], Err((5, RowReason::Shape(_)))));
        assert_eq!(outcomes.len(), 4);
    }

    #[test]
    fn a_line_that_is_too_long_or_no_text_is_passed_over() {
        let mut text = vec![b' '; 2 * MAX_LINE_BYTES + 17];
        text.push(b'\n');
        text.extend([0xff, 0xfe, b'\n']);
        text.extend(row("0105569999999").bytes());
        let mut reader = FeedReader::new(text.as_slice());
        while reader.next_record().unwrap().is_some() {}
        assert_eq!(reader.digest(), Digest::of(&text));
        let outcomes = outcomes(&text);
        assert_eq!(outcomes[0], Err((1, RowReason::TooLong)));
        assert!(matches!(outcomes[1], Err((2, RowReason::Shape(_)))));
        assert_eq!(outcomes[2], Ok("0105569999999".to_owned()));
    }
}
