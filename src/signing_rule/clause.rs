//! Clauses: a rule with its seal, its scope and its words; and the list of them that a statement means.

use super::reach::{given, taken};
use super::rule::{Rule, RuleRefusal, Span};
use crate::kernel::act::{ActCode, ActSet};
use crate::kernel::money::Baht;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// Acts surely covered, and acts perhaps covered, where it gives authority.
    pub fn meaning(&self) -> (ActSet, ActSet) {
        match self {
            Self::Known(act) => (ActSet::NONE.with(*act), ActSet::NONE),
            Self::Word(word) => given(word),
        }
    }

    /// Acts surely covered, and acts perhaps covered, where it takes authority away.
    pub fn withdrawn(&self) -> (ActSet, ActSet) {
        match self {
            Self::Known(_) => self.meaning(),
            Self::Word(word) => taken(word),
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

    /// The amounts in both ranges; `None` when there are none, or when the units differ.
    pub fn intersection(self, other: Self) -> Option<Self> {
        if self.is_any() || other.is_any() {
            return Some(if self.is_any() { other } else { self });
        }
        let min = self.min.max(other.min);
        let max = [self.max, other.max].into_iter().flatten().min();
        if self.per != other.per {
            return None;
        }
        let meet = min.is_none_or(|min| max.is_none_or(|max| min <= max));
        meet.then_some(Self {
            min,
            max,
            per: self.per,
        })
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
    /// The statement speaks of the liquidators: their names are then their registered authority (Civil and
    /// Commercial Code s. 1261), which a name alone would not say.
    liquidators: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningRuleForm {
    clauses: Vec<Clause>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    liquidators: bool,
}

impl SigningRule {
    /// These clauses; refused when there is none.
    pub fn new(clauses: Vec<Clause>) -> Result<Self, RuleRefusal> {
        if clauses.is_empty() {
            Err(RuleRefusal::Empty)
        } else {
            Ok(Self {
                clauses,
                liquidators: false,
            })
        }
    }

    /// The same rule, said of the liquidators.
    #[must_use]
    pub fn of_liquidators(mut self) -> Self {
        self.liquidators = true;
        self
    }

    /// Whether it was said of the liquidators.
    pub fn is_of_liquidators(&self) -> bool {
        self.liquidators
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
            liquidators: self.liquidators,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SigningRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = SigningRuleForm::deserialize(deserializer)?;
        let rule = Self::new(form.clauses).map_err(D::Error::custom)?;
        Ok(if form.liquidators {
            rule.of_liquidators()
        } else {
            rule
        })
    }
}
