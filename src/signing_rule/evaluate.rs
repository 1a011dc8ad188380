//! Deciding: status first, then acts and amounts, then people, then the seal.

use super::board::People;
use super::clause::{AmountUnit, Seal};
use super::compile::{Basis, CompiledClause, CompiledRule, Entry};
use super::explain;
use super::matching::{Signers, met, seated};
use super::status::Office;
use super::verdict::{
    AskedAct, AskedAmount, Decision, Excluded, ExclusionCode, Flag, Met, Question, Reason,
    ReasonCode, SealGiven, Verdict, WouldPermitIf,
};
use crate::kernel::act::{ActCode, ActSet};
use crate::kernel::lang::Bilingual;
use std::cell::Cell;

/// Whether a clause covers what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    Yes,
    Maybe(ReasonCode),
    No(ReasonCode),
}

/// Whether the people asked about fill a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PeopleMet {
    /// Whoever is who.
    Surely(usize),
    /// Only if records of one name are different people.
    Perhaps,
    No,
}

/// The most scope words of one act that are taken both ways.
const MAX_UNCLEAR_WORDS: usize = 6;

/// Whether a list of scope words covers an act surely, and the unclear words that would cover it; `None` for no list.
type Covering = Option<(bool, u32)>;

/// The answer for one act.
enum ForAct {
    Permit {
        clause: usize,
        alternative: usize,
        /// What a scope word covers was not clear, and did not matter.
        either_way: bool,
    },
    Not {
        decision: Decision,
        reasons: Vec<ReasonCode>,
        missing_seal: bool,
    },
}

/// A question on its way to an answer: who signed, what is known already, what it has cost.
pub(super) struct Asking<'a> {
    pub(super) rule: &'a CompiledRule,
    pub(super) question: &'a Question,
    /// Records that may be one person count once.
    pub(super) surely: Signers,
    /// Every record counts; only where the two differ.
    perhaps: Option<Signers>,
    /// Whether each clause is met, once it was asked; empty when each is asked once only.
    met: Vec<Cell<Option<PeopleMet>>>,
    work: Cell<usize>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(rule: &'a CompiledRule, question: &'a Question, remember: bool) -> Self {
        let asked = question.signers;
        let groups: Vec<People> = rule
            .board
            .unclear()
            .iter()
            .copied()
            .filter(|group| !group.intersection(asked).is_empty())
            .collect();
        let clauses = if remember { rule.clauses.len() } else { 0 };
        Self {
            rule,
            question,
            surely: Signers::surely(asked, &groups),
            perhaps: (!groups.is_empty()).then(|| Signers::perhaps(asked, &groups)),
            met: vec![Cell::new(None); clauses],
            work: Cell::new(0),
        }
    }

    /// Steps of work so far.
    pub(super) fn spent(&self) -> usize {
        self.work.get()
    }

    pub(super) fn spend(&self, work: usize) {
        self.work.set(self.work.get() + work);
    }

    fn sealed(&self) -> bool {
        self.question.seal == SealGiven::Registered
    }

    /// Whether the people asked about fill a clause.
    fn people_met(&self, position: usize, clause: &CompiledClause) -> PeopleMet {
        let known = self.met.get(position);
        if let Some(answer) = known.and_then(Cell::get) {
            return answer;
        }
        let mut work = 0;
        let mut first = |signers: &Signers| {
            clause
                .alternatives
                .iter()
                .position(|alternative| met(alternative, signers, &mut work))
        };
        let answer = match (first(&self.surely), &self.perhaps) {
            (Some(alternative), _) => PeopleMet::Surely(alternative),
            (None, Some(perhaps)) if first(perhaps).is_some() => PeopleMet::Perhaps,
            (None, _) => PeopleMet::No,
        };
        self.spend(work);
        if let Some(cell) = known {
            cell.set(Some(answer));
        }
        answer
    }
}

impl CompiledRule {
    /// Decide a question. Pure; the work is bounded by the bounds of the compiler.
    pub fn decide(&self, question: &Question) -> Verdict {
        self.decide_counted(question).0
    }

