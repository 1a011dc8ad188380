//! Clients, their tokens, and answers kept under a key.

use crate::ledger::LogSigner;
use amnat::access::idempotency::{Begun, IdempotencyScope, KeptAnswer, Retention, Ticket};
use amnat::access::service::{
    AccessKeys, AccessParts, AccessService, ClientError, GivenToken, GrantError, TokenError,
};
use amnat::access::store::idempotency;
use amnat::access::token::{AccessClaims, Confirmation};
use amnat::access::{ApiClient, ClientStatus, NewClient, grant};
use amnat::crypto::jws::{self, Jwk};
use amnat::crypto::key::{Algorithm, FileKey, Signer};
use amnat::db::{AnyConnection, Database, StoreError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::SeededRandomness;
use amnat::kernel::lang::Bilingual;
use amnat::kernel::time::{Clock as _, FixedClock, Instant};
use amnat::ledger::{FileKeeper, LedgerService};
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const ISSUER: &str = "https://api.amnat.example";
const SCOPES: &[&str] = &["authority.evaluate", "log.read", "registry.read"];

struct Server {
    access: AccessService,
    ledger: LedgerService,
    clock: Arc<FixedClock>,
    key: Arc<FileKey>,
}

fn key() -> Arc<FileKey> {
    Arc::new(FileKey::generate(Algorithm::Es256).unwrap())
}

fn server(database: &Arc<Database>, clock: &Arc<FixedClock>, key: &Arc<FileKey>) -> Server {
    let randomness = Arc::new(SeededRandomness::new(3));
    let ledger = LedgerService::new(
        database.clone(),
        clock.clone(),
        randomness.clone(),
        Arc::new(LogSigner::new()),
        Arc::new(FileKeeper::new("unused")),
        "amnat.example/log",
    );
    let receipts = key_set_member(&self::key());
    let access = AccessService::new(AccessParts {
        database: database.clone(),
        clock: clock.clone(),
        randomness,
        keys: AccessKeys::new(key.clone(), Vec::new(), vec![receipts]).unwrap(),
        ledger: ledger.clone(),
        issuer: format!("{ISSUER}/"),
        known_scopes: SCOPES,
    });
    Server {
        access,
        ledger,
        clock: clock.clone(),
        key: key.clone(),
    }
}

fn key_set_member(key: &FileKey) -> Jwk {
    Jwk::of_signer(key).unwrap()
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(now()))
}

fn now() -> Instant {
    "2026-11-24T02:30:00Z".parse().unwrap()
}

fn thumbprint(name: &str) -> Digest {
    Digest::of(name)
}

fn new_client(id: &str, certificate: &str) -> NewClient {
    NewClient {
        client_id: id.parse().unwrap(),
        name: Bilingual::new("ธนาคารตัวอย่าง", "Example Bank"),
        certificate_thumbprint: thumbprint(certificate),
        scopes: "registry.read log.read".to_owned(),
    }
}

