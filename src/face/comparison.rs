//! One comparison: what is asked, and what the engine found.

use crate::kernel::digest::Digest;
use crate::kernel::id::NationalId;
use crate::kernel::time::Instant;
use chrono::NaiveDate;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// Largest picture that is sent, in bytes.
pub const LARGEST_IMAGE: usize = 4 * 1024 * 1024;

/// A picture older than this is not of the person in front of the camera (ATK-70).
pub const FRESH_FOR: Duration = Duration::from_secs(120);

/// How far a camera's clock may run ahead of ours.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(10);

/// The one purpose a consent must have been given for.
pub const PURPOSE: &str = "identity_verification";

/// The engine's percentage in hundredths: 9341 is 93.41 %. Whole numbers, so that equal is equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u16);

/// Text that is not a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a score is a decimal number from 0 to 100")]
pub struct ScoreError;

impl Score {
    /// Hundredths of a percent, at most 10,000.
    pub const fn from_hundredths(hundredths: u16) -> Option<Self> {
        if hundredths <= 10_000 {
            Some(Self(hundredths))
        } else {
            None
        }
    }

    /// Hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// Read a percentage in decimal. Further decimals are cut off, never rounded up.
    pub fn read(text: &str) -> Result<Self, ScoreError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() > 3 {
            return Err(ScoreError);
        }
        let mut number = whole.to_owned();
        number.extend(fraction.chars().chain("00".chars()).take(2));
        let hundredths = number.parse().map_err(|_| ScoreError)?;
        let above = hundredths == 10_000 && fraction.bytes().any(|byte| byte != b'0');
        Self::from_hundredths(hundredths)
            .filter(|_| !above)
            .ok_or(ScoreError)
    }
}

/// How a picture is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl ImageFormat {
    /// The name the engine knows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Self::Jpeg => bytes.starts_with(&[0xff, 0xd8, 0xff]),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        }
    }
}

/// A captured face. It cannot be copied, is not printed, and is wiped when it is dropped.
pub struct FaceImage {
    format: ImageFormat,
    bytes: Zeroizing<Vec<u8>>,
    captured_at: Instant,
}

impl FaceImage {
    /// A picture as the camera made it.
    pub fn new(
        format: ImageFormat,
        bytes: Zeroizing<Vec<u8>>,
        captured_at: Instant,
    ) -> Result<Self, FaceRequestRefusal> {
        if bytes.len() > LARGEST_IMAGE {
            return Err(FaceRequestRefusal::ImageTooLarge);
        }
        if !format.begins(&bytes) {
            return Err(FaceRequestRefusal::NotAnImage);
        }
        Ok(Self {
            format,
            bytes,
            captured_at,
        })
    }

    /// How it is encoded.
    pub fn format(&self) -> ImageFormat {
        self.format
    }

    /// The picture, for the engine alone.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// When it was captured.
    pub fn captured_at(&self) -> Instant {
        self.captured_at
    }

    /// What may be kept of it, to notice when it comes again: a digest under a secret of ours.
    pub fn salted_digest(&self, secret: &[u8; 32]) -> Digest {
        Digest::of_parts([secret.as_slice(), self.bytes.as_slice()])
    }
}

impl fmt::Debug for FaceImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaceImage(hidden)")
    }
}

/// The person's consent to this comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentReference {
    /// Identifier of the consent record.
    pub consent_id: String,
    /// What it was given for.
    pub purpose: String,
    /// When it was given.
    pub given_at: Instant,
    /// Until when it holds.
    pub expires_at: Instant,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// SHA-256 of the words the person agreed to.
    pub text_digest: Digest,
}

impl ConsentReference {
    /// Why nothing may be asked on the strength of it, now.
    fn refusal(&self, now: Instant) -> Option<FaceRequestRefusal> {
        if self.consent_id.is_empty() || self.given_at > now {
            Some(FaceRequestRefusal::NoConsent)
        } else if self.withdrawn {
            Some(FaceRequestRefusal::ConsentWithdrawn)
        } else if now >= self.expires_at {
            Some(FaceRequestRefusal::ConsentExpired)
        } else if self.purpose != PURPOSE {
            Some(FaceRequestRefusal::OtherPurpose)
        } else {
            None
        }
    }
}

/// Why nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaceRequestRefusal {
    /// There is none, or it will only be given.
    #[error("the person has not consented")]
    NoConsent,
    /// It was taken back.
    #[error("the consent was withdrawn")]
    ConsentWithdrawn,
    /// It no longer holds.
    #[error("the consent has expired")]
    ConsentExpired,
    /// It was given for something else.
    #[error("the consent was given for another purpose")]
    OtherPurpose,
    /// The picture was not taken just now.
    #[error("the picture was not captured in the last two minutes")]
    NotFresh,
    /// More bytes than are sent.
    #[error("the picture is larger than 4 MiB")]
    ImageTooLarge,
    /// Not the format it is said to be.
    #[error("the picture is not of the format it is said to be")]
    NotAnImage,
    /// A transaction without a name could not be told from another.
    #[error("the transaction has no identifier")]
    NoTransaction,
}

/// A question that may be asked. There is none without a consent.
#[derive(Debug)]
pub struct FaceRequest {
    transaction: String,
    person: NationalId,
    image: FaceImage,
    consent: ConsentReference,
}