    /// The same, and how many steps of work it took: what shows that the work is bounded, on any machine.
    pub fn decide_counted(&self, question: &Question) -> (Verdict, usize) {
        let mut verdict = Verdict {
            decision: Decision::Indeterminate,
            reasons: Vec::new(),
            met: None,
            completions: Vec::new(),
            completions_truncated: false,
            missing_seal: false,
            excluded: Vec::new(),
            flags: self.flags.clone(),
            would_permit_if: None,
        };
        verdict.excluded = match self.basis {
            Basis::Standing(..) => Vec::new(),
            Basis::CourtOrder(_) | Basis::Clauses => self.excluded(question.signers),
        };
        match self.basis {
            Basis::Standing(decision, code) => {
                verdict.decision = decision;
                verdict.reasons.push(self.standing_reason(code));
                return (verdict, 0);
            }
            Basis::CourtOrder(code) => {
                verdict.decision = self.by_court_order(question.signers);
                verdict.reasons.push(code.into());
                if verdict.decision != Decision::Deny {
                    verdict.reasons.push(ReasonCode::CourtOrderNeeded.into());
                }
                return (verdict, 0);
            }
            Basis::Clauses => {}
        }
        let asking = Asking::new(self, question, self.clauses.len() > 1);
        match &question.act {
            AskedAct::Unknown(_) => verdict.reasons.push(ReasonCode::ActUnknown.into()),
            AskedAct::Known(act) => self.decide_act(*act, &asking, &mut verdict),
            AskedAct::NotGiven => self.decide_every_act(&asking, &mut verdict),
        }
        if verdict.decision != Decision::Permit {
            let limited = self.limited_managers().without(self.eligible);
            if self.office == Some(Office::ManagingPartner)
                && !limited.intersection(question.signers).is_empty()
            {
                verdict
                    .reasons
                    .push(ReasonCode::LimitedManagingPartner.into());
            }
            explain::complete(&asking, &mut verdict);
            verdict.would_permit_if = self.would_permit_if(&asking);
        }
        (verdict, asking.spent())
    }

    /// The decision alone, without completions: what replays and comparisons ask.
    pub fn decision(&self, question: &Question) -> Decision {
        self.decision_counted(question).0
    }

    pub(super) fn decision_counted(&self, question: &Question) -> (Decision, usize) {
        match self.basis {
            Basis::Standing(decision, _) => return (decision, 0),
            Basis::CourtOrder(_) => return (self.by_court_order(question.signers), 0),
            Basis::Clauses => {}
        }
        let each_once = matches!(question.act, AskedAct::Known(_));
        let asking = Asking::new(self, question, !each_once);
        let of = |act: ActCode, winding_up: bool| match self.for_act(act, winding_up, &asking) {
            ForAct::Permit { .. } => Decision::Permit,
            ForAct::Not { decision, .. } => decision,
        };
        let decision = match &question.act {
            AskedAct::Unknown(_) => Decision::Indeterminate,
            AskedAct::Known(act) => of(*act, true),
            AskedAct::NotGiven => {
                let mut decisions = self.classes.iter().map(|act| of(*act, false));
                let first = decisions.next().unwrap_or(Decision::Indeterminate);
                if decisions.all(|decision| decision == first) {
                    first
                } else {
                    Decision::Indeterminate
                }
            }
        };
        (decision, asking.spent())
    }

    /// Why the standing decides, naming the successor where the register told it.
    fn standing_reason(&self, code: ReasonCode) -> Reason {
        let mut reason = Reason::from(code);
        if let (ReasonCode::Converted | ReasonCode::Amalgamated, Some(number)) =
            (code, &self.successor)
        {
            let Bilingual { th, en } = &mut reason.detail;
            th.push_str(&format!(
                " เลขทะเบียนของนิติบุคคลที่รับช่วงต่อคือ {}",
                number.as_str()
            ));
            en.push_str(&format!(" Its registration number is {}.", number.as_str()));
        }
        reason
    }

    /// Nothing permits: whoever holds the office may have the power, everybody else has lost it. Somebody not proven to
    /// be another person than the holder may be the holder.
    fn by_court_order(&self, signers: People) -> Decision {
        let perhaps = self
            .board
            .unclear()
            .iter()
            .filter(|group| !group.intersection(signers).is_empty())
            .fold(signers, |all, group| all.union(*group));
        if perhaps.intersection(self.eligible).is_empty() {
            Decision::Deny
        } else {
            Decision::Indeterminate
        }
    }

