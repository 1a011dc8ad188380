//! The table of steps, and the whole machine against a twin that keeps nothing but a list of what happened.

use super::*;
use crate::kernel::id::SeededRandomness;
use crate::signing_rule::{Clause, JuristicType, Rule, Scope, Seal, Span};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

fn start() -> Instant {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn at(tick: u64) -> Instant {
    start().plus(Duration::from_secs(tick))
}

fn officer(name: u8) -> RegistryOfficerId {
    RegistryOfficerId::generate(&SeededRandomness::new(u64::from(name)))
}

fn act(name: u8, tick: u64) -> Act {
    Act {
        officer: officer(name),
        at: at(tick),
        reason: "reason".to_owned(),
    }
}

fn subject(world: u8) -> Subject {
    Subject {
        registration_number: "0105569999999".parse().unwrap(),
        juristic_type: JuristicType::LimitedCompany,
        statement_sha256: Digest::of([world]),
    }
}

fn proposal(number: u64, world: u8, by: u8, tick: u64) -> Proposal {
    let rule = SigningRule::new(vec![Clause {
        rule: Rule::any_director(1).unwrap(),
        seal: Seal::NotRequired,
        span: Span { start: 0, end: 1 },
        scope: Scope::default(),
    }])
    .unwrap();
    Proposal {
        id: ProposalId::generate(&SeededRandomness::new(number)),
        rule,
        binding: Binding {
            subject: subject(world),
            people: Vec::new(),
            board: None,
        },
        digest: Digest::of(number.to_be_bytes()),
        reading: None,
        proposed: act(by, tick),
        state: ProposalState::Open,
    }
}

fn empty() -> ReviewCase {
    ReviewCase {
        id: ReviewId::generate(&SeededRandomness::new(9)),
        subject: subject(0),
        statement: "ประธานกรรมการลงลายมือชื่อ".to_owned(),
        restriction: None,
        opened_at: start(),
        queued: true,
        queued_since: start(),
        version: 1,
        proposals: Vec::new(),
    }
}

/// What has changed in a world where a sentence is all there is.
fn in_world(world: u8) -> impl Fn(&Binding) -> Vec<Change> {
    move |binding| match binding.subject == subject(world) {
        true => Vec::new(),
        false => vec![Change::Statement],
    }
}

fn with(proposals: Vec<Proposal>) -> ReviewCase {
    ReviewCase {
        proposals,
        ..empty()
    }
}

fn confirmation<'a>(of: &'a Proposal, by: u8) -> Confirmation<'a> {
    Confirmation {
        proposal: &of.id,
        digest: of.digest,
        act: act(by, 5),
        proposer_serves: true,
    }
}

fn confirmed(case: ReviewCase, by: u8) -> ReviewCase {
    let open = case.open().unwrap().clone();
    let steps = case.confirm(confirmation(&open, by), in_world(0)).unwrap();
    steps
        .iter()
        .fold(case, |case, step| case.take(step).unwrap())
}

#[test]
fn another_officer_confirms_and_the_same_never_does() {
    let case = with(vec![proposal(1, 0, 1, 1)]);
    let open = case.proposals[0].clone();
    assert_eq!(case.state(), CaseState::Proposed);
    assert_eq!(case.reviewed(), []);
    assert_eq!(
        case.confirm(confirmation(&open, 1), in_world(0)),
        Err(Refusal::SameOfficer)
    );
    let case = confirmed(case, 2);
    assert_eq!(case.state(), CaseState::Confirmed);
    let rule = case.reviewed().remove(0);
    assert_eq!(rule.proposed.officer, officer(1));
    assert_eq!(rule.confirmed.officer, officer(2));
    assert!(!rule.in_force(at(4)) && rule.in_force(at(5)));
}

#[test]
fn a_confirmation_is_of_the_very_digest_and_of_an_unchanged_register() {
    let case = with(vec![proposal(1, 0, 1, 1)]);
    let open = &case.proposals[0];
    let other = Confirmation {
        digest: Digest::of("other"),
        ..confirmation(open, 2)
    };
    assert_eq!(case.confirm(other, in_world(0)), Err(Refusal::OtherDigest));
    assert_eq!(
        case.confirm(confirmation(open, 2), in_world(1)),
        Err(Refusal::Outdated(vec![Change::Statement]))
    );
    let left = Confirmation {
        proposer_serves: false,
        ..confirmation(open, 2)
    };
    assert_eq!(case.confirm(left, in_world(0)), Err(Refusal::ProposerLeft));
    let unknown = ProposalId::generate(&SeededRandomness::new(77));
    let nothing = Confirmation {
        proposal: &unknown,
        ..confirmation(open, 2)
    };
    assert_eq!(
        case.confirm(nothing, in_world(0)),
        Err(Refusal::UnknownProposal)
    );
}

