//! The rule as data: what a statement was read to mean, and its JSON form.
//!
//! The JSON is the one the API and `amnat interpret` print. Reading is strict: a member that does
//! not belong, an empty list, a count of zero or a clause without any possible amount is refused
//! where it enters, so nothing past this file meets a rule that says nothing.

use crate::kernel::act::{ActCode, ActSet, scope_word};
use crate::kernel::money::Baht;
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

/// Whether the registered seal is asked for (และประทับตราสำคัญของบริษัท).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// The signatures bind only with the seal.
    Required,
    /// The statement is silent, or says that none is needed.
    NotRequired,
}

/// One entry of a clause's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopedAct {
    /// An act of the catalogue.
    Known(ActCode),
    /// A word of the statement that has no code of its own; it may cover several acts, or any.
    Word(String),
}

impl ScopedAct {
    /// Acts surely covered, and acts perhaps covered.
    pub fn meaning(&self) -> (ActSet, ActSet) {
        match self {
            Self::Known(act) => (ActSet::NONE.with(*act), ActSet::NONE),
            Self::Word(word) => match scope_word(word) {
                Some(meaning) => (meaning.surely, meaning.perhaps),
                None => (ActSet::NONE, ActSet::ALL),
            },
        }
    }
}

impl Serialize for ScopedAct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(act) => act.serialize(serializer),
            Self::Word(word) => serializer.serialize_str(word),
        }
    }
}

impl<'de> Deserialize<'de> for ScopedAct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(D::Error::custom("an act has a code or a name"));
        }
        Ok(text.parse().map_or(Self::Word(text), Self::Known))
    }
}

/// What an amount is counted over.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    /// One act (ต่อครั้ง), and where the statement names no unit.
    #[default]
    Act,
    /// All acts of a day (ต่อวัน).
    Day,
    /// All acts of a month (ต่อเดือน).
    Month,
    /// One contract (ต่อสัญญา).
    Contract,
}

/// Amounts a clause is limited to, in baht, inclusive at both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AmountRange {
    min: Option<Baht>,
    max: Option<Baht>,
    per: Option<AmountUnit>,
}

impl AmountRange {
    /// Every amount.
    pub const ANY: Self = Self {
        min: None,
        max: None,
        per: None,
    };

    /// From the least to the greatest, both included.
    pub fn new(
        min: Option<Baht>,
        max: Option<Baht>,
        per: Option<AmountUnit>,
    ) -> Result<Self, RuleRefusal> {
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(RuleRefusal::AmountsCross);
        }
        if min.is_none() && max.is_none() && per.is_some() {
            return Err(RuleRefusal::UnitWithoutAmount);
        }
        Ok(Self { min, max, per })
    }

    /// Least amount.
    pub fn min(self) -> Option<Baht> {
        self.min
    }

    /// Greatest amount.
    pub fn max(self) -> Option<Baht> {
        self.max
    }

    /// The unit the statement names.
    pub fn per(self) -> Option<AmountUnit> {
        self.per
    }

    /// Whether every amount is covered.
    pub fn is_any(self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Whether this amount lies within.
    pub fn contains(self, amount: Baht) -> bool {
        self.min.is_none_or(|min| amount >= min) && self.max.is_none_or(|max| amount <= max)
    }
}

/// Which acts and amounts a clause is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Only these acts; `None` for all. Never empty.
    pub acts: Option<Vec<ScopedAct>>,
    /// Not these acts; `None` for none. Never empty.
    pub except_acts: Option<Vec<ScopedAct>>,
    /// Only these amounts.
    pub amounts: AmountRange,
}

/// One alternative of the statement: who may sign, with or without the seal, for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Who.
    pub rule: Rule,
    /// With the seal or not.
    pub seal: Seal,
    /// The words of the original statement.
    pub span: Span,
    /// For what.
    pub scope: Scope,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseForm {
    rule: Rule,
    seal: Seal,
    span: Span,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acts: Option<Vec<ScopedAct>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    except_acts: Option<Vec<ScopedAct>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_amount: Option<Baht>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_amount: Option<Baht>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount_per: Option<AmountUnit>,
}

impl Serialize for Clause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ClauseForm {
            rule: self.rule.clone(),
            seal: self.seal,
            span: self.span,
            acts: self.scope.acts.clone(),
            except_acts: self.scope.except_acts.clone(),
            min_amount: self.scope.amounts.min,
            max_amount: self.scope.amounts.max,
            amount_per: self.scope.amounts.per,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Clause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = ClauseForm::deserialize(deserializer)?;
        let empty = |acts: &Option<Vec<ScopedAct>>| acts.as_ref().is_some_and(Vec::is_empty);
        if empty(&form.acts) || empty(&form.except_acts) {
            return Err(D::Error::custom(RuleRefusal::Empty));
        }
        let amounts = AmountRange::new(form.min_amount, form.max_amount, form.amount_per)
            .map_err(D::Error::custom)?;
        Ok(Self {
            rule: form.rule,
            seal: form.seal,
            span: form.span,
            scope: Scope {
                acts: form.acts,
                except_acts: form.except_acts,
                amounts,
            },
        })
    }
}

/// What a statement means: its clauses. Those whose scope covers the act and the amount are
/// alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRule {
    clauses: Vec<Clause>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningRuleForm {
    clauses: Vec<Clause>,
}

impl SigningRule {
    /// These clauses; refused when there is none.
    pub fn new(clauses: Vec<Clause>) -> Result<Self, RuleRefusal> {
        if clauses.is_empty() {
            Err(RuleRefusal::Empty)
        } else {
            Ok(Self { clauses })
        }
    }

    /// The clauses, at least one.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Every reference to a person, in the order of the rule.
    pub fn people(&self) -> Vec<&str> {
        self.clauses
            .iter()
            .flat_map(|clause| clause.rule.people())
            .collect()
    }

    /// Whether any clause counts the board.
    pub fn counts_the_board(&self) -> bool {
        self.clauses
            .iter()
            .any(|clause| clause.rule.counts_the_board())
    }
}

impl Serialize for SigningRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SigningRuleForm {
            clauses: self.clauses.clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SigningRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = SigningRuleForm::deserialize(deserializer)?;
        Self::new(form.clauses).map_err(D::Error::custom)
    }
}
