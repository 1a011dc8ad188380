//! Our own documented schema: one juristic person a line, with everything that the model holds.
//!
//! The published form is `openapi/register-feed.schema.json`. Nothing is forgiven here: a member that is not in the
//! schema, a date of the Buddhist era or an amount that is a number is refused with line, field and reason. What no
//! schema can say (check digits, places taken twice, roles that do not fit the type) is checked as well.
//!
//! To add a member: here in [`wire`], in the schema file, and a row in `tests/feeds/own.jsonl`.

use super::row::{DeclaredIdentity, DeclaredNumber, FeedRow};
use crate::kernel::id::{NationalId, RegistrationNumber, ThirteenDigitError};
use crate::kernel::money::Baht;
use crate::kernel::time::Instant;
use crate::registry::exchange::{MAX_ROWS, RowReason, RowRefusal, check_text, refuse};
use crate::registry::kind::{JuristicType, Status};
use crate::registry::model::{
    Address, FormerName, JuristicPerson, Objectives, Officer, OfficerRef, OfficerRole, PersonName,
    Statement,
};
use crate::registry::names;
use chrono::NaiveDate;
use std::collections::BTreeSet;

pub mod wire;

use wire::{Object, OfficerLine, PassportLine, RowLine};

/// What a header line says in `format`.
pub const FORMAT: &str = "amnat-register-feed/1";

/// Read one line of a feed.
pub fn read_line(line: u64, text: &str) -> Result<FeedRow, RowRefusal> {
    parse(text)
        .and_then(read_row)
        .map_err(|refusal| RowRefusal { line, ..refusal })
}

/// Whether this line is a header: an object with `format`. A feed may begin with one; it tells nothing that its
/// manifest does not tell.
pub fn is_header(text: &str) -> Result<bool, RowRefusal> {
    // Rows are long and begin otherwise: most are told apart without being read.
    if !text.trim_start().starts_with("{\"format\"") && text.len() > wire::LONGEST_HEADER {
        return Ok(false);
    }
    let Ok(line) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) else {
        return Ok(false);
    };
    if !line.contains_key("format") {
        return Ok(false);
    }
    let header: wire::HeaderLine =
        serde_json::from_str(text).map_err(|error| shape("", &error.to_string()))?;
    if header.format == FORMAT {
        Ok(true)
    } else {
        Err(refuse(
            "format",
            RowReason::Shape(format!("the format is {FORMAT}")),
        ))
    }
}

/// The line's members; the way to a member is only looked for when one cannot be read.
fn parse(text: &str) -> Result<RowLine, RowRefusal> {
    if let Ok(Object(row)) = serde_json::from_str(text) {
        return Ok(row);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let Object(row) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        shape(
            if path == "." { "" } else { &path },
            &error.into_inner().to_string(),
        )
    })?;
    reader
        .end()
        .map_err(|error| shape("", &error.to_string()))?;
    Ok(row)
}

/// A refusal of the parser; a member that is missing is named.
fn shape(path: &str, message: &str) -> RowRefusal {
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'));
    match missing {
        Some((name, _)) if path.is_empty() => refuse(name, RowReason::Missing),
        Some((name, _)) => refuse(format!("{path}.{name}"), RowReason::Missing),
        None => refuse(path, RowReason::Shape(message.to_owned())),
    }
}

