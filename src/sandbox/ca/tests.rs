use super::*;
use crate::crypto::x509::{ChainRefusal, Purpose, verify_chain};
use crate::sandbox::tests::{Fresh, client, fresh};

fn request(name: &str) -> String {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    SigningRequest::create(&key, &Name::common(name))
        .unwrap()
        .to_pem()
        .unwrap()
}

async fn ask(fresh: &Fresh, query: &str, body: String) -> (u16, String) {
    let url = format!("{}/certificates?{query}", fresh.sandbox.addresses().ca_url);
    let answer = client().post(url).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn root(fresh: &Fresh) -> Certificate {
    let url = format!("{}/root.pem", fresh.sandbox.addresses().ca_url);
    let pem = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(pem, fresh.sandbox.root_pem().as_bytes());
    Certificate::from_pem(&pem).unwrap().remove(0)
}

#[tokio::test]
async fn each_profile_gives_a_chain_to_the_root_for_its_purpose_and_no_other() {
    let fresh = fresh().await;
    let now = fresh.clock.now();
    let root = root(&fresh).await;
    let cases = [
        ("profile=seal", Purpose::Seal),
        ("profile=tls-client", Purpose::TlsClient),
        (
            "profile=tls-server&san=localhost&san=127.0.0.1",
            Purpose::TlsServer,
        ),
        ("profile=time-stamping", Purpose::TimeStamping),
    ];
    for (query, purpose) in cases {
        let (status, pem) = ask(&fresh, query, request("SANDBOX seal")).await;
        assert_eq!(status, 201, "{pem}");
        let chain = Certificate::from_pem(pem.as_bytes()).unwrap();
        let [leaf, issuing] = &chain[..] else {
            panic!("{} certificates", chain.len())
        };
        assert!(leaf.facts().issuer.contains(MARK));
        for (_, other) in cases {
            let verified = verify_chain(
                leaf,
                std::slice::from_ref(issuing),
                std::slice::from_ref(&root),
                now,
                other,
            );
            assert_eq!(verified.is_ok(), other == purpose, "{query} for {other:?}");
        }
    }
    let (_, pem) = ask(&fresh, cases[2].0, request("a server")).await;
    let server = Certificate::from_pem(pem.as_bytes()).unwrap().remove(0);
    assert_eq!(server.facts().dns_names, ["localhost"]);
    assert_eq!(
        server.facts().ip_addresses,
        ["127.0.0.1".parse::<std::net::IpAddr>().unwrap()]
    );
}

#[tokio::test]
async fn requests_that_cannot_be_met_are_refused_with_the_reason() {
    let fresh = fresh().await;
    let cases = [
        (
            "profile=root",
            request("SANDBOX"),
            400,
            "the profile is one of",
        ),
        ("", request("SANDBOX"), 400, "the profile is one of"),
        ("profile=seal", "no request".to_owned(), 400, "PKCS #10"),
        (
            "profile=seal",
            request("Department of Business Development"),
            400,
            "SANDBOX",
        ),
        (
            "profile=time-stamping",
            request("Thai time"),
            400,
            "SANDBOX",
        ),
        ("profile=tls-server", request("localhost"), 422, "names"),
    ];
    for (query, body, expected, words) in cases {
        let (status, answer) = ask(&fresh, query, body).await;
        assert_eq!(status, expected, "{query}: {answer}");
        assert!(answer.contains(words), "{answer}");
    }
}

#[tokio::test]
async fn the_authority_is_the_same_after_a_restart() {
    let fresh = fresh().await;
    let (_, pem) = ask(&fresh, "profile=seal", request("SANDBOX seal")).await;
    let chain = Certificate::from_pem(pem.as_bytes()).unwrap();
    let before = root(&fresh).await;
    let fresh = fresh.restarted().await;
    let after = root(&fresh).await;
    assert_eq!(before, after);
    let now = fresh.clock.now();
    assert!(verify_chain(&chain[0], &chain[1..], &[after], now, Purpose::Seal).is_ok());
    let (_, pem) = ask(&fresh, "profile=seal", request("SANDBOX seal")).await;
    assert_eq!(Certificate::from_pem(pem.as_bytes()).unwrap()[1], chain[1]);
}

#[tokio::test]
async fn another_sandbox_is_not_trusted_and_nothing_is_trusted_for_ever() {
    let (one, other) = (fresh().await, fresh().await);
    let (_, pem) = ask(&one, "profile=seal", request("SANDBOX seal")).await;
    let chain = Certificate::from_pem(pem.as_bytes()).unwrap();
    let foreign = root(&other).await;
    let now = one.clock.now();
    let verify =
        |root: Certificate, at| verify_chain(&chain[0], &chain[1..], &[root], at, Purpose::Seal);
    assert!(verify(foreign, now).is_err());
    let own = root(&one).await;
    assert!(matches!(
        verify(own, now.plus(DAY * 731)),
        Err(ChainRefusal::Expired)
    ));
}

#[tokio::test]
async fn the_revocation_list_is_where_certificates_say_it_is() {
    let fresh = fresh().await;
    let (_, pem) = ask(&fresh, "profile=seal", request("SANDBOX seal")).await;
    let leaf = Certificate::from_pem(pem.as_bytes()).unwrap().remove(0);
    let url = format!("{}/crl", fresh.sandbox.addresses().ca_url);
    let named = leaf
        .der()
        .windows(url.len())
        .any(|bytes| bytes == url.as_bytes());
    assert!(named);
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pkix-crl");
    assert_eq!(answer.bytes().await.unwrap().first(), Some(&0x30));
}
