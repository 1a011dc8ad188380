//! Sentences that were not read with certainty: two registry officers say what they mean, and what ends that.

use crate::support::{
    Answer, App, CHAN, COMPANY, Garbled, KHWAN, KLA, Machine, Session, Subject, World, asserted,
    codes, shared, signed,
};
use amnat::authority::service::{receipt_keys, verify_receipt};
use amnat::kernel::digest::{Digest, canonical_json};
use amnat::registry::review::service::OfficerError;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Registry officers: people who are on record of none of the companies below.
const FIRST: &str = "3102000000413";
const SECOND: &str = "1500100000421";

/// Kla and Khwan, or Khom: nothing settles the bracketing.
const AMBIGUOUS: &str = "0105564999788";
/// A seal phrase that may belong to one alternative or to both.
const SEAL: &str = "0105560999775";
/// The chairman with two others; the register knows no chairman.
const CHAIRMAN: &str = "0105566999751";
/// As the articles say, which the register does not tell.
const ARTICLES: &str = "0105559999767";

/// Put the two on the list; who is there already stays.
fn appoint(app: &App) {
    for person in [FIRST, SECOND] {
        let added = app.services.review.add_officer(&person.parse().unwrap());
        assert!(
            matches!(added, Ok(_) | Err(OfficerError::Listed(_))),
            "{added:?}"
        );
    }
}

/// The review of a company, from the queue.
async fn queued(bank: &Machine, company: &str) -> Option<Value> {
    let mut path = "/v1/review/statements?limit=2".to_owned();
    loop {
        let page = bank.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        let found = page["reviews"]
            .as_array()
            .unwrap()
            .iter()
            .find(|review| review["registration_number"] == company);
        if let Some(found) = found {
            return Some(found.clone());
        }
        path = format!(
            "/v1/review/statements?limit=2&cursor={}",
            page["next_cursor"].as_str()?
        );
    }
}

