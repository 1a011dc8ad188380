//! Reading a statement: a grammar over normalised text, in which every character is accounted for.
//!
//! # How it reads
//!
//! 1. The text is normalised ([`crate::kernel::text::normalise`]); spaces carry no meaning.
//! 2. `names.rs`: names on record, now or earlier, become tokens first, longest first, since a name may
//!    hold a connector or a number word.
//! 3. `lexer.rs`, `lexicon.rs`: the rest becomes numbers, items, groups, acts and words; whatever is left is an
//!    unknown token, and a sentence with one is `unresolved`.
//! 4. `party.rs`, `branch.rs`, `statement.rs`: recursive descent that returns *every* parse and, where the words
//!    leave the scope of a connector or of the seal open, every reading of it.
//! 5. Readings are compared by what they compile to. One meaning is `complete`; several are `ambiguous`, all
//!    returned; none is `unresolved`. Precedence never chooses.
//!
//! # Grammar
//!
//! ```text
//! statement  = [HEADING] { definition } element { element } { definition } { "/" | limits }
//! element    = [OR] [ITEM] branch                                   alternative
//!            | [ITEM] (CASE | IN) scope [BESIDES] [GIVE] branch      for this only
//!            | [ITEM] BESIDES [scope] [GIVE] branch                  added
//!            | EXCEPT scope [ [GIVE] branch ]                        withdrawn there
//!            | OTHER-CASES [GIVE] branch                             everything else
//! scope      = acts [amounts] | amounts
//! acts       = ACT { (AND | OR | ",") ACT }
//! amounts    = [LIMIT] [UNIT] bound { [BUT] bound } [UNIT]
//! bound      = NOT-OVER n BAHT | OVER n BAHT | BELOW n BAHT | FROM n BAHT (UPWARDS | TO n BAHT)
//! branch     = party [MAY] [JOINT] SIGN closing
//!            | party [SIGN] WITH party { WITH party } [SIGN] closing
//! closing    = { JOINT | TOTAL n PERSON | BOTH n PERSON | ALL | ANY-ONE | ALONE | SEAL | NO-SEAL | amounts | noise }
//! party      = names [threshold] | directors | pool | group
//! names      = NAME { [AND | OR | AND-OR | ","] NAME }
//! threshold  = ANY-ONE [IN n PERSON] | n [PERSON] IN n [PERSON] [THIS] | BOTH n PERSON | n PERSON THIS | ALL
//! directors  = DIRECTOR (count | n [PERSON] IN n PERSON | ALL | BOTH n PERSON | share)
//!            | DIRECTOR [OTHER] [AGAIN] count                        only behind WITH
//!            | DIRECTOR n IN n PERSON THIS names
//! count      = [AT-LEAST] n PERSON [UPWARDS] | ANY-ONE | ONE-PERSON | SOLE
//! share      = [AT-LEAST] (HALF | MORE-THAN-HALF) [OF-BOARD]
//! pool       = (MANAGING-PARTNER | LIQUIDATOR) [count | ALL | BOTH n PERSON]
//! group      = [DIRECTOR] GROUP (count | ALL) | [DIRECTOR] GROUP [DEFINE] names count
//!            | [DIRECTOR] GROUP { [AND] GROUP } EACH-GROUP count | [DIRECTOR] n IN n GROUPS EACH-GROUP count
//! definition = [DIRECTOR] GROUP [DEFINE] names
//! ```
//!
//! # What settles a scope
//!
//! * `ก ลงลายมือชื่อร่วมกับ ข หรือ ค`: the verb before ร่วมกับ settles it, ก with ข or ค.
//! * `ก และ ข หรือ ค`, `ก หรือ ข และ ค`: nothing settles it; every bracketing is a reading. A total
//!   (รวมเป็นสองคน) rules out the readings it does not fit.
//! * A repeated verb opens a new alternative; where it could also repeat the old one, both are readings.
//! * A seal phrase behind a later alternative may belong to the silent ones before it: two readings.
//! * Sole authority is only read from words that say it: one name, คนใดคนหนึ่ง, หนึ่งคน, ผู้เดียว, แต่ละคน, หรือ.
//!
//! To add a phrase: a row in `lexicon.rs`. To add a pattern: an arm in the function named like the rule of the
//! grammar above, and a row in the table of tests with its expected meaning.

mod amounts;
mod branch;
mod compose;
mod groups;
mod lexer;
mod lexicon;
mod names;
mod party;
mod statement;

