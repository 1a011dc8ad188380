//! Use cases: a client asks for a sign-in, a person goes to a provider and comes back, a question uses the result once.
//!
//! A person's way takes three steps with the provider between them, because nothing is held open while the network is
//! asked: [`IdentityService::prepare`] → (provider) → [`IdentityService::set_out`] → (person at the provider) →
//! [`IdentityService::come_back`] → (provider) → [`IdentityService::finish`].

use super::assurance::{Assurance, AssuranceShortfall, satisfies};
use super::person::{Evidence, PersonName, PersonRef, ProvenIdentity};
use super::policy::{Policy, Sector};
use super::providers::{IdentityProvider, ProviderFailure};
use super::session::{Session, SessionValue};
use super::signin::{
    Established, FailureReason, Flow, Redirected, SignIn, SignInPurpose, SignInRefusal,
    SignInSubject,
};
use super::store::{self, Account, Snapshot, StoredSession};
use super::vault::{Vault, VaultError};
use crate::db::{AnyConnection, Database, StoreError};
use crate::kernel::digest::{CanonicalError, Digest};
use crate::kernel::id::{Randomness, SignInId, VerificationId};
use crate::kernel::lang::{Bilingual, Language};
use crate::kernel::time::{Clock, Instant};
use std::sync::Arc;

/// Why a use case did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The answer is no.
    #[error(transparent)]
    Refused(#[from] SignInRefusal),
    /// No provider of this name, or not for this sign-in.
    #[error("there is no such provider")]
    UnknownProvider,
    /// The provider did not prove the person this time; the person may try again.
    #[error(transparent)]
    Provider(ProviderFailure),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl IdentityError {
    /// Whether something is out of reach for the moment.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Unavailable { .. })
                | Self::Vault(VaultError::Unavailable { .. })
        )
    }

    /// Whether another request changed the same thing at the same time.
    pub fn is_contention(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::Stale { .. }
                    | StoreError::Conflict { .. }
                    | StoreError::Contended { .. }
            )
        )
    }
}

/// What a completed sign-in lets a decision rely on.
#[derive(Debug, Clone)]
pub struct CompletedSignIn {
    /// Identifier.
    pub id: SignInId,
    /// Our reference of the person.
    pub person: PersonRef,
    /// Keyed index of the 13-digit ID, when a trusted provider named it.
    pub national_id_index: Option<[u8; 32]>,
    /// Keyed index of the passport, when a trusted provider named one.
    pub passport_index: Option<[u8; 32]>,
    /// Name as signed by the provider.
    pub name: PersonName,
    /// Levels and time.
    pub assurance: Assurance,
    /// What the sign-in is bound to; compare with [`SignInSubject::must_be`].
    pub subject: SignInSubject,
    /// Digest of the stored evidence.
    pub evidence: Digest,
    /// When it was completed.
    pub completed_at: Instant,
    /// When it can no longer be used.
    pub expires_at: Instant,
}

/// A client's request for a sign-in.
#[derive(Debug, Clone)]
pub struct SignInRequest {
    /// What it is for.
    pub subject: SignInSubject,
    /// The client's name, shown to the person.
    pub asked_by: Bilingual,
    /// Kind of business that asks.
    pub sector: Option<Sector>,
    /// The only provider to offer.
    pub only_provider: Option<String>,
}

/// A journey that came back and is waiting for the provider's word.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The sign-in.
    pub sign_in: SignInId,
    /// The journey's values.
    pub flow: Flow,
    provider: String,
    browser: Digest,
    purpose: SignInPurpose,
}

/// A sign-in that was just completed.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The sign-in.
    pub sign_in: SignInId,
    /// A session, when the sign-in was for our own pages.
    pub session: Option<SessionValue>,
}

/// A sign-in as shown to the person who finished it.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The sign-in.
    pub sign_in: SignIn,
    /// What was established.
    pub established: Established,
    /// The person's name.
    pub name: PersonName,
    /// What the act would need in addition.
    pub shortfall: Option<AssuranceShortfall>,
}

/// A live session.
#[derive(Debug, Clone)]
pub struct LiveSession {
    /// The person.
    pub person: PersonRef,
    /// Name to greet with.
    pub name: PersonName,
    /// Assurance of the sign-in that opened the session.
    pub assurance: Assurance,
    /// Anti-forgery token of its forms.
    pub form_token: String,
}

