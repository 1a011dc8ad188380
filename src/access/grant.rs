//! What a request to the token endpoint asks for, and why it is refused (RFC 6749 §4.4 and §5.2, RFC 8705 §2.1).

use super::api_client::{ApiClient, ClientId, Scopes};
use crate::kernel::digest::Digest;
use std::collections::BTreeMap;

/// Why no token is given, in the words of RFC 6749 §5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// A parameter is missing, repeated or in the wrong place.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The client is unknown, revoked, not proven, or tried to prove itself in another way. Callers cannot tell which.
    #[error("the client is not accepted")]
    InvalidClient,
    /// Any grant but `client_credentials`.
    #[error("only grant_type=client_credentials is offered")]
    UnsupportedGrantType,
    /// A scope that does not exist or that the client was not given.
    #[error("a scope asked for cannot be given")]
    InvalidScope,
}

impl GrantRefusal {
    /// The `error` member.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// With the certificate of this connection (`tls_client_auth`, RFC 8705 §2.1).
    Certificate {
        /// SHA-256 over the DER of the certificate.
        thumbprint: Digest,
    },
}

/// A request that has the right form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRequest {
    /// Who it says it is.
    pub client_id: ClientId,
    /// The scopes it asks for; `None` for all it may have.
    pub scope: Option<String>,
}

/// Parameters that belong to other ways of proving who one is.
const OTHER_PROOFS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Read the form. `authorization` says whether the request carried an `Authorization` field.
pub fn read(
    form: impl IntoIterator<Item = (String, String)>,
    authorization: bool,
) -> Result<GrantRequest, GrantRefusal> {
    let mut parameters = BTreeMap::new();
    for (name, value) in form {
        if parameters.insert(name, value).is_some() {
            return Err(GrantRefusal::InvalidRequest("a parameter stands twice"));
        }
    }
    if authorization
        || OTHER_PROOFS
            .iter()
            .any(|name| parameters.contains_key(*name))
    {
        return Err(GrantRefusal::InvalidClient);
    }
    if parameters.contains_key("access_token") {
        return Err(GrantRefusal::InvalidRequest(
            "a token must not stand in the form",
        ));
    }
    if parameters.contains_key("response_type") {
        return Err(GrantRefusal::UnsupportedGrantType);
    }
    match parameters.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(GrantRefusal::UnsupportedGrantType),
        None => return Err(GrantRefusal::InvalidRequest("grant_type is missing")),
    }
    let Some(Ok(client_id)) = parameters.get("client_id").map(|text| text.parse()) else {
        return Err(GrantRefusal::InvalidClient);
    };
    Ok(GrantRequest {
        client_id,
        scope: parameters.remove("scope"),
    })
}

/// The scopes that this client gets for this request.
pub fn decide(
    request: &GrantRequest,
    client: Option<&ApiClient>,
    proof: Option<Proof>,
    known_scopes: &[&str],
) -> Result<Scopes, GrantRefusal> {
    let thumbprint = proof.map(|Proof::Certificate { thumbprint }| thumbprint);
    let client = client
        .filter(|client| client.client_id == request.client_id)
        .filter(|client| client.is_proven_by(thumbprint.as_ref()))
        .ok_or(GrantRefusal::InvalidClient)?;
    let granted = match &request.scope {
        None => client.scopes.clone(),
        Some(text) => Scopes::read(text, known_scopes).map_err(|_| GrantRefusal::InvalidScope)?,
    };
    if granted.is_empty() || !granted.are_within(&client.scopes) {
        return Err(GrantRefusal::InvalidScope);
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::api_client::ClientStatus;
    use crate::kernel::lang::Bilingual;
    use crate::kernel::time::Instant;

    const KNOWN: &[&str] = &["log.read", "registry.read", "certificate.issue"];

    fn form(text: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect()
    }

    fn client() -> ApiClient {
        ApiClient {
            client_id: "bank-a".parse().unwrap(),
            name: Bilingual::new("ธนาคาร ก", "Bank A"),
            certificate_thumbprint: Digest::of(b"a"),
            scopes: Scopes::trusted("log.read registry.read"),
            status: ClientStatus::Active,
            created_at: Instant::from_millis(0).unwrap(),
            version: 1,
        }
    }

    fn ask(text: &str, thumbprint: Option<&[u8]>) -> Result<String, GrantRefusal> {
        let request = read(form(text), false)?;
        let proof = thumbprint.map(|bytes| Proof::Certificate {
            thumbprint: Digest::of(bytes),
        });
        decide(&request, Some(&client()), proof, KNOWN).map(|scopes| scopes.to_string())
    }

    #[test]
    fn a_proven_client_gets_all_its_scopes_or_the_subset_it_asks_for() {
        let plain = "grant_type=client_credentials&client_id=bank-a";
        assert_eq!(ask(plain, Some(b"a")).unwrap(), "log.read registry.read");
        assert_eq!(
            ask(&format!("{plain}&scope=log.read"), Some(b"a")).unwrap(),
            "log.read"
        );
    }

    #[test]
    fn every_other_grant_is_unsupported() {
        for grant in [
            "password",
            "authorization_code",
            "refresh_token",
            "implicit",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:openid:params:grant-type:ciba",
            "CLIENT_CREDENTIALS",
            "",
        ] {
            assert_eq!(
                ask(&format!("grant_type={grant}&client_id=bank-a"), Some(b"a")),
                Err(GrantRefusal::UnsupportedGrantType),
                "{grant}"
            );
        }
        let response = "grant_type=client_credentials&client_id=bank-a&response_type=code";
        assert_eq!(
            ask(response, Some(b"a")),
            Err(GrantRefusal::UnsupportedGrantType)
        );
    }

    #[test]
    fn every_other_proof_is_an_invalid_client() {
        let plain = "grant_type=client_credentials&client_id=bank-a";
        for extra in [
            "client_secret=x",
            "client_secret=",
            "client_assertion=x",
            "client_assertion_type=urn:x",
        ] {
            assert_eq!(
                ask(&format!("{plain}&{extra}"), Some(b"a")),
                Err(GrantRefusal::InvalidClient),
                "{extra}"
            );
        }
        assert_eq!(read(form(plain), true), Err(GrantRefusal::InvalidClient));
        assert_eq!(ask(plain, None), Err(GrantRefusal::InvalidClient));
        assert_eq!(ask(plain, Some(b"b")), Err(GrantRefusal::InvalidClient));
        for id in ["&client_id=bank-b", "&client_id=", ""] {
            let text = format!("grant_type=client_credentials{id}");
            assert_eq!(ask(&text, Some(b"a")), Err(GrantRefusal::InvalidClient));
        }
    }

    #[test]
    fn a_scope_the_client_was_not_given_is_refused_as_one_that_does_not_exist() {
        let plain = "grant_type=client_credentials&client_id=bank-a";
        for scope in ["certificate.issue", "admin", "log.read admin", ""] {
            assert_eq!(
                ask(&format!("{plain}&scope={scope}"), Some(b"a")),
                Err(GrantRefusal::InvalidScope),
                "{scope}"
            );
        }
    }

    #[test]
    fn repeated_parameters_and_tokens_in_the_form_are_refused() {
        for text in [
            "grant_type=client_credentials&grant_type=password&client_id=bank-a",
            "grant_type=client_credentials&client_id=bank-a&client_id=bank-b",
            "grant_type=client_credentials&client_id=bank-a&access_token=x",
            "client_id=bank-a",
        ] {
            assert!(
                matches!(ask(text, Some(b"a")), Err(GrantRefusal::InvalidRequest(_))),
                "{text}"
            );
        }
    }
}
