//! One disputed link: who says that a person is not the officer, and what a registry officer made of it.
//!
//! ```text
//! open ──upheld (a registry officer who is no party)──▶ upheld     the link counts no more
//!   └────rejected (likewise)──▶ rejected                           the link counts again
//! ```
//!
//! | state | in a question |
//! |---|---|
//! | open | doubt: never permitted on, and *indeterminate* where the signatory would have settled it |
//! | upheld | the signatory does not count |
//! | rejected | as if nothing had been said |
//!
//! A dispute is bound to the number behind the officer, and not to the person's account: whoever signs in under that
//! number is disputed. It ends by itself when the register puts another number behind the officer, or appoints the
//! same person anew on a later day.

use crate::identity::person::PersonRef;
use crate::kernel::id::{DisputeId, RegistrationNumber, RegistryOfficerId};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use crate::registry::model::{BlindIndex, Facts, IdentityKind, OfficerRef};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal, $th:literal, $en:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word that is spoken and stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Back from that word.
            pub fn find(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }

            /// What it means, for people.
            pub fn text(self) -> Bilingual {
                match self { $(Self::$variant => Bilingual::new($th, $en),)* }
            }
        }
    )*};
}

words! {
    /// What is said of the link.
    Claim {
        /// The person never was this officer.
        Never = "never", "ไม่เคยเป็นกรรมการหรือผู้มีอำนาจรายนี้", "never was this officer";
        /// The person left, and the register does not say so yet.
        NoLonger = "no_longer", "พ้นจากตำแหน่งแล้วแต่ทะเบียนยังไม่แก้ไข", "has left office and the register does not say so yet";
    }
    /// Who opened it.
    OpenedAs {
        /// The person under the number.
        Person = "person", "เจ้าตัว", "the person concerned";
        /// Another officer of the same juristic person.
        FellowOfficer = "fellow_officer", "กรรมการหรือผู้มีอำนาจรายอื่นของนิติบุคคลเดียวกัน", "another officer of the juristic person";
        /// A registry officer.
        RegistryOfficer = "registry_officer", "นายทะเบียน", "a registry officer";
    }
    /// How it was settled.
    Verdict {
        /// The link is wrong.
        Upheld = "upheld", "ข้อโต้แย้งฟังขึ้น ไม่ให้นับการเชื่อมโยงนี้", "the dispute is right: the link does not count";
        /// The link is right.
        Rejected = "rejected", "ข้อโต้แย้งฟังไม่ขึ้น ให้นับการเชื่อมโยงนี้ต่อไป", "the dispute is wrong: the link counts again";
    }
}

/// The end of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which way.
    pub verdict: Verdict,
    /// By whom.
    pub officer: RegistryOfficerId,
    /// When.
    pub at: Instant,
    /// Why, in the officer's words.
    pub reason: String,
}

/// A disputed link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Which one.
    pub id: DisputeId,
    /// Of which juristic person.
    pub registration_number: RegistrationNumber,
    /// The officer as the register called them when it was opened.
    pub officer: OfficerRef,
    /// Kind of the number behind the officer.
    pub kind: IdentityKind,
    /// Index of that number.
    pub index: BlindIndex,
    /// Version of the record it was opened on.
    pub registry_version: u64,
    /// What is said.
    pub claim: Claim,
    /// By whom it was opened.
    pub opener: PersonRef,
    /// As what.
    pub opened_as: OpenedAs,
    /// When.
    pub opened_at: Instant,
    /// Why, in the opener's words.
    pub reason: String,
    /// How it ended, if it did.
    pub settlement: Option<Settlement>,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeState {
    /// A registry officer has to settle it.
    Open,
    /// The link counts no more.
    Upheld,
    /// The link counts again.
    Rejected,
}

impl DisputeState {
    /// The word that is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
        }
    }
}

/// Why something is not done about a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The link is disputed already.
    #[error("the link is disputed already")]
    AlreadyDisputed,
    /// The same person said so before about the same version of the record, and it was rejected.
    #[error("the same dispute was rejected, and the register has not changed since")]
    RejectedBefore,
    /// It is settled.
    #[error("the dispute is settled already")]
    Settled,
    /// Who opened it, or is the person it is about, cannot settle it.
    #[error("who opened a dispute, or is the person it is about, cannot settle it")]
    Party,
}

