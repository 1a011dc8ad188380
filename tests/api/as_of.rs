//! Who could bind it on that day, as known then? Two times, asked over HTTP.

use crate::restart::FreshDatabase;
use crate::support::{App, COMPANY, Machine, World};
use amnat::config::Config;
use amnat::kernel::time::{Clock as _, Instant};
use amnat::registry::service::ImportOrder;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// One company under two directors of three or more, as the register states it; `since` for a correction.
fn stated(directors: &[&str], since: Option<Instant>) -> String {
    let officers: Vec<Value> = (1u32..)
        .zip(directors)
        .map(|(sequence, first)| {
            json!({ "sequence": sequence, "roles": ["director"],
                    "name": { "title": "นาย", "first": first, "last": "ดี" } })
        })
        .collect();
    let mut row = json!({
        "registration_number": COMPANY, "juristic_type": "limited_company", "status_text": "ยังดำเนินกิจการอยู่",
        "name_th": "บริษัท ตัวอย่างไทย จำกัด", "registered_on": "2026-04-03", "officers": officers,
        "statements": [{ "kind": "authority", "text": "กรรมการสองคนลงลายมือชื่อร่วมกัน/" }],
    });
    if let Some(since) = since {
        row["valid_from"] = json!(since);
    }
    row.to_string()
}

/// A bank that asks about two times.
struct Asked<'a> {
    bank: &'a Machine,
    /// The day that is counted from.
    start: Instant,
}

impl Asked<'_> {
    fn at(&self, day: u32) -> Instant {
        self.start.plus(DAY * day + Duration::from_secs(300))
    }

    fn path(&self, what: &str, valid: u32, known: u32) -> String {
        let (valid, known) = (self.at(valid), self.at(known));
        format!("/v1/juristic-persons/{COMPANY}/{what}?valid_at={valid}&known_at={known}")
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.bank.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Who was in office on one day, as known on another.
    async fn in_office(&self, valid: u32, known: u32) -> (BTreeSet<String>, u64) {
        let told = self.get(&self.path("officers", valid, known)).await;
        let officers = told["officers"].as_array().unwrap();
        let names = officers
            .iter()
            .map(|officer| officer["name"].as_str().unwrap().to_owned());
        (
            names.collect(),
            told["as_of"]["registry_version"].as_u64().unwrap(),
        )
    }

    /// Who could bind it: everybody in one of the smallest sets. `None` when the last word of the register was too old to tell.
    async fn could_bind(&self, valid: u32, known: u32) -> Option<BTreeSet<String>> {
        let told = self
            .get(&self.path("signing-combinations", valid, known))
            .await;
        if told["as_of"]["stale"] == true {
            assert_eq!(told["status"], "indeterminate", "{told:#}");
            assert_eq!(told["reasons"][0]["code"], "data_stale", "{told:#}");
            return None;
        }
        assert_eq!(told["status"], "some", "{told:#}");
        let sets = told["minimal_sets"].as_array().unwrap();
        assert!(
            sets.iter()
                .all(|set| set["people"].as_array().unwrap().len() == 2)
        );
        let names = sets
            .iter()
            .flat_map(|set| set["people"].as_array().unwrap())
            .map(|name| name.as_str().unwrap().to_owned());
        Some(names.collect())
    }
}

#[tokio::test]
async fn as_of_answers_across_a_resignation_and_its_back_dated_correction_tell_what_held_and_what_was_known()
 {
    let world = World::start();
    let config = world.config.clone();
    resignation_and_correction(&world, config).await;
}

#[tokio::test]
async fn as_of_answers_across_a_resignation_and_its_back_dated_correction_are_the_same_on_postgresql()
 {
    let Some(database) = FreshDatabase::make("as_of") else {
        return;
    };
    let world = World::start();
    let mut config = world.config.clone();
    config.database.url = database.url().parse().unwrap();
    resignation_and_correction(&world, config).await;
}

