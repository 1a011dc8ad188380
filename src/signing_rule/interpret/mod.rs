//! Reading a statement: a grammar over normalised text, in which every character is accounted for.
//!
//! # How it reads
//!
//! 1. The text is normalised ([`crate::kernel::text::normalise`]); spaces carry no meaning in Thai.
//! 2. `names.rs`: names on record, now or earlier, become tokens first, longest first, since a name may
//!    hold a connector or a number word. A title settles who is meant where two people share a name.
//! 3. `lexer.rs`, `lexicon.rs`, `phrases.rs`, `english.rs`: the rest becomes numbers, items, groups, acts and
//!    words; whatever is left is an unknown token, and a sentence with one is `unresolved`.
//! 4. Recursive descent that returns *every* parse and, where the words leave the scope of a connector or of the
//!    seal open, every reading of it: `party.rs`, `groups.rs` and `english.rs` say who, `modifiers.rs` who does
//!    not count and who must, `branch.rs` reads one alternative and `readings.rs` what its parties mean together,
//!    `statement.rs` and `cases.rs` the whole sentence, `compose.rs`, `conflicts.rs` and `scope.rs` make clauses of it.
//! 5. `meaning.rs`: readings are compared by what they decide. One meaning is `complete`; several are
//!    `ambiguous`, all returned; none is `unresolved`. Precedence never chooses.
//!
//! # Grammar
//!
//! ```text
//! statement  = [HEADING] { definition } [EXCEPT acts "," | scope ITEM-1] element { element } { definition } { "/" | limits }
//! element    = [OR] [ITEM] branch                                   alternative; ITEM numbers every one or none
//!            | [ITEM] (CASE | IN) scope [BESIDES] [give] branch      for this only
//!            | [ITEM] BESIDES [scope] [give] branch                  added
//!            | (AND | OR) … branch with TOO                          added by its own words
//!            | EXCEPT scope [ [give] branch | [give] SEAL | NO-SEAL ]  withdrawn there
//!            | EXCEPT ITEM scope give branch { ITEM scope give branch }
//!            | (CASE-INSTEAD scope | CASE scope MUST) branch         takes the general rule's place there
//!            | [office] FORBIDDEN acts { AND FORBIDDEN acts } [amounts] [EXCEPT branch]     nobody, or only these
//!            | OTHER-CASES [BESIDES ITEM {(AND | TO) ITEM}] [give] branch   everything else
//!            | OVER-THAT [BUT bound] [give] (branch | MUST (names | DIRECTOR count) SIGN TOO)    above the ceiling just said
//!            | SEAL | SEAL-FOR-ALL                                   behind definitions: of the alternative before
//! give       = GIVE | MUST
//! scope      = acts [amounts] | amounts
//! acts       = [ABOUT] ACT { (AND | OR | ",") [ABOUT] ACT } [DEFINE acts]
//! amounts    = [LIMIT] [UNIT] bound { [BUT | AND] bound } [UNIT]
//! bound      = (NOT-OVER | WITHIN) n BAHT | OVER n BAHT | BELOW n BAHT | AT-LEAST n BAHT | FROM n BAHT (UPWARDS | TO n BAHT)
//! branch     = [(NOT-BEING | EXCEPT) names] chain [modifier] SIGN closing | chain SIGN WITH chain [SIGN] closing | SIGN BY party closing
//! chain      = party { (WITH | AND | OR) party }      AND and OR only before an office, a group or a closed list
//! closing    = { JOINT | TOTAL n PERSON | BOTH n PERSON | ALL | ANY-ONE | ALONE | count | SEAL | NO-SEAL
//!              | modifier | DEFINE names | [CASE] scope | OTHER-CASES | TOO | noise }
//! modifier   = (NOT-BEING | EXCEPT) (names | GROUP)    who fills no counted seat
//!            | BY names FORBIDDEN SIGN
//!            | AMONG-THEM required { AND required } [SIGN] [TOO]     who must be among those counted
//!            | (ONE-AMONG-THEM | BY 1 IN n PERSON MUST-BE) required    one person among those counted
//!            | MADE-UP-OF required                                among those counted, or all of them taken from these
//! party      = names [office] [threshold] | office [DEFINE] names | directors | pool | group | english
//! names      = NAME { [AND | OR | AND-OR | ","] NAME }
//! threshold  = ANY-ONE [IN n PERSON] | EACH | n [PERSON] IN n [PERSON] [THIS] | BOTH n PERSON | n PERSON [THIS] | ALL
//! directors  = DIRECTOR (count | n [PERSON] IN n PERSON | ALL | BOTH n PERSON | share)
//!            | DIRECTOR [OTHER] [AGAIN] count                        behind WITH, or leaving out whoever was named before
//!            | DIRECTOR n [IN n PERSON] THIS names                   the list may also stand behind the verb
//! count      = [AT-LEAST] n PERSON [UPWARDS] | OVER n PERSON | ANY-ONE | ONE-PERSON | SOLE | EACH
//! share      = [AT-LEAST] (HALF | MORE-THAN-HALF) [OF-BOARD]
//! pool       = (MANAGING-PARTNER | LIQUIDATOR) [count | ALL | BOTH n PERSON | OTHER AGAIN count]
//! group      = [DIRECTOR] GROUP [count | ALL | n IN n PERSON] | [DIRECTOR] GROUP DEFINE names count
//!            | GROUP { (AND | OR | AND-OR) GROUP } [EACH-GROUP count | count] | count IN (GROUP | SAME-GROUP | DIFFERENT-GROUPS)
//!            | n [IN n] GROUPS EACH-GROUP count | ANY-GROUP (count | WHOLE-GROUP)
//! definition = [DIRECTOR] GROUP [DEFINE] [n PERSON] names | names BEING [DIRECTOR] GROUP | ITEM names
//!            | GROUP [DEFINE] DIRECTOR ALL [(NOT-BEING | EXCEPT) names]
//! english    = [ANY] [AT-LEAST] n [OTHER] [OF [THIS]] office [IN GROUP | names] | ALL DIRECTOR | names ANY n OF THIS
//!            | ANY NAME { OR NAME } | [ANY] n OF THIS DIRECTOR, whose list stands behind the verb
//! limits     = LIMITS (NONE | element that forbids, or that a duty replaces)
//! ```
//!
//! # What settles a scope
//!
//! * `ก ลงลายมือชื่อร่วมกับ ข หรือ ค`: the verb before ร่วมกับ settles it, ก with ข or ค.
//! * `ก และ ข หรือ ค`, `ก หรือ ข และ ค`: nothing settles it; every bracketing is a reading. A total
//!   (รวมเป็นสองคน) rules out the readings it does not fit.
//! * A repeated verb opens a new alternative; where it could also repeat the old one, both are readings.
//! * A seal phrase behind a later alternative may belong to the silent ones before it: two readings, unless the
//!   words say that it is for all (ทุกกรณี).
//! * A case behind a general rule replaces it or adds to it: two readings, unless a word says which (เว้นแต่, ต้อง;
//!   นอกจาก…แล้ว, ได้ด้วย), or unless adding would add nothing.
//! * An exception cuts the rule; whether it also cuts what was added or a case, two readings. Under a heading of limits it
//!   cuts everything. What forbids or takes away reaches all that its words can mean (`reach.rs` of the room).
//! * Behind the last of several alternatives, who is left out or required, and acts or amounts set apart by ทั้งนี้, โดย or
//!   ทุกกรณี, may be meant for all: not read. So are rules side by side whose scopes meet without being tiers, and a
//!   silent alternative behind a limited one that does not ask more (`conflicts.rs`).
//! * นอกจาก…แล้วให้ ก ลงลายมือชื่อ, with or without ด้วย: one more rule or one more signature: not read, unless the words say
//!   that ก may (ได้ด้วย, มีอำนาจ, โดยลำพัง).
//! * ที่มิใช่ ก ร่วมกับ ข: ข signs with whoever is not ก. ยกเว้น ก ร่วมกับ ข, ที่มิใช่ ก และ ข before the verb: not read.
//! * A duty (ต้อง, ต้องมี, ต้องให้, a limit, ห้าม…เว้นแต่) that asks no more than the rule it would replace: instead of it,
//!   or together with it: two readings (`duty.rs`).
//! * A seal before everything may be for every alternative; a seal behind a case is its own where the case is the
//!   stricter one, and else perhaps also that of a silent rule before it.
//! * `ก และ ข มีอำนาจลงลายมือชื่อ`, without ร่วมกัน: each of them, or both.
//! * `กรรมการอื่น` behind a group: another person, or one who is not of the group.
//! * A name ends before a word glued to it only where a verb of signing or a connector follows up to the next space.
//! * An amount behind several acts joined by และ may limit all of them or the last: not read.
//! * Sole authority is only read from words that say it: one name, คนใดคนหนึ่ง, หนึ่งคน, ผู้เดียว, แต่ละคน, หรือ.
//!   ทุกคนมีอำนาจ may mean each of them or all together: not read.
//!
//! To add a phrase: its row in `phrases.rs`. To add a pattern: an arm in the function named like the rule of the
//! grammar above, a row in the table of tests with its expected meaning, and lines in `tests/statements`.

