//! What can happen to a company after the world was written down.

use crate::kernel::id::{NationalId, RegistrationNumber};
use crate::sandbox::world::{
    JuristicPerson, Officer, OfficerIdentity, OfficerRole, PersonName, RegisteredText, TextKind,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Something that happened to a company.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// An officer leaves: the role under this sequence number ends on that day.
    Resign {
        /// The company.
        juristic_id: RegistrationNumber,
        /// The officer's place on the list.
        sequence: u32,
        /// First day no longer in office, common era.
        date: NaiveDate,
    },
    /// Somebody takes office, at the next place on the list.
    Appoint {
        /// The company.
        juristic_id: RegistrationNumber,
        /// The role.
        role: OfficerRole,
        /// Title, Thai.
        title: String,
        /// Given name, Thai.
        first: String,
        /// Family name, Thai.
        last: String,
        /// 13-digit number; none is an entry without a number.
        #[serde(default)]
        national_id: Option<String>,
        /// First day in office, common era.
        date: NaiveDate,
    },
    /// The statement of authority (or another registered text) is another from now on.
    Restate {
        /// The company.
        juristic_id: RegistrationNumber,
        /// Which text.
        kind: TextKind,
        /// The whole new text.
        text: String,
    },
    /// The status is another from now on.
    Status {
        /// The company.
        juristic_id: RegistrationNumber,
        /// In the register's words.
        status: String,
    },
}

impl Change {
    /// The company.
    pub fn juristic_id(&self) -> &RegistrationNumber {
        match self {
            Self::Resign { juristic_id, .. }
            | Self::Appoint { juristic_id, .. }
            | Self::Restate { juristic_id, .. }
            | Self::Status { juristic_id, .. } => juristic_id,
        }
    }
}

/// Why a change is refused.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRefusal {
    /// No such company.
    #[error("no juristic person has this number")]
    NoSuchCompany,
    /// Nobody in office under that sequence number.
    #[error("nobody in office has this sequence number")]
    NotInOffice,
    /// The date lies before the officer was appointed.
    #[error("the date lies before the appointment")]
    BeforeAppointment,
    /// The 13-digit number does not check.
    #[error("the 13-digit number does not check")]
    NationalId,
    /// A name, text or status of nothing.
    #[error("a name, text or status is empty")]
    Empty,
    /// The change could not be written down, so it did not happen.
    #[error("the change could not be kept")]
    NotKept(#[source] std::io::Error),
}

/// Make a change.
pub(super) fn apply(entries: &mut [JuristicPerson], change: &Change) -> Result<(), ChangeRefusal> {
    let company = entries
        .iter_mut()
        .find(|entry| entry.id == *change.juristic_id())
        .ok_or(ChangeRefusal::NoSuchCompany)?;
    let empty = |text: &str| text.trim().is_empty();
    match change {
        Change::Resign { sequence, date, .. } => {
            let holds =
                |officer: &&mut Officer| officer.sequence == *sequence && officer.ended.is_none();
            let officer = company
                .officers
                .iter_mut()
                .find(holds)
                .ok_or(ChangeRefusal::NotInOffice)?;
            if *date < officer.appointed {
                return Err(ChangeRefusal::BeforeAppointment);
            }
            officer.ended = Some(*date);
        }
        Change::Appoint {
            role,
            title,
            first,
            last,
            national_id,
            date,
            ..
        } => {
            if empty(first) || empty(last) {
                return Err(ChangeRefusal::Empty);
            }
            let identity = match national_id {
                None => OfficerIdentity::NotRecorded,
                Some(id) => {
                    let id: NationalId = id.parse().map_err(|_| ChangeRefusal::NationalId)?;
                    OfficerIdentity::NationalId(id)
                }
            };
            let taken = company.officers.iter().map(|officer| officer.sequence);
            let sequence = taken.max().unwrap_or(0) + 1;
            company.officers.push(Officer {
                sequence,
                role: *role,
                name: PersonName {
                    title: title.clone(),
                    first: first.clone(),
                    last: last.clone(),
                },
                identity,
                appointed: *date,
                ended: None,
            });
        }
        Change::Restate { kind, text, .. } => {
            if empty(text) {
                return Err(ChangeRefusal::Empty);
            }
            company.texts.retain(|own| own.kind != *kind);
            company.texts.push(RegisteredText {
                kind: *kind,
                text: text.clone(),
                pieces: vec![text.clone()],
            });
        }
        Change::Status { status, .. } => {
            if empty(status) {
                return Err(ChangeRefusal::Empty);
            }
            company.status.clone_from(status);
        }
    }
    Ok(())
}
