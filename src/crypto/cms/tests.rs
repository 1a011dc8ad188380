use super::*;
use crate::crypto::key::{FileKey, Signer};
use crate::crypto::timestamp::{Nonce, TimeStampAuthority};
use crate::crypto::x509::Profile;
use crate::crypto::x509::tests::{Pki, now};
use crate::kernel::id::SeededRandomness;
use std::time::Duration;

struct Seal {
    pki: Pki,
    key: FileKey,
    certificate: Certificate,
    authority: TimeStampAuthority,
    digest: Digest,
}

impl Seal {
    fn new(algorithm: Algorithm) -> Self {
        let pki = Pki::new(Algorithm::Es256);
        let key = FileKey::generate(algorithm).unwrap();
        let certificate = pki.issue(&key, &Profile::Seal);
        let authority = timestamp::tests::authority(&pki, Algorithm::Es256);
        Self {
            pki,
            key,
            certificate,
            authority,
            digest: Digest::of(b"document"),
        }
    }

    fn sign(&self) -> (SignedAttributes, Vec<u8>) {
        let attributes = SignedAttributes::prepare(&self.digest, &self.certificate);
        let signature = self.key.sign(attributes.to_be_signed()).unwrap();
        (attributes, signature)
    }

    fn token(&self, signature: &[u8]) -> Vec<u8> {
        let imprint = signature_imprint(self.key.algorithm(), signature).unwrap();
        let nonce = Nonce::generate(&SeededRandomness::new(1));
        let asked = timestamp::request(&imprint, &nonce);
        let answer = self.authority.respond(&asked, 1, now()).unwrap();
        let roots = self.pki.roots();
        timestamp::read_response(&answer, &imprint, &nonce, None, &roots, now())
            .unwrap()
            .der
    }

    fn message(&self, level: Level) -> Vec<u8> {
        let (attributes, signature) = self.sign();
        let token = (level == Level::BaselineT).then(|| self.token(&signature));
        assemble(
            &attributes,
            &signature,
            self.key.algorithm(),
            &self.pki.intermediates(),
            token.as_deref(),
        )
        .unwrap()
    }

    fn judge(&self, message: &[u8]) -> Result<CmsReport, CmsRefusal> {
        verify(message, &self.digest, &self.pki.roots(), now())
    }
}

const YEAR: Duration = Duration::from_secs(86_400 * 365);

#[test]
fn both_levels_hold_for_both_kinds_of_keys() {
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let seal = Seal::new(algorithm);
        for level in [Level::BaselineB, Level::BaselineT] {
            let report = seal.judge(&seal.message(level)).unwrap();
            assert_eq!(report.level(), level);
            assert_eq!(report.signer, seal.certificate);
            assert_eq!(report.chain.len(), 3);
        }
    }
}

#[test]
fn the_reserved_size_is_enough_and_not_wasteful() {
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let seal = Seal::new(algorithm);
        let (_, signature) = seal.sign();
        let token = seal.token(&signature).len();
        for (level, token) in [(Level::BaselineB, 0), (Level::BaselineT, token)] {
            let length = seal.message(level).len();
            let bound = size_bound(
                &seal.certificate,
                &seal.pki.intermediates(),
                algorithm,
                token,
            );
            assert!(length + 8 <= bound, "{length} {bound}");
            assert!(bound < length + 1100, "{length} {bound}");
        }
    }
}

#[test]
fn every_changed_byte_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let seal = Seal::new(algorithm);
        let message = seal.message(Level::BaselineT);
        assert!(seal.judge(&message).is_ok());
        for position in 0..message.len() {
            let mask = [0x01, 0x0a, 0x80, 0xff][position % 4];
            let mut changed = message.clone();
            changed[position] ^= mask;
            assert!(
                seal.judge(&changed).is_err(),
                "byte {position}, mask {mask:#x}"
            );
        }
    }
}

