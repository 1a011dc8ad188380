//! What outlives the process: a service that was stopped or killed goes on where it was. And the same service on PostgreSQL.

use crate::certificates::{issue_and_replay, sequence};
use crate::question::{deny_and_permit, permit_once};
use crate::support::{Answer, App, COMPANY, KLA, Machine, OTHER_COMPANY, Subject, World, asserted};
use amnat::kernel::time::{Clock as _, SystemClock, buddhist_year};
use amnat::ledger::checkpoint::Checkpoint;
use amnat::ledger::tree::verify_consistency;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const KEY: &str = "outlives-the-process-1";

fn newest(app: &App) -> Checkpoint {
    app.services.ledger.checkpoint().unwrap();
    let latest = app.services.ledger.latest().unwrap();
    latest.unwrap().checkpoint
}

/// The log of today is the log of then with more at its end, and every leaf of it is right.
fn grown(app: &App, then: &Checkpoint) {
    let now = newest(app);
    assert!(now.size > then.size, "{} leaves", now.size);
    assert_eq!(now.origin, then.origin);
    let ledger = &app.services.ledger;
    let proof = ledger.consistency(then.size, now.size).unwrap().unwrap();
    verify_consistency(then.size, now.size, &then.root, &now.root, &proof).unwrap();
    let findings = ledger.fsck().unwrap();
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test]
async fn answers_certificates_and_log_go_on_after_a_stop() {
    let world = World::start();
    let app = world.app(world.config.clone());
    let bank = world.machine("bank").await;
    let subject = Subject::of(COMPANY);
    let answer = bank.ask(&subject, &[asserted(KLA)]).await;
    let sign_in = bank.sign_in(&subject, KLA).await;
    let ordered = bank.order(COMPANY, KEY).await;
    assert_eq!(ordered.status, 201, "{}", ordered.text());
    let record = ordered.json();
    let file = bank.get(record["pdf"].as_str().unwrap()).await;
    let then = newest(&app);
    drop(app);

    let app = world.app(world.config.clone());
    // A token of before is still good: its key was kept.
    let id = answer["id"].as_str().unwrap();
    let kept = bank.get(&format!("/v1/verifications/{id}")).await;
    assert_eq!(kept.json(), answer);
    let state = bank.get(&format!("/v1/sign-ins/{sign_in}")).await.json();
    assert_eq!(state["status"], "completed");
    let replayed = bank.order(COMPANY, KEY).await;
    assert_eq!(replayed.body, ordered.body);
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    let again = bank.get(record["pdf"].as_str().unwrap()).await;
    assert_eq!(again.body, file.body);
    let page = world
        .page(record["verification_url"].as_str().unwrap())
        .await;
    assert_eq!(page.status, 200);
    let next = bank
        .order(OTHER_COMPANY, "after-the-stop-00001")
        .await
        .json();
    assert_eq!(number_of(&next), number_of(&record) + 1);
    grown(&app, &then);
}

fn number_of(record: &serde_json::Value) -> u64 {
    sequence(record["number"].as_str().unwrap())
}

/// The service in a process of its own, which can be killed.
pub struct Process(Child);

impl Process {
    /// Start it on this world with these settings, and wait until it answers.
    async fn serve(world: &World, configuration: &str) -> Self {
        Self::serve_with_log(world, configuration, Stdio::inherit()).await
    }