#[test]
fn one_officer_stops_what_two_started() {
    let case = confirmed(with(vec![proposal(1, 0, 1, 1)]), 2);
    let id = case.proposals[0].id.clone();
    for by in [1, 2, 3] {
        let step = case.reject(&id, act(by, 8)).unwrap();
        assert_eq!(step.kind, StepKind::Revoked);
        let case = case.clone().take(&step).unwrap();
        assert_eq!(case.state(), CaseState::Waiting);
        let rule = case.reviewed().remove(0);
        // What was known before is not rewritten.
        assert!(rule.in_force(at(7)) && !rule.in_force(at(8)));
        assert_eq!(
            case.reject(&id, act(3, 9)),
            Err(Refusal::WrongState("revoked"))
        );
    }
}

#[test]
fn a_proposal_is_withdrawn_by_its_officer_and_rejected_by_others() {
    let case = with(vec![proposal(1, 0, 1, 1)]);
    let id = &case.proposals[0].id;
    for (by, kind) in [(1, StepKind::Withdrawn), (2, StepKind::Rejected)] {
        let step = case.reject(id, act(by, 3)).unwrap();
        assert_eq!(step.kind, kind);
        let ended = case.clone().take(&step).unwrap();
        assert_eq!(ended.state(), CaseState::Waiting);
        assert_eq!(
            ended.confirm(confirmation(&case.proposals[0], 2), in_world(0)),
            Err(Refusal::WrongState(kind.as_str()))
        );
        assert_eq!(ended.proposals.len(), 1, "nothing is dropped");
    }
}

#[test]
fn one_proposal_waits_at_a_time_and_an_outdated_one_makes_room() {
    let case = with(vec![proposal(1, 0, 1, 1)]);
    assert_eq!(
        case.propose(&act(2, 3), in_world(0)),
        Err(Refusal::AlreadyProposed)
    );
    let step = case.propose(&act(2, 3), in_world(1)).unwrap().unwrap();
    assert_eq!(step.kind, StepKind::Superseded);
    let case = case.take(&step).unwrap();
    assert_eq!(case.propose(&act(2, 3), in_world(1)), Ok(None));
}

#[test]
fn revoking_a_replacement_does_not_bring_the_old_rule_back() {
    let mut case = confirmed(with(vec![proposal(1, 0, 1, 1)]), 2);
    case.proposals.push(proposal(2, 0, 2, 3));
    assert_eq!(case.state(), CaseState::Proposed);
    let case = confirmed(case, 1);
    let second = case.proposals[1].id.clone();
    let step = case.reject(&second, act(3, 9)).unwrap();
    let case = case.take(&step).unwrap();
    assert!(case.reviewed().iter().all(|rule| !rule.in_force(at(9))));
}

#[test]
fn no_step_follows_that_the_table_does_not_have() {
    let confirmed = ProposalState::Open
        .after(StepKind::Confirmed, act(2, 2))
        .unwrap();
    for kind in StepKind::ALL {
        assert_eq!(StepKind::from_stored(kind.as_str()), Some(kind));
        assert_eq!(
            ProposalState::Open.after(kind, act(2, 2)).is_some(),
            kind != StepKind::Revoked
        );
        assert_eq!(
            confirmed.clone().after(kind, act(2, 2)).is_some(),
            kind == StepKind::Revoked
        );
        if let Some(ended) = ProposalState::Open.after(kind, act(2, 2))
            && kind != StepKind::Confirmed
        {
            assert_eq!(ended.after(StepKind::Revoked, act(2, 2)), None);
        }
    }
}

#[test]
fn every_refusal_is_told_in_both_languages() {
    for refusal in [
        Refusal::UnknownProposal,
        Refusal::AlreadyProposed,
        Refusal::WrongState("open"),
        Refusal::SameOfficer,
        Refusal::ProposerLeft,
        Refusal::OtherDigest,
        Refusal::Outdated(vec![Change::Board, Change::Statement]),
    ] {
        let words = refusal.words();
        assert!(words.th.chars().any(|c| ('ก'..='๛').contains(&c)));
        assert!(!words.en.is_empty());
    }
}

/// What can happen, in a world of three officers and a few sentences.
#[derive(Debug, Clone)]
enum Event {
    Propose(u8),
    Confirm { by: u8, place: usize, right: bool },
    Reject { by: u8, place: usize },
    World(u8),
    Leave(u8),
    Return(u8),
}

fn event() -> impl Strategy<Value = Event> {
    let who = 1u8..4;
    prop_oneof![
        3 => who.clone().prop_map(Event::Propose),
        4 => (who.clone(), 0usize..6, prop::bool::weighted(0.8))
            .prop_map(|(by, place, right)| Event::Confirm { by, place, right }),
        2 => (who.clone(), 0usize..6).prop_map(|(by, place)| Event::Reject { by, place }),
        1 => (0u8..2).prop_map(Event::World),
        1 => who.clone().prop_map(Event::Leave),
        1 => who.prop_map(Event::Return),
    ]
}

