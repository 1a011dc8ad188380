//! Who is on record at the instant asked about.

use crate::kernel::text::{NameSkeleton, normalise};
use serde::{Deserialize, Serialize};

/// The most rows a board may have. People are bits of a 128-bit set; the largest boards and
/// partnerships on record stay well below, and a larger one is refused, never cut short.
pub const MAX_MEMBERS: usize = 128;

/// The office a row of the register records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// กรรมการ
    Director,
    /// หุ้นส่วนผู้จัดการ
    ManagingPartner,
    /// หุ้นส่วน
    Partner,
    /// ผู้ชำระบัญชี
    Liquidator,
    /// ผู้บริหารแผน
    PlanAdministrator,
    /// ผู้ทำแผน
    PlanPreparer,
    /// เจ้าพนักงานพิทักษ์ทรัพย์
    OfficialReceiver,
}

/// Liability of a partner (Civil and Commercial Code s. 1077).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liability {
    /// จำกัดความรับผิด: may not manage (s. 1087, 1088).
    Limited,
    /// ไม่จำกัดความรับผิด.
    Unlimited,
}

impl Liability {
    /// Both classes.
    pub const ALL: [Self; 2] = [Self::Limited, Self::Unlimited];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Limited => "limited",
            Self::Unlimited => "unlimited",
        }
    }
}

/// One row of the register: one person in one office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Officer reference: what rules and answers name. Rows with one reference are one person.
    pub id: String,
    /// Name as registered, with title.
    pub name: String,
    /// Office.
    pub role: Role,
    /// Liability, for partners.
    pub liability: Option<Liability>,
    /// Key of the natural person where the register proves it (a blind index of the identity number).
    /// Equal keys are one person, different keys two; without keys, equal names are *unclear*.
    pub person: Option<String>,
}

impl Member {
    /// A director known by reference and name.
    pub fn director(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            role: Role::Director,
            liability: None,
            person: None,
        }
    }

    /// The same row in another office.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The same row with its liability.
    #[must_use]
    pub fn with_liability(mut self, liability: Liability) -> Self {
        self.liability = Some(liability);
        self
    }

    /// The same row with the key of its natural person.
    #[must_use]
    pub fn with_person(mut self, key: impl Into<String>) -> Self {
        self.person = Some(key.into());
        self
    }
}

/// A board that cannot be decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoardRefusal {
    /// More rows than [`MAX_MEMBERS`].
    #[error("{members} rows on record; at most {MAX_MEMBERS} can be decided about")]
    TooMany {
        /// How many there are.
        members: usize,
    },
}

/// A set of natural persons of one board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct People(pub(crate) u128);

impl People {
    /// Nobody.
    pub const NONE: Self = Self(0);

    /// How many.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is nobody.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Everybody in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everybody in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Everybody in this set who is not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether everybody in this set is in the other.
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each person as a set of one, in the order of the board.
    pub fn each(self) -> impl Iterator<Item = Self> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let lowest = rest & rest.wrapping_neg();
            rest ^= lowest;
            (lowest != 0).then_some(Self(lowest))
        })
    }

    /// Position of the last person of the set; past every board for nobody.
    pub(super) fn index(self) -> usize {
        self.0
            .checked_ilog2()
            .and_then(|index| usize::try_from(index).ok())
            .unwrap_or(MAX_MEMBERS)
    }

    /// So many positions from the first on; those past the largest board are left out.
    pub(super) fn range(first: usize, n: usize) -> Self {
        (first..first + n)
            .map(Self::of_index)
            .fold(Self::NONE, Self::union)
    }

    fn of_index(index: usize) -> Self {
        u32::try_from(index)
            .ok()
            .and_then(|index| 1u128.checked_shl(index))
            .map_or(Self::NONE, Self)
    }
}

/// Everybody on record at one instant, grouped into natural persons.
///
/// Invariants: every row belongs to exactly one person; a person is named in answers by the
/// reference of their first row; the unclear groups are disjoint and have two persons or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    members: Vec<Member>,
    /// For each row, its person.
    person_of: Vec<People>,
    /// For each person, the row that names them.
    first_row: Vec<usize>,
    /// Persons who may turn out to be one: same name, not proven different.
    unclear: Vec<People>,
}

impl Board {
    /// The board of these rows.
    pub fn new(members: Vec<Member>) -> Result<Self, BoardRefusal> {
        if members.len() > MAX_MEMBERS {
            return Err(BoardRefusal::TooMany {
                members: members.len(),
            });
        }
        let mut first_row: Vec<usize> = Vec::new();
        let mut person_of = Vec::with_capacity(members.len());
        for (row, member) in members.iter().enumerate() {
            // Rows are linked to the first earlier row of the same person; a key or a reference in
            // common proves it.
            let known = members.iter().take(row).position(|earlier| {
                earlier.id == member.id
                    || (member.person.is_some() && earlier.person == member.person)
            });
            let person = match known.and_then(|row| person_of.get(row)) {
                Some(person) => *person,
                None => {
                    first_row.push(row);
                    People::of_index(first_row.len() - 1)
                }
            };
            person_of.push(person);
        }
        let unclear = unclear_groups(&members, &person_of, first_row.len());
        Ok(Self {
            members,
            person_of,
            first_row,
            unclear,
        })
    }

