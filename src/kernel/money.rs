//! Money: whole satang, never a floating-point number; in figures and in Thai words.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Thai baht as whole satang (1 baht = 100 satang). Written as a decimal string: `5000000.00`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Baht {
    satang: i64,
}

/// Text that is not an amount of baht.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BahtError {
    /// Not digits with at most two decimals.
    #[error(
        "an amount is digits with at most two decimals, without sign or separators: 5000000.00"
    )]
    Form,
    /// More than the largest amount held (about 92 thousand million million baht).
    #[error("the amount is larger than can be held")]
    TooLarge,
}

impl Baht {
    /// So many satang.
    pub const fn from_satang(satang: i64) -> Self {
        Self { satang }
    }

    /// So many whole baht; `None` when too large.
    pub fn from_baht(baht: i64) -> Option<Self> {
        baht.checked_mul(100).map(|satang| Self { satang })
    }

    /// Whole satang.
    pub const fn satang(self) -> i64 {
        self.satang
    }

    /// The next larger amount.
    pub fn one_satang_more(self) -> Option<Self> {
        self.satang.checked_add(1).map(|satang| Self { satang })
    }

    /// The next smaller amount; `None` below zero.
    pub fn one_satang_less(self) -> Option<Self> {
        self.satang
            .checked_sub(1)
            .filter(|satang| *satang >= 0)
            .map(|satang| Self { satang })
    }

    /// With thousands separators, as printed on a certificate: `10,000,000.00`.
    pub fn grouped(self) -> String {
        let whole = (self.satang / 100).to_string();
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{grouped}.{:02}", self.satang % 100)
    }

    /// In Thai words as the register prints them: `สิบล้านบาทถ้วน`, `หนึ่งร้อยเอ็ดบาทห้าสิบสตางค์`.
    pub fn thai_words(self) -> String {
        let (whole, satang) = (self.satang / 100, self.satang % 100);
        let mut words = String::new();
        if whole > 0 || satang == 0 {
            words.push_str(&thai_number(whole.unsigned_abs()));
            words.push_str("บาท");
        }
        if satang == 0 {
            words.push_str("ถ้วน");
        } else {
            words.push_str(&thai_number(satang.unsigned_abs()));
            words.push_str("สตางค์");
        }
        words
    }
}

impl fmt::Display for Baht {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.satang / 100, self.satang % 100)
    }
}

impl fmt::Debug for Baht {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} THB")
    }
}

impl FromStr for Baht {
    type Err = BahtError;

    fn from_str(text: &str) -> Result<Self, BahtError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "00"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return Err(BahtError::Form);
        }
        let whole: i64 = whole.parse().map_err(|_| BahtError::TooLarge)?;
        let cents: i64 = decimals.parse().map_err(|_| BahtError::Form)?;
        let cents = if decimals.len() == 1 {
            cents * 10
        } else {
            cents
        };
        whole
            .checked_mul(100)
            .and_then(|satang| satang.checked_add(cents))
            .map(|satang| Self { satang })
            .ok_or(BahtError::TooLarge)
    }
}

impl Serialize for Baht {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Baht {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

const DIGITS: [&str; 10] = [
    "",
    "หนึ่ง",
    "สอง",
    "สาม",
    "สี่",
    "ห้า",
    "หก",
    "เจ็ด",
    "แปด",
    "เก้า",
];
const PLACES: [&str; 6] = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"];

/// A whole number in Thai words: 21 is `ยี่สิบเอ็ด`, 1,000,001 is `หนึ่งล้านเอ็ด`, 0 is `ศูนย์`.
pub fn thai_number(number: u64) -> String {
    if number == 0 {
        return "ศูนย์".to_owned();
    }
    let (millions, rest) = (number / 1_000_000, number % 1_000_000);
    let mut words = String::new();
    if millions > 0 {
        words.push_str(&thai_number(millions));
        words.push_str("ล้าน");
    }
    for (place, name) in PLACES.iter().enumerate().rev() {
        let digit = rest / 10u64.pow(place as u32) % 10;
        match (place, digit) {
            (_, 0) => {}
            // "เอ็ด" replaces "หนึ่ง" in the units whenever a digit stands before it.
            (0, 1) if number > 10 => words.push_str("เอ็ด"),
            (1, 1) => words.push_str("สิบ"),
            (1, 2) => words.push_str("ยี่สิบ"),
            _ => {
                words.push_str(DIGITS.get(digit as usize).copied().unwrap_or_default());
                words.push_str(name);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimal_strings_of_at_most_two_places() {
        assert_eq!("5000000.00".parse::<Baht>().unwrap().satang(), 500_000_000);
        assert_eq!("1.5".parse::<Baht>().unwrap().to_string(), "1.50");
        assert_eq!("7".parse::<Baht>().unwrap().to_string(), "7.00");
        for bad in [
            "", ".5", "5.", "-1", "+1", "1,000", "1.005", "1e6", " 1", "๑",
        ] {
            assert_eq!(bad.parse::<Baht>(), Err(BahtError::Form), "{bad}");
        }
        assert_eq!(
            "99999999999999999999".parse::<Baht>(),
            Err(BahtError::TooLarge)
        );
        assert_eq!(
            "92233720368547758.08".parse::<Baht>(),
            Err(BahtError::TooLarge)
        );
    }

    #[test]
    fn amounts_are_printed_with_separators() {
        assert_eq!(Baht::from_satang(1_000_000_000).grouped(), "10,000,000.00");
        assert_eq!(Baht::from_satang(12_345).grouped(), "123.45");
        assert_eq!(Baht::from_satang(100_000).grouped(), "1,000.00");
    }

    #[test]
    fn amounts_are_written_in_thai_words() {
        for (satang, words) in [
            (1_000_000_000, "สิบล้านบาทถ้วน"),
            (0, "ศูนย์บาทถ้วน"),
            (10_150, "หนึ่งร้อยเอ็ดบาทห้าสิบสตางค์"),
            (2_100, "ยี่สิบเอ็ดบาทถ้วน"),
            (1_100, "สิบเอ็ดบาทถ้วน"),
            (100_000_100, "หนึ่งล้านเอ็ดบาทถ้วน"),
            (
                123_456_789,
                "หนึ่งล้านสองแสนสามหมื่นสี่พันห้าร้อยหกสิบเจ็ดบาทแปดสิบเก้าสตางค์",
            ),
            (50, "ห้าสิบสตางค์"),
        ] {
            assert_eq!(Baht::from_satang(satang).thai_words(), words);
        }
    }
}
