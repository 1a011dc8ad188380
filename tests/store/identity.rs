//! Sign-ins, persons and sessions, kept and found again.

use amnat::db::{AnyConnection, Database, StoreError, schema};
use amnat::identity::assurance::{Aal, Assurance, Framework, Ial};
use amnat::identity::person::{Evidence, Passport, PersonName, PersonRef, ProvenIdentity};
use amnat::identity::policy::Policy;
use amnat::identity::providers::id_token::TokenRefusal;
use amnat::identity::providers::{IdentityProvider, ProviderAnswer, ProviderFailure};
use amnat::identity::service::{
    Claimed, CompletedSignIn, Completion, IdentityError, IdentityService, SignInRequest,
};
use amnat::identity::session::SessionValue;
use amnat::identity::signin::{Flow, LIFETIME, SignInRefusal, SignInStatus, SignInSubject};
use amnat::identity::vault::{Vault, VaultError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::{NationalId, SeededRandomness, SignInId, VerificationId, check_digit};
use amnat::kernel::lang::{Bilingual, Language};
use amnat::kernel::time::{Clock as _, FixedClock, Instant};
use diesel::prelude::*;
use futures_util::future::LocalBoxFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KLA: &str = "1100100000018";
const KHWAN: &str = "3100500000020";

/// Seals reversibly and binds to the place: what the product's vault does with real keys.
pub struct ToyVault;

impl ToyVault {
    fn stream(place: &str, id: &str, plain: &[u8]) -> Vec<u8> {
        let key = Digest::of(format!("{place}|{id}"));
        let blocks = (0u32..).flat_map(|count| {
            *Digest::of_parts([key.as_bytes().as_slice(), &count.to_be_bytes()]).as_bytes()
        });
        plain.iter().zip(blocks).map(|(a, b)| a ^ b).collect()
    }
}

impl Vault for ToyVault {
    fn seal(&self, place: &str, id: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = Digest::of_parts([place.as_bytes(), id.as_bytes(), plain])
            .as_bytes()
            .to_vec();
        sealed.extend(Self::stream(place, id, plain));
        Ok(sealed)
    }

    fn open(&self, place: &str, id: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (tag, rest) = sealed.split_at(32.min(sealed.len()));
        let plain = Self::stream(place, id, rest);
        let expected = Digest::of_parts([place.as_bytes(), id.as_bytes(), &plain]);
        if tag == expected.as_bytes() {
            Ok(plain)
        } else {
            Err(VaultError::CannotOpen {
                place: place.to_owned(),
                cause: "changed".to_owned(),
            })
        }
    }

    fn national_id_index(&self, national_id: &NationalId) -> Result<[u8; 32], VaultError> {
        Ok(*Digest::of(format!("nid|{}", national_id.expose())).as_bytes())
    }

    fn passport_index(&self, passport: &Passport) -> Result<[u8; 32], VaultError> {
        let Passport {
            number,
            country,
            birth_date,
        } = passport;
        Ok(*Digest::of(format!("{number}|{country}|{birth_date}")).as_bytes())
    }

    fn person_index(&self, issuer: &str, subject: &str) -> Result<[u8; 32], VaultError> {
        Ok(*Digest::of(format!("sub|{issuer}|{subject}")).as_bytes())
    }
}

/// A provider of this name; its word is put into the tests' mouths instead.
struct Named(&'static str, Bilingual);

impl IdentityProvider for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn label(&self) -> &Bilingual {
        &self.1
    }

    fn begin<'a>(
        &'a self,
        _: &'a Flow,
        _: Instant,
    ) -> LocalBoxFuture<'a, Result<url::Url, ProviderFailure>> {
        Box::pin(async { Err(silent()) })
    }

    fn finish<'a>(
        &'a self,
        _: &'a Flow,
        _: &'a ProviderAnswer,
        _: Instant,
    ) -> LocalBoxFuture<'a, Result<ProvenIdentity, ProviderFailure>> {
        Box::pin(async { Err(silent()) })
    }
}

