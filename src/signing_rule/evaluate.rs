//! Deciding: status first, then acts and amounts, then people, then the seal.

use super::board::People;
use super::clause::{AmountUnit, ScopedAct, Seal};
use super::compile::{Basis, CompiledClause, CompiledRule, Office};
use super::explain;
use super::matching::{fills_all, seat};
use super::verdict::{
    AskedAct, AskedAmount, Decision, Excluded, ExclusionCode, Flag, Met, Question, Reason,
    ReasonCode, SealGiven, Verdict, WouldPermitIf,
};
use crate::kernel::act::ActCode;
use crate::kernel::money::Baht;

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

/// The people who signed, as the matcher takes them.
pub(super) struct Signers {
    /// One signer for each group of records that may be one person.
    pub(super) surely: Vec<People>,
    /// One signer for each record, standing for anybody of its group.
    perhaps: Vec<People>,
    /// Whether the two differ.
    unclear: bool,
}

impl CompiledRule {
    /// Decide a question. Pure; the work is bounded by the bounds of the compiler.
    pub fn decide(&self, question: &Question) -> Verdict {
        let excluded = self.excluded(question.signers);
        let mut verdict = Verdict {
            decision: Decision::Indeterminate,
            reasons: Vec::new(),
            met: None,
            completions: Vec::new(),
            completions_truncated: false,
            minimal_sets: Vec::new(),
            minimal_sets_truncated: false,
            missing_seal: false,
            excluded,
            flags: self.flags.clone(),
            would_permit_if: None,
        };
        if let Basis::Standing(decision, code) = self.basis {
            verdict.decision = decision;
            verdict.reasons.push(code.into());
            verdict.excluded.clear();
            return verdict;
        }
        let signers = self.signers(question.signers);
        match &question.act {
            AskedAct::Unknown(_) => verdict.reasons.push(ReasonCode::ActUnknown.into()),
            AskedAct::Known(act) => self.decide_act(*act, question, &signers, &mut verdict),
            AskedAct::NotGiven => self.decide_every_act(question, &signers, &mut verdict),
        }
        if verdict.decision != Decision::Permit {
            explain::complete(self, question, &signers, &mut verdict);
            verdict.would_permit_if = self.would_permit_if(question, &signers);
        }
        verdict
    }

    /// The decision alone, without completions: what replays and comparisons ask.
    pub fn decision(&self, question: &Question) -> Decision {
        if let Basis::Standing(decision, _) = self.basis {
            return decision;
        }
        let signers = self.signers(question.signers);
        let of = |act: ActCode, winding_up: bool| match self
            .for_act(act, winding_up, question, &signers)
        {
            ForAct::Permit { .. } => Decision::Permit,
            ForAct::Not { decision, .. } => decision,
        };
        match &question.act {
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
        }
    }

