//! The whole room over real HTTP: the sandbox's register, its feed and its extension behind mutual TLS.

use super::refresh::IDENTITY_RETRY;
use super::*;
use crate::crypto::key::{Algorithm, FileKey};
use crate::crypto::x509::{Name, SigningRequest};
use crate::kernel::digest::Digest;
use crate::kernel::id::SeededRandomness;
use crate::kernel::time::FixedClock;
use crate::registry::client::{ClientSettings, IdentitySettings, MutualTls, RegisterClient};
use crate::registry::feed::FeedKind;
use crate::registry::freshness::Staleness;
use crate::registry::identities::tests::PlainIndex;
use crate::registry::kind::{JuristicType, Status};
use crate::registry::model::IdentityState;
use crate::registry::source::SourceFailure;
use crate::registry::store::Upsert;
use crate::registry::vault::{RegistryVault, Sealed, VaultError};
use crate::sandbox::{self, Ports, Sandbox, SandboxSettings};
use serde_json::json;
use std::collections::BTreeSet;

/// The service, the sandbox it asks, and the clock of both.
pub(crate) struct House {
    pub(crate) service: RegistryService,
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) source: RegisterClient,
    directory: tempfile::TempDir,
}

/// A client with patience for a busy machine.
pub(crate) fn register(settings: &ClientSettings, clock: &Arc<FixedClock>) -> RegisterClient {
    let mut settings = settings.clone();
    settings.connect = Duration::from_secs(5);
    settings.retry.deadline = Duration::from_secs(20);
    settings.retry.each = Duration::from_secs(10);
    let randomness = Arc::new(SeededRandomness::new(3));
    RegisterClient::new(&settings, clock.clone(), randomness).unwrap()
}

impl House {
    /// The same with a register that nobody answers for.
    pub(crate) fn cut_off(mut self) -> Self {
        let settings = ClientSettings::new("http://127.0.0.1:9".parse().unwrap());
        self.service.source = Some(Arc::new(register(&settings, &self.clock)));
        self
    }
}

pub(crate) const MAX_AGE: Duration = Duration::from_secs(3600);

/// Seals for tests: nothing is hidden, but everything is bound to its place.
pub(crate) struct OpenVault;

impl RegistryVault for OpenVault {
    fn seal(&self, place: &'static str, row: &str, plain: &[u8]) -> Result<Sealed, VaultError> {
        Ok(Sealed {
            data_key: format!("{place}/{row}").into_bytes(),
            value: plain.to_vec(),
        })
    }

    fn open(
        &self,
        place: &'static str,
        row: &str,
        data_key: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        if data_key == format!("{place}/{row}").as_bytes() {
            Ok(value.to_vec())
        } else {
            Err(VaultError::CannotOpen {
                place,
                cause: "it is another place's".to_owned(),
            })
        }
    }
}

/// Where the register is told to be.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Extension {
    Offered,
    NotOffered,
    Down,
}

pub(crate) async fn house(extension: Extension) -> House {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-24T03:00:00Z".parse().unwrap()));
    let sandbox = sandbox::start(SandboxSettings {
        dir: directory.path().join("sandbox"),
        ports: Ports::default(),
        clock: clock.clone(),
        randomness: Arc::new(SeededRandomness::new(1)),
        redirect_uris: Vec::new(),
    })
    .await
    .unwrap();
    let exchange = sandbox.addresses().register_url.parse().unwrap();
    let source = register(
        &ClientSettings {
            identities: match extension {
                Extension::NotOffered => None,
                Extension::Offered | Extension::Down => {
                    Some(identity_settings(&sandbox, extension).await)
                }
            },
            ..ClientSettings::new(exchange)
        },
        &clock,
    );
    let path = directory.path().join("registry.sqlite");
    let database =
        Database::open(&format!("sqlite:{}", path.display()).parse().unwrap(), 2).unwrap();
    database.migrate().unwrap();
    let service = RegistryService::new(Parts {
        database: Arc::new(database),
        source: Some(Arc::new(source.clone())),
        index: Arc::new(PlainIndex),
        vault: Arc::new(OpenVault),
        clock: clock.clone(),
        randomness: Arc::new(SeededRandomness::new(2)),
        max_age: MAX_AGE,
        freshness: FreshnessPolicy::embedded().unwrap(),
    });
    House {
        service,
        source,
        sandbox,
        clock,
        directory,
    }
}