fn silent() -> ProviderFailure {
    ProviderFailure::Unavailable {
        cause: "says nothing".to_owned(),
    }
}

type Witnessed = Arc<Mutex<Vec<(SignInId, Digest)>>>;

/// The service over one database.
struct Room<'a> {
    database: &'a Database,
    service: IdentityService,
    clock: Arc<FixedClock>,
    witnessed: Witnessed,
}

fn room(database: &Arc<Database>) -> Room<'_> {
    let clock = Arc::new(FixedClock::at("2026-11-24T02:30:00Z".parse().unwrap()));
    let label = Bilingual::new("ทดสอบ", "Test");
    let witnessed = Witnessed::default();
    let seen = witnessed.clone();
    let service = IdentityService::new(
        database.clone(),
        Arc::new(ToyVault),
        clock.clone(),
        Arc::new(SeededRandomness::new(11)),
        Policy::embedded().unwrap(),
        vec![
            Arc::new(Named("thaid", label.clone())),
            Arc::new(Named("broker", label)),
        ],
    )
    .witnessed_by(Arc::new(move |_, id, evidence, _| {
        seen.lock().unwrap().push((id.clone(), evidence));
        Ok(())
    }));
    Room {
        database,
        service,
        clock,
        witnessed,
    }
}

fn subject() -> SignInSubject {
    SignInSubject {
        client_id: "bank".to_owned(),
        registration_number: "0105569999999".parse().unwrap(),
        act: "credit.loan".parse().unwrap(),
        amount: Some("5000000.00".parse().unwrap()),
        purpose: "loan-42".to_owned(),
    }
}

fn browser() -> Digest {
    Digest::of("cookie")
}

fn proven(issuer: &str, subject: &str, national_id: Option<&str>) -> ProvenIdentity {
    ProvenIdentity {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        national_id: national_id.map(|digits| digits.parse().unwrap()),
        passport: None,
        name: PersonName {
            title: "นาย".to_owned(),
            given: "กล้า".to_owned(),
            family: "ทดลองดี".to_owned(),
            english: None,
        },
        assurance: Assurance {
            ial: Ial::L2_3,
            aal: Aal::L2_1,
            aal_assumed: true,
            framework: Framework::Etda2564,
            auth_time: "2026-11-24T02:29:50Z".parse().unwrap(),
        },
        evidence: Evidence {
            id_token: format!("header.{subject}.signature"),
            jwk: serde_json::json!({"kty": "EC"}),
            nonce_random: "00".repeat(32),
        },
    }
}

