use super::*;
use crate::kernel::id::RegistrationNumber;
use crate::signing_rule::{
    Board, Clause, CompiledRule, ExclusionCode, Flag, Member, People, Pool, Question, Register,
    Rule, Scope, Seal, SigningRule, Span, Verdict, compile, compile_without_statement, interpret,
};

const WINDING_UP: &str = "litig.sue";
const BUSINESS: &str = "credit.loan";

fn board_of(roles: &[(&str, Role)]) -> Board {
    let names = [
        "กล้า ทดลองดี",
        "คม ตัวอย่างชัย",
        "จันทร์ ลองงาม",
        "ดาว สมมติกุล",
        "เติม ทดสอบสุข",
        "ธง แบบอย่าง",
        "นภา ลองใจ",
        "ปอ ตัวแทนดี",
    ];
    let members = roles
        .iter()
        .zip(names)
        .map(|((id, role), name)| {
            let member = Member::director(*id, name).with_role(*role);
            match *id {
                "x" => member.with_liability(Liability::Limited),
                _ if matches!(role, Role::ManagingPartner | Role::Partner) => {
                    member.with_liability(Liability::Unlimited)
                }
                _ => member,
            }
        })
        .collect();
    Board::new(members).unwrap()
}

const EVERY_ROLE: [(&str, Role); 8] = [
    ("d", Role::Director),
    ("m", Role::ManagingPartner),
    ("p", Role::Partner),
    ("l", Role::Liquidator),
    ("pp", Role::PlanPreparer),
    ("pa", Role::PlanAdministrator),
    ("r", Role::OfficialReceiver),
    // Listed as managing partner, with limited liability: an error of the register.
    ("x", Role::ManagingPartner),
];

fn simple(rule: Rule) -> SigningRule {
    SigningRule::new(vec![Clause {
        rule,
        seal: Seal::NotRequired,
        span: Span { start: 0, end: 1 },
        scope: Scope::default(),
    }])
    .unwrap()
}

/// The statement that lets any one manager of this type sign.
fn any_manager(kind: JuristicType) -> Rule {
    if kind.is_partnership() {
        Rule::any_of_pool(1, Pool::ManagingPartner).unwrap()
    } else {
        Rule::any_director(1).unwrap()
    }
}

fn signers(board: &Board, who: &[&str]) -> People {
    who.iter()
        .map(|id| board.people_named(id))
        .fold(People::NONE, People::union)
}

fn ask(compiled: &CompiledRule, who: &[&str], act: &str) -> Verdict {
    let people = signers(compiled.board(), who);
    compiled.decide(&Question::by(people).about(act.parse().unwrap()))
}

fn standing(status: Status, juristic_type: JuristicType) -> Standing {
    Standing {
        status,
        juristic_type,
    }
}

/// The row of the table in the module documentation, as the code has it.
fn written(status: Status) -> String {
    let rule = status.rule();
    let (actor, blocked) = match rule.actor {
        Actor::Managers => ("managers", "nobody"),
        Actor::Liquidators => ("liquidators", "managers"),
        Actor::PlanManager => ("plan_manager", "managers"),
        Actor::OfficialReceiver => ("official_receiver", "managers, liquidators"),
        Actor::Successor => ("successor", "everybody"),
        Actor::Nobody => ("nobody", "everybody"),
        Actor::Unknown => ("unknown", "everybody"),
    };
    let acts = match rule.acts {
        PossibleActs::Any => "any",
        PossibleActs::WindingUp => "winding_up",
        PossibleActs::ByCourtOrder => "by_court_order",
        PossibleActs::None => "none",
    };
    let (answer, reason) = match rule.answer {
        Answer::ByStatement => ("by_statement", "-"),
        Answer::Settled(Decision::Deny, code) => ("deny", code.as_str()),
        Answer::Settled(Decision::Indeterminate, code) => ("indeterminate", code.as_str()),
        Answer::Settled(Decision::Permit, _) => unreachable!("a status alone never permits"),
    };
    format!(
        "//! | {status} | {actor} | {blocked} | {acts} | {answer} | {reason} | {} |",
        rule.law
    )
}

#[test]
fn the_table_of_the_documentation_is_the_table_of_the_code() {
    let documented: Vec<&str> = include_str!("status.rs")
        .lines()
        .filter(|line| line.starts_with("//! | "))
        .skip(1)
        .collect();
    let mut coded: Vec<String> = Status::ALL.iter().copied().map(written).collect();
    assert_eq!(documented.len(), coded.len());
    coded.retain(|row| !documented.contains(&row.as_str()));
    assert_eq!(coded, Vec::<String>::new(), "rows the documentation lacks");
}

