//! Thai text as the register writes it: made comparable, without losing the way back to the original.
//!
//! No Unicode normal form is enough for Thai. NFC leaves ํ + า and ำ different, NFKC takes ำ apart,
//! and neither puts a tone mark behind the vowel it was typed before. So there are three forms, kept apart:
//!
//! * the **original**, shown and printed, never changed;
//! * the **normalised** text (`normalise`), read by the grammar: every scalar knows the scalars of the
//!   original it came from;
//! * the **skeleton** of a name ([`NameSkeleton`]), compared and never shown: order of marks, spacing,
//!   titles and Latin case do not matter, one different consonant does. A text that could fool a
//!   reader (invisible characters, mixed scripts, orphan marks) has no skeleton but a refusal.
//!
//! To add a title: one entry in `titles.rs`. To add a folding: one arm in `normalise.rs`, which must
//! stay idempotent (a property test says so).

mod normalise;
mod numbers;
mod skeleton;
mod titles;

pub use normalise::{Normalised, normalise};
pub use numbers::{NumberRead, read_number};
pub use skeleton::{NameRefusal, NameSkeleton};
pub use titles::strip_titles;

/// Whether this is a Thai consonant, ฤ or ฦ (U+0E01 to U+0E2E).
pub fn is_thai_consonant(character: char) -> bool {
    ('\u{e01}'..='\u{e2e}').contains(&character)
}

/// Whether this is a Thai mark written above or below a consonant.
pub fn is_thai_mark(character: char) -> bool {
    matches!(character, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// Whether this is a vowel written before its consonant (เ แ โ ใ ไ).
pub fn is_thai_lead_vowel(character: char) -> bool {
    ('\u{e40}'..='\u{e44}').contains(&character)
}
