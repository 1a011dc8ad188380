//! The government exchange's juristic service v4: its shape, and how a row of it becomes a record.
//!
//! Absent members are forgiven, senseless ones are not: every refusal names line, field and reason, and nothing is
//! guessed. All values travel as text; numbers and nulls in their place are read too, because feeds differ.

use super::kind::{self, JuristicType, Status};
use super::model::{
    Address, FormerName, JuristicPerson, Objectives, Officer, OfficerRef, OfficerRole, PersonName,
    Statement, StatementKind,
};
use super::names;
use crate::kernel::id::{RegistrationNumber, ThirteenDigitError};
use crate::kernel::money::{Baht, BahtError};
use crate::kernel::time::{RegisterDateError, register_date};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

mod wire;

pub use wire::{AddressRow, CommitteeRow, Entry, ObjectiveRow, Profile, TextRow, Word};

/// Longest registered text that is read, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Most rows of people or pieces of texts that one juristic person may have.
pub const MAX_ROWS: usize = 2_000;

/// Why one field of a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowReason {
    /// The line is not JSON of the feed's shape.
    #[error("not a row of this shape: {0}")]
    Shape(String),
    /// The line is an answer that reports a failure, with this code.
    #[error("the answer reports a failure: {0}")]
    Answer(String),
    /// The line is an answer about this many juristic persons.
    #[error("it is about {0} juristic persons; a line is about one")]
    Several(usize),
    /// The field is missing and nothing can stand in for it.
    #[error("it is missing")]
    Missing,
    /// The registration number is wrong.
    #[error("{0}")]
    Number(ThirteenDigitError),
    /// The row is about another juristic person than was asked for.
    #[error("it is not the number that was asked for")]
    OtherNumber,
    /// The juristic person stands in the file twice.
    #[error("the same juristic person stands in the file before")]
    Repeated,
    /// The type is not one of the register's.
    #[error("it is not a type of juristic person")]
    Type,
    /// The fourth digit of the number belongs to another type.
    #[error("the number's fourth digit belongs to another type")]
    TypeOfNumber,
    /// The name belongs to another type, or is none.
    #[error("{0}")]
    Name(names::NameRefusal),
    /// The date is wrong.
    #[error("{0}")]
    Date(RegisterDateError),
    /// The amount is wrong.
    #[error("{0}")]
    Amount(BahtError),
    /// Not a whole number from 1, or a count that is none.
    #[error("it is not a whole number in range")]
    Count,
    /// The same place is taken twice, or only some rows tell their place.
    #[error("places on the list are missing or taken twice")]
    Sequence,
    /// A letter that the exchange does not use here.
    #[error("the letter has no meaning here")]
    Letter,
    /// A control or direction-changing character (ATK-42).
    #[error("it holds a character that is not text")]
    Character,
    /// Longer than is read.
    #[error("it is longer than is read")]
    TooLong,
    /// It is said to hold from, or until, a time that has not come.
    #[error("it lies after the instant whose state the file tells")]
    Validity,
    /// Not a date of the common era.
    #[error("it is not a date of the common era, written YYYY-MM-DD")]
    Day,
    /// Not an instant.
    #[error("it is not an instant, written as in RFC 3339")]
    Instant,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Period,
    /// A role or liability that people have not in this type of juristic person, none at all, or one told twice.
    #[error("the roles are missing, told twice or not of this type of juristic person")]
    Role,
    /// More numbers than one for one person, or numbers where none are said to be known.
    #[error("the numbers contradict one another")]
    Numbers,
    /// Not the number of a passport.
    #[error("it is not the number of a passport: up to 20 capital letters and digits")]
    Passport,
    /// Not a country.
    #[error("it is not a country of ISO 3166-1 in three capital letters")]
    Country,
}

/// One row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRefusal {
    /// Line of the file, from 1; 0 when there is no file.
    pub line: u64,
    /// Member of the row, as the exchange names it.
    pub field: String,
    /// Why.
    pub reason: RowReason,
}

impl fmt::Display for RowRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, ", self.line)?;
        }
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for RowRefusal {}

impl Serialize for RowRefusal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut row = serializer.serialize_struct("RowRefusal", 3)?;
        row.serialize_field("line", &self.line)?;
        row.serialize_field("field", &self.field)?;
        row.serialize_field("reason", &self.reason.to_string())?;
        row.end()
    }
}

