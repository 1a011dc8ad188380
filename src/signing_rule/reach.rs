//! How far a scope word reaches: not the same where it gives authority and where it takes authority away.
//!
//! The table of scope words ([`scope_word`]) says what a word *gives*, and gives narrowly: dealings with a bank are
//! the accounts, a contract is a commercial one. Where the same word forbids, or takes something from the general
//! rule ("ห้ามทำธุรกรรมกับธนาคาร", "เว้นแต่การทำสัญญาให้…"), whoever wrote it may have meant all that the word can mean: a
//! loan from a bank, a lease, a guarantee. Such acts are doubtful then, so they never permit.

use crate::kernel::act::{ActCode, ActSet, Family, scope_word};

/// What a word surely covers, and what it may cover.
pub(super) type Reach = (ActSet, ActSet);

/// What a word gives. A word that the table does not know may mean any act; dealing with an office is not doing all
/// that may be done there.
pub(super) fn given(word: &str) -> Reach {
    let Some(meaning) = scope_word(word) else {
        return (ActSet::NONE, ActSet::ALL);
    };
    if only_contact(word) {
        return (ActSet::NONE, meaning.surely.union(meaning.perhaps));
    }
    (meaning.surely, meaning.perhaps)
}

/// What a word takes away: what it gives, and whatever else it can be understood to mean.
pub(super) fn taken(word: &str) -> Reach {
    let (surely, perhaps) = given(word);
    (surely, perhaps.union(beyond(word, surely)).without(surely))
}

/// ติดต่อหน่วยงานราชการ, หน่วยงานราชการ: going there, for what is not said. ติดต่อสำนักงานที่ดิน is an act of the catalogue by that name,
/// and who contacts a bank to make a transaction makes it.
fn only_contact(word: &str) -> bool {
    let named = |act: ActCode| act.label().th.split(" (").next() == Some(word);
    let an_act = || ActCode::all().any(named);
    let office = word.contains("หน่วยงานราชการ") && !word.contains("สัญญา");
    office || (word.starts_with("ติดต่อ") && !word.contains("ธุรกรรม") && !an_act())
}

/// Acts beyond the table that the word can also be understood to mean.
fn beyond(word: &str, surely: ActSet) -> ActSet {
    let says = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    let whole = |of: Family| of_families(&[of]).without(surely).is_empty();
    let mut reach = ActSet::NONE;
    // All that is done with an account: what else is done with a bank or with money.
    if whole(Family::Banking) {
        reach = reach.union(of_families(MONEY));
    }
    // อากร is paid at the customs too.
    if whole(Family::Tax) {
        reach = reach.union(of_families(&[Family::Customs]));
    }
    if word.starts_with("ให้หลักประกัน") {
        reach = reach.union(of_families(&[Family::Credit, Family::Procurement]));
    }
    let things = says(&["ทรัพย์สิน", "ภาระผูกพัน"]) && !says(&["จำนอง"]);
    if things {
        reach = reach.union(of_families(THINGS));
    }
    if says(&["จ้าง", "แรงงาน"]) {
        reach = reach.union(of_families(&[Family::Employment]));
    } else if says(&["สัญญา"]) && !says(&["ของรัฐ", "ภาครัฐ", "งานรัฐ", "ราชการ", "การค้า", "สินค้า"])
    {
        reach = reach.union(of_families(CONTRACTS));
    } else if says(&["การค้า", "สินค้า"]) {
        reach = reach.union(of_families(&[
            Family::Commercial,
            Family::Procurement,
            Family::Customs,
        ]));
    }
    if says(&[
        "จดทะเบียนแก้ไข",
        "จดทะเบียนเปลี่ยน",
        "จดทะเบียนเพิ่ม",
        "จดทะเบียนลด",
        "รายการทางทะเบียน",
    ]) {
        reach = reach.union(of_families(&[Family::Registry]));
    }
    reach
}

/// What is done with a bank, or with money.
const MONEY: &[Family] = &[
    Family::Banking,
    Family::Credit,
    Family::Insurance,
    Family::Securities,
];
/// What is done with things that are owned.
const THINGS: &[Family] = &[
    Family::Property,
    Family::Credit,
    Family::Commercial,
    Family::Securities,
];
/// What is done by contract.
const CONTRACTS: &[Family] = &[
    Family::Banking,
    Family::Credit,
    Family::Telecom,
    Family::Procurement,
    Family::Commercial,
    Family::Property,
    Family::Litigation,
    Family::Employment,
    Family::Insurance,
    Family::Securities,
];

fn of_families(families: &[Family]) -> ActSet {
    ActCode::all()
        .filter(|act| families.contains(&act.family()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(code: &str) -> ActCode {
        code.parse().unwrap()
    }

    #[test]
    fn a_word_that_forbids_reaches_whatever_it_can_be_understood_to_mean() {
        for (word, codes) in [
            (
                "ทำธุรกรรมกับธนาคาร",
                [
                    "credit.loan",
                    "credit.guarantee",
                    "credit.mortgage.immovable",
                ],
            ),
            (
                "ด้านการเงินกับธนาคาร",
                ["credit.loan", "sec.trade", "credit.pledge.security"],
            ),
            (
                "ทำสัญญา",
                ["property.lease.long", "credit.loan", "hr.employ"],
            ),
            (
                "จำหน่ายทรัพย์สิน",
                ["property.gift", "sec.trade", "property.sale.immovable"],
            ),
            (
                "ก่อภาระผูกพันในทรัพย์สิน",
                [
                    "property.servitude",
                    "property.lease.long",
                    "credit.guarantee",
                ],
            ),
        ] {
            for code in codes {
                let (surely, perhaps) = taken(word);
                assert!(perhaps.contains(act(code)), "{word} {code}");
                assert!(!surely.contains(act(code)), "{word} {code}");
                assert!(!given(word).0.contains(act(code)), "{word} {code}");
            }
        }
    }

    #[test]
    fn a_word_as_wide_as_its_act_takes_away_no_more() {
        for word in [
            "กู้ยืมเงิน",
            "ค้ำประกัน",
            "ขายอสังหาริมทรัพย์",
            "จำนอง",
            "จำนองทรัพย์สิน",
            "เปิดบัญชีธนาคาร",
        ] {
            assert_eq!(given(word), taken(word), "{word}");
        }
    }

    #[test]
    fn to_go_to_an_office_is_not_to_do_everything_there() {
        for word in [
            "ติดต่อหน่วยงานราชการ",
            "ติดต่อกรมสรรพากรเกี่ยวกับภาษี",
            "ดำเนินการกับหน่วยงานราชการ",
            "ติดต่อสำนักงานประกันสังคม",
        ] {
            let (surely, perhaps) = given(word);
            assert!(surely.is_empty() && !perhaps.is_empty(), "{word}");
        }
        for word in [
            "ติดต่อสำนักงานที่ดิน",
            "ติดต่อทำธุรกรรมกับธนาคาร",
            "ลงนามในสัญญากับหน่วยงานราชการ",
        ] {
            assert!(!given(word).0.is_empty(), "{word}");
        }
    }
}
