//! Acts a juristic person may be bound for: the catalogue, and the words of statements that mean them.
//!
//! The catalogue is data with a version. A code says what kind of act a relying party asks about
//! (`bank.account.open`); a *scope word* is what a registered statement says (การทำธุรกรรมกับธนาคาร).
//! Between the two there are three cases: the word surely covers the act, the word may cover it
//! (it is narrower or wider than the code), or it does not. Doubt is kept as doubt: an act that a
//! word only *may* cover never permits.
//!
//! To add an act: one row in [`CATALOGUE`] at the end, a new [`CATALOGUE_VERSION`]. To add a scope
//! word: one entry in [`SCOPE_WORDS`]; list under `surely` only acts every instance of which the
//! word covers.

use super::lang::Bilingual;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Version of the catalogue and of the scope words; part of every policy version.
pub const CATALOGUE_VERSION: &str = "2026.1";

/// The field of business an act belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Accounts and payments at a bank.
    Banking,
    /// Loans, guarantees and security.
    Credit,
    /// Telephone and data services.
    Telecom,
    /// Returns, refunds and disputes with the Revenue Department.
    Tax,
    /// Filings with the company registrar.
    Registry,
    /// Bids and contracts with the state.
    Procurement,
    /// Ordinary trade.
    Commercial,
    /// Land and buildings.
    Property,
    /// Courts, arbitration and criminal complaints.
    Litigation,
    /// Staff and social security.
    Employment,
    /// Customs clearance.
    Customs,
    /// Insurance contracts and claims.
    Insurance,
    /// Securities trading.
    Securities,
    /// Meetings of companies in which shares are held.
    Corporate,
    /// Licences.
    Government,
    /// Consent to share data.
    Consent,
}

impl Family {
    /// The family's name in both languages.
    pub fn label(self) -> Bilingual {
        let (thai, english) = match self {
            Self::Banking => ("ธนาคาร", "Banking"),
            Self::Credit => ("สินเชื่อ", "Credit"),
            Self::Telecom => ("โทรคมนาคม", "Telecom"),
            Self::Tax => ("ภาษีอากร", "Tax"),
            Self::Registry => ("งานทะเบียนนิติบุคคล", "Company registry"),
            Self::Procurement => ("จัดซื้อจัดจ้างภาครัฐ", "Public procurement"),
            Self::Commercial => ("การค้า", "Commerce"),
            Self::Property => ("อสังหาริมทรัพย์", "Property"),
            Self::Litigation => ("คดีความ", "Litigation"),
            Self::Employment => ("แรงงาน", "Employment"),
            Self::Customs => ("ศุลกากร", "Customs"),
            Self::Insurance => ("ประกันภัย", "Insurance"),
            Self::Securities => ("หลักทรัพย์", "Securities"),
            Self::Corporate => ("กิจการบริษัท", "Corporate affairs"),
            Self::Government => ("ใบอนุญาต", "Licences"),
            Self::Consent => ("ความยินยอม", "Consent"),
        };
        Bilingual::new(thai, english)
    }
}

/// The form the law asks of the act itself, and through Civil and Commercial Code s. 798 of the
/// power to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// No form, or the agency's own.
    None,
    /// Evidenced in writing.
    Evidence,
    /// Made in writing.
    Writing,
    /// Made in writing; registered with an officer where the object demands it.
    WritingOrRegistered,
    /// Made in writing and registered with an officer.
    Registered,
}

#[derive(Debug)]
struct ActType {
    code: &'static str,
    thai: &'static str,
    english: &'static str,
    family: Family,
    named_authority: Option<u8>,
    form: Form,
    carries_amount: bool,
}

const fn act(
    code: &'static str,
    thai: &'static str,
    english: &'static str,
    family: Family,
    named_authority: Option<u8>,
    form: Form,
    carries_amount: bool,
) -> ActType {
    ActType {
        code,
        thai,
        english,
        family,
        named_authority,
        form,
        carries_amount,
    }
}

/// How many acts the catalogue holds.
pub const ACT_COUNT: usize = 48;