    fn decide_act(&self, act: ActCode, asking: &Asking<'_>, verdict: &mut Verdict) {
        match self.for_act(act, true, asking) {
            ForAct::Permit {
                clause,
                alternative,
                either_way,
            } => {
                self.permit(clause, alternative, asking, verdict);
                verdict
                    .flags
                    .extend(either_way.then_some(Flag::ScopeEitherWay));
            }
            ForAct::Not {
                decision,
                reasons,
                missing_seal,
            } => {
                verdict.decision = decision;
                verdict
                    .reasons
                    .extend(reasons.into_iter().map(Reason::from));
                verdict.missing_seal = missing_seal;
            }
        }
    }

    /// Permit only if every act the clauses tell apart is permitted; deny only if every one is denied.
    fn decide_every_act(&self, asking: &Asking<'_>, verdict: &mut Verdict) {
        let mut permitted = None;
        let mut any_either_way = false;
        let mut decisions: Vec<Decision> = Vec::new();
        let mut codes: Vec<ReasonCode> = Vec::new();
        let mut missing_seal = !self.classes.is_empty();
        for act in &self.classes {
            match self.for_act(*act, false, asking) {
                ForAct::Permit {
                    clause,
                    alternative,
                    either_way,
                } => {
                    permitted = permitted.or(Some((clause, alternative)));
                    any_either_way |= either_way;
                    decisions.push(Decision::Permit);
                    missing_seal = false;
                }
                ForAct::Not {
                    decision,
                    reasons,
                    missing_seal: seal,
                } => {
                    decisions.push(decision);
                    missing_seal &= seal;
                    codes.extend(reasons);
                }
            }
        }
        let all =
            |wanted: Decision| !decisions.is_empty() && decisions.iter().all(|one| *one == wanted);
        if all(Decision::Permit)
            && let Some((clause, alternative)) = permitted
        {
            self.permit(clause, alternative, asking, verdict);
            verdict
                .flags
                .extend(any_either_way.then_some(Flag::ScopeEitherWay));
            return;
        }
        verdict.missing_seal = missing_seal;
        if all(Decision::Deny) {
            verdict.decision = Decision::Deny;
        } else if !all(Decision::Indeterminate) {
            codes.insert(0, ReasonCode::ActNotGiven);
        }
        for code in codes {
            if !verdict.has_reason(code) {
                verdict.reasons.push(code.into());
            }
        }
        if verdict.reasons.is_empty() {
            verdict.reasons.push(ReasonCode::ActNotGiven.into());
        }
    }

    fn permit(
        &self,
        clause: usize,
        alternative: usize,
        asking: &Asking<'_>,
        verdict: &mut Verdict,
    ) {
        verdict.decision = Decision::Permit;
        verdict.reasons.push(ReasonCode::ClauseMet.into());
        let Some(clause) = self.clauses.get(clause) else {
            return;
        };
        let Some(alternative) = clause.alternatives.get(alternative) else {
            return;
        };
        let mut work = 0;
        let seated = asking
            .surely
            .behind(seated(alternative, &asking.surely, &mut work));
        asking.spend(work);
        if seated != asking.question.signers {
            verdict.flags.push(Flag::ExtraSigners);
        }
        verdict.met = Some(Met {
            clause: clause.index,
            span: clause.span,
            signers: self.board.references_of(seated),
        });
    }

