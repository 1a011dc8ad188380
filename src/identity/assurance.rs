//! How sure we are who somebody is: identity and authentication levels, and what an act asks for.
//!
//! The ladders are those of ETDA's recommendations 19 (identity proofing, IAL) and 20 (authentication, AAL). Their steps
//! look like decimal numbers and are not: they are names with an order, so they are enums here.

use crate::kernel::lang::Bilingual;
use crate::kernel::time::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Text or a number that names no step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {ladder} level")]
pub struct LevelError {
    ladder: &'static str,
    text: String,
}

macro_rules! ladder {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, { $($(#[$step_doc:meta])* $step:ident = $text:literal $(| $also:literal)*;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$step_doc])* $step,)* }

        impl $name {
            /// Every step, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$step,)*];

            /// The step as the standard writes it, without the ladder's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$step => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = LevelError;

            fn from_str(text: &str) -> Result<Self, LevelError> {
                let bare = text.trim();
                let bare = bare.strip_prefix($prefix).unwrap_or(bare).trim_start();
                match bare {
                    $($text $(| $also)* => Ok(Self::$step),)*
                    _ => Err(LevelError { ladder: $prefix, text: text.chars().take(20).collect() }),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(LevelText)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

ladder! {
    /// Identity assurance level: how well the person was identified when the Digital ID was made (ขมธอ. 19).
    Ial, "IAL", {
        /// Self-asserted.
        L1_1 = "1.1";
        /// Evidence recorded, not checked.
        L1_2 = "1.2";
        /// Evidence seen against the person.
        L1_3 = "1.3";
        /// State evidence checked with its source.
        L2_1 = "2.1";
        /// As 2.1, and the chip was read.
        L2_2 = "2.2";
        /// As 2.2, and the face was compared. The level of DOPA's own enrolment.
        L2_3 = "2.3";
        /// Two pieces of evidence, in person, biometrics kept.
        L3 = "3" | "3.0";
    }
}

ladder! {
    /// Authenticator assurance level: how well the person proved to be the holder just now (ขมธอ. 20).
    Aal, "AAL", {
        /// One factor.
        L1 = "1" | "1.0";
        /// Two factors, one of which may be weaker. A bare `2` is read as this, the lower of its two steps.
        L2_1 = "2.1" | "2" | "2.0";
        /// A multi-factor authenticator bound to a device.
        L2_2 = "2.2";
        /// A key in hardware.
        L3 = "3" | "3.0";
    }
}

/// Reads `"2.3"`, `2.3` and `"IAL2.3"` alike: providers send all three.
struct LevelText;

impl serde::de::Visitor<'_> for LevelText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a level such as \"2.3\" or 2.3")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<String, E> {
        // The shortest decimal that reads back as the same number: 2.3 is "2.3". It is compared as text from here on.
        Ok(number.to_string())
    }
}

/// The edition of the two recommendations that a level was given under: the sub-levels changed between editions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Framework {
    /// ขมธอ. 19-2564 and 20-2564 (version 2).
    #[serde(rename = "ETDA-2564")]
    Etda2564,
    /// ขมธอ. 19-2566 and 20-2566 (version 3).
    #[serde(rename = "ETDA-2566")]
    Etda2566,
}

impl Framework {
    /// The recommendation on identity proofing.
    pub fn ial_standard(self) -> &'static str {
        match self {
            Self::Etda2564 => "ETDA-19-2564",
            Self::Etda2566 => "ETDA-19-2566",
        }
    }

    /// The recommendation on authentication.
    pub fn aal_standard(self) -> &'static str {
        match self {
            Self::Etda2564 => "ETDA-20-2564",
            Self::Etda2566 => "ETDA-20-2566",
        }
    }
}

/// With which assurance a person signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assurance {
    /// Identity assurance level, as the provider signed it.
    pub ial: Ial,
    /// Authenticator assurance level.
    pub aal: Aal,
    /// Whether the AAL is our configured assumption because the provider does not say (ThaiD).
    pub aal_assumed: bool,
    /// Edition of the standards.
    pub framework: Framework,
    /// When the person authenticated at the provider.
    pub auth_time: Instant,
}

/// What an act asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Name of the policy row.
    pub id: String,
    /// Version of the policy row.
    pub version: u32,
    /// Offices that reviewed the row.
    pub reviewers: Vec<String>,
    /// Least identity assurance.
    pub ial: Ial,
    /// Least authenticator assurance.
    pub aal: Aal,
    /// Whether an assumed AAL counts.
    pub accept_assumed_aal: bool,
    /// How long ago the person may have authenticated.
    pub max_auth_age: Duration,
}

