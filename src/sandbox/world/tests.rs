use super::*;
use chrono::Datelike;
use std::collections::HashSet;

fn world() -> World {
    World::load().unwrap()
}

fn authority(juristic: &JuristicPerson) -> Option<&str> {
    juristic
        .texts
        .iter()
        .find(|text| text.kind == TextKind::Authority)
        .map(|text| text.text.as_str())
}

#[test]
fn every_kind_occurs_and_no_number_twice() {
    let world = world();
    let count = |kind| {
        world
            .juristic_persons()
            .iter()
            .filter(|juristic| juristic.kind == kind)
            .count()
    };
    let wanted = [
        (JuristicKind::LimitedCompany, 5),
        (JuristicKind::PublicCompany, 4),
        (JuristicKind::LimitedPartnership, 3),
        (JuristicKind::OrdinaryPartnership, 2),
        (JuristicKind::TradeAssociation, 1),
        (JuristicKind::ChamberOfCommerce, 1),
        (JuristicKind::ForeignBranch, 1),
    ];
    for (kind, least) in wanted {
        assert!(count(kind) >= least, "{kind:?}");
    }
    let numbers: HashSet<_> = world
        .juristic_persons()
        .iter()
        .map(|juristic| juristic.id.as_str())
        .collect();
    assert_eq!(numbers.len(), world.juristic_persons().len());
    assert!(numbers.len() >= 34);
    let ids: HashSet<_> = world
        .people()
        .iter()
        .map(|person| person.national_id.expose())
        .collect();
    assert_eq!(ids.len(), world.people().len());
    assert!((55..=65).contains(&ids.len()));
    let passports: HashSet<_> = world
        .foreigners()
        .iter()
        .map(|person| &person.passport.number)
        .collect();
    assert_eq!(passports.len(), world.foreigners().len());
}

#[test]
fn numbers_carry_the_kind_and_the_year_of_registration() {
    for juristic in world().juristic_persons() {
        let digits = juristic.id.as_str();
        let known = ["2", "3", "5", "7"];
        if known.contains(&juristic.kind.register_code()) {
            assert_eq!(&digits[3..4], juristic.kind.register_code(), "{digits}");
        } else {
            assert!(!known.contains(&&digits[3..4]), "{digits}");
        }
        let year = (juristic.registered.year() + 543) % 1000;
        assert_eq!(&digits[4..7], format!("{year:03}"), "{digits}");
        assert!(
            digits[7..12].parse::<u32>().unwrap() >= 99_000,
            "{digits} may be in use"
        );
    }
}

#[test]
fn every_status_of_the_register_occurs() {
    let world = world();
    let statuses: HashSet<_> = world
        .juristic_persons()
        .iter()
        .map(|juristic| juristic.status.as_str())
        .collect();
    for variants in [
        &["ยังดำเนินกิจการอยู่"][..],
        &["ฟื้นฟู", "ฟื้นฟูกิจการ"],
        &["คืนสู่ทะเบียน"],
        &["พิทักษ์ทรัพย์เด็ดขาด"],
        &["ล้มละลาย"],
        &["เลิก"],
        &["เลิก(ไม่เสร็จการชำระบัญชี)"],
        &["อยู่ระหว่างชำระบัญชี"],
        &["เสร็จการชำระบัญชี", "เลิก(เสร็จการชำระบัญชี)"],
        &["ร้าง"],
        &["แปรสภาพ"],
        &["ควบ"],
        &["ควบบริษัท"],
        &["ถอน(บริคณห์)"],
        &["สิ้นสภาพ"],
        &["อยู่ระหว่างตรวจสอบข้อเท็จจริง"],
    ] {
        assert!(
            variants.iter().any(|status| statuses.contains(status)),
            "{variants:?}"
        );
    }
}