fn ask(server: &Server, id: &str, certificate: Option<&str>) -> Result<GivenToken, GrantError> {
    let form = [("grant_type", "client_credentials"), ("client_id", id)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let proof = certificate.map(|name| grant::Proof::Certificate {
        thumbprint: thumbprint(name),
    });
    server.access.give_token(&grant::read(form, false)?, proof)
}

pub fn clients_are_added_rotated_and_revoked(database: &Arc<Database>) {
    let server = server(database, &clock(), &key());
    let access = &server.access;
    let added = access.add_client(&new_client("bank-a", "one")).unwrap();
    assert_eq!(access.clients().unwrap(), vec![added.clone()]);
    assert_eq!(added.scopes.to_string(), "log.read registry.read");
    let again = access.add_client(&new_client("bank-a", "two"));
    assert!(matches!(again, Err(ClientError::Exists(_))));
    let taken = access.add_client(&new_client("bank-b", "one"));
    assert!(matches!(taken, Err(ClientError::CertificateTaken(_))));
    let scope = NewClient {
        scopes: "registry.read admin.all".to_owned(),
        ..new_client("bank-b", "two")
    };
    assert!(matches!(
        access.add_client(&scope),
        Err(ClientError::Scope(_))
    ));
    let nameless = NewClient {
        name: Bilingual::new(" ", "Bank"),
        ..new_client("bank-b", "two")
    };
    assert!(matches!(
        access.add_client(&nameless),
        Err(ClientError::NoName)
    ));
    let idle = NewClient {
        scopes: String::new(),
        ..new_client("bank-b", "two")
    };
    assert!(matches!(
        access.add_client(&idle),
        Err(ClientError::NoScope)
    ));

    let bank = &added.client_id;
    let rotated = access.rotate_client(bank, thumbprint("new")).unwrap();
    assert_eq!((rotated.version, rotated.status), (2, ClientStatus::Active));
    let same = access.rotate_client(bank, thumbprint("new"));
    assert!(matches!(same, Err(ClientError::CertificateTaken(_))));
    let revoked = access.revoke_client(bank).unwrap();
    let expected = ApiClient {
        certificate_thumbprint: thumbprint("new"),
        status: ClientStatus::Revoked,
        version: 3,
        ..added.clone()
    };
    assert_eq!(revoked, expected);
    assert_eq!(access.clients().unwrap(), vec![expected]);
    assert!(matches!(
        access.revoke_client(bank),
        Err(ClientError::Revoked(_))
    ));
    let dead = access.rotate_client(bank, thumbprint("third"));
    assert!(matches!(dead, Err(ClientError::Revoked(_))));
    let nobody = access.revoke_client(&"bank-x".parse().unwrap());
    assert!(matches!(nobody, Err(ClientError::Unknown(_))));
}

pub fn a_change_of_a_client_stands_in_the_log_or_did_not_happen(database: &Arc<Database>) {
    let server = server(database, &clock(), &key());
    let added = server
        .access
        .add_client(&new_client("bank-a", "one"))
        .unwrap();
    server.access.revoke_client(&added.client_id).unwrap();
    let entries = server.ledger.proof(&"bank-a".parse().unwrap()).unwrap();
    assert_eq!(entries.len(), 2);
    let openings: Vec<String> = entries
        .iter()
        .map(|entry| {
            let opening =
                database.read(|connection| server.ledger.opening(connection, entry.index));
            String::from_utf8(opening.unwrap().unwrap().record).unwrap()
        })
        .collect();
    assert!(openings[0].contains("\"change\":\"added\"") && openings[0].contains("\"version\":1"));
    assert!(openings[1].contains("\"status\":\"revoked\""));
    // With the log out of order no client is added.
    database
        .write(|connection| -> Result<(), StoreError> {
            Ok(connection.batch_execute("DROP TABLE ledger_opening")?)
        })
        .unwrap();
    assert!(
        server
            .access
            .add_client(&new_client("bank-b", "two"))
            .is_err()
    );
    assert_eq!(server.access.clients().unwrap().len(), 1);
}

pub fn tokens_work_for_their_client_and_certificate_alone(database: &Arc<Database>) {
    let server = server(database, &clock(), &key());
    let access = &server.access;
    access.add_client(&new_client("bank-a", "a")).unwrap();
    access.add_client(&new_client("bank-b", "b")).unwrap();
    for (id, certificate) in [
        ("bank-a", None),
        ("bank-a", Some("b")),
        ("bank-b", Some("a")),
        ("bank-x", Some("a")),
    ] {
        let refusal = ask(&server, id, certificate).unwrap_err();
        assert!(
            matches!(
                refusal,
                GrantError::Refused(grant::GrantRefusal::InvalidClient)
            ),
            "{id} {certificate:?}"
        );
    }
    let given = ask(&server, "bank-a", Some("a")).unwrap();
    let accepts = |token: &str, certificate: Option<&str>| {
        access.accept_token(token, certificate.map(thumbprint).as_ref())
    };
    // Twice: the second time it is remembered, and the binding still counts.
    for _ in 0..2 {
        let accepted = accepts(&given.token, Some("a")).unwrap();
        assert_eq!(accepted.client.client_id.as_str(), "bank-a");
        assert_eq!(accepted.scopes.to_string(), "log.read registry.read");
        assert!(accepts(&given.token, Some("b")).is_err());
        assert!(accepts(&given.token, None).is_err());
    }
    let other = ask(&server, "bank-a", Some("a")).unwrap();
    assert_ne!(given.token, other.token);

    let forged = |change: &dyn Fn(&mut serde_json::Value), typ: &str, key: &dyn Signer| {
        let claims = AccessClaims::new(
            ISSUER,
            &"bank-a".parse().unwrap(),
            &given.scopes,
            Confirmation::of(&thumbprint("a")),
            [9; 16],
            server.clock.now(),
        );
        let mut claims = serde_json::to_value(claims).unwrap();
        change(&mut claims);
        jws::sign(key, typ, None, &claims).unwrap()
    };
    let ours = server.key.as_ref();
    assert!(accepts(&forged(&|_| {}, "at+jwt", ours), Some("a")).is_ok());
    let seconds = server.clock.now().seconds();
    let attacks: Vec<(&str, String)> = vec![
        ("another key", forged(&|_| {}, "at+jwt", key().as_ref())),
        ("an ID token", forged(&|_| {}, "JWT", ours)),
        ("a receipt", forged(&|_| {}, "amnat-decision+jwt", ours)),
        (
            "a foreign issuer",
            forged(
                &|claims| claims["iss"] = json!("https://other.example"),
                "at+jwt",
                ours,
            ),
        ),
        (
            "another audience",
            forged(
                &|claims| claims["aud"] = json!("https://other.example"),
                "at+jwt",
                ours,
            ),
        ),
        (
            "an audience list",
            forged(&|claims| claims["aud"] = json!([ISSUER]), "at+jwt", ours),
        ),
        (
            "a slash behind the audience",
            forged(
                &|claims| claims["aud"] = json!(format!("{ISSUER}/")),
                "at+jwt",
                ours,
            ),
        ),
        (
            "expired",
            forged(
                &|claims| {
                    claims["iat"] = json!(seconds - 400);
                    claims["exp"] = json!(seconds - 100);
                },
                "at+jwt",
                ours,
            ),
        ),
        (
            "from the future",
            forged(
                &|claims| {
                    claims["iat"] = json!(seconds + 60);
                    claims["exp"] = json!(seconds + 360);
                },
                "at+jwt",
                ours,
            ),
        ),
        (
            "too long a life",
            forged(
                &|claims| claims["exp"] = json!(seconds + 3600),
                "at+jwt",
                ours,
            ),
        ),
        (
            "no life",
            forged(
                &|claims| {
                    claims.as_object_mut().unwrap().remove("exp");
                },
                "at+jwt",
                ours,
            ),
        ),
        (
            "no identifier",
            forged(
                &|claims| {
                    claims.as_object_mut().unwrap().remove("jti");
                },
                "at+jwt",
                ours,
            ),
        ),
        (
            "no binding",
            forged(
                &|claims| {
                    claims.as_object_mut().unwrap().remove("cnf");
                },
                "at+jwt",
                ours,
            ),
        ),
        (
            "an empty binding",
            forged(&|claims| claims["cnf"] = json!({}), "at+jwt", ours),
        ),
        (
            "two bindings",
            forged(&|claims| claims["cnf"]["jkt"] = json!("x"), "at+jwt", ours),
        ),
        (
            "two clients",
            forged(&|claims| claims["sub"] = json!("bank-b"), "at+jwt", ours),
        ),
        (
            "a nonce",
            forged(&|claims| claims["nonce"] = json!("n"), "at+jwt", ours),
        ),
        (
            "a client that cannot be",
            forged(
                &|claims| {
                    claims["sub"] = json!("'; --");
                    claims["client_id"] = json!("'; --");
                },
                "at+jwt",
                ours,
            ),
        ),
        ("no signature", unsigned(&given.token, "none")),
        (
            "no signature, in other letters",
            unsigned(&given.token, "NoNe"),
        ),
        ("an HMAC", unsigned(&given.token, "HS256")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
    ];
    for (name, token) in attacks {
        assert!(
            matches!(accepts(&token, Some("a")), Err(TokenError::Refused(_))),
            "{name} was accepted"
        );
    }
    server.clock.advance(Duration::from_secs(306));
    assert!(accepts(&given.token, Some("a")).is_err(), "expired");
}

/// The token's payload under a header that names no real signature.
fn unsigned(token: &str, algorithm: &str) -> String {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let payload = token.split('.').nth(1).unwrap();
    let header = encode(&format!("{{\"alg\":\"{algorithm}\",\"typ\":\"at+jwt\"}}"));
    format!(
        "{header}.{payload}.{}",
        if algorithm == "HS256" {
            encode("x")
        } else {
            String::new()
        }
    )
}

pub fn a_revocation_elsewhere_works_within_a_minute(database: &Arc<Database>) {
    let (clock, key) = (clock(), key());
    let (here, there) = (
        server(database, &clock, &key),
        server(database, &clock, &key),
    );
    let bank = here
        .access
        .add_client(&new_client("bank-a", "a"))
        .unwrap()
        .client_id;
    here.access.add_client(&new_client("bank-b", "b")).unwrap();
    let token = ask(&here, "bank-a", Some("a")).unwrap().token;
    let print = thumbprint("a");
    assert!(there.access.accept_token(&token, Some(&print)).is_ok());
    here.access.revoke_client(&bank).unwrap();
    assert!(
        here.access.accept_token(&token, Some(&print)).is_err(),
        "at once here"
    );
    clock.advance(Duration::from_secs(31));
    assert!(
        there.access.accept_token(&token, Some(&print)).is_err(),
        "soon there"
    );
    assert!(ask(&there, "bank-a", Some("a")).is_err(), "no new token");

    let token = ask(&there, "bank-b", Some("b")).unwrap().token;
    let print = thumbprint("b");
    assert!(there.access.accept_token(&token, Some(&print)).is_ok());
    here.access
        .rotate_client(&"bank-b".parse().unwrap(), thumbprint("c"))
        .unwrap();
    clock.advance(Duration::from_secs(31));
    assert!(
        there.access.accept_token(&token, Some(&print)).is_err(),
        "the old certificate"
    );
    assert!(
        there
            .access
            .accept_token(&token, Some(&thumbprint("c")))
            .is_err(),
        "the old token"
    );
}

fn scope(key: &str) -> IdempotencyScope {
    IdempotencyScope::new("bank-a", "POST", "/v1/certificates", key)
}

fn answer(text: &str) -> KeptAnswer {
    KeptAnswer {
        status: 201,
        content_type: "application/json".to_owned(),
        body: text.as_bytes().to_vec(),
    }
}

fn begin(database: &Database, key: &str, body: &str, at: Instant) -> Begun {
    database
        .write(|connection| idempotency::begin(connection, &scope(key), &Digest::of(body), at))
        .unwrap()
}

fn ticket(begun: Begun) -> Ticket {
    match begun {
        Begun::Fresh(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

pub fn the_same_key_gives_the_same_answer(database: &Arc<Database>) {
    let first = ticket(begin(database, "k", "body", now()));
    assert_eq!(begin(database, "k", "body", now()), Begun::Running);
    assert_eq!(begin(database, "k", "other", now()), Begun::OtherBody);
    let given = answer("{\"number\":\"ก\"}");
    let finish = || {
        database.write(|connection| {
            idempotency::finish(connection, &first, &given, Retention::Day, now())
        })
    };
    finish().unwrap();
    assert_eq!(
        begin(database, "k", "body", now()),
        Begun::Replay(given.clone())
    );
    assert_eq!(begin(database, "k", "other", now()), Begun::OtherBody);
    assert!(
        matches!(finish(), Err(StoreError::Stale { .. })),
        "only once"
    );
    let other = ticket(begin(database, "another", "body", now()));
    let given_back = database.write(|connection| idempotency::abandon(connection, &other));
    assert!(given_back.unwrap());
    assert_eq!(
        ticket(begin(database, "another", "changed", now())).attempt,
        1
    );
}

pub fn an_act_that_is_undone_leaves_no_key(database: &Arc<Database>) {
    let undone = database.write(|connection| -> Result<(), StoreError> {
        idempotency::begin(connection, &scope("k"), &Digest::of("body"), now())?;
        Err(StoreError::Stale {
            table: "certificate",
        })
    });
    assert!(undone.is_err());
    ticket(begin(database, "k", "another body", now()));
}

pub fn many_requests_with_one_key_act_once(database: &Arc<Database>) {
    const REQUESTS: usize = 24;
    let acts = AtomicU32::new(0);
    let act = |connection: &mut AnyConnection| -> Result<Option<Vec<u8>>, StoreError> {
        match idempotency::begin(connection, &scope("k"), &Digest::of("body"), now())? {
            Begun::Fresh(ticket) => {
                let number = acts.fetch_add(1, Ordering::SeqCst).to_string();
                let given = answer(&number);
                idempotency::finish(connection, &ticket, &given, Retention::ForEver, now())?;
                Ok(Some(given.body))
            }
            Begun::Replay(kept) => Ok(Some(kept.body)),
            Begun::Running => Ok(None),
            Begun::OtherBody => panic!("the bodies are equal"),
        }
    };
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..REQUESTS)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        match database.write(act) {
                            Ok(Some(body)) => return body,
                            Ok(None) => {}
                            Err(error) => assert!(error.may_be_retried(), "{error}"),
                        }
                    }
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .collect()
    });
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );
}

