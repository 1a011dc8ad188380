//! From facts to the board that rules are decided on.

use super::kind::{JuristicType, Status};
use super::model::{BlindIndex, Facts, JuristicPerson, Officer, OfficerIdentity, OfficerRole};
use crate::kernel::time::Instant;
use crate::signing_rule::status::Actor;
use crate::signing_rule::{Board, BoardRefusal, Liability, Member, Role, Standing};

/// Everybody in office at this instant, one row for each role, named by officer reference. Where the register told
/// the numbers behind the officers, rows of one number are one person.
pub fn board_at(facts: &Facts, at: Instant) -> Result<Board, BoardRefusal> {
    board_of(&facts.record, &facts.identities, at)
}

/// As [`board_at`], of a record that is not a version yet.
pub fn board_of(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    at: Instant,
) -> Result<Board, BoardRefusal> {
    Board::new(rows(record, identities, record.officers_at(at)))
}

/// The same numbers, with those of one person made one: somebody may stand on the register under an old and a new
/// passport, or a passport and a 13-digit number, and fills one seat all the same. `known` says who stands behind an
/// index; an index of nobody known stays as it is.
pub fn as_known_people<P: Eq>(
    identities: &[OfficerIdentity],
    known: &[(BlindIndex, P)],
) -> Vec<OfficerIdentity> {
    let person = |index: &BlindIndex| {
        let found = known.iter().find(|(of, _)| of == index);
        found.map(|(_, person)| person)
    };
    identities
        .iter()
        .map(|identity| {
            let same = person(&identity.index).and_then(|own| {
                identities
                    .iter()
                    .filter(|other| person(&other.index) == Some(own))
                    .min_by_key(|other| (other.kind.as_str(), other.index))
            });
            let (kind, index) =
                same.map_or((identity.kind, identity.index), |one| (one.kind, one.index));
            OfficerIdentity {
                officer: identity.officer,
                kind,
                index,
            }
        })
        .collect()
}

/// Everybody whose office has ended by this instant: a statement may name them still.
pub fn former_at(facts: &Facts, at: Instant) -> Vec<Member> {
    former_of(&facts.record, &facts.identities, at)
}

/// As [`former_at`], of a record that is not a version yet.
pub fn former_of(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    at: Instant,
) -> Vec<Member> {
    rows(record, identities, record.left_by(at))
}

/// Type and status together.
pub fn standing(facts: &Facts) -> Standing {
    standing_of(&facts.record)
}

/// As [`standing`], of a record that is not a version yet.
///
/// A record that lets the managers sign and yet tells of a dissolution or a successor contradicts itself: its status is
/// not known, whichever of the two is the mistake. So is one restored to the register while in liquidation: it is back
/// as what it was (CCC 1273/4).
pub fn standing_of(record: &JuristicPerson) -> Standing {
    let over = record.dissolved_on.is_some() || record.successor_number.is_some();
    let status = match record.status.rule().actor {
        Actor::Managers if over => Status::Unknown,
        Actor::Liquidators if record.successor_number.is_some() => Status::Unknown,
        _ => record.status,
    };
    Standing {
        status,
        juristic_type: record.juristic_type,
    }
}

fn rows<'a>(
    record: &JuristicPerson,
    identities: &[OfficerIdentity],
    officers: impl Iterator<Item = &'a Officer>,
) -> Vec<Member> {
    officers
        .flat_map(|officer| officer.roles.iter().map(move |role| (officer, *role)))
        .map(|(officer, role)| Member {
            id: officer.reference.to_string(),
            name: officer.name.full(),
            role: match role {
                OfficerRole::Director => Role::Director,
                OfficerRole::ManagingPartner => Role::ManagingPartner,
                OfficerRole::Partner => Role::Partner,
                OfficerRole::Liquidator => Role::Liquidator,
                OfficerRole::OfficialReceiver => Role::OfficialReceiver,
                OfficerRole::PlanPreparer => Role::PlanPreparer,
                OfficerRole::PlanAdministrator => Role::PlanAdministrator,
            },
            liability: liability(record.juristic_type, officer, role),
            person: identities
                .iter()
                .find(|identity| identity.officer == officer.reference)
                .map(|identity| {
                    format!("{}:{}", identity.kind.as_str(), hex::encode(identity.index))
                }),
        })
        .collect()
}

