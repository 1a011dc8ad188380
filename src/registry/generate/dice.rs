//! Repeatable chance: the same seed always throws the same dice. Never for keys.

use crate::kernel::id::check_digit;

/// A stream of numbers that belongs to its seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl Dice {
    /// The dice of one thing: what it is, and which one.
    pub fn of(seed: u64, what: u64, which: u64) -> Self {
        Self(mixed(
            mixed(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(which),
        ))
    }

    /// The next 64 bits.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number below this bound; 0 below 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product is evenly spread enough for bounds far below 2^64.
        let product = u128::from(self.throw()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// Whether something that happens so many times in a thousand happens.
    pub fn permille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// One of a table.
    pub fn of_table<'a, T>(&mut self, table: &'a [T]) -> Option<&'a T> {
        let place = self.below(table.len() as u64);
        table.get(usize::try_from(place).unwrap_or_default())
    }

    /// One of a table of words; nothing of an empty one.
    pub fn word<'a>(&mut self, table: &[&'a str]) -> &'a str {
        self.of_table(table).copied().unwrap_or_default()
    }

    /// One of a table of pairs of words.
    pub fn pair<'a>(&mut self, table: &[(&'a str, &'a str)]) -> (&'a str, &'a str) {
        self.of_table(table).copied().unwrap_or_default()
    }

    /// One of a table in which each entry has a weight.
    pub fn weighted<T: Copy>(&mut self, table: &[(u64, T)]) -> Option<T> {
        let total: u64 = table.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, entry) in table {
            if left < *weight {
                return Some(*entry);
            }
            left -= weight;
        }
        None
    }
}

/// Twelve digits with the check digit that completes them.
pub fn checked(twelve: &str) -> String {
    let mut text = String::with_capacity(13);
    text.push_str(twelve);
    if let Some(digit) = check_digit(twelve).and_then(|digit| char::from_digit(digit, 10)) {
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_dice_and_shares_come_out() {
        let throws = |seed| {
            let mut dice = Dice::of(seed, 1, 2);
            (0..4).map(|_| dice.throw()).collect::<Vec<_>>()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        let mut dice = Dice::of(1, 1, 1);
        let hits = (0..10_000).filter(|_| dice.permille(250)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.weighted(&[(0, 'a'), (1, 'b')]), Some('b'));
    }
}
