//! From a rule and a board to seats: the form that is decided on.
//!
//! A rule compiles once, for one board and one standing, into *alternatives*; each is a list of
//! *seats*, each seat the set of people who may fill it. An alternative is met when all its seats go to
//! different signers.
//!
//! # Status first
//!
//! The status says whose rule decides, or decides itself: the table in [`super::status`].
//!
//! # Who counts
//!
//! In a company the directors; in a partnership the managing partners, never one of limited liability
//! (1087); in liquidation the liquidators. A named person without such an office is a seat that nobody
//! fills: other alternatives still work, nothing is lowered.
//!
//! # Bounds
//!
//! [`MAX_NODES`] parts and scope words, [`MAX_DEPTH`] levels, [`MAX_CLAUSES`] clauses, [`MAX_ALTERNATIVES`]
//! alternatives of [`MAX_SEATS`] seats and [`MAX_NAMED`] people each, [`MAX_ALL_SEATS`] seats in all. A rule past a
//! bound is refused whole. What an answer may cost follows from them: `work_tests.rs` counts it.

use super::alternatives::{Alternative, expand};
use super::board::{Board, Liability, Member, People, Role};
use super::clause::{AmountRange, Clause, ScopedAct, Seal, SigningRule};
use super::matching::{Signers, met};
use super::rule::{Pool, Rule, RuleKind, Span};
use super::standing::Standing;
use super::status::{Office, PossibleActs};
use super::verdict::{Decision, Flag, ReasonCode};
use crate::kernel::act::{ActCode, ActSet};
use crate::kernel::id::RegistrationNumber;

/// The most parts and scope words of a rule, all clauses together.
pub const MAX_NODES: usize = 2_000;
/// The deepest nesting of a rule.
pub const MAX_DEPTH: usize = 24;
/// The most alternatives of a rule, all clauses together.
pub const MAX_ALTERNATIVES: usize = 128;
/// The most clauses of a rule.
pub const MAX_CLAUSES: usize = 64;
/// The most seats of one alternative.
pub const MAX_SEATS: usize = 128;
/// The most seats of all alternatives together.
pub const MAX_ALL_SEATS: usize = 512;
/// The most people that the seats of one alternative name, seats for the same people counted once.
pub const MAX_NAMED: usize = 256;

/// Why a rule is not compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompileRefusal {
    /// More parts and scope words than [`MAX_NODES`].
    #[error("the rule has more than {MAX_NODES} parts")]
    TooManyNodes,
    /// More clauses than [`MAX_CLAUSES`].
    #[error("the rule has more than {MAX_CLAUSES} clauses")]
    TooManyClauses,
    /// Deeper than [`MAX_DEPTH`].
    #[error("the rule is nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More alternatives than [`MAX_ALTERNATIVES`].
    #[error("the rule has more than {MAX_ALTERNATIVES} alternatives")]
    TooManyAlternatives,
    /// More seats than [`MAX_SEATS`] in one alternative, or than [`MAX_ALL_SEATS`] in all.
    #[error(
        "one alternative of the rule has more than {MAX_SEATS} seats, or all have more than {MAX_ALL_SEATS}"
    )]
    TooManySeats,
    /// More people than [`MAX_NAMED`] in one alternative.
    #[error("one alternative of the rule names more than {MAX_NAMED} people")]
    TooManyNamed,
}

/// One entry of a clause's scope, for settling what it leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) surely: ActSet,
    pub(super) perhaps: ActSet,
    /// Position among the rule's different entries: one word means the same in every clause.
    pub(super) word: usize,
}

/// The scope of a clause by acts; `None` where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entries {
    pub(super) acts: Option<Vec<Entry>>,
    pub(super) except_acts: Option<Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompiledClause {
    pub(super) index: usize,
    pub(super) span: Span,
    pub(super) seal: Seal,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) surely: ActSet,
    pub(super) perhaps: ActSet,
    /// The scope word by word, for settling what `perhaps` leaves open.
    pub(super) entries: Entries,
    pub(super) amounts: AmountRange,
    /// Whether the whole board together could satisfy it.
    pub(super) satisfiable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Basis {
    /// Clauses decide.
    Clauses,
    /// The standing decides alone.
    Standing(Decision, ReasonCode),
    /// The standing takes authority from everybody but those eligible, whose power a court's order tells.
    CourtOrder(ReasonCode),
}

