//! The words of statements. Spaces are left out: they carry no meaning between Thai words.

use super::phrases::PHRASES;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a phrase does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Sign,
    Joint,
    With,
    And,
    Or,
    AndOr,
    Comma,
    AnyOne,
    Alone,
    Sole,
    OnePerson,
    Person,
    In,
    All,
    Both,
    AtLeast,
    Upwards,
    Count,
    Half,
    MoreThanHalf,
    OfBoard,
    AnyWhich,
    Other,
    /// ที่เหลือ: whoever was not spoken of.
    Remaining,
    Again,
    This,
    Groups,
    EachGroup,
    /// กลุ่มเดียวกัน
    SameGroup,
    /// ต่างกลุ่มกัน
    DifferentGroups,
    /// กลุ่มใดกลุ่มหนึ่ง
    AnyGroup,
    /// ครบทั้งกลุ่ม
    WholeGroup,
    Define,
    Total,
    Seal,
    NoSeal,
    /// ทุกกรณีให้ประทับตรา: the seal for every alternative.
    SealForAll,
    /// ทั้งสองกรณีให้ประทับตรา, ทั้งสามกรณี…: for so many alternatives, and there must be so many.
    SealForTwo,
    SealForThree,
    /// ทุกกรณีไม่ต้องประทับตรา.
    NoSealForAll,
    /// ต้องประทับตรา, ให้ประทับตรา: a duty of its own, for what stands before it.
    SealDuty,
    /// ไม่ต้องประทับตรา, without โดย or และ.
    NoSealBare,
    /// ทั้งนี้ให้ประทับตรา: for the last alternative, or for all of them.
    SealThereby,
    Director,
    ManagingPartner,
    Liquidator,
    Except,
    Case,
    OtherCases,
    /// การอื่น: all other acts, perhaps also than those that were limited by an amount.
    OtherActs,
    Give,
    Besides,
    BesidesItem,
    Then,
    /// ได้ด้วย: says that this adds to what was said before.
    Too,
    /// ได้อีกคนหนึ่ง: may be one more signatory, or one more signature.
    TooOne,
    /// ด้วย alone: beside whom is not said, so only some places read it.
    Also,
    May,
    /// ต้อง: a duty; what it says takes the place of what was said before.
    Must,
    /// ต้องเป็น: who it must be.
    MustBe,
    /// ต้องมี: somebody must be there; whether alone is not said of a name.
    MustHave,
    /// มี, before a list.
    Has,
    /// ไม่ตัดอำนาจ: leaves somebody an authority beside the rule.
    Preserves,
    /// อีกทั้ง, นอกจากนี้: adds only where the rest of the words says so.
    Moreover,
    /// ก็ได้: may, behind a verb; behind a seal it makes the seal optional.
    Optional,
    /// มิใช่: people who are not counted.
    NotBeing,
    /// ได้: can.
    Can,
    /// โดยมี: somebody among those counted, or beside them.
    WithThem,
    /// โดยต้องมี: somebody who must be among those counted.
    AmongThem,
    /// โดยหนึ่งในนั้นต้องเป็น: one person who must be among those counted.
    OneAmongThem,
    /// โดยต้องเป็น, โดยต้องประกอบด้วย: who must be among those counted, or whom all of them must be taken from.
    MadeUpOf,
    /// แต่ละคน, ต่างคนต่าง: each by themselves, whatever joins their names.
    Each,
    /// ร่วมด้วย: beside those said before.
    TooWithThem,
    /// เป็นหนึ่งในนั้น: closes who must be among those counted.
    OneOfThem,
    /// ต้องเป็นหนึ่งใน: somebody who must be among those counted.
    MustBeOneOf,
    /// เป็น: ก เป็นกรรมการกลุ่ม ก.
    Being,
    /// บริษัทมีกรรมการ n คน.
    BoardHas,
    /// เกี่ยวกับ, between a case and its acts.
    About,
    /// เกินกว่านั้น: above the amount just said.
    OverThat,
    /// โดย, ทั้งนี้: leads in what explains the sentence.
    Whereby,
    /// ห้าม, ไม่มีอำนาจ: nobody may.
    Forbidden,
    /// แต่กรณี: a case that takes the place of the general rule.
    CaseInstead,
    /// อย่างใดอย่างหนึ่งดังต่อไปนี้, before numbered alternatives.
    OneOfThese,
    Noise,
    /// เท่านั้น: only what was just said.
    Only,
    /// ทุกกรณี, จึงจะมีผลผูกพัน: nothing of its own; acts or amounts behind it may speak of every alternative.
    Closed,
    LiquidatorNoise,
    /// อำนาจกรรมการ: and the like, without a verb.
    Heading,
    /// จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได้คือ: a heading that holds the verb.
    HeadingSign,
    NoLimits,
    None,
    /// ไม่มีข้อจำกัดอำนาจ, said as a whole.
    NoneSaid,
    Limit,
    /// โดยมีวงเงิน: a limit set apart from what stands before it.
    LimitThereby,
    /// มูลค่ารวม: a sum over a time, which must be told.
    SumLimit,
    /// ภายในวงเงิน: up to, whether or not ไม่เกิน follows.
    Within,
    NotOver,
    Over,
    From,
    To,
    Below,
    But,
    Baht,
    PerAct,
    PerDay,
    PerMonth,
    PerContract,
    Slash,
    Stop,
    Open,
    Close,
    Quote,
    /// English: a count follows, or an article.
    Any,
    /// English: what is counted follows.
    Of,
    /// English: the article alone gives no number.
    The,
    /// English plurals: without a number they give none.
    Directors,
    ManagingPartners,
    Liquidators,
    /// English: both.
    BothOfThem,
    /// English: for which.
    ForWhich,
    /// ทำนิติกรรม: any act at all.
    AnyAct,
    /// A role that the register does not record.
    Role,
    CutOff,
    Elsewhere,
}

