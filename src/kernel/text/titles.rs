//! Titles in front of Thai names: recognised, taken off for comparing, kept for showing.

use super::{is_thai_consonant, is_thai_lead_vowel};
use std::collections::HashMap;
use std::sync::LazyLock;

/// How far a title reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// A rank, noble or academic title: others may follow.
    Rank,
    /// นาย, นาง, นางสาว …: only a written-out or abbreviated profession may follow. Given names begin
    /// with such words too (นายพลเอก, นายคุณวุฒิ), so nothing else is taken off behind it.
    Civil,
    /// คุณ: a title only when a space follows; คุณวุฒิ is a name.
    Spaced,
}

// Police and army ranks may carry หญิง.
static RANKS: &[&str] = &[
    "พลตำรวจเอก",
    "พลตำรวจโท",
    "พลตำรวจตรี",
    "พลตำรวจจัตวา",
    "พันตำรวจเอก",
    "พันตำรวจโท",
    "พันตำรวจตรี",
    "ร้อยตำรวจเอก",
    "ร้อยตำรวจโท",
    "ร้อยตำรวจตรี",
    "ดาบตำรวจ",
    "จ่าสิบตำรวจ",
    "สิบตำรวจเอก",
    "สิบตำรวจโท",
    "สิบตำรวจตรี",
    "พลเรือเอก",
    "พลเรือโท",
    "พลเรือตรี",
    "พลอากาศเอก",
    "พลอากาศโท",
    "พลอากาศตรี",
    "นาวาอากาศเอก",
    "นาวาอากาศโท",
    "นาวาอากาศตรี",
    "เรืออากาศเอก",
    "เรืออากาศโท",
    "เรืออากาศตรี",
    "พันจ่าอากาศเอก",
    "จ่าอากาศเอก",
    "นาวาเอก",
    "นาวาโท",
    "นาวาตรี",
    "เรือเอก",
    "เรือโท",
    "เรือตรี",
    "พันจ่าเอก",
    "จ่าเอก",
    "พลเอก",
    "พลโท",
    "พลตรี",
    "พลจัตวา",
    "พันเอก",
    "พันโท",
    "พันตรี",
    "ร้อยเอก",
    "ร้อยโท",
    "ร้อยตรี",
    "จ่าสิบเอก",
    "จ่าสิบโท",
    "จ่าสิบตรี",
    "สิบเอก",
    "สิบโท",
    "สิบตรี",
    "พลทหาร",
    "ว่าที่ร้อยตรี",
    "ว่าที่ ร้อยตรี",
    "ว่าที่ร้อยโท",
    "ว่าที่ร้อยเอก",
    "ว่าที่พันตรี",
    "ว่าที่ ร.ต.",
    "ว่าที่ร.ต.",
    "พล.ต.อ.",
    "พล.ต.ท.",
    "พล.ต.ต.",
    "พ.ต.อ.",
    "พ.ต.ท.",
    "พ.ต.ต.",
    "ร.ต.อ.",
    "ร.ต.ท.",
    "ร.ต.ต.",
    "พล.ร.อ.",
    "พล.ร.ท.",
    "พล.ร.ต.",
    "พล.อ.อ.",
    "พล.อ.ท.",
    "พล.อ.ต.",
    "พล.อ.",
    "พล.ท.",
    "พล.ต.",
    "พ.อ.อ.",
    "จ.ส.อ.",
    "จ.ส.ต.",
    "ส.ต.อ.",
    "พ.อ.",
    "พ.ท.",
    "พ.ต.",
    "ร.อ.",
    "ร.ท.",
    "ร.ต.",
    "น.อ.",
    "น.ท.",
    "น.ต.",
    "ส.อ.",
    "ด.ต.",
    "หม่อมราชวงศ์",
    "หม่อมหลวง",
    "หม่อมเจ้า",
    "หม่อม",
    "ม.ร.ว.",
    "ม.จ.",
    "ม.ล.",
    "ท่านผู้หญิง",
    "คุณหญิง",
];

static PROFESSIONS: &[&str] = &[
    "ศาสตราจารย์เกียรติคุณ",
    "ผู้ช่วยศาสตราจารย์",
    "รองศาสตราจารย์",
    "ศาสตราจารย์",
    "ศ.ดร.",
    "รศ.ดร.",
    "ผศ.ดร.",
    "ดอกเตอร์",
    "ดร.",
    "รศ.",
    "ผศ.",
    "ศ.",
    "อาจารย์",
    "นายแพทย์",
    "แพทย์หญิง",
    "ทันตแพทย์หญิง",
    "ทันตแพทย์",
    "เภสัชกรหญิง",
    "เภสัชกร",
    "น.สพ.",
    "สพ.ญ.",
    "ทญ.",
    "ทพญ.",
    "ทพ.",
    "นพ.",
    "พญ.",
    "ภก.",
    "ภญ.",
    "Dr.",
];

static CIVIL: &[&str] = &[
    "นางสาว",
    "เด็กหญิง",
    "เด็กชาย",
    "นาย",
    "นาง",
    "น.ส.",
    "ด.ช.",
    "ด.ญ.",
    "Miss",
    "Mrs.",
    "Mrs",
    "Mr.",
    "Mr",
    "Ms.",
    "Ms",
];

