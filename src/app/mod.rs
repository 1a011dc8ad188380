//! The composition root: settings in, a running service out. Here and nowhere else things are put together.

mod health;
mod keys;
mod register;
pub mod routes;

use crate::access::service::{AccessKeys, AccessKeysError, AccessParts, AccessService};
use crate::authority::service::{AuthorityService, Parts as AuthorityParts};
use crate::config::{Config, Environment, IdentityProviderPeer, ProviderProfile};
use crate::crypto::jws::Jwk;
use crate::crypto::key::{Algorithm, FileKey, KeyError, Signer};
use crate::crypto::tls::{self, Clients, TlsError};
use crate::crypto::vault::{BlindIndexKey, PairwiseKey, Vault, VaultError};
use crate::crypto::x509::{Certificate, CertificateError};
use crate::db::{Database, OpenError, StoreError};
use crate::document::client::TimestampClient;
use crate::document::content::IssuedBy;
use crate::document::service::{
    DocumentService, IssuerSettings, Parts as DocumentParts, SealFailure, Sealer,
};
use crate::identity::http::{CompanyNames, IdentityWeb, NamesUnavailable};
use crate::identity::policy::{Policy, PolicyError};
use crate::identity::providers::IdentityProvider;
use crate::identity::providers::oidc::{
    ClientSecret, OidcProvider, OidcSettings, OidcSettingsError, Profile,
};
use crate::identity::service::IdentityService;
use crate::identity::vault::Vault as IdentityVault;
use crate::kernel::id::{Randomness, RegistrationNumber};
use crate::kernel::lang::Bilingual;
use crate::kernel::time::Clock;
use crate::ledger::leaf::LeafKind;
use crate::ledger::service::{FileKeeper, LedgerService};
use crate::linkage::client::StatusClient;
use crate::linkage::foreigner::ForeignerStatusSource;
use crate::linkage::lookup::LookupLimit;
use crate::linkage::service::{LinkageService, Parts as LinkageParts};
use crate::pdf::{Engine, PdfError};
use crate::portal::PortalSettings;
use crate::registry::client::ClientError;
use crate::registry::follow::service::{Follower, Parts as FollowerParts};
use crate::registry::freshness::FreshnessPolicyError;
use crate::registry::review::service::{Parts as ReviewParts, ReviewService};
use crate::registry::service::{AsOf, FactsError, Parts as RegistryParts, RegistryService};
use crate::telemetry::{self, TelemetryError};
use crate::web::caller::{Authenticator, PeerCertificate, SessionReader, scope};
use crate::web::request::accompany;
use actix_tls::accept::openssl::TlsStream;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App as ActixApp, HttpServer, web};
use keys::{LogSigner, PersonalData};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long running requests may take to finish when the service stops (REL-35), in seconds.
const SHUTDOWN_SECONDS: u64 = 25;
/// How often interrupted documents are voided and a checkpoint is signed (REL-03, LOG-04).
const HOUSEKEEPING: Duration = Duration::from_secs(30);
/// Most worker threads, whatever the settings say.
const MAX_WORKERS: usize = 64;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A file named by the settings.
    #[error("cannot read {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A certificate file.
    #[error("{path}: {cause}")]
    Certificate {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        cause: CertificateError,
    },
    /// A key.
    #[error("key: {0}")]
    Key(#[from] KeyError),
    /// A key that personal data is stored under.
    #[error("vault: {0}")]
    Vault(#[from] VaultError),
    /// The published keys.
    #[error("keys: {0}")]
    Keys(#[from] AccessKeysError),
    /// The log's key.
    #[error("log key: {0}")]
    Log(#[from] crate::crypto::note::NoteError),
    /// TLS.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The seal.
    #[error("seal: {0}")]
    Seal(#[from] SealFailure),
    /// The PDF writer.
    #[error("documents: {0}")]
    Pdf(#[from] PdfError),
    /// The policies.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// The rows on how old facts may be.
    #[error("peers.register.freshness_policy: {0}")]
    Freshness(#[from] FreshnessPolicyError),
    /// The client of the register.
    #[error("peers.register: {0}")]
    Register(#[from] ClientError),
    /// An identity provider's settings.
    #[error("peers.identity_provider: {0}")]
    Provider(#[from] OidcSettingsError),
    /// The client of the time-stamp authority.
    #[error("peers.timestamp_url: {0}")]
    Timestamp(reqwest::Error),
    /// The client of the status service for foreigners.
    #[error("peers.foreigner_status: {0}")]
    ForeignerStatus(reqwest::Error),
    /// The database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database while starting.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Migrations are missing.
    #[error("the database is not up to date: run `amnat migrate` first")]
    NotMigrated,
    /// A port.
    #[error("{setting} {address}: {cause}")]
    Listen {
        /// Which setting.
        setting: &'static str,
        /// Which address.
        address: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Logging.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The server.
    #[error("the server stopped: {0}")]
    Server(std::io::Error),
}

impl AppError {
    /// Whether the operator's settings are at fault, rather than something the service depends on.
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::File { .. }
                | Self::Certificate { .. }
                | Self::Telemetry(_)
                | Self::Provider(_)
                | Self::Policy(_)
                | Self::Freshness(_)
                | Self::Open(OpenError::Scheme)
                | Self::Seal(SealFailure::NoCertificate | SealFailure::OtherKey)
        )
    }
}

/// Ports that were taken already.
pub struct Listeners {
    /// Plain HTTP on the loopback interface.
    pub plain: TcpListener,
    /// TLS, when it is offered.
    pub tls: Option<TcpListener>,
}

impl Listeners {
    /// Take the ports of the settings.
    fn open(config: &Config) -> Result<Self, AppError> {
        let open = |setting: &'static str, address: std::net::SocketAddr| {
            TcpListener::bind(address).map_err(|cause| AppError::Listen {
                setting,
                address: address.to_string(),
                cause,
            })
        };
        Ok(Self {
            plain: open("server.bind", config.server.bind)?,
            tls: config
                .server
                .bind_tls
                .map(|address| open("server.bind_tls", address))
                .transpose()?,
        })
    }
}

/// Every service of one process.
pub struct Services {
    /// The register.
    pub registry: RegistryService,
    /// The register's changes; `None` when it is not asked for them.
    pub follower: Option<Follower>,
    /// The review queue and the list of registry officers.
    pub review: Arc<ReviewService>,
    /// People.
    pub identity: Arc<IdentityService>,
    /// Links between people and officers, and disputes about them.
    pub linkage: Arc<LinkageService>,
    /// Questions.
    pub authority: Arc<AuthorityService>,
    /// Documents.
    pub documents: Arc<DocumentService>,
    /// The log.
    pub ledger: LedgerService,
    /// Machine clients.
    pub access: Arc<AccessService>,
    /// The database.
    pub database: Arc<Database>,
    /// What others pin to check the log's notes.
    pub log_verifier: String,
}

/// The settings' database, opened; brought up to date in a sandbox, checked elsewhere.
fn database(config: &Config) -> Result<Arc<Database>, AppError> {
    let database = Database::open(&config.database.url, config.database.connections)?;
    match config.environment {
        Environment::Sandbox => {
            database.migrate()?;
        }
        Environment::Production if !database.is_current()? => return Err(AppError::NotMigrated),
        Environment::Production => {}
    }
    Ok(Arc::new(database))
}

/// Bring the database of these settings up to date; the names of the migrations that were applied.
pub fn migrate(config: &Config) -> Result<Vec<String>, AppError> {
    Ok(Database::open(&config.database.url, config.database.connections)?.migrate()?)
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    std::fs::read(path).map_err(|cause| AppError::File {
        path: path.to_owned(),
        cause,
    })
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, AppError> {
    Certificate::from_pem(&read(path)?).map_err(|cause| AppError::Certificate {
        path: path.to_owned(),
        cause,
    })
}

/// An address without the slash that the URL type prints behind a host.
fn bare(url: &url::Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

impl Services {
    /// Put every service together.
    pub fn build(
        config: &Config,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, AppError> {
        let database = database(config)?;
        let keys = &config.keys.directory;
        std::fs::create_dir_all(keys).map_err(|cause| AppError::File {
            path: keys.clone(),
            cause,
        })?;
        let key = |name: &str, algorithm| FileKey::load_or_create(&keys.join(name), algorithm);

        let randomness_ref = randomness.as_ref();
        let personal = Arc::new(PersonalData::new(
            Vault::load_or_create(&keys.join("vault.key"), randomness_ref)?,
            BlindIndexKey::load_or_create(&keys.join("blind-index.key"), randomness_ref)?,
            PairwiseKey::load_or_create(&keys.join("pairwise.key"), randomness_ref)?,
            PairwiseKey::load_or_create(&keys.join("other-index.key"), randomness_ref)?,
            Arc::clone(&randomness),
        ));
        let receipts: Arc<dyn Signer> = Arc::new(key("receipts.key", Algorithm::Es256)?);
        let tokens: Arc<dyn Signer> = Arc::new(key("access-tokens.key", Algorithm::Es256)?);
        let origin = format!(
            "{}/log",
            config.server.api_url.host_str().unwrap_or("amnat")
        );
        let log_signer = LogSigner::new(&origin, key("log.key", Algorithm::Ed25519)?)?;
        let log_verifier = log_signer.verifier();
        let ledger = LedgerService::new(
            Arc::clone(&database),
            Arc::clone(&clock),
            Arc::clone(&randomness),
            Arc::new(log_signer),
            Arc::new(FileKeeper::new(keys.join("last-checkpoint.txt"))),
            origin,
        );

        let peer = &config.peers.register;
        let register = Arc::new(register::client(peer, &clock, &randomness)?);
        let registry = RegistryService::new(RegistryParts {
            database: Arc::clone(&database),
            source: Some(Arc::clone(&register) as _),
            index: Arc::clone(&personal) as _,
            vault: Arc::clone(&personal) as _,
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
            max_age: Duration::from_secs(peer.max_age_seconds),
            freshness: register::freshness_policy(peer)?,
        });
        let follower = peer.follow_seconds.map(|_| {
            Follower::new(FollowerParts {
                database: Arc::clone(&database),
                registry: registry.clone(),
                feed: register,
                clock: Arc::clone(&clock),
                page: peer.follow_page,
            })
        });

        let review = Arc::new(ReviewService::new(ReviewParts {
            database: Arc::clone(&database),
            registry: registry.clone(),
            ledger: ledger.clone(),
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
        }));
        let identity = Arc::new(identity_service(
            config,
            &database,
            &personal,
            &ledger,
            &clock,
            &randomness,
        )?);
        let linkage = Arc::new(LinkageService::new(LinkageParts {
            database: Arc::clone(&database),
            registry: registry.clone(),
            ledger: ledger.clone(),
            vault: Arc::clone(&personal) as _,
            references: Arc::clone(&personal) as _,
            status: status_source(config)?,
            status_max_age: config
                .peers
                .foreigner_status
                .as_ref()
                .map_or(Duration::ZERO, |peer| {
                    Duration::from_secs(peer.max_age_seconds)
                }),
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
        }));
        let issuer = bare(&config.server.api_url);
        let authority = Arc::new(AuthorityService::new(AuthorityParts {
            database: Arc::clone(&database),
            registry: registry.clone(),
            identity: Arc::clone(&identity),
            linkage: Arc::clone(&linkage),
            lookups: LookupLimit::new(config.server.number_lookups_per_minute),
            ledger: ledger.clone(),
            signer: Arc::clone(&receipts),
            references: personal,
            issuer: issuer.clone(),
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
        }));
        let access = Arc::new(AccessService::new(AccessParts {
            database: Arc::clone(&database),
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
            keys: AccessKeys::new(tokens, Vec::new(), vec![Jwk::of_signer(receipts.as_ref())?])?,
            ledger: ledger.clone(),
            issuer,
            known_scopes: scope::ALL,
        }));
        let documents = Arc::new(document_service(
            config,
            &database,
            &registry,
            &ledger,
            &clock,
            &randomness,
        )?);
        Ok(Self {
            registry,
            follower,
            review,
            identity,
            linkage,
            authority,
            documents,
            ledger,
            access,
            database,
            log_verifier,
        })
    }
}

fn status_source(config: &Config) -> Result<Option<Arc<dyn ForeignerStatusSource>>, AppError> {
    let Some(peer) = &config.peers.foreigner_status else {
        return Ok(None);
    };
    let client = StatusClient::new(&peer.url).map_err(AppError::ForeignerStatus)?;
    Ok(Some(Arc::new(client)))
}

fn identity_service(
    config: &Config,
    database: &Arc<Database>,
    personal: &Arc<PersonalData>,
    ledger: &LedgerService,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> Result<IdentityService, AppError> {
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    for peer in &config.peers.identity_providers {
        providers.push(Arc::new(provider(config, peer)?));
    }
    let vault: Arc<dyn IdentityVault> = Arc::clone(personal) as _;
    let log = ledger.clone();
    let service = IdentityService::new(
        Arc::clone(database),
        vault,
        Arc::clone(clock),
        Arc::clone(randomness),
        Policy::embedded()?,
        providers,
    );
    Ok(
        service.witnessed_by(Arc::new(move |connection, id, evidence, at| {
            #[derive(serde::Serialize)]
            struct Logged {
                evidence_sha256: crate::kernel::digest::Digest,
                at: crate::kernel::time::Instant,
            }
            let record = Logged {
                evidence_sha256: evidence,
                at,
            };
            match log.record(connection, LeafKind::SignInCompleted, id.as_str(), &record) {
                Ok(_) => Ok(()),
                Err(crate::ledger::service::RecordError::Store(error)) => Err(error),
                Err(other) => Err(StoreError::Unavailable {
                    cause: other.to_string(),
                }),
            }
        })),
    )
}

fn provider(config: &Config, peer: &IdentityProviderPeer) -> Result<OidcProvider, AppError> {
    let secret = String::from_utf8_lossy(&read(&peer.client_secret_file)?)
        .trim()
        .to_owned();
    Ok(OidcProvider::new(OidcSettings {
        name: peer.name.clone(),
        label: Bilingual::new(peer.label_th.clone(), peer.label_en.clone()),
        issuer: peer.issuer.clone(),
        client_id: peer.client_id.clone(),
        client_secret: ClientSecret::new(secret),
        redirect_uri: format!(
            "{}/sign-in/callback/{}",
            bare(&config.server.public_url),
            peer.name
        ),
        profile: match peer.profile {
            ProviderProfile::Thaid => Profile::thaid(),
            ProviderProfile::Foreigner => Profile::foreigner(),
        },
    })?)
}

fn document_service(
    config: &Config,
    database: &Arc<Database>,
    registry: &RegistryService,
    ledger: &LedgerService,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> Result<DocumentService, AppError> {
    let roots = certificates(&config.keys.trusted_roots)?;
    let seal_key: Arc<dyn Signer> =
        Arc::new(FileKey::load(&config.keys.seal_key, Algorithm::Es256)?);
    let sealer = Sealer::new(
        seal_key,
        certificates(&config.keys.seal_certificate)?,
        roots.clone(),
    )?;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(AppError::Timestamp)?;
    let timestamps = TimestampClient::new(
        client,
        config.peers.timestamp_url.clone(),
        roots,
        Arc::clone(clock),
        Arc::clone(randomness),
    );
    let issuer = &config.issuer;
    Ok(DocumentService::new(DocumentParts {
        database: Arc::clone(database),
        registry: Arc::new(registry.clone()),
        ledger: Arc::new(ledger.clone()),
        sealer,
        timestamps: Arc::new(timestamps),
        engine: Engine::new()?,
        settings: IssuerSettings {
            issued_by: IssuedBy {
                office: Bilingual::new(issuer.office_th.clone(), issuer.office_en.clone()),
                officer: Bilingual::new(issuer.officer_th.clone(), issuer.officer_en.clone()),
                is_registrar: issuer.is_registrar,
            },
            number_prefix: issuer.number_prefix.clone(),
            sandbox: config.environment == Environment::Sandbox,
            public_url: bare(&config.server.public_url),
        },
        clock: Arc::clone(clock),
        randomness: Arc::clone(randomness),
    }))
}

/// Names of companies for the pages of a person who signs in.
struct Names(RegistryService);

impl CompanyNames for Names {
    fn company(&self, number: &RegistrationNumber) -> Result<Option<Bilingual>, NamesUnavailable> {
        match self.0.facts(number, AsOf::default()) {
            Ok(facts) => {
                let thai = facts.record.name_th;
                let english = facts.record.name_en.unwrap_or_else(|| thai.clone());
                Ok(Some(Bilingual::new(thai, english)))
            }
            Err(FactsError::Unknown) => Ok(None),
            Err(FactsError::Store(error)) => Err(NamesUnavailable {
                cause: error.to_string(),
            }),
        }
    }
}

/// A service that runs.
pub struct RunningApp {
    handle: ServerHandle,
    housekeeping: actix_web::rt::task::JoinHandle<()>,
    following: Option<actix_web::rt::task::JoinHandle<()>>,
    server: actix_web::rt::task::JoinHandle<std::io::Result<()>>,
    /// Its services, for what runs in the same process.
    pub services: Arc<Services>,
}

impl RunningApp {
    /// Stop: no new connections, running requests finish, a last checkpoint is signed.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        self.housekeeping.abort();
        // Cut off anywhere, it goes on from its place the next time.
        if let Some(following) = &self.following {
            following.abort();
        }
        keep_house(&self.services).await;
    }

    /// Wait until it was stopped by a signal.
    async fn wait(self) -> Result<(), AppError> {
        let outcome = self
            .server
            .await
            .unwrap_or(Ok(()))
            .map_err(AppError::Server);
        self.housekeeping.abort();
        // Cut off anywhere, it goes on from its place the next time.
        if let Some(following) = &self.following {
            following.abort();
        }
        keep_house(&self.services).await;
        outcome
    }
}

/// Start the service on these ports.
pub async fn start(
    config: Config,
    listeners: Listeners,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
) -> Result<RunningApp, AppError> {
    start_with(config, listeners, clock, randomness, false).await
}

async fn start_with(
    config: Config,
    listeners: Listeners,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    signals: bool,
) -> Result<RunningApp, AppError> {
    telemetry::metrics();
    let services = Arc::new(Services::build(&config, clock, Arc::clone(&randomness))?);
    let sandbox = config.environment == Environment::Sandbox;
    let identity_web = web::Data::new(IdentityWeb {
        service: Arc::clone(&services.identity),
        names: Arc::new(Names(services.registry.clone())),
        public_url: bare(&config.server.public_url),
        sandbox,
    });
    let shared = Arc::clone(&services);
    let factory = move || {
        ActixApp::new()
            .app_data(web::Data::from(Arc::clone(&shared.authority)))
            .app_data(web::Data::from(Arc::clone(&shared.documents)))
            .app_data(web::Data::from(Arc::clone(&shared.review)))
            .app_data(web::Data::from(Arc::clone(&shared.linkage)))
            .app_data(web::Data::from(Arc::clone(&shared.access)))
            .app_data(web::Data::from(Arc::clone(&shared.database)))
            .app_data(web::Data::new(shared.registry.clone()))
            .app_data(web::Data::new(shared.ledger.clone()))
            .app_data(identity_web.clone())
            .app_data(web::Data::new(PortalSettings { sandbox }))
            .app_data(web::Data::new(
                Arc::clone(&shared.access) as Arc<dyn Authenticator>
            ))
            .app_data(web::Data::new(
                Arc::clone(&shared.identity) as Arc<dyn SessionReader>
            ))
            .app_data(web::Data::new(Arc::clone(&randomness)))
            .configure(routes::configure)
            .wrap(from_fn(accompany))
    };
    let workers = config
        .server
        .workers
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let mut server = HttpServer::new(factory)
        .workers(workers.clamp(1, MAX_WORKERS))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .on_connect(|connection, extensions| {
            let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else {
                return;
            };
            match tls::peer_certificate(stream.ssl()) {
                Ok(Some(certificate)) => {
                    extensions.insert(PeerCertificate {
                        thumbprint: certificate.thumbprint(),
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::info!(error = %error, "a client certificate could not be read")
                }
            }
        });
    if !signals {
        server = server.disable_signals();
    }
    let listen = |setting: &'static str| {
        move |cause: std::io::Error| AppError::Listen {
            setting,
            address: String::new(),
            cause,
        }
    };
    server = server
        .listen(listeners.plain)
        .map_err(listen("server.bind"))?;
    if let (Some(listener), Some(certificate), Some(key)) = (
        listeners.tls,
        &config.keys.tls_certificate,
        &config.keys.tls_key,
    ) {
        let key = FileKey::load(key, Algorithm::Es256)?;
        let roots = match &config.keys.client_roots {
            Some(path) => certificates(path)?,
            None => Vec::new(),
        };
        let acceptor = tls::acceptor(
            &key,
            &certificates(certificate)?,
            Clients::MayAuthenticate(&roots),
        )?;
        server = server
            .listen_openssl(listener, acceptor)
            .map_err(listen("server.bind_tls"))?;
    }
    // What a former process left half done is settled before anything new is answered.
    keep_house(&services).await;
    let server = server.run();
    let handle = server.handle();
    let server = actix_web::rt::spawn(server);
    let kept = Arc::clone(&services);
    let housekeeping = actix_web::rt::spawn(async move {
        loop {
            actix_web::rt::time::sleep(HOUSEKEEPING).await;
            keep_house(&kept).await;
        }
    });
    let every = config
        .peers
        .register
        .follow_seconds
        .map(Duration::from_secs);
    let following = services
        .follower
        .clone()
        .zip(every)
        .map(|(follower, every)| actix_web::rt::spawn(register::follow(follower, every)));
    Ok(RunningApp {
        handle,
        housekeeping,
        following,
        server,
        services,
    })
}

/// Void what was interrupted, sign a checkpoint over what is new.
async fn keep_house(services: &Arc<Services>) {
    let services = Arc::clone(services);
    let work = move || {
        match services.documents.reconcile() {
            Ok(numbers) => {
                for number in numbers {
                    tracing::warn!(document.number = %number, "a document that was interrupted is void");
                }
            }
            Err(error) => {
                tracing::error!(error = %error, "interrupted documents could not be settled")
            }
        }
        if let Err(error) = services.access.forget_old_answers() {
            tracing::error!(error = %error, "old answers could not be deleted");
        }
        if let Err(error) = services.ledger.checkpoint() {
            tracing::error!(error = %error, "the log could not be signed");
        }
    };
    if actix_web::web::block(work).await.is_err() {
        tracing::error!("housekeeping was cancelled");
    }
}

/// Run the service until a signal ends it.
pub async fn serve(
    config: Config,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
) -> Result<(), AppError> {
    telemetry::start_logging(&config.log)?;
    let listeners = Listeners::open(&config)?;
    let (plain, tls) = (config.server.bind, config.server.bind_tls);
    let app = start_with(config, listeners, clock, randomness, true).await?;
    tracing::info!(server.bind = %plain, server.bind_tls = ?tls, "listening");
    app.wait().await
}
