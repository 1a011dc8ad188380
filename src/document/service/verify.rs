//! The offline check of a file: strict, and silent about what only the issuer can say.

use crate::crypto::cms::{self, CmsRefusal};
use crate::crypto::timestamp::TimestampRefusal;
use crate::crypto::x509::{Certificate, CertificateError};
use crate::document::verification::{CheckCode, CheckOutcome, Offline};
use crate::document::xml;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use crate::pdf::read::{self, Inspection, SignatureField};

/// Why trust roots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// Not PEM certificates.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No certificate at all.
    #[error("there is no certificate in it")]
    Empty,
}

/// Trust roots from a PEM text.
pub fn roots_from_pem(pem: &[u8]) -> Result<Vec<Certificate>, RootsError> {
    let roots = Certificate::from_pem(pem)?;
    if roots.is_empty() {
        Err(RootsError::Empty)
    } else {
        Ok(roots)
    }
}

/// Check a file with nothing but itself and the roots given. Roots inside the file are never trusted.
pub fn verify_offline(file: &[u8], roots: Option<&[Certificate]>, now: Instant) -> Offline {
    let mut report = Offline::new(Digest::of(file));
    let inspection = match read::inspect(file) {
        Ok(inspection) => inspection,
        Err(refusal) => {
            report.note(
                CheckCode::Readable,
                CheckOutcome::Failed,
                refusal.to_string(),
            );
            return report.conclude();
        }
    };
    report.note(
        CheckCode::Readable,
        CheckOutcome::Passed,
        format!("{} pages", inspection.pages),
    );
    attachment(&inspection, &mut report);
    let findings: Vec<String> = inspection
        .findings
        .iter()
        .map(|finding| format!("{finding:?}"))
        .collect();
    match (inspection.only_signature(), findings.is_empty()) {
        (Some(signature), true) => {
            report.note(
                CheckCode::Structure,
                CheckOutcome::Passed,
                signature.sub_filter.clone(),
            );
            judge(signature, roots, now, &mut report);
        }
        (Some(signature), false) => {
            report.note(
                CheckCode::Structure,
                CheckOutcome::Failed,
                findings.join("; "),
            );
            // What else is wrong is worth telling; the verdict is settled.
            judge(signature, roots, now, &mut report);
        }
        (None, _) => report.note(
            CheckCode::Structure,
            CheckOutcome::Failed,
            findings.join("; "),
        ),
    }
    report.conclude()
}

fn attachment(inspection: &Inspection, report: &mut Offline) {
    let ours: Vec<_> = inspection
        .attachments
        .iter()
        .filter(|file| file.name == xml::FILE_NAME)
        .collect();
    let identified = match ours.as_slice() {
        [only] => xml::identify(&only.bytes),
        _ => None,
    };
    match identified {
        Some((number, registration_number)) => {
            report.note(CheckCode::Attachment, CheckOutcome::Passed, xml::FILE_NAME);
            report.number = Some(number);
            report.registration_number = Some(registration_number);
        }
        None => report.note(
            CheckCode::Attachment,
            CheckOutcome::Failed,
            format!("{} is missing or cannot be read", xml::FILE_NAME),
        ),
    }
}

fn judge(
    signature: &SignatureField,
    roots: Option<&[Certificate]>,
    now: Instant,
    report: &mut Offline,
) {
    match cms::verify(
        &signature.cms,
        &signature.digest,
        roots.unwrap_or_default(),
        now,
    ) {
        Ok(verified) => {
            let signer = verified.signer.facts();
            report.note(CheckCode::Intact, CheckOutcome::Passed, "");
            report.note(
                CheckCode::Trusted,
                CheckOutcome::Passed,
                signer.subject.clone(),
            );
            report.signer = Some(signer.subject.clone());
            match verified.timestamp {
                Some(token) => {
                    report.note(
                        CheckCode::Timestamp,
                        CheckOutcome::Passed,
                        token.time.to_string(),
                    );
                    report.signed_at = Some(token.time);
                }
                None => report.note(
                    CheckCode::Timestamp,
                    CheckOutcome::NotChecked,
                    "there is none",
                ),
            }
        }
        // Structure, digest and signature are judged before any chain: they hold when only trust is missing.
        Err(
            refusal @ (CmsRefusal::Chain(_) | CmsRefusal::Timestamp(TimestampRefusal::Chain(_))),
        ) => {
            report.note(CheckCode::Intact, CheckOutcome::Passed, "");
            if roots.is_some() {
                report.note(
                    CheckCode::Trusted,
                    CheckOutcome::Failed,
                    with_causes(&refusal),
                );
            } else {
                report.note(
                    CheckCode::Trusted,
                    CheckOutcome::NotChecked,
                    "no trust root was given",
                );
                report.note(
                    CheckCode::Timestamp,
                    CheckOutcome::NotChecked,
                    "no trust root was given",
                );
            }
        }
        Err(refusal) => report.note(
            CheckCode::Intact,
            CheckOutcome::Failed,
            with_causes(&refusal),
        ),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = inner.source();
    }
    text
}