/// One thing that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Shortfall {
    /// The identity was proven less well than asked.
    Ial {
        /// What the person has.
        has: Ial,
        /// What is asked.
        needs: Ial,
    },
    /// The authentication was weaker than asked.
    Aal {
        /// What the person has.
        has: Aal,
        /// What is asked.
        needs: Aal,
    },
    /// The level of authentication is assumed, and this act wants it stated.
    AalOnlyAssumed {
        /// What is asked.
        needs: Aal,
    },
    /// The person authenticated too long ago, or in the future.
    TooOld {
        /// When it was.
        auth_time: Instant,
        /// Seconds it may lie back.
        max_age_seconds: u64,
    },
}

impl Shortfall {
    /// What the person should do about it.
    pub fn step_up(&self) -> Bilingual {
        match self {
            Self::Ial { has, needs } => Bilingual::new(
                format!("ต้องพิสูจน์ตัวตนที่ระดับ {needs} ขึ้นไป ขณะนี้อยู่ที่ระดับ {has}"),
                format!("prove your identity at {needs} or higher; it stands at {has}"),
            ),
            Self::Aal { has, needs } => Bilingual::new(
                format!("ต้องยืนยันตัวตนที่ระดับ {needs} ขึ้นไป ขณะนี้อยู่ที่ระดับ {has}"),
                format!("sign in at {needs} or higher; this sign-in stands at {has}"),
            ),
            Self::AalOnlyAssumed { needs } => Bilingual::new(
                format!("ต้องใช้ผู้ให้บริการที่ระบุระดับการยืนยันตัวตนไว้ชัดเจน ตั้งแต่ {needs} ขึ้นไป"),
                format!("sign in with a provider that states its level, {needs} or higher"),
            ),
            Self::TooOld {
                max_age_seconds, ..
            } => Bilingual::new(
                format!(
                    "ต้องยืนยันตัวตนใหม่ เพราะครั้งก่อนเกิน {} นาทีแล้ว",
                    max_age_seconds / 60
                ),
                format!(
                    "sign in again: the last time lies more than {} minutes back",
                    max_age_seconds / 60
                ),
            ),
        }
    }
}

/// Everything that is missing for an act, in the order of the checks. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the assurance does not suffice for {requirement}: {shortfalls:?}")]
pub struct AssuranceShortfall {
    /// Policy row that asked.
    pub requirement: String,
    /// What is missing.
    pub shortfalls: Vec<Shortfall>,
}

impl AssuranceShortfall {
    /// What the person should do, one sentence for each thing that is missing.
    pub fn step_up(&self) -> Vec<Bilingual> {
        self.shortfalls.iter().map(Shortfall::step_up).collect()
    }
}

/// Clocks of providers may run this far ahead of ours.
pub const CLOCK_AHEAD: Duration = Duration::from_secs(10);

