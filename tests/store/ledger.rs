//! The tamper-evident log: what it records, what it signs, what it notices.

use amnat::crypto::key::{Algorithm, FileKey};
use amnat::crypto::note::{self, NoteVerifier};
use amnat::db::{AnyConnection, Database, DatabaseUrl, Engine, RetryHint, StoreError};
use amnat::kernel::digest::Digest;
use amnat::kernel::id::SeededRandomness;
use amnat::kernel::time::FixedClock;
use amnat::ledger::checkpoint::{Checkpoint, NoteError, NoteSigner};
use amnat::ledger::keeper::{CheckpointKeeper, KeeperError};
use amnat::ledger::service::{CheckpointError, ReadError};
use amnat::ledger::{
    CheckpointOutcome, FileKeeper, Finding, LeafIndex, LeafKind, LeafReference, LedgerService,
    RecordError, proof, tree,
};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

const ORIGIN: &str = "amnat.example/log";

/// A log over a case's database. The database itself is borrowed for the case: the log opens it once more.
struct Log {
    service: LedgerService,
    clock: Arc<FixedClock>,
    keeper: Arc<Kept>,
    signer: Arc<LogSigner>,
}

/// A keeper in memory, whose memory a case can change.
#[derive(Default)]
struct Kept(Mutex<Option<String>>);

impl CheckpointKeeper for Kept {
    fn last(&self) -> Result<Option<String>, KeeperError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn keep(&self, note: &str) -> Result<(), KeeperError> {
        *self.0.lock().unwrap() = Some(note.to_owned());
        Ok(())
    }
}

/// Signs notes with a key of its own.
pub struct LogSigner(FileKey, NoteVerifier);

impl LogSigner {
    pub fn new() -> Self {
        let key = FileKey::generate(Algorithm::Ed25519).unwrap();
        let verifier = NoteVerifier::of(ORIGIN, &key).unwrap();
        Self(key, verifier)
    }
}

impl NoteSigner for LogSigner {
    fn sign(&self, body: &str) -> Result<String, NoteError> {
        Ok(note::sign(body, ORIGIN, &self.0).unwrap())
    }

    fn open(&self, note: &str) -> Result<String, NoteError> {
        read_note(note, &self.1)
    }
}

/// What a stranger does who pinned the log's line.
fn read_note(note: &str, pinned: &NoteVerifier) -> Result<String, NoteError> {
    match note::open(note, std::slice::from_ref(pinned)) {
        Ok(opened) => Ok(opened.text.to_owned()),
        Err(error) => Err(NoteError::NotOurs {
            cause: error.to_string(),
        }),
    }
}

/// One key for all logs of the suite: a log put back from an old copy has the key it had.
fn signer() -> Arc<LogSigner> {
    static SIGNER: LazyLock<Arc<LogSigner>> = LazyLock::new(|| Arc::new(LogSigner::new()));
    SIGNER.clone()
}

fn log(database: &Arc<Database>) -> Log {
    let clock = Arc::new(FixedClock::at("2026-11-24T02:30:00Z".parse().unwrap()));
    let keeper = Arc::new(Kept::default());
    let signer = signer();
    let service = LedgerService::new(
        database.clone(),
        clock.clone(),
        Arc::new(SeededRandomness::new(7)),
        signer.clone(),
        keeper.clone(),
        ORIGIN,
    );
    Log {
        service,
        clock,
        keeper,
        signer,
    }
}

impl Log {
    fn record(&self, database: &Database, reference: &str) -> LeafIndex {
        database
            .write(|connection| -> Result<_, RecordError> {
                self.service.record(
                    connection,
                    LeafKind::VerificationDecided,
                    reference,
                    &serde_json::json!({"receipt_sha256": Digest::of(reference)}),
                )
            })
            .unwrap()
    }

    fn signed(&self) -> Checkpoint {
        match self.service.checkpoint().unwrap() {
            CheckpointOutcome::Signed(signed) | CheckpointOutcome::Unchanged(signed) => {
                signed.checkpoint
            }
        }
    }
}

