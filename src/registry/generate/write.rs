//! A row written as one line in each shape: what that shape can tell, in its own habits.
//!
//! The older exchange and the newer service leave out prefixes, abbreviate, cut texts into pieces inside words and
//! mix eras; which of these a line does follows from its number, so that the same company is always written the same.

use super::dice::Dice;
use crate::registry::feed::{DeclaredNumber, FeedRow, FeedShape};
use crate::registry::kind::{self, JuristicType};
use crate::registry::model::{
    Address, JuristicPerson, Officer, OfficerRef, OfficerRole, Statement, StatementKind,
};
use crate::signing_rule::Liability;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde::ser::SerializeSeq as _;
use std::borrow::Cow;

mod prefixed;

/// Write one row and its line end behind what is in the buffer.
pub fn line(shape: FeedShape, row: &FeedRow, buffer: &mut Vec<u8>) -> serde_json::Result<()> {
    match shape {
        FeedShape::Own => serde_json::to_writer(&mut *buffer, &own(row)),
        FeedShape::Exchange => serde_json::to_writer(&mut *buffer, &exchange(&row.record)),
        FeedShape::Prefixed => prefixed::write(&row.record, buffer),
    }?;
    buffer.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
struct Own<'a> {
    registration_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    former_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor_number: Option<&'a str>,
    juristic_type: JuristicType,
    status_text: &'a str,
    name_th: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_en: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former_names: Vec<OwnFormerName<'a>>,
    registered_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    dissolved_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capital: Option<crate::kernel::money::Baht>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_up: Option<crate::kernel::money::Baht>,
    addresses: Each<'a, Address, OwnAddress<'a>>,
    objectives: &'a crate::registry::model::Objectives,
    officers: Officers<'a>,
    #[serde(skip_serializing_if = "Officers::is_empty")]
    former_officers: Officers<'a>,
    statements: &'a [Statement],
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers_known: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<crate::kernel::time::Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<crate::kernel::time::Instant>,
}

#[derive(Serialize)]
struct OwnFormerName<'a> {
    name_th: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

/// The parts of an address that are there.
#[derive(Serialize)]
struct OwnAddress<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    full: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    building: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    room: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    floor: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    village: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    number: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    moo: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    soi: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    road: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    tumbol: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    ampur: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    province: &'a str,
}

impl<'a> From<&'a Address> for OwnAddress<'a> {
    fn from(address: &'a Address) -> Self {
        Self {
            name: &address.name,
            full: &address.full,
            building: &address.building,
            room: &address.room,
            floor: &address.floor,
            village: &address.village,
            number: &address.number,
            moo: &address.moo,
            soi: &address.soi,
            road: &address.road,
            tumbol: &address.tumbol,
            ampur: &address.ampur,
            province: &address.province,
        }
    }
}

/// A list whose items are turned into what travels one by one.
struct Each<'a, T, U>(&'a [T], std::marker::PhantomData<U>);

impl<'a, T, U: Serialize + From<&'a T>> Serialize for Each<'a, T, U> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(U::from))
    }
}

/// Officers with the numbers behind them.
struct Officers<'a>(&'a [Officer], &'a FeedRow);

impl Officers<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn number(&self, officer: OfficerRef) -> Option<&DeclaredNumber> {
        self.1
            .people
            .iter()
            .flatten()
            .find(|identity| identity.officer == officer)
            .map(|identity| &identity.number)
    }
}

impl Serialize for Officers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for officer in self.0 {
            let (national_id, passport) = match self.number(officer.reference) {
                None => (None, None),
                Some(DeclaredNumber::NationalId(id)) => (Some(id.expose()), None),
                Some(DeclaredNumber::Passport {
                    number,
                    country,
                    birth_date,
                }) => (
                    None,
                    Some(OwnPassport {
                        number,
                        country,
                        birth_date: *birth_date,
                    }),
                ),
            };
            list.serialize_element(&OwnOfficer {
                sequence: officer.sequence,
                roles: &officer.roles,
                name: OwnName {
                    title: &officer.name.title,
                    first: &officer.name.first,
                    middle: officer.name.middle.as_deref(),
                    last: &officer.name.last,
                },
                latin_name: officer.latin_name.as_deref(),
                liability: officer.liability,
                appointed: officer.appointed,
                ended: officer.ended,
                nationality: officer.nationality.as_deref(),
                national_id,
                passport,
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct OwnOfficer<'a> {
    sequence: u32,
    roles: &'a [OfficerRole],
    name: OwnName<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latin_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liability: Option<Liability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointed: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nationality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    national_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passport: Option<OwnPassport<'a>>,
}

#[derive(Serialize)]
struct OwnName<'a> {
    title: &'a str,
    first: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle: Option<&'a str>,
    last: &'a str,
}

#[derive(Serialize)]
struct OwnPassport<'a> {
    number: &'a str,
    country: &'a str,
    birth_date: NaiveDate,
}