pub(crate) fn refuse(field: impl Into<String>, reason: RowReason) -> RowRefusal {
    RowRefusal {
        line: 0,
        field: field.into(),
        reason,
    }
}

/// Read one line of a bulk feed.
pub fn read_line(line: u64, text: &str) -> Result<JuristicPerson, RowRefusal> {
    line_entry(text)
        .and_then(|entry| read_entry(&entry))
        .map_err(|refusal| RowRefusal { line, ..refusal })
}

/// The entry on a line: bare, or the one in the service's whole answer.
fn line_entry(text: &str) -> Result<Entry, RowRefusal> {
    let shape = |error: serde_json::Error| refuse("", RowReason::Shape(error.to_string()));
    let entry: Entry = serde_json::from_str(text).map_err(shape)?;
    if entry.juristic_id.given().is_some() || !text.contains("\"ResultList\"") {
        return Ok(entry);
    }
    let mut answer: Profile = serde_json::from_str(text).map_err(shape)?;
    match (answer.results.pop(), answer.results.len()) {
        (Some(one), 0) => Ok(one),
        (Some(_), others) => Err(refuse("ResultList", RowReason::Several(others + 1))),
        (None, _) => Err(refuse("ResultList", RowReason::Missing)),
    }
}

/// Make a record of an entry. Officer references are the places on the list; `history` carries earlier ones over.
pub fn read_entry(entry: &Entry) -> Result<JuristicPerson, RowRefusal> {
    let registration_number: RegistrationNumber = entry
        .juristic_id
        .given()
        .ok_or_else(|| refuse("JuristicID", RowReason::Missing))?
        .parse()
        .map_err(|error| refuse("JuristicID", RowReason::Number(error)))?;
    let juristic_type = juristic_type(entry, &registration_number)?;
    let status_text = entry
        .juristic_status
        .given()
        .ok_or_else(|| refuse("JuristicStatus", RowReason::Missing))?;
    let status_text = clean("JuristicStatus", status_text)?;
    let written = entry
        .name_th
        .given()
        .ok_or_else(|| refuse("JuristicName_TH", RowReason::Missing))?;
    let name_th = names::full_name(&clean("JuristicName_TH", written)?, juristic_type)
        .map_err(|error| refuse("JuristicName_TH", RowReason::Name(error)))?;
    let registered_on = register_date(entry.register_date.trimmed())
        .map_err(|error| refuse("RegisterDate", RowReason::Date(error)))?;
    let statements = statements(&entry.authorize_descriptions)?;
    let former_names = statements
        .iter()
        .filter(|statement| statement.kind == StatementKind::NameChange)
        .filter_map(|statement| names::former_name(&statement.text))
        .map(FormerName::from)
        .collect();
    Ok(JuristicPerson {
        registration_number,
        former_number: optional("OldJuristicID", &entry.old_juristic_id)?,
        juristic_type,
        status: Status::from_register(&status_text),
        status_text,
        name_th,
        name_en: optional("JuristicName_EN", &entry.name_en)?,
        former_names,
        registered_on,
        dissolved_on: None,
        successor_number: None,
        capital: amount("RegisterCapital", &entry.register_capital, juristic_type)?,
        paid_up: amount(
            "PaidRegisterCapital",
            &entry.paid_register_capital,
            juristic_type,
        )?,
        addresses: addresses(&entry.address_informations)?,
        objectives: objectives(entry)?,
        officers: officers(&entry.committee_informations, juristic_type)?,
        former_officers: Vec::new(),
        statements,
    })
}

fn juristic_type(entry: &Entry, number: &RegistrationNumber) -> Result<JuristicType, RowRefusal> {
    let digit = number.as_str().get(3..4).unwrap_or_default();
    let of_number = JuristicType::find(digit);
    let Some(written) = entry.juristic_type.given() else {
        return of_number.ok_or_else(|| refuse("JuristicType", RowReason::Missing));
    };
    let written =
        JuristicType::find(written).ok_or_else(|| refuse("JuristicType", RowReason::Type))?;
    if kind::digit(written).is_some_and(|own| own != digit) {
        return Err(refuse("JuristicType", RowReason::TypeOfNumber));
    }
    Ok(written)
}