impl Room<'_> {
    fn request(&self) -> SignInId {
        let request = SignInRequest {
            subject: subject(),
            asked_by: Bilingual::new("ธนาคารตัวอย่าง", "Example Bank"),
            sector: None,
            only_provider: None,
        };
        self.service.request(request).unwrap().id
    }

    fn set_out(&self, id: &SignInId) -> Flow {
        let flow = self.service.prepare(id, "thaid", Language::Th).unwrap();
        self.service
            .set_out(id, "thaid", flow.clone(), browser())
            .unwrap();
        flow
    }

    fn come_back(&self, id: &SignInId) -> Claimed {
        let flow = self.set_out(id);
        self.service
            .come_back("thaid", &flow.state, Some(browser()))
            .unwrap()
    }

    fn sign_in(&self, word: ProvenIdentity) -> Result<SignInId, IdentityError> {
        let id = self.request();
        let claimed = self.come_back(&id);
        self.service.finish(&claimed, Ok(word)).map(|_| id)
    }

    fn completed(&self, id: &SignInId) -> Result<CompletedSignIn, IdentityError> {
        self.in_transaction(|connection| self.service.completed(connection, id, self.clock.now()))
    }

    fn consume(&self, id: &SignInId, verification: &VerificationId) -> Result<(), IdentityError> {
        self.in_transaction(|connection| {
            self.service
                .consume(connection, id, verification, self.clock.now())
        })
    }

    fn in_transaction<T>(
        &self,
        mut work: impl FnMut(&mut AnyConnection) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        self.database
            .write(|connection| Ok::<_, StoreError>(work(connection)))
            .unwrap()
    }

    fn person(&self, word: ProvenIdentity) -> PersonRef {
        let id = self.sign_in(word).unwrap();
        self.completed(&id).unwrap().person
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, IdentityError>) -> SignInRefusal {
    match outcome {
        Err(IdentityError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn a_sign_in_supports_one_permit_and_only_in_time(database: &Arc<Database>) {
    let room = room(database);
    let id = room.request();
    assert_eq!(refusal(room.completed(&id)), SignInRefusal::NotCompleted);
    let claimed = room.come_back(&id);
    let word = proven("https://idp.example", "s-1", Some(KLA));
    room.service.finish(&claimed, Ok(word.clone())).unwrap();

    let found = room.completed(&id).unwrap();
    assert_eq!(found.subject, subject());
    assert_eq!(found.assurance, word.assurance);
    assert_eq!(found.name, word.name);
    assert_eq!(found.evidence, word.evidence.digest().unwrap());
    assert_eq!(room.service.evidence(&id).unwrap(), word.evidence);
    let index = ToyVault.national_id_index(&KLA.parse().unwrap()).unwrap();
    assert_eq!(found.national_id_index, Some(index));
    assert_eq!(
        *room.witnessed.lock().unwrap(),
        [(id.clone(), found.evidence)]
    );

    let randomness = SeededRandomness::new(5);
    let first = VerificationId::generate(&randomness);
    room.consume(&id, &first).unwrap();
    let second = VerificationId::generate(&randomness);
    let used = SignInRefusal::AlreadyUsed {
        verification: first,
    };
    assert_eq!(refusal(room.consume(&id, &second)), used);
    assert_eq!(refusal(room.completed(&id)), used);
    assert_eq!(
        room.service.find(&id).unwrap().status(room.clock.now()),
        SignInStatus::Used
    );

    let late = room.sign_in(word).unwrap();
    room.clock.advance(LIFETIME);
    assert_eq!(refusal(room.completed(&late)), SignInRefusal::Expired);
    assert_eq!(
        refusal(room.consume(&late, &second)),
        SignInRefusal::Expired
    );
    let stranger = SignInId::generate(&randomness);
    assert_eq!(refusal(room.completed(&stranger)), SignInRefusal::Unknown);
    assert_eq!(
        refusal(room.service.find_for(&id, "other-bank")),
        SignInRefusal::Unknown
    );
}

pub fn a_use_that_is_rolled_back_is_no_use(database: &Arc<Database>) {
    let room = room(database);
    let id = room
        .sign_in(proven("https://idp.example", "s-1", None))
        .unwrap();
    let verification = VerificationId::generate(&SeededRandomness::new(5));
    let outcome = database.write(|connection| {
        room.service
            .consume(connection, &id, &verification, room.clock.now())
            .unwrap();
        Err::<(), _>(StoreError::Stale { table: "other" })
    });
    assert!(outcome.is_err());
    assert!(room.completed(&id).is_ok());
    room.consume(&id, &verification).unwrap();
}

pub fn of_many_permits_at_once_one_uses_the_sign_in(database: &Arc<Database>) {
    const PERMITS: u64 = 12;
    let room = room(database);
    let id = room
        .sign_in(proven("https://idp.example", "s-1", None))
        .unwrap();
    // As a decision does it: look, decide, use, all in one transaction that is run again when the engine asks for it.
    let permit = |seed: u64| {
        let verification = VerificationId::generate(&SeededRandomness::new(seed));
        let now = room.clock.now();
        room.database.write(|connection| {
            let decided = room
                .service
                .completed(connection, &id, now)
                .and_then(|_| room.service.consume(connection, &id, &verification, now));
            match decided {
                Ok(()) => Ok(true),
                Err(IdentityError::Refused(SignInRefusal::AlreadyUsed { .. })) => Ok(false),
                Err(IdentityError::Store(error)) => Err(error),
                Err(other) => panic!("{other}"),
            }
        })
    };
    let outcomes: Vec<Result<bool, StoreError>> = std::thread::scope(|scope| {
        let permits: Vec<_> = (0..PERMITS)
            .map(|seed| scope.spawn(move || permit(seed)))
            .collect();
        permits
            .into_iter()
            .map(|permit| permit.join().unwrap())
            .collect()
    });
    let used = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(true)));
    assert_eq!(used.count(), 1, "{outcomes:?}");
    let turned_away =
        |error: &StoreError| error.may_be_retried() || matches!(error, StoreError::Stale { .. });
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.as_ref().err().is_none_or(turned_away)),
        "{outcomes:?}"
    );
}