impl Refusal {
    /// The same for people.
    pub fn words(self) -> Bilingual {
        match self {
            Self::AlreadyDisputed => {
                Bilingual::new("การเชื่อมโยงนี้ถูกโต้แย้งอยู่แล้ว", "the link is disputed already")
            }
            Self::RejectedBefore => Bilingual::new(
                "ข้อโต้แย้งเดียวกันนี้ถูกวินิจฉัยว่าฟังไม่ขึ้นแล้ว และทะเบียนยังไม่เปลี่ยนแปลง",
                "the same dispute was rejected, and the register has not changed since",
            ),
            Self::Settled => Bilingual::new("ข้อโต้แย้งนี้วินิจฉัยแล้ว", "the dispute is settled already"),
            Self::Party => Bilingual::new(
                "ผู้โต้แย้งหรือผู้ที่ถูกโต้แย้งวินิจฉัยข้อโต้แย้งของตนเองไม่ได้",
                "who opened a dispute, or is the person it is about, cannot settle it",
            ),
        }
    }
}

impl Dispute {
    /// Where it stands.
    pub fn state(&self) -> DisputeState {
        match &self.settlement {
            None => DisputeState::Open,
            Some(settlement) => settled(settlement.verdict),
        }
    }

    /// Where it stood by what was known at this moment; `None` before it was opened.
    pub fn state_at(&self, known_at: Instant) -> Option<DisputeState> {
        if known_at < self.opened_at {
            return None;
        }
        let settlement = self.settlement.as_ref().filter(|end| end.at <= known_at);
        Some(settlement.map_or(DisputeState::Open, |end| settled(end.verdict)))
    }

    /// Counts what happened to it: 1 when it was opened, 2 when it was settled.
    pub fn version(&self) -> u64 {
        if self.settlement.is_some() { 2 } else { 1 }
    }

    /// Whether it is about this officer as these facts state them: the same number, and not appointed anew on a later
    /// day.
    pub fn concerns(&self, facts: &Facts, officer: OfficerRef) -> bool {
        let same_number = facts
            .identities
            .iter()
            .any(|identity| identity.officer == officer && identity.index == self.index);
        let opened = self.opened_at.thai_date();
        let anew = facts
            .record
            .officer(officer)
            .and_then(|officer| officer.appointed)
            .is_some_and(|appointed| appointed > opened);
        same_number && !anew
    }

    /// Whether this registry officer may settle it. `own` are the indexes of the officer's own numbers.
    pub fn may_settle(&self, person: &PersonRef, own: &[BlindIndex]) -> Result<(), Refusal> {
        if self.settlement.is_some() {
            return Err(Refusal::Settled);
        }
        if self.opener == *person || own.contains(&self.index) {
            return Err(Refusal::Party);
        }
        Ok(())
    }
}

fn settled(verdict: Verdict) -> DisputeState {
    match verdict {
        Verdict::Upheld => DisputeState::Upheld,
        Verdict::Rejected => DisputeState::Rejected,
    }
}

/// How the link to any of these officers stands, by what was known at this moment: upheld before open; `None` when
/// nothing keeps it from counting.
pub fn against(
    disputes: &[Dispute],
    facts: &Facts,
    officers: &[OfficerRef],
    known_at: Instant,
) -> Option<DisputeState> {
    let states = disputes
        .iter()
        .filter(|dispute| {
            officers
                .iter()
                .any(|officer| dispute.concerns(facts, *officer))
        })
        .filter_map(|dispute| dispute.state_at(known_at));
    states
        .filter(|state| *state != DisputeState::Rejected)
        .max_by_key(|state| *state == DisputeState::Upheld)
}

/// Whether a dispute of this link may be opened by this person, given those there were.
pub fn may_open(
    disputes: &[Dispute],
    facts: &Facts,
    officer: OfficerRef,
    opener: &PersonRef,
) -> Result<(), Refusal> {
    for dispute in disputes
        .iter()
        .filter(|dispute| dispute.concerns(facts, officer))
    {
        match dispute.state() {
            DisputeState::Open | DisputeState::Upheld => return Err(Refusal::AlreadyDisputed),
            DisputeState::Rejected => {
                let same =
                    dispute.opener == *opener && dispute.registry_version == facts.version.version;
                if same {
                    return Err(Refusal::RejectedBefore);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
