//! The two faces a document is set in, prepared once.
//!
//! Sarabun (SIL Open Font License 1.1, `OFL.txt` beside this file) has all Thai letters with their
//! mark positions and the raised forms for tall consonants. Each face is cut down at start to
//! every glyph that printable ASCII, Latin-1, the punctuation below and any Thai syllable can
//! need; that subset is compressed once and copied into each file. A character outside the
//! prepared set is refused when it is used, never drawn as an empty box.

use super::block::Weight;
use super::error::PdfError;
use super::write::{Deflate, Objects, Ref, put, put_hex16};
use crate::kernel::digest::Digest;
use rustybuzz::ttf_parser::{GlyphId, Tag};
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

const REGULAR: &[u8] = include_bytes!("Sarabun-Regular.ttf");
const BOLD: &[u8] = include_bytes!("Sarabun-Bold.ttf");

/// Punctuation and signs beyond Latin-1 that documents use.
const PUNCTUATION: &str = "–—‘’“”•…";
/// Thai digits, signs and vowels that stand alone.
const THAI_ALONE: &str = "ะาเแโใไๅฯๆ฿๏๐๑๒๓๔๕๖๗๘๙๚๛";
/// Vowels and signs above a consonant.
const ABOVE: &str = "ัิีึื็ํ";
/// Vowels below a consonant.
const BELOW: &str = "ฺุู";
/// Tone marks and the silencer.
const TONES: &str = "่้๊๋์๎";

/// Glyph widths are given in thousandths of the size; Sarabun's own unit is the same.
pub(super) const EM: i32 = 1000;
/// Height above the baseline the face asks for, in thousandths of the size.
pub(super) const ASCENT: i32 = 1068;
/// Depth below the baseline the face asks for.
pub(super) const DESCENT: i32 = 232;

/// The glyph of a space: put first into every subset.
pub(super) const SPACE: u16 = 1;

/// One glyph of a shaped piece of text, in units of the face.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    /// Number in the subset.
    pub(super) id: u16,
    /// Byte offset of the text it comes from.
    pub(super) cluster: usize,
    /// How far the pen moves.
    pub(super) advance: i32,
    /// How far it is drawn to the right of the pen.
    pub(super) dx: i32,
    /// How far it is drawn above the pen.
    pub(super) dy: i32,
}

/// One face, ready for shaping and embedding.
pub(super) struct Font {
    name: &'static str,
    face: Face<'static>,
    thai: ShapePlan,
    latin: ShapePlan,
    remapper: GlyphRemapper,
    /// For each prepared character, nothing; the map's keys are the prepared set.
    prepared: std::collections::BTreeSet<char>,
    /// The character each glyph of the subset stands for by itself.
    meaning: Vec<Option<char>>,
    /// Width of each glyph of the subset.
    widths: Vec<u16>,
}

/// Both faces.
pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    /// Reads and prepares both faces.
    pub(super) fn load() -> Result<Self, PdfError> {
        Ok(Self {
            regular: Font::load("Sarabun-Regular", REGULAR)?,
            bold: Font::load("Sarabun-Bold", BOLD)?,
        })
    }

    /// The face of this weight.
    pub(super) fn of(&self, weight: Weight) -> &Font {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Writes both faces as objects; gives the font objects, regular first.
    pub(super) fn embed(&self, objects: &mut Objects) -> Result<[Ref; 2], PdfError> {
        let mut deflate = Deflate::best();
        Ok([
            self.regular.embed(REGULAR, objects, &mut deflate)?,
            self.bold.embed(BOLD, objects, &mut deflate)?,
        ])
    }
}

/// The characters a face is prepared for, each with texts that bring out all its forms.
fn sample_texts() -> Vec<String> {
    let latin = (' '..='~')
        .chain('\u{A1}'..='\u{FF}')
        .filter(|c| *c != '\u{AD}');
    let mut texts: Vec<String> = latin
        .chain(PUNCTUATION.chars())
        .chain(THAI_ALONE.chars())
        .map(String::from)
        .collect();
    for consonant in 'ก'..='ฮ' {
        let mut text = format!("{consonant}{consonant}ำ{consonant}ๅ");
        for tone in TONES.chars() {
            text.extend([consonant, tone, consonant, tone, 'ำ']);
        }
        for vowel in ABOVE.chars().chain(BELOW.chars()) {
            text.extend([consonant, vowel]);
            for tone in TONES.chars() {
                text.extend([consonant, vowel, tone]);
            }
        }
        texts.push(text);
    }
    texts
}

