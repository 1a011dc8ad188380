//! Types and statuses of juristic persons in the register's words.

use crate::kernel::lang::Bilingual;
use serde::{Deserialize, Serialize};

/// What kind of juristic person. The first four carry a digit in the register, which is also the fourth digit of
/// their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JuristicType {
    /// ห้างหุ้นส่วนสามัญนิติบุคคล (CCC 1064)
    RegisteredOrdinaryPartnership,
    /// ห้างหุ้นส่วนจำกัด (CCC 1077)
    LimitedPartnership,
    /// บริษัทจำกัด (CCC 1096)
    LimitedCompany,
    /// บริษัทมหาชนจำกัด (Public Limited Companies Act B.E. 2535)
    PublicLimitedCompany,
    /// สมาคมการค้า (Trade Association Act)
    TradeAssociation,
    /// หอการค้า (Chamber of Commerce Act)
    ChamberOfCommerce,
    /// นิติบุคคลต่างประเทศ (Foreign Business Act)
    ForeignJuristicPerson,
}

/// Where a juristic person stands. Anything the register writes that is not known here is `Unknown`, for which
/// nobody may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// ยังดำเนินกิจการอยู่
    Active,
    /// ฟื้นฟูกิจการ
    Rehabilitation,
    /// คืนสู่ทะเบียน
    Restored,
    /// พิทักษ์ทรัพย์เด็ดขาด
    Receivership,
    /// ล้มละลาย
    Bankrupt,
    /// เลิก, in liquidation
    DissolvedLiquidating,
    /// เสร็จการชำระบัญชี
    Liquidated,
    /// ร้าง
    StruckOff,
    /// แปรสภาพ
    Converted,
    /// ควบ
    Amalgamated,
    /// ถอน(บริคณห์)
    MemorandumWithdrawn,
    /// สิ้นสภาพ
    Ended,
    /// Any other word.
    Unknown,
}

