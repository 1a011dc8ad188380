//! Common wordings that say one thing, with what they mean.

use super::tests::{check, read};

#[test]
fn broken_millions_and_amounts_upwards_are_amounts() {
    check(&[
        ("{A}ลงลายมือชื่อในวงเงินไม่เกิน 1.5 ล้านบาท", "A ..1500000.00"),
        ("{A}ลงลายมือชื่อในวงเงินไม่เกิน 0.5ล้านบาท", "A ..500000.00"),
        (
            "{A}และ{B}ลงลายมือชื่อร่วมกันในวงเงินหนึ่งล้านบาทขึ้นไป",
            "(A&B) 1000000.00..",
        ),
    ]);
    for unread in [
        "{A}ลงลายมือชื่อในวงเงินไม่เกิน 1. 5 ล้านบาท",
        "{A}ลงลายมือชื่อในวงเงินไม่เกิน 1.5 บาท",
        "{A}ลงลายมือชื่อในวงเงินหนึ่งล้านบาท",
    ] {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}

#[test]
fn several_prohibitions_are_one_and_set_apart_they_hold_for_every_number() {
    check(&[
        (
            "{A}ลงลายมือชื่อ ห้ามกู้ยืมเงินและห้ามค้ำประกัน",
            "A except[credit.loan,credit.guarantee]",
        ),
        (
            "{A}ลงลายมือชื่อ ข้อจำกัดอำนาจ 1. ห้ามกู้ยืมเงิน 2. ห้ามค้ำประกัน",
            "A except[credit.loan,credit.guarantee]",
        ),
        (
            "(1) {A}ลงลายมือชื่อ (2) กรรมการสองคนลงลายมือชื่อร่วมกัน ทั้งนี้ห้ามกู้ยืมเงิน",
            "(A|2dir) except[credit.loan]",
        ),
        (
            "(1) {A}ลงลายมือชื่อ (2) กรรมการสองคนลงลายมือชื่อร่วมกัน การกู้ยืมเงินต้องให้กรรมการสามคนลงลายมือชื่อร่วมกัน",
            "(A|2dir) except[credit.loan]; 3dir only[credit.loan]",
        ),
    ]);
    for unread in [
        "(1) {A}ลงลายมือชื่อ (2) {B}ลงลายมือชื่อ ห้ามกู้ยืมเงิน",
        "{A}ลงลายมือชื่อ ห้ามกู้ยืมเงินและห้ามค้ำประกันเกินหนึ่งล้านบาท",
        "(1) {A}ลงลายมือชื่อ (2) {B}ลงลายมือชื่อ การกู้ยืมเงินต้องให้{A}และ{B}ลงลายมือชื่อร่วมกัน (3) {C}ลงลายมือชื่อ",
    ] {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}

#[test]
fn a_scope_before_numbered_alternatives_is_the_scope_of_all() {
    check(&[
        (
            "ในวงเงินไม่เกินหนึ่งล้านบาท (1) {A}ลงลายมือชื่อ (2) {B}ลงลายมือชื่อ",
            "(A|B) ..1000000.00",
        ),
        (
            "การกู้ยืมเงิน (1) {A}ลงลายมือชื่อ (2) กรรมการสองคนลงลายมือชื่อร่วมกัน",
            "(A|2dir) only[credit.loan]",
        ),
    ]);
    let own = "ในวงเงินไม่เกินหนึ่งล้านบาท (1) {A}ลงลายมือชื่อ (2) {B}ลงลายมือชื่อในวงเงินไม่เกินสองล้านบาท";
    assert_eq!(read(own), "UNRESOLVED");
}

#[test]
fn a_tier_between_two_amounts_stands_above_the_one_before_it() {
    check(&[(
        "{A}ลงลายมือชื่อในวงเงินไม่เกินหนึ่งล้านบาท เกินกว่านั้นแต่ไม่เกินห้าล้านบาทให้{A}และ{B}ลงลายมือชื่อร่วมกัน",
        "A ..1000000.00; (A&B) 1000000.01..5000000.00",
    )]);
    let below =
        "{A}ลงลายมือชื่อในวงเงินไม่เกินหนึ่งล้านบาท เกินกว่านั้นแต่ไม่เกินห้าแสนบาทให้{A}และ{B}ลงลายมือชื่อร่วมกัน";
    assert_eq!(read(below), "UNRESOLVED");
}

#[test]
fn only_somebody_is_somebody_and_when_somebody_is_not() {
    check(&[
        ("{A}หรือ{B}เท่านั้นลงลายมือชื่อ", "(A|B)"),
        ("เฉพาะ{A}และ{B}ลงลายมือชื่อร่วมกันเท่านั้น", "(A&B)"),
    ]);
    for unread in ["กรณี{A}ลงลายมือชื่อ", "หาก{A}ลงลายมือชื่อ"]
    {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}

#[test]
fn one_of_each_group_is_one_of_every_group() {
    let groups = "กลุ่ม ก ได้แก่ {A} {B} กลุ่ม ข ได้แก่ {C} {D}";
    for who in ["กรรมการคนใดคนหนึ่งของแต่ละกลุ่ม", "กรรมการหนึ่งคนจากแต่ละกลุ่ม"]
    {
        let text = format!("{who}ลงลายมือชื่อร่วมกัน {groups}");
        assert_eq!(read(&text), "(1of{A,B}:ก&1of{C,D}:ข)", "{text}");
    }
    let two = format!("กรรมการสองคนจากแต่ละกลุ่มลงลายมือชื่อร่วมกัน {groups}");
    assert_eq!(read(&two), "UNRESOLVED");
}

#[test]
fn who_besides_has_the_power_to_sign_is_one_more_rule() {
    check(&[(
        "กรรมการสองคนลงลายมือชื่อร่วมกัน นอกจากนี้{A}มีอำนาจลงลายมือชื่อในการกู้ยืมเงิน",
        "2dir; A only[credit.loan]",
    )]);
    for unread in [
        "กรรมการสองคนลงลายมือชื่อร่วมกัน นอกจากนี้{A}มีอำนาจร่วมลงลายมือชื่อในการกู้ยืมเงิน",
        "กรรมการสองคนลงลายมือชื่อร่วมกัน นอกจากนี้{A}ลงลายมือชื่อในการกู้ยืมเงิน",
    ] {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}

#[test]
fn each_of_all_directors_may_sign_where_the_words_say_may() {
    check(&[
        ("กรรมการทุกคนแต่ละคนลงลายมือชื่อได้", "1dir"),
        ("กรรมการทุกคนต่างคนต่างลงลายมือชื่อได้", "1dir"),
    ]);
    for unread in [
        "กรรมการทุกคนแต่ละคนลงลายมือชื่อ",
        "กรรมการทุกคนแต่ละคนต้องลงลายมือชื่อ",
        "กรรมการทุกคนแต่ละคนลงลายมือชื่อร่วมกันได้",
    ] {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}

#[test]
fn an_exception_may_stand_before_the_rule_set_off_by_a_comma() {
    check(&[
        (
            "Except for borrowing, any one director signs",
            "1dir except[credit.loan]",
        ),
        (
            "Except for borrowing, any one director signs. For borrowing, any two directors sign jointly.",
            "1dir except[credit.loan]; 2dir only[credit.loan]",
        ),
    ]);
    for unread in [
        "Except for borrowing {A} signs",
        "ยกเว้นการกู้ยืมเงิน กรรมการคนใดคนหนึ่งลงลายมือชื่อ",
    ] {
        assert_eq!(read(unread), "UNRESOLVED", "{unread}");
    }
}