use Word::*;

static SIGN_LEADS: &[&str] = &[
    "ลงลายมือชื่อ",
    "ลงชื่อ",
    "ลงนาม",
    "ลงลายเซ็น",
    "ลงลายมือ",
    "เซ็นชื่อ",
    "เซ็นต์ชื่อ",
    "เซ็น",
];

// For whom the signature is given: it says nothing that the register does not say.
static ON_BEHALF: &[&str] = &[
    "ผูกพัน",
    "เพื่อผูกพัน",
    "กระทำการแทน",
    "และกระทำการแทน",
    "กระทำการผูกพัน",
    "และกระทำการผูกพัน",
    "แทน",
    "ในนามของ",
    "ในนาม",
];

static SEAL_LEADS: &[&str] = &[
    "และประทับตรา",
    "และให้ประทับตรา",
    "และต้องประทับตรา",
    "พร้อมประทับตรา",
    "พร้อมทั้งประทับตรา",
    "พร้อมกับประทับตรา",
    "และพร้อมประทับตรา",
    "โดยประทับตรา",
    "กับประทับตรา",
    "และให้มีประทับตรา",
    "และจะประทับตรา",
    "จะประทับตรา",
    "และตราประทับ",
    "พร้อมตราประทับ",
    "พร้อมด้วยตราประทับ",
    "พร้อมทั้งตราประทับ",
    "และตรา",
    "พร้อมตรา",
    "โดยมีตราประทับ",
    "โดยต้องประทับตรา",
    "โดยให้ประทับตรา",
    "และจะต้องประทับตรา",
    "และมีตราประทับ",
    "แล้วประทับตรา",
    "ต้องประทับตรา",
    "ให้ประทับตรา",
    "ประทับตรา",
];

static SEAL_INTRODUCTIONS: &[&str] = &["ทั้งนี้โดย", "ทั้งนี้", "โดยทั้งนี้"];

