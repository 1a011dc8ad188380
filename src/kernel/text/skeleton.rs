//! The skeleton of a name: what two spellings of one name have in common.

use super::normalise::normalise;
use super::titles::strip_titles;
use super::{is_thai_consonant, is_thai_mark};
use std::fmt;

/// A name made comparable. Equal skeletons mean *spelled the same*, never *the same person*: the
/// identity number decides that.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameSkeleton(String);

/// Why a name cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameRefusal {
    /// Nothing is left to compare.
    #[error("the name is empty")]
    Empty,
    /// An invisible or control character.
    #[error("the name holds an invisible or control character (U+{0:04X})")]
    Invisible(u32),
    /// A character no font draws the same way twice.
    #[error("the name holds a private-use or unassigned character (U+{0:04X})")]
    PrivateUse(u32),
    /// Two scripts in one word.
    #[error("one word of the name mixes scripts")]
    MixedScripts,
    /// A script the register does not write names in.
    #[error("the name holds a character of another script or a symbol (U+{0:04X})")]
    ForeignScript(u32),
    /// A vowel or tone mark without its consonant, or after a vowel it cannot follow.
    #[error("a mark of the name stands without a consonant")]
    OrphanMark,
    /// Two vowels, two tones or one mark twice on one consonant.
    #[error("a consonant of the name carries two marks of one kind")]
    DoubledMark,
}

impl NameSkeleton {
    /// The skeleton of a name with or without titles.
    pub fn of(name: &str) -> Result<Self, NameRefusal> {
        check_characters(name)?;
        check_marks(name)?;
        let normalised = normalise(name).text;
        let skeleton: String = strip_titles(&normalised)
            .chars()
            .filter(|character| {
                character.is_alphanumeric() || is_thai_mark(*character) || *character == 'ๆ'
            })
            .flat_map(char::to_lowercase)
            .collect();
        if skeleton.is_empty() {
            Err(NameRefusal::Empty)
        } else {
            Ok(Self(skeleton))
        }
    }

    /// The skeleton as text; for comparing and indexing, never for showing.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NameSkeleton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameSkeleton(hidden)")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Thai,
    Latin,
}

fn check_characters(name: &str) -> Result<(), NameRefusal> {
    let mut word = None;
    for character in name.chars() {
        let script = match character {
            ' ' | '\u{a0}' | '-' | '.' | ',' | '\'' | '’' | '(' | ')' | '/' => None,
            '0'..='9' | '\u{ff10}'..='\u{ff19}' | '๐'..='๙' => continue,
            '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' => Some(Script::Thai),
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' if character.is_alphabetic() => {
                Some(Script::Latin)
            }
            _ => return Err(refused(character)),
        };
        match (word, script) {
            (Some(before), Some(now)) if before != now => return Err(NameRefusal::MixedScripts),
            _ => word = script,
        }
    }
    Ok(())
}

fn refused(character: char) -> NameRefusal {
    let code = u32::from(character);
    match character {
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ad}' | '\u{61c}' | '\u{180e}' => {
            NameRefusal::Invisible(code)
        }
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => NameRefusal::Invisible(code),
        _ if character.is_control() || character.is_whitespace() => NameRefusal::Invisible(code),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => NameRefusal::PrivateUse(code),
        '\u{e3b}'..='\u{e3e}' | '\u{e5c}'..='\u{e7f}' => NameRefusal::PrivateUse(code),
        _ => NameRefusal::ForeignScript(code),
    }
}

