use super::*;
use crate::crypto::key::{Algorithm, FileKey, PublicKey};
use crate::kernel::time::Instant;
use serde_json::{Value, json};
use std::time::Duration;

const TYP: &str = "at+jwt";
const ISSUER: &str = "https://amnat.example";
const AUDIENCE: &str = "https://amnat.example/api";

fn now() -> Instant {
    "2026-11-24T09:30:00Z".parse().unwrap()
}

struct World {
    signer: FileKey,
    keys: JwkSet,
}

fn world() -> World {
    let signer = FileKey::generate(Algorithm::Es256).unwrap();
    let keys = JwkSet::new(vec![Jwk::of_signer(&signer).unwrap()]).unwrap();
    World { signer, keys }
}

fn claims() -> Value {
    let seconds = now().seconds();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "bank", "jti": "one",
        "iat": seconds, "nbf": seconds, "exp": seconds + 300, "scope": "authority.evaluate",
    })
}

fn rules() -> ClaimRules<'static> {
    ClaimRules::new(ISSUER, AUDIENCE)
}

impl World {
    /// A token with these exact header and payload texts and a true signature over them.
    fn raw(&self, header: &str, payload: &str) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature = self.signer.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn with_header(&self, header: &str) -> String {
        self.raw(header, &claims().to_string())
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut changed = claims();
        if value.is_null() {
            changed.as_object_mut().unwrap().remove(name);
        } else {
            changed[name] = value;
        }
        sign(&self.signer, TYP, None, &changed).unwrap()
    }

    fn read(&self, token: &str) -> Result<Claims, TokenRefusal> {
        let expected = Expectation::of(Typ::Exactly(TYP));
        verify_claims(token, &self.keys, &expected, &rules(), now())
    }

