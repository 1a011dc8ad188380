//! What each status of a juristic person means for signing. One table: the rows below are the arms of
//! [`Status::rule`], and a test holds the two together.
//!
//! | status | who acts | whose authority is blocked | acts | answer | reason | law |
//! |---|---|---|---|---|---|---|
//! | active | managers | nobody | any | by_statement | - | CCC 1042, 1111 (6), 1144, 1167; PLCA 39, 77 |
//! | restored | managers | nobody | any | by_statement | - | CCC 1273/4 |
//! | rehabilitation | plan_manager | managers | by_court_order | indeterminate | under_rehabilitation | Bankruptcy Act 90/12, 90/24, 90/25, 90/59 |
//! | receivership | official_receiver | managers, liquidators | by_court_order | deny | in_receivership | Bankruptcy Act 14, 22, 24 |
//! | temporary_receivership | official_receiver | managers, liquidators | by_court_order | deny | in_temporary_receivership | Bankruptcy Act 17, 22, 24 |
//! | bankrupt | official_receiver | managers, liquidators | by_court_order | deny | bankrupt | Bankruptcy Act 22, 24, 61 |
//! | dissolved_liquidating | liquidators | managers | winding_up | by_statement | - | CCC 1249, 1250, 1251, 1252, 1254, 1259, 1261, 1262 |
//! | liquidated | nobody | everybody | none | deny | liquidated | CCC 1270 |
//! | struck_off | nobody | everybody | none | deny | struck_off | CCC 1273/3, 1273/4 |
//! | converted | successor | everybody | none | deny | converted | CCC 1246/1 to 1246/7; PLCA 180 to 185 |
//! | amalgamated | successor | everybody | none | deny | amalgamated | CCC 1241, 1243; PLCA 152, 153 |
//! | memorandum_withdrawn | nobody | everybody | none | deny | memorandum_withdrawn | CCC 1112, 1113 |
//! | ended | nobody | everybody | none | deny | ended | CCC 1270 |
//! | unknown | unknown | everybody | none | indeterminate | status_unknown | - |
//!
//! CCC is the Civil and Commercial Code, PLCA the Public Limited Companies Act B.E. 2535. The wording of each reason,
//! Thai and English, is in [`ReasonCode`].
//!
//! # Who the words of the table are
//!
//! * *managers*: directors of a company; managing partners of a partnership, never one of limited liability (CCC 1087).
//!   The other types have law of their own: indeterminate, `juristic_type_not_modelled`, in every status that a
//!   statement decides in.
//! * *liquidators*: those on record, all jointly unless the register says otherwise (CCC 1261, 1262). The directors
//!   become liquidators by law (CCC 1251), but only a register that names them as such says that they did.
//! * *plan_manager*: plan preparer or plan administrator. *official_receiver*: เจ้าพนักงานพิทักษ์ทรัพย์. Interim
//!   receivership takes management away just as absolute does: s. 22 and 24 speak of any order of receivership.
//! * *successor*: the juristic person that followed; it answers under its own number, which the reason names where the
//!   register told it.
//!
//! # What the answers mean
//!
//! * *by_statement*: the registered statement decides; in liquidation the liquidators', or else all of them.
//! * *deny*, *indeterminate*: whoever signs.
//! * With acts *by_court_order* nothing permits. What the court ordered and what a plan allows is on no register. The
//!   answer is the one in the table while nobody of the office that acts is on record. When the register names one:
//!   *indeterminate*, with the further reason `court_order_needed`, if that person signs; *deny* if only others do.

use super::board::{Liability, Role};
use super::standing::{JuristicType, Standing, Status};
use super::verdict::{Decision, ReasonCode};

/// Who acts for a juristic person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Directors, or managing partners.
    Managers,
    /// Liquidators.
    Liquidators,
    /// Plan preparer or plan administrator.
    PlanManager,
    /// The official receiver.
    OfficialReceiver,
    /// Another juristic person that followed it.
    Successor,
    /// Nobody any more.
    Nobody,
    /// Not told.
    Unknown,
}

/// Which acts are possible at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PossibleActs {
    /// Any.
    Any,
    /// Those of winding up (CCC 1249, 1259).
    WindingUp,
    /// Those that a court's order or a plan allows, which no register tells.
    ByCourtOrder,
    /// None.
    None,
}

/// What the status answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The statement decides.
    ByStatement,
    /// The status decides, and this is why.
    Settled(Decision, ReasonCode),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRule {
    /// Who acts.
    pub actor: Actor,
    /// Which acts are possible.
    pub acts: PossibleActs,
    /// The answer.
    pub answer: Answer,
    /// Sections of law.
    pub law: &'static str,
}

/// The office whose holders sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Office {
    Director,
    ManagingPartner,
    Liquidator,
    PlanManager,
    OfficialReceiver,
}

const fn row(actor: Actor, acts: PossibleActs, answer: Answer, law: &'static str) -> StatusRule {
    StatusRule {
        actor,
        acts,
        answer,
        law,
    }
}