fn read_row(row: RowLine) -> Result<FeedRow, RowRefusal> {
    let registration_number = number("registration_number", &row.registration_number)?;
    let juristic_type = row.juristic_type;
    let digit = registration_number.as_str().get(3..4).unwrap_or_default();
    if crate::registry::kind::digit(juristic_type).is_some_and(|own| own != digit) {
        return Err(refuse("juristic_type", RowReason::TypeOfNumber));
    }
    let status_text = words("status_text", row.status_text)?;
    let name_th = names::full_name(&words("name_th", row.name_th)?, juristic_type)
        .map_err(|error| refuse("name_th", RowReason::Name(error)))?;
    let (valid_from, valid_to) = (
        row.valid_from
            .map(|text| instant("valid_from", &text))
            .transpose()?,
        row.valid_to
            .map(|text| instant("valid_to", &text))
            .transpose()?,
    );
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to <= from
    {
        return Err(refuse("valid_to", RowReason::Period));
    }
    let mut people = Vec::new();
    let mut taken = BTreeSet::new();
    let mut list = |field: &str, lines: Vec<Object<OfficerLine>>| {
        officers(field, lines, juristic_type, &mut taken, &mut people)
    };
    let officers = list("officers", row.officers)?;
    let former_officers = list("former_officers", row.former_officers)?;
    if let Some(place) = former_officers
        .iter()
        .position(|officer| officer.ended.is_none())
    {
        let field = format!("former_officers[{place}].ended");
        return Err(refuse(field, RowReason::Missing));
    }
    if row.numbers_known == Some(false) && !people.is_empty() {
        return Err(refuse("numbers_known", RowReason::Numbers));
    }
    people.sort_by_key(|identity: &DeclaredIdentity| identity.officer);
    let known = row.numbers_known.unwrap_or(!people.is_empty());
    Ok(FeedRow {
        record: JuristicPerson {
            registration_number,
            former_number: maybe("former_number", row.former_number)?,
            successor_number: row
                .successor_number
                .map(|text| number("successor_number", &text))
                .transpose()?,
            juristic_type,
            status: Status::from_register(&status_text),
            status_text,
            name_th,
            name_en: maybe("name_en", row.name_en)?,
            former_names: each("former_names", row.former_names, |field, Object(line)| {
                Ok(FormerName {
                    name: words(&format!("{field}.name_th"), line.name_th)?,
                    until: line
                        .until
                        .map(|text| day(&format!("{field}.until"), &text))
                        .transpose()?,
                })
            })?,
            registered_on: day("registered_on", &row.registered_on)?,
            dissolved_on: row
                .dissolved_on
                .map(|text| day("dissolved_on", &text))
                .transpose()?,
            capital: amount("capital", row.capital)?,
            paid_up: amount("paid_up", row.paid_up)?,
            addresses: each("addresses", row.addresses, |field, Object(address)| {
                checked(field, &address)?;
                Ok(address.into())
            })?,
            objectives: objectives(row.objectives.0)?,
            officers,
            former_officers,
            statements: each("statements", row.statements, |field, Object(line)| {
                Ok(Statement {
                    kind: line.kind,
                    text: words(&format!("{field}.text"), line.text)?,
                })
            })?,
        },
        people: known.then_some(people),
        valid_from,
        valid_to,
    })
}

/// A list of bounded length, each refusal naming its place.
fn each<T, U>(
    field: &str,
    lines: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    read: impl Fn(&str, T) -> Result<U, RowRefusal>,
) -> Result<Vec<U>, RowRefusal> {
    let lines = lines.into_iter();
    if lines.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    lines
        .enumerate()
        .map(|(place, line)| read(&format!("{field}[{place}]"), line))
        .collect()
}

/// Text that is there and holds nothing that hides.
fn words(field: &str, text: String) -> Result<String, RowRefusal> {
    if text.trim().is_empty() {
        return Err(refuse(field, RowReason::Missing));
    }
    check_text(field, &text)?;
    Ok(text)
}

fn maybe(field: &str, text: Option<String>) -> Result<Option<String>, RowRefusal> {
    text.map(|text| words(field, text)).transpose()
}

fn number(field: &str, text: &str) -> Result<RegistrationNumber, RowRefusal> {
    let number: RegistrationNumber = text
        .parse()
        .map_err(|error| refuse(field, RowReason::Number(error)))?;
    // One spelling: thirteen ASCII digits.
    if number.as_str() == text {
        Ok(number)
    } else {
        Err(refuse(field, RowReason::Number(ThirteenDigitError::Length)))
    }
}

/// `YYYY-MM-DD` of the common era. A year of the Buddhist era is refused, not turned.
fn day(field: &str, text: &str) -> Result<NaiveDate, RowRefusal> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let era = ("1800".."2400").contains(&text.get(..4).unwrap_or_default());
    Some(text)
        .filter(|_| form && era)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| refuse(field, RowReason::Day))
}

fn instant(field: &str, text: &str) -> Result<Instant, RowRefusal> {
    // RFC 3339 with a capital T and seconds; other spellings of it are not in the schema.
    let form = text.is_ascii() && text.get(10..11) == Some("T") && !text.contains('z');
    Some(text)
        .filter(|_| form)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| refuse(field, RowReason::Instant))
}

fn amount(field: &str, text: Option<String>) -> Result<Option<Baht>, RowRefusal> {
    text.map(|text| {
        text.parse()
            .map_err(|error| refuse(field, RowReason::Amount(error)))
    })
    .transpose()
}

fn checked(field: &str, address: &wire::AddressLine) -> Result<(), RowRefusal> {
    address
        .parts()
        .into_iter()
        .try_for_each(|(name, part)| check_text(&format!("{field}.{name}"), part))
}

fn objectives(line: wire::ObjectivesLine) -> Result<Objectives, RowRefusal> {
    let field = "objectives.standard_code";
    let code = line
        .standard_code
        .map(|code| {
            if code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit()) {
                Ok(code)
            } else {
                Err(refuse(field, RowReason::Count))
            }
        })
        .transpose()?;
    Ok(Objectives {
        count: line.count,
        pages: line.pages,
        standard_code: code,
        texts: each("objectives.texts", line.texts, |field, text| {
            words(field, text)
        })?,
    })
}