    fn for_act(&self, act: ActCode, winding_up: bool, asking: &Asking<'_>) -> ForAct {
        let question = asking.question;
        asking.spend(self.clauses.len());
        let mut doubts: Vec<ReasonCode> = Vec::new();
        let mut uncovered: Vec<ReasonCode> = Vec::new();
        let (mut covered, mut possible, mut missing_seal) = (false, false, false);
        for (position, clause) in self.clauses.iter().enumerate() {
            let coverage = self.coverage(clause, act, winding_up, question.amount);
            if let Coverage::No(code) = coverage {
                uncovered.push(code);
                continue;
            }
            covered = true;
            possible |= clause.satisfiable;
            let met = asking.people_met(position, clause);
            if met == PeopleMet::No {
                continue;
            }
            if clause.seal == Seal::Required && !asking.sealed() {
                missing_seal |= matches!(met, PeopleMet::Surely(_)) && coverage == Coverage::Yes;
                continue;
            }
            match (coverage, met) {
                (Coverage::Yes, PeopleMet::Surely(alternative)) => {
                    return ForAct::Permit {
                        clause: position,
                        alternative,
                        either_way: false,
                    };
                }
                (Coverage::Maybe(code), _) => doubts.push(code),
                _ => doubts.push(ReasonCode::PersonIdentityUnclear),
            }
        }
        if doubts.contains(&ReasonCode::ScopeUnclear)
            && let Some((clause, alternative)) = self.permitted_either_way(act, winding_up, asking)
        {
            return ForAct::Permit {
                clause,
                alternative,
                either_way: true,
            };
        }
        if !doubts.is_empty() {
            doubts.sort_unstable();
            doubts.dedup();
            return ForAct::Not {
                decision: Decision::Indeterminate,
                reasons: doubts,
                missing_seal: false,
            };
        }
        let mut reasons = Vec::new();
        if !covered {
            uncovered.sort_unstable();
            uncovered.dedup();
            reasons = uncovered;
        } else if !possible {
            reasons.push(ReasonCode::RuleUnsatisfiable);
        } else if missing_seal {
            reasons.push(ReasonCode::SealMissing);
            if question.seal == SealGiven::NotRegistered {
                reasons.push(ReasonCode::SealNotRegistered);
            }
        } else {
            reasons.push(ReasonCode::SignersMissing);
        }
        ForAct::Not {
            decision: Decision::Deny,
            reasons,
            missing_seal,
        }
    }

    /// Whether the signatories suffice whatever the unclear scope words mean: each word is taken to cover
    /// the act and not to cover it, in every clause alike, in every combination. `None` when one
    /// combination does not permit, or when there are more than [`MAX_UNCLEAR_WORDS`].
    fn permitted_either_way(
        &self,
        act: ActCode,
        winding_up: bool,
        asking: &Asking<'_>,
    ) -> Option<(usize, usize)> {
        // Positions of the words that may or may not cover the act.
        let mut words: Vec<usize> = Vec::new();
        let entries = self
            .clauses
            .iter()
            .flat_map(|clause| [&clause.entries.acts, &clause.entries.except_acts])
            .flatten()
            .flatten();
        for entry in entries {
            asking.spend(1);
            if entry.perhaps.contains(act) && !words.contains(&entry.word) {
                words.push(entry.word);
                if words.len() > MAX_UNCLEAR_WORDS {
                    return None;
                }
            }
        }
        // Who meets which clause does not depend on what the words mean; nor does a word that surely covers.
        let covering = |entries: &Option<Vec<Entry>>| {
            entries.as_ref().map(|entries| {
                entries.iter().fold((false, 0u32), |(surely, mask), entry| {
                    asking.spend(1);
                    let word = words.iter().position(|word| *word == entry.word);
                    let bit = word.map_or(0, |word| 1 << word);
                    (surely || entry.surely.contains(act), mask | bit)
                })
            })
        };
        let met: Vec<(usize, usize, Covering, Covering)> = self
            .clauses
            .iter()
            .enumerate()
            .filter(|(_, clause)| asking.sealed() || clause.seal == Seal::NotRequired)
            .filter(|(_, clause)| {
                self.beside_scope(clause, act, winding_up, asking.question.amount) == Coverage::Yes
            })
            .filter_map(
                |(position, clause)| match asking.people_met(position, clause) {
                    PeopleMet::Surely(alternative) => Some((
                        position,
                        alternative,
                        covering(&clause.entries.acts),
                        covering(&clause.entries.except_acts),
                    )),
                    PeopleMet::Perhaps | PeopleMet::No => None,
                },
            )
            .collect();
        let mut first = None;
        for meaning in 0u32..1 << words.len() {
            let any =
                |covering: &Covering| covering.map(|(surely, mask)| surely || mask & meaning != 0);
            let (position, alternative, ..) = met.iter().find(|(_, _, acts, except)| {
                asking.spend(1);
                any(acts).unwrap_or(true) && !any(except).unwrap_or(false)
            })?;
            first = first.or(Some((*position, *alternative)));
        }
        first
    }

    /// Whether the clause covers this act and amount; in liquidation, whether the act is one of winding up.
    pub(super) fn coverage(
        &self,
        clause: &CompiledClause,
        act: ActCode,
        winding_up: bool,
        amount: AskedAmount,
    ) -> Coverage {
        let by_act = if clause.surely.contains(act) {
            Coverage::Yes
        } else if clause.perhaps.contains(act) {
            Coverage::Maybe(ReasonCode::ScopeUnclear)
        } else {
            return Coverage::No(ReasonCode::ActNotCovered);
        };
        match (by_act, self.beside_scope(clause, act, winding_up, amount)) {
            (_, Coverage::No(code)) => Coverage::No(code),
            (Coverage::Yes, beside) => beside,
            (doubt, _) => doubt,
        }
    }

