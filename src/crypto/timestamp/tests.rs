use super::token::verify_token_over;
use super::*;
use crate::crypto::key::{Algorithm, FileKey, Hash};
use crate::crypto::x509::tests::{Pki, now};
use crate::crypto::x509::{ChainRefusal, Profile, Validity};
use crate::kernel::id::SeededRandomness;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(in crate::crypto) const POLICY: &str = "1.3.6.1.4.1.99999.1";

pub(in crate::crypto) fn authority(pki: &Pki, algorithm: Algorithm) -> TimeStampAuthority {
    let signer = Arc::new(FileKey::generate(algorithm).unwrap());
    let certificate = pki.issue(signer.as_ref(), &Profile::TimeStamping);
    TimeStampAuthority::new(signer, certificate, pki.intermediates(), POLICY).unwrap()
}

fn nonce() -> Nonce {
    Nonce::generate(&SeededRandomness::new(1))
}

struct World {
    pki: Pki,
    authority: TimeStampAuthority,
    imprint: Digest,
}

impl World {
    fn new(algorithm: Algorithm) -> Self {
        let pki = Pki::new(Algorithm::Es256);
        let authority = authority(&pki, algorithm);
        Self {
            pki,
            authority,
            imprint: Digest::of(b"signature"),
        }
    }

    fn answer(&self) -> Vec<u8> {
        let asked = request(&self.imprint, &nonce());
        self.authority.respond(&asked, 42, now()).unwrap()
    }

    fn read(&self, answer: &[u8]) -> Result<Token, TimestampRefusal> {
        let roots = self.pki.roots();
        read_response(answer, &self.imprint, &nonce(), Some(POLICY), &roots, now())
    }
}

#[test]
fn an_answer_of_our_authority_is_read_back() {
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let world = World::new(algorithm);
        let token = world.read(&world.answer()).unwrap();
        assert_eq!(token.time, now());
        assert_eq!(token.accuracy, Some(Duration::from_secs(1)));
        assert_eq!(token.serial, [42]);
        assert_eq!(token.policy, POLICY);
        assert_eq!(token.chain.len(), 3);
        let later = now().plus(Duration::from_secs(86_400 * 365 * 30));
        let again = verify_token(&token.der, &world.imprint, &world.pki.roots(), later).unwrap();
        assert_eq!(again, token);
        assert!(again.vouched_until() < later);
    }
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let world = World::new(Algorithm::Es256);
    let answer = world.answer();
    let roots = world.pki.roots();
    let other = Nonce::generate(&SeededRandomness::new(2));
    let read = |imprint: &Digest, nonce: &Nonce, policy: &str, at| {
        read_response(&answer, imprint, nonce, Some(policy), &roots, at)
    };
    assert!(matches!(
        read(&world.imprint, &other, POLICY, now()),
        Err(TimestampRefusal::Nonce)
    ));
    assert!(matches!(
        read(&Digest::of(b"other"), &nonce(), POLICY, now()),
        Err(TimestampRefusal::Imprint)
    ));
    assert!(matches!(
        read(&world.imprint, &nonce(), "1.2.3", now()),
        Err(TimestampRefusal::Policy(_))
    ));
    assert!(matches!(
        read(
            &world.imprint,
            &nonce(),
            POLICY,
            now().minus(Duration::from_secs(61))
        ),
        Err(TimestampRefusal::Future)
    ));
}

#[test]
fn an_authority_that_is_not_trusted_or_has_ended_is_refused() {
    let world = World::new(Algorithm::Es256);
    let answer = world.answer();
    let other = Pki::new(Algorithm::Es256);
    assert!(matches!(
        read_response(
            &answer,
            &world.imprint,
            &nonce(),
            None,
            &other.roots(),
            now()
        ),
        Err(TimestampRefusal::Chain(ChainRefusal::NotTrusted(_)))
    ));
    let later = now().plus(Duration::from_secs(86_400 * 365 * 4));
    assert!(matches!(
        read_response(
            &answer,
            &world.imprint,
            &nonce(),
            None,
            &world.pki.roots(),
            later
        ),
        Err(TimestampRefusal::Chain(ChainRefusal::Expired))
    ));
}