/// Text without characters that could hide or turn around what is shown.
fn clean(field: &str, text: &str) -> Result<String, RowRefusal> {
    check_text(field, text)?;
    Ok(text.to_owned())
}

/// Whether a text is short enough and holds nothing that could hide or turn around what is shown (ATK-42).
pub(crate) fn check_text(field: &str, text: &str) -> Result<(), RowRefusal> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(refuse(field, RowReason::TooLong));
    }
    let hostile = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(hostile) {
        return Err(refuse(field, RowReason::Character));
    }
    Ok(())
}

fn optional(field: &str, word: &Word) -> Result<Option<String>, RowRefusal> {
    word.given().map(|text| clean(field, text)).transpose()
}

/// Amounts come with or without separators. A type that has no capital is written with zero.
fn amount(field: &str, word: &Word, kind: JuristicType) -> Result<Option<Baht>, RowRefusal> {
    let Some(text) = word.given() else {
        return Ok(None);
    };
    let amount: Baht = text
        .replace(',', "")
        .parse()
        .map_err(|error| refuse(field, RowReason::Amount(error)))?;
    Ok((amount.satang() > 0 || kind::digit(kind).is_some()).then_some(amount))
}

fn count(field: &str, word: &Word) -> Result<Option<u32>, RowRefusal> {
    word.given()
        .map(|text| text.parse().map_err(|_| refuse(field, RowReason::Count)))
        .transpose()
}

fn objectives(entry: &Entry) -> Result<Objectives, RowRefusal> {
    let field = "StandardObjectives";
    if entry.standard_objectives.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    let texts = entry
        .standard_objectives
        .iter()
        .filter_map(|row| row.objective_description.given())
        .map(|text| clean(field, text))
        .collect::<Result<_, _>>()?;
    Ok(Objectives {
        count: count("NumberOfObjective", &entry.number_of_objective)?,
        pages: count(
            "NumberOfPageOfObjective",
            &entry.number_of_page_of_objective,
        )?,
        standard_code: optional("StandardID", &entry.standard_id)?,
        texts,
    })
}

fn addresses(rows: &[AddressRow]) -> Result<Vec<Address>, RowRefusal> {
    let field = "AddressInformations";
    if rows.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    rows.iter()
        .map(|row| {
            let part = |word: &Word| clean(field, word.trimmed());
            Ok(Address {
                name: part(&row.address_name)?,
                full: part(&row.full_address)?,
                building: part(&row.building)?,
                room: part(&row.room_no)?,
                floor: part(&row.floor)?,
                village: part(&row.village_name)?,
                number: part(&row.address_no)?,
                moo: part(&row.moo)?,
                soi: part(&row.soi)?,
                road: part(&row.road)?,
                tumbol: part(&row.tumbol)?,
                ampur: part(&row.ampur)?,
                province: part(&row.province)?,
            })
        })
        .collect()
}

/// Rows with their places, in order of place. Places may be left out by all rows, never by some.
fn in_sequence<'a, T>(
    field: &str,
    rows: Vec<&'a T>,
    place: impl Fn(&T) -> &Word,
) -> Result<BTreeMap<u32, &'a T>, RowRefusal> {
    let told = rows
        .iter()
        .filter(|row| place(row).given().is_some())
        .count();
    if told != 0 && told != rows.len() {
        return Err(refuse(field, RowReason::Sequence));
    }
    let mut placed = BTreeMap::new();
    for (position, row) in (1u32..).zip(rows) {
        let sequence = match place(row).given() {
            None => position,
            Some(text) => text
                .parse()
                .ok()
                .filter(|sequence| *sequence > 0)
                .ok_or_else(|| refuse(field, RowReason::Count))?,
        };
        if placed.insert(sequence, row).is_some() {
            return Err(refuse(field, RowReason::Sequence));
        }
    }
    Ok(placed)
}

