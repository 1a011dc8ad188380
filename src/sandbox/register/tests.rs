use super::*;
use crate::sandbox::tests::{Fresh, client, fresh};
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
    let settings = crate::registry::client::ClientSettings {
        exchange: fresh.sandbox.addresses().register_url.parse().unwrap(),
        identities: None,
    };
    let client = crate::registry::client::RegisterClient::new(&settings).unwrap();
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
