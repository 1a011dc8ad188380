//! The clients' table.

use super::api_client::{ApiClient, ClientId, ClientStatus, Scopes};
use crate::db::schema::api_client;
use crate::db::{AnyConnection, StoreError, bad_row, one_row};
use crate::kernel::digest::Digest;
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use chrono::NaiveDateTime;
use diesel::prelude::*;

pub mod idempotency;

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = api_client)]
struct ClientRow {
    client_id: String,
    name_th: String,
    name_en: String,
    certificate_thumbprint: String,
    scopes: String,
    status: String,
    created_at: NaiveDateTime,
    version: i64,
}

impl From<&ApiClient> for ClientRow {
    fn from(client: &ApiClient) -> Self {
        Self {
            client_id: client.client_id.to_string(),
            name_th: client.name.th.clone(),
            name_en: client.name.en.clone(),
            certificate_thumbprint: client.certificate_thumbprint.to_hex(),
            scopes: client.scopes.to_string(),
            status: client.status.as_str().to_owned(),
            created_at: client.created_at.to_naive(),
            version: client.version,
        }
    }
}

impl TryFrom<ClientRow> for ApiClient {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Result<Self, StoreError> {
        let bad = |column, cause: &dyn std::fmt::Display| {
            bad_row("api_client", column, &row.client_id, cause)
        };
        Ok(Self {
            client_id: row
                .client_id
                .parse()
                .map_err(|error| bad("client_id", &error))?,
            certificate_thumbprint: row
                .certificate_thumbprint
                .parse()
                .map_err(|error| bad("certificate_thumbprint", &error))?,
            status: row.status.parse().map_err(|error| bad("status", &error))?,
            name: Bilingual::new(row.name_th, row.name_en),
            scopes: Scopes::trusted(&row.scopes),
            created_at: Instant::from_naive(row.created_at),
            version: row.version,
        })
    }
}

/// The client with this identifier.
pub(super) fn client(
    connection: &mut AnyConnection,
    client_id: &ClientId,
) -> Result<Option<ApiClient>, StoreError> {
    let row: Option<ClientRow> = api_client::table
        .filter(api_client::client_id.eq(client_id.as_str()))
        .select(ClientRow::as_select())
        .first(connection)
        .optional()?;
    row.map(ApiClient::try_from).transpose()
}

/// The client that authenticates with this certificate.
pub(super) fn client_with_certificate(
    connection: &mut AnyConnection,
    thumbprint: &Digest,
) -> Result<Option<ApiClient>, StoreError> {
    let row: Option<ClientRow> = api_client::table
        .filter(api_client::certificate_thumbprint.eq(thumbprint.to_hex()))
        .select(ClientRow::as_select())
        .first(connection)
        .optional()?;
    row.map(ApiClient::try_from).transpose()
}

/// All clients, by identifier.
pub(super) fn clients(connection: &mut AnyConnection) -> Result<Vec<ApiClient>, StoreError> {
    let rows: Vec<ClientRow> = api_client::table
        .order(api_client::client_id)
        .select(ClientRow::as_select())
        .load(connection)?;
    rows.into_iter().map(ApiClient::try_from).collect()
}

/// Add a client.
pub(super) fn add(connection: &mut AnyConnection, client: &ApiClient) -> Result<(), StoreError> {
    diesel::insert_into(api_client::table)
        .values(ClientRow::from(client))
        .execute(connection)?;
    Ok(())
}

/// Store a changed client, provided that nobody else changed it: `client.version` is the new version.
pub(super) fn change(connection: &mut AnyConnection, client: &ApiClient) -> Result<(), StoreError> {
    let status: ClientStatus = client.status;
    let affected = diesel::update(
        api_client::table
            .filter(api_client::client_id.eq(client.client_id.as_str()))
            .filter(api_client::version.eq(client.version - 1)),
    )
    .set((
        api_client::certificate_thumbprint.eq(client.certificate_thumbprint.to_hex()),
        api_client::status.eq(status.as_str()),
        api_client::version.eq(client.version),
    ))
    .execute(connection)?;
    one_row("api_client", affected)
}
