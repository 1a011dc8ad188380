//! The pages of a person signing in. Whatever goes wrong ends on a page that says so in the person's language, and
//! nobody is signed in.

use super::{IdentityWeb, problem};
use crate::identity::providers::ProviderAnswer;
use crate::identity::service::{Claimed, Finished, IdentityError};
use crate::identity::signin::{SignIn, SignInPurpose, SignInRefusal, SignInStatus};
use crate::kernel::digest::Digest;
use crate::kernel::id::SignInId;
use crate::kernel::lang::{Bilingual, Language};
use crate::kernel::money::Baht;
use crate::telemetry::blocking;
use crate::web::caller::{SESSION_COOKIE, Visitor};
use crate::web::page::{self, MessagePage};
use crate::web::problem::{Code, Problem};
use crate::web::request::current_id;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Name of the cookie that binds a sign-in to the browser it began in.
const FLOW_COOKIE: &str = "__Host-amnat_flow";

/// Largest form that is read, in bytes.
const MAX_FORM: usize = 4 * 1024;

/// One button.
#[derive(Debug, Serialize)]
pub struct ProviderButton {
    /// Name of the provider.
    pub name: String,
    /// Text on the button.
    pub label: String,
}

/// What a sign-in or its result says it is about, in one language.
#[derive(Debug, Serialize)]
pub struct About {
    /// Whether it is for our own pages; then there is nothing else to say.
    pub portal: bool,
    /// Who asks.
    pub asked_by: String,
    /// The juristic person's name, if it is on hand.
    pub company: Option<String>,
    /// The juristic person's number, grouped.
    pub number: String,
    /// What the act is called.
    pub act: String,
    /// Amount in figures and words.
    pub amount: Option<String>,
    /// What it is for, in the client's words.
    pub purpose: String,
}

/// Context of `sign-in.html`.
#[derive(Debug, Serialize)]
pub struct SignInPage {
    /// Language.
    pub lang: Language,
    /// Whether the page says SANDBOX.
    pub sandbox: bool,
    /// What it is about.
    pub about: About,
    /// Whole minutes left, at least one.
    pub minutes_left: i64,
    /// One button for each provider.
    pub providers: Vec<ProviderButton>,
    /// Where the form goes.
    pub action: String,
    /// Anti-forgery token.
    pub form_token: String,
}

/// Context of `signed-in.html`.
#[derive(Debug, Serialize)]
pub struct SignedInPage {
    /// Language.
    pub lang: Language,
    /// Whether the page says SANDBOX.
    pub sandbox: bool,
    /// What it is about.
    pub about: About,
    /// The person's name.
    pub name: String,
    /// When it was done.
    pub at: String,
    /// Identity assurance level.
    pub ial: String,
    /// Authenticator assurance level.
    pub aal: String,
    /// Whether the latter is assumed.
    pub aal_assumed: bool,
    /// What the act needs in addition.
    pub step_up: Vec<String>,
}

fn said(language: Language, words: Bilingual) -> String {
    match language {
        Language::Th => words.th,
        Language::En => words.en,
    }
}

fn amount_words(language: Language, amount: Baht) -> String {
    match language {
        Language::Th => format!("{} บาท ({})", amount.grouped(), amount.thai_words()),
        Language::En => format!("THB {}", amount.grouped()),
    }
}

