//! Sentences and what they mean. The cast is invented: A to F are directors.

use super::*;
use crate::signing_rule::clause::{ScopedAct, Seal};
use crate::signing_rule::rule::{Pool, RuleKind};
use crate::signing_rule::{Decision, Question};

const A: &str = "นายกล้า ทดลองดี";
const B: &str = "นางสาวขวัญ สมมติไทย";
const C: &str = "นายคม ตัวอย่างชัย";
const D: &str = "นางจันทร์ ลองงาม";
const E: &str = "ดร.ฉัตร จำลองกุล";
const F: &str = "พันตำรวจเอก ชาญ แบบอย่าง";
const G: &str = "นายเก่า จากไป";

pub(super) fn board(role: Role, letters: &str) -> Board {
    Board::new(
        letters
            .chars()
            .map(|letter| member(letter).with_role(role))
            .collect(),
    )
    .unwrap()
}

fn member(letter: char) -> Member {
    let name = match letter {
        'A' => A,
        'B' => B,
        'C' => C,
        'D' => D,
        'E' => E,
        'F' => F,
        _ => G,
    };
    Member::director(letter.to_string(), name)
}

/// Letters in braces stand for names: {A}.
pub(super) fn fill(text: &str) -> String {
    [
        ("{A}", A),
        ("{B}", B),
        ("{C}", C),
        ("{D}", D),
        ("{E}", E),
        ("{F}", F),
        ("{G}", G),
    ]
    .iter()
    .fold(text.to_owned(), |text, (letter, name)| {
        text.replace(letter, name)
    })
}

fn show(rule: &Rule) -> String {
    let list = |by: &str| rule.parts().iter().map(show).collect::<Vec<_>>().join(by);
    match &rule.kind {
        RuleKind::Person(reference) => reference.clone(),
        RuleKind::AnyDirector(n) => format!("{n}dir"),
        RuleKind::AllDirectors => "all".into(),
        RuleKind::Majority(share) => format!("{share:?}"),
        RuleKind::AnyOfPool {
            n,
            pool: Pool::ManagingPartner,
        } => format!("{n}mp"),
        RuleKind::AnyOfPool {
            n,
            pool: Pool::Liquidator,
        } => format!("{n}liq"),
        RuleKind::AnyOfPool {
            n,
            pool: Pool::PlanAdministrator,
        } => format!("{n}plan"),
        RuleKind::AtLeast { n, label, .. } => {
            let label = label
                .as_deref()
                .map(|label| label.replace("กลุ่ม ", ":"))
                .unwrap_or_default();
            format!("{n}of{{{}}}{label}", list(","))
        }
        RuleKind::AllOf(_) => format!("({})", list("&")),
        RuleKind::AnyOf(_) => format!("({})", list("|")),
    }
}

fn acts(acts: &[ScopedAct]) -> String {
    let names: Vec<String> = acts
        .iter()
        .map(|act| match act {
            ScopedAct::Known(code) => code.to_string(),
            ScopedAct::Word(word) => format!("?{word}"),
        })
        .collect();
    names.join(",")
}

pub(super) fn show_rule(rule: &SigningRule) -> String {
    let clauses: Vec<String> = rule
        .clauses()
        .iter()
        .map(|clause| {
            let mut text = show(&clause.rule);
            if clause.seal == Seal::Required {
                text.push_str("+S");
            }
            if let Some(only) = &clause.scope.acts {
                text.push_str(&format!(" only[{}]", acts(only)));
            }
            if let Some(except) = &clause.scope.except_acts {
                text.push_str(&format!(" except[{}]", acts(except)));
            }
            let amounts = clause.scope.amounts;
            if !amounts.is_any() {
                let end = |end: Option<crate::kernel::money::Baht>| {
                    end.map(|end| end.to_string()).unwrap_or_default()
                };
                text.push_str(&format!(" {}..{}", end(amounts.min()), end(amounts.max())));
            }
            if let Some(per) = amounts.per() {
                text.push_str(&format!("/{per:?}"));
            }
            text
        })
        .collect();
    clauses.join("; ")
}

pub(super) fn read_with(
    text: &str,
    board: &Board,
    juristic_type: Option<JuristicType>,
) -> Interpretation {
    let former = [member('G')];
    interpret(
        text,
        &Register {
            board,
            former: &former,
            juristic_type,
        },
    )
}

