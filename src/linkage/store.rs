//! Rows of links that decisions used, of disputes and of what the status service said. All are only ever added; what
//! people wrote and the names that were compared are sealed for their row.

use super::dispute::{Claim, Dispute, OpenedAs, Settlement, Verdict};
use super::foreigner::{ForeignerStatus, StatusAnswer};
use super::matching::{Link, LinkBasis, LinkEvidence, UsedLink};
use crate::db::schema::{link_dispute, link_evidence, link_settlement, passport_status};
use crate::db::{AnyConnection, StoreError, bad_row, parsed};
use crate::identity::person::PersonRef;
use crate::identity::vault::{Vault, VaultError};
use crate::kernel::id::{DisputeId, RegistrationNumber};
use crate::kernel::time::Instant;
use crate::registry::model::{BlindIndex, IdentityKind, OfficerRef};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

const EVIDENCE: &str = "link_evidence";
const DISPUTE: &str = "link_dispute";
const SETTLEMENT: &str = "link_settlement";
const STATUS: &str = "passport_status";

fn sealed_error(
    table: &'static str,
    column: &'static str,
    id: &str,
    error: VaultError,
) -> StoreError {
    match error {
        VaultError::CannotOpen { .. } => bad_row(table, column, id, error),
        VaultError::Unavailable { cause } => StoreError::Unavailable { cause },
    }
}

fn seal(
    vault: &dyn Vault,
    (table, column): (&'static str, &'static str),
    id: &str,
    plain: &[u8],
) -> Result<Vec<u8>, StoreError> {
    vault
        .seal(&format!("{table}.{column}"), id, plain)
        .map_err(|error| sealed_error(table, column, id, error))
}

fn open(
    vault: &dyn Vault,
    (table, column): (&'static str, &'static str),
    id: &str,
    sealed: &[u8],
) -> Result<Vec<u8>, StoreError> {
    vault
        .open(&format!("{table}.{column}"), id, sealed)
        .map_err(|error| sealed_error(table, column, id, error))
}

fn open_text(
    vault: &dyn Vault,
    (table, column): (&'static str, &'static str),
    id: &str,
    sealed: &[u8],
) -> Result<String, StoreError> {
    String::from_utf8(open(vault, (table, column), id, sealed)?)
        .map_err(|_| bad_row(table, column, id, "no text"))
}

/// What is sealed beside a link: the names that were compared.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    registered: String,
    agreed: String,
}

fn evidence_id(
    person: &PersonRef,
    number: &RegistrationNumber,
    officer: i64,
    version: i64,
) -> String {
    format!("{person}/{}/{officer}/{version}", number.as_str())
}

/// Keep a link that a decision uses, once for each version of the record.
pub fn keep_link(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    number: &RegistrationNumber,
    used: &UsedLink,
) -> Result<(), StoreError> {
    let officer = i64::from(used.link.officer.number());
    let version = i64::try_from(used.link.evidence.registry_version)
        .map_err(|error| bad_row(EVIDENCE, "registry_version", number.as_str(), error))?;
    let key = (used.person.as_str(), number.as_str(), officer, version);
    let known: i64 = link_evidence::table
        .find(key)
        .count()
        .get_result(connection)?;
    if known > 0 {
        return Ok(());
    }
    let id = evidence_id(&used.person, number, officer, version);
    let compared = Compared {
        registered: used.link.evidence.registered_name.clone(),
        agreed: used.link.evidence.agreed_name.clone(),
    };
    let plain =
        serde_json::to_vec(&compared).map_err(|error| bad_row(EVIDENCE, "evidence", &id, error))?;
    let inserted = diesel::insert_into(link_evidence::table)
        .values((
            link_evidence::person_id.eq(used.person.as_str()),
            link_evidence::registration_number.eq(number.as_str()),
            link_evidence::officer.eq(officer),
            link_evidence::registry_version.eq(version),
            link_evidence::basis.eq(used.link.basis.as_str()),
            link_evidence::linked_at.eq(used.at.to_naive()),
            link_evidence::evidence.eq(seal(vault, (EVIDENCE, "evidence"), &id, &plain)?),
        ))
        .execute(connection);
    added_or_again(inserted)
}

/// Two transactions that add the same row at once: the later runs again and finds it.
fn added_or_again(inserted: QueryResult<usize>) -> Result<(), StoreError> {
    match inserted.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict { constraint }) => Err(StoreError::Contended {
            cause: format!("the same row was added at the same time ({constraint})"),
        }),
        Err(error) => Err(error),
    }
}

type EvidenceRow = (String, i64, i64, String, NaiveDateTime, Vec<u8>);

