//! Words of registered statements, and the acts they mean.

use super::{ActCode, ActSet};

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
