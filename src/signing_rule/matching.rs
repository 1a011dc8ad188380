//! Giving seats to different people: bipartite matching.
//!
//! The seats of an alternative that ask for the same people are one *kind* with a count. Signers are bits; where the
//! register leaves open who is who, a *link* says which bits a person's records may take. An alternative is met
//! when every seat gets a signer of its own. Kinds that share nobody are counted; the rest goes by augmenting paths
//! (Kuhn's method), where a kind that failed once is not tried again. Every step is counted, so that callers
//! can bound what one answer costs and tests can prove it.

use super::alternatives::Alternative;
use super::board::{MAX_MEMBERS, People};

/// Seats that ask for the same people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) people: People,
    pub(super) seats: usize,
}

/// The people who signed, as the matcher takes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Signers {
    /// A bit for each signature that counts once.
    present: People,
    /// Bits that stand for records of one name.
    linked: People,
    /// Everybody who may be one of several.
    doubtful: People,
    links: Vec<Link>,
}

/// A seat for anybody of `of` may be taken by any bit of `by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    of: People,
    by: People,
}

impl Signers {
    /// Everybody is who the register says.
    pub(super) fn clear(present: People) -> Self {
        Self {
            present,
            ..Self::default()
        }
    }

    /// Whoever may be one person counts once: one bit for all records of a group that signed.
    pub(super) fn surely(asked: People, groups: &[People]) -> Self {
        let mut signers = Self::clear(asked);
        for together in groups.iter().map(|group| group.intersection(asked)) {
            if let Some(first) = together.each().next() {
                signers.present = signers.present.without(together).union(first);
                signers.link(together, first);
            }
        }
        signers
    }

    /// Every record counts, and stands for anybody of its group.
    pub(super) fn perhaps(asked: People, groups: &[People]) -> Self {
        let mut signers = Self::clear(asked);
        for group in groups {
            let together = group.intersection(asked);
            if !together.is_empty() {
                signers.link(*group, together);
            }
        }
        signers
    }

    /// Whether counting is enough for an alternative: nobody can sit in two kinds.
    pub(super) fn counts(&self, alternative: &Alternative) -> bool {
        alternative.is_disjoint() && alternative.people().intersection(self.doubtful).is_empty()
    }

    fn link(&mut self, of: People, by: People) {
        self.linked = self.linked.union(by);
        self.doubtful = self.doubtful.union(of);
        self.links.push(Link { of, by });
    }

    /// The same signers and these people, who are all surely different.
    pub(super) fn and(&self, more: People) -> Self {
        let mut all = self.clone();
        all.present = all.present.union(more);
        all
    }

    /// Whose signature can take a seat for these people.
    pub(super) fn fit(&self, people: People) -> People {
        let clear = people.intersection(self.present).without(self.linked);
        if people.intersection(self.doubtful).is_empty() {
            return clear;
        }
        self.links
            .iter()
            .filter(|link| !link.of.intersection(people).is_empty())
            .fold(clear, |fit, link| fit.union(link.by))
    }

    /// Everybody behind these bits.
    pub(super) fn behind(&self, bits: People) -> People {
        self.links
            .iter()
            .filter(|link| !link.by.intersection(bits).is_empty())
            .fold(bits, |all, link| all.union(link.of))
    }
}

/// Whether every seat of an alternative gets a signer of its own.
pub(super) fn met(alternative: &Alternative, signers: &Signers, work: &mut usize) -> bool {
    *work += 1;
    if alternative.seats() > signers.present.len() {
        return false;
    }
    if signers.counts(alternative) {
        return alternative.kinds().iter().all(|kind| {
            *work += 1;
            kind.people.intersection(signers.present).len() >= kind.seats
        });
    }
    Matching::of(alternative, signers, work).filled() == alternative.seats()
}

/// Which signers take the seats of an alternative that is met.
pub(super) fn seated(alternative: &Alternative, signers: &Signers, work: &mut usize) -> People {
    if !signers.counts(alternative) {
        return Matching::of(alternative, signers, work).taken;
    }
    let mut seated = People::NONE;
    for kind in alternative.kinds() {
        *work += 1;
        let fit = kind.people.intersection(signers.present);
        seated = fit.each().take(kind.seats).fold(seated, People::union);
    }
    seated
}

