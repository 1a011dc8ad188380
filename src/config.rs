//! Settings of the service: one TOML file, then environment variables on top.
//!
//! Every field says its unit, its default and whether it is a secret. Secrets are paths of files, never values
//! (KEY-30). An unknown field is refused: a misspelt setting must not be silently the default.

use crate::db::DatabaseUrl;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the service is run for. There is no default: a production service must say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// One machine, fictional data, sandbox peers, keys in files. Documents say SANDBOX.
    Sandbox,
    /// Real data: keys in a hardware module, real peers.
    Production,
}

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the service is run for. Environment variable `AMNAT_ENVIRONMENT`. No default.
    pub environment: Environment,
    /// Where people and machines reach the service.
    pub server: Server,
    /// Where the data is.
    pub database: DatabaseSettings,
    /// Keys and certificates (paths of files; the files are secret).
    pub keys: Keys,
    /// Who issues the documents, in both languages.
    pub issuer: Issuer,
    /// Outside systems.
    pub peers: Peers,
    /// Logging.
    #[serde(default)]
    pub log: Log,
}

/// Addresses and limits of the HTTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Plain HTTP for people's browsers behind a proxy or on one machine; loopback only. Default `127.0.0.1:8080`.
    /// Environment variable `AMNAT_BIND`.
    #[serde(default = "default_bind")]
    pub bind: SocketAddr,
    /// HTTPS for machine clients (and people). Environment variable `AMNAT_BIND_TLS`. Default: none.
    #[serde(default)]
    pub bind_tls: Option<SocketAddr>,
    /// The address people's browsers use, without a trailing slash; printed in QR codes.
    pub public_url: url::Url,
    /// The address machine clients use: issuer and audience of access tokens, without a trailing slash.
    pub api_url: url::Url,
    /// How many people one client may name by 13-digit number in a minute; each process counts for itself. Default 600.
    #[serde(default = "default_lookups")]
    pub number_lookups_per_minute: u32,
    /// Worker threads. Default: one per core.
    #[serde(default)]
    pub workers: Option<usize>,
}

fn default_lookups() -> u32 {
    600
}

fn default_bind() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://…`. Environment variable `AMNAT_DATABASE_URL`. May hold a password: secret.
    #[serde(deserialize_with = "database_url")]
    pub url: DatabaseUrl,
    /// Connections kept at most. Default 8.
    #[serde(default = "default_connections")]
    pub connections: u32,
}

fn default_connections() -> u32 {
    8
}

fn database_url<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<DatabaseUrl, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}

/// Files that hold keys. In production the signing keys live in a hardware module and these are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Directory of the service's own keys (receipts, access tokens, log, vault). Made on first start in a sandbox.
    pub directory: PathBuf,
    /// PEM chain of the seal certificate, signer first.
    pub seal_certificate: PathBuf,
    /// PKCS#8 PEM key of the seal.
    pub seal_key: PathBuf,
    /// PEM root certificates that seals and time-stamps are trusted under.
    pub trusted_roots: PathBuf,
    /// PEM chain of the server's TLS certificate. Needed with `server.bind_tls`.
    #[serde(default)]
    pub tls_certificate: Option<PathBuf>,
    /// PKCS#8 PEM key of the server's TLS certificate.
    #[serde(default)]
    pub tls_key: Option<PathBuf>,
    /// PEM roots that machine clients' certificates are issued under.
    #[serde(default)]
    pub client_roots: Option<PathBuf>,
}

/// Whose voice the documents speak with (see the product's decisions on that).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Whether the operator is the registrar, who alone certifies the register. Default false: documents then say
    /// that they state register data and are not a registrar's certificate.
    #[serde(default)]
    pub is_registrar: bool,
    /// Issuing office, Thai.
    pub office_th: String,
    /// Issuing office, English.
    pub office_en: String,
    /// Name of the registrar or responsible officer, Thai.
    pub officer_th: String,
    /// Name of the registrar or responsible officer, English.
    pub officer_en: String,
    /// Letters before the document number, e.g. `สจก.`.
    pub number_prefix: String,
}

/// Outside systems and how to reach them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// The company register (government exchange, juristic service v4).
    pub register: RegisterPeer,
    /// OpenID providers people sign in with.
    #[serde(default, rename = "identity_provider")]
    pub identity_providers: Vec<IdentityProviderPeer>,
    /// Service that tells whether a foreigner's passport is good. Without it nobody is linked by a passport.
    #[serde(default)]
    pub foreigner_status: Option<ForeignerStatusPeer>,
    /// RFC 3161 time-stamp authority.
    pub timestamp_url: url::Url,
    /// Face-verification engine, if any.
    #[serde(default)]
    pub face_url: Option<url::Url>,
}

