//! `amnat interpret` and `amnat decide`: statements and questions as JSON Lines, without a database.
//!
//! One output line for each input line, in order. A line that cannot be used gives
//! `{"id", "error": {"code", "detail"}}`, and the exit status at the end is that of wrong use.

use crate::kernel::act::ActCode;
use crate::kernel::money::Baht;
use crate::signing_rule::interpret::office_spoken_of;
use crate::signing_rule::{
    AmountUnit, AskedAct, AskedAmount, Board, Completion, Decision, Excluded, ExclusionCode, Flag,
    Interpretation, JuristicType, Liability, Member, Outcome, People, Question, Reason, Register,
    Role, SealGiven, SigningRule, Span, Standing, Status, decide_statement,
    interpret as read_statement,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Write};

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatusKind {
    /// Every line was answered.
    Success,
    /// At least one line could not be used: exit status 2.
    WrongUse,
}

/// Read each statement; print what it means.
pub fn interpret(input: impl BufRead, output: impl Write) -> io::Result<ExitStatusKind> {
    each_line(input, output, |line| {
        let case = Case::of(&line)?;
        let reading = case.interpretation();
        json(&Interpreted {
            id: line.id,
            outcome: reading.outcome,
            clauses: reading.rule.as_ref().map_or(&[], SigningRule::clauses),
            readings: &reading.readings,
            unresolved_spans: &reading.unresolved_spans,
            flags: &reading.flags,
        })
    })
}

/// Read each statement and decide its question.
pub fn decide(input: impl BufRead, output: impl Write) -> io::Result<ExitStatusKind> {
    each_line(input, output, |line| {
        let case = Case::of(&line)?;
        let (question, strangers) = case.question(&line)?;
        let reading = case.interpretation();
        let answer = decide_statement(&reading, &case.board, case.standing, &question);
        let agree = answer.readings_agree();
        let verdict = answer.verdict;
        let mut excluded = verdict.excluded;
        excluded.extend(strangers);
        json(&Decided {
            id: line.id,
            decision: verdict.decision,
            reasons: &verdict.reasons,
            completions: &verdict.completions,
            completions_truncated: verdict.completions_truncated,
            excluded: &excluded,
            readings: &answer.by_reading,
            readings_agree: agree,
            flags: &verdict.flags,
        })
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    id: Value,
    text: String,
    directors: Vec<Entry>,
    #[serde(default)]
    former_directors: Option<Vec<Entry>>,
    #[serde(default, rename = "type")]
    juristic_type: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    signers: Option<Vec<String>>,
    #[serde(default)]
    seal: Option<bool>,
    #[serde(default)]
    act: Option<String>,
    #[serde(default)]
    amount: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Bare(String),
    Full(FullEntry),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullEntry {
    name: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    liability: Option<String>,
}

#[derive(Serialize)]
struct Interpreted<'a> {
    id: Value,
    outcome: Outcome,
    clauses: &'a [crate::signing_rule::Clause],
    readings: &'a [SigningRule],
    unresolved_spans: &'a [Span],
    flags: &'a [Flag],
}

#[derive(Serialize)]
struct Decided<'a> {
    id: Value,
    decision: Decision,
    reasons: &'a [Reason],
    completions: &'a [Completion],
    completions_truncated: bool,
    #[serde(skip_serializing_if = "<[Excluded]>::is_empty")]
    excluded: &'a [Excluded],
    #[serde(skip_serializing_if = "<[Decision]>::is_empty")]
    readings: &'a [Decision],
    #[serde(skip_serializing_if = "Option::is_none")]
    readings_agree: Option<bool>,
    flags: &'a [Flag],
}

#[derive(Serialize)]
struct Refused {
    id: Value,
    error: LineError,
}

/// Why a line cannot be used.
#[derive(Debug, Serialize)]
struct LineError {
    code: &'static str,
    detail: String,
}

impl LineError {
    fn new(code: &'static str, detail: impl std::fmt::Display) -> Self {
        Self {
            code,
            detail: detail.to_string(),
        }
    }
}

fn json(answer: &impl Serialize) -> Result<String, LineError> {
    serde_json::to_string(answer).map_err(|error| LineError::new("answer_not_printable", error))
}

fn each_line(
    mut input: impl BufRead,
    mut output: impl Write,
    answer: impl Fn(Line) -> Result<String, LineError>,
) -> io::Result<ExitStatusKind> {
    let mut status = ExitStatusKind::Success;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            output.flush()?;
            return Ok(status);
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let (id, answered) = match parse(text) {
            Ok(line) => (line.id.clone(), answer(line)),
            Err((id, error)) => (id, Err(error)),
        };
        let printed = match answered {
            Ok(printed) => printed,
            Err(error) => {
                status = ExitStatusKind::WrongUse;
                serde_json::to_string(&Refused { id, error })?
            }
        };
        writeln!(output, "{printed}")?;
    }
}

