//! `amnat log`: the tamper-evident log.

use super::{Failure, services};
use std::io::Write as _;
use std::path::PathBuf;

/// What to do with the log.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Recompute everything and compare; exit status 1 when something differs.
    Fsck {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
    },
    /// Write the log to standard output as JSON Lines.
    Export {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
    },
}

/// Carry it out.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Fsck { config } => {
            let findings = services(&config)?
                .ledger
                .fsck()
                .map_err(Failure::dependency)?;
            if findings.is_empty() {
                println!("the log is whole");
                return Ok(());
            }
            for finding in findings {
                println!("{finding}");
            }
            Err(Failure::no())
        }
        Command::Export { config } => {
            let mut output = std::io::stdout().lock();
            services(&config)?
                .ledger
                .export(&mut output)
                .map_err(Failure::dependency)?;
            output.flush().map_err(Failure::dependency)
        }
    }
}