/// Join the pieces of each kind in order, with nothing between, and cut where a piece ends with the closing slash.
fn statements(rows: &[TextRow]) -> Result<Vec<Statement>, RowRefusal> {
    let field = "AuthorizeDescriptions";
    if rows.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    if rows.iter().any(|row| {
        !StatementKind::ALL
            .iter()
            .any(|kind| kind.letter() == row.r#type.trimmed())
    }) {
        return Err(refuse(format!("{field}.Type"), RowReason::Letter));
    }
    let mut statements = Vec::new();
    for kind in StatementKind::ALL {
        let own = rows
            .iter()
            .filter(|row| row.r#type.trimmed() == kind.letter())
            .collect();
        let mut text = String::new();
        let mut close = |text: &mut String| -> Result<(), RowRefusal> {
            if !text.trim().is_empty() {
                statements.push(Statement {
                    kind,
                    text: clean(field, text)?,
                });
            }
            text.clear();
            Ok(())
        };
        for row in in_sequence(&format!("{field}.Sequence"), own, |row| &row.sequence)?.values() {
            text.push_str(&row.authorize_description.0);
            if text.trim_end().ends_with('/') {
                close(&mut text)?;
            }
        }
        close(&mut text)?;
    }
    Ok(statements)
}

/// Directors, or partners with the managing ones among them. A managing partner's row repeats a partner's row.
fn officers(rows: &[CommitteeRow], kind: JuristicType) -> Result<Vec<Officer>, RowRefusal> {
    let field = "CommitteeInformations";
    if rows.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    let with = |letter: &str| {
        rows.iter()
            .filter(|row| row.r#type.trimmed() == letter)
            .collect::<Vec<_>>()
    };
    let (listed, managing) = (with("K"), with("L"));
    let senseless = !kind.is_partnership() && !managing.is_empty();
    if senseless || listed.len() + managing.len() != rows.len() {
        return Err(refuse(format!("{field}.Type"), RowReason::Letter));
    }
    let listed_role = if kind.is_partnership() {
        OfficerRole::Partner
    } else {
        OfficerRole::Director
    };
    let place = format!("{field}.Sequence");
    let mut officers = Vec::new();
    for (sequence, row) in in_sequence(&place, listed, |row| &row.sequence)? {
        officers.push(officer(sequence, row, listed_role)?);
    }
    for (sequence, row) in in_sequence(&place, managing, |row| &row.sequence)? {
        let lone = officer(sequence, row, OfficerRole::ManagingPartner)?;
        match partner_row(&mut officers, &lone) {
            Some(partner) => {
                partner.roles.push(OfficerRole::ManagingPartner);
                partner.roles.sort_unstable();
            }
            None => {
                let free = officers
                    .iter()
                    .map(|officer| officer.reference.number())
                    .chain([sequence])
                    .max()
                    .unwrap_or_default();
                let taken = officers.iter().any(|officer| officer.sequence == sequence);
                let number = if taken {
                    free.saturating_add(1)
                } else {
                    sequence
                };
                let reference = OfficerRef::new(number)
                    .ok_or_else(|| refuse(place.as_str(), RowReason::Count))?;
                officers.push(Officer { reference, ..lone });
            }
        }
    }
    Ok(officers)
}

/// The partner that a managing partner's row repeats: the same name at the same place, else the only one of that
/// name. Two rows of one name elsewhere stay two rows: nothing proves which of them is meant.
fn partner_row<'a>(officers: &'a mut [Officer], managing: &Officer) -> Option<&'a mut Officer> {
    let matching: Vec<usize> = officers
        .iter()
        .enumerate()
        .filter(|(_, officer)| {
            !officer.is(OfficerRole::ManagingPartner)
                && names::same_name(&officer.name, &managing.name)
        })
        .map(|(index, _)| index)
        .collect();
    let same_place = matching.iter().copied().find(|index| {
        officers
            .get(*index)
            .is_some_and(|officer| officer.sequence == managing.sequence)
    });
    let only = match matching.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    officers.get_mut(same_place.or(only)?)
}

fn officer(sequence: u32, row: &CommitteeRow, role: OfficerRole) -> Result<Officer, RowRefusal> {
    let field = "CommitteeInformations";
    let reference = OfficerRef::new(sequence).ok_or_else(|| refuse(field, RowReason::Count))?;
    let first = row
        .first_name
        .given()
        .ok_or_else(|| refuse(format!("{field}.FirstName"), RowReason::Missing))?;
    Ok(Officer {
        reference,
        sequence,
        name: PersonName {
            title: clean(field, row.title.trimmed())?,
            first: clean(field, first)?,
            middle: optional(field, &row.middle_name)?,
            last: clean(field, row.last_name.trimmed())?,
        },
        roles: vec![role],
        liability: None,
        latin_name: None,
        nationality: None,
        appointed: None,
        ended: None,
    })
}

#[cfg(test)]
mod tests;