/// Who takes which kind of seat: as many seats filled as can be, the last kinds first.
pub(super) struct Matching {
    /// For each bit, the position of the kind it is seated in.
    place: [u8; MAX_MEMBERS],
    taken: People,
    filled: usize,
}

impl Matching {
    fn empty() -> Self {
        Self {
            place: [0; MAX_MEMBERS],
            taken: People::NONE,
            filled: 0,
        }
    }

    /// How many seats of an alternative the signers fill.
    pub(super) fn count(alternative: &Alternative, signers: &Signers, work: &mut usize) -> usize {
        *work += 1;
        if signers.fit(alternative.people()).is_empty() {
            return 0;
        }
        if signers.counts(alternative) {
            let filled = |kind: &Kind| {
                kind.seats
                    .min(kind.people.intersection(signers.present).len())
            };
            *work += alternative.kinds().len();
            return alternative.kinds().iter().map(filled).sum();
        }
        Self::of(alternative, signers, work).filled
    }

    /// The signers of an alternative, seated.
    pub(super) fn of(alternative: &Alternative, signers: &Signers, work: &mut usize) -> Self {
        let fits: Vec<Kind> = alternative
            .kinds()
            .iter()
            .map(|kind| Kind {
                people: signers.fit(kind.people),
                seats: kind.seats,
            })
            .collect();
        Self::within(&fits, work)
    }

    /// Bits seated on kinds whose people are bits already. The last kind, the narrowest, is filled first, so that
    /// what stays open is as wide as can be.
    pub(super) fn within(kinds: &[Kind], work: &mut usize) -> Self {
        let mut matching = Self::empty();
        matching.extend(kinds, &[], work);
        matching
    }

    /// Fill more: `already` seats of each kind are filled.
    fn extend(&mut self, kinds: &[Kind], already: &[usize], work: &mut usize) {
        for (index, kind) in kinds.iter().enumerate().rev() {
            for _ in already.get(index).copied().unwrap_or(0)..kind.seats {
                let mut visited = People::NONE;
                if !self.augment(index, kinds, &mut visited, work) {
                    break;
                }
                self.filled += 1;
            }
        }
    }

    /// How many seats are filled.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// How many seats of each kind are filled by these bits.
    fn by_kind(&self, kinds: usize, of: People) -> Vec<usize> {
        let mut filled = vec![0; kinds];
        for bit in self.taken.intersection(of).each() {
            if let Some(count) = filled.get_mut(self.place_of(bit)) {
                *count += 1;
            }
        }
        filled
    }

    fn place_of(&self, bit: People) -> usize {
        self.place
            .get(bit.index())
            .map_or(usize::MAX, |place| usize::from(*place))
    }

    /// One more seat of a kind. Depth is at most the number of bits, and each is visited once.
    fn augment(
        &mut self,
        wanted: usize,
        kinds: &[Kind],
        visited: &mut People,
        work: &mut usize,
    ) -> bool {
        *work += 1;
        let Some(kind) = kinds.get(wanted) else {
            return false;
        };
        let free = kind.people.without(self.taken).each().next();
        let bit = free.or_else(|| {
            loop {
                let bit = kind.people.without(*visited).each().next()?;
                *visited = visited.union(bit);
                if self.augment(self.place_of(bit), kinds, visited, work) {
                    return Some(bit);
                }
            }
        });
        let (Some(bit), Ok(place)) = (bit, u8::try_from(wanted)) else {
            return false;
        };
        self.taken = self.taken.union(bit);
        if let Some(slot) = self.place.get_mut(bit.index()) {
            *slot = place;
        }
        true
    }
}

