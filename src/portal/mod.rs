//! What does a person see?
//!
//! The pages that belong to no other room: the start, and the check of a document. Each page is a typed context with the
//! words already chosen, so that a template decides nothing but layout, and a sample of each is drawn in both languages by
//! a test. Pages that belong to a room (signing in) are shown by that room; all share the templates and the style of
//! `templates/pages`.
//!
//! Words: a *verdict* is the coloured box at the top: one mark, one heading, one sentence; its *tone* is never the only
//! sign of what it says.
//!
//! Invariants: Thai first, English one click away; large type; no scripts; nothing from other sites; every form control
//! has a label. What a page says is true of what was checked and no more: a page behind a QR code has not seen the paper.
//!
//! To add a page: a context here with its sample, a template with the base layout, its line in `web::page`.

mod http;

pub use http::{PortalSettings, configure, upload_form};

use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::lang::{Bilingual, Language};
use crate::kernel::time::Instant;
use serde::Serialize;

/// Largest upload, as the page says it. The handler that reads it enforces the same figure.
pub const MAX_UPLOAD_MEGABYTES: u32 = 10;

/// Context of `home.html`.
#[derive(Debug, Serialize)]
pub struct HomePage {
    /// Language.
    pub lang: Language,
    /// Whether the page says SANDBOX.
    pub sandbox: bool,
}

/// Context of `verify-upload.html`.
#[derive(Debug, Serialize)]
pub struct UploadPage {
    /// Language.
    pub lang: Language,
    /// Whether the page says SANDBOX.
    pub sandbox: bool,
    /// Largest upload.
    pub max_megabytes: u32,
    /// Why the file sent before could not be checked.
    pub refusal: Option<String>,
}

impl UploadPage {
    /// The form, after a refused upload with the reason.
    pub fn new(lang: Language, sandbox: bool, refusal: Option<Bilingual>) -> Self {
        Self {
            lang,
            sandbox,
            max_megabytes: MAX_UPLOAD_MEGABYTES,
            refusal: refusal.map(|words| said(lang, words)),
        }
    }
}

/// What is known about a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyState {
    /// The uploaded file is byte for byte what was issued.
    Genuine,
    /// A document with this number was issued; nobody has compared a file (the page behind the QR code).
    Issued,
    /// The uploaded file names a document that was issued, and is not that file.
    Altered,
    /// The number was taken and given up; no document exists.
    Void,
    /// The number is taken and the document is being sealed.
    Pending,
    /// Neither the token nor the file is known.
    Unknown,
    /// The uploaded file is no document that can be read.
    Unreadable,
}

impl VerifyState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Genuine,
        Self::Issued,
        Self::Altered,
        Self::Void,
        Self::Pending,
        Self::Unknown,
        Self::Unreadable,
    ];

    /// Heading and sentence.
    fn words(self, changed_since: bool) -> (Bilingual, Bilingual) {
        match (self, changed_since) {
            (Self::Genuine, false) => (
                Bilingual::new("เอกสารนี้เป็นของแท้", "This document is genuine"),
                Bilingual::new(
                    "ไฟล์ตรงกับที่ออกทุกประการ และข้อมูลทะเบียนยังไม่เปลี่ยนแปลง",
                    "The file is exactly what was issued, and the register has not changed since.",
                ),
            ),
            (Self::Genuine, true) => (
                Bilingual::new(
                    "เอกสารเป็นของแท้ แต่ทะเบียนเปลี่ยนแปลงแล้ว",
                    "Genuine, but the register has changed",
                ),
                Bilingual::new(
                    "ไฟล์ตรงกับที่ออกทุกประการ แต่ข้อมูลทะเบียนเปลี่ยนไปหลังออกเอกสาร โปรดขอเอกสารฉบับใหม่",
                    "The file is exactly what was issued, but the register changed afterwards. Ask for a new one.",
                ),
            ),
            (Self::Issued, false) => (
                Bilingual::new(
                    "เอกสารเลขที่นี้ออกจริง",
                    "A document with this number was issued",
                ),
                Bilingual::new(
                    "ข้อมูลทะเบียนยังไม่เปลี่ยนแปลงหลังออกเอกสาร",
                    "The register has not changed since.",
                ),
            ),
            (Self::Issued, true) => (
                Bilingual::new(
                    "เอกสารออกจริง แต่ทะเบียนเปลี่ยนแปลงแล้ว",
                    "Issued, but the register has changed",
                ),
                Bilingual::new(
                    "ข้อมูลทะเบียนเปลี่ยนไปหลังออกเอกสาร โปรดขอเอกสารฉบับใหม่",
                    "The register changed after the document was issued. Ask for a new one.",
                ),
            ),
            (Self::Altered, _) => (
                Bilingual::new("ไฟล์นี้ไม่ใช่เอกสารที่ออก", "This is not the file that was issued"),
                Bilingual::new(
                    "ไฟล์อ้างถึงเอกสารที่มีอยู่จริง แต่เนื้อหาไม่ตรงกับที่ออก อย่าใช้ไฟล์นี้",
                    "It names a document that exists, but it is not that document. Do not rely on it.",
                ),
            ),
            (Self::Void, _) => (
                Bilingual::new("เลขที่นี้ถูกยกเลิก", "This number was given up"),
                Bilingual::new(
                    "ไม่มีเอกสารเลขที่นี้ และเลขที่นี้จะไม่ถูกใช้อีก",
                    "There is no document with this number, and there will be none.",
                ),
            ),
            (Self::Pending, _) => (
                Bilingual::new("กำลังออกเอกสาร", "The document is being issued"),
                Bilingual::new(
                    "ยังไม่มีเอกสารที่ลงลายมือชื่อแล้ว โปรดตรวจสอบอีกครั้งในอีกสักครู่",
                    "It has not been sealed yet. Please check again in a moment.",
                ),
            ),
            (Self::Unknown, _) => (
                Bilingual::new("ไม่พบเอกสารนี้", "This document is not known"),
                Bilingual::new(
                    "ไม่มีเอกสารนี้ในทะเบียนของผู้ออก อย่าใช้เอกสารนี้จนกว่าจะตรวจสอบกับผู้ออกโดยตรง",
                    "The issuer has no record of it. Do not rely on it before asking the issuer directly.",
                ),
            ),
            (Self::Unreadable, _) => (
                Bilingual::new("อ่านไฟล์นี้ไม่ได้", "This file cannot be read"),
                Bilingual::new(
                    "ไฟล์ไม่ใช่เอกสาร PDF ที่ระบบออก",
                    "It is not a PDF that this service issues.",
                ),
            ),
        }
    }

    fn tone(self, changed_since: bool) -> &'static str {
        match self {
            Self::Genuine | Self::Issued if !changed_since => "good",
            Self::Genuine | Self::Issued | Self::Pending | Self::Void => "note",
            Self::Altered | Self::Unknown | Self::Unreadable => "bad",
        }
    }
}

