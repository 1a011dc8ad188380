//! What the demonstration prints: each step in one or two lines, Thai and English, with its time.

use super::provision::Place;
use crate::sandbox::Addresses;
use std::fmt::Display;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

/// Speaks to whoever watches.
pub struct Narrator {
    colour: bool,
}

/// One running step.
pub struct Step {
    number: u32,
    started: Stopwatch,
}

impl Narrator {
    /// Colours only for a terminal.
    pub fn new() -> Self {
        Self {
            colour: std::io::stdout().is_terminal(),
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// The first lines.
    pub fn title(&self) {
        println!(
            "{}",
            self.paint(
                "1",
                "อำนาจ / Amnat: may these people bind this company for this act, now?"
            )
        );
        println!(
            "ทุกบุคคล นิติบุคคล และเอกสารในการสาธิตนี้เป็นเรื่องสมมติ / Everybody and everything here is fictional (SANDBOX)."
        );
        println!();
    }

    /// A step begins.
    pub fn begin(&self, number: u32) -> Step {
        Step {
            number,
            started: Stopwatch::now(),
        }
    }

    /// A step ended: what happened, in both languages.
    pub fn end(&self, step: &Step, thai: impl Display, english: impl Display) {
        let elapsed = millis(step.started.elapsed());
        let number = self.paint("1;36", &format!("{:>2}.", step.number));
        println!(
            "{number} {thai} {}",
            self.paint("2", &format!("[{elapsed}]"))
        );
        println!("    {english}");
    }

    /// Further lines of a step.
    pub fn detail(&self, text: impl Display) {
        println!("    {}", self.paint("2", &text.to_string()));
    }

    /// The story is complete.
    pub fn finish(&self, directory: &Path, files: &[String], elapsed: Duration) {
        println!();
        println!(
            "{} {}",
            self.paint("1;32", "เรียบร้อย / done"),
            self.paint("2", &format!("[{}]", millis(elapsed)))
        );
        println!("    {}: {}", directory.display(), files.join(", "));
    }

    /// What to try while everything stays up.
    pub fn invitation(&self, place: &Place) {
        println!();
        println!(
            "{}",
            self.paint(
                "1",
                "ระบบยังทำงานอยู่ เปิดด้วยเบราว์เซอร์ได้ / still running, open in a browser:"
            )
        );
        println!("    {}/            หน้าแรก / start", place.public_url);
        println!(
            "    {}/docs/       เอกสาร API / API document",
            place.public_url
        );
        println!(
            "    {}/verify      ตรวจสอบเอกสาร / verify a document",
            place.public_url
        );
        println!(
            "ลองเรียก API / try the API (in {}):",
            place.directory.display()
        );
        println!(
            "    TOKEN=$(curl -s --cacert sandbox-root.pem --cert bank-client.pem --key bank-client.key \\"
        );
        println!(
            "        -d grant_type=client_credentials -d client_id=bank {}/oauth2/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
            place.api_url
        );
        println!(
            "    curl --cacert sandbox-root.pem --cert bank-client.pem --key bank-client.key \\"
        );
        println!(
            "        -H \"Authorization: Bearer $TOKEN\" {}/v1/juristic-persons/0105569999999",
            place.api_url
        );
        println!("Ctrl-C: หยุด / stop");
    }

    /// Ended early.
    pub fn interrupted(&self) {
        println!("หยุดตามคำสั่ง / stopped as asked");
    }

    /// Where the peers are.
    pub fn peers(&self, addresses: &Addresses, directory: &Path) {
        println!("{}", self.paint("1", "SANDBOX"));
        for (name, url) in [
            ("register", &addresses.register_url),
            (
                "register identities (mutual TLS)",
                &addresses.register_identity_url,
            ),
            ("register feed", &addresses.feed_manifest_url),
            ("OpenID provider", &addresses.openid_issuer),
            ("face engine", &addresses.face_url),
            ("certificate authority", &addresses.ca_url),
            ("time-stamp authority", &addresses.tsa_url),
        ] {
            println!("    {name}: {url}");
        }
        println!("    {}", directory.display());
        println!("Ctrl-C: หยุด / stop");
    }
}

fn millis(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros < 10_000 {
        format!("{:.1} ms", micros as f64 / 1000.0)
    } else {
        format!("{} ms", micros / 1000)
    }
}

/// An error with its causes in one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