/// Read a list of officers; `taken` are the places that are given away, `people` the numbers that were told.
fn officers(
    field: &str,
    lines: Vec<Object<OfficerLine>>,
    kind: JuristicType,
    taken: &mut BTreeSet<u32>,
    people: &mut Vec<DeclaredIdentity>,
) -> Result<Vec<Officer>, RowRefusal> {
    if lines.len() > MAX_ROWS {
        return Err(refuse(field, RowReason::TooLong));
    }
    lines
        .into_iter()
        .enumerate()
        .map(|(place, Object(line))| {
            let read = officer(line, kind, taken, people);
            read.map_err(|refusal| RowRefusal {
                field: format!("{field}[{place}].{}", refusal.field),
                ..refusal
            })
        })
        .collect()
}

/// Whether juristic persons of this type have people in this role.
fn fits(role: OfficerRole, kind: JuristicType) -> bool {
    match role {
        OfficerRole::Director => !kind.is_partnership(),
        OfficerRole::Partner | OfficerRole::ManagingPartner => kind.is_partnership(),
        _ => true,
    }
}

fn officer(
    line: OfficerLine,
    kind: JuristicType,
    taken: &mut BTreeSet<u32>,
    people: &mut Vec<DeclaredIdentity>,
) -> Result<Officer, RowRefusal> {
    let reference =
        OfficerRef::new(line.sequence).ok_or_else(|| refuse("sequence", RowReason::Count))?;
    if !taken.insert(line.sequence) {
        return Err(refuse("sequence", RowReason::Sequence));
    }
    let mut roles = line.roles;
    roles.sort_unstable();
    let told = roles.len();
    roles.dedup();
    if roles.is_empty() || roles.len() != told || roles.iter().any(|role| !fits(*role, kind)) {
        return Err(refuse("roles", RowReason::Role));
    }
    if line.liability.is_some() && !kind.is_partnership() {
        return Err(refuse("liability", RowReason::Role));
    }
    let optional_day =
        |field: &str, text: Option<String>| text.map(|text| day(field, &text)).transpose();
    let (appointed, ended) = (
        optional_day("appointed", line.appointed)?,
        optional_day("ended", line.ended)?,
    );
    if let (Some(appointed), Some(ended)) = (appointed, ended)
        && ended < appointed
    {
        return Err(refuse("ended", RowReason::Period));
    }
    let nationality = line
        .nationality
        .map(|code| country("nationality", code))
        .transpose()?;
    let declared = match (line.national_id, line.passport) {
        (Some(_), Some(_)) => return Err(refuse("passport", RowReason::Numbers)),
        (Some(id), None) => Some(national_id(&id)?),
        (None, Some(Object(passport))) => Some(passport_of(passport)?),
        (None, None) => None,
    };
    people.extend(declared.map(|number| DeclaredIdentity {
        officer: reference,
        number,
    }));
    let name = line.name.0;
    let part = |field: &str, text: String| check_text(field, &text).map(|()| text);
    Ok(Officer {
        reference,
        sequence: line.sequence,
        name: PersonName {
            title: part("name.title", name.title)?,
            first: words("name.first", name.first)?,
            middle: maybe("name.middle", name.middle)?,
            last: part("name.last", name.last)?,
        },
        latin_name: maybe("latin_name", line.latin_name)?,
        roles,
        liability: line.liability,
        nationality,
        appointed,
        ended,
    })
}

fn national_id(text: &str) -> Result<DeclaredNumber, RowRefusal> {
    let refused = |error| refuse("national_id", RowReason::Number(error));
    let id: NationalId = text.parse().map_err(refused)?;
    if id.expose() == text {
        Ok(DeclaredNumber::NationalId(id))
    } else {
        Err(refused(ThirteenDigitError::Length))
    }
}

fn passport_of(line: PassportLine) -> Result<DeclaredNumber, RowRefusal> {
    let fits = (1..=20).contains(&line.number.len())
        && line
            .number
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !fits {
        return Err(refuse("passport.number", RowReason::Passport));
    }
    Ok(DeclaredNumber::Passport {
        number: line.number,
        country: country("passport.country", line.country)?,
        birth_date: day("passport.birth_date", &line.birth_date)?,
    })
}

/// ISO 3166-1 alpha-3.
fn country(field: &str, code: String) -> Result<String, RowRefusal> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err(refuse(field, RowReason::Country))
    }
}

impl From<wire::AddressLine> for Address {
    fn from(line: wire::AddressLine) -> Self {
        Self {
            name: line.name,
            full: line.full,
            building: line.building,
            room: line.room,
            floor: line.floor,
            village: line.village,
            number: line.number,
            moo: line.moo,
            soi: line.soi,
            road: line.road,
            tumbol: line.tumbol,
            ampur: line.ampur,
            province: line.province,
        }
    }
}

#[cfg(test)]
mod tests;
