//! A status service for foreigners' passports, as an immigration or consular office would keep one.
//!
//! It knows the foreigners of the sandbox's world, all of them with valid passports until its control says otherwise;
//! of any other passport, and of a known one under another birth date, it knows nothing. To add a status: its word in
//! `crate::linkage::foreigner::ForeignerStatus`.

pub(super) mod http;

use super::world::World;
use crate::identity::person::Passport;
use crate::kernel::time::{Clock, Instant};
use crate::linkage::foreigner::ForeignerStatus;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What the office knows.
pub(super) struct Office {
    world: Arc<World>,
    clock: Arc<dyn Clock>,
    /// Statuses set by the control, by number; forgotten with the process.
    changed: Mutex<HashMap<String, ForeignerStatus>>,
}

impl Office {
    pub(super) fn new(world: Arc<World>, clock: Arc<dyn Clock>) -> Self {
        Self {
            world,
            clock,
            changed: Mutex::default(),
        }
    }

    /// What is known of this passport, as of now.
    pub(super) fn status(&self, asked: &Passport) -> (ForeignerStatus, Instant) {
        let known = self
            .world
            .foreigner(&asked.number)
            .is_some_and(|foreigner| {
                let passport = &foreigner.passport;
                passport.country == asked.country && passport.birth_date == asked.birth_date
            });
        let status = if known {
            let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
            changed
                .get(&asked.number)
                .copied()
                .unwrap_or(ForeignerStatus::Valid)
        } else {
            ForeignerStatus::Unknown
        };
        (status, self.clock.now())
    }

    /// From now on a passport has this status.
    pub(super) fn set(&self, number: &str, status: ForeignerStatus) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.insert(number.to_owned(), status);
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::person::Passport;
    use crate::kernel::time::Clock as _;
    use crate::linkage::client::StatusClient;
    use crate::linkage::foreigner::{ForeignerStatus, ForeignerStatusSource, StatusFailure};
    use crate::sandbox::tests::fresh;
    use serde_json::json;

    fn kenji() -> Passport {
        Passport::new("TZ0000011", "JPN", "1974-05-20".parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn the_office_answers_over_http_and_its_control_changes_what_it_says() {
        let fresh = fresh().await;
        let url = fresh.sandbox.addresses().foreigner_status_url.clone();
        let client = StatusClient::new(&url.parse().unwrap()).unwrap();
        let said = client.status(&kenji()).await.unwrap();
        assert_eq!(said.status, ForeignerStatus::Valid);
        assert_eq!(said.as_of, fresh.clock.now());
        for (number, country, born) in [
            ("TZ0000012", "JPN", "1974-05-20"),
            ("TZ0000011", "USA", "1974-05-20"),
            ("TZ0000011", "JPN", "1974-05-21"),
        ] {
            let passport = Passport::new(number, country, born.parse().unwrap()).unwrap();
            let said = client.status(&passport).await.unwrap();
            assert_eq!(
                said.status,
                ForeignerStatus::Unknown,
                "{number} {country} {born}"
            );
        }
        let control = reqwest::Client::new().post(format!("{url}/sandbox-control/v1/passports"));
        let body = json!({"number": "TZ0000011", "status": "lost_or_stolen"});
        let answer = control.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        let said = client.status(&kenji()).await.unwrap();
        assert_eq!(said.status, ForeignerStatus::LostOrStolen);
        fresh.sandbox.stop().await;
        assert!(matches!(
            client.status(&kenji()).await,
            Err(StatusFailure::Unreachable(_))
        ));
    }
}