impl Font {
    fn load(name: &'static str, data: &'static [u8]) -> Result<Self, PdfError> {
        let unusable = PdfError::FontUnusable { name };
        let face = Face::from_slice(data, 0).ok_or(unusable.clone())?;
        if face.units_per_em() != EM {
            return Err(unusable);
        }
        // Ligatures of Latin letters would need their own text mapping and gain nothing here.
        let plain = [
            Feature::new(Tag::from_bytes(b"liga"), 0, ..),
            Feature::new(Tag::from_bytes(b"clig"), 0, ..),
        ];
        let direction = Direction::LeftToRight;
        let thai = ShapePlan::new(&face, direction, Some(script::THAI), None, &[]);
        let latin = ShapePlan::new(&face, direction, Some(script::LATIN), None, &plain);
        let mut font = Self {
            name,
            face,
            thai,
            latin,
            remapper: GlyphRemapper::new(),
            prepared: std::collections::BTreeSet::new(),
            meaning: vec![None],
            widths: vec![0],
        };
        font.close_over_samples()?;
        Ok(font)
    }

    /// Collects every glyph the samples need and what each means by itself.
    fn close_over_samples(&mut self) -> Result<(), PdfError> {
        let unusable = PdfError::FontUnusable { name: self.name };
        let mut meanings: BTreeMap<u16, char> = BTreeMap::new();
        for text in sample_texts() {
            let mut buffer = UnicodeBuffer::new();
            let raw = self.shape_raw(&text, &mut buffer);
            if raw.iter().any(|glyph| glyph.id == 0) {
                // The face lacks a character of the wider Latin set: it stays unprepared.
                continue;
            }
            self.prepared.extend(text.chars());
            for (i, glyph) in raw.iter().enumerate() {
                let id = self.remapper.remap(glyph.id);
                let alone = |k: Option<usize>| {
                    k.and_then(|k| raw.get(k))
                        .is_none_or(|other| other.cluster != glyph.cluster)
                };
                let single = alone(i.checked_sub(1)) && alone(Some(i + 1));
                if single && let Some(c) = text.get(glyph.cluster..).and_then(|t| t.chars().next())
                {
                    meanings.entry(id).or_insert(c);
                }
            }
        }
        if self.remapper.get(self.glyph_of(' ')) != Some(SPACE) {
            return Err(unusable);
        }
        for (old, new) in self.remapper.remapped_gids().zip(0u16..) {
            // Number 0 is the box for missing characters; it is never drawn.
            if new == 0 {
                continue;
            }
            self.meaning.push(meanings.get(&new).copied());
            let width = self.face.glyph_hor_advance(GlyphId(old)).unwrap_or(0);
            self.widths.push(width);
        }
        Ok(())
    }

    fn glyph_of(&self, c: char) -> u16 {
        self.face.glyph_index(c).map_or(0, |glyph| glyph.0)
    }