fn parse(text: &[u8]) -> Result<Line, (Value, LineError)> {
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| (Value::Null, LineError::new("invalid_json", error)))?;
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    // From the text again, so that a member given twice is refused.
    serde_json::from_slice(text).map_err(|error| (id, LineError::new("invalid_line", error)))
}

/// A line's register, ready to be asked.
struct Case {
    text: String,
    board: Board,
    former: Vec<Member>,
    /// The type, where the line gives one.
    given_type: Option<JuristicType>,
    standing: Standing,
}

impl Case {
    fn of(line: &Line) -> Result<Self, LineError> {
        let given_type = match &line.juristic_type {
            Some(text) => Some(JuristicType::find(text).ok_or_else(|| {
                LineError::new("unknown_type", format!("no such type: {text:?}"))
            })?),
            None => None,
        };
        let given_status = line.status.as_deref().map(Status::from_register);
        let spoken = office_spoken_of(&line.text);
        let bare = bare_role(spoken, given_type, given_status);
        let mut members: Vec<Member> = Vec::new();
        for entry in &line.directors {
            let mut member = member(entry, bare)?;
            // One name twice in one office is two records that nobody has proven to be one person.
            let name = member.id.clone();
            let mut copy = 1;
            while members
                .iter()
                .any(|other| other.id == member.id && other.role == member.role)
            {
                copy += 1;
                member.id = format!("{name} ({copy})");
            }
            members.push(member);
        }
        let former = line
            .former_directors
            .iter()
            .flatten()
            .map(|entry| member(entry, bare))
            .collect::<Result<Vec<Member>, LineError>>()?;
        let partners = members
            .iter()
            .any(|member| matches!(member.role, Role::ManagingPartner | Role::Partner))
            && !members.iter().any(|member| member.role == Role::Director);
        let juristic_type = given_type.unwrap_or(if partners {
            JuristicType::LimitedPartnership
        } else {
            JuristicType::LimitedCompany
        });
        let status = given_status.unwrap_or(match spoken {
            Role::Liquidator => Status::DissolvedLiquidating,
            _ => Status::Active,
        });
        let board =
            Board::new(members).map_err(|error| LineError::new("too_many_directors", error))?;
        Ok(Self {
            text: line.text.clone(),
            board,
            former,
            given_type,
            standing: Standing {
                status,
                juristic_type,
            },
        })
    }

    fn interpretation(&self) -> Interpretation {
        let register = Register {
            board: &self.board,
            former: &self.former,
            juristic_type: self.given_type,
        };
        read_statement(&self.text, &register)
    }

    /// The question, and the signers who are not among the directors.
    fn question(&self, line: &Line) -> Result<(Question, Vec<Excluded>), LineError> {
        let mut signers = People::NONE;
        let mut strangers: Vec<Excluded> = Vec::new();
        for signer in line.signers.iter().flatten() {
            let people = self.board.people_where(|member| member.name == *signer);
            if people.is_empty() && !strangers.iter().any(|stranger| stranger.person == *signer) {
                strangers.push(Excluded {
                    person: signer.clone(),
                    code: ExclusionCode::NotOnRecord,
                });
            }
            signers = signers.union(people);
        }
        let act = match &line.act {
            None => AskedAct::NotGiven,
            Some(code) => match code.parse::<ActCode>() {
                Ok(act) => AskedAct::Known(act),
                Err(unknown) => AskedAct::Unknown(unknown.code),
            },
        };
        let amount = match &line.amount {
            None => AskedAmount::NotGiven,
            Some(text) => {
                let value: Baht = text
                    .parse()
                    .map_err(|error| LineError::new("invalid_amount", error))?;
                AskedAmount::Baht(value, AmountUnit::Act)
            }
        };
        let seal = if line.seal == Some(true) {
            SealGiven::Registered
        } else {
            SealGiven::None
        };
        Ok((
            Question {
                signers,
                seal,
                act,
                amount,
            },
            strangers,
        ))
    }
}

