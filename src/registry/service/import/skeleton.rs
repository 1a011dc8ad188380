//! Sentences are read once for each skeleton: a register of millions holds few sentences, told of different people.
//!
//! The skeleton of a record is everything that its reading depends on, with the people's names blanked. Where blanking
//! could change what the sentence says (a name inside another, or one that holds a word of the grammar) there is no
//! skeleton, and the record is read by itself.

use crate::kernel::time::Instant;
use crate::registry::model::{JuristicPerson, Officer};
use crate::registry::reading::{Reading, read_record, texts};
use crate::signing_rule::Outcome;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// How a statement was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Understood {
    /// No statement is registered.
    None,
    /// One reading covers all of it.
    Complete,
    /// Several readings.
    Ambiguous,
    /// Words that are not known, or people or a rule past the bounds.
    Unresolved,
}

/// What the import needs to know of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Understanding {
    /// How it was understood.
    pub understood: Understood,
    /// Whether nothing decides until registry officers say what it means.
    pub unread: bool,
}

/// Skeletons kept at most; records beyond are read one by one.
const MAX_SKELETONS: usize = 200_000;

/// What was read so far, shared by the threads of one import.
#[derive(Debug, Default)]
pub struct Skeletons {
    known: Mutex<HashMap<String, Understanding>>,
}

