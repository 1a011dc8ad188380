//! What a score is worth: thresholds by engine, and the verdict (REL-26).

use super::comparison::{FaceAnswer, FaceOutcome, Score};
use serde::Deserialize;
use std::collections::BTreeMap;

const EMBEDDED: &str = include_str!("policy.toml");

/// Thresholds of one engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    accept: Score,
    review: Score,
}

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FacePolicyError {
    /// Not TOML of the right shape.
    #[error("the face policy cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A threshold is not a percentage, or review lies above accept.
    #[error("the thresholds of {0} cannot be")]
    Thresholds(String),
    /// An engine stands there twice.
    #[error("the engine {0} stands in the face policy twice")]
    Twice(String),
}

impl Thresholds {
    /// `review` is at most `accept`.
    pub fn new(accept: Score, review: Score) -> Option<Self> {
        (review <= accept).then_some(Self { accept, review })
    }

    /// From here on it passes.
    pub fn accept(self) -> Score {
        self.accept
    }

    /// From here on a person decides.
    pub fn review(self) -> Score {
        self.review
    }
}

/// Thresholds of all engines we know, with the version that stands in the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacePolicy {
    version: String,
    engines: BTreeMap<String, Thresholds>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(rename = "engine")]
    engines: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    accept: String,
    review: String,
    #[serde(rename = "source")]
    _source: String,
}

/// What the outside is told: no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceVerdict {
    /// The same person, as far as this engine can tell.
    Passed,
    /// A person must look: an old portrait explains a low score as well as fraud does.
    Review,
    /// Not the same person.
    Failed,
    /// Nothing can be said.
    NoResult(NoResultReason),
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResultReason {
    /// There is no portrait to compare with.
    NoReference,
    /// The picture must be taken again.
    Quality,
    /// The ID is not in use.
    PersonInactive,
    /// The policy has no thresholds for this engine.
    UnknownEngine,
}

impl FacePolicy {
    /// The policy this binary was built with.
    pub fn embedded() -> Result<Self, FacePolicyError> {
        Self::read(EMBEDDED)
    }

    /// Read a policy.
    pub fn read(text: &str) -> Result<Self, FacePolicyError> {
        let file: File = toml::from_str(text)?;
        let mut engines = BTreeMap::new();
        for row in file.engines {
            let thresholds = match (Score::read(&row.accept), Score::read(&row.review)) {
                (Ok(accept), Ok(review)) => Thresholds::new(accept, review),
                _ => None,
            };
            let thresholds =
                thresholds.ok_or_else(|| FacePolicyError::Thresholds(row.name.clone()))?;
            if engines.insert(row.name.clone(), thresholds).is_some() {
                return Err(FacePolicyError::Twice(row.name));
            }
        }
        Ok(Self {
            version: file.version,
            engines,
        })
    }

    /// The version that stands in the evidence.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The thresholds of an engine.
    pub fn thresholds(&self, engine: &str) -> Option<Thresholds> {
        self.engines.get(engine).copied()
    }

    /// What an answer is worth. Only a score at or above *accept* that the engine itself calls a match passes.
    pub fn judge(&self, answer: &FaceAnswer) -> FaceVerdict {
        let Some(thresholds) = self.thresholds(&answer.engine) else {
            return FaceVerdict::NoResult(NoResultReason::UnknownEngine);
        };
        match answer.outcome {
            FaceOutcome::Matched(score) if score >= thresholds.accept => FaceVerdict::Passed,
            FaceOutcome::Matched(score) | FaceOutcome::NotMatched(score)
                if score >= thresholds.review =>
            {
                FaceVerdict::Review
            }
            FaceOutcome::Matched(_) | FaceOutcome::NotMatched(_) => FaceVerdict::Failed,
            FaceOutcome::NoReference => FaceVerdict::NoResult(NoResultReason::NoReference),
            FaceOutcome::QualityRejected => FaceVerdict::NoResult(NoResultReason::Quality),
            FaceOutcome::PersonInactive => FaceVerdict::NoResult(NoResultReason::PersonInactive),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Instant;

    const ENGINE: &str = "SANDBOX drawn-portrait comparison 1";

    fn judge(outcome: FaceOutcome, engine: &str) -> FaceVerdict {
        FacePolicy::embedded().unwrap().judge(&FaceAnswer {
            outcome,
            engine: engine.to_owned(),
            reference_date: None,
            checked_at: Instant::from_millis(0).unwrap(),
        })
    }

    fn score(hundredths: u16) -> Score {
        Score::from_hundredths(hundredths).unwrap()
    }

    #[test]
    fn only_a_match_at_the_threshold_passes() {
        for hundredths in 0..=10_000 {
            let expected = match hundredths {
                9000.. => FaceVerdict::Passed,
                8000.. => FaceVerdict::Review,
                _ => FaceVerdict::Failed,
            };
            assert_eq!(
                judge(FaceOutcome::Matched(score(hundredths)), ENGINE),
                expected
            );
            let doubted = judge(FaceOutcome::NotMatched(score(hundredths)), ENGINE);
            assert_ne!(doubted, FaceVerdict::Passed);
            assert_eq!(doubted == FaceVerdict::Failed, hundredths < 8000);
        }
    }

    #[test]
    fn what_is_no_comparison_is_no_result() {
        for (outcome, reason) in [
            (FaceOutcome::NoReference, NoResultReason::NoReference),
            (FaceOutcome::QualityRejected, NoResultReason::Quality),
            (FaceOutcome::PersonInactive, NoResultReason::PersonInactive),
        ] {
            assert_eq!(judge(outcome, ENGINE), FaceVerdict::NoResult(reason));
        }
        assert_eq!(
            judge(FaceOutcome::Matched(score(10_000)), "another engine"),
            FaceVerdict::NoResult(NoResultReason::UnknownEngine)
        );
    }

    #[test]
    fn a_policy_that_cannot_be_is_refused() {
        let row = |accept: &str, review: &str| {
            format!(
                "[[engine]]\nname = \"e\"\naccept = \"{accept}\"\nreview = \"{review}\"\nsource = \"s\"\n"
            )
        };
        let version = "version = \"1\"\n";
        let read = |rows: String| FacePolicy::read(&format!("{version}{rows}"));
        assert!(read(row("90.00", "80.00")).is_ok());
        assert!(matches!(
            read(row("80.00", "90.00")),
            Err(FacePolicyError::Thresholds(_))
        ));
        assert!(matches!(
            read(row("190", "80.00")),
            Err(FacePolicyError::Thresholds(_))
        ));
        let twice = row("90.00", "80.00") + &row("91.00", "80.00");
        assert!(matches!(read(twice), Err(FacePolicyError::Twice(_))));
        assert!(matches!(
            read("[[engines]]".to_owned()),
            Err(FacePolicyError::Form(_))
        ));
    }
}
