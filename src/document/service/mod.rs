//! Issuing exactly once, and verifying.
//!
//! Issuing goes *reserve → prepare → check → seal → check → complete*: the number and the facts are committed before the
//! signer is asked (REL-01), the sealed file is read back with the strict reader and its signature verified before it is
//! stored (REL-02), and a reservation that was interrupted is voided by [`DocumentService::reconcile`] (REL-03).

mod seal;
mod verify;

pub use seal::{SealFailure, Sealer};
pub use verify::{RootsError, roots_from_pem, verify_offline};

use super::content::{CertificateContent, DocumentKind, IssuedBy};
use super::drawing_up::{self, Issue};
use super::layout::{self, LayoutError};
use super::record::{DocumentRecord, DocumentState};
use super::store;
use super::timestamp::{TimestampAuthority, TimestampFailure};
use super::verification::{AtIssuer, Verdict};
use crate::access::idempotency::{
    Begun as KeyBegun, IdempotencyScope, KeptAnswer, Retention, Ticket,
};
use crate::access::store::idempotency;
pub use crate::db::StoreError;
use crate::db::{Database, RetryHint};
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::{CertificateId, Randomness, RegistrationNumber, VerificationToken};
use crate::kernel::time::{Clock, buddhist_year};
use crate::ledger::leaf::LeafKind;
use crate::ledger::service::{LedgerService, RecordError};
use crate::pdf::{DocumentSpec, Engine, PdfError};
use crate::registry::freshness::FactsUse;
use crate::registry::model::Facts;
use crate::registry::service::{AsOf, ConsultError, FactsError, RegistryService};
use std::sync::Arc;
use std::time::Duration;

/// Largest file that is verified, in bytes.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;
/// A reservation older than this was interrupted (REL-03).
const ABANDONED_AFTER: Duration = Duration::from_secs(120);
/// Name of the number series of certificates.
const SERIES: &str = "certificate";

/// What the operator decides about documents.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// Whose voice the documents speak with.
    pub issued_by: IssuedBy,
    /// Letters before the number.
    pub number_prefix: String,
    /// Whether documents say SANDBOX.
    pub sandbox: bool,
    /// Address of public pages, without a trailing slash.
    pub public_url: String,
}