impl JuristicType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::RegisteredOrdinaryPartnership,
        Self::LimitedPartnership,
        Self::LimitedCompany,
        Self::PublicLimitedCompany,
        Self::TradeAssociation,
        Self::ChamberOfCommerce,
        Self::ForeignJuristicPerson,
    ];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisteredOrdinaryPartnership => "registered_ordinary_partnership",
            Self::LimitedPartnership => "limited_partnership",
            Self::LimitedCompany => "limited_company",
            Self::PublicLimitedCompany => "public_limited_company",
            Self::TradeAssociation => "trade_association",
            Self::ChamberOfCommerce => "chamber_of_commerce",
            Self::ForeignJuristicPerson => "foreign_juristic_person",
        }
    }

    /// Whether partners, not directors, stand behind it.
    pub const fn is_partnership(self) -> bool {
        matches!(
            self,
            Self::RegisteredOrdinaryPartnership | Self::LimitedPartnership
        )
    }

    /// What people call it.
    pub fn label(self) -> Bilingual {
        match self {
            Self::RegisteredOrdinaryPartnership => {
                Bilingual::new("ห้างหุ้นส่วนสามัญนิติบุคคล", "Registered ordinary partnership")
            }
            Self::LimitedPartnership => Bilingual::new("ห้างหุ้นส่วนจำกัด", "Limited partnership"),
            Self::LimitedCompany => Bilingual::new("บริษัทจำกัด", "Limited company"),
            Self::PublicLimitedCompany => Bilingual::new("บริษัทมหาชนจำกัด", "Public limited company"),
            Self::TradeAssociation => Bilingual::new("สมาคมการค้า", "Trade association"),
            Self::ChamberOfCommerce => Bilingual::new("หอการค้า", "Chamber of commerce"),
            Self::ForeignJuristicPerson => {
                Bilingual::new("นิติบุคคลต่างประเทศ", "Foreign juristic person")
            }
        }
    }
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 13] = [
        Self::Active,
        Self::Rehabilitation,
        Self::Restored,
        Self::Receivership,
        Self::Bankrupt,
        Self::DissolvedLiquidating,
        Self::Liquidated,
        Self::StruckOff,
        Self::Converted,
        Self::Amalgamated,
        Self::MemorandumWithdrawn,
        Self::Ended,
        Self::Unknown,
    ];

    /// Read the register's words; spelling varies by feed, so spaces do not count.
    pub fn from_register(text: &str) -> Self {
        let words: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match words.as_str() {
            "ยังดำเนินกิจการอยู่" => Self::Active,
            "ฟื้นฟู" | "ฟื้นฟูกิจการ" => Self::Rehabilitation,
            "คืนสู่ทะเบียน" => Self::Restored,
            "พิทักษ์ทรัพย์เด็ดขาด" | "พิทักษ์ทรัพย์" | "พิทักษ์ทรัพย์ชั่วคราว" => {
                Self::Receivership
            }
            "ล้มละลาย" => Self::Bankrupt,
            "เลิก" | "เลิก(ไม่เสร็จการชำระบัญชี)" | "อยู่ระหว่างชำระบัญชี" => {
                Self::DissolvedLiquidating
            }
            "เสร็จการชำระบัญชี" | "เลิก(เสร็จการชำระบัญชี)" => {
                Self::Liquidated
            }
            "ร้าง" => Self::StruckOff,
            "แปรสภาพ" => Self::Converted,
            "ควบ" | "ควบบริษัท" => Self::Amalgamated,
            "ถอน(บริคณห์)" => Self::MemorandumWithdrawn,
            "สิ้นสภาพ" => Self::Ended,
            _ => Self::Unknown,
        }
    }

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Rehabilitation => "rehabilitation",
            Self::Restored => "restored",
            Self::Receivership => "receivership",
            Self::Bankrupt => "bankrupt",
            Self::DissolvedLiquidating => "dissolved_liquidating",
            Self::Liquidated => "liquidated",
            Self::StruckOff => "struck_off",
            Self::Converted => "converted",
            Self::Amalgamated => "amalgamated",
            Self::MemorandumWithdrawn => "memorandum_withdrawn",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }

    /// What people call it.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Active => Bilingual::new("ยังดำเนินกิจการอยู่", "In operation"),
            Self::Rehabilitation => Bilingual::new("ฟื้นฟูกิจการ", "Under business rehabilitation"),
            Self::Restored => Bilingual::new("คืนสู่ทะเบียน", "Restored to the register"),
            Self::Receivership => Bilingual::new("พิทักษ์ทรัพย์", "In receivership"),
            Self::Bankrupt => Bilingual::new("ล้มละลาย", "Bankrupt"),
            Self::DissolvedLiquidating => Bilingual::new("เลิก", "Dissolved, in liquidation"),
            Self::Liquidated => Bilingual::new("เสร็จการชำระบัญชี", "Liquidation completed"),
            Self::StruckOff => Bilingual::new("ร้าง", "Struck off"),
            Self::Converted => Bilingual::new("แปรสภาพ", "Converted to another type"),
            Self::Amalgamated => Bilingual::new("ควบ", "Amalgamated"),
            Self::MemorandumWithdrawn => Bilingual::new("ถอนบริคณห์", "Memorandum withdrawn"),
            Self::Ended => Bilingual::new("สิ้นสภาพ", "Ceased"),
            Self::Unknown => Bilingual::new("ไม่ทราบสถานะ", "Unknown status"),
        }
    }
}

/// The digit that the register gives a type: what the exchange writes in `JuristicType`, and the fourth digit of the
/// registration number. The types of other Acts have none.
pub const fn digit(kind: JuristicType) -> Option<&'static str> {
    match kind {
        JuristicType::RegisteredOrdinaryPartnership => Some("2"),
        JuristicType::LimitedPartnership => Some("3"),
        JuristicType::LimitedCompany => Some("5"),
        JuristicType::PublicLimitedCompany => Some("7"),
        JuristicType::TradeAssociation
        | JuristicType::ChamberOfCommerce
        | JuristicType::ForeignJuristicPerson => None,
    }
}

/// Read what the exchange writes in `JuristicType`: a digit, or the Thai words.
pub fn read_type(text: &str) -> Option<JuristicType> {
    let text = text.trim();
    JuristicType::ALL
        .iter()
        .copied()
        .find(|kind| digit(*kind) == Some(text) || text == kind.label().th)
}
