//! The facts of a certificate, as one value: what the pages print and what the XML carries.

use crate::kernel::id::RegistrationNumber;
use crate::kernel::lang::Bilingual;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Version of the content and of the XML made from it.
pub const SCHEMA: &str = "urn:amnat:certificate:1";

/// Kinds of documents. Each has a content type, templates and an XML form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// หนังสือรับรองนิติบุคคล
    Certificate,
}

impl DocumentKind {
    /// The kind as stored and as used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
        }
    }

    /// The kind stored under this name.
    pub fn from_stored(text: &str) -> Option<Self> {
        (text == "certificate").then_some(Self::Certificate)
    }

    /// What people call it.
    pub fn title(self) -> Bilingual {
        match self {
            Self::Certificate => Bilingual::new(
                "หนังสือรับรองนิติบุคคล",
                "Certificate of juristic person registration",
            ),
        }
    }
}

/// Which wording a juristic person's certificate uses (one template each).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// บริษัทจำกัด (CCC book III title XXII)
    LimitedCompany,
    /// บริษัทมหาชนจำกัด (Public Limited Companies Act B.E. 2535)
    PublicCompany,
    /// ห้างหุ้นส่วนจำกัด (CCC 1077)
    LimitedPartnership,
    /// ห้างหุ้นส่วนสามัญนิติบุคคล (CCC 1064)
    OrdinaryPartnership,
    /// หอการค้า สมาคมการค้า นิติบุคคลต่างประเทศ: registered under other Acts
    Other,
}

/// One person on the printed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPerson {
    /// Full name with title, exactly as registered.
    pub name: String,
    /// Position in the register's order, from 1.
    pub sequence: u32,
}

/// Who issues the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedBy {
    /// Office, both languages.
    pub office: Bilingual,
    /// Registrar or responsible officer, both languages.
    pub officer: Bilingual,
    /// Whether the issuer is the registrar, who alone certifies the register.
    pub is_registrar: bool,
}

/// Everything one certificate states. It is canonical: its digest is what the number was reserved for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateContent {
    /// [`SCHEMA`].
    pub schema: String,
    /// Wording of the pages.
    pub wording: Wording,
    /// Number within the year: `2569-000001`.
    pub number: String,
    /// Letters printed before the number.
    pub number_prefix: String,
    /// Address of the page behind the QR code.
    pub verification_url: String,
    /// Issuer.
    pub issued_by: IssuedBy,
    /// Whether this was issued in a sandbox: then every page says so.
    pub sandbox: bool,
    /// When it was issued.
    pub issued_at: Instant,
    /// The register's data as of this instant.
    pub data_as_of: Instant,
    /// Version of the company's record in our register.
    pub registry_version: u64,
    /// Registration number.
    pub registration_number: RegistrationNumber,
    /// Full name with prefix and suffix.
    pub name: String,
    /// English name, if registered.
    pub name_en: Option<String>,
    /// Status, both languages.
    pub status: Bilingual,
    /// Stable code of the status.
    pub status_code: String,
    /// Whether the directors or managing partners still act for it.
    pub in_operation: bool,
    /// Date of registration.
    pub registered_on: NaiveDate,
    /// Directors, or all partners of a partnership.
    pub officers: Vec<ListedPerson>,
    /// Managing partners of a partnership; empty for companies.
    pub managing_partners: Vec<ListedPerson>,
    /// Liquidators, when there are any.
    pub liquidators: Vec<ListedPerson>,
    /// The registered statement of who may bind it (อำนาจกรรมการ), pieces joined.
    pub authority: Option<String>,
    /// Limits on managing partners' power (ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ).
    pub restriction: Option<String>,
    /// Registered capital.
    pub capital: Option<Baht>,
    /// Paid-up capital (public companies).
    pub paid_up: Option<Baht>,
    /// Head office, one line.
    pub head_office: Option<String>,
    /// Number of clauses of the objectives.
    pub objective_count: Option<u32>,
    /// Notes: former names, dissolution, others.
    pub notes: Vec<String>,
}