/// The register and its extension for officers' identities.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterPeer {
    /// Base URL of the juristic service v4.
    pub url: url::Url,
    /// Base URL of the officer-identity extension (mutual TLS). Without it no officer is ever linked.
    #[serde(default)]
    pub identity_url: Option<url::Url>,
    /// PEM client certificate chain for mutual TLS.
    #[serde(default)]
    pub client_certificate: Option<PathBuf>,
    /// PKCS#8 PEM key for mutual TLS.
    #[serde(default)]
    pub client_key: Option<PathBuf>,
    /// PEM roots the peer's certificate is issued under.
    #[serde(default)]
    pub roots: Option<PathBuf>,
    /// Register data older than this many seconds is fetched again before it is answered from, whatever the policy on
    /// ages allows; questions about the past go by it alone. Default 3600.
    #[serde(default = "default_max_age")]
    pub max_age_seconds: u64,
    /// TOML file with reviewed rows that say how old data may be for what it is used for, in place of those that are part
    /// of the program (`src/registry/freshness.toml`). Default: none.
    #[serde(default)]
    pub freshness_policy: Option<PathBuf>,
    /// How often the register is asked for its changes, in seconds. Default: never, for a register that tells none.
    #[serde(default)]
    pub follow_seconds: Option<u64>,
    /// Changes asked for at a time, 1 to 1000. Default 200.
    #[serde(default = "default_follow_page")]
    pub follow_page: u32,
    /// Patience with one call.
    #[serde(default)]
    pub calls: RegisterCalls,
    /// When a register that keeps failing is left alone.
    #[serde(default)]
    pub breaker: RegisterBreaker,
}

/// Patience with one call to the register.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterCalls {
    /// How long making a connection may take, in milliseconds. Default 500.
    pub connect_milliseconds: u64,
    /// How long one try may take, in milliseconds. Default 1500.
    pub try_milliseconds: u64,
    /// How long all tries and pauses may take together, in milliseconds. Default 2000: what a question may spend.
    pub deadline_milliseconds: u64,
    /// Tries at most, 1 to 10. Only what surely did nothing is tried again. Default 3.
    pub tries: u32,
    /// Pause before the second try, in milliseconds; it doubles from try to try and is spread by chance. Default 100.
    pub first_pause_milliseconds: u64,
    /// Longest pause, in milliseconds. Default 800.
    pub longest_pause_milliseconds: u64,
}

impl Default for RegisterCalls {
    fn default() -> Self {
        Self {
            connect_milliseconds: 500,
            try_milliseconds: 1_500,
            deadline_milliseconds: 2_000,
            tries: 3,
            first_pause_milliseconds: 100,
            longest_pause_milliseconds: 800,
        }
    }
}

/// When a register that keeps failing is left alone, and when it is tried again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterBreaker {
    /// Share of failed tries that is too much, in percent, 1 to 100. Default 50.
    pub failed_percent: u32,
    /// Fewer tries than this within the window tell nothing. Default 10.
    pub least_calls: usize,
    /// How far back tries count, in seconds. Default 30.
    pub window_seconds: u64,
    /// How long the register is left alone, in seconds. Default 15.
    pub pause_seconds: u64,
    /// Tries that must then go well. Default 3.
    pub probes: u32,
}

impl Default for RegisterBreaker {
    fn default() -> Self {
        Self {
            failed_percent: 50,
            least_calls: 10,
            window_seconds: 30,
            pause_seconds: 15,
            probes: 3,
        }
    }
}

impl RegisterPeer {
    /// What is wrong, if anything: the setting and the reason.
    fn fault(&self, environment: Environment) -> Option<(&'static str, &'static str)> {
        let (calls, breaker) = (&self.calls, &self.breaker);
        let own = [&self.client_certificate, &self.client_key, &self.roots];
        let given = own.iter().filter(|path| path.is_some()).count();
        let secure = |url: &url::Url| url.scheme() == "https";
        if environment == Environment::Production && !secure(&self.url) {
            return Some((
                "peers.register.url",
                "plain HTTP is for environment = \"sandbox\" only",
            ));
        }
        if !matches!(self.url.scheme(), "http" | "https") {
            return Some(("peers.register.url", "is neither http nor https"));
        }
        if given != 0 && given != own.len() {
            return Some((
                "peers.register.client_certificate",
                "client_certificate, client_key and roots go together",
            ));
        }
        if let Some(url) = &self.identity_url
            && (given == 0 || !secure(url))
        {
            return Some((
                "peers.register.identity_url",
                "is https, with client_certificate, client_key and roots",
            ));
        }
        if self.max_age_seconds == 0 {
            return Some(("peers.register.max_age_seconds", "is at least 1"));
        }
        if self.follow_seconds == Some(0) || !(1..=1_000).contains(&self.follow_page) {
            return Some((
                "peers.register.follow_seconds",
                "is at least 1, and follow_page 1 to 1000",
            ));
        }
        if !(1..=10).contains(&calls.tries)
            || calls.try_milliseconds == 0
            || calls.deadline_milliseconds == 0
            || calls.connect_milliseconds == 0
        {
            return Some((
                "peers.register.calls",
                "tries is 1 to 10, times are at least 1 millisecond",
            ));
        }
        let counts = breaker.least_calls.min(breaker.probes as usize);
        if !(1..=100).contains(&breaker.failed_percent)
            || counts == 0
            || breaker.window_seconds == 0
            || breaker.pause_seconds == 0
        {
            return Some((
                "peers.register.breaker",
                "failed_percent is 1 to 100, everything else at least 1",
            ));
        }
        None
    }
}

