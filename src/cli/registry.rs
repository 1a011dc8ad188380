//! `amnat registry`: the register's feeds.

use super::{Failure, services};
use crate::kernel::time::{Clock as _, Instant, SystemClock};
use crate::registry::exchange::RowRefusal;
use crate::registry::feed::{FeedKind, FeedShape, manifest};
use crate::registry::service::{ImportError, ImportOrder, ImportReport, Progress, Stages};
use crate::registry::source::FeedManifest;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What to do with the register.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Take in feed files (JSON Lines). All of a file or nothing of it; a file that was taken in before is passed over.
    Import(Import),
    /// Write a fictional register of any size, repeatable by seed: for measuring and for trying out.
    Generate(super::registry_generate::Generate),
}

/// How feed files are taken in.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// Configuration file (TOML).
    #[arg(long, default_value = "amnat.toml")]
    config: PathBuf,
    /// The register's state as of this instant (RFC 3339). Default: as the manifest says, else now.
    #[arg(long)]
    as_of: Option<Instant>,
    /// How lines are written: own, exchange or prefixed. Default: as the manifest says, else as the first line shows.
    #[arg(long, value_parser = shape)]
    shape: Option<FeedShape>,
    /// The files tell only of those whose record changed.
    #[arg(long)]
    delta: bool,
    /// Leave out lines that cannot be used instead of refusing the file.
    #[arg(long)]
    keep_going: bool,
    /// Write the report as one JSON object for each file.
    #[arg(long)]
    json: bool,
    /// The files. A manifest is looked for beside each (FILE.manifest.json).
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn shape(text: &str) -> Result<FeedShape, String> {
    FeedShape::find(text).ok_or_else(|| "own, exchange or prefixed".to_owned())
}

/// Carry it out.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Import(import) => run_import(&import),
        Command::Generate(arguments) => super::registry_generate::run(&arguments),
    }
}

fn run_import(import: &Import) -> Result<(), Failure> {
    let services = services(&import.config)?;
    for path in &import.files {
        let order = order(import, path)?;
        let file = File::open(path).map_err(|error| {
            Failure::wrong_use(format!("cannot read {}: {error}", path.display()))
        })?;
        let length = file.metadata().map_or(0, |about| about.len());
        let bar = bar(length);
        let mut tell = |progress: Progress| match progress {
            Progress::Lines { lines, bytes } => {
                bar.set_position(bytes);
                bar.set_message(format!("{lines} lines"));
            }
            Progress::Indexes => bar.set_message("making indexes"),
        };
        let input = BufReader::with_capacity(1 << 20, file);
        let outcome = services
            .registry
            .import_feed_telling(input, &order, &mut tell);
        bar.finish_and_clear();
        match outcome {
            Ok(report) => {
                print(path, &report, import.json)?;
                if !report.rejected.is_empty() {
                    write_rejects(path, &report.rejected)?;
                }
            }
            Err(ImportError::Refused { rejected, rejects }) => {
                let written = write_rejects(path, &rejected)?;
                return Err(Failure::wrong_use(format!(
                    "{}: {rejects} lines cannot be used, nothing was taken in; see {}",
                    path.display(),
                    written.display()
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

/// What the arguments say, completed by the manifest beside the file.
fn order(import: &Import, path: &Path) -> Result<ImportOrder, Failure> {
    let beside = manifest::beside(path);
    let told = match std::fs::read(&beside) {
        Ok(bytes) => Some(
            FeedManifest::read(&bytes)
                .map_err(|error| Failure::wrong_use(format!("{}: {error}", beside.display())))?,
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            let message = format!("cannot read {}: {error}", beside.display());
            return Err(Failure::wrong_use(message));
        }
    };
    let mut order = match &told {
        Some(manifest) => ImportOrder::by(manifest),
        None => ImportOrder::as_of(SystemClock.now()),
    };
    order.as_of = import.as_of.unwrap_or(order.as_of);
    order.shape = import.shape.or(order.shape);
    if import.delta {
        order.kind = FeedKind::Delta;
    }
    order.keep_going = import.keep_going;
    Ok(order)
}

/// A bar on standard error; hidden when that is no terminal.
fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let style = ProgressStyle::with_template(
        "{bar:40} {bytes}/{total_bytes} {msg} {elapsed_precise} (about {eta} left)",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn print(path: &Path, report: &ImportReport, json: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = if json {
        writeln!(out, "{}", as_json(path, report))
    } else if report.repeated {
        writeln!(out, "{}: taken in before, nothing was done", path.display())
    } else {
        let counts = report.interpreted;
        writeln!(
            out,
            "{}: {} lines, {} new with {} people, {} unchanged, {} older, {} rejected; statements: {} complete, {} ambiguous, \
             {} unresolved, {} none, of {} skeletons\n{}",
            path.display(),
            report.lines,
            report.imported,
            report.officers,
            report.unchanged,
            report.older,
            report.rejects,
            counts.complete,
            counts.ambiguous,
            counts.unresolved,
            counts.none,
            report.skeletons,
            stages(&report.stages)
        )
    };
    written.map_err(|error| Failure::dependency(format!("cannot write the report: {error}")))
}

fn stages(stages: &Stages) -> String {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    format!(
        "  check {}, interpret {}, encrypt {} (summed over threads); load {}, review {}, index {}; whole {}",
        seconds(stages.check),
        seconds(stages.interpret),
        seconds(stages.encrypt),
        seconds(stages.load),
        seconds(stages.review),
        seconds(stages.index),
        seconds(stages.whole)
    )
}

fn as_json(path: &Path, report: &ImportReport) -> serde_json::Value {
    let seconds = |time: Duration| time.as_secs_f64();
    serde_json::json!({
        "file": path.display().to_string(),
        "id": report.id,
        "repeated": report.repeated,
        "lines": report.lines,
        "imported": report.imported,
        "officers": report.officers,
        "unchanged": report.unchanged,
        "older": report.older,
        "rejected": report.rejects,
        "statements": {
            "complete": report.interpreted.complete,
            "ambiguous": report.interpreted.ambiguous,
            "unresolved": report.interpreted.unresolved,
            "none": report.interpreted.none,
            "skeletons": report.skeletons,
        },
        "seconds": {
            "check": seconds(report.stages.check),
            "interpret": seconds(report.stages.interpret),
            "encrypt": seconds(report.stages.encrypt),
            "load": seconds(report.stages.load),
            "review": seconds(report.stages.review),
            "index": seconds(report.stages.index),
            "whole": seconds(report.stages.whole),
        },
    })
}

/// One JSON object for each refused line, beside the file.
fn write_rejects(path: &Path, rejected: &[RowRefusal]) -> Result<PathBuf, Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".rejects.jsonl");
    let rejects = PathBuf::from(name);
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(&rejects)?);
        for refusal in rejected {
            serde_json::to_writer(&mut file, refusal)?;
            file.write_all(b"\n")?;
        }
        file.into_inner()
            .map_err(std::io::IntoInnerError::into_error)?
            .sync_all()
    };
    write().map_err(|error| {
        Failure::dependency(format!("cannot write {}: {error}", rejects.display()))
    })?;
    Ok(rejects)
}