/// What the table promises for one signer, spelled out without the code's own table.
fn promised(status: Status, kind: JuristicType, signer: &str, act: &str) -> (Decision, ReasonCode) {
    use Decision::{Deny, Indeterminate, Permit};
    let manager = match kind {
        JuristicType::LimitedCompany | JuristicType::PublicLimitedCompany => Some("d"),
        JuristicType::LimitedPartnership | JuristicType::RegisteredOrdinaryPartnership => Some("m"),
        JuristicType::ChamberOfCommerce
        | JuristicType::TradeAssociation
        | JuristicType::ForeignJuristicPerson => None,
    };
    let by_order = |holders: &[&str], code: ReasonCode| {
        if holders.contains(&signer) {
            (Indeterminate, ReasonCode::CourtOrderNeeded)
        } else {
            (Deny, code)
        }
    };
    match status {
        Status::Active | Status::Restored => match manager {
            None => (Indeterminate, ReasonCode::JuristicTypeNotModelled),
            Some(manager) if manager == signer => (Permit, ReasonCode::ClauseMet),
            Some("m") if signer == "x" => (Deny, ReasonCode::LimitedManagingPartner),
            Some(_) => (Deny, ReasonCode::SignersMissing),
        },
        Status::DissolvedLiquidating => match (manager, signer) {
            (None, _) => (Indeterminate, ReasonCode::JuristicTypeNotModelled),
            (Some(_), "l") if act == WINDING_UP => (Permit, ReasonCode::ClauseMet),
            (Some(_), "l") => (Indeterminate, ReasonCode::WindingUpUnclear),
            (Some(_), _) => (Deny, ReasonCode::SignersMissing),
        },
        Status::Rehabilitation => by_order(&["pp", "pa"], ReasonCode::UnderRehabilitation),
        Status::Receivership => by_order(&["r"], ReasonCode::InReceivership),
        Status::TemporaryReceivership => by_order(&["r"], ReasonCode::InTemporaryReceivership),
        Status::Bankrupt => by_order(&["r"], ReasonCode::Bankrupt),
        Status::Liquidated => (Deny, ReasonCode::Liquidated),
        Status::StruckOff => (Deny, ReasonCode::StruckOff),
        Status::Converted => (Deny, ReasonCode::Converted),
        Status::Amalgamated => (Deny, ReasonCode::Amalgamated),
        Status::MemorandumWithdrawn => (Deny, ReasonCode::MemorandumWithdrawn),
        Status::Ended => (Deny, ReasonCode::Ended),
        Status::Unknown => (Indeterminate, ReasonCode::StatusUnknown),
    }
}

#[test]
fn every_row_decides_as_it_says_for_every_type_and_every_role() {
    let board = board_of(&EVERY_ROLE);
    for status in Status::ALL.iter().copied() {
        for kind in JuristicType::ALL.iter().copied() {
            let rule = simple(any_manager(kind));
            let compiled = compile(&rule, &board, standing(status, kind)).unwrap();
            for (signer, _) in EVERY_ROLE {
                for act in [WINDING_UP, BUSINESS] {
                    let verdict = ask(&compiled, &[signer], act);
                    let (decision, reason) = promised(status, kind, signer, act);
                    let case = format!("{status} {kind} {signer} {act}: {:?}", verdict.reasons);
                    assert_eq!(verdict.decision, decision, "{case}");
                    assert!(verdict.has_reason(reason), "{case}");
                }
            }
        }
    }
}

#[test]
fn without_anybody_of_the_office_on_record_the_status_answers_alone() {
    let board = board_of(&[("d", Role::Director), ("m", Role::ManagingPartner)]);
    for (status, decision, reason) in [
        (
            Status::Rehabilitation,
            Decision::Indeterminate,
            ReasonCode::UnderRehabilitation,
        ),
        (
            Status::Receivership,
            Decision::Deny,
            ReasonCode::InReceivership,
        ),
        (
            Status::TemporaryReceivership,
            Decision::Deny,
            ReasonCode::InTemporaryReceivership,
        ),
        (Status::Bankrupt, Decision::Deny, ReasonCode::Bankrupt),
        (
            Status::DissolvedLiquidating,
            Decision::Indeterminate,
            ReasonCode::NoLiquidatorOnRecord,
        ),
    ] {
        let standing = standing(status, JuristicType::LimitedCompany);
        for compiled in [
            compile(
                &simple(any_manager(standing.juristic_type)),
                &board,
                standing,
            )
            .unwrap(),
            compile_without_statement(&board, standing).unwrap(),
        ] {
            let verdict = ask(&compiled, &["d", "m"], WINDING_UP);
            assert_eq!(verdict.decision, decision, "{status}");
            assert!(verdict.has_reason(reason), "{status}");
            assert!(!verdict.has_reason(ReasonCode::CourtOrderNeeded));
        }
    }
}

