//! A very small browser: it follows links and redirects, keeps cookies and fills in forms, as a person's would.
//!
//! It exists so that the demonstration walks through the same pages, cookies and forms that a person sees. It reads the
//! forms of our own and the sandbox's pages and is no general HTML reader.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode};
use std::collections::BTreeMap;
use url::Url;

/// Largest page that is read, in bytes.
const MAX_PAGE: usize = 1024 * 1024;
/// Redirects followed in a row.
const MAX_REDIRECTS: usize = 10;

/// Why the walk through the pages ended early.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// The page could not be fetched.
    #[error("{url}: {cause}")]
    Fetch {
        /// Address (without its query: it may hold codes).
        url: String,
        /// What the client said.
        cause: reqwest::Error,
    },
    /// The page answered with an error.
    #[error("{url} answered {status}")]
    Status {
        /// Address.
        url: String,
        /// Status.
        status: StatusCode,
    },
    /// The page is not what was expected.
    #[error("{url}: {reason}")]
    Unexpected {
        /// Address.
        url: String,
        /// What is missing.
        reason: String,
    },
}

/// A page that was fetched.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it was found, after redirects.
    pub url: Url,
    /// Its HTML.
    pub html: String,
}

/// One form of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// `true` for POST.
    pub post: bool,
    /// Fields with a value, in order (hidden fields, chosen options, text).
    pub fields: Vec<(String, String)>,
    /// Buttons and radio options with name and value.
    pub choices: Vec<(String, String)>,
}

