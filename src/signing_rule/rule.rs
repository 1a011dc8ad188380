//! The rule as data: what a statement was read to mean, and its JSON form.
//!
//! The JSON is the one the API and `amnat interpret` print. Reading is strict: a member that does
//! not belong, an empty list, a count of zero or a clause without any possible amount is refused
//! where it enters, so nothing past this file meets a rule that says nothing.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::num::NonZeroU16;

/// A half-open range of Unicode scalar positions in the original statement, written `[start, end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
}

impl Span {
    /// A span; `None` when it ends before it starts.
    pub fn new(start: usize, end: usize) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.start, self.end].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [start, end] = <[usize; 2]>::deserialize(deserializer)?;
        Self::new(start, end).ok_or_else(|| D::Error::custom("a span ends before it starts"))
    }
}

/// Why a rule cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleRefusal {
    /// `any_of`, `all_of`, `at_least`, a list of acts or the rule itself would be empty.
    #[error("an empty list says nothing and cannot be a rule")]
    Empty,
    /// A person without a reference.
    #[error("a person is named by an officer reference or a name")]
    Nameless,
    /// The least amount is above the greatest.
    #[error("the least amount is above the greatest")]
    AmountsCross,
    /// A unit without any amount.
    #[error("a unit of amounts without an amount")]
    UnitWithoutAmount,
}

/// One or more rules: the parts of a combination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts(Vec<Rule>);

impl Parts {
    /// These parts; refused when there is none.
    pub fn new(parts: Vec<Rule>) -> Result<Self, RuleRefusal> {
        if parts.is_empty() {
            Err(RuleRefusal::Empty)
        } else {
            Ok(Self(parts))
        }
    }

    /// The parts, at least one.
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
    }
}

/// A share of the board at the instant asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Majority {
    /// กึ่งหนึ่ง: half, rounded up.
    Half,
    /// เกินกึ่งหนึ่ง: more than half.
    MoreThanHalf,
}

impl Majority {
    /// How many of a board of this size; at least one.
    pub fn of(self, board: usize) -> usize {
        match self {
            Self::Half => board.div_ceil(2).max(1),
            Self::MoreThanHalf => board / 2 + 1,
        }
    }
}

/// People who count because of an office other than director.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// หุ้นส่วนผู้จัดการ, of unlimited liability (Civil and Commercial Code s. 1087).
    ManagingPartner,
    /// ผู้ชำระบัญชี (s. 1251 to 1262).
    Liquidator,
    /// ผู้ทำแผน, ผู้บริหารแผน (Bankruptcy Act s. 90/12, 90/25).
    PlanAdministrator,
}

/// What one part of a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// This person (officer reference, or the name where there is no reference).
    Person(String),
    /// So many different directors on record.
    AnyDirector(NonZeroU16),
    /// ทุกคน: every director on record at the instant asked.
    AllDirectors,
    /// A share of the directors on record at the instant asked.
    Majority(Majority),
    /// So many different people of a pool.
    AnyOfPool {
        /// How many.
        n: NonZeroU16,
        /// Of whom.
        pool: Pool,
    },
    /// At least `n` of the parts, each filled by a different person.
    AtLeast {
        /// How many parts.
        n: NonZeroU16,
        /// The parts.
        of: Parts,
        /// The name the statement gives the group (กลุ่ม ก).
        label: Option<String>,
    },
    /// All parts jointly (ร่วมกัน), filled by different people.
    AllOf(Parts),
    /// Any one part (หรือ).
    AnyOf(Parts),
}

/// A rule, and the words it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it asks for.
    pub kind: RuleKind,
    /// The words of the original statement.
    pub span: Option<Span>,
}

impl Rule {
    /// A rule without a place in a statement.
    pub fn new(kind: RuleKind) -> Self {
        Self { kind, span: None }
    }

    /// The same rule, pointing at its words.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// This person.
    pub fn person(reference: impl Into<String>) -> Result<Self, RuleRefusal> {
        let reference = reference.into();
        if reference.trim().is_empty() {
            return Err(RuleRefusal::Nameless);
        }
        Ok(Self::new(RuleKind::Person(reference)))
    }

    /// So many different directors; `n` of zero is refused.
    pub fn any_director(n: u16) -> Result<Self, RuleRefusal> {
        let n = NonZeroU16::new(n).ok_or(RuleRefusal::Empty)?;
        Ok(Self::new(RuleKind::AnyDirector(n)))
    }