pub fn a_journey_is_finished_once_by_the_browser_that_set_out(database: &Arc<Database>) {
    let room = room(database);
    let id = room.request();
    let flow = room.set_out(&id);
    let back = |provider: &str, state: &str, browser| {
        refusal(room.service.come_back(provider, state, browser))
    };
    assert_eq!(
        back("thaid", &flow.state, None),
        SignInRefusal::OtherBrowser
    );
    let stranger = Some(Digest::of("stranger"));
    assert_eq!(
        back("thaid", &flow.state, stranger),
        SignInRefusal::OtherBrowser
    );
    assert_eq!(
        back("broker", &flow.state, Some(browser())),
        SignInRefusal::NoOpenFlow
    );
    assert_eq!(
        back("thaid", "guess", Some(browser())),
        SignInRefusal::NoOpenFlow
    );

    // Setting out again forgets the first journey.
    let second = room.set_out(&id);
    assert_eq!(
        back("thaid", &flow.state, Some(browser())),
        SignInRefusal::NoOpenFlow
    );
    let claimed = room
        .service
        .come_back("thaid", &second.state, Some(browser()))
        .unwrap();
    assert_eq!(
        back("thaid", &second.state, Some(browser())),
        SignInRefusal::NoOpenFlow
    );
    let word = proven("https://idp.example", "s-1", None);
    room.service.finish(&claimed, Ok(word.clone())).unwrap();
    assert!(room.service.finish(&claimed, Ok(word)).is_err());
    assert!(room.service.prepare(&id, "thaid", Language::Th).is_err());
    assert!(room.service.finished(&id, Some(browser())).is_ok());
    assert_eq!(
        refusal(room.service.finished(&id, stranger)),
        SignInRefusal::OtherBrowser
    );
}

pub fn a_refused_answer_ends_the_sign_in_and_a_missing_one_does_not(database: &Arc<Database>) {
    let room = room(database);
    let id = room.request();
    let claimed = room.come_back(&id);
    let outcome = room.service.finish(&claimed, Err(silent()));
    assert!(matches!(outcome, Err(IdentityError::Provider(_))));
    let claimed = room.come_back(&id);
    let wrong = ProviderFailure::Refused(TokenRefusal::Nonce);
    let failed = refusal(room.service.finish(&claimed, Err(wrong)));
    assert!(matches!(failed, SignInRefusal::Failed { .. }));
    assert_eq!(refusal(room.completed(&id)), failed);
    assert_eq!(
        refusal(room.service.prepare(&id, "thaid", Language::Th)),
        failed
    );
}

pub fn accounts_are_one_person_by_trusted_number_alone(database: &Arc<Database>) {
    let room = room(database);
    let (one, two) = ("https://one.example", "https://two.example");
    let kla = room.person(proven(one, "s-1", Some(KLA)));
    assert_eq!(room.person(proven(one, "s-1", Some(KLA))), kla);
    assert_eq!(room.person(proven(one, "s-1", None)), kla);
    // The same number from another trusted provider is the same person, the same name or subject is not.
    assert_eq!(room.person(proven(two, "x-9", Some(KLA))), kla);
    let nameless = room.person(proven(two, "s-1", None));
    assert_ne!(nameless, kla);
    let khwan = room.person(proven(one, "s-2", Some(KHWAN)));
    assert_ne!(khwan, kla);
    // An account without a number may learn one that nobody else has.
    let third = "https://three.example";
    let late = room.person(proven(third, "t-1", None));
    let number = format!("110010000002{}", check_digit("110010000002").unwrap());
    assert_eq!(room.person(proven(third, "t-1", Some(&number))), late);
    assert_eq!(room.person(proven(two, "x-8", Some(&number))), late);
}