/// A client certificate as the operator gets one: key, request, answer of the authority.
pub(crate) async fn identity_settings(sandbox: &Sandbox, extension: Extension) -> IdentitySettings {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let request = SigningRequest::create(&key, &Name::common("SANDBOX registry client")).unwrap();
    let certificate = reqwest::Client::new()
        .post(format!(
            "{}/certificates?profile=tls-client",
            sandbox.addresses().ca_url
        ))
        .body(request.to_pem().unwrap())
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let url = match extension {
        Extension::Down => "https://127.0.0.1:9".to_owned(),
        _ => sandbox.addresses().register_identity_url.clone(),
    };
    IdentitySettings {
        url: url.parse().unwrap(),
        tls: MutualTls {
            certificate: certificate.to_vec(),
            key: key.private_key_pem().unwrap().to_vec(),
            roots: sandbox.root_pem().into_bytes(),
        },
    }
}

fn demo() -> RegistrationNumber {
    "0105569999999".parse().unwrap()
}

pub(crate) async fn resign(sandbox: &Sandbox, sequence: u32, date: &str) {
    reqwest::Client::new()
        .post(format!(
            "{}/sandbox-control/v1/resign",
            sandbox.addresses().register_url
        ))
        .json(&json!({"juristic_id": "0105569999999", "sequence": sequence, "date": date}))
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap();
}

#[tokio::test]
async fn a_company_is_asked_for_once_and_again_when_it_is_old() {
    let House { service, clock, .. } = &house(Extension::Offered).await;
    let first = service.refresh(&demo()).await.unwrap();
    assert_eq!(first, Refreshed::Asked(Upsert::New { version: 1 }));
    assert_eq!(service.refresh(&demo()).await.unwrap(), Refreshed::Fresh);
    let facts = service.facts(&demo(), AsOf::default()).unwrap();
    assert_eq!(facts.record.name_th, "บริษัท ตัวอย่างไทย จำกัด");
    assert_eq!(facts.version.identities, IdentityState::Known);
    assert_eq!(facts.record.officers.len(), 4);
    assert_eq!(facts.record.former_officers.len(), 1);
    assert_eq!(facts.identities.len(), 5);
    let kla = service
        .index()
        .national_id(&"1100100000018".parse().unwrap());
    let companies = service
        .companies_of(IdentityKind::NationalId, &kla)
        .unwrap();
    assert_eq!(companies, [demo()]);
    clock.advance(MAX_AGE + Duration::from_secs(1));
    let again = service.refresh(&demo()).await.unwrap();
    assert_eq!(again, Refreshed::Asked(Upsert::Unchanged { version: 1 }));
    // Asked about a moment, the same facts reach as far as they were seen by what is known then.
    let now = service.now();
    let known_at = |known_at| {
        let asked = AsOf {
            valid_at: Some(now),
            known_at,
        };
        let facts = service.facts(&demo(), asked).unwrap();
        (
            facts.version.data_as_of,
            service.freshness(&facts, now, MAX_AGE).is_stale(),
        )
    };
    assert_eq!(known_at(None), (now, false));
    let first_seen = facts.version.data_as_of;
    let before = Some(now.minus(Duration::from_secs(1)));
    assert_eq!(known_at(before), (first_seen, true));
}

#[tokio::test]
async fn a_resignation_makes_a_version_and_the_past_stays() {
    let House {
        service,
        sandbox,
        clock,
        ..
    } = &house(Extension::Offered).await;
    service.refresh(&demo()).await.unwrap();
    let before = service.now();
    resign(sandbox, 2, "2026-11-24").await;
    clock.advance(MAX_AGE + Duration::from_secs(1));
    let consulted = service.consult(&demo(), MAX_AGE).await.unwrap();
    assert_eq!(consulted.freshness, Freshness::Fresh);
    assert_eq!(consulted.facts.version.version, 2);
    let left = consulted.facts.record.left_by(service.now());
    let names: BTreeSet<String> = left.map(|officer| officer.name.full()).collect();
    assert!(names.contains("นางสาวขวัญ สมมติไทย"), "{names:?}");
    let then = service
        .facts(
            &demo(),
            AsOf {
                valid_at: Some(before),
                known_at: None,
            },
        )
        .unwrap();
    assert_eq!((then.version.version, then.record.officers.len()), (1, 4));
    // Between two looks that told different things nobody knows what held.
    let between = before.plus(MAX_AGE + Duration::from_millis(1));
    assert!(!service.freshness(&then, before, MAX_AGE).is_stale());
    assert!(service.freshness(&then, between, MAX_AGE).is_stale());
    assert_eq!(service.changes().unwrap(), 2);
}

