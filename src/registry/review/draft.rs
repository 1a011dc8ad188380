//! A rule as an officer proposes it, checked against what stands registered.

use super::binding::Binding;
use crate::kernel::act::scope_word;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::registry::model::{Facts, OfficerRef};
use crate::registry::reading::Reading;
use crate::signing_rule::{
    Clause, Question, ReasonCode, Rule, RuleKind, ScopedAct, SigningRule, compile,
};

/// What an officer proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// One of the readings of an ambiguous sentence, counted from 0.
    Reading(usize),
    /// A rule of the officer's own.
    Rule(Vec<Clause>),
}

/// A proposed rule that can be used, with what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The rule.
    pub rule: SigningRule,
    /// What it is bound to.
    pub binding: Binding,
    /// The reading it is.
    pub reading: Option<usize>,
}

/// Why a proposed rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {}", detail.en)]
pub struct RuleFault {
    /// JSON Pointer (RFC 6901) to the member that is wrong.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: Bilingual,
}

fn fault(pointer: impl Into<String>, th: impl Into<String>, en: impl Into<String>) -> RuleFault {
    RuleFault {
        pointer: pointer.into(),
        detail: Bilingual::new(th, en),
    }
}

/// Check a choice against the sentence, the people and the bounds. The first member that is wrong is named.
pub fn draft(
    choice: Choice,
    facts: &Facts,
    reading: &Reading,
    at: Instant,
) -> Result<Draft, RuleFault> {
    let (rule, chosen) = match choice {
        Choice::Reading(index) => {
            let readings = reading
                .interpretation
                .as_ref()
                .map_or(&[][..], |read| read.readings.as_slice());
            let rule = readings.get(index).cloned().ok_or_else(|| {
                fault(
                    "/reading",
                    "ไม่มีคำอ่านลำดับนี้",
                    format!(
                        "the sentence has {} readings, counted from 0",
                        readings.len()
                    ),
                )
            })?;
            (rule, Some(index))
        }
        Choice::Rule(clauses) => {
            let rule = SigningRule::new(clauses)
                .map_err(|error| fault("/clauses", "ต้องมีอย่างน้อยหนึ่งข้อ", error.to_string()))?;
            check_words(&rule, reading)?;
            (rule, None)
        }
    };
    check_people(&rule, facts)?;
    let compiled = compile(&rule, &reading.board, reading.standing).map_err(|error| {
        fault(
            "/clauses",
            "เงื่อนไขมีขนาดหรือความซับซ้อนเกินกว่าที่รองรับ",
            error.to_string(),
        )
    })?;
    let everybody = Question::by(reading.board.everybody()).sealed();
    if compiled
        .decide(&everybody)
        .has_reason(ReasonCode::StatementDoesNotFit)
    {
        return Err(fault(
            "/clauses",
            "เงื่อนไขกล่าวถึงตำแหน่งที่ไม่ตรงกับประเภทหรือสถานะของนิติบุคคล",
            "the rule speaks of an office that does not sign for this type and status",
        ));
    }
    let binding = Binding::of(&rule, &facts.record, &facts.identities, at).ok_or_else(|| {
        fault(
            "/",
            "ไม่มีข้อความจดทะเบียนให้ตรวจสอบ",
            "no sentence is registered",
        )
    })?;
    Ok(Draft {
        rule,
        binding,
        reading: chosen,
    })
}

/// Every person is named by an officer reference that is or was on record.
fn check_people(rule: &SigningRule, facts: &Facts) -> Result<(), RuleFault> {
    for (index, clause) in rule.clauses().iter().enumerate() {
        let mut open: Vec<(&Rule, String)> = vec![(&clause.rule, format!("/clauses/{index}/rule"))];
        while let Some((rule, pointer)) = open.pop() {
            if let RuleKind::Person(reference) = &rule.kind {
                let known = reference
                    .parse::<OfficerRef>()
                    .is_ok_and(|reference| facts.record.officer(reference).is_some());
                if !known {
                    return Err(fault(
                        format!("{pointer}/person"),
                        "ไม่มีบุคคลนี้ในทะเบียน ให้ระบุด้วยรหัส off_ ของบุคคลในทะเบียน",
                        "nobody on record has this reference; people are named by their off_ reference",
                    ));
                }
            }
            let member = match &rule.kind {
                RuleKind::AtLeast { .. } => "at_least/of",
                RuleKind::AllOf(_) => "all_of",
                RuleKind::AnyOf(_) => "any_of",
                RuleKind::Person(_)
                | RuleKind::AnyDirector(_)
                | RuleKind::AllDirectors
                | RuleKind::Majority(_)
                | RuleKind::AnyOfPool { .. } => continue,
            };
            let parts = rule.parts().iter().enumerate();
            open.extend(
                parts
                    .rev()
                    .map(|(place, part)| (part, format!("{pointer}/{member}/{place}"))),
            );
        }
    }
    Ok(())
}

