use super::*;
use crate::crypto::key::{Algorithm, FileKey, Signer};
use crate::kernel::id::SeededRandomness;
use crate::kernel::time::Instant;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

pub(in crate::crypto) fn now() -> Instant {
    "2026-11-24T09:30:00Z".parse().unwrap()
}

fn years(count: u32) -> Validity {
    Validity {
        not_before: now().minus(DAY),
        not_after: now().plus(DAY * 365 * count),
    }
}

/// A root, an issuing authority below it, and what they issue: shared with the tests of other modules.
pub(in crate::crypto) struct Pki {
    pub(in crate::crypto) root: CertificateAuthority,
    pub(in crate::crypto) issuing: CertificateAuthority,
    randomness: SeededRandomness,
}

impl Pki {
    pub(in crate::crypto) fn new(algorithm: Algorithm) -> Self {
        Self::build(algorithm, years(20), years(10))
    }

    pub(in crate::crypto) fn valid(algorithm: Algorithm, validity: Validity) -> Self {
        Self::build(algorithm, validity, validity)
    }

    fn build(algorithm: Algorithm, root_validity: Validity, issuing_validity: Validity) -> Self {
        let randomness = SeededRandomness::new(7);
        let key = || Arc::new(FileKey::generate(algorithm).unwrap());
        let root = CertificateAuthority::create_root(
            key(),
            &Name::thai("SANDBOX", "SANDBOX Root"),
            root_validity,
            &randomness,
        )
        .unwrap();
        let name = Name::thai("SANDBOX", "SANDBOX Issuing");
        let issuing = root
            .create_issuing(key(), &name, issuing_validity, &randomness)
            .unwrap()
            .publishing_at("http://127.0.0.1/crl");
        Self {
            root,
            issuing,
            randomness,
        }
    }

    pub(in crate::crypto) fn issue(&self, signer: &dyn Signer, profile: &Profile) -> Certificate {
        self.issue_for(signer, profile, years(3))
    }

    pub(in crate::crypto) fn issue_for(
        &self,
        signer: &dyn Signer,
        profile: &Profile,
        validity: Validity,
    ) -> Certificate {
        let name = Name {
            organization_identifier: Some("NTRTH-0105569999999".to_owned()),
            ..Name::thai("สำนักงานทดสอบ", "SANDBOX ตราประทับ")
        };
        let request = SigningRequest::create(signer, &name).unwrap();
        self.issuing
            .issue(&request, profile, validity, &self.randomness)
            .unwrap()
    }

    pub(in crate::crypto) fn roots(&self) -> Vec<Certificate> {
        vec![self.root.certificate().clone()]
    }

    pub(in crate::crypto) fn intermediates(&self) -> Vec<Certificate> {
        vec![self.issuing.certificate().clone()]
    }
}

fn profiles() -> [(Profile, Purpose); 5] {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    [
        (Profile::TlsServer(names), Purpose::TlsServer),
        (Profile::TlsClient, Purpose::TlsClient),
        (Profile::Seal, Purpose::Seal),
        (Profile::TimeStamping, Purpose::TimeStamping),
        (Profile::OcspSigner, Purpose::OcspSigner),
    ]
}

#[test]
fn each_profile_is_trusted_for_its_own_purpose_only() {
    let pki = Pki::new(Algorithm::Es256);
    for (index, (profile, _)) in profiles().iter().enumerate() {
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        let leaf = pki.issue(&key, profile);
        for (other, (_, purpose)) in profiles().iter().enumerate() {
            let outcome = verify_chain(&leaf, &pki.intermediates(), &pki.roots(), now(), *purpose);
            if index == other {
                assert_eq!(outcome.unwrap().len(), 3, "{profile:?}");
            } else {
                assert!(
                    matches!(outcome, Err(ChainRefusal::Purpose)),
                    "{profile:?} for {purpose:?}: {outcome:?}"
                );
            }
        }
    }
}

#[test]
fn chains_hold_for_rsa_and_ed25519_too() {
    for algorithm in [Algorithm::Rsa3072Sha256, Algorithm::Ed25519] {
        let pki = Pki::new(algorithm);
        let key = FileKey::generate(algorithm).unwrap();
        let leaf = pki.issue(&key, &Profile::Seal);
        let outcome = verify_chain(
            &leaf,
            &pki.intermediates(),
            &pki.roots(),
            now(),
            Purpose::Seal,
        );
        assert!(outcome.is_ok(), "{algorithm:?} {outcome:?}");
    }
}

#[test]
fn facts_say_what_was_issued() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let leaf = pki.issue(&key, &profiles()[0].0);
    let facts = leaf.facts();
    assert_eq!(
        facts.subject_common_name.as_deref(),
        Some("SANDBOX ตราประทับ")
    );
    assert_eq!(facts.subject_organization.as_deref(), Some("สำนักงานทดสอบ"));
    assert_eq!(
        facts.issuer_der,
        pki.issuing.certificate().facts().subject_der
    );
    assert_eq!(facts.not_before, now().minus(DAY));
    assert_eq!(facts.not_after, now().plus(DAY * 365 * 3));
    assert_eq!(facts.dns_names, ["localhost"]);
    assert_eq!(
        facts.ip_addresses,
        ["127.0.0.1".parse::<std::net::IpAddr>().unwrap()]
    );
    assert_eq!(facts.spki, key.public_key_der());
    assert_eq!(facts.serial.len(), 16);
    assert!(!facts.is_authority);
    let issuing = pki.issuing.certificate().facts();
    assert!(issuing.is_authority && issuing.path_length == Some(0));
}