fn run(database: &Database, statement: &str) -> Result<(), StoreError> {
    database.write(|connection| Ok(connection.batch_execute(statement)?))
}

/// Change the tables as somebody with full power over the database would.
fn tamper(database: &Database, statement: &str) {
    let off = match database.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "SET LOCAL session_replication_role = replica;",
    };
    if database.engine() == Engine::Sqlite {
        let drops: String = [
            "ledger_leaf_kept",
            "ledger_leaf_not_deleted",
            "ledger_opening_kept",
            "ledger_node_kept",
            "ledger_node_not_deleted",
            "ledger_checkpoint_kept",
            "ledger_checkpoint_not_deleted",
            "ledger_size_only_grows",
        ]
        .iter()
        .map(|name| format!("DROP TRIGGER IF EXISTS {name};"))
        .collect();
        run(database, &drops).unwrap();
        run(
            database,
            &format!("PRAGMA defer_foreign_keys = ON; {statement}"),
        )
        .unwrap();
    } else {
        run(database, &format!("{off}{statement}")).unwrap();
    }
}

pub fn indices_have_no_gap_also_when_transactions_are_undone(database: &Arc<Database>) {
    let log = log(database);
    assert_eq!(log.record(database, "ver_a"), LeafIndex(0));
    let undone = database.write(|connection| -> Result<(), RecordError> {
        log.service
            .record(connection, LeafKind::VerificationDecided, "ver_b", &1)?;
        Err(StoreError::Stale {
            table: "verification",
        }
        .into())
    });
    assert!(undone.is_err());
    assert_eq!(log.record(database, "ver_c"), LeafIndex(1));
    let leaves = ["ver_d", "ver_e", "ver_f"].map(|reference| {
        log.service
            .prepare(LeafKind::VerificationDecided, reference, &reference)
            .unwrap()
    });
    let first = database
        .write(|connection| log.service.append(connection, &leaves))
        .unwrap();
    assert_eq!(first, LeafIndex(2));
    assert_eq!(log.record(database, "ver_g"), LeafIndex(5));
    assert_eq!(log.signed().size, 6);
    assert_eq!(log.service.fsck().unwrap(), []);
}

