//! Signed notes as C2SP describes them (signed-note): text a person can read, with signature lines below it that anybody
//! can check who pins the verifier's line. A log's checkpoints (tlog-checkpoint) are such notes.
//!
//! Only Ed25519 signatures are made and checked here; lines of other signers (witnesses) are passed over.

use super::key::{Algorithm, KeyError, PublicKey, SignError, Signer};
use crate::kernel::digest::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::pkey::{Id, PKey};
use std::fmt;
use std::str::FromStr;

/// Signature type of Ed25519 over the note's text.
const ED25519: u8 = 1;
/// Longest note and most signature lines that are read.
const LONGEST: usize = 64 * 1024;
const MOST_SIGNATURES: usize = 100;
/// What a signature line starts with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note is not made or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// A name that is empty or holds a space or a plus sign.
    #[error("a signer's name is not empty and has neither spaces nor plus signs")]
    Name,
    /// Text that does not end its last line, or holds control characters.
    #[error("the text has control characters or does not end with a line's end")]
    Text,
    /// Not a note: no empty line, a malformed signature line, or too long.
    #[error("not a signed note")]
    Form,
    /// Not a verifier's line.
    #[error("not a verifier's line")]
    Verifier,
    /// A key other than Ed25519.
    #[error("notes are signed with Ed25519 keys only")]
    Algorithm,
    /// The key is not usable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The signer refused.
    #[error("the note could not be signed")]
    Signing(#[from] SignError),
    /// A signature of a pinned signer does not hold.
    #[error("the signature of {0} does not hold")]
    Signature(String),
    /// No pinned signer signed it.
    #[error("no known signer signed the note")]
    Unsigned,
}

/// Who signs notes, as others pin it: `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    hash: [u8; 4],
    raw: [u8; 32],
    key: PublicKey,
}

impl NoteVerifier {
    /// The verifier of this signer's notes under this name.
    pub fn of(name: &str, signer: &dyn Signer) -> Result<Self, NoteError> {
        if signer.algorithm() != Algorithm::Ed25519 {
            return Err(NoteError::Algorithm);
        }
        let key = PublicKey::from_spki(signer.public_key_der())?;
        let raw = key.openssl().raw_public_key();
        let raw = raw.map_err(KeyError::Encoding)?;
        let raw = <[u8; 32]>::try_from(raw).map_err(|_| NoteError::Algorithm)?;
        Self::new(name, raw, key)
    }

    fn new(name: &str, raw: [u8; 32], key: PublicKey) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        let digest = Digest::of_parts([name.as_bytes(), b"\n", &[ED25519], &raw]);
        let mut hash = [0u8; 4];
        for (target, byte) in hash.iter_mut().zip(digest.as_bytes()) {
            *target = *byte;
        }
        Ok(Self {
            name: name.to_owned(),
            hash,
            raw,
            key,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519], &self.raw[..]].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.hash))
    }
}

impl FromStr for NoteVerifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Verifier);
        };
        let decoded = STANDARD.decode(key).map_err(|_| NoteError::Verifier)?;
        let raw = match decoded.split_first() {
            Some((&ED25519, raw)) => <[u8; 32]>::try_from(raw),
            _ => return Err(NoteError::Algorithm),
        };
        let raw = raw.map_err(|_| NoteError::Verifier)?;
        let key = PKey::public_key_from_raw_bytes(&raw, Id::ED25519);
        let key = PublicKey::from_openssl(key.map_err(KeyError::Encoding)?)?;
        let verifier = Self::new(name, raw, key)?;
        if hex::encode(verifier.hash) == hash {
            Ok(verifier)
        } else {
            Err(NoteError::Verifier)
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+')
}

fn is_text(text: &str) -> bool {
    text.ends_with('\n') && !text.contains(|letter: char| letter < ' ' && letter != '\n')
}

/// The text with one signature line below it.
pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Result<String, NoteError> {
    if !is_text(text) {
        return Err(NoteError::Text);
    }
    let verifier = NoteVerifier::of(name, signer)?;
    let signature = signer.sign(text.as_bytes())?;
    let value = STANDARD.encode([&verifier.hash[..], &signature].concat());
    Ok(format!("{text}\n{DASH}{name} {value}\n"))
}

/// A note at least one pinned signer signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedNote<'a> {
    /// The text above the signatures, its last line's end included.
    pub text: &'a str,
    /// Names of the pinned signers whose signatures hold.
    pub signed_by: Vec<String>,
}

