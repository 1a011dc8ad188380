//! The life of a sign-in, every state against every question.

use super::*;
use crate::identity::assurance::{Aal, Framework, Ial};
use crate::kernel::id::SeededRandomness;
use proptest::prelude::*;

fn now() -> Instant {
    "2026-11-24T02:30:00Z".parse().unwrap()
}

fn subject() -> SignInSubject {
    SignInSubject {
        client_id: "bank".to_owned(),
        registration_number: "0105569999999".parse().unwrap(),
        act: "credit.loan".parse().unwrap(),
        amount: Some("5000000.00".parse().unwrap()),
        purpose: "loan-42".to_owned(),
    }
}

fn sign_in(state: SignInState) -> SignIn {
    let mut sign_in = SignIn::request(
        SignInId::generate(&SeededRandomness::new(3)),
        SignInPurpose::Question(subject()),
        Bilingual::new("ธนาคารตัวอย่าง", "Example Bank"),
        None,
        None,
        now(),
    );
    sign_in.state = state;
    sign_in
}

fn redirected(claimed: bool) -> SignInState {
    let purpose = SignInPurpose::Question(subject());
    SignInState::Redirected(Redirected {
        provider: "thaid".to_owned(),
        at: now(),
        flow: Flow::begin(&purpose, Language::Th, &SeededRandomness::new(9)).unwrap(),
        browser: Digest::of("cookie"),
        claimed,
    })
}

fn established() -> Established {
    Established {
        provider: "thaid".to_owned(),
        person: PersonRef::generate(&SeededRandomness::new(4)),
        assurance: Assurance {
            ial: Ial::L2_3,
            aal: Aal::L2_1,
            aal_assumed: true,
            framework: Framework::Etda2564,
            auth_time: now(),
        },
        evidence: Digest::of("evidence"),
        at: now(),
        browser: Digest::of("cookie"),
    }
}

fn used() -> (SignInState, VerificationId) {
    let verification = VerificationId::generate(&SeededRandomness::new(5));
    let state = SignInState::Used {
        established: established(),
        verification: verification.clone(),
        at: now(),
    };
    (state, verification)
}

#[test]
fn the_nonce_binds_every_member_of_the_subject() {
    let random = [7u8; 32];
    let of =
        |subject: SignInSubject| nonce(SignInPurpose::Question(subject).digest().unwrap(), &random);
    let original = of(subject());
    assert_eq!(original.len(), 43);
    assert_eq!(of(subject()), original);
    let others = [
        SignInSubject {
            client_id: "other".to_owned(),
            ..subject()
        },
        SignInSubject {
            registration_number: "0105556058490".parse().unwrap(),
            ..subject()
        },
        SignInSubject {
            act: "credit.guarantee".parse().unwrap(),
            ..subject()
        },
        SignInSubject {
            amount: Some("5000000.01".parse().unwrap()),
            ..subject()
        },
        SignInSubject {
            amount: None,
            ..subject()
        },
        SignInSubject {
            purpose: "loan-43".to_owned(),
            ..subject()
        },
    ];
    for other in others {
        let refusal = subject().must_be(&other).unwrap_err();
        assert!(
            matches!(refusal, SignInRefusal::NotForThis { .. }),
            "{other:?}"
        );
        assert_ne!(of(other), original);
    }
    assert_eq!(subject().must_be(&subject()), Ok(()));
    assert_ne!(
        nonce(SignInPurpose::Portal.digest().unwrap(), &random),
        original
    );
    assert_ne!(
        nonce(
            SignInPurpose::Question(subject()).digest().unwrap(),
            &[8u8; 32]
        ),
        original
    );
}

