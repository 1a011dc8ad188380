//! The reader of statements against any text and any board.
//!
//! The first byte says how the rest becomes a text: `T` as it stands, with names for `{A}` to `{N}`, on a plain
//! board; anything else word by word, from the words the reader knows, on any board.

use super::bytes::Bytes;
use super::cast::{Cast, NAMES, fill};
use crate::kernel::act::scope_words;
use crate::signing_rule::{
    Interpretation, Outcome, Rule, SigningRule, Span, Standing, Status, compile, interpret,
};
use std::sync::OnceLock;

/// The longest text that is put together, in bytes: long enough to be tangled, short enough to be quick.
const LONGEST: usize = 6 * 1024;

/// Words of the lexicon, read from its source, so that a new phrase is fuzzed from the day it is there.
fn words() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let sources = [
            include_str!("../../src/signing_rule/interpret/lexicon.rs"),
            include_str!("../../src/signing_rule/interpret/phrases.rs"),
            include_str!("../../src/signing_rule/interpret/english.rs"),
        ];
        let mut words: Vec<String> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split('"').skip(1).step_by(2))
            .map(str::to_owned)
            .chain(scope_words().map(|word| format!("การ{word}")))
            .collect();
        words.sort();
        words.dedup();
        assert!(words.len() > 900, "the lexicon has moved");
        words
    })
}

const PHRASES: [&str; 20] = [
    "ลงลายมือชื่อร่วมกัน",
    "ลงลายมือชื่อร่วมกับ",
    "และประทับตราสำคัญของบริษัท",
    "โดยไม่ต้องประทับตรา",
    "กรรมการสองคน",
    "กรรมการสองในสามคนนี้",
    "คนใดคนหนึ่ง",
    "รวมเป็นสองคน",
    "กรรมการกลุ่ม ก ได้แก่",
    "กรรมการกลุ่ม ข ได้แก่",
    "หนึ่งคนจากกลุ่ม ก",
    "เว้นแต่การกู้ยืมเงินให้",
    "ในวงเงินไม่เกิน 1,000,000 บาท",
    "เกินกว่าห้าล้านบาทแต่ไม่เกินสิบล้านบาท",
    "ทุกคนลงลายมือชื่อ",
    "กรรมการอื่นอีกหนึ่งคน",
    "หรือ",
    " และ ",
    "ข้อจำกัดอำนาจกรรมการ : ไม่มี",
    "(1)",
];

const MARKS: [&str; 16] = [
    " ",
    "  ",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{e48}",
    "\u{e4d}\u{e32}",
    "\u{e33}",
    "\u{e3a}",
    "\u{e31}\u{e48}",
    "\n",
    "\t",
    "(",
    ")",
    "/",
    ",",
];

/// A text, word by word.
fn text(bytes: &mut Bytes<'_>) -> String {
    let words = words();
    let mut text = String::new();
    while !bytes.is_empty() && text.len() < LONGEST {
        match bytes.byte() {
            choice @ 0..=95 => {
                let index = usize::from(choice % 8) << 8 | usize::from(bytes.byte());
                text.push_str(&words[index % words.len()]);
            }
            96..=150 => text.push_str(bytes.pick(&PHRASES)),
            choice @ 151..=195 => {
                let name = NAMES[usize::from(choice) % NAMES.len()];
                match bytes.below(6) {
                    0 => text.push_str(name),
                    1 => text.extend([" ", name, " "]),
                    2 => text.push_str(&name.replace(' ', "")),
                    3 => text.push_str(name.trim_start_matches("นาย").trim_start_matches("นาง")),
                    4 => text.push_str(&name.replace('ำ', "\u{e4d}\u{e32}")),
                    _ => text.extend([" นาง", name]),
                }
            }
            196..=215 => match (bytes.below(4), bytes.word()) {
                (0, number) => text.push_str(&number.to_string()),
                (1, number) => text.push_str(&crate::kernel::money::thai_number(u64::from(number))),
                (2, number) => text.extend(
                    number
                        .to_string()
                        .chars()
                        .map(|c| char::from_u32(c as u32 + 0xe50 - 0x30).unwrap()),
                ),
                (_, number) => text.push_str(&format!("{}({})", number % 9, number % 7)),
            },
            216..=235 => text.push_str(bytes.pick(&MARKS)),
            236..=245 => {
                let wide = u32::from(bytes.byte()) << 16 | u32::from(bytes.word());
                text.extend(char::from_u32(wide % 0x11_0000));
            }
            _ => {
                // The same again and again: where a reader that is not linear shows.
                let from = text
                    .char_indices()
                    .rev()
                    .nth(bytes.below(60))
                    .map_or(0, |(at, _)| at);
                let piece = text[from..].to_owned();
                for _ in 0..bytes.below(24) {
                    text.push_str(&piece);
                }
            }
        }
    }
    text
}

