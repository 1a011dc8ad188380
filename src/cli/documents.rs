//! `amnat verify` and `amnat verify-receipt`.

use super::Failure;
use crate::authority::service::{receipt_keys, verify_receipt as check_receipt};
use crate::document::service::{self, MAX_FILE_BYTES};
use crate::document::verification::{CheckOutcome, Offline, Verdict};
use crate::kernel::time::{Clock as _, SystemClock};
use clap::Args;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Arguments of `amnat verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The PDF.
    file: PathBuf,
    /// Root certificates to trust (PEM). Roots inside the file are never trusted.
    #[arg(long)]
    trust: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `amnat verify-receipt`.
#[derive(Debug, Args)]
pub struct VerifyReceipt {
    /// The receipt (a compact JWS).
    file: PathBuf,
    /// The issuer's public keys (a JWK set), fetched beforehand from its `/.well-known/jwks.json`.
    /// Without them the receipt cannot be judged (exit status 3).
    #[arg(long)]
    keys: Option<PathBuf>,
    /// Print the receipt's content as JSON.
    #[arg(long)]
    json: bool,
}

/// Read a file within a bound; a longer one is refused, not cut.
fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let failure = |error: std::io::Error| {
        Failure::wrong_use(format!("cannot read {}: {error}", path.display()))
    };
    let file = File::open(path).map_err(failure)?;
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failure)?;
    if bytes.len() as u64 > most {
        return Err(Failure::wrong_use(format!(
            "{} is larger than {most} bytes",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Verify a PDF offline.
pub fn verify(arguments: &Verify) -> Result<(), Failure> {
    let bytes = read(&arguments.file, MAX_FILE_BYTES)?;
    let roots = match &arguments.trust {
        None => None,
        Some(path) => {
            let pem = read(path, 1024 * 1024)?;
            Some(
                service::roots_from_pem(&pem)
                    .map_err(|error| Failure::wrong_use(format!("{}: {error}", path.display())))?,
            )
        }
    };
    let report = service::verify_offline(&bytes, roots.as_deref(), SystemClock.now());
    if arguments.json {
        let json = serde_json::to_string_pretty(&report).map_err(Failure::dependency)?;
        println!("{json}");
    } else {
        print_report(&arguments.file, &report);
    }
    match report.verdict {
        Verdict::IntactAndTrusted => Ok(()),
        Verdict::Refused => Err(Failure::no()),
        Verdict::TrustNotChecked => Err(Failure::dependency(
            "no trust root was given: use --trust ROOT.pem to judge the signer",
        )),
    }
}

fn print_report(path: &Path, report: &Offline) {
    println!("{}", path.display());
    for check in &report.checks {
        let mark = match check.outcome {
            CheckOutcome::Passed => "pass",
            CheckOutcome::Failed => "FAIL",
            CheckOutcome::NotChecked => "not checked",
        };
        let words = check.code.words();
        print!("  [{mark}] {} / {}", words.th, words.en);
        if check.detail.is_empty() {
            println!()
        } else {
            println!(" ({})", check.detail)
        }
    }
    if let Some(number) = &report.number {
        println!("  number  {number}");
    }
    if let Some(signer) = &report.signer {
        println!("  signer  {signer}");
    }
    if let Some(at) = report.signed_at {
        println!("  signed  {at} (time-stamp)");
    }
    println!("  sha256  {}", report.sha256);
    let words = report.verdict.words();
    println!("  => {} / {}", words.th, words.en);
}

/// Verify a receipt offline.
pub fn verify_receipt(arguments: &VerifyReceipt) -> Result<(), Failure> {
    let text = read(&arguments.file, 256 * 1024)?;
    let Some(path) = &arguments.keys else {
        return Err(Failure::dependency(
            "no keys were given: use --keys JWKS.json to judge the signature",
        ));
    };
    let keys = read(path, 256 * 1024)?;
    let keys = receipt_keys(&keys)
        .map_err(|error| Failure::wrong_use(format!("{}: {error}", path.display())))?;
    let Ok(token) = std::str::from_utf8(&text) else {
        println!("refused: the receipt is not text");
        return Err(Failure::no());
    };
    match check_receipt(token.trim(), &keys) {
        Ok(receipt) => {
            if arguments.json {
                println!(
                    "{}",
                    serde_json::to_string_pretty(&receipt).map_err(Failure::dependency)?
                );
            } else {
                println!("  decision  {}", receipt.decision);
                println!("  id        {}", receipt.jti);
                println!("  for       {}", receipt.aud);
                println!("  company   {}", receipt.juristic_person);
                println!("  about     {}", receipt.valid_at);
                println!("  known at  {}", receipt.known_at);
                println!("  issued    {}", receipt.issued_at);
                println!("  good till {}", receipt.valid_until);
                println!(
                    "  => ลายมือชื่อถูกต้อง / the signature is right: this is what {} answered",
                    receipt.iss
                );
            }
            Ok(())
        }
        Err(refusal) => {
            println!("  => ไม่ผ่านการตรวจสอบ / refused: {refusal}");
            Err(Failure::no())
        }
    }
}
