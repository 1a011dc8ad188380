//! The words of statements. Spaces are left out: they carry no meaning between Thai words.

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
    Again,
    This,
    Groups,
    EachGroup,
    Define,
    Total,
    Seal,
    NoSeal,
    Director,
    ManagingPartner,
    Liquidator,
    Except,
    Case,
    OtherCases,
    Give,
    Besides,
    BesidesItem,
    Then,
    Too,
    May,
    Noise,
    LiquidatorNoise,
    Heading,
    NoLimits,
    None,
    Limit,
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
    /// A role that the register does not record.
    Role,
    CutOff,
    Elsewhere,
}

use Word::*;

/// Phrases, each without spaces. The longest that fits is taken.
pub(super) static LEXICON: &[(&str, Word)] = &[
    ("ร่วมกัน", Joint),
    ("โดยร่วมกัน", Joint),
    ("พร้อมกัน", Joint),
    ("ด้วยกัน", Joint),
    ("ร่วมกับ", With),
    ("และ", And),
    ("กับ", And),
    ("พร้อมด้วย", And),
    ("และกับ", And),
    ("หรือ", Or),
    ("และ/หรือ", AndOr),
    ("และหรือ", AndOr),
    (",", Comma),
    (",และ", And),
    (",หรือ", Or),
    ("คนใดคนหนึ่ง", AnyOne),
    ("ท่านใดท่านหนึ่ง", AnyOne),
    ("คนหนึ่งคนใด", AnyOne),
    ("ท่านหนึ่งท่านใด", AnyOne),
    ("ผู้ใดผู้หนึ่ง", AnyOne),
    ("(คนใดคนหนึ่ง)", AnyOne),
    ("โดยลำพัง", Alone),
    ("ตามลำพัง", Alone),
    ("แต่เพียงผู้เดียว", Alone),
    ("เพียงผู้เดียว", Alone),
    ("แต่ผู้เดียว", Alone),
    ("เพียงลำพัง", Alone),
    ("เพียงคนเดียว", Sole),
    ("คนเดียว", Sole),
    ("ท่านเดียว", Sole),
    ("ผู้เดียว", Sole),
    ("แต่ละคน", Sole),
    ("แต่ละท่าน", Sole),
    ("คนหนึ่ง", OnePerson),
    ("ท่านหนึ่ง", OnePerson),
    ("คน", Person),
    ("ท่าน", Person),
    ("ราย", Person),
    ("ใน", In),
    ("จาก", In),
    ("ในจำนวน", In),
    ("จากจำนวน", In),
    ("ของ", In),
    ("ทุกคน", All),
    ("ทุกท่าน", All),
    ("ทั้งหมด", All),
    ("ครบทุกคน", All),
    ("ทั้งหมดทุกคน", All),
    ("ทั้ง", Both),
    ("ครบทั้ง", Both),
    ("อย่างน้อย", AtLeast),
    ("ไม่น้อยกว่า", AtLeast),
    ("ไม่ต่ำกว่า", AtLeast),
    ("ขึ้นไป", Upwards),
    ("จำนวน", Count),
    ("กึ่งหนึ่ง", Half),
    ("เกินกึ่งหนึ่ง", MoreThanHalf),
    ("เกินกว่ากึ่งหนึ่ง", MoreThanHalf),
    ("มากกว่ากึ่งหนึ่ง", MoreThanHalf),
    ("เสียงข้างมาก", MoreThanHalf),
    ("ของจำนวนกรรมการทั้งหมด", OfBoard),
    ("ของจำนวนกรรมการ", OfBoard),
    ("ของกรรมการทั้งหมด", OfBoard),
    ("ของกรรมการ", OfBoard),
    ("ใดๆ", AnyWhich),
    ("ใดก็ได้", AnyWhich),
    ("คนใดก็ได้", AnyWhich),
    ("อื่น", Other),
    ("อื่นใด", Other),
    ("คนอื่น", Other),
    ("ท่านอื่น", Other),
    ("อีก", Again),
    ("นี้", This),
    ("ดังกล่าว", This),
    ("ดังกล่าวข้างต้น", This),
    ("ข้างต้น", This),
    ("ต่อไปนี้", This),
    ("ดังต่อไปนี้", This),
    ("ดังนี้", This),
    ("กลุ่ม", Groups),
    ("กลุ่มละ", EachGroup),
    ("ได้แก่", Define),
    ("คือ", Define),
    ("ประกอบด้วย", Define),
    (":", Define),
    ("รวมเป็น", Total),
    ("รวม", Total),
    ("รวมกันเป็น", Total),
    ("รวมทั้งหมด", Total),
    ("รวมทั้งสิ้น", Total),
    ("รวมจำนวน", Total),
    ("กรรมการ", Director),
    ("หุ้นส่วนผู้จัดการ", ManagingPartner),
    ("ผู้เป็นหุ้นส่วนผู้จัดการ", ManagingPartner),
    ("ผู้ชำระบัญชี", Liquidator),
    ("เว้นแต่", Except),
    ("เว้นแต่กรณี", Except),
    ("เว้นแต่ในกรณี", Except),
    ("เว้นแต่ใน", Except),
    ("ยกเว้น", Except),
    ("ยกเว้นกรณี", Except),
    ("ยกเว้นในกรณี", Except),
    ("ยกเว้นใน", Except),
    ("กรณี", Case),
    ("ในกรณี", Case),
    ("เฉพาะ", Case),
    ("เฉพาะกรณี", Case),
    ("เฉพาะใน", Case),
    ("สำหรับ", Case),
    ("สำหรับกรณี", Case),
    ("ส่วนกรณี", Case),
    ("กรณีอื่น", OtherCases),
    ("กรณีอื่นๆ", OtherCases),
    ("ในกรณีอื่น", OtherCases),
    ("ในกรณีอื่นๆ", OtherCases),
    ("ส่วนกรณีอื่น", OtherCases),
    ("ส่วนกรณีอื่นๆ", OtherCases),
    ("นอกนั้น", OtherCases),
    ("ให้", Give),
    ("ต้องให้", Give),
    ("นอกจากผู้มีอำนาจข้างต้นแล้ว", Besides),
    ("นอกจากกรรมการผู้มีอำนาจข้างต้นแล้ว", Besides),
    ("นอกจากกรรมการข้างต้นแล้ว", Besides),
    ("นอกจากผู้มีอำนาจตาม", BesidesItem),
    ("นอกจากกรรมการตาม", BesidesItem),
    ("แล้ว", Then),
    ("ด้วย", Too),
    ("ได้ด้วย", Too),
    ("ได้อีกผู้หนึ่ง", Too),
    ("ได้อีกคนหนึ่ง", Too),
    ("มีอำนาจ", May),
    ("เป็นผู้มีอำนาจ", May),
    ("เป็นผู้", May),
    ("ต้อง", May),
    ("จะต้อง", May),
    ("สามารถ", May),
    ("ได้", Noise),
    ("เท่านั้น", Noise),
    ("แทนบริษัท", Noise),
    ("แทนห้าง", Noise),
    ("แทนห้างหุ้นส่วน", Noise),
    ("ในนามบริษัท", Noise),
    ("ในนามของบริษัท", Noise),
    ("ผูกพันบริษัท", Noise),
    ("ผูกพันห้าง", Noise),
    ("ผูกพันห้างหุ้นส่วน", Noise),
    ("มีผลผูกพันบริษัท", Noise),
    ("จึงมีผลผูกพันบริษัท", Noise),
    ("จึงจะมีผลผูกพันบริษัท", Noise),
    ("กระทำการแทนบริษัท", Noise),
    ("เป็นสำคัญ", Noise),
    ("ตามมติที่ประชุมใหญ่", LiquidatorNoise),
    ("จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได้คือ", Heading),
    ("จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได้", Heading),
    ("จำนวนหรือชื่อกรรมการซึ่งลงลายมือชื่อผูกพันบริษัทได้คือ", Heading),
    ("จำนวนหรือชื่อกรรมการลงชื่อผูกพันบริษัทได้คือ", Heading),
    ("จำนวนหรือชื่อกรรมการที่ลงชื่อผูกพันบริษัทได้คือ", Heading),
    ("จำนวนหรือชื่อหุ้นส่วนผู้จัดการซึ่งลงชื่อผูกพันห้างได้คือ", Heading),
    ("อำนาจกรรมการ:", Heading),
    ("ข้อจำกัดอำนาจกรรมการ", NoLimits),
    ("ข้อจำกัดอำนาจกรรมการ:", NoLimits),
    ("ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ", NoLimits),
    ("ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ:", NoLimits),
    ("ข้อจำกัดอำนาจของหุ้นส่วนผู้จัดการ", NoLimits),
    ("ข้อจำกัดอำนาจของหุ้นส่วนผู้จัดการ:", NoLimits),
    ("ไม่มี", None),
    ("-ไม่มี-", None),
    ("วงเงิน", Limit),
    ("ในวงเงิน", Limit),
    ("ภายในวงเงิน", Limit),
    ("ที่มีวงเงิน", Limit),
    ("จำนวนเงิน", Limit),
    ("มูลค่า", Limit),
    ("ที่มีมูลค่า", Limit),
    ("ไม่เกิน", NotOver),
    ("ไม่เกินกว่า", NotOver),
    ("เกิน", Over),
    ("เกินกว่า", Over),
    ("มากกว่า", Over),
    ("ตั้งแต่", From),
    ("ถึง", To),
    ("จนถึง", To),
    ("ต่ำกว่า", Below),
    ("น้อยกว่า", Below),
    ("ไม่ถึง", Below),
    ("แต่", But),
    ("บาท", Baht),
    ("บาทถ้วน", Baht),
    (".-บาท", Baht),
    ("ต่อครั้ง", PerAct),
    ("ครั้งละ", PerAct),
    ("ต่อวัน", PerDay),
    ("วันละ", PerDay),
    ("ต่อเดือน", PerMonth),
    ("เดือนละ", PerMonth),
    ("ต่อสัญญา", PerContract),
    ("สัญญาละ", PerContract),
    ("/", Slash),
    (".", Stop),
    ("(", Open),
    (")", Close),
    ("กรรมการผู้จัดการ", Role),
    ("กรรมการผู้จัดการใหญ่", Role),
    ("กรรมการบริหาร", Role),
    ("กรรมการอิสระ", Role),
    ("ประธานกรรมการ", Role),
    ("รองประธานกรรมการ", Role),
    ("ประธาน", Role),
    ("กรรมการผู้มีอำนาจ", Role),
    ("กรรมการผู้มีอำนาจลงนาม", Role),
    ("กรรมการและเลขานุการ", Role),
    ("ผู้จัดการ", Role),
    ("ผู้ทำแผน", Role),
    ("ผู้บริหารแผน", Role),
    ("...", CutOff),
    ("…", CutOff),
    ("ฯลฯ", CutOff),
    ("ตามข้อบังคับ", Elsewhere),
    ("เอกสารแนบ", Elsewhere),
    ("เอกสารแนบท้าย", Elsewhere),
    ("ตามรายละเอียด", Elsewhere),
    ("ตามเอกสาร", Elsewhere),
    ("วันที่", Elsewhere),
    ("ตามมติ", Elsewhere),
    ("ได้รับความยินยอม", Elsewhere),
    ("ได้รับอนุมัติ", Elsewhere),
];