fn own(row: &FeedRow) -> Own<'_> {
    let record = &row.record;
    // Told only where it does not follow from the numbers that are there.
    let told = row.people.as_ref().map(Vec::is_empty);
    Own {
        registration_number: record.registration_number.as_str(),
        former_number: record.former_number.as_deref(),
        successor_number: record
            .successor_number
            .as_ref()
            .map(crate::kernel::id::RegistrationNumber::as_str),
        juristic_type: record.juristic_type,
        status_text: &record.status_text,
        name_th: &record.name_th,
        name_en: record.name_en.as_deref(),
        former_names: record
            .former_names
            .iter()
            .map(|former| OwnFormerName {
                name_th: &former.name,
                until: former.until,
            })
            .collect(),
        registered_on: record.registered_on,
        dissolved_on: record.dissolved_on,
        capital: record.capital,
        paid_up: record.paid_up,
        addresses: Each(&record.addresses, std::marker::PhantomData),
        objectives: &record.objectives,
        officers: Officers(&record.officers, row),
        former_officers: Officers(&record.former_officers, row),
        statements: &record.statements,
        numbers_known: told.filter(|none| *none),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Exchange<'a> {
    juristic_type: &'static str,
    #[serde(rename = "JuristicID")]
    juristic_id: &'a str,
    #[serde(rename = "OldJuristicID")]
    old_juristic_id: &'a str,
    register_date: String,
    #[serde(rename = "JuristicName_TH")]
    name_th: Cow<'a, str>,
    #[serde(rename = "JuristicName_EN")]
    name_en: &'a str,
    register_capital: String,
    paid_register_capital: String,
    number_of_objective: String,
    number_of_page_of_objective: String,
    juristic_status: &'a str,
    #[serde(rename = "StandardID")]
    standard_id: &'a str,
    committee_informations: Vec<ExchangePerson<'a>>,
    authorize_descriptions: Vec<ExchangePiece<'a>>,
    standard_objectives: Vec<ExchangeObjective<'a>>,
    address_informations: Vec<ExchangeAddress<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExchangePerson<'a> {
    sequence: String,
    title: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExchangePiece<'a> {
    sequence: String,
    authorize_description: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExchangeObjective<'a> {
    sequence: String,
    objective_description: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExchangeAddress<'a> {
    address_name: &'a str,
    full_address: &'a str,
    building: &'a str,
    room_no: &'a str,
    floor: &'a str,
    village_name: &'a str,
    address_no: &'a str,
    moo: &'a str,
    soi: &'a str,
    road: &'a str,
    tumbol: &'a str,
    ampur: &'a str,
    province: &'a str,
    phone: &'a str,
    email: &'a str,
}

fn exchange(record: &JuristicPerson) -> Exchange<'_> {
    let mut habits = Habits::of(record);
    Exchange {
        juristic_type: type_word(record.juristic_type),
        juristic_id: record.registration_number.as_str(),
        old_juristic_id: record.former_number.as_deref().unwrap_or_default(),
        register_date: eight_digits(record.registered_on, true),
        name_th: habits.name(record),
        name_en: record.name_en.as_deref().unwrap_or_default(),
        register_capital: money(record.capital),
        paid_register_capital: money(record.paid_up),
        number_of_objective: figures(record.objectives.count),
        number_of_page_of_objective: figures(record.objectives.pages),
        juristic_status: &record.status_text,
        standard_id: record
            .objectives
            .standard_code
            .as_deref()
            .unwrap_or_default(),
        committee_informations: listed(record)
            .map(|(officer, letter)| ExchangePerson {
                sequence: officer.sequence.to_string(),
                title: &officer.name.title,
                first_name: &officer.name.first,
                last_name: &officer.name.last,
                r#type: letter,
            })
            .collect(),
        authorize_descriptions: habits
            .pieces(record)
            .into_iter()
            .map(|piece| ExchangePiece {
                sequence: piece.sequence.to_string(),
                authorize_description: piece.text,
                r#type: piece.kind.letter(),
            })
            .collect(),
        standard_objectives: record
            .objectives
            .texts
            .iter()
            .zip(1u32..)
            .map(|(text, place)| ExchangeObjective {
                sequence: place.to_string(),
                objective_description: text,
            })
            .collect(),
        address_informations: record
            .addresses
            .iter()
            .map(|address| ExchangeAddress {
                address_name: &address.name,
                full_address: &address.full,
                building: &address.building,
                room_no: &address.room,
                floor: &address.floor,
                village_name: &address.village,
                address_no: &address.number,
                moo: &address.moo,
                soi: &address.soi,
                road: &address.road,
                tumbol: &address.tumbol,
                ampur: &address.ampur,
                province: &address.province,
                phone: "",
                email: "",
            })
            .collect(),
    }
}

