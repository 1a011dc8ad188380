//! Generated sentences: what is composed reads back, and no text whatever breaks the reader.

use super::phrases::PHRASES;
use super::tests::{board, fill, read_with, show_rule};
use super::*;
use crate::kernel::money::thai_number;
use crate::signing_rule::{Decision, People, Question};
use proptest::prelude::*;

const LETTERS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];

/// A list of different people.
fn people(least: usize, most: usize) -> impl Strategy<Value = Vec<char>> {
    proptest::sample::subsequence(LETTERS.to_vec(), least..=most).prop_shuffle()
}

fn named(letters: &[char], join: &str) -> String {
    letters
        .iter()
        .map(|letter| format!("{{{letter}}}"))
        .collect::<Vec<_>>()
        .join(join)
}

fn of(letters: &[char], by: &str) -> String {
    match letters {
        [only] => only.to_string(),
        _ => {
            let list: Vec<String> = letters.iter().map(char::to_string).collect();
            format!("({})", list.join(by))
        }
    }
}

/// One alternative in words, and what it means.
fn alternative() -> impl Strategy<Value = (String, String)> {
    let number = || {
        (1u16..7, 0usize..3).prop_map(|(n, style)| {
            let digit = char::from_u32(u32::from('๐') + u32::from(n)).unwrap();
            let words = [thai_number(u64::from(n)), n.to_string(), digit.to_string()];
            (n, words[style].clone())
        })
    };
    let verb = || proptest::sample::select(vec!["ลงลายมือชื่อ", " ลงชื่อ", " ลงนาม"]);
    let any = proptest::sample::select(vec![" คนใดคนหนึ่ง", "คนใดคนหนึ่ง ", ""]);
    prop_oneof![
        (number(), verb()).prop_map(|((n, words), verb)| {
            let joint = if n > 1 { "ร่วมกัน" } else { "" };
            (format!("กรรมการ{words}คน{verb}{joint}"), format!("{n}dir"))
        }),
        verb().prop_map(|verb| (format!("กรรมการทุกคน{verb}ร่วมกัน"), "all".to_owned())),
        (people(1, 1), verb()).prop_map(|(one, verb)| (named(&one, "") + verb, of(&one, "&"))),
        (people(2, 4), verb()).prop_map(|(all, verb)| {
            (
                format!("{} {verb}ร่วมกัน", named(&all, " และ ")),
                of(&all, "&"),
            )
        }),
        (people(2, 4), any, verb()).prop_map(|(all, any, verb)| (
            format!("{}{any}{verb}", named(&all, " หรือ ")),
            of(&all, "|")
        )),
        (people(2, 6), 1usize..3, verb()).prop_map(|(all, split, verb)| {
            let (left, right) = all.split_at(split.min(all.len() - 1));
            let text = format!(
                "{} {verb}ร่วมกับ {}",
                named(left, " หรือ "),
                named(right, " หรือ ")
            );
            (text, format!("({}&{})", of(left, "|"), of(right, "|")))
        }),
        (people(1, 1), number(), verb()).prop_map(|(one, (n, words), verb)| {
            let text = format!("{} {verb}ร่วมกับกรรมการอื่นอีก{words}คน", named(&one, ""));
            (text, format!("({}&{n}dir)", of(&one, "&")))
        }),
        (people(3, 5), 1u16..3, verb()).prop_map(|(all, n, verb)| {
            let (few, many) = (thai_number(u64::from(n)), thai_number(all.len() as u64));
            let text = format!("{} กรรมการ{few}ใน{many}คนนี้{verb}", named(&all, " "));
            let list: Vec<String> = all.iter().map(char::to_string).collect();
            (text, format!("{n}of{{{}}}", list.join(",")))
        }),
    ]
}

