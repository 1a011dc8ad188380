//! People that nobody is: names put together from syllables, family names that say that they are invented, numbers
//! with a valid check digit. Each person belongs to a place in the pool and is made anew whenever it is met, so that
//! a register of any size needs no memory for its people.

use super::dice::{Dice, checked};
use crate::kernel::id::NationalId;
use crate::registry::feed::DeclaredNumber;
use crate::registry::model::PersonName;
use chrono::NaiveDate;

/// Somebody in the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As registered.
    pub name: PersonName,
    /// In Latin letters, where the register has it.
    pub latin_name: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub nationality: &'static str,
    /// The 13-digit number or the passport.
    pub number: Option<DeclaredNumber>,
}

const WHAT: u64 = 0x5045_5253;
const FAMILY: u64 = 0x4641_4d49;
/// People in a thousand who are foreigners with a passport.
const FOREIGNERS: u64 = 40;
/// People who follow one another in the pool and share a family name.
const FAMILY_SIZE: u64 = 3;

type Words = &'static [(&'static str, &'static str)];

const FIRST: Words = &[
    ("ณัฐ", "Nat"),
    ("ธน", "Thana"),
    ("กิตติ", "Kitti"),
    ("วร", "Wora"),
    ("สุร", "Sura"),
    ("ปิย", "Piya"),
    ("อนุ", "Anu"),
    ("ธีร", "Thira"),
    ("วิท", "Wit"),
    ("นพ", "Nop"),
    ("ภูริ", "Phuri"),
    ("จิร", "Chira"),
    ("ศิริ", "Siri"),
    ("รัช", "Rat"),
    ("พิช", "Phit"),
    ("ชล", "Chon"),
    ("กม", "Kom"),
    ("อร", "On"),
    ("เจน", "Chen"),
    ("บุษ", "But"),
    ("ปรี", "Pri"),
    ("มณี", "Mani"),
    ("วิม", "Wim"),
    ("ศุภ", "Supha"),
];
const MALE: Words = &[
    ("เดช", "det"),
    ("ชัย", "chai"),
    ("พงศ์", "phong"),
    ("วัฒน์", "wat"),
    ("ศักดิ์", "sak"),
    ("ภพ", "phop"),
    ("นนท์", "non"),
    ("ภัทร", "phat"),
    ("วุฒิ", "wut"),
    ("ชาติ", "chat"),
    ("ธรรม", "tham"),
    ("วิทย์", "wit"),
    ("รักษ์", "rak"),
    ("พันธ์", "phan"),
    ("ฤทธิ์", "rit"),
    ("กฤต", "krit"),
];
const FEMALE: Words = &[
    ("พร", "phon"),
    ("รัตน์", "rat"),
    ("นุช", "nut"),
    ("ลักษณ์", "lak"),
    ("วดี", "wadi"),
    ("นันท์", "nan"),
    ("ภา", "pha"),
    ("ดา", "da"),
    ("สุดา", "suda"),
    ("กานต์", "kan"),
    ("ธิดา", "thida"),
    ("มาศ", "mat"),
    ("วรรณ", "wan"),
    ("ทิพย์", "thip"),
    ("ฉวี", "chawi"),
    ("กัญญา", "kanya"),
];
/// What every family name here begins with.
const INVENTED: Words = &[
    ("ทดลอง", "Thotlong"),
    ("สมมติ", "Sommut"),
    ("จำลอง", "Chamlong"),
    ("ตัวอย่าง", "Tuayang"),
    ("แบบร่าง", "Baeprang"),
    ("นิมิต", "Nimit"),
    ("มายา", "Maya"),
    ("ลองแบบ", "Longbaep"),
    ("สาธิต", "Sathit"),
    ("ทดสอบ", "Thotsop"),
    ("เสมือน", "Samuean"),
    ("จินตนา", "Chintana"),
];
const NATURE: Words = &[
    ("ภูผา", "phupha"),
    ("นที", "nathi"),
    ("ธารา", "thara"),
    ("เมฆา", "mekha"),
    ("ไพร", "phrai"),
    ("ชลธี", "chonlathi"),
    ("คีรี", "khiri"),
    ("มณี", "mani"),
    ("แก้ว", "kaeo"),
    ("ทอง", "thong"),
    ("ดารา", "dara"),
    ("จันทรา", "chanthra"),
    ("บุปผา", "buppha"),
    ("พนา", "phana"),
    ("สาคร", "sakhon"),
    ("รุ่งอรุณ", "rungarun"),
    ("ศิลา", "sila"),
    ("วารี", "wari"),
    ("ปัญญา", "panya"),
    ("เพชร", "phet"),
    ("นภา", "napha"),
    ("สุวรรณ", "suwan"),
    ("ไม้งาม", "maingam"),
    ("ข้าวหอม", "khaohom"),
];
const ENDS: Words = &[
    ("กุล", "kun"),
    ("วงศ์", "wong"),
    ("ชัย", "chai"),
    ("ทรัพย์", "sap"),
    ("ไพศาล", "phaisan"),
    ("วัฒนา", "watthana"),
    ("เจริญ", "charoen"),
    ("รุ่งเรือง", "rungrueang"),
    ("มงคล", "mongkhon"),
    ("สกุล", "sakun"),
    ("พานิช", "phanit"),
    ("โชติ", "chot"),
    ("ศิริ", "siri"),
    ("สมบัติ", "sombat"),
    ("วาณิช", "wanit"),
    ("กิจ", "kit"),
];
/// Titles of a few: rank, noble prefix, degree. The Latin form follows.
const RANKS: Words = &[
    ("ดร.", "Dr."),
    ("พันตำรวจเอก", "Pol. Col."),
    ("พลตรี", "Maj. Gen."),
    ("ว่าที่ร้อยตรี", "Acting Sub Lt."),
    ("ผศ.ดร.", "Asst. Prof. Dr."),
    ("ม.ล.", "M.L."),
    ("นาวาอากาศโท", "Wg. Cdr."),
];