#[tokio::test]
async fn without_the_extension_facts_stand_and_no_number_is_known() {
    for extension in [Extension::NotOffered, Extension::Down] {
        let House { service, clock, .. } = &house(extension).await;
        let consulted = service.consult(&demo(), MAX_AGE).await.unwrap();
        assert_eq!(
            consulted.facts.version.identities,
            IdentityState::Unavailable
        );
        assert!(consulted.facts.identities.is_empty());
        // One that should answer is asked again soon, one that is not offered is not.
        clock.advance(IDENTITY_RETRY);
        let again = service.refresh(&demo()).await.unwrap();
        let expected = match extension {
            Extension::Down => Refreshed::Asked(Upsert::Unchanged { version: 1 }),
            _ => Refreshed::Fresh,
        };
        assert_eq!(again, expected);
    }
}

#[tokio::test]
async fn the_whole_feed_is_taken_in_and_again_changes_nothing() {
    let House {
        service,
        sandbox,
        clock,
        ..
    } = &house(Extension::NotOffered).await;
    let report = service.import_from_source().await.unwrap();
    let companies = sandbox.world().juristic_persons().len() as u64;
    assert!(companies >= 34);
    assert_eq!((report.imported, report.lines), (companies, companies));
    assert_eq!(report.rejected, []);
    clock.advance(Duration::from_secs(60));
    let again = service.import_from_source().await.unwrap();
    // Another instant, so the same file is compared line by line.
    assert_eq!(
        (again.imported, again.unchanged, again.repeated),
        (0, companies, false)
    );
    let mut types = BTreeSet::new();
    let mut statuses = BTreeSet::new();
    for juristic in sandbox.world().juristic_persons() {
        let facts = service.facts(&juristic.id, AsOf::default()).unwrap();
        assert_eq!(facts.record.name_th, juristic.name);
        assert_eq!(facts.record.registered_on, juristic.registered);
        assert_eq!(facts.record.status_text, juristic.status);
        let mut texts: Vec<&str> = juristic
            .texts
            .iter()
            .map(|text| text.text.as_str())
            .collect();
        let mut kept: Vec<&str> = facts
            .record
            .statements
            .iter()
            .map(|statement| statement.text.as_str())
            .collect();
        texts.sort_unstable();
        kept.sort_unstable();
        assert_eq!(kept, texts, "{}", juristic.id);
        types.insert(facts.record.juristic_type);
        statuses.insert(facts.record.status);
    }
    assert_eq!(types.len(), JuristicType::ALL.len());
    let missing: Vec<&Status> = Status::ALL
        .iter()
        .filter(|status| !statuses.contains(*status))
        .collect();
    assert_eq!(missing, [&Status::TemporaryReceivership]);
}

#[tokio::test]
async fn every_company_of_the_world_is_joined_with_its_numbers() {
    let House {
        service, sandbox, ..
    } = &house(Extension::Offered).await;
    for juristic in sandbox.world().juristic_persons() {
        let consulted = service.consult(&juristic.id, MAX_AGE).await.unwrap();
        assert_eq!(
            consulted.facts.version.identities,
            IdentityState::Known,
            "{}",
            juristic.id
        );
    }
}

#[tokio::test]
async fn nobody_knows_an_unused_number() {
    let House { service, .. } = &house(Extension::Offered).await;
    let digit = crate::kernel::id::check_digit("010556000000").unwrap();
    let unused = format!("010556000000{digit}").parse().unwrap();
    assert!(matches!(
        service.consult(&unused, MAX_AGE).await,
        Err(ConsultError::Unknown)
    ));
}

