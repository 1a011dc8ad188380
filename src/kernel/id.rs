//! Identifiers: one type for each kind of thing, checked where they enter.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Unpredictable bytes, asked of an argument. The product's source is the operating system's
/// generator; tests use a repeatable one.
pub trait Randomness: Send + Sync {
    /// Fill the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// A fresh array.
    fn bytes<const N: usize>(&self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut buffer = [0u8; N];
        self.fill(&mut buffer);
        buffer
    }
}

/// A repeatable stream of bytes for tests and generated fixtures (SHA-256 in counter mode). Never
/// for keys.
#[derive(Debug)]
pub struct SeededRandomness {
    seed: u64,
    counter: std::sync::atomic::AtomicU64,
}

impl SeededRandomness {
    /// The stream that belongs to this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            counter: std::sync::atomic::AtomicU64::new(0),
        }
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let count = self
                .counter
                .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let block = super::digest::Digest::of_parts([
                &self.seed.to_be_bytes()[..],
                &count.to_be_bytes()[..],
            ]);
            for (target, source) in chunk.iter_mut().zip(block.as_bytes()) {
                *target = *source;
            }
        }
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Bytes in Crockford's base 32, lower case: no letter that is mistaken for a digit.
pub fn crockford(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push_symbol(&mut text, buffer >> bits);
        }
    }
    if bits > 0 {
        push_symbol(&mut text, buffer << (5 - bits));
    }
    text
}

fn push_symbol(text: &mut String, value: u32) {
    if let Some(symbol) = CROCKFORD.get((value & 31) as usize) {
        text.push(char::from(*symbol));
    }
}

/// Text that is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an identifier of this kind: it starts with {prefix:?} and goes on with 26 characters of base 32"
)]
pub struct IdError {
    prefix: &'static str,
}

