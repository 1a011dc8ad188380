//! The login page and the page that says why there is none.

use super::{Holder, Request, RequestRefusal};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

#[derive(Serialize)]
struct Choice<'a> {
    request: &'a Request,
    searched: &'a str,
    cards: Vec<Card<'a>>,
    scopes: Vec<&'a str>,
    host: String,
}

#[derive(Serialize)]
struct Refused {
    thai: &'static str,
    english: String,
}

#[derive(Serialize)]
struct Card<'a> {
    national_id: &'a str,
    masked: String,
    name: String,
    name_en: String,
}

fn render(template: &str, context: &impl Serialize) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("frame.html", include_str!("frame.html"))?;
    environment.add_template("page.html", template)?;
    environment
        .get_template("page.html")?
        .render(Serde(context))
}

/// The list of people to choose from, narrowed by what was searched for.
pub(super) fn sign_in(
    request: &Request,
    searched: &str,
    holders: &[Holder<'_>],
) -> Result<String, minijinja::Error> {
    let cards = holders
        .iter()
        .map(|holder| {
            let (thai, english) = holder.names();
            Card {
                national_id: holder.number(),
                masked: holder.masked(),
                name: thai.full(),
                name_en: english.full(),
            }
        })
        .collect();
    let scopes = request
        .scope
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .collect();
    let host = url::Url::parse(&request.redirect_uri).map(|uri| uri.origin().ascii_serialization());
    let host = host.unwrap_or_else(|_| request.redirect_uri.clone());
    render(
        include_str!("sign_in.html"),
        &Choice {
            request,
            searched,
            cards,
            scopes,
            host,
        },
    )
}

/// Why the visitor cannot go on, where there is no address to send the browser back to.
pub(super) fn refusal(refusal: RequestRefusal) -> Result<String, minijinja::Error> {
    let thai = match refusal {
        RequestRefusal::UnknownClient => "ไม่รู้จักผู้ขอรายนี้",
        RequestRefusal::UnknownRedirect => "ที่อยู่ปลายทางไม่ตรงกับที่ลงทะเบียนไว้",
        RequestRefusal::Returned(_) => "คำขอไม่ถูกต้อง",
    };
    render(
        include_str!("refusal.html"),
        &Refused {
            thai,
            english: refusal.to_string(),
        },
    )
}
