//! Keys in files that only their owner may read.

use super::public::{KeyKind, PublicKey, ecdsa_raw};
use super::{Algorithm, KeyError, SignError, Signer};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer as OpensslSigner;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// A private key in a PEM file (PKCS #8) that only its owner may read. For the sandbox and for tests.
pub struct FileKey {
    key: PKey<Private>,
    algorithm: Algorithm,
    public: PublicKey,
    key_id: String,
}

impl FileKey {
    /// A new key in memory, kept nowhere.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let key = match algorithm {
            Algorithm::Es256 => EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
                .and_then(|group| EcKey::generate(&group))
                .and_then(PKey::from_ec_key),
            Algorithm::Rsa3072Sha256 => Rsa::generate(3072).and_then(PKey::from_rsa),
            Algorithm::Ed25519 => PKey::generate_ed25519(),
        };
        Self::from_openssl(key.map_err(KeyError::Generation)?, algorithm)
    }

    /// The key in this file, which must be of this kind and readable by its owner only.
    pub fn load(path: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        let pem = read_secret(path)?;
        let key = PKey::private_key_from_pem(&pem).map_err(KeyError::Encoding)?;
        Self::from_openssl(key, algorithm)
    }

    /// The key in this file; a missing file is made, with mode 0600 and a new key in it.
    pub fn load_or_create(path: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        match path.try_exists() {
            Ok(true) => Self::load(path, algorithm),
            Ok(false) => {
                let fresh = Self::generate(algorithm)?;
                let pem = fresh.private_key_pem()?;
                write_secret(path, &pem)?;
                Ok(fresh)
            }
            Err(source) => Err(KeyError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The same key under another name.
    pub fn named(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = key_id.into();
        self
    }

    /// The public half, parsed.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The private key as PKCS #8 PEM, for a TLS client library that wants it. Wiped from memory when dropped.
    pub fn private_key_pem(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let pem = self
            .key
            .private_key_to_pem_pkcs8()
            .map_err(KeyError::Encoding)?;
        Ok(Zeroizing::new(pem))
    }

    pub(in crate::crypto) fn openssl(&self) -> &PKey<Private> {
        &self.key
    }

    fn from_openssl(key: PKey<Private>, algorithm: Algorithm) -> Result<Self, KeyError> {
        let spki = key.public_key_to_der().map_err(KeyError::Encoding)?;
        let public = PublicKey::from_spki(&spki)?;
        let fits = match (algorithm, public.kind()) {
            (Algorithm::Es256, KeyKind::P256) | (Algorithm::Ed25519, KeyKind::Ed25519) => true,
            (Algorithm::Rsa3072Sha256, KeyKind::Rsa) => key.bits() >= 3072,
            _ => false,
        };
        if !fits {
            return Err(KeyError::Unsuitable);
        }
        let key_id = crate::crypto::jws::thumbprint(&public)?;
        Ok(Self {
            key,
            algorithm,
            public,
            key_id,
        })
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileKey({:?}, hidden)", self.algorithm)
    }
}

impl Signer for FileKey {
    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn public_key_der(&self) -> &[u8] {
        self.public.spki_der()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match self.algorithm {
            Algorithm::Es256 => {
                let encoded = OpensslSigner::new(MessageDigest::sha256(), &self.key)?
                    .sign_oneshot_to_vec(message)?;
                ecdsa_raw(&encoded).ok_or(SignError::Malformed)
            }
            Algorithm::Rsa3072Sha256 => Ok(OpensslSigner::new(MessageDigest::sha256(), &self.key)?
                .sign_oneshot_to_vec(message)?),
            Algorithm::Ed25519 => {
                Ok(OpensslSigner::new_without_digest(&self.key)?.sign_oneshot_to_vec(message)?)
            }
        }
    }
}

/// The content of a secret file that only its owner may read. Wiped from memory when dropped.
pub(in crate::crypto) fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let failed = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    // The mode of what was opened, not of what the path names a moment later.
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Mode {
            path: path.to_owned(),
            mode,
        });
    }
    let mut content = Zeroizing::new(Vec::new());
    file.read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// A new secret file with mode 0600; an existing file is never overwritten.
pub(in crate::crypto) fn write_secret(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })
}