/// One country's people: first names, then family names, each in Thai and Latin letters.
type Country = (&'static str, Words, Words, Words);

const COUNTRIES: [Country; 8] = [
    (
        "JPN",
        &[
            ("ฮิโรชิ", "Hiroshi"),
            ("เคนตะ", "Kenta"),
            ("โยชิโอะ", "Yoshio"),
        ],
        &[("ยูกิ", "Yuki"), ("ฮานะ", "Hana")],
        &[
            ("ทานาเบะยามะ", "Tanabeyama"),
            ("มินาซุกิคาวะ", "Minazukikawa"),
            ("โคโตบุกิซากะ", "Kotobukisaka"),
            ("ชิโมกิตะโมริ", "Shimokitamori"),
        ],
    ),
    (
        "CHN",
        &[("เหวินหลง", "Wenlong"), ("เจี้ยนหมิง", "Jianming")],
        &[("เสี่ยวหลิน", "Xiaolin"), ("เหมยฮวา", "Meihua")],
        &[
            ("เฉินซาน", "Chenshan"),
            ("หลิวไห่", "Liuhai"),
            ("โอวหยางจู", "Ouyangzhu"),
        ],
    ),
    (
        "SGP",
        &[("เว่ยเจี๋ย", "Wei Jie"), ("ก๊กเหลียง", "Kok Liang")],
        &[("ซิวหลิง", "Siew Ling"), ("เหม่ยอี้", "Mei Yi")],
        &[
            ("ตันม็อก", "Tanmock"),
            ("ลิมแซมเปิล", "Limsample"),
            ("งเดโม", "Ngdemo"),
        ],
    ),
    (
        "USA",
        &[
            ("วิลเลียม", "William"),
            ("โคลิน", "Colin"),
            ("ไมเคิล", "Michael"),
        ],
        &[("โซฟี", "Sophie"), ("ลินดา", "Linda")],
        &[
            ("ทอร์นเวลล์", "Thornwell"),
            ("เวเทอร์สโตน", "Wetherstone"),
            ("ฟอร์สเบิร์ก", "Forsberg"),
            ("แซมเปิลตัน", "Sampleton"),
        ],
    ),
    (
        "DEU",
        &[("มันเฟรด", "Manfred"), ("ฮาราลด์", "Harald")],
        &[("อิงกริด", "Ingrid"), ("เกรตา", "Greta")],
        &[
            ("อัคเตอร์โฮลท์", "Achterholt"),
            ("ไวส์เซนบอร์น", "Weissenborn"),
            ("มุสเตอร์เบิร์ก", "Musterberg"),
        ],
    ),
    (
        "FRA",
        &[("ฌอง", "Jean"), ("ลูเซียง", "Lucien")],
        &[("โคลเอ", "Chloe"), ("เอลอดี", "Elodie")],
        &[
            ("เดอวาโลซ์", "Devalaux"),
            ("เดอมาร์เชลล์", "Demarchelle"),
            ("มงแตกซ์", "Montexe"),
        ],
    ),
    (
        "IND",
        &[("ราเชช", "Rajesh"), ("ราจีฟ", "Rajiv")],
        &[("ปรียังกา", "Priyanka"), ("อนิตา", "Anita")],
        &[
            ("เมห์โรตรานี", "Mehrotrani"),
            ("เวลลังการ์", "Vellankar"),
            ("นมูนาวาลา", "Namunawala"),
        ],
    ),
    (
        "KOR",
        &[("ซองมิน", "Seongmin"), ("แทกุน", "Taegun")],
        &[("จีอึน", "Jieun"), ("ฮเยวอน", "Hyewon")],
        &[
            ("คิมบน", "Kimbon"),
            ("ปาร์กแย", "Parkye"),
            ("โชยังโด", "Choyangdo"),
        ],
    ),
];

/// Everybody who could be met.
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    seed: u64,
    size: u64,
}

impl Pool {
    /// A pool for a register of so many companies: people sit on one and a half boards on average.
    pub fn new(seed: u64, companies: u64) -> Self {
        Self {
            seed,
            size: companies.saturating_mul(2).max(64),
        }
    }

