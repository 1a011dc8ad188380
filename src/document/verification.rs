//! What a check of a file found: words for people and codes for machines.
//!
//! Two checks exist. **Offline** ([`Offline`]) has the file and a trust root: the most it says is *intact and trusted*.
//! **At the issuer** ([`AtIssuer`]) compares the file's digest with the digests of what was issued: only that says
//! *genuine*, and it needs no trust in anything inside the file.

use crate::kernel::digest::Digest;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use serde::Serialize;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable code of what was checked.
    pub code: CheckCode,
    /// How it came out.
    pub outcome: CheckOutcome,
    /// What was seen, when it adds something.
    pub detail: String,
}

/// What an offline check looks at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckCode {
    /// The file can be read as PDF within the reader's bounds.
    Readable,
    /// One signature, over the whole file, in a hole without slack; nothing after it and nothing active in it.
    Structure,
    /// The digest of the signed bytes is the one the signature speaks of, and the signature is right.
    Intact,
    /// The signer's certificate leads to a trust root that was given.
    Trusted,
    /// A time-stamp says when the signature existed.
    Timestamp,
    /// The machine form is there and names the document.
    Attachment,
}

impl CheckCode {
    /// What was checked, for people.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Readable => Bilingual::new("อ่านแฟ้มได้", "the file can be read"),
            Self::Structure => Bilingual::new(
                "ลายมือชื่อครอบคลุมทั้งแฟ้ม ไม่มีส่วนเพิ่มเติม",
                "one signature covers the whole file, nothing was added",
            ),
            Self::Intact => Bilingual::new(
                "ข้อมูลไม่ถูกแก้ไขหลังลงลายมือชื่อ",
                "nothing was changed after signing",
            ),
            Self::Trusted => Bilingual::new("ผู้ลงลายมือชื่อเชื่อถือได้", "the signer is trusted"),
            Self::Timestamp => {
                Bilingual::new("มีตราประทับเวลา", "a time-stamp says when it was signed")
            }
            Self::Attachment => Bilingual::new("มีข้อมูล XML แนบ", "the facts are attached as XML"),
        }
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// As it must be.
    Passed,
    /// Not as it must be.
    Failed,
    /// It could not be checked, and why stands in the detail.
    NotChecked,
}

/// What an offline check says in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check passed. Whether it is *genuine* and still current only the issuer can say.
    IntactAndTrusted,
    /// Intact as far as it goes, but there was no trust root to judge the signer by.
    TrustNotChecked,
    /// Something is wrong.
    Refused,
}

impl Verdict {
    /// The verdict for people.
    pub fn words(self) -> Bilingual {
        match self {
            Self::IntactAndTrusted => Bilingual::new(
                "แฟ้มครบถ้วนและลายมือชื่อเชื่อถือได้ (ความเป็นฉบับจริงตรวจได้ที่ผู้ออกเอกสารเท่านั้น)",
                "intact and trusted (whether it is genuine and current, only the issuer can say)",
            ),
            Self::TrustNotChecked => Bilingual::new(
                "แฟ้มครบถ้วน แต่ยังไม่ได้ตรวจว่าผู้ลงลายมือชื่อเชื่อถือได้",
                "intact, but the signer was not judged: no trust root was given",
            ),
            Self::Refused => Bilingual::new("ไม่ผ่านการตรวจสอบ", "refused"),
        }
    }
}

/// Outcome of an offline check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offline {
    /// The verdict.
    pub verdict: Verdict,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// What was checked, in order; checks after a failed one that need it are not made.
    pub checks: Vec<Check>,
    /// Subject of the signer's certificate.
    pub signer: Option<String>,
    /// When the time-stamp authority saw the signature.
    pub signed_at: Option<Instant>,
    /// Number of the document, from the embedded XML.
    pub number: Option<String>,
    /// Registration number, from the embedded XML.
    pub registration_number: Option<String>,
}

impl Offline {
    /// An empty report on a file.
    pub fn new(sha256: Digest) -> Self {
        Self {
            verdict: Verdict::Refused,
            sha256,
            checks: Vec::new(),
            signer: None,
            signed_at: None,
            number: None,
            registration_number: None,
        }
    }

