//! The register's facts over HTTP, for machine clients with the scope `registry.read`.
//!
//! Names of officers are public register data; numbers of people are never shown. Asked about now, the register is
//! consulted first; asked about another time, only what was stored answers.

use super::exchange::RowRefusal;
use super::freshness::FactsUse;
use super::model::{Facts, Officer, StatementKind};
use super::reading::{Reading, ReadingRefusal};
use super::service::{AsOf, ConsultError, FactsError, ReadingError, RefreshError, RegistryService};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, scope};
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, OpenApi};

mod combinations;
pub(crate) mod views;

use combinations::{CombinationsView, signing_combinations};

use views::{
    AsOfView, DifferenceView, HistoryView, JuristicPersonView, OfficersView, SigningRuleView,
    StatementView, StatementsView,
};

/// Versions on one page of a history at most.
const MAX_PAGE: usize = 100;

/// Mount the endpoints.
pub fn configure(config: &mut web::ServiceConfig) {
    let base = "/v1/juristic-persons/{registration_number}";
    let at = |path: &str| web::resource(format!("{base}{path}"));
    config
        .service(at("").route(web::get().to(juristic_person)))
        .service(at("/officers").route(web::get().to(officers)))
        .service(at("/statements").route(web::get().to(statements)))
        .service(at("/signing-rule").route(web::get().to(signing_rule)))
        .service(at("/signing-combinations").route(web::get().to(signing_combinations)))
        .service(at("/history").route(web::get().to(history)))
        .service(at("/history/difference").route(web::get().to(compare_versions)));
}

/// The API document of this room.
#[derive(OpenApi)]
#[openapi(
    paths(
        juristic_person,
        officers,
        statements,
        signing_rule,
        combinations::signing_combinations,
        history,
        compare_versions
    ),
    components(schemas(
        JuristicPersonView,
        OfficersView,
        StatementsView,
        SigningRuleView,
        CombinationsView,
        HistoryView,
        DifferenceView,
        ProblemDocument
    ))
)]
pub struct RegistryApi;

/// The instant that is asked about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// What the register stated at this instant (RFC 3339 with offset). Default: now.
    valid_at: Option<String>,
    /// What was known to us at this instant (RFC 3339 with offset). Default: now.
    known_at: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before; the first page without it.
    pub(crate) cursor: Option<String>,
    /// Entries on a page, 1 to 100.
    pub(crate) limit: Option<usize>,
}

