//! A certification authority for everything the sandbox and the product need certificates for.
//!
//! A root that signs one issuing authority, which signs the rest; both are made on the first start and kept. Whoever
//! can reach the port gets a certificate, which is why every name says SANDBOX and nobody outside this machine
//! trusts the root.
//!
//! Invariants: the root's key signs the issuing authority and nothing else; a certificate for seals or time-stamps
//! carries SANDBOX in its own subject too, because documents are looked at far from here; an answer never contains the
//! root, which is fetched from its own path and trusted deliberately.
//!
//! To add a profile: its word in [`profile_named`], its life in [`life`].

pub(super) mod http;

use super::{SandboxError, read_if_present};
use crate::crypto::key::{Algorithm, FileKey, Signer};
use crate::crypto::x509::{
    AuthorityError, Certificate, CertificateAuthority, Name, Profile, RequestError, SigningRequest,
    Validity,
};
use crate::kernel::id::Randomness;
use crate::kernel::time::{Clock, Instant};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The word every sandbox certificate is known by.
pub const MARK: &str = "SANDBOX";

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How far validity reaches back, for clocks that do not agree.
const EARLIER: Duration = Duration::from_secs(3600);

/// Why a certificate is not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueRefusal {
    /// A profile nobody knows, or one that may not be asked for.
    #[error("the profile is one of seal, tls-server, tls-client, time-stamping")]
    Profile,
    /// Not a request, or not signed with the key it asks for.
    #[error("the body is a PKCS #10 request in PEM: {0}")]
    Request(#[from] RequestError),
    /// A seal or time-stamp certificate that looks like a real one.
    #[error(
        "the subject of a {0} certificate has the word SANDBOX in its common name or organisation"
    )]
    Unmarked(&'static str),
    /// The authority refuses.
    #[error("{0}")]
    Authority(#[from] AuthorityError),
}

/// The authority.
pub(super) struct Authority {
    issuing: CertificateAuthority,
    root: Certificate,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl Authority {
    /// The authority kept in `dir`, made on the first start; certificates name `crl_url`.
    pub(super) fn open(
        dir: &Path,
        crl_url: String,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, SandboxError> {
        let key = |file: &str| -> Result<Arc<dyn Signer>, SandboxError> {
            Ok(Arc::new(FileKey::load_or_create(
                &dir.join(file),
                Algorithm::Es256,
            )?))
        };
        let (root_key, issuing_key) = (key("ca-root-key.pem")?, key("ca-issuing-key.pem")?);
        let random = &*randomness;
        let root = match kept(&dir.join("ca-root.pem"))? {
            Some(certificate) => CertificateAuthority::load(root_key, certificate, Vec::new())?,
            None => {
                let name = Name::thai("Amnat SANDBOX", "Amnat SANDBOX Root CA");
                let life = validity(clock.now(), DAY * 3650);
                let made = CertificateAuthority::create_root(root_key, &name, life, random)?;
                keep(&dir.join("ca-root.pem"), made.certificate())?;
                made
            }
        };
        let issuing = match kept(&dir.join("ca-issuing.pem"))? {
            Some(certificate) => {
                CertificateAuthority::load(issuing_key, certificate, root.chain())?
            }
            None => {
                let name = Name::thai("Amnat SANDBOX", "Amnat SANDBOX Issuing CA");
                let life = validity(clock.now(), DAY * 1825);
                let made = root.create_issuing(issuing_key, &name, life, random)?;
                keep(&dir.join("ca-issuing.pem"), made.certificate())?;
                made
            }
        };
        let root = root.certificate().clone();
        let issuing = issuing.publishing_at(crl_url);
        Ok(Self {
            issuing,
            root,
            clock,
            randomness,
        })
    }

    /// The certificate to trust.
    pub(super) fn root(&self) -> &Certificate {
        &self.root
    }

    /// The certificate that signs the others.
    pub(super) fn issuing(&self) -> &Certificate {
        self.issuing.certificate()
    }

    /// A certificate for this request, and the issuing authority's own behind it.
    pub(super) fn issue(
        &self,
        request: &SigningRequest,
        profile: &Profile,
    ) -> Result<Vec<Certificate>, IssueRefusal> {
        let validity = validity(self.clock.now(), life(profile));
        let issued = self
            .issuing
            .issue(request, profile, validity, &*self.randomness)?;
        let facts = issued.facts();
        let marked = [&facts.subject_common_name, &facts.subject_organization]
            .iter()
            .any(|name| name.as_ref().is_some_and(|name| name.contains(MARK)));
        match profile {
            Profile::Seal if !marked => Err(IssueRefusal::Unmarked("seal")),
            Profile::TimeStamping if !marked => Err(IssueRefusal::Unmarked("time-stamping")),
            _ => Ok(vec![issued, self.issuing.certificate().clone()]),
        }
    }

    /// The key in this file, made on the first start, and a new certificate for it: how stand-ins get theirs.
    pub(super) fn certify(
        &self,
        key: &Path,
        name: &Name,
        profile: &Profile,
    ) -> Result<(FileKey, Vec<Certificate>), SandboxError> {
        let key = FileKey::load_or_create(key, Algorithm::Es256)?;
        let request = SigningRequest::create(&key, name).map_err(IssueRefusal::Request)?;
        let chain = self.issue(&request, profile)?;
        Ok((key, chain))
    }

    /// A list of revoked certificates: empty, numbered by the second, good for a day.
    pub(super) fn revocation_list(&self) -> Result<Vec<u8>, AuthorityError> {
        let now = self.clock.now();
        let number = u64::try_from(now.seconds()).unwrap_or_default();
        self.issuing
            .revocation_list(number, now, now.plus(DAY), &[])
    }
}

/// What is asked for by this word, under these names.
fn profile_named(word: &str, names: Vec<String>) -> Result<Profile, IssueRefusal> {
    match word {
        "seal" => Ok(Profile::Seal),
        "tls-server" => Ok(Profile::TlsServer(names)),
        "tls-client" => Ok(Profile::TlsClient),
        "time-stamping" => Ok(Profile::TimeStamping),
        _ => Err(IssueRefusal::Profile),
    }
}

fn life(profile: &Profile) -> Duration {
    match profile {
        Profile::Seal | Profile::TimeStamping => DAY * 730,
        Profile::TlsServer(_) | Profile::TlsClient | Profile::OcspSigner => DAY * 365,
    }
}

fn validity(now: Instant, life: Duration) -> Validity {
    Validity {
        not_before: now.minus(EARLIER),
        not_after: now.plus(life),
    }
}

fn kept(path: &Path) -> Result<Option<Certificate>, SandboxError> {
    let Some(text) = read_if_present(path)? else {
        return Ok(None);
    };
    let unusable = |cause: String| SandboxError::State {
        path: path.to_owned(),
        cause,
    };
    let read =
        Certificate::from_pem(text.as_bytes()).map_err(|cause| unusable(cause.to_string()))?;
    match <[Certificate; 1]>::try_from(read) {
        Ok([certificate]) => Ok(Some(certificate)),
        Err(_) => Err(unusable("not one certificate".to_owned())),
    }
}

fn keep(path: &Path, certificate: &Certificate) -> Result<(), SandboxError> {
    std::fs::write(path, certificate.to_pem()).map_err(|cause| SandboxError::File {
        path: path.to_owned(),
        cause,
    })
}

#[cfg(test)]
mod tests;
