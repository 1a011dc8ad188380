//! Sentences of the register, as skeletons with blanks for names, seals, acts and amounts.
//!
//! Most are read with certainty; those in [`UNCLEAR`] mean two things or nothing certain, as some on a real register
//! do. Blanks: `{a}` to `{d}` people, `{g}` and `{h}` the board in two halves, `{n}` its size in words, `{firm}` what
//! it is called, `{seal}`, `{act}`, and one amount in `{words}` or `{figures}`.
//!
//! To add a sentence: a row in its table; a test tells whether it is read as its table says.

use super::dice::Dice;
use crate::kernel::money::thai_number;

/// One sentence, and on how large a board it makes sense.
#[derive(Debug, Clone, Copy)]
pub struct Skeleton {
    least: u64,
    most: u64,
    text: &'static str,
}

impl Skeleton {
    /// The words between the blanks.
    pub fn fixed_parts(&self) -> Vec<String> {
        self.text
            .split(['{', '}'])
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }
}

const fn s(least: u64, most: u64, text: &'static str) -> Skeleton {
    Skeleton { least, most, text }
}

/// Statements about directors that mean one thing.
pub const DIRECTORS: &[Skeleton] = &[
    s(1, 99, "กรรมการคนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(1, 99, "กรรมการหนึ่งคนลงลายมือชื่อ{seal}"),
    s(1, 99, "กรรมการหนึ่งคนลงลายมือชื่อผูกพัน{firm}ได้"),
    s(1, 99, "กรรมการผู้เดียวลงนามโดยไม่ต้องประทับตรา"),
    s(1, 99, "กรรมการหนึ่งท่านลงนาม{seal}"),
    s(1, 99, "กรรมการแต่ละคนมีอำนาจลงลายมือชื่อแทน{firm}ได้โดยลำพัง"),
    s(1, 99, "กรรมการคนหนึ่งคนใดเซ็นชื่อพร้อมประทับตราของ{firm}"),
    s(1, 99, "กรรมการท่านใดท่านหนึ่งลงชื่อผูกพัน{firm}ได้"),
    s(
        1,
        99,
        "กรรมการผู้มีอำนาจลงนามแทน{firm} คือ กรรมการคนใดคนหนึ่งลงลายมือชื่อ{seal}",
    ),
    s(1, 99, "{a} ลงลายมือชื่อ{seal}"),
    s(1, 99, "{a}ลงลายมือชื่อผูกพัน{firm}ได้แต่เพียงผู้เดียว"),
    s(1, 99, "{a} ลงนามแทน{firm} โดยไม่ต้องประทับตราสำคัญของ{firm}"),
    s(1, 99, "ให้ {a} เป็นผู้มีอำนาจลงลายมือชื่อ{seal}"),
    s(
        1,
        99,
        "จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพัน{firm}ได้ คือ {a} ลงลายมือชื่อ{seal}",
    ),
    s(2, 99, "กรรมการสองคนลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "กรรมการ 2 (สอง) คน ลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "กรรมการจำนวนสองคนลงนามร่วมกัน{seal}"),
    s(2, 99, "กรรมการลงลายมือชื่อร่วมกันสองคน{seal}"),
    s(2, 99, "กรรมการอย่างน้อยสองคนลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "กรรมการตั้งแต่สองคนขึ้นไปลงลายมือชื่อร่วมกัน"),
    s(2, 99, "กรรมการไม่ต่ำกว่า 2 ท่าน ลงนามร่วมกันแทน{firm}"),
    s(2, 99, "กรรมการทุกคนลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "กรรมการทั้งหมดลงนามร่วมกัน{seal}"),
    s(2, 99, "กรรมการครบทุกคนต้องลงลายมือชื่อร่วมกัน จึงจะมีผลผูกพัน{firm}"),
    s(2, 99, "{a} หรือ {b} ลงลายมือชื่อ{seal}"),
    s(2, 99, "{a} หรือ {b} คนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(2, 99, "{a} และ {b} ลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "{a} และ {b} คนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(2, 99, "{a}และ{b}ลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "{a} กับ {b} ลงนามร่วมกันผูกพัน{firm}"),
    s(2, 99, "{a} พร้อมด้วย {b} ร่วมกันลงลายมือชื่อ{seal}"),
    s(2, 99, "{a} ลงลายมือชื่อร่วมกับ {b}{seal}"),
    s(2, 99, "{a} และ/หรือ {b} ลงลายมือชื่อ{seal}"),
    s(2, 99, "{a} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน{seal}"),
    s(
        2,
        99,
        "{a} หรือ {b} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน รวมเป็นสองคน{seal}",
    ),
    s(2, 99, "กรรมการคนใดคนหนึ่งลงลายมือชื่อร่วมกับ {a}{seal}"),
    s(2, 99, "{a} ลงลายมือชื่อ{seal} หรือ {b} ลงลายมือชื่อ{seal}"),
    s(2, 99, "กรรมการสองคนลงลายมือชื่อร่วมกัน โดยต้องมี {a} ลงลายมือชื่อด้วย"),
    s(
        2,
        99,
        "กรรมการคนใดคนหนึ่งลงลายมือชื่อ{seal} เว้นแต่{act} ให้กรรมการสองคนลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(
        2,
        99,
        "กรรมการสองคนลงลายมือชื่อร่วมกัน{seal} ยกเว้น{act} ให้ {a} ลงลายมือชื่อ{seal}",
    ),
    s(
        2,
        99,
        "เฉพาะ{act} {a} ลงลายมือชื่อแต่ผู้เดียวได้ นอกนั้นให้ {a} และ {b} ลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(
        2,
        99,
        "ในกรณีวงเงินไม่เกิน{words} กรรมการหนึ่งคนลงลายมือชื่อ กรณีเกิน{words} กรรมการสองคนลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(
        2,
        99,
        "วงเงินต่ำกว่า {figures} กรรมการหนึ่งคนลงลายมือชื่อ วงเงินตั้งแต่ {figures}ขึ้นไป กรรมการสองคนลงลายมือชื่อร่วมกัน",
    ),
    s(
        2,
        99,
        "(1) กรรมการสองคนลงลายมือชื่อร่วมกัน{seal} (2) การติดต่อหน่วยงานราชการ นอกจากผู้มีอำนาจตาม (1) แล้ว ให้{a} ลงลายมือชื่อได้ด้วย",
    ),
    s(
        2,
        99,
        "กรรมการสองคนลงลายมือชื่อร่วมกัน{seal} ทั้งนี้ ห้ามมิให้กรรมการค้ำประกันหนี้ในนาม{firm}",
    ),
    s(
        2,
        99,
        "{a} {b} กรรมการสองคนนี้ลงลายมือชื่อร่วมกัน{seal} ข้อจำกัดอำนาจกรรมการ : ไม่มี",
    ),
    s(3, 99, "กรรมการสามคนลงลายมือชื่อร่วมกัน{seal}"),
    s(3, 99, "กรรมการสองใน{n}คนลงลายมือชื่อร่วมกัน{seal}"),
    s(
        3,
        99,
        "กรรมการไม่น้อยกว่ากึ่งหนึ่งของจำนวนกรรมการทั้งหมดลงลายมือชื่อร่วมกัน",
    ),
    s(3, 99, "กรรมการเกินกึ่งหนึ่งลงลายมือชื่อร่วมกัน{seal}"),
    s(3, 99, "กรรมการเสียงข้างมากลงลายมือชื่อร่วมกัน"),
    s(3, 99, "{a} {b} {c} กรรมการสองในสามคนนี้ลงลายมือชื่อร่วมกัน{seal}"),
    s(
        3,
        99,
        "1. {a} 2. {b} 3. {c} จำนวนสองคนในสามคนนี้ลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(3, 99, "{a} ลงลายมือชื่อร่วมกับ {b} หรือ {c} รวมเป็นสองคน{seal}"),
    s(3, 99, "{a} ลงลายมือชื่อร่วมกับ {b} หรือ {c} คนใดคนหนึ่ง{seal}"),
    s(3, 99, "{a} หรือ {b} ลงลายมือชื่อร่วมกับ {c} รวมเป็นสองคน{seal}"),
    s(
        3,
        99,
        "{a} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกสองคน รวมเป็นสามคน{seal}",
    ),
    s(3, 99, "{a} {b} และ {c} ลงลายมือชื่อร่วมกัน{seal}"),
    s(3, 99, "{a} หรือ {b} หรือ {c} คนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(3, 99, "{a} และ {b} ลงลายมือชื่อร่วมกัน หรือ {c} ลงลายมือชื่อแต่ผู้เดียว"),
    s(
        3,
        99,
        "กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของ{firm} หรือกรรมการทุกคนลงลายมือชื่อร่วมกันโดยไม่ต้องประทับตรา",
    ),
    s(
        3,
        99,
        "(ก) วงเงินไม่เกิน {figures} กรรมการคนใดคนหนึ่งลงลายมือชื่อ (ข) วงเงินเกิน {figures} กรรมการสามคนลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(
        4,
        9,
        "กรรมการกลุ่ม ก. หนึ่งคนลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข. หนึ่งคน{seal} กรรมการกลุ่ม ก. ได้แก่ {g} กรรมการกลุ่ม ข. ได้แก่ {h}",
    ),
    s(
        4,
        9,
        "กรรมการกลุ่ม A คนใดคนหนึ่งลงลายมือชื่อร่วมกับกรรมการกลุ่ม B คนใดคนหนึ่ง{seal} กลุ่ม A ได้แก่ {g} กลุ่ม B ได้แก่ {h}",
    ),
    s(
        4,
        99,
        "{a} หรือ {b} ลงลายมือชื่อร่วมกับ {c} หรือ {d} รวมเป็นสองคน{seal}",
    ),
    s(
        4,
        99,
        "{a} {b} {c} {d} กรรมการสามในสี่คนนี้ลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(
        4,
        99,
        "{a} และ {b} ลงลายมือชื่อร่วมกัน{seal} หรือ {c} และ {d} ลงลายมือชื่อร่วมกัน{seal}",
    ),
    s(4, 99, "กรรมการสี่คนลงลายมือชื่อร่วมกัน{seal}"),
];

/// Statements about managing partners that mean one thing.
pub const PARTNERS: &[Skeleton] = &[
    s(1, 99, "หุ้นส่วนผู้จัดการลงลายมือชื่อ{seal}"),
    s(
        1,
        99,
        "หุ้นส่วนผู้จัดการลงลายมือชื่อ{seal} ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ : ไม่มี",
    ),
    s(1, 99, "{a} หุ้นส่วนผู้จัดการ เป็นผู้ลงชื่อ{seal}"),
    s(
        1,
        99,
        "หุ้นส่วนผู้จัดการลงลายมือชื่อ{seal} ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ : หุ้นส่วนผู้จัดการไม่มีอำนาจค้ำประกันหนี้ของบุคคลอื่น",
    ),
    s(
        1,
        99,
        "หุ้นส่วนผู้จัดการลงลายมือชื่อ{seal} ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ : ทำนิติกรรมได้ในวงเงินไม่เกิน {figures}",
    ),
    s(2, 99, "หุ้นส่วนผู้จัดการคนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(2, 99, "หุ้นส่วนผู้จัดการสองคนลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 99, "{a} หรือ {b} หุ้นส่วนผู้จัดการคนใดคนหนึ่ง ลงลายมือชื่อแทน{firm}"),
];

/// Statements about liquidators that mean one thing.
pub const LIQUIDATORS: &[Skeleton] = &[
    s(1, 1, "ผู้ชำระบัญชีลงลายมือชื่อ{seal}"),
    s(1, 99, "ผู้ชำระบัญชีคนใดคนหนึ่งลงลายมือชื่อ{seal}"),
    s(2, 2, "ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน"),
    s(2, 99, "ผู้ชำระบัญชีคนใดคนหนึ่งลงลายมือชื่อได้ตามมติที่ประชุมใหญ่"),
];

/// Statements about directors that mean two things, or nothing that can be read with certainty.
pub const UNCLEAR: &[Skeleton] = &[
    s(1, 99, "กรรมการผู้จัดการลงลายมือชื่อ{seal}"),
    s(
        1,
        99,
        "{a} ลงลายมือชื่อ{seal} ทั้งนี้ ตามที่กำหนดไว้ในข้อบังคับของ{firm}",
    ),
    s(1, 99, "{a} ลงลายมือชื่อแต่ผู้เดียว ภายในวงเงินที่คณะกรรมการกำหนด"),
    s(1, 99, "{a} หรือผู้รับมอบอำนาจจาก{a} ลงลายมือชื่อ"),
    s(2, 99, "ประธานกรรมการลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน{seal}"),
    s(
        2,
        99,
        "กรรมการสองคนลงลายมือชื่อร่วมกัน ทั้งนี้ ตามที่กำหนดไว้ในข้อบังคับของ{firm}",
    ),
    s(2, 99, "กรรมการ  คน ลงลายมือชื่อร่วมกันและประทับตราสำคัญของ{firm}"),
    s(2, 99, "กรรมการสองคนลงลายมือชื่อร่วมกันและประทับ..."),
    s(2, 99, "{a} หรือ {b} ลงลายมือชื่อร่วมกัน"),
    s(2, 99, "กรรมการอิสระหนึ่งคนลงลายมือชื่อร่วมกับ {a}"),
    s(3, 99, "{a} และ {b} หรือ {c} ลงลายมือชื่อร่วมกัน{seal}"),
    s(
        3,
        99,
        "{a} ลงลายมือชื่อ หรือ {b} และ {c} ลงลายมือชื่อร่วมกัน และประทับตราสำคัญของ{firm}",
    ),
    s(3, 99, "กรรมการทั้งสองคนลงลายมือชื่อร่วมกัน"),
    s(
        3,
        99,
        "กรรมการสองคนลงลายมือชื่อร่วมกัน กรณีที่ {a} ไม่อยู่ ให้ {b} ลงลายมือชื่อแทน",
    ),
];

/// Statements about directors that stand on most boards.
const COMMON: &[Skeleton] = &[
    s(1, 9, "กรรมการหนึ่งคนลงลายมือชื่อ{seal}"),
    s(1, 9, "{a} ลงลายมือชื่อ{seal}"),
    s(2, 9, "กรรมการสองคนลงลายมือชื่อร่วมกัน{seal}"),
    s(2, 9, "{a} หรือ {b} ลงลายมือชื่อ{seal}"),
    s(2, 9, "{a} และ {b} ลงลายมือชื่อร่วมกัน{seal}"),
];
const SEALS: &[&str] = &[
    "และประทับตราสำคัญของ{firm}",
    "และประทับตราสำคัญของ{firm}",
    "พร้อมประทับตราสำคัญของ{firm}",
    "และประทับตรา{firm}เป็นสำคัญ",
    "โดยไม่ต้องประทับตรา",
    "",
    "",
];
const ACTS: &[&str] = &[
    "การกู้ยืมเงิน",
    "การค้ำประกัน",
    "การจำนองอสังหาริมทรัพย์",
    "การซื้อขายอสังหาริมทรัพย์",
    "การเปิดบัญชีเงินฝาก",
    "การลงนามในเช็ค",
    "การยื่นแบบแสดงรายการภาษี",
];
const AMOUNTS: &[(&str, &str)] = &[
    ("หนึ่งแสนบาท", "100,000 บาท"),
    ("ห้าแสนบาท", "500,000 บาท"),
    ("หนึ่งล้านบาท", "1,000,000 บาท"),
    ("ห้าล้านบาท", "5,000,000 บาท"),
    ("สิบล้านบาท", "10,000,000 บาท"),
];
/// Statements in a thousand that cannot be read with certainty.
const UNCLEAR_SHARE: u64 = 60;

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signers {
    /// Directors.
    Directors,
    /// Managing partners.
    Partners,
    /// Liquidators.
    Liquidators,
}

/// A statement about these people, with the slash that closes it. `firm` is what it calls the juristic person.
pub fn statement(dice: &mut Dice, signers: Signers, people: &[String], firm: &str) -> String {
    let table = match signers {
        Signers::Directors if dice.permille(UNCLEAR_SHARE) => UNCLEAR,
        Signers::Directors if dice.permille(450) => COMMON,
        Signers::Directors => DIRECTORS,
        Signers::Partners => PARTNERS,
        Signers::Liquidators => LIQUIDATORS,
    };
    let mut text = match fitting(dice, table, people.len()) {
        Some(skeleton) => filled(dice, skeleton, people, firm),
        None => String::new(),
    };
    text.push('/');
    text
}

fn fitting(dice: &mut Dice, table: &[Skeleton], people: usize) -> Option<&'static str> {
    let people = people as u64;
    let fits = |skeleton: &&Skeleton| (skeleton.least..=skeleton.most).contains(&people);
    let count = table.iter().filter(fits).count();
    let chosen = usize::try_from(dice.below(count as u64)).unwrap_or_default();
    table
        .iter()
        .filter(fits)
        .nth(chosen)
        .map(|skeleton| skeleton.text)
}

/// The skeleton with its blanks filled. A seal is filled into the text once, so that every branch has the same.
fn filled(dice: &mut Dice, skeleton: &str, people: &[String], firm: &str) -> String {
    let seal = dice.word(SEALS);
    let act = dice.word(ACTS);
    let (words, figures) = dice.pair(AMOUNTS);
    let turn = usize::try_from(dice.below(people.len() as u64)).unwrap_or_default();
    let named = |place: usize| {
        let place = (place + turn) % people.len().max(1);
        people.get(place).map(String::as_str).unwrap_or_default()
    };
    let half = people.len() / 2;
    let mut text = String::with_capacity(512);
    let mut rest = skeleton;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (blank, behind) = after.split_once('}').unwrap_or((after, ""));
        match blank {
            "a" => text.push_str(named(0)),
            "b" => text.push_str(named(1)),
            "c" => text.push_str(named(2)),
            "d" => text.push_str(named(3)),
            "g" => text.push_str(&people.get(..half).unwrap_or_default().join(" ")),
            "h" => text.push_str(&people.get(half..).unwrap_or_default().join(" ")),
            "n" => text.push_str(&thai_number(people.len() as u64)),
            "firm" => text.push_str(firm),
            "act" => text.push_str(act),
            "words" => text.push_str(words),
            "figures" => text.push_str(figures),
            _ => text.push_str(&seal.replace("{firm}", firm)),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::generate::people::Pool;
    use crate::signing_rule::{Board, JuristicType, Member, Outcome, Register, Role, interpret};

    fn outcome(signers: Signers, people: &[String], text: &str) -> Outcome {
        let (role, kind) = match signers {
            Signers::Directors => (Role::Director, JuristicType::LimitedCompany),
            Signers::Partners => (Role::ManagingPartner, JuristicType::LimitedPartnership),
            Signers::Liquidators => (Role::Liquidator, JuristicType::LimitedCompany),
        };
        let members = (1..)
            .zip(people)
            .map(|(place, name)| Member::director(format!("off_{place}"), name).with_role(role))
            .collect();
        let board = Board::new(members).unwrap();
        let register = Register {
            board: &board,
            former: &[],
            juristic_type: Some(kind),
        };
        interpret(text, &register).outcome
    }

    #[test]
    fn every_sentence_is_read_as_its_table_says() {
        let pool = Pool::new(7, 10_000);
        let mut wrong = Vec::new();
        for (signers, table, clear) in [
            (Signers::Directors, DIRECTORS, true),
            (Signers::Directors, COMMON, true),
            (Signers::Partners, PARTNERS, true),
            (Signers::Liquidators, LIQUIDATORS, true),
            (Signers::Directors, UNCLEAR, false),
        ] {
            let firm = if signers == Signers::Partners {
                "ห้าง"
            } else {
                "บริษัท"
            };
            for (which, skeleton) in (0u64..).zip(table) {
                for size in skeleton.least..=skeleton.most.min(skeleton.least + 2) {
                    let mut dice = Dice::of(which, size, 1);
                    let people: Vec<String> = pool
                        .pick(&mut dice, size)
                        .into_iter()
                        .map(|place| pool.person(place).name.full())
                        .collect();
                    let text = filled(&mut dice, skeleton.text, &people, firm) + "/";
                    let read = outcome(signers, &people, &text);
                    if (read == Outcome::Complete) != clear {
                        wrong.push(format!("{read:?}: {text} ({size})"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
