//! Which reviews of a juristic person belong in the queue.

use super::binding::Subject;
use super::case::ReviewCase;
use crate::kernel::id::ReviewId;
use crate::kernel::time::Instant;

/// A place in the queue: since when a review stands there, and which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePlace {
    /// Since when.
    pub since: Instant,
    /// Which review.
    pub review: ReviewId,
}

/// One change of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The sentence has no review yet: open one.
    Open(Subject),
    /// Put this one into the queue.
    Queue(ReviewId),
    /// Take this one out.
    Settle(ReviewId),
}

/// What to change, given every review there is, the sentence that stands registered, and whether nothing decides about
/// it. A review belongs in the queue while its sentence is the registered one and somebody has to act: because nothing
/// decides, or because a proposal waits.
pub fn moves(cases: &[ReviewCase], current: Option<&Subject>, needs_review: bool) -> Vec<Move> {
    let mut moves: Vec<Move> = cases
        .iter()
        .filter_map(|case| {
            let wanted = current == Some(&case.subject) && (needs_review || case.open().is_some());
            match (wanted, case.queued) {
                (true, false) => Some(Move::Queue(case.id.clone())),
                (false, true) => Some(Move::Settle(case.id.clone())),
                _ => None,
            }
        })
        .collect();
    if let Some(current) = current
        && needs_review
        && !cases.iter().any(|case| case.subject == *current)
    {
        moves.push(Move::Open(current.clone()));
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::digest::Digest;
    use crate::kernel::id::SeededRandomness;
    use crate::signing_rule::JuristicType;

    fn subject(sentence: &str) -> Subject {
        Subject {
            registration_number: "0105569999999".parse().unwrap(),
            juristic_type: JuristicType::LimitedCompany,
            statement_sha256: Digest::of(sentence),
        }
    }

    fn case(sentence: &str, queued: bool) -> ReviewCase {
        let now: Instant = "2026-11-24T03:00:00Z".parse().unwrap();
        ReviewCase {
            id: ReviewId::generate(&SeededRandomness::new(sentence.len() as u64)),
            subject: subject(sentence),
            statement: sentence.to_owned(),
            restriction: None,
            opened_at: now,
            queued,
            queued_since: now,
            version: 1,
            proposals: Vec::new(),
        }
    }

    #[test]
    fn a_sentence_is_queued_while_nothing_decides_about_it() {
        let now = subject("now");
        assert_eq!(moves(&[], Some(&now), true), [Move::Open(now.clone())]);
        assert_eq!(moves(&[], Some(&now), false), []);
        assert_eq!(moves(&[], None, false), []);
        let queued = case("now", true);
        assert_eq!(moves(std::slice::from_ref(&queued), Some(&now), true), []);
        let settle = [Move::Settle(queued.id.clone())];
        assert_eq!(
            moves(std::slice::from_ref(&queued), Some(&now), false),
            settle
        );
        assert_eq!(moves(&[queued], None, false), settle);
        let settled = case("now", false);
        let queue = [Move::Queue(settled.id.clone())];
        assert_eq!(moves(&[settled], Some(&now), true), queue);
    }

    #[test]
    fn another_sentence_ends_the_review_of_the_one_before() {
        let before = case("before", true);
        let now = subject("now");
        let expected = [Move::Settle(before.id.clone()), Move::Open(now.clone())];
        assert_eq!(moves(&[before], Some(&now), true), expected);
    }
}