// Code, Thai, English, family, number in s. 801 paragraph 2 (an act that a general power never
// includes), form, whether it usually carries an amount.
static CATALOGUE: [ActType; ACT_COUNT] = [
    act(
        "bank.account.open",
        "เปิดบัญชีเงินฝาก",
        "Open a deposit account",
        Family::Banking,
        None,
        Form::None,
        false,
    ),
    act(
        "bank.account.operate",
        "ฝาก ถอน โอนเงิน และสั่งจ่ายเช็ค",
        "Operate account, transfer, sign cheques",
        Family::Banking,
        None,
        Form::None,
        true,
    ),
    act(
        "bank.account.close",
        "ปิดบัญชีเงินฝาก",
        "Close an account",
        Family::Banking,
        None,
        Form::None,
        false,
    ),
    act(
        "bank.ebanking.admin",
        "สมัครและบริหารผู้ใช้ระบบธนาคารอิเล็กทรอนิกส์",
        "Apply for / administer corporate e-banking",
        Family::Banking,
        None,
        Form::None,
        false,
    ),
    act(
        "credit.loan",
        "กู้ยืมเงินและรับสินเชื่อ",
        "Borrow / accept credit facilities",
        Family::Credit,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "credit.guarantee",
        "ค้ำประกันหนี้",
        "Give a guarantee",
        Family::Credit,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "credit.mortgage.immovable",
        "จำนองอสังหาริมทรัพย์",
        "Mortgage immovable property",
        Family::Credit,
        Some(1),
        Form::Registered,
        true,
    ),
    act(
        "credit.pledge.security",
        "จำนำ/หลักประกันทางธุรกิจ",
        "Pledge / business-security agreement",
        Family::Credit,
        None,
        Form::WritingOrRegistered,
        true,
    ),
    act(
        "credit.bureau.consent",
        "ให้ความยินยอมเปิดเผยข้อมูลเครดิต",
        "Consent to credit-bureau disclosure",
        Family::Credit,
        None,
        Form::Writing,
        false,
    ),
    act(
        "telecom.register",
        "เปิดใช้บริการโทรคมนาคม/ลงทะเบียนซิม",
        "Subscribe telecom service / register SIM",
        Family::Telecom,
        None,
        Form::None,
        false,
    ),
    act(
        "telecom.change",
        "เปลี่ยนแปลง โอน ย้ายค่าย ยกเลิกบริการโทรคมนาคม",
        "Change, transfer, port, cancel",
        Family::Telecom,
        None,
        Form::None,
        false,
    ),
    act(
        "tax.efile",
        "ยื่นแบบแสดงรายการภาษี",
        "File tax returns",
        Family::Tax,
        None,
        Form::None,
        true,
    ),
    act(
        "tax.vat.register",
        "จดทะเบียนภาษีมูลค่าเพิ่ม/แก้ไขทะเบียน",
        "VAT registration and changes",
        Family::Tax,
        None,
        Form::None,
        false,
    ),
    act(
        "tax.refund",
        "ขอคืนและรับเงินคืนภาษี",
        "Claim and receive a tax refund",
        Family::Tax,
        None,
        Form::None,
        true,
    ),
    act(
        "tax.dispute",
        "อุทธรณ์และชี้แจงต่อกรมสรรพากร",
        "Tax appeal / explanation",
        Family::Tax,
        None,
        Form::Writing,
        true,
    ),
    act(
        "tax.estamp",
        "ชำระอากรแสตมป์เป็นตัวเงิน (อ.ส.9)",
        "Pay stamp duty electronically",
        Family::Tax,
        None,
        Form::None,
        true,
    ),
    act(
        "dbd.register.change",
        "จดทะเบียนแก้ไขเพิ่มเติมกรรมการ/ที่ตั้ง/ทุน",
        "Register changes (directors, address, capital)",
        Family::Registry,
        None,
        Form::Writing,
        false,
    ),
    act(
        "dbd.certificate.request",
        "ขอหนังสือรับรองและสำเนาเอกสารทะเบียน",
        "Request certificates / certified copies",
        Family::Registry,
        None,
        Form::None,
        false,
    ),
    act(
        "dbd.financials.file",
        "นำส่งงบการเงิน (DBD e-Filing)",
        "File financial statements",
        Family::Registry,
        None,
        Form::None,
        false,
    ),
    act(
        "dbd.shareholders.file",
        "นำส่งสำเนาบัญชีรายชื่อผู้ถือหุ้น (บอจ.5)",
        "File list of shareholders",
        Family::Registry,
        None,
        Form::None,
        false,
    ),
    act(
        "dbd.dissolve",
        "จดทะเบียนเลิกและชำระบัญชี",
        "Register dissolution / liquidation",
        Family::Registry,
        None,
        Form::Writing,
        false,
    ),
    act(
        "dbd.ecommerce",
        "จดทะเบียนพาณิชย์อิเล็กทรอนิกส์",
        "Register e-commerce",
        Family::Registry,
        None,
        Form::None,
        false,
    ),
    act(
        "proc.egp.register",
        "ลงทะเบียนผู้ค้ากับภาครัฐ (e-GP)",
        "Register as government vendor",
        Family::Procurement,
        None,
        Form::None,
        false,
    ),
    act(
        "proc.bid",
        "ยื่นข้อเสนอ/เสนอราคา (e-bidding)",
        "Submit a bid",
        Family::Procurement,
        None,
        Form::Writing,
        true,
    ),
    act(
        "proc.contract.sign",
        "ลงนามสัญญากับหน่วยงานของรัฐ",
        "Sign a state contract",
        Family::Procurement,
        None,
        Form::Writing,
        true,
    ),
    act(
        "proc.delivery",
        "ส่งมอบงาน/รับเงิน/วางหลักประกัน",
        "Deliver, receive payment, lodge security",
        Family::Procurement,
        None,
        Form::None,
        true,
    ),
    act(
        "contract.general",
        "ทำสัญญาทางการค้าทั่วไป",
        "Ordinary commercial contracts",
        Family::Commercial,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "contract.sale.movable",
        "ซื้อขายสังหาริมทรัพย์ (เกิน 20,000 บาท)",
        "Sale of movables",
        Family::Commercial,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "property.sale.immovable",
        "ขายอสังหาริมทรัพย์",
        "Sell immovable property",
        Family::Property,
        Some(1),
        Form::Registered,
        true,
    ),
    act(
        "property.buy.immovable",
        "ซื้อและรับโอนอสังหาริมทรัพย์",
        "Buy / accept transfer",
        Family::Property,
        None,
        Form::Registered,
        true,
    ),
    act(
        "property.lease.short",
        "ให้เช่าอสังหาริมทรัพย์ไม่เกินสามปี",
        "Let immovable ≤ 3 years",
        Family::Property,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "property.lease.long",
        "ให้เช่าอสังหาริมทรัพย์กว่าสามปี",
        "Let immovable > 3 years",
        Family::Property,
        Some(2),
        Form::Registered,
        true,
    ),
    act(
        "property.gift",
        "ให้โดยเสน่หา",
        "Make a gift",
        Family::Property,
        Some(3),
        Form::WritingOrRegistered,
        true,
    ),
    act(
        "property.servitude",
        "จดทะเบียนภาระจำยอม สิทธิเก็บกิน สิทธิเหนือพื้นดิน",
        "Register servitude / usufruct / superficies",
        Family::Property,
        None,
        Form::Registered,
        false,
    ),
    act(
        "property.land.office",
        "ติดต่อสำนักงานที่ดิน (รังวัด ขอเอกสาร)",
        "Land-office dealings (survey, documents; form ท.ด.21)",
        Family::Property,
        None,
        Form::Writing,
        false,
    ),
    act(
        "litig.sue",
        "ฟ้องคดีและดำเนินกระบวนพิจารณา",
        "File and conduct an action",
        Family::Litigation,
        Some(5),
        Form::Writing,
        false,
    ),
    act(
        "litig.defend",
        "ต่อสู้คดี แต่งตั้งทนายความ",
        "Defend, appoint counsel",
        Family::Litigation,
        None,
        Form::Writing,
        false,
    ),
    act(
        "litig.compromise",
        "ประนีประนอมยอมความ ถอนฟ้อง ยอมรับ",
        "Compromise, withdraw, admit",
        Family::Litigation,
        Some(4),
        Form::Evidence,
        true,
    ),
    act(
        "litig.arbitrate",
        "เสนอข้อพิพาทต่ออนุญาโตตุลาการ",
        "Submit to arbitration",
        Family::Litigation,
        Some(6),
        Form::Writing,
        true,
    ),
    act(
        "litig.criminal",
        "ร้องทุกข์และถอนคำร้องทุกข์",
        "Lodge/withdraw a criminal complaint",
        Family::Litigation,
        None,
        Form::Writing,
        false,
    ),
    act(
        "hr.employ",
        "จ้าง เลิกจ้าง และลงนามเอกสารแรงงาน",
        "Hire, dismiss, sign labour documents",
        Family::Employment,
        None,
        Form::None,
        false,
    ),
    act(
        "hr.sso",
        "ขึ้นทะเบียนและนำส่งประกันสังคม/กองทุน",
        "Social security registration and filing",
        Family::Employment,
        None,
        Form::None,
        true,
    ),
    act(
        "customs.clear",
        "ผ่านพิธีการศุลกากร (e-Customs)",
        "Customs clearance / paperless registration",
        Family::Customs,
        None,
        Form::None,
        true,
    ),
    act(
        "ins.policy",
        "ทำประกันภัย เรียกร้อง และรับค่าสินไหม",
        "Insurance contracts, claims, receive indemnity",
        Family::Insurance,
        None,
        Form::Evidence,
        true,
    ),
    act(
        "sec.trade",
        "เปิดบัญชีและซื้อขายหลักทรัพย์",
        "Open account / trade securities",
        Family::Securities,
        None,
        Form::Writing,
        true,
    ),
    act(
        "meeting.proxy",
        "เข้าประชุมผู้ถือหุ้นและออกเสียงแทน",
        "Attend and vote at shareholders' meeting by proxy",
        Family::Corporate,
        None,
        Form::Writing,
        false,
    ),
    act(
        "permit.license",
        "ขอรับและต่ออายุใบอนุญาต",
        "Apply for/renew licences",
        Family::Government,
        None,
        Form::Writing,
        false,
    ),
    act(
        "id.consent.data",
        "ให้ความยินยอมเปิดเผยข้อมูล (e-Consent)",
        "Give data-sharing consent",
        Family::Consent,
        None,
        Form::None,
        false,
    ),
];