/// Writes a completed sign-in into the tamper-evident log, inside the same transaction: id, digest of the evidence, time.
pub type Witness = Arc<
    dyn Fn(&mut AnyConnection, &SignInId, Digest, Instant) -> Result<(), StoreError> + Send + Sync,
>;

/// The use cases with what they need.
pub struct IdentityService {
    database: Arc<Database>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    policy: Policy,
    providers: Vec<Arc<dyn IdentityProvider>>,
    witness: Option<Witness>,
}

impl IdentityService {
    /// Put together; the providers stand in the order of their buttons.
    pub fn new(
        database: Arc<Database>,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        policy: Policy,
        providers: Vec<Arc<dyn IdentityProvider>>,
    ) -> Self {
        Self {
            database,
            vault,
            clock,
            randomness,
            policy,
            providers,
            witness: None,
        }
    }

    /// The same, with completed sign-ins written to the log.
    pub fn witnessed_by(self, witness: Witness) -> Self {
        Self {
            witness: Some(witness),
            ..self
        }
    }

    /// Which assurance acts ask for.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The present, as this service sees it.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Fresh random bytes for a cookie.
    pub fn fresh_secret(&self) -> [u8; 32] {
        let mut bytes = [0u8; 32];
        self.randomness.fill(&mut bytes);
        bytes
    }

    /// The providers that a sign-in may use.
    pub fn providers(&self, sign_in: &SignIn) -> Vec<Arc<dyn IdentityProvider>> {
        let only = sign_in.only_provider.as_deref();
        self.providers
            .iter()
            .filter(|provider| only.is_none_or(|only| only == provider.name()))
            .cloned()
            .collect()
    }

    /// A provider by name.
    pub fn provider(&self, name: &str) -> Result<Arc<dyn IdentityProvider>, IdentityError> {
        self.providers
            .iter()
            .find(|provider| provider.name() == name)
            .cloned()
            .ok_or(IdentityError::UnknownProvider)
    }

    /// A client asks for a sign-in.
    pub fn request(&self, request: SignInRequest) -> Result<SignIn, IdentityError> {
        if let Some(name) = &request.only_provider {
            self.provider(name)?;
        }
        self.add(
            SignInPurpose::Question(request.subject),
            request.asked_by,
            request.sector,
            request.only_provider,
        )
    }

    /// A person wants to use our own pages.
    pub fn request_portal(&self) -> Result<SignIn, IdentityError> {
        let ourselves = Bilingual::new("อำนาจ", "Amnat");
        self.add(SignInPurpose::Portal, ourselves, None, None)
    }

    fn add(
        &self,
        purpose: SignInPurpose,
        asked_by: Bilingual,
        sector: Option<Sector>,
        only_provider: Option<String>,
    ) -> Result<SignIn, IdentityError> {
        let id = SignInId::generate(self.randomness.as_ref());
        let now = self.clock.now();
        let fresh = SignIn::request(id, purpose, asked_by, sector, only_provider, now);
        self.database
            .write(|connection| store::add(connection, &fresh))?;
        Ok(fresh)
    }

    /// The sign-in of this id.
    pub fn find(&self, id: &SignInId) -> Result<SignIn, IdentityError> {
        let found = self
            .database
            .read(|connection| store::find(connection, self.vault.as_ref(), id))?;
        Ok(found.ok_or(SignInRefusal::Unknown)?)
    }

    /// The sign-in of this id, if this client asked for it. Another client cannot tell whether it exists.
    pub fn find_for(&self, id: &SignInId, client_id: &str) -> Result<SignIn, IdentityError> {
        let found = self.find(id)?;
        match &found.purpose {
            SignInPurpose::Question(subject) if subject.client_id == client_id => Ok(found),
            _ => Err(SignInRefusal::Unknown.into()),
        }
    }

