//! The outermost structure of a file, checked before anything is parsed or unpacked: header, end
//! mark, and the chain of classic cross-reference tables (ISO 32000-1, 7.5.4 to 7.5.6).

use super::ReadRefusal;
use std::collections::BTreeSet;

/// Revisions followed at most.
const MOST_REVISIONS: usize = 32;
/// Objects in all tables together.
const MOST_ENTRIES: usize = 100_000;
/// Length of an entry.
const ENTRY: usize = 20;

/// What the chain of tables says.
pub(super) struct Chain {
    /// Number of tables.
    pub(super) revisions: usize,
    /// Whether bytes follow the last end mark.
    pub(super) bytes_after_end: bool,
}

/// Reads the chain of tables from the last to the first.
///
/// Each table must lie before the one that follows it, each entry must point at the object it
/// names, and no two at the same: then no reader can be sent in circles or over the same bytes
/// again and again.
pub(super) fn read_chain(bytes: &[u8]) -> Result<Chain, ReadRefusal> {
    if !bytes.starts_with(b"%PDF-1.") {
        return Err(ReadRefusal::NotPdf);
    }
    let mark = b"startxref";
    let tail = last_position(bytes, mark).ok_or(ReadRefusal::ForeignStructure)?;
    let mut cursor = Cursor {
        bytes,
        at: tail + mark.len(),
    };
    let start = cursor.number()?;
    cursor.skip_space();
    if !cursor.rest().starts_with(b"%%EOF") {
        return Err(ReadRefusal::ForeignStructure);
    }
    let after = cursor.rest().get(b"%%EOF".len()..).unwrap_or_default();
    let bytes_after_end = !matches!(after, b"" | b"\n" | b"\r" | b"\r\n");
    let mut revisions = 0;
    let mut entries = 0;
    let mut next = Some(start);
    let mut limit = tail;
    while let Some(at) = next {
        if at >= limit || revisions == MOST_REVISIONS {
            return Err(ReadRefusal::ForeignStructure);
        }
        limit = at;
        revisions += 1;
        next = read_table(bytes, at, &mut entries)?;
    }
    Ok(Chain {
        revisions,
        bytes_after_end,
    })
}

/// Checks one table; gives the place of the one before it.
fn read_table(bytes: &[u8], at: usize, entries: &mut usize) -> Result<Option<usize>, ReadRefusal> {
    let mut cursor = Cursor { bytes, at };
    cursor.word(b"xref")?;
    let mut places = BTreeSet::new();
    loop {
        cursor.skip_space();
        if cursor.rest().starts_with(b"trailer") {
            break;
        }
        let first = cursor.number()?;
        let count = cursor.number()?;
        cursor.skip_space();
        *entries = entries.saturating_add(count);
        if *entries > MOST_ENTRIES || first > MOST_ENTRIES {
            return Err(ReadRefusal::ForeignStructure);
        }
        for number in first..first + count {
            let entry = cursor
                .rest()
                .get(..ENTRY)
                .ok_or(ReadRefusal::ForeignStructure)?;
            cursor.at += ENTRY;
            let (place, generation, in_use) = read_entry(entry)?;
            if !in_use {
                continue;
            }
            if place >= at || !places.insert(place) {
                return Err(ReadRefusal::ForeignStructure);
            }
            let mut object = Cursor { bytes, at: place };
            let named = object.number()? == number && object.number()? == generation;
            object.skip_space();
            if !named || !object.rest().starts_with(b"obj") {
                return Err(ReadRefusal::ForeignStructure);
            }
        }
    }
    cursor.word(b"trailer")?;
    let rest = cursor.rest();
    let end = first_position(rest, b"startxref").ok_or(ReadRefusal::ForeignStructure)?;
    let trailer = rest.get(..end).unwrap_or_default();
    // A name can be spelled with `#`; a trailer of ours never is. Hybrid files have two tables.
    if trailer.contains(&b'#') || first_position(trailer, b"/XRefStm").is_some() {
        return Err(ReadRefusal::ForeignStructure);
    }
    if first_position(trailer, b"/Encrypt").is_some() {
        return Err(ReadRefusal::Encrypted);
    }
    let Some(previous) = first_position(trailer, b"/Prev") else {
        return Ok(None);
    };
    let mut cursor = Cursor {
        bytes: trailer,
        at: previous + b"/Prev".len(),
    };
    cursor.number().map(Some)
}