/// One act of the catalogue, for example `bank.account.open`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActCode(u8);

/// Text that is not a code of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no act with this code in catalogue {CATALOGUE_VERSION}: {code:?}")]
pub struct UnknownAct {
    /// What was given.
    pub code: String,
}

impl ActCode {
    /// All acts, in the order of the catalogue.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        (0..ACT_COUNT).map(|index| Self(index as u8))
    }

    /// Position in the catalogue, below [`ACT_COUNT`]. Valid within one catalogue version.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    fn row(self) -> &'static ActType {
        static NOWHERE: ActType = act("", "", "", Family::Commercial, None, Form::None, false);
        CATALOGUE.get(self.index()).unwrap_or(&NOWHERE)
    }

    /// The code as written in requests and receipts.
    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The act's name in both languages.
    pub fn label(self) -> Bilingual {
        Bilingual::new(self.row().thai, self.row().english)
    }

    /// The family it belongs to.
    pub fn family(self) -> Family {
        self.row().family
    }

    /// The number in Civil and Commercial Code s. 801 paragraph 2 when a power must name this act
    /// expressly; `None` when a general power may include it.
    pub fn named_authority(self) -> Option<u8> {
        self.row().named_authority
    }

    /// The form the law asks for.
    pub fn form(self) -> Form {
        self.row().form
    }

    /// Whether the act usually carries an amount of money.
    pub fn carries_amount(self) -> bool {
        self.row().carries_amount
    }
}

