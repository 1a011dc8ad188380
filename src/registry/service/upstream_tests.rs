//! What becomes of facts when the register says nothing new, nothing usable, or nothing at all; and its changes, from the
//! sandbox's register to the answer.

use super::refresh::IDENTITY_RETRY;
use super::tests::{Extension, House, MAX_AGE, house, resign};
use super::*;
use crate::kernel::lang::Bilingual;
use crate::registry::exchange::Entry;
use crate::registry::follow::service::{Followed, Follower, Parts as FollowerParts};
use crate::registry::follow::store as follow_store;
use crate::registry::follow::{ChangePage, Cursor};
use crate::registry::freshness::{FactsUse, Staleness};
use crate::registry::model::IdentityState;
use crate::registry::source::{
    ChangeFeed, Feed, Fetched, IdentityAnswer, RegisterSource, SourceFailure,
};
use crate::registry::store::Upsert;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

fn demo() -> RegistrationNumber {
    "0105569999999".parse().unwrap()
}

/// A register that says this of everybody.
struct Says(Value);

impl RegisterSource for Says {
    fn fetch<'a>(
        &'a self,
        _: &'a RegistrationNumber,
    ) -> BoxFuture<'a, Result<Option<Fetched>, SourceFailure>> {
        Box::pin(async move {
            let entry: Entry =
                serde_json::from_value(self.0.clone()).map_err(SourceFailure::Shape)?;
            let identities = IdentityAnswer::NotOffered;
            Ok(Some(Fetched { entry, identities }))
        })
    }

    fn feed(&self) -> BoxFuture<'_, Result<Feed, SourceFailure>> {
        Box::pin(async { Err(SourceFailure::Manifest) })
    }

    fn tells_identities(&self) -> bool {
        false
    }
}

/// Changes in pages of these values.
struct Pages(Vec<Vec<Value>>);

impl ChangeFeed for Pages {
    fn changes<'a>(
        &'a self,
        after: &'a Cursor,
        _: u32,
    ) -> BoxFuture<'a, Result<ChangePage, SourceFailure>> {
        Box::pin(async move {
            let page: usize = after.as_str().trim_start_matches('p').parse().unwrap_or(0);
            let end = self.0.len();
            let next = (page + 1).min(end.max(1));
            Ok(ChangePage {
                changes: self.0.get(page).cloned().unwrap_or_default(),
                next: format!("p{next}").parse().unwrap(),
                more: next < end,
            })
        })
    }
}

fn follower(house: &House, feed: Arc<dyn ChangeFeed>) -> Follower {
    Follower::new(FollowerParts {
        database: house.service.database.clone(),
        registry: house.service.clone(),
        feed,
        clock: house.clock.clone(),
        page: 2,
    })
}