#[test]
fn pieces_put_together_give_the_text_and_some_cuts_lie_inside_a_word() {
    let world = world();
    let texts: Vec<_> = world
        .juristic_persons()
        .iter()
        .flat_map(|juristic| &juristic.texts)
        .collect();
    for text in &texts {
        assert_eq!(text.pieces.concat(), text.text);
        assert!(text.text.ends_with('/'), "{}", text.text);
    }
    let inside =
        |pair: &[String]| !pair[0].ends_with([' ', '/']) && !pair[1].starts_with([' ', '/']);
    assert!(
        texts
            .iter()
            .filter(|text| text.pieces.windows(2).any(inside))
            .count()
            > 10
    );
    let kinds: HashSet<_> = texts.iter().map(|text| text.kind).collect();
    for kind in [
        TextKind::Authority,
        TextKind::PartnerLimit,
        TextKind::Rename,
        TextKind::Note,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn every_way_of_writing_an_authority_occurs() {
    let world = world();
    let texts: Vec<_> = world
        .juristic_persons()
        .iter()
        .filter_map(authority)
        .collect();
    for words in [
        "นายธนา ทดลองกิจ ลงลายมือชื่อ/",
        "กรรมการคนใดคนหนึ่งลงลายมือชื่อโดยไม่ต้องประทับตรา",
        "กรรมการหนึ่งคนลงลายมือชื่อและประทับตรา",
        "กรรมการสองคนลงลายมือชื่อร่วมกัน",
        "2 ใน 5 คน",
        "กรรมการทุกคนลงลายมือชื่อ",
        "และ นางรัตนา จำลองจิต ลงลายมือชื่อร่วมกัน",
        "หรือ นางสาวอรุณี แม่แบบ คนใดคนหนึ่งลงลายมือชื่อ",
        "ลงลายมือชื่อร่วมกับ นางสาวขวัญ สมมติไทย หรือ นายคม ตัวอย่างชัย",
        "คนใดคนหนึ่ง รวมเป็นสองคน",
        "กรรมการอื่นอีกหนึ่งคน",
        "กรรมการสองในสามคนนี้",
        "กรรมการกลุ่ม ข ได้แก่",
        "หรือ กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตรา",
        "เว้นแต่การซื้อขายอสังหาริมทรัพย์",
        "นอกจากผู้มีอำนาจตาม (1) แล้ว",
        "ยกเว้นการทำธุรกรรมกับธนาคาร",
        "วงเงินไม่เกินหนึ่งล้านบาท",
        "กึ่งหนึ่งของจำนวนกรรมการทั้งหมด",
        "หุ้นส่วนผู้จัดการลงลายมือชื่อ",
        "ผู้ชำระบัญชีคนใดคนหนึ่ง",
        "ผู้ชำระบัญชีลงลายมือชื่อร่วมกันทั้งสองคน",
        "และนางสาวขวัญ สมมติไทย หรือนายคม ตัวอย่างชัย ลงลายมือชื่อร่วมกัน",
        "ตามข้อบังคับ",
        "ประธานกรรมการ",
        "-ไม่มี-",
    ] {
        assert!(texts.iter().any(|text| text.contains(words)), "{words}");
    }
}

#[test]
fn the_main_company_is_bound_by_kla_with_khwan_or_khom_without_a_seal() {
    let world = world();
    let id = "0105569999999".parse().unwrap();
    let company = world.juristic_person(&id).unwrap();
    assert_eq!(
        authority(company),
        Some("นายกล้า ทดลองดี ลงลายมือชื่อร่วมกับ นางสาวขวัญ สมมติไทย หรือ นายคม ตัวอย่างชัย รวมเป็นสองคน/")
    );
    let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let board: Vec<_> = company
        .officers
        .iter()
        .filter(|officer| officer.in_office(today))
        .map(|officer| officer.name.full())
        .collect();
    assert_eq!(
        board,
        [
            "นายกล้า ทดลองดี",
            "นางสาวขวัญ สมมติไทย",
            "นายคม ตัวอย่างชัย",
            "นางจันทร์ ลองงาม"
        ]
    );
    assert_eq!(company.name_without_prefix(), "ตัวอย่างไทย จำกัด");
    assert_eq!(
        company.address.full(),
        "เลขที่ 518/47 ถนนสีลม แขวงสีลม เขตบางรัก กรุงเทพมหานคร"
    );
}

#[test]
fn officers_are_of_every_sort() {
    let world = world();
    let officers: Vec<_> = world
        .juristic_persons()
        .iter()
        .flat_map(|juristic| &juristic.officers)
        .collect();
    let held = |id: &str| {
        let same = |officer: &&&Officer| matches!(&officer.identity, OfficerIdentity::NationalId(own) if own.expose() == id);
        officers.iter().filter(same).count()
    };
    assert!(
        held("1100100000018") >= 5,
        "one person sits on several boards"
    );
    assert!(
        officers
            .iter()
            .any(|officer| matches!(officer.identity, OfficerIdentity::Passport(_)))
    );
    assert!(
        officers
            .iter()
            .any(|officer| matches!(officer.identity, OfficerIdentity::NotRecorded))
    );
    assert!(
        officers
            .iter()
            .any(|officer| officer.ended.is_some() && officer.role == OfficerRole::Director)
    );
    assert!(
        officers
            .iter()
            .any(|officer| officer.role == OfficerRole::Liquidator)
    );
    let different_title = |officer: &&Officer| match &officer.identity {
        OfficerIdentity::NationalId(id) => world.person(id.expose()).unwrap().name != officer.name,
        _ => false,
    };
    assert!(
        officers.iter().any(different_title),
        "register and card disagree somewhere"
    );
}

#[test]
fn names_mentioned_in_a_statement_are_on_the_same_register_entry() {
    for juristic in world().juristic_persons() {
        let Some(mut text) = authority(juristic).map(str::to_owned) else {
            continue;
        };
        let mut names: Vec<_> = juristic
            .officers
            .iter()
            .map(|officer| officer.name.full())
            .collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        for name in names {
            text = text.replace(&name, "");
        }
        assert!(
            !text.contains("นาย") && !text.contains("นางสาว") && !text.contains("Mr."),
            "{text}"
        );
    }
}

#[test]
fn people_are_found_by_thai_name_english_name_and_number() {
    let world = world();
    assert_eq!(world.search_people("").len(), world.people().len());
    for text in ["กล้า ทดลองดี", "kla thot", "1100100000018"] {
        assert_eq!(
            world.search_people(text)[0].national_id.expose(),
            "1100100000018",
            "{text}"
        );
    }
    assert!(world.search_people("ไม่มีคนนี้").is_empty());
}

#[test]
fn every_pointer_to_an_older_number_leads_to_an_entry() {
    let world = world();
    let old: Vec<_> = world
        .juristic_persons()
        .iter()
        .filter(|juristic| !juristic.old_id.is_empty())
        .collect();
    assert!(old.len() >= 2);
    for juristic in old {
        assert!(
            world
                .juristic_person(&juristic.old_id.parse().unwrap())
                .is_some(),
            "{}",
            juristic.old_id
        );
    }
}