/// For each of the 64 sets of people, whether it is permitted.
fn permits(rule: &SigningRule, register: &Board) -> Vec<bool> {
    let compiled = compile(rule, register, Standing::ACTIVE_COMPANY).unwrap();
    (0u128..64)
        .map(|set| compiled.decision(&Question::by(People(set))) == Decision::Permit)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn one_alternative_reads_back((text, meaning) in alternative(), sealed in any::<bool>()) {
        let seal = if sealed { "และประทับตราสำคัญของบริษัท" } else { "" };
        let reading = read_with(&fill(&format!("{text}{seal}")), &board(Role::Director, "ABCDEF"), None);
        prop_assert_eq!(reading.outcome, Outcome::Complete, "{}", text);
        let expected = if sealed { format!("{meaning}+S") } else { meaning };
        prop_assert_eq!(show_rule(&reading.rule.unwrap()), expected, "{}", text);
    }

    /// Alternatives joined by หรือ never read as anything but their union: where the reader is sure, it
    /// is the union; where a repeated verb leaves doubt, the union is one of the readings.
    #[test]
    fn alternatives_read_as_their_union(
        parts in proptest::collection::vec(alternative(), 2..4),
        numbered in any::<bool>(),
    ) {
        let texts: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(i, (text, _))| if numbered { format!("({}) {text}", i + 1) } else { text.clone() })
            .collect();
        let text = texts.join(" หรือ ");
        let register = board(Role::Director, "ABCDEF");
        let alone: Vec<Vec<bool>> = parts
            .iter()
            .map(|(text, _)| read_with(&fill(text), &register, None))
            .map(|reading| permits(&reading.rule.unwrap(), &register))
            .collect();
        let union: Vec<bool> = (0..64).map(|set: usize| alone.iter().any(|part| part[set])).collect();
        let reading = read_with(&fill(&text), &register, None);
        match reading.outcome {
            Outcome::Complete => {
                prop_assert_eq!(permits(&reading.rule.unwrap(), &register), union, "{}", text);
            }
            Outcome::Ambiguous => {
                let found = reading.readings.iter().any(|rule| permits(rule, &register) == union);
                prop_assert!(found, "{}", text);
            }
            Outcome::Unresolved => prop_assert!(false, "{}", text),
        }
    }

    #[test]
    fn any_soup_of_words_is_read_without_breaking(
        words in proptest::collection::vec(proptest::num::usize::ANY, 0..40)
    ) {
        let lexicon: Vec<&str> =
            PHRASES.iter().flat_map(|(_, phrases)| phrases.iter().copied()).collect();
        let text: String = words
            .iter()
            .map(|index| index % (lexicon.len() + 60))
            .map(|index| match lexicon.get(index) {
                Some(word) => (*word).to_owned(),
                None => match (index - lexicon.len()) % 12 {
                    letter @ 0..=5 => format!("{{{}}}", LETTERS[letter]),
                    6 => "สอง".to_owned(),
                    7 => "กลุ่ม ก ".to_owned(),
                    8 => "ลงลายมือชื่อ".to_owned(),
                    9 => "และประทับตรา".to_owned(),
                    10 => "การกู้ยืมเงิน".to_owned(),
                    _ => " ".to_owned(),
                },
            })
            .collect();
        let text = fill(&text);
        let reading = read_with(&text, &board(Role::Director, "ABCDEF"), None);
        let length = text.chars().count();
        prop_assert!(reading.unresolved_spans.iter().all(|span| span.end <= length));
        prop_assert_eq!(reading.rule.is_some(), reading.outcome == Outcome::Complete);
        prop_assert_eq!(reading.readings.is_empty(), reading.outcome != Outcome::Ambiguous);
        if reading.outcome == Outcome::Complete {
            prop_assert!(text.contains("ลง") || text.contains("เซ็น"), "nobody signs in {}", text);
        }
    }

    /// One strange word anywhere in a good sentence, and it is not read any more.
    #[test]
    fn a_strange_word_anywhere_stops_the_reading((text, _) in alternative(), at in 0usize..400) {
        let text = fill(&text);
        let scalars: Vec<char> = text.chars().collect();
        let at = at % (scalars.len() + 1);
        let damaged: String =
            scalars[..at].iter().chain(&['ฏ', 'ฎ', 'ฏ']).chain(&scalars[at..]).collect();
        let reading = read_with(&damaged, &board(Role::Director, "ABCDEF"), None);
        prop_assert_eq!(reading.outcome, Outcome::Unresolved, "{}", damaged);
    }
}

#[test]
fn long_and_tangled_sentences_are_answered_within_the_bound() {
    let register = board(Role::Director, "ABCDEF");
    for unit in [
        "{A} หรือ {B} และ ",
        "{A} ลงลายมือชื่อร่วมกับ {B} หรือ ",
        "{A} {B} {C} ",
        "กรรมการสองคนลงลายมือชื่อร่วมกัน หรือ ",
        "กลุ่ม ก {A} ",
        "((((",
        "เว้นแต่การกู้ยืมเงินให้",
        "นาย",
    ] {
        let text = fill(&unit.repeat(MAX_TEXT / 4 / fill(unit).len()));
        assert_eq!(
            read_with(&text, &register, None).outcome,
            Outcome::Unresolved,
            "{unit}"
        );
    }
}
