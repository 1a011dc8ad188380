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
//! A change is also told: the feed of changes lists each with the entry as it stood right after it, behind a place that
//! stays the same for ever. One that takes effect on a later day is told when it is made, not again on that day.
//!
//! Changing a company (`/sandbox-control`) exists in the sandbox only.
//!
//! To add another kind of change: a variant of [`Change`] and its case in `change.rs`.

mod change;
pub(super) mod http;
pub(super) mod wire;

pub use change::{Change, ChangeRefusal};

use super::world::JuristicPerson;
use super::{SandboxError, read_if_present};
use crate::kernel::digest::Digest;
use crate::kernel::id::RegistrationNumber;
use crate::kernel::time::{Clock, Instant};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// One change as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    at: Instant,
    done: Change,
}

/// One change as it is told.
struct Told {
    juristic_id: RegistrationNumber,
    at: Instant,
    entry: Value,
}

/// A place that the register never named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoSuchPlace;

/// The register's state: the invented world, what has happened to it since, and how that is told.
pub(super) struct Register {
    state: Mutex<State>,
    journal: PathBuf,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    entries: Vec<JuristicPerson>,
    told: Vec<Told>,
}

impl State {
    /// What is told of a change that was just made.
    fn tell(&self, change: &Change, at: Instant) -> Result<Told, ChangeRefusal> {
        let id = change.juristic_id();
        let company = self
            .entries
            .iter()
            .find(|entry| entry.id == *id)
            .ok_or(ChangeRefusal::NoSuchCompany)?;
        let entry = serde_json::to_value(wire::Entry::of(company, at.thai_date()))
            .map_err(|cause| ChangeRefusal::NotKept(cause.into()))?;
        Ok(Told {
            juristic_id: id.clone(),
            at,
            entry,
        })
    }
}

impl Register {
    /// The world's companies with the changes kept in `dir` applied again.
    pub(super) fn open(
        entries: Vec<JuristicPerson>,
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SandboxError> {
        let journal = dir.join("register-changes.jsonl");
        let mut state = State {
            entries,
            told: Vec::new(),
        };
        for line in read_if_present(&journal)?.unwrap_or_default().lines() {
            let unusable = |cause: String| SandboxError::State {
                path: journal.clone(),
                cause,
            };
            let Kept { at, done } =
                serde_json::from_str(line).map_err(|cause| unusable(cause.to_string()))?;
            change::apply(&mut state.entries, &done)
                .map_err(|cause| unusable(cause.to_string()))?;
            let told = state
                .tell(&done, at)
                .map_err(|cause| unusable(cause.to_string()))?;
            state.told.push(told);
        }
        Ok(Self {
            state: Mutex::new(state),
            journal,
            clock,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave a half-made change: it is applied to a copy first.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exchange's entry for this number.
    pub(super) fn profile(&self, id: &RegistrationNumber) -> Option<wire::Entry> {
        let today = self.clock.now().thai_date();
        self.state()
            .entries
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
        self.state()
            .entries
            .iter()
            .find(|entry| entry.id == *id)
            .map(|entry| wire::OfficerIdentities::of(entry, now))
    }

    /// Every entry, one JSON text a line, and the manifest that belongs to exactly these bytes.
    pub(super) fn feed(&self) -> Result<(String, Manifest), serde_json::Error> {
        let as_of = self.clock.now();
        let mut lines = String::new();
        let state = self.state();
        for entry in &state.entries {
            lines.push_str(&serde_json::to_string(&wire::Entry::of(
                entry,
                as_of.thai_date(),
            ))?);
            lines.push('\n');
        }
        let (count, sha256) = (state.entries.len(), Digest::of(&lines));
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

    /// At most `limit` changes behind a place; the empty one is before the first.
    pub(super) fn changes(&self, after: &str, limit: usize) -> Result<wire::Changes, NoSuchPlace> {
        let state = self.state();
        let start = match after.strip_prefix('c').map(str::parse::<usize>) {
            None if after.is_empty() => 0,
            // As we write it, and no other way.
            Some(Ok(place)) if place <= state.told.len() && after == cursor(place) => place,
            _ => return Err(NoSuchPlace),
        };
        let page = state.told.iter().zip(1..).skip(start).take(limit);
        let changes: Vec<wire::ToldChange> = page
            .map(|(told, place)| wire::ToldChange {
                cursor: cursor(place),
                juristic_id: told.juristic_id.clone(),
                changed_at: told.at,
                entry: told.entry.clone(),
            })
            .collect();
        let end = start + changes.len();
        Ok(wire::Changes {
            changes,
            next: cursor(end),
            more: end < state.told.len(),
        })
    }

    /// Make a change, keep it and tell it.
    pub(super) fn change(&self, change: &Change) -> Result<(), ChangeRefusal> {
        let mut state = self.state();
        let mut entries = state.entries.clone();
        change::apply(&mut entries, change)?;
        let at = self.clock.now();
        let changed = State {
            entries,
            told: Vec::new(),
        };
        let told = changed.tell(change, at)?;
        let keep = || -> std::io::Result<()> {
            let done = change.clone();
            let line = serde_json::to_string(&Kept { at, done })?;
            let mut journal = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.journal)?;
            writeln!(journal, "{line}")?;
            journal.sync_data()
        };
        keep().map_err(ChangeRefusal::NotKept)?;
        state.entries = changed.entries;
        state.told.push(told);
        Ok(())
    }
}

/// The place behind the change of this number, from 1.
fn cursor(place: usize) -> String {
    format!("c{place}")
}

#[cfg(test)]
mod tests;
