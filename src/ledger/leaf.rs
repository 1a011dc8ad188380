//! What stands in the log: a kind, a reference, a time and a salted commitment, and nothing about a person (LOG-02).

use super::tree;
use crate::kernel::digest::{CanonicalError, Digest, canonical_json};
use crate::kernel::id::Randomness;
use crate::kernel::time::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened. The list is closed: a reader of the log years later must know every kind (LOG-01).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LeafKind { $($(#[$doc])* $name,)* }

        impl LeafKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind as it stands in the leaf.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// A document was sealed and given its number.
    CertificateIssued = "certificate_issued";
    /// An issued document was voided, suspended or revoked.
    CertificateStatusChanged = "certificate_status_changed";
    /// The question was answered; the record is the digest of the signed receipt.
    VerificationDecided = "verification_decided";
    /// A person finished a sign-in.
    SignInCompleted = "sign_in_completed";
    /// A batch of the register was taken over.
    RegisterImported = "register_imported";
    /// A registry officer proposed what a statement means.
    StatementProposed = "statement_proposed";
    /// A second registry officer confirmed what a statement means.
    StatementReviewed = "statement_reviewed";
    /// A proposal was rejected, withdrawn or superseded, or a confirmed one revoked.
    StatementRejected = "statement_rejected";
    /// A registry officer was put on the list or taken off it.
    OfficerChanged = "officer_changed";
    /// Somebody said that a person is not, or no longer, the officer they are linked to.
    LinkDisputed = "link_disputed";
    /// A registry officer settled such a dispute.
    LinkSettled = "link_settled";
    /// A machine client was added, rotated or revoked.
    ClientChanged = "client_changed";
    /// A signing key was put in use or out of use.
    KeyChanged = "key_changed";
    /// A version of the policy came into force.
    PolicyChanged = "policy_changed";
}

impl fmt::Display for LeafKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is not a kind of leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log has no leaves of this kind")]
pub struct UnknownKind;

impl FromStr for LeafKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownKind)
    }
}

/// The identifier of the record a leaf stands for: 1 to 64 letters, digits, `-`, `_` or `.` of ASCII.
///
/// Thirteen digits are refused: they could be a person's number, and a leaf can never be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct LeafReference(String);

/// Text that cannot stand in a leaf as a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log reference is 1 to 64 plain characters and not a 13-digit number")]
pub struct ReferenceError;

impl LeafReference {
    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LeafReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LeafReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let separators = text
            .bytes()
            .filter(|byte| matches!(byte, b'-' | b'.' | b'_'));
        let is_number = digits == 13 && digits + separators.count() == text.len();
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) && !is_number {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError)
        }
    }
}

/// The place of a leaf in the log, counted from 0 without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LeafIndex(pub u64);

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaf {
    /// What happened.
    pub kind: LeafKind,
    /// To which record.
    pub reference: LeafReference,
    /// When it was recorded.
    pub at: Instant,
    /// `SHA-256(salt ‖ canonical record)`.
    pub commitment: Digest,
}

impl Leaf {
    /// The bytes in the tree: the canonical JSON (RFC 8785) of the four members.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical_json(self)
    }

    /// The hash in the tree.
    pub fn hash(&self) -> Result<Digest, CanonicalError> {
        Ok(tree::leaf_hash(&self.bytes()?))
    }
}

/// The secret that keeps a commitment from being guessed: 256 random bits. Deleting it makes the leaf meaningless.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A fresh salt.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// A salt that was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the leaf says of this record.
    pub fn commit(&self, record: &[u8]) -> Digest {
        Digest::of_parts([self.0.as_slice(), record])
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(hidden)")
    }
}

/// What a leaf commits to, kept beside it until it is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The salt.
    pub salt: Salt,
    /// The canonical JSON of the record.
    pub record: Vec<u8>,
}

/// A leaf with its opening, ready to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedLeaf {
    /// The entry.
    pub leaf: Leaf,
    /// Its hash in the tree.
    pub hash: Digest,
    /// What it commits to.
    pub opening: Opening,
}

impl PreparedLeaf {
    /// Make the leaf for a record.
    pub fn new(
        kind: LeafKind,
        reference: LeafReference,
        at: Instant,
        record: &impl Serialize,
        salt: Salt,
    ) -> Result<Self, CanonicalError> {
        let record = canonical_json(record)?;
        let leaf = Leaf {
            kind,
            reference,
            at,
            commitment: salt.commit(&record),
        };
        let hash = leaf.hash()?;
        Ok(Self {
            leaf,
            hash,
            opening: Opening { salt, record },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::SeededRandomness;

    #[test]
    fn kinds_are_read_back_and_written_as_their_json() {
        for kind in LeafKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(
                serde_json::to_string(kind).unwrap(),
                format!("\"{}\"", kind.as_str())
            );
        }
        assert_eq!("certificate".parse::<LeafKind>(), Err(UnknownKind));
    }

    #[test]
    fn a_reference_that_could_be_a_persons_number_is_refused() {
        for bad in [
            "",
            "1101700230708",
            "1-1017-00230-70-8",
            "a/b",
            "a b",
            "เลขที่",
            "a\n",
        ] {
            assert_eq!(bad.parse::<LeafReference>(), Err(ReferenceError), "{bad}");
        }
        assert!("x".repeat(65).parse::<LeafReference>().is_err());
        for good in ["crt_01", "0105556058490-2", "ver_abc", "12"] {
            assert!(good.parse::<LeafReference>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_leaf_is_the_canonical_json_of_its_four_members() {
        let prepared = PreparedLeaf::new(
            LeafKind::CertificateIssued,
            "crt_1".parse().unwrap(),
            "2026-11-24T09:30:00+07:00".parse().unwrap(),
            &serde_json::json!({"b": 1, "a": "ก"}),
            Salt::from_bytes([7; 32]),
        )
        .unwrap();
        let mut opened = vec![7u8; 32];
        opened.extend_from_slice("{\"a\":\"ก\",\"b\":1}".as_bytes());
        assert_eq!(prepared.leaf.commitment, Digest::of(&opened));
        assert_eq!(
            String::from_utf8(prepared.leaf.bytes().unwrap()).unwrap(),
            format!(
                "{{\"at\":\"2026-11-24T02:30:00.000Z\",\"commitment\":\"{}\",\"kind\":\"certificate_issued\",\"reference\":\"crt_1\"}}",
                Digest::of(&opened)
            )
        );
    }

    #[test]
    fn equal_records_have_unequal_commitments() {
        let randomness = SeededRandomness::new(1);
        let first = Salt::generate(&randomness).commit(b"{}");
        let second = Salt::generate(&randomness).commit(b"{}");
        assert_ne!(first, second);
        assert!(!format!("{:?}", Salt::generate(&randomness)).contains(char::is_numeric));
    }
}
