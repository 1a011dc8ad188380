//! Names: a juristic person's full name from what feeds write, and when two names of people are the same.

use super::kind::JuristicType;
use super::model::PersonName;
use crate::kernel::text::NameSkeleton;

/// Abbreviations that feeds put before a name, longest first, with the type they stand for.
const ABBREVIATIONS: [(&str, JuristicType); 7] = [
    ("บมจ.", JuristicType::PublicLimitedCompany),
    ("บจก.", JuristicType::LimitedCompany),
    ("หจก.", JuristicType::LimitedPartnership),
    ("หสน.", JuristicType::RegisteredOrdinaryPartnership),
    ("บจ.", JuristicType::LimitedCompany),
    ("หจ.", JuristicType::LimitedPartnership),
    ("หส.", JuristicType::RegisteredOrdinaryPartnership),
];

/// Words that begin a full name, with the types they belong to.
const PREFIXES: [(&str, &[JuristicType]); 3] = [
    ("ห้างหุ้นส่วนจำกัด", &[JuristicType::LimitedPartnership]),
    (
        "ห้างหุ้นส่วนสามัญนิติบุคคล",
        &[JuristicType::RegisteredOrdinaryPartnership],
    ),
    (
        "บริษัท",
        &[
            JuristicType::LimitedCompany,
            JuristicType::PublicLimitedCompany,
            // Foreign companies keep whatever they are called.
            JuristicType::ForeignJuristicPerson,
        ],
    ),
];

/// Why a name cannot be the name of this juristic person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameRefusal {
    /// It is written as the name of another type.
    #[error("the name is written as that of another type")]
    OtherType,
    /// Nothing but what every juristic person of the type is called.
    #[error("nothing is left of the name without its type")]
    Empty,
}

/// The full name as certificates print it. Feeds leave out `บริษัท`, or abbreviate: `ทดสอบ จำกัด` and
/// `บจ.ทดสอบ จำกัด` are both `บริษัท ทดสอบ จำกัด`.
///
/// `บ.` alone is not expanded: names begin with such initials.
pub fn full_name(written: &str, kind: JuristicType) -> Result<String, NameRefusal> {
    let mut name = written.trim();
    let abbreviation = ABBREVIATIONS
        .iter()
        .find(|(abbreviation, _)| name.starts_with(abbreviation));
    if let Some((abbreviation, meant)) = abbreviation {
        if *meant != kind {
            return Err(NameRefusal::OtherType);
        }
        name = name.strip_prefix(abbreviation).unwrap_or(name).trim_start();
    }
    let prefixed = PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix));
    if prefixed.is_some_and(|(_, kinds)| !kinds.contains(&kind)) {
        return Err(NameRefusal::OtherType);
    }
    let (prefix, suffix) = match kind {
        JuristicType::LimitedCompany => ("บริษัท", " จำกัด"),
        JuristicType::PublicLimitedCompany => ("บริษัท", " จำกัด (มหาชน)"),
        JuristicType::LimitedPartnership => ("ห้างหุ้นส่วนจำกัด", ""),
        JuristicType::RegisteredOrdinaryPartnership => ("ห้างหุ้นส่วนสามัญนิติบุคคล", ""),
        JuristicType::TradeAssociation
        | JuristicType::ChamberOfCommerce
        | JuristicType::ForeignJuristicPerson => {
            return if name.is_empty() {
                Err(NameRefusal::Empty)
            } else {
                Ok(name.to_owned())
            };
        }
    };
    let bare: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    if kind == JuristicType::LimitedCompany && bare.ends_with("จำกัด(มหาชน)") {
        return Err(NameRefusal::OtherType);
    }
    let own = bare.strip_prefix(prefix).unwrap_or(&bare);
    if matches!(own, "" | "จำกัด" | "จำกัด(มหาชน)") {
        return Err(NameRefusal::Empty);
    }
    let mut full = if name.starts_with(prefix) {
        name.to_owned()
    } else {
        format!("{prefix} {name}")
    };
    let bare: String = full.chars().filter(|c| !c.is_whitespace()).collect();
    let wanted: String = suffix.chars().filter(|c| !c.is_whitespace()).collect();
    if !bare.ends_with(&wanted) {
        full.push_str(suffix);
    }
    Ok(full)
}