/// How many seats of each kind stay open when the signers fill as many as they can and the others can fill
/// the rest; `None` when all together cannot. One such choice of several.
pub(super) fn completable(
    alternative: &Alternative,
    signers: &Signers,
    others: People,
    work: &mut usize,
) -> Option<Vec<usize>> {
    let kinds = alternative.kinds();
    if signers.counts(alternative) {
        *work += kinds.len();
        return kinds
            .iter()
            .map(|kind| {
                let open = kind.seats
                    - kind
                        .seats
                        .min(kind.people.intersection(signers.present).len());
                (open <= kind.people.intersection(others).len()).then_some(open)
            })
            .collect();
    }
    let fitting = |with: &Signers| -> Vec<Kind> {
        kinds
            .iter()
            .map(|kind| Kind {
                people: with.fit(kind.people),
                seats: kind.seats,
            })
            .collect()
    };
    // Everybody together fills every seat. The seats that signers hold can all be kept while signers move to more:
    // seats that can be filled together are a matroid, and the others give up seats, never take one.
    let together = Matching::within(&fitting(&signers.and(others)), work);
    if together.filled() < alternative.seats() {
        return None;
    }
    let mut held = together.without(others);
    let already = held.by_kind(kinds.len(), held.taken);
    held.extend(&fitting(signers), &already, work);
    let filled = held.by_kind(kinds.len(), held.taken);
    Some(
        kinds
            .iter()
            .zip(filled)
            .map(|(kind, filled)| kind.seats - filled)
            .collect(),
    )
}

impl Matching {
    /// The same matching, these bits sent away.
    fn without(mut self, bits: People) -> Self {
        self.taken = self.taken.without(bits);
        self.filled = self.taken.len();
        self
    }
}

/// Whether whoever fills the strong alternative fills the weak one too: each weak seat has a strong seat of its own
/// that only its people may fill. A proof, not a test: some implications are not seen.
pub(super) fn implies(strong: &Alternative, weak: &Alternative) -> bool {
    implies_counted(strong.kinds(), weak.kinds(), &mut 0)
}

/// The same for lists of kinds, counted.
pub(super) fn implies_counted(strong: &[Kind], weak: &[Kind], work: &mut usize) -> bool {
    // Quick, and without a list of its own: most pairs fail here.
    for wanted in weak {
        let mut fitting = 0;
        for kind in strong {
            *work += 1;
            if kind.people.is_subset(wanted.people) {
                fitting += kind.seats;
            }
        }
        if fitting < wanted.seats {
            return false;
        }
    }
    if let [_] = weak {
        return true;
    }
    // From the narrowest wanted on: if sets are nested or apart, taking the nearest fit first is best; else seats
    // are matched one by one.
    let mut wanted: Vec<&Kind> = weak.iter().collect();
    wanted.sort_by_key(|kind| kind.people.len());
    let nested = wanted.iter().enumerate().all(|(index, one)| {
        wanted.iter().skip(index + 1).all(|wider| {
            *work += 1;
            one.people.is_subset(wider.people) || one.people.intersection(wider.people).is_empty()
        })
    });
    if !nested {
        return seat_by_seat(strong, weak, work);
    }
    let mut left: Vec<usize> = strong.iter().map(|kind| kind.seats).collect();
    for one in wanted {
        let mut open = one.seats;
        for (kind, left) in strong.iter().zip(left.iter_mut()) {
            *work += 1;
            if kind.people.is_subset(one.people) {
                let taken = open.min(*left);
                *left -= taken;
                open -= taken;
            }
        }
        if open > 0 {
            return false;
        }
    }
    true
}

