//! The log over HTTP: the newest checkpoint, and the proofs of a record.

use super::checkpoint::{SignedCheckpoint, hash_to_base64};
use super::leaf::LeafReference;
use super::service::{LedgerService, LogEntry, ReadError};
use crate::kernel::lang::Bilingual;
use crate::telemetry::blocking;
use crate::web::caller::{Authorised, scope};
use crate::web::problem::{Code, Problem, ProblemDocument};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// The log's part of the API document.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(checkpoint, proof),
    components(schemas(LogProofs, LogProofEntry, LogLeaf))
)]
pub struct LedgerApi;

/// Mount the log's paths. The application's data holds a `web::Data<LedgerService>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/v1/log/checkpoint").route(web::get().to(checkpoint)))
        .service(web::resource("/v1/log/proof/{reference}").route(web::get().to(proof)));
}

/// What the log says of one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogProofs {
    /// Name of the log.
    origin: String,
    /// The leaves of the record, oldest first.
    entries: Vec<LogProofEntry>,
}

/// One leaf and its proof.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogProofEntry {
    /// Place in the log, from 0.
    index: u64,
    /// The entry itself; its canonical JSON (RFC 8785) is what was hashed.
    leaf: LogLeaf,
    /// `SHA-256(0x00 ‖ canonical leaf)`, hexadecimal.
    leaf_hash: String,
    /// Size of the tree the proof is for; null until the next checkpoint covers the leaf.
    tree_size: Option<u64>,
    /// Hashes from the leaf to the root, base 64, lowest first.
    inclusion: Vec<String>,
    /// The same as a file that is checked without asking us (C2SP `tlog-proof`).
    tlog_proof: Option<String>,
}

/// One entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogLeaf {
    /// What happened.
    #[schema(example = "certificate_issued")]
    kind: String,
    /// To which record.
    reference: String,
    /// When it was recorded (RFC 3339).
    at: String,
    /// `SHA-256(salt ‖ canonical record)`, hexadecimal.
    commitment: String,
}

impl From<LogEntry> for LogProofEntry {
    fn from(entry: LogEntry) -> Self {
        let tlog_proof = entry.proof.as_ref().map(ToString::to_string);
        let (tree_size, hashes) = match entry.proof {
            Some(proof) => (Some(proof.checkpoint.checkpoint.size), proof.hashes),
            None => (None, Vec::new()),
        };
        Self {
            index: entry.index.0,
            leaf: LogLeaf {
                kind: entry.leaf.kind.to_string(),
                reference: entry.leaf.reference.to_string(),
                at: entry.leaf.at.to_string(),
                commitment: entry.leaf.commitment.to_hex(),
            },
            leaf_hash: entry.hash.to_hex(),
            tree_size,
            inclusion: hashes.iter().map(hash_to_base64).collect(),
            tlog_proof,
        }
    }
}

fn problem(error: &ReadError) -> Problem {
    match error {
        ReadError::Unavailable { .. } => Problem::plain(Code::Unavailable),
        ReadError::Broken(_) => Problem::internal(error),
    }
}

/// The newest signed checkpoint.
///
/// A C2SP signed note: origin, size and root of the log, and the log's signature. Compare it with one from another
/// place to see that both see the same log.
#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "log",
    security(("client_token" = ["log.read"])),
    responses(
        (status = 200, description = "The signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "Nothing was signed yet", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn checkpoint(
    _caller: Authorised<scope::LogRead>,
    ledger: web::Data<LedgerService>,
) -> Result<HttpResponse, Problem> {
    let latest: Option<SignedCheckpoint> = blocking(move || ledger.latest())
        .await?
        .map_err(|error| problem(&error))?;
    let latest = latest.ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            Bilingual::new("ยังไม่มีจุดตรวจสอบที่ลงนาม", "no checkpoint was signed yet"),
        )
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(latest.note))
}

/// The proofs that a record stands in the log.
#[utoipa::path(
    get, path = "/v1/log/proof/{reference}", tag = "log",
    params(("reference" = String, Path, description = "Identifier of the record", example = "ver_0123456789abcdefghjkmnpqrs")),
    security(("client_token" = ["log.read"])),
    responses(
        (status = 200, description = "The leaves of the record with their proofs", body = LogProofs),
        (status = 404, description = "The log has no such record", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn proof(
    _caller: Authorised<scope::LogRead>,
    ledger: web::Data<LedgerService>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = || {
        Problem::new(
            Code::NotFound,
            Bilingual::new("ไม่พบรายการนี้ในบันทึก", "the log has no such record"),
        )
    };
    // A text that cannot be a reference names no record.
    let reference: LeafReference = reference.parse().map_err(|_| unknown())?;
    let origin = ledger.origin().to_owned();
    let entries = blocking(move || ledger.proof(&reference))
        .await?
        .map_err(|error| problem(&error))?;
    if entries.is_empty() {
        return Err(unknown());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(LogProofs {
            origin,
            entries: entries.into_iter().map(LogProofEntry::from).collect(),
        }))
}