async fn facts(bank: &Machine, company: &str, path: &str) -> Value {
    let answer = bank
        .get(&format!("/v1/juristic-persons/{company}{path}"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn path(review: &Value, more: &str) -> String {
    format!(
        "/v1/review/statements/{}{more}",
        review["id"].as_str().unwrap()
    )
}

fn version(review: &Value) -> u64 {
    review["version"].as_u64().unwrap()
}

fn open(review: &Value) -> &Value {
    review["proposals"]
        .as_array()
        .unwrap()
        .iter()
        .find(|proposal| proposal["state"] == "open")
        .unwrap_or_else(|| panic!("nothing is open in {review:#}"))
}

async fn propose(officer: &Session, review: &Value, key: &str, what: Value) -> Answer {
    let mut body = json!({ "reason": "read with the articles at hand" });
    for (member, value) in what.as_object().unwrap() {
        body[member] = value.clone();
    }
    officer
        .act(&path(review, "/proposals"), key, version(review), &body)
        .await
}

fn step(review: &Value, what: &str) -> String {
    let proposal = open(review)["id"].as_str().unwrap().to_owned();
    path(review, &format!("/proposals/{proposal}/{what}"))
}

async fn confirm(officer: &Session, review: &Value, key: &str) -> Answer {
    let body = json!({ "rule_sha256": open(review)["rule_sha256"] });
    officer
        .act(&step(review, "confirmation"), key, version(review), &body)
        .await
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let review = answer.json();
    assert_eq!(answer.header("etag"), format!("\"{}\"", version(&review)));
    review
}

#[tokio::test]
async fn one_officer_alone_never_makes_a_rule_apply() {
    let shared = shared();
    let (world, app) = (&shared.world, &shared.app);
    appoint(app);
    let bank = world.machine("bank").await;
    let subject = Subject::of(AMBIGUOUS);
    let rule = facts(&bank, AMBIGUOUS, "/signing-rule").await;
    assert_eq!(rule["outcome"], "ambiguous");
    let review = queued(&bank, AMBIGUOUS).await.unwrap();
    assert_eq!(review["state"], "waiting");
    assert_eq!(review["statement"], rule["statement"]);
    assert_eq!(review["readings"], rule["readings"]);
    assert_eq!(review["flags"], rule["flags"]);
    assert_eq!(review["proposals"], json!([]));

    // Which reading lets Kla and Khwan sign without Khom.
    let readings = review["readings"].as_array().unwrap();
    let place = readings
        .iter()
        .position(|reading| reading[0]["rule"].get("any_of").is_some())
        .unwrap();
    let (first, second) = (
        Session::open(world, FIRST).await,
        Session::open(world, SECOND).await,
    );
    let asked = |bank: Machine, subject: Subject| async move {
        let kla = bank.sign_in(&subject, KLA).await;
        let khwan = bank.sign_in(&subject, KHWAN).await;
        bank.ask(&subject, &[signed(&kla), signed(&khwan)]).await
    };
    let undecided = |answer: &Value| {
        assert_eq!(answer["decision"], "indeterminate", "{answer:#}");
        assert!(codes(answer, "reasons").contains(&"statement_needs_review".to_owned()));
    };
    undecided(&asked(world.machine("bank").await, subject.clone()).await);
    let proposed = propose(
        &first,
        &review,
        "proposes-a-reading",
        json!({ "reading": place }),
    );
    let review = done(&proposed.await);
    assert_eq!(review["state"], "proposed");
    assert_eq!(open(&review)["reading"], place);
    assert_eq!(open(&review)["clauses"], readings[place]);
    undecided(&asked(world.machine("bank").await, subject.clone()).await);
    let own = confirm(&first, &review, "confirms-own-proposal").await;
    own.problem(403, "same_officer");
    undecided(&asked(world.machine("bank").await, subject.clone()).await);

    let confirmed = done(&confirm(&second, &review, "confirms-the-others").await);
    assert_eq!(confirmed["state"], "confirmed");
    assert_eq!(confirmed["in_queue"], false);
    assert_eq!(queued(&bank, AMBIGUOUS).await, None);
    let digest = confirmed["proposals"][0]["rule_sha256"].as_str().unwrap();
    let permitted = asked(world.machine("bank").await, subject).await;
    assert_eq!(permitted["decision"], "permit", "{permitted:#}");
    assert_eq!(permitted["basis"][0]["rule"], "reviewed");
    assert_eq!(permitted["basis"][0]["rule_sha256"], digest);
    assert_eq!(permitted["as_of"]["reviewed_rule"], digest);
    let jwks = bank.get("/.well-known/jwks.json").await;
    let receipt = permitted["receipt"].as_str().unwrap();
    let claims = verify_receipt(receipt, &receipt_keys(&jwks.body).unwrap()).unwrap();
    assert_eq!(claims.reviewed_rule.as_deref(), Some(digest));
    let mut answer = permitted.clone();
    answer.as_object_mut().unwrap().remove("receipt");
    let canonical = canonical_json(&answer).unwrap();
    assert_eq!(claims.answer_sha256, Digest::of(canonical).to_hex());

    // The rule says who read it so, by references that no other client has, and never by number.
    let answer = bank
        .get(&format!("/v1/juristic-persons/{AMBIGUOUS}/signing-rule"))
        .await;
    let rule = answer.json();
    assert_eq!(rule["outcome"], "reviewed");
    assert_eq!(rule["decided_by"], "reviewed_rule");
    assert_eq!(rule["clauses"], readings[place]);
    let reviewed = &rule["reviewed"];
    assert_eq!(reviewed["rule_sha256"], digest);
    assert_eq!(reviewed["read_as"], "ambiguous");
    let (by, other) = (
        &reviewed["proposed"]["officer"],
        &reviewed["confirmed"]["officer"],
    );
    assert_ne!(by, other);
    assert!(reviewed["proposed"]["at"].is_string() && reviewed["confirmed"]["at"].is_string());
    for number in [FIRST, SECOND] {
        assert!(!answer.text().contains(number) && !permitted.to_string().contains(number));
    }
    let agency = world.machine("agency").await;
    let theirs = facts(&agency, AMBIGUOUS, "/signing-rule").await;
    assert_ne!(&theirs["reviewed"]["proposed"]["officer"], by);

    // Whoever has the answer of before does not take it for this one; any officer stops the rule.
    let tag = answer.header("etag").to_owned();
    let revoked = second
        .act(
            &path(
                &confirmed,
                &format!(
                    "/proposals/{}/rejection",
                    confirmed["proposals"][0]["id"].as_str().unwrap()
                ),
            ),
            "revokes-what-was-so",
            version(&confirmed),
            &json!({ "reason": "the articles say otherwise" }),
        )
        .await;
    assert_eq!(done(&revoked)["state"], "waiting");
    let again = bank
        .request(
            Method::GET,
            &format!("/v1/juristic-persons/{AMBIGUOUS}/signing-rule"),
        )
        .header("If-None-Match", tag);
    let again = Answer::of(again).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["outcome"], "ambiguous");
    let waiting = queued(&bank, AMBIGUOUS).await.unwrap();
    assert_eq!(waiting["proposals"][0]["state"], "revoked");
    let steps = waiting["proposals"][0]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2, "history stays: {waiting:#}");
}

#[tokio::test]
async fn a_director_who_leaves_puts_the_rule_back_into_the_queue() {
    let shared = shared();
    let (world, app) = (&shared.world, &shared.app);
    appoint(app);
    let bank = world.machine("bank").await;
    let before = facts(&bank, CHAIRMAN, "/signing-combinations").await;
    assert_eq!(before["status"], "indeterminate");
    assert_eq!(before["reasons"][0]["code"], "statement_needs_review");
    let review = queued(&bank, CHAIRMAN).await.unwrap();
    assert_eq!(review["outcome"], "unresolved");
    assert!(!review["unresolved"].as_array().unwrap().is_empty());
    assert!(
        review["unresolved"][0]["words"]
            .as_str()
            .unwrap()
            .contains("ประธาน")
    );
    let (first, second) = (
        Session::open(world, FIRST).await,
        Session::open(world, SECOND).await,
    );
    let clauses = json!([{
        "rule": { "all_of": [{ "person": "off_1" }, { "any_director": 1 }] },
        "seal": "not_required", "span": [0, 10],
    }]);
    let what = json!({ "clauses": clauses });
    let review = done(&propose(&first, &review, "proposes-own-rule-1", what).await);
    assert_eq!(open(&review)["bound_to_board"], true);
    done(&confirm(&second, &review, "confirms-own-rule-1").await);
    let bound = facts(
        &bank,
        CHAIRMAN,
        "/signing-combinations?act=bank.account.open",
    )
    .await;
    assert_eq!(bound["status"], "some", "{bound:#}");
    assert_eq!(bound["outcome"], "reviewed");
    assert_eq!(bound["minimal_sets"].as_array().unwrap().len(), 2);

    let control = format!("{}/sandbox-control/v1/resign", world.addresses.register_url);
    let resign = reqwest::Client::new()
        .post(control)
        .json(&json!({ "juristic_id": CHAIRMAN, "sequence": 3, "date": "2026-01-01" }));
    assert_eq!(Answer::of(resign).await.status, 204);
    app.services
        .registry
        .refresh_now(&CHAIRMAN.parse().unwrap())
        .await
        .unwrap();
    let rule = facts(&bank, CHAIRMAN, "/signing-rule").await;
    assert_eq!(rule["outcome"], "unresolved");
    assert_eq!(rule["decided_by"], "nothing");
    let back = queued(&bank, CHAIRMAN).await.unwrap();
    assert_eq!(back["state"], "waiting");
    let proposal = &back["proposals"][0];
    assert_eq!(proposal["state"], "confirmed", "history stays");
    assert_eq!(proposal["changes"][0]["code"], "board_changed");
    let answer = bank.ask(&Subject::of(CHAIRMAN), &[asserted(KLA)]).await;
    assert_eq!(codes(&answer, "reasons"), ["statement_needs_review"]);

    // The same rule for the board of now needs both of them again.
    let what = json!({ "clauses": clauses });
    let review = done(&propose(&second, &back, "proposes-own-rule-2", what).await);
    done(&confirm(&first, &review, "confirms-own-rule-2").await);
    let rule = facts(&bank, CHAIRMAN, "/signing-rule").await;
    assert_eq!(rule["outcome"], "reviewed");
}

#[tokio::test]
async fn confirming_a_changed_sentence_is_refused() {
    let world = World::start();
    let app = world.app(world.config.clone());
    appoint(&app);
    let bank = world.machine("bank").await;
    facts(&bank, SEAL, "/signing-rule").await;
    let review = queued(&bank, SEAL).await.unwrap();
    let (first, second) = (
        Session::open(&world, FIRST).await,
        Session::open(&world, SECOND).await,
    );
    let what = json!({ "reading": 0 });
    let review = done(&propose(&first, &review, "before-the-change-01", what).await);
    drop(app);

    // The register writes another sentence from now on.
    let register = Garbled::start(
        &world.addresses.register_url,
        "กรรมการสองคน",
        "กรรมการสามคน",
        SEAL,
    );
    let mut config = world.config.clone();
    config.peers.register.url = register.url.parse().unwrap();
    let app = world.app(config);
    let refreshed = app
        .services
        .registry
        .refresh_now(&SEAL.parse().unwrap())
        .await;
    refreshed.unwrap();
    let refused = confirm(&second, &review, "after-the-change-001").await;
    let problem = refused.problem(409, "review_outdated");
    assert!(problem["detail"].as_str().unwrap().contains("sentence"));
    // The old review is kept and says why; the new sentence waits in a review of its own.
    let old = bank.get(&path(&review, "")).await.json();
    assert_eq!(old["changes"][0]["code"], "statement_changed");
    assert_eq!(old["in_queue"], false);
    assert_eq!(old["outcome"], Value::Null);
    let new = queued(&bank, SEAL).await.unwrap();
    assert_ne!(new["id"], review["id"]);
    assert!(new["statement"].as_str().unwrap().contains("กรรมการสามคน"));
    let what = json!({ "reading": 0 });
    propose(&first, &old, "for-the-old-sentence", what)
        .await
        .problem(409, "review_outdated");
    drop(app);
}

#[tokio::test]
async fn who_is_no_officer_is_turned_away() {
    let shared = shared();
    let world = &shared.world;
    appoint(&shared.app);
    let bank = world.machine("bank").await;
    facts(&bank, SEAL, "/signing-rule").await;
    let review = queued(&bank, SEAL).await.unwrap();
    let chan = Session::open(world, CHAN).await;
    chan.get("/v1/review/statements")
        .await
        .problem(403, "not_a_registry_officer");
    chan.get(&path(&review, ""))
        .await
        .problem(403, "not_a_registry_officer");
    propose(
        &chan,
        &review,
        "proposes-as-nobody",
        json!({ "reading": 0 }),
    )
    .await
    .problem(403, "not_a_registry_officer");
    // A machine reads and never proposes.
    let body = json!({ "reading": 0, "reason": "no person at all" });
    bank.post(&path(&review, "/proposals"), &body)
        .await
        .problem(401, "unauthenticated");
    let first = Session::open(world, FIRST).await;
    let seen = first.get(&path(&review, "")).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("etag"), format!("\"{}\"", version(&review)));
    assert_eq!(first.get("/v1/review/statements").await.status, 200);
    first
        .get("/v1/review/statements/rev_0123456789abcdefghjkmnpqrs")
        .await
        .problem(404, "not_found");
    first
        .get("/v1/review/statements/x")
        .await
        .problem(404, "not_found");
    first
        .get("/v1/review/statements?cursor=x")
        .await
        .wrong_member(400, "invalid_value", "cursor");
    first
        .get("/v1/review/statements?limit=0")
        .await
        .wrong_member(400, "invalid_value", "limit");
}

