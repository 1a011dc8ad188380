//! Path data: the absolute commands of SVG that a drawing needs.

use super::block::Segment;
use super::error::PdfError;

struct Reader<'a> {
    data: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn skip_separators(&mut self) {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let kept = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        self.at += rest.len() - kept.len();
    }

    fn command(&mut self) -> Option<char> {
        self.skip_separators();
        let next = self.data.get(self.at..)?.chars().next()?;
        if next.is_ascii_alphabetic() {
            self.at += 1;
            Some(next)
        } else {
            None
        }
    }

    fn number(&mut self) -> Result<f32, PdfError> {
        self.skip_separators();
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = rest
            .char_indices()
            .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*c == '-' && *i == 0)))
            .map_or(rest.len(), |(i, _)| i);
        let digits = rest.get(..length).unwrap_or_default();
        let value = digits
            .parse()
            .map_err(|_| PdfError::BadPath { at: self.at })?;
        self.at += length;
        Ok(value)
    }

    fn done(&mut self) -> bool {
        self.skip_separators();
        self.at >= self.data.len()
    }
}

/// The segments of path data.
pub(super) fn parse(data: &str) -> Result<Vec<Segment>, PdfError> {
    let mut reader = Reader { data, at: 0 };
    let mut segments = Vec::new();
    let mut command = None;
    while !reader.done() {
        let at = reader.at;
        // A command letter may be left out when it repeats; after a move the repeats are lines.
        command = reader.command().or(match command {
            Some('M') => Some('L'),
            other => other,
        });
        segments.push(match command {
            Some('M') => Segment::Move(reader.number()?, reader.number()?),
            Some('L') => Segment::Line(reader.number()?, reader.number()?),
            Some('C') => Segment::Curve(
                reader.number()?,
                reader.number()?,
                reader.number()?,
                reader.number()?,
                reader.number()?,
                reader.number()?,
            ),
            Some('Z') => {
                command = None;
                Segment::Close
            }
            _ => return Err(PdfError::BadPath { at }),
        });
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_data_is_read_with_left_out_commands() {
        assert_eq!(
            parse("M0,0 10 -5 C1 2 3 4 5 6.5Z").unwrap(),
            vec![
                Segment::Move(0.0, 0.0),
                Segment::Line(10.0, -5.0),
                Segment::Curve(1.0, 2.0, 3.0, 4.0, 5.0, 6.5),
                Segment::Close,
            ]
        );
    }

    #[test]
    fn relative_commands_and_missing_numbers_are_refused() {
        assert_eq!(parse("m0 0"), Err(PdfError::BadPath { at: 0 }));
        assert!(parse("M0").is_err());
        assert!(parse("M0 0Z5 5").is_err());
        assert!(parse("M0 0 ก").is_err());
    }
}
