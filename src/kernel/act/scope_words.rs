//! Words of registered statements, and the acts they mean.

use super::scope_table::{SCOPE_WORDS, ScopeWords};
use super::{ActCode, ActSet};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a word of a statement covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeMeaning {
    /// Acts the word covers in every instance.
    pub surely: ActSet,
    /// Acts the word may or may not cover.
    pub perhaps: ActSet,
}

fn set_of(codes: &[&str]) -> ActSet {
    ActCode::all()
        .filter(|act| codes.contains(&act.as_str()))
        .collect()
}

/// A scope word in both spellings, with การ and without, by its first scalar; the longest first.
type Spellings = HashMap<char, Vec<(Vec<char>, &'static str)>>;

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let mut spellings = Spellings::new();
    for word in scope_words() {
        for lead in ["", "การ"] {
            let spelling: Vec<char> = lead.chars().chain(word.chars()).collect();
            if let Some(first) = spelling.first() {
                spellings.entry(*first).or_default().push((spelling, word));
            }
        }
    }
    for row in spellings.values_mut() {
        row.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
    }
    spellings
});

static MEANINGS: LazyLock<HashMap<&'static str, ScopeMeaning>> = LazyLock::new(|| {
    let row = |entry: &'static ScopeWords| {
        let surely = set_of(entry.surely);
        let meaning = ScopeMeaning {
            surely,
            perhaps: set_of(entry.perhaps).without(surely),
        };
        entry.words.iter().map(move |word| (*word, meaning))
    };
    SCOPE_WORDS.iter().flat_map(row).collect()
});

/// The longest scope word at the start of normalised text without spaces, and how many scalars it took.
pub fn scope_word_at(text: &[char]) -> Option<(&'static str, usize)> {
    SPELLINGS
        .get(text.first()?)?
        .iter()
        .find(|(spelling, _)| text.starts_with(spelling))
        .map(|(spelling, word)| (*word, spelling.len()))
}

/// What a scope word covers; `None` for a word that is not in the table (it may mean any act).
/// The word is given without spaces and without the leading การ.
pub fn scope_word(word: &str) -> Option<ScopeMeaning> {
    MEANINGS.get(word).copied()
}

/// Every scope word the table knows, in no particular order.
pub fn scope_words() -> impl Iterator<Item = &'static str> {
    SCOPE_WORDS
        .iter()
        .flat_map(|entry| entry.words.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_behind_a_scope_word_is_in_the_catalogue_and_no_word_is_there_twice() {
        let mut seen = BTreeSet::new();
        for entry in SCOPE_WORDS {
            for code in entry.surely.iter().chain(entry.perhaps) {
                assert!(code.parse::<ActCode>().is_ok(), "{code}");
            }
            assert!(!entry.surely.is_empty() || !entry.perhaps.is_empty());
            for word in entry.words {
                assert!(seen.insert(*word), "{word}");
                assert!(!word.contains(' ') && !word.starts_with("การ"), "{word}");
            }
        }
    }

    #[test]
    fn a_word_narrower_than_its_code_only_may_cover_it() {
        let cheque = scope_word("สั่งจ่ายเช็ค").unwrap();
        assert!(cheque.surely.is_empty());
        assert!(
            cheque
                .perhaps
                .contains("bank.account.operate".parse().unwrap())
        );
        assert_eq!(scope_word("ปลูกต้นไม้"), None);
        let bank = scope_word("ทำธุรกรรมกับธนาคาร").unwrap();
        assert_eq!(bank.surely.iter().count(), 4);
        assert!(bank.perhaps.iter().next().is_none());
        let credit = scope_word("ธุรกรรมสินเชื่อ").unwrap();
        assert!(credit.perhaps.contains("credit.guarantee".parse().unwrap()));
    }
}