/// The office of a name given without one: what the statement speaks of, unless the type or the status says
/// otherwise.
fn bare_role(spoken: Role, juristic_type: Option<JuristicType>, status: Option<Status>) -> Role {
    let liquidation = status.is_none_or(|status| status == Status::DissolvedLiquidating);
    match (spoken, juristic_type) {
        (Role::Liquidator, _) if liquidation => Role::Liquidator,
        (_, Some(kind)) if kind.is_partnership() => Role::ManagingPartner,
        (_, Some(_)) | (Role::Liquidator, None) => Role::Director,
        (spoken, None) => spoken,
    }
}

fn member(entry: &Entry, bare: Role) -> Result<Member, LineError> {
    let full = match entry {
        Entry::Bare(name) => FullEntry {
            name: name.clone(),
            role: None,
            liability: None,
        },
        Entry::Full(full) => full.clone(),
    };
    if full.name.trim().is_empty() {
        return Err(LineError::new("empty_name", "a director has a name"));
    }
    let role = match full.role.as_deref() {
        None => bare,
        Some("director" | "กรรมการ") => Role::Director,
        Some("managing_partner" | "หุ้นส่วนผู้จัดการ") => {
            Role::ManagingPartner
        }
        Some("partner" | "หุ้นส่วน") => Role::Partner,
        Some("liquidator" | "ผู้ชำระบัญชี") => Role::Liquidator,
        Some("plan_administrator" | "ผู้บริหารแผน" | "ผู้ทำแผน") => {
            Role::PlanAdministrator
        }
        Some(other) => {
            return Err(LineError::new(
                "unknown_role",
                format!("no such role: {other:?}"),
            ));
        }
    };
    let liability = match full.liability.as_deref() {
        None => None,
        Some("limited" | "จำกัดความรับผิด") => {
            Some(Liability::Limited)
        }
        Some("unlimited" | "ไม่จำกัดความรับผิด") => {
            Some(Liability::Unlimited)
        }
        Some(other) => {
            return Err(LineError::new(
                "unknown_liability",
                format!("no such liability: {other:?}"),
            ));
        }
    };
    Ok(Member {
        id: full.name.clone(),
        name: full.name,
        role,
        liability,
        person: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        command: impl Fn(&[u8], &mut Vec<u8>) -> io::Result<ExitStatusKind>,
        input: &str,
    ) -> (Vec<Value>, ExitStatusKind) {
        let mut output = Vec::new();
        let status = command(input.as_bytes(), &mut output).unwrap();
        let lines = String::from_utf8(output).unwrap();
        (
            lines
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            status,
        )
    }

    fn decided(line: &str) -> Value {
        let (mut lines, status) = run(|i, o| decide(i, o), line);
        assert_eq!(status, ExitStatusKind::Success, "{lines:?}");
        lines.remove(0)
    }

    const A: &str = "นายกล้า ทดลองดี";
    const B: &str = "นางสาวขวัญ สมมติไทย";

    #[test]
    fn one_line_out_for_each_line_in_and_a_bad_line_is_named() {
        let input = format!(
            "{{\"id\":1,\"text\":\"กรรมการสองคนลงลายมือชื่อร่วมกัน\",\"directors\":[\"{A}\",\"{B}\"]}}\nnonsense\n{{\"id\":\"x\",\"text\":\"\",\"directors\":[],\"colour\":1}}\n\n{{\"id\":\"last\",\"text\":\"บลา\",\"directors\":[\"{A}\"]}}"
        );
        let (lines, status) = run(|i, o| interpret(i, o), &input);
        assert_eq!(status, ExitStatusKind::WrongUse);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0]["id"], 1);
        assert_eq!(lines[0]["outcome"], "complete");
        assert_eq!(lines[0]["clauses"][0]["rule"]["any_director"], 2);
        assert_eq!(lines[0]["clauses"][0]["seal"], "not_required");
        assert_eq!(lines[1]["error"]["code"], "invalid_json");
        assert_eq!(
            (&lines[2]["id"], &lines[2]["error"]["code"]),
            (&"x".into(), &"invalid_line".into())
        );
        assert_eq!(lines[3]["error"]["code"], "invalid_json");
        assert_eq!(lines[4]["outcome"], "unresolved");
        assert_eq!(lines[4]["unresolved_spans"], serde_json::json!([[0, 3]]));
    }

    #[test]
    fn deciding_names_who_is_missing_and_counts_repeats_once() {
        let line = format!(
            r#"{{"id":"q","text":"กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท","directors":["{A}","{B}"],"signers":["{A}","{A}","นายแปลก หน้าใหม่"],"seal":false,"act":null,"amount":null}}"#
        );
        let answer = decided(&line);
        assert_eq!(answer["decision"], "deny");
        assert_eq!(answer["reasons"][0]["code"], "signers_missing");
        assert_eq!(
            answer["completions"],
            serde_json::json!([{"add":[{"n":1,"of":[B]}],"seal":true}])
        );
        assert_eq!(answer["excluded"][0]["code"], "not_on_record");
        let answer = decided(
            &line
                .replace("\"นายแปลก หน้าใหม่\"", &format!("\"{B}\""))
                .replace("false", "true"),
        );
        assert_eq!(answer["decision"], "permit");
    }

    #[test]
    fn an_ambiguous_statement_says_what_each_reading_would_decide() {
        let ask = |signers: &str| {
            decided(&format!(
                r#"{{"text":"{A} ลงลายมือชื่อ หรือ {B} ลงลายมือชื่อและประทับตราสำคัญของบริษัท","directors":["{A}","{B}"],"signers":[{signers}]}}"#
            ))
        };
        let answer = ask(&format!("\"{A}\""));
        assert_eq!(answer["decision"], "indeterminate");
        assert_eq!(answer["reasons"][0]["code"], "statement_needs_review");
        assert_eq!(answer["readings"], serde_json::json!(["permit", "deny"]));
        assert_eq!(answer["readings_agree"], false);
        assert_eq!(ask("")["readings_agree"], true);
    }

    #[test]
    fn bare_names_hold_the_office_the_statement_speaks_of() {
        let ask = |text: &str, more: &str| {
            decided(&format!(
                r#"{{"text":"{text}","directors":["{A}","{B}"],"signers":["{A}","{B}"]{more}}}"#
            ))["decision"]
                .clone()
        };
        assert_eq!(ask("ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน", ""), "permit");
        assert_eq!(
            ask("ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน", r#","status":"active""#),
            "indeterminate"
        );
        assert_eq!(ask("หุ้นส่วนผู้จัดการลงลายมือชื่อ", ""), "permit");
        assert_eq!(
            ask("หุ้นส่วนผู้จัดการลงลายมือชื่อ", r#","type":"limited_company""#),
            "indeterminate"
        );
        assert_eq!(
            ask(
                "กรรมการสองคนลงลายมือชื่อร่วมกัน",
                r#","type":"บริษัทจำกัด","status":"ยังดำเนินกิจการอยู่""#
            ),
            "permit"
        );
        assert_eq!(
            ask("กรรมการสองคนลงลายมือชื่อร่วมกัน", r#","status":"ร้าง""#),
            "deny"
        );
        assert_eq!(
            ask("กรรมการสองคนลงลายมือชื่อร่วมกัน", r#","status":"ไม่รู้""#),
            "indeterminate"
        );
        assert_eq!(
            ask("กรรมการสองคนลงลายมือชื่อร่วมกัน", r#","act":"no.such.act""#),
            "indeterminate"
        );
    }

    #[test]
    fn one_name_twice_is_not_two_people() {
        let answer = decided(&format!(
            r#"{{"text":"กรรมการสองคนลงลายมือชื่อร่วมกัน","directors":["{A}","{A}"],"signers":["{A}"]}}"#
        ));
        assert_eq!(answer["decision"], "indeterminate");
        assert_eq!(answer["reasons"][0]["code"], "person_identity_unclear");
    }
}