/// The links to an officer that decisions used, newest first, at most `limit`.
pub fn links(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    number: &RegistrationNumber,
    officer: OfficerRef,
    limit: i64,
) -> Result<Vec<UsedLink>, StoreError> {
    let rows: Vec<EvidenceRow> = link_evidence::table
        .filter(link_evidence::registration_number.eq(number.as_str()))
        .filter(link_evidence::officer.eq(i64::from(officer.number())))
        .order((
            link_evidence::linked_at.desc(),
            link_evidence::person_id.asc(),
            link_evidence::registry_version.desc(),
        ))
        .limit(limit)
        .select((
            link_evidence::person_id,
            link_evidence::officer,
            link_evidence::registry_version,
            link_evidence::basis,
            link_evidence::linked_at,
            link_evidence::evidence,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(person, officer, version, basis, at, sealed)| {
            let person: PersonRef = parsed(EVIDENCE, "person_id", &person, &person)?;
            let id = evidence_id(&person, number, officer, version);
            let plain = open(vault, (EVIDENCE, "evidence"), &id, &sealed)?;
            // The cause of a wrong form may quote the plain text.
            let compared: Compared = serde_json::from_slice(&plain)
                .map_err(|_| bad_row(EVIDENCE, "evidence", &id, "another form"))?;
            Ok(UsedLink {
                person,
                link: Link {
                    officer: officer_ref(EVIDENCE, &id, officer)?,
                    basis: LinkBasis::find(&basis)
                        .ok_or_else(|| bad_row(EVIDENCE, "basis", &id, "not a known word"))?,
                    evidence: LinkEvidence {
                        registered_name: compared.registered,
                        agreed_name: compared.agreed,
                        registry_version: u64::try_from(version)
                            .map_err(|error| bad_row(EVIDENCE, "registry_version", &id, error))?,
                    },
                },
                at: Instant::from_naive(at),
            })
        })
        .collect()
}

fn officer_ref(table: &'static str, id: &str, officer: i64) -> Result<OfficerRef, StoreError> {
    let number = u32::try_from(officer).map_err(|error| bad_row(table, "officer", id, error))?;
    OfficerRef::new(number)
        .ok_or_else(|| bad_row(table, "officer", id, "no officer has this number"))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_dispute)]
struct DisputeRow {
    id: String,
    registration_number: String,
    officer: i64,
    kind: String,
    blind_index: Vec<u8>,
    registry_version: i64,
    claim: String,
    opened_as: String,
    opener: String,
    opened_at: NaiveDateTime,
    reason: Vec<u8>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_settlement)]
struct SettlementRow {
    dispute_id: String,
    verdict: String,
    officer_id: String,
    settled_at: NaiveDateTime,
    reason: Vec<u8>,
}

impl DisputeRow {
    fn into_dispute(
        self,
        vault: &dyn Vault,
        settlement: Option<SettlementRow>,
    ) -> Result<Dispute, StoreError> {
        let id = &self.id;
        let unknown = |column| bad_row(DISPUTE, column, id, "not a known word");
        let settlement = settlement
            .map(|row| row.into_settlement(vault))
            .transpose()?;
        Ok(Dispute {
            registration_number: parsed(
                DISPUTE,
                "registration_number",
                id,
                &self.registration_number,
            )?,
            officer: officer_ref(DISPUTE, id, self.officer)?,
            kind: IdentityKind::from_stored(&self.kind).ok_or_else(|| unknown("kind"))?,
            index: BlindIndex::try_from(self.blind_index.as_slice())
                .map_err(|error| bad_row(DISPUTE, "blind_index", id, error))?,
            registry_version: u64::try_from(self.registry_version)
                .map_err(|error| bad_row(DISPUTE, "registry_version", id, error))?,
            claim: Claim::find(&self.claim).ok_or_else(|| unknown("claim"))?,
            opened_as: OpenedAs::find(&self.opened_as).ok_or_else(|| unknown("opened_as"))?,
            opener: parsed(DISPUTE, "opener", id, &self.opener)?,
            opened_at: Instant::from_naive(self.opened_at),
            reason: open_text(vault, (DISPUTE, "reason"), id, &self.reason)?,
            id: parsed(DISPUTE, "id", id, id)?,
            settlement,
        })
    }
}

impl SettlementRow {
    fn into_settlement(self, vault: &dyn Vault) -> Result<Settlement, StoreError> {
        let id = &self.dispute_id;
        Ok(Settlement {
            verdict: Verdict::find(&self.verdict)
                .ok_or_else(|| bad_row(SETTLEMENT, "verdict", id, "not a known word"))?,
            officer: parsed(SETTLEMENT, "officer_id", id, &self.officer_id)?,
            at: Instant::from_naive(self.settled_at),
            reason: open_text(vault, (SETTLEMENT, "reason"), id, &self.reason)?,
        })
    }
}

/// A dispute before it has a settlement, as a row.
pub fn add_dispute(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    dispute: &Dispute,
) -> Result<(), StoreError> {
    let id = dispute.id.as_str();
    let version = i64::try_from(dispute.registry_version)
        .map_err(|error| bad_row(DISPUTE, "registry_version", id, error))?;
    let reason = seal(vault, (DISPUTE, "reason"), id, dispute.reason.as_bytes())?;
    diesel::insert_into(link_dispute::table)
        .values((
            link_dispute::id.eq(id),
            link_dispute::registration_number.eq(dispute.registration_number.as_str()),
            link_dispute::officer.eq(i64::from(dispute.officer.number())),
            link_dispute::kind.eq(dispute.kind.as_str()),
            link_dispute::blind_index.eq(dispute.index.as_slice()),
            link_dispute::registry_version.eq(version),
            link_dispute::claim.eq(dispute.claim.as_str()),
            link_dispute::opened_as.eq(dispute.opened_as.as_str()),
            link_dispute::opener.eq(dispute.opener.as_str()),
            link_dispute::opened_at.eq(dispute.opened_at.to_naive()),
            link_dispute::reason.eq(reason),
        ))
        .execute(connection)?;
    Ok(())
}