/// `0000000015 00000 n` and two bytes of line end.
fn read_entry(entry: &[u8]) -> Result<(usize, usize, bool), ReadRefusal> {
    let mut cursor = Cursor {
        bytes: entry,
        at: 0,
    };
    let place = cursor.number()?;
    let generation = cursor.number()?;
    cursor.skip_space();
    match cursor.rest() {
        [b'n', end @ ..] if end.iter().all(u8::is_ascii_whitespace) => {
            Ok((place, generation, true))
        }
        [b'f', end @ ..] if end.iter().all(u8::is_ascii_whitespace) => {
            Ok((place, generation, false))
        }
        _ => Err(ReadRefusal::ForeignStructure),
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let space = self.rest().iter().take_while(|b| b.is_ascii_whitespace());
        self.at += space.count();
    }

    fn word(&mut self, word: &[u8]) -> Result<(), ReadRefusal> {
        if !self.rest().starts_with(word) {
            return Err(ReadRefusal::ForeignStructure);
        }
        self.at += word.len();
        Ok(())
    }

    /// A decimal number of at most ten digits after white space.
    fn number(&mut self) -> Result<usize, ReadRefusal> {
        self.skip_space();
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit());
        let (count, value) = digits.take(11).fold((0, 0u64), |(count, value), digit| {
            (count + 1, value * 10 + u64::from(digit - b'0'))
        });
        if count == 0 || count > 10 {
            return Err(ReadRefusal::ForeignStructure);
        }
        self.at += count;
        usize::try_from(value).map_err(|_| ReadRefusal::ForeignStructure)
    }
}

fn first_position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

fn last_position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|w| w == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with two objects whose table and trailer are these.
    fn file(table: &str, trailer: &str) -> Vec<u8> {
        let objects = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n2 0 obj\n<<>>\nendobj\n";
        let start = objects.len();
        let end = format!("xref\n{table}trailer\n<<{trailer}>>\nstartxref\n{start}\n%%EOF\n");
        format!("{objects}{end}").into_bytes()
    }

    const FREE: &str = "0000000000 65535 f \n";
    const ONE: &str = "0000000009 00000 n \n";
    const TWO: &str = "0000000029 00000 n \n";

    fn foreign(bytes: &[u8]) -> bool {
        matches!(read_chain(bytes), Err(ReadRefusal::ForeignStructure))
    }

    #[test]
    fn a_sound_table_is_followed() {
        let table = format!("0 3\n{FREE}{ONE}{TWO}");
        let chain = read_chain(&file(&table, "/Size 3")).unwrap();
        assert_eq!((chain.revisions, chain.bytes_after_end), (1, false));
        let mut longer = file(&table, "/Size 3");
        longer.push(b'x');
        assert!(read_chain(&longer).unwrap().bytes_after_end);
    }

    #[test]
    fn tables_that_could_lead_astray_are_refused() {
        for table in [
            // swapped, beside an object, the same object twice, more than the file holds
            format!("0 3\n{FREE}{TWO}{ONE}"),
            "1 1\n0000000010 00000 n \n".to_owned(),
            format!("1 1\n{ONE}1 1\n{ONE}"),
            format!("0 9999999999\n{FREE}"),
            format!("0 1000000000000\n{FREE}"),
            format!("0 3\n{FREE}{ONE}"),
            String::from("1 1\n0000000009 00000 x \n"),
        ] {
            assert!(foreign(&file(&table, "/Size 3")), "{table}");
        }
        let table = format!("0 3\n{FREE}{ONE}{TWO}");
        // a table before itself, a second table beside this one, a name in disguise
        for trailer in ["/Prev 49", "/Prev 9", "/XRefStm 9", "/#50rev 9", "/Prev x"] {
            assert!(foreign(&file(&table, trailer)), "{trailer}");
        }
    }
}
