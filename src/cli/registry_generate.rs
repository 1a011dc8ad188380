//! `amnat registry generate`: a fictional register of any size, repeatable by seed.

use super::Failure;
use crate::kernel::time::Instant;
use crate::registry::feed::{FeedShape, manifest};
use crate::registry::generate::{GenerateError, Order, generate};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// State of a full register, so that the same command gives the same files on any day.
const FULL: &str = "2026-01-01T00:00:00+07:00";
/// State of a delta of it.
const DELTA: &str = "2026-02-01T00:00:00+07:00";

/// What to generate.
#[derive(Debug, clap::Args)]
pub struct Generate {
    /// Companies on the register.
    #[arg(long)]
    companies: u64,
    /// The same seed and number of companies give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The feed; `-` for standard output. The manifest is written beside it, to standard error without a file.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    /// How the lines are written: `own`, `exchange` or `prefixed`.
    #[arg(long, default_value = "own", value_parser = shape)]
    shape: FeedShape,
    /// A delta of so many changed companies of that register instead of everybody.
    #[arg(long)]
    changes: Option<u64>,
    /// The instant whose state the feed tells (RFC 3339); changes happen on its day. Default: 1 January 2026, and
    /// 1 February 2026 for a delta.
    #[arg(long)]
    as_of: Option<Instant>,
}

fn shape(text: &str) -> Result<FeedShape, String> {
    FeedShape::find(text).ok_or_else(|| "own, exchange or prefixed".to_owned())
}

/// Carry it out.
pub fn run(arguments: &Generate) -> Result<(), Failure> {
    let usual = if arguments.changes.is_some() {
        DELTA
    } else {
        FULL
    };
    let as_of = match arguments.as_of {
        Some(as_of) => as_of,
        None => usual.parse().map_err(Failure::dependency)?,
    };
    let order = Order {
        companies: arguments.companies,
        seed: arguments.seed,
        shape: arguments.shape,
        as_of,
        changes: arguments.changes,
    };
    if arguments.out == Path::new("-") {
        let manifest = generate(&order, io::stdout().lock()).map_err(failed)?;
        let json = manifest.to_json().map_err(Failure::dependency)?;
        eprint!("{}", String::from_utf8_lossy(&json));
        return Ok(());
    }
    let cannot = |path: &Path, error: io::Error| {
        Failure::dependency(format!("cannot write {}: {error}", path.display()))
    };
    let file = File::create(&arguments.out).map_err(|error| cannot(&arguments.out, error))?;
    let manifest = generate(&order, &file).map_err(failed)?;
    file.sync_all()
        .map_err(|error| cannot(&arguments.out, error))?;
    let beside = manifest::beside(&arguments.out);
    let json = manifest.to_json().map_err(Failure::dependency)?;
    std::fs::write(&beside, json).map_err(|error| cannot(&beside, error))?;
    println!(
        "{}: {} lines ({}, {}), sha256 {}; manifest {}",
        arguments.out.display(),
        manifest.count,
        order.shape,
        manifest.kind.as_str(),
        manifest.sha256.to_hex(),
        beside.display()
    );
    Ok(())
}

fn failed(error: GenerateError) -> Failure {
    match error {
        GenerateError::TooMany(_) | GenerateError::TooManyChanges { .. } => {
            Failure::wrong_use(error)
        }
        GenerateError::Json(_) | GenerateError::Io(_) => Failure::dependency(error),
    }
}
