//! What the register says the juristic person is: its status and its type.

use crate::kernel::text::normalise;
use serde::{Deserialize, Serialize};

macro_rules! closed_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal, $thai:literal, $english:literal, [$($spelling:literal),*];)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$item])* $variant,)*
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The canonical word, in snake case.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The name in both languages.
            pub fn label(self) -> crate::kernel::lang::Bilingual {
                let (thai, english) = match self { $(Self::$variant => ($thai, $english),)* };
                crate::kernel::lang::Bilingual::new(thai, english)
            }

            /// The value behind a canonical word or a Thai spelling of a register feed; spaces do
            /// not matter. `None` for any other text.
            pub fn find(text: &str) -> Option<Self> {
                let text: String = normalise(text).text.chars().filter(|c| *c != ' ').collect();
                $(if text == $word || text == $thai $(|| text == $spelling)* { return Some(Self::$variant); })*
                None
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

closed_words! {
    /// Status of a juristic person in the register. What each means for signing is in
    /// `crate::signing_rule::status`.
    Status {
        /// In operation.
        Active = "active", "ยังดำเนินกิจการอยู่", "Active", ["ดำเนินกิจการอยู่"];
        /// Under business rehabilitation (Bankruptcy Act part 3/1).
        Rehabilitation = "rehabilitation", "ฟื้นฟูกิจการ", "Under business rehabilitation",
            ["ฟื้นฟู", "อยู่ระหว่างฟื้นฟูกิจการ", "อยู่ระหว่างการฟื้นฟูกิจการ"];
        /// Put back on the register by a court (Civil and Commercial Code s. 1273/4).
        Restored = "restored", "คืนสู่ทะเบียน", "Restored to the register", [];
        /// Absolute receivership (Bankruptcy Act s. 14, 22), or a receivership that the register does not tell apart.
        Receivership = "receivership", "พิทักษ์ทรัพย์เด็ดขาด", "Absolute receivership",
            ["พิทักษ์ทรัพย์", "ถูกพิทักษ์ทรัพย์", "ถูกพิทักษ์ทรัพย์เด็ดขาด", "absolute_receivership"];
        /// Interim receivership (Bankruptcy Act s. 17, 22): takes management away just as well.
        TemporaryReceivership = "temporary_receivership", "พิทักษ์ทรัพย์ชั่วคราว", "Temporary receivership",
            ["ถูกพิทักษ์ทรัพย์ชั่วคราว"];
        /// Bankrupt.
        Bankrupt = "bankrupt", "ล้มละลาย", "Bankrupt", ["ถูกพิพากษาให้ล้มละลาย"];
        /// Dissolved, liquidation not finished (s. 1249).
        DissolvedLiquidating = "dissolved_liquidating", "อยู่ระหว่างชำระบัญชี", "Dissolved, in liquidation",
            ["เลิก", "เลิก(ไม่เสร็จการชำระบัญชี)", "เลิกไม่เสร็จการชำระบัญชี", "อยู่ระหว่างการชำระบัญชี", "dissolved"];
        /// Liquidation finished (s. 1270).
        Liquidated = "liquidated", "เสร็จการชำระบัญชี", "Liquidation completed",
            ["เลิก(เสร็จการชำระบัญชี)", "เลิกเสร็จการชำระบัญชี", "เสร็จสิ้นการชำระบัญชี", "เลิก(เสร็จสิ้นการชำระบัญชี)"];
        /// Struck off as defunct (s. 1273/3).
        StruckOff = "struck_off", "ร้าง", "Struck off", [];
        /// Converted to another type.
        Converted = "converted", "แปรสภาพ", "Converted", [];
        /// Amalgamated with another (s. 1238).
        Amalgamated = "amalgamated", "ควบบริษัท", "Amalgamated", ["ควบ", "ควบรวม", "ควบรวมกิจการ", "ผสมกิจการ"];
        /// Memorandum withdrawn: never incorporated.
        MemorandumWithdrawn = "memorandum_withdrawn", "ถอน(บริคณห์)", "Memorandum withdrawn", ["ถอนบริคณห์"];
        /// Ended.
        Ended = "ended", "สิ้นสภาพ", "Ceased", ["สิ้นสภาพนิติบุคคล"];
        /// Any other text.
        Unknown = "unknown", "ไม่ทราบสถานะ", "Unknown", [];
    }
}

impl Status {
    /// The status behind the text of a feed; text that is not known is [`Status::Unknown`], which
    /// never permits.
    pub fn from_register(text: &str) -> Self {
        Self::find(text).unwrap_or(Self::Unknown)
    }
}

closed_words! {
    /// Type of a juristic person.
    JuristicType {
        /// ห้างหุ้นส่วนสามัญนิติบุคคล, registration numbers 0xx2.
        RegisteredOrdinaryPartnership = "registered_ordinary_partnership", "ห้างหุ้นส่วนสามัญนิติบุคคล",
            "Registered ordinary partnership", ["ordinary_partnership", "หสน.", "หส.", "2"];
        /// ห้างหุ้นส่วนจำกัด, registration numbers 0xx3.
        LimitedPartnership = "limited_partnership", "ห้างหุ้นส่วนจำกัด", "Limited partnership", ["หจก.", "หจ.", "3"];
        /// บริษัทจำกัด, registration numbers 0xx5.
        LimitedCompany = "limited_company", "บริษัทจำกัด", "Limited company",
            ["company", "private_limited_company", "บจก.", "บจ.", "5"];
        /// บริษัทมหาชนจำกัด, registration numbers 0xx7.
        PublicLimitedCompany = "public_limited_company", "บริษัทมหาชนจำกัด", "Public limited company",
            ["public_company", "บมจ.", "7"];
        /// หอการค้า.
        ChamberOfCommerce = "chamber_of_commerce", "หอการค้า", "Chamber of commerce", [];
        /// สมาคมการค้า.
        TradeAssociation = "trade_association", "สมาคมการค้า", "Trade association", [];
        /// นิติบุคคลต่างประเทศ.
        ForeignJuristicPerson = "foreign_juristic_person", "นิติบุคคลต่างประเทศ", "Foreign juristic person", [];
    }
}

impl JuristicType {
    /// Whether partners manage it (Civil and Commercial Code s. 1012 to 1095).
    pub fn is_partnership(self) -> bool {
        matches!(
            self,
            Self::RegisteredOrdinaryPartnership | Self::LimitedPartnership
        )
    }

    /// Whether the law of signing for it is modelled: partnerships and companies of the two Acts.
    pub fn is_modelled(self) -> bool {
        self.is_partnership() || self.is_company()
    }

    /// Whether directors manage it.
    pub fn is_company(self) -> bool {
        matches!(self, Self::LimitedCompany | Self::PublicLimitedCompany)
    }
}

/// What the register says the juristic person is, at the instant asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Its status.
    pub status: Status,
    /// Its type.
    pub juristic_type: JuristicType,
}

