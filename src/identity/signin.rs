//! One sign-in: bound to what it is for before the person sees a page, lived once, used once.
//!
//! ```text
//! Requested → Redirected → Completed → Used
//!      ↘          ↘ ↺          ↘
//!    Expired   Failed, Expired  Expired
//! ```
//!
//! The binding is carried by the nonce: it is a digest over the subject and 32 random bytes, the provider signs it, and
//! both are kept. Whoever doubts a decision can prove that the person signed in for exactly this question.

use super::assurance::Assurance;
use super::person::PersonRef;
use super::policy::Sector;
use crate::kernel::act::ActCode;
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::{Randomness, RegistrationNumber, SignInId, VerificationId};
use crate::kernel::lang::{Bilingual, Language};
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A sign-in lives this long from its request, whatever happens in between.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// The browser has this long to come back from the provider (SEC-40).
pub const FLOW_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What a sign-in for a question is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInSubject {
    /// The machine client that will ask.
    pub client_id: String,
    /// The juristic person to be bound.
    pub registration_number: RegistrationNumber,
    /// The act.
    pub act: ActCode,
    /// Amount of the act, if it has one.
    pub amount: Option<Baht>,
    /// What the client needs it for, in its own code.
    pub purpose: String,
}

/// What a sign-in is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignInPurpose {
    /// For one question about one act.
    Question(SignInSubject),
    /// For a session of the person at our own pages. Never good for a question.
    Portal,
}

impl SignInPurpose {
    /// Digest over the canonical form, for the nonce.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of(canonical_json(self)?))
    }
}

/// The random values of one journey to a provider and back. Secrets: its `Debug` prints a fixed word, and it is stored
/// sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Comes back with the browser; also finds the sign-in.
    pub state: String,
    /// Comes back inside the signed ID token.
    pub nonce: String,
    /// The random part of the nonce, hexadecimal.
    pub nonce_random: String,
    /// Proof that whoever redeems the code is whoever asked for it (RFC 7636).
    pub pkce_verifier: String,
    /// Language of the pages.
    pub language: Language,
}

impl Flow {
    /// Fresh values for this purpose: 256 random bits each.
    pub fn begin(
        purpose: &SignInPurpose,
        language: Language,
        randomness: &dyn Randomness,
    ) -> Result<Self, CanonicalError> {
        let fresh = || {
            let mut bytes = [0u8; 32];
            randomness.fill(&mut bytes);
            bytes
        };
        let nonce_random = fresh();
        Ok(Self {
            state: URL_SAFE_NO_PAD.encode(fresh()),
            nonce: nonce(purpose.digest()?, &nonce_random),
            nonce_random: hex::encode(nonce_random),
            pkce_verifier: URL_SAFE_NO_PAD.encode(fresh()),
            language,
        })
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flow(hidden)")
    }
}

/// The nonce that binds an ID token to a purpose: 43 characters, which every provider takes.
pub fn nonce(purpose: Digest, random: &[u8; 32]) -> String {
    let digest = Digest::of_parts([
        b"amnat-sign-in/1".as_slice(),
        purpose.as_bytes().as_slice(),
        random.as_slice(),
    ]);
    URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// Why a sign-in ended badly. Codes are stored; they say nothing about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The provider's signed answer did not pass a check.
    AnswerNotAccepted,
    /// The 13-digit ID contradicts what is on record for this account or this person.
    IdentityContradicts,
}

impl FailureReason {
    /// The code as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnswerNotAccepted => "answer_not_accepted",
            Self::IdentityContradicts => "identity_contradicts",
        }
    }

    /// Back from the stored code.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::AnswerNotAccepted, Self::IdentityContradicts]
            .into_iter()
            .find(|reason| reason.as_str() == text)
    }
}

/// The person is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirected {
    /// Name of the provider.
    pub provider: String,
    /// When the journey began.
    pub at: Instant,
    /// The journey's values.
    pub flow: Flow,
    /// SHA-256 of the cookie of the browser that set out.
    pub browser: Digest,
    /// Whether a browser has come back with this state: it can do so once.
    pub claimed: bool,
}

/// What a finished sign-in established.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Established {
    /// Name of the provider.
    pub provider: String,
    /// Who it was.
    pub person: PersonRef,
    /// With which assurance.
    pub assurance: Assurance,
    /// Digest of the evidence, which is stored sealed.
    pub evidence: Digest,
    /// When it was completed.
    pub at: Instant,
    /// SHA-256 of the cookie of the browser that came back.
    pub browser: Digest,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInState {
    /// Asked for; nobody has set out yet.
    Requested,
    /// A person is at a provider.
    Redirected(Redirected),
    /// A person was proved.
    Completed(Established),
    /// It supported a permit and supports no other.
    Used {
        /// What was established.
        established: Established,
        /// The verification that used it.
        verification: VerificationId,
        /// When.
        at: Instant,
    },
    /// It ended badly and cannot be taken up again.
    Failed {
        /// Why.
        reason: FailureReason,
        /// When.
        at: Instant,
    },
}