/// A rule ready to decide for one board and one standing. Pure data: sharing it between threads and
/// asking it twice gives the same answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledRule {
    pub(super) board: Board,
    pub(super) basis: Basis,
    pub(super) clauses: Vec<CompiledClause>,
    /// People whose signature counts.
    pub(super) eligible: People,
    /// One representative act for each set of acts that the clauses treat alike.
    pub(super) classes: Vec<ActCode>,
    /// In liquidation, the acts that are surely winding-up.
    pub(super) winding_up: Option<ActSet>,
    pub(super) flags: Vec<Flag>,
    /// Who counts, for saying why somebody does not.
    pub(super) office: Option<Office>,
    /// Who followed a converted or amalgamated juristic person.
    pub(super) successor: Option<RegistrationNumber>,
}

/// Acts that s. 1250 and 1259 name or that winding up cannot do without: sue, defend and compromise, sell,
/// pay and collect, close accounts, file and register. Any other act may still be needed for a
/// beneficial winding-up, which no register tells.
const WINDING_UP_ACTS: &[&str] = &[
    "bank.account.operate",
    "bank.account.close",
    "tax.efile",
    "tax.refund",
    "tax.dispute",
    "dbd.register.change",
    "dbd.certificate.request",
    "dbd.financials.file",
    "dbd.dissolve",
    "contract.sale.movable",
    "property.sale.immovable",
    "litig.sue",
    "litig.defend",
    "litig.compromise",
];

/// Compile a rule for a board and a standing.
///
/// Errors: a rule past one of the bounds of this module. A rule that nobody can satisfy compiles; it
/// denies and says so.
pub fn compile(
    rule: &SigningRule,
    board: &Board,
    standing: Standing,
) -> Result<CompiledRule, CompileRefusal> {
    check_size(rule)?;
    let mut compiled = blank(board, standing);
    if settle(&mut compiled, standing) {
        return Ok(compiled);
    }
    let offices = offices_of(rule);
    match compiled.office {
        Some(Office::Liquidator) if !offices.liquidator && !rule.is_of_liquidators() => {
            return Ok(liquidators_jointly(compiled));
        }
        _ if offices.plan_administrator => {
            return Ok(misfit(compiled));
        }
        Some(Office::Director)
            if offices.managing_partner || offices.liquidator || rule.is_of_liquidators() =>
        {
            return Ok(misfit(compiled));
        }
        Some(Office::ManagingPartner)
            if offices.director || offices.liquidator || rule.is_of_liquidators() =>
        {
            return Ok(misfit(compiled));
        }
        Some(Office::Liquidator) if offices.director || offices.managing_partner => {
            return Ok(misfit(compiled));
        }
        _ => {}
    }
    let mut words: Vec<&ScopedAct> = Vec::new();
    let (mut alternatives, mut seats) = (0, 0);
    for (index, clause) in rule.clauses().iter().enumerate() {
        let clause = compile_clause(index, clause, &mut words, &mut compiled)?;
        alternatives += clause.alternatives.len();
        if alternatives > MAX_ALTERNATIVES {
            return Err(CompileRefusal::TooManyAlternatives);
        }
        seats += clause
            .alternatives
            .iter()
            .map(Alternative::seats)
            .sum::<usize>();
        if seats > MAX_ALL_SEATS {
            return Err(CompileRefusal::TooManySeats);
        }
        compiled.clauses.push(clause);
    }
    compiled.classes = act_classes(&compiled.clauses);
    if compiled.clauses.iter().all(|clause| !clause.satisfiable) {
        compiled.flag(Flag::RuleUnsatisfiable);
    }
    if compiled.winding_up.is_some() {
        compiled.flag(Flag::WindingUpActsOnly);
    }
    Ok(compiled)
}

/// What status and law settle without any statement: who may not act at all, and, in liquidation without a registered
/// authority of the liquidators, that all of them act jointly (s. 1261). `None` where the statement is needed.
pub fn compile_without_statement(board: &Board, standing: Standing) -> Option<CompiledRule> {
    let mut compiled = blank(board, standing);
    if settle(&mut compiled, standing) {
        return Some(compiled);
    }
    (compiled.office == Some(Office::Liquidator)).then(|| liquidators_jointly(compiled))
}

/// A rule without clauses yet.
fn blank(board: &Board, standing: Standing) -> CompiledRule {
    let winding_up = (standing.status.rule().acts == PossibleActs::WindingUp).then(|| {
        ActCode::all()
            .filter(|act| WINDING_UP_ACTS.contains(&act.as_str()))
            .collect::<ActSet>()
    });
    let office = standing.office();
    let mut compiled = CompiledRule {
        board: board.clone(),
        basis: Basis::Clauses,
        clauses: Vec::new(),
        eligible: People::NONE,
        classes: Vec::new(),
        winding_up,
        flags: Vec::new(),
        office,
        successor: None,
    };
    if office == Some(Office::ManagingPartner) && !compiled.limited_managers().is_empty() {
        compiled.flag(Flag::LimitedManagingPartner);
    }
    compiled
}