/// The browser of one person.
pub struct Browser {
    client: Client,
    /// Cookies by origin.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    /// A fresh browser over a client that follows no redirects by itself.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            cookies: BTreeMap::new(),
        }
    }

    /// Open an address.
    pub async fn open(&mut self, url: &Url) -> Result<Page, BrowserError> {
        self.walk(Method::GET, url.clone(), None).await
    }

    /// A cookie that this address has set.
    pub fn cookie(&self, url: &Url, name: &str) -> Option<&str> {
        self.cookies
            .get(&origin(url))?
            .get(name)
            .map(String::as_str)
    }

    /// Send a form of a page, with these fields added or replaced.
    pub async fn submit(
        &mut self,
        page: &Page,
        form: &Form,
        with: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let mut fields: Vec<(String, String)> = form.fields.clone();
        for (name, value) in with {
            fields.retain(|(existing, _)| existing != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let target = page
            .url
            .join(&form.action)
            .map_err(|error| BrowserError::Unexpected {
                url: bare(&page.url),
                reason: error.to_string(),
            })?;
        if form.post {
            self.walk(Method::POST, target, Some(fields)).await
        } else {
            let mut target = target;
            target.query_pairs_mut().clear().extend_pairs(&fields);
            self.walk(Method::GET, target, None).await
        }
    }

    async fn walk(
        &mut self,
        mut method: Method,
        mut url: Url,
        mut body: Option<Vec<(String, String)>>,
    ) -> Result<Page, BrowserError> {
        for _ in 0..MAX_REDIRECTS {
            let response = self.send(&method, &url, body.as_deref()).await?;
            self.remember(&url, &response);
            let status = response.status();
            if status.is_redirection() {
                let location = response
                    .headers()
                    .get(LOCATION)
                    .and_then(|value| value.to_str().ok());
                let target = location.and_then(|location| url.join(location).ok());
                url = target.ok_or_else(|| BrowserError::Unexpected {
                    url: bare(&url),
                    reason: "a redirect without an address".to_owned(),
                })?;
                (method, body) = (Method::GET, None);
                continue;
            }
            let html = read(&url, response).await?;
            if !status.is_success() {
                return Err(BrowserError::Status {
                    url: bare(&url),
                    status,
                });
            }
            return Ok(Page { url, html });
        }
        Err(BrowserError::Unexpected {
            url: bare(&url),
            reason: "too many redirects".to_owned(),
        })
    }

    async fn send(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&[(String, String)]>,
    ) -> Result<Response, BrowserError> {
        let mut request = self.client.request(method.clone(), url.clone());
        if let Some(cookies) = self.cookies.get(&origin(url)) {
            let line = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("; ");
            request = request.header(COOKIE, line);
        }
        if let Some(fields) = body {
            request = request.form(fields);
        }
        request.send().await.map_err(|cause| BrowserError::Fetch {
            url: bare(url),
            cause: cause.without_url(),
        })
    }

    fn remember(&mut self, url: &Url, response: &Response) {
        let jar = self.cookies.entry(origin(url)).or_default();
        for header in response.headers().get_all(SET_COOKIE) {
            let Some((name, value)) = header
                .to_str()
                .ok()
                .and_then(|line| line.split(';').next())
                .and_then(|pair| pair.split_once('='))
            else {
                continue;
            };
            if value.is_empty() {
                jar.remove(name.trim());
            } else {
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

async fn read(url: &Url, mut response: Response) -> Result<String, BrowserError> {
    let mut bytes = Vec::new();
    let failure = |cause: reqwest::Error| BrowserError::Fetch {
        url: bare(url),
        cause: cause.without_url(),
    };
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_PAGE {
            return Err(BrowserError::Unexpected {
                url: bare(url),
                reason: "the page is too large".to_owned(),
            });
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// An address fit for a message: without its query, which may hold codes.
fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

impl Page {
    /// The forms of the page, in order.
    pub fn forms(&self) -> Vec<Form> {
        let mut forms: Vec<Form> = Vec::new();
        let mut open = false;
        for tag in tags(&self.html) {
            match tag.name.as_str() {
                "form" => {
                    open = true;
                    forms.push(Form {
                        action: tag.get("action").unwrap_or_default(),
                        post: tag
                            .get("method")
                            .is_some_and(|method| method.eq_ignore_ascii_case("post")),
                        fields: Vec::new(),
                        choices: Vec::new(),
                    });
                }
                "/form" => open = false,
                "input" | "button" if open => {
                    if let (Some(form), Some(name)) = (forms.last_mut(), tag.get("name")) {
                        let value = tag.get("value").unwrap_or_default();
                        let kind = tag.get("type").unwrap_or_default();
                        let is_choice = tag.name == "button" || kind == "radio" || kind == "submit";
                        if is_choice {
                            form.choices.push((name, value))
                        } else {
                            form.fields.push((name, value))
                        }
                    }
                }
                _ => {}
            }
        }
        forms
    }

    /// The first form that is sent by POST.
    pub fn first_post_form(&self) -> Result<Form, BrowserError> {
        self.forms()
            .into_iter()
            .find(|form| form.post)
            .ok_or_else(|| BrowserError::Unexpected {
                url: bare(&self.url),
                reason: "the page has no form".to_owned(),
            })
    }
}

struct HtmlTag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl HtmlTag {
    fn get(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }
}

fn tags(html: &str) -> Vec<HtmlTag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (tag, after) = read_tag(after);
        rest = after;
        found.extend(tag);
    }
    found
}

/// One tag up to its `>`, which may stand inside quotes without ending it.
fn read_tag(text: &str) -> (Option<HtmlTag>, &str) {
    let mut quote = None;
    let mut end = text.len();
    for (index, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => {
                end = index;
                break;
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    let (inside, after) = text.split_at(end);
    let after = after.strip_prefix('>').unwrap_or(after);
    let mut words = Words { rest: inside };
    let tag = words.next().map(|(name, _)| HtmlTag {
        name: name.to_ascii_lowercase(),
        attributes: words.collect(),
    });
    (tag, after)
}

/// Names with values inside a tag.
struct Words<'a> {
    rest: &'a str,
}

impl Iterator for Words<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        if name.is_empty() {
            return None;
        }
        let Some(after_equals) = after.trim_start().strip_prefix('=') else {
            self.rest = after;
            return Some((name.to_ascii_lowercase(), String::new()));
        };
        let value = after_equals.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, rest) = match quote {
            Some(quote) => {
                let inner = value.get(1..).unwrap_or_default();
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            None => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                value.split_at(end)
            }
        };
        self.rest = rest;
        Some((name.to_ascii_lowercase(), unescape(value)))
    }
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&#x2f;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_with_their_fields_and_choices() {
        let html = r#"<p title="a > b"><!-- <form> --><form action="/x?a=1&amp;b=2" method=post>
            <input type="hidden" name="token" value="t&quot;1"><input type=radio name=person value="3100500000020">
            <button name="provider" value="thaid">ไป</button></form><form action="/y"></form>"#;
        let page = Page {
            url: "http://127.0.0.1/p".parse().unwrap(),
            html: html.to_owned(),
        };
        let forms = page.forms();
        assert_eq!(forms.len(), 2);
        assert_eq!(forms[0].action, "/x?a=1&b=2");
        assert!(forms[0].post && !forms[1].post);
        assert_eq!(
            forms[0].fields,
            vec![("token".to_owned(), "t\"1".to_owned())]
        );
        assert_eq!(forms[0].choices.len(), 2);
        assert_eq!(page.first_post_form().unwrap(), forms[0]);
    }
}