    /// Values for a journey of this sign-in to this provider. Nothing is stored yet.
    pub fn prepare(
        &self,
        id: &SignInId,
        provider: &str,
        language: Language,
    ) -> Result<Flow, IdentityError> {
        let sign_in = self.find(id)?;
        sign_in.may_start(self.clock.now())?;
        let offered = self.providers(&sign_in);
        if !offered.iter().any(|offer| offer.name() == provider) {
            return Err(IdentityError::UnknownProvider);
        }
        Ok(Flow::begin(
            &sign_in.purpose,
            language,
            self.randomness.as_ref(),
        )?)
    }

    /// The browser is about to be sent to the provider.
    pub fn set_out(
        &self,
        id: &SignInId,
        provider: &str,
        flow: Flow,
        browser: Digest,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let redirected = Redirected {
            provider: provider.to_owned(),
            at: now,
            flow,
            browser,
            claimed: false,
        };
        self.decide(|connection| {
            let Some(sign_in) = store::find(connection, self.vault.as_ref(), id)? else {
                return Ok(Err(SignInRefusal::Unknown));
            };
            if let Err(refusal) = sign_in.may_start(now) {
                return Ok(Err(refusal));
            }
            store::set_out(connection, self.vault.as_ref(), id, &redirected)?;
            Ok(Ok(()))
        })
    }

    /// A browser came back with this `state`. From here on no other can.
    pub fn come_back(
        &self,
        provider: &str,
        state: &str,
        browser: Option<Digest>,
    ) -> Result<Claimed, IdentityError> {
        let now = self.clock.now();
        self.decide(|connection| {
            let found = store::find_by_state(connection, self.vault.as_ref(), state)?;
            let Some(sign_in) = found else {
                return Ok(Err(SignInRefusal::NoOpenFlow));
            };
            let redirected = match sign_in.open_flow(provider, browser, now) {
                Ok(redirected) => redirected,
                Err(refusal) => return Ok(Err(refusal)),
            };
            store::claim(connection, &sign_in.id, state)?;
            Ok(Ok(Claimed {
                sign_in: sign_in.id.clone(),
                flow: redirected.flow.clone(),
                provider: redirected.provider.clone(),
                browser: redirected.browser,
                purpose: sign_in.purpose.clone(),
            }))
        })
    }

    /// The provider spoke: write down who it was, or why nobody was proved.
    pub fn finish(
        &self,
        claimed: &Claimed,
        word: Result<ProvenIdentity, ProviderFailure>,
    ) -> Result<Completion, IdentityError> {
        match word {
            Ok(proven) => self.complete(claimed, &proven),
            Err(ProviderFailure::Refused(refusal)) => {
                tracing::warn!(
                    sign_in.provider = %claimed.provider,
                    sign_in.refusal = %refusal,
                    "a provider's answer was not accepted"
                );
                self.fail(claimed, FailureReason::AnswerNotAccepted)
            }
            Err(failure) => {
                self.database.write(|connection| {
                    store::put_back(connection, &claimed.sign_in, &claimed.flow.state)
                })?;
                Err(IdentityError::Provider(failure))
            }
        }
    }

    fn fail(&self, claimed: &Claimed, reason: FailureReason) -> Result<Completion, IdentityError> {
        let now = self.clock.now();
        let (id, state) = (&claimed.sign_in, &claimed.flow.state);
        self.database
            .write(|connection| store::fail(connection, id, state, reason, now))?;
        Err(SignInRefusal::Failed { reason }.into())
    }