    /// The same, with its log going there.
    pub async fn serve_with_log(world: &World, configuration: &str, log: Stdio) -> Self {
        world.leave_ports();
        let path = world.place.file("process.toml");
        std::fs::write(&path, configuration).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_amnat"))
            .arg("serve")
            .arg("--config")
            .arg(&path)
            .env_remove("AMNAT_DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let process = Self(child);
        let client = world.connection(None);
        let url = format!("{}/readyz", world.place.public_url);
        for _ in 0..400 {
            if let Ok(answer) = client.get(&url).send().await
                && answer.status() == 200
            {
                return process;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the service does not come up");
    }

    /// No grace: the system ends it between two instructions.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone when a case killed it.
        if let Ok(None) = self.0.try_wait() {
            self.kill();
        }
    }
}

pub fn written_configuration(world: &World) -> String {
    std::fs::read_to_string(world.place.file("amnat.toml")).unwrap()
}

#[tokio::test]
async fn an_acknowledged_order_outlives_a_killed_process() {
    let world = World::start();
    let app = world.app(world.config.clone());
    let then = newest(&app);
    drop(app);
    let mut process = Process::serve(&world, &written_configuration(&world)).await;
    let bank = world.machine("bank").await;
    let answer = bank.ask(&Subject::of(COMPANY), &[asserted(KLA)]).await;
    let ordered = bank.order(COMPANY, KEY).await;
    process.kill();
    assert_eq!(ordered.status, 201, "{}", ordered.text());

    let app = world.app(world.config.clone());
    let replayed = bank.order(COMPANY, KEY).await;
    assert_eq!(replayed.body, ordered.body);
    let id = answer["id"].as_str().unwrap();
    let kept = bank.get(&format!("/v1/verifications/{id}")).await;
    assert_eq!(kept.json(), answer);
    let record = ordered.json();
    let file = bank.get(record["pdf"].as_str().unwrap()).await;
    assert_eq!(file.status, 200);
    for reference in [id, record["number"].as_str().unwrap()] {
        let leaves = app.services.ledger.proof(&reference.parse().unwrap());
        assert_eq!(leaves.unwrap().len(), 1, "{reference}");
    }
    let next = bank
        .order(OTHER_COMPANY, "after-the-kill-00001")
        .await
        .json();
    assert_eq!(number_of(&next), number_of(&record) + 1);
    grown(&app, &then);
}

/// Wait until this number is in this state, and say whether it came to it.
async fn comes_to(bank: &Machine, number: &str, state: &str) -> bool {
    for _ in 0..200 {
        let record = bank.get(&format!("/v1/certificates/{number}")).await;
        if record.status == 200 && record.json()["state"] == state {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

#[tokio::test]
async fn an_order_that_a_kill_interrupted_is_void_and_its_key_is_free() {
    let world = World::start();
    drop(world.app(world.config.clone()));
    // A time-stamp authority that takes the call and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("http://{}/tsa", silent.local_addr().unwrap());
    let configuration =
        written_configuration(&world).replace(&world.addresses.tsa_url, &silent_url);
    let mut process = Process::serve(&world, &configuration).await;
    let bank = world.machine("bank").await;
    let number = format!("{}-000001", buddhist_year(SystemClock.now().thai_date()));
    let order = bank
        .request(reqwest::Method::POST, "/v1/certificates")
        .header("Idempotency-Key", KEY)
        .json(&serde_json::json!({ "juristic_person": COMPANY }))
        .send();
    let order = tokio::spawn(order);
    assert!(comes_to(&bank, &number, "reserved").await);
    let meanwhile = bank.order(COMPANY, KEY).await;
    meanwhile.problem(409, "changed");
    assert!(!meanwhile.header("retry-after").is_empty());
    bank.get(&format!("/v1/certificates/{number}/pdf"))
        .await
        .problem(409, "wrong_state");
    process.kill();
    assert!(order.await.unwrap().is_err(), "nothing was acknowledged");

    world.clock.advance(Duration::from_secs(180));
    let app = world.app(world.config.clone());
    let path = format!("/v1/certificates/{number}");
    let void = bank.get(&path).await.json();
    assert_eq!(void["state"], "void", "{void:#}");
    let reason = void["void_reason"].as_str().unwrap();
    assert!(reason.contains("interrupted"), "{reason}");
    bank.get(&format!("{path}/pdf"))
        .await
        .problem(409, "wrong_state");
    let page = world.page(void["verification_url"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&number));

    let order = bank.order(COMPANY, KEY).await;
    assert_eq!(order.status, 201, "{}", order.text());
    assert_eq!(number_of(&order.json()), 2);
    drop(app);
}

#[tokio::test]
async fn a_time_stamp_authority_that_is_gone_leaves_a_void_number_and_a_free_key() {
    let world = World::start();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = world.config.clone();
    config.peers.timestamp_url = format!("http://{}/tsa", gone.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(gone);
    let app = world.app(config);
    let bank = world.machine("bank").await;
    let refused = bank.order(COMPANY, KEY).await;
    refused.problem(503, "peer_unavailable");
    assert!(!refused.header("retry-after").is_empty());
    drop(app);
    let app = world.app(world.config.clone());
    let record = bank.order(COMPANY, KEY).await;
    assert_eq!(record.status, 201, "{}", record.text());
    assert_eq!(number_of(&record.json()), 2);
    drop(app);
}

const POSTGRES_URL: &str = "AMNAT_TEST_POSTGRES_URL";

/// A database of its own on the server that the environment names; it goes away with the case.
pub struct FreshDatabase {
    server: String,
    name: String,
}

impl FreshDatabase {
    pub fn make(what: &str) -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES_URL) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "{POSTGRES_URL} must name a database where CI is set"
            );
            println!("not run on PostgreSQL: {POSTGRES_URL} is not set");
            return None;
        };
        let name = format!("amnat_{what}_{}", std::process::id());
        let database = Self { server, name };
        database.run(&format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    fn run(&self, statement: &str) {
        PgConnection::establish(&self.server)
            .unwrap_or_else(|error| panic!("{POSTGRES_URL}: {error}"))
            .batch_execute(statement)
            .unwrap();
    }

    pub fn url(&self) -> String {
        let mut url: url::Url = self.server.parse().unwrap();
        url.set_path(&self.name);
        url.to_string()
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

#[tokio::test]
async fn the_service_answers_and_issues_on_postgresql_too() {
    let Some(database) = FreshDatabase::make("api") else {
        return;
    };
    let world = World::start();
    let mut config = world.config.clone();
    config.database.url = database.url().parse().unwrap();
    let app = world.app(config.clone());
    let bank = world.machine("bank").await;
    deny_and_permit(&bank, &world, &app.services).await;
    permit_once(&bank).await;
    issue_and_replay(&bank, &app.services).await;
    let orders = (0..10).map(|_| bank.order(COMPANY, "ten-at-once-00000001"));
    let answers: Vec<Answer> = futures_util::future::join_all(orders).await;
    let mut issued: Vec<u64> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| number_of(&answer.json()))
        .collect();
    issued.dedup();
    assert_eq!(issued, [2]);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 || answer.status == 409)
    );
    let then = newest(&app);
    drop(app);
    let app = world.app(config);
    let again = bank.order(COMPANY, "ten-at-once-00000001").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    bank.ask(&Subject::of(COMPANY), &[asserted(KLA)]).await;
    grown(&app, &then);
    drop(app);
    drop(database);
}