pub fn writers_at_the_same_time_leave_no_gap(database: &Arc<Database>) {
    const WRITERS: usize = 4;
    const EACH: usize = 12;
    let log = log(database);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (log, database) = (&log, database);
            scope.spawn(move || {
                for n in 0..EACH {
                    // An engine that turns a transaction away often enough gives up: the caller comes again.
                    loop {
                        let reference = format!("ver_{writer}_{n}");
                        let outcome = database.write(|connection| -> Result<_, RecordError> {
                            log.service.record(
                                connection,
                                LeafKind::VerificationDecided,
                                &reference,
                                &n,
                            )
                        });
                        match outcome {
                            Ok(_) => break,
                            Err(error) => assert!(error.may_be_retried(), "{error}"),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(log.signed().size, (WRITERS * EACH) as u64);
    assert_eq!(log.service.fsck().unwrap(), []);
}

pub fn a_proof_leads_from_the_leaf_to_the_signed_root(database: &Arc<Database>) {
    let log = log(database);
    for n in 0..20 {
        log.record(database, &format!("ver_{n}"));
    }
    let reference: LeafReference = "ver_13".parse().unwrap();
    assert_eq!(log.service.proof(&reference).unwrap()[0].proof, None);
    let checkpoint = log.signed();
    log.record(database, "ver_13");
    let entries = log.service.proof(&reference).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(
        entries[1].proof, None,
        "the second leaf waits for the next checkpoint"
    );
    let file = entries[0].proof.as_ref().unwrap().to_string();
    let leaf = entries[0].leaf.hash().unwrap();
    // All that a stranger needs is the log's published line.
    let pinned: NoteVerifier = log.signer.1.to_string().parse().unwrap();
    let verify = |file: &str, leaf: &Digest| {
        proof::verify(file, leaf, ORIGIN, |note| read_note(note, &pinned))
    };
    assert_eq!(verify(&file, &leaf).unwrap(), checkpoint);
    assert!(verify(&file, &Digest::of("other")).is_err());
    for at in
        (0..file.len()).filter(|at| file.is_char_boundary(*at) && file.is_char_boundary(at + 1))
    {
        let mut changed = file.clone().into_bytes();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert!(
            verify(&changed, &leaf).is_err(),
            "byte {at} may be changed: {changed}"
        );
    }
    assert_eq!(log.service.proof(&"ver_none".parse().unwrap()).unwrap(), []);
}

pub fn checkpoints_extend_each_other(database: &Arc<Database>) {
    let log = log(database);
    assert_eq!(log.service.latest().unwrap(), None);
    let mut checkpoints = vec![log.signed()];
    assert_eq!(checkpoints[0].root, tree::empty_root());
    for batch in [1, 2, 5, 9, 30] {
        for n in 0..batch {
            log.record(database, &format!("ver_{batch}_{n}"));
        }
        checkpoints.push(log.signed());
    }
    for old in &checkpoints {
        for new in checkpoints.iter().filter(|new| new.size >= old.size) {
            let proof = log
                .service
                .consistency(old.size, new.size)
                .unwrap()
                .unwrap();
            let verified =
                tree::verify_consistency(old.size, new.size, &old.root, &new.root, &proof);
            assert_eq!(verified, Ok(()));
        }
    }
    assert_eq!(log.service.consistency(1, 1000).unwrap(), None);
    assert!(matches!(
        log.service.checkpoint().unwrap(),
        CheckpointOutcome::Unchanged(_)
    ));
    log.clock.advance(Duration::from_secs(24 * 3600));
    assert!(matches!(
        log.service.checkpoint().unwrap(),
        CheckpointOutcome::Signed(_)
    ));
    assert_eq!(log.service.fsck().unwrap(), []);
    let mut lines = Vec::new();
    assert_eq!(log.service.export(&mut lines).unwrap(), 47);
    let text = String::from_utf8(lines).unwrap();
    assert_eq!(text.lines().count(), 47 + 7);
    assert!(
        text.lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
}

pub fn a_log_that_shrank_or_changed_is_not_signed(database: &Arc<Database>) {
    let log = log(database);
    for n in 0..9 {
        log.record(database, &format!("ver_{n}"));
    }
    let honest = log.signed();
    let kept = log.keeper.last().unwrap();
    let refusal = |checkpoint: Checkpoint| {
        let note = log.signer.sign(&checkpoint.to_string()).unwrap();
        log.keeper.keep(&note).unwrap();
        log.service.checkpoint().unwrap_err()
    };
    // As after an old copy of the database was put back: the keeper knows of more.
    assert!(matches!(
        refusal(Checkpoint {
            size: 10,
            ..honest.clone()
        }),
        CheckpointError::Shrunk {
            signed: 10,
            stored: 9
        }
    ));
    assert!(matches!(
        refusal(Checkpoint {
            size: 5,
            ..honest.clone()
        }),
        CheckpointError::Forked { size: 5 }
    ));
    assert!(matches!(
        refusal(Checkpoint {
            root: Digest::of("x"),
            ..honest.clone()
        }),
        CheckpointError::Forked { size: 9 }
    ));
    assert!(matches!(
        refusal(Checkpoint {
            origin: "other.example/log".to_owned(),
            ..honest
        }),
        CheckpointError::OtherLog { .. }
    ));
    log.keeper.keep("a forged note\n\n— x\n").unwrap();
    assert!(matches!(
        log.service.checkpoint(),
        Err(CheckpointError::Note(NoteError::NotOurs { .. }))
    ));
    log.keeper.keep(&kept.unwrap()).unwrap();
    log.record(database, "ver_9");
    // A leaf changed between appending and signing does not reach the tree.
    tamper(
        database,
        "UPDATE ledger_leaf SET reference = 'ver_x' WHERE leaf_index = 9",
    );
    assert!(matches!(
        log.service.checkpoint(),
        Err(CheckpointError::Store(StoreError::Inconsistent { .. }))
    ));
}

/// Two services, each honest by itself, that show two histories: the proof between their checkpoints fails.
pub fn a_forked_log_is_found_by_comparing_checkpoints(database: &Arc<Database>) {
    let log = log(database);
    for n in 0..7 {
        log.record(database, &format!("ver_{n}"));
    }
    let ours = log.signed();
    let mut theirs = tree::Frontier::default();
    for n in 0..5 {
        theirs.push(tree::leaf_hash(&[n]));
    }
    let proof = log.service.consistency(5, 7).unwrap().unwrap();
    assert!(tree::verify_consistency(5, 7, &theirs.root(), &ours.root, &proof).is_err());
}

pub fn every_changed_row_is_found_and_named(database: &Arc<Database>) {
    let log = log(database);
    for n in 0..6 {
        log.record(database, &format!("ver_{n}"));
    }
    log.signed();
    assert_eq!(log.service.fsck().unwrap(), []);
    let bytes = |hex: &str| match database.engine() {
        Engine::Sqlite => format!("X'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'::bytea"),
    };
    let zeros = "0".repeat(64);
    let expect = |statement: &str, expected: &[&str]| {
        tamper(database, statement);
        let found: Vec<String> = log
            .service
            .fsck()
            .unwrap()
            .iter()
            .map(Finding::to_string)
            .collect();
        for text in expected {
            assert!(
                found.iter().any(|line| line.contains(text)),
                "{statement}: {found:?}"
            );
        }
        found.len()
    };
    let hex_record =
        |text: &str| -> String { text.bytes().map(|byte| format!("{byte:02x}")).collect() };
    let changed = bytes(&hex_record("{\"receipt_sha256\":\"x\"}"));
    assert_eq!(
        expect(
            &format!("UPDATE ledger_opening SET record = {changed} WHERE leaf_index = 0"),
            &["the record of leaf 0 was changed"],
        ),
        1
    );
    let salt = bytes(&zeros);
    expect(
        &format!("UPDATE ledger_opening SET salt = {salt} WHERE leaf_index = 1"),
        &["the salt of leaf 1 was changed"],
    );
    expect(
        "UPDATE ledger_leaf SET kind = 'certificate_issued' WHERE leaf_index = 2",
        &["leaf 2 was changed"],
    );
    expect(
        &format!("UPDATE ledger_node SET hash = '{zeros}' WHERE level = 1 AND position = 2"),
        &["node 2 of level 1 does not follow"],
    );
    expect(
        &format!("UPDATE ledger_checkpoint SET root = '{zeros}'"),
        &["checkpoint 1 does not follow", "signature of checkpoint 1"],
    );
    expect(
        "UPDATE ledger_checkpoint SET note = note || 'x'",
        &["signature of checkpoint 1 does not fit"],
    );
    expect(
        "DELETE FROM ledger_node WHERE level = 0 AND position = 5",
        &[
            "node 5 of level 0",
            "there are 9 nodes where the last checkpoint needs 10",
        ],
    );
    expect(
        "UPDATE ledger_size SET size = 5",
        &["the counter says 5 leaves, there are 6"],
    );
    expect(
        "DELETE FROM ledger_opening WHERE leaf_index = 3; DELETE FROM ledger_leaf WHERE leaf_index = 3",
        &["leaf 3 is missing"],
    );
    expect(
        "UPDATE ledger_leaf SET kind = 'nonsense' WHERE leaf_index = 0",
        &["column kind"],
    );
}

pub fn an_erased_record_leaves_the_tree_whole(database: &Arc<Database>) {
    let log = log(database);
    let index = log.record(database, "ver_a");
    log.record(database, "ver_b");
    let before = log.signed();
    let opening = database
        .read(|connection| log.service.opening(connection, index))
        .unwrap()
        .unwrap();
    let entry = &log.service.proof(&"ver_a".parse().unwrap()).unwrap()[0];
    assert_eq!(opening.salt.commit(&opening.record), entry.leaf.commitment);
    let erased = database.write(|connection| log.service.erase(connection, index));
    assert!(erased.unwrap());
    assert_eq!(
        database
            .read(|connection| log.service.opening(connection, index))
            .unwrap(),
        None
    );
    assert_eq!(log.service.fsck().unwrap(), []);
    assert_eq!(log.signed(), before);
}

pub fn the_tables_refuse_change_and_deletion(database: &Arc<Database>) {
    let log = log(database);
    log.record(database, "ver_a");
    log.signed();
    for statement in [
        "UPDATE ledger_leaf SET kind = 'key_changed'",
        "DELETE FROM ledger_leaf",
        "UPDATE ledger_opening SET record_digest = 'x'",
        "UPDATE ledger_node SET hash = 'x'",
        "DELETE FROM ledger_node",
        "UPDATE ledger_checkpoint SET size = 0",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_size SET size = 0",
        "DELETE FROM ledger_size",
    ] {
        assert!(run(database, statement).is_err(), "{statement}");
    }
    assert_eq!(log.service.fsck().unwrap(), []);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// No table of the log but the openings holds a word of the record.
pub fn a_leaf_says_nothing_of_its_record(database: &Arc<Database>) {
    let log = log(database);
    database
        .write(|connection| -> Result<_, RecordError> {
            log.service.record(
                connection,
                LeafKind::SignInCompleted,
                "si_a",
                &serde_json::json!({"canary": "CANARY-1101700230708"}),
            )
        })
        .unwrap();
    log.signed();
    let mut lines = Vec::new();
    log.service.export(&mut lines).unwrap();
    assert!(!String::from_utf8(lines).unwrap().contains("CANARY"));
    let counted: Result<Vec<Count>, ReadError> = database.read(|connection: &mut AnyConnection| {
        let query = "SELECT count(*) AS n FROM ledger_leaf WHERE kind || reference || commitment || leaf_hash LIKE '%CANARY%'";
        diesel::sql_query(query)
            .load(connection)
            .map_err(|error| ReadError::from(StoreError::from(error)))
    });
    assert_eq!(counted.unwrap()[0].n, 0);
}

/// An old copy of the database, put back, is noticed by a keeper on another disk.
#[test]
fn an_old_copy_of_the_database_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let url = |name: &str| -> DatabaseUrl {
        format!("sqlite:{}", directory.path().join(name).display())
            .parse()
            .unwrap()
    };
    let open = |name: &str| {
        let database = Arc::new(Database::open(&url(name), 1).unwrap());
        database.migrate().unwrap();
        let log = log(&database);
        let service = LedgerService::new(
            database.clone(),
            log.clock.clone(),
            Arc::new(SeededRandomness::new(9)),
            log.signer.clone(),
            Arc::new(FileKeeper::new(directory.path().join("kept"))),
            ORIGIN,
        );
        (database, Log { service, ..log })
    };
    let (live, log) = open("live.sqlite");
    log.record(&live, "ver_a");
    log.signed();
    let copy = directory.path().join("old.sqlite");
    let vacuum = format!("VACUUM INTO '{}'", copy.display());
    live.read(|connection| -> Result<(), StoreError> {
        connection.batch_execute("PRAGMA query_only = OFF")?;
        Ok(connection.batch_execute(&vacuum)?)
    })
    .unwrap();
    log.record(&live, "ver_b");
    log.signed();
    let (_, restored) = open("old.sqlite");
    assert!(matches!(
        restored.service.checkpoint(),
        Err(CheckpointError::Shrunk {
            signed: 2,
            stored: 1
        })
    ));
}
