//! The start page and the form for a document to check. The handlers that look a document up stand with the document.

use super::{HomePage, UploadPage};
use crate::web::page;
use crate::web::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// What the handlers need; stands in the application's data as `web::Data`.
#[derive(Debug, Clone, Copy)]
pub struct PortalSettings {
    /// Whether pages say SANDBOX.
    pub sandbox: bool,
}

/// Mount `GET /`. `/verify` is mounted by whoever also answers its `POST`, with [`upload_form`].
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/").route(web::get().to(home)));
}

async fn home(
    request: HttpRequest,
    settings: web::Data<PortalSettings>,
) -> Result<HttpResponse, Problem> {
    let page = HomePage {
        lang: page::language(&request),
        sandbox: settings.sandbox,
    };
    page::answer(StatusCode::OK, "home.html", &page)
}

/// `GET /verify`: the form for a file to check.
pub async fn upload_form(
    request: HttpRequest,
    settings: web::Data<PortalSettings>,
) -> Result<HttpResponse, Problem> {
    let page = UploadPage::new(page::language(&request), settings.sandbox, None);
    page::answer(StatusCode::OK, "verify-upload.html", &page)
}