macro_rules! entity_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// What every identifier of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh identifier with 128 random bits.
            pub fn generate(randomness: &dyn Randomness) -> Self {
                let mut bytes = [0u8; 16];
                randomness.fill(&mut bytes);
                Self(format!("{}{}", $prefix, crockford(&bytes)))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = IdError { prefix: $prefix };
                let rest = text.strip_prefix($prefix).ok_or_else(|| error.clone())?;
                if rest.len() == 26 && rest.bytes().all(|byte| CROCKFORD.contains(&byte)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(error)
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

entity_ids! {
    /// One issued certificate (the record, not its public number).
    CertificateId = "crt_";
    /// One dispute of a link between a person and an officer.
    DisputeId = "dsp_";
    /// One proposal of what a statement means.
    ProposalId = "prp_";
    /// One registry officer who may review statements. Known to the operator alone.
    RegistryOfficerId = "ofr_";
    /// One request through the service, echoed in problem documents and logs.
    RequestId = "req_";
    /// One statement that was put into the review queue.
    ReviewId = "rev_";
    /// One session of a signed-in person.
    SessionId = "ses_";
    /// One sign-in of a person, bound to what it is for.
    SignInId = "si_";
    /// One answered verification.
    VerificationId = "ver_";
    /// The unguessable token behind a document's QR code.
    VerificationToken = "v";
}

/// Why a 13-digit number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ThirteenDigitError {
    /// Not 13 digits after Thai digits, spaces and hyphens are dealt with.
    #[error("the number has 13 digits")]
    Length,
    /// The last digit does not follow from the first twelve.
    #[error("the check digit does not fit: one digit is wrong")]
    CheckDigit,
    /// The first digit belongs to another kind of number.
    #[error("the first digit belongs to another kind of number")]
    Kind,
}

/// Thai and ASCII digits with spaces and hyphens between them become 13 ASCII digits whose last one
/// checks: `(11 - sum(d_i * (14 - i)) mod 11) mod 10`, the same rule for persons and juristic persons.
fn thirteen_digits(text: &str) -> Result<String, ThirteenDigitError> {
    let mut digits = String::with_capacity(13);
    for character in text.trim().chars() {
        match character {
            '0'..='9' => digits.push(character),
            '๐'..='๙' => {
                let value = u32::from(character) - u32::from('๐');
                digits.extend(char::from_digit(value, 10));
            }
            ' ' | '-' => {}
            _ => return Err(ThirteenDigitError::Length),
        }
    }
    if digits.len() != 13 {
        return Err(ThirteenDigitError::Length);
    }
    let values: Vec<u32> = digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect();
    let sum: u32 = values
        .iter()
        .take(12)
        .zip((2..=13).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    if values.last().copied() == Some((11 - sum % 11) % 10) {
        Ok(digits)
    } else {
        Err(ThirteenDigitError::CheckDigit)
    }
}

/// The check digit that completes twelve digits; `None` unless there are exactly twelve.
pub fn check_digit(twelve: &str) -> Option<u32> {
    let values: Vec<u32> = twelve
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect();
    if values.len() != 12 || twelve.len() != 12 {
        return None;
    }
    let sum: u32 = values
        .iter()
        .zip((2..=13).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    Some((11 - sum % 11) % 10)
}

/// A juristic person's registration number (เลขทะเบียนนิติบุคคล): 13 digits, the first one `0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrationNumber(String);

impl RegistrationNumber {
    /// The 13 ASCII digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Grouped as printed: `0-1055-56058-49-0`.
    pub fn grouped(&self) -> String {
        group_thirteen(&self.0)
    }
}

fn group_thirteen(digits: &str) -> String {
    let mut grouped = String::with_capacity(17);
    for (index, digit) in digits.chars().enumerate() {
        if matches!(index, 1 | 5 | 10 | 12) {
            grouped.push('-');
        }
        grouped.push(digit);
    }
    grouped
}

impl fmt::Display for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RegistrationNumber {
    type Err = ThirteenDigitError;

    fn from_str(text: &str) -> Result<Self, ThirteenDigitError> {
        let digits = thirteen_digits(text)?;
        if digits.starts_with('0') {
            Ok(Self(digits))
        } else {
            Err(ThirteenDigitError::Kind)
        }
    }
}

impl Serialize for RegistrationNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RegistrationNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A natural person's 13-digit ID (เลขประจำตัวประชาชน), first digit 1 to 8 (0 for some foreigners).
///
/// Personal data: it has no `Serialize`, its `Debug` prints a fixed word, and it is stored only as a
/// keyed blind index. [`NationalId::expose`] is the one way to the digits.
#[derive(Clone, PartialEq, Eq)]
pub struct NationalId(String);

impl NationalId {
    /// The 13 ASCII digits, for the blind index and for the outside engines that need them.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For a page shown to the person: `1-1001-xxxxx-xx-8`.
    pub fn masked(&self) -> String {
        group_thirteen(&self.0)
            .chars()
            .enumerate()
            .map(|(index, character)| {
                if (7..16).contains(&index) && character != '-' {
                    'x'
                } else {
                    character
                }
            })
            .collect()
    }
}

impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NationalId(hidden)")
    }
}

impl FromStr for NationalId {
    type Err = ThirteenDigitError;

    fn from_str(text: &str) -> Result<Self, ThirteenDigitError> {
        let digits = thirteen_digits(text)?;
        if digits.starts_with('9') {
            Err(ThirteenDigitError::Kind)
        } else {
            Ok(Self(digits))
        }
    }
}

impl<'de> Deserialize<'de> for NationalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_numbers_are_read_as_people_write_them() {
        for text in [
            "0105556058490",
            "0-1055-56058-49-0",
            "๐๑๐๕๕๕๖๐๕๘๔๙๐",
            " 0 1055 56058 49 0 ",
        ] {
            assert_eq!(
                text.parse::<RegistrationNumber>().unwrap().as_str(),
                "0105556058490"
            );
        }
        assert_eq!(
            "0105556058490"
                .parse::<RegistrationNumber>()
                .unwrap()
                .grouped(),
            "0-1055-56058-49-0"
        );
    }

    #[test]
    fn a_wrong_digit_a_wrong_length_and_a_persons_number_are_refused() {
        assert_eq!(
            "0105556058491".parse::<RegistrationNumber>(),
            Err(ThirteenDigitError::CheckDigit)
        );
        assert_eq!(
            "010555605849".parse::<RegistrationNumber>(),
            Err(ThirteenDigitError::Length)
        );
        assert_eq!(
            "010555605849x".parse::<RegistrationNumber>(),
            Err(ThirteenDigitError::Length)
        );
        assert_eq!(
            "1100100000018".parse::<RegistrationNumber>(),
            Err(ThirteenDigitError::Kind)
        );
        assert!("1100100000018".parse::<NationalId>().is_ok());
    }

    #[test]
    fn a_single_wrong_digit_passes_only_where_the_published_rule_is_blind() {
        // The third digit has the weight 11 and so no say in a remainder of 11. The remainders 0 and 10 give the same
        // check digit 1, which this number does not have.
        let good = "0105569999999";
        for position in 0..13 {
            for digit in '0'..='9' {
                let mut other: Vec<char> = good.chars().collect();
                if other[position] == digit {
                    continue;
                }
                other[position] = digit;
                let other: String = other.into_iter().collect();
                let accepted = other.parse::<RegistrationNumber>().is_ok();
                assert_eq!(accepted, position == 2, "{other}");
            }
        }
        assert_eq!(check_digit("010556999999"), Some(9));
    }

    #[test]
    fn a_persons_number_never_shows_itself() {
        let id: NationalId = "3100500000020".parse().unwrap();
        assert_eq!(format!("{id:?}"), "NationalId(hidden)");
        assert_eq!(id.masked(), "3-1005-xxxxx-xx-0");
    }

    #[test]
    fn identifiers_of_one_kind_are_not_another_kind() {
        let randomness = SeededRandomness::new(7);
        let id = SignInId::generate(&randomness);
        assert_eq!(id.as_str().parse::<SignInId>(), Ok(id.clone()));
        assert!(id.as_str().parse::<VerificationId>().is_err());
        assert_ne!(SignInId::generate(&randomness), id);
        assert!("si_short".parse::<SignInId>().is_err());
    }
}