impl Standing {
    /// A limited company in operation.
    pub const ACTIVE_COMPANY: Self = Self {
        status: Status::Active,
        juristic_type: JuristicType::LimitedCompany,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_every_spelling_of_the_feeds() {
        for (text, status) in [
            ("ยังดำเนินกิจการอยู่", Status::Active),
            ("ยังดําเนินกิจการอยู่", Status::Active),
            ("เลิก (ไม่เสร็จการชำระบัญชี)", Status::DissolvedLiquidating),
            ("เลิก(เสร็จการชำระบัญชี)", Status::Liquidated),
            ("พิทักษ์ทรัพย์", Status::Receivership),
            ("พิทักษ์ทรัพย์ เด็ดขาด", Status::Receivership),
            ("พิทักษ์ทรัพย์ชั่วคราว", Status::TemporaryReceivership),
            (" พิทักษ์ทรัพย์\u{a0}\tชั่วคราว\n", Status::TemporaryReceivership),
            ("ล้มละลาย", Status::Bankrupt),
            ("เลิก", Status::DissolvedLiquidating),
            ("อยู่ระหว่างชำระบัญชี", Status::DissolvedLiquidating),
            ("เสร็จการชำระบัญชี", Status::Liquidated),
            ("แปรสภาพ", Status::Converted),
            ("ควบบริษัท", Status::Amalgamated),
            // What merely holds the words of a status is not that status.
            ("ไม่ได้ดำเนินกิจการอยู่", Status::Unknown),
            ("ยังดำเนินกิจการอยู่ (พิทักษ์ทรัพย์)", Status::Unknown),
            ("ยังดำเนินกิจการอยู่/", Status::Unknown),
            ("คืนสู่ทะเบียน เลิก", Status::Unknown),
            ("ฟื้นฟู", Status::Rehabilitation),
            ("คืนสู่ทะเบียน", Status::Restored),
            ("ควบ", Status::Amalgamated),
            ("ถอน(บริคณห์)", Status::MemorandumWithdrawn),
            ("ร้าง", Status::StruckOff),
            ("สิ้นสภาพ", Status::Ended),
            ("active", Status::Active),
            ("อะไรก็ไม่รู้", Status::Unknown),
            ("", Status::Unknown),
        ] {
            assert_eq!(Status::from_register(text), status, "{text}");
        }
        for status in Status::ALL {
            assert_eq!(Status::find(status.as_str()), Some(*status));
            assert_eq!(
                serde_json::to_string(status).unwrap(),
                format!("\"{status}\"")
            );
        }
        for kind in JuristicType::ALL {
            assert_eq!(JuristicType::find(kind.as_str()), Some(*kind));
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
    }
}