    /// Places of so many different people; some are of one family.
    pub fn pick(&self, dice: &mut Dice, people: u64) -> Vec<u64> {
        let mut places: Vec<u64> = Vec::new();
        while (places.len() as u64) < people.min(self.size) {
            let place = match places.last() {
                Some(last) if dice.permille(400) => (last + 1) % self.size,
                _ => dice.below(self.size),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The person at this place.
    pub fn person(&self, place: u64) -> Person {
        let mut dice = Dice::of(self.seed, WHAT, place);
        if dice.permille(FOREIGNERS) {
            foreigner(&mut dice, place)
        } else {
            let mut family = Dice::of(self.seed, FAMILY, place / FAMILY_SIZE);
            thai(&mut dice, &mut family, place)
        }
    }
}

fn thai(dice: &mut Dice, family: &mut Dice, place: u64) -> Person {
    let male = dice.permille(560);
    let (first, first_latin) = dice.pair(FIRST);
    let (second, second_latin) = dice.pair(if male { MALE } else { FEMALE });
    let (one, two, three) = (
        family.pair(INVENTED),
        family.pair(NATURE),
        family.pair(ENDS),
    );
    let (title, title_latin) = if dice.permille(25) {
        dice.pair(RANKS)
    } else if male {
        ("นาย", "Mr.")
    } else if dice.permille(550) {
        ("นางสาว", "Miss")
    } else {
        ("นาง", "Mrs.")
    };
    let latin_name = dice.permille(300).then(|| {
        format!(
            "{title_latin} {first_latin}{second_latin} {}{}{}",
            one.1, two.1, three.1
        )
    });
    // A few entries are older than the numbers.
    let number = (!dice.permille(8))
        .then(|| national_id(dice, place))
        .flatten();
    Person {
        name: PersonName {
            title: title.to_owned(),
            first: [first, second].concat(),
            middle: None,
            last: [one.0, two.0, three.0].concat(),
        },
        latin_name,
        nationality: "THA",
        number,
    }
}

/// A number with a valid check digit; the place in the pool makes it nobody else's.
fn national_id(dice: &mut Dice, place: u64) -> Option<DeclaredNumber> {
    let kind = dice.word(&["1", "3", "5"]);
    let province = dice.between(10, 96);
    let twelve = format!("{kind}{province}{place:09}");
    let id: NationalId = checked(&twelve).parse().ok()?;
    Some(DeclaredNumber::NationalId(id))
}

fn foreigner(dice: &mut Dice, place: u64) -> Person {
    let male = dice.permille(700);
    let (country, men, women, families) = dice.of_table(&COUNTRIES).copied().unwrap_or((
        "JPN",
        &[("ฮิโรชิ", "Hiroshi")],
        &[("ยูกิ", "Yuki")],
        &[("ทานาเบะยามะ", "Tanabeyama")],
    ));
    let first = dice.pair(if male { men } else { women });
    let last = dice.pair(families);
    let (title, title_latin) = if male {
        ("นาย", "Mr.")
    } else {
        ("นางสาว", "Miss")
    };
    let latin = dice.permille(350);
    let name = if latin {
        PersonName {
            title: title_latin.to_owned(),
            first: first.1.to_owned(),
            middle: None,
            last: last.1.to_owned(),
        }
    } else {
        PersonName {
            title: title.to_owned(),
            first: first.0.to_owned(),
            middle: None,
            last: last.0.to_owned(),
        }
    };
    let birth = NaiveDate::from_ymd_opt(
        i32::try_from(dice.between(1948, 1998)).unwrap_or(1970),
        u32::try_from(dice.between(1, 12)).unwrap_or(1),
        u32::try_from(dice.between(1, 28)).unwrap_or(1),
    );
    Person {
        name,
        latin_name: Some(format!("{title_latin} {} {}", first.1, last.1)),
        nationality: country,
        number: birth.map(|birth_date| DeclaredNumber::Passport {
            number: format!("X{place:08}"),
            country: country.to_owned(),
            birth_date,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_place_is_always_the_same_person_and_numbers_are_nobody_elses() {
        let pool = Pool::new(7, 1_000);
        let mut numbers = BTreeSet::new();
        let mut foreigners = 0;
        for place in 0..2_000 {
            let person = pool.person(place);
            assert_eq!(person, pool.person(place));
            match person.number {
                Some(DeclaredNumber::NationalId(id)) => {
                    assert!(numbers.insert(id.expose().to_owned()));
                }
                Some(DeclaredNumber::Passport { number, .. }) => {
                    foreigners += 1;
                    assert!(numbers.insert(number));
                }
                None => {}
            }
        }
        assert!((50..120).contains(&foreigners), "{foreigners}");
        assert!(numbers.len() > 1_900);
    }

    #[test]
    fn everybody_with_a_thai_name_is_clearly_invented() {
        let pool = Pool::new(1, 100);
        for place in 0..200 {
            let person = pool.person(place);
            let marked = INVENTED
                .iter()
                .any(|(word, _)| person.name.last.starts_with(word));
            assert!(
                marked || person.nationality != "THA",
                "{}",
                person.name.full()
            );
        }
    }
}
