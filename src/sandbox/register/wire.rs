//! The shapes that travel: the exchange's entry, and the extension's list.

use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::Instant;
use crate::sandbox::world::{
    JuristicPerson, OfficerIdentity, OfficerRole, RegisteredText, TextKind,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

/// The answer of `/juristic/v4/profile/information`.
#[derive(Debug, Serialize)]
pub struct Profile {
    /// One entry, or none for a number nobody has.
    #[serde(rename = "ResultList")]
    pub results: Vec<Entry>,
    /// Base 64 of what the register itself answered; here the JSON of the list.
    #[serde(rename = "RawData")]
    pub raw: String,
}

impl Profile {
    /// The answer that carries these entries.
    pub fn of(results: Vec<Entry>) -> Result<Self, serde_json::Error> {
        let raw = STANDARD.encode(serde_json::to_vec(&results)?);
        Ok(Self { results, raw })
    }
}

/// One juristic person as the exchange writes it: every value is text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    juristic_type: String,
    #[serde(rename = "JuristicID")]
    juristic_id: String,
    #[serde(rename = "OldJuristicID")]
    old_juristic_id: String,
    register_date: String,
    #[serde(rename = "JuristicName_TH")]
    name_th: String,
    #[serde(rename = "JuristicName_EN")]
    name_en: String,
    register_capital: String,
    paid_register_capital: String,
    number_of_objective: String,
    number_of_page_of_objective: String,
    juristic_status: String,
    #[serde(rename = "StandardID")]
    standard_id: String,
    committee_informations: Vec<CommitteeMember>,
    authorize_descriptions: Vec<Piece>,
    standard_objectives: Vec<Objective>,
    address_informations: Vec<AddressEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CommitteeMember {
    sequence: String,
    title: String,
    first_name: String,
    last_name: String,
    /// `K` director or partner, `L` managing partner.
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Piece {
    sequence: String,
    authorize_description: String,
    /// `L` authority, `M` partners' limits, `N` other, `R` name change, `S` notes.
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Objective {
    sequence: String,
    objective_description: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressEntry {
    address_name: String,
    full_address: String,
    building: String,
    room_no: String,
    floor: String,
    village_name: String,
    address_no: String,
    moo: String,
    soi: String,
    road: String,
    tumbol: String,
    ampur: String,
    province: String,
    phone: String,
    email: String,
}

impl Entry {
    /// The entry as it stands on this day: who has left, and liquidators (whom the exchange names only
    /// in notes), are not on the list.
    pub fn of(juristic: &JuristicPerson, day: NaiveDate) -> Self {
        Self {
            juristic_type: juristic.kind.register_code().to_owned(),
            juristic_id: juristic.id.to_string(),
            old_juristic_id: juristic.old_id.clone(),
            register_date: buddhist_era(juristic.registered),
            name_th: juristic.name_without_prefix().to_owned(),
            name_en: juristic.name_en.clone(),
            register_capital: juristic.capital.to_string(),
            paid_register_capital: juristic.paid.to_string(),
            number_of_objective: juristic.objectives.to_string(),
            number_of_page_of_objective: juristic.objective_pages.to_string(),
            juristic_status: juristic.status.clone(),
            standard_id: juristic.industry.clone(),
            committee_informations: committee(juristic, day),
            authorize_descriptions: pieces(&juristic.texts),
            standard_objectives: vec![Objective {
                sequence: "1".to_owned(),
                objective_description: juristic.industry_text.clone(),
            }],
            address_informations: vec![address(juristic)],
        }
    }
}

fn buddhist_era(date: NaiveDate) -> String {
    format!(
        "{:04}{:02}{:02}",
        date.year() + 543,
        date.month(),
        date.day()
    )
}

fn committee(juristic: &JuristicPerson, day: NaiveDate) -> Vec<CommitteeMember> {
    let serving = || {
        juristic
            .officers
            .iter()
            .filter(|officer| officer.in_office(day))
    };
    let row = |officer: &crate::sandbox::world::Officer, letter| CommitteeMember {
        sequence: officer.sequence.to_string(),
        title: officer.name.title.clone(),
        first_name: officer.name.first.clone(),
        last_name: officer.name.last.clone(),
        r#type: letter,
    };
    let listed = serving()
        .filter(|officer| officer.role != OfficerRole::Liquidator)
        .map(|officer| row(officer, "K"));
    let managing = serving()
        .filter(|officer| officer.role == OfficerRole::ManagingPartner)
        .map(|officer| row(officer, "L"));
    listed.chain(managing).collect()
}

fn pieces(texts: &[RegisteredText]) -> Vec<Piece> {
    let mut rows = Vec::new();
    for kind in [
        TextKind::Authority,
        TextKind::PartnerLimit,
        TextKind::Other,
        TextKind::Rename,
        TextKind::Note,
    ] {
        let own = texts
            .iter()
            .filter(|text| text.kind == kind)
            .flat_map(|text| &text.pieces);
        rows.extend(own.zip(1u32..).map(|(piece, sequence)| Piece {
            sequence: sequence.to_string(),
            authorize_description: piece.clone(),
            r#type: kind.letter(),
        }));
    }
    rows
}

fn address(juristic: &JuristicPerson) -> AddressEntry {
    let parts = juristic.address.clone();
    AddressEntry {
        address_name: "สำนักงานแห่งใหญ่".to_owned(),
        full_address: parts.full(),
        building: parts.building,
        room_no: parts.room,
        floor: parts.floor,
        village_name: parts.village,
        address_no: parts.number,
        moo: parts.moo,
        soi: parts.soi,
        road: parts.road,
        tumbol: parts.tumbol,
        ampur: parts.ampur,
        province: parts.province,
        phone: String::new(),
        email: String::new(),
    }
}

/// A page of the feed of changes.
#[derive(Debug, Serialize)]
pub struct Changes {
    /// Oldest first.
    pub changes: Vec<ToldChange>,
    /// The place behind the last of them.
    pub next: String,
    /// Whether there are more behind it.
    pub more: bool,
}

/// One change, with the entry as it stood right after it.
#[derive(Debug, Serialize)]
pub struct ToldChange {
    /// The place behind it.
    pub cursor: String,
    /// About whom.
    #[serde(rename = "JuristicID")]
    pub juristic_id: RegistrationNumber,
    /// When it was made.
    pub changed_at: Instant,
    /// As the exchange writes it.
    pub entry: serde_json::Value,
}

/// The extension's answer: whose numbers stand behind a company's officers, past and present.
#[derive(Debug, Serialize)]
pub struct OfficerIdentities {
    extension: &'static str,
    juristic_id: RegistrationNumber,
    as_of: Instant,
    officers: Vec<OfficerEntry>,
}

/// Name and version of the extension, first member of every answer.
pub const EXTENSION: &str = "amnat-sandbox-officer-identities/1";

#[derive(Debug, Serialize)]
struct OfficerEntry {
    sequence: u32,
    title: String,
    first_name: String,
    last_name: String,
    role: OfficerRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    national_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passport: Option<PassportEntry>,
    appointed: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
struct PassportEntry {
    number: String,
    country: String,
    birth_date: NaiveDate,
}

impl OfficerIdentities {
    /// Everybody on record, with the dates of their office.
    pub fn of(juristic: &JuristicPerson, as_of: Instant) -> Self {
        let officers = juristic.officers.iter().map(|officer| {
            let (national_id, passport) = match &officer.identity {
                OfficerIdentity::NationalId(id) => (Some(id.expose().to_owned()), None),
                OfficerIdentity::Passport(passport) => {
                    let (number, country) = (passport.number.clone(), passport.country.clone());
                    (
                        None,
                        Some(PassportEntry {
                            number,
                            country,
                            birth_date: passport.birth_date,
                        }),
                    )
                }
                OfficerIdentity::NotRecorded => (None, None),
            };
            OfficerEntry {
                sequence: officer.sequence,
                title: officer.name.title.clone(),
                first_name: officer.name.first.clone(),
                last_name: officer.name.last.clone(),
                role: officer.role,
                national_id,
                passport,
                appointed: officer.appointed,
                ended: officer.ended,
            }
        });
        let officers = officers.collect();
        Self {
            extension: EXTENSION,
            juristic_id: juristic.id.clone(),
            as_of,
            officers,
        }
    }
}