    fn complete(
        &self,
        claimed: &Claimed,
        proven: &ProvenIdentity,
    ) -> Result<Completion, IdentityError> {
        let now = self.clock.now();
        // Everything random or secret is made before the transaction, which may run several times.
        let index = self.vault.person_index(&proven.issuer, &proven.subject)?;
        let national_id_index = proven
            .national_id
            .as_ref()
            .map(|id| self.vault.national_id_index(id))
            .transpose()?;
        let passport_index = proven
            .passport
            .as_ref()
            .map(|passport| self.vault.passport_index(passport))
            .transpose()?;
        let fresh = PersonRef::generate(self.randomness.as_ref());
        let session = match claimed.purpose {
            SignInPurpose::Portal => Some(SessionValue::generate(self.randomness.as_ref())),
            SignInPurpose::Question(_) => None,
        };
        let evidence = proven.evidence.digest()?;
        let snapshot = Snapshot {
            name: proven.name.clone(),
            national_id_index,
            passport_index,
        };
        let vault = self.vault.as_ref();
        let outcome = self.database.write(|connection| {
            let keys = Keys {
                account: &index,
                national_id: national_id_index.as_ref(),
                passport: passport_index.as_ref(),
            };
            let person = match resolve(connection, vault, proven, keys, &fresh, now)? {
                Ok(person) => person,
                Err(reason) => return Ok(Err(reason)),
            };
            let established = Established {
                provider: claimed.provider.clone(),
                person: person.clone(),
                assurance: proven.assurance,
                evidence,
                at: now,
                browser: claimed.browser,
            };
            store::complete(
                connection,
                vault,
                &claimed.sign_in,
                &claimed.flow.state,
                &established,
                &snapshot,
                &proven.evidence,
            )?;
            if let Some(value) = &session {
                let stored = StoredSession {
                    session: Session::start(now),
                    person,
                    name: proven.name.clone(),
                    assurance: proven.assurance,
                };
                store::add_session(connection, vault, value.digest(), &stored)?;
            }
            if let Some(witness) = &self.witness {
                witness(connection, &claimed.sign_in, evidence, now)?;
            }
            Ok::<_, StoreError>(Ok(()))
        })?;
        match outcome {
            Ok(()) => Ok(Completion {
                sign_in: claimed.sign_in.clone(),
                session,
            }),
            Err(reason) => self.fail(claimed, reason),
        }
    }

    /// A finished sign-in, for the browser that finished it.
    pub fn finished(
        &self,
        id: &SignInId,
        browser: Option<Digest>,
    ) -> Result<Finished, IdentityError> {
        let (sign_in, snapshot) = self.database.read(|connection| {
            let found = store::find(connection, self.vault.as_ref(), id)?;
            let snapshot = store::snapshot(connection, self.vault.as_ref(), id)?;
            Ok::<_, StoreError>((found, snapshot))
        })?;
        let sign_in = sign_in.ok_or(SignInRefusal::Unknown)?;
        let established = sign_in.established().cloned();
        let (Some(established), Some(snapshot)) = (established, snapshot) else {
            return Err(SignInRefusal::NotCompleted.into());
        };
        if browser != Some(established.browser) {
            return Err(SignInRefusal::OtherBrowser.into());
        }
        let shortfall = match &sign_in.purpose {
            SignInPurpose::Question(subject) => {
                let asked = self.policy.required(subject.act.as_str(), sign_in.sector);
                satisfies(&established.assurance, asked, established.at).err()
            }
            SignInPurpose::Portal => None,
        };
        Ok(Finished {
            sign_in,
            established,
            name: snapshot.name,
            shortfall,
        })
    }

    /// What a completed sign-in lets a decision rely on, now. Runs in the caller's transaction.
    pub fn completed(
        &self,
        connection: &mut AnyConnection,
        id: &SignInId,
        now: Instant,
    ) -> Result<CompletedSignIn, IdentityError> {
        let found = store::find(connection, self.vault.as_ref(), id)?;
        let sign_in = found.ok_or(SignInRefusal::Unknown)?;
        let established = sign_in.usable(now)?.clone();
        let SignInPurpose::Question(subject) = sign_in.purpose else {
            return Err(SignInRefusal::NotForThis { differs: "purpose" }.into());
        };
        let snapshot = store::snapshot(connection, self.vault.as_ref(), id)?
            .ok_or(SignInRefusal::NotCompleted)?;
        Ok(CompletedSignIn {
            id: sign_in.id,
            person: established.person,
            national_id_index: snapshot.national_id_index,
            passport_index: snapshot.passport_index,
            name: snapshot.name,
            assurance: established.assurance,
            subject,
            evidence: established.evidence,
            completed_at: established.at,
            expires_at: sign_in.expires_at,
        })
    }

    /// The sign-in supports this permit and no other. Runs in the caller's transaction; a second use is refused.
    pub fn consume(
        &self,
        connection: &mut AnyConnection,
        id: &SignInId,
        verification: &VerificationId,
        now: Instant,
    ) -> Result<(), IdentityError> {
        let found = store::find(connection, self.vault.as_ref(), id)?;
        let sign_in = found.ok_or(SignInRefusal::Unknown)?;
        sign_in.usable(now)?;
        store::use_once(connection, id, verification, now)?;
        Ok(())
    }

