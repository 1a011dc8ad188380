//! Two times of every version: when it holds, and for how long we held it to be so.
//!
//! A version is never changed. A later one that is about the same time takes its place there from the instant at which
//! it was learnt; what it is not about stays with the earlier one. So every version is a set of rectangles in the two
//! times, and no two rectangles of a juristic person overlap.

use crate::kernel::time::Instant;
use crate::registry::model::RegisterVersion;

/// A part of the two times: from an instant, until another or until further notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant in it.
    pub from: Instant,
    /// The first instant after it; `None`: it has no end yet.
    pub to: Option<Instant>,
}

impl Span {
    /// Whether the instant is in it.
    pub fn contains(self, at: Instant) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    fn overlaps(self, other: Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }

    /// What is left of it without the other: nothing, one part or two.
    fn without(self, other: Self) -> impl Iterator<Item = Self> {
        let before = (self.from < other.from).then_some(Self {
            from: self.from,
            to: Some(other.from),
        });
        let after = other
            .to
            .filter(|end| self.to.is_none_or(|to| *end < to))
            .map(|end| Self {
                from: end,
                to: self.to,
            });
        before.into_iter().chain(after)
    }
}

/// One rectangle: in this part of time the version holds, as far as was known in that part of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which version.
    pub version: u64,
    /// When it holds.
    pub valid: Span,
    /// When we held it to be so.
    pub recorded: Span,
}

/// The rectangles of a juristic person's versions (oldest first), by version and then by time.
pub fn held<'a>(versions: impl IntoIterator<Item = &'a RegisterVersion>) -> Vec<Held> {
    let mut rectangles: Vec<Held> = Vec::new();
    for version in versions {
        let valid = Span {
            from: version.valid_from,
            to: version.valid_to,
        };
        let learnt = version.recorded_at;
        let mut parts = Vec::new();
        for rectangle in &mut rectangles {
            if rectangle.recorded.to.is_some() || !rectangle.valid.overlaps(valid) {
                continue;
            }
            rectangle.recorded.to = Some(learnt);
            parts.extend(rectangle.valid.without(valid).map(|part| Held {
                version: rectangle.version,
                valid: part,
                recorded: Span {
                    from: learnt,
                    to: None,
                },
            }));
        }
        rectangles.extend(parts);
        rectangles.push(Held {
            version: version.version,
            valid,
            recorded: Span {
                from: learnt,
                to: None,
            },
        });
    }
    // Learnt and replaced in the same instant: never held.
    rectangles.retain(|rectangle| rectangle.recorded.to != Some(rectangle.recorded.from));
    rectangles.sort_by_key(|rectangle| {
        (
            rectangle.version,
            rectangle.recorded.from,
            rectangle.valid.from,
        )
    });
    rectangles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::digest::Digest;
    use crate::registry::model::{IdentityState, VersionSource};
    use proptest::prelude::*;

    fn day(number: i64) -> Instant {
        Instant::from_millis(1_790_000_000_000 + number * 86_400_000).unwrap()
    }

    fn version(version: u64, from: i64, to: Option<i64>, learnt: i64) -> RegisterVersion {
        RegisterVersion {
            version,
            valid_from: day(from),
            valid_to: to.map(day),
            recorded_at: day(learnt),
            data_as_of: day(learnt),
            source: VersionSource::Feed,
            digest: Digest::of(version.to_string()),
            identities: IdentityState::Known,
        }
    }

    #[test]
    fn a_back_dated_correction_takes_only_the_time_it_is_about() {
        let versions = [
            version(1, 1, None, 1),
            version(2, 10, None, 10),
            version(3, 4, Some(6), 15),
        ];
        let held = held(&versions);
        let of = |number: u64| {
            held.iter()
                .filter(|part| part.version == number)
                .map(|part| {
                    (
                        part.valid.from,
                        part.valid.to,
                        part.recorded.from,
                        part.recorded.to,
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of(1),
            [
                (day(1), None, day(1), Some(day(10))),
                (day(1), Some(day(10)), day(10), Some(day(15))),
                (day(1), Some(day(4)), day(15), None),
                (day(6), Some(day(10)), day(15), None),
            ]
        );
        assert_eq!(of(2), [(day(10), None, day(10), None)]);
        assert_eq!(of(3), [(day(4), Some(day(6)), day(15), None)]);
    }

    fn any_versions() -> impl Strategy<Value = Vec<RegisterVersion>> {
        proptest::collection::vec((0i64..12, proptest::option::of(1i64..6), 0i64..3), 1..8)
            .prop_map(|rows| {
                let mut learnt = 12;
                (1u64..)
                    .zip(rows)
                    .map(|(number, (from, length, later))| {
                        learnt += later;
                        version(number, from, length.map(|length| from + length), learnt)
                    })
                    .collect()
            })
    }

    proptest! {
        #[test]
        fn rectangles_say_what_the_latest_version_about_an_instant_says(versions in any_versions()) {
            let rectangles = held(&versions);
            for valid in 0..20 {
                for known in 10..40 {
                    let (valid, known) = (day(valid), day(known));
                    let naive = versions
                        .iter()
                        .rev()
                        .find(|version| {
                            version.recorded_at <= known
                                && version.valid_from <= valid
                                && version.valid_to.is_none_or(|to| valid < to)
                        })
                        .map(|version| version.version);
                    let found: Vec<u64> = rectangles
                        .iter()
                        .filter(|part| part.valid.contains(valid) && part.recorded.contains(known))
                        .map(|part| part.version)
                        .collect();
                    prop_assert_eq!(naive.into_iter().collect::<Vec<_>>(), found);
                }
            }
        }
    }
}
