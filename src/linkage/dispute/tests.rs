//! When a dispute keeps a link from counting, who may settle it, and what ends it.

use super::*;
use crate::kernel::id::SeededRandomness;
use crate::linkage::matching::tests::{facts, reference};
use std::time::Duration;

fn at(second: u64) -> Instant {
    let start: Instant = "2026-11-24T03:00:00Z".parse().unwrap();
    start.plus(Duration::from_secs(second))
}

fn person(seed: u64) -> PersonRef {
    PersonRef::generate(&SeededRandomness::new(seed))
}

/// A dispute of the link to the first officer, opened at second 10.
fn dispute(facts: &Facts) -> Dispute {
    Dispute {
        id: DisputeId::generate(&SeededRandomness::new(1)),
        registration_number: facts.record.registration_number.clone(),
        officer: reference(1),
        kind: IdentityKind::NationalId,
        index: facts.identities[0].index,
        registry_version: facts.version.version,
        claim: Claim::Never,
        opener: person(1),
        opened_as: OpenedAs::Person,
        opened_at: at(10),
        reason: "never heard of them".to_owned(),
        settlement: None,
    }
}

fn settled(dispute: Dispute, verdict: Verdict) -> Dispute {
    Dispute {
        settlement: Some(Settlement {
            verdict,
            officer: RegistryOfficerId::generate(&SeededRandomness::new(9)),
            at: at(20),
            reason: "seen the papers".to_owned(),
        }),
        ..dispute
    }
}

#[test]
fn an_open_or_upheld_dispute_keeps_the_link_from_counting_and_a_rejected_one_does_not() {
    let facts = facts();
    let open = dispute(&facts);
    let upheld = settled(open.clone(), Verdict::Upheld);
    let rejected = settled(open.clone(), Verdict::Rejected);
    let told = |dispute: &Dispute, second| {
        against(
            std::slice::from_ref(dispute),
            &facts,
            &[reference(1)],
            at(second),
        )
    };
    for dispute in [&open, &upheld, &rejected] {
        assert_eq!(told(dispute, 9), None, "not opened yet");
        assert_eq!(told(dispute, 10), Some(DisputeState::Open));
        assert_eq!(told(dispute, 19), Some(DisputeState::Open));
    }
    assert_eq!(told(&open, 20), Some(DisputeState::Open));
    assert_eq!(told(&upheld, 20), Some(DisputeState::Upheld));
    assert_eq!(told(&rejected, 20), None);
    let both = [rejected, upheld, open];
    assert_eq!(
        against(&both, &facts, &[reference(1)], at(30)),
        Some(DisputeState::Upheld)
    );
    assert_eq!(against(&both, &facts, &[reference(2)], at(30)), None);
    assert_eq!(
        against(&both, &facts, &[reference(2), reference(1)], at(30)),
        Some(DisputeState::Upheld)
    );
}

#[test]
fn another_number_or_a_new_appointment_ends_what_an_upheld_dispute_says() {
    let mut facts = facts();
    let upheld = settled(dispute(&facts), Verdict::Upheld);
    assert!(upheld.concerns(&facts, reference(1)));
    facts.record.officers[0].appointed = Some("2026-11-24".parse().unwrap());
    assert!(upheld.concerns(&facts, reference(1)), "the same day");
    facts.record.officers[0].appointed = Some("2026-11-25".parse().unwrap());
    assert!(!upheld.concerns(&facts, reference(1)));
    facts.record.officers[0].appointed = None;
    facts.identities[0].index = [1; 32];
    assert!(!upheld.concerns(&facts, reference(1)));
}

#[test]
fn whoever_opened_it_or_is_meant_does_not_settle_it() {
    let facts = facts();
    let open = dispute(&facts);
    assert_eq!(open.may_settle(&person(2), &[[1; 32]]), Ok(()));
    assert_eq!(open.may_settle(&person(1), &[]), Err(Refusal::Party));
    let meant = [[1; 32], facts.identities[0].index];
    assert_eq!(open.may_settle(&person(2), &meant), Err(Refusal::Party));
    let rejected = settled(open, Verdict::Rejected);
    assert_eq!(rejected.may_settle(&person(2), &[]), Err(Refusal::Settled));
}

#[test]
fn a_link_is_disputed_once_at_a_time_and_not_again_without_news() {
    let mut facts = facts();
    let opens = |disputes: &[Dispute], facts: &Facts, by: u64| {
        may_open(disputes, facts, reference(1), &person(by))
    };
    let open = dispute(&facts);
    assert_eq!(opens(&[], &facts, 1), Ok(()));
    assert_eq!(
        opens(std::slice::from_ref(&open), &facts, 2),
        Err(Refusal::AlreadyDisputed)
    );
    let upheld = settled(open.clone(), Verdict::Upheld);
    assert_eq!(opens(&[upheld], &facts, 2), Err(Refusal::AlreadyDisputed));
    let rejected = settled(open, Verdict::Rejected);
    assert_eq!(
        opens(std::slice::from_ref(&rejected), &facts, 1),
        Err(Refusal::RejectedBefore)
    );
    assert_eq!(opens(std::slice::from_ref(&rejected), &facts, 2), Ok(()));
    facts.version.version += 1;
    assert_eq!(opens(&[rejected], &facts, 1), Ok(()));
}

#[test]
fn every_word_is_found_again_and_told_in_both_languages() {
    for claim in Claim::ALL {
        assert_eq!(Claim::find(claim.as_str()), Some(*claim));
        assert!(!claim.text().th.is_empty() && !claim.text().en.is_empty());
    }
    for opened in OpenedAs::ALL {
        assert_eq!(OpenedAs::find(opened.as_str()), Some(*opened));
    }
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::find(verdict.as_str()), Some(*verdict));
    }
}