#[test]
fn the_nonce_is_the_documented_digest() {
    let purpose = SignInPurpose::Portal;
    assert_eq!(canonical_json(&purpose).unwrap(), br#"{"kind":"portal"}"#);
    let digest = Digest::of(br#"{"kind":"portal"}"#);
    let mut bytes = b"amnat-sign-in/1".to_vec();
    bytes.extend_from_slice(digest.as_bytes());
    bytes.extend_from_slice(&[1u8; 32]);
    assert_eq!(
        nonce(digest, &[1u8; 32]),
        URL_SAFE_NO_PAD.encode(Digest::of(bytes).as_bytes())
    );
}

#[test]
fn a_flow_has_fresh_values_and_hides_them() {
    let randomness = SeededRandomness::new(1);
    let one = Flow::begin(&SignInPurpose::Portal, Language::Th, &randomness).unwrap();
    let two = Flow::begin(&SignInPurpose::Portal, Language::Th, &randomness).unwrap();
    for (a, b) in [
        (&one.state, &two.state),
        (&one.nonce, &two.nonce),
        (&one.pkce_verifier, &two.pkce_verifier),
    ] {
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
    }
    assert_eq!(format!("{one:?}"), "Flow(hidden)");
}

#[test]
fn only_a_completed_sign_in_in_time_is_usable() {
    let late = now().plus(LIFETIME);
    let (used, verification) = used();
    let failed = SignInState::Failed {
        reason: FailureReason::AnswerNotAccepted,
        at: now(),
    };
    let completed = sign_in(SignInState::Completed(established()));
    assert_eq!(completed.usable(now()), Ok(&established()));
    assert_eq!(completed.usable(late), Err(SignInRefusal::Expired));
    for (state, refusal) in [
        (SignInState::Requested, SignInRefusal::NotCompleted),
        (redirected(false), SignInRefusal::NotCompleted),
        (used, SignInRefusal::AlreadyUsed { verification }),
        (
            failed,
            SignInRefusal::Failed {
                reason: FailureReason::AnswerNotAccepted,
            },
        ),
    ] {
        assert_eq!(sign_in(state).usable(now()), Err(refusal));
    }
    assert_eq!(
        sign_in(SignInState::Requested).usable(late),
        Err(SignInRefusal::Expired)
    );
}

#[test]
fn a_finished_sign_in_cannot_be_started_again() {
    assert_eq!(sign_in(SignInState::Requested).may_start(now()), Ok(()));
    assert_eq!(sign_in(redirected(true)).may_start(now()), Ok(()));
    let (used, _) = used();
    let failed = SignInState::Failed {
        reason: FailureReason::IdentityContradicts,
        at: now(),
    };
    for state in [SignInState::Completed(established()), used, failed] {
        assert!(sign_in(state).may_start(now()).is_err());
    }
    let late = now().plus(LIFETIME);
    assert_eq!(
        sign_in(redirected(false)).may_start(late),
        Err(SignInRefusal::Expired)
    );
}

#[test]
fn a_journey_ends_where_it_began_and_once() {
    let cookie = Some(Digest::of("cookie"));
    let open = sign_in(redirected(false));
    assert!(open.open_flow("thaid", cookie, now()).is_ok());
    let refusal = |sign_in: &SignIn, provider, browser, at| {
        sign_in.open_flow(provider, browser, at).unwrap_err()
    };
    assert_eq!(
        refusal(&open, "other", cookie, now()),
        SignInRefusal::NoOpenFlow
    );
    assert_eq!(
        refusal(&open, "thaid", None, now()),
        SignInRefusal::OtherBrowser
    );
    let stranger = Some(Digest::of("stranger"));
    assert_eq!(
        refusal(&open, "thaid", stranger, now()),
        SignInRefusal::OtherBrowser
    );
    let late = now().plus(FLOW_LIFETIME);
    assert_eq!(
        refusal(&open, "thaid", cookie, late),
        SignInRefusal::Expired
    );
    let claimed = sign_in(redirected(true));
    assert_eq!(
        refusal(&claimed, "thaid", cookie, now()),
        SignInRefusal::NoOpenFlow
    );
    let requested = sign_in(SignInState::Requested);
    assert_eq!(
        refusal(&requested, "thaid", cookie, now()),
        SignInRefusal::NoOpenFlow
    );
}

#[test]
fn every_refusal_has_its_own_code_and_is_told_in_both_languages() {
    let (_, verification) = used();
    let refusals = [
        SignInRefusal::Unknown,
        SignInRefusal::NotCompleted,
        SignInRefusal::Expired,
        SignInRefusal::AlreadyUsed { verification },
        SignInRefusal::NotForThis { differs: "act" },
        SignInRefusal::Failed {
            reason: FailureReason::AnswerNotAccepted,
        },
        SignInRefusal::OtherBrowser,
        SignInRefusal::NoOpenFlow,
    ];
    let codes: std::collections::BTreeSet<_> = refusals.iter().map(SignInRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    for refusal in refusals {
        let words = refusal.words();
        assert!(words.th.chars().any(|c| ('ก'..='๛').contains(&c)));
        assert!(words.en.ends_with('.'));
    }
}

proptest! {
    #[test]
    fn nothing_is_usable_once_its_time_is_over(state in 0..5usize, after in 0u64..3600) {
        let (used, _) = used();
        let states = [
            SignInState::Requested,
            redirected(false),
            SignInState::Completed(established()),
            used,
            SignInState::Failed { reason: FailureReason::AnswerNotAccepted, at: now() },
        ];
        let sign_in = sign_in(states[state].clone());
        let at = now().plus(LIFETIME).plus(Duration::from_secs(after));
        prop_assert!(sign_in.usable(at).is_err());
        prop_assert!(sign_in.may_start(at).is_err());
        prop_assert!(sign_in.open_flow("thaid", Some(Digest::of("cookie")), at).is_err());
    }
}