/// An officer's own rule points into the sentence and names acts that mean something.
fn check_words(rule: &SigningRule, reading: &Reading) -> Result<(), RuleFault> {
    let length = reading
        .statement
        .as_deref()
        .unwrap_or_default()
        .chars()
        .count();
    for (index, clause) in rule.clauses().iter().enumerate() {
        if clause.span.end > length {
            return Err(fault(
                format!("/clauses/{index}/span"),
                "ตำแหน่งอยู่นอกข้อความ",
                format!("the sentence has {length} characters"),
            ));
        }
        let scope = &clause.scope;
        for (member, acts) in [("acts", &scope.acts), ("except_acts", &scope.except_acts)] {
            for (place, act) in acts.iter().flatten().enumerate() {
                if let ScopedAct::Word(word) = act
                    && scope_word(word).is_none()
                {
                    return Err(fault(
                        format!("/clauses/{index}/{member}/{place}"),
                        "ไม่รู้จักการกระทำนี้",
                        "neither an act of the catalogue nor a known scope word",
                    ));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::digest::Digest;
    use crate::registry::exchange;
    use crate::registry::model::{IdentityState, RegisterVersion, VersionSource};
    use crate::registry::reading::read;
    use serde_json::{Value, json};

    const AMBIGUOUS: &str = "นายกล้า ทดลองดี และนางสาวขวัญ สมมติไทย หรือนายคม ตัวอย่างชัย ลงลายมือชื่อร่วมกัน/";

    fn now() -> Instant {
        "2026-11-24T03:00:00Z".parse().unwrap()
    }

    fn facts(sentence: &str) -> Facts {
        let person = |sequence: &str, title: &str, first: &str, last: &str| json!({"Sequence": sequence, "Title": title, "FirstName": first, "LastName": last, "Type": "K"});
        let row = json!({
            "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": "ยังดำเนินกิจการอยู่",
            "CommitteeInformations": [
                person("1", "นาย", "กล้า", "ทดลองดี"), person("2", "นางสาว", "ขวัญ", "สมมติไทย"),
                person("3", "นาย", "คม", "ตัวอย่างชัย"),
            ],
            "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": sentence, "Type": "L"}],
        });
        let record = exchange::read_line(1, &row.to_string()).unwrap();
        Facts {
            version: RegisterVersion {
                version: 1,
                valid_from: now(),
                valid_to: None,
                recorded_at: now(),
                data_as_of: now(),
                source: VersionSource::Feed,
                digest: Digest::of("record"),
                identities: IdentityState::Unavailable,
            },
            record,
            identities: Vec::new(),
        }
    }

    fn tried(clauses: Value) -> Result<Draft, RuleFault> {
        let facts = facts(AMBIGUOUS);
        let reading = read(&facts, now()).unwrap();
        let clauses = serde_json::from_value(clauses).unwrap();
        draft(Choice::Rule(clauses), &facts, &reading, now())
    }

    fn clause(rule: Value) -> Value {
        json!([{"rule": rule, "seal": "not_required", "span": [0, 10]}])
    }

    fn pointer(clauses: Value) -> String {
        tried(clauses).unwrap_err().pointer
    }

    #[test]
    fn a_reading_is_chosen_by_its_place() {
        let facts = facts(AMBIGUOUS);
        let reading = read(&facts, now()).unwrap();
        let readings = &reading.interpretation.as_ref().unwrap().readings;
        assert!(readings.len() >= 2);
        for (place, rule) in readings.iter().enumerate() {
            let draft = draft(Choice::Reading(place), &facts, &reading, now()).unwrap();
            assert_eq!(&draft.rule, rule);
            assert_eq!(draft.reading, Some(place));
            assert_eq!(draft.binding.board, None);
            assert!(!draft.binding.people.is_empty());
        }
        let beyond = draft(Choice::Reading(readings.len()), &facts, &reading, now());
        assert_eq!(beyond.unwrap_err().pointer, "/reading");
    }

    #[test]
    fn an_own_rule_is_bound_to_whom_it_names_or_counts() {
        let named = tried(clause(json!({"person": "off_2"}))).unwrap();
        assert_eq!(named.binding.people.len(), 1);
        assert_eq!(named.binding.board, None);
        let counted = tried(clause(
            json!({"all_of": [{"person": "off_2"}, {"any_director": 1}]}),
        ));
        let binding = counted.unwrap().binding;
        assert_eq!(binding.board.map(|board| board.len()), Some(3));
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_member() {
        for unknown in ["off_9", "นายกล้า ทดลองดี", "off_x"] {
            let rule = json!({"any_of": [{"person": "off_1"}, {"at_least": {"n": 1, "of": [{"person": unknown}]}}]});
            assert_eq!(
                pointer(clause(rule)),
                "/clauses/0/rule/any_of/1/at_least/of/0/person"
            );
        }
        assert_eq!(pointer(json!([])), "/clauses");
        let far = json!([{"rule": {"any_director": 1}, "seal": "required", "span": [0, 10_000]}]);
        assert_eq!(pointer(far), "/clauses/0/span");
        let acts = |acts: Value| json!([{"rule": {"any_director": 1}, "seal": "required", "span": [0, 9], "acts": acts}]);
        assert_eq!(
            pointer(acts(json!(["bank.account.opne"]))),
            "/clauses/0/acts/0"
        );
        assert!(tried(acts(json!(["bank.account.open"]))).is_ok());
        let office = json!({"any_of_pool": {"n": 1, "pool": "managing_partner"}});
        assert_eq!(pointer(clause(office)), "/clauses");
        let large: Vec<Value> = (0..3_000).map(|_| json!({"person": "off_1"})).collect();
        assert_eq!(pointer(clause(json!({"any_of": large}))), "/clauses");
    }
}
