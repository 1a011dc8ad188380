//! What people call the register's words: types, statuses, offices, liabilities, entries. One place, in both languages,
//! for the API, pages and documents. Stable codes are for programs; these texts may be corrected.

use super::kind::{JuristicType, Status};
use super::model::{Liability, OfficerRole, StatementKind};
use crate::kernel::lang::Bilingual;

/// A word of the register with a stable code and a name in both languages.
pub trait Labelled: Copy + 'static {
    /// Every word of this kind.
    const ALL: &'static [Self];

    /// The stable code.
    fn code(self) -> &'static str;

    /// What people call it, as the Department of Business Development writes it.
    fn label(self) -> Bilingual;
}

// Types and statuses are read from these names as well: their texts stand beside their spellings.
impl Labelled for JuristicType {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> Bilingual {
        Self::label(self)
    }
}

impl Labelled for Status {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> Bilingual {
        Self::label(self)
    }
}

impl Labelled for OfficerRole {
    const ALL: &'static [Self] = &Self::ALL;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> Bilingual {
        let (th, en) = match self {
            Self::Director => ("กรรมการ", "Director"),
            Self::ManagingPartner => ("หุ้นส่วนผู้จัดการ", "Managing partner"),
            Self::Partner => ("หุ้นส่วน", "Partner"),
            Self::Liquidator => ("ผู้ชำระบัญชี", "Liquidator"),
            Self::OfficialReceiver => ("เจ้าพนักงานพิทักษ์ทรัพย์", "Official receiver"),
            Self::PlanPreparer => ("ผู้ทำแผน", "Plan preparer"),
            Self::PlanAdministrator => ("ผู้บริหารแผน", "Plan administrator"),
        };
        Bilingual::new(th, en)
    }
}

impl Labelled for Liability {
    const ALL: &'static [Self] = &Self::ALL;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> Bilingual {
        let (th, en) = match self {
            Self::Limited => ("หุ้นส่วนจำพวกจำกัดความรับผิด", "Partner with limited liability"),
            Self::Unlimited => (
                "หุ้นส่วนจำพวกไม่จำกัดความรับผิด",
                "Partner with unlimited liability",
            ),
        };
        Bilingual::new(th, en)
    }
}

impl Labelled for StatementKind {
    const ALL: &'static [Self] = &Self::ALL;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> Bilingual {
        let (th, en) = match self {
            Self::Authority => ("อำนาจกรรมการ", "Authority to bind"),
            Self::Restriction => (
                "ข้อจำกัดอำนาจหุ้นส่วนผู้จัดการ",
                "Limits on the managing partners' authority",
            ),
            Self::Other => ("รายการอื่นที่เห็นสมควรทราบ", "Other particulars"),
            Self::NameChange => ("หมายเหตุการเปลี่ยนชื่อ", "Note of a change of name"),
            Self::Note => ("หมายเหตุอื่น ๆ", "Other notes"),
        };
        Bilingual::new(th, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn check<T: Labelled>(words: usize) {
        let (mut codes, mut thai, mut english) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for word in T::ALL.iter().copied() {
            let (code, Bilingual { th, en }) = (word.code(), word.label());
            assert!(
                code.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{code}"
            );
            let is_thai = |letter: char| ('\u{e00}'..='\u{e7f}').contains(&letter);
            assert!(!th.is_empty() && th.chars().any(is_thai), "{code}: {th}");
            assert!(!en.is_empty() && !en.chars().any(is_thai), "{code}: {en}");
            codes.insert(code);
            thai.insert(th);
            english.insert(en);
        }
        assert_eq!([codes.len(), thai.len(), english.len()], [words; 3]);
    }

    #[test]
    fn every_word_of_the_register_has_a_code_and_a_name_of_its_own_in_both_languages() {
        check::<JuristicType>(7);
        check::<Status>(14);
        check::<OfficerRole>(7);
        check::<Liability>(2);
        check::<StatementKind>(5);
    }
}