static NO_SEAL_LEADS: &[&str] = &[
    "โดยไม่ต้องประทับตรา",
    "โดยไม่จำต้องประทับตรา",
    "โดยไม่จำเป็นต้องประทับตรา",
    "และไม่ต้องประทับตรา",
    "ไม่ต้องประทับตรา",
    "แต่ไม่ต้องประทับตรา",
    "โดยไม่ประทับตรา",
    "ไม่ประทับตรา",
    "ไม่จำเป็นต้องประทับตรา",
    "และไม่จำเป็นต้องประทับตรา",
    "ไม่จำต้องประทับตรา",
    "โดยไม่ต้องมีตราประทับ",
    "โดยไม่ต้องใช้ตรา",
];

// What may close a seal phrase and says nothing of its own: "ประทับตรา…ด้วย" speaks of the seal, not of the signers.
static SEAL_TAILS: &[&str] = &[
    "ด้วยทุกครั้ง",
    "ด้วย",
    "ทุกครั้ง",
    "ไว้เป็นสำคัญ",
    "เป็นสำคัญ",
    "กำกับไว้ด้วย",
    "กำกับไว้",
    "กำกับด้วย",
    "กำกับ",
    "ไว้ด้วย",
    "ไว้",
];

// "ห้างหุ้นส่วน" before "ห้าง": the longest that fits is taken.
static SEAL_OWNERS: &[&str] = &[
    "บริษัทฯ",
    "บริษัท",
    "ธนาคารฯ",
    "ธนาคาร",
    "สมาคมการค้า",
    "สมาคม",
    "หอการค้า",
    "ห้างหุ้นส่วนสามัญนิติบุคคล",
    "ห้างหุ้นส่วนสามัญ",
    "ห้างหุ้นส่วนจำกัด",
    "ห้างหุ้นส่วน",
    "ห้างฯ",
    "ห้าง",
    "นิติบุคคล",
];

fn prefix(text: &[char], word: &str) -> Option<usize> {
    let mut length = 0;
    for expected in word.chars() {
        if text.get(length) != Some(&expected) {
            return Option::None;
        }
        length += 1;
    }
    Some(length)
}

type Index = HashMap<char, Vec<(Vec<char>, Word)>>;

/// The lexicon by first scalar, the longest phrase first.
static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index::new();
    for (word, phrases) in PHRASES {
        for phrase in *phrases {
            let phrase: Vec<char> = phrase.chars().collect();
            if let Some(first) = phrase.first() {
                index.entry(*first).or_default().push((phrase, *word));
            }
        }
    }
    for row in index.values_mut() {
        row.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    }
    index
});

/// Which of the phrases that are put together may begin with a scalar.
#[derive(Debug, Clone, Copy, Default)]
struct Composed {
    seal: bool,
    sign: bool,
    heading: bool,
}

static COMPOSED: LazyLock<HashMap<char, Composed>> = LazyLock::new(|| {
    let mut composed: HashMap<char, Composed> = HashMap::new();
    let mut mark = |lists: &[&[&str]], set: fn(&mut Composed)| {
        for first in lists
            .iter()
            .flat_map(|list| list.iter())
            .filter_map(|word| word.chars().next())
        {
            set(composed.entry(first).or_default());
        }
    };
    mark(
        &[NO_SEAL_LEADS, SEAL_LEADS, EVERY_CASE, SEAL_INTRODUCTIONS],
        |composed| composed.seal = true,
    );
    mark(&[SIGN_LEADS], |composed| composed.sign = true);
    mark(
        &[HEADING_LEADS, HEADING_OFFICES, PLAIN_HEADINGS],
        |composed| composed.heading = true,
    );
    composed
});

/// The longest phrase at the start of the text, and its length.
pub(super) fn longest(text: &[char]) -> Option<(Word, usize)> {
    let listed = INDEX.get(text.first()?).and_then(|row| {
        row.iter()
            .find(|(phrase, _)| text.starts_with(phrase))
            .map(|(phrase, word)| (*word, phrase.len()))
    });
    // What is put together from parts is tried only where one of its first scalars stands.
    let composed = COMPOSED.get(text.first()?).copied().unwrap_or_default();
    let seal = composed
        .seal
        .then(|| {
            seal_phrase(text, NO_SEAL_LEADS, NoSeal)
                .or_else(|| seal_phrase(text, SEAL_LEADS, Seal))
                .or_else(|| seal_for_all(text))
        })
        .flatten();
    listed
        .into_iter()
        .chain(seal)
        .chain(composed.sign.then(|| sign_phrase(text)).flatten())
        .chain(composed.heading.then(|| heading(text)).flatten())
        .max_by_key(|(_, length)| *length)
}