    /// Write down how a check came out.
    pub fn note(&mut self, code: CheckCode, outcome: CheckOutcome, detail: impl Into<String>) {
        self.checks.push(Check {
            code,
            outcome,
            detail: detail.into(),
        });
    }

    /// Draw the verdict from the checks: one failure refuses, and only a complete list is trusted.
    pub fn conclude(mut self) -> Self {
        let outcome = |code| {
            self.checks
                .iter()
                .find(|check| check.code == code)
                .map(|check| check.outcome)
        };
        let failed = self
            .checks
            .iter()
            .any(|check| check.outcome == CheckOutcome::Failed);
        let passed = |code| outcome(code) == Some(CheckOutcome::Passed);
        let whole = [
            CheckCode::Readable,
            CheckCode::Structure,
            CheckCode::Intact,
            CheckCode::Attachment,
        ]
        .into_iter()
        .all(passed);
        self.verdict = match (failed, whole, outcome(CheckCode::Trusted)) {
            (false, true, Some(CheckOutcome::Passed)) => Verdict::IntactAndTrusted,
            (false, true, Some(CheckOutcome::NotChecked)) => Verdict::TrustNotChecked,
            _ => Verdict::Refused,
        };
        self
    }
}

/// What the issuer says of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum AtIssuer {
    /// Byte for byte what was issued.
    Genuine {
        /// Number of the document.
        number: String,
    },
    /// It carries the number of a document of ours, but it is not that document.
    NotWhatWeIssued {
        /// The number it carries.
        number: String,
        /// What is wrong with it, as far as the file itself shows.
        findings: Vec<Check>,
    },
    /// Nothing in it is ours.
    Unknown {
        /// What is wrong with it, as far as the file itself shows.
        findings: Vec<Check>,
    },
}

impl AtIssuer {
    /// The finding for people.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::Genuine { .. } => Bilingual::new(
                "เป็นฉบับจริงที่ออกโดยระบบนี้ ไม่ถูกแก้ไข",
                "genuine: exactly the file that was issued here",
            ),
            Self::NotWhatWeIssued { .. } => Bilingual::new(
                "ไม่ใช่แฟ้มที่ออกโดยระบบนี้ หรือถูกแก้ไขแล้ว",
                "not the file that was issued here: it was altered or made by somebody else",
            ),
            Self::Unknown { .. } => Bilingual::new(
                "ไม่รู้จักเอกสารนี้",
                "unknown: no document like this was issued here",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: &[(CheckCode, CheckOutcome)]) -> Verdict {
        let mut offline = Offline::new(Digest::of(b"x"));
        for (code, outcome) in outcomes {
            offline.note(*code, *outcome, "");
        }
        offline.conclude().verdict
    }

    const WHOLE: [(CheckCode, CheckOutcome); 4] = [
        (CheckCode::Readable, CheckOutcome::Passed),
        (CheckCode::Structure, CheckOutcome::Passed),
        (CheckCode::Intact, CheckOutcome::Passed),
        (CheckCode::Attachment, CheckOutcome::Passed),
    ];

    #[test]
    fn only_a_complete_list_of_passed_checks_is_trusted() {
        let mut all = WHOLE.to_vec();
        assert_eq!(report(&all), Verdict::Refused);
        all.push((CheckCode::Trusted, CheckOutcome::Passed));
        assert_eq!(report(&all), Verdict::IntactAndTrusted);
        for missing in 0..all.len() {
            let mut some = all.clone();
            some.remove(missing);
            assert_eq!(report(&some), Verdict::Refused, "{missing}");
        }
    }

    #[test]
    fn one_failure_refuses_and_no_root_is_said() {
        let mut all = WHOLE.to_vec();
        all.push((CheckCode::Trusted, CheckOutcome::NotChecked));
        assert_eq!(report(&all), Verdict::TrustNotChecked);
        all.push((CheckCode::Timestamp, CheckOutcome::Failed));
        assert_eq!(report(&all), Verdict::Refused);
        assert_eq!(report(&[]), Verdict::Refused);
    }
}