#[test]
fn a_certificate_for_seals_makes_no_time_stamps() {
    let pki = Pki::new(Algorithm::Es256);
    let signer = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
    let certificate = pki.issue(signer.as_ref(), &Profile::Seal);
    let authority =
        TimeStampAuthority::new(signer, certificate, pki.intermediates(), POLICY).unwrap();
    let imprint = Digest::of(b"signature");
    let answer = authority
        .respond(&request(&imprint, &nonce()), 1, now())
        .unwrap();
    assert!(matches!(
        read_response(&answer, &imprint, &nonce(), None, &pki.roots(), now()),
        Err(TimestampRefusal::Chain(ChainRefusal::Purpose))
    ));
}

#[test]
fn every_changed_byte_of_an_answer_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Rsa3072Sha256] {
        let world = World::new(algorithm);
        let answer = world.answer();
        // The status of the answer itself is signed by nobody: 0 and 1 both grant.
        let first = answer.len() - world.read(&answer).unwrap().der.len();
        for position in first..answer.len() {
            let mask = [0x01, 0x80, 0xff][position % 3];
            let mut changed = answer.clone();
            changed[position] ^= mask;
            assert!(
                world.read(&changed).is_err(),
                "byte {position}, mask {mask:#x}"
            );
        }
    }
}

#[test]
fn a_superfluous_certificate_is_refused() {
    let pki = Pki::new(Algorithm::Es256);
    let stranger = Pki::new(Algorithm::Es256);
    let signer = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
    let certificate = pki.issue(signer.as_ref(), &Profile::TimeStamping);
    let extra = [pki.intermediates(), stranger.roots()].concat();
    let authority = TimeStampAuthority::new(signer, certificate, extra, POLICY).unwrap();
    let imprint = Digest::of(b"signature");
    let answer = authority
        .respond(&request(&imprint, &nonce()), 1, now())
        .unwrap();
    assert!(matches!(
        read_response(&answer, &imprint, &nonce(), None, &pki.roots(), now()),
        Err(TimestampRefusal::SuperfluousCertificate)
    ));
}

