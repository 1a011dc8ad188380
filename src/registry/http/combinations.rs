//! Who can bind it now? The empty-handed question: every way to a permit, and explicit smallest sets up to a cap.

use super::views::{AsOfView, FlagView, flag_views, outcome_word};
use super::{AsOfQuery, asked_facts, asked_reading, invalid, moments, query};
use crate::kernel::act::ActCode;
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::registry::freshness::FactsUse;
use crate::registry::model::Facts;
use crate::registry::reading::Reading;
use crate::registry::service::{AsOf, RegistryService};
use crate::signing_rule::{
    AskedAct, AskedAmount, CompiledRule, Decision, Question, Reason, ReasonCode, SealGiven, Verdict,
};
use crate::web::caller::{Authorised, scope};
use crate::web::problem::{Problem, ProblemDocument};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is to be signed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CombinationsQuery {
    /// Act code of the catalogue. Without it only those are told who may do every act.
    #[param(example = "bank.account.open")]
    act: Option<String>,
    /// Amount in baht, a decimal string with at most two places.
    #[param(example = "5000000.00", pattern = r"^\d{1,15}(\.\d{1,2})?$")]
    amount: Option<String>,
    /// Whether the registered company seal is applied already. Default: false; then each way says whether it needs it.
    seal: Option<bool>,
    /// What the register stated at this instant (RFC 3339 with offset). Default: now.
    valid_at: Option<String>,
    /// What was known to us at this instant (RFC 3339 with offset). Default: now.
    known_at: Option<String>,
}

/// So many of these people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CombinationPart)]
pub struct PartView {
    /// How many.
    n: usize,
    /// Names as registered.
    of: Vec<String>,
    /// The same people by officer reference.
    officers: Vec<String>,
}

/// One way; the people of its parts must differ from one another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Combination)]
pub struct CombinationView {
    /// Who signs.
    add: Vec<PartView>,
    /// Whether the company seal must be applied.
    seal: bool,
}

/// A smallest set: nobody of it can be left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinimalSet)]
pub struct MinimalSetView {
    /// Names as registered.
    people: Vec<String>,
    /// The same people by officer reference.
    officers: Vec<String>,
    /// Whether the company seal must be applied.
    seal: bool,
}

/// Who can bind a juristic person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningCombinations)]
pub struct CombinationsView {
    /// `some`: the ways below lead to a permit; `none`: nobody can; `indeterminate`: the register does not settle it, and
    /// the ways below, if any, are those that are certain.
    status: &'static str,
    /// Why there is none, or none that is certain; empty with `some`.
    reasons: Vec<FlagView>,
    /// How the rule was got: `complete`, `ambiguous`, `unresolved` or `reviewed`.
    outcome: &'static str,
    /// SHA-256 of the reviewed rule, if one decides.
    reviewed_rule: Option<String>,
    /// Every way, fewest people first: "so many of these".
    combinations: Vec<CombinationView>,
    /// Whether ways were left out because of a bound.
    combinations_truncated: bool,
    /// Explicit smallest sets, at most 64.
    minimal_sets: Vec<MinimalSetView>,
    /// Whether sets were left out because of the cap.
    minimal_sets_truncated: bool,
    /// What is notable.
    flags: Vec<FlagView>,
    /// Which version answered.
    as_of: AsOfView,
}

