//! One company of the register, whole: made of its place and the seed alone.

use super::cells::Slot;
use super::dice::Dice;
use super::people::{Person, Pool};
use super::places::address;
use super::statements::{Signers, statement};
use crate::kernel::money::Baht;
use crate::kernel::time::thai_date;
use crate::registry::feed::{DeclaredIdentity, FeedRow};
use crate::registry::kind::{JuristicType, Status};
use crate::registry::model::{
    FormerName, JuristicPerson, Objectives, Officer, OfficerRef, OfficerRole, Statement,
    StatementKind,
};
use crate::signing_rule::Liability;
use chrono::{Days, NaiveDate};

const WHAT: u64 = 0x434f_4d50;
/// No date that is generated lies after this one.
pub const LAST_DAY: (i32, u32, u32) = (2025, 12, 31);

type Words = &'static [(&'static str, &'static str)];

const INVENTED: Words = &[
    ("ตัวอย่าง", "TUAYANG"),
    ("สมมติ", "SOMMUT"),
    ("จำลอง", "CHAMLONG"),
    ("ทดลอง", "THOTLONG"),
    ("แบบร่าง", "BAEPRANG"),
    ("นิมิตไทย", "NIMIT THAI"),
    ("ลองของ", "LONGKHONG"),
    ("เสมือน", "SAMUEAN"),
];
const KERNELS: Words = &[
    ("ภูผา", "PHUPHA"),
    ("นที", "NATHI"),
    ("ธารา", "THARA"),
    ("เมฆา", "MEKHA"),
    ("อันดามัน", "ANDAMAN"),
    ("สยาม", "SIAM"),
    ("ล้านนา", "LANNA"),
    ("บูรพา", "BURAPHA"),
    ("ทักษิณ", "THAKSIN"),
    ("รุ่งอรุณ", "RUNGARUN"),
    ("ดารา", "DARA"),
    ("เพชรไพลิน", "PHETPHAILIN"),
    ("ข้าวหอม", "KHAOHOM"),
    ("ไม้งาม", "MAINGAM"),
    ("ศิลาทอง", "SILATHONG"),
    ("วารี", "WARI"),
    ("ปัญญา", "PANYA"),
    ("นภา", "NAPHA"),
    ("ชลธี", "CHONLATHI"),
    ("คีรี", "KHIRI"),
];
/// Businesses: the word in names, its Latin form, code and words of the industry.
const BUSINESSES: &[(&str, &str, &str, &str)] = &[
    ("เทรดดิ้ง", "TRADING", "46900", "การขายส่งสินค้าทั่วไป"),
    (
        "โลจิสติกส์",
        "LOGISTICS",
        "52292",
        "กิจกรรมตัวแทนผู้รับจัดการขนส่งสินค้า",
    ),
    (
        "ก่อสร้าง",
        "CONSTRUCTION",
        "41002",
        "การก่อสร้างอาคารที่ไม่ใช่ที่พักอาศัย",
    ),
    (
        "ซอฟต์แวร์",
        "SOFTWARE",
        "62010",
        "กิจกรรมการเขียนโปรแกรมคอมพิวเตอร์ตามความต้องการของผู้ใช้",
    ),
    (
        "พร็อพเพอร์ตี้",
        "PROPERTY",
        "68102",
        "การซื้อและการขายอสังหาริมทรัพย์ที่เป็นของตนเองเพื่อการพักอาศัย",
    ),
    (
        "เอ็นจิเนียริ่ง",
        "ENGINEERING",
        "71102",
        "กิจกรรมงานวิศวกรรมและการให้คำปรึกษาทางด้านเทคนิค",
    ),
    ("ฟู้ดส์", "FOODS", "10799", "การผลิตผลิตภัณฑ์อาหารอื่น"),
    (
        "การเกษตร",
        "AGRICULTURE",
        "01619",
        "กิจกรรมสนับสนุนการผลิตพืชผลอื่น",
    ),
    ("ทราเวล", "TRAVEL", "79110", "กิจกรรมของตัวแทนธุรกิจท่องเที่ยว"),
    (
        "ออโต้พาร์ท",
        "AUTO PARTS",
        "45301",
        "การขายส่งชิ้นส่วนและอุปกรณ์เสริมใหม่ของยานยนต์",
    ),
    (
        "คอนซัลติ้ง",
        "CONSULTING",
        "70209",
        "กิจกรรมให้คำปรึกษาด้านการบริหารจัดการอื่น",
    ),
    ("เท็กซ์ไทล์", "TEXTILE", "13120", "การทอผ้า"),
];
const CAPITALS: &[(u64, i64)] = &[
    (8, 100_000),
    (12, 500_000),
    (40, 1_000_000),
    (14, 2_000_000),
    (14, 5_000_000),
    (6, 10_000_000),
    (4, 50_000_000),
    (2, 200_000_000),
];
/// Directors of a limited company, with shares in a thousand; about three on average.
const BOARDS: &[(u64, u64)] = &[
    (270, 1),
    (250, 2),
    (190, 3),
    (110, 4),
    (70, 5),
    (40, 6),
    (30, 7),
    (20, 8),
    (20, 9),
];
/// Statuses in the register's words, with shares in ten thousand.
const STATUSES: &[(u64, &str)] = &[
    (8_850, "ยังดำเนินกิจการอยู่"),
    (180, "เลิก(ไม่เสร็จการชำระบัญชี)"),
    (120, "อยู่ระหว่างชำระบัญชี"),
    (390, "เสร็จการชำระบัญชี"),
    (310, "ร้าง"),
    (30, "คืนสู่ทะเบียน"),
    (10, "ฟื้นฟูกิจการ"),
    (30, "พิทักษ์ทรัพย์เด็ดขาด"),
    (30, "ล้มละลาย"),
    (15, "แปรสภาพ"),
    (15, "ควบ"),
    (10, "สิ้นสภาพ"),
    (5, "ถอน(บริคณห์)"),
    (5, "อยู่ระหว่างตรวจสอบข้อเท็จจริง"),
];

