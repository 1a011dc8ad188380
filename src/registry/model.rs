//! A juristic person as the register states it, and the versions of that statement.

use super::kind::{JuristicType, Status};
use crate::kernel::digest::{CanonicalError, Digest};
use crate::kernel::id::RegistrationNumber;
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

mod names;
mod officer;
mod version;

pub use names::FormerName;
pub use officer::{Liability, Officer, OfficerRef, OfficerRefError, OfficerRole, PersonName};
pub use version::{
    BlindIndex, Facts, IdentityKind, IdentityState, OfficerIdentity, RegisterVersion, VersionSource,
};

/// Which entry of the register a text stands under (`AuthorizeDescriptions[].Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// `L` อำนาจกรรมการ: who may bind the juristic person.
    Authority,
    /// `M` ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ
    Restriction,
    /// `N` รายการอื่นที่เห็นสมควรทราบ
    Other,
    /// `R` หมายเหตุการเปลี่ยนชื่อ
    NameChange,
    /// `S` หมายเหตุอื่น ๆ
    Note,
}

impl StatementKind {
    /// Every kind, in the register's order.
    pub const ALL: [Self; 5] = [
        Self::Authority,
        Self::Restriction,
        Self::Other,
        Self::NameChange,
        Self::Note,
    ];

    /// The letter the exchange uses.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Authority => "L",
            Self::Restriction => "M",
            Self::Other => "N",
            Self::NameChange => "R",
            Self::Note => "S",
        }
    }

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Restriction => "restriction",
            Self::Other => "other",
            Self::NameChange => "name_change",
            Self::Note => "note",
        }
    }
}

/// One registered text, its pieces joined, letter by letter as registered (with the slash that closes it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Entry it stands under.
    pub kind: StatementKind,
    /// The text.
    pub text: String,
}

impl Statement {
    /// The text without the slash that closes an entry.
    pub fn words(&self) -> &str {
        let text = self.text.trim_end();
        text.strip_suffix('/').unwrap_or(text).trim_end()
    }
}

/// An address in the register's parts; a part that is not there is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    missing_docs,
    reason = "each field is the part of a Thai address it is named after"
)]
pub struct Address {
    pub ampur: String,
    pub building: String,
    pub floor: String,
    /// The whole in one line.
    pub full: String,
    pub moo: String,
    /// What the register calls it: สำนักงานแห่งใหญ่.
    pub name: String,
    pub number: String,
    pub province: String,
    pub road: String,
    pub room: String,
    pub soi: String,
    pub tumbol: String,
    pub village: String,
}

/// What the juristic person was registered to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// Number of clauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Pages they fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Thai standard industrial classification, five digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_code: Option<String>,
    /// Objectives told in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
}

/// Everything the register states of one juristic person at one time. Its members, and those of all that is in it, stand in
/// the order of canonical JSON: [`JuristicPerson::digest`] is taken over them as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JuristicPerson {
    /// Head office first, then branches.
    pub addresses: Vec<Address>,
    /// Registered capital; some types have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capital: Option<Baht>,
    /// Day on which its dissolution was registered (CCC 1254), where the register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissolved_on: Option<NaiveDate>,
    /// Earlier names, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<FormerName>,
    /// The number it had before a conversion or amalgamation, as the register writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_number: Option<String>,
    /// People who left office, as far as the register told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_officers: Vec<Officer>,
    /// Its type.
    pub juristic_type: JuristicType,
    /// English name, if registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Full Thai name with prefix and suffix.
    pub name_th: String,
    /// Objectives.
    pub objectives: Objectives,
    /// People in office, in the register's order.
    pub officers: Vec<Officer>,
    /// Paid-up capital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_up: Option<Baht>,
    /// Date of registration.
    pub registered_on: NaiveDate,
    /// Its number.
    pub registration_number: RegistrationNumber,
    /// Registered texts.
    pub statements: Vec<Statement>,
    /// Its status.
    pub status: Status,
    /// The status in the register's own words.
    pub status_text: String,
    /// The number of the juristic person that followed it by conversion or amalgamation (CCC 1243, 1246/6), where the
    /// register told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor_number: Option<RegistrationNumber>,
}