#[test]
fn a_shortened_or_lengthened_message_is_refused() {
    let seal = Seal::new(Algorithm::Es256);
    let message = seal.message(Level::BaselineT);
    for length in 0..message.len() {
        assert!(seal.judge(&message[..length]).is_err(), "{length}");
    }
    assert!(seal.judge(&[message.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn another_document_is_told_apart_from_a_broken_signature() {
    let seal = Seal::new(Algorithm::Es256);
    let message = seal.message(Level::BaselineB);
    let other = Digest::of(b"another document");
    assert!(matches!(
        verify(&message, &other, &seal.pki.roots(), now()),
        Err(CmsRefusal::OtherContent)
    ));
}

#[test]
fn a_time_stamp_keeps_a_signature_alive_after_its_certificate() {
    let seal = Seal::new(Algorithm::Es256);
    let later = now().plus(YEAR * 4);
    let roots = seal.pki.roots();
    let judge = |message: &[u8]| verify(message, &seal.digest, &roots, later);
    assert!(matches!(
        judge(&seal.message(Level::BaselineB)),
        Err(CmsRefusal::Chain(ChainRefusal::Expired))
    ));
    let report = judge(&seal.message(Level::BaselineT)).unwrap();
    let token = report.timestamp.unwrap();
    assert_eq!(token.time, now());
    assert!(token.vouched_until() < later);
}

#[test]
fn a_time_stamp_of_another_signature_is_refused() {
    let seal = Seal::new(Algorithm::Es256);
    let (attributes, signature) = seal.sign();
    let (_, another) = seal.sign();
    let message = assemble(
        &attributes,
        &signature,
        Algorithm::Es256,
        &seal.pki.intermediates(),
        Some(&seal.token(&another)),
    )
    .unwrap();
    assert!(matches!(
        seal.judge(&message),
        Err(CmsRefusal::Timestamp(TimestampRefusal::Imprint))
    ));
}

#[test]
fn a_certificate_without_a_part_is_refused_and_a_missing_one_too() {
    let seal = Seal::new(Algorithm::Es256);
    let stranger = Pki::new(Algorithm::Es256);
    let (attributes, signature) = seal.sign();
    let assembled = |certificates: &[Certificate]| {
        assemble(
            &attributes,
            &signature,
            Algorithm::Es256,
            certificates,
            None,
        )
        .unwrap()
    };
    let extra = [seal.pki.intermediates(), stranger.intermediates()].concat();
    assert!(matches!(
        seal.judge(&assembled(&extra)),
        Err(CmsRefusal::SuperfluousCertificate)
    ));
    assert!(matches!(
        seal.judge(&assembled(&[])),
        Err(CmsRefusal::Chain(ChainRefusal::NotTrusted(_)))
    ));
    let with_root = [seal.pki.intermediates(), seal.pki.roots()].concat();
    assert!(seal.judge(&assembled(&with_root)).is_ok());
    let message = assembled(&with_root);
    assert!(matches!(
        verify(&message, &seal.digest, &stranger.roots(), now()),
        Err(CmsRefusal::Chain(ChainRefusal::NotTrusted(_)))
    ));
}

#[test]
fn another_certificate_over_the_same_key_is_refused() {
    let seal = Seal::new(Algorithm::Es256);
    let twin = seal.pki.issue(&seal.key, &Profile::Seal);
    let (attributes, signature) = seal.sign();
    let swapped = Draft {
        content_type: oid::DATA,
        content: None,
        signer: &twin,
        signed_attributes: attributes.to_be_signed(),
        algorithm: Algorithm::Es256,
        signature: &algorithm::encoded(Algorithm::Es256, &signature).unwrap(),
        certificates: &[twin.clone(), seal.pki.issuing.certificate().clone()],
        unsigned: None,
    };
    assert!(matches!(
        seal.judge(&swapped.encode().unwrap()),
        Err(CmsRefusal::Structure(StructureRefusal::SigningCertificate))
    ));
}

#[test]
fn additional_attributes_are_refused_signed_or_not() {
    let seal = Seal::new(Algorithm::Es256);
    let (attributes, signature) = seal.sign();
    let certificates = [
        seal.certificate.clone(),
        seal.pki.issuing.certificate().clone(),
    ];
    let draft = |set: &[u8], signature: &[u8], unsigned| {
        Draft {
            content_type: oid::DATA,
            content: None,
            signer: &seal.certificate,
            signed_attributes: set,
            algorithm: Algorithm::Es256,
            signature: &algorithm::encoded(Algorithm::Es256, signature).unwrap(),
            certificates: &certificates,
            unsigned,
        }
        .encode()
        .unwrap()
    };
    let null = der::null();
    let unsigned = draft(
        attributes.to_be_signed(),
        &signature,
        Some((oid::COMMON_NAME, &null)),
    );
    assert!(matches!(
        seal.judge(&unsigned),
        Err(CmsRefusal::UnsignedAttribute)
    ));
    let mut set = der::only(attributes.to_be_signed(), der::tag::SET).unwrap();
    let mut parts = Vec::new();
    while !set.is_empty() {
        parts.push(set.element().unwrap().raw.to_vec());
    }
    parts.push(der::sequence(&[
        &der::oid(oid::COMMON_NAME),
        &der::set_of(&[der::null()]),
    ]));
    let set = der::set_of(&parts);
    let signed = draft(&set, &seal.key.sign(&set).unwrap(), None);
    assert!(matches!(seal.judge(&signed), Err(CmsRefusal::NotCanonical)));
}

#[test]
fn a_tls_certificate_seals_nothing() {
    let seal = Seal::new(Algorithm::Es256);
    let certificate = seal.pki.issue(&seal.key, &Profile::TlsClient);
    let attributes = SignedAttributes::prepare(&seal.digest, &certificate);
    let signature = seal.key.sign(attributes.to_be_signed()).unwrap();
    let message = assemble(
        &attributes,
        &signature,
        Algorithm::Es256,
        &seal.pki.intermediates(),
        None,
    )
    .unwrap();
    assert!(matches!(
        seal.judge(&message),
        Err(CmsRefusal::Chain(ChainRefusal::Purpose))
    ));
}

#[test]
fn ed25519_seals_nothing() {
    let seal = Seal::new(Algorithm::Ed25519);
    let (attributes, signature) = seal.sign();
    assert_eq!(
        assemble(&attributes, &signature, Algorithm::Ed25519, &[], None),
        Err(CmsError::Algorithm)
    );
}

#[test]
fn the_library_accepts_what_we_write() {
    use openssl::cms::{CMSOptions, CmsContentInfo};
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let seal = Seal::new(algorithm);
        for level in [Level::BaselineB, Level::BaselineT] {
            let mut message = CmsContentInfo::from_der(&seal.message(level)).unwrap();
            let mut store = openssl::x509::store::X509StoreBuilder::new().unwrap();
            store
                .add_cert(seal.pki.root.certificate().openssl().unwrap())
                .unwrap();
            let mut rules = openssl::x509::verify::X509VerifyParam::new().unwrap();
            rules.set_time(now().seconds());
            rules
                .set_purpose(openssl::x509::X509PurposeId::ANY)
                .unwrap();
            store.set_param(&rules).unwrap();
            let flags = CMSOptions::BINARY;
            let outcome =
                message.verify(None, Some(&store.build()), Some(b"document"), None, flags);
            assert!(outcome.is_ok(), "{algorithm:?} {level:?} {outcome:?}");
        }
    }
}