fn summary(interpretation: &Interpretation) -> String {
    match interpretation.outcome {
        Outcome::Complete => interpretation
            .rule
            .as_ref()
            .map(show_rule)
            .unwrap_or_default(),
        Outcome::Ambiguous => {
            let readings: Vec<String> = interpretation.readings.iter().map(show_rule).collect();
            format!("AMBIGUOUS {}", readings.join(" // "))
        }
        Outcome::Unresolved => "UNRESOLVED".into(),
    }
}

pub(super) fn read(text: &str) -> String {
    summary(&read_with(
        &fill(text),
        &board(Role::Director, "ABCDEF"),
        Some(JuristicType::LimitedCompany),
    ))
}

pub(super) fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(text, expected)| read(text) != *expected)
        .map(|(text, expected)| {
            format!("{text}\n   expected {expected}\n   read     {}", read(text))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const BANK: &str = "bank.account.open,bank.account.operate,bank.account.close,bank.ebanking.admin";

#[test]
fn directors_are_counted() {
    check(&[
        ("กรรมการหนึ่งคนลงลายมือชื่อและประทับตราสำคัญของบริษัท", "1dir+S"),
        ("กรรมการคนใดคนหนึ่งลงลายมือชื่อ", "1dir"),
        ("กรรมการคนหนึ่งลงลายมือชื่อ", "1dir"),
        ("กรรมการผู้เดียวลงนาม", "1dir"),
        ("กรรมการแต่ละคนลงลายมือชื่อได้โดยลำพัง", "1dir"),
        ("กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท", "2dir+S"),
        ("กรรมการสองคนร่วมกันลงลายมือชื่อ", "2dir"),
        ("กรรมการ 2 (สอง) คน ลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการ ๒ นาย ลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการจำนวนสองคนลงลายมือชื่อร่วมกัน/", "2dir"),
        ("กรรมการทุกคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท", "all+S"),
        ("กรรมการทั้งหมดลงลายมือชื่อร่วมกัน", "all"),
        ("กรรมการทั้งหกคนลงลายมือชื่อร่วมกัน", "all"),
        ("กรรมการอย่างน้อยสองคนลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการไม่น้อยกว่าสามคนลงลายมือชื่อร่วมกัน", "3dir"),
        ("กรรมการตั้งแต่สองคนขึ้นไปลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการสองคนขึ้นไปลงลายมือชื่อร่วมกัน", "2dir"),
        (
            "กรรมการไม่น้อยกว่ากึ่งหนึ่งของจำนวนกรรมการทั้งหมดลงลายมือชื่อร่วมกัน",
            "Half",
        ),
        ("กรรมการเกินกึ่งหนึ่งลงลายมือชื่อร่วมกัน", "MoreThanHalf"),
        ("กรรมการสองในหกคนลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการจำนวน 2 ใน 6 คน ลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการสองคนจากหกคนลงลายมือชื่อร่วมกัน", "2dir"),
        ("กรรมการสองในสามคนลงลายมือชื่อร่วมกัน", "AMBIGUOUS 2dir // 4dir"),
        ("กรรมการลงลายมือชื่อร่วมกันสองคนและประทับตราสำคัญของบริษัท", "2dir+S"),
        ("กรรมการลงลายมือชื่อร่วมกันอย่างน้อยสองคน", "2dir"),
        ("กรรมการสองคนลงลายมือชื่อร่วมกัน รวมเป็นสองคน", "2dir"),
        ("กรรมการสองคนลงลายมือชื่อร่วมกัน รวมเป็นสามคน", "UNRESOLVED"),
        ("กรรมการสิบคนลงลายมือชื่อร่วมกัน", "10dir"),
    ]);
}

#[test]
fn names_are_joined() {
    check(&[
        ("{A} ลงลายมือชื่อและประทับตราสำคัญของบริษัท", "A+S"),
        ("กล้า ทดลองดี ลงลายมือชื่อ", "A"),
        ("นายกล้าทดลองดีลงลายมือชื่อ", "A"),
        ("{A} หรือ {B} ลงลายมือชื่อ", "(A|B)"),
        (
            "{A} หรือ{B} คนใดคนหนึ่งลงลายมือชื่อและประทับตราสำคัญของบริษัท",
            "(A|B)+S",
        ),
        ("{A} หรือ {B} ลงลายมือชื่อ (คนใดคนหนึ่ง)", "(A|B)"),
        ("{A} {B} คนใดคนหนึ่งลงลายมือชื่อ", "(A|B)"),
        ("{A} {B} หรือ {C} ลงลายมือชื่อ", "(A|B|C)"),
        ("{A}, {B} หรือ {C} คนใดคนหนึ่งลงลายมือชื่อ", "(A|B|C)"),
        ("{A} และ/หรือ {B} ลงลายมือชื่อ", "(A|B)"),
        ("{A} และ {C} ลงลายมือชื่อร่วมกัน", "(A&C)"),
        ("{A} และ {C} ลงลายมือชื่อ", "(A&C)"),
        ("{A} กับ {C} ลงลายมือชื่อร่วมกัน", "(A&C)"),
        ("{A} {B} และ {C} ลงลายมือชื่อร่วมกัน", "(A&B&C)"),
        ("{A} และ {B} ทั้งสองคนลงลายมือชื่อร่วมกัน", "(A&B)"),
        ("{A} และ {B} ลงลายมือชื่อร่วมกันทั้งสองคน", "(A&B)"),
        (
            "{A} {B} กรรมการสองคนนี้ลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท ข้อจำกัดอำนาจกรรมการ : ไม่มี",
            "(A&B)+S",
        ),
        ("{F} ลงลายมือชื่อโดยไม่ต้องประทับตรา", "F"),
        ("พ.ต.อ. ชาญ แบบอย่าง ลงลายมือชื่อ", "F"),
        ("{A} ลงลายมือชื่อร่วมกับ {B}", "(A&B)"),
        ("{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C}", "(A&(B|C))"),
        ("{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C} (คนใดคนหนึ่ง)", "(A&(B|C))"),
        ("{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C} รวมเป็นสองคน", "(A&(B|C))"),
        (
            "{A} หรือ {B} ลงลายมือชื่อร่วมกับ {C} หรือ {D} รวมเป็นสองคนและประทับตราสำคัญของบริษัท",
            "((A|B)&(C|D))+S",
        ),
        (
            "{A} หรือ {B} คนใดคนหนึ่ง ลงลายมือชื่อร่วมกับ {C} หรือ {D} คนใดคนหนึ่ง รวมเป็นสองคน",
            "((A|B)&(C|D))",
        ),
        (
            "{A} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคนและประทับตราสำคัญของบริษัท",
            "(A&1dir)+S",
        ),
        (
            "{A} หรือ{D} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน รวมเป็นสองคน",
            "((A|D)&1dir)",
        ),
        ("{A} และ {B} ลงลายมือชื่อร่วมกับกรรมการอื่นอีกสองคน", "(A&B&2dir)"),
        ("{A} และกรรมการอื่นอีกหนึ่งคนลงลายมือชื่อร่วมกัน", "(A&1dir)"),
        (
            "{A} {B} {C} กรรมการสองในสามคนนี้ลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "2of{A,B,C}+S",
        ),
        (
            "กรรมการสองในสามคนนี้ {A} {B} {C} ลงลายมือชื่อร่วมกัน",
            "2of{A,B,C}",
        ),
        ("{A} {B} และ {C} สองในสามคนลงลายมือชื่อร่วมกัน", "2of{A,B,C}"),
        ("{G} ลงลายมือชื่อ", "G"),
        ("{G} หรือ {A} ลงลายมือชื่อ", "(G|A)"),
    ]);
}

#[test]
fn what_the_words_leave_open_is_ambiguous() {
    check(&[
        (
            "{A} และ{B} หรือ{C} ลงลายมือชื่อร่วมกัน",
            "AMBIGUOUS (A&(B|C)) // ((A&B)|C)",
        ),
        (
            "{A} หรือ{B} และ{C} ลงลายมือชื่อร่วมกัน",
            "AMBIGUOUS (A|(B&C)) // ((A|B)&C)",
        ),
        ("{A} และ{B} หรือ{C} ลงลายมือชื่อร่วมกัน รวมเป็นสองคน", "(A&(B|C))"),
        (
            "{A} ร่วมกับ {B} หรือ {C} ลงลายมือชื่อ",
            "AMBIGUOUS (A&(B|C)) // ((A&B)|C)",
        ),
        (
            "{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C} ลงลายมือชื่อ",
            "AMBIGUOUS ((A&B)|C) // (A&(B|C))",
        ),
        ("{A} หรือ {B} ลงลายมือชื่อร่วมกัน", "AMBIGUOUS (A|B) // (A&B)"),
        ("{A} {B} ลงลายมือชื่อ", "AMBIGUOUS (A|B) // (A&B)"),
        (
            "{A} ลงลายมือชื่อ หรือ กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "AMBIGUOUS A; 2dir+S // (A|2dir)+S",
        ),
        (
            "{A} ลงลายมือชื่อ หรือ {B} และ {C} ลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "AMBIGUOUS A; (B&C)+S // (A|(B&C))+S",
        ),
    ]);
}

#[test]
fn alternatives_are_told_apart() {
    check(&[
        (
            "{A} ลงลายมือชื่อและประทับตราสำคัญของบริษัท หรือ {B} และ{C} ลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "(A|(B&C))+S",
        ),
        ("{A} ลงลายมือชื่อ หรือ กรรมการสองคนลงลายมือชื่อร่วมกัน", "(A|2dir)"),
        (
            "{A} ลงลายมือชื่อและประทับตราสำคัญของบริษัท หรือ กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "A+S; 2dir",
        ),
        (
            "{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C} ลงลายมือชื่อร่วมกับ {D}",
            "((A&B)|(C&D))",
        ),
        (
            "(1) {A} ลงลายมือชื่อ หรือ (2) กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "(A|2dir)",
        ),
        (
            "1. {A} ลงลายมือชื่อ 2. {B} และ {C} ลงลายมือชื่อร่วมกัน",
            "(A|(B&C))",
        ),
        ("{A} ลงลายมือชื่อ หรือ {A} ลงลายมือชื่อ", "(A|A)"),
        ("{A} ลงลายมือชื่อ {B} ลงลายมือชื่อ", "UNRESOLVED"),
        ("1. {A} ลงลายมือชื่อ 3. {B} ลงลายมือชื่อ", "UNRESOLVED"),
    ]);
}

#[test]
fn groups_are_defined_and_used() {
    check(&[
        (
            "กรรมการกลุ่ม ก. หนึ่งคนลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข. หนึ่งคนและประทับตราสำคัญของบริษัท กรรมการกลุ่ม ก. ได้แก่ {A} {B} กรรมการกลุ่ม ข. ได้แก่ {C} {D}",
            "(1of{A,B}:ก&1of{C,D}:ข)+S",
        ),
        (
            "กรรมการกลุ่ม ก ได้แก่ {A} {B} คนใดคนหนึ่ง ลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข ได้แก่ {C} {D} คนใดคนหนึ่ง",
            "(1of{A,B}:ก&1of{C,D}:ข)",
        ),
        (
            "กรรมการกลุ่ม A สองคนลงลายมือชื่อร่วมกัน หรือกรรมการกลุ่ม A หนึ่งคนลงลายมือชื่อร่วมกับกรรมการกลุ่ม B หนึ่งคน กรรมการกลุ่ม A ได้แก่ {A} {B} {C} กรรมการกลุ่ม B ได้แก่ {D} และ {E}",
            "(2of{A,B,C}:A|(1of{A,B,C}:A&1of{D,E}:B))",
        ),
        (
            "กรรมการกลุ่มที่ 1 ได้แก่ {A} {B} กรรมการกลุ่มที่ 2 ได้แก่ {C} กรรมการกลุ่มที่ 3 ได้แก่ {D} {E} กรรมการกลุ่มที่ 1 กลุ่มที่ 2 และกลุ่มที่ 3 กลุ่มละหนึ่งคน รวมเป็นสามคน ลงลายมือชื่อร่วมกัน",
            "(1of{A,B}:1&1of{C}:2&1of{D,E}:3)",
        ),
        (
            "กรรมการกลุ่มที่ 1 กลุ่มที่ 2 และกลุ่มที่ 3 กลุ่มละหนึ่งคน ลงลายมือชื่อร่วมกัน รวมเป็นสามคน กรรมการกลุ่มที่ 1 ได้แก่ {A} {B} กรรมการกลุ่มที่ 2 ได้แก่ {C} กรรมการกลุ่มที่ 3 ได้แก่ {D} {E}",
            "(1of{A,B}:1&1of{C}:2&1of{D,E}:3)",
        ),
        (
            "กรรมการสองในสามกลุ่ม กลุ่มละหนึ่งคน ลงลายมือชื่อร่วมกัน กรรมการกลุ่มที่ 1 ได้แก่ {A} {B} กรรมการกลุ่มที่ 2 ได้แก่ {C} กรรมการกลุ่มที่ 3 ได้แก่ {D} {E}",
            "2of{1of{A,B}:1,1of{C}:2,1of{D,E}:3}",
        ),
        ("กรรมการกลุ่ม ก หนึ่งคนลงลายมือชื่อ", "UNRESOLVED"),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน กรรมการกลุ่ม ก ได้แก่ {A} {B}",
            "UNRESOLVED",
        ),
        (
            "กรรมการกลุ่ม ก ลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข กลุ่ม ก ได้แก่ {A} {B} กลุ่ม ข ได้แก่ {C}",
            "UNRESOLVED",
        ),
    ]);
}

#[test]
fn cases_exceptions_and_amounts_become_scopes() {
    check(&[
        (
            "กรรมการคนใดคนหนึ่งลงลายมือชื่อและประทับตราสำคัญของบริษัท เว้นแต่การซื้อขายอสังหาริมทรัพย์ให้กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "1dir+S except[property.sale.immovable,property.buy.immovable]; 2dir+S only[property.sale.immovable,property.buy.immovable]",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน ยกเว้นการทำธุรกรรมกับธนาคารให้{A} ลงลายมือชื่อ",
            &format!("2dir except[{BANK},?ทำธุรกรรมกับธนาคาร]; A only[{BANK},?ทำธุรกรรมกับธนาคาร]"),
        ),
        (
            "(1) กรรมการสองคนลงลายมือชื่อร่วมกัน (2) การติดต่อหน่วยงานราชการ นอกจากผู้มีอำนาจตาม (1) แล้ว ให้{D} ลงลายมือชื่อได้ด้วย",
            "2dir; D only[?ติดต่อหน่วยงานราชการ]",
        ),
        (
            "ในกรณีวงเงินไม่เกินหนึ่งล้านบาท กรรมการหนึ่งคนลงลายมือชื่อ กรณีเกินหนึ่งล้านบาท กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
            "1dir ..1000000.00; 2dir+S 1000000.01..",
        ),
        (
            "เฉพาะการลงนามในเช็ค {A} ลงลายมือชื่อร่วมกับ{E} และประทับตราสำคัญของบริษัท",
            "(A&E)+S only[?ลงนามในเช็ค]",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อ ในวงเงินไม่เกิน 1,000,000.- บาท ต่อครั้ง",
            "1dir ..1000000.00/Act",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อ ในวงเงินไม่เกิน 10 ล้านบาท ต่อสัญญา",
            "1dir ..10000000.00/Contract",
        ),
        (
            "กรณีวงเงินตั้งแต่ 500,000 บาทขึ้นไป กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "2dir 500000.00..",
        ),
        (
            "กรณีวงเงินต่ำกว่าห้าแสนบาท กรรมการหนึ่งคนลงลายมือชื่อ",
            "1dir ..499999.99",
        ),
        (
            "กรณีวงเงินเกินหนึ่งล้านบาทแต่ไม่เกินห้าล้านบาท กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "2dir 1000000.01..5000000.00",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อ เว้นแต่กรณีวงเงินเกินหนึ่งล้านบาท ให้กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "1dir ..1000000.00; 2dir 1000000.01..",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน ยกเว้นการกู้ยืมเงิน",
            "2dir except[credit.loan]",
        ),
        (
            "กรณีการกู้ยืมเงินและการค้ำประกัน ให้กรรมการสองคนลงลายมือชื่อร่วมกัน กรณีอื่น ให้กรรมการหนึ่งคนลงลายมือชื่อ",
            "2dir only[credit.loan,credit.guarantee]; 1dir except[credit.loan,credit.guarantee]",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน กรณีการกู้ยืมเงิน ให้{A} ลงลายมือชื่อ",
            "AMBIGUOUS 2dir except[credit.loan]; A only[credit.loan] // 2dir; A only[credit.loan]",
        ),
        (
            "กรณีการกู้ยืมเงินและการปลูกต้นไม้ ให้กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "UNRESOLVED",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน เว้นแต่{A} ลงลายมือชื่อ",
            "UNRESOLVED",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อ ในวงเงินไม่เกิน 1,000,000 บาท (สองล้านบาท)",
            "UNRESOLVED",
        ),
    ]);
}

#[test]
fn what_is_not_understood_is_unresolved_and_pointed_at() {
    let register = board(Role::Director, "ABCDEF");
    for (text, words, flag) in [
        (
            "กรรมการผู้จัดการลงลายมือชื่อและประทับตราสำคัญของบริษัท",
            "กรรมการผู้จัดการ",
            Flag::RoleNotOnRecord,
        ),
        (
            "ประธานกรรมการลงลายมือชื่อร่วมกับกรรมการอื่นอีกสองคน",
            "ประธานกรรมการ",
            Flag::RoleNotOnRecord,
        ),
        (
            "นายแปลก หน้าใหม่ ลงลายมือชื่อ",
            "นายแปลก หน้าใหม่",
            Flag::UnknownName,
        ),
        (
            "นายกล้า ทดลองดีมาก ลงลายมือชื่อ",
            "นายกล้า ทดลองดีมาก",
            Flag::UnknownName,
        ),
        ("กรรมการสองคนลงลายมือชื่อร่วมกัน...", "...", Flag::TextCutOff),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกันตามข้อบังคับ",
            "ตามข้อบังคับ",
            Flag::RefersElsewhere,
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน บลาบลา",
            "บลาบลา",
            Flag::UnknownWords,
        ),
        (
            "กรรมการผู้มีอำนาจลงนาม ลงลายมือชื่อ",
            "กรรมการผู้มีอำนาจลงนาม",
            Flag::RoleNotOnRecord,
        ),
        ("หุ้นส่วนผู้จัดการลงลายมือชื่อ", "หุ้นส่วนผู้จัดการ", Flag::RoleNotOnRecord),
        ("กรรมการหนึ่งคนลงลายมือชื่อร่วมกัน", "", Flag::UnknownWords),
        ("กรรมการลงลายมือชื่อ", "", Flag::UnknownWords),
        ("กรรมการไม่เกินสองคนลงลายมือชื่อร่วมกัน", "", Flag::UnknownWords),
        (
            "กรรมการ 2 (สาม) คนลงลายมือชื่อร่วมกัน",
            "2 (สาม)",
            Flag::UnknownWords,
        ),
        ("", "", Flag::EmptyText),
        ("-ไม่มี-", "-ไม่มี-", Flag::EmptyText),
        ("/", "/", Flag::EmptyText),
    ] {
        let reading = read_with(text, &register, None);
        assert_eq!(reading.outcome, Outcome::Unresolved, "{text}");
        assert!(
            reading.rule.is_none() && reading.readings.is_empty(),
            "{text}"
        );
        assert!(reading.flags.contains(&flag), "{text} {:?}", reading.flags);
        let scalars: Vec<char> = text.chars().collect();
        let span = reading.unresolved_spans[0];
        let pointed: String = scalars[span.start..span.end].iter().collect();
        assert!(words.is_empty() || pointed == words, "{text}: {pointed}");
    }
    let long = "กรรมการสองคนลงลายมือชื่อร่วมกัน ".repeat(1_000);
    assert_eq!(read_with(&long, &register, None).flags, [Flag::TextTooLong]);
}