#[cfg(test)]
mod generated_tests;
#[cfg(test)]
mod tests;

use super::board::{Board, Member, Role};
use super::clause::{Seal, SigningRule};
use super::compile::{CompiledRule, compile};
use super::matching::implies;
use super::rule::{Rule, Span};
use super::standing::{JuristicType, Standing, Status};
use super::verdict::Flag;
use crate::kernel::text::normalise;
use lexer::{Kind, Token, tokens};
use lexicon::Word;
use names::Names;
use party::{Sentence, Sizes};
use serde::Serialize;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The longest statement that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// The most tokens of a statement that are read.
const MAX_TOKENS: usize = 4_000;
/// Work spent on one statement, in token look-ups.
const BUDGET: usize = 100_000;

/// What is on record beside the statement.
#[derive(Debug, Clone, Copy)]
pub struct Register<'a> {
    /// Who is on record now.
    pub board: &'a Board,
    /// Who was on record earlier.
    pub former: &'a [Member],
    /// The type, where it is known.
    pub juristic_type: Option<JuristicType>,
}

/// How far the reading got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// One meaning, every name resolved. Only this is used by itself.
    Complete,
    /// Two meanings or more, or a count that does not fit the register.
    Ambiguous,
    /// Words, names or roles that are not understood.
    Unresolved,
}

impl Outcome {
    /// The word used in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Ambiguous => "ambiguous",
            Self::Unresolved => "unresolved",
        }
    }
}

/// What a statement was read to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    /// How far the reading got.
    pub outcome: Outcome,
    /// The rule; present exactly when complete.
    pub rule: Option<SigningRule>,
    /// Every reading of an ambiguous statement, different in meaning from one another.
    pub readings: Vec<SigningRule>,
    /// The words that were not understood, in the original text.
    pub unresolved_spans: Vec<Span>,
    /// What is notable.
    pub flags: Vec<Flag>,
}

impl Interpretation {
    fn unresolved(spans: Vec<Span>, flags: Vec<Flag>) -> Self {
        Self {
            outcome: Outcome::Unresolved,
            rule: None,
            readings: Vec::new(),
            unresolved_spans: spans,
            flags,
        }
    }
}