/// What a statement calls a juristic person of this type.
pub fn firm(kind: JuristicType) -> &'static str {
    match kind {
        JuristicType::LimitedPartnership | JuristicType::RegisteredOrdinaryPartnership => "ห้าง",
        JuristicType::TradeAssociation => "สมาคม",
        JuristicType::ChamberOfCommerce => "หอการค้า",
        JuristicType::LimitedCompany
        | JuristicType::PublicLimitedCompany
        | JuristicType::ForeignJuristicPerson => "บริษัท",
    }
}

/// The dice that one company is made with.
pub fn dice(seed: u64, slot: &Slot) -> Dice {
    let which = slot.number.as_str().parse().unwrap_or_default();
    Dice::of(seed, WHAT, which)
}

/// The company of a slot, with the numbers behind its officers.
pub fn company(seed: u64, pool: Pool, slot: &Slot) -> FeedRow {
    let mut dice = dice(seed, slot);
    let registered_on = NaiveDate::from_yo_opt(slot.year, 1)
        .and_then(|day| day.checked_add_days(Days::new(slot.day)))
        .unwrap_or(NaiveDate::MIN);
    let business = dice.of_table(BUSINESSES).copied().unwrap_or_default();
    let (name_th, name_en) = names(&mut dice, slot.kind, business);
    let status_text = dice.weighted(STATUSES).unwrap_or_default();
    let status = Status::from_register(status_text);
    let mut making = Making {
        dice,
        pool,
        kind: slot.kind,
        registered_on,
        people: Vec::new(),
    };
    let never = status == Status::MemorandumWithdrawn;
    let winding_up = status == Status::DissolvedLiquidating;
    let mut officers = if never { Vec::new() } else { making.board() };
    let mut former_officers = Vec::new();
    let mut statements = Vec::new();
    let mut dissolved_on = None;
    if winding_up || status == Status::Liquidated {
        dissolved_on = Some(making.later());
    }
    if winding_up {
        let day = dissolved_on.unwrap_or(registered_on);
        former_officers = std::mem::take(&mut officers);
        for officer in &mut former_officers {
            officer.appointed = officer.appointed.map(|appointed| appointed.min(day));
            officer.ended = Some(day);
        }
        officers = making.liquidators(former_officers.len(), day);
    } else if !never && making.dice.permille(150) {
        former_officers = making.somebody_who_left(officers.len());
    }
    if !officers.is_empty() {
        statements.extend(making.statements(&officers, winding_up));
    }
    let former_names = if never {
        Vec::new()
    } else {
        making.former_names(&name_th, business, &mut statements)
    };
    if let Some(day) = dissolved_on {
        let firm = firm(slot.kind);
        let how = if winding_up {
            "เลิก"
        } else {
            "เสร็จการชำระบัญชี"
        };
        statements.push(Statement {
            kind: StatementKind::Note,
            text: format!("{firm}นี้ได้จดทะเบียน{how} เมื่อวันที่ {}/", thai_date(day)),
        });
    }
    let mut dice = making.dice;
    let addresses = {
        let mut all = vec![address(&mut dice, "สำนักงานแห่งใหญ่", slot.province.1)];
        if dice.permille(60) {
            all.push(address(&mut dice, "สาขาที่ 00001", slot.province.1));
        }
        all
    };
    let clauses = u32::try_from(dice.between(8, 60)).unwrap_or(8);
    let (capital, paid_up) = capital(&mut dice, slot.kind);
    FeedRow {
        record: JuristicPerson {
            registration_number: slot.number.clone(),
            former_number: None,
            successor_number: None,
            juristic_type: slot.kind,
            status,
            status_text: status_text.to_owned(),
            name_th,
            name_en,
            former_names,
            registered_on,
            dissolved_on,
            capital,
            paid_up,
            addresses,
            objectives: Objectives {
                count: Some(clauses),
                pages: Some(clauses / 16 + 1),
                standard_code: Some(business.2.to_owned()),
                texts: vec![business.3.to_owned()],
            },
            officers,
            former_officers,
            statements,
        },
        people: Some(in_order(making.people)),
        valid_from: None,
        valid_to: None,
    }
}

