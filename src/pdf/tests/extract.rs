//! Text as a reader of the file gets it: glyphs through `ToUnicode`, replaced where `ActualText`
//! says so. Written against the standard, not against the writer.

use lopdf::content::Content;
use lopdf::{Document, Object};
use std::collections::BTreeMap;

/// A piece of marked content: its structure tag and its lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) tag: String,
    pub(super) mcid: Option<i64>,
    pub(super) lines: Vec<String>,
}

type Map = BTreeMap<u16, String>;

fn unicode_map(document: &Document, font: &Object) -> Map {
    let (_, font) = document.dereference(font).unwrap();
    let stream = font.as_dict().unwrap().get_deref(b"ToUnicode", document);
    let stream = stream.unwrap().as_stream().unwrap();
    let text = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
    let mut map = Map::new();
    for line in text.lines().filter(|line| line.starts_with('<')) {
        let parts: Vec<&str> = line
            .split(['<', '>', ' '])
            .filter(|p| !p.is_empty())
            .collect();
        let [glyph, units] = parts[..] else { continue };
        let units: Vec<u16> = units
            .as_bytes()
            .chunks(4)
            .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
            .collect();
        if glyph == "0000" && units == [0xffff] {
            continue;
        }
        let text = String::from_utf16(&units).unwrap();
        map.insert(u16::from_str_radix(glyph, 16).unwrap(), text);
    }
    map
}

fn utf16(bytes: &[u8]) -> String {
    assert_eq!(&bytes[..2], [0xfe, 0xff]);
    let units: Vec<u16> = bytes[2..]
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units).unwrap()
}

/// The pieces of every page, artifacts included (their tag is `Artifact`).
pub(super) fn pieces(bytes: &[u8]) -> Vec<Vec<Piece>> {
    let document = Document::load_mem(bytes).unwrap();
    document
        .page_iter()
        .map(|page| page_pieces(&document, page))
        .collect()
}

fn page_pieces(document: &Document, page: lopdf::ObjectId) -> Vec<Piece> {
    let resources = document.get_dictionary(page).unwrap();
    let resources = resources.get_deref(b"Resources", document).unwrap();
    let fonts = resources.as_dict().unwrap().get_deref(b"Font", document);
    let fonts: BTreeMap<Vec<u8>, Map> = fonts
        .unwrap()
        .as_dict()
        .unwrap()
        .iter()
        .map(|(name, font)| (name.clone(), unicode_map(document, font)))
        .collect();
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut font = Vec::new();
    // One entry for each open marked content: whether its glyphs are replaced.
    let mut open: Vec<bool> = Vec::new();
    for operation in content.operations {
        let operands = &operation.operands;
        match operation.operator.as_str() {
            "BMC" | "BDC" => {
                let tag = operands[0].as_name().unwrap();
                let properties = operands.get(1).and_then(|p| p.as_dict().ok());
                let actual = properties.and_then(|p| p.get(b"ActualText").ok());
                open.push(actual.is_some());
                if tag != b"Span" {
                    let mcid = properties.and_then(|p| p.get(b"MCID").ok());
                    pieces.push(Piece {
                        tag: String::from_utf8(tag.to_vec()).unwrap(),
                        mcid: mcid.map(|n| n.as_i64().unwrap()),
                        lines: Vec::new(),
                    });
                }
                if let Some(actual) = actual
                    && let Some(line) = pieces.last_mut().and_then(|p| p.lines.last_mut())
                {
                    line.push_str(&utf16(actual.as_str().unwrap()));
                }
            }
            "EMC" => {
                open.pop().unwrap();
            }
            "Tf" => font = operands[0].as_name().unwrap().to_vec(),
            "Tm" => pieces.last_mut().unwrap().lines.push(String::new()),
            "TJ" if !open.contains(&true) => {
                let line = pieces.last_mut().unwrap().lines.last_mut().unwrap();
                for item in operands[0].as_array().unwrap() {
                    if let Ok(glyphs) = item.as_str() {
                        for pair in glyphs.chunks(2) {
                            let glyph = u16::from_be_bytes([pair[0], pair[1]]);
                            line.push_str(&fonts[&font][&glyph]);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
    pieces
}

/// The lines of all content with a meaning, in reading order.
pub(super) fn lines(bytes: &[u8]) -> Vec<String> {
    pieces(bytes)
        .into_iter()
        .flatten()
        .filter(|piece| piece.tag != "Artifact")
        .flat_map(|piece| piece.lines)
        .collect()
}
