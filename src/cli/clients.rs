//! `amnat clients`: machine clients of the service.

use super::{Failure, services};
use crate::access::{ApiClient, ClientId, NewClient};
use crate::crypto::x509::Certificate;
use crate::kernel::digest::Digest;
use crate::kernel::lang::Bilingual;
use std::path::{Path, PathBuf};

/// What to do with clients.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Register a client.
    Add {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// Identifier, e.g. `bank`.
        client_id: String,
        /// Its certificate (PEM).
        #[arg(long)]
        certificate: PathBuf,
        /// Its name as people see it, Thai.
        #[arg(long)]
        name_th: String,
        /// Its name as people see it, English.
        #[arg(long)]
        name_en: String,
        /// What it may ask for, separated by spaces.
        #[arg(long, default_value = "authority.evaluate")]
        scopes: String,
    },
    /// Give a client another certificate; the old one stops working.
    Rotate {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// Identifier.
        client_id: String,
        /// The new certificate (PEM).
        #[arg(long)]
        certificate: PathBuf,
    },
    /// End a client for good.
    Revoke {
        /// Configuration file (TOML).
        #[arg(long, default_value = "amnat.toml")]
        config: PathBuf,
        /// Identifier.
        client_id: String,
    },
    /// List the clients.
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
            client_id,
            certificate,
            name_th,
            name_en,
            scopes,
        } => {
            let new = NewClient {
                client_id: identifier(&client_id)?,
                name: Bilingual::new(name_th, name_en),
                certificate_thumbprint: thumbprint(&certificate)?,
                scopes,
            };
            let client = services(&config)?
                .access
                .add_client(&new)
                .map_err(Failure::wrong_use)?;
            print(&client);
        }
        Command::Rotate {
            config,
            client_id,
            certificate,
        } => {
            let (id, thumbprint) = (identifier(&client_id)?, thumbprint(&certificate)?);
            let client = services(&config)?
                .access
                .rotate_client(&id, thumbprint)
                .map_err(Failure::wrong_use)?;
            print(&client);
        }
        Command::Revoke { config, client_id } => {
            let id = identifier(&client_id)?;
            print(
                &services(&config)?
                    .access
                    .revoke_client(&id)
                    .map_err(Failure::wrong_use)?,
            );
        }
        Command::List { config } => {
            for client in services(&config)?
                .access
                .clients()
                .map_err(Failure::dependency)?
            {
                print(&client);
            }
        }
    }
    Ok(())
}

fn identifier(text: &str) -> Result<ClientId, Failure> {
    text.parse()
        .map_err(|error| Failure::wrong_use(format!("{text}: {error}")))
}

/// The thumbprint of the first certificate in a PEM file (RFC 8705 §3.1).
pub fn thumbprint(path: &Path) -> Result<Digest, Failure> {
    let refuse =
        |error: &dyn std::fmt::Display| Failure::wrong_use(format!("{}: {error}", path.display()));
    let pem = std::fs::read(path).map_err(|error| refuse(&error))?;
    let certificates = Certificate::from_pem(&pem).map_err(|error| refuse(&error))?;
    certificates
        .first()
        .map(Certificate::thumbprint)
        .ok_or_else(|| refuse(&"there is no certificate in it"))
}

fn print(client: &ApiClient) {
    println!(
        "{}\t{}\t{}\t{}\t{}",
        client.client_id,
        client.status.as_str(),
        client.scopes,
        client.certificate_thumbprint,
        client.name.en
    );
}
