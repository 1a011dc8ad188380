//! Which registration numbers there are, in order, without keeping them.
//!
//! A number tells the registering office, the type and the year. A register of so many companies gives each such
//! cell its share, and each cell numbers its companies from 1; walking the cells in order gives the numbers in order.

use super::dice::checked;
use super::places::{PROVINCES, Province};
use crate::kernel::id::RegistrationNumber;
use crate::registry::kind::JuristicType;

/// First and last year of registration, Buddhist era.
const YEARS: std::ops::RangeInclusive<u64> = 2520..=2568;
/// The fourth digit of numbers, in order, with its share of the register in ten thousand.
const TYPES: [(char, u64); 6] = [
    ('2', 90),
    ('3', 1_320),
    ('5', 8_390),
    ('7', 70),
    ('8', 80),
    ('9', 50),
];
/// The running number has five digits.
const LARGEST_CELL: u64 = 99_999;

/// More companies than numbers can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "so many companies do not fit: one office would register more than {LARGEST_CELL} in one year"
)]
pub struct TooMany;

/// One company's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its number.
    pub number: RegistrationNumber,
    /// Its type. Numbers with the digits 8 and 9 belong to foreign ones, associations and chambers.
    pub kind: JuristicType,
    /// The province of its office.
    pub province: Province,
    /// Year of registration, common era.
    pub year: i32,
    /// How far into that year it was registered, in 360 parts.
    pub day: u64,
}

/// Later years have more companies.
fn year_weight(year: u64) -> u64 {
    let since = year.saturating_sub(2519);
    since * since + 20
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    province: Province,
    digit: char,
    year: u64,
    count: u64,
}

/// The slots of a register of this size, ordered by number.
pub fn slots(companies: u64) -> Result<impl Iterator<Item = Slot>, TooMany> {
    if cells(companies).any(|cell| cell.count > LARGEST_CELL) {
        return Err(TooMany);
    }
    Ok(cells(companies)
        .flat_map(|cell| (1..=cell.count).filter_map(move |running| slot(cell, running))))
}

fn cells(companies: u64) -> impl Iterator<Item = Cell> {
    let provinces: u64 = PROVINCES.iter().map(|(_, _, weight)| weight).sum();
    let types: u64 = TYPES.iter().map(|(_, weight)| weight).sum();
    let years: u64 = YEARS.map(year_weight).sum();
    let total = u128::from(provinces) * u128::from(types) * u128::from(years);
    let weighted = PROVINCES.iter().flat_map(|province| {
        TYPES.iter().flat_map(move |(digit, share)| {
            YEARS.map(move |year| {
                (
                    *province,
                    *digit,
                    year,
                    province.2 * share * year_weight(year),
                )
            })
        })
    });
    // Rounding the sum of all cells so far, and not each cell, gives exactly as many companies as were asked for.
    weighted.scan(0u128, move |before, (province, digit, year, weight)| {
        let upto = |sum: u128| sum * u128::from(companies) / total.max(1);
        let after = *before + u128::from(weight);
        let count = u64::try_from(upto(after) - upto(*before)).unwrap_or(u64::MAX);
        *before = after;
        Some(Cell {
            province,
            digit,
            year,
            count,
        })
    })
}

fn slot(cell: Cell, running: u64) -> Option<Slot> {
    let twelve = format!(
        "0{:02}{}{:03}{running:05}",
        cell.province.0,
        cell.digit,
        cell.year % 1000
    );
    let kind = match cell.digit {
        '2' => JuristicType::RegisteredOrdinaryPartnership,
        '3' => JuristicType::LimitedPartnership,
        '5' => JuristicType::LimitedCompany,
        '7' => JuristicType::PublicLimitedCompany,
        '8' => JuristicType::ForeignJuristicPerson,
        _ if (running + cell.year).is_multiple_of(3) => JuristicType::ChamberOfCommerce,
        _ => JuristicType::TradeAssociation,
    };
    Some(Slot {
        number: checked(&twelve).parse().ok()?,
        kind,
        province: cell.province,
        year: i32::try_from(cell.year).ok()? - 543,
        day: (running - 1) * 360 / cell.count.max(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_exactly_as_many_slots_as_companies_in_order_of_number() {
        for companies in [0, 1, 2, 1_000, 50_000] {
            let numbers: Vec<String> = slots(companies)
                .unwrap()
                .map(|slot| slot.number.to_string())
                .collect();
            assert_eq!(numbers.len() as u64, companies);
            assert!(numbers.is_sorted_by(|one, other| one < other));
        }
        assert!(slots(4_000_000).is_ok());
        assert_eq!(slots(20_000_000).err(), Some(TooMany));
    }
}