static SPACED: &[&str] = &["คุณ"];

/// The most titles one name carries: rank, noble prefix, professor, doctor, and one to spare.
const MOST_TITLES: usize = 6;

/// Which list a title stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Ranks,
    Professions,
    Civil,
    Spaced,
}

/// Every title by its first scalar, in small letters; the longest first.
static TITLES: LazyLock<HashMap<char, Vec<(&'static str, List)>>> = LazyLock::new(|| {
    let mut titles: HashMap<char, Vec<(&'static str, List)>> = HashMap::new();
    for (list, words) in [
        (List::Ranks, RANKS),
        (List::Professions, PROFESSIONS),
        (List::Civil, CIVIL),
        (List::Spaced, SPACED),
    ] {
        for word in words {
            if let Some(first) = word.chars().next() {
                titles
                    .entry(first.to_ascii_lowercase())
                    .or_default()
                    .push((word, list));
            }
        }
    }
    for row in titles.values_mut() {
        row.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    }
    titles
});

/// The name without the titles in front of it, with its spaces as they were. Titles are taken off
/// longest first; never when nothing would be left, and never where the word merely begins a name
/// (นายิกา, คุณวุฒิ).
pub fn strip_titles(name: &str) -> &str {
    let mut rest = name.trim_start();
    let mut last = Strength::Rank;
    for taken in 0..MOST_TITLES {
        let Some((strength, after)) = longest_title(rest, taken == 0, last) else {
            break;
        };
        rest = after;
        last = strength;
    }
    rest
}

fn longest_title(text: &str, first: bool, last: Strength) -> Option<(Strength, &str)> {
    let civil_before = !first && last != Strength::Rank;
    let begins = text.chars().next()?.to_ascii_lowercase();
    TITLES.get(&begins)?.iter().find_map(|(title, list)| {
        let strength = match (list, civil_before) {
            (List::Professions, true) => Strength::Civil,
            (_, true) => return None,
            (List::Ranks | List::Professions, false) => Strength::Rank,
            (List::Civil, false) => Strength::Civil,
            (List::Spaced, false) => Strength::Spaced,
        };
        after_title(text, title, strength).map(|after| (strength, after))
    })
}

fn after_title<'a>(text: &'a str, title: &str, strength: Strength) -> Option<&'a str> {
    let start = text.get(..title.len())?;
    if !start.eq_ignore_ascii_case(title) {
        return None;
    }
    let mut after = text.get(title.len()..)?;
    if strength == Strength::Rank {
        after = after
            .strip_prefix("หญิง")
            .filter(|rest| begins_name(rest))
            .unwrap_or(after);
    }
    if strength == Strength::Spaced && !after.starts_with(' ') {
        return None;
    }
    // A Latin title without a full stop is a title only before a space: Mr Smith, not Mravinsky.
    if title.is_ascii() && !title.ends_with('.') && !after.starts_with(' ') {
        return None;
    }
    begins_name(after).then(|| after.trim_start())
}

/// Whether a name can begin here: a consonant or lead vowel, or Latin, after an optional space.
fn begins_name(text: &str) -> bool {
    text.trim_start().chars().next().is_some_and(|next| {
        is_thai_consonant(next) || is_thai_lead_vowel(next) || next.is_alphabetic()
    }) && !text.starts_with(is_mark_or_vowel)
}

fn is_mark_or_vowel(character: char) -> bool {
    matches!(character, '\u{e30}'..='\u{e3a}' | '\u{e45}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_off_longest_first_and_in_sequence() {
        for (name, bare) in [
            ("นายกล้า ทดลองดี", "กล้า ทดลองดี"),
            ("นางสาวขวัญ สมมติไทย", "ขวัญ สมมติไทย"),
            ("น.ส. ขวัญ สมมติไทย", "ขวัญ สมมติไทย"),
            ("พันตำรวจเอก ชาญ แบบอย่าง", "ชาญ แบบอย่าง"),
            ("พันเอก หม่อมหลวง ดร. ชาญ แบบอย่าง", "ชาญ แบบอย่าง"),
            ("ร.ต.อ.หญิง ชื่น แบบอย่าง", "ชื่น แบบอย่าง"),
            ("ดร.ฉัตร จำลองกุล", "ฉัตร จำลองกุล"),
            ("MR. JOHN SMITH", "JOHN SMITH"),
            ("นายแพทย์สม ดี", "สม ดี"),
            ("คุณ สม ดี", "สม ดี"),
        ] {
            assert_eq!(strip_titles(name), bare, "{name}");
        }
    }

    #[test]
    fn words_that_only_look_like_titles_stay() {
        for name in [
            "นายิกา ใจดี",
            "พลอย ใจดี",
            "ร้อยแก้ว ใจดี",
            "คุณวุฒิ ใจดี",
            "นาย",
            "",
            "Mravinsky",
        ] {
            assert_eq!(strip_titles(name), name, "{name}");
        }
        assert_eq!(strip_titles("นายพลเอก ใจดี"), "พลเอก ใจดี");
        assert_eq!(strip_titles("นายคุณวุฒิ ใจดี"), "คุณวุฒิ ใจดี");
    }
}