impl Skeletons {
    /// How the statement of this record is understood at this instant.
    pub fn understand(&self, record: &JuristicPerson, at: Instant) -> Understanding {
        let Some(skeleton) = skeleton(record, at) else {
            return understand(record, at);
        };
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&skeleton) {
            return *known;
        }
        let found = understand(record, at);
        let mut known = lock();
        if known.len() < MAX_SKELETONS {
            known.insert(skeleton, found);
        }
        found
    }

    /// How many different skeletons were read.
    pub fn count(&self) -> usize {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

/// Read one record by itself.
pub fn understand(record: &JuristicPerson, at: Instant) -> Understanding {
    let reading = read_record(record, &[], at);
    let understood = match reading
        .as_ref()
        .map(|reading| reading.interpretation.as_ref())
    {
        Ok(None) => Understood::None,
        Ok(Some(reading)) => match reading.outcome {
            Outcome::Complete => Understood::Complete,
            Outcome::Ambiguous => Understood::Ambiguous,
            Outcome::Unresolved => Understood::Unresolved,
        },
        // Too many people or too large a rule to decide about.
        Err(_refused) => Understood::Unresolved,
    };
    Understanding {
        understood,
        unread: reading.as_ref().is_ok_and(Reading::needs_review),
    }
}

/// Words that a sentence is made of: a name with one of them in it may be read as more than a name.
const WORDS: [&str; 22] = [
    "และ",
    "หรือ",
    "กับ",
    "ร่วม",
    "กรรมการ",
    "หุ้นส่วน",
    "ผู้",
    "ประทับ",
    "ตรา",
    "ลง",
    "คน",
    "กลุ่ม",
    "ทุก",
    "ใด",
    "อื่น",
    "เว้น",
    "ไม่",
    "ต้อง",
    "ได้",
    "โดย",
    "ทั้ง",
    "ให้",
];

/// Everything that the reading depends on, with names blanked; `None` when they cannot safely be.
fn skeleton(record: &JuristicPerson, at: Instant) -> Option<String> {
    let (statement, restriction) = texts(record);
    let statement = statement?;
    let everybody: Vec<&Officer> = record
        .officers
        .iter()
        .chain(&record.former_officers)
        .collect();
    let names: Vec<(String, String)> = everybody
        .iter()
        .map(|officer| (officer.name.full(), officer.name.without_title()))
        .collect();
    for (place, (_, bare)) in names.iter().enumerate() {
        let plain = bare.contains(' ')
            && !bare.chars().any(|letter| {
                letter.is_ascii() && letter != ' ' || letter.is_control() || letter.is_numeric()
            })
            && !WORDS.iter().any(|word| bare.contains(word));
        let inside = names
            .iter()
            .enumerate()
            .any(|(other, (_, name))| other != place && name.contains(bare.as_str()));
        if !plain || inside {
            return None;
        }
    }
    let day = at.thai_date();
    let mut skeleton = format!(
        "{}\n{}\n",
        record.juristic_type.as_str(),
        record.status.as_str()
    );
    for officer in &everybody {
        let roles: Vec<&str> = officer.roles.iter().map(|role| role.as_str()).collect();
        let left = officer.ended.is_some_and(|ended| ended <= day);
        let written = writeln!(
            skeleton,
            "{}/{}/{left}/{:?}",
            roles.join("+"),
            officer.serves_on(day),
            officer.liability
        );
        written.ok()?;
    }
    for text in [Some(statement), restriction] {
        // What stands before a name decides where it begins: with and without its title are different skeletons.
        let mut blanked = text.unwrap_or_default();
        for (place, (full, bare)) in names.iter().enumerate() {
            let letter = char::from_u32(0xE000 + u32::try_from(place).ok()? * 2)?;
            let next = char::from_u32(0xE001 + u32::try_from(place).ok()? * 2)?;
            if place >= 1_000 {
                return None;
            }
            if full != bare {
                blanked = blanked.replace(full.as_str(), letter.encode_utf8(&mut [0; 4]));
            }
            blanked = blanked.replace(bare.as_str(), next.encode_utf8(&mut [0; 4]));
        }
        skeleton.push_str(&blanked);
        skeleton.push('\n');
    }
    Some(skeleton)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::exchange;
    use serde_json::json;

    fn record(people: [(&str, &str); 3], sentence: &str) -> JuristicPerson {
        let named = |index: usize| format!("นาย{} {}", people[index].0, people[index].1);
        let text = sentence
            .replace("{ก}", &named(0))
            .replace("{ข}", &named(1))
            .replace("{ค}", &named(2));
        let rows: Vec<_> = (1..)
            .zip(people)
            .map(|(place, (first, last)): (u32, _)| json!({"Sequence": place.to_string(), "Title": "นาย", "FirstName": first, "LastName": last, "Type": "K"}))
            .collect();
        let row = json!({
            "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": "ยังดำเนินกิจการอยู่", "CommitteeInformations": rows,
            "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": text, "Type": "L"}],
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    const SENTENCES: [&str; 8] = [
        "{ก}ลงลายมือชื่อร่วมกับ{ข}และประทับตราสำคัญของบริษัท/",
        "{ก} หรือ {ข} ลงลายมือชื่อ/",
        "{ก} และ {ข} หรือ {ค} ลงลายมือชื่อร่วมกัน/",
        "กรรมการสองคนลงลายมือชื่อร่วมกัน/",
        "{ก}ลงลายมือชื่อร่วมกับกรรมการอื่นอีกหนึ่งคน/",
        "{ก}กระทำการตามที่เห็นสมควร/",
        "กรรมการกลุ่ม ก หนึ่งคนลงลายมือชื่อร่วมกับกรรมการกลุ่ม ข หนึ่งคน กรรมการกลุ่ม ก ได้แก่ {ก} {ข} กรรมการกลุ่ม ข ได้แก่ {ค}/",
        "{ก} {ข} {ค} สองในสามคนนี้ลงลายมือชื่อร่วมกัน/",
    ];

    const PEOPLE: [[(&str, &str); 3]; 6] = [
        [("กล้า", "ทดลองดี"), ("ขวัญ", "สมมติไทย"), ("คม", "ตัวอย่างชัย")],
        [("จันทร์", "ลองงาม"), ("ดำ", "ใจดี"), ("แดง", "สมมุติ")],
        // One name inside another, one with a word of the grammar in it, one written in Latin letters.
        [("คม", "ดี"), ("คม", "ดีงาม"), ("สมคม", "ดี")],
        [("กล้า", "และดี"), ("ขวัญ", "หรือไทย"), ("คม", "กรรมการ")],
        [("John", "Smith"), ("Mary", "Brown"), ("Li", "Wei")],
        [("คม", "ดี"), ("คม", "ดี"), ("กล้า", "ทดลองดี")],
    ];

    fn at() -> Instant {
        "2026-11-24T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_sentence_is_understood_as_if_it_were_read_by_itself() {
        let skeletons = Skeletons::default();
        for sentence in SENTENCES {
            for people in PEOPLE {
                let record = record(people, sentence);
                let alone = understand(&record, at());
                assert_eq!(
                    skeletons.understand(&record, at()),
                    alone,
                    "{sentence} {people:?}"
                );
                assert_eq!(
                    skeletons.understand(&record, at()),
                    alone,
                    "{sentence} {people:?}"
                );
            }
        }
        // Two boards of plain names share each skeleton.
        assert_eq!(skeletons.count(), SENTENCES.len());
    }

    #[test]
    fn another_board_or_status_is_another_skeleton() {
        let one = record(PEOPLE[0], SENTENCES[0]);
        let mut left = one.clone();
        left.officers[0].ended = Some("2026-01-01".parse().unwrap());
        let mut status = one.clone();
        status.status = crate::registry::kind::Status::from_register("ร้าง");
        let keys: Vec<_> = [&one, &left, &status]
            .map(|record| skeleton(record, at()))
            .into();
        assert!(keys.iter().all(Option::is_some));
        assert!(keys[0] != keys[1] && keys[0] != keys[2]);
        assert_eq!(skeleton(&record(PEOPLE[1], SENTENCES[0]), at()), keys[0]);
        assert_eq!(skeleton(&record(PEOPLE[2], SENTENCES[0]), at()), None);
    }
}