#[test]
fn a_person_who_left_is_a_seat_nobody_fills_and_the_reading_stays_complete() {
    let register = board(Role::Director, "ABC");
    let text = fill("{G} และ {A} ลงลายมือชื่อร่วมกัน หรือ {B} ลงลายมือชื่อ");
    let reading = read_with(&text, &register, None);
    assert_eq!(reading.outcome, Outcome::Complete);
    assert_eq!(reading.flags, [Flag::NamedPersonLeft]);
    let rule = compile(&reading.rule.unwrap(), &register, Standing::ACTIVE_COMPANY).unwrap();
    let ask = |letters: &[&str]| {
        let people = letters
            .iter()
            .fold(crate::signing_rule::People::NONE, |all, id| {
                all.union(register.people_named(id))
            });
        rule.decision(&Question::by(people))
    };
    assert_eq!(ask(&["A", "C"]), Decision::Deny);
    assert_eq!(ask(&["B"]), Decision::Permit);
}

#[test]
fn somebody_left_out_who_has_left_is_told() {
    let register = board(Role::Director, "ABC");
    let text = fill("กรรมการสองคนลงลายมือชื่อร่วมกัน ยกเว้น{G}");
    let reading = read_with(&text, &register, None);
    assert_eq!(reading.outcome, Outcome::Complete);
    assert_eq!(reading.flags, [Flag::NamedPersonLeft]);
}