#[tokio::test]
async fn old_facts_are_called_stale_when_the_register_is_down() {
    let house = house(Extension::Offered).await;
    house.service.refresh(&demo()).await.unwrap();
    let House { service, clock, .. } = &house.cut_off();
    assert_eq!(
        service.consult(&demo(), MAX_AGE).await.unwrap().freshness,
        Freshness::Fresh
    );
    clock.advance(MAX_AGE + Duration::from_secs(1));
    let consulted = service.consult(&demo(), MAX_AGE).await.unwrap();
    let limit = MAX_AGE;
    let age = MAX_AGE + Duration::from_secs(1);
    assert_eq!(
        consulted.freshness,
        Freshness::Stale(Staleness::TooOld { age, limit })
    );
    let other = "0835565999963".parse().unwrap();
    assert!(matches!(
        service.consult(&other, MAX_AGE).await,
        Err(ConsultError::Refresh(RefreshError::Source(
            SourceFailure::Unreachable(_)
        )))
    ));
}

#[tokio::test]
async fn no_number_of_a_person_is_stored() {
    let House {
        service,
        sandbox,
        directory,
        ..
    } = &house(Extension::Offered).await;
    let mut numbers = Vec::new();
    for juristic in sandbox.world().juristic_persons() {
        service.refresh(&juristic.id).await.unwrap();
        for officer in &juristic.officers {
            match &officer.identity {
                sandbox::world::OfficerIdentity::NationalId(id) => {
                    numbers.push(id.expose().to_owned())
                }
                sandbox::world::OfficerIdentity::Passport(passport) => {
                    numbers.push(passport.number.clone())
                }
                sandbox::world::OfficerIdentity::NotRecorded => {}
            }
        }
    }
    assert!(numbers.len() > 60);
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            stored.extend(std::fs::read(path).unwrap());
        }
    }
    let company = demo().to_string();
    let contains = |needle: &str| {
        stored
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    assert!(contains(&company), "the search finds what is there");
    for number in numbers {
        assert!(!contains(&number), "a number of a person is stored");
    }
}

fn row(number: &str, status: &str) -> String {
    format!(
        r#"{{"JuristicID":"{number}","RegisterDate":"25690403","JuristicName_TH":"ก จำกัด","JuristicStatus":"{status}"}}"#
    )
}

#[tokio::test]
async fn one_bad_line_keeps_the_whole_file_out_unless_told_to_go_on() {
    let House { service, .. } = &house(Extension::NotOffered).await;
    let file = format!(
        "{}\n{}\n",
        row("0105569999999", "ร้าง"),
        row("0105569999998", "ร้าง")
    );
    let mut order = ImportOrder {
        keep_going: false,
        ..ImportOrder::as_of(service.now())
    };
    let refused = service.import_feed(file.as_bytes(), &order);
    let Err(ImportError::Refused {
        rejected: refusals, ..
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!((refusals.len(), refusals[0].line), (1, 2));
    assert!(matches!(
        service.facts(&demo(), AsOf::default()),
        Err(FactsError::Unknown)
    ));
    order.keep_going = true;
    let report = service.import_feed(file.as_bytes(), &order).unwrap();
    assert_eq!(
        (report.imported, report.rejected.len(), report.lines),
        (1, 1, 2)
    );
    assert!(service.facts(&demo(), AsOf::default()).is_ok());
}

#[tokio::test]
async fn a_file_that_is_not_its_manifests_is_refused() {
    let House { service, .. } = &house(Extension::NotOffered).await;
    let file = row("0105569999999", "ร้าง");
    let order = |count, digest| ImportOrder {
        kind: FeedKind::Full,
        shape: None,
        as_of: service.now(),
        manifest: Some((count, digest)),
        keep_going: true,
    };
    for (count, digest) in [(1, Digest::of("other")), (2, Digest::of(&file))] {
        assert!(matches!(
            service.import_feed(file.as_bytes(), &order(count, digest)),
            Err(ImportError::Manifest(_))
        ));
    }
    let whole = order(1, Digest::of(&file));
    assert_eq!(
        service
            .import_feed(file.as_bytes(), &whole)
            .unwrap()
            .imported,
        1
    );
}