impl CompiledRule {
    pub(super) fn flag(&mut self, flag: Flag) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
        }
    }

    /// The same rule, naming who followed a converted or amalgamated juristic person.
    #[must_use]
    pub fn with_successor(mut self, successor: RegistrationNumber) -> Self {
        self.successor = Some(successor);
        self
    }

    /// Managing partners whom the register gives limited liability, which s. 1087 does not allow: an error in it.
    pub(super) fn limited_managers(&self) -> People {
        let limited = |member: &Member| member.liability == Some(Liability::Limited);
        self.board
            .people_where(|member| member.role == Role::ManagingPartner)
            .intersection(self.board.people_where(limited))
    }

    /// The board it was compiled for.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// What is notable about the rule and the board, whoever signs.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// Everybody whose signature counts.
    pub fn eligible(&self) -> People {
        self.eligible
    }

    /// How many alternatives there are, all clauses together.
    pub fn alternatives(&self) -> usize {
        self.clauses
            .iter()
            .map(|clause| clause.alternatives.len())
            .sum()
    }
}

/// What the standing decides alone, whatever the statement says, while nobody of the office that acts is on record;
/// `None` where a statement or the liquidators decide.
pub fn decided_by_standing(standing: Standing) -> Option<(Decision, ReasonCode)> {
    standing.settled()
}

/// Whether type and status leave nothing for a statement to decide; the rule is then complete.
fn settle(compiled: &mut CompiledRule, standing: Standing) -> bool {
    if let Some(office) = compiled.office {
        compiled.eligible = compiled
            .board
            .people_where(|member| office.holds(member.role, member.liability));
    }
    if compiled.office == Some(Office::ManagingPartner) {
        // Limited in one row of the register is limited, whatever another row leaves open.
        compiled.eligible = compiled.eligible.without(compiled.limited_managers());
    }
    let Some((decision, code)) = standing.settled() else {
        return false;
    };
    let listed =
        standing.status.rule().acts == PossibleActs::ByCourtOrder && !compiled.eligible.is_empty();
    compiled.basis = if listed {
        Basis::CourtOrder(code)
    } else {
        Basis::Standing(decision, code)
    };
    true
}

fn check_size(rule: &SigningRule) -> Result<(), CompileRefusal> {
    if rule.clauses().len() > MAX_CLAUSES {
        return Err(CompileRefusal::TooManyClauses);
    }
    let mut nodes: usize = rule
        .clauses()
        .iter()
        .flat_map(|clause| [&clause.scope.acts, &clause.scope.except_acts])
        .flatten()
        .map(Vec::len)
        .sum();
    let mut open: Vec<(&Rule, usize)> = rule
        .clauses()
        .iter()
        .map(|clause| (&clause.rule, 1))
        .collect();
    while let Some((rule, depth)) = open.pop() {
        nodes += 1;
        if nodes > MAX_NODES {
            return Err(CompileRefusal::TooManyNodes);
        }
        if depth > MAX_DEPTH {
            return Err(CompileRefusal::TooDeep);
        }
        open.extend(rule.parts().iter().map(|part| (part, depth + 1)));
    }
    Ok(())
}

/// Which offices a rule speaks of.
#[derive(Debug, Clone, Copy, Default)]
struct Offices {
    director: bool,
    managing_partner: bool,
    liquidator: bool,
    plan_administrator: bool,
}

fn offices_of(rule: &SigningRule) -> Offices {
    let mut offices = Offices::default();
    let mut open: Vec<&Rule> = rule.clauses().iter().map(|clause| &clause.rule).collect();
    while let Some(rule) = open.pop() {
        match &rule.kind {
            RuleKind::AnyDirector(_) | RuleKind::AllDirectors | RuleKind::Majority(_) => {
                offices.director = true;
            }
            RuleKind::AnyOfPool { pool, .. } => match pool {
                Pool::ManagingPartner => offices.managing_partner = true,
                Pool::Liquidator => offices.liquidator = true,
                Pool::PlanAdministrator => offices.plan_administrator = true,
            },
            RuleKind::Person(_)
            | RuleKind::AtLeast { .. }
            | RuleKind::AllOf(_)
            | RuleKind::AnyOf(_) => {
                open.extend(rule.parts());
            }
        }
    }
    offices
}