/// What the exchange writes for a type: its digit, or the Thai word where it has none.
fn type_word(kind: JuristicType) -> &'static str {
    kind::digit(kind).unwrap_or(match kind {
        JuristicType::ChamberOfCommerce => "หอการค้า",
        JuristicType::TradeAssociation => "สมาคมการค้า",
        _ => "นิติบุคคลต่างประเทศ",
    })
}

/// Directors and partners (`K`), then the managing partners among them again (`L`). Liquidators are not listed.
fn listed(record: &JuristicPerson) -> impl Iterator<Item = (&Officer, &'static str)> {
    let with =
        |officer: &&Officer, roles: &[OfficerRole]| roles.iter().any(|role| officer.is(*role));
    let all = record
        .officers
        .iter()
        .filter(move |officer| with(officer, &[OfficerRole::Director, OfficerRole::Partner]))
        .map(|officer| (officer, "K"));
    let managing = record
        .officers
        .iter()
        .filter(move |officer| with(officer, &[OfficerRole::ManagingPartner]))
        .map(|officer| (officer, "L"));
    all.chain(managing)
}

fn money(amount: Option<crate::kernel::money::Baht>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

fn figures(count: Option<u32>) -> String {
    count.map(|count| count.to_string()).unwrap_or_default()
}

fn eight_digits(day: NaiveDate, buddhist: bool) -> String {
    let year = day.year() + if buddhist { 543 } else { 0 };
    format!("{year:04}{:02}{:02}", day.month(), day.day())
}

/// One piece of a text, with its place among the pieces of its kind.
struct Piece<'a> {
    sequence: u32,
    kind: StatementKind,
    text: &'a str,
}

/// How one company's line is written.
struct Habits(Dice);

impl Habits {
    fn of(record: &JuristicPerson) -> Self {
        let which = record.registration_number.as_str().parse();
        Self(Dice::of(0x4841_4249, 0, which.unwrap_or_default()))
    }

    /// The name without its prefix, abbreviated, or in full.
    fn name<'a>(&mut self, record: &'a JuristicPerson) -> Cow<'a, str> {
        let (prefix, short) = match record.juristic_type {
            JuristicType::LimitedCompany => ("บริษัท ", "บจ."),
            JuristicType::PublicLimitedCompany => ("บริษัท ", "บมจ."),
            JuristicType::LimitedPartnership => ("ห้างหุ้นส่วนจำกัด ", "หจ."),
            JuristicType::RegisteredOrdinaryPartnership => ("ห้างหุ้นส่วนสามัญนิติบุคคล ", "หส."),
            JuristicType::ChamberOfCommerce
            | JuristicType::TradeAssociation
            | JuristicType::ForeignJuristicPerson => return Cow::Borrowed(&record.name_th),
        };
        let Some(own) = record.name_th.strip_prefix(prefix) else {
            return Cow::Borrowed(&record.name_th);
        };
        match self.0.below(10) {
            0..=6 => Cow::Borrowed(own),
            7 | 8 => Cow::Owned([short, own].concat()),
            _ => Cow::Borrowed(&record.name_th),
        }
    }

    /// The texts in pieces, cut anywhere between two characters.
    fn pieces<'a>(&mut self, record: &'a JuristicPerson) -> Vec<Piece<'a>> {
        let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(record.statements.len() * 2);
        for kind in StatementKind::ALL {
            let mut sequence = 0;
            for statement in record.texts(kind) {
                let mut rest = statement.text.as_str();
                for _ in 0..self.0.below(3) {
                    let (piece, behind) = rest.split_at(self.cut(rest));
                    // An empty piece, or one that ends with a slash inside the text, would tell something else.
                    if piece.is_empty() || behind.is_empty() || piece.trim_end().ends_with('/') {
                        continue;
                    }
                    sequence += 1;
                    pieces.push(Piece {
                        sequence,
                        kind,
                        text: piece,
                    });
                    rest = behind;
                }
                sequence += 1;
                pieces.push(Piece {
                    sequence,
                    kind,
                    text: rest,
                });
            }
        }
        pieces
    }

    /// A place between two characters.
    fn cut(&mut self, text: &str) -> usize {
        let place = usize::try_from(self.0.below(text.len() as u64)).unwrap_or_default();
        text.floor_char_boundary(place)
    }

    /// Whether something that half the lines do is done.
    fn half(&mut self) -> bool {
        self.0.permille(500)
    }
}