static SIGN_LEADS: &[&str] = &["ลงลายมือชื่อ", "ลงชื่อ", "ลงนาม", "เซ็นชื่อ"];

// For whom the signature is given: it says nothing that the register does not say.
static ON_BEHALF: &[&str] = &["ผูกพัน", "แทน", "ในนามของ", "ในนาม"];

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
    "ประทับตรา",
];

static NO_SEAL_LEADS: &[&str] = &[
    "โดยไม่ต้องประทับตรา",
    "โดยไม่จำต้องประทับตรา",
    "โดยไม่จำเป็นต้องประทับตรา",
    "และไม่ต้องประทับตรา",
    "ไม่ต้องประทับตรา",
];

// "ห้างหุ้นส่วน" before "ห้าง": the longest that fits is taken.
static SEAL_OWNERS: &[&str] = &[
    "บริษัทฯ",
    "บริษัท",
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

/// The longest phrase at the start of the text, and its length.
pub(super) fn longest(text: &[char]) -> Option<(Word, usize)> {
    let seal =
        seal_phrase(text, NO_SEAL_LEADS, NoSeal).or_else(|| seal_phrase(text, SEAL_LEADS, Seal));
    LEXICON
        .iter()
        .filter_map(|(word, kind)| prefix(text, word).map(|length| (*kind, length)))
        .chain(seal)
        .chain(sign_phrase(text))
        .max_by_key(|(_, length)| *length)
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

/// ประทับตรา, then สำคัญ, ของ and an owner, each if it is there.
fn seal_phrase(text: &[char], leads: &[&str], kind: Word) -> Option<(Word, usize)> {
    let mut length = leads.iter().filter_map(|lead| prefix(text, lead)).max()?;
    let after = |length: usize, word: &str| text.get(length..).and_then(|rest| prefix(rest, word));
    length += after(length, "สำคัญ").unwrap_or(0);
    let of = after(length, "ของ").unwrap_or(0);
    match SEAL_OWNERS
        .iter()
        .find_map(|owner| after(length + of, owner))
    {
        Some(owner) => Some((kind, length + of + owner)),
        Option::None => Some((kind, length)),
    }
}