async fn resignation_and_correction(world: &World, config: Config) {
    let app: App = world.app(config);
    let registry = &app.services.registry;
    let start = world.clock.now();
    let import = |row: String| {
        let order = ImportOrder::as_of(world.clock.now());
        registry.import_feed(row.as_bytes(), &order).unwrap()
    };
    // Day 0: three directors. Day 9: Dam no longer stands there. Day 19: it is learnt that he had left on day 3.
    import(stated(&["กล้า", "คม", "ดำ"], None));
    world.clock.advance(DAY * 9);
    import(stated(&["กล้า", "คม"], None));
    world.clock.advance(DAY * 10);
    import(stated(&["กล้า", "คม"], Some(start.plus(DAY * 3))));
    world.clock.advance(DAY * 2);

    let bank = world.machine("bank").await;
    let asked = Asked { bank: &bank, start };
    let (three, two) = (vec!["กล้า", "คม", "ดำ"], vec!["กล้า", "คม"]);
    // On that day; as known on that; who was in office; by which version; whether the register had just said so.
    let rows = [
        (0, 0, &three, 1, true),
        (5, 5, &three, 1, false),
        (5, 10, &three, 1, false),
        (9, 9, &two, 2, true),
        (0, 20, &three, 1, true),
        (5, 20, &two, 3, true),
        (9, 20, &two, 3, true),
        (19, 20, &two, 3, true),
        (20, 20, &two, 3, false),
        // What was known of day 9 before the correction stays what was known.
        (9, 18, &two, 2, true),
    ];
    for (valid, known, who, version, certain) in rows {
        let who: BTreeSet<String> = who.iter().map(|first| format!("นาย{first} ดี")).collect();
        let (names, by) = asked.in_office(valid, known).await;
        assert_eq!((&names, by), (&who, version), "day {valid}, known {known}");
        assert_eq!(
            asked.could_bind(valid, known).await,
            certain.then_some(who),
            "day {valid}, known {known}"
        );
    }

    // Before anything was known there is no answer, and nobody is asked what will be.
    let before = start.minus(DAY);
    let early =
        format!("/v1/juristic-persons/{COMPANY}/officers?valid_at={before}&known_at={before}");
    assert_eq!(bank.get(&early).await.status, 404, "{early}");
    let late = bank.get(&asked.path("officers", 40, 20)).await;
    late.problem(400, "invalid_value");

    what_changed(&asked, &bank).await;
}

/// The history tells each version, what it changed, and when it was what we held to be so.
async fn what_changed(asked: &Asked<'_>, bank: &Machine) {
    let history = asked
        .get(&format!("/v1/juristic-persons/{COMPANY}/history"))
        .await;
    let versions = history["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 3, "{history:#}");
    let resigned = &versions[1];
    assert_eq!(resigned["compared_with"], 1);
    let paths: Vec<&str> = resigned["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["path"].as_str().unwrap())
        .collect();
    assert!(
        paths.iter().any(|path| path.starts_with("/officers/off_3")),
        "{paths:?}"
    );
    // The resignation was what we held of day 9 and later, until the correction took its place.
    let held = resigned["held"].as_array().unwrap();
    assert_eq!(held.len(), 1, "{resigned:#}");
    assert_eq!(held[0]["known_to"], versions[2]["recorded_at"]);
    let since: Instant = versions[2]["valid_from"].as_str().unwrap().parse().unwrap();
    assert_eq!(since, asked.start.plus(DAY * 3));

    let difference = asked
        .get(&format!(
            "/v1/juristic-persons/{COMPANY}/history/difference?from=1&to=3"
        ))
        .await;
    let left = difference["changes"].as_array().unwrap().iter();
    let left: Vec<&Value> = left
        .filter(|change| {
            change["path"]
                .as_str()
                .unwrap()
                .starts_with("/officers/off_3")
        })
        .collect();
    assert!(!left.is_empty(), "{difference:#}");
    assert!(
        left.iter()
            .all(|change| change.get("before").is_some() && change.get("after").is_none()),
        "the third director stood there and no longer does: {difference:#}"
    );
    let unknown = bank
        .get(&format!(
            "/v1/juristic-persons/{COMPANY}/history/difference?from=1&to=9"
        ))
        .await;
    unknown.problem(400, "invalid_value");
}
