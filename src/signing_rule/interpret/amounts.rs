//! Amounts of money that a clause is limited to.

use super::lexer::Kind;
use super::lexicon::Word;
use super::party::Sentence;
use crate::kernel::money::Baht;
use crate::signing_rule::clause::{AmountRange, AmountUnit};

impl Sentence<'_> {
    /// \[วงเงิน\] ไม่เกิน n บาท, เกิน n บาท \[แต่ไม่เกิน m บาท\], ตั้งแต่ n บาท ขึ้นไป / ถึง m บาท, ต่ำกว่า n บาท, \[ต่อครั้ง …\].
    pub(super) fn amounts(&self, at: usize) -> Option<(usize, AmountRange)> {
        let sum = self.is(at, Word::SumLimit);
        let mut at = self.skip(self.skip(at, Word::SumLimit), Word::LimitThereby);
        at = self.skip(at, Word::Limit);
        let mut per = self.unit(at);
        at += usize::from(per.is_some());
        at = self.skip(at, Word::Limit);
        let (mut min, mut max): (Option<Baht>, Option<Baht>) = (None, None);
        // วงเงินหนึ่งล้านบาทขึ้นไป
        if let Some((to, value)) = self.baht(at)
            && self.is(to, Word::Upwards)
        {
            (at, min) = (to + 1, Some(value));
        }
        while let Some(Kind::Word(word)) = self.kind(at) {
            match word {
                Word::Within if max.is_none() && self.is(at + 1, Word::NotOver) => at += 1,
                Word::NotOver | Word::Within if max.is_none() => {
                    // ไม่เกินวันละ 200,000 บาท
                    let unit = self.unit(at + 1);
                    if unit.is_some() {
                        if per.is_some() {
                            return None;
                        }
                        per = unit;
                        at += 1;
                    }
                    let (to, value) = self.baht(at + 1)?;
                    (at, max) = (to, Some(value));
                }
                Word::Below if max.is_none() => {
                    let (to, value) = self.baht(at + 1)?;
                    (at, max) = (to, Some(value.one_satang_less()?));
                }
                Word::Over if min.is_none() => {
                    let (to, value) = self.baht(at + 1)?;
                    (at, min) = (to, Some(value.one_satang_more()?));
                }
                Word::AtLeast if min.is_none() => {
                    let (to, value) = self.baht(at + 1)?;
                    (at, min) = (to, Some(value));
                }
                Word::From if min.is_none() => {
                    let (to, value) = self.baht_or_number(at + 1)?;
                    min = Some(value);
                    if self.is(to, Word::Upwards) {
                        at = to + 1;
                    } else if self.is(to, Word::To) && max.is_none() {
                        let (to, value) = self.baht(to + 1)?;
                        (at, max) = (to, Some(value));
                    } else if max.is_none()
                        && matches!(self.kind(to), Some(Kind::Word(Word::But | Word::And)))
                        && matches!(
                            self.kind(to + 1),
                            Some(Kind::Word(Word::NotOver | Word::Below))
                        )
                    {
                        at = to;
                    } else {
                        return None;
                    }
                }
                // เกินหนึ่งล้านบาท แต่ไม่เกินห้าล้านบาท
                Word::But | Word::And
                    if (min.is_some() != max.is_some())
                        && matches!(
                            self.kind(at + 1),
                            Some(Kind::Word(Word::NotOver | Word::Over | Word::Below))
                        ) =>
                {
                    at += 1;
                }
                _ => break,
            }
        }
        if min.is_none() && max.is_none() {
            return None;
        }
        if let Some(unit) = self.unit(at) {
            if per.is_some() {
                return None;
            }
            per = Some(unit);
            at += 1;
        }
        // A sum is a sum over something.
        if sum && per.is_none_or(|per| per == AmountUnit::Act) {
            return None;
        }
        AmountRange::new(min, max, per)
            .ok()
            .map(|range| (at, range))
    }

    fn unit(&self, at: usize) -> Option<AmountUnit> {
        match self.kind(at) {
            Some(Kind::Word(Word::PerAct)) => Some(AmountUnit::Act),
            Some(Kind::Word(Word::PerDay)) => Some(AmountUnit::Day),
            Some(Kind::Word(Word::PerMonth)) => Some(AmountUnit::Month),
            Some(Kind::Word(Word::PerContract)) => Some(AmountUnit::Contract),
            _ => None,
        }
    }

    /// n บาท, with the same amount once more in brackets if it is there.
    fn baht(&self, at: usize) -> Option<(usize, Baht)> {
        let (to, value) = self.baht_or_number(at)?;
        if !self.is(to.checked_sub(1)?, Word::Baht) && !self.is(at, Word::Baht) {
            return None;
        }
        if self.is(to, Word::Open) {
            let (end, again) = self.baht_or_number(to + 1)?;
            return (again == value && self.is(end, Word::Close)).then_some((end + 1, value));
        }
        Some((to, value))
    }

    fn baht_or_number(&self, at: usize) -> Option<(usize, Baht)> {
        // Baht 5,000,000
        if self.is(at, Word::Baht)
            && let Some(Kind::Number(hundredths)) = self.kind(at + 1)
        {
            let value = Baht::from_satang(i64::try_from(*hundredths).ok()?);
            return Some((at + 2, value));
        }
        let Some(Kind::Number(hundredths)) = self.kind(at) else {
            return None;
        };
        let value = Baht::from_satang(i64::try_from(*hundredths).ok()?);
        Some((self.skip(at + 1, Word::Baht), value))
    }
}