/// Facts of a juristic person.
///
/// Asked about now, the register is consulted first; if it does not answer, stored facts are given with
/// `as_of.stale`. A client that sends `If-None-Match` gets 304 while nothing has changed.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}",
    tag = "registry",
    operation_id = "read_juristic_person",
    params(("registration_number" = String, Path, description = "13 digits"), AsOfQuery),
    responses(
        (status = 200, description = "the facts", body = JuristicPersonView),
        (status = 304, description = "nothing has changed since"),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn juristic_person(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let asked = as_of(&request, &registry)?;
    let at = asked.valid_at.unwrap_or_else(|| registry.now());
    let (facts, stale) = asked_facts(&number, asked, FactsUse::Read, &registry).await?;
    answer(&request, &facts, at, stale, "", |facts| {
        views::juristic_person(facts, stale)
    })
}

/// People on record.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/officers",
    tag = "registry",
    operation_id = "list_officers",
    params(("registration_number" = String, Path, description = "13 digits"), AsOfQuery),
    responses(
        (status = 200, description = "the people", body = OfficersView),
        (status = 304, description = "nothing has changed since"),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn officers(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let asked = as_of(&request, &registry)?;
    let at = asked.valid_at.unwrap_or_else(|| registry.now());
    let (facts, stale) = asked_facts(&number, asked, FactsUse::Read, &registry).await?;
    answer(&request, &facts, at, stale, "", |facts| {
        let view = |officer: &Officer| views::officer_view(facts, officer);
        OfficersView {
            officers: facts.record.officers_at(at).map(view).collect(),
            former_officers: facts.record.left_by(at).map(view).collect(),
            identities: facts.version.identities.as_str(),
            as_of: AsOfView::new(&facts.version, stale),
        }
    })
}

/// Registered texts, letter by letter as registered.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/statements",
    tag = "registry",
    operation_id = "list_statements",
    params(("registration_number" = String, Path, description = "13 digits"), AsOfQuery),
    responses(
        (status = 200, description = "the texts", body = StatementsView),
        (status = 304, description = "nothing has changed since"),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn statements(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let asked = as_of(&request, &registry)?;
    let at = asked.valid_at.unwrap_or_else(|| registry.now());
    let (facts, stale) = asked_facts(&number, asked, FactsUse::Read, &registry).await?;
    answer(&request, &facts, at, stale, "", |facts| StatementsView {
        statements: StatementKind::ALL
            .into_iter()
            .flat_map(|kind| facts.record.texts(kind))
            .map(|statement| StatementView {
                kind: statement.kind.as_str(),
                text: statement.text.clone(),
            })
            .collect(),
        as_of: AsOfView::new(&facts.version, stale),
    })
}

/// The rule that the registered statement means.
///
/// Only `complete` is used by itself; `reviewed` is a rule that two registry officers confirmed for a sentence that was not
/// read with certainty. Spans are positions of Unicode scalar values in `statement`.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/signing-rule",
    tag = "registry",
    operation_id = "read_signing_rule",
    params(("registration_number" = String, Path, description = "13 digits"), AsOfQuery),
    responses(
        (status = 200, description = "the rule", body = SigningRuleView),
        (status = 304, description = "nothing has changed since"),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The register or our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn signing_rule(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let asked = as_of(&request, &registry)?;
    let at = asked.valid_at.unwrap_or_else(|| registry.now());
    let (facts, stale) = asked_facts(&number, asked, FactsUse::Read, &registry).await?;
    let (reading, facts) = asked_reading(facts, asked, &registry).await?;
    let view = match &reading {
        Ok(reading) => views::signing_rule(&facts, reading, stale, &caller.client_id)?,
        Err(refusal) => views::unreadable(&facts, refusal, stale),
    };
    let mark = reviewed_mark(reading.as_deref().ok());
    answer(&request, &facts, at, stale, &mark, |_| view)
}

/// Versions of the record with what changed, oldest first.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/history",
    tag = "registry",
    operation_id = "list_versions",
    params(("registration_number" = String, Path, description = "13 digits"), PageQuery),
    responses(
        (status = 200, description = "the versions", body = HistoryView),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has (or had then) no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn history(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let number = parse_number(&number)?;
    let page: PageQuery = query(&request)?;
    let limit = page.limit.unwrap_or(MAX_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(invalid("limit", "ต้องเป็น 1 ถึง 100", "it is 1 to 100"));
    }
    let after: u64 = match page.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| invalid("cursor", "ไม่ใช่ตำแหน่งที่ระบบให้ไว้", "it was not given by us"))?,
    };
    let versions = blocking(move || registry.history(&number))
        .await?
        .map_err(facts_problem)?;
    let mut views = views::version_views(&versions)?;
    views.retain(|view| view.version > after);
    let next_cursor = (views.len() > limit)
        .then(|| {
            views.truncate(limit);
            views.last().map(|view| view.version.to_string())
        })
        .flatten();
    Ok(HttpResponse::Ok().json(HistoryView {
        versions: views,
        next_cursor,
    }))
}

/// Which two versions are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// The one version.
    from: u64,
    /// The other.
    to: u64,
}

/// What differs between any two versions of the record.
#[utoipa::path(
    get,
    path = "/v1/juristic-persons/{registration_number}/history/difference",
    tag = "registry",
    operation_id = "compare_versions",
    params(("registration_number" = String, Path, description = "13 digits"), DifferenceQuery),
    responses(
        (status = 200, description = "what differs", body = DifferenceView),
        (status = 400, description = "A number or parameter that cannot be right", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No accepted credential", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The scope registry.read is needed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The register has no such juristic person", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Our database is out of reach", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("machine_client" = ["registry.read"]))
)]
pub async fn compare_versions(
    request: HttpRequest,
    number: web::Path<String>,
    registry: web::Data<RegistryService>,
    _caller: Authorised<scope::RegistryRead>,
) -> Result<HttpResponse, Problem> {
    let number = parse_number(&number)?;
    let DifferenceQuery { from, to } = query(&request)?;
    let versions = blocking(move || registry.history(&number))
        .await?
        .map_err(facts_problem)?;
    let find = |parameter: &str, wanted: u64| {
        versions
            .iter()
            .find(|facts| facts.version.version == wanted)
            .ok_or_else(|| invalid(parameter, "ไม่มีรุ่นข้อมูลนี้", "there is no such version"))
    };
    Ok(HttpResponse::Ok().json(DifferenceView {
        from,
        to,
        changes: views::change_views(find("from", from)?, find("to", to)?)?,
    }))
}

fn parse_number(text: &str) -> Result<RegistrationNumber, Problem> {
    text.parse()
        .map_err(|error: crate::kernel::id::ThirteenDigitError| {
            Problem::field(
                Code::InvalidRegistrationNumber,
                "registration_number",
                Bilingual::new(
                    "เลขทะเบียนนิติบุคคลมี 13 หลัก ขึ้นต้นด้วย 0 และเลขตรวจสอบต้องถูกต้อง",
                    error.to_string(),
                ),
            )
        })
}

/// The parameters of an address, read strictly.
pub(crate) fn query<T: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    web::Query::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|error| {
            Problem::new(
                Code::MalformedRequest,
                Bilingual::new(
                    "พารามิเตอร์ในที่อยู่ไม่ถูกต้อง",
                    format!("the parameters of the address cannot be read: {error}"),
                ),
            )
        })
}