/// Every statement, every set of signers, every act: what no status lets through.
#[test]
fn no_statement_and_no_signers_get_past_the_status() {
    let board = board_of(&EVERY_ROLE);
    let mut rules = vec![
        Rule::any_director(1).unwrap(),
        Rule::any_of_pool(1, Pool::ManagingPartner).unwrap(),
        Rule::any_of_pool(1, Pool::Liquidator).unwrap(),
        Rule::any_of_pool(1, Pool::PlanAdministrator).unwrap(),
    ];
    rules.extend(EVERY_ROLE.iter().map(|(id, _)| Rule::person(*id).unwrap()));
    rules.push(Rule::any_of(rules.clone()).unwrap());
    let holders = |mask: usize| -> Vec<(&str, Role)> {
        EVERY_ROLE
            .iter()
            .enumerate()
            .filter(|(index, _)| mask & (1 << index) != 0)
            .map(|(_, row)| *row)
            .collect()
    };
    for status in Status::ALL.iter().copied() {
        for kind in [
            JuristicType::LimitedCompany,
            JuristicType::LimitedPartnership,
            JuristicType::ForeignJuristicPerson,
        ] {
            for rule in &rules {
                let compiled =
                    compile(&simple(rule.clone()), &board, standing(status, kind)).unwrap();
                for mask in 0..1usize << EVERY_ROLE.len() {
                    let signed = holders(mask);
                    let ids: Vec<&str> = signed.iter().map(|(id, _)| *id).collect();
                    for act in [WINDING_UP, BUSINESS] {
                        let question =
                            Question::by(signers(&board, &ids)).about(act.parse().unwrap());
                        if compiled.decision(&question) != Decision::Permit {
                            continue;
                        }
                        let lawful = match (status, kind) {
                            (Status::Active | Status::Restored, JuristicType::LimitedCompany) => {
                                ids.contains(&"d")
                            }
                            (
                                Status::Active | Status::Restored,
                                JuristicType::LimitedPartnership,
                            ) => ids.contains(&"m"),
                            (
                                Status::DissolvedLiquidating,
                                JuristicType::LimitedCompany | JuristicType::LimitedPartnership,
                            ) => act == WINDING_UP && ids.contains(&"l"),
                            _ => false,
                        };
                        assert!(lawful, "{status} {kind} {ids:?} {act} {rule:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn liquidators_act_jointly_unless_registered_otherwise() {
    let board = board_of(&[
        ("d", Role::Director),
        ("l1", Role::Liquidator),
        ("l2", Role::Liquidator),
    ]);
    let dissolved = standing(
        Status::DissolvedLiquidating,
        JuristicType::PublicLimitedCompany,
    );
    let silent = compile_without_statement(&board, dissolved).unwrap();
    assert_eq!(
        ask(&silent, &["l1", "d"], WINDING_UP).decision,
        Decision::Deny
    );
    let both = ask(&silent, &["l1", "l2"], WINDING_UP);
    assert_eq!(both.decision, Decision::Permit);
    assert!(both.flags.contains(&Flag::WindingUpActsOnly));
    let registered = simple(Rule::any_of_pool(1, Pool::Liquidator).unwrap());
    let registered = compile(&registered, &board, dissolved).unwrap();
    assert_eq!(
        ask(&registered, &["l1"], WINDING_UP).decision,
        Decision::Permit
    );
    assert_eq!(
        ask(&registered, &["l1"], BUSINESS).decision,
        Decision::Indeterminate
    );
}

#[test]
fn whoever_may_be_the_plan_administrator_is_not_denied() {
    let board = Board::new(vec![
        Member::director("d1", "กล้า ทดลองดี"),
        Member::director("d2", "คม ตัวอย่างชัย"),
        Member::director("pa", "กล้า ทดลองดี").with_role(Role::PlanAdministrator),
    ])
    .unwrap();
    let standing = standing(Status::Rehabilitation, JuristicType::LimitedCompany);
    let compiled = compile_without_statement(&board, standing).unwrap();
    assert_eq!(
        ask(&compiled, &["d1"], BUSINESS).decision,
        Decision::Indeterminate
    );
    let refused = ask(&compiled, &["d2"], BUSINESS);
    assert_eq!(refused.decision, Decision::Deny);
    assert_eq!(refused.excluded[0].code, ExclusionCode::NotAPlanManager);
    assert_eq!(
        compiled.decision(&Question::by(board.people_named("d2"))),
        Decision::Deny
    );
}

#[test]
fn the_successor_is_named_where_the_register_told_it() {
    let board = board_of(&[("d", Role::Director)]);
    let number: RegistrationNumber = "0107558000423".parse().unwrap();
    for status in [Status::Converted, Status::Amalgamated, Status::StruckOff] {
        let compiled =
            compile_without_statement(&board, standing(status, JuristicType::LimitedCompany))
                .unwrap();
        let bare = ask(&compiled, &["d"], BUSINESS);
        assert!(!bare.reasons[0].detail.en.contains("0107558000423"));
        let named = ask(&compiled.with_successor(number.clone()), &["d"], BUSINESS);
        assert_eq!(named.decision, Decision::Deny);
        let text = &named.reasons[0].detail;
        let follows = status != Status::StruckOff;
        assert_eq!(text.en.contains("0107558000423"), follows, "{status}");
        assert_eq!(text.th.contains("0107558000423"), follows, "{status}");
    }
}

#[test]
fn a_managing_partner_of_limited_liability_is_an_error_that_lowers_nothing() {
    let board = board_of(&[("m", Role::ManagingPartner), ("x", Role::ManagingPartner)]);
    let kind = JuristicType::LimitedPartnership;
    let read = |text: &str| {
        let register = Register {
            board: &board,
            former: &[],
            juristic_type: Some(kind),
        };
        interpret(text, &register).rule
    };
    let active = standing(Status::Active, kind);
    // Both must sign, and one of them cannot: nobody binds it.
    let both = read("หุ้นส่วนผู้จัดการทุกคนลงลายมือชื่อร่วมกัน").unwrap();
    let both = compile(&both, &board, active).unwrap();
    for who in [&["m"][..], &["x"], &["m", "x"]] {
        assert_eq!(
            ask(&both, who, BUSINESS).decision,
            Decision::Deny,
            "{who:?}"
        );
    }
    let any = compile(&simple(any_manager(kind)), &board, active).unwrap();
    assert!(any.flags().contains(&Flag::LimitedManagingPartner));
    let refused = ask(&any, &["x"], BUSINESS);
    assert_eq!(refused.decision, Decision::Deny);
    assert!(refused.has_reason(ReasonCode::LimitedManagingPartner));
    assert_eq!(refused.excluded[0].code, ExclusionCode::LimitedPartner);
    assert!(!ask(&any, &["m"], BUSINESS).has_reason(ReasonCode::LimitedManagingPartner));
}

#[test]
fn limited_in_one_row_is_limited_in_every_row_of_that_person() {
    let row = |id: &str, role: Role| {
        Member::director(id, "กล้า ทดลองดี")
            .with_role(role)
            .with_person("k1")
    };
    let board = Board::new(vec![
        row("p", Role::Partner).with_liability(Liability::Limited),
        row("m", Role::ManagingPartner).with_liability(Liability::Unlimited),
    ])
    .unwrap();
    let kind = JuristicType::LimitedPartnership;
    let rule = simple(any_manager(kind));
    let compiled = compile(&rule, &board, standing(Status::Active, kind)).unwrap();
    for signer in ["p", "m"] {
        let verdict = ask(&compiled, &[signer], BUSINESS);
        assert_eq!(verdict.decision, Decision::Deny, "{signer}");
        assert!(verdict.has_reason(ReasonCode::LimitedManagingPartner));
    }
}

#[test]
fn every_reason_of_a_status_is_told_in_both_languages() {
    for status in Status::ALL {
        assert!(!status.rule().law.is_empty());
        if let Answer::Settled(_, code) = status.rule().answer {
            let text = code.text();
            assert!(text.en.is_ascii() && text.en.ends_with('.'), "{status}");
            assert!(!text.th.is_ascii(), "{status}");
        }
    }
}
