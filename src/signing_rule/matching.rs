//! Giving seats to different people: bipartite matching.
//!
//! A *seat* is the set of people who may fill it; a *signer* is the set of people one signature may
//! stand for (one person; several only where the register leaves open who is who). An alternative is
//! met when every seat gets a signer of its own. Augmenting paths (Kuhn's method): at most
//! `seats × signers` visits per seat, depth at most the number of signers.

use super::board::People;

/// Which signer sits on which seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seating {
    /// For each signer, the seat taken.
    seat_of: Vec<Option<usize>>,
    filled: usize,
}

impl Seating {
    /// How many seats are filled.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Positions of the signers who have a seat.
    pub(super) fn seated(&self) -> impl Iterator<Item = usize> {
        self.seat_of
            .iter()
            .enumerate()
            .filter(|(_, seat)| seat.is_some())
            .map(|(signer, _)| signer)
    }
}

/// As many seats filled as can be.
pub(super) fn seat(seats: &[People], signers: &[People]) -> Seating {
    let mut seating = Seating {
        seat_of: vec![None; signers.len()],
        filled: 0,
    };
    for wanted in 0..seats.len() {
        let mut tried = vec![false; signers.len()];
        if augment(wanted, seats, signers, &mut seating.seat_of, &mut tried) {
            seating.filled += 1;
        }
    }
    seating
}

/// Whether every seat can be filled.
pub(super) fn fills_all(seats: &[People], signers: &[People]) -> bool {
    seats.len() <= signers.len() && seat(seats, signers).filled == seats.len()
}

/// Whether whoever fills the strong seats fills the weak ones too: each weak seat has a strong seat of
/// its own that only its people may fill. A proof, not a test: some implications are not seen.
pub(super) fn implies(strong: &[People], weak: &[People]) -> bool {
    let places: Vec<People> = (0..weak.len()).map(place).collect();
    let fits: Vec<People> = strong
        .iter()
        .map(|seat| {
            weak.iter()
                .enumerate()
                .filter(|(_, wanted)| seat.is_subset(**wanted))
                .fold(People::NONE, |fits, (index, _)| fits.union(place(index)))
        })
        .collect();
    fills_all(&places, &fits)
}

/// A seat's position as a set of one, so that seats can be matched to seats.
fn place(index: usize) -> People {
    u32::try_from(index)
        .ok()
        .and_then(|index| 1u128.checked_shl(index))
        .map_or(People::NONE, People)
}

fn augment(
    wanted: usize,
    seats: &[People],
    signers: &[People],
    seat_of: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    let Some(eligible) = seats.get(wanted) else {
        return false;
    };
    for (position, signer) in signers.iter().enumerate() {
        let Some(visited) = tried.get_mut(position) else {
            continue;
        };
        if *visited || signer.intersection(*eligible).is_empty() {
            continue;
        }
        *visited = true;
        let free = match seat_of.get(position).copied().flatten() {
            None => true,
            Some(occupied) => augment(occupied, seats, signers, seat_of, tried),
        };
        if free {
            if let Some(seat) = seat_of.get_mut(position) {
                *seat = Some(wanted);
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(seats: &[People], signers: &[People], used: u32) -> usize {
        let Some((first, rest)) = seats.split_first() else {
            return 0;
        };
        let mut best = brute(rest, signers, used);
        for (position, signer) in signers.iter().enumerate() {
            if used & (1 << position) == 0 && !signer.intersection(*first).is_empty() {
                best = best.max(1 + brute(rest, signers, used | (1 << position)));
            }
        }
        best
    }

    proptest! {
        #[test]
        fn matching_fills_as_many_seats_as_trying_everything(
            seats in proptest::collection::vec(0u128..64, 0..6),
            signers in proptest::collection::vec(0u128..64, 0..6),
        ) {
            let seats: Vec<People> = seats.into_iter().map(People).collect();
            let signers: Vec<People> = signers.into_iter().map(People).collect();
            let seating = seat(&seats, &signers);
            prop_assert_eq!(seating.filled(), brute(&seats, &signers, 0));
            prop_assert_eq!(seating.seated().count(), seating.filled());
        }
    }
}