#[test]
fn a_rule_that_nobody_on_record_can_satisfy_is_told() {
    let register = board(Role::Director, "AB");
    let reading = read_with("กรรมการห้าคนลงลายมือชื่อร่วมกัน", &register, None);
    assert_eq!(reading.outcome, Outcome::Complete);
    assert_eq!(reading.flags, [Flag::RuleUnsatisfiable]);
}

#[test]
fn a_duty_that_asks_no_more_is_read_instead_and_together() {
    let register = board(Role::Director, "ABC");
    let text = fill("กรรมการสองคนลงลายมือชื่อร่วมกัน การกู้ยืมเงิน{A}ต้องลงลายมือชื่อ");
    let reading = read_with(&text, &register, None);
    assert_eq!(reading.outcome, Outcome::Ambiguous);
    assert_eq!(reading.flags, [Flag::CaseUnclear]);
    let people: Vec<usize> = reading
        .readings
        .iter()
        .filter_map(|rule| rule.clauses().last())
        .map(|clause| clause.rule.parts().len())
        .collect();
    assert_eq!(people, [0, 2]);
}

#[test]
fn readings_that_agree_only_because_somebody_left_do_not_agree() {
    let register = board(Role::Director, "AC");
    let text = fill("{A} และ{G} หรือ{C} ลงลายมือชื่อร่วมกัน");
    assert_eq!(
        read_with(&text, &register, None).outcome,
        Outcome::Ambiguous
    );
}

