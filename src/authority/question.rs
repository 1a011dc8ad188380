//! The question, read and checked.

use crate::identity::policy::Sector;
use crate::kernel::act::ActCode;
use crate::kernel::digest::Digest;
use crate::kernel::id::{NationalId, RegistrationNumber, SignInId};
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use serde::Serialize;

/// Most signatories in one question: more than any board that a rule may count.
pub const MAX_SIGNATORIES: usize = 64;

/// One question of a client.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which juristic person is to be bound.
    pub juristic_person: RegistrationNumber,
    /// For which act; `None` asks about every act.
    pub act: Option<ActCode>,
    /// For which amount, in baht.
    pub amount: Option<Baht>,
    /// Who signs.
    pub signatories: Vec<Signatory>,
    /// The company seal as applied, if it was.
    pub company_seal: Option<CompanySeal>,
    /// The asking sector, for its policy rows.
    pub sector: Option<Sector>,
    /// What for, in the client's words; part of what a sign-in is bound to.
    pub purpose: String,
    /// The moment asked about; `None` is now.
    pub valid_at: Option<Instant>,
    /// As known at this moment; `None` is now.
    pub known_at: Option<Instant>,
}

/// One natural person in a question.
#[derive(Debug, Clone)]
pub enum Signatory {
    /// A person who signed in here for this question.
    SignIn(SignInId),
    /// A person the caller names and vouches for.
    Asserted {
        /// 13-digit ID.
        national_id: NationalId,
    },
}

/// The company seal as its own electronic act (Electronic Transactions Act s. 9, last paragraph).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompanySeal {
    /// Which registered seal.
    pub seal_version: String,
    /// How it was applied.
    pub method: String,
    /// By whom, as the caller knows the person.
    pub applied_by: String,
    /// When.
    pub at: Instant,
    /// On which document.
    pub document_digest: Digest,
}

/// The stored and hashed form of a question: people by reference only.
#[derive(Debug, Clone, Serialize)]
pub struct RecordedQuestion<'a> {
    /// Registration number.
    pub juristic_person: &'a str,
    /// Act code.
    pub act: Option<&'a str>,
    /// Amount.
    pub amount: Option<String>,
    /// Sign-in ids and pairwise references, in the order asked.
    pub signatories: Vec<String>,
    /// Company seal.
    pub company_seal: Option<&'a CompanySeal>,
    /// Sector.
    pub sector: Option<Sector>,
    /// Purpose.
    pub purpose: &'a str,
    /// Moment asked about.
    pub valid_at: Instant,
    /// Knowledge asked about.
    pub known_at: Instant,
}
