//! What a reviewed rule is bound to, and what of it has changed.

use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::lang::Bilingual;
use crate::kernel::text::normalise;
use crate::kernel::time::Instant;
use crate::registry::model::{JuristicPerson, OfficerIdentity, OfficerRef, OfficerRole};
use crate::registry::reading::texts;
use crate::signing_rule::{JuristicType, SigningRule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One registered sentence of one juristic person: what a review is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Whose.
    pub registration_number: RegistrationNumber,
    /// Its type.
    pub juristic_type: JuristicType,
    /// SHA-256 of the normalised sentence; of a sentence with a limit beside it, of both.
    pub statement_sha256: Digest,
}

impl Subject {
    /// The sentence that stands registered; `None` when there is none.
    pub fn of(record: &JuristicPerson) -> Option<Self> {
        let (statement, restriction) = texts(record);
        Some(Self {
            registration_number: record.registration_number.clone(),
            juristic_type: record.juristic_type,
            statement_sha256: statement_digest(&statement?, restriction.as_deref()),
        })
    }

    /// What of it is no longer as it stands registered.
    pub fn changes(&self, record: &JuristicPerson) -> Vec<Change> {
        let (statement, restriction) = texts(record);
        let digest =
            statement.map(|statement| statement_digest(&statement, restriction.as_deref()));
        [
            (
                record.registration_number != self.registration_number,
                Change::JuristicPerson,
            ),
            (
                record.juristic_type != self.juristic_type,
                Change::JuristicType,
            ),
            (digest != Some(self.statement_sha256), Change::Statement),
        ]
        .into_iter()
        .filter_map(|(changed, change)| changed.then_some(change))
        .collect()
    }
}

/// SHA-256 of the normalised sentence. A limit beside it is part of what the officers read; the separator stands in no
/// normalised text.
pub fn statement_digest(statement: &str, restriction: Option<&str>) -> Digest {
    let mut text = normalise(statement).text;
    if let Some(restriction) = restriction {
        text.push('\u{1e}');
        text.push_str(&normalise(restriction).text);
    }
    Digest::of(text)
}

/// One officer of the juristic person as the rule was bound to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundOfficer {
    /// Which one. A reference is never given to another person.
    pub officer: OfficerRef,
    /// The offices held; none for somebody who had left.
    pub roles: Vec<OfficerRole>,
    /// Digest of the proven number behind the officer, where the register told it.
    pub proof: Option<Digest>,
}

/// Everything that must be as it was for a rule to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The sentence, whose it is and the type.
    pub subject: Subject,
    /// The people the rule names, by reference.
    pub people: Vec<BoundOfficer>,
    /// Everybody in office, where the rule counts the board.
    pub board: Option<Vec<BoundOfficer>>,
}

/// A ground on which a rule does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// It is about another juristic person.
    JuristicPerson,
    /// The juristic person is of another type now.
    JuristicType,
    /// The sentence reads otherwise now.
    Statement,
    /// Somebody named left, came back, holds another office, or is not provably the same person.
    Person(OfficerRef),
    /// The people in office are not those of then.
    Board,
}

impl Change {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JuristicPerson => "juristic_person_changed",
            Self::JuristicType => "juristic_type_changed",
            Self::Statement => "statement_changed",
            Self::Person(_) => "named_person_changed",
            Self::Board => "board_changed",
        }
    }

    /// What it means, for people.
    pub fn text(self) -> Bilingual {
        match self {
            Self::JuristicPerson => Bilingual::new(
                "เป็นเงื่อนไขของนิติบุคคลอื่น",
                "it is the rule of another juristic person",
            ),
            Self::JuristicType => Bilingual::new(
                "ประเภทนิติบุคคลเปลี่ยนไป",
                "the type of the juristic person has changed",
            ),
            Self::Statement => Bilingual::new(
                "ข้อความที่จดทะเบียนไว้เปลี่ยนไป",
                "the registered sentence has changed",
            ),
            Self::Person(officer) => Bilingual::new(
                format!("บุคคลที่ระบุไว้ ({officer}) พ้นหรือเปลี่ยนตำแหน่ง หรือไม่อาจยืนยันว่าเป็นบุคคลเดิม"),
                format!(
                    "{officer}, whom the rule names, holds another office or none, or is not provably the same person"
                ),
            ),
            Self::Board => Bilingual::new(
                "ผู้ดำรงตำแหน่งในนิติบุคคลเปลี่ยนไป",
                "the people in office are not those of then",
            ),
        }
    }
}

impl Binding {
    /// Bind a rule to what stands registered at this instant; `None` when no sentence does. References that are no
    /// officer's are passed over: a [`super::draft::Draft`] has none.
    pub fn of(
        rule: &SigningRule,
        record: &JuristicPerson,
        identities: &[OfficerIdentity],
        at: Instant,
    ) -> Option<Self> {
        let subject = Subject::of(record)?;
        let named: BTreeSet<OfficerRef> = rule
            .people()
            .into_iter()
            .flat_map(|reference| reference.parse())
            .collect();
        let board = rule
            .counts_the_board()
            .then(|| board(record, identities, at));
        Some(Self {
            subject,
            people: named
                .into_iter()
                .map(|officer| bound(record, identities, officer, at))
                .collect(),
            board,
        })
    }