/// A document in the issuer's records, in both languages.
#[derive(Debug, Clone)]
pub struct KnownDocument {
    /// What kind of document it is.
    pub kind: Bilingual,
    /// Printed number.
    pub number: String,
    /// Name of the juristic person.
    pub juristic_person: Bilingual,
    /// Its number.
    pub registration_number: RegistrationNumber,
    /// When it was issued.
    pub issued_at: Instant,
    /// The instant whose register data it states.
    pub data_as_of: Instant,
    /// SHA-256 of the file; `None` while there is none.
    pub sha256: Option<Digest>,
}

/// How one thing that was checked came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckTone {
    /// It is right.
    Good,
    /// It is wrong.
    Bad,
    /// It was not or could not be checked.
    Open,
}

/// One thing that was checked on an upload, in both languages.
#[derive(Debug, Clone)]
pub struct UploadCheck {
    /// What was checked.
    pub label: Bilingual,
    /// How it came out.
    pub tone: CheckTone,
    /// What was seen, when it adds something.
    pub detail: Option<Bilingual>,
}

#[derive(Debug, Serialize)]
struct Status {
    title: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct DocumentView {
    kind: String,
    number: String,
    juristic_person: String,
    registration_number: String,
    issued_at: String,
    data_as_of: String,
    sha256: Option<String>,
}

#[derive(Debug, Serialize)]
struct CheckView {
    label: String,
    outcome: String,
    tone: &'static str,
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
struct UploadView {
    checks: Vec<CheckView>,
    sha256: String,
}

/// Context of `verify.html`: what is known about a document, behind a QR code or after an upload.
#[derive(Debug, Serialize)]
pub struct VerifyPage {
    lang: Language,
    sandbox: bool,
    tone: &'static str,
    status: Status,
    document: Option<DocumentView>,
    changes: Vec<String>,
    upload: Option<UploadView>,
    max_megabytes: u32,
}

impl VerifyPage {
    /// The page. `changes` lists what changed in the register since the document was issued; a document that is unknown
    /// shows none.
    pub fn new(
        lang: Language,
        sandbox: bool,
        state: VerifyState,
        document: Option<&KnownDocument>,
        changes: Vec<Bilingual>,
    ) -> Self {
        let changed_since = !changes.is_empty();
        let (title, text) = state.words(changed_since);
        Self {
            lang,
            sandbox,
            tone: state.tone(changed_since),
            status: Status {
                title: said(lang, title),
                text: said(lang, text),
            },
            document: document.map(|document| DocumentView {
                kind: said(lang, document.kind.clone()),
                number: document.number.clone(),
                juristic_person: said(lang, document.juristic_person.clone()),
                registration_number: document.registration_number.grouped(),
                issued_at: moment(lang, document.issued_at),
                data_as_of: moment(lang, document.data_as_of),
                sha256: document.sha256.map(Digest::to_hex),
            }),
            changes: changes
                .into_iter()
                .map(|change| said(lang, change))
                .collect(),
            upload: None,
            max_megabytes: MAX_UPLOAD_MEGABYTES,
        }
    }

    /// The same, after an upload: digest of the file and what was checked on it.
    pub fn with_upload(self, sha256: Digest, checks: Vec<UploadCheck>) -> Self {
        let lang = self.lang;
        Self {
            upload: Some(UploadView {
                checks: checks
                    .into_iter()
                    .map(|check| CheckView {
                        label: said(lang, check.label),
                        outcome: said(lang, check.tone.words()),
                        tone: check.tone.class(),
                        detail: check.detail.map(|detail| said(lang, detail)),
                    })
                    .collect(),
                sha256: sha256.to_hex(),
            }),
            ..self
        }
    }
}

impl CheckTone {
    fn words(self) -> Bilingual {
        match self {
            Self::Good => Bilingual::new("ผ่าน", "passed"),
            Self::Bad => Bilingual::new("ไม่ผ่าน", "failed"),
            Self::Open => Bilingual::new("ไม่ได้ตรวจ", "not checked"),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "note",
        }
    }
}

fn said(language: Language, words: Bilingual) -> String {
    match language {
        Language::Th => words.th,
        Language::En => words.en,
    }
}

fn moment(language: Language, at: Instant) -> String {
    match language {
        Language::Th => at.thai_words(),
        Language::En => at.english_words(),
    }
}

#[cfg(test)]
mod tests;
