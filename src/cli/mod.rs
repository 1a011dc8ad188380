//! The command line: arguments to use cases, outcomes to exit status. No business rules.
//!
//! Exit status: 0 success; 1 the answer is no (a document does not verify, a check found something); 2 wrong use
//! (arguments, configuration, input lines); 3 something the command depends on failed (database, port, peer, missing
//! trust root). One line on standard error says what and where.

mod clients;
mod documents;
mod log;
mod officers;
mod registry;
mod registry_generate;
pub mod rules;

use crate::app::{self, AppError, Services};
use crate::config::{Config, ConfigError};
use crate::crypto::key::OsRandomness;
use crate::kernel::digest::Digest;
use crate::kernel::time::SystemClock;
use crate::sandbox::demo;
use clap::{Parser, Subcommand};
use rules::ExitStatusKind;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// May these people bind this company for this act, now? With evidence.
#[derive(Debug, Parser)]
#[command(name = "amnat", version, about, long_about = None, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play the whole story on this machine: sandbox peers, service, decision, certificate, verification.
    Demo {
        /// Directory for the database, keys and documents; it is made when missing and used again when not.
        #[arg(long, default_value = "amnat-demo")]
        out: PathBuf,
        /// Stop after the story instead of staying up for the browser.
        #[arg(long)]
        exit: bool,
        /// Port of the service for browsers; 0 takes a free one. Default 8080, or a free one when that is taken.
        #[arg(long)]
        port: Option<u16>,
        /// Port of the service for machine clients (TLS); 0 takes a free one. Default 8443, or a free one.
        #[arg(long)]
        tls_port: Option<u16>,
    },
    /// Run the service.
    Serve {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
    },
    /// Run the sandbox peers alone: register, identity provider, face engine, certificate and time-stamp authority.
    Sandbox {
        /// Directory for the peers' keys and state.
        #[arg(long, default_value = "amnat-sandbox")]
        dir: PathBuf,
        /// Redirect address that the identity provider accepts; may be given several times.
        #[arg(long = "redirect-uri")]
        redirect_uris: Vec<String>,
    },
    /// Bring the database up to date.
    Migrate {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
    },
    /// Work on the register.
    #[command(subcommand)]
    Registry(registry::Command),
    /// Read authority statements: JSON Lines in, JSON Lines out.
    Interpret,
    /// Decide questions without a database: JSON Lines in, JSON Lines out.
    Decide,
    /// Verify a PDF offline: intact and trusted, or not, and why.
    Verify(documents::Verify),
    /// Verify a signed receipt offline.
    VerifyReceipt(documents::VerifyReceipt),
    /// Print the OpenAPI document.
    Openapi,
    /// Look after the tamper-evident log.
    #[command(subcommand)]
    Log(log::Command),
    /// Look after machine clients.
    #[command(subcommand)]
    Clients(clients::Command),
    /// Look after the list of registry officers who review statements.
    #[command(subcommand)]
    Officers(officers::Command),
}

/// How a command ended, other than well.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    /// The answer is no (status 1); the command has printed its answer.
    pub fn no() -> Self {
        Self {
            status: 1,
            message: String::new(),
        }
    }

    /// Wrong use (status 2).
    pub fn wrong_use(message: impl Display) -> Self {
        Self {
            status: 2,
            message: message.to_string(),
        }
    }

    /// Something the command depends on failed (status 3).
    pub fn dependency(message: impl Display) -> Self {
        Self {
            status: 3,
            message: message.to_string(),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::wrong_use(one_line(&error.to_string()))
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let message = one_line(&error.to_string());
        if error.is_configuration() {
            Self::wrong_use(message)
        } else {
            Self::dependency(message)
        }
    }
}

/// Messages of parsers have several lines with a picture of the place; a command's refusal is one line.
fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Run the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { 2 } else { 0 };
            if error.print().is_err() {
                return ExitCode::from(3);
            }
            return ExitCode::from(status);
        }
    };
    match dispatch(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("amnat: {}", failure.message);
            }
            ExitCode::from(failure.status)
        }
    }
}

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo {
            out,
            exit,
            port,
            tls_port,
        } => system(demo::run(demo::Settings {
            directory: out,
            stay: !exit,
            port,
            tls_port,
        })),
        Command::Serve { config } => {
            let config = Config::load(&config)?;
            system(async {
                app::serve(config, Arc::new(SystemClock), Arc::new(OsRandomness))
                    .await
                    .map_err(Failure::from)
            })
        }
        Command::Sandbox { dir, redirect_uris } => system(demo::peers_only(dir, redirect_uris)),
        Command::Migrate { config } => {
            let config = Config::load(&config)?;
            let applied = app::migrate(&config)?;
            if applied.is_empty() {
                println!("nothing to do: the database is up to date");
            }
            for name in applied {
                println!("applied {name}");
            }
            Ok(())
        }
        Command::Registry(command) => registry::run(command),
        Command::Interpret => lines(|input, output| rules::interpret(input, output)),
        Command::Decide => lines(|input, output| rules::decide(input, output)),
        Command::Verify(arguments) => documents::verify(&arguments),
        Command::VerifyReceipt(arguments) => documents::verify_receipt(&arguments),
        Command::Openapi => {
            print!("{}", app::routes::openapi_json());
            Ok(())
        }
        Command::Log(command) => log::run(command),
        Command::Clients(command) => clients::run(command),
        Command::Officers(command) => officers::run(command),
    }
}

/// A command over JSON Lines: standard input to standard output.
fn lines(
    command: fn(
        BufReader<io::Stdin>,
        &mut BufWriter<io::StdoutLock<'static>>,
    ) -> io::Result<ExitStatusKind>,
) -> Result<(), Failure> {
    let mut output = BufWriter::new(io::stdout().lock());
    let outcome = command(BufReader::new(io::stdin()), &mut output).and_then(|kind| {
        output.flush()?;
        Ok(kind)
    });
    match outcome {
        Ok(ExitStatusKind::Success) => Ok(()),
        Ok(ExitStatusKind::WrongUse) => Err(Failure::wrong_use(
            "a line could not be used; its answer says why",
        )),
        Err(error) => Err(Failure::dependency(format!(
            "cannot read or write: {error}"
        ))),
    }
}

/// The thumbprint of the first certificate in a PEM file; a refusal as a sentence.
pub fn thumbprint_of(path: &Path) -> Result<Digest, String> {
    clients::thumbprint(path).map_err(|failure| failure.message)
}

/// The services that these settings describe, without a server.
fn services(config: &Path) -> Result<Services, Failure> {
    let config = Config::load(config)?;
    Ok(Services::build(
        &config,
        Arc::new(SystemClock),
        Arc::new(OsRandomness),
    )?)
}

/// Run an async command on the runtime that actix needs.
fn system(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(command)
}
