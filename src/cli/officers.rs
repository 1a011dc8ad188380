//! `amnat officers`: the list of registry officers who review statements.
//!
//! A 13-digit number is read from standard input or a file, never from an argument: arguments are seen by every process
//! of the machine and kept by shells.

use super::{Failure, services};
use crate::kernel::id::{NationalId, RegistryOfficerId};
use crate::registry::review::RegistryOfficer;
use crate::registry::review::service::OfficerError;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Longest input that is read for a number, in bytes.
const MAX_INPUT: u64 = 1024;

/// What to do with the list.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Put a person on the list. The 13-digit number is read from standard input unless a file is named.
    Add {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// File that holds the number.
        #[arg(long)]
        national_id_file: Option<PathBuf>,
    },
    /// Take an officer off the list. Rules confirmed before go on deciding.
    Remove {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// Identifier, as `list` shows it.
        officer: String,
    },
    /// List everybody who is or was on it.
    List {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
    },
}

/// Carry it out.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add {
            config,
            national_id_file,
        } => {
            let number = national_id(national_id_file.as_deref())?;
            let officer = services(&config)?
                .review
                .add_officer(&number)
                .map_err(failure)?;
            print(&officer);
        }
        Command::Remove { config, officer } => {
            let id: RegistryOfficerId = officer
                .parse()
                .map_err(|error| Failure::wrong_use(format!("{officer}: {error}")))?;
            print(
                &services(&config)?
                    .review
                    .remove_officer(&id)
                    .map_err(failure)?,
            );
        }
        Command::List { config } => {
            for officer in services(&config)?
                .review
                .officers()
                .map_err(Failure::dependency)?
            {
                print(&officer);
            }
        }
    }
    Ok(())
}

fn failure(error: OfficerError) -> Failure {
    match error {
        OfficerError::Listed(_) | OfficerError::Unknown(_) => Failure::wrong_use(error),
        OfficerError::Ledger(_) | OfficerError::Store(_) => Failure::dependency(error),
    }
}

/// The number; what is wrong with it is said without repeating it.
fn national_id(file: Option<&Path>) -> Result<NationalId, Failure> {
    let mut text = String::new();
    let read = match file {
        Some(path) => std::fs::File::open(path)
            .and_then(|file| file.take(MAX_INPUT).read_to_string(&mut text))
            .map_err(|error| format!("cannot read {}: {error}", path.display())),
        None => std::io::stdin()
            .take(MAX_INPUT)
            .read_to_string(&mut text)
            .map_err(|error| format!("cannot read standard input: {error}")),
    };
    read.map_err(Failure::wrong_use)?;
    text.trim()
        .parse()
        .map_err(|error| Failure::wrong_use(format!("the 13-digit number: {error}")))
}

fn print(officer: &RegistryOfficer) {
    let state = match officer.removed_at {
        None => "active".to_owned(),
        Some(at) => format!("removed {at}"),
    };
    println!("{}\t{}\t{state}", officer.id, officer.added_at);
}