    /// The rows.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How many natural persons.
    pub fn people_count(&self) -> usize {
        self.first_row.len()
    }

    /// Everybody with a row that satisfies the test.
    pub fn people_where(&self, mut test: impl FnMut(&Member) -> bool) -> People {
        self.members
            .iter()
            .zip(&self.person_of)
            .filter(|(member, _)| test(member))
            .fold(People::NONE, |people, (_, person)| people.union(*person))
    }

    /// Everybody this reference may mean: an officer reference, or else a name exactly as registered.
    pub fn people_named(&self, reference: &str) -> People {
        let by_id = self.people_where(|member| member.id == reference);
        if by_id.is_empty() {
            self.people_where(|member| member.name == reference)
        } else {
            by_id
        }
    }

    /// The reference by which answers name a person.
    pub fn reference_of(&self, person: People) -> Option<&str> {
        let row = self.first_row.get(person.index())?;
        self.members.get(*row).map(|member| member.id.as_str())
    }

    /// The references of everybody in a set, in the order of the board.
    pub fn references_of(&self, people: People) -> Vec<String> {
        people
            .each()
            .filter_map(|person| self.reference_of(person))
            .map(str::to_owned)
            .collect()
    }

    /// Groups of persons who may turn out to be one natural person.
    pub fn unclear(&self) -> &[People] {
        &self.unclear
    }

    /// Everybody.
    pub fn everybody(&self) -> People {
        self.person_of
            .iter()
            .fold(People::NONE, |people, person| people.union(*person))
    }
}

/// What is compared when a name has no skeleton: as much as can be.
fn comparable(name: &str) -> String {
    match NameSkeleton::of(name) {
        Ok(skeleton) => skeleton.as_str().to_owned(),
        Err(_) => normalise(name).text.replace(' ', ""),
    }
}

fn unclear_groups(members: &[Member], person_of: &[People], people: usize) -> Vec<People> {
    // Two persons are proven different only by two different keys.
    let mut groups: Vec<People> = Vec::new();
    let names: Vec<String> = members
        .iter()
        .map(|member| comparable(&member.name))
        .collect();
    let key_of = |person: People| {
        members
            .iter()
            .zip(person_of)
            .find(|(row, of)| **of == person && row.person.is_some())
            .and_then(|(row, _)| row.person.as_deref())
    };
    for index in 0..people {
        let person = People::of_index(index);
        if groups.iter().any(|group| person.is_subset(*group)) {
            continue;
        }
        let mut group = person;
        // Grows until it is closed: a name in common links, directly or through a third row.
        loop {
            let linked = members.iter().enumerate().fold(group, |linked, (row, _)| {
                let Some(candidate) = person_of.get(row) else {
                    return linked;
                };
                let same_name =
                    names
                        .iter()
                        .zip(person_of)
                        .enumerate()
                        .any(|(other, (name, of))| {
                            other != row
                                && of.is_subset(group)
                                && Some(name) == names.get(row)
                                && (key_of(*of).is_none() || key_of(*candidate).is_none())
                        });
                if same_name {
                    linked.union(*candidate)
                } else {
                    linked
                }
            });
            if linked == group {
                break;
            }
            group = linked;
        }
        if group.len() > 1 {
            groups.push(group);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, name: &str) -> Member {
        Member::director(id, name)
    }

    #[test]
    fn rows_of_one_person_are_one_person() {
        let board = Board::new(vec![
            row("a", "นายกล้า ทดลองดี").with_person("k1"),
            row("b", "นายกล้า ทดลองดี").with_person("k1"),
            row("a", "นายกล้า ทดลองดี").with_role(Role::Liquidator),
        ])
        .unwrap();
        assert_eq!(board.people_count(), 1);
        assert!(board.unclear().is_empty());
        assert_eq!(board.references_of(board.everybody()), ["a"]);
        assert_eq!(board.people_named("b"), board.people_named("a"));
    }

    #[test]
    fn one_name_without_proof_is_unclear_and_two_keys_are_two_people() {
        let same = |key: Option<&str>, other: Option<&str>| {
            let mut one = row("a", "นายกล้า ทดลองดี");
            let mut two = row("b", "กล้า  ทดลองดี");
            one.person = key.map(str::to_owned);
            two.person = other.map(str::to_owned);
            Board::new(vec![one, two, row("c", "นายคม ตัวอย่างชัย")]).unwrap()
        };
        assert_eq!(same(None, None).unclear().len(), 1);
        assert_eq!(same(Some("k1"), None).unclear().len(), 1);
        assert!(same(Some("k1"), Some("k2")).unclear().is_empty());
        assert_eq!(same(Some("k1"), Some("k1")).people_count(), 2);
    }

    #[test]
    fn a_board_past_the_bound_is_refused() {
        let rows = |n: usize| {
            (0..n)
                .map(|i| row(&format!("o{i}"), &format!("นายกล้า ที่{i}")))
                .collect()
        };
        assert_eq!(
            Board::new(rows(MAX_MEMBERS)).unwrap().people_count(),
            MAX_MEMBERS
        );
        assert_eq!(
            Board::new(rows(MAX_MEMBERS + 1)),
            Err(BoardRefusal::TooMany { members: 129 })
        );
    }
}