    fn refusal(&self, token: &str) -> JwsRefusal {
        match self.read(token) {
            Err(TokenRefusal::Signature(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn claim_refusal(&self, token: &str) -> ClaimRefusal {
        match self.read(token) {
            Err(TokenRefusal::Claim(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn header(&self, extra: &str) -> String {
        let kid = self.signer.key_id();
        format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt"{extra}}}"#)
    }
}

#[test]
fn a_token_of_ours_is_read_back() {
    let world = world();
    let thumbprint = Digest::of(b"certificate");
    let token = sign(&world.signer, TYP, Some(&thumbprint), &claims()).unwrap();
    let read = world.read(&token).unwrap();
    assert_eq!(read.subject.as_deref(), Some("bank"));
    assert_eq!(read.text("scope"), Some("authority.evaluate"));
    let expected = Expectation::of(Typ::Exactly(TYP));
    let verified = verify(&token, &world.keys, &expected).unwrap();
    assert_eq!(verified.header.certificate, Some(thumbprint));
}

#[test]
fn every_single_changed_letter_is_refused() {
    let world = world();
    let token = sign(&world.signer, TYP, None, &claims()).unwrap();
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(world.read(&changed).is_err(), "letter {position}");
    }
}

#[test]
fn the_algorithm_none_is_refused_in_all_cases_of_letters() {
    let world = world();
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#);
        let token = world.with_header(&header);
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        assert_eq!(world.refusal(&token), JwsRefusal::Algorithm);
        assert_eq!(
            world.refusal(&format!("{unsigned}.")),
            JwsRefusal::Algorithm
        );
    }
}

#[test]
fn hmac_with_the_public_key_as_secret_is_refused() {
    let world = world();
    let header = world.header("").replace("ES256", "HS256");
    assert_eq!(
        world.refusal(&world.with_header(&header)),
        JwsRefusal::Algorithm
    );
}

#[test]
fn rs256_is_refused_where_it_is_not_listed_and_accepted_where_it_is() {
    let signer = FileKey::generate(Algorithm::Rsa3072Sha256).unwrap();
    let jwk = Jwk::of_signer(&signer).unwrap();
    let keys = JwkSet::new(vec![jwk]).unwrap();
    let token = sign(&signer, TYP, None, &claims()).unwrap();
    let expected = Expectation::of(Typ::Exactly(TYP));
    assert_eq!(
        verify(&token, &keys, &expected).unwrap_err(),
        JwsRefusal::Algorithm
    );
    assert!(verify(&token, &keys, &expected.signed_with(&[JwsAlgorithm::Rs256])).is_ok());
}

#[test]
fn a_header_that_brings_its_own_key_is_refused() {
    let world = world();
    for extra in [
        r#","jku":"https://attacker.example/keys""#,
        r#","x5u":"https://attacker.example/cert""#,
        r#","jwk":{"kty":"EC"}"#,
        r#","x5c":["MII"]"#,
    ] {
        let token = world.with_header(&world.header(extra));
        assert_eq!(world.refusal(&token), JwsRefusal::ForeignKey, "{extra}");
    }
}

#[test]
fn critical_and_unencoded_payload_headers_are_refused() {
    let world = world();
    for extra in [
        r#","crit":["exp"]"#,
        r#","crit":[]"#,
        r#","b64":false"#,
        r#","crit":["b64"],"b64":false"#,
        r#","zip":"DEF""#,
        r#","cty":"JWT""#,
        r#","enc":"A128GCM""#,
        r#","p2c":2147483647"#,
    ] {
        let token = world.with_header(&world.header(extra));
        assert_eq!(world.refusal(&token), JwsRefusal::UnknownMember, "{extra}");
    }
}

#[test]
fn duplicate_members_are_refused_in_header_and_payload() {
    let world = world();
    let header = world.header(r#","alg":"ES256""#);
    assert_eq!(
        world.refusal(&world.with_header(&header)),
        JwsRefusal::Header
    );
    let text = claims().to_string();
    for extra in [
        format!(r#"{{"aud":"{AUDIENCE}",{}"#, &text[1..]),
        format!(r#"{{"deep":[{{"a":1,"a":2}}],{}"#, &text[1..]),
    ] {
        let token = world.raw(&world.header(""), &extra);
        assert_eq!(world.claim_refusal(&token), ClaimRefusal::Payload);
    }
}

#[test]
fn other_serialisations_and_encryption_are_refused() {
    let world = world();
    let token = sign(&world.signer, TYP, None, &claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for polyglot in [
        format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#),
        format!(r#"{{"protected":"{header}","a":".{payload}.{signature}"}}"#),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}..{signature}.{signature}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}="),
        token.replace('.', ".."),
        String::new(),
        "..".to_owned(),
    ] {
        assert!(world.read(&polyglot).is_err(), "{polyglot}");
    }
}

#[test]
fn a_key_name_that_is_a_path_or_a_query_finds_no_key() {
    let world = world();
    for kid in ["../../../../dev/null", "' OR 1=1 --", "", "\\u0000"] {
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt"}}"#);
        assert_eq!(
            world.refusal(&world.with_header(&header)),
            JwsRefusal::UnknownKey
        );
    }
}

#[test]
fn without_a_key_name_the_one_fitting_key_is_used_and_two_are_refused() {
    let world = world();
    let token = world.with_header(r#"{"alg":"ES256","typ":"at+jwt"}"#);
    assert!(world.read(&token).is_ok());
    let other = FileKey::generate(Algorithm::Es256).unwrap();
    let both = [&world.signer, &other].map(|signer| Jwk::of_signer(signer).unwrap());
    let two = World {
        keys: JwkSet::new(both.to_vec()).unwrap(),
        ..world
    };
    assert_eq!(two.refusal(&token), JwsRefusal::UnknownKey);
}

#[test]
fn a_token_for_another_use_is_refused() {
    let world = world();
    for typ in [
        "JWT",
        "AT+JWT",
        "application/at+jwt",
        "amnat-decision+jwt",
        "",
    ] {
        let token = sign(&world.signer, typ, None, &claims()).unwrap();
        assert_eq!(world.refusal(&token), JwsRefusal::Type, "{typ}");
    }
    let kid = world.signer.key_id();
    let untyped = world.with_header(&format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#));
    assert_eq!(world.refusal(&untyped), JwsRefusal::Type);
    let access_token = sign(&world.signer, TYP, None, &claims()).unwrap();
    let id_token = Expectation::of(Typ::JwtOrAbsent);
    assert_eq!(
        verify(&access_token, &world.keys, &id_token).unwrap_err(),
        JwsRefusal::Type
    );
    assert!(verify(&untyped, &world.keys, &id_token).is_ok());
}

#[test]
fn an_ecdsa_signature_of_zeros_or_in_der_form_is_refused() {
    let world = world();
    let token = sign(&world.signer, TYP, None, &claims()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let encoded = crate::crypto::key::ecdsa_der(&raw).unwrap();
    for bad in [vec![0; 64], vec![], vec![0xff; 64], encoded] {
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bad));
        assert_eq!(world.refusal(&token), JwsRefusal::Signature);
    }
}

#[test]
fn a_token_longer_than_read_is_refused() {
    let world = world();
    let token = world.with_claim("filler", "x".repeat(9000).into());
    assert_eq!(world.refusal(&token), JwsRefusal::Length);
    let roomy = Expectation::of(Typ::Exactly(TYP)).up_to(64 * 1024);
    assert!(verify(&token, &world.keys, &roomy).is_ok());
}

#[test]
fn every_required_claim_is_missed() {
    let world = world();
    for claim in [
        Claim::Issuer,
        Claim::Audience,
        Claim::Subject,
        Claim::Expiry,
        Claim::NotBefore,
        Claim::IssuedAt,
        Claim::TokenId,
    ] {
        let token = world.with_claim(claim.name(), Value::Null);
        assert_eq!(world.claim_refusal(&token), ClaimRefusal::Missing(claim));
    }
}

#[test]
fn an_audience_that_is_a_list_or_somebody_else_is_refused() {
    let world = world();
    for list in [
        json!([AUDIENCE]),
        json!(["https://attacker.example", AUDIENCE]),
    ] {
        assert_eq!(
            world.claim_refusal(&world.with_claim("aud", list)),
            ClaimRefusal::Form(Claim::Audience)
        );
    }
    let slash = format!("{AUDIENCE}/");
    assert_eq!(
        world.claim_refusal(&world.with_claim("aud", slash.into())),
        ClaimRefusal::Audience
    );
    assert_eq!(
        world.claim_refusal(&world.with_claim("iss", "https://staging.example".into())),
        ClaimRefusal::Issuer
    );
}

#[test]
fn times_that_are_no_whole_seconds_are_refused() {
    let world = world();
    for bad in [
        json!("1900000000"),
        json!(1.9e9 + 0.5),
        json!(1e20),
        json!(-1),
        json!(true),
        json!([1_900_000_000]),
    ] {
        for claim in [Claim::Expiry, Claim::NotBefore, Claim::IssuedAt] {
            let token = world.with_claim(claim.name(), bad.clone());
            assert_eq!(
                world.claim_refusal(&token),
                ClaimRefusal::Form(claim),
                "{bad}"
            );
        }
    }
}

#[test]
fn expiry_and_start_are_exact_to_their_leeway() {
    let world = world();
    let seconds = now().seconds();
    assert!(
        world
            .read(&world.with_claim("exp", (seconds - 4).into()))
            .is_ok()
    );
    assert_eq!(
        world.claim_refusal(&world.with_claim("exp", (seconds - 5).into())),
        ClaimRefusal::Expired
    );
    for claim in ["nbf", "iat"] {
        assert!(
            world
                .read(&world.with_claim(claim, (seconds + 10).into()))
                .is_ok()
        );
        assert_eq!(
            world.claim_refusal(&world.with_claim(claim, (seconds + 11).into())),
            ClaimRefusal::NotYet
        );
    }
    let strict = rules().without_leeway();
    let token = world.with_claim("exp", seconds.into());
    let expected = Expectation::of(Typ::Exactly(TYP));
    assert_eq!(
        verify_claims(&token, &world.keys, &expected, &strict, now()),
        Err(TokenRefusal::Claim(ClaimRefusal::Expired))
    );
}

#[test]
fn an_assertion_that_lives_longer_than_five_minutes_is_refused() {
    let world = world();
    let expected = Expectation::of(Typ::Exactly(TYP));
    let short = rules().living_at_most(Duration::from_secs(300));
    let read = |seconds: i64| {
        let token = world.with_claim("exp", (now().seconds() + seconds).into());
        verify_claims(&token, &world.keys, &expected, &short, now())
    };
    assert!(read(300).is_ok());
    assert_eq!(
        read(306),
        Err(TokenRefusal::Claim(ClaimRefusal::LivesTooLong))
    );
}

#[test]
fn a_claim_that_may_be_missing_is_still_checked_and_expiry_never_may() {
    let world = world();
    let relaxed = rules()
        .without(Claim::NotBefore)
        .without(Claim::Expiry)
        .about("bank");
    let expected = Expectation::of(Typ::Exactly(TYP));
    let read = |token: &str| verify_claims(token, &world.keys, &expected, &relaxed, now());
    assert!(read(&world.with_claim("nbf", Value::Null)).is_ok());
    for (name, value, refusal) in [
        ("nbf", json!("soon"), ClaimRefusal::Form(Claim::NotBefore)),
        ("exp", Value::Null, ClaimRefusal::Missing(Claim::Expiry)),
        ("sub", json!("other"), ClaimRefusal::Subject),
    ] {
        assert_eq!(
            read(&world.with_claim(name, value)),
            Err(TokenRefusal::Claim(refusal))
        );
    }
}

#[test]
fn the_thumbprint_is_that_of_the_standards_example() {
    // RFC 7638 §3.1
    let key = br#"{"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}"#;
    let set = JwkSet::from_client(key).unwrap();
    assert_eq!(
        set.keys()[0].thumbprint().unwrap(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn key_sets_are_written_and_read_back() {
    let keys = [
        Algorithm::Es256,
        Algorithm::Rsa3072Sha256,
        Algorithm::Ed25519,
    ]
    .map(|algorithm| Jwk::of_signer(&FileKey::generate(algorithm).unwrap()).unwrap());
    let set = JwkSet::new(keys.to_vec()).unwrap();
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(JwkSet::from_client(json.as_bytes()).unwrap(), set);
    assert_eq!(serde_json::from_str::<JwkSet>(&json).unwrap(), set);
}

#[test]
fn bad_key_sets_are_refused() {
    let signer = FileKey::generate(Algorithm::Es256).unwrap();
    let good = serde_json::to_value(Jwk::of_signer(&signer).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let read = |keys: Value| JwkSet::from_client(json!({ "keys": keys }).to_string().as_bytes());
    assert!(read(json!([good])).is_ok());
    assert!(matches!(
        read(json!([good, good])),
        Err(JwkError::DuplicateKeyId(_))
    ));
    assert!(matches!(
        read(json!([with("d", "AAAA".into())])),
        Err(JwkError::Private)
    ));
    assert!(matches!(
        read(json!([{"kty": "oct", "k": "AAAA"}])),
        Err(JwkError::Private)
    ));
    for (name, value) in [
        ("kty", json!("XYZ")),
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("PS256")),
        ("crv", json!("P-521")),
    ] {
        assert!(
            matches!(read(json!([with(name, value)])), Err(JwkError::Unsupported)),
            "{name}"
        );
    }
    let moved = URL_SAFE_NO_PAD.encode([7; 32]);
    assert!(matches!(
        read(json!([with("x", moved.into())])),
        Err(JwkError::Key(_))
    ));
    assert!(JwkSet::from_client(br#"{"keys":[],"keys":[]}"#).is_err());
    assert!(JwkSet::from_client(b"[]").is_err());
}

#[test]
fn a_provider_may_publish_keys_we_pass_over() {
    let signer = FileKey::generate(Algorithm::Es256).unwrap();
    let good = serde_json::to_value(Jwk::of_signer(&signer).unwrap()).unwrap();
    let json = json!({"keys": [good, {"kty": "RSA", "use": "enc", "n": "AQ", "e": "AQAB"}]});
    let set = JwkSet::from_provider(json.to_string().as_bytes()).unwrap();
    assert_eq!(set.keys().len(), 1);
    assert!(JwkSet::from_client(json.to_string().as_bytes()).is_err());
}

#[test]
fn a_short_rsa_key_or_a_tiny_exponent_is_refused() {
    let small = openssl::rsa::Rsa::generate(1024).unwrap();
    let encode = |number: Vec<u8>| URL_SAFE_NO_PAD.encode(number);
    let set = |n: String, e: String| json!({"keys": [{"kty": "RSA", "n": n, "e": e}]}).to_string();
    let short = set(encode(small.n().to_vec()), encode(small.e().to_vec()));
    assert!(JwkSet::from_client(short.as_bytes()).is_err());
    let key = FileKey::generate(Algorithm::Rsa3072Sha256).unwrap();
    let modulus = key.openssl().rsa().unwrap().n().to_vec();
    for exponent in [vec![1], vec![3], vec![1, 0, 0]] {
        let json = set(encode(modulus.clone()), encode(exponent));
        assert!(JwkSet::from_client(json.as_bytes()).is_err());
    }
}

/// Runs the hostile and valid vectors of Wycheproof where they lie beside the project.
#[test]
fn outside_vectors_are_judged_as_their_authors_say() {
    let Some(directory) = std::env::var_os("AMNAT_OUTSIDE_DATA") else {
        return;
    };
    let directory = std::path::Path::new(&directory).join("wycheproof");
    let all = [
        JwsAlgorithm::Es256,
        JwsAlgorithm::Ps256,
        JwsAlgorithm::Rs256,
        JwsAlgorithm::EdDsa,
    ];
    let expected = Expectation::of(Typ::JwtOrAbsent).signed_with(&all);
    let (mut accepted, mut refused) = (0, 0);
    for file in ["json_web_signature.json", "json_web_key.json"] {
        let text = std::fs::read(directory.join(file)).unwrap();
        let vectors: Value = serde_json::from_slice(&text).unwrap();
        for group in vectors["testGroups"].as_array().unwrap() {
            let public = &group["public"];
            let listed = if public["keys"].is_array() {
                public.clone()
            } else {
                json!({ "keys": [public] })
            };
            let keys = JwkSet::from_client(listed.to_string().as_bytes());
            for test in group["tests"].as_array().unwrap() {
                let token = match &test["jws"] {
                    Value::String(token) => token.clone(),
                    other => other.to_string(),
                };
                let outcome = keys.as_ref().map(|keys| verify(&token, keys, &expected));
                let label = format!("{file} {} {}", test["tcId"], test["comment"]);
                if matches!(outcome, Ok(Ok(_))) {
                    assert_eq!(test["result"], "valid", "{label}");
                    accepted += 1;
                } else {
                    // Symmetric keys and other digests are not ours: refusing is right for us.
                    refused += 1;
                    let header = token.split('.').next().unwrap_or_default();
                    let header = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
                    let ours = serde_json::from_slice::<Value>(&header).is_ok_and(|header| {
                        let name = header["alg"].as_str();
                        name.is_some_and(|name| JwsAlgorithm::named(name).is_some())
                    });
                    assert!(!(ours && test["result"] == "valid"), "{label}: {outcome:?}");
                }
            }
        }
    }
    assert!(accepted >= 15 && refused > 300, "{accepted} {refused}");
}

#[test]
fn a_public_key_is_known_by_its_spki() {
    let signer = FileKey::generate(Algorithm::Ed25519).unwrap();
    let jwk = Jwk::of_signer(&signer).unwrap();
    assert_eq!(
        jwk.key,
        PublicKey::from_spki(signer.public_key_der()).unwrap()
    );
}