/// A sign-in's place in its life as told to clients. Expiry is no stored state: it follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInStatus {
    /// Nobody has set out yet.
    Requested,
    /// The person is at a provider.
    Redirected,
    /// The person was proved; a question may name this sign-in.
    Completed,
    /// It supported a permit.
    Used,
    /// Its time is over.
    Expired,
    /// It ended badly.
    Failed,
}

/// One sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Identifier.
    pub id: SignInId,
    /// What it is for.
    pub purpose: SignInPurpose,
    /// Who asks, as shown to the person.
    pub asked_by: Bilingual,
    /// Kind of business that asks.
    pub sector: Option<Sector>,
    /// The only provider to offer, if the client chose one.
    pub only_provider: Option<String>,
    /// When it was asked for.
    pub requested_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// Where it stands.
    pub state: SignInState,
}

/// Why a sign-in does not support what is asked of it. Doubt is a refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefusal {
    /// There is none of this id, or it belongs to another client.
    #[error("there is no such sign-in")]
    Unknown,
    /// The person has not finished.
    #[error("the sign-in is not complete")]
    NotCompleted,
    /// Its time is over.
    #[error("the sign-in has expired")]
    Expired,
    /// It has supported a permit already.
    #[error("the sign-in was used for {verification}")]
    AlreadyUsed {
        /// By which verification.
        verification: VerificationId,
    },
    /// It was made for something else.
    #[error("the sign-in is not for this: {differs} differs")]
    NotForThis {
        /// First member that differs.
        differs: &'static str,
    },
    /// It ended badly.
    #[error("the sign-in failed: {}", reason.as_str())]
    Failed {
        /// Why.
        reason: FailureReason,
    },
    /// The browser that came back is not the one that set out.
    #[error("the browser that came back is not the one that set out")]
    OtherBrowser,
    /// The journey's values were used before, or belong to another provider or to nothing.
    #[error("the answer belongs to no open sign-in")]
    NoOpenFlow,
}

impl SignInRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "sign_in_unknown",
            Self::NotCompleted => "sign_in_not_completed",
            Self::Expired => "sign_in_expired",
            Self::AlreadyUsed { .. } => "sign_in_already_used",
            Self::NotForThis { .. } => "sign_in_not_for_this",
            Self::Failed { .. } => "sign_in_failed",
            Self::OtherBrowser => "sign_in_other_browser",
            Self::NoOpenFlow => "sign_in_no_open_flow",
        }
    }

    /// What to tell people.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::Unknown => Bilingual::new(
                "ไม่พบรายการยืนยันตัวตนนี้ โปรดตรวจสอบลิงก์ที่ได้รับ",
                "There is no such sign-in. Please check the link you were given.",
            ),
            Self::NotCompleted => Bilingual::new(
                "การยืนยันตัวตนยังไม่เสร็จสิ้น",
                "The sign-in has not been completed yet.",
            ),
            Self::Expired => Bilingual::new(
                "รายการยืนยันตัวตนนี้หมดเวลาแล้ว โปรดขอลิงก์ใหม่จากหน่วยงานที่ส่งมา",
                "The time for this sign-in is over. Please ask whoever sent you for a new link.",
            ),
            Self::AlreadyUsed { .. } => Bilingual::new(
                "การยืนยันตัวตนนี้ถูกใช้ไปแล้ว และใช้ได้เพียงครั้งเดียว",
                "This sign-in has been used; it is good for one time only.",
            ),
            Self::NotForThis { .. } => Bilingual::new(
                "การยืนยันตัวตนนี้ทำไว้สำหรับเรื่องอื่น",
                "This sign-in was made for something else.",
            ),
            Self::Failed {
                reason: FailureReason::AnswerNotAccepted,
            } => Bilingual::new(
                "ระบบไม่สามารถยอมรับคำตอบจากผู้ให้บริการ Digital ID ได้ จึงไม่ได้ยืนยันตัวตนของท่าน",
                "The answer of the Digital ID provider could not be accepted, so you were not signed in.",
            ),
            Self::Failed {
                reason: FailureReason::IdentityContradicts,
            } => Bilingual::new(
                "ข้อมูลจากผู้ให้บริการ Digital ID ขัดแย้งกับข้อมูลที่บันทึกไว้ โปรดติดต่อเจ้าหน้าที่",
                "What the Digital ID provider says contradicts what is on record. Please contact the office.",
            ),
            Self::OtherBrowser => Bilingual::new(
                "โปรดเปิดลิงก์และยืนยันตัวตนให้เสร็จในเบราว์เซอร์เดียวกัน",
                "Please open the link and finish signing in with the same browser.",
            ),
            Self::NoOpenFlow => Bilingual::new(
                "คำตอบนี้ไม่ตรงกับรายการที่เปิดอยู่ หรือถูกใช้ไปแล้ว โปรดเริ่มใหม่จากลิงก์ที่ได้รับ",
                "This answer belongs to no open sign-in, or was used before. Please start again from your link.",
            ),
        }
    }
}

