//! Providers of Digital IDs: the seam, and the adapters behind it.
//!
//! A provider that sends the browser away and gets it back is an [`IdentityProvider`]. The room asks nothing else of it, so
//! that a second protocol is one more file here. To add an OpenID provider: a [`oidc::Profile`]; to add a protocol: a file
//! that implements the trait, and its answers in the tests of `oidc`, each of which must be refused there too.

pub mod id_token;
pub mod oidc;

use super::person::ProvenIdentity;
use super::signin::Flow;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use futures_util::future::LocalBoxFuture;
use url::Url;

/// What came back with the browser.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderAnswer {
    /// Authorization code.
    pub code: Option<String>,
    /// Error code of the provider.
    pub error: Option<String>,
    /// `iss` parameter (RFC 9207).
    pub issuer: Option<String>,
}

/// Why nobody was proved.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFailure {
    /// The provider did not answer in time or not in its protocol. Another try may succeed.
    #[error("the provider is out of reach: {cause}")]
    Unavailable {
        /// What went wrong, without personal data.
        cause: String,
    },
    /// The person turned back, or the provider refused the person.
    #[error("the provider ended the sign-in: {error}")]
    TurnedBack {
        /// The provider's error code.
        error: String,
    },
    /// The answer did not pass a check. It is never tried again.
    #[error("the provider's answer is not accepted")]
    Refused(#[from] id_token::TokenRefusal),
}

/// Proves who a person is.
pub trait IdentityProvider: Send + Sync {
    /// Short name, used in paths.
    fn name(&self) -> &str;

    /// Name on the button.
    fn label(&self) -> &Bilingual;

    /// Where to send the browser.
    fn begin<'a>(
        &'a self,
        flow: &'a Flow,
        now: Instant,
    ) -> LocalBoxFuture<'a, Result<Url, ProviderFailure>>;

    /// Who came back.
    fn finish<'a>(
        &'a self,
        flow: &'a Flow,
        answer: &'a ProviderAnswer,
        now: Instant,
    ) -> LocalBoxFuture<'a, Result<ProvenIdentity, ProviderFailure>>;
}