    /// Shapes a text of one script with glyph numbers of the whole face.
    fn shape_raw(&self, text: &str, buffer: &mut UnicodeBuffer) -> Vec<Glyph> {
        let thai = text.chars().any(|c| matches!(c, '\u{0E00}'..='\u{0E7F}'));
        let (plan, script) = if thai {
            (&self.thai, script::THAI)
        } else {
            (&self.latin, script::LATIN)
        };
        let mut filled = std::mem::take(buffer);
        filled.push_str(text);
        filled.set_direction(Direction::LeftToRight);
        filled.set_script(script);
        filled.set_cluster_level(rustybuzz::BufferClusterLevel::MonotoneCharacters);
        let shaped = rustybuzz::shape_with_plan(&self.face, plan, filled);
        let glyphs = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, position)| Glyph {
                id: u16::try_from(info.glyph_id).unwrap_or(0),
                cluster: info.cluster as usize,
                advance: position.x_advance,
                dx: position.x_offset,
                dy: position.y_offset,
            })
            .collect();
        *buffer = shaped.clear();
        glyphs
    }

    /// Shapes a text of one script. A character that was not prepared is refused.
    pub(super) fn shape(
        &self,
        text: &str,
        buffer: &mut UnicodeBuffer,
    ) -> Result<Vec<Glyph>, PdfError> {
        if let Some(character) = text.chars().find(|c| !self.prepared.contains(c)) {
            return Err(PdfError::MissingGlyph { character });
        }
        let mut glyphs = self.shape_raw(text, buffer);
        for glyph in &mut glyphs {
            match self.remapper.get(glyph.id) {
                Some(id) if id != 0 => glyph.id = id,
                // A combination whose form no sample brought out.
                _ => {
                    let rest = text.get(glyph.cluster..).unwrap_or(text);
                    let character = rest.chars().next().unwrap_or('\u{FFFD}');
                    return Err(PdfError::MissingGlyph { character });
                }
            }
        }
        Ok(glyphs)
    }

    /// The character a glyph of the subset stands for when nothing else is said.
    pub(super) fn meaning(&self, glyph: u16) -> Option<char> {
        self.meaning.get(usize::from(glyph)).copied().flatten()
    }

    /// Width of a glyph of the subset.
    pub(super) fn width(&self, glyph: u16) -> i32 {
        self.widths
            .get(usize::from(glyph))
            .map_or(0, |width| i32::from(*width))
    }

    fn embed(
        &self,
        data: &[u8],
        objects: &mut Objects,
        deflate: &mut Deflate,
    ) -> Result<Ref, PdfError> {
        let unusable = PdfError::FontUnusable { name: self.name };
        let subset = subsetter::subset(data, 0, &self.remapper).map_err(|_| unusable)?;
        let tag: String = Digest::of(&subset)
            .as_bytes()
            .iter()
            .take(6)
            .map(|byte| char::from(b'A' + byte % 26))
            .collect();
        let name = format!("{tag}+{}", self.name);
        let [font, descendant, descriptor, file, unicode] =
            std::array::from_fn(|_| objects.reserve());
        objects.object(font, |out| {
            put(out, format_args!(
                "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant}]/ToUnicode {unicode}>>"
            ));
        });
        objects.object(descendant, |out| {
            put(out, format_args!(
                "<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor {descriptor}/DW 0/W[0["
            ));
            for width in &self.widths {
                put(out, format_args!("{width} "));
            }
            out.extend_from_slice(b"]]>>");
        });
        let bounds = self.face.global_bounding_box();
        let stem = if self.name.ends_with("Bold") { 140 } else { 84 };
        objects.object(descriptor, |out| {
            put(out, format_args!(
                "<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{} {} {} {}]/ItalicAngle 0/Ascent {ASCENT}/Descent -{DESCENT}/CapHeight 700/StemV {stem}/FontFile2 {file}>>",
                bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max
            ));
        });
        let length = subset.len();
        objects.stream(file, &deflate.compress(&subset), |out| {
            put(out, format_args!("/Length1 {length}"));
        });
        let map = self.unicode_map();
        objects.stream(unicode, &deflate.compress(&map), |_| {});
        Ok(font)
    }

    /// The ToUnicode map: one glyph, one character (ISO 32000-1, 9.10.3).
    fn unicode_map(&self) -> Vec<u8> {
        let mut out = b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n".to_vec();
        let pairs: Vec<(u16, char)> = (0u16..)
            .zip(&self.meaning)
            .filter_map(|(glyph, meaning)| meaning.map(|c| (glyph, c)))
            .collect();
        for group in pairs.chunks(100) {
            put(&mut out, format_args!("{} beginbfchar\n", group.len()));
            for (glyph, meaning) in group {
                out.push(b'<');
                put_hex16(&mut out, *glyph);
                out.extend_from_slice(b"> <");
                let mut units = [0u16; 2];
                for unit in meaning.encode_utf16(&mut units) {
                    put_hex16(&mut out, *unit);
                }
                out.extend_from_slice(b">\n");
            }
            out.extend_from_slice(b"endbfchar\n");
        }
        out.extend_from_slice(
            b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n",
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prepared_thai_letter_has_a_glyph_with_a_meaning() {
        let fonts = Fonts::load().unwrap();
        let mut buffer = UnicodeBuffer::new();
        for weight in [Weight::Regular, Weight::Bold] {
            let font = fonts.of(weight);
            for c in ('ก'..='ฺ').chain('เ'..='๛') {
                assert!(font.prepared.contains(&c), "{c}");
            }
            for c in ('ก'..='ฮ').chain('0'..='z') {
                let glyphs = font.shape(&c.to_string(), &mut buffer).unwrap();
                assert_eq!(glyphs.len(), 1, "{c}");
                assert_eq!(font.meaning(glyphs[0].id), Some(c));
                assert_eq!(font.width(glyphs[0].id), glyphs[0].advance);
            }
        }
    }

    #[test]
    fn characters_without_a_glyph_are_refused() {
        let fonts = Fonts::load().unwrap();
        let mut buffer = UnicodeBuffer::new();
        let font = fonts.of(Weight::Regular);
        for character in ['中', '\u{200D}', '\u{0}', '\u{AD}', '😀', '\u{202E}'] {
            assert_eq!(
                font.shape(&format!("ก{character}"), &mut buffer)
                    .unwrap_err(),
                PdfError::MissingGlyph { character }
            );
        }
    }
}