/// A parameter that cannot be right.
pub(crate) fn invalid(parameter: &str, th: &str, en: &str) -> Problem {
    Problem::field(Code::InvalidValue, parameter, Bilingual::new(th, en))
}

fn as_of(request: &HttpRequest, registry: &RegistryService) -> Result<AsOf, Problem> {
    moments(query(request)?, registry)
}

/// The moments that are asked about; none lies in the future.
fn moments(asked: AsOfQuery, registry: &RegistryService) -> Result<AsOf, Problem> {
    let now = registry.now();
    let instant = |parameter: &str, text: Option<String>| {
        text.map(|text| {
            // An unescaped "+07:00" arrives with a space.
            let instant: Instant = text.replace(' ', "+").parse().map_err(|_| {
                invalid(
                    parameter,
                    "ต้องเป็นวันเวลาตาม RFC 3339 พร้อมเขตเวลา",
                    "it is an instant as in RFC 3339, with an offset",
                )
            })?;
            if instant > now {
                return Err(invalid(parameter, "ยังไม่ถึงเวลานั้น", "it lies in the future"));
            }
            Ok(instant)
        })
        .transpose()
    };
    Ok(AsOf {
        valid_at: instant("valid_at", asked.valid_at)?,
        known_at: instant("known_at", asked.known_at)?,
    })
}

async fn asked_facts(
    number: &str,
    asked: AsOf,
    used_for: FactsUse<'_>,
    registry: &web::Data<RegistryService>,
) -> Result<(Facts, bool), Problem> {
    let number = parse_number(number)?;
    if asked == AsOf::default() {
        let consulted = registry
            .consult(&number, registry.limit(used_for))
            .await
            .map_err(consult_problem)?;
        return Ok((consulted.facts, consulted.freshness.is_stale()));
    }
    let registry = registry.clone();
    let facts = blocking(move || registry.facts(&number, asked))
        .await?
        .map_err(facts_problem)?;
    Ok((facts, false))
}

