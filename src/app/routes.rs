//! The address book: every path of the service, and the API document made from the same rooms.

use super::health;
use crate::access::http::AccessApi;
use crate::authority::http::AuthorityApi;
use crate::document::http::DocumentApi;
use crate::identity::http::IdentityApi;
use crate::ledger::http::LedgerApi;
use crate::linkage::http::LinkageApi;
use crate::registry::http::RegistryApi;
use crate::registry::review::http::ReviewApi;
use crate::web::page::{self, STYLE};
use crate::web::problem::{Code, Problem};
use crate::{access, authority, document, identity, ledger, linkage, portal, registry};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme,
};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::SwaggerUi;

/// What belongs to no room.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Amnat",
        description = "May these people bind this company for this act, now? Signing authority from the Thai company register, with evidence.\n\n\
                       Machine clients get a certificate-bound access token from `/oauth2/token` over TLS with their client certificate. \
                       Every problem is an RFC 9457 document with a stable `code`, in English and Thai.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    paths(health::live, health::ready, health::metrics),
    components(schemas(health::Health)),
    tags(
        (name = "authority", description = "The question and its answer"),
        (name = "registry", description = "Juristic persons, officers, statements"),
        (name = "review", description = "Sentences that registry officers must read"),
        (name = "linkage", description = "Whether a person is an officer, and disputes about that"),
        (name = "identity", description = "Sign-ins and people"),
        (name = "certificates", description = "Certificates and their verification"),
        (name = "log", description = "The tamper-evident log"),
        (name = "access", description = "Machine clients"),
        (name = "operation", description = "Probes and metrics"),
    ),
    modifiers(&Security)
)]
struct ServiceApi;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scopes = crate::web::caller::scope::ALL
            .iter()
            .map(|scope| ((*scope).to_owned(), (*scope).to_owned()));
        let flow = ClientCredentials::new("/oauth2/token", Scopes::from_iter(scopes));
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme(
            "machine_client",
            SecurityScheme::OAuth2(OAuth2::with_description(
                [Flow::ClientCredentials(flow)],
                "Access token bound to the client's TLS certificate (RFC 8705)",
            )),
        );
        components.add_security_scheme(
            "person",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(
                crate::web::caller::SESSION_COOKIE,
            ))),
        );
    }
}

/// The whole API document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = ServiceApi::openapi();
    for room in [
        AuthorityApi::openapi(),
        RegistryApi::openapi(),
        ReviewApi::openapi(),
        LinkageApi::openapi(),
        IdentityApi::openapi(),
        DocumentApi::openapi(),
        LedgerApi::openapi(),
        AccessApi::openapi(),
    ] {
        document.merge(room);
    }
    document
}

/// The API document as it is kept in `openapi/amnat.json`.
pub fn openapi_json() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

/// Mount everything.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(
            web::PathConfig::default().error_handler(|_, _| Problem::plain(Code::NotFound).into()),
        )
        .app_data(
            web::QueryConfig::default()
                .error_handler(|_, _| Problem::plain(Code::MalformedRequest).into()),
        )
        .app_data(
            web::FormConfig::default()
                .error_handler(|_, _| Problem::plain(Code::MalformedRequest).into()),
        )
        .configure(authority::http::configure)
        .configure(registry::http::configure)
        .configure(registry::review::http::configure)
        .configure(linkage::http::configure)
        .configure(identity::http::configure)
        .configure(document::http::configure)
        .configure(ledger::http::configure)
        .configure(access::http::configure)
        .configure(portal::configure)
        .service(web::resource("/healthz").route(web::get().to(health::live)))
        .service(web::resource("/readyz").route(web::get().to(health::ready)))
        .service(web::resource("/metrics").route(web::get().to(health::metrics)))
        .service(web::resource("/assets/{name}").route(web::get().to(asset)))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document()))
        .service(web::redirect("/docs", "/docs/"))
        .default_service(web::to(nothing_here));
}

/// What the pages load: style and typeface, compiled in.
async fn asset(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (content_type, bytes): (&str, &'static [u8]) = match name.as_str() {
        "amnat.css" => ("text/css; charset=utf-8", STYLE.as_bytes()),
        "sarabun-regular.ttf" => (
            "font/ttf",
            include_bytes!("../pdf/fonts/Sarabun-Regular.ttf"),
        ),
        "sarabun-bold.ttf" => ("font/ttf", include_bytes!("../pdf/fonts/Sarabun-Bold.ttf")),
        _ => return Err(Problem::plain(Code::NotFound)),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(bytes))
}

/// No such path: a problem document for machines, a page for people.
async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accepts.contains("text/html") && !request.path().starts_with("/v1/") {
        return page::problem_page(page::language(&request), Code::NotFound);
    }
    Err(Problem::plain(Code::NotFound))
}