#[test]
fn bad_requests_are_answered_with_their_reason() {
    let world = World::new(Algorithm::Es256);
    let good = request(&world.imprint, &nonce());
    let sha1 = der::sequence(&[
        &der::integer(1),
        &der::sequence(&[
            &der::sequence(&[&der::oid(&[0x2b, 0x0e, 0x03, 0x02, 0x1a])]),
            &der::octet_string(&[0; 20]),
        ]),
    ]);
    let short = der::sequence(&[
        &der::integer(1),
        &der::sequence(&[&algorithm::sha256(), &der::octet_string(&[0; 31])]),
    ]);
    let version = der::sequence(&[&der::integer(2)]);
    let policy = der::sequence(&[
        &der::integer(1),
        &der::sequence(&[&algorithm::sha256(), &der::octet_string(&[0; 32])]),
        &der::oid(&der::oid_content("1.2.3").unwrap()),
    ]);
    let trailing = [good.as_slice(), &[0]].concat();
    for (asked, text) in [
        (&sha1, "digests are"),
        (&short, "malformed"),
        (&version, "another version"),
        (&policy, "another policy"),
        (&trailing, "malformed"),
        (&Vec::new(), "malformed"),
    ] {
        let answer = world.authority.respond(asked, 1, now()).unwrap();
        match world.read(&answer) {
            Err(TimestampRefusal::Rejected {
                status: 2,
                text: said,
            }) => assert!(said.contains(text), "{said}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_validity_that_has_not_begun_refuses_its_own_time_stamp() {
    let pki = Pki::new(Algorithm::Es256);
    let signer = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
    let tomorrow = now().plus(Duration::from_secs(86_400));
    let validity = Validity {
        not_before: tomorrow,
        not_after: tomorrow.plus(Duration::from_secs(86_400)),
    };
    let certificate = pki.issue_for(signer.as_ref(), &Profile::TimeStamping, validity);
    let authority =
        TimeStampAuthority::new(signer, certificate, pki.intermediates(), POLICY).unwrap();
    let imprint = Digest::of(b"signature");
    let answer = authority
        .respond(&request(&imprint, &nonce()), 1, now())
        .unwrap();
    assert!(matches!(
        read_response(&answer, &imprint, &nonce(), None, &pki.roots(), now()),
        Err(TimestampRefusal::Chain(ChainRefusal::NotYetValid))
    ));
}

/// Judges real authorities' answers where they lie beside the project.
#[test]
fn outside_answers_are_judged_rightly() {
    let Some(directory) = std::env::var_os("AMNAT_OUTSIDE_DATA") else {
        return;
    };
    let directory = Path::new(&directory).join("rfc3161");
    let read = |name: &str| std::fs::read(directory.join(name)).unwrap();
    let roots = |name: &str| Certificate::from_pem(&read(name)).unwrap();
    let judge = |name: &str, chain: &str, hash: Hash, content: &[u8]| {
        let answer = read(name);
        let token = granted_token(&answer)?.to_vec();
        let imprint = hash.digest(content).unwrap();
        let at = "2026-11-24T00:00:00Z".parse().unwrap();
        verify_token_over(&token, (hash, &imprint), &roots(chain), at)
    };
    let stage = "sigstage/ts_chain.pem";
    for (name, hash) in [
        ("sigstage/response-sha256.tsr", Hash::Sha256),
        ("sigstage/response-sha384.tsr", Hash::Sha384),
        ("sigstage/response-sha512.tsr", Hash::Sha512),
    ] {
        let token = judge(name, stage, hash, b"hello").unwrap();
        assert_eq!(token.policy, "1.3.6.1.4.1.57264.2", "{name}");
        assert!(judge(name, stage, hash, b"hullo").is_err(), "{name}");
        assert!(
            judge(name, "test_tsa/ts_chain.pem", hash, b"hello").is_err(),
            "{name}"
        );
    }
    assert!(
        judge(
            "sigstage/response-invalid-signature.tsr",
            stage,
            Hash::Sha256,
            b"hello"
        )
        .is_err()
    );
    assert!(
        judge(
            "sigstage/response-no-embedded-cert.tsr",
            stage,
            Hash::Sha256,
            b"hello"
        )
        .is_err()
    );
    let local = "test_tsa/ts_chain.pem";
    let imprint_of = |name: &str| {
        let asked = read(name);
        let mut asked = der::only(&asked, tag::SEQUENCE).unwrap();
        asked.small_integer().unwrap();
        let imprint = asked.enter(tag::SEQUENCE).unwrap();
        let (hash, value) = token::read_imprint(imprint).unwrap();
        (hash, value.to_vec())
    };
    let at = "2026-11-24T00:00:00Z".parse().unwrap();
    let (hash, imprint) = imprint_of("test_tsa/request.der");
    for (name, good) in [
        ("test_tsa/response.tsr", true),
        ("test_tsa/other_response.tsr", false),
        ("test_tsa/response-injected-certs.tsr", false),
    ] {
        let answer = read(name);
        let token = granted_token(&answer).unwrap();
        let outcome = verify_token_over(token, (hash, &imprint), &roots(local), at);
        assert_eq!(outcome.is_ok(), good, "{name}: {outcome:?}");
    }
    let answer = read("sigstore.mock/response-expired.tsr");
    let content = read("sigstore.mock/payload");
    let token = granted_token(&answer).unwrap();
    let imprint = Digest::of(&content);
    let outcome = verify_token(token, &imprint, &roots("sigstore.mock/ts_chain.pem"), at);
    assert!(outcome.is_err(), "{outcome:?}");
}
