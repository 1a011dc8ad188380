//! Registering offices, and addresses in their provinces.

use super::dice::Dice;
use crate::registry::model::Address;

/// A province: its code in registration numbers, its name, and its weight among companies.
pub type Province = (u16, &'static str, u64);

/// Every province, by code.
pub const PROVINCES: [Province; 77] = [
    (10, "กรุงเทพมหานคร", 380),
    (11, "สมุทรปราการ", 55),
    (12, "นนทบุรี", 60),
    (13, "ปทุมธานี", 45),
    (14, "พระนครศรีอยุธยา", 10),
    (15, "อ่างทอง", 4),
    (16, "ลพบุรี", 4),
    (17, "สิงห์บุรี", 4),
    (18, "ชัยนาท", 4),
    (19, "สระบุรี", 4),
    (20, "ชลบุรี", 65),
    (21, "ระยอง", 22),
    (22, "จันทบุรี", 4),
    (23, "ตราด", 4),
    (24, "ฉะเชิงเทรา", 4),
    (25, "ปราจีนบุรี", 4),
    (26, "นครนายก", 4),
    (27, "สระแก้ว", 4),
    (30, "นครราชสีมา", 25),
    (31, "บุรีรัมย์", 4),
    (32, "สุรินทร์", 4),
    (33, "ศรีสะเกษ", 4),
    (34, "อุบลราชธานี", 12),
    (35, "ยโสธร", 4),
    (36, "ชัยภูมิ", 4),
    (37, "อำนาจเจริญ", 4),
    (38, "บึงกาฬ", 4),
    (39, "หนองบัวลำภู", 4),
    (40, "ขอนแก่น", 22),
    (41, "อุดรธานี", 14),
    (42, "เลย", 4),
    (43, "หนองคาย", 4),
    (44, "มหาสารคาม", 4),
    (45, "ร้อยเอ็ด", 4),
    (46, "กาฬสินธุ์", 4),
    (47, "สกลนคร", 4),
    (48, "นครพนม", 4),
    (49, "มุกดาหาร", 4),
    (50, "เชียงใหม่", 38),
    (51, "ลำพูน", 4),
    (52, "ลำปาง", 4),
    (53, "อุตรดิตถ์", 4),
    (54, "แพร่", 4),
    (55, "น่าน", 4),
    (56, "พะเยา", 4),
    (57, "เชียงราย", 14),
    (58, "แม่ฮ่องสอน", 4),
    (60, "นครสวรรค์", 4),
    (61, "อุทัยธานี", 4),
    (62, "กำแพงเพชร", 4),
    (63, "ตาก", 4),
    (64, "สุโขทัย", 4),
    (65, "พิษณุโลก", 4),
    (66, "พิจิตร", 4),
    (67, "เพชรบูรณ์", 4),
    (70, "ราชบุรี", 4),
    (71, "กาญจนบุรี", 4),
    (72, "สุพรรณบุรี", 4),
    (73, "นครปฐม", 18),
    (74, "สมุทรสาคร", 20),
    (75, "สมุทรสงคราม", 4),
    (76, "เพชรบุรี", 4),
    (77, "ประจวบคีรีขันธ์", 4),
    (80, "นครศรีธรรมราช", 4),
    (81, "กระบี่", 4),
    (82, "พังงา", 4),
    (83, "ภูเก็ต", 36),
    (84, "สุราษฎร์ธานี", 20),
    (85, "ระนอง", 4),
    (86, "ชุมพร", 4),
    (90, "สงขลา", 20),
    (91, "สตูล", 4),
    (92, "ตรัง", 4),
    (93, "พัทลุง", 4),
    (94, "ปัตตานี", 4),
    (95, "ยะลา", 4),
    (96, "นราธิวาส", 4),
];

const BANGKOK: &[(&str, &str)] = &[
    ("บางรัก", "สีลม"),
    ("บางรัก", "สุริยวงศ์"),
    ("ปทุมวัน", "ลุมพินี"),
    ("คลองเตย", "คลองตัน"),
    ("วัฒนา", "คลองเตยเหนือ"),
    ("จตุจักร", "จอมพล"),
    ("ห้วยขวาง", "สามเสนนอก"),
    ("บางนา", "บางนาใต้"),
    ("ลาดพร้าว", "จรเข้บัว"),
    ("สาทร", "ทุ่งมหาเมฆ"),
    ("บางกะปิ", "หัวหมาก"),
    ("ภาษีเจริญ", "บางหว้า"),
    ("ประเวศ", "หนองบอน"),
    ("บางเขน", "อนุสาวรีย์"),
];
const TUMBOLS: &[&str] = &[
    "ในเมือง",
    "หนองบัว",
    "บ้านใหม่",
    "ท่าข้าม",
    "ดอนแก้ว",
    "บางพึ่ง",
    "โพธิ์งาม",
    "ทุ่งทอง",
    "คลองใหญ่",
    "นาดี",
];
const AMPURS: &[&str] = &["บ้านโพธิ์ทอง", "ท่ามะขาม", "หนองไผ่งาม", "ดอนตาลใหม่"];
const ROADS: &[&str] = &[
    "มิตรไมตรี",
    "ประชาร่วมใจ",
    "สุขสวัสดิ์",
    "เทพารักษ์",
    "ราชดำเนิน",
    "ศรีนครินทร์",
    "พหลโยธิน",
    "สุขุมวิท",
    "เพชรเกษม",
    "บายพาส",
];
const BUILDINGS: &[&str] = &["อาคารตัวอย่างทาวเวอร์", "อาคารสมมติเพลส", "อาคารจำลองเซ็นเตอร์"];

/// An address in a province.
pub fn address(dice: &mut Dice, name: &str, province: &str) -> Address {
    let bangkok = province == "กรุงเทพมหานคร";
    let number = format!("{}/{}", dice.between(1, 999), dice.between(1, 199));
    let (ampur, tumbol) = if bangkok {
        let (ampur, tumbol) = dice.pair(BANGKOK);
        (ampur.to_owned(), tumbol)
    } else if dice.permille(600) {
        (format!("เมือง{province}"), dice.word(TUMBOLS))
    } else {
        (dice.word(AMPURS).to_owned(), dice.word(TUMBOLS))
    };
    let (building, floor) = if dice.permille(120) {
        (
            dice.word(BUILDINGS).to_owned(),
            dice.between(2, 38).to_string(),
        )
    } else {
        (String::new(), String::new())
    };
    let moo = if bangkok {
        String::new()
    } else {
        dice.between(1, 15).to_string()
    };
    let road = if dice.permille(700) {
        dice.word(ROADS).to_owned()
    } else {
        String::new()
    };
    let soi = if !road.is_empty() && dice.permille(350) {
        format!("{road} {}", dice.between(1, 90))
    } else {
        String::new()
    };
    let mut full = String::with_capacity(256);
    let mut part = |before: &str, text: &str| {
        if !text.is_empty() {
            if !full.is_empty() {
                full.push(' ');
            }
            full.push_str(before);
            full.push_str(text);
        }
    };
    part("เลขที่ ", &number);
    part("", &building);
    part("ชั้น ", &floor);
    part("หมู่ที่ ", &moo);
    part("ซอย", &soi);
    part("ถนน", &road);
    part(
        if bangkok {
            "แขวง"
        } else {
            "ตำบล"
        },
        tumbol,
    );
    part(
        if bangkok {
            "เขต"
        } else {
            "อำเภอ"
        },
        &ampur,
    );
    part(if bangkok { "" } else { "จังหวัด" }, province);
    Address {
        name: name.to_owned(),
        full,
        building,
        floor,
        number,
        moo,
        soi,
        road,
        tumbol: tumbol.to_owned(),
        ampur,
        province: province.to_owned(),
        ..Address::default()
    }
}