/// The class of a partner, as the register told it. The exchange does not tell it: in an ordinary partnership all are
/// liable without limit (CCC 1025); a registered managing partner of a limited one must be (CCC 1087); of the others
/// nothing is known.
fn liability(kind: JuristicType, officer: &Officer, role: OfficerRole) -> Option<Liability> {
    if matches!(role, OfficerRole::Partner | OfficerRole::ManagingPartner)
        && officer.liability.is_some()
    {
        return officer.liability;
    }
    match (kind, role) {
        (JuristicType::RegisteredOrdinaryPartnership, OfficerRole::Partner)
        | (_, OfficerRole::ManagingPartner) => Some(Liability::Unlimited),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::exchange;
    use crate::registry::model::IdentityKind;
    use serde_json::json;

    fn partnership() -> JuristicPerson {
        let person = |sequence: &str, first: &str, letter: &str| json!({"Sequence": sequence, "Title": "นาย", "FirstName": first, "LastName": "ดี", "Type": letter});
        let row = json!({
            "JuristicID": "0503567999988", "RegisterDate": "25690403", "JuristicName_TH": "ดอย",
            "JuristicStatus": "เลิก",
            "CommitteeInformations": [person("1", "กล้า", "K"), person("1", "กล้า", "L"), person("2", "คม", "K")],
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    fn now() -> Instant {
        "2026-11-24T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_managing_partner_is_one_person_in_two_rows() {
        let record = partnership();
        let board = board_of(&record, &[], now()).unwrap();
        assert_eq!((board.members().len(), board.people_count()), (3, 2));
        assert_eq!(board.members()[0].role, Role::ManagingPartner);
        assert_eq!(board.members()[0].liability, Some(Liability::Unlimited));
        assert_eq!(board.members()[2].liability, None);
        assert_eq!(
            standing_of(&record).status.as_str(),
            "dissolved_liquidating"
        );
    }

    #[test]
    fn officers_of_one_number_are_one_person() {
        let record = partnership();
        let identities: Vec<OfficerIdentity> = record
            .officers
            .iter()
            .map(|officer| OfficerIdentity {
                officer: officer.reference,
                kind: IdentityKind::NationalId,
                index: [3; 32],
            })
            .collect();
        let board = board_of(&record, &identities, now()).unwrap();
        assert_eq!(board.people_count(), 1);
    }

    #[test]
    fn liability_that_the_register_told_outranks_what_the_law_supposes() {
        let mut record = partnership();
        record.officers[0].liability = Some(Liability::Limited);
        record.officers[1].liability = Some(Liability::Unlimited);
        let board = board_of(&record, &[], now()).unwrap();
        let told: Vec<_> = board.members().iter().map(|row| row.liability).collect();
        assert_eq!(
            told,
            [
                Some(Liability::Limited),
                Some(Liability::Limited),
                Some(Liability::Unlimited)
            ]
        );
    }

    #[test]
    fn a_record_that_contradicts_itself_about_its_end_has_no_known_status() {
        let standing = |status: &str, dissolved: bool, followed: bool| {
            let mut record = partnership();
            record.status = Status::from_register(status);
            record.dissolved_on = dissolved.then(|| now().thai_date());
            record.successor_number = followed.then(|| "0107558000423".parse().unwrap());
            standing_of(&record).status
        };
        for (status, dissolved, followed, seen) in [
            ("active", false, false, Status::Active),
            ("active", true, false, Status::Unknown),
            ("active", false, true, Status::Unknown),
            ("restored", true, false, Status::Unknown),
            ("dissolved", true, false, Status::DissolvedLiquidating),
            ("dissolved", false, true, Status::Unknown),
            ("liquidated", true, false, Status::Liquidated),
            ("converted", false, true, Status::Converted),
            ("receivership", true, true, Status::Receivership),
        ] {
            assert_eq!(standing(status, dissolved, followed), seen, "{status}");
        }
    }

    #[test]
    fn one_person_with_two_passports_is_one_on_the_board() {
        let record = partnership();
        let identities: Vec<OfficerIdentity> = (7u8..)
            .zip(&record.officers)
            .map(|(byte, officer)| OfficerIdentity {
                officer: officer.reference,
                kind: IdentityKind::Passport,
                index: [byte; 32],
            })
            .collect();
        let people = |known: &[([u8; 32], &str)]| {
            let identities = as_known_people(&identities, known);
            board_of(&record, &identities, now())
                .unwrap()
                .people_count()
        };
        assert_eq!(people(&[]), 2);
        assert_eq!(people(&[([7; 32], "a")]), 2);
        assert_eq!(people(&[([7; 32], "a"), ([8; 32], "b")]), 2);
        assert_eq!(people(&[([7; 32], "a"), ([8; 32], "a")]), 1);
    }

    #[test]
    fn who_left_is_on_no_board() {
        let mut record = partnership();
        record.officers[1].ended = Some(now().thai_date());
        let board = board_of(&record, &[], now()).unwrap();
        assert_eq!(board.people_count(), 1);
        assert_eq!(former_of(&record, &[], now())[0].id, "off_2");
    }
}
