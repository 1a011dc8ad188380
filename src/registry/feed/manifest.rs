//! What a feed file should hold: the manifest beside it, and whether the file keeps it.
//!
//! `FILE.manifest.json` is `{"count", "sha256", "as_of", "kind", "shape"}`: lines, digest of the bytes, the instant
//! whose state of the register the file tells, `full` (everybody) or `delta` (only what changed), and how the lines are
//! written. `kind` and `shape` may be absent: a full feed, in the shape that its first line shows. A register never
//! takes anybody away: a delta holds changed records only, and who is missing from a feed has not changed.

use super::row::FeedShape;
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use crate::registry::source::FeedManifest;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a manifest's name adds to its feed's.
pub const SUFFIX: &str = ".manifest.json";
/// Longest manifest that is read, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024;

/// Whom a feed tells of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedKind {
    /// Everybody on the register.
    #[default]
    Full,
    /// Those whose record changed.
    Delta,
}

impl FeedKind {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
        }
    }
}

/// Why a file that claims to be a manifest is none.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is longer than is read.
    #[error("the manifest is longer than {MAX_MANIFEST_BYTES} bytes")]
    TooLong,
    /// It is not JSON with the members of a manifest.
    #[error("not a manifest: {0}")]
    Shape(#[from] serde_json::Error),
}

/// How a feed differs from its manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManifestMismatch {
    /// Another number of lines.
    #[error("the manifest tells of {told} lines, the file has {found}")]
    Count {
        /// Lines by the manifest.
        told: u64,
        /// Lines in the file.
        found: u64,
    },
    /// Other bytes.
    #[error("the file's digest is not the one in its manifest")]
    Digest,
}

/// Where the manifest of a feed file stands: beside it.
pub fn beside(feed: &Path) -> PathBuf {
    let mut name = feed.as_os_str().to_owned();
    name.push(SUFFIX);
    PathBuf::from(name)
}

impl FeedManifest {
    /// Read a manifest. Members that are not named here are passed over.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLong);
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// As a file, with a line end.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether a file with so many lines and this digest is the one described. The digest says it all; the count
    /// tells a file that was cut off from one that was changed.
    pub fn check(&self, lines: u64, digest: Digest) -> Result<(), ManifestMismatch> {
        if self.sha256 == digest {
            Ok(())
        } else if self.count != lines {
            Err(ManifestMismatch::Count {
                told: self.count,
                found: lines,
            })
        } else {
            Err(ManifestMismatch::Digest)
        }
    }

    /// A manifest of a feed that was just written.
    pub fn of(
        lines: u64,
        digest: Digest,
        as_of: Instant,
        kind: FeedKind,
        shape: FeedShape,
    ) -> Self {
        Self {
            count: lines,
            sha256: digest,
            as_of,
            kind,
            shape: Some(shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_and_the_short_form_is_a_full_feed() {
        let manifest = FeedManifest::of(
            3,
            Digest::of(b"abc"),
            "2026-11-24T03:00:00Z".parse().unwrap(),
            FeedKind::Delta,
            FeedShape::Prefixed,
        );
        let bytes = manifest.to_json().unwrap();
        assert_eq!(FeedManifest::read(&bytes).unwrap(), manifest);
        let short = format!(
            r#"{{"count":3,"sha256":"{}","as_of":"2026-11-24T10:00:00+07:00","note":"…"}}"#,
            Digest::of(b"abc").to_hex()
        );
        let read = FeedManifest::read(short.as_bytes()).unwrap();
        assert_eq!((read.kind, read.shape), (FeedKind::Full, None));
        assert_eq!(read.as_of, manifest.as_of);
    }

    #[test]
    fn senseless_manifests_are_refused() {
        for text in [
            "",
            "{}",
            r#"{"count":-1}"#,
            r#"{"count":1,"sha256":"00","as_of":"2026-11-24T03:00:00Z"}"#,
            "[]",
        ] {
            assert!(
                matches!(
                    FeedManifest::read(text.as_bytes()),
                    Err(ManifestError::Shape(_))
                ),
                "{text}"
            );
        }
        assert!(matches!(
            FeedManifest::read(&vec![b' '; MAX_MANIFEST_BYTES + 1]),
            Err(ManifestError::TooLong)
        ));
    }

    #[test]
    fn a_cut_file_and_a_changed_file_are_told_apart() {
        let manifest = FeedManifest::of(
            3,
            Digest::of(b"abc"),
            "2026-11-24T03:00:00Z".parse().unwrap(),
            FeedKind::Full,
            FeedShape::Own,
        );
        assert_eq!(manifest.check(3, Digest::of(b"abc")), Ok(()));
        assert_eq!(
            manifest.check(2, Digest::of(b"ab")),
            Err(ManifestMismatch::Count { told: 3, found: 2 })
        );
        assert_eq!(
            manifest.check(3, Digest::of(b"abd")),
            Err(ManifestMismatch::Digest)
        );
    }

    #[test]
    fn a_manifest_stands_beside_its_feed() {
        assert_eq!(
            beside(Path::new("/tmp/feed.jsonl")),
            Path::new("/tmp/feed.jsonl.manifest.json")
        );
    }
}