/// Everybody who can bind it, for an act and an amount.
///
/// The symbolic ways are always told; explicit sets are told up to a cap, and a flag says when there are more.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/signing-combinations",
    tag = "registry",
    operation_id = "list_signing_combinations",
    params(("registration_number" = String, Path, description = "13 digits"), CombinationsQuery),
    responses(
        (status = 200, description = "Who can bind it", body = CombinationsView),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn signing_combinations(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let CombinationsQuery {
        act,
        amount,
        seal,
        valid_at,
        known_at,
    } = query(&request)?;
    let question = Question {
        seal: match seal {
            Some(true) => SealGiven::Registered,
            Some(false) | None => SealGiven::None,
        },
        act: act
            .as_deref()
            .map(asked_act)
            .transpose()?
            .unwrap_or_default(),
        amount: amount
            .as_deref()
            .map(asked_amount)
            .transpose()?
            .unwrap_or_default(),
        ..Question::default()
    };
    let asked = moments(AsOfQuery { valid_at, known_at }, &registry)?;
    let used_for = FactsUse::Decision {
        act: match &question.act {
            AskedAct::Known(act) => Some(*act),
            AskedAct::NotGiven | AskedAct::Unknown(_) => None,
        },
        sector: None,
        purpose: None,
    };
    let (facts, stale) = asked_facts(&number, asked, used_for, &registry).await?;
    let at = asked.valid_at.unwrap_or_else(|| registry.now());
    let limit = if asked == AsOf::default() {
        registry.limit(used_for)
    } else {
        registry.max_age()
    };
    let stale = stale || registry.freshness(&facts, at, limit).is_stale();
    let (reading, facts) = asked_reading(facts, asked, &registry).await?;
    let view = combinations(&facts, reading.as_deref().ok(), stale, &question);
    Ok(HttpResponse::Ok().json(view))
}

fn asked_act(text: &str) -> Result<AskedAct, Problem> {
    let act: ActCode = text
        .parse()
        .map_err(|_| invalid("act", "ไม่มีประเภทธุรกรรมนี้", "there is no act of this code"))?;
    Ok(AskedAct::Known(act))
}

fn asked_amount(text: &str) -> Result<AskedAmount, Problem> {
    let amount: Baht = text.parse().map_err(|_| {
        invalid(
            "amount",
            "ต้องเป็นจำนวนเงินบาท ทศนิยมไม่เกินสองตำแหน่ง",
            "it is an amount in baht with at most two decimals",
        )
    })?;
    Ok(AskedAmount::Baht(amount, Default::default()))
}

fn reason(code: &'static str, text: Bilingual) -> FlagView {
    FlagView {
        code,
        detail_th: text.th,
        detail: text.en,
    }
}

fn rule_reason(code: ReasonCode) -> FlagView {
    reason(code.as_str(), code.text())
}

/// The status, and the reasons where it is not `some`. That nobody can is said only when the whole board together, with
/// the seal, is denied: an act or amount that was left out may be what keeps every way from being certain.
fn status_of(
    rule: &CompiledRule,
    question: &Question,
    verdict: &Verdict,
) -> (&'static str, Vec<FlagView>) {
    if verdict.decision == Decision::Deny && !verdict.completions.is_empty() {
        return ("some", Vec::new());
    }
    let everybody = Question {
        signers: rule.board().everybody(),
        seal: SealGiven::Registered,
        ..question.clone()
    };
    let best = rule.decide(&everybody);
    let told = |reasons: &[Reason]| reasons.iter().map(|one| rule_reason(one.code)).collect();
    match best.decision {
        Decision::Deny => ("none", told(&best.reasons)),
        Decision::Indeterminate => ("indeterminate", told(&best.reasons)),
        Decision::Permit => ("indeterminate", told(&verdict.reasons)),
    }
}

fn combinations(
    facts: &Facts,
    reading: Option<&Reading>,
    stale: bool,
    question: &Question,
) -> CombinationsView {
    let name_of = |reference: &String| {
        reference
            .parse()
            .ok()
            .and_then(|reference| facts.record.officer(reference))
            .map_or_else(|| reference.clone(), |officer| officer.name.full())
    };
    let names = |references: &[String]| references.iter().map(name_of).collect::<Vec<_>>();
    let mut view = CombinationsView {
        status: "indeterminate",
        reasons: Vec::new(),
        outcome: reading.map_or("unresolved", outcome_word),
        reviewed_rule: reading
            .and_then(|reading| reading.reviewed.as_ref())
            .map(|rule| rule.digest.to_hex()),
        combinations: Vec::new(),
        combinations_truncated: false,
        minimal_sets: Vec::new(),
        minimal_sets_truncated: false,
        flags: Vec::new(),
        as_of: AsOfView::new(&facts.version, stale),
    };
    if stale {
        view.reasons.push(reason(
            "data_stale",
            Bilingual::new(
                "ข้อมูลทะเบียนเก่าเกินกว่าที่กำหนด จึงยังบอกไม่ได้แน่ชัด",
                "the register's data is older than allowed, so that nothing is certain",
            ),
        ));
        return view;
    }
    let Some(rule) = reading.and_then(|reading| reading.compiled.as_ref()) else {
        view.reasons
            .push(rule_reason(ReasonCode::StatementNeedsReview));
        let read = reading.and_then(|reading| reading.interpretation.as_ref());
        view.flags = read.map(|read| flag_views(&read.flags)).unwrap_or_default();
        return view;
    };
    let verdict = rule.decide(question);
    (view.status, view.reasons) = status_of(rule, question, &verdict);
    view.flags = flag_views(&verdict.flags);
    view.combinations = verdict
        .completions
        .iter()
        .map(|completion| CombinationView {
            add: completion
                .add
                .iter()
                .map(|more| PartView {
                    n: more.n,
                    of: names(&more.of),
                    officers: more.of.clone(),
                })
                .collect(),
            seal: completion.seal,
        })
        .collect();
    view.combinations_truncated = verdict.completions_truncated;
    let minimal = rule.minimal_sets(question);
    view.minimal_sets = minimal
        .sets
        .iter()
        .map(|set| MinimalSetView {
            people: names(&set.people),
            officers: set.people.clone(),
            seal: set.seal,
        })
        .collect();
    view.minimal_sets_truncated = minimal.truncated;
    view
}
