//! Names on record, found in a sentence.

use crate::kernel::text::{is_thai_mark, normalise, strip_titles};
use crate::signing_rule::board::{Board, Member};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// One person, by reference.
    One(String),
    /// More than one person.
    Several,
}

#[derive(Debug)]
struct Entry {
    scalars: Vec<char>,
    /// Given name and surname at least: such a name is recognised without a title.
    whole: bool,
    found: Found,
    /// What the titles on record say; two rows of one name may disagree.
    title: Option<Civil>,
    /// Key of the natural person, where it is proven.
    person: Option<String>,
}

/// Everybody a statement may name: on record now, or earlier.
#[derive(Debug)]
pub(super) struct Names {
    entries: Vec<Entry>,
}

/// What a civil title says about a person for good. นาง and นางสาว change with marriage, ranks with
/// time; นาย does not become นาง.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Civil {
    Man,
    Woman,
}

impl Civil {
    /// What the text in front of a bare name says.
    pub(super) fn of(titles: &str) -> Option<Self> {
        let titles = titles.trim_start().to_ascii_lowercase();
        let starts = |words: &[&str]| words.iter().any(|word| titles.starts_with(word));
        if titles.contains("หญิง") || starts(&["นาง", "น.ส.", "เด็กหญิง", "ด.ญ.", "mrs", "miss", "ms"])
        {
            Some(Self::Woman)
        } else if starts(&["นาย", "เด็กชาย", "ด.ช.", "mr"]) && !titles.starts_with("นายแพทย์")
        {
            Some(Self::Man)
        } else {
            None
        }
    }
}

fn bare(name: &str) -> String {
    strip_titles(&normalise(name).text).to_owned()
}

fn is_inner_sign(scalar: char) -> bool {
    matches!(scalar, '.' | '-' | '\'' | '’')
}

impl Names {
    pub(super) fn new(board: &Board, former: &[Member]) -> Self {
        let mut names = Self {
            entries: Vec::new(),
        };
        for member in board.members() {
            let person = board.people_named(&member.id);
            let reference = board.reference_of(person).unwrap_or(&member.id);
            names.add(member, reference);
        }
        for member in former {
            names.add(member, &member.id);
        }
        names
            .entries
            .sort_by_key(|entry| std::cmp::Reverse(entry.scalars.len()));
        names
    }

    fn add(&mut self, member: &Member, reference: &str) {
        let whole_name = normalise(&member.name).text;
        let name = bare(&member.name);
        let title = Civil::of(whole_name.strip_suffix(name.as_str()).unwrap_or(""));
        let scalars: Vec<char> = name
            .chars()
            .filter(|scalar| *scalar != ' ' && !is_inner_sign(*scalar))
            .flat_map(char::to_lowercase)
            .collect();
        if scalars.is_empty() {
            return;
        }
        let whole = name.split(' ').count() > 1;
        match self.entries.iter_mut().find(|entry| {
            entry.scalars == scalars
                    // นายกมล and นางสาวกมล are two people; a missing title leaves it open.
                    && (entry.title == title || entry.title.is_none() || title.is_none())
        }) {
            Some(entry) => {
                entry.whole |= whole;
                if entry.title != title {
                    entry.title = None;
                }
                let same_key = member.person.is_some() && member.person == entry.person;
                if entry.found != Found::One(reference.to_owned()) && !same_key {
                    entry.found = Found::Several;
                }
            }
            None => self.entries.push(Entry {
                scalars,
                whole,
                found: Found::One(reference.to_owned()),
                title,
                person: member.person.clone(),
            }),
        }
    }

    /// The longest name at this place, and how many scalars it takes.
    pub(super) fn at(
        &self,
        text: &[char],
        spaced: &[bool],
        at: usize,
        titled: bool,
        title: Option<Civil>,
    ) -> Option<(Found, usize)> {
        let fitting = |entry: &Entry| {
            let length = matches(&entry.scalars, text.get(at..)?)?;
            let end = at + length;
            let apart = |position: usize| spaced.get(position).copied().unwrap_or(true);
            let next = text.get(end).copied();
            // The name must not end inside a longer word: a vowel or mark belongs to it, and so does
            // a Latin letter without a space.
            let continues = next.is_some_and(|next| {
                is_thai_mark(next)
                    || matches!(
                        next,
                        '\u{e30}' | '\u{e32}' | '\u{e33}' | '\u{e45}' | 'ๆ' | 'ฯ'
                    )
                    || (next.is_ascii_alphanumeric() && !apart(end))
            });
            let begins =
                titled || apart(at) || !text.get(at).is_some_and(char::is_ascii_alphanumeric);
            let recognisable = titled || entry.whole || (apart(at) && apart(end));
            let same = match (title, entry.title) {
                (Some(said), Some(recorded)) => said == recorded,
                _ => true,
            };
            (!continues && begins && recognisable && same).then_some(length)
        };
        let (first, length) = self
            .entries
            .iter()
            .find_map(|entry| fitting(entry).map(|length| (entry, length)))?;
        let several = self.entries.iter().any(|entry| {
            entry.scalars == first.scalars && entry.found != first.found && fitting(entry).is_some()
        });
        let found = if several {
            Found::Several
        } else {
            first.found.clone()
        };
        Some((found, length))
    }
}

/// How much of the text spells the name; signs inside a name do not matter.
fn matches(name: &[char], text: &[char]) -> Option<usize> {
    let mut position = 0;
    for (index, expected) in name.iter().enumerate() {
        while index > 0
            && text
                .get(position)
                .is_some_and(|scalar| is_inner_sign(*scalar))
        {
            position += 1;
        }
        let scalar = text.get(position)?;
        if scalar != expected && !scalar.to_lowercase().eq(std::iter::once(*expected)) {
            return None;
        }
        position += 1;
    }
    Some(position)
}