impl fmt::Display for ActCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ActCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActCode {
    type Err = UnknownAct;

    fn from_str(text: &str) -> Result<Self, UnknownAct> {
        Self::all()
            .find(|act| act.as_str() == text)
            .ok_or_else(|| UnknownAct {
                code: text.to_owned(),
            })
    }
}

impl Serialize for ActCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ActCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A set of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ActSet(u64);

impl ActSet {
    /// No act.
    pub const NONE: Self = Self(0);
    /// Every act of the catalogue.
    pub const ALL: Self = Self((1 << ACT_COUNT) - 1);

    /// Whether the act is in the set.
    pub fn contains(self, act: ActCode) -> bool {
        self.0 & (1 << act.0) != 0
    }

    /// The set with one act more.
    #[must_use]
    pub fn with(self, act: ActCode) -> Self {
        Self(self.0 | (1 << act.0))
    }

    /// Acts in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Acts in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Acts in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The acts, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = ActCode> {
        ActCode::all().filter(move |act| self.contains(*act))
    }
}

impl FromIterator<ActCode> for ActSet {
    fn from_iter<I: IntoIterator<Item = ActCode>>(acts: I) -> Self {
        acts.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What a word of a statement covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeMeaning {
    /// Acts the word covers in every instance.
    pub surely: ActSet,
    /// Acts the word may or may not cover.
    pub perhaps: ActSet,
}

struct ScopeWords {
    words: &'static [&'static str],
    surely: &'static [&'static str],
    perhaps: &'static [&'static str],
}