#[test]
fn one_name_of_two_people_is_not_resolved() {
    let twins = Board::new(vec![
        Member::director("x", A),
        Member::director("y", A),
        member('B'),
    ])
    .unwrap();
    let reading = read_with(&fill("{A} ลงลายมือชื่อ"), &twins, None);
    assert_eq!(reading.outcome, Outcome::Unresolved);
    assert_eq!(reading.flags, [Flag::AmbiguousName]);
    let one = Board::new(vec![
        Member::director("x", A).with_person("k"),
        Member::director("y", A).with_person("k"),
    ])
    .unwrap();
    assert_eq!(summary(&read_with(&fill("{A} ลงลายมือชื่อ"), &one, None)), "x");
}

#[test]
fn titles_may_change_but_a_man_is_not_a_woman() {
    let rows = ["นางสาวขวัญ สมมติไทย", "นายกล้า ทดลองดี", "พันเอก ชาญ แบบอย่าง"];
    let rows = rows.iter().enumerate();
    let register = Board::new(
        rows.map(|(i, name)| Member::director(i.to_string(), *name))
            .collect(),
    )
    .unwrap();
    let read = |text: &str| summary(&read_with(text, &register, None));
    assert_eq!(read("นางขวัญ สมมติไทย ลงลายมือชื่อ"), "0");
    assert_eq!(read("ดร.ขวัญ สมมติไทย ลงลายมือชื่อ"), "0");
    assert_eq!(read("พลตรี ชาญ แบบอย่าง ลงลายมือชื่อ"), "2");
    assert_eq!(read("นายชาญ แบบอย่าง ลงลายมือชื่อ"), "2");
    assert_eq!(read("นางกล้า ทดลองดี ลงลายมือชื่อ"), "UNRESOLVED");
    assert_eq!(read("นายขวัญ สมมติไทย ลงลายมือชื่อ"), "UNRESOLVED");
}