mod amounts;
mod brackets;
mod branch;
mod cases;
mod compose;
mod conflicts;
mod duty;
mod english;
mod groups;
mod lexer;
mod lexicon;
mod meaning;
mod modifiers;
mod names;
mod party;
mod phrases;
mod readings;
mod scope;
mod statement;

#[cfg(test)]
mod generated_tests;
#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;

use super::board::{Board, Member, Role};
use super::clause::{Scope, SigningRule};
use super::compile::{CompiledRule, compile};
use super::rule::{Rule, Span};
use super::standing::{JuristicType, Standing, Status};
use super::verdict::Flag;
use crate::kernel::text::normalise;
use duty::Weighing;
use lexer::{Kind, Token, tokens};
use lexicon::Word;
use meaning::same_meaning;
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
    let lower = text.to_ascii_lowercase();
    let winding_up = ["ผู้ชำระบัญชี", "ในการชำระบัญชี"];
    if winding_up.iter().any(|words| text.contains(words)) || lower.contains("liquidator") {
        Role::Liquidator
    } else if text.contains("หุ้นส่วน") || lower.contains("managingpartner") {
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
    let Some(tokens) = tokens(&normalised, &names, MAX_TOKENS) else {
        return Interpretation::unresolved(vec![whole], vec![Flag::TextTooLong]);
    };
    let says_something = |token: &Token| {
        !matches!(
            token.kind,
            Kind::Word(Word::Slash | Word::Stop | Word::None | Word::Heading | Word::HeadingSign)
        )
    };
    if !tokens.iter().any(says_something) {
        return Interpretation::unresolved(vec![whole], vec![Flag::EmptyText]);
    }
    let sizes = sizes(register.board);
    let (spans, flags) = not_understood(&tokens, sizes, register.juristic_type);
    if !spans.is_empty() {
        return Interpretation::unresolved(spans, flags);
    }
    let office = office_spoken_of(text);
    let mut sentence = Sentence {
        tokens: &tokens,
        sizes,
        weighing: Weighing {
            boards: comparison_boards(register),
            standing: spoken_standing(office, register.juristic_type),
            liquidators: office == Role::Liquidator,
        },
        directors: directors(register.board),
        implied_verb: implied_verb(&tokens),
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
    // A managing partner of limited liability is an error of the register (s. 1087) and never signs; "all of them" is not
    // fewer for it.
    let holders = |role: Role| board.people_where(|member| member.role == role).len();
    Sizes {
        directors: holders(Role::Director),
        managing_partners: holders(Role::ManagingPartner),
        liquidators: holders(Role::Liquidator),
    }
}

/// Every director on record, each person once.
fn directors(board: &Board) -> Vec<Rule> {
    board
        .people_where(|member| member.role == Role::Director)
        .each()
        .filter_map(|person| board.reference_of(person))
        .filter_map(|reference| Rule::person(reference).ok())
        .collect()
}

/// Whether the heading holds the only verb: กรรมการผู้มีอำนาจลงนามผูกพันบริษัท คือ นาย ก.
fn implied_verb(tokens: &[Token]) -> bool {
    let says = |word: Word| tokens.iter().any(|token| token.kind == Kind::Word(word));
    says(Word::HeadingSign) && !says(Word::Sign)
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
        if sentence.within_a_list(at) {
            continue;
        }
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
    let Weighing {
        boards,
        standing,
        liquidators,
    } = &sentence.weighing;
    let standing = *standing;
    let mut readings: Vec<(SigningRule, Vec<CompiledRule>)> = Vec::new();
    for (rule, added) in parsed.into_iter().flat_map(|reading| reading.rules) {
        if !uses_its_groups(&rule, &sentence.groups) {
            return Interpretation::unresolved(vec![whole], vec![Flag::UnknownWords]);
        }
        let rule = if *liquidators {
            rule.of_liquidators()
        } else {
            rule
        };
        let compiled: Result<Vec<CompiledRule>, _> = boards
            .iter()
            .map(|board| compile(&rule, board, standing))
            .collect();
        let Ok(compiled) = compiled else {
            return Interpretation::unresolved(vec![whole], vec![Flag::RuleTooLarge]);
        };
        // A case that would add nothing was not written to add: it takes the general rule's place.
        if added && adds_nothing(&rule, &compiled, boards, standing) {
            continue;
        }
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
    // Whoever was left out and has left since changes nothing now, and is told.
    let named_left = named_left
        || sentence.tokens.iter().any(|token| {
            matches!(&token.kind, Kind::Name(reference) if register.board.people_named(reference).is_empty())
        });
    let unsatisfiable = !readings.is_empty()
        && readings.iter().all(|(_, compiled)| {
            compiled
                .first()
                .is_some_and(|now| now.flags().contains(&Flag::RuleUnsatisfiable))
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
    if unsatisfiable {
        flags.push(Flag::RuleUnsatisfiable);
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

/// Whether the clauses with a scope of their own allow nobody whom the general ones do not allow.
fn adds_nothing(
    rule: &SigningRule,
    compiled: &[CompiledRule],
    boards: &[Board],
    standing: Standing,
) -> bool {
    let general: Vec<_> = rule
        .clauses()
        .iter()
        .filter(|clause| clause.scope == Scope::default())
        .cloned()
        .collect();
    let Ok(general) = SigningRule::new(general) else {
        return false;
    };
    boards.iter().zip(compiled).all(|(board, compiled)| {
        compile(&general, board, standing)
            .is_ok_and(|alone| same_meaning((rule, compiled), (&general, &alone)))
    })
}

/// A sentence that defines a group and does not use it was not understood.
fn uses_its_groups(rule: &SigningRule, groups: &BTreeMap<String, Vec<Rule>>) -> bool {
    let mut named: Vec<&str> = rule.people();
    named.sort_unstable();
    let mut labels: Vec<String> = Vec::new();
    let mut open: Vec<&Rule> = rule.clauses().iter().map(|clause| &clause.rule).collect();
    while let Some(rule) = open.pop() {
        if let super::rule::RuleKind::AtLeast {
            label: Some(label), ..
        } = &rule.kind
        {
            labels.push(label.clone());
        }
        open.extend(rule.parts());
    }
    groups.is_empty()
        || groups.iter().all(|(label, members)| {
            labels.contains(&format!("กลุ่ม {label}"))
                || members
                    .iter()
                    .flat_map(|member| member.people())
                    .all(|person| named.binary_search(&person).is_ok())
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
fn spoken_standing(office: Role, juristic_type: Option<JuristicType>) -> Standing {
    let juristic_type = match juristic_type {
        Some(known) if known.is_company() || known.is_partnership() => known,
        _ if office == Role::ManagingPartner => JuristicType::LimitedPartnership,
        _ => JuristicType::LimitedCompany,
    };
    let status = if office == Role::Liquidator {
        Status::DissolvedLiquidating
    } else {
        Status::Active
    };
    Standing {
        status,
        juristic_type,
    }
}