/// Whether this assurance is enough for this requirement now. An authentication in the future is no authentication.
pub fn satisfies(
    assurance: &Assurance,
    requirement: &Requirement,
    now: Instant,
) -> Result<(), AssuranceShortfall> {
    let mut shortfalls = Vec::new();
    if assurance.ial < requirement.ial {
        shortfalls.push(Shortfall::Ial {
            has: assurance.ial,
            needs: requirement.ial,
        });
    }
    if assurance.aal < requirement.aal {
        shortfalls.push(Shortfall::Aal {
            has: assurance.aal,
            needs: requirement.aal,
        });
    } else if assurance.aal_assumed && !requirement.accept_assumed_aal {
        shortfalls.push(Shortfall::AalOnlyAssumed {
            needs: requirement.aal,
        });
    }
    let fresh = assurance.auth_time <= now.plus(CLOCK_AHEAD)
        && now <= assurance.auth_time.plus(requirement.max_auth_age);
    if !fresh {
        shortfalls.push(Shortfall::TooOld {
            auth_time: assurance.auth_time,
            max_age_seconds: requirement.max_auth_age.as_secs(),
        });
    }
    if shortfalls.is_empty() {
        Ok(())
    } else {
        Err(AssuranceShortfall {
            requirement: requirement.id.clone(),
            shortfalls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assurance(ial: Ial, aal: Aal, aal_assumed: bool, auth_time: Instant) -> Assurance {
        Assurance {
            ial,
            aal,
            aal_assumed,
            framework: Framework::Etda2564,
            auth_time,
        }
    }

    fn requirement(ial: Ial, aal: Aal, accept_assumed_aal: bool) -> Requirement {
        Requirement {
            id: "row".to_owned(),
            version: 1,
            reviewers: vec!["a".to_owned(), "b".to_owned()],
            ial,
            aal,
            accept_assumed_aal,
            max_auth_age: Duration::from_secs(900),
        }
    }

    fn now() -> Instant {
        "2026-11-24T02:30:00Z".parse().unwrap()
    }

    #[test]
    fn levels_are_read_as_number_text_and_prefixed_text() {
        for (json, level) in [
            ("2.3", Ial::L2_3),
            ("\"2.3\"", Ial::L2_3),
            ("\"IAL2.3\"", Ial::L2_3),
            ("\"IAL 1.1\"", Ial::L1_1),
            ("3", Ial::L3),
            ("3.0", Ial::L3),
            ("\"3\"", Ial::L3),
        ] {
            assert_eq!(serde_json::from_str::<Ial>(json).unwrap(), level, "{json}");
        }
        assert_eq!(serde_json::from_str::<Aal>("2").unwrap(), Aal::L2_1);
        assert_eq!(serde_json::to_string(&Ial::L2_3).unwrap(), "\"2.3\"");
    }

    #[test]
    fn what_is_no_level_is_refused() {
        for json in [
            "\"\"",
            "\"2.4\"",
            "2.30001",
            "\"AAL2.1\"",
            "\"2,3\"",
            "-1",
            "null",
            "\"ial2.3\"",
            "23",
        ] {
            assert!(serde_json::from_str::<Ial>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn levels_are_ordered_as_the_standard_orders_them() {
        let mut sorted = Ial::ALL.to_vec();
        sorted.sort();
        assert_eq!(sorted, Ial::ALL);
        assert!(Ial::L3 > Ial::L2_3 && Ial::L2_1 > Ial::L1_3);
        assert!(Aal::L3 > Aal::L2_2 && Aal::L2_1 > Aal::L1);
    }

    #[test]
    fn an_assumed_level_does_not_count_where_it_must_be_stated() {
        let has = assurance(Ial::L2_3, Aal::L2_2, true, now());
        assert!(satisfies(&has, &requirement(Ial::L2_3, Aal::L2_1, true), now()).is_ok());
        let refused = satisfies(&has, &requirement(Ial::L2_3, Aal::L2_1, false), now());
        assert_eq!(
            refused.unwrap_err().shortfalls,
            [Shortfall::AalOnlyAssumed { needs: Aal::L2_1 }]
        );
    }

    #[test]
    fn an_old_or_future_authentication_does_not_count() {
        let asked = requirement(Ial::L2_3, Aal::L2_1, true);
        let at =
            |time: Instant| satisfies(&assurance(Ial::L3, Aal::L3, false, time), &asked, now());
        assert!(at(now().minus(Duration::from_secs(900))).is_ok());
        assert!(at(now().minus(Duration::from_secs(901))).is_err());
        assert!(at(now().plus(Duration::from_secs(10))).is_ok());
        assert!(at(now().plus(Duration::from_secs(11))).is_err());
    }

    proptest! {
        #[test]
        fn enough_means_at_least_every_level_asked(
            has_ial in 0..7usize, needs_ial in 0..7usize, has_aal in 0..4usize, needs_aal in 0..4usize,
            assumed: bool, accepted: bool, age in 0u64..2000,
        ) {
            let has = assurance(Ial::ALL[has_ial], Aal::ALL[has_aal], assumed, now().minus(Duration::from_secs(age)));
            let asked = requirement(Ial::ALL[needs_ial], Aal::ALL[needs_aal], accepted);
            let expected = has_ial >= needs_ial && has_aal >= needs_aal && (accepted || !assumed) && age <= 900;
            let outcome = satisfies(&has, &asked, now());
            prop_assert_eq!(outcome.is_ok(), expected);
            if let Err(shortfall) = outcome {
                prop_assert!(!shortfall.shortfalls.is_empty());
                for sentence in shortfall.step_up() {
                    prop_assert!(!sentence.th.is_empty() && !sentence.en.is_empty());
                }
            }
        }
    }
}