#[test]
fn roots_in_the_file_are_never_trusted() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let leaf = pki.issue(&key, &Profile::Seal);
    let everything = [pki.intermediates(), pki.roots()].concat();
    let other = Pki::new(Algorithm::Es256);
    for roots in [Vec::new(), other.roots()] {
        assert!(matches!(
            verify_chain(&leaf, &everything, &roots, now(), Purpose::Seal),
            Err(ChainRefusal::NotTrusted(_))
        ));
    }
    assert!(matches!(
        verify_chain(&leaf, &[], &pki.roots(), now(), Purpose::Seal),
        Err(ChainRefusal::NotTrusted(_))
    ));
}

#[test]
fn a_chain_holds_only_within_its_time() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let leaf = pki.issue(&key, &Profile::Seal);
    let at = |moment| {
        verify_chain(
            &leaf,
            &pki.intermediates(),
            &pki.roots(),
            moment,
            Purpose::Seal,
        )
    };
    assert!(matches!(
        at(now().minus(DAY * 2)),
        Err(ChainRefusal::NotYetValid)
    ));
    assert!(matches!(
        at(now().plus(DAY * 365 * 4)),
        Err(ChainRefusal::Expired)
    ));
}

#[test]
fn a_leaf_cannot_issue() {
    let pki = Pki::new(Algorithm::Es256);
    let key = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
    let leaf = pki.issue(key.as_ref(), &Profile::Seal);
    let false_authority =
        CertificateAuthority::load(key, leaf.clone(), pki.issuing.chain()).unwrap();
    let victim = FileKey::generate(Algorithm::Es256).unwrap();
    let request = SigningRequest::create(&victim, &Name::common("victim")).unwrap();
    let false_leaf = false_authority
        .issue(&request, &Profile::Seal, years(1), &pki.randomness)
        .unwrap();
    let intermediates = [pki.intermediates(), vec![leaf]].concat();
    assert!(matches!(
        verify_chain(
            &false_leaf,
            &intermediates,
            &pki.roots(),
            now(),
            Purpose::Seal
        ),
        Err(ChainRefusal::NotTrusted(_))
    ));
}

#[test]
fn an_authority_is_loaded_with_its_own_key_only() {
    let pki = Pki::new(Algorithm::Es256);
    let other = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
    let certificate = pki.root.certificate().clone();
    assert!(matches!(
        CertificateAuthority::load(other, certificate, Vec::new()),
        Err(AuthorityError::OtherKey)
    ));
}

#[test]
fn a_validity_beyond_the_authority_is_refused() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let request = SigningRequest::create(&key, &Name::common("long")).unwrap();
    assert!(matches!(
        pki.issuing
            .issue(&request, &Profile::Seal, years(11), &pki.randomness),
        Err(AuthorityError::Validity)
    ));
}

#[test]
fn a_request_for_somebody_elses_key_is_refused() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let request = SigningRequest::create(&key, &Name::common("mine")).unwrap();
    let pem = request.to_pem().unwrap();
    assert_eq!(SigningRequest::from_pem(pem.as_bytes()).unwrap(), request);
    let mut bytes = request.der().to_vec();
    let position = bytes.windows(4).position(|four| four == b"mine").unwrap();
    bytes[position] = b'f';
    assert!(matches!(
        SigningRequest::from_der(&bytes),
        Err(RequestError::NotPossessed)
    ));
}

#[test]
fn certificates_survive_pem() {
    let pki = Pki::new(Algorithm::Es256);
    let chain = pki.issuing.chain();
    let pem: String = chain.iter().map(Certificate::to_pem).collect();
    assert_eq!(Certificate::from_pem(pem.as_bytes()).unwrap(), chain);
}

#[test]
fn every_changed_byte_of_a_certificate_breaks_its_chain() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let leaf = pki.issue(&key, &Profile::Seal);
    for position in 0..leaf.der().len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut bytes = leaf.der().to_vec();
            bytes[position] ^= mask;
            let Ok(changed) = Certificate::from_der(&bytes) else {
                continue;
            };
            let outcome = verify_chain(
                &changed,
                &pki.intermediates(),
                &pki.roots(),
                now(),
                Purpose::Seal,
            );
            assert!(outcome.is_err(), "byte {position}, mask {mask:#x}");
        }
    }
}

#[test]
fn revocation_lists_are_read_by_the_library() {
    let pki = Pki::new(Algorithm::Es256);
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let leaf = pki.issue(&key, &Profile::Seal);
    let revoked = [Revoked::certificate(&leaf, now(), Reason::KeyCompromise)];
    for entries in [&revoked[..], &[]] {
        let list = pki
            .issuing
            .revocation_list(3, now(), now().plus(DAY), entries)
            .unwrap();
        let read = openssl::x509::X509Crl::from_der(&list).unwrap();
        let issuer = pki.issuing.certificate().openssl().unwrap();
        assert!(read.verify(issuer.public_key().unwrap().as_ref()).unwrap());
        let listed = read.get_revoked().map_or(0, |stack| stack.len());
        assert_eq!(listed, entries.len());
        let status = read.get_by_cert(&leaf.openssl().unwrap());
        assert_eq!(
            matches!(status, openssl::x509::CrlStatus::Revoked(_)),
            !entries.is_empty()
        );
    }
}
