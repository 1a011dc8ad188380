//! Numbers as statements write them: 2, ๒, สอง, 2 (สอง), 1,000,000.-, หนึ่งล้าน, 10 ล้าน.

/// A number, and how many scalars it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRead {
    /// The value in hundredths, so that satang can be written.
    pub hundredths: u64,
    /// Scalars consumed from the start of the text.
    pub length: usize,
}

impl NumberRead {
    /// The value when it is whole.
    pub fn whole(self) -> Option<u64> {
        self.hundredths
            .is_multiple_of(100)
            .then_some(self.hundredths / 100)
    }
}

const UNITS: [(&str, u64); 10] = [
    ("หนึ่ง", 1),
    ("สอง", 2),
    ("สาม", 3),
    ("สี่", 4),
    ("ห้า", 5),
    ("หก", 6),
    ("เจ็ด", 7),
    ("แปด", 8),
    ("เก้า", 9),
    ("ศูนย์", 0),
];

const PLACES: [(&str, u64); 5] = [
    ("แสน", 100_000),
    ("หมื่น", 10_000),
    ("พัน", 1_000),
    ("ร้อย", 100),
    ("สิบ", 10),
];

fn after(text: &[char], word: &str) -> Option<usize> {
    let mut length = 0;
    for expected in word.chars() {
        if text.get(length) != Some(&expected) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// Read a number at the start of normalised text without spaces. Figures and words may be mixed only
/// as figures before ล้าน or another place (10 ล้าน, 5 แสน).
///
/// `None` when the text does not start with a number. A word sequence that is not how a number is
/// said is read as far as it goes, so that สองสาม is two and a rest, never twenty-three.
pub fn read_number(text: &[char]) -> Option<NumberRead> {
    match text.first()? {
        first if first.is_ascii_digit() => read_figures(text),
        _ => {
            let (value, length) = read_words(text)?;
            Some(NumberRead {
                hundredths: value.checked_mul(100)?,
                length,
            })
        }
    }
}

fn read_figures(text: &[char]) -> Option<NumberRead> {
    let mut whole: u64 = 0;
    let mut length = 0;
    let mut group: Option<usize> = None;
    let mut figures = 0;
    while let Some(character) = text.get(length) {
        if let Some(digit) = character.to_digit(10) {
            whole = whole.checked_mul(10)?.checked_add(u64::from(digit))?;
            figures += 1;
            group = group.map(|seen| seen + 1);
            length += 1;
        } else if *character == ',' && grouping_fits(text, length, group, figures) {
            group = Some(0);
            length += 1;
        } else {
            break;
        }
    }
    if group.is_some_and(|seen| seen != 3) {
        return None;
    }
    let mut hundredths = whole.checked_mul(100)?;
    if text.get(length) == Some(&'.')
        && let (Some(tens), Some(ones)) = (digit_at(text, length + 1), digit_at(text, length + 2))
        && digit_at(text, length + 3).is_none()
    {
        hundredths = hundredths.checked_add(tens * 10 + ones)?;
        length += 3;
    }
    let places = [("ล้าน", 1_000_000)];
    for (word, factor) in places.iter().chain(&PLACES[..]) {
        if let Some(taken) = text.get(length..).and_then(|rest| after(rest, word)) {
            return Some(NumberRead {
                hundredths: hundredths.checked_mul(*factor)?,
                length: length + taken,
            });
        }
    }
    Some(NumberRead { hundredths, length })
}

/// A comma separates thousands when three digits follow and the digits before it fit.
fn grouping_fits(text: &[char], comma: usize, group: Option<usize>, figures: usize) -> bool {
    let before = group.map_or((1..=3).contains(&figures), |seen| seen == 3);
    before
        && (1..=3).all(|offset| digit_at(text, comma + offset).is_some())
        && digit_at(text, comma + 4).is_none()
}

fn digit_at(text: &[char], position: usize) -> Option<u64> {
    text.get(position)
        .and_then(|character| character.to_digit(10))
        .map(u64::from)
}

fn read_words(text: &[char]) -> Option<(u64, usize)> {
    let (value, length) = read_below_million(text)?;
    let rest = text.get(length..)?;
    let Some(million) = after(rest, "ล้าน").filter(|_| value > 0) else {
        return Some((value, length));
    };
    let high = value.checked_mul(1_000_000)?;
    let length = length + million;
    match text
        .get(length..)
        .and_then(|rest| read_tail(rest, 1_000_000))
    {
        Some((low, taken)) => Some((high.checked_add(low)?, length + taken)),
        None => Some((high, length)),
    }
}

/// What may follow a higher place: a smaller number, or เอ็ด.
fn read_tail(text: &[char], below: u64) -> Option<(u64, usize)> {
    if let Some(length) = after(text, "เอ็ด") {
        return Some((1, length));
    }
    read_below_million(text).filter(|(value, _)| *value > 0 && *value < below)
}

fn read_below_million(text: &[char]) -> Option<(u64, usize)> {
    let mut value = 0;
    let mut length = 0;
    let mut limit = u64::MAX;
    let mut pending: Option<(u64, usize)> = None;
    loop {
        let rest = text.get(length..)?;
        if pending.is_none()
            && let Some((unit, taken)) = unit_word(rest, length > 0)
        {
            pending = Some((unit, taken));
            length += taken;
            continue;
        }
        let place = PLACES.iter().find_map(|(word, factor)| {
            after(rest, word)
                .filter(|_| *factor < limit)
                .map(|taken| (*factor, taken))
        });
        match (place, pending) {
            (Some((factor, taken)), Some((unit, _))) if unit > 0 && unit != ELEVENTH => {
                let unit = if unit == TWENTY { 2 } else { unit };
                value += unit * factor;
                (limit, pending) = (factor, None);
                length += taken;
            }
            // Ten is said without "one".
            (Some((10, taken)), None) => {
                value += 10;
                (limit, pending) = (10, None);
                length += taken;
            }
            (_, pending) => {
                return finish(value, length, limit, pending);
            }
        }
    }
}

const TWENTY: u64 = 20;
const ELEVENTH: u64 = 11;

fn unit_word(text: &[char], inside: bool) -> Option<(u64, usize)> {
    if let Some(length) = after(text, "ยี่") {
        return after(text.get(length..)?, "สิบ").map(|_| (TWENTY, length));
    }
    if inside && let Some(length) = after(text, "เอ็ด") {
        return Some((ELEVENTH, length));
    }
    UNITS
        .iter()
        .find_map(|(word, unit)| after(text, word).map(|length| (*unit, length)))
}

fn finish(
    value: u64,
    length: usize,
    limit: u64,
    pending: Option<(u64, usize)>,
) -> Option<(u64, usize)> {
    match pending {
        None => (length > 0).then_some((value, length)),
        Some((ELEVENTH, _)) => Some((value + 1, length)),
        Some((TWENTY, taken)) => Some((value, length - taken)).filter(|(_, left)| *left > 0),
        Some((0, taken)) if value > 0 => Some((value, length - taken)),
        // A unit after a unit without a place between is another number.
        Some((unit, taken)) if limit == 1 => Some((value, length - taken)).filter(|_| unit > 0),
        Some((unit, _)) => Some((value + unit, length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::thai_number;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(u64, usize)> {
        let scalars: Vec<char> = text.chars().collect();
        read_number(&scalars).and_then(|number| number.whole().map(|whole| (whole, number.length)))
    }

    fn whole(text: &str) -> Option<u64> {
        read(text)
            .filter(|(_, length)| *length == text.chars().count())
            .map(|(value, _)| value)
    }

    #[test]
    fn number_words_are_read() {
        for (words, value) in [
            ("หนึ่ง", 1),
            ("สิบ", 10),
            ("สิบเอ็ด", 11),
            ("สิบสอง", 12),
            ("ยี่สิบ", 20),
            ("ยี่สิบเอ็ด", 21),
            ("หนึ่งร้อย", 100),
            ("หนึ่งร้อยเอ็ด", 101),
            ("ห้าแสน", 500_000),
            ("หนึ่งล้านสองแสน", 1_200_000),
            ("สิบล้าน", 10_000_000),
        ] {
            assert_eq!(whole(words), Some(value), "{words}");
        }
    }

    #[test]
    fn figures_are_read_with_separators_satang_and_places() {
        assert_eq!(whole("1,000,000"), Some(1_000_000));
        assert_eq!(whole("10ล้าน"), Some(10_000_000));
        assert_eq!(whole("5แสน"), Some(500_000));
        assert_eq!(whole("1,000,000.00"), Some(1_000_000));
        assert_eq!(read("2.นาย"), Some((2, 1)));
        assert_eq!(read("1,00"), Some((1, 1)));
        assert_eq!(read("2,500"), Some((2_500, 5)));
    }

    #[test]
    fn words_that_make_no_number_are_left_over() {
        assert_eq!(read("สองสามคน"), Some((2, 3)));
        assert_eq!(read("สองในสามคน"), Some((2, 3)));
        assert_eq!(read("คน"), None);
        assert_eq!(read("ล้านบาท"), None);
        assert_eq!(read("ร้อยเอก"), None);
        assert_eq!(read("สองคน"), Some((2, 3)));
    }

    proptest! {
        #[test]
        fn a_number_said_in_thai_reads_back(number in 1u64..20_000_000) {
            prop_assert_eq!(whole(&thai_number(number)), Some(number));
        }
    }
}