pub fn a_number_that_contradicts_the_record_ends_the_sign_in(database: &Arc<Database>) {
    let room = room(database);
    let one = "https://one.example";
    room.person(proven(one, "s-1", Some(KLA)));
    room.person(proven(one, "s-2", None));
    for word in [
        proven(one, "s-1", Some(KHWAN)),
        proven(one, "s-2", Some(KLA)),
    ] {
        let failed = refusal(room.sign_in(word));
        assert_eq!(failed.code(), "sign_in_failed");
        assert!(failed.to_string().contains("identity_contradicts"));
    }
}

pub fn a_session_lives_until_it_is_idle_old_or_ended(database: &Arc<Database>) {
    let room = room(database);
    let open = || {
        let id = room.service.request_portal().unwrap().id;
        let claimed = room.come_back(&id);
        let word = proven("https://idp.example", "s-1", Some(KLA));
        let Completion { session, .. } = room.service.finish(&claimed, Ok(word)).unwrap();
        let refused = refusal(room.completed(&id));
        assert_eq!(refused, SignInRefusal::NotForThis { differs: "purpose" });
        session.unwrap()
    };
    let live = |value: &str| room.service.live_session(value).unwrap();
    let session = open();
    let found = live(session.expose()).unwrap();
    assert_eq!(found.name.thai(), "นายกล้า ทดลองดี");
    assert_eq!(found.form_token, session.form_token());
    assert!(live("ses_0").is_none());
    let other = SessionValue::generate(&SeededRandomness::new(99));
    assert!(live(other.expose()).is_none());
    for _ in 0..3 {
        room.clock.advance(Duration::from_secs(14 * 60));
        assert!(live(session.expose()).is_some());
    }
    room.clock.advance(Duration::from_secs(15 * 60));
    assert!(live(session.expose()).is_none());
    let other = open();
    room.service.sign_out(other.expose()).unwrap();
    room.service.sign_out(other.expose()).unwrap();
    assert!(live(other.expose()).is_none());
}