    /// The amount, and in liquidation the purpose.
    fn beside_scope(
        &self,
        clause: &CompiledClause,
        act: ActCode,
        winding_up: bool,
        amount: AskedAmount,
    ) -> Coverage {
        match (amount_coverage(clause, amount), self.winding_up) {
            (Coverage::Yes, Some(acts)) if winding_up && !acts.contains(act) => {
                Coverage::Maybe(ReasonCode::WindingUpUnclear)
            }
            (by_amount, _) => by_amount,
        }
    }

    fn excluded(&self, asked: People) -> Vec<Excluded> {
        asked
            .without(self.eligible)
            .each()
            .filter_map(|person| {
                let reference = self.board.reference_of(person)?;
                Some(Excluded {
                    person: reference.to_owned(),
                    code: self.why_excluded(person),
                })
            })
            .collect()
    }

    fn why_excluded(&self, person: People) -> ExclusionCode {
        match self.office {
            None | Some(Office::Director) => ExclusionCode::NotADirector,
            Some(Office::Liquidator) => ExclusionCode::NotALiquidator,
            Some(Office::PlanManager) => ExclusionCode::NotAPlanManager,
            Some(Office::OfficialReceiver) => ExclusionCode::NotTheOfficialReceiver,
            Some(Office::ManagingPartner) => {
                let limited = self.board.people_where(|member| {
                    member.liability == Some(super::board::Liability::Limited)
                });
                if person.is_subset(limited) {
                    ExclusionCode::LimitedPartner
                } else {
                    ExclusionCode::NotAManagingPartner
                }
            }
        }
    }

    /// Only what is surely covered: a suggestion is no place for doubt.
    fn would_permit_if(&self, asking: &Asking<'_>) -> Option<WouldPermitIf> {
        let sure = |position: usize, clause: &CompiledClause| {
            (asking.sealed() || clause.seal == Seal::NotRequired)
                && matches!(asking.people_met(position, clause), PeopleMet::Surely(_))
        };
        let met = || {
            let clauses = self.clauses.iter().enumerate();
            clauses
                .filter(|(position, clause)| sure(*position, clause))
                .map(|(_, clause)| clause)
        };
        let allowed = self.winding_up.unwrap_or(ActSet::ALL);
        asking.spend(2 * self.clauses.len());
        let acts: Vec<ActCode> = if self.classes.len() > 1 {
            let covered = met()
                .filter(|clause| amount_coverage(clause, asking.question.amount) == Coverage::Yes)
                .fold(ActSet::NONE, |acts, clause| acts.union(clause.surely));
            covered.intersection(allowed).iter().collect()
        } else {
            Vec::new()
        };
        // The greatest amount of a clause that these people and this seal meet for the act.
        let max_amount = match &asking.question.act {
            AskedAct::Known(act) => met()
                .filter(|clause| clause.surely.contains(*act) && allowed.contains(*act))
                .filter(|clause| {
                    clause
                        .amounts
                        .per()
                        .is_none_or(|per| per == AmountUnit::Act)
                })
                .filter_map(|clause| clause.amounts.max())
                .max(),
            AskedAct::NotGiven | AskedAct::Unknown(_) => None,
        };
        (max_amount.is_some() || !acts.is_empty()).then_some(WouldPermitIf { max_amount, acts })
    }
}

fn amount_coverage(clause: &CompiledClause, amount: AskedAmount) -> Coverage {
    if clause.amounts.is_any() {
        return Coverage::Yes;
    }
    match amount {
        AskedAmount::NotGiven => Coverage::Maybe(ReasonCode::AmountUnknown),
        AskedAmount::OtherCurrency => Coverage::Maybe(ReasonCode::AmountCurrency),
        AskedAmount::Baht(_, unit) if unit != clause.amounts.per().unwrap_or_default() => {
            Coverage::Maybe(ReasonCode::AmountUnit)
        }
        AskedAmount::Baht(value, _) if clause.amounts.contains(value) => Coverage::Yes,
        AskedAmount::Baht(..) => Coverage::No(ReasonCode::AmountNotCovered),
    }
}