fn names(
    dice: &mut Dice,
    kind: JuristicType,
    business: (&str, &str, &str, &str),
) -> (String, Option<String>) {
    let (one, one_latin) = dice.pair(INVENTED);
    let (two, two_latin) = dice.pair(KERNELS);
    let own = format!("{one}{two} {}", business.0);
    let latin = format!("{one_latin} {two_latin} {}", business.1);
    let told = dice.permille(850);
    let (name, english) = match kind {
        JuristicType::LimitedCompany => (
            format!("บริษัท {own} จำกัด"),
            format!("{latin} COMPANY LIMITED"),
        ),
        JuristicType::PublicLimitedCompany => (
            format!("บริษัท {own} จำกัด (มหาชน)"),
            format!("{latin} PUBLIC COMPANY LIMITED"),
        ),
        JuristicType::LimitedPartnership => (
            format!("ห้างหุ้นส่วนจำกัด {own}"),
            format!("{latin} LIMITED PARTNERSHIP"),
        ),
        JuristicType::RegisteredOrdinaryPartnership => (
            format!("ห้างหุ้นส่วนสามัญนิติบุคคล {own}"),
            format!("{latin} REGISTERED ORDINARY PARTNERSHIP"),
        ),
        JuristicType::TradeAssociation => (
            format!("สมาคมการค้า{own}"),
            format!("{latin} TRADE ASSOCIATION"),
        ),
        JuristicType::ChamberOfCommerce => (
            format!("หอการค้า{own}"),
            format!("{latin} CHAMBER OF COMMERCE"),
        ),
        JuristicType::ForeignJuristicPerson => (
            format!("{own} (สาขาประเทศไทย)"),
            format!("{latin} (THAILAND BRANCH)"),
        ),
    };
    (name, told.then_some(english))
}

fn capital(dice: &mut Dice, kind: JuristicType) -> (Option<Baht>, Option<Baht>) {
    if matches!(
        kind,
        JuristicType::TradeAssociation | JuristicType::ChamberOfCommerce
    ) {
        return (None, None);
    }
    let times = if kind == JuristicType::PublicLimitedCompany {
        100
    } else {
        1
    };
    let baht = dice.weighted(CAPITALS).unwrap_or(1_000_000) * times;
    // A quarter must be paid up (Civil and Commercial Code s. 1105).
    let paid = if dice.permille(700) { baht } else { baht / 4 };
    (Baht::from_baht(baht), Baht::from_baht(paid))
}

/// Numbers in the order of the officers.
pub fn in_order(mut people: Vec<DeclaredIdentity>) -> Vec<DeclaredIdentity> {
    people.sort_by_key(|identity| identity.officer);
    people
}

/// What the parts of one company share while it is made.
pub struct Making {
    /// Its dice.
    pub dice: Dice,
    /// Everybody.
    pub pool: Pool,
    /// Its type.
    pub kind: JuristicType,
    /// When it was registered.
    pub registered_on: NaiveDate,
    /// The numbers behind its officers so far.
    pub people: Vec<DeclaredIdentity>,
}

impl Making {
    /// A day after registration and before anything else is known.
    fn later(&mut self) -> NaiveDate {
        let last = NaiveDate::from_ymd_opt(LAST_DAY.0, LAST_DAY.1, LAST_DAY.2)
            .unwrap_or(self.registered_on);
        let days = (last - self.registered_on).num_days();
        let after = self.dice.below(u64::try_from(days).unwrap_or_default());
        self.registered_on
            .checked_add_days(Days::new(after))
            .unwrap_or(self.registered_on)
    }