const fn deny(reason: ReasonCode) -> Answer {
    Answer::Settled(Decision::Deny, reason)
}

const fn doubt(reason: ReasonCode) -> Answer {
    Answer::Settled(Decision::Indeterminate, reason)
}

impl Status {
    /// The row of the table in this module.
    #[rustfmt::skip]
    pub const fn rule(self) -> StatusRule {
        use Actor::{Liquidators, Managers, Nobody, OfficialReceiver, PlanManager, Successor};
        use PossibleActs::{Any, ByCourtOrder, WindingUp};
        const NO_ACT: PossibleActs = PossibleActs::None;
        match self {
            Self::Active => row(Managers, Any, Answer::ByStatement, "CCC 1042, 1111 (6), 1144, 1167; PLCA 39, 77"),
            Self::Restored => row(Managers, Any, Answer::ByStatement, "CCC 1273/4"),
            Self::Rehabilitation => row(PlanManager, ByCourtOrder, doubt(ReasonCode::UnderRehabilitation), "Bankruptcy Act 90/12, 90/24, 90/25, 90/59"),
            Self::Receivership => row(OfficialReceiver, ByCourtOrder, deny(ReasonCode::InReceivership), "Bankruptcy Act 14, 22, 24"),
            Self::TemporaryReceivership => row(OfficialReceiver, ByCourtOrder, deny(ReasonCode::InTemporaryReceivership), "Bankruptcy Act 17, 22, 24"),
            Self::Bankrupt => row(OfficialReceiver, ByCourtOrder, deny(ReasonCode::Bankrupt), "Bankruptcy Act 22, 24, 61"),
            Self::DissolvedLiquidating => row(Liquidators, WindingUp, Answer::ByStatement, "CCC 1249, 1250, 1251, 1252, 1254, 1259, 1261, 1262"),
            Self::Liquidated => row(Nobody, NO_ACT, deny(ReasonCode::Liquidated), "CCC 1270"),
            Self::StruckOff => row(Nobody, NO_ACT, deny(ReasonCode::StruckOff), "CCC 1273/3, 1273/4"),
            Self::Converted => row(Successor, NO_ACT, deny(ReasonCode::Converted), "CCC 1246/1 to 1246/7; PLCA 180 to 185"),
            Self::Amalgamated => row(Successor, NO_ACT, deny(ReasonCode::Amalgamated), "CCC 1241, 1243; PLCA 152, 153"),
            Self::MemorandumWithdrawn => row(Nobody, NO_ACT, deny(ReasonCode::MemorandumWithdrawn), "CCC 1112, 1113"),
            Self::Ended => row(Nobody, NO_ACT, deny(ReasonCode::Ended), "CCC 1270"),
            Self::Unknown => row(Actor::Unknown, NO_ACT, doubt(ReasonCode::StatusUnknown), "-"),
        }
    }
}

impl Actor {
    /// The office whose holders sign; `None` where nobody of this juristic person does, or where the law of its type is
    /// not modelled.
    pub(super) fn office(self, juristic_type: JuristicType) -> Option<Office> {
        match self {
            Self::Managers if juristic_type.is_company() => Some(Office::Director),
            Self::Managers if juristic_type.is_partnership() => Some(Office::ManagingPartner),
            Self::Liquidators if juristic_type.is_modelled() => Some(Office::Liquidator),
            // Insolvency takes management away from every type alike.
            Self::PlanManager => Some(Office::PlanManager),
            Self::OfficialReceiver => Some(Office::OfficialReceiver),
            Self::Managers | Self::Liquidators | Self::Successor | Self::Nobody | Self::Unknown => {
                None
            }
        }
    }
}

impl Office {
    /// Whether somebody registered like this holds it.
    pub(super) fn holds(self, role: Role, liability: Option<Liability>) -> bool {
        match self {
            Self::Director => role == Role::Director,
            Self::ManagingPartner => {
                role == Role::ManagingPartner && liability != Some(Liability::Limited)
            }
            Self::Liquidator => role == Role::Liquidator,
            Self::PlanManager => matches!(role, Role::PlanPreparer | Role::PlanAdministrator),
            Self::OfficialReceiver => role == Role::OfficialReceiver,
        }
    }
}

impl Standing {
    /// The office whose holders sign; `None` where nobody does, or where the law of the type is not modelled.
    pub(super) fn office(self) -> Option<Office> {
        self.status.rule().actor.office(self.juristic_type)
    }

    /// What type and status decide alone while nobody of the office that acts is on record.
    pub(super) fn settled(self) -> Option<(Decision, ReasonCode)> {
        match self.status.rule().answer {
            Answer::Settled(decision, code) => Some((decision, code)),
            Answer::ByStatement => self
                .office()
                .is_none()
                .then_some((Decision::Indeterminate, ReasonCode::JuristicTypeNotModelled)),
        }
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