    /// What keeps the rule from applying to these facts; empty when it applies.
    pub fn changes(
        &self,
        record: &JuristicPerson,
        identities: &[OfficerIdentity],
        at: Instant,
    ) -> Vec<Change> {
        let mut changes = self.subject.changes(record);
        changes.extend(
            self.people
                .iter()
                .filter(|then| !then.is_still(&bound(record, identities, then.officer, at)))
                .map(|then| Change::Person(then.officer)),
        );
        if let Some(then) = &self.board
            && !same_board(then, &board(record, identities, at))
        {
            changes.push(Change::Board);
        }
        changes
    }

    /// SHA-256 over the canonical form (RFC 8785) of the rule with its binding: what is proposed and confirmed.
    pub fn digest_with(&self, rule: &SigningRule) -> Result<Digest, CanonicalError> {
        #[derive(Serialize)]
        struct Bound<'a> {
            form: &'static str,
            binding: &'a Binding,
            rule: &'a SigningRule,
        }
        canonical_json(&Bound {
            form: "amnat-reviewed-rule/1",
            binding: self,
            rule,
        })
        .map(Digest::of)
    }
}

impl BoundOfficer {
    /// Whether this is the same person in the same offices. A number that has become known changes nobody; one that was
    /// known and differs, or is no longer known, may: doubt never lets a rule apply.
    fn is_still(&self, now: &Self) -> bool {
        self.officer == now.officer
            && self.roles == now.roles
            && (self.proof.is_none() || self.proof == now.proof)
    }
}

fn bound(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    officer: OfficerRef,
    at: Instant,
) -> BoundOfficer {
    let roles = record
        .officers_at(at)
        .find(|known| known.reference == officer)
        .map(|known| known.roles.clone())
        .unwrap_or_default();
    let proof = identities
        .iter()
        .find(|identity| identity.officer == officer)
        .map(|identity| Digest::of_parts([identity.kind.as_str().as_bytes(), &identity.index[..]]));
    BoundOfficer {
        officer,
        roles,
        proof,
    }
}

fn board(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    at: Instant,
) -> Vec<BoundOfficer> {
    let officers: BTreeSet<OfficerRef> = record
        .officers_at(at)
        .map(|officer| officer.reference)
        .collect();
    officers
        .into_iter()
        .map(|officer| bound(record, identities, officer, at))
        .collect()
}