    /// Somebody in these roles, at this place of the list.
    pub fn officer(
        &mut self,
        person: Person,
        place: usize,
        roles: Vec<OfficerRole>,
        appointed: NaiveDate,
    ) -> Option<Officer> {
        let sequence = u32::try_from(place).ok()?.checked_add(1)?;
        let reference = OfficerRef::new(sequence)?;
        let number = person.number;
        self.people.extend(number.map(|number| DeclaredIdentity {
            officer: reference,
            number,
        }));
        let managing = roles.contains(&OfficerRole::ManagingPartner);
        let ordinary = self.kind == JuristicType::RegisteredOrdinaryPartnership;
        Some(Officer {
            reference,
            sequence,
            name: person.name,
            latin_name: person.latin_name,
            liability: roles.contains(&OfficerRole::Partner).then_some(
                // Managing partners and all partners of an ordinary partnership are liable without limit.
                if managing || ordinary {
                    Liability::Unlimited
                } else {
                    Liability::Limited
                },
            ),
            roles,
            nationality: Some(person.nationality.to_owned()),
            appointed: Some(appointed),
            ended: None,
        })
    }

    fn board(&mut self) -> Vec<Officer> {
        let size = match self.kind {
            JuristicType::PublicLimitedCompany => self.dice.between(5, 9),
            JuristicType::LimitedPartnership | JuristicType::RegisteredOrdinaryPartnership => {
                self.dice.between(2, 4)
            }
            JuristicType::TradeAssociation | JuristicType::ChamberOfCommerce => {
                self.dice.between(3, 9)
            }
            JuristicType::ForeignJuristicPerson => self.dice.between(1, 2),
            JuristicType::LimitedCompany => self.dice.weighted(BOARDS).unwrap_or(1),
        };
        let managing = if self.dice.permille(850) { 1 } else { 2 };
        let pool = self.pool;
        pool.pick(&mut self.dice, size)
            .into_iter()
            .enumerate()
            .filter_map(|(place, who)| {
                let roles = if !self.kind.is_partnership() {
                    vec![OfficerRole::Director]
                } else if place < managing {
                    vec![OfficerRole::ManagingPartner, OfficerRole::Partner]
                } else {
                    vec![OfficerRole::Partner]
                };
                let appointed = if self.dice.permille(700) {
                    self.registered_on
                } else {
                    self.later()
                };
                self.officer(pool.person(who), place, roles, appointed)
            })
            .collect()
    }

    /// Liquidators behind so many people on the list.
    pub fn liquidators(&mut self, taken: usize, day: NaiveDate) -> Vec<Officer> {
        let count = self.dice.between(1, 2);
        let pool = self.pool;
        pool.pick(&mut self.dice, count)
            .into_iter()
            .enumerate()
            .filter_map(|(place, who)| {
                let roles = vec![OfficerRole::Liquidator];
                self.officer(pool.person(who), taken + place, roles, day)
            })
            .collect()
    }

    fn somebody_who_left(&mut self, taken: usize) -> Vec<Officer> {
        let pool = self.pool;
        let role = if self.kind.is_partnership() {
            OfficerRole::Partner
        } else {
            OfficerRole::Director
        };
        let who = pool.pick(&mut self.dice, 1);
        let ended = self.later();
        who.into_iter()
            .filter_map(|who| {
                let appointed = self.registered_on;
                let mut officer = self.officer(pool.person(who), taken, vec![role], appointed)?;
                officer.ended = Some(ended);
                Some(officer)
            })
            .collect()
    }

    /// The texts about who may bind it. A partnership registers its limit apart.
    pub fn statements(&mut self, officers: &[Officer], winding_up: bool) -> Vec<Statement> {
        let (signers, role) = if winding_up {
            (Signers::Liquidators, OfficerRole::Liquidator)
        } else if self.kind.is_partnership() {
            (Signers::Partners, OfficerRole::ManagingPartner)
        } else {
            (Signers::Directors, OfficerRole::Director)
        };
        let signing: Vec<String> = officers
            .iter()
            .filter(|officer| officer.is(role))
            .map(|officer| officer.name.full())
            .collect();
        let text = statement(&mut self.dice, signers, &signing, firm(self.kind));
        let mut statements = vec![Statement {
            kind: StatementKind::Authority,
            text,
        }];
        if signers == Signers::Partners && self.dice.permille(600) {
            statements.push(Statement {
                kind: StatementKind::Restriction,
                text: "ไม่มี/".to_owned(),
            });
        }
        statements
    }

    /// An earlier name of a few, with the note that tells it.
    fn former_names(
        &mut self,
        name: &str,
        business: (&str, &str, &str, &str),
        statements: &mut Vec<Statement>,
    ) -> Vec<FormerName> {
        if !self.dice.permille(80) {
            return Vec::new();
        }
        let (former, _) = names(&mut self.dice, self.kind, business);
        let day = self.later();
        statements.push(Statement {
            kind: StatementKind::NameChange,
            text: format!(
                "{}นี้เดิมชื่อ {former} ได้จดทะเบียนเปลี่ยนชื่อเป็น {name} เมื่อวันที่ {}/",
                firm(self.kind),
                thai_date(day)
            ),
        });
        vec![FormerName {
            name: former,
            until: Some(day),
        }]
    }
}