impl JuristicPerson {
    /// SHA-256 over the canonical JSON of the record (RFC 8785).
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        // Every member of the model stands where canonical JSON has it, and no number in it has a fraction: a record is
        // written in its canonical form. Sorting members of millions of records again takes longer than all of the rest.
        Ok(serde_json::to_vec(self).map(Digest::of)?)
    }

    /// The texts of one kind, in order.
    pub fn texts(&self, kind: StatementKind) -> impl Iterator<Item = &Statement> {
        self.statements
            .iter()
            .filter(move |statement| statement.kind == kind)
    }

    /// The whole registered statement of who may bind it, exactly as registered; `None` when nothing is.
    /// Several entries are joined, so that none is left out when the statement is read.
    pub fn authority_text(&self) -> Option<String> {
        let text: String = self
            .texts(StatementKind::Authority)
            .map(|statement| statement.text.as_str())
            .collect();
        (!text.trim().is_empty()).then_some(text)
    }

    /// The people in office at this instant (by the calendar day in Thailand).
    pub fn officers_at(&self, at: Instant) -> impl Iterator<Item = &Officer> {
        let day = at.thai_date();
        self.officers
            .iter()
            .chain(&self.former_officers)
            .filter(move |officer| officer.serves_on(day))
    }

    /// The people whose office has ended by this instant.
    pub fn left_by(&self, at: Instant) -> impl Iterator<Item = &Officer> {
        let day = at.thai_date();
        self.officers
            .iter()
            .chain(&self.former_officers)
            .filter(move |officer| officer.ended.is_some_and(|ended| ended <= day))
    }

    /// The officer with this reference, in office or not.
    pub fn officer(&self, reference: OfficerRef) -> Option<&Officer> {
        self.officers
            .iter()
            .chain(&self.former_officers)
            .find(|officer| officer.reference == reference)
    }

    /// The head office in one line.
    pub fn head_office(&self) -> Option<&str> {
        self.addresses
            .first()
            .map(|address| address.full.as_str())
            .filter(|full| !full.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::digest::canonical_json;
    use crate::registry::exchange;
    use serde_json::{Value, json};

    fn record() -> JuristicPerson {
        let row = json!({
            "JuristicID": "0105569999999", "RegisterDate": "25690403", "JuristicName_TH": "ตัวอย่าง",
            "JuristicStatus": "เลิก",
            "CommitteeInformations": [{"Sequence": "1", "Title": "นาย", "FirstName": "กล้า", "LastName": "ดี", "Type": "K"}],
        });
        exchange::read_line(1, &row.to_string()).unwrap()
    }

    #[test]
    fn what_the_register_did_not_tell_is_not_in_the_record() {
        let plain = serde_json::to_value(record()).unwrap();
        for member in ["dissolved_on", "successor_number", "former_names"] {
            assert_eq!(plain.get(member), None, "{member}");
        }
        for member in ["liability", "latin_name", "nationality"] {
            assert_eq!(plain["officers"][0].get(member), None, "{member}");
        }
    }

    #[test]
    fn a_record_is_written_in_its_canonical_form() {
        // Every member is named, so that a new one cannot be forgotten here.
        let plain = record();
        let officer = Officer {
            appointed: Some("2020-01-01".parse().unwrap()),
            ended: Some("2021-01-01".parse().unwrap()),
            latin_name: Some("Kla Dee".into()),
            liability: Some(Liability::Limited),
            name: PersonName {
                first: "กล้า".into(),
                last: "ดี".into(),
                middle: Some("กลาง".into()),
                title: "นาย".into(),
            },
            nationality: Some("THA".into()),
            reference: OfficerRef::new(1).unwrap(),
            roles: vec![OfficerRole::ManagingPartner, OfficerRole::Partner],
            sequence: 1,
        };
        let everything = JuristicPerson {
            addresses: vec![Address::default()],
            capital: Some("1000000.25".parse().unwrap()),
            dissolved_on: Some("2024-01-01".parse().unwrap()),
            former_names: vec![
                FormerName::from("ก่อน".to_owned()),
                FormerName {
                    name: "กลาง".into(),
                    until: Some("2020-01-01".parse().unwrap()),
                },
            ],
            former_number: Some("0105500000001".into()),
            former_officers: vec![officer.clone()],
            juristic_type: plain.juristic_type,
            name_en: Some("Sample \"\\/\u{1}\n\t\u{7f}\u{2028}😀 é".into()),
            name_th: "ตัวอย่าง".into(),
            objectives: Objectives {
                count: Some(u32::MAX),
                pages: Some(1),
                standard_code: Some("62010".into()),
                texts: vec!["ก".into()],
            },
            officers: vec![officer],
            paid_up: Some("0.01".parse().unwrap()),
            registered_on: plain.registered_on,
            registration_number: plain.registration_number.clone(),
            statements: vec![Statement {
                kind: StatementKind::Authority,
                text: "กรรมการหนึ่งคน/".into(),
            }],
            status: plain.status,
            status_text: plain.status_text.clone(),
            successor_number: Some(plain.registration_number.clone()),
        };
        for record in [plain, everything] {
            let written = serde_json::to_vec(&record).unwrap();
            assert_eq!(canonical_json(&record).unwrap(), written);
            // Nothing that can be told is left out of what was compared.
            let again: JuristicPerson = serde_json::from_slice(&written).unwrap();
            assert_eq!(again, record);
        }
    }

    #[test]
    fn the_digest_of_a_record_without_the_optional_members_stays() {
        // Receipts name this digest: a member that nothing tells must not move it.
        assert_eq!(
            record().digest().unwrap().to_hex(),
            "0913c9b44199061b829e33b3b491a67c2eb37d13dd58da1d94314d62de4bb245"
        );
    }

    #[test]
    fn a_full_record_reads_back_as_it_was() {
        let mut full = record();
        full.dissolved_on = "2026-08-01".parse().ok();
        full.successor_number = "0107558000423".parse().ok();
        full.former_names = vec![
            FormerName::from("บริษัท เก่า จำกัด".to_owned()),
            FormerName {
                name: "บริษัท เดิม จำกัด".into(),
                until: "2024-03-01".parse().ok(),
            },
        ];
        let officer = &mut full.officers[0];
        officer.liability = Some(Liability::Unlimited);
        officer.latin_name = Some("Mr. Kla Dee".into());
        officer.roles = vec![
            OfficerRole::OfficialReceiver,
            OfficerRole::PlanPreparer,
            OfficerRole::PlanAdministrator,
        ];
        let written = serde_json::to_value(&full).unwrap();
        assert_eq!(written["former_names"][0], Value::from("บริษัท เก่า จำกัด"));
        assert_eq!(
            written["former_names"][1]["until"],
            Value::from("2024-03-01")
        );
        assert_eq!(
            written["officers"][0]["roles"],
            json!(["official_receiver", "plan_preparer", "plan_administrator"])
        );
        assert_eq!(
            serde_json::from_value::<JuristicPerson>(written).unwrap(),
            full
        );
        assert_ne!(full.digest().unwrap(), record().digest().unwrap());
    }
}
