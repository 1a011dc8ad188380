//! Public keys as JSON Web Keys (RFC 7517, RFC 8037), and sets of them.

use super::JwsAlgorithm;
use super::json::{self, Strict};
use crate::crypto::key::{Algorithm, KeyError, KeyKind, PublicKey, Signer};
use crate::kernel::digest::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey};
use openssl::rsa::Rsa;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Why a key or a set of keys is refused.
#[derive(Debug, thiserror::Error)]
pub enum JwkError {
    /// Not JSON, not an object, or a member twice.
    #[error("the key set is not JSON of the right shape")]
    Json(#[from] serde_json::Error),
    /// A member that must be there is not, or has another form.
    #[error("the member {0:?} of a key is missing or malformed")]
    Member(&'static str),
    /// A private or symmetric key where only public ones belong.
    #[error("a key holds private or symmetric material")]
    Private,
    /// A kind, curve, algorithm or use we do not verify with.
    #[error("a key is of an unknown kind, curve, algorithm or use")]
    Unsupported,
    /// The numbers are no usable public key.
    #[error("a key is no usable public key")]
    Key(#[from] KeyError),
    /// An RSA key from the generator of CVE-2017-15361.
    #[error("an RSA key was made by a generator whose keys can be factored")]
    Factorable,
    /// Two keys carry the same identifier.
    #[error("two keys carry the identifier {0:?}")]
    DuplicateKeyId(String),
}

/// Members that only private or symmetric keys have (RFC 7518 §6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// One public key that verifies signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    /// Its identifier.
    pub key_id: Option<String>,
    /// The one algorithm it may be used with; `None` leaves all that fit its kind.
    pub algorithm: Option<JwsAlgorithm>,
    /// The key.
    pub key: PublicKey,
}

impl Jwk {
    /// What others need to verify this signer's tokens.
    pub fn of_signer(signer: &dyn Signer) -> Result<Self, KeyError> {
        let algorithm = match signer.algorithm() {
            Algorithm::Es256 => JwsAlgorithm::Es256,
            Algorithm::Rsa3072Sha256 => JwsAlgorithm::Rs256,
            Algorithm::Ed25519 => JwsAlgorithm::EdDsa,
        };
        Ok(Self {
            key_id: Some(signer.key_id().to_owned()),
            algorithm: Some(algorithm),
            key: PublicKey::from_spki(signer.public_key_der())?,
        })
    }

    /// The key in this JSON object; members we do not know are ignored (RFC 7517 §4).
    pub fn from_json(members: &Map<String, Value>) -> Result<Self, JwkError> {
        let text = |name: &'static str| {
            let value = members.get(name).and_then(Value::as_str);
            value.ok_or(JwkError::Member(name))
        };
        let optional = |name: &'static str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(value)) => Ok(Some(value.as_str())),
            Some(_) => Err(JwkError::Member(name)),
        };
        let bytes = |name: &'static str| {
            let decoded = URL_SAFE_NO_PAD.decode(text(name)?);
            decoded.map_err(|_| JwkError::Member(name))
        };
        if PRIVATE_MEMBERS
            .iter()
            .any(|name| members.contains_key(*name))
        {
            return Err(JwkError::Private);
        }
        if optional("use")?.is_some_and(|usage| usage != "sig") {
            return Err(JwkError::Unsupported);
        }
        match members.get("key_ops") {
            None => {}
            Some(Value::Array(operations)) if operations.iter().any(|one| one == "verify") => {}
            Some(_) => return Err(JwkError::Unsupported),
        }
        let key = match (text("kty")?, optional("crv")?) {
            ("EC", Some("P-256")) => p256(&bytes("x")?, &bytes("y")?)?,
            ("RSA", None) => rsa(&bytes("n")?, &bytes("e")?)?,
            ("OKP", Some("Ed25519")) => ed25519(&bytes("x")?)?,
            ("oct", _) => return Err(JwkError::Private),
            _ => return Err(JwkError::Unsupported),
        };
        let algorithm = match optional("alg")? {
            None => None,
            Some(name) => Some(JwsAlgorithm::named(name).ok_or(JwkError::Unsupported)?),
        };
        if algorithm.is_some_and(|algorithm| !algorithm.fits(key.kind())) {
            return Err(JwkError::Unsupported);
        }
        Ok(Self {
            key_id: optional("kid")?.map(str::to_owned),
            algorithm,
            key,
        })
    }

    /// The RFC 7638 thumbprint in base64url, as used for `kid` and `jkt`.
    pub fn thumbprint(&self) -> Result<String, KeyError> {
        thumbprint(&self.key)
    }

    /// Whether the key may be used with this algorithm.
    pub(super) fn permits(&self, algorithm: JwsAlgorithm) -> bool {
        algorithm.fits(self.key.kind()) && self.algorithm.is_none_or(|only| only == algorithm)
    }
}

