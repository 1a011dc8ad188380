use super::*;
use crate::sandbox::tests::{Fresh, client, fresh, fresh_at};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

async fn profile(fresh: &Fresh, id: &str) -> Value {
    let url = format!(
        "{}/juristic/v4/profile/information?JuristicID={id}",
        fresh.sandbox.addresses().register_url
    );
    client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

fn every_value_is_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(every_value_is_text),
        Value::Object(members) => members.values().all(every_value_is_text),
        _ => false,
    }
}

fn column(rows: &Value, kind: &str, name: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["Type"] == kind)
        .map(|row| row[name].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_profile_has_the_shape_of_the_exchange() {
    let fresh = fresh().await;
    let answer = profile(&fresh, "0105569999999").await;
    assert!(every_value_is_text(&answer));
    let entry = &answer["ResultList"][0];
    let expected = [
        ("JuristicType", "5"),
        ("JuristicID", "0105569999999"),
        ("OldJuristicID", ""),
        ("RegisterDate", "25690403"),
        ("JuristicName_TH", "ตัวอย่างไทย จำกัด"),
        ("JuristicName_EN", "TUAYANG THAI COMPANY LIMITED"),
        ("RegisterCapital", "10000000.00"),
        ("NumberOfObjective", "32"),
        ("NumberOfPageOfObjective", "2"),
        ("JuristicStatus", "ยังดำเนินกิจการอยู่"),
        ("StandardID", "62010"),
    ];
    for (name, value) in expected {
        assert_eq!(entry[name], value, "{name}");
    }
    let committee = &entry["CommitteeInformations"];
    assert_eq!(
        column(committee, "K", "FirstName"),
        ["กล้า", "ขวัญ", "คม", "จันทร์"]
    );
    assert_eq!(column(committee, "K", "Sequence"), ["1", "2", "3", "4"]);
    assert!(column(committee, "L", "FirstName").is_empty());
    assert_eq!(
        column(&entry["AuthorizeDescriptions"], "L", "AuthorizeDescription").concat(),
        "นายกล้า ทดลองดี ลงลายมือชื่อร่วมกับ นางสาวขวัญ สมมติไทย หรือ นายคม ตัวอย่างชัย รวมเป็นสองคน/"
    );
    assert_eq!(entry["AddressInformations"][0]["Province"], "กรุงเทพมหานคร");
    let raw = STANDARD
        .decode(answer["RawData"].as_str().unwrap())
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&raw).unwrap(),
        answer["ResultList"]
    );
    let text = answer.to_string();
    assert!(
        !text.contains("1100100000018"),
        "the exchange shows no 13-digit ID"
    );
}

#[tokio::test]
async fn a_managing_partner_is_listed_as_partner_and_as_managing_partner() {
    let fresh = fresh().await;
    let answer = profile(&fresh, "0503567999988").await;
    let entry = &answer["ResultList"][0];
    assert_eq!(entry["JuristicName_TH"], "ห้างหุ้นส่วนจำกัด ดอยตัวอย่างก่อสร้าง");
    assert_eq!(
        column(&entry["CommitteeInformations"], "K", "FirstName"),
        ["กล้า", "สุนีย์"]
    );
    assert_eq!(
        column(&entry["CommitteeInformations"], "L", "FirstName"),
        ["กล้า"]
    );
    assert_eq!(
        column(&entry["AuthorizeDescriptions"], "M", "AuthorizeDescription"),
        ["ไม่มี/"]
    );
}

#[tokio::test]
async fn a_number_nobody_has_gives_an_empty_list() {
    let fresh = fresh().await;
    for id in ["0105556058490", "0105556058491", "x", ""] {
        assert_eq!(profile(&fresh, id).await["ResultList"], json!([]), "{id}");
    }
}

