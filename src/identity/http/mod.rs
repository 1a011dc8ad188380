//! Addresses of this room: the clients' API, the pages of a person signing in, and the person's own session.

mod api;
mod pages;

pub use api::IdentityApi;

use super::service::{IdentityError, IdentityService};
use super::signin::SignInRefusal;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::lang::{Bilingual, Language};
use crate::web::caller::{CredentialRefusal, SessionReader, SignedInPerson};
use crate::web::problem::{Code, Problem};
use actix_web::web;
use std::sync::Arc;

/// The names could not be read just now.
#[derive(Debug, thiserror::Error)]
#[error("the names cannot be read: {cause}")]
pub struct NamesUnavailable {
    /// What the source said.
    pub cause: String,
}

/// Names of things that other rooms know, for showing them to the person. Called on the blocking pool.
pub trait CompanyNames: Send + Sync {
    /// A juristic person's name; `None` when it is not on hand.
    fn company(&self, number: &RegistrationNumber) -> Result<Option<Bilingual>, NamesUnavailable>;
}

/// What the handlers need.
pub struct IdentityWeb {
    /// Use cases.
    pub service: Arc<IdentityService>,
    /// Names of companies.
    pub names: Arc<dyn CompanyNames>,
    /// Where browsers reach us, without a trailing slash.
    pub public_url: String,
    /// Whether pages say SANDBOX.
    pub sandbox: bool,
}

/// Mount the addresses. [`IdentityWeb`] stands in the application's data as `web::Data`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/v1/sign-ins").route(web::post().to(api::request_sign_in)))
        .service(web::resource("/v1/sign-ins/{id}").route(web::get().to(api::read_sign_in)))
        .service(web::resource("/v1/me").route(web::get().to(api::read_me)))
        .service(web::resource("/me/sign-in").route(web::get().to(pages::portal)))
        .service(web::resource("/me/sign-out").route(web::post().to(pages::sign_out)))
        .service(
            web::resource("/sign-in/callback/{provider}").route(web::get().to(pages::callback)),
        )
        .service(web::resource("/sign-in/{id}/start").route(web::post().to(pages::start)))
        .service(web::resource("/sign-in/{id}/done").route(web::get().to(pages::done)))
        .service(web::resource("/sign-in/{id}").route(web::get().to(pages::show)));
}

impl SessionReader for IdentityService {
    fn session(&self, cookie: &str) -> Result<SignedInPerson, CredentialRefusal> {
        match self.live_session(cookie) {
            Ok(Some(live)) => Ok(SignedInPerson {
                person: live.person.to_string(),
                display_name: live.name.shown(Language::Th),
                authenticated_at: live.assurance.auth_time,
                form_token: live.form_token,
            }),
            Ok(None) => Err(CredentialRefusal::NotAccepted),
            Err(error) => {
                tracing::error!(error.chain = %error, "a session could not be checked");
                Err(CredentialRefusal::CannotCheck)
            }
        }
    }
}

/// A failed use case as a problem document.
fn problem(error: IdentityError) -> Problem {
    match error {
        IdentityError::Refused(SignInRefusal::Unknown) => Problem::plain(Code::NotFound),
        IdentityError::Refused(refusal) => Problem::new(Code::WrongState, refusal.words()),
        IdentityError::UnknownProvider => Problem::field(
            Code::InvalidValue,
            "/provider",
            Bilingual::new(
                "ไม่มีผู้ให้บริการ Digital ID ชื่อนี้",
                "there is no Digital ID provider of this name",
            ),
        ),
        IdentityError::Provider(_) => Problem::plain(Code::PeerUnavailable),
        other if other.is_passing() => Problem::plain(Code::Unavailable),
        other if other.is_contention() => Problem::plain(Code::Changed),
        other => Problem::internal(&other),
    }
}
