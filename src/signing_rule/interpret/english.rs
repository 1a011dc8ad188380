//! English statements of the common kinds: their words, and the order they put counts in.
//!
//! English is read by the same grammar as Thai; only a party is built differently: the count stands before
//! the office ("any two directors"). Words end at a space or a sign; "director" is not "directory".

use super::lexer::Kind;
use super::lexicon::Word::{self, *};
use super::party::{Join, Party, Sentence, Who};
use crate::signing_rule::rule::{Majority, Pool, Rule, RuleKind};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What an English phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum English {
    Word(Word),
    Number(u64),
    /// A scope word of the act catalogue, by its Thai spelling.
    Act(&'static str),
}

/// Lower case, words apart by one space.
#[rustfmt::skip]
static PHRASES: &[(English, &[&str])] = &[
    (English::Word(Sign), &["sign", "signs", "co-sign", "co-signs", "cosign", "cosigns", "affix signature", "affixes signature"]),
    (English::Word(Joint), &["jointly", "together"]),
    (English::Word(With), &[
        "with", "jointly with", "together with", "in conjunction with", "along with", "co-signing with", "jointly and together with",
    ]),
    (English::Word(And), &["and"]),
    (English::Word(Or), &["or"]),
    (English::Word(AndOr), &["and/or"]),
    (English::Word(May), &[
        "may", "can", "is authorised to", "is authorized to", "are authorised to", "are authorized to", "has authority to",
        "have authority to", "has the power to", "have the power to", "is empowered to", "are empowered to", "be authorised to",
        "is entitled to", "are entitled to", "has the authority to", "have the authority to",
    ]),
    (English::Word(Must), &["shall", "must", "is required to", "are required to", "shall be required to"]),
    (English::Word(Director), &["director", "director of the company"]),
    (English::Word(Directors), &["directors", "directors of the company"]),
    (English::Word(ManagingPartner), &["managing partner"]),
    (English::Word(ManagingPartners), &["managing partners"]),
    (English::Word(Liquidator), &["liquidator"]),
    (English::Word(Liquidators), &["liquidators"]),
    (English::Word(Any), &["any", "either", "a", "an"]),
    (English::Word(The), &["the"]),
    (English::Word(Of), &["of", "of the", "of these", "out of", "out of the", "among", "among the", "from among the", "from"]),
    (English::Word(BothOfThem), &["both", "both of", "both of the", "both the"]),
    (English::Word(All), &["all", "all the", "all of the"]),
    (English::Word(Other), &["other", "another", "any other"]),
    (English::Word(This), &["following", "the following", "namely", "these", "as follows", "the following persons", "them", "of them", "of whom"]),
    (English::Word(AtLeast), &["at least", "not less than", "no fewer than", "not fewer than", "no less than", "a minimum of"]),
    (English::Word(Upwards), &["or more"]),
    (English::Word(OneAmongThem), &[
        "one of whom is", "one of whom must be", "one of whom shall be", "at least one of whom is", "at least one of whom must be",
        "at least one of whom shall be",
    ]),
    (English::Word(AmongThem), &["including", "which must include", "who must include", "which shall include"]),
    (English::Word(MoreThanHalf), &["a majority of", "the majority of", "more than half of"]),
    (English::Word(Half), &["half of", "at least half of"]),
    (English::Word(Alone), &[
        "alone", "solely", "singly", "individually", "severally", "by himself", "by herself", "acting alone", "acting singly", "independently",
    ]),
    (English::Word(Person), &["person", "persons", "people", "signatories"]),
    (English::Word(Total), &[
        "totaling", "totalling", "being", "in total", "a total of", "making a total of", "total of", "totally", "altogether", "for a total of",
        "in total of",
    ]),
    (English::Word(Seal), &[
        "with the company's seal affixed", "with the company's seal", "and affix the company's seal", "and affixes the company's seal",
        "and the company's seal is affixed", "and the seal of the company is affixed", "with the seal of the company affixed",
        "with the seal of the company", "and affix the seal of the company", "and affixes the seal of the company",
        "and the company's seal shall be affixed", "and the seal of the company shall be affixed", "and the company's seal must be affixed",
        "with the affixation of the company's seal", "with the company's common seal affixed", "and affix the company's common seal",
        "and affixes the company's common seal", "under the company's seal", "and affixed with the company's seal",
        "with affixation of the company's seal", "and affix the common seal of the company", "and the company seal affixed",
        "with the company seal affixed", "and affix the company seal", "and affixes the company seal", "and the company seal is affixed",
        "with the company seal", "and affix the partnership's seal", "and affixes the partnership's seal",
        "with the partnership's seal affixed", "and the partnership's seal is affixed", "and affix the bank's seal", "with the bank's seal affixed",
        "and affixes the bank's seal", "and stamp the company's seal", "and stamps the company's seal", "and affix the seal", "and affixes the seal",
        "with the seal affixed", "and with the company's seal affixed", "with company's seal affixed", "with company seal affixed",
        "and the company's seal affixed", "together with the company's seal", "together with affixing the company's seal",
        "with the company's seal being affixed", "and seal of the company", "with the company's official seal affixed",
    ]),
    (English::Word(SealForAll), &[
        "in each case with the company's seal affixed", "in all cases with the company's seal affixed", "in every case with the company's seal affixed",
        "in each case with the company's seal",
    ]),
    (English::Word(NoSeal), &[
        "without the company's seal", "without affixing the company's seal", "without the seal", "without the seal of the company",
        "the company's seal is not required", "the seal is not required", "no seal is required", "and the company's seal is not required",
        "without the company's seal affixed", "without the company's seal being affixed", "the company's seal need not be affixed",
        "and the company's seal need not be affixed", "without the need to affix the company's seal", "without company seal",
        "without seal", "without a seal", "no seal required",
    ]),
    (English::Word(Noise), &[
        "on behalf of the company", "to bind the company", "and bind the company", "for and on behalf of the company", "in order to bind the company",
        "for the company", "on the company's behalf", "on behalf of the partnership", "to bind the partnership", "in the name of the company",
        "on behalf of the bank",
    ]),
    (English::Word(HeadingSign), &[
        "the directors authorised to sign to bind the company are", "the directors authorized to sign to bind the company are",
        "the number or names of directors authorised to sign to bind the company are",
        "the number or names of directors authorized to sign to bind the company are",
        "the number or names of the directors authorised to sign on behalf of the company are",
        "the number or names of the directors authorized to sign on behalf of the company are",
        "the number or name of directors authorized to sign and bind the company is",
        "the number or names of the directors empowered to sign to bind the company is",
        "the directors authorised to sign on behalf of the company are", "the directors authorized to sign on behalf of the company are",
        "names and number of directors who may sign to bind the company are",
    ]),
    (English::Word(Heading), &[
        "authorised directors:", "authorized directors:", "authority of directors:", "authorised signatories:", "authorized signatories:",
        "signing authority:", "directors' authority:",
    ]),
    (English::Word(NoLimits), &[
        "limitation of directors' authority", "limitations of directors' authority", "limitation of the directors' authority",
        "limitation of the managing partner's power", "limitation of the managing partner's authority", "limitation of authority",
        "restrictions on directors' authority", "restriction of directors' authority", "limitation on the managing partner's power",
        "limitations on the managing partner's power", "limitation of the managing partners' power",
    ]),
    (English::Word(Word::None), &["none", "nil"]),
    (English::Word(Groups), &["group", "groups"]),
    (English::Word(Define), &["consists of", "comprises", "comprising", "consisting of", "means", "is", "are", "include", "includes"]),
    (English::Word(In), &["in", "from"]),
    (English::Word(Except), &[
        "except", "except for", "except in the case of", "except that for", "save for", "except in case of", "with the exception of", "excluding",
    ]),
    (English::Word(Case), &[
        "for", "in the case of", "in case of", "only for", "for the purpose of", "in respect of", "with respect to", "in relation to",
    ]),
    (English::Word(OtherCases), &["in all other cases", "in other cases", "in any other case"]),
    (English::Word(OtherActs), &["for all other acts", "for all other transactions"]),
    (English::Word(ForWhich), &["for which", "in which case", "which"]),
    (English::Word(Limit), &["transactions", "transactions of", "transactions in an amount", "any transaction", "transactions valued at"]),
    (English::Word(NotOver), &["not exceeding", "not more than", "up to", "no more than", "of not more than", "not exceeding the amount of"]),
    (English::Word(Over), &["exceeding", "more than", "over", "in excess of", "of more than", "above"]),
    (English::Word(Below), &["less than", "below", "under"]),
    (English::Word(Baht), &["baht", "thb"]),
    (English::Word(Role), &[
        "managing director", "chairman", "chairman of the board", "independent director", "independent directors", "authorised director",
        "authorised directors", "authorized director", "authorized directors", "chief executive officer", "president", "manager",
        "executive director", "executive directors", "authorised person", "authorized person",
    ]),
    (English::Word(Elsewhere), &["as per the articles", "according to the articles", "attached", "attachment", "resolution", "consent", "approval"]),
    (English::Act("เปิดบัญชีเงินฝาก"), &["opening a deposit account with a bank", "opening a deposit account", "opening deposit accounts", "opening bank accounts"]),
    (English::Act("ปิดบัญชีเงินฝาก"), &["closing a deposit account", "closing deposit accounts", "closing bank accounts"]),
    (English::Act("กู้ยืมเงิน"), &["borrowing", "borrowing money", "borrowing of money"]),
    (English::Act("ค้ำประกัน"), &["guarantees", "giving guarantees", "giving a guarantee"]),
    (English::Act("จำนองอสังหาริมทรัพย์"), &["mortgaging immovable property", "mortgage of immovable property"]),
    (English::Act("ซื้อขายอสังหาริมทรัพย์"), &["purchase and sale of immovable property", "sale and purchase of immovable property"]),
    (English::Act("ขายอสังหาริมทรัพย์"), &["sale of immovable property", "selling immovable property"]),
    (English::Act("ธุรกรรมกับธนาคาร"), &["banking transactions", "transactions with banks", "financial transactions"]),
    (English::Act("สั่งจ่ายเช็ค"), &["signing cheques", "cheques", "signing checks"]),
    (English::Act("เกี่ยวกับภาษี"), &["tax matters", "matters of tax"]),
    (English::Number(1), &["one"]), (English::Number(2), &["two"]), (English::Number(3), &["three"]), (English::Number(4), &["four"]),
    (English::Number(5), &["five"]), (English::Number(6), &["six"]), (English::Number(7), &["seven"]), (English::Number(8), &["eight"]),
    (English::Number(9), &["nine"]), (English::Number(10), &["ten"]), (English::Number(11), &["eleven"]), (English::Number(12), &["twelve"]),
];

/// One phrase: its scalars without spaces, where spaces stand, what it is.
struct Phrase {
    scalars: Vec<char>,
    spaces: Vec<usize>,
    is: English,
}

static INDEX: LazyLock<HashMap<char, Vec<Phrase>>> = LazyLock::new(|| {
    let mut index: HashMap<char, Vec<Phrase>> = HashMap::new();
    for (is, phrases) in PHRASES {
        for phrase in *phrases {
            let mut scalars = Vec::new();
            let mut spaces = Vec::new();
            for scalar in phrase.chars() {
                if scalar == ' ' {
                    spaces.push(scalars.len());
                } else {
                    scalars.push(scalar);
                }
            }
            if let Some(first) = scalars.first() {
                index.entry(*first).or_default().push(Phrase {
                    scalars,
                    spaces,
                    is: *is,
                });
            }
        }
    }
    for row in index.values_mut() {
        row.sort_by_key(|phrase| std::cmp::Reverse(phrase.scalars.len()));
    }
    index
});

/// The longest English phrase at this place. `text` has no spaces; `spaced` says before which scalars one stood.
pub(super) fn english_at(text: &[char], spaced: &[bool], at: usize) -> Option<(English, usize)> {
    let first = text.get(at)?.to_ascii_lowercase();
    let space = |position: usize| spaced.get(position).copied().unwrap_or(true);
    let letter = |position: usize| {
        text.get(position)
            .is_some_and(|scalar| scalar.is_ascii_alphanumeric())
    };
    if !first.is_ascii_alphabetic() || (!space(at) && at > 0 && letter(at - 1)) {
        return Option::None;
    }
    let fits = |phrase: &Phrase| {
        let end = at + phrase.scalars.len();
        (space(end) || !letter(end))
            && phrase.scalars.iter().enumerate().all(|(offset, expected)| {
                text.get(at + offset).is_some_and(|scalar| {
                    scalar.to_ascii_lowercase() == *expected
                        || (*expected == '\'' && *scalar == '’')
                }) && (offset == 0 || space(at + offset) == phrase.spaces.contains(&offset))
            })
    };
    let (is, length) = INDEX
        .get(&first)?
        .iter()
        .find(|phrase| fits(phrase))
        .map(|phrase| (phrase.is, phrase.scalars.len()))?;
    // In "jointly with the company's seal affixed" the words "with the …" belong to the seal.
    const WITH: usize = 4;
    if is == English::Word(With)
        && length > WITH
        && let Some((English::Word(Seal | NoSeal), _)) =
            english_at(text, spaced, at + length - WITH)
    {
        return Some((English::Word(Joint), length - WITH));
    }
    Some((is, length))
}

impl Sentence<'_> {
    pub(super) fn opens_english_office(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(Kind::Word(
                Word::Any | Word::BothOfThem | Word::AtLeast | Word::Other
            ))
        ) || (matches!(self.kind(at), Some(Kind::Number(_)))
            && matches!(
                self.kind(at + 1),
                Some(Kind::Word(
                    Word::Director | Word::Directors | Word::Other | Word::Of
                ))
            ))
    }

    /// any two directors, one director in Group A, all directors, any one of the following directors, namely A, B and C
    pub(super) fn english_party(&self, at: usize, found: &mut Vec<(usize, Party)>) {
        if self.is(at, Word::All) && self.is(at + 1, Word::Directors) {
            let rule = Ok(Rule::new(RuleKind::AllDirectors));
            found.extend(self.settled(at, at + 2, rule, false));
            return;
        }
        if self.is(at, Word::BothOfThem) {
            self.english_both(at, found);
            return;
        }
        for (word, share) in [
            (Word::MoreThanHalf, Majority::MoreThanHalf),
            (Word::Half, Majority::Half),
        ] {
            if self.is(at, word) {
                let office = self.skip(self.skip(at + 1, Word::All), Word::The);
                if self.is(office, Word::Directors) {
                    let rule = Ok(Rule::new(RuleKind::Majority(share)));
                    found.extend(self.settled(at, office + 1, rule, false));
                }
            }
        }
        let any = self.skip(at, Word::Any);
        if any > at {
            self.either(at, any, found);
        }
        let least = self.skip(any, Word::AtLeast);
        let number = self.whole_number(least);
        let mut next = least + usize::from(number.is_some());
        if number.is_some() && least == any {
            next = self.skip(next, Word::Upwards);
        }
        // "directors", "the directors" and "the other directors" give no number; "any director" and "another
        // director" say one.
        if number.is_none() && any == at && !self.is(at, Word::Other) {
            return;
        }
        let n = number.unwrap_or(1);
        let other = self.skip(next, Word::Other);
        let of = self.skip(other, Word::Of);
        let pointed = self.skip(of, Word::This);
        let size = self.whole_number(pointed);
        let office = pointed + usize::from(size.is_some());
        let plural = n > 1 || of > other || pointed > of || size.is_some();
        let (director, liquidator, partner) = if plural {
            (Word::Directors, Word::Liquidators, Word::ManagingPartners)
        } else {
            (Word::Director, Word::Liquidator, Word::ManagingPartner)
        };
        if self.is(office, director) {
            self.english_directors(at, office + 1, (n, size), pointed > of, found);
        } else if size.is_none()
            && let Some(pool) = [
                (liquidator, Pool::Liquidator),
                (partner, Pool::ManagingPartner),
            ]
            .into_iter()
            .find_map(|(word, pool)| self.is(office, word).then_some(pool))
        {
            found.extend(self.settled(at, office + 1, Rule::any_of_pool(n, pool), false));
        } else if matches!(self.kind(office), Some(Kind::Name(_))) && of > other {
            self.english_list(at, office, n, size, found);
        }
    }

    /// either A or B
    fn either(&self, at: usize, list: usize, found: &mut Vec<(usize, Party)>) {
        for (end, people, joins) in self.name_lists(list) {
            if joins.contains(&Join::Or)
                && joins.iter().all(|join| *join == Join::Or)
                && !self.list_goes_on(end)
            {
                found.extend(self.settled(at, end, Rule::any_of(people), false));
            }
        }
    }

    /// both directors; both of the following directors, namely A and B
    fn english_both(&self, at: usize, found: &mut Vec<(usize, Party)>) {
        let office = self.skip(self.skip(at + 1, Word::Of), Word::This);
        if self.is(office, Word::Directors) {
            let comma = self.skip(office + 1, Word::Comma);
            let named = self.skip(comma, Word::This);
            if named > comma {
                let list = self.skip(named, Word::Comma);
                for (end, people, joins) in self.name_lists(list) {
                    if people.len() == 2 && !joins.contains(&Join::Or) && !self.list_goes_on(end) {
                        let closed = self.skip(end, Word::Comma);
                        found.extend(self.settled(at, closed, Rule::all_of(people), false));
                    }
                }
                return;
            }
            let fits = self.sizes.directors == 2;
            let rule = Ok(Rule::new(RuleKind::AllDirectors));
            found.extend(self.settled(at, office + 1, rule, !fits));
        }
        for (word, pool, size) in [
            (Word::Liquidators, Pool::Liquidator, self.sizes.liquidators),
            (
                Word::ManagingPartners,
                Pool::ManagingPartner,
                self.sizes.managing_partners,
            ),
        ] {
            if self.is(office, word) {
                found.extend(self.settled(at, office + 1, Rule::any_of_pool(2, pool), size != 2));
            }
        }
    }

    fn english_directors(
        &self,
        at: usize,
        to: usize,
        (n, size): (u16, Option<u16>),
        pointed: bool,
        found: &mut Vec<(usize, Party)>,
    ) {
        // in Group A
        if self.is(to, Word::In) || self.is(to, Word::Of) {
            if let Some(Kind::Group(label)) = self.kind(to + 1) {
                let rule = self.group_of(n, label);
                found.extend(rule.and_then(|rule| self.settled(at, to + 2, Ok(rule), false)));
            }
            return;
        }
        let comma = self.skip(to, Word::Comma);
        let named = self.skip(self.skip(comma, Word::This), Word::Define);
        if named > comma {
            let list = self.skip(named, Word::Comma);
            self.english_list(at, list, n, size, found);
            return;
        }
        // "any two of the following directors sign jointly: A, B and C"
        if pointed {
            let of = size.map(usize::from);
            found.push(self.party(at, to, Who::Pointing { n, of }));
            return;
        }
        match size {
            Some(of) => {
                let board = self.sizes.directors;
                let mismatch = usize::from(of) != board;
                found.extend(self.settled(at, to, Rule::any_director(n), mismatch));
            }
            Option::None => found.extend(self.settled(at, to, Rule::any_director(n), false)),
        }
    }

    /// A, B and C behind a count: the connectors only mark the list.
    fn english_list(
        &self,
        at: usize,
        list: usize,
        n: u16,
        size: Option<u16>,
        found: &mut Vec<(usize, Party)>,
    ) {
        for (end, people, joins) in self.name_lists(list) {
            if joins.contains(&Join::And) && joins.contains(&Join::Or) {
                continue;
            }
            let fits = match size {
                Some(of) => usize::from(of) == people.len(),
                Option::None => !self.list_goes_on(end),
            };
            if fits && usize::from(n) <= people.len() {
                let closed = self.skip(end, Word::Comma);
                found.extend(self.settled(
                    at,
                    closed,
                    Rule::at_least(n, people.clone(), Option::None),
                    false,
                ));
            }
        }
    }

    /// "A, B, C: any two of them" — the list first, then how many.
    pub(super) fn english_count_of_list(
        &self,
        at: usize,
        end: usize,
        people: &[Rule],
        found: &mut Vec<(usize, Party)>,
    ) {
        let next = self.skip(self.skip(end, Word::Comma), Word::Define);
        let any = self.skip(next, Word::Any);
        let Some(n) = self.whole_number(any) else {
            return;
        };
        let of = self.skip(any + 1, Word::Of);
        if self.is(of, Word::This) && usize::from(n) <= people.len() {
            found.extend(self.settled(
                at,
                of + 1,
                Rule::at_least(n, people.to_vec(), Option::None),
                false,
            ));
        }
    }

    /// "The managing partner": an office with its article.
    pub(super) fn english_office(&self, at: usize) -> Option<(usize, Party)> {
        let next = self.skip(at, Word::The);
        (next > at && self.is(next, Word::ManagingPartner))
            .then(|| self.party(at, next + 1, Who::Bare(Pool::ManagingPartner)))
    }
}