    /// All parts jointly; a single part stands for itself.
    pub fn all_of(mut parts: Vec<Rule>) -> Result<Self, RuleRefusal> {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => Ok(only),
            (_, Some(last)) => {
                parts.push(last);
                Ok(Self::new(RuleKind::AllOf(Parts::new(parts)?)))
            }
            (_, None) => Err(RuleRefusal::Empty),
        }
    }

    /// Any one part; a single part stands for itself.
    pub fn any_of(mut parts: Vec<Rule>) -> Result<Self, RuleRefusal> {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => Ok(only),
            (_, Some(last)) => {
                parts.push(last);
                Ok(Self::new(RuleKind::AnyOf(Parts::new(parts)?)))
            }
            (_, None) => Err(RuleRefusal::Empty),
        }
    }

    /// At least `n` of the parts.
    pub fn at_least(n: u16, of: Vec<Rule>, label: Option<String>) -> Result<Self, RuleRefusal> {
        let n = NonZeroU16::new(n).ok_or(RuleRefusal::Empty)?;
        Ok(Self::new(RuleKind::AtLeast {
            n,
            of: Parts::new(of)?,
            label,
        }))
    }

    /// So many of a pool.
    pub fn any_of_pool(n: u16, pool: Pool) -> Result<Self, RuleRefusal> {
        let n = NonZeroU16::new(n).ok_or(RuleRefusal::Empty)?;
        Ok(Self::new(RuleKind::AnyOfPool { n, pool }))
    }

    /// The parts directly below.
    pub fn parts(&self) -> &[Rule] {
        match &self.kind {
            RuleKind::AtLeast { of: parts, .. }
            | RuleKind::AllOf(parts)
            | RuleKind::AnyOf(parts) => parts.as_slice(),
            RuleKind::Person(_)
            | RuleKind::AnyDirector(_)
            | RuleKind::AllDirectors
            | RuleKind::Majority(_)
            | RuleKind::AnyOfPool { .. } => &[],
        }
    }

    /// Every reference to a person, in the order of the rule; may name one person more than once.
    pub fn people(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(rule) = open.pop() {
            if let RuleKind::Person(reference) = &rule.kind {
                found.push(reference.as_str());
            }
            open.extend(rule.parts().iter().rev());
        }
        found
    }

    /// Whether the rule counts the board, so that its meaning moves when the board does.
    pub fn counts_the_board(&self) -> bool {
        let mut open = vec![self];
        while let Some(rule) = open.pop() {
            match rule.kind {
                RuleKind::AnyDirector(_)
                | RuleKind::AllDirectors
                | RuleKind::Majority(_)
                | RuleKind::AnyOfPool { .. } => return true,
                RuleKind::Person(_)
                | RuleKind::AtLeast { .. }
                | RuleKind::AllOf(_)
                | RuleKind::AnyOf(_) => open.extend(rule.parts()),
            }
        }
        false
    }
}

/// JSON shape of [`Rule`]: exactly one of the kinds.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RuleForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_director: Option<NonZeroU16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_directors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    majority: Option<Majority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_of_pool: Option<PoolForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<AtLeastForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_of: Option<Vec<Rule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_of: Option<Vec<Rule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Span>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolForm {
    n: NonZeroU16,
    pool: Pool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtLeastForm {
    n: NonZeroU16,
    of: Vec<Rule>,
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = RuleForm {
            span: self.span,
            ..RuleForm::default()
        };
        match &self.kind {
            RuleKind::Person(reference) => form.person = Some(reference.clone()),
            RuleKind::AnyDirector(n) => form.any_director = Some(*n),
            RuleKind::AllDirectors => form.all_directors = Some(true),
            RuleKind::Majority(share) => form.majority = Some(*share),
            RuleKind::AnyOfPool { n, pool } => {
                form.any_of_pool = Some(PoolForm { n: *n, pool: *pool })
            }
            RuleKind::AtLeast { n, of, label } => {
                form.at_least = Some(AtLeastForm {
                    n: *n,
                    of: of.0.clone(),
                });
                form.label.clone_from(label);
            }
            RuleKind::AllOf(parts) => form.all_of = Some(parts.0.clone()),
            RuleKind::AnyOf(parts) => form.any_of = Some(parts.0.clone()),
        }
        form.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RuleForm::deserialize(deserializer)?;
        let mut kinds = Vec::new();
        if let Some(reference) = form.person {
            kinds.push(Rule::person(reference).map_err(D::Error::custom)?.kind);
        }
        kinds.extend(form.any_director.map(RuleKind::AnyDirector));
        match form.all_directors {
            Some(true) => kinds.push(RuleKind::AllDirectors),
            Some(false) => return Err(D::Error::custom("all_directors can only be true")),
            None => {}
        }
        kinds.extend(form.majority.map(RuleKind::Majority));
        kinds.extend(
            form.any_of_pool
                .map(|PoolForm { n, pool }| RuleKind::AnyOfPool { n, pool }),
        );
        if form.label.is_some() && form.at_least.is_none() {
            return Err(D::Error::custom("only at_least carries a label"));
        }
        if let Some(AtLeastForm { n, of }) = form.at_least {
            let of = Parts::new(of).map_err(D::Error::custom)?;
            kinds.push(RuleKind::AtLeast {
                n,
                of,
                label: form.label,
            });
        }
        if let Some(parts) = form.all_of {
            kinds.push(RuleKind::AllOf(
                Parts::new(parts).map_err(D::Error::custom)?,
            ));
        }
        if let Some(parts) = form.any_of {
            kinds.push(RuleKind::AnyOf(
                Parts::new(parts).map_err(D::Error::custom)?,
            ));
        }
        match (kinds.pop(), kinds.is_empty()) {
            (Some(kind), true) => Ok(Self {
                kind,
                span: form.span,
            }),
            _ => Err(D::Error::custom(
                "a rule is exactly one of person, any_director, all_directors, majority, any_of_pool, at_least, all_of, any_of",
            )),
        }
    }
}