const BANK: &[&str] = &[
    "bank.account.open",
    "bank.account.operate",
    "bank.account.close",
    "bank.ebanking.admin",
];
const OPERATE: &[&str] = &["bank.account.operate"];
const CREDIT: &[&str] = &[
    "credit.loan",
    "credit.guarantee",
    "credit.mortgage.immovable",
    "credit.pledge.security",
    "credit.bureau.consent",
];
const TAX: &[&str] = &[
    "tax.efile",
    "tax.vat.register",
    "tax.refund",
    "tax.dispute",
    "tax.estamp",
];
const PROPERTY: &[&str] = &[
    "credit.mortgage.immovable",
    "property.sale.immovable",
    "property.buy.immovable",
    "property.lease.short",
    "property.lease.long",
    "property.gift",
    "property.servitude",
    "property.land.office",
];
const TRADE_IN_LAND: &[&str] = &["property.sale.immovable", "property.buy.immovable"];
const LETTING: &[&str] = &["property.lease.short", "property.lease.long"];
const LITIGATION: &[&str] = &[
    "litig.sue",
    "litig.defend",
    "litig.compromise",
    "litig.arbitrate",
    "litig.criminal",
];
const STATE: &[&str] = &[
    "tax.efile",
    "tax.vat.register",
    "tax.refund",
    "tax.dispute",
    "tax.estamp",
    "dbd.register.change",
    "dbd.certificate.request",
    "dbd.financials.file",
    "dbd.shareholders.file",
    "dbd.dissolve",
    "dbd.ecommerce",
    "proc.egp.register",
    "proc.bid",
    "proc.contract.sign",
    "proc.delivery",
    "property.land.office",
    "hr.sso",
    "customs.clear",
    "permit.license",
];