/// Each mark on a consonant, one vowel and one tone at most. Checked on the name as given: what the
/// grammar forgives in a sentence, a name may not carry.
fn check_marks(name: &str) -> Result<(), NameRefusal> {
    let mut on_consonant = false;
    let (mut vowels, mut tones, mut silent) = (0u8, 0u8, 0u8);
    let mut nikhahit = false;
    for character in name.chars() {
        if !is_thai_mark(character) {
            // ํ + า (or ๅ typed for it) is one vowel in two pieces; any other vowel is one too many.
            let carried = match character {
                '\u{e32}' | '\u{e45}' => vowels > u8::from(nikhahit),
                '\u{e33}' => vowels > 0,
                _ => false,
            };
            if carried {
                return Err(NameRefusal::DoubledMark);
            }
            on_consonant = is_thai_consonant(character);
            (vowels, tones, silent, nikhahit) = (0, 0, 0, false);
            continue;
        }
        if !on_consonant {
            return Err(NameRefusal::OrphanMark);
        }
        match character {
            '\u{e48}'..='\u{e4b}' => tones += 1,
            '\u{e4c}' | '\u{e4e}' => silent += 1,
            _ => {
                vowels += 1;
                nikhahit |= character == '\u{e4d}';
            }
        }
        if vowels > 1 || tones > 1 || silent > 1 {
            return Err(NameRefusal::DoubledMark);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn skeleton(name: &str) -> NameSkeleton {
        NameSkeleton::of(name).unwrap()
    }

    #[test]
    fn spelling_order_spacing_titles_and_case_do_not_matter() {
        for (one, other) in [
            ("น\u{e49}\u{e33}", "น\u{e49}\u{e4d}\u{e32}"),
            ("น\u{e49}\u{e33}", "น\u{e4d}\u{e49}\u{e32}"),
            ("ท\u{e48}\u{e35}", "ที่"),
            ("ค\u{e48}\u{e38}", "คุ่"),
            ("พันธ\u{e4c}\u{e38}", "พันธุ์"),
            ("แก", "เเก"),
            ("นายกล้า ทดลองดี", "กล้า  ทดลองดี"),
            ("พ.ต.อ. ชาญ แบบอย่าง", "พันตำรวจเอกชาญ แบบอย่าง"),
            ("Mr. John O'Neill-Smith", "JOHN ONEILL SMITH"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn a_different_consonant_or_vowel_is_a_different_name() {
        for (one, other) in [
            ("วรรณ", "วรรน"),
            ("ฤา", "ฤๅ"),
            ("นายวุฒิ ใจดี", "นายคุณวุฒิ ใจดี"),
            ("กล้า ทดลองดี", "กลา ทดลองดี"),
            ("สมชาย ใจดี", "สมชาย ใจดี ณ อยุธยา"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn text_that_could_fool_a_reader_is_refused() {
        assert_eq!(
            NameSkeleton::of("กล้า\u{200b}"),
            Err(NameRefusal::Invisible(0x200b))
        );
        assert_eq!(
            NameSkeleton::of("ก\u{e48}\u{e48}"),
            Err(NameRefusal::DoubledMark)
        );
        assert_eq!(
            NameSkeleton::of("ก\u{e48}\u{e49}"),
            Err(NameRefusal::DoubledMark)
        );
        assert_eq!(
            NameSkeleton::of("กິ"),
            Err(NameRefusal::ForeignScript(0xeb4))
        );
        assert_eq!(
            NameSkeleton::of("ก\u{f70a}"),
            Err(NameRefusal::PrivateUse(0xf70a))
        );
        assert_eq!(NameSkeleton::of("\u{e48}ก"), Err(NameRefusal::OrphanMark));
        assert_eq!(NameSkeleton::of("กำ\u{e49}"), Err(NameRefusal::OrphanMark));
        assert_eq!(NameSkeleton::of("กา\u{e49}"), Err(NameRefusal::OrphanMark));
        assert_eq!(NameSkeleton::of("กaล้า"), Err(NameRefusal::MixedScripts));
        assert_eq!(
            NameSkeleton::of("Jоhn"),
            Err(NameRefusal::ForeignScript(0x43e))
        );
        assert_eq!(
            NameSkeleton::of("กล้า\u{202e}"),
            Err(NameRefusal::Invisible(0x202e))
        );
        assert_eq!(NameSkeleton::of(" . "), Err(NameRefusal::Empty));
    }

    proptest! {
        #[test]
        fn a_skeleton_is_a_fixed_point_of_normalising(
            scalars in proptest::collection::vec(proptest::char::range('\u{e01}', '\u{e4e}'), 1..20)
        ) {
            let name: String = scalars.into_iter().collect();
            if let Ok(skeleton) = NameSkeleton::of(&name) {
                prop_assert_eq!(normalise(skeleton.as_str()).text, skeleton.as_str());
                prop_assert_eq!(NameSkeleton::of(&normalise(&name).text).unwrap(), skeleton);
            }
        }
    }
}