impl FaceRequest {
    /// Put the question together, or refuse before anything leaves this machine.
    pub fn new(
        transaction: impl Into<String>,
        person: NationalId,
        image: FaceImage,
        consent: ConsentReference,
        now: Instant,
    ) -> Result<Self, FaceRequestRefusal> {
        if let Some(refusal) = consent.refusal(now) {
            return Err(refusal);
        }
        let captured = image.captured_at;
        if captured > now.plus(CLOCK_DIFFERENCE) || captured.plus(FRESH_FOR) < now {
            return Err(FaceRequestRefusal::NotFresh);
        }
        let transaction = transaction.into();
        if transaction.is_empty() {
            return Err(FaceRequestRefusal::NoTransaction);
        }
        Ok(Self {
            transaction,
            person,
            image,
            consent,
        })
    }

    /// Our name for this comparison, which the engine echoes.
    pub fn transaction(&self) -> &str {
        &self.transaction
    }

    /// Whose portrait it is compared with.
    pub fn person(&self) -> &NationalId {
        &self.person
    }

    /// The captured face.
    pub fn image(&self) -> &FaceImage {
        &self.image
    }

    /// The consent it rests on.
    pub fn consent(&self) -> &ConsentReference {
        &self.consent
    }
}

/// What the engine found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceOutcome {
    /// The engine takes them for the same person.
    Matched(Score),
    /// It does not.
    NotMatched(Score),
    /// No portrait is held for this ID.
    NoReference,
    /// The picture cannot be compared.
    QualityRejected,
    /// The ID is not in use: dead, or struck off.
    PersonInactive,
}

/// The engine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceAnswer {
    /// What it found.
    pub outcome: FaceOutcome,
    /// Name and version of the engine.
    pub engine: String,
    /// When the portrait was taken, where the engine says so.
    pub reference_date: Option<NaiveDate>,
    /// When it compared.
    pub checked_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2026-11-24T02:30:00Z".parse().unwrap()
    }

    fn image(captured_at: Instant) -> FaceImage {
        let bytes = Zeroizing::new(b"\x89PNG\r\n\x1a\nCANARY".to_vec());
        FaceImage::new(ImageFormat::Png, bytes, captured_at).unwrap()
    }

    fn consent() -> ConsentReference {
        ConsentReference {
            consent_id: "cns_1".to_owned(),
            purpose: PURPOSE.to_owned(),
            given_at: now().minus(Duration::from_secs(60)),
            expires_at: now().plus(Duration::from_secs(600)),
            withdrawn: false,
            text_digest: Digest::of("words"),
        }
    }

    fn ask(consent: ConsentReference, captured_at: Instant) -> Result<(), FaceRequestRefusal> {
        let person = "1101700230708".parse().unwrap();
        FaceRequest::new("t", person, image(captured_at), consent, now()).map(|_| ())
    }

    #[test]
    fn scores_are_read_to_the_hundredth_and_never_rounded_up() {
        for (text, hundredths) in [
            ("93.41", 9341),
            ("93.4", 9340),
            ("93", 9300),
            ("100", 10_000),
            ("100.00", 10_000),
            ("0.0", 0),
            ("79.999", 7999),
        ] {
            assert_eq!(
                Score::read(text).map(Score::hundredths),
                Ok(hundredths),
                "{text}"
            );
        }
        for bad in [
            "", ".", "1.", ".5", "-1", "+1", "100.01", "100.001", "101", "1e2", "๙๓", "9 3",
        ] {
            assert_eq!(Score::read(bad), Err(ScoreError), "{bad}");
        }
    }

    #[test]
    fn nothing_is_asked_without_a_living_consent_for_this_purpose() {
        assert_eq!(ask(consent(), now()), Ok(()));
        let changed = |change: fn(&mut ConsentReference)| {
            let mut consent = consent();
            change(&mut consent);
            ask(consent, now()).unwrap_err()
        };
        assert_eq!(
            changed(|consent| consent.consent_id.clear()),
            FaceRequestRefusal::NoConsent
        );
        assert_eq!(
            changed(|consent| consent.given_at = now().plus(Duration::from_secs(1))),
            FaceRequestRefusal::NoConsent
        );
        assert_eq!(
            changed(|consent| consent.withdrawn = true),
            FaceRequestRefusal::ConsentWithdrawn
        );
        assert_eq!(
            changed(|consent| consent.expires_at = now()),
            FaceRequestRefusal::ConsentExpired
        );
        assert_eq!(
            changed(|consent| consent.purpose = "marketing".to_owned()),
            FaceRequestRefusal::OtherPurpose
        );
    }

    #[test]
    fn a_picture_is_fresh_small_and_what_it_says() {
        let old = now().minus(Duration::from_secs(121));
        assert_eq!(ask(consent(), old), Err(FaceRequestRefusal::NotFresh));
        let ahead = now().plus(Duration::from_secs(11));
        assert_eq!(ask(consent(), ahead), Err(FaceRequestRefusal::NotFresh));
        let jpeg = FaceImage::new(
            ImageFormat::Jpeg,
            Zeroizing::new(b"\x89PNG\r\n\x1a\n".to_vec()),
            now(),
        );
        assert!(matches!(jpeg, Err(FaceRequestRefusal::NotAnImage)));
        let mut large = vec![0; LARGEST_IMAGE + 1];
        large[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
        let large = FaceImage::new(ImageFormat::Jpeg, Zeroizing::new(large), now());
        assert!(matches!(large, Err(FaceRequestRefusal::ImageTooLarge)));
    }

    #[test]
    fn a_face_and_its_person_are_not_printed() {
        let person = "1101700230708".parse().unwrap();
        let request = FaceRequest::new("t", person, image(now()), consent(), now()).unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("CANARY") && !printed.contains("1101700230708"));
        assert!(!printed.contains("137, 80"), "{printed}");
    }
}