/// Strong seats as bits, matched to the weak kinds they serve.
fn seat_by_seat(strong: &[Kind], weak: &[Kind], work: &mut usize) -> bool {
    let mut first = 0;
    let mut seats: Vec<(People, People)> = Vec::with_capacity(strong.len());
    for kind in strong {
        seats.push((kind.people, People::range(first, kind.seats)));
        first += kind.seats;
    }
    let kinds: Vec<Kind> = weak
        .iter()
        .map(|wanted| Kind {
            people: seats
                .iter()
                .filter(|(people, _)| people.is_subset(wanted.people))
                .fold(People::NONE, |all, (_, bits)| all.union(*bits)),
            seats: wanted.seats,
        })
        .collect();
    let wanted: usize = weak.iter().map(|kind| kind.seats).sum();
    Matching::within(&kinds, work).filled() == wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As many seats as trying everything fills.
    fn brute(seats: &[People], signers: &[u128], used: u32) -> usize {
        let Some((first, rest)) = seats.split_first() else {
            return 0;
        };
        let mut best = brute(rest, signers, used);
        for (position, signer) in signers.iter().enumerate() {
            if used & (1 << position) == 0 && signer & first.0 != 0 {
                best = best.max(1 + brute(rest, signers, used | (1 << position)));
            }
        }
        best
    }

    fn alternative(seats: &[u128]) -> Alternative {
        let seats: Vec<People> = seats.iter().copied().map(People).collect();
        Alternative::of(&seats).unwrap()
    }

    proptest! {
        #[test]
        fn matching_fills_as_many_seats_as_trying_everything(
            seats in proptest::collection::vec(0u128..64, 1..6),
            present in 0u128..64,
            // Two groups of records that may be one person, or none.
            groups in prop_oneof![Just(vec![]), Just(vec![0b11]), Just(vec![0b110, 0b11000])],
        ) {
            let groups: Vec<People> = groups.into_iter().map(People).collect();
            let asked = People(present);
            let one = |person: People| groups.iter().copied().find(|group| person.is_subset(*group));
            let list: Vec<People> = seats.iter().copied().map(People).collect();
            let mut surely: Vec<u128> = asked
                .each()
                .map(|person| one(person).map_or(person, |group| group.intersection(asked)).0)
                .collect();
            surely.sort_unstable();
            surely.dedup();
            let perhaps: Vec<u128> = asked.each().map(|person| one(person).unwrap_or(person).0).collect();
            let alternative = alternative(&seats);
            for (signers, sets) in
                [(Signers::surely(asked, &groups), surely), (Signers::perhaps(asked, &groups), perhaps)]
            {
                let expected = brute(&list, &sets, 0);
                prop_assert_eq!(Matching::count(&alternative, &signers, &mut 0), expected);
                prop_assert_eq!(met(&alternative, &signers, &mut 0), expected == seats.len());
                let matching = Matching::of(&alternative, &signers, &mut 0);
                prop_assert_eq!(matching.filled(), expected);
                prop_assert_eq!(matching.taken.len(), expected);
            }
        }

        #[test]
        fn what_stays_open_is_filled_by_the_others_and_is_as_little_as_can_be(
            seats in proptest::collection::vec(0u128..256, 1..7),
            present in 0u128..256,
            others in 0u128..256,
        ) {
            let alternative = alternative(&seats);
            let signers = Signers::clear(People(present));
            let others = People(others & !present);
            let all = signers.and(others);
            let open = completable(&alternative, &signers, others, &mut 0);
            prop_assert_eq!(open.is_some(), met(&alternative, &all, &mut 0));
            if let Some(open) = open {
                let left: usize = open.iter().sum();
                prop_assert_eq!(left, seats.len() - Matching::count(&alternative, &signers, &mut 0));
                let part = |people: People, count: &dyn Fn(&Kind, usize) -> usize| -> bool {
                    let kinds: Vec<Kind> = alternative
                        .kinds()
                        .iter()
                        .zip(&open)
                        .map(|(kind, open)| Kind {
                            people: kind.people.intersection(people),
                            seats: count(kind, *open),
                        })
                        .collect();
                    let wanted: usize = kinds.iter().map(|kind| kind.seats).sum();
                    Matching::within(&kinds, &mut 0).filled() == wanted
                };
                prop_assert!(part(others, &|_, open| open));
                prop_assert!(part(People(present), &|kind, open| kind.seats - open));
            }
        }

        #[test]
        fn an_implication_holds_for_every_set_of_people(
            strong in proptest::collection::vec(0u128..64, 1..4),
            weak in proptest::collection::vec(0u128..64, 1..4),
        ) {
            let (strong, weak) = (alternative(&strong), alternative(&weak));
            prop_assert!(implies(&strong, &strong));
            if implies(&strong, &weak) {
                for set in 0..64 {
                    let signers = Signers::clear(People(set));
                    prop_assert!(!met(&strong, &signers, &mut 0) || met(&weak, &signers, &mut 0));
                }
            }
        }
    }
}