/// The members RFC 7638 hashes, in its order: names and base64url values.
fn required_members(public: &PublicKey) -> Result<Vec<(&'static str, String)>, ErrorStack> {
    let key = public.openssl();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(match public.kind() {
        KeyKind::P256 | KeyKind::P384 => {
            let ec = key.ec_key()?;
            let mut context = BigNumContext::new()?;
            let point = ec.public_key().to_bytes(
                ec.group(),
                PointConversionForm::UNCOMPRESSED,
                &mut context,
            )?;
            let coordinates = point.get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let curve = if x.len() == 32 { "P-256" } else { "P-384" };
            vec![
                ("crv", curve.to_owned()),
                ("kty", "EC".to_owned()),
                ("x", encode(x)),
                ("y", encode(y)),
            ]
        }
        KeyKind::Rsa => {
            let rsa = key.rsa()?;
            vec![
                ("e", encode(&rsa.e().to_vec())),
                ("kty", "RSA".to_owned()),
                ("n", encode(&rsa.n().to_vec())),
            ]
        }
        KeyKind::Ed25519 => vec![
            ("crv", "Ed25519".to_owned()),
            ("kty", "OKP".to_owned()),
            ("x", encode(&key.raw_public_key()?)),
        ],
    })
}

/// The RFC 7638 thumbprint of a key: SHA-256 over the required members in their canonical form, in base64url.
pub fn thumbprint(key: &PublicKey) -> Result<String, KeyError> {
    let members = required_members(key).map_err(KeyError::Encoding)?;
    // The values are base64url and fixed names: nothing in them needs an escape.
    let body: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":\"{value}\""))
        .collect();
    let digest = Digest::of(format!("{{{}}}", body.join(",")));
    Ok(URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = required_members(&self.key).map_err(serde::ser::Error::custom)?;
        let extra = [
            ("use", Some("sig")),
            ("alg", self.algorithm.map(JwsAlgorithm::name)),
            ("kid", self.key_id.as_deref()),
        ];
        let extra = extra
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        serializer.collect_map(
            members
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .chain(extra),
        )
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match Strict::deserialize(deserializer)?.0 {
            Value::Object(members) => Self::from_json(&members).map_err(D::Error::custom),
            _ => Err(D::Error::custom("a key is a JSON object")),
        }
    }
}

/// A set of public keys in which every identifier occurs once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

impl JwkSet {
    /// These keys; refuses two with one identifier.
    pub fn new(keys: Vec<Jwk>) -> Result<Self, JwkError> {
        for (index, jwk) in keys.iter().enumerate() {
            let duplicate = jwk.key_id.as_ref().filter(|key_id| {
                keys.iter()
                    .take(index)
                    .any(|earlier| earlier.key_id.as_ref() == Some(key_id))
            });
            if let Some(key_id) = duplicate {
                return Err(JwkError::DuplicateKeyId(key_id.clone()));
            }
        }
        Ok(Self { keys })
    }