    /// The evidence of a completed sign-in, opened: for disputes.
    pub fn evidence(&self, id: &SignInId) -> Result<Evidence, IdentityError> {
        let found = self
            .database
            .read(|connection| store::evidence(connection, self.vault.as_ref(), id))?;
        Ok(found.ok_or(SignInRefusal::NotCompleted)?)
    }

    /// The live session behind a cookie; `None` for every other cookie.
    pub fn live_session(&self, cookie: &str) -> Result<Option<LiveSession>, IdentityError> {
        let Some(value) = SessionValue::read(cookie) else {
            return Ok(None);
        };
        let (now, digest) = (self.clock.now(), value.digest());
        let found = self
            .database
            .read(|connection| store::session(connection, self.vault.as_ref(), digest))?;
        let Some(found) = found.filter(|found| found.session.is_live(now)) else {
            return Ok(None);
        };
        if found.session.needs_touch(now) {
            self.database
                .write(|connection| store::touch_session(connection, digest, now))?;
        }
        Ok(Some(LiveSession {
            person: found.person,
            name: found.name,
            assurance: found.assurance,
            form_token: value.form_token(),
        }))
    }

    /// End a session.
    pub fn sign_out(&self, cookie: &str) -> Result<(), IdentityError> {
        if let Some(value) = SessionValue::read(cookie) {
            let (now, digest) = (self.clock.now(), value.digest());
            self.database
                .write(|connection| store::revoke_session(connection, digest, now))?;
        }
        Ok(())
    }

    /// One transaction whose answer may be a refusal.
    fn decide<T>(
        &self,
        work: impl FnMut(&mut AnyConnection) -> Result<Result<T, SignInRefusal>, StoreError>,
    ) -> Result<T, IdentityError> {
        Ok(self.database.write(work)??)
    }
}

/// The keyed indexes of what was proved.
#[derive(Clone, Copy)]
struct Keys<'a> {
    account: &'a [u8; 32],
    national_id: Option<&'a [u8; 32]>,
    passport: Option<&'a [u8; 32]>,
}

/// Which person this is: the account's, else the one with the same 13-digit ID or the same passport, else a new one.
/// What contradicts the record is never resolved here: somebody has to look.
fn resolve(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    proven: &ProvenIdentity,
    keys: Keys<'_>,
    fresh: &PersonRef,
    now: Instant,
) -> Result<Result<PersonRef, FailureReason>, StoreError> {
    let contradicts = Ok(Err(FailureReason::IdentityContradicts));
    let by_number = match keys.national_id {
        Some(index) => store::person_with(connection, index)?,
        None => None,
    };
    let by_passport = match keys.passport {
        Some(index) => store::passport_holder(connection, index)?,
        None => None,
    };
    let account = store::account(connection, vault, keys.account)?.map(|account| account.person);
    let known_account = account.is_some();
    let mut candidates = [account, by_number, by_passport.clone()]
        .into_iter()
        .flatten();
    let known = candidates.next();
    if candidates.any(|other| Some(&other) != known.as_ref()) {
        return contradicts;
    }
    let person = match known {
        Some(person) => {
            if let Some(given) = keys.national_id {
                match store::index_of(connection, &person)? {
                    Some(held) if held != *given => return contradicts,
                    Some(_) => {}
                    None => store::set_index(connection, &person, given)?,
                }
            }
            person
        }
        None => {
            store::add_person(connection, fresh, keys.national_id, now)?;
            fresh.clone()
        }
    };
    if let (Some(index), Some(passport), None) = (keys.passport, &proven.passport, by_passport) {
        store::add_passport(connection, vault, index, &person, passport, now)?;
    }
    if known_account {
        store::see_again(connection, keys.account, now)?;
        return Ok(Ok(person));
    }
    let account = Account {
        person: person.clone(),
        issuer: proven.issuer.clone(),
    };
    let national_id = proven.national_id.as_ref().map(|id| id.expose());
    let subject = proven.subject.as_str();
    store::add_account(
        connection,
        vault,
        keys.account,
        &account,
        subject,
        national_id,
        now,
    )?;
    Ok(Ok(person))
}