/// A page instead of a sign-in: what happened, and what to do.
fn refusal_page(language: Language, error: IdentityError) -> Result<HttpResponse, Problem> {
    let (status, title, message, tone) = match error {
        IdentityError::Refused(SignInRefusal::Unknown) => (
            StatusCode::NOT_FOUND,
            Bilingual::new("ไม่พบรายการ", "Not found"),
            SignInRefusal::Unknown.words(),
            "bad",
        ),
        IdentityError::Refused(refusal) => (
            StatusCode::CONFLICT,
            Bilingual::new("ยังไม่ได้ยืนยันตัวตน", "You are not signed in"),
            refusal.words(),
            "bad",
        ),
        IdentityError::UnknownProvider => (
            StatusCode::NOT_FOUND,
            Bilingual::new("ไม่พบผู้ให้บริการ", "No such provider"),
            Bilingual::new(
                "ไม่มีผู้ให้บริการ Digital ID ชื่อนี้สำหรับรายการนี้",
                "There is no Digital ID provider of this name for this sign-in.",
            ),
            "bad",
        ),
        IdentityError::Provider(failure) => {
            tracing::info!(sign_in.provider_failure = %failure, "a person came back without being proved");
            (
                StatusCode::BAD_GATEWAY,
                Bilingual::new("ยังไม่ได้ยืนยันตัวตน", "You are not signed in"),
                Bilingual::new(
                    "ผู้ให้บริการ Digital ID ไม่ได้ยืนยันตัวตนของท่านในครั้งนี้ ท่านเปิดลิงก์เดิมเพื่อลองใหม่ได้จนกว่าจะหมดเวลา",
                    "The Digital ID provider did not confirm who you are this time. You can open the same link and try \
                     again until the time is over.",
                ),
                "plain",
            )
        }
        other => {
            let problem = problem(other);
            return page::problem_page(language, problem.code());
        }
    };
    page::answer(
        status,
        "message.html",
        &MessagePage {
            lang: language,
            title: said(language, title),
            message: said(language, message),
            tone,
            reference: current_id(),
        },
    )
}

fn flow_cookie(request: &HttpRequest) -> Option<String> {
    request
        .cookie(FLOW_COOKIE)
        .map(|cookie| cookie.value().to_owned())
        .filter(|value| value.len() == 43)
}

fn set_cookie(name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(CookieDuration::seconds(seconds))
        .finish()
}

/// Only a page that was shown to this browser can know it.
fn form_token(cookie: &str, id: &SignInId) -> String {
    let digest = Digest::of_parts([
        b"amnat-sign-in-form/1".as_slice(),
        cookie.as_bytes(),
        b"|".as_slice(),
        id.as_str().as_bytes(),
    ]);
    URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// Form fields or query parameters; `None` when one of them stands twice.
fn fields(encoded: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        if fields
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return None;
        }
    }
    Some(fields)
}

fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

/// Reads what the page says in one language. Blocking: it may ask the database for the company's name.
fn about(state: &IdentityWeb, sign_in: &SignIn, language: Language) -> About {
    let asked_by = said(language, sign_in.asked_by.clone());
    match &sign_in.purpose {
        SignInPurpose::Portal => About {
            portal: true,
            asked_by,
            company: None,
            number: String::new(),
            act: String::new(),
            amount: None,
            purpose: String::new(),
        },
        SignInPurpose::Question(subject) => {
            let company = state.names.company(&subject.registration_number);
            let company = company.unwrap_or_else(|error| {
                // The number alone still says truly which company it is.
                tracing::warn!(error.chain = %error, "a company's name could not be read");
                None
            });
            About {
                portal: false,
                asked_by,
                company: company.map(|name| said(language, name)),
                number: subject.registration_number.grouped(),
                act: said(language, subject.act.label()),
                amount: subject.amount.map(|amount| amount_words(language, amount)),
                purpose: subject.purpose.clone(),
            }
        }
    }
}

/// `GET /sign-in/{id}`: who asks for what, and how to sign in.
pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request);
    let Ok(id) = path.into_inner().parse::<SignInId>() else {
        return refusal_page(language, SignInRefusal::Unknown.into());
    };
    let (worker, wanted) = (state.clone(), id.clone());
    let found = blocking(move || {
        let sign_in = worker.service.find(&wanted)?;
        let about = about(&worker, &sign_in, language);
        Ok::<_, IdentityError>((sign_in, about))
    })
    .await?;
    let (sign_in, about) = match found {
        Ok(found) => found,
        Err(error) => return refusal_page(language, error),
    };
    let now = state.service.now();
    if sign_in.status(now) == SignInStatus::Completed {
        return Ok(see_other(&done_address(&id, language)));
    }
    if let Err(refusal) = sign_in.may_start(now) {
        return refusal_page(language, refusal.into());
    }
    let cookie = flow_cookie(&request)
        .unwrap_or_else(|| URL_SAFE_NO_PAD.encode(state.service.fresh_secret()));
    let left = sign_in.expires_at.seconds() - now.seconds();
    let providers = state.service.providers(&sign_in);
    let mut answer = page::answer(
        StatusCode::OK,
        "sign-in.html",
        &SignInPage {
            lang: language,
            sandbox: state.sandbox,
            about,
            minutes_left: (left / 60).max(1),
            providers: providers
                .iter()
                .map(|provider| ProviderButton {
                    name: provider.name().to_owned(),
                    label: said(language, provider.label().clone()),
                })
                .collect(),
            action: format!("/sign-in/{id}/start"),
            form_token: form_token(&cookie, &id),
        },
    )?;
    let cookie = set_cookie(FLOW_COOKIE, cookie, 15 * 60);
    answer
        .add_cookie(&cookie)
        .map_err(|error| Problem::internal(&error))?;
    Ok(answer)
}