// Written without spaces and without the leading การ.
static SCOPE_WORDS: &[ScopeWords] = &[
    // A loan from a bank is a dealing with a bank too, but the codes for credit reach further.
    ScopeWords {
        words: &[
            "ทำธุรกรรมกับธนาคาร",
            "ธุรกรรมกับธนาคาร",
            "ทำธุรกรรมทางการเงินกับธนาคาร",
            "ทำธุรกรรมทางการเงิน",
            "ธุรกรรมทางการเงิน",
            "ทำธุรกรรมทางธนาคาร",
            "ธุรกรรมทางธนาคาร",
            "ทำนิติกรรมกับธนาคาร",
        ],
        surely: BANK,
        perhaps: CREDIT,
    },
    ScopeWords {
        words: &["ติดต่อกับธนาคาร", "ติดต่อธนาคาร"],
        surely: &[],
        perhaps: &[
            "bank.account.open",
            "bank.account.operate",
            "bank.account.close",
            "bank.ebanking.admin",
            "credit.loan",
            "credit.guarantee",
            "credit.mortgage.immovable",
            "credit.pledge.security",
            "credit.bureau.consent",
        ],
    },
    ScopeWords {
        words: &[
            "เปิดบัญชีเงินฝากธนาคาร",
            "เปิดบัญชีเงินฝาก",
            "เปิดบัญชีธนาคาร",
            "เปิดบัญชีกับธนาคาร",
        ],
        surely: &["bank.account.open"],
        perhaps: &[],
    },
    ScopeWords {
        words: &[
            "ปิดบัญชีเงินฝากธนาคาร",
            "ปิดบัญชีเงินฝาก",
            "ปิดบัญชีธนาคาร",
            "ปิดบัญชีกับธนาคาร",
        ],
        surely: &["bank.account.close"],
        perhaps: &[],
    },
    // Each names a part of what operating an account is.
    ScopeWords {
        words: &[
            "ลงลายมือชื่อสั่งจ่ายเช็ค",
            "ลงลายมือชื่อในเช็ค",
            "ลงนามสั่งจ่ายเช็ค",
            "ลงนามในเช็ค",
            "สั่งจ่ายเช็ค",
            "เบิกถอนเงินจากบัญชี",
            "เบิกถอนเงิน",
            "เบิกจ่ายเงิน",
            "ถอนเงินจากบัญชี",
            "ฝากถอนเงิน",
            "ถอนเงิน",
            "โอนเงิน",
            "เช็ค",
        ],
        surely: &[],
        perhaps: OPERATE,
    },
    ScopeWords {
        words: &["กู้ยืมเงิน", "กู้เงิน", "กู้ยืม", "กู้ยืมเงินและรับสินเชื่อ"],
        surely: &["credit.loan"],
        perhaps: &[],
    },
    ScopeWords {
        words: &[
            "กู้ยืมเงินจากธนาคาร",
            "กู้ยืมเงินจากสถาบันการเงิน",
            "กู้เงินจากธนาคาร",
            "กู้เงินจากสถาบันการเงิน",
        ],
        surely: &[],
        perhaps: &["credit.loan"],
    },
    ScopeWords {
        words: &[
            "ขอสินเชื่อ",
            "รับสินเชื่อ",
            "สินเชื่อ",
            "ทำธุรกรรมสินเชื่อ",
            "ธุรกรรมสินเชื่อ",
        ],
        surely: &["credit.loan"],
        perhaps: CREDIT,
    },
    ScopeWords {
        words: &["ค้ำประกันหนี้", "ค้ำประกัน"],
        surely: &["credit.guarantee"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["จำนองอสังหาริมทรัพย์", "จำนอง"],
        surely: &["credit.mortgage.immovable"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["จำนองที่ดิน"],
        surely: &[],
        perhaps: &["credit.mortgage.immovable"],
    },
    ScopeWords {
        words: &["จำนำ"],
        surely: &[],
        perhaps: &["credit.pledge.security"],
    },
    ScopeWords {
        words: &[
            "ซื้อขายอสังหาริมทรัพย์",
            "ซื้อและขายอสังหาริมทรัพย์",
            "ซื้อหรือขายอสังหาริมทรัพย์",
        ],
        surely: TRADE_IN_LAND,
        perhaps: &[],
    },
    ScopeWords {
        words: &["ขายอสังหาริมทรัพย์"],
        surely: &["property.sale.immovable"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["ซื้ออสังหาริมทรัพย์"],
        surely: &["property.buy.immovable"],
        perhaps: &[],
    },
    ScopeWords {
        words: &[
            "ซื้อขายที่ดินและสิ่งปลูกสร้าง",
            "ซื้อขายที่ดิน",
            "ซื้อหรือขายที่ดิน",
            "ซื้อและขายที่ดิน",
        ],
        surely: &[],
        perhaps: TRADE_IN_LAND,
    },
    ScopeWords {
        words: &["ขายที่ดิน"],
        surely: &[],
        perhaps: &["property.sale.immovable"],
    },
    ScopeWords {
        words: &["ซื้อที่ดิน"],
        surely: &[],
        perhaps: &["property.buy.immovable"],
    },
    ScopeWords {
        words: &["ให้เช่าอสังหาริมทรัพย์"],
        surely: LETTING,
        perhaps: &[],
    },
    ScopeWords {
        words: &["เช่าอสังหาริมทรัพย์", "เช่าที่ดิน", "ให้เช่าที่ดิน"],
        surely: &[],
        perhaps: LETTING,
    },
    ScopeWords {
        words: &[
            "ทำนิติกรรมเกี่ยวกับอสังหาริมทรัพย์",
            "นิติกรรมเกี่ยวกับอสังหาริมทรัพย์",
            "ทำธุรกรรมเกี่ยวกับอสังหาริมทรัพย์",
            "ธุรกรรมเกี่ยวกับอสังหาริมทรัพย์",
            "เกี่ยวกับอสังหาริมทรัพย์",
            "อสังหาริมทรัพย์",
        ],
        surely: PROPERTY,
        perhaps: &[],
    },
    ScopeWords {
        words: &[
            "ติดต่อกับหน่วยงานราชการ",
            "ติดต่อหน่วยงานราชการ",
            "ติดต่อกับส่วนราชการ",
            "ติดต่อส่วนราชการ",
            "ติดต่อกับราชการ",
            "ติดต่อราชการ",
            "หน่วยงานราชการ",
        ],
        surely: STATE,
        perhaps: LITIGATION,
    },
    ScopeWords {
        words: &["ดำเนินคดีในศาล", "ดำเนินคดี", "ดำเนินคดีความ"],
        surely: LITIGATION,
        perhaps: &[],
    },
    ScopeWords {
        words: &["ฟ้องร้องดำเนินคดี", "ฟ้องคดี", "ฟ้องร้อง"],
        surely: &["litig.sue"],
        perhaps: LITIGATION,
    },
    ScopeWords {
        words: &["ต่อสู้คดี"],
        surely: &["litig.defend"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["แต่งตั้งทนายความ"],
        surely: &[],
        perhaps: LITIGATION,
    },
    ScopeWords {
        words: &["ประนีประนอมยอมความ"],
        surely: &["litig.compromise"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["ร้องทุกข์"],
        surely: &[],
        perhaps: &["litig.criminal"],
    },
    ScopeWords {
        words: &[
            "ดำเนินการด้านภาษีอากร",
            "ดำเนินการเกี่ยวกับภาษีอากร",
            "ดำเนินการด้านภาษี",
            "ดำเนินการเกี่ยวกับภาษี",
            "เกี่ยวกับภาษีอากร",
            "เกี่ยวกับภาษี",
            "ภาษีอากร",
            "ภาษี",
        ],
        surely: TAX,
        perhaps: &[],
    },
    ScopeWords {
        words: &[
            "ยื่นแบบแสดงรายการภาษีอากร",
            "ยื่นแบบแสดงรายการภาษี",
            "ยื่นแบบภาษี",
            "ยื่นภาษี",
        ],
        surely: &["tax.efile"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["ติดต่อกรมสรรพากร", "ติดต่อกับกรมสรรพากร"],
        surely: &[],
        perhaps: TAX,
    },
    ScopeWords {
        words: &["จดทะเบียนภาษีมูลค่าเพิ่ม"],
        surely: &[],
        perhaps: &["tax.vat.register"],
    },
    ScopeWords {
        words: &["ลงนามสัญญากับหน่วยงานของรัฐ", "ทำสัญญากับหน่วยงานของรัฐ"],
        surely: &["proc.contract.sign"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["ทำสัญญากับหน่วยงานราชการ", "ลงนามสัญญากับหน่วยงานราชการ"],
        surely: &[],
        perhaps: &["proc.contract.sign"],
    },
    ScopeWords {
        words: &["ยื่นซองประกวดราคา", "ประกวดราคา", "เสนอราคา", "ยื่นข้อเสนอ"],
        surely: &[],
        perhaps: &["proc.bid"],
    },
    ScopeWords {
        words: &[
            "จ้างและเลิกจ้างพนักงาน",
            "จ้างหรือเลิกจ้างพนักงาน",
            "จ้างพนักงาน",
            "เลิกจ้างพนักงาน",
            "จ้างแรงงาน",
        ],
        surely: &[],
        perhaps: &["hr.employ"],
    },
    ScopeWords {
        words: &["ติดต่อสำนักงานประกันสังคม", "ประกันสังคม"],
        surely: &[],
        perhaps: &["hr.sso"],
    },
    ScopeWords {
        words: &["ผ่านพิธีการศุลกากร", "พิธีการศุลกากร", "ดำเนินพิธีการศุลกากร"],
        surely: &["customs.clear"],
        perhaps: &[],
    },
    ScopeWords {
        words: &["ทำประกันภัย"],
        surely: &[],
        perhaps: &["ins.policy"],
    },
    ScopeWords {
        words: &["ซื้อขายหลักทรัพย์"],
        surely: &[],
        perhaps: &["sec.trade"],
    },
    ScopeWords {
        words: &["ขอใบอนุญาต", "ขอรับใบอนุญาต", "ขอและต่ออายุใบอนุญาต"],
        surely: &[],
        perhaps: &["permit.license"],
    },
];

fn set_of(codes: &[&str]) -> ActSet {
    ActCode::all()
        .filter(|act| codes.contains(&act.as_str()))
        .collect()
}

/// What a scope word covers; `None` for a word that is not in the table (it may mean any act).
/// The word is given without spaces and without the leading การ.
pub fn scope_word(word: &str) -> Option<ScopeMeaning> {
    SCOPE_WORDS
        .iter()
        .find(|entry| entry.words.contains(&word))
        .map(|entry| {
            let surely = set_of(entry.surely);
            ScopeMeaning {
                surely,
                perhaps: set_of(entry.perhaps).without(surely),
            }
        })
}

/// Every scope word the table knows, in no particular order.
pub fn scope_words() -> impl Iterator<Item = &'static str> {
    SCOPE_WORDS
        .iter()
        .flat_map(|entry| entry.words.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_reads_back_and_none_is_there_twice() {
        let codes: BTreeSet<&str> = ActCode::all().map(ActCode::as_str).collect();
        assert_eq!(codes.len(), ACT_COUNT);
        for act in ActCode::all() {
            assert_eq!(act.as_str().parse(), Ok(act));
            let json = serde_json::to_string(&act).unwrap();
            assert_eq!(serde_json::from_str::<ActCode>(&json).unwrap(), act);
            assert!(!act.label().th.is_empty() && !act.label().en.is_empty());
        }
        assert!("bank.account".parse::<ActCode>().is_err());
        assert!("".parse::<ActCode>().is_err());
    }

    #[test]
    fn the_six_acts_of_section_801_are_marked() {
        let named: BTreeSet<u8> = ActCode::all()
            .filter_map(ActCode::named_authority)
            .collect();
        assert_eq!(named, (1..=6).collect());
        let codes: Vec<&str> = ActCode::all()
            .filter(|act| act.named_authority().is_some())
            .map(ActCode::as_str)
            .collect();
        assert_eq!(
            codes,
            [
                "credit.mortgage.immovable",
                "property.sale.immovable",
                "property.lease.long",
                "property.gift",
                "litig.sue",
                "litig.compromise",
                "litig.arbitrate"
            ]
        );
    }

    #[test]
    fn every_code_behind_a_scope_word_is_in_the_catalogue_and_no_word_is_there_twice() {
        let mut seen = BTreeSet::new();
        for entry in SCOPE_WORDS {
            for code in entry.surely.iter().chain(entry.perhaps) {
                assert!(code.parse::<ActCode>().is_ok(), "{code}");
            }
            assert!(!entry.surely.is_empty() || !entry.perhaps.is_empty());
            for word in entry.words {
                assert!(seen.insert(*word), "{word}");
                assert!(!word.contains(' ') && !word.starts_with("การ"), "{word}");
            }
        }
    }

    #[test]
    fn a_word_narrower_than_its_code_only_may_cover_it() {
        let cheque = scope_word("สั่งจ่ายเช็ค").unwrap();
        assert!(cheque.surely.is_empty());
        assert!(
            cheque
                .perhaps
                .contains("bank.account.operate".parse().unwrap())
        );
        assert_eq!(scope_word("ปลูกต้นไม้"), None);
        let bank = scope_word("ทำธุรกรรมกับธนาคาร").unwrap();
        assert_eq!(bank.surely.iter().count(), 4);
        assert!(bank.perhaps.contains("credit.loan".parse().unwrap()));
    }
}