/// What the statement means for these facts. A company past the bounds of what can be decided about has a statement that
/// needs a person, like any other that is not understood.
async fn asked_reading(
    facts: Facts,
    asked: AsOf,
    registry: &web::Data<RegistryService>,
) -> Result<(Result<Arc<Reading>, ReadingRefusal>, Facts), Problem> {
    let now = registry.now();
    let (at, known_at) = (asked.valid_at.unwrap_or(now), asked.known_at.unwrap_or(now));
    let registry = registry.clone();
    let (reading, facts) =
        blocking(move || (registry.reading(&facts, at, known_at), facts)).await?;
    match reading {
        Ok(reading) => Ok((Ok(reading), facts)),
        Err(ReadingError::Refused(refusal)) => Ok((Err(refusal), facts)),
        Err(ReadingError::Store(error)) => Err(facts_problem(FactsError::Store(error))),
    }
}

/// What tells answers apart that rest on different reviewed rules.
fn reviewed_mark(reading: Option<&Reading>) -> String {
    reading
        .and_then(|reading| reading.reviewed.as_ref())
        .map(|rule| format!("-{}", rule.proposal))
        .unwrap_or_default()
}

fn facts_problem(error: FactsError) -> Problem {
    match error {
        FactsError::Unknown => Problem::plain(Code::UnknownJuristicPerson),
        FactsError::Store(error) if error.may_be_retried() => {
            tracing::error!(error.chain = %error, "the database is out of reach");
            Problem::plain(Code::Unavailable)
        }
        FactsError::Store(error) => Problem::internal(&error),
    }
}

fn consult_problem(error: ConsultError) -> Problem {
    match error {
        ConsultError::Unknown => Problem::plain(Code::UnknownJuristicPerson),
        ConsultError::Refresh(error) => match error {
            RefreshError::Source(cause) => peer_problem(&cause),
            RefreshError::Row(cause) => peer_problem::<RowRefusal>(&cause),
            RefreshError::OtherNumber => peer_problem(&RefreshError::OtherNumber),
            RefreshError::Store(error) => facts_problem(FactsError::Store(error)),
            RefreshError::Interrupted => Problem::plain(Code::Unavailable),
        },
    }
}

fn peer_problem<E: std::error::Error>(cause: &E) -> Problem {
    tracing::warn!(error.chain = %cause, "the register could not be asked");
    Problem::plain(Code::PeerUnavailable)
}

/// Answer with a body, or with 304 when the client has it. The tag is weak: the same version on the same day is
/// the same answer, even if the register was seen to state it again since. `mark` tells apart what else answers differ in.
fn answer<T: Serialize>(
    request: &HttpRequest,
    facts: &Facts,
    at: Instant,
    stale: bool,
    mark: &str,
    view: impl FnOnce(&Facts) -> T,
) -> Result<HttpResponse, Problem> {
    let freshness = if stale { "-stale" } else { "" };
    let tag = header::EntityTag::new_weak(format!(
        "{}-{}-{}{freshness}{mark}",
        facts.version.version,
        at.thai_date(),
        facts.version.digest
    ));
    let has_it = match request.headers().get(header::IF_NONE_MATCH) {
        None => false,
        Some(_) => match <header::IfNoneMatch as header::Header>::parse(request) {
            Ok(header::IfNoneMatch::Any) => true,
            Ok(header::IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(&tag)),
            Err(_) => {
                return Err(Problem::new(
                    Code::MalformedRequest,
                    Bilingual::new("อ่าน If-None-Match ไม่ได้", "If-None-Match cannot be read"),
                ));
            }
        },
    };
    let mut response = if has_it {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header(header::ETag(tag));
    // Only the client's own memory, and never without asking.
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(if has_it {
        response.finish()
    } else {
        response.json(view(facts))
    })
}

#[cfg(test)]
mod tests;