/// `POST /sign-in/{id}/start`: on to the provider.
pub(super) async fn start(
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
    path: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let form = if body.len() <= MAX_FORM {
        fields(&body)
    } else {
        None
    };
    let form = form.unwrap_or_default();
    let language = match form.get("lang").map(String::as_str) {
        Some("en") => Language::En,
        Some("th") => Language::Th,
        _ => page::language(&request),
    };
    let Ok(id) = path.into_inner().parse::<SignInId>() else {
        return refusal_page(language, SignInRefusal::Unknown.into());
    };
    let cookie = flow_cookie(&request);
    let expected = cookie.as_deref().map(|cookie| form_token(cookie, &id));
    let (Some(cookie), true) = (cookie, form.get("form_token") == expected.as_ref()) else {
        return page::problem_page(language, Code::ForgedForm);
    };
    match travel(&state, &id, form.get("provider"), language, &cookie).await? {
        Ok(address) => Ok(see_other(&address)),
        Err(error) => refusal_page(language, error),
    }
}

async fn travel(
    state: &web::Data<IdentityWeb>,
    id: &SignInId,
    provider: Option<&String>,
    language: Language,
    cookie: &str,
) -> Result<Result<String, IdentityError>, Problem> {
    let Some(name) = provider.cloned() else {
        return Ok(Err(IdentityError::UnknownProvider));
    };
    let provider = match state.service.provider(&name) {
        Ok(provider) => provider,
        Err(error) => return Ok(Err(error)),
    };
    let (worker, wanted, chosen) = (state.clone(), id.clone(), name.clone());
    let flow = match blocking(move || worker.service.prepare(&wanted, &chosen, language)).await? {
        Ok(flow) => flow,
        Err(error) => return Ok(Err(error)),
    };
    let address = match provider.begin(&flow, state.service.now()).await {
        Ok(address) => address,
        Err(failure) => return Ok(Err(IdentityError::Provider(failure))),
    };
    let (worker, wanted, browser) = (state.clone(), id.clone(), Digest::of(cookie));
    let set_out = blocking(move || worker.service.set_out(&wanted, &name, flow, browser)).await?;
    Ok(set_out.map(|()| address.to_string()))
}

/// `GET /sign-in/callback/{provider}`: the browser is back.
pub(super) async fn callback(
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request);
    // A parameter that stands twice is two answers; neither is taken.
    let Some(mut query) = fields(request.query_string().as_bytes()) else {
        return refusal_page(language, SignInRefusal::NoOpenFlow.into());
    };
    let Some(returned) = query.remove("state") else {
        return refusal_page(language, SignInRefusal::NoOpenFlow.into());
    };
    let answer = ProviderAnswer {
        code: query.remove("code"),
        error: query.remove("error"),
        issuer: query.remove("iss"),
    };
    let name = path.into_inner();
    let browser = flow_cookie(&request).map(Digest::of);
    let (worker, chosen) = (state.clone(), name.clone());
    let claimed = blocking(move || worker.service.come_back(&chosen, &returned, browser)).await?;
    let claimed = match claimed {
        Ok(claimed) => claimed,
        Err(error) => return refusal_page(language, error),
    };
    let language = claimed.flow.language;
    let provider = match state.service.provider(&name) {
        Ok(provider) => provider,
        Err(error) => return refusal_page(language, error),
    };
    let word = provider
        .finish(&claimed.flow, &answer, state.service.now())
        .await;
    conclude(&state, claimed, word, language).await
}

