//! One time-stamp token: what it says and whether it holds.

use crate::crypto::algorithm;
use crate::crypto::der::{self, DerError, Reader, tag};
use crate::crypto::key::Hash;
use crate::crypto::oid;
use crate::crypto::signed_data::{SignedData, StructureRefusal};
use crate::crypto::x509::{Certificate, ChainRefusal, Purpose, verify_chain};
use crate::kernel::digest::Digest;
use crate::kernel::time::Instant;
use std::time::Duration;

/// Why a time-stamp is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum TimestampRefusal {
    /// The authority did not grant one.
    #[error("the time-stamp authority refused (status {status}): {text}")]
    Rejected {
        /// PKIStatus (RFC 3161 §2.4.2).
        status: u64,
        /// What it said.
        text: String,
    },
    /// The answer is not in its one spelling.
    #[error("the time-stamp is not in canonical form")]
    Encoding(#[from] DerError),
    /// The token's structure or signature.
    #[error(transparent)]
    Structure(#[from] StructureRefusal),
    /// Not a time-stamp.
    #[error("the signed content is not a time-stamp")]
    NotATimestamp,
    /// Over something else.
    #[error("the time-stamp is over something else")]
    Imprint,
    /// An answer to another request.
    #[error("the time-stamp answers another request")]
    Nonce,
    /// Under another policy than asked for.
    #[error("the time-stamp was made under the policy {0}")]
    Policy(String),
    /// The authority's certificate is not trusted for time-stamps.
    #[error("the time-stamp authority is not trusted")]
    Chain(#[from] ChainRefusal),
    /// A certificate is embedded that takes part in nothing.
    #[error("a certificate is embedded that takes no part in the chain")]
    SuperfluousCertificate,
    /// The token carries an unsigned attribute.
    #[error("the time-stamp carries an unsigned attribute")]
    UnsignedAttribute,
    /// It says it was made later than now.
    #[error("the time-stamp lies in the future")]
    Future,
}

/// A time-stamp that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token as it was given.
    pub der: Vec<u8>,
    /// The moment it names.
    pub time: Instant,
    /// How far off the moment may be, where the authority says so.
    pub accuracy: Option<Duration>,
    /// Magnitude of the token's serial number.
    pub serial: Vec<u8>,
    /// The authority's policy, as a dotted identifier.
    pub policy: String,
    /// Magnitude of the request's nonce.
    pub nonce: Option<Vec<u8>>,
    /// The authority's certificate.
    pub tsa: Certificate,
    /// From the authority's certificate to the trusted root.
    pub chain: Vec<Certificate>,
}

impl Token {
    /// When the first certificate of the chain ends: from then on nobody vouches for the authority's key, and the token
    /// must have been covered by a younger one.
    pub fn vouched_until(&self) -> Instant {
        self.chain
            .iter()
            .map(|certificate| certificate.facts().not_after)
            .fold(self.tsa.facts().not_after, Ord::min)
    }
}

/// How much later than our own clock an authority's may be.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(60);

/// Judges a token over this digest. The authority's chain must have held at the moment the token names; that moment
/// must not lie after `now`.
pub fn verify_token(
    token: &[u8],
    imprint: &Digest,
    roots: &[Certificate],
    now: Instant,
) -> Result<Token, TimestampRefusal> {
    verify_token_over(token, (Hash::Sha256, imprint.as_bytes()), roots, now)
}

pub(super) fn verify_token_over(
    token: &[u8],
    (hash, imprint): (Hash, &[u8]),
    roots: &[Certificate],
    now: Instant,
) -> Result<Token, TimestampRefusal> {
    let data = SignedData::parse(token)?;
    let content = match (data.content_type, data.content) {
        (oid::TST_INFO, Some(content)) => content,
        _ => return Err(TimestampRefusal::NotATimestamp),
    };
    data.verify(|hash| Ok(hash.digest(content)?))?;
    if data.unsigned()?.is_some() {
        return Err(TimestampRefusal::UnsignedAttribute);
    }
    let info = Info::read(content)?;
    if info.hash != hash || info.imprint != imprint {
        return Err(TimestampRefusal::Imprint);
    }
    if info.time > now.plus(CLOCK_DIFFERENCE) {
        return Err(TimestampRefusal::Future);
    }
    let tsa = data.signer()?.clone();
    let chain = verify_chain(
        &tsa,
        &data.certificates,
        roots,
        info.time,
        Purpose::TimeStamping,
    )?;
    if !data.embeds_only(&chain) {
        return Err(TimestampRefusal::SuperfluousCertificate);
    }
    Ok(Token {
        der: token.to_vec(),
        time: info.time,
        accuracy: info.accuracy,
        serial: info.serial.to_vec(),
        policy: der::oid_text(info.policy)?,
        nonce: info.nonce.map(<[u8]>::to_vec),
        tsa,
        chain,
    })
}

/// TSTInfo (RFC 3161 §2.4.2).
struct Info<'a> {
    policy: &'a [u8],
    hash: Hash,
    imprint: &'a [u8],
    serial: &'a [u8],
    time: Instant,
    accuracy: Option<Duration>,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Result<Self, DerError> {
        let mut info = der::only(content, tag::SEQUENCE)?;
        if info.small_integer()? != 1 {
            return Err(DerError::Value);
        }
        let policy = info.content(tag::OID)?;
        let (hash, imprint) = read_imprint(info.enter(tag::SEQUENCE)?)?;
        let serial = info.unsigned_integer()?;
        let time = der::read_generalized_time(info.content(tag::GENERALIZED_TIME)?)?;
        let accuracy = info
            .optional(tag::SEQUENCE)?
            .map(|element| read_accuracy(element.content))
            .transpose()?;
        // Ordering is signed, and nothing here depends on it; some authorities spell out the default.
        info.optional(tag::BOOLEAN)?;
        let nonce = info
            .optional(tag::INTEGER)?
            .map(|element| der::magnitude(element.content))
            .transpose()?;
        // The authority's name and extensions are signed, and nothing here depends on them.
        info.optional(tag::context_constructed(0))?;
        info.optional(tag::context_constructed(1))?;
        info.finish()?;
        Ok(Self {
            policy,
            hash,
            imprint,
            serial,
            time,
            accuracy,
            nonce,
        })
    }
}