    fn decide_act(
        &self,
        act: ActCode,
        question: &Question,
        signers: &Signers,
        verdict: &mut Verdict,
    ) {
        match self.for_act(act, true, question, signers) {
            ForAct::Permit {
                clause,
                alternative,
                either_way,
            } => {
                self.permit(clause, alternative, question.signers, signers, verdict);
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
    fn decide_every_act(&self, question: &Question, signers: &Signers, verdict: &mut Verdict) {
        let mut permitted = None;
        let mut any_either_way = false;
        let mut decisions: Vec<Decision> = Vec::new();
        let mut codes: Vec<ReasonCode> = Vec::new();
        let mut missing_seal = !self.classes.is_empty();
        for act in &self.classes {
            match self.for_act(*act, false, question, signers) {
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
            self.permit(clause, alternative, question.signers, signers, verdict);
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
        asked: People,
        signers: &Signers,
        verdict: &mut Verdict,
    ) {
        verdict.decision = Decision::Permit;
        verdict.reasons.push(ReasonCode::ClauseMet.into());
        let Some(clause) = self.clauses.get(clause) else {
            return;
        };
        let Some(seats) = clause.alternatives.get(alternative) else {
            return;
        };
        let seated = seat(seats, &signers.surely)
            .seated()
            .filter_map(|position| signers.surely.get(position))
            .fold(People::NONE, |all, signer| all.union(*signer));
        if seated != asked {
            verdict.flags.push(Flag::ExtraSigners);
        }
        verdict.met = Some(Met {
            clause: clause.index,
            span: clause.span,
            signers: self.board.references_of(seated),
        });
    }

    fn for_act(
        &self,
        act: ActCode,
        winding_up: bool,
        question: &Question,
        signers: &Signers,
    ) -> ForAct {
        let sealed = question.seal == SealGiven::Registered;
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
            let met = people_met(clause, signers);
            if met == PeopleMet::No {
                continue;
            }
            if clause.seal == Seal::Required && !sealed {
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
            && let Some((clause, alternative)) =
                self.permitted_either_way(act, winding_up, question, signers)
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
        question: &Question,
        signers: &Signers,
    ) -> Option<(usize, usize)> {
        let sealed = question.seal == SealGiven::Registered;
        let mut words: Vec<&ScopedAct> = Vec::new();
        let scoped = self
            .clauses
            .iter()
            .flat_map(|clause| [&clause.scope.acts, &clause.scope.except_acts])
            .flatten()
            .flatten();
        for entry in scoped {
            if entry.meaning().1.contains(act) && !words.contains(&entry) {
                words.push(entry);
            }
        }
        if words.len() > MAX_UNCLEAR_WORDS {
            return None;
        }
        // Who meets which clause does not depend on what the words mean.
        let met: Vec<(usize, &CompiledClause, usize)> = self
            .clauses
            .iter()
            .enumerate()
            .filter(|(_, clause)| sealed || clause.seal == Seal::NotRequired)
            .filter_map(|(position, clause)| match people_met(clause, signers) {
                PeopleMet::Surely(alternative) => Some((position, clause, alternative)),
                PeopleMet::Perhaps | PeopleMet::No => None,
            })
            .filter(|(_, clause, _)| {
                self.beside_scope(clause, act, winding_up, question.amount) == Coverage::Yes
            })
            .collect();
        let mut first = None;
        for meaning in 0u32..1 << words.len() {
            let covers = |entry: &ScopedAct| {
                entry.meaning().0.contains(act)
                    || words
                        .iter()
                        .position(|word| *word == entry)
                        .is_some_and(|index| meaning & (1 << index) != 0)
            };
            let any =
                |acts: &Option<Vec<ScopedAct>>| acts.as_ref().map(|acts| acts.iter().any(covers));
            let (position, _, alternative) = met.iter().find(|(_, clause, _)| {
                any(&clause.scope.acts).unwrap_or(true)
                    && !any(&clause.scope.except_acts).unwrap_or(false)
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

    pub(super) fn signers(&self, asked: People) -> Signers {
        let unclear: Vec<People> = self
            .board
            .unclear()
            .iter()
            .copied()
            .filter(|group| !group.intersection(asked).is_empty())
            .collect();
        let group_of = |person: People| {
            unclear
                .iter()
                .copied()
                .find(|group| person.is_subset(*group))
                .unwrap_or(person)
        };
        let mut surely: Vec<People> = Vec::with_capacity(asked.len());
        for person in asked.each() {
            let together = group_of(person).intersection(asked);
            if !surely.contains(&together) {
                surely.push(together);
            }
        }
        let perhaps = if unclear.is_empty() {
            Vec::new()
        } else {
            asked.each().map(group_of).collect()
        };
        Signers {
            surely,
            perhaps,
            unclear: !unclear.is_empty(),
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
            Office::Director => ExclusionCode::NotADirector,
            Office::Liquidator => ExclusionCode::NotALiquidator,
            Office::ManagingPartner => {
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

    fn would_permit_if(&self, question: &Question, signers: &Signers) -> Option<WouldPermitIf> {
        let scoped = self.classes.len() > 1;
        let acts: Vec<ActCode> = if scoped {
            ActCode::all()
                .filter(|act| {
                    matches!(
                        self.for_act(*act, true, question, signers),
                        ForAct::Permit { .. }
                    )
                })
                .collect()
        } else {
            Vec::new()
        };
        let max_amount = match &question.act {
            AskedAct::Known(act) => self.greatest_amount(*act, question, signers),
            AskedAct::NotGiven | AskedAct::Unknown(_) => None,
        };
        (max_amount.is_some() || !acts.is_empty()).then_some(WouldPermitIf { max_amount, acts })
    }

    /// The greatest amount of a clause that these people and this seal meet for the act.
    fn greatest_amount(
        &self,
        act: ActCode,
        question: &Question,
        signers: &Signers,
    ) -> Option<Baht> {
        let sealed = question.seal == SealGiven::Registered;
        self.clauses
            .iter()
            .filter(|clause| {
                clause.surely.contains(act) && (sealed || clause.seal == Seal::NotRequired)
            })
            .filter(|clause| matches!(people_met(clause, signers), PeopleMet::Surely(_)))
            .filter(|clause| {
                clause
                    .amounts
                    .per()
                    .is_none_or(|per| per == AmountUnit::Act)
            })
            .filter_map(|clause| clause.amounts.max())
            .max()
    }
}

fn people_met(clause: &CompiledClause, signers: &Signers) -> PeopleMet {
    let surely = clause
        .alternatives
        .iter()
        .position(|seats| fills_all(seats, &signers.surely));
    match surely {
        Some(alternative) => PeopleMet::Surely(alternative),
        None if signers.unclear
            && clause
                .alternatives
                .iter()
                .any(|seats| fills_all(seats, &signers.perhaps)) =>
        {
            PeopleMet::Perhaps
        }
        None => PeopleMet::No,
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
