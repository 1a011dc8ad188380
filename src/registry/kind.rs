//! Types and statuses of juristic persons, and the register's digits for them.

pub use crate::signing_rule::{JuristicType, Status};

/// The digit that the register gives a type: what the exchange writes in `JuristicType`, and the fourth digit of the
/// registration number. The types of other Acts have none.
pub const fn digit(kind: JuristicType) -> Option<&'static str> {
    match kind {
        JuristicType::RegisteredOrdinaryPartnership => Some("2"),
        JuristicType::LimitedPartnership => Some("3"),
        JuristicType::LimitedCompany => Some("5"),
        JuristicType::PublicLimitedCompany => Some("7"),
        JuristicType::TradeAssociation
        | JuristicType::ChamberOfCommerce
        | JuristicType::ForeignJuristicPerson => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_reads_back_as_its_type() {
        for kind in JuristicType::ALL {
            if let Some(digit) = digit(*kind) {
                assert_eq!(JuristicType::find(digit), Some(*kind));
            }
        }
    }
}