#[tokio::test]
async fn an_act_is_done_once_and_only_on_what_was_read() {
    let shared = shared();
    let world = &shared.world;
    appoint(&shared.app);
    let bank = world.machine("bank").await;
    facts(&bank, ARTICLES, "/signing-rule").await;
    let review = queued(&bank, ARTICLES).await.unwrap();
    let (first, second) = (
        Session::open(world, FIRST).await,
        Session::open(world, SECOND).await,
    );
    let proposals = path(&review, "/proposals");
    let clause = |rule: Value| json!([{ "rule": rule, "seal": "not_required", "span": [0, 5] }]);
    let body = |rule: Value| json!({ "clauses": clause(rule), "reason": "as it stands" });
    let right = body(json!({ "person": "off_1" }));

    // What cannot be used is named by its member.
    for (wrong, status, code, pointer) in [
        (
            body(json!({ "person": "off_77" })),
            422,
            "rule_not_acceptable",
            "/clauses/0/rule/person",
        ),
        (
            body(json!({ "any_of_pool": { "n": 1, "pool": "liquidator" } })),
            422,
            "rule_not_acceptable",
            "/clauses",
        ),
        (
            json!({ "reading": 9, "reason": "x" }),
            422,
            "rule_not_acceptable",
            "/reading",
        ),
        (
            json!({ "clauses": [], "reason": "x" }),
            422,
            "rule_not_acceptable",
            "/clauses",
        ),
        (json!({ "reason": "x" }), 400, "invalid_value", "/clauses"),
        (
            json!({ "reading": 0, "reason": " " }),
            400,
            "invalid_value",
            "/reason",
        ),
        (
            json!({ "reading": 0, "reason": "a\u{7}b" }),
            400,
            "invalid_value",
            "/reason",
        ),
        (
            body(json!({ "any_director": 0 })),
            400,
            "malformed_request",
            "/clauses/0/rule/any_director",
        ),
    ] {
        println!("{wrong}");
        first
            .act(&proposals, "refused-proposal-1", version(&review), &wrong)
            .await
            .wrong_member(status, code, pointer);
    }
    // Who has not read it says so.
    let without = first
        .request(Method::POST, &proposals)
        .header("Idempotency-Key", "without-if-match-1")
        .json(&right);
    Answer::of(without)
        .await
        .problem(428, "precondition_missing");
    let any = first
        .request(Method::POST, &proposals)
        .header("Idempotency-Key", "without-if-match-1")
        .header("If-Match", "*")
        .json(&right);
    Answer::of(any).await.problem(428, "precondition_missing");
    let keyless = first
        .request(Method::POST, &proposals)
        .header("If-Match", "\"1\"")
        .json(&right);
    Answer::of(keyless)
        .await
        .problem(400, "idempotency_key_missing");
    first
        .act(&proposals, "of-another-version", 77, &right)
        .await
        .problem(412, "precondition_failed");

    let key = "proposes-exactly-once";
    let made = first.act(&proposals, key, version(&review), &right).await;
    let proposed = done(&made);
    let again = first.act(&proposals, key, version(&review), &right).await;
    assert_eq!(again.body, made.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = body(json!({ "person": "off_2" }));
    first
        .act(&proposals, key, version(&review), &other)
        .await
        .problem(422, "idempotency_key_reused");
    second
        .act(
            &proposals,
            "a-second-proposal-1",
            version(&proposed),
            &other,
        )
        .await
        .problem(409, "wrong_state");
    let digest = json!({ "rule_sha256": "0".repeat(64) });
    second
        .act(
            &step(&proposed, "confirmation"),
            "another-digest-001",
            version(&proposed),
            &digest,
        )
        .await
        .problem(409, "other_digest");
    let nothing = path(
        &proposed,
        "/proposals/prp_0123456789abcdefghjkmnpqrs/rejection",
    );
    let why = json!({ "reason": "not what it says" });
    second
        .act(&nothing, "rejects-nothing-01", version(&proposed), &why)
        .await
        .problem(404, "not_found");
    let withdrawn = first
        .act(
            &step(&proposed, "rejection"),
            "takes-it-back-0001",
            version(&proposed),
            &why,
        )
        .await;
    let withdrawn = done(&withdrawn);
    assert_eq!(withdrawn["state"], "waiting");
    assert_eq!(withdrawn["proposals"][0]["state"], "withdrawn");
    assert_eq!(
        withdrawn["proposals"][0]["steps"][0]["reason"],
        "not what it says"
    );
    let dead = path(
        &withdrawn,
        &format!(
            "/proposals/{}/confirmation",
            withdrawn["proposals"][0]["id"].as_str().unwrap()
        ),
    );
    let digest = json!({ "rule_sha256": withdrawn["proposals"][0]["rule_sha256"] });
    second
        .act(&dead, "confirms-a-dead-one", version(&withdrawn), &digest)
        .await
        .problem(409, "wrong_state");
}

#[tokio::test]
async fn everybody_who_can_bind_a_company_is_told() {
    let shared = shared();
    let bank = shared.world.machine("bank").await;
    let told = facts(
        &bank,
        COMPANY,
        "/signing-combinations?act=bank.account.open&amount=5000000.00",
    )
    .await;
    assert_eq!(told["status"], "some", "{told:#}");
    assert_eq!(told["reasons"], json!([]));
    assert_eq!(told["outcome"], "complete");
    let sets = told["minimal_sets"].as_array().unwrap();
    let people: Vec<&Value> = sets.iter().map(|set| &set["officers"]).collect();
    assert_eq!(
        people,
        [&json!(["off_1", "off_2"]), &json!(["off_1", "off_3"])]
    );
    assert_eq!(sets[0]["people"][0], "นายกล้า ทดลองดี");
    assert_eq!(told["minimal_sets_truncated"], false);
    let add = told["combinations"][0]["add"].as_array().unwrap();
    let n: u64 = add.iter().map(|part| part["n"].as_u64().unwrap()).sum();
    assert_eq!(n, 2, "{told:#}");

    // Two of three with the seal; with the seal applied it is not asked for again.
    let sealed = facts(&bank, "0125564999958", "/signing-combinations").await;
    assert_eq!(sealed["combinations"][0]["seal"], true, "{sealed:#}");
    assert_eq!(sealed["combinations"][0]["add"][0]["n"], 2);
    assert_eq!(sealed["minimal_sets"].as_array().unwrap().len(), 3);
    let applied = facts(&bank, "0125564999958", "/signing-combinations?seal=true").await;
    assert_eq!(applied["combinations"][0]["seal"], false);

    // An amount decides which clause is asked; without one nothing is certain but what always suffices.
    let limited = "0105563999831";
    let small = facts(&bank, limited, "/signing-combinations?amount=1000000.00").await;
    assert_eq!(small["combinations"][0]["add"][0]["n"], 1, "{small:#}");
    let large = facts(&bank, limited, "/signing-combinations?amount=1000000.01").await;
    assert_eq!(large["combinations"][0]["add"][0]["n"], 2);
    assert_eq!(large["combinations"][0]["seal"], true);
    let unknown = facts(&bank, limited, "/signing-combinations").await;
    assert_eq!(unknown["status"], "indeterminate", "{unknown:#}");
    assert!(!unknown["reasons"].as_array().unwrap().is_empty());

    let struck_off = facts(&bank, "0105552999567", "/signing-combinations").await;
    assert_eq!(struck_off["status"], "none");
    assert_eq!(struck_off["reasons"][0]["code"], "struck_off");
    assert_eq!(struck_off["combinations"], json!([]));

    for (query, parameter) in [
        ("act=bank.account.explode", "act"),
        ("amount=5.001", "amount"),
        ("amount=-1", "amount"),
        ("valid_at=2999-01-01T00:00:00Z", "valid_at"),
    ] {
        bank.get(&format!(
            "/v1/juristic-persons/{COMPANY}/signing-combinations?{query}"
        ))
        .await
        .wrong_member(400, "invalid_value", parameter);
    }
    bank.get(&format!(
        "/v1/juristic-persons/{COMPANY}/signing-combinations?seal=maybe"
    ))
    .await
    .problem(400, "malformed_request");
}

#[tokio::test]
async fn the_list_of_officers_is_kept_by_the_command_line_without_any_number() {
    let world = World::start();
    let app = world.app(world.config.clone());
    drop(app);
    let amnat = |arguments: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_amnat"))
            .arg("officers")
            .args(arguments)
            .arg("--config")
            .arg(world.place.file("amnat.toml"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may have ended by now.
        let written = child.stdin.take().unwrap().write_all(input.as_bytes());
        assert!(written.is_ok() || input.is_empty());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (status, added, error) = amnat(&["add"], &format!("{FIRST}\n"));
    assert_eq!(status, 0, "{error}");
    let id = added.split('\t').next().unwrap();
    let file = world.place.file("number.txt");
    std::fs::write(&file, SECOND).unwrap();
    let named = ["add", "--national-id-file", file.to_str().unwrap()];
    assert_eq!(amnat(&named, "").0, 0);
    let (status, _, error) = amnat(&named, "");
    assert_eq!(status, 2, "twice: {error}");
    let (status, _, error) = amnat(&["add"], "1100100000019");
    assert_eq!(status, 2);
    assert!(!error.contains("1100100000019"), "{error}");
    assert_eq!(amnat(&["remove", id], "").0, 0);
    assert_eq!(amnat(&["remove", id], "").0, 2);
    let (status, list, _) = amnat(&["list"], "");
    assert_eq!((status, list.lines().count()), (0, 2));
    assert_eq!(list.matches("removed").count(), 1);
    for name in ["amnat.sqlite", "amnat.sqlite-wal"] {
        let path = world.place.file(name);
        let bytes = std::fs::read(path).unwrap_or_default();
        for number in [FIRST, SECOND] {
            let found = bytes
                .windows(number.len())
                .any(|window| window == number.as_bytes());
            assert!(!found && !list.contains(number), "{name}");
        }
    }
}