/// The same officers in the same offices, and as many people behind them: two rows that turn out to be one person
/// change what a count means.
fn same_board(then: &[BoundOfficer], now: &[BoundOfficer]) -> bool {
    let people = |board: &[BoundOfficer]| {
        let proven: BTreeSet<&Digest> = board.iter().filter_map(|one| one.proof.as_ref()).collect();
        proven.len() + board.iter().filter(|one| one.proof.is_none()).count()
    };
    then.len() == now.len()
        && then.iter().zip(now).all(|(then, now)| then.is_still(now))
        && people(then) == people(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::exchange;
    use crate::registry::model::IdentityKind;
    use crate::signing_rule::{Clause, Rule, Scope, Seal, Span};
    use serde_json::json;

    const SENTENCE: &str = "ประธานกรรมการลงลายมือชื่อ/";

    fn company(number: &str, sentence: &str) -> JuristicPerson {
        let person = |sequence: &str, first: &str| json!({"Sequence": sequence, "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": "K"});
        let row = json!({
            "JuristicID": number, "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": "ยังดำเนินกิจการอยู่",
            "CommitteeInformations": [person("1", "กล้า"), person("2", "คม"), person("3", "ชาญ")],
            "AuthorizeDescriptions": [{"Sequence": "1", "AuthorizeDescription": sentence, "Type": "L"}],
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    fn record() -> JuristicPerson {
        company("0105569999999", SENTENCE)
    }

    fn now() -> Instant {
        "2026-11-24T03:00:00Z".parse().unwrap()
    }

    fn rule(rule: Rule) -> SigningRule {
        SigningRule::new(vec![Clause {
            rule,
            seal: Seal::NotRequired,
            span: Span { start: 0, end: 5 },
            scope: Scope::default(),
        }])
        .unwrap()
    }

    fn first() -> SigningRule {
        rule(Rule::person("off_1").unwrap())
    }

    fn any_two() -> SigningRule {
        rule(Rule::any_director(2).unwrap())
    }

    fn number(officer: u32, index: u8) -> OfficerIdentity {
        OfficerIdentity {
            officer: OfficerRef::new(officer).unwrap(),
            kind: IdentityKind::NationalId,
            index: [index; 32],
        }
    }

    fn codes(
        rule: &SigningRule,
        before: &[OfficerIdentity],
        after: &[OfficerIdentity],
        change: impl Fn(&mut JuristicPerson),
    ) -> Vec<&'static str> {
        let binding = Binding::of(rule, &record(), before, now()).unwrap();
        let mut changed = record();
        change(&mut changed);
        binding
            .changes(&changed, after, now())
            .into_iter()
            .map(Change::as_str)
            .collect()
    }

    #[test]
    fn what_does_not_matter_changes_nothing() {
        for rule in [first(), any_two()] {
            let found = codes(&rule, &[], &[], |record| {
                record.name_th = "บริษัท ใหม่ จำกัด".to_owned();
                record.capital = None;
                // The same sentence, typed otherwise.
                record.statements[0].text = SENTENCE.replace('ก', "\u{200b}ก");
            });
            assert_eq!(found, [""; 0]);
        }
    }

    #[test]
    fn another_sentence_type_or_company_ends_it() {
        let other = company("0105569999999", "ประธานกรรมการลงลายมือชื่อและประทับตรา/");
        let ended = codes(&first(), &[], &[], |record| {
            record.statements.clone_from(&other.statements)
        });
        assert_eq!(ended, ["statement_changed"]);
        let ended = codes(&first(), &[], &[], |record| record.statements.clear());
        assert_eq!(ended, ["statement_changed"]);
        let ended = codes(&first(), &[], &[], |record| {
            record.juristic_type = JuristicType::PublicLimitedCompany;
        });
        assert_eq!(ended, ["juristic_type_changed"]);
        let ended = codes(&first(), &[], &[], |record| {
            record.registration_number = "0105566999947".parse().unwrap();
        });
        assert_eq!(ended, ["juristic_person_changed"]);
    }

    #[test]
    fn a_limit_beside_the_sentence_is_part_of_it() {
        let ended = codes(&first(), &[], &[], |record| {
            let mut limit = record.statements[0].clone();
            limit.kind = crate::registry::model::StatementKind::Restriction;
            limit.text = "ห้ามกู้ยืมเงิน/".to_owned();
            record.statements.push(limit);
        });
        assert_eq!(ended, ["statement_changed"]);
        assert_ne!(
            statement_digest("กข", None),
            statement_digest("ก", Some("ข"))
        );
    }

    #[test]
    fn a_named_person_who_leaves_ends_it_and_another_does_not() {
        let leaves = |place: usize| {
            move |record: &mut JuristicPerson| {
                record.officers[place].ended = Some(now().thai_date());
            }
        };
        assert_eq!(
            codes(&first(), &[], &[], leaves(0)),
            ["named_person_changed"]
        );
        assert_eq!(codes(&first(), &[], &[], leaves(1)), [""; 0]);
        for place in 0..3 {
            assert_eq!(
                codes(&any_two(), &[], &[], leaves(place)),
                ["board_changed"]
            );
        }
        let promoted = codes(&first(), &[], &[], |record| {
            record.officers[0].roles = vec![OfficerRole::Liquidator];
        });
        assert_eq!(promoted, ["named_person_changed"]);
    }

    #[test]
    fn a_newcomer_matters_where_the_board_is_counted() {
        let joins = |record: &mut JuristicPerson| {
            let mut newcomer = record.officers[2].clone();
            newcomer.reference = OfficerRef::new(4).unwrap();
            record.officers.push(newcomer);
        };
        assert_eq!(codes(&first(), &[], &[], joins), [""; 0]);
        assert_eq!(codes(&any_two(), &[], &[], joins), ["board_changed"]);
    }

    #[test]
    fn a_number_that_becomes_known_changes_nobody_and_another_number_does() {
        let known = [number(1, 1), number(2, 2)];
        for rule in [first(), any_two()] {
            assert_eq!(codes(&rule, &[], &known, |_| ()), [""; 0]);
            assert_eq!(codes(&rule, &known, &known, |_| ()), [""; 0]);
        }
        for after in [&[number(1, 9), number(2, 2)][..], &[number(2, 2)], &[]] {
            assert_eq!(
                codes(&first(), &known, after, |_| ()),
                ["named_person_changed"]
            );
            assert_eq!(codes(&any_two(), &known, after, |_| ()), ["board_changed"]);
        }
        // Two rows turn out to be one person.
        let one = [number(1, 1), number(2, 1)];
        assert_eq!(codes(&any_two(), &[], &one, |_| ()), ["board_changed"]);
    }

    #[test]
    fn the_digest_covers_rule_and_binding() {
        let of = |rule: &SigningRule, record: &JuristicPerson| {
            Binding::of(rule, record, &[], now())
                .unwrap()
                .digest_with(rule)
                .unwrap()
        };
        let base = of(&first(), &record());
        assert_eq!(base, of(&first(), &record()));
        assert_ne!(base, of(&any_two(), &record()));
        assert_ne!(base, of(&first(), &company("0105566999947", SENTENCE)));
        assert_ne!(base, of(&first(), &company("0105569999999", "อื่น/")));
    }

    #[test]
    fn a_binding_is_stored_and_read_back() {
        let binding = Binding::of(&any_two(), &record(), &[number(1, 1)], now()).unwrap();
        let text = serde_json::to_string(&binding).unwrap();
        assert_eq!(serde_json::from_str::<Binding>(&text).unwrap(), binding);
        let silent = company("0105569999999", " ");
        assert_eq!(Binding::of(&any_two(), &silent, &[], now()), None);
    }
}