/// The twin: what happened, and nothing worked out in advance.
#[derive(Default)]
struct Twin {
    /// Who proposed in which world, and what was done about it.
    proposals: Vec<(u8, u8, Vec<&'static str>)>,
}

impl Twin {
    fn waiting(&self) -> Option<usize> {
        self.proposals
            .iter()
            .position(|(_, _, done)| done.is_empty())
    }

    /// The proposal that decides in this world.
    fn decides(&self, world: u8) -> Option<usize> {
        self.proposals
            .iter()
            .position(|(_, then, done)| *then == world && done.as_slice() == ["confirmed"])
    }

    fn propose(&mut self, by: u8, world: u8) -> bool {
        if let Some(place) = self.waiting() {
            if self.proposals[place].1 == world {
                return false;
            }
            self.proposals[place].2.push("superseded");
        }
        self.proposals.push((by, world, Vec::new()));
        true
    }

    fn confirm(
        &mut self,
        by: u8,
        place: usize,
        right: bool,
        world: u8,
        serving: &BTreeSet<u8>,
    ) -> bool {
        let fits = self
            .proposals
            .get(place)
            .is_some_and(|(proposer, then, done)| {
                done.is_empty()
                    && *proposer != by
                    && serving.contains(proposer)
                    && right
                    && *then == world
            });
        if fits {
            for (_, _, done) in &mut self.proposals {
                if done.as_slice() == ["confirmed"] {
                    done.push("revoked");
                }
            }
            self.proposals[place].2.push("confirmed");
        }
        fits
    }

    fn reject(&mut self, by: u8, place: usize) -> bool {
        let Some((proposer, _, done)) = self.proposals.get_mut(place) else {
            return false;
        };
        let word = match done.as_slice() {
            [] if *proposer == by => "withdrawn",
            [] => "rejected",
            ["confirmed"] => "revoked",
            _ => return false,
        };
        done.push(word);
        true
    }
}

proptest! {
    #[test]
    fn the_machine_does_what_its_twin_does(events in prop::collection::vec(event(), 1..60)) {
        let (mut case, mut twin) = (empty(), Twin::default());
        let (mut world, mut serving) = (0u8, BTreeSet::from([1u8, 2, 3]));
        for (tick, event) in (1u64..).zip(events) {
            // Who is not on the list does nothing: the service asks before the machine is asked.
            match event {
                Event::World(other) => world = other,
                Event::Leave(who) => { serving.remove(&who); }
                Event::Return(who) => { serving.insert(who); }
                Event::Propose(by) if serving.contains(&by) => {
                    let room = case.propose(&act(by, tick), in_world(world));
                    prop_assert_eq!(room.is_ok(), twin.propose(by, world));
                    if let Ok(room) = room {
                        if let Some(step) = room {
                            case = case.take(&step).unwrap();
                        }
                        case.proposals.push(proposal(tick, world, by, tick));
                    }
                }
                Event::Confirm { by, place, right } if serving.contains(&by) => {
                    let Some(of) = case.proposals.get(place).cloned() else { continue };
                    let names = |id: &RegistryOfficerId| (1..4).find(|name| officer(*name) == *id).unwrap();
                    let asked = Confirmation {
                        proposal: &of.id,
                        digest: if right { of.digest } else { Digest::of("other") },
                        act: act(by, tick),
                        proposer_serves: serving.contains(&names(&of.proposed.officer)),
                    };
                    let steps = case.confirm(asked, in_world(world));
                    prop_assert_eq!(steps.is_ok(), twin.confirm(by, place, right, world, &serving));
                    for step in steps.unwrap_or_default() {
                        case = case.take(&step).unwrap();
                    }
                }
                Event::Reject { by, place } if serving.contains(&by) => {
                    let Some(of) = case.proposals.get(place).cloned() else { continue };
                    let step = case.reject(&of.id, act(by, tick));
                    prop_assert_eq!(step.is_ok(), twin.reject(by, place));
                    if let Ok(step) = step {
                        case = case.take(&step).unwrap();
                    }
                }
                Event::Propose(_) | Event::Confirm { .. } | Event::Reject { .. } => {}
            }
            let now = at(tick);
            let rules = case.reviewed();
            let fitting: Vec<&ReviewedRule> = rules
                .iter()
                .filter(|rule| rule.in_force(now) && in_world(world)(&rule.binding).is_empty())
                .collect();
            prop_assert!(fitting.len() <= 1);
            let decides = fitting.first().map(|rule| rule.proposal.clone());
            prop_assert_eq!(decides, twin.decides(world).map(|place| case.proposals[place].id.clone()));
            for rule in &rules {
                prop_assert_ne!(&rule.proposed.officer, &rule.confirmed.officer);
            }
            let state = match (twin.waiting(), twin.proposals.iter().any(|(_, _, done)| done.as_slice() == ["confirmed"])) {
                (Some(_), _) => CaseState::Proposed,
                (None, true) => CaseState::Confirmed,
                (None, false) => CaseState::Waiting,
            };
            prop_assert_eq!(case.state(), state);
        }
    }
}