pub fn a_dead_attempt_is_taken_over_and_cannot_finish(database: &Arc<Database>) {
    let dead = ticket(begin(database, "k", "body", now()));
    let later = now().plus(Duration::from_secs(61));
    assert_eq!(
        begin(database, "k", "body", now().plus(Duration::from_secs(59))),
        Begun::Running
    );
    let alive = ticket(begin(database, "k", "body", later));
    assert_eq!(alive.attempt, 2);
    let finish = |ticket: &Ticket| {
        database.write(|connection| {
            idempotency::finish(connection, ticket, &answer("a"), Retention::Day, later)
        })
    };
    assert!(matches!(finish(&dead), Err(StoreError::Stale { .. })));
    let given_back = database.write(|connection| idempotency::abandon(connection, &dead));
    assert!(!given_back.unwrap(), "it belongs to the other attempt");
    finish(&alive).unwrap();
}

pub fn answers_are_kept_as_long_as_was_said(database: &Arc<Database>) {
    for (key, retention) in [("day", Retention::Day), ("ever", Retention::ForEver)] {
        let fresh = ticket(begin(database, key, "body", now()));
        database
            .write(|connection| {
                idempotency::finish(connection, &fresh, &answer(key), retention, now())
            })
            .unwrap();
    }
    let next_day = now().plus(Duration::from_secs(24 * 3600));
    let before = next_day.minus(Duration::from_secs(1));
    assert!(matches!(
        begin(database, "day", "body", before),
        Begun::Replay(_)
    ));
    let purge = |at| {
        database
            .write(|connection| idempotency::purge(connection, at))
            .unwrap()
    };
    assert_eq!(purge(before), 0);
    assert_eq!(purge(next_day), 1);
    ticket(begin(database, "day", "body", next_day));
    let years = next_day.plus(Duration::from_secs(10 * 365 * 24 * 3600));
    assert!(matches!(
        begin(database, "ever", "body", years),
        Begun::Replay(_)
    ));
}
