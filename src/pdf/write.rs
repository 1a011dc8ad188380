//! Objects, strings, numbers, and the cross-reference table: the outermost syntax of the file
//! (ISO 32000-1, 7.2 to 7.5). Classic cross-reference table, no object streams: what follows a
//! signature can then be appended by any tool.

use super::error::PdfError;
use crate::kernel::digest::Digest;
use libdeflater::{CompressionLvl, Compressor};
use std::io::Write as _;

/// Most objects a file may have; far above what the most pages need.
const MOST_OBJECTS: usize = 100_000;

/// The number of an object in the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Ref(usize);

impl std::fmt::Display for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 0 R", self.0)
    }
}

/// A file in the making: everything written so far, and where each object starts.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    /// The bytes of the file.
    pub(super) bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Objects {
    /// A file with nothing but its header.
    pub(super) fn new() -> Self {
        Self {
            bytes: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(),
            offsets: Vec::new(),
        }
    }

    /// A number for an object that is written later.
    pub(super) fn reserve(&mut self) -> Ref {
        self.offsets.push(0);
        Ref(self.offsets.len())
    }

    /// Writes an object: what `body` appends between `obj` and `endobj`.
    pub(super) fn object(&mut self, reference: Ref, body: impl FnOnce(&mut Vec<u8>)) {
        if let Some(slot) = self.offsets.get_mut(reference.0 - 1) {
            *slot = self.bytes.len();
        }
        put(&mut self.bytes, format_args!("{} 0 obj\n", reference.0));
        body(&mut self.bytes);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// Writes a stream; `dict` appends the entries besides `Length` and `Filter`.
    pub(super) fn stream(
        &mut self,
        reference: Ref,
        data: &Data<'_>,
        dict: impl FnOnce(&mut Vec<u8>),
    ) {
        self.object(reference, |out| {
            out.extend_from_slice(b"<<");
            dict(out);
            let filter = match data {
                Data::Plain(_) => "",
                Data::Deflated(_) => "/Filter/FlateDecode",
            };
            let bytes = data.bytes();
            put(
                out,
                format_args!("{filter}/Length {}>>\nstream\n", bytes.len()),
            );
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\nendstream");
        });
    }

    /// Ends the file: cross-reference table, trailer, end mark.
    pub(super) fn finish(mut self, root: Ref, info: Ref, seed: Digest) -> Vec<u8> {
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        put(
            &mut self.bytes,
            format_args!("xref\n0 {size}\n0000000000 65535 f \n"),
        );
        for offset in &self.offsets {
            put(&mut self.bytes, format_args!("{offset:010} 00000 n \n"));
        }
        let id = seed.to_hex();
        let id = id.get(..32).unwrap_or(&id);
        put(
            &mut self.bytes,
            format_args!(
                "trailer\n<</Size {size}/Root {root}/Info {info}/ID[<{id}><{id}>]>>\nstartxref\n{start}\n%%EOF\n"
            ),
        );
        self.bytes
    }

    /// Refuses a file that has grown out of bounds.
    pub(super) fn check(&self) -> Result<(), PdfError> {
        if self.offsets.len() > MOST_OBJECTS {
            return Err(PdfError::DoesNotFit);
        }
        Ok(())
    }
}

/// The content of a stream as it stands in the file.
pub(super) enum Data<'a> {
    /// As it is.
    Plain(&'a [u8]),
    /// Compressed (FlateDecode).
    Deflated(&'a [u8]),
}

impl Data<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) | Self::Deflated(bytes) => bytes,
        }
    }
}

/// Appends formatted text; writing to memory cannot fail.
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // INVARIANT: `Vec<u8>` as a writer never returns an error.
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok());
}

/// A number with at most three decimals and no trailing zeros, as PDF reads it.
pub(super) fn put_number(out: &mut Vec<u8>, value: f32) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "layout keeps every measure far inside the range"
    )]
    let thousandths = (f64::from(value) * 1000.0).round() as i64;
    if thousandths < 0 {
        out.push(b'-');
    }
    let magnitude = thousandths.unsigned_abs();
    put_unsigned(out, magnitude / 1000);
    let fraction = magnitude % 1000;
    if fraction > 0 {
        out.push(b'.');
        let mut scale = 100;
        let mut rest = fraction;
        while rest > 0 {
            out.push(digit(rest / scale));
            rest %= scale;
            scale /= 10;
        }
    }
}

