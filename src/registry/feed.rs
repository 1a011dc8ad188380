//! A whole feed file, line by line: what it holds, what cannot be used, and what is done then.

use super::exchange::RowReason;
use crate::kernel::digest::Digest;
use sha2::Digest as _;
use std::io::{self, BufRead};

pub mod manifest;
pub mod own;
pub mod prefixed;
pub mod row;

pub use manifest::{FeedKind, ManifestError, ManifestMismatch};
pub use row::{DeclaredIdentity, DeclaredNumber, FeedRow, FeedShape, read_row};

/// Longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 2 * 1024 * 1024;

/// One line of a feed: its number from 1, and its text or why it is none.
pub type Line = (u64, Result<String, RowReason>);

/// Reads a feed line by line, counting lines and digesting every byte. Empty lines are passed over.
#[derive(Debug)]
pub struct FeedReader<R> {
    input: R,
    line: u64,
    bytes: u64,
    hasher: sha2::Sha256,
}

impl<R: BufRead> FeedReader<R> {
    /// A reader at the start of a file.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            bytes: 0,
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

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line that is not empty; `None` at the end. An error of the file itself ends the reading.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let limit = MAX_LINE_BYTES as u64 + 1;
            let read = io::Read::take(&mut self.input, limit).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.hasher.update(&bytes);
            self.bytes += bytes.len() as u64;
            self.line += 1;
            // Cut off in the middle: the rest of the line is not a line of its own.
            if bytes.len() > MAX_LINE_BYTES {
                if !bytes.ends_with(b"\n") {
                    self.skip_line()?;
                }
                return Ok(Some((self.line, Err(RowReason::TooLong))));
            }
            let Ok(text) = String::from_utf8(bytes) else {
                let reason = RowReason::Shape("not UTF-8".to_owned());
                return Ok(Some((self.line, Err(reason))));
            };
            if !text.trim().is_empty() {
                return Ok(Some((self.line, Ok(text))));
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
                self.bytes += length as u64;
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

    fn lines(text: &[u8]) -> Vec<Line> {
        let mut reader = FeedReader::new(text);
        let mut lines = Vec::new();
        while let Some(line) = reader.next_line().unwrap() {
            lines.push(line);
        }
        assert_eq!(reader.bytes(), text.len() as u64);
        assert_eq!(reader.digest(), Digest::of(text));
        lines
    }

    #[test]
    fn lines_are_counted_and_empty_ones_passed_over() {
        let text = "one\n\ntwo\r\n \nthree";
        let found: Vec<(u64, String)> = lines(text.as_bytes())
            .into_iter()
            .map(|(number, text)| (number, text.unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (1, "one\n".into()),
                (3, "two\r\n".into()),
                (5, "three".into())
            ]
        );
    }

    #[test]
    fn a_line_that_is_too_long_or_no_text_is_passed_over() {
        let mut text = vec![b' '; 2 * MAX_LINE_BYTES + 17];
        text.push(b'\n');
        text.extend([0xff, 0xfe, b'\n']);
        text.extend(b"a line");
        let lines = lines(&text);
        assert_eq!(lines[0], (1, Err(RowReason::TooLong)));
        assert!(matches!(lines[1], (2, Err(RowReason::Shape(_)))));
        assert_eq!(lines[2], (3, Ok("a line".into())));
    }
}