#[tokio::test]
async fn a_register_that_says_nothing_new_moves_the_freshness_alone() {
    let House { service, clock, .. } = &house(Extension::Offered).await;
    service.refresh(&demo()).await.unwrap();
    let first = service.facts(&demo(), AsOf::default()).unwrap();
    clock.advance(MAX_AGE + Duration::from_secs(1));
    // The sandbox answers 304: its entry has the tag of before.
    let again = service.refresh(&demo()).await.unwrap();
    assert_eq!(again, Refreshed::Asked(Upsert::Unchanged { version: 1 }));
    let second = service.facts(&demo(), AsOf::default()).unwrap();
    assert_eq!(second.version.data_as_of, service.now());
    assert_eq!(second.record, first.record);
    assert_eq!(second.version.recorded_at, first.version.recorded_at);
    assert_eq!(service.history(&demo()).unwrap().len(), 1);
    assert_eq!(service.changes().unwrap(), 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_writes_nothing_and_leaves_doubt() {
    let mut house = house(Extension::NotOffered).await;
    let other = json!({"JuristicID": "0107568999997", "RegisterDate": "25690403",
        "JuristicName_TH": "ก จำกัด (มหาชน)", "JuristicStatus": "ร้าง"});
    let senseless = json!({"JuristicID": "0105569999999", "RegisterDate": "never",
        "JuristicName_TH": "ก จำกัด", "JuristicStatus": "ร้าง"});
    for said in [other, senseless, json!(7)] {
        house.service.source = Some(Arc::new(Says(said.clone())));
        let refused = house.service.consult(&demo(), MAX_AGE).await;
        assert!(matches!(refused, Err(ConsultError::Refresh(_))), "{said}");
    }
    assert_eq!(house.service.changes().unwrap(), 0);
    house.service.source = Some(Arc::new(house.source.clone()));
    house.service.refresh(&demo()).await.unwrap();
    let young = house.service.facts(&demo(), AsOf::default()).unwrap();
    house.service.source = Some(Arc::new(Says(json!({"JuristicID": 7}))));
    // Young enough still, but asked for again because it will soon be too old: doubt all the same.
    house.clock.advance(MAX_AGE - Duration::from_secs(1));
    let consulted = house.service.consult(&demo(), MAX_AGE).await.unwrap();
    assert_eq!(consulted.freshness, Freshness::Stale(Staleness::Unreadable));
    assert_eq!(consulted.facts, young);
}

#[tokio::test]
async fn facts_may_be_older_for_some_uses_than_for_others() {
    let house = house(Extension::Offered).await;
    house.service.refresh(&demo()).await.unwrap();
    let House { service, clock, .. } = &house.cut_off();
    let of = |code: &str| {
        service.limit(FactsUse::Decision {
            act: Some(code.parse().unwrap()),
            sector: None,
            purpose: None,
        })
    };
    let (open, trade) = (of("bank.account.open"), of("contract.general"));
    assert_eq!(open, Duration::from_secs(900));
    assert_eq!(trade, MAX_AGE, "never more than the ceiling");
    assert_eq!(service.limit(FactsUse::Read), MAX_AGE);
    clock.advance(Duration::from_secs(20 * 60));
    let fresh = service.consult(&demo(), trade).await.unwrap();
    assert_eq!(fresh.freshness, Freshness::Fresh);
    let Freshness::Stale(why) = service.consult(&demo(), open).await.unwrap().freshness else {
        panic!("20 minutes are too old");
    };
    let Bilingual { th, en } = why.text();
    assert!(en.contains("20 min old, 15 min are allowed"), "{en}");
    assert!(th.contains("20 นาที") && th.contains("15 นาที"), "{th}");
}

#[tokio::test]
async fn young_facts_are_used_although_the_numbers_cannot_be_asked_for() {
    let house = house(Extension::Down).await;
    house.service.consult(&demo(), MAX_AGE).await.unwrap();
    let House { service, clock, .. } = &house.cut_off();
    clock.advance(IDENTITY_RETRY);
    let consulted = service.consult(&demo(), MAX_AGE).await.unwrap();
    assert_eq!(consulted.freshness, Freshness::Fresh);
}

#[tokio::test]
async fn changes_of_the_register_are_taken_in_and_completed_with_numbers() {
    let house = &house(Extension::Offered).await;
    let House {
        service,
        sandbox,
        clock,
        source,
        ..
    } = house;
    let follower = follower(house, Arc::new(source.clone()));
    service.refresh(&demo()).await.unwrap();
    assert_eq!(follower.turn().await.unwrap(), Followed::default());
    clock.advance(Duration::from_secs(60));
    resign(sandbox, 2, "2026-11-24").await;
    resign(sandbox, 3, "2026-11-24").await;
    resign(sandbox, 4, "2026-11-24").await;
    clock.advance(Duration::from_secs(60));
    // Three changes of one moment, two pages.
    let followed = follower.follow().await.unwrap();
    assert_eq!((followed.new, followed.refused), (3, 0));
    assert_eq!(follower.place().await.unwrap().as_str(), "c3");
    let facts = service.facts(&demo(), AsOf::default()).unwrap();
    assert_eq!(facts.record.left_by(service.now()).count(), 4);
    assert_eq!(facts.version.identities, IdentityState::Unavailable);
    assert_eq!(service.refresh_due(10).await.unwrap(), 1);
    let facts = service.facts(&demo(), AsOf::default()).unwrap();
    assert_eq!(facts.version.identities, IdentityState::Known);
    assert_eq!(service.refresh_due(10).await.unwrap(), 0);
    assert_eq!(follower.turn().await.unwrap(), Followed::default());
}

#[tokio::test]
async fn a_change_that_cannot_be_read_leaves_doubt_until_the_register_was_asked() {
    let house = house(Extension::NotOffered).await;
    house.service.refresh(&demo()).await.unwrap();
    let now = house.service.now();
    house.clock.advance(Duration::from_secs(60));
    let other = json!({"cursor": "x2", "JuristicID": "0107568999997", "changed_at": now.to_string(),
        "entry": {"JuristicID": "0107568999997", "RegisterDate": "25690403",
            "JuristicName_TH": "ก จำกัด (มหาชน)", "JuristicStatus": "ร้าง"}});
    let broken = json!({"cursor": "x1", "JuristicID": demo().as_str(), "changed_at": now.to_string(),
        "entry": {"JuristicID": demo().as_str(), "RegisterDate": "never"}});
    let pages = Pages(vec![vec![broken, json!(null)], vec![other]]);
    let follower = follower(&house, Arc::new(pages));
    let followed = follower.follow().await.unwrap();
    assert_eq!((followed.new, followed.refused), (1, 2));
    let refusals = house
        .service
        .database
        .read(|connection| follow_store::refusals(connection, 10))
        .unwrap();
    let mut codes: Vec<_> = refusals
        .iter()
        .map(|refused| (refused.code.as_str(), refused.field.as_str()))
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [("entry", "JuristicStatus"), ("shape", "cursor")]);

    // Young as it is, nothing rests on it while the register cannot be asked.
    let source = house.source.clone();
    let mut house = house.cut_off();
    let consulted = house.service.consult(&demo(), MAX_AGE).await.unwrap();
    assert_eq!(consulted.freshness, Freshness::Stale(Staleness::Changed));
    house.service.source = Some(Arc::new(source));
    let consulted = house.service.consult(&demo(), MAX_AGE).await.unwrap();
    assert_eq!(consulted.freshness, Freshness::Fresh);
    assert_eq!(
        house.service.refresh(&demo()).await.unwrap(),
        Refreshed::Fresh
    );
}

#[tokio::test]
async fn a_change_that_may_be_younger_than_what_is_held_is_not_lost() {
    let house = house(Extension::NotOffered).await;
    let before = house.service.now();
    house.clock.advance(Duration::from_secs(100));
    house.service.refresh(&demo()).await.unwrap();
    let change = |cursor: &str, at: Instant| {
        json!({"cursor": cursor, "JuristicID": demo().as_str(), "changed_at": at.to_string(),
            "entry": {"JuristicID": demo().as_str(), "RegisterDate": "25690403",
                "JuristicName_TH": "ก จำกัด", "JuristicStatus": "ร้าง"}})
    };
    let long_ago = before.minus(Duration::from_secs(3_600));
    let old = Pages(vec![vec![change("x1", long_ago)]]);
    assert_eq!(
        follower(&house, Arc::new(old))
            .follow()
            .await
            .unwrap()
            .older,
        1
    );
    let due = |house: &House| {
        let read = |connection: &mut AnyConnection| follow_store::next_due(connection, 10);
        house.service.database.read(read).unwrap()
    };
    assert!(due(&house).is_empty());
    // By the register's clock it came before we looked; its clock may be behind ours.
    let close = Pages(vec![Vec::new(), vec![change("x2", before)]]);
    assert_eq!(
        follower(&house, Arc::new(close))
            .follow()
            .await
            .unwrap()
            .older,
        1
    );
    assert_eq!(due(&house), [demo()]);
    assert_eq!(house.service.refresh_due(10).await.unwrap(), 1);
    assert!(due(&house).is_empty());
}

#[tokio::test]
async fn a_register_that_leads_nowhere_or_forgot_the_place_is_not_followed_in_circles() {
    use crate::registry::follow::service::FollowError;
    struct Circle(fn() -> Result<ChangePage, SourceFailure>);
    impl ChangeFeed for Circle {
        fn changes<'a>(
            &'a self,
            _: &'a Cursor,
            _: u32,
        ) -> BoxFuture<'a, Result<ChangePage, SourceFailure>> {
            Box::pin(async move { (self.0)() })
        }
    }
    let house = &house(Extension::NotOffered).await;
    let circle = Circle(|| {
        Ok(ChangePage {
            changes: Vec::new(),
            next: "here".parse().unwrap(),
            more: true,
        })
    });
    let failed = follower(house, Arc::new(circle)).follow().await;
    assert!(matches!(failed, Err(FollowError::NoProgress)), "{failed:?}");
    let lost = Circle(|| Err(SourceFailure::Status(410)));
    let failed = follower(house, Arc::new(lost)).follow().await;
    assert!(matches!(failed, Err(FollowError::PlaceLost)), "{failed:?}");
}
