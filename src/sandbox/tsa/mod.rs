//! A time-stamp authority (RFC 3161) for sealed documents.
//!
//! It answers with the sandbox's clock and a certificate of the sandbox's own authority; a token from it proves
//! something on this machine only. Its policy lies below the arc that is reserved for examples (2.999).
//!
//! Invariants: serial numbers rise strictly and are never used twice, restarts included: numbers are set aside on disk
//! in blocks *before* any of them is used, so that a crash (or a refused query) leaves a gap and never a repetition.
//!
//! To answer under another policy: a second authority with its own certificate and [`Serials`] file.

pub(super) mod http;

use super::ca::Authority;
use super::{SandboxError, read_if_present};
use crate::crypto::key::Signer;
use crate::crypto::timestamp::{AnswerError, TimeStampAuthority};
use crate::crypto::x509::{Name, Profile};
use crate::kernel::time::Clock;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The policy tokens are issued under.
pub const POLICY: &str = "2.999.3161.1";

/// Numbers set aside at a time.
const BLOCK: u64 = 1_000;

/// Why a query gets no answer at all. (A query that is refused gets an answer that says so.)
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("no serial number could be set aside")]
    Serial(#[source] io::Error),
    #[error(transparent)]
    Authority(#[from] AnswerError),
}

/// The authority with its numbers.
pub(super) struct TimeStamps {
    authority: TimeStampAuthority,
    serials: Mutex<Serials>,
    clock: Arc<dyn Clock>,
}

impl TimeStamps {
    /// The authority whose key and numbers are kept in `dir`; its certificate is a new one for the same key.
    pub(super) fn open(
        dir: &Path,
        certifier: &Authority,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SandboxError> {
        let name = Name::thai("Amnat SANDBOX", "Amnat SANDBOX Time-Stamp Authority");
        let key = dir.join("tsa-key.pem");
        let (key, chain) = certifier.certify(&key, &name, &Profile::TimeStamping)?;
        let signer: Arc<dyn Signer> = Arc::new(key);
        let mut chain = chain.into_iter();
        let certificate = chain.next().ok_or(AnswerError::Unsuitable)?;
        Ok(Self {
            authority: TimeStampAuthority::new(signer, certificate, chain.collect(), POLICY)?,
            serials: Mutex::new(Serials::open(dir.join("tsa-serial"))?),
            clock,
        })
    }

    /// The answer to a query, both in DER.
    pub(super) fn answer(&self, query: &[u8]) -> Result<Vec<u8>, NoAnswer> {
        // One at a time, so that a higher number never carries an earlier time.
        let mut serials = self.serials.lock().unwrap_or_else(PoisonError::into_inner);
        let serial = serials.take().map_err(NoAnswer::Serial)?;
        Ok(self.authority.respond(query, serial, self.clock.now())?)
    }
}

/// Rising numbers that survive a restart.
struct Serials {
    path: PathBuf,
    /// The next number to use.
    next: u64,
    /// The first number that is not set aside yet, as on disk.
    reserved: u64,
}

impl Serials {
    fn open(path: PathBuf) -> Result<Self, SandboxError> {
        let next = match read_if_present(&path)? {
            None => 1,
            Some(text) => text.trim().parse().map_err(|_| SandboxError::State {
                path: path.clone(),
                cause: "not a number".to_owned(),
            })?,
        };
        Ok(Self {
            path,
            next,
            reserved: next,
        })
    }

    /// The next number, never to be given again.
    fn take(&mut self) -> io::Result<u64> {
        let serial = self.next;
        if serial >= self.reserved {
            let reserved = serial.saturating_add(BLOCK);
            let beside = self.path.with_extension("new");
            let mut file = std::fs::File::create(&beside)?;
            write!(file, "{reserved}")?;
            file.sync_all()?;
            std::fs::rename(&beside, &self.path)?;
            self.reserved = reserved;
        }
        self.next = serial.saturating_add(1);
        Ok(serial)
    }
}

#[cfg(test)]
mod tests;