#[test]
fn a_scope_behind_the_verb_belongs_to_its_alternative_or_to_nobody() {
    check(&[
        ("{A} ลงลายมือชื่อในการกู้ยืมเงิน", "A only[credit.loan]"),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน นอกจากผู้มีอำนาจข้างต้นแล้ว ให้ {A} ลงลายมือชื่อในการกู้ยืมเงินได้ด้วย",
            "2dir; A only[credit.loan]",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน ในการกู้ยืมเงินให้กรรมการทุกคนลงลายมือชื่อร่วมกัน",
            "2dir except[credit.loan]; all only[credit.loan]",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อ ในวงเงินไม่เกิน 1,000,000 บาท หรือ กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "1dir ..1000000.00; 2dir",
        ),
        (
            "กรรมการสองคนลงลายมือชื่อร่วมกัน หรือ {A} ลงลายมือชื่อ ในวงเงินไม่เกิน 1,000,000 บาท",
            "UNRESOLVED",
        ),
        (
            "(1) กรรมการสองคนลงลายมือชื่อร่วมกัน หรือ (2) {A} ลงลายมือชื่อ ในวงเงินไม่เกิน 1,000,000 บาท",
            "2dir; A ..1000000.00",
        ),
        (
            "กรรมการหนึ่งคนลงลายมือชื่อในวงเงินไม่เกินหนึ่งล้านบาท กรณีเกินหนึ่งล้านบาท ให้กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "1dir ..1000000.00; 2dir 1000000.01..",
        ),
    ]);
}