/// A whole number.
pub(super) fn put_int(out: &mut Vec<u8>, value: i32) {
    if value < 0 {
        out.push(b'-');
    }
    put_unsigned(out, u64::from(value.unsigned_abs()));
}

fn put_unsigned(out: &mut Vec<u8>, value: u64) {
    let mut scale = 1;
    while value / scale >= 10 {
        scale *= 10;
    }
    let mut rest = value;
    while scale > 0 {
        out.push(digit(rest / scale));
        rest %= scale;
        scale /= 10;
    }
}

fn digit(value: u64) -> u8 {
    b"0123456789"
        .get((value % 10) as usize)
        .copied()
        .unwrap_or(b'0')
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Sixteen bits as four hexadecimal digits.
pub(super) fn put_hex16(out: &mut Vec<u8>, value: u16) {
    for shift in [12, 8, 4, 0] {
        out.push(
            HEX.get(usize::from(value >> shift & 15))
                .copied()
                .unwrap_or(b'0'),
        );
    }
}

/// Text as a hexadecimal string in UTF-16 with byte order mark (ISO 32000-1, 7.9.2.2).
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(b"<feff");
    for unit in text.encode_utf16() {
        put_hex16(out, unit);
    }
    out.push(b'>');
}

/// A name; every byte that is not a plain letter or digit is written as `#xx`.
pub(super) fn put_name(out: &mut Vec<u8>, name: &str) {
    out.push(b'/');
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'+') {
            out.push(byte);
        } else {
            put(out, format_args!("#{byte:02x}"));
        }
    }
}

/// Compression with a fixed level and library, so that equal input gives equal bytes.
pub(super) struct Deflate {
    compressor: Compressor,
    room: Vec<u8>,
}

impl Deflate {
    /// For what is written with every document: fast.
    pub(super) fn fast() -> Self {
        // Level 1: what the library calls fastest is level 0, which compresses nothing.
        Self::at(CompressionLvl::new(1).unwrap_or(CompressionLvl::best()))
    }

    /// For what is prepared once: small.
    pub(super) fn best() -> Self {
        Self::at(CompressionLvl::best())
    }

    fn at(level: CompressionLvl) -> Self {
        Self {
            compressor: Compressor::new(level),
            room: Vec::new(),
        }
    }

    /// The compressed bytes, or the plain ones should the buffer ever not suffice.
    pub(super) fn compress<'a>(&'a mut self, data: &'a [u8]) -> Data<'a> {
        let bound = self.compressor.zlib_compress_bound(data.len());
        self.room.resize(bound, 0);
        // INVARIANT: the bound given by the library always suffices; plain data is valid too.
        match self.compressor.zlib_compress(data, &mut self.room) {
            Ok(length) => match self.room.get(..length) {
                Some(bytes) => Data::Deflated(bytes),
                None => Data::Plain(data),
            },
            Err(_) => Data::Plain(data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact_to_a_thousandth() {
        for (value, expected) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (841.89, "841.89"),
            (0.004, "0.004"),
            (0.0004, "0"),
            (100.0, "100"),
            (-12.05, "-12.05"),
        ] {
            let mut out = Vec::new();
            put_number(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        let mut out = Vec::new();
        put_int(&mut out, i32::MIN);
        assert_eq!(out, b"-2147483648");
    }

    #[test]
    fn both_levels_compress() {
        let text = "ข้อความเดิม ".repeat(200);
        for mut deflate in [Deflate::fast(), Deflate::best()] {
            match deflate.compress(text.as_bytes()) {
                Data::Deflated(bytes) => assert!(bytes.len() < text.len() / 20),
                Data::Plain(_) => panic!("not compressed"),
            }
        }
    }

    #[test]
    fn names_escape_everything_but_letters_and_digits() {
        let mut out = Vec::new();
        put_name(&mut out, "text/xml ก");
        assert_eq!(out, b"/text#2fxml#20#e0#b8#81");
    }

    #[test]
    fn text_is_utf_16_with_a_byte_order_mark() {
        let mut out = Vec::new();
        put_text(&mut out, "กA");
        assert_eq!(out, b"<feff0e010041>");
    }
}
