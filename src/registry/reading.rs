//! What the registered statement of a juristic person means for the people on record at one instant.

use super::board::{board_of, former_of, standing_of};
use super::model::{Facts, JuristicPerson, OfficerIdentity, StatementKind};
use super::review::{ReviewedRule, deciding};
use crate::kernel::time::Instant;
use crate::signing_rule::{
    Board, BoardRefusal, CompileRefusal, CompiledRule, Interpretation, Outcome, Register, Standing,
    compile, compile_without_statement, decided_by_standing, interpret,
};

/// A statement, read and compiled. Pure data, to be kept and asked many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The registered text that was read, letter by letter; spans point into it. `None` when nothing is registered.
    pub statement: Option<String>,
    /// A registered limit on managing partners' power that is not read as part of the statement (`M` of the exchange).
    /// With one, the statement does not stand alone and is never complete.
    pub restriction: Option<String>,
    /// The people in office.
    pub board: Board,
    /// Type and status.
    pub standing: Standing,
    /// How far the reading got; `None` when nothing is registered.
    pub interpretation: Option<Interpretation>,
    /// The rule that two registry officers read it to mean, when it applies to these people. It outranks the reading.
    pub reviewed: Option<ReviewedRule>,
    /// What decides: the reviewed rule, the rule of a complete reading, or what status and law settle without a
    /// statement. `None` when the statement needs review.
    pub compiled: Option<CompiledRule>,
}

impl Reading {
    /// How far the reading got; a statement that is not there is not understood.
    pub fn outcome(&self) -> Outcome {
        self.interpretation
            .as_ref()
            .map_or(Outcome::Unresolved, |reading| reading.outcome)
    }

    /// Whether there is a sentence that nothing decides about until registry officers say what it means.
    pub fn needs_review(&self) -> bool {
        self.statement.is_some() && self.compiled.is_none()
    }
}