/// The statement of numbered pieces: joined in order, nothing between them, since a piece may end inside a
/// word.
pub fn join_pieces<'a>(pieces: impl IntoIterator<Item = (u32, &'a str)>) -> String {
    let mut pieces: Vec<(u32, &str)> = pieces.into_iter().collect();
    pieces.sort_by_key(|(number, _)| *number);
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// The office a statement speaks of, by its words: liquidators, managing partners, or else directors.
/// For callers that know names without their offices.
pub fn office_spoken_of(text: &str) -> Role {
    let text: String = normalise(text)
        .text
        .chars()
        .filter(|scalar| *scalar != ' ')
        .collect();
    if text.contains("ผู้ชำระบัญชี") {
        Role::Liquidator
    } else if text.contains("หุ้นส่วน") {
        Role::ManagingPartner
    } else {
        Role::Director
    }
}

/// Read a statement against the register. Pure; the work is bounded.
pub fn interpret(text: &str, register: &Register<'_>) -> Interpretation {
    let length = text.chars().count();
    let whole = Span {
        start: 0,
        end: length,
    };
    if text.len() > MAX_TEXT {
        return Interpretation::unresolved(vec![whole], vec![Flag::TextTooLong]);
    }
    let normalised = normalise(text);
    let names = Names::new(register.board, register.former);
    let tokens = tokens(&normalised, &names);
    let says_something = |token: &Token| {
        !matches!(
            token.kind,
            Kind::Word(Word::Slash | Word::Stop | Word::None | Word::Heading)
        )
    };
    if !tokens.iter().any(says_something) {
        return Interpretation::unresolved(vec![whole], vec![Flag::EmptyText]);
    }
    if tokens.len() > MAX_TOKENS {
        return Interpretation::unresolved(vec![whole], vec![Flag::TextTooLong]);
    }
    let sizes = sizes(register.board);
    let (spans, flags) = not_understood(&tokens, sizes, register.juristic_type);
    if !spans.is_empty() {
        return Interpretation::unresolved(spans, flags);
    }
    let mut sentence = Sentence {
        tokens: &tokens,
        sizes,
        groups: BTreeMap::new(),
        budget: Cell::new(BUDGET),
        furthest: Cell::new(0),
    };
    let Some(groups) = definitions(&sentence) else {
        return Interpretation::unresolved(vec![whole], vec![Flag::UnknownWords]);
    };
    sentence.groups = groups;
    let parsed = sentence.statement();
    let Some(parsed) = parsed.filter(|readings| !readings.is_empty()) else {
        let from = sentence.furthest.get();
        let span = sentence.span(from, tokens.len());
        let span = if sentence.budget.get() == 0 {
            whole
        } else {
            span
        };
        return Interpretation::unresolved(vec![span], vec![Flag::UnknownWords]);
    };
    conclude(parsed, &sentence, register, whole)
}

fn sizes(board: &Board) -> Sizes {
    let holders = |role: Role| {
        let limited = Some(super::board::Liability::Limited);
        board
            .people_where(|member| {
                member.role == role
                    && (role != Role::ManagingPartner || member.liability != limited)
            })
            .len()
    };
    Sizes {
        directors: holders(Role::Director),
        managing_partners: holders(Role::ManagingPartner),
        liquidators: holders(Role::Liquidator),
    }
}

/// Tokens that no grammar reads, and what they are.
fn not_understood(
    tokens: &[Token],
    sizes: Sizes,
    juristic_type: Option<JuristicType>,
) -> (Vec<Span>, Vec<Flag>) {
    let mut spans: Vec<Span> = Vec::new();
    let mut flags: Vec<Flag> = Vec::new();
    let partnership = juristic_type.is_some_and(JuristicType::is_partnership);
    let company = juristic_type.is_some_and(JuristicType::is_company);
    for token in tokens {
        let flag = match &token.kind {
            Kind::Unknown => Flag::UnknownWords,
            Kind::UnknownName => Flag::UnknownName,
            Kind::AmbiguousName => Flag::AmbiguousName,
            Kind::Word(Word::Role) => Flag::RoleNotOnRecord,
            Kind::Word(Word::Director) if sizes.directors == 0 || partnership => {
                Flag::RoleNotOnRecord
            }
            Kind::Word(Word::ManagingPartner) if sizes.managing_partners == 0 || company => {
                Flag::RoleNotOnRecord
            }
            Kind::Word(Word::Liquidator) if sizes.liquidators == 0 => Flag::RoleNotOnRecord,
            Kind::Word(Word::CutOff) => Flag::TextCutOff,
            Kind::Word(Word::Elsewhere) => Flag::RefersElsewhere,
            _ => continue,
        };
        spans.push(token.span);
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    (spans, flags)
}

/// The groups a sentence defines; `None` when one is defined twice, differently.
fn definitions(sentence: &Sentence<'_>) -> Option<BTreeMap<String, Vec<Rule>>> {
    let mut groups: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for at in 0..sentence.tokens.len() {
        let Some((label, mut ends)) = sentence.definition(at) else {
            continue;
        };
        let (_, members) = ends.pop()?;
        let reference = |rules: &[Rule]| -> Vec<String> {
            rules
                .iter()
                .flat_map(|rule| {
                    rule.people()
                        .into_iter()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                })
                .collect()
        };
        match groups.get(&label) {
            Some(known) if reference(known) != reference(&members) => return None,
            Some(_) => {}
            None => {
                groups.insert(label, members);
            }
        }
    }
    Some(groups)
}

fn conclude(
    parsed: Vec<statement::Reading>,
    sentence: &Sentence<'_>,
    register: &Register<'_>,
    whole: Span,
) -> Interpretation {
    let mismatch = parsed.iter().any(|reading| reading.mismatch);
    let mut flags: Vec<Flag> = Vec::new();
    for flag in parsed.iter().flat_map(|reading| reading.flags.iter()) {
        if !flags.contains(flag) {
            flags.push(*flag);
        }
    }
    let boards = comparison_boards(register);
    let standing = spoken_standing(sentence.tokens, register.juristic_type);
    let mut readings: Vec<(SigningRule, Vec<CompiledRule>)> = Vec::new();
    for rule in parsed.into_iter().flat_map(|reading| reading.rules) {
        if !uses_every_group(&rule, &sentence.groups) {
            return Interpretation::unresolved(vec![whole], vec![Flag::UnknownWords]);
        }
        let compiled: Result<Vec<CompiledRule>, _> = boards
            .iter()
            .map(|board| compile(&rule, board, standing))
            .collect();
        let Ok(compiled) = compiled else {
            return Interpretation::unresolved(vec![whole], vec![Flag::RuleTooLarge]);
        };
        let known = readings.iter().any(|(other, other_compiled)| {
            compiled
                .iter()
                .zip(other_compiled)
                .all(|(one, two)| same_meaning((&rule, one), (other, two)))
        });
        if !known {
            readings.push((rule, compiled));
        }
    }
    let named_left = readings.iter().any(|(_, compiled)| {
        compiled
            .first()
            .is_some_and(|now| now.flags().contains(&Flag::NamedPersonLeft))
    });
    let several = readings.len() > 1;
    let mut rules: Vec<SigningRule> = readings.into_iter().map(|(rule, _)| rule).collect();
    if !several {
        flags.clear();
    } else if flags.is_empty() && !mismatch {
        // Several parses: a repeated verb or หรือ may open a new alternative or go on with the old one.
        flags.push(Flag::ConnectorScopeUnclear);
    }
    if named_left {
        flags.push(Flag::NamedPersonLeft);
    }
    if mismatch {
        flags.push(Flag::CountMismatch);
    }
    if several || mismatch {
        return Interpretation {
            outcome: Outcome::Ambiguous,
            rule: None,
            readings: rules,
            unresolved_spans: Vec::new(),
            flags,
        };
    }
    Interpretation {
        outcome: Outcome::Complete,
        rule: rules.pop(),
        readings: Vec::new(),
        unresolved_spans: Vec::new(),
        flags,
    }
}

/// A group that is defined and never used was not understood.
fn uses_every_group(rule: &SigningRule, groups: &BTreeMap<String, Vec<Rule>>) -> bool {
    let mut labels: Vec<&str> = Vec::new();
    let mut open: Vec<&Rule> = rule.clauses().iter().map(|clause| &clause.rule).collect();
    while let Some(rule) = open.pop() {
        if let super::rule::RuleKind::AtLeast {
            label: Some(label), ..
        } = &rule.kind
        {
            labels.push(label);
        }
        open.extend(rule.parts());
    }
    groups.keys().all(|group| {
        labels
            .iter()
            .any(|label| label.strip_prefix("กลุ่ม ") == Some(group))
    })
}

/// The board as it is, and as it would be if everybody who was on record still were: readings that agree
/// only because somebody left do not agree.
fn comparison_boards(register: &Register<'_>) -> Vec<Board> {
    let mut boards = vec![register.board.clone()];
    let mut members = register.board.members().to_vec();
    for former in register.former {
        for role in [Role::Director, Role::ManagingPartner, Role::Liquidator] {
            let mut member = former.clone().with_role(role);
            member.liability = None;
            members.push(member);
        }
    }
    if members.len() > register.board.members().len()
        && let Ok(board) = Board::new(members)
    {
        boards.push(board);
    }
    boards
}

/// The standing under which the statement's office signs.
fn spoken_standing(tokens: &[Token], juristic_type: Option<JuristicType>) -> Standing {
    let says = |word: Word| tokens.iter().any(|token| token.kind == Kind::Word(word));
    let juristic_type = match juristic_type {
        Some(known) if known.is_company() || known.is_partnership() => known,
        _ if says(Word::ManagingPartner) => JuristicType::LimitedPartnership,
        _ => JuristicType::LimitedCompany,
    };
    let status = if says(Word::Liquidator) {
        Status::DissolvedLiquidating
    } else {
        Status::Active
    };
    Standing {
        status,
        juristic_type,
    }
}

/// Whether each rule's every alternative is one of the other's, or asks for more: a proof of equal meaning.
fn same_meaning(one: (&SigningRule, &CompiledRule), two: (&SigningRule, &CompiledRule)) -> bool {
    covered_by(one, two) && covered_by(two, one)
}

fn covered_by(one: (&SigningRule, &CompiledRule), two: (&SigningRule, &CompiledRule)) -> bool {
    let scope_of = |rule: &SigningRule, index: usize| {
        rule.clauses().get(index).map(|clause| clause.scope.clone())
    };
    !one.1.clauses.is_empty()
        && one.1.clauses.iter().all(|clause| {
            clause.alternatives.iter().all(|strong| {
                two.1.clauses.iter().any(|other| {
                    scope_of(one.0, clause.index) == scope_of(two.0, other.index)
                        && (other.seal == Seal::NotRequired || other.seal == clause.seal)
                        && other.alternatives.iter().any(|weak| implies(strong, weak))
                })
            })
        })
}