async fn conclude(
    state: &web::Data<IdentityWeb>,
    claimed: Claimed,
    word: Result<
        crate::identity::person::ProvenIdentity,
        crate::identity::providers::ProviderFailure,
    >,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let worker = state.clone();
    let completion = blocking(move || worker.service.finish(&claimed, word)).await?;
    let completion = match completion {
        Ok(completion) => completion,
        Err(error) => return refusal_page(language, error),
    };
    metrics::counter!("amnat_sign_ins_completed_total").increment(1);
    // On to an address without the code in it, so that the code stays in no history.
    let mut response = see_other(&done_address(&completion.sign_in, language));
    if let Some(session) = completion.session {
        let cookie = set_cookie(SESSION_COOKIE, session.expose().to_owned(), 8 * 60 * 60);
        response
            .add_cookie(&cookie)
            .map_err(|error| Problem::internal(&error))?;
    }
    Ok(response)
}

fn done_address(id: &SignInId, language: Language) -> String {
    let language = match language {
        Language::Th => "th",
        Language::En => "en",
    };
    format!("/sign-in/{id}/done?lang={language}")
}

/// `GET /sign-in/{id}/done`: what was confirmed, for the browser that did it.
pub(super) async fn done(
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request);
    let Ok(id) = path.into_inner().parse::<SignInId>() else {
        return refusal_page(language, SignInRefusal::Unknown.into());
    };
    let browser = flow_cookie(&request).map(Digest::of);
    let worker = state.clone();
    let finished = blocking(move || {
        let finished = worker.service.finished(&id, browser)?;
        let about = about(&worker, &finished.sign_in, language);
        Ok::<_, IdentityError>((finished, about))
    })
    .await?;
    match finished {
        Ok((finished, about)) => page::answer(
            StatusCode::OK,
            "signed-in.html",
            &signed_in_page(&finished, about, language, state.sandbox),
        ),
        Err(error) => refusal_page(language, error),
    }
}

fn signed_in_page(
    finished: &Finished,
    about: About,
    language: Language,
    sandbox: bool,
) -> SignedInPage {
    let Finished {
        established,
        name,
        shortfall,
        ..
    } = finished;
    let step_up = shortfall
        .as_ref()
        .map(|shortfall| shortfall.step_up())
        .unwrap_or_default();
    SignedInPage {
        lang: language,
        sandbox,
        about,
        name: name.shown(language),
        at: match language {
            Language::Th => established.at.thai_words(),
            Language::En => established.at.english_words(),
        },
        ial: established.assurance.ial.to_string(),
        aal: established.assurance.aal.to_string(),
        aal_assumed: established.assurance.aal_assumed,
        step_up: step_up
            .into_iter()
            .map(|sentence| said(language, sentence))
            .collect(),
    }
}

/// `GET /me/sign-in`: sign in to our own pages.
pub(super) async fn portal(
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request);
    match blocking(move || state.service.request_portal()).await? {
        Ok(fresh) => {
            let tag = match language {
                Language::Th => "th",
                Language::En => "en",
            };
            Ok(see_other(&format!("/sign-in/{}?lang={tag}", fresh.id)))
        }
        Err(error) => refusal_page(language, error),
    }
}

/// `POST /me/sign-out`: end the session.
pub(super) async fn sign_out(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<IdentityWeb>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request);
    let form = fields(body.get(..MAX_FORM.min(body.len())).unwrap_or_default());
    let given = form.as_ref().and_then(|form| form.get("form_token"));
    if given != Some(&visitor.0.form_token) {
        return page::problem_page(language, Code::ForgedForm);
    }
    let cookie = request
        .cookie(SESSION_COOKIE)
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default();
    blocking(move || state.service.sign_out(&cookie))
        .await?
        .map_err(problem)?;
    let mut response = see_other("/");
    response
        .add_cookie(&set_cookie(SESSION_COOKIE, String::new(), 0))
        .map_err(|error| Problem::internal(&error))?;
    Ok(response)
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
