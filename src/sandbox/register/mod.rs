//! The company register's exchange, as far as the product asks it.
//!
//! Two doors. The public one answers in the shape of the government exchange (version 4): everything
//! is text, dates are in the Buddhist era, names of officers come without any number, statements come
//! in numbered pieces. The other one does not exist in the real world yet; it stands for the agreement
//! an operator must have with the registrar to learn which 13-digit ID or passport an officer's entry
//! belongs to. It speaks TLS only and wants a client certificate, and everything about it carries the
//! word *extension*, so that nobody mistakes it for the exchange.
//!
//! Invariants: somebody out of office is not on the exchange's list; a managing partner stands on it
//! twice (as partner, `K`, and as managing partner, `L`) under one sequence number; a change is on disk
//! before it is answered, and is there again after a restart.
//!
//! To add another kind of change: a variant of [`Change`], its case in `apply`, a control path in
//! `http.rs`.

pub(super) mod http;
pub(super) mod wire;

use super::world::{JuristicPerson, Officer};
use super::{SandboxError, read_if_present};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::{Clock, Instant};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that happened to a company after the world was written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// An officer leaves: every role under this sequence number ends on that day.
    Resign {
        /// The company.
        juristic_id: RegistrationNumber,
        /// The officer's place on the list.
        sequence: u32,
        /// First day no longer in office, common era.
        date: NaiveDate,
    },
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
    /// The change could not be written down, so it did not happen.
    #[error("the change could not be kept")]
    NotKept(#[source] std::io::Error),
}

/// What the bulk file contains, as of when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the file beside the manifest.
    pub file: String,
    /// Lines in it.
    pub count: usize,
    /// Its SHA-256, 64 hexadecimal characters.
    pub sha256: Digest,
    /// The register was in this state at this moment.
    pub as_of: Instant,
}

/// The register's state: the invented world and what has happened to it since.
pub(super) struct Register {
    entries: Mutex<Vec<JuristicPerson>>,
    journal: PathBuf,
    clock: Arc<dyn Clock>,
}

impl Register {
    /// The world's companies with the changes kept in `dir` applied again.
    pub(super) fn open(
        entries: Vec<JuristicPerson>,
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SandboxError> {
        let journal = dir.join("register-changes.jsonl");
        let mut entries = entries;
        for line in read_if_present(&journal)?.unwrap_or_default().lines() {
            let unusable = |cause: String| SandboxError::State {
                path: journal.clone(),
                cause,
            };
            let change = serde_json::from_str(line).map_err(|cause| unusable(cause.to_string()))?;
            apply(&mut entries, &change).map_err(|cause| unusable(cause.to_string()))?;
        }
        Ok(Self {
            entries: Mutex::new(entries),
            journal,
            clock,
        })
    }

    fn entries(&self) -> MutexGuard<'_, Vec<JuristicPerson>> {
        // A panic elsewhere cannot leave a half-made change: it is applied to a copy first.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exchange's entry for this number.
    pub(super) fn profile(&self, id: &RegistrationNumber) -> Option<wire::Entry> {
        let today = self.clock.now().thai_date();
        self.entries()
            .iter()
            .find(|entry| entry.id == *id)
            .map(|entry| wire::Entry::of(entry, today))
    }

    /// The extension's answer for this number.
    pub(super) fn officer_identities(
        &self,
        id: &RegistrationNumber,
    ) -> Option<wire::OfficerIdentities> {
        let now = self.clock.now();
        self.entries()
            .iter()
            .find(|entry| entry.id == *id)
            .map(|entry| wire::OfficerIdentities::of(entry, now))
    }

    /// Every entry, one JSON text a line, and the manifest that belongs to exactly these bytes.
    pub(super) fn feed(&self) -> Result<(String, Manifest), serde_json::Error> {
        let as_of = self.clock.now();
        let mut lines = String::new();
        let entries = self.entries();
        for entry in entries.iter() {
            lines.push_str(&serde_json::to_string(&wire::Entry::of(
                entry,
                as_of.thai_date(),
            ))?);
            lines.push('\n');
        }
        let (count, sha256) = (entries.len(), Digest::of(&lines));
        Ok((
            lines,
            Manifest {
                file: "register.jsonl".to_owned(),
                count,
                sha256,
                as_of,
            },
        ))
    }

    /// Make a change and keep it.
    pub(super) fn change(&self, change: &Change) -> Result<(), ChangeRefusal> {
        let mut entries = self.entries();
        let mut changed = entries.clone();
        apply(&mut changed, change)?;
        let keep = || -> std::io::Result<()> {
            let line = serde_json::to_string(change)?;
            let mut journal = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.journal)?;
            writeln!(journal, "{line}")?;
            journal.sync_data()
        };
        keep().map_err(ChangeRefusal::NotKept)?;
        *entries = changed;
        Ok(())
    }
}

fn apply(entries: &mut [JuristicPerson], change: &Change) -> Result<(), ChangeRefusal> {
    let Change::Resign {
        juristic_id,
        sequence,
        date,
    } = change;
    let company = entries
        .iter_mut()
        .find(|entry| entry.id == *juristic_id)
        .ok_or(ChangeRefusal::NoSuchCompany)?;
    let holds = |officer: &&mut Officer| officer.sequence == *sequence && officer.ended.is_none();
    let officer = company
        .officers
        .iter_mut()
        .find(holds)
        .ok_or(ChangeRefusal::NotInOffice)?;
    if *date < officer.appointed {
        return Err(ChangeRefusal::BeforeAppointment);
    }
    officer.ended = Some(*date);
    Ok(())
}

#[cfg(test)]
mod tests;
