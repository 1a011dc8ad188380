//! Answers that may be asked for conditionally, within bounds of number and bytes.

use crate::kernel::id::RegistrationNumber;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Most answers that are kept.
const MOST: usize = 10_000;
/// Most bytes of answers that are kept.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Longest entity tag that is kept.
const LONGEST_TAG: usize = 256;

/// An answer with its strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) tag: String,
    pub(super) body: Arc<[u8]>,
}

impl Kept {
    /// An answer that may be kept. A weak tag says that another answer may stand for this one: it is not kept.
    pub(super) fn of(tag: &str, body: &[u8]) -> Option<Self> {
        let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
        (tag.len() <= LONGEST_TAG && !inside.is_empty() && inside.bytes().all(plain)).then(|| {
            Self {
                tag: tag.to_owned(),
                body: body.into(),
            }
        })
    }
}

/// The latest answers. The one that was put in first leaves first.
#[derive(Debug, Default)]
pub(super) struct Conditional {
    /// Each with its turn.
    answers: HashMap<RegistrationNumber, (u64, Kept)>,
    /// Whose turn it is to leave.
    order: BTreeMap<u64, RegistrationNumber>,
    turns: u64,
    bytes: usize,
}

impl Conditional {
    pub(super) fn get(&self, number: &RegistrationNumber) -> Option<Kept> {
        self.answers.get(number).map(|(_, kept)| kept.clone())
    }

    /// Keep this answer in place of the last one; with `None` only forget that.
    pub(super) fn put(&mut self, number: RegistrationNumber, answer: Option<Kept>) {
        self.forget(&number);
        let Some(answer) = answer else { return };
        self.turns += 1;
        self.bytes += answer.body.len();
        self.order.insert(self.turns, number.clone());
        self.answers.insert(number, (self.turns, answer));
        while self.answers.len() > MOST || self.bytes > MOST_BYTES {
            let Some((_, oldest)) = self.order.first_key_value() else {
                return;
            };
            let oldest = oldest.clone();
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, number: &RegistrationNumber) {
        if let Some((turn, gone)) = self.answers.remove(number) {
            self.bytes -= gone.body.len();
            self.order.remove(&turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(serial: u32) -> RegistrationNumber {
        let twelve = format!("01055{serial:07}");
        let digit = crate::kernel::id::check_digit(&twelve).unwrap();
        format!("{twelve}{digit}").parse().unwrap()
    }

    #[test]
    fn only_strong_plain_tags_are_kept() {
        assert!(Kept::of("\"a-1\"", b"x").is_some());
        let long = format!("\"{}\"", "a".repeat(LONGEST_TAG));
        for tag in [
            "W/\"a\"", "a", "\"\"", "\"a b\"", "\"ก\"", "\"a\"\"", "\"", &long,
        ] {
            assert_eq!(Kept::of(tag, b"x"), None, "{tag}");
        }
    }

    #[test]
    fn the_first_answer_leaves_when_there_are_too_many_or_too_much() {
        let mut kept = Conditional::default();
        for serial in 0..=MOST as u32 {
            kept.put(number(serial), Kept::of("\"a\"", b"x"));
        }
        assert_eq!(
            (kept.answers.len(), kept.bytes, kept.order.len()),
            (MOST, MOST, MOST)
        );
        assert_eq!(kept.get(&number(0)), None);
        let half = vec![0; MOST_BYTES / 2];
        kept.put(number(1), Kept::of("\"b\"", &half));
        kept.put(number(2), Kept::of("\"b\"", &half));
        assert!(kept.bytes <= MOST_BYTES && kept.get(&number(2)).is_some());
        kept.put(number(2), None);
        assert_eq!(kept.get(&number(2)), None);
        assert_eq!(kept.answers.len(), kept.order.len());
    }
}