/// Write down how a dispute was settled; refused as stale when it was settled at the same time.
pub fn add_settlement(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &DisputeId,
    settlement: &Settlement,
) -> Result<(), StoreError> {
    let reason = seal(
        vault,
        (SETTLEMENT, "reason"),
        id.as_str(),
        settlement.reason.as_bytes(),
    )?;
    let inserted = diesel::insert_into(link_settlement::table)
        .values((
            link_settlement::dispute_id.eq(id.as_str()),
            link_settlement::verdict.eq(settlement.verdict.as_str()),
            link_settlement::officer_id.eq(settlement.officer.as_str()),
            link_settlement::settled_at.eq(settlement.at.to_naive()),
            link_settlement::reason.eq(reason),
        ))
        .execute(connection);
    match inserted.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict { .. }) => Err(StoreError::Stale { table: SETTLEMENT }),
        Err(error) => Err(error),
    }
}

/// Every dispute there ever was about a juristic person, oldest first.
pub fn disputes(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    number: &RegistrationNumber,
) -> Result<Vec<Dispute>, StoreError> {
    let rows: Vec<(DisputeRow, Option<SettlementRow>)> = link_dispute::table
        .left_join(link_settlement::table.on(link_settlement::dispute_id.eq(link_dispute::id)))
        .filter(link_dispute::registration_number.eq(number.as_str()))
        .order((link_dispute::opened_at, link_dispute::id))
        .select((
            DisputeRow::as_select(),
            Option::<SettlementRow>::as_select(),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(dispute, settlement)| dispute.into_dispute(vault, settlement))
        .collect()
}

/// One dispute.
pub fn dispute(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    id: &DisputeId,
) -> Result<Option<Dispute>, StoreError> {
    let row: Option<(DisputeRow, Option<SettlementRow>)> = link_dispute::table
        .left_join(link_settlement::table.on(link_settlement::dispute_id.eq(link_dispute::id)))
        .filter(link_dispute::id.eq(id.as_str()))
        .select((
            DisputeRow::as_select(),
            Option::<SettlementRow>::as_select(),
        ))
        .first(connection)
        .optional()?;
    row.map(|(dispute, settlement)| dispute.into_dispute(vault, settlement))
        .transpose()
}

/// The open disputes, longest waiting first, after this place.
pub fn open_disputes(
    connection: &mut AnyConnection,
    vault: &dyn Vault,
    after: Option<&(Instant, DisputeId)>,
    limit: i64,
) -> Result<Vec<Dispute>, StoreError> {
    let mut query = link_dispute::table
        .left_join(link_settlement::table.on(link_settlement::dispute_id.eq(link_dispute::id)))
        .filter(link_settlement::dispute_id.nullable().is_null())
        .order((link_dispute::opened_at, link_dispute::id))
        .limit(limit)
        .select(DisputeRow::as_select())
        .into_boxed();
    if let Some((since, id)) = after {
        let since = since.to_naive();
        query = query.filter(
            link_dispute::opened_at.gt(since).or(link_dispute::opened_at
                .eq(since)
                .and(link_dispute::id.gt(id.as_str().to_owned()))),
        );
    }
    let rows: Vec<DisputeRow> = query.load(connection)?;
    rows.into_iter()
        .map(|row| row.into_dispute(vault, None))
        .collect()
}

/// What the status service said last of a passport.
pub fn last_status(
    connection: &mut AnyConnection,
    passport: &BlindIndex,
) -> Result<Option<StatusAnswer>, StoreError> {
    let row: Option<(String, NaiveDateTime)> = passport_status::table
        .filter(passport_status::passport_index.eq(passport.as_slice()))
        .order(passport_status::checked_at.desc())
        .select((passport_status::status, passport_status::as_of))
        .first(connection)
        .optional()?;
    row.map(|(word, as_of)| {
        let status = ForeignerStatus::find(&word)
            .ok_or_else(|| bad_row(STATUS, "status", &hex::encode(passport), "not a known word"))?;
        Ok(StatusAnswer {
            status,
            as_of: Instant::from_naive(as_of),
        })
    })
    .transpose()
}

/// Write down what the status service said.
pub fn add_status(
    connection: &mut AnyConnection,
    passport: &BlindIndex,
    answer: StatusAnswer,
    checked_at: Instant,
) -> Result<(), StoreError> {
    diesel::insert_into(passport_status::table)
        .values((
            passport_status::passport_index.eq(passport.as_slice()),
            passport_status::checked_at.eq(checked_at.to_naive()),
            passport_status::status.eq(answer.status.as_str()),
            passport_status::as_of.eq(answer.as_of.to_naive()),
        ))
        .execute(connection)?;
    Ok(())
}