/// Why a document was not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The register has no such juristic person, or could not be asked.
    #[error(transparent)]
    Registry(#[from] ConsultError),
    /// The register could not be asked, and what we hold is older than allowed: nothing is certified from it.
    #[error("the register could not be asked and the facts at hand are too old")]
    Stale,
    /// The facts cannot be printed. Nothing was issued; the reason names the character or fact.
    #[error("the facts cannot be set on pages: {0}")]
    Layout(#[from] LayoutError),
    /// The same, found by the writer.
    #[error("the facts cannot be set on pages: {0}")]
    Pages(#[from] PdfError),
    /// The seal could not be made, or was not what was asked for.
    #[error("the document could not be sealed: {0}")]
    Seal(#[from] SealFailure),
    /// The time-stamp authority did not answer rightly.
    #[error("no time-stamp: {0}")]
    Timestamp(#[from] TimestampFailure),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyUsed,
    /// The same request is still running.
    #[error("the same request is still running")]
    KeyRunning,
    /// The log refused.
    #[error("the log: {0}")]
    Ledger(#[from] RecordError),
    /// The facts have no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RetryHint for IssueError {
    fn may_be_retried(&self) -> bool {
        match self {
            Self::Store(error) | Self::Ledger(RecordError::Store(error)) => error.may_be_retried(),
            _ => false,
        }
    }
}

/// An order for a certificate.
#[derive(Clone)]
pub struct Order {
    /// Who orders.
    pub client_id: String,
    /// For which juristic person.
    pub juristic_person: RegistrationNumber,
    /// The idempotency key with everything it is bound to.
    pub key: IdempotencyScope,
    /// Digest of the request's canonical body.
    pub request: Digest,
    /// The answer to keep under the key, made from the issued record.
    pub answer: fn(&DocumentRecord) -> KeptAnswer,
}

/// What came of an order.
#[derive(Debug)]
pub enum Ordered {
    /// Issued now.
    Issued(Box<DocumentRecord>, KeptAnswer),
    /// The same order was carried out before: the same answer again.
    Replayed(KeptAnswer),
}

/// Issues and verifies documents.
pub struct DocumentService {
    database: Arc<Database>,
    registry: Arc<RegistryService>,
    ledger: Arc<LedgerService>,
    sealer: Sealer,
    timestamps: Arc<dyn TimestampAuthority>,
    engine: Engine,
    settings: IssuerSettings,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

/// What [`DocumentService::new`] is made from.
pub struct Parts {
    /// Where records are kept.
    pub database: Arc<Database>,
    /// Where facts come from.
    pub registry: Arc<RegistryService>,
    /// Where issuing is logged.
    pub ledger: Arc<LedgerService>,
    /// The seal.
    pub sealer: Sealer,
    /// The time-stamp authority.
    pub timestamps: Arc<dyn TimestampAuthority>,
    /// The PDF writer.
    pub engine: Engine,
    /// The operator's decisions.
    pub settings: IssuerSettings,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub randomness: Arc<dyn Randomness>,
}

/// How an order begins: anew, or with what an earlier request of the same key got.
enum Begun {
    Fresh(Box<DocumentRecord>, Ticket),
    Replayed(KeptAnswer),
}

impl DocumentService {
    /// Put together.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            database,
            registry,
            ledger,
            sealer,
            timestamps,
            engine,
            settings,
            clock,
            randomness,
        } = parts;
        Self {
            database,
            registry,
            ledger,
            sealer,
            timestamps,
            engine,
            settings,
            clock,
            randomness,
        }
    }

    /// Issue a certificate. The same key gives the same document again.
    pub async fn issue_certificate(self: &Arc<Self>, order: Order) -> Result<Ordered, IssueError> {
        let limit = self.registry.limit(FactsUse::Certificate);
        let consulted = self.registry.consult(&order.juristic_person, limit).await?;
        if consulted.freshness.is_stale() {
            return Err(IssueError::Stale);
        }
        let facts = consulted.facts;
        let this = Arc::clone(self);
        let answer = order.answer;
        let begun = blocking(move || this.reserve(&order, &facts)).await?;
        let (record, ticket) = match begun {
            Begun::Replayed(kept) => return Ok(Ordered::Replayed(kept)),
            Begun::Fresh(record, ticket) => (*record, ticket),
        };
        match self.seal(&record, &ticket, answer).await {
            Ok((record, kept)) => Ok(Ordered::Issued(Box::new(record), kept)),
            Err(error) => {
                // Doubt never issues: the number stays visible with the reason (REL-03), the key is given back.
                let this = Arc::clone(self);
                let reason = error.to_string();
                blocking(move || this.give_up(&record.id, &ticket, &reason)).await?;
                Err(error)
            }
        }
    }

    /// Number, facts and key in one transaction, after a trial that shows that the facts can be printed.
    fn reserve(&self, order: &Order, facts: &Facts) -> Result<Begun, IssueError> {
        let now = self.clock.now();
        let token = VerificationToken::generate(self.randomness.as_ref());
        let content = |number: String| {
            let settings = &self.settings;
            let issue = Issue {
                issued_by: settings.issued_by.clone(),
                sandbox: settings.sandbox,
                number,
                number_prefix: settings.number_prefix.clone(),
                public_url: settings.public_url.clone(),
                token: token.clone(),
                issued_at: now,
            };
            drawing_up::certificate(&facts.record, &facts.version, issue)
        };
        let year = buddhist_year(now.thai_date());
        // The trial uses a number of the final length, so that what can be printed here can be printed below.
        let trial = content(number(year, 0));
        let (spec, _) = self.lay_out(&trial)?;
        self.engine.render_unsigned(&spec)?;

        let id = CertificateId::generate(self.randomness.as_ref());
        self.database.write(|connection| {
            let ticket = match idempotency::begin(connection, &order.key, &order.request, now)? {
                KeyBegun::Fresh(ticket) => ticket,
                KeyBegun::Replay(kept) => return Ok(Begun::Replayed(kept)),
                KeyBegun::OtherBody => return Err(IssueError::KeyUsed),
                KeyBegun::Running => return Err(IssueError::KeyRunning),
            };
            let sequence = store::next_number(connection, SERIES, year)?;
            let content = content(number(year, sequence));
            let record = DocumentRecord {
                id: id.clone(),
                kind: DocumentKind::Certificate,
                number: content.number.clone(),
                token: token.clone(),
                client_id: order.client_id.clone(),
                content_digest: Digest::of(canonical_json(&content)?),
                content,
                reserved_at: now,
                state: DocumentState::Reserved,
            };
            store::reserve(connection, &record, &ticket)?;
            Ok(Begun::Fresh(Box::new(record), ticket))
        })
    }

    fn lay_out(&self, content: &CertificateContent) -> Result<(DocumentSpec, Digest), IssueError> {
        let digest = Digest::of(canonical_json(content)?);
        Ok((layout::certificate(content, digest)?, digest))
    }

    /// Prepare, seal, check and complete one reserved document.
    async fn seal(
        self: &Arc<Self>,
        record: &DocumentRecord,
        ticket: &Ticket,
        answer: fn(&DocumentRecord) -> KeptAnswer,
    ) -> Result<(DocumentRecord, KeptAnswer), IssueError> {
        let this = Arc::clone(self);
        let content = record.content.clone();
        let pending = blocking(move || {
            let (spec, _) = this.lay_out(&content)?;
            let signature = this
                .sealer
                .signature(&this.settings.issued_by, content.issued_at);
            let prepared = this.engine.render(&spec, &signature)?;
            Ok::<_, IssueError>(this.sealer.sign(prepared)?)
        })
        .await?;
        let token = self.timestamps.stamp(pending.timestamp_imprint()).await?;
        let this = Arc::clone(self);
        let (record, ticket) = (record.clone(), ticket.clone());
        blocking(move || {
            let file = this.sealer.complete(pending, &token)?;
            this.complete(record, &ticket, &file, answer)
        })
        .await
    }

    /// Read the sealed file back as a stranger would; only then is it stored, logged and handed out.
    fn complete(
        &self,
        record: DocumentRecord,
        ticket: &Ticket,
        file: &[u8],
        answer: fn(&DocumentRecord) -> KeptAnswer,
    ) -> Result<(DocumentRecord, KeptAnswer), IssueError> {
        let now = self.clock.now();
        let report = verify_offline(file, Some(self.sealer.roots()), now);
        let names_itself = report.number.as_deref() == Some(record.number.as_str());
        if report.verdict != Verdict::IntactAndTrusted || !names_itself {
            tracing::error!(document.number = %record.number, checks = ?report.checks, "a sealed document did not verify");
            return Err(SealFailure::DoesNotVerify.into());
        }
        let file_digest = Digest::of(file);
        let record = DocumentRecord {
            state: DocumentState::Issued {
                at: now,
                file_digest,
            },
            ..record
        };
        let kept = answer(&record);
        self.database.write(|connection| {
            store::complete(connection, &record.id, file, file_digest, now)?;
            let logged = Logged {
                number: &record.number,
                registration_number: record.content.registration_number.as_str(),
                content_sha256: record.content_digest,
                file_sha256: file_digest,
            };
            self.ledger.record(
                connection,
                LeafKind::CertificateIssued,
                &record.number,
                &logged,
            )?;
            idempotency::finish(connection, ticket, &kept, Retention::ForEver, now)?;
            Ok::<_, IssueError>(())
        })?;
        Ok((record, kept))
    }

    fn give_up(&self, id: &CertificateId, ticket: &Ticket, reason: &str) -> Result<(), IssueError> {
        let now = self.clock.now();
        self.database.write(|connection| {
            store::void(connection, id, reason, now)?;
            idempotency::abandon(connection, ticket)?;
            Ok::<_, IssueError>(())
        })
    }

    /// Void what was interrupted between reserving and completing; the numbers that were voided.
    pub fn reconcile(&self) -> Result<Vec<String>, StoreError> {
        let now = self.clock.now();
        self.database.write(|connection| {
            let mut numbers = Vec::new();
            for (record, ticket) in store::abandoned(connection, now.minus(ABANDONED_AFTER))? {
                store::void(
                    connection,
                    &record.id,
                    "interrupted before the document was sealed",
                    now,
                )?;
                idempotency::abandon(connection, &ticket)?;
                numbers.push(record.number);
            }
            Ok::<_, StoreError>(numbers)
        })
    }

    /// The document of this number.
    pub fn by_number(&self, number: &str) -> Result<Option<DocumentRecord>, StoreError> {
        self.database
            .read(|connection| store::by_number(connection, number))
    }

    /// The document behind this QR code.
    pub fn by_token(
        &self,
        token: &VerificationToken,
    ) -> Result<Option<DocumentRecord>, StoreError> {
        self.database
            .read(|connection| store::by_token(connection, token))
    }

    /// The sealed file of an issued document.
    pub fn file(&self, id: &CertificateId) -> Result<Option<Vec<u8>>, StoreError> {
        self.database.read(|connection| store::file(connection, id))
    }

    /// What we say of a file somebody received: genuine means byte for byte what was issued.
    pub fn check(&self, file: &[u8]) -> Result<AtIssuer, StoreError> {
        let digest = Digest::of(file);
        let known = self
            .database
            .read(|connection| store::by_file_digest(connection, digest))?;
        if let Some(record) = known {
            return Ok(AtIssuer::Genuine {
                number: record.number,
            });
        }
        let report = verify_offline(file, Some(self.sealer.roots()), self.clock.now());
        let findings = report.checks;
        let Some(number) = report.number else {
            return Ok(AtIssuer::Unknown { findings });
        };
        let ours = self
            .database
            .read(|connection| store::by_number(connection, &number))?;
        Ok(match ours {
            Some(record) => AtIssuer::NotWhatWeIssued {
                number: record.number,
                findings,
            },
            None => AtIssuer::Unknown { findings },
        })
    }

    /// Whether the register has said something else since a document was issued.
    pub fn changed_since(&self, record: &DocumentRecord) -> Result<bool, FactsError> {
        let facts = self
            .registry
            .facts(&record.content.registration_number, AsOf::default())?;
        Ok(facts.version.version != record.content.registry_version)
    }

    /// Whether documents say SANDBOX.
    pub fn is_sandbox(&self) -> bool {
        self.settings.sandbox
    }
}

/// What the log commits to when a document is issued.
#[derive(serde::Serialize)]
struct Logged<'a> {
    number: &'a str,
    registration_number: &'a str,
    content_sha256: Digest,
    file_sha256: Digest,
}

/// `2569-000001`: the year of the Buddhist era and the number within it.
fn number(year: i32, sequence: i64) -> String {
    format!("{year}-{sequence:06}")
}

/// A whole step on the blocking pool.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IssueError> + Send + 'static,
) -> Result<T, IssueError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(|error| StoreError::Unavailable {
            cause: error.to_string(),
        })?
}