/// Checks a note: every line of a pinned signer must hold, and there must be one.
pub fn open<'a>(note: &'a str, pinned: &[NoteVerifier]) -> Result<OpenedNote<'a>, NoteError> {
    if note.len() > LONGEST {
        return Err(NoteError::Form);
    }
    // The last empty line divides: the text may have empty lines of its own.
    let split = note.rfind("\n\n").ok_or(NoteError::Form)?;
    let (text, below) = note.split_at_checked(split + 1).ok_or(NoteError::Form)?;
    let lines = below
        .strip_prefix('\n')
        .and_then(|lines| lines.strip_suffix('\n'))
        .ok_or(NoteError::Form)?;
    if !is_text(text) {
        return Err(NoteError::Text);
    }
    let mut signed_by: Vec<String> = Vec::new();
    for (index, line) in lines.split('\n').enumerate() {
        let line = line.strip_prefix(DASH).ok_or(NoteError::Form)?;
        let (name, value) = line.split_once(' ').ok_or(NoteError::Form)?;
        let value = STANDARD.decode(value).map_err(|_| NoteError::Form)?;
        let (hash, signature) = value.split_first_chunk::<4>().ok_or(NoteError::Form)?;
        if index >= MOST_SIGNATURES || !is_name(name) || signature.is_empty() {
            return Err(NoteError::Form);
        }
        let known = pinned
            .iter()
            .find(|verifier| verifier.name == name && verifier.hash == *hash);
        let Some(verifier) = known else { continue };
        let holds = verifier
            .key
            .verify(Algorithm::Ed25519, text.as_bytes(), signature);
        if !holds {
            return Err(NoteError::Signature(name.to_owned()));
        }
        if !signed_by.iter().any(|earlier| earlier == name) {
            signed_by.push(name.to_owned());
        }
    }
    if signed_by.is_empty() {
        return Err(NoteError::Unsigned);
    }
    Ok(OpenedNote { text, signed_by })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key::FileKey;

    const NAME: &str = "amnat.example/log";

    const TEXT: &str = "amnat.example/log\n42\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

    fn signed() -> (FileKey, NoteVerifier, String) {
        let key = FileKey::generate(Algorithm::Ed25519).unwrap();
        let verifier = NoteVerifier::of(NAME, &key).unwrap();
        let note = sign(TEXT, NAME, &key).unwrap();
        (key, verifier, note)
    }

    #[test]
    fn a_note_is_read_back() {
        let (_, verifier, note) = signed();
        let pinned: NoteVerifier = verifier.to_string().parse().unwrap();
        assert_eq!(pinned, verifier);
        let opened = open(&note, &[pinned]).unwrap();
        assert_eq!(opened.signed_by, [NAME]);
        assert_eq!(opened.text, TEXT);
    }

    #[test]
    fn the_published_example_holds() {
        // The example of the note format's first implementation (golang.org/x/mod/sumdb/note).
        let verifier: NoteVerifier =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
                .parse()
                .unwrap();
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert_eq!(open(note, &[verifier]).unwrap().signed_by, ["PeterNeumann"]);
    }

    #[test]
    fn every_changed_byte_of_a_note_is_refused() {
        let (_, verifier, note) = signed();
        for position in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[position] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            assert!(
                open(&changed, std::slice::from_ref(&verifier)).is_err(),
                "byte {position}"
            );
        }
    }

    #[test]
    fn lines_of_strangers_are_passed_over_and_prove_nothing() {
        let (key, verifier, note) = signed();
        let stranger = FileKey::generate(Algorithm::Ed25519).unwrap();
        let foreign = sign(TEXT, "witness.example", &stranger).unwrap();
        let line = foreign.split("\n\n").nth(1).unwrap();
        let both = format!("{note}{line}");
        assert_eq!(
            open(&both, std::slice::from_ref(&verifier))
                .unwrap()
                .signed_by,
            [NAME]
        );
        assert!(matches!(
            open(&foreign, std::slice::from_ref(&verifier)),
            Err(NoteError::Unsigned)
        ));
        let posing = sign(TEXT, NAME, &stranger).unwrap();
        assert!(matches!(
            open(&posing, std::slice::from_ref(&verifier)),
            Err(NoteError::Unsigned)
        ));
        let renamed = sign(TEXT, "other.example", &key).unwrap();
        assert!(open(&renamed, &[verifier]).is_err());
    }

    #[test]
    fn names_and_texts_that_could_be_misread_are_refused() {
        let (key, ..) = signed();
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
            assert!(matches!(sign("text\n", name, &key), Err(NoteError::Name)));
        }
        for text in ["", "text", "a\u{7}\n", "a\r\n"] {
            assert!(matches!(sign(text, NAME, &key), Err(NoteError::Text)));
        }
        let ecdsa = FileKey::generate(Algorithm::Es256).unwrap();
        assert!(matches!(
            sign("text\n", NAME, &ecdsa),
            Err(NoteError::Algorithm)
        ));
    }
}