/// Why nothing can be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingRefusal {
    /// More people than can be decided about.
    #[error(transparent)]
    Board(#[from] BoardRefusal),
    /// A rule past the bounds.
    #[error(transparent)]
    Compile(#[from] CompileRefusal),
}

/// Read the statement of a version for the people in office at this instant.
pub fn read(facts: &Facts, at: Instant) -> Result<Reading, ReadingRefusal> {
    read_record(&facts.record, &facts.identities, at)
}

/// As [`read`], with the rules that registry officers ever confirmed for this juristic person: the one that applies to
/// these facts at this instant, by what was known at `known_at`, decides. `people` are the numbers behind the officers
/// with those of one known person made one ([`super::board::as_known_people`]).
pub fn read_reviewed(
    facts: &Facts,
    people: &[OfficerIdentity],
    rules: &[ReviewedRule],
    at: Instant,
    known_at: Instant,
) -> Result<Reading, ReadingRefusal> {
    let reviewed = deciding(rules, facts, at, known_at);
    read_with(&facts.record, people, at, reviewed)
}

/// As [`read`], of a record that is not a version yet.
pub fn read_record(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    at: Instant,
) -> Result<Reading, ReadingRefusal> {
    read_with(record, identities, at, None)
}

fn read_with(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    at: Instant,
    reviewed: Option<&ReviewedRule>,
) -> Result<Reading, ReadingRefusal> {
    let board = board_of(record, identities, at)?;
    let standing = standing_of(record);
    let (statement, restriction) = texts(record);
    let interpretation = statement.as_deref().map(|text| {
        if restriction.is_some() {
            return Interpretation {
                outcome: Outcome::Unresolved,
                rule: None,
                readings: Vec::new(),
                unresolved_spans: Vec::new(),
                flags: Vec::new(),
            };
        }
        let former = former_of(record, identities, at);
        interpret(
            text,
            &Register {
                board: &board,
                former: &former,
                juristic_type: Some(record.juristic_type),
            },
        )
    });
    let read = interpretation
        .as_ref()
        .filter(|reading| reading.outcome == Outcome::Complete)
        .and_then(|reading| reading.rule.as_ref());
    // Where the status settles everything, no rule is decided on.
    let reviewed = reviewed.filter(|_| decided_by_standing(standing).is_none());
    let rule = reviewed.map(|reviewed| &reviewed.rule).or(read);
    let compiled = match rule {
        Some(rule) => Some(compile(rule, &board, standing)?),
        // A statement that is there and not understood may say more than the law does.
        None if interpretation.is_some() && decided_by_standing(standing).is_none() => None,
        None => compile_without_statement(&board, standing),
    };
    let compiled = match (compiled, &record.successor_number) {
        (Some(compiled), Some(successor)) => Some(compiled.with_successor(successor.clone())),
        (compiled, _) => compiled,
    };
    Ok(Reading {
        statement,
        restriction,
        board,
        standing,
        interpretation,
        reviewed: reviewed.cloned(),
        compiled,
    })
}

/// The statement and, apart from it, a limit that changes it. A partnership may register its statement as the limit
/// alone (CCC 1064, 1078); `ไม่มี` and a dash are no limit.
pub(super) fn texts(record: &JuristicPerson) -> (Option<String>, Option<String>) {
    let statement = record.authority_text();
    let limits: String = record
        .texts(StatementKind::Restriction)
        .filter(|statement| {
            !matches!(
                statement.words().trim_matches(['-', ' ']),
                "" | "ไม่มี" | "ไม่มีข้อจำกัด"
            )
        })
        .map(|statement| statement.text.as_str())
        .collect();
    let limit = (!limits.trim().is_empty()).then_some(limits);
    match (statement, limit) {
        (None, limit) => (limit, None),
        both => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::exchange;
    use crate::registry::model::OfficerRole;
    use crate::signing_rule::{Decision, People, Question};
    use serde_json::json;

    fn now() -> Instant {
        "2026-11-24T03:00:00Z".parse().unwrap()
    }

    fn company(status: &str) -> JuristicPerson {
        record(COMPANY, status, &[("L", "กรรมการหนึ่งคนลงลายมือชื่อ/")])
    }

    fn read_texts(number: &str, status: &str, texts: &[(&str, &str)]) -> Reading {
        read_record(&record(number, status, texts), &[], now()).unwrap()
    }

    fn record(number: &str, status: &str, texts: &[(&str, &str)]) -> JuristicPerson {
        let person = |sequence: &str, first: &str, letter: &str| json!({"Sequence": sequence, "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": letter});
        let mut people = vec![person("1", "กล้า", "K"), person("2", "คม", "K")];
        if &number[3..4] == "3" {
            people.push(person("1", "กล้า", "L"));
        }
        let texts: Vec<_> = texts
            .iter()
            .map(|(letter, text)| json!({"Sequence": "1", "AuthorizeDescription": text, "Type": letter}))
            .collect();
        let row = json!({
            "JuristicID": number, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": status, "CommitteeInformations": people, "AuthorizeDescriptions": texts,
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    const COMPANY: &str = "0105569999999";
    const PARTNERSHIP: &str = "0503567999988";
    const ACTIVE: &str = "ยังดำเนินกิจการอยู่";

    fn decides(reading: &Reading, signers: &[&str]) -> Option<Decision> {
        let people = signers
            .iter()
            .map(|signer| reading.board.people_named(signer))
            .fold(People::NONE, People::union);
        let compiled = reading.compiled.as_ref()?;
        Some(compiled.decide(&Question::by(people)).decision)
    }

    #[test]
    fn a_complete_statement_decides_by_officer_references() {
        let reading = read_texts(COMPANY, ACTIVE, &[("L", "กรรมการสองคนลงลายมือชื่อร่วมกัน/")]);
        assert_eq!(reading.outcome(), Outcome::Complete);
        assert_eq!(
            decides(&reading, &["off_1", "off_2"]),
            Some(Decision::Permit)
        );
        assert_eq!(decides(&reading, &["off_1"]), Some(Decision::Deny));
    }

    #[test]
    fn a_limit_beside_the_statement_needs_review() {
        let statement = ("L", "หุ้นส่วนผู้จัดการลงลายมือชื่อ/");
        let free = read_texts(PARTNERSHIP, ACTIVE, &[statement, ("M", "- ไม่มี -/")]);
        assert_eq!(free.outcome(), Outcome::Complete);
        assert_eq!(decides(&free, &["off_1"]), Some(Decision::Permit));
        let limited = read_texts(PARTNERSHIP, ACTIVE, &[statement, ("M", "ห้ามกู้ยืมเงิน/")]);
        assert_eq!(limited.outcome(), Outcome::Unresolved);
        assert_eq!(limited.restriction.as_deref(), Some("ห้ามกู้ยืมเงิน/"));
        assert_eq!(limited.compiled, None);
    }

    #[test]
    fn a_statement_registered_as_the_limit_alone_is_read() {
        let reading = read_texts(PARTNERSHIP, ACTIVE, &[("M", "หุ้นส่วนผู้จัดการลงลายมือชื่อ/")]);
        assert_eq!(reading.outcome(), Outcome::Complete);
        assert_eq!(reading.restriction, None);
    }

    #[test]
    fn a_plan_administrator_on_record_is_never_more_than_a_question() {
        let reading = read_texts(COMPANY, "ฟื้นฟูกิจการ", &[("L", "กรรมการหนึ่งคนลงลายมือชื่อ/")]);
        assert_eq!(decides(&reading, &["off_1"]), Some(Decision::Indeterminate));
        let mut record = company("ฟื้นฟูกิจการ");
        record.officers[1].roles = vec![OfficerRole::PlanAdministrator];
        let reading = read_record(&record, &[], now()).unwrap();
        assert_eq!(decides(&reading, &["off_1"]), Some(Decision::Deny));
        assert_eq!(
            decides(&reading, &["off_1", "off_2"]),
            Some(Decision::Indeterminate)
        );
    }

    #[test]
    fn a_converted_company_names_its_successor() {
        let mut record = company("แปรสภาพ");
        record.successor_number = "0107558000423".parse().ok();
        let reading = read_record(&record, &[], now()).unwrap();
        let verdict = reading
            .compiled
            .unwrap()
            .decide(&Question::by(People::NONE));
        assert_eq!(verdict.decision, Decision::Deny);
        assert!(verdict.reasons[0].detail.en.contains("0107558000423"));
    }

    #[test]
    fn without_a_statement_nothing_decides_but_status_and_law() {
        let silent = read_texts(COMPANY, ACTIVE, &[]);
        assert_eq!((silent.interpretation, silent.compiled), (None, None));
        let struck_off = read_texts(COMPANY, "ร้าง", &[]);
        assert_eq!(
            decides(&struck_off, &["off_1", "off_2"]),
            Some(Decision::Deny)
        );
    }
}