#[test]
fn names_may_hold_connectors_and_numbers() {
    let members = [
        "นายสอง และหรือ",
        "นางหรือ ร่วมกัน",
        "MR. JOHN VON SMITH",
        "นายสม ใจ",
        "นายสม ใจดี ณ อยุธยา",
    ];
    let rows = members
        .iter()
        .enumerate()
        .map(|(i, name)| Member::director(i.to_string(), *name))
        .collect();
    let register = Board::new(rows).unwrap();
    let read = |text: &str| summary(&read_with(text, &register, None));
    assert_eq!(
        read("นายสอง และหรือ และ นางหรือ ร่วมกัน ลงลายมือชื่อร่วมกัน"),
        "(0&1)"
    );
    assert_eq!(
        read("นายสอง และหรือ หรือ Mr. John von Smith ลงลายมือชื่อ"),
        "(0|2)"
    );
    assert_eq!(read("นายสม ใจดี ณ อยุธยา ลงลายมือชื่อ"), "4");
    assert_eq!(read("นายสม ใจ ลงลายมือชื่อ"), "3");
    assert_eq!(read("นายสม ใจดี ลงลายมือชื่อ"), "UNRESOLVED");
}

#[test]
fn partnerships_and_liquidations_have_their_own_pools() {
    let of = |role: Role, letters: &str, text: &str, kind: Option<JuristicType>| {
        summary(&read_with(&fill(text), &board(role, letters), kind))
    };
    let partnership = Some(JuristicType::LimitedPartnership);
    let mp = Role::ManagingPartner;
    let sealed = "หุ้นส่วนผู้จัดการลงลายมือชื่อและประทับตราสำคัญของห้าง ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ : ไม่มี";
    assert_eq!(of(mp, "A", sealed, partnership), "1mp+S");
    assert_eq!(
        of(mp, "AB", "หุ้นส่วนผู้จัดการสองคนลงลายมือชื่อร่วมกัน", partnership),
        "2mp"
    );
    assert_eq!(
        of(mp, "AB", "หุ้นส่วนผู้จัดการลงลายมือชื่อร่วมกัน", partnership),
        "2mp"
    );
    assert_eq!(
        of(mp, "ABC", "หุ้นส่วนผู้จัดการลงลายมือชื่อร่วมกัน", partnership),
        "AMBIGUOUS 2mp // 3mp"
    );
    let consent = "หุ้นส่วนผู้จัดการสองคนลงลายมือชื่อร่วมกัน แต่ห้ามมิให้กู้ยืมเงินเว้นแต่ได้รับความยินยอมจากหุ้นส่วนทุกคน";
    assert_eq!(of(mp, "AB", consent, partnership), "UNRESOLVED");
    assert_eq!(
        of(mp, "A", "กรรมการหนึ่งคนลงลายมือชื่อ", partnership),
        "UNRESOLVED"
    );
    let liq = Role::Liquidator;
    assert_eq!(of(liq, "AB", "ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน", None), "2liq");
    assert_eq!(
        of(liq, "ABC", "ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน", None),
        "UNRESOLVED"
    );
    assert_eq!(
        of(
            liq,
            "AB",
            "ผู้ชำระบัญชีคนใดคนหนึ่งลงลายมือชื่อได้ตามมติที่ประชุมใหญ่",
            None
        ),
        "1liq"
    );
    assert_eq!(of(liq, "A", "ผู้ชำระบัญชีลงลายมือชื่อ", None), "1liq");
    assert_eq!(
        of(liq, "AB", "ผู้ชำระบัญชีลงลายมือชื่อ", None),
        "AMBIGUOUS 1liq // 2liq"
    );
}