    /// A client's registered set: every key in it must be one we can use (SEC-05).
    pub fn from_client(json: &[u8]) -> Result<Self, JwkError> {
        let keys = listed(json)?
            .iter()
            .map(Jwk::from_json)
            .collect::<Result<_, _>>()?;
        Self::new(keys)
    }

    /// An identity provider's published set: keys for other purposes are passed over (RFC 7517 §5), private ones and
    /// duplicate identifiers are still refused.
    pub fn from_provider(json: &[u8]) -> Result<Self, JwkError> {
        let mut keys = Vec::new();
        for members in listed(json)? {
            match Jwk::from_json(&members) {
                Ok(jwk) => keys.push(jwk),
                Err(JwkError::Unsupported | JwkError::Key(_)) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Self::new(keys)
    }

    /// The keys.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The key a token names; without a name only when one key alone permits the algorithm.
    pub(super) fn choose(&self, key_id: Option<&str>, algorithm: JwsAlgorithm) -> Option<&Jwk> {
        let mut fitting = self.keys.iter().filter(|jwk| {
            jwk.permits(algorithm) && key_id.is_none_or(|id| jwk.key_id.as_deref() == Some(id))
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }
}

fn listed(json: &[u8]) -> Result<Vec<Map<String, Value>>, JwkError> {
    let set = json::object(json)?;
    let keys = set.get("keys").and_then(Value::as_array);
    keys.ok_or(JwkError::Member("keys"))?
        .iter()
        .map(|value| value.as_object().cloned().ok_or(JwkError::Member("keys")))
        .collect()
}

impl Serialize for JwkSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("keys", &self.keys)])
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Listed {
            keys: Vec<Jwk>,
        }
        let Listed { keys } = Listed::deserialize(deserializer)?;
        Self::new(keys).map_err(serde::de::Error::custom)
    }
}

fn p256(x: &[u8], y: &[u8]) -> Result<PublicKey, JwkError> {
    if x.len() != 32 || y.len() != 32 {
        return Err(JwkError::Member("x"));
    }
    let build = || {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let (x, y) = (BigNum::from_slice(x)?, BigNum::from_slice(y)?);
        PKey::from_ec_key(EcKey::from_public_key_affine_coordinates(&group, &x, &y)?)
    };
    Ok(PublicKey::from_openssl(
        build().map_err(KeyError::Encoding)?,
    )?)
}

fn rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, JwkError> {
    if n.first().is_none_or(|byte| *byte == 0) || e.first().is_none_or(|byte| *byte == 0) {
        return Err(JwkError::Member("n"));
    }
    let modulus = BigNum::from_slice(n).map_err(KeyError::Encoding)?;
    if is_factorable(&modulus).map_err(KeyError::Encoding)? {
        return Err(JwkError::Factorable);
    }
    let build = || {
        PKey::from_rsa(Rsa::from_public_components(
            modulus,
            BigNum::from_slice(e)?,
        )?)
    };
    Ok(PublicKey::from_openssl(
        build().map_err(KeyError::Encoding)?,
    )?)
}

fn ed25519(x: &[u8]) -> Result<PublicKey, JwkError> {
    if x.len() != 32 {
        return Err(JwkError::Member("x"));
    }
    let key = PKey::public_key_from_raw_bytes(x, Id::ED25519).map_err(KeyError::Encoding)?;
    Ok(PublicKey::from_openssl(key)?)
}

/// The fingerprint of CVE-2017-15361: such a modulus is a power of 65537 modulo each of these primes, which of other
/// moduli is true about once in 2^28.
fn is_factorable(modulus: &BigNumRef) -> Result<bool, ErrorStack> {
    const PRIMES: [u32; 17] = [
        11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
    ];
    for prime in PRIMES {
        let remainder = modulus.mod_word(prime)?;
        let generator = 65_537 % u64::from(prime);
        let mut power = 1u64;
        let mut found = false;
        for _ in 0..prime {
            power = power * generator % u64::from(prime);
            found |= power == remainder;
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}