pub fn nothing_personal_is_stored_plain_and_moved_bytes_do_not_open(database: &Arc<Database>) {
    let room = room(database);
    let word = proven("https://idp.example", "subject-canary", Some(KLA));
    let id = room.sign_in(word.clone()).unwrap();
    let other = room.sign_in(word).unwrap();
    let portal = room.service.request_portal().unwrap().id;
    let claimed = room.come_back(&portal);
    let word = proven("https://idp.example", "subject-canary", Some(KLA));
    let session = room.service.finish(&claimed, Ok(word)).unwrap().session;
    let waiting = room.request();
    let flow = room.set_out(&waiting);

    let mut stored: Vec<Vec<u8>> = Vec::new();
    database
        .read(|connection| {
            use schema::{person, person_account, person_session, sign_in};
            let mut text = |cells: Vec<Option<String>>| {
                stored.extend(cells.into_iter().flatten().map(String::into_bytes));
            };
            text(
                person::table
                    .select(person::id.nullable())
                    .load(connection)?,
            );
            text(
                person_account::table
                    .select(person_account::issuer.nullable())
                    .load(connection)?,
            );
            text(
                person_session::table
                    .select(person_session::digest.nullable())
                    .load(connection)?,
            );
            text(
                person_session::table
                    .select(person_session::assurance.nullable())
                    .load(connection)?,
            );
            text(
                sign_in::table
                    .select(sign_in::purpose.nullable())
                    .load(connection)?,
            );
            text(
                sign_in::table
                    .select(sign_in::flow_state)
                    .load(connection)?,
            );
            text(sign_in::table.select(sign_in::browser).load(connection)?);
            text(sign_in::table.select(sign_in::assurance).load(connection)?);
            let mut bytes =
                |cells: Vec<Option<Vec<u8>>>| stored.extend(cells.into_iter().flatten());
            bytes(
                person::table
                    .select(person::national_id_index)
                    .load(connection)?,
            );
            bytes(
                person_account::table
                    .select(person_account::profile.nullable())
                    .load(connection)?,
            );
            bytes(
                person_account::table
                    .select(person_account::subject_index.nullable())
                    .load(connection)?,
            );
            bytes(
                person_session::table
                    .select(person_session::name.nullable())
                    .load(connection)?,
            );
            bytes(sign_in::table.select(sign_in::flow).load(connection)?);
            bytes(sign_in::table.select(sign_in::name).load(connection)?);
            bytes(sign_in::table.select(sign_in::evidence).load(connection)?);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(stored.len() > 15);
    let secrets = [
        KLA.to_owned(),
        "กล้า".to_owned(),
        "ทดลองดี".to_owned(),
        "subject-canary".to_owned(),
        "signature".to_owned(),
        session.unwrap().expose().to_owned(),
        flow.state.clone(),
        flow.nonce.clone(),
        flow.pkce_verifier.clone(),
    ];
    for cell in &stored {
        for secret in &secrets {
            let found = cell
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is stored plain");
        }
    }

    // Evidence moved to another row is no evidence.
    let moved = database.write(|connection| {
        use schema::sign_in;
        let bytes: Option<Vec<u8>> = sign_in::table
            .find(id.as_str())
            .select(sign_in::evidence)
            .first(connection)?;
        diesel::update(sign_in::table.find(other.as_str()))
            .set(sign_in::evidence.eq(bytes))
            .execute(connection)?;
        Ok::<_, StoreError>(())
    });
    moved.unwrap();
    assert!(room.service.evidence(&id).is_ok());
    assert!(matches!(
        room.service.evidence(&other),
        Err(IdentityError::Store(StoreError::Inconsistent { .. }))
    ));
}

fn with_passport(word: ProvenIdentity, number: &str) -> ProvenIdentity {
    let born = "1974-05-20".parse().unwrap();
    ProvenIdentity {
        passport: Some(Passport::new(number, "JPN", born).unwrap()),
        ..word
    }
}

pub fn accounts_with_one_passport_are_one_person_and_a_new_passport_is_the_same_persons(
    database: &Arc<Database>,
) {
    let room = room(database);
    let (one, other) = ("https://idp.example", "https://broker.example");
    let old = room.person(with_passport(proven(one, "s-1", None), "TZ0000011"));
    // Another account, spelt otherwise.
    let broker = with_passport(proven(other, "b-7", None), "tz 0000011");
    assert_eq!(room.person(broker), old);
    // The first account comes with a new passport, and the second account follows with it alone.
    let renewed = with_passport(proven(one, "s-1", None), "TZ0000099");
    assert_eq!(room.person(renewed), old);
    let third = with_passport(proven(other, "b-8", None), "TZ0000099");
    assert_eq!(room.person(third), old);
    // Another birth date is another passport and another person.
    let mut stranger = with_passport(proven(other, "b-9", None), "TZ0000011");
    if let Some(passport) = &mut stranger.passport {
        passport.birth_date = "1974-05-21".parse().unwrap();
    }
    assert_ne!(room.person(stranger), old);
    let known = room
        .in_transaction(|connection| Ok(amnat::identity::store::passports_of(connection, &old)?))
        .unwrap();
    assert_eq!(known.len(), 2);
    // A passport of one and the 13-digit number of another contradict each other.
    room.person(proven(one, "s-2", Some(KLA)));
    let mixed = with_passport(proven(one, "s-3", Some(KLA)), "TZ0000011");
    assert!(matches!(
        refusal(room.sign_in(mixed)),
        SignInRefusal::Failed { .. }
    ));
}
