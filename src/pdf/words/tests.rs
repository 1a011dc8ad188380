use super::*;
use std::sync::LazyLock;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::load().unwrap());

/// The text with a bar wherever a line may end without a space.
fn divided(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut scratch = Scratch::default();
    WORDS.find_breaks(&chars, &mut scratch);
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        if scratch.breaks[i] && !is_space(chars[i - 1]) {
            out.push('|');
        }
        out.push(*c);
    }
    out
}

#[test]
fn words_that_other_segmenters_tear_stay_whole() {
    for (text, expected) in [
        ("บริษัทมหาชนจำกัด", "บริษัท|มหาชน|จำกัด"),
        ("ห้างหุ้นส่วนจำกัด", "ห้างหุ้นส่วน|จำกัด"),
        ("การหาสมาชิกให้สมาคม", "การ|หา|สมาชิก|ให้|สมาคม"),
        ("นิติกรรมของนิติบุคคล", "นิติกรรม|ของ|นิติบุคคล"),
        ("ลงลายมือชื่อร่วมกัน", "ลง|ลายมือชื่อ|ร่วมกัน"),
        ("ประทับตราสำคัญของบริษัท", "ประทับ|ตราสำคัญ|ของ|บริษัท"),
    ] {
        assert_eq!(divided(text), expected);
    }
}

#[test]
fn marks_and_abbreviations_stay_with_their_word() {
    assert_eq!(divided("พ.ศ. 2569"), "พ.ศ. 2569");
    assert_eq!(divided("กรุงเทพฯ"), "กรุงเทพฯ");
    assert_eq!(divided("อื่นๆ"), "อื่นๆ");
    assert_eq!(divided("ฯลฯ"), "ฯลฯ");
    let chars: Vec<char> = "ต่าง ๆ เวลา 16:30 น. ของ".chars().collect();
    let mut scratch = Scratch::default();
    WORDS.find_breaks(&chars, &mut scratch);
    let starts: String = (0..chars.len())
        .filter(|i| scratch.breaks[*i])
        .map(|i| chars[i])
        .collect();
    assert_eq!(starts, "เ1ข");
}

#[test]
fn the_spelling_decides_before_the_list_does() {
    // text, and the places where a piece may end
    for (text, places) in [
        ("เก", ""),
        ("แม่น้ำ", "3"),
        ("ศักดิ์สิทธิ์", "68"),
        ("สินธุ์", "2"),
        ("จันทร์", "3"),
        ("มือถือ", "3"),
        ("ที่ดิน", "35"),
        ("อื่นๆ", ""),
        ("ฯลฯ", ""),
    ] {
        let chars: Vec<char> = text.chars().collect();
        let found: String = (1..chars.len())
            .filter(|i| spelling_allows(&chars, *i))
            .map(|i| i.to_string())
            .collect();
        assert_eq!(found, places, "{text}");
    }
}

#[test]
fn numbers_and_addresses_are_not_divided() {
    for text in [
        "0105569999999",
        "1/2569",
        "10,000,000.00",
        "99/12-14",
        "ข้อ1",
        "info@amnat.example",
    ] {
        assert_eq!(divided(text), text);
    }
    assert_eq!(divided("(นายสมชาย)"), "(นาย|สมชาย)");
}

/// Statements composed for this test in the manner of the register.
pub(in crate::pdf) const STATEMENTS: [&str; 8] = [
    "กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท",
    "นายธนวัฒน์ ศิริวัฒนากุล หรือ นางสาวพิมพ์ชนก เรืองอำนาจ คนใดคนหนึ่งลงลายมือชื่อและประทับตราสำคัญของบริษัท",
    "หุ้นส่วนผู้จัดการไม่มีอำนาจกู้ยืมเงินหรือนำทรัพย์สินของห้างไปเป็นหลักประกันเว้นแต่ได้รับความยินยอมเป็นหนังสือจากผู้เป็นหุ้นส่วนทุกคน",
    "ประกอบกิจการซื้อ ขาย จัดหา รับ เช่า เช่าซื้อ ให้เช่า ให้เช่าซื้อ ถือกรรมสิทธิ์ครอบครอง ปรับปรุง ใช้ และจัดการโดยประการอื่น ซึ่งทรัพย์สินใดๆ ตลอดจนดอกผลของทรัพย์สินนั้น",
    "ประธานกรรมการลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน รวมเป็นสองคน เพื่อทำนิติกรรมเกี่ยวกับอสังหาริมทรัพย์",
    "ขอรับรองว่าบริษัทนี้ได้จดทะเบียนเป็นนิติบุคคลตามประมวลกฎหมายแพ่งและพาณิชย์ เมื่อวันที่ 3 เมษายน 2569",
    "ผู้ชำระบัญชีมีอำนาจแก้ต่างว่าต่างในคดีแพ่งหรืออาญา และทำการประนีประนอมยอมความในนามของบริษัท",
    "สำนักงานแห่งใหญ่ตั้งอยู่เลขที่ 99/12 หมู่ที่ 4 ถนนพหลโยธิน แขวงจตุจักร เขตจตุจักร กรุงเทพมหานคร",
];

#[test]
fn no_line_of_a_statement_can_start_inside_a_syllable() {
    for text in STATEMENTS {
        let divided = divided(text);
        println!("{divided}");
        for part in divided.split(['|', ' ']) {
            let first = part.chars().next().unwrap_or('ก');
            let last = part.chars().last().unwrap_or('ก');
            assert!(
                !matches!(first, '\u{0E2F}'..='\u{0E3A}' | '\u{0E45}'..='\u{0E4E}'),
                "{divided}"
            );
            assert!(!matches!(last, '\u{0E40}'..='\u{0E44}'), "{divided}");
        }
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The naive twin: whatever the text, no break stands where the spelling forbids one.
        #[test]
        fn no_break_stands_where_the_spelling_forbids_it(text in "[ก-ฮะ-ูเ-์ ]{0,40}") {
            let chars: Vec<char> = text.chars().collect();
            let mut scratch = Scratch::default();
            WORDS.find_breaks(&chars, &mut scratch);
            for (i, allowed) in scratch.breaks.iter().enumerate() {
                if *allowed && i > 0 && !is_space(chars[i - 1]) {
                    prop_assert!(spelling_allows(&chars, i));
                    prop_assert!(!matches!(chars[i], 'ะ' | 'า' | 'ำ' | 'ๆ'));
                    prop_assert!(!matches!(chars[i - 1], 'เ' | 'แ' | 'โ' | 'ใ' | 'ไ'));
                }
            }
        }
    }
}
