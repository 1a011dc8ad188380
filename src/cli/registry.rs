//! `amnat registry`: the register's feeds.

use super::{Failure, services};
use crate::kernel::time::{Clock as _, Instant, SystemClock};
use crate::registry::exchange::RowRefusal;
use crate::registry::service::{ImportError, ImportOrder};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

/// What to do with the register.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Take in feed files (JSON Lines, one entry of the exchange a line). All of a file or nothing of it.
    Import {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// The register's state as of this instant (RFC 3339). Default: now.
        #[arg(long)]
        as_of: Option<Instant>,
        /// Leave out lines that cannot be used instead of refusing the file.
        #[arg(long)]
        keep_going: bool,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write a fictional register of any size, repeatable by seed: for measuring and for trying out.
    Generate(super::registry_generate::Generate),
}

/// Carry it out.
pub fn run(command: Command) -> Result<(), Failure> {
    let (config, as_of, keep_going, files) = match command {
        Command::Import {
            config,
            as_of,
            keep_going,
            files,
        } => (config, as_of, keep_going, files),
        Command::Generate(arguments) => return super::registry_generate::run(&arguments),
    };
    let services = services(&config)?;
    for path in files {
        let file = File::open(&path).map_err(|error| {
            Failure::wrong_use(format!("cannot read {}: {error}", path.display()))
        })?;
        let order = ImportOrder {
            as_of: as_of.unwrap_or_else(|| SystemClock.now()),
            manifest: None,
            keep_going,
        };
        match services.registry.import_feed(BufReader::new(file), &order) {
            Ok(report) => {
                println!(
                    "{}: {} lines, {} new, {} unchanged, {} older, {} rejected; statements: {} complete, {} ambiguous, {} unresolved, {} none",
                    path.display(),
                    report.lines,
                    report.imported,
                    report.unchanged,
                    report.older,
                    report.rejected.len(),
                    report.interpreted.complete,
                    report.interpreted.ambiguous,
                    report.interpreted.unresolved,
                    report.interpreted.none,
                );
                if !report.rejected.is_empty() {
                    write_rejects(&path, &report.rejected)?;
                }
            }
            Err(ImportError::Refused(rejected)) => {
                let rejects = write_rejects(&path, &rejected)?;
                return Err(Failure::wrong_use(format!(
                    "{}: {} lines cannot be used, nothing was taken in; see {}",
                    path.display(),
                    rejected.len(),
                    rejects.display()
                )));
            }
            Err(error @ (ImportError::Io(_) | ImportError::Manifest(_))) => {
                return Err(Failure::wrong_use(format!("{}: {error}", path.display())));
            }
            Err(error) => return Err(Failure::dependency(format!("{}: {error}", path.display()))),
        }
    }
    Ok(())
}

/// One JSON object for each refused line, beside the file.
fn write_rejects(path: &Path, rejected: &[RowRefusal]) -> Result<PathBuf, Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".rejects.jsonl");
    let rejects = PathBuf::from(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&rejects)?;
        for refusal in rejected {
            serde_json::to_writer(&mut file, refusal)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()
    };
    write().map_err(|error| {
        Failure::dependency(format!("cannot write {}: {error}", rejects.display()))
    })?;
    Ok(rejects)
}