/// MessageImprint: a digest we know, of its right length.
pub(super) fn read_imprint(mut imprint: Reader<'_>) -> Result<(Hash, &[u8]), DerError> {
    let hash = algorithm::read_hash(imprint.content(tag::SEQUENCE)?)?;
    let value = imprint.content(tag::OCTET_STRING)?;
    imprint.finish()?;
    if value.len() == hash.openssl().size() {
        Ok((hash, value))
    } else {
        Err(DerError::Value)
    }
}

fn read_accuracy(content: &[u8]) -> Result<Duration, DerError> {
    let mut accuracy = Reader::new(content);
    let seconds = accuracy
        .optional(tag::INTEGER)?
        .map_or(Ok(0), |element| small(element.content))?;
    let millis = accuracy
        .optional(tag::context(0))?
        .map_or(Ok(0), |element| small(element.content))?;
    let micros = accuracy
        .optional(tag::context(1))?
        .map_or(Ok(0), |element| small(element.content))?;
    accuracy.finish()?;
    if millis > 999 || micros > 999 {
        return Err(DerError::Value);
    }
    Ok(
        Duration::from_secs(seconds)
            + Duration::from_millis(millis)
            + Duration::from_micros(micros),
    )
}

fn small(content: &[u8]) -> Result<u64, DerError> {
    let number = der::small(der::magnitude(content)?)?;
    // More than a day is no accuracy.
    if number <= 86_400 {
        Ok(number)
    } else {
        Err(DerError::Value)
    }
}