// What a heading is made of, in its order; each part but the last word is optional, and one that relates the
// office to the verb must be there.
static HEADING_LEADS: &[&str] = &[
    "จำนวนหรือชื่อ",
    "จำนวนและชื่อ",
    "จำนวนและหรือชื่อ",
    "จำนวนและ/หรือชื่อ",
    "รายชื่อ",
    "รายนาม",
    "ชื่อ",
];
static HEADING_OFFICES: &[&str] = &[
    "กรรมการบริษัท",
    "กรรมการของบริษัท",
    "กรรมการ",
    "หุ้นส่วนผู้จัดการ",
    "ผู้ชำระบัญชี",
    "ผู้",
];
static HEADING_RELATIVES: &[&str] = &["ซึ่งมีอำนาจ", "ผู้มีอำนาจ", "ที่มีอำนาจ", "มีอำนาจ", "ซึ่ง", "ผู้", "ที่"];
static HEADING_ENDS: &[&str] = &[
    "คือ:",
    "คือ",
    ":",
    "ได้แก่",
    "มีดังนี้",
    "มีดังต่อไปนี้",
    "ดังนี้",
    "เป็นดังนี้",
];
static HEADING_CHOICES: &[&str] = &[
    "ในกรณีใดกรณีหนึ่งดังต่อไปนี้",
    "กรณีใดกรณีหนึ่งดังต่อไปนี้",
    "โดยวิธีใดวิธีหนึ่งดังต่อไปนี้",
    "อย่างใดอย่างหนึ่งดังต่อไปนี้",
];
static PLAIN_HEADINGS: &[&str] = &[
    "อำนาจกรรมการ",
    "อำนาจของกรรมการ",
    "อำนาจลงนาม",
    "อำนาจการลงนาม",
    "อำนาจหุ้นส่วนผู้จัดการ",
    "อำนาจผู้ชำระบัญชี",
    "เงื่อนไขการลงนาม",
];

fn first_of(text: &[char], at: usize, words: &[&str]) -> usize {
    text.get(at..)
        .and_then(|rest| words.iter().filter_map(|word| prefix(rest, word)).max())
        .unwrap_or(0)
}

/// กรรมการผู้มีอำนาจลงนามผูกพันบริษัท คือ; จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได้; อำนาจกรรมการ:
fn heading(text: &[char]) -> Option<(Word, usize)> {
    let plain = first_of(text, 0, PLAIN_HEADINGS);
    if plain > 0 {
        let end = first_of(text, plain, HEADING_ENDS);
        return (end > 0).then_some((Heading, plain + end));
    }
    let lead = first_of(text, 0, HEADING_LEADS);
    let office = first_of(text, lead, HEADING_OFFICES);
    let mut at = lead + office;
    let relative = first_of(text, at, HEADING_RELATIVES);
    at += relative;
    let (_, verb) = sign_phrase(text.get(at..)?)?;
    at += verb;
    if first_of(text, at, &["ได้แก่"]) == 0 {
        at += first_of(text, at, &["ได้"]);
    }
    let end = first_of(text, at, HEADING_ENDS);
    let choice = first_of(text, at, HEADING_CHOICES);
    if office > 0 && choice > 0 {
        return Some((Heading, at + choice));
    }
    let asks = lead > 0 && office > 0;
    (office > 0 && (relative > 0 || asks) && (end > 0 || asks)).then_some((HeadingSign, at + end))
}