#[tokio::test]
async fn the_manifest_belongs_to_the_bytes_of_the_feed() {
    let fresh = fresh().await;
    let base = &fresh.sandbox.addresses().register_url;
    let manifest_url = &fresh.sandbox.addresses().feed_manifest_url;
    let manifest: Manifest = client()
        .get(manifest_url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let bytes = client()
        .get(format!("{base}/feed/{}", manifest.file))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(Digest::of(&bytes), manifest.sha256);
    let lines: Vec<Value> = std::str::from_utf8(&bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), manifest.count);
    assert_eq!(lines.len(), fresh.sandbox.world().juristic_persons().len());
    assert_eq!(
        lines[0],
        profile(&fresh, "0105569999999").await["ResultList"][0]
    );
    assert_eq!(manifest.as_of.to_string(), "2026-11-24T12:00:00.000Z");
}

#[tokio::test]
async fn who_resigns_leaves_the_list_and_stays_away_after_a_restart() {
    let fresh = fresh().await;
    let resign = async |fresh: &Fresh, body: Value| {
        let url = format!(
            "{}/sandbox-control/v1/resign",
            fresh.sandbox.addresses().register_url
        );
        client()
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let leaves = json!({"juristic_id": "0105569999999", "sequence": 3, "date": "2026-11-24"});
    assert_eq!(resign(&fresh, leaves.clone()).await, 204);
    assert_eq!(resign(&fresh, leaves).await, 409);
    let tomorrow = json!({"juristic_id": "0105569999999", "sequence": 4, "date": "2026-11-25"});
    assert_eq!(resign(&fresh, tomorrow).await, 204);
    let unborn = json!({"juristic_id": "0105569999999", "sequence": 2, "date": "2020-01-01"});
    assert_eq!(resign(&fresh, unborn).await, 409);
    let nobody = json!({"juristic_id": "0105556058490", "sequence": 1, "date": "2026-11-24"});
    assert_eq!(resign(&fresh, nobody).await, 404);
    assert_eq!(
        resign(
            &fresh,
            json!({"juristic_id": "0105569999998", "sequence": 1, "date": "2026-11-24"})
        )
        .await,
        400
    );

    let fresh = fresh.restarted().await;
    let entry = profile(&fresh, "0105569999999").await;
    let committee = &entry["ResultList"][0]["CommitteeInformations"];
    assert_eq!(column(committee, "K", "FirstName"), ["กล้า", "ขวัญ", "จันทร์"]);
    assert_eq!(column(committee, "K", "Sequence"), ["1", "2", "4"]);
    fresh
        .clock
        .advance(std::time::Duration::from_secs(24 * 3600));
    let entry = profile(&fresh, "0105569999999").await;
    assert_eq!(
        column(
            &entry["ResultList"][0]["CommitteeInformations"],
            "K",
            "FirstName"
        ),
        ["กล้า", "ขวัญ"]
    );
}

#[tokio::test]
async fn the_product_reads_every_line_of_the_feed() {
    use crate::registry::source::RegisterSource as _;
    let fresh = fresh().await;
    let exchange = fresh.sandbox.addresses().register_url.parse().unwrap();
    let settings = crate::registry::client::ClientSettings::new(exchange);
    let client = crate::registry::service::tests::register(&settings, &fresh.clock);
    let feed = client.feed().await.unwrap();
    let lines = String::from_utf8(feed.lines).unwrap();
    for (line, number) in lines.lines().zip(1..) {
        let read = crate::registry::exchange::read_line(number, line).unwrap();
        let held = fresh
            .sandbox
            .world()
            .juristic_person(&read.registration_number)
            .unwrap();
        assert_eq!(read.name_th, held.name);
    }
}

/// A sandbox at the machine's own time, because TLS reads no other clock, and the product's client certificate.
async fn with_certificate(profile: &str) -> (Fresh, crate::crypto::key::FileKey, String) {
    use crate::crypto::key::{Algorithm, FileKey};
    use crate::crypto::x509::{Name, SigningRequest};
    let fresh = fresh_at(crate::kernel::time::SystemClock.now()).await;
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let request = SigningRequest::create(&key, &Name::common("SANDBOX product")).unwrap();
    let url = format!(
        "{}/certificates?profile={profile}",
        fresh.sandbox.addresses().ca_url
    );
    let answer = client()
        .post(url)
        .body(request.to_pem().unwrap())
        .send()
        .await
        .unwrap();
    let chain = answer.text().await.unwrap();
    (fresh, key, chain)
}

#[tokio::test]
async fn the_product_learns_the_numbers_behind_the_officers_over_mutual_tls() {
    use crate::registry::client::{ClientSettings, IdentitySettings, MutualTls};
    use crate::registry::source::{ChangeFeed as _, IdentityAnswer, RegisterSource as _};
    let (fresh, key, chain) = with_certificate("tls-client").await;
    let addresses = fresh.sandbox.addresses();
    let tls = MutualTls {
        certificate: chain.into_bytes(),
        key: key.private_key_pem().unwrap().to_vec(),
        roots: fresh.sandbox.root_pem().into_bytes(),
    };
    let url: url::Url = addresses.register_identity_url.parse().unwrap();
    // The exchange answers behind the same door: everything over mutual TLS.
    let settings = ClientSettings {
        exchange_tls: Some(tls.clone()),
        identities: Some(IdentitySettings {
            url: url.clone(),
            tls,
        }),
        ..ClientSettings::new(url)
    };
    let client = crate::registry::service::tests::register(&settings, &fresh.clock);
    let none = client.changes(&Default::default(), 10).await.unwrap();
    assert!(none.changes.is_empty() && !none.more);
    for company in fresh.sandbox.world().juristic_persons() {
        let fetched = client.fetch(&company.id).await.unwrap().unwrap();
        let IdentityAnswer::Given(given) = fetched.identities else {
            panic!("{}", company.id)
        };
        assert_eq!(given.officers.len(), company.officers.len());
    }
}

#[tokio::test]
async fn the_extension_names_every_officer_with_number_and_dates() {
    let (fresh, key, chain) = with_certificate("tls-client").await;
    let identity = [key.private_key_pem().unwrap().to_vec(), chain.into_bytes()];
    let client = tls_client(
        &fresh,
        Some(reqwest::Identity::from_pkcs8_pem(&identity[1], &identity[0]).unwrap()),
    );
    let ask = async |id: &str| {
        let base = &fresh.sandbox.addresses().register_identity_url;
        let url = format!("{base}/sandbox-extension/v1/officer-identities?JuristicID={id}");
        client.get(url).send().await.unwrap()
    };
    let answer: Value = ask("0105569999999").await.json().await.unwrap();
    assert_eq!(answer["extension"], wire::EXTENSION);
    assert_eq!(answer["juristic_id"], "0105569999999");
    assert_eq!(
        answer["officers"][0],
        json!({"sequence": 1, "title": "นาย", "first_name": "กล้า", "last_name": "ทดลองดี", "role": "director",
               "national_id": "1100100000018", "appointed": "2026-04-03"})
    );
    assert_eq!(answer["officers"][4]["ended"], "2026-08-31");
    let answer: Value = ask("0835565999963").await.json().await.unwrap();
    let foreigner = &answer["officers"][1];
    assert_eq!(
        foreigner["passport"],
        json!({"number": "TZ0000011", "country": "JPN", "birth_date": "1974-05-20"})
    );
    assert!(foreigner.get("national_id").is_none());
    assert_eq!(ask("0105556058490").await.status(), 404);
    assert_eq!(ask("1").await.status(), 400);
}

fn tls_client(fresh: &Fresh, identity: Option<reqwest::Identity>) -> reqwest::Client {
    let roots = reqwest::Certificate::from_pem_bundle(fresh.sandbox.root_pem().as_bytes()).unwrap();
    let builder = reqwest::Client::builder().tls_certs_only(roots);
    match identity {
        Some(identity) => builder.identity(identity).build().unwrap(),
        None => builder.build().unwrap(),
    }
}

#[tokio::test]
async fn nobody_comes_in_without_a_client_certificate_of_this_authority() {
    let (fresh, seal_key, seal_chain) = with_certificate("seal").await;
    let (_other, foreign_key, foreign_chain) = with_certificate("tls-client").await;
    let identity = |key: &crate::crypto::key::FileKey, chain: &str| {
        let key = key.private_key_pem().unwrap();
        reqwest::Identity::from_pkcs8_pem(chain.as_bytes(), &key).unwrap()
    };
    let url = format!(
        "{}/sandbox-extension/v1/officer-identities?JuristicID=0105569999999",
        fresh.sandbox.addresses().register_identity_url
    );
    for wrong in [
        None,
        Some(identity(&seal_key, &seal_chain)),
        Some(identity(&foreign_key, &foreign_chain)),
    ] {
        assert!(tls_client(&fresh, wrong).get(&url).send().await.is_err());
    }
    let plain = url.replace("https://", "http://");
    let answered = client().get(plain).send().await;
    assert!(answered.is_err() || !answered.unwrap().status().is_success());
}

async fn control(fresh: &Fresh, body: Value) -> u16 {
    let base = &fresh.sandbox.addresses().register_url;
    let url = format!("{base}/sandbox-control/v1/change");
    let answer = client().post(url).json(&body).send().await.unwrap();
    answer.status().as_u16()
}

async fn told(fresh: &Fresh, query: &str) -> reqwest::Response {
    let base = &fresh.sandbox.addresses().register_url;
    client()
        .get(format!("{base}/feed/changes{query}"))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn changes_are_told_in_order_from_places_that_stay() {
    let fresh = fresh().await;
    let company = "0105569999999";
    let page: Value = told(&fresh, "").await.json().await.unwrap();
    assert_eq!(page, json!({"changes": [], "next": "c0", "more": false}));
    let changes = [
        json!({"change": "resign", "juristic_id": company, "sequence": 3, "date": "2026-11-24"}),
        json!({"change": "appoint", "juristic_id": company, "role": "director", "title": "นาง", "first": "ใหม่",
               "last": "เพิ่งมา", "national_id": "3200100000081", "date": "2026-11-24"}),
        json!({"change": "restate", "juristic_id": company, "kind": "authority", "text": "กรรมการหนึ่งคนลงลายมือชื่อ/"}),
        json!({"change": "status", "juristic_id": company, "status": "เลิก"}),
    ];
    for change in changes {
        assert_eq!(control(&fresh, change.clone()).await, 204, "{change}");
        fresh.clock.advance(std::time::Duration::from_secs(60));
    }
    let page: Value = told(&fresh, "?limit=2").await.json().await.unwrap();
    assert_eq!((&page["next"], &page["more"]), (&json!("c2"), &json!(true)));
    let first = &page["changes"][0];
    assert_eq!(first["cursor"], "c1");
    assert_eq!(first["changed_at"], "2026-11-24T12:00:00.000Z");
    let names = |change: &Value| {
        let committee = &change["entry"]["CommitteeInformations"];
        column(committee, "K", "FirstName")
    };
    assert_eq!(names(first), ["กล้า", "ขวัญ", "จันทร์"]);
    assert_eq!(names(&page["changes"][1]), ["กล้า", "ขวัญ", "จันทร์", "ใหม่"]);

    let fresh = fresh.restarted().await;
    let rest: Value = told(&fresh, "?after=c2").await.json().await.unwrap();
    assert_eq!(
        (&rest["next"], &rest["more"]),
        (&json!("c4"), &json!(false))
    );
    assert_eq!(rest["changes"][1]["entry"]["JuristicStatus"], "เลิก");
    let again: Value = told(&fresh, "?limit=2").await.json().await.unwrap();
    assert_eq!(again, page);
    assert_eq!(
        rest["changes"][1]["entry"],
        profile(&fresh, company).await["ResultList"][0]
    );
    for unknown in ["c5", "c02", "2", "x", "c"] {
        let answer = told(&fresh, &format!("?after={unknown}")).await;
        assert_eq!(answer.status(), 410, "{unknown}");
    }
    let wrong = json!({"change": "status", "juristic_id": company, "status": " "});
    assert_eq!(control(&fresh, wrong).await, 409);
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let fresh = fresh().await;
    let base = &fresh.sandbox.addresses().register_url;
    let url = format!("{base}/juristic/v4/profile/information?JuristicID=0105569999999");
    let first = client().get(&url).send().await.unwrap();
    let tag = first.headers()["etag"].clone();
    let ask = async || {
        let request = client().get(&url).header("if-none-match", &tag);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 304);
    let leaves = json!({"change": "resign", "juristic_id": "0105569999999", "sequence": 3, "date": "2026-11-24"});
    assert_eq!(control(&fresh, leaves).await, 204);
    assert_eq!(ask().await, 200);
}