impl SignInSubject {
    /// Whether a question is the one this sign-in was made for. Every member must be equal.
    pub fn must_be(&self, question: &Self) -> Result<(), SignInRefusal> {
        let members = [
            ("client", self.client_id == question.client_id),
            (
                "juristic_person",
                self.registration_number == question.registration_number,
            ),
            ("act", self.act == question.act),
            ("amount", self.amount == question.amount),
            ("purpose", self.purpose == question.purpose),
        ];
        match members.into_iter().find(|(_, equal)| !equal) {
            Some((differs, _)) => Err(SignInRefusal::NotForThis { differs }),
            None => Ok(()),
        }
    }
}

impl SignIn {
    /// A fresh sign-in.
    pub fn request(
        id: SignInId,
        purpose: SignInPurpose,
        asked_by: Bilingual,
        sector: Option<Sector>,
        only_provider: Option<String>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            purpose,
            asked_by,
            sector,
            only_provider,
            requested_at: now,
            expires_at: now.plus(LIFETIME),
            state: SignInState::Requested,
        }
    }

    /// Where it stands now.
    pub fn status(&self, now: Instant) -> SignInStatus {
        match &self.state {
            SignInState::Used { .. } => SignInStatus::Used,
            SignInState::Failed { .. } => SignInStatus::Failed,
            _ if now >= self.expires_at => SignInStatus::Expired,
            SignInState::Requested => SignInStatus::Requested,
            SignInState::Redirected(_) => SignInStatus::Redirected,
            SignInState::Completed(_) => SignInStatus::Completed,
        }
    }

    /// Whether a person may set out (again). A person who came back without success may try another time.
    pub fn may_start(&self, now: Instant) -> Result<(), SignInRefusal> {
        match (&self.state, self.status(now)) {
            (_, SignInStatus::Expired) => Err(SignInRefusal::Expired),
            (SignInState::Requested | SignInState::Redirected(_), _) => Ok(()),
            (SignInState::Completed(_), _) => Err(SignInRefusal::NoOpenFlow),
            (SignInState::Used { verification, .. }, _) => Err(SignInRefusal::AlreadyUsed {
                verification: verification.clone(),
            }),
            (SignInState::Failed { reason, .. }, _) => {
                Err(SignInRefusal::Failed { reason: *reason })
            }
        }
    }

    /// The journey that a browser coming back may finish: same provider, same browser, in time, not claimed before.
    pub fn open_flow(
        &self,
        provider: &str,
        browser: Option<Digest>,
        now: Instant,
    ) -> Result<&Redirected, SignInRefusal> {
        if self.status(now) == SignInStatus::Expired {
            return Err(SignInRefusal::Expired);
        }
        let SignInState::Redirected(redirected) = &self.state else {
            return Err(SignInRefusal::NoOpenFlow);
        };
        if redirected.provider != provider || redirected.claimed {
            return Err(SignInRefusal::NoOpenFlow);
        }
        if browser != Some(redirected.browser) {
            return Err(SignInRefusal::OtherBrowser);
        }
        if now >= redirected.at.plus(FLOW_LIFETIME) {
            return Err(SignInRefusal::Expired);
        }
        Ok(redirected)
    }

    /// What was established, as long as it may still support a permit.
    pub fn usable(&self, now: Instant) -> Result<&Established, SignInRefusal> {
        match (&self.state, self.status(now)) {
            (SignInState::Used { verification, .. }, _) => Err(SignInRefusal::AlreadyUsed {
                verification: verification.clone(),
            }),
            (SignInState::Failed { reason, .. }, _) => {
                Err(SignInRefusal::Failed { reason: *reason })
            }
            (_, SignInStatus::Expired) => Err(SignInRefusal::Expired),
            (SignInState::Completed(established), _) => Ok(established),
            (SignInState::Requested | SignInState::Redirected(_), _) => {
                Err(SignInRefusal::NotCompleted)
            }
        }
    }

    /// What was established, even after it was used or its time is over: for showing and for evidence.
    pub fn established(&self) -> Option<&Established> {
        match &self.state {
            SignInState::Completed(established) | SignInState::Used { established, .. } => {
                Some(established)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "signin_tests.rs"]
mod tests;