/// One case.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (cast, text) = if bytes.byte() == b'T' {
        (Cast::plain(), fill(&String::from_utf8_lossy(bytes.all())))
    } else {
        (Cast::any(&mut bytes), text(&mut bytes))
    };
    check(&text, &cast);
}

/// Everything that holds for every text on every board.
pub fn check(text: &str, cast: &Cast) {
    let register = cast.register();
    let reading = interpret(text, &register);
    assert_eq!(
        reading,
        interpret(text, &register),
        "the same answer twice: {text:?}"
    );
    let length = text.chars().count();
    let inside = |span: Span| span.start <= span.end && span.end <= length;
    assert_eq!(
        reading.rule.is_some(),
        reading.outcome == Outcome::Complete,
        "{text:?}"
    );
    match reading.outcome {
        Outcome::Complete => {
            assert!(
                reading.readings.is_empty() && reading.unresolved_spans.is_empty(),
                "{text:?}"
            );
        }
        Outcome::Ambiguous => {
            assert!(
                reading.readings.len() >= 2 || !reading.flags.is_empty(),
                "{text:?}"
            );
            assert!(
                !reading.readings.is_empty() && reading.unresolved_spans.is_empty(),
                "{text:?}"
            );
        }
        Outcome::Unresolved => {
            assert!(reading.readings.is_empty(), "{text:?}");
            assert!(
                !reading.unresolved_spans.is_empty(),
                "nobody is told where: {text:?}"
            );
        }
    }
    assert!(
        reading.unresolved_spans.iter().all(|span| inside(*span)),
        "{text:?}"
    );
    for (position, flag) in reading.flags.iter().enumerate() {
        assert!(
            !reading.flags[..position].contains(flag),
            "{flag} twice: {text:?}"
        );
    }
    for (position, rule) in reading.readings.iter().enumerate() {
        assert!(
            !reading.readings[..position].contains(rule),
            "one reading twice: {text:?}"
        );
    }
    for rule in reading.rule.iter().chain(&reading.readings) {
        check_rule(text, cast, rule, &inside);
    }
    if reading.outcome == Outcome::Complete {
        check_complete(text, cast, &reading);
    }
}

fn check_rule(text: &str, cast: &Cast, rule: &SigningRule, inside: &dyn Fn(Span) -> bool) {
    let on_record = |reference: &str| {
        cast.board
            .members()
            .iter()
            .chain(&cast.former)
            .any(|member| member.id == reference)
    };
    for clause in rule.clauses() {
        assert!(inside(clause.span), "{text:?}");
        let mut open: Vec<&Rule> = vec![&clause.rule];
        while let Some(part) = open.pop() {
            assert!(part.span.is_none_or(inside), "{text:?}");
            open.extend(part.parts());
        }
    }
    for person in rule.people() {
        assert!(on_record(person), "{person} is nobody on record: {text:?}");
    }
    let json = serde_json::to_string(rule).unwrap();
    assert_eq!(
        &serde_json::from_str::<SigningRule>(&json).unwrap(),
        rule,
        "{json}"
    );
    for juristic_type in cast
        .juristic_type
        .map_or(crate::signing_rule::JuristicType::ALL.to_vec(), |one| {
            vec![one]
        })
    {
        for status in [Status::Active, Status::DissolvedLiquidating] {
            let standing = Standing {
                status,
                juristic_type,
            };
            assert!(compile(rule, &cast.board, standing).is_ok(), "{json}");
        }
    }
}

/// A word nobody knows, before or behind, and the sentence is not read any more.
fn check_complete(text: &str, cast: &Cast, reading: &Interpretation) {
    for damaged in [
        format!("{text} ฏฎฏ"),
        format!("{text}ฏฎฏ"),
        format!("ฏฎฏ {text}"),
    ] {
        let outcome = interpret(&damaged, &cast.register()).outcome;
        assert_ne!(
            outcome,
            Outcome::Complete,
            "{damaged:?} read as {:?}",
            reading.rule
        );
    }
}