/// The statement speaks of an office that does not sign for this type and status.
fn misfit(mut compiled: CompiledRule) -> CompiledRule {
    compiled.basis = Basis::Standing(Decision::Indeterminate, ReasonCode::StatementDoesNotFit);
    compiled
}

/// S. 1261: several liquidators act jointly unless registered otherwise.
fn liquidators_jointly(mut compiled: CompiledRule) -> CompiledRule {
    if compiled.eligible.is_empty() {
        compiled.basis = Basis::Standing(Decision::Indeterminate, ReasonCode::NoLiquidatorOnRecord);
        return compiled;
    }
    compiled.clauses = vec![CompiledClause {
        index: 0,
        span: Span { start: 0, end: 0 },
        seal: Seal::NotRequired,
        alternatives: vec![Alternative::everybody(compiled.eligible)],
        surely: ActSet::ALL,
        perhaps: ActSet::NONE,
        entries: Entries::default(),
        amounts: AmountRange::ANY,
        satisfiable: true,
    }];
    compiled.classes = act_classes(&compiled.clauses);
    compiled.flag(Flag::LiquidatorsJointly);
    compiled.flag(Flag::WindingUpActsOnly);
    compiled
}

fn compile_clause<'a>(
    index: usize,
    clause: &'a Clause,
    words: &mut Vec<&'a ScopedAct>,
    compiled: &mut CompiledRule,
) -> Result<CompiledClause, CompileRefusal> {
    let alternatives: Vec<Alternative> = expand(&clause.rule, compiled)?
        .iter()
        .map(|seats| Alternative::of(seats))
        .collect::<Result<_, _>>()?;
    let everybody = Signers::clear(compiled.eligible);
    let satisfiable = alternatives
        .iter()
        .any(|alternative| met(alternative, &everybody, &mut 0));
    let entries = Entries {
        acts: entries_of(&clause.scope.acts, ScopedAct::meaning, words),
        except_acts: entries_of(&clause.scope.except_acts, ScopedAct::withdrawn, words),
    };
    let (surely, perhaps) = acts_of(&entries);
    Ok(CompiledClause {
        index,
        span: clause.span,
        seal: clause.seal,
        alternatives,
        surely,
        perhaps,
        entries,
        amounts: clause.scope.amounts,
        satisfiable,
    })
}

fn entries_of<'a>(
    acts: &'a Option<Vec<ScopedAct>>,
    reach: impl Fn(&ScopedAct) -> (ActSet, ActSet),
    words: &mut Vec<&'a ScopedAct>,
) -> Option<Vec<Entry>> {
    let entry = |act: &'a ScopedAct| {
        let known = words.iter().position(|word| *word == act);
        let word = known.unwrap_or_else(|| {
            words.push(act);
            words.len() - 1
        });
        let (surely, perhaps) = reach(act);
        Entry {
            surely,
            perhaps,
            word,
        }
    };
    acts.as_ref().map(|acts| acts.iter().map(entry).collect())
}

fn acts_of(entries: &Entries) -> (ActSet, ActSet) {
    let all = |acts: &Option<Vec<Entry>>| {
        acts.as_ref().map(|acts| {
            acts.iter()
                .fold((ActSet::NONE, ActSet::NONE), |(surely, perhaps), entry| {
                    (surely.union(entry.surely), perhaps.union(entry.perhaps))
                })
        })
    };
    let (surely, perhaps) = all(&entries.acts).unwrap_or((ActSet::ALL, ActSet::NONE));
    let (out, perhaps_out) = all(&entries.except_acts).unwrap_or((ActSet::NONE, ActSet::NONE));
    let reach = surely.union(perhaps).without(out);
    let surely = surely.without(out).without(perhaps_out);
    (surely, reach.without(surely))
}

/// One act for each set of acts that all clauses treat alike.
fn act_classes(clauses: &[CompiledClause]) -> Vec<ActCode> {
    let mut seen: Vec<Vec<(bool, bool)>> = Vec::new();
    let mut classes = Vec::new();
    for act in ActCode::all() {
        let treatment: Vec<(bool, bool)> = clauses
            .iter()
            .flat_map(|clause| [&clause.entries.acts, &clause.entries.except_acts])
            .flatten()
            .flatten()
            .map(|entry| (entry.surely.contains(act), entry.perhaps.contains(act)))
            .collect();
        if !seen.contains(&treatment) {
            seen.push(treatment);
            classes.push(act);
        }
    }
    classes
}