/// A verb of signing, with ผูกพันบริษัท or the like behind it.
fn sign_phrase(text: &[char]) -> Option<(Word, usize)> {
    let length = SIGN_LEADS.iter().find_map(|lead| prefix(text, lead))?;
    let after = |length: usize, word: &str| text.get(length..).and_then(|rest| prefix(rest, word));
    let behalf = ON_BEHALF
        .iter()
        .find_map(|word| after(length, word))
        .unwrap_or(0);
    match SEAL_OWNERS
        .iter()
        .find_map(|owner| after(length + behalf, owner))
    {
        Some(owner) if behalf > 0 => Some((Sign, length + behalf + owner)),
        _ => Some((Sign, length)),
    }
}

// Words that make a seal phrase behind them speak of every alternative.
static EVERY_CASE: &[&str] = &[
    "ทั้งนี้ในทุกกรณี",
    "ทั้งนี้ทุกกรณี",
    "โดยทุกกรณี",
    "โดยในทุกกรณี",
    "ในทุกกรณี",
    "ทุกกรณี",
    "ทั้งสองกรณี",
    "โดยทั้งสองกรณี",
    "ทั้งนี้ทั้งสองกรณี",
    "ทั้งสามกรณี",
    "ทุกข้อ",
];

fn seal_for_all(text: &[char]) -> Option<(Word, usize)> {
    let lead = first_of(text, 0, EVERY_CASE);
    if lead == 0 {
        return Option::None;
    }
    let rest = text.get(lead..)?;
    if let Some((_, length)) = seal_phrase(rest, NO_SEAL_LEADS, NoSeal) {
        return Some((NoSealForAll, lead + length));
    }
    let (_, length) = seal_phrase(rest, SEAL_LEADS, Seal)?;
    Some((every_case(text.get(..lead)?), lead + length))
}

/// For how many alternatives these words speak.
fn every_case(words: &[char]) -> Word {
    let says = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        words.windows(word.len()).any(|part| part == word)
    };
    if says("ทั้งสอง") {
        SealForTwo
    } else if says("ทั้งสาม") {
        SealForThree
    } else {
        SealForAll
    }
}

/// ประทับตรา, then สำคัญ, ของ and an owner, each if it is there.
fn seal_phrase(text: &[char], leads: &[&str], kind: Word) -> Option<(Word, usize)> {
    let before = first_of(text, 0, SEAL_INTRODUCTIONS);
    let lead = leads
        .iter()
        .filter_map(|lead| prefix(text.get(before..)?, lead))
        .max()?;
    let mut length = before + lead;
    let after = |length: usize, word: &str| text.get(length..).and_then(|rest| prefix(rest, word));
    length += after(length, "ประทับ").unwrap_or(0);
    length += after(length, "สำคัญ").unwrap_or(0);
    let of = after(length, "ของ").unwrap_or(0);
    length += SEAL_OWNERS
        .iter()
        .find_map(|owner| after(length + of, owner))
        .map_or(0, |owner| of + owner);
    length += SEAL_TAILS
        .iter()
        .find_map(|tail| after(length, tail))
        .unwrap_or(0);
    // "จะประทับตราหรือไม่ก็ได้" asks for none; "ประทับตราทั้งสองกรณี" asks for it everywhere.
    for free in ["หรือไม่ก็ได้", "หรือไม่ประทับตราก็ได้"]
    {
        if let Some(free) = after(length, free) {
            return Some((NoSeal, length + free));
        }
    }
    let everywhere = first_of(text, length, EVERY_CASE);
    if everywhere > 0 {
        let end = length + everywhere;
        let kind = match kind {
            NoSeal => NoSealForAll,
            _ => every_case(text.get(length..end)?),
        };
        return Some((kind, end));
    }
    let begins = |words: &[&str]| words.iter().any(|word| after(before, word).is_some());
    let kind = match kind {
        Seal if before > 0 => SealThereby,
        Seal if begins(&["ต้อง", "จะต้อง", "ให้", "โดยต้อง", "โดยให้", "จะ"]) => {
            SealDuty
        }
        NoSeal if before == 0 && begins(&["ไม่"]) => NoSealBare,
        kind => kind,
    };
    Some((kind, length))
}