#[test]
fn every_part_points_at_its_words() {
    let text = fill("{A} ลงลายมือชื่อร่วมกับ {B} หรือ {C} และประทับตราสำคัญของบริษัท");
    let reading = read_with(&text, &board(Role::Director, "ABC"), None);
    let rule = reading.rule.unwrap();
    let scalars: Vec<char> = text.chars().collect();
    let words = |span: Span| scalars[span.start..span.end].iter().collect::<String>();
    assert_eq!(words(rule.clauses()[0].span), text);
    let parts = rule.clauses()[0].rule.parts();
    assert_eq!(words(parts[0].span.unwrap()), A);
    assert_eq!(words(parts[1].span.unwrap()), format!("{B} หรือ {C}"));
    assert_eq!(words(parts[1].parts()[1].span.unwrap()), C);
}

#[test]
fn pieces_are_joined_in_order_even_inside_a_word() {
    let text = join_pieces([(2, "ชื่อร่วมกัน/"), (1, "กรรมการสองคนลงลายมือ")]);
    assert_eq!(read(&text), "2dir");
}

#[test]
fn untidy_spelling_reads_the_same() {
    check(&[
        ("กรรมการ  สอง คน\u{a0}ลงลายมือชื่อ\nร่วมกัน", "2dir"),
        (
            "กรรมการสองคนลงลายมือชื\u{200b}่อร่วมกันและประทับตราสํา\u{200b}คัญของบริษัท",
            "2dir+S",
        ),
        ("กรรมการ ๒ คนลงลายมือชื่อร่วมกัน", "2dir"),
        ("นาย กล้า  ทดลองดี ลงลายมือชื่อ", "A"),
    ]);
}