fn default_follow_page() -> u32 {
    200
}

fn default_max_age() -> u64 {
    3600
}

/// The status service for foreigners' passports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignerStatusPeer {
    /// Base URL of the service.
    pub url: url::Url,
    /// An answer older than this many seconds is asked for again. Default 3600.
    #[serde(default = "default_max_age")]
    pub max_age_seconds: u64,
}

/// What is peculiar to an OpenID provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderProfile {
    /// DOPA-Digital ID: 13-digit numbers.
    #[default]
    Thaid,
    /// Digital ID of foreigners: passports.
    Foreigner,
}

/// One OpenID provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityProviderPeer {
    /// Short name, used in paths: `thaid`.
    pub name: String,
    /// Issuer identifier, byte for byte as the provider writes it; discovery is read from below it.
    pub issuer: String,
    /// Our client identifier there.
    pub client_id: String,
    /// File that holds our client secret there.
    pub client_secret_file: PathBuf,
    /// `thaid` or `foreigner`. Default `thaid`.
    #[serde(default)]
    pub profile: ProviderProfile,
    /// Name on the sign-in button, Thai.
    pub label_th: String,
    /// Name on the sign-in button, English.
    pub label_en: String,
}

/// Logging.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `json` for machines or `human`. Default `json`. Environment variable `AMNAT_LOG_FORMAT`.
    #[serde(default)]
    pub format: LogFormat,
    /// Filter as `tracing` reads it, e.g. `info,amnat=debug`. Default `info`. Environment variable `AMNAT_LOG`.
    #[serde(default = "default_filter")]
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: default_filter(),
        }
    }
}

fn default_filter() -> String {
    "info".to_owned()
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For a terminal.
    Human,
}

/// Why the settings cannot be used. Each names the file or the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {cause}")]
    Unreadable {
        /// Path of the file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Not TOML, an unknown setting, a missing one or a value of the wrong kind.
    #[error("the configuration {path} cannot be used: {cause}")]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong and where.
        cause: Box<toml::de::Error>,
    },
    /// A combination that is never safe.
    #[error("setting {setting}: {reason}")]
    Refused {
        /// Dotted name of the setting.
        setting: &'static str,
        /// Why.
        reason: &'static str,
    },
}

/// Environment variables that override settings, with the place of the setting in the file.
const OVERRIDES: &[(&str, &[&str])] = &[
    ("AMNAT_ENVIRONMENT", &["environment"]),
    ("AMNAT_BIND", &["server", "bind"]),
    ("AMNAT_BIND_TLS", &["server", "bind_tls"]),
    ("AMNAT_DATABASE_URL", &["database", "url"]),
    ("AMNAT_LOG_FORMAT", &["log", "format"]),
    ("AMNAT_LOG", &["log", "filter"]),
];

impl Config {
    /// Read the file, put the process's environment on top and check what is never safe.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
        Self::read(path, &text, |name| std::env::var(name).ok())
    }

    /// As [`Config::load`], with the text and the environment given.
    pub fn read(
        path: &Path,
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let invalid = |cause| ConfigError::Invalid {
            path: path.to_owned(),
            cause: Box::new(cause),
        };
        let mut table: toml::Table = toml::from_str(text).map_err(invalid)?;
        let mut overridden = false;
        for (variable, place) in OVERRIDES {
            if let Some(value) = environment(variable) {
                put(&mut table, place, value);
                overridden = true;
            }
        }
        // Reading from the text keeps line numbers in messages; they are lost once a variable stands on top.
        let config: Self = if overridden {
            table.try_into()
        } else {
            toml::from_str(text)
        }
        .map_err(invalid)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |setting, reason| Err(ConfigError::Refused { setting, reason });
        if !self.server.bind.ip().is_loopback() {
            return refuse(
                "server.bind",
                "plain HTTP is offered on the loopback interface only; use server.bind_tls for other addresses",
            );
        }
        if self.server.bind_tls.is_some()
            && (self.keys.tls_certificate.is_none() || self.keys.tls_key.is_none())
        {
            return refuse(
                "server.bind_tls",
                "needs keys.tls_certificate and keys.tls_key",
            );
        }
        if let Some((setting, reason)) = self.peers.register.fault(self.environment) {
            return refuse(setting, reason);
        }
        if self.environment == Environment::Production {
            // KEY-01: in production no private key that signs documents lies in a file.
            return refuse(
                "environment",
                "production needs its signing keys in a hardware module, which this version cannot use yet; \
                 file keys and sandbox roots are for environment = \"sandbox\" only",
            );
        }
        Ok(())
    }
}

fn put(table: &mut toml::Table, place: &[&str], value: String) {
    match place {
        [] => {}
        [last] => {
            table.insert((*last).to_owned(), toml::Value::String(value));
        }
        [first, rest @ ..] => {
            let entry = table
                .entry((*first).to_owned())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(inner) = entry {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