/// Whether two names are spelled the same, by their skeletons. Titles do not count: feeds differ in them. This only
/// pairs rows about one juristic person that carry the same place on its list; it never decides who somebody is.
pub fn same_name(one: &PersonName, other: &PersonName) -> bool {
    let (one, other) = (one.without_title(), other.without_title());
    match (NameSkeleton::of(&one), NameSkeleton::of(&other)) {
        (Ok(one), Ok(other)) => one == other,
        // A name that cannot be compared is only the same as itself.
        _ => one == other,
    }
}

/// The former name that a name-change note tells: the words between `เดิมชื่อ` and `ได้จดทะเบียนเปลี่ยนชื่อ`.
pub fn former_name(note: &str) -> Option<String> {
    let (_, after) = note.split_once("เดิมชื่อ")?;
    let (name, _) = after.split_once("ได้จดทะเบียนเปลี่ยนชื่อ")?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_from_what_feeds_write() {
        use JuristicType::{
            ForeignJuristicPerson, LimitedCompany, LimitedPartnership, PublicLimitedCompany,
            RegisteredOrdinaryPartnership,
        };
        for (written, kind, full) in [
            ("ทดสอบ จำกัด", LimitedCompany, "บริษัท ทดสอบ จำกัด"),
            ("บจ.ทดสอบ จำกัด", LimitedCompany, "บริษัท ทดสอบ จำกัด"),
            ("บจก. ทดสอบ", LimitedCompany, "บริษัท ทดสอบ จำกัด"),
            ("บริษัท ทดสอบ จำกัด", LimitedCompany, "บริษัท ทดสอบ จำกัด"),
            ("บ.ก. ทดสอบ จำกัด", LimitedCompany, "บริษัท บ.ก. ทดสอบ จำกัด"),
            (
                "ทดสอบ จำกัด (มหาชน)",
                PublicLimitedCompany,
                "บริษัท ทดสอบ จำกัด (มหาชน)",
            ),
            (
                "บมจ.ทดสอบ จำกัด(มหาชน)",
                PublicLimitedCompany,
                "บริษัท ทดสอบ จำกัด(มหาชน)",
            ),
            ("หจ.ดอย", LimitedPartnership, "ห้างหุ้นส่วนจำกัด ดอย"),
            ("ห้างหุ้นส่วนจำกัด ดอย", LimitedPartnership, "ห้างหุ้นส่วนจำกัด ดอย"),
            (
                "หส. สองสหาย",
                RegisteredOrdinaryPartnership,
                "ห้างหุ้นส่วนสามัญนิติบุคคล สองสหาย",
            ),
            (" แซมเปิล สาขาไทย ", ForeignJuristicPerson, "แซมเปิล สาขาไทย"),
        ] {
            assert_eq!(full_name(written, kind).as_deref(), Ok(full), "{written}");
        }
        for (written, kind, refusal) in [
            ("หจ.ดอย", LimitedCompany, NameRefusal::OtherType),
            ("ห้างหุ้นส่วนจำกัด ดอย", LimitedCompany, NameRefusal::OtherType),
            ("บริษัท ดอย จำกัด", LimitedPartnership, NameRefusal::OtherType),
            ("ดอย จำกัด (มหาชน)", LimitedCompany, NameRefusal::OtherType),
            ("บจ.", LimitedCompany, NameRefusal::Empty),
            ("บริษัท จำกัด", LimitedCompany, NameRefusal::Empty),
            ("หจก. ", LimitedPartnership, NameRefusal::Empty),
        ] {
            assert_eq!(full_name(written, kind), Err(refusal), "{written}");
        }
    }

    #[test]
    fn a_name_change_note_tells_the_former_name() {
        let note = "บริษัทนี้เดิมชื่อ บริษัท ลองของการค้า จำกัด ได้จดทะเบียนเปลี่ยนชื่อเป็น บริษัท ใหม่ จำกัด เมื่อวันที่ 1 มีนาคม 2567/";
        assert_eq!(former_name(note).as_deref(), Some("บริษัท ลองของการค้า จำกัด"));
        assert_eq!(former_name("เปลี่ยนชื่อแล้ว/"), None);
    }
}
