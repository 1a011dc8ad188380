//! From the register's record to the content of a certificate.

use super::content::{CertificateContent, IssuedBy, ListedPerson, SCHEMA, Wording};
use crate::kernel::id::VerificationToken;
use crate::kernel::time::Instant;
use crate::registry::model::{
    JuristicPerson, Officer, OfficerRole, RegisterVersion, StatementKind,
};
use crate::signing_rule::{JuristicType, Status};

/// What the issuer adds to the register's facts.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Issuer.
    pub issued_by: IssuedBy,
    /// Whether this is a sandbox.
    pub sandbox: bool,
    /// Number within the year.
    pub number: String,
    /// Letters before the number.
    pub number_prefix: String,
    /// Address of public pages, without a trailing slash.
    pub public_url: String,
    /// Unguessable part of the address in the QR code.
    pub token: VerificationToken,
    /// Now.
    pub issued_at: Instant,
}

/// The content of a certificate of this juristic person, as of the version given.
pub fn certificate(
    person: &JuristicPerson,
    version: &RegisterVersion,
    issue: Issue,
) -> CertificateContent {
    let day = issue.issued_at.thai_date();
    let partnership = matches!(
        person.juristic_type,
        JuristicType::LimitedPartnership | JuristicType::RegisteredOrdinaryPartnership
    );
    let listed = |wanted: &dyn Fn(&Officer) -> bool| -> Vec<ListedPerson> {
        person
            .officers
            .iter()
            .filter(|officer| officer.serves_on(day) && wanted(officer))
            .zip(1u32..)
            .map(|(officer, sequence)| ListedPerson {
                name: officer.name.full(),
                sequence,
            })
            .collect()
    };
    let first_text = |kind: StatementKind| {
        person
            .statements
            .iter()
            .find(|statement| statement.kind == kind)
            .map(|statement| statement.words().to_owned())
            .filter(|text| !text.is_empty())
    };
    let notes = person
        .statements
        .iter()
        .filter(|statement| {
            matches!(
                statement.kind,
                StatementKind::Other | StatementKind::NameChange | StatementKind::Note
            )
        })
        .map(|statement| statement.words().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let officers = if partnership {
        listed(&|officer| {
            officer.is(OfficerRole::Partner) || officer.is(OfficerRole::ManagingPartner)
        })
    } else {
        listed(&|officer| officer.is(OfficerRole::Director))
    };
    CertificateContent {
        schema: SCHEMA.to_owned(),
        wording: wording(person.juristic_type),
        verification_url: format!("{}/verify/{}", issue.public_url, issue.token),
        number: issue.number,
        number_prefix: issue.number_prefix,
        issued_by: issue.issued_by,
        sandbox: issue.sandbox,
        issued_at: issue.issued_at,
        data_as_of: version.data_as_of,
        registry_version: version.version,
        registration_number: person.registration_number.clone(),
        name: person.name_th.clone(),
        name_en: person.name_en.clone(),
        status: person.status.label(),
        status_code: person.status.as_str().to_owned(),
        in_operation: matches!(person.status, Status::Active | Status::Restored),
        registered_on: person.registered_on,
        officers,
        managing_partners: listed(&|officer| officer.is(OfficerRole::ManagingPartner)),
        liquidators: listed(&|officer| officer.is(OfficerRole::Liquidator)),
        authority: first_text(StatementKind::Authority),
        restriction: first_text(StatementKind::Restriction),
        capital: person.capital,
        paid_up: person.paid_up,
        head_office: person
            .addresses
            .first()
            .map(|address| address.full.clone())
            .filter(|text| !text.is_empty()),
        objective_count: person.objectives.count,
        notes,
    }
}

fn wording(kind: JuristicType) -> Wording {
    match kind {
        JuristicType::LimitedCompany => Wording::LimitedCompany,
        JuristicType::PublicLimitedCompany => Wording::PublicCompany,
        JuristicType::LimitedPartnership => Wording::LimitedPartnership,
        JuristicType::RegisteredOrdinaryPartnership => Wording::OrdinaryPartnership,
        JuristicType::ChamberOfCommerce
        | JuristicType::TradeAssociation
        | JuristicType::ForeignJuristicPerson => Wording::Other,
    }
}
