//! Pages for people: templates compiled into the binary, both languages, no scripts needed, nothing from elsewhere.

use super::problem::{Code, Problem};
use crate::kernel::lang::Language;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use std::sync::OnceLock;

/// Every page template, by name. Embedded, so that a page cannot differ from the binary that was tested.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "about.html",
        include_str!("../../templates/pages/about.html"),
    ),
    ("base.html", include_str!("../../templates/pages/base.html")),
    ("home.html", include_str!("../../templates/pages/home.html")),
    (
        "message.html",
        include_str!("../../templates/pages/message.html"),
    ),
    (
        "sign-in.html",
        include_str!("../../templates/pages/sign-in.html"),
    ),
    (
        "signed-in.html",
        include_str!("../../templates/pages/signed-in.html"),
    ),
    (
        "upload.html",
        include_str!("../../templates/pages/upload.html"),
    ),
    (
        "verify.html",
        include_str!("../../templates/pages/verify.html"),
    ),
    (
        "verify-upload.html",
        include_str!("../../templates/pages/verify-upload.html"),
    ),
];

/// The style sheet of every page.
pub const STYLE: &str = include_str!("../../templates/pages/amnat.css");

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in TEMPLATES {
            // A template that does not parse is found by the test below, and by the page's own refusal.
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(template = name, error = %error, "a template does not parse");
            }
        }
        environment
    })
}

/// The page's HTML.
pub fn render(template: &str, context: &impl Serialize) -> Result<String, minijinja::Error> {
    environment()
        .get_template(template)?
        .render(minijinja::value::Serde(context))
}

/// The page as an answer, with headers that let it load nothing but our own style and send forms only to us and, for
/// signing in, to the identity provider.
pub fn answer(
    status: StatusCode,
    template: &str,
    context: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let html = render(template, context).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self' http: https:",
        ))
        .body(html))
}

/// The language to show: `?lang=en` or `?lang=th`, else what the browser prefers, else Thai.
pub fn language(request: &HttpRequest) -> Language {
    for pair in request.query_string().split('&') {
        match pair {
            "lang=en" => return Language::En,
            "lang=th" => return Language::Th,
            _ => {}
        }
    }
    let preferred = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    match preferred {
        Some(text) if text.trim_start().starts_with("en") => Language::En,
        _ => Language::Th,
    }
}

/// What `message.html` shows: one thing that happened.
#[derive(Debug, Serialize)]
pub struct MessagePage {
    /// Language of the page.
    pub lang: Language,
    /// Heading.
    pub title: String,
    /// One or two sentences.
    pub message: String,
    /// `good`, `bad` or `plain`.
    pub tone: &'static str,
    /// Id of the request, to quote when asking for help.
    pub reference: String,
}

/// A page's refusal, for the router: a problem document is for machines, people get a page.
pub fn problem_page(language: Language, code: Code) -> Result<HttpResponse, Problem> {
    let title = code.title();
    let title = match language {
        Language::Th => title.th,
        Language::En => title.en,
    };
    answer(
        code.status(),
        "message.html",
        &MessagePage {
            lang: language,
            title,
            message: String::new(),
            tone: "bad",
            reference: super::request::current_id(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        for (name, _) in TEMPLATES {
            assert!(environment().get_template(name).is_ok(), "{name}");
        }
    }
}
