//! Everything put together in one file: pages, structure, metadata, attachments, signature field.

use super::error::PdfError;
use super::fonts::Fonts;
use super::layout::Layout;
use super::model::{Attachment, DocumentSpec, Metadata, SignatureSpec};
use super::pages::{Frame, draw_page, paginate};
use super::paragraph::{Bench, Craft};
use super::seal::Prepared;
use super::structure::Tree;
use super::words::Words;
use super::write::{Data, Deflate, Objects, Ref, put, put_name, put_text};
use super::xmp::{self, pdf_date};
use std::sync::{Arc, Mutex, PoisonError};

/// sRGB, ICC version 4, 480 bytes (Compact-ICC-Profiles, CC0; `icc/CC0.txt`).
const SRGB: &[u8] = include_bytes!("icc/sRGB-v4.icc");

/// The writer. Making one reads fonts and words (some tens of milliseconds); clones share them
/// and have word caches of their own, so each worker thread takes a clone.
pub struct Engine {
    shared: Arc<Shared>,
    bench: Mutex<Workspace>,
}

/// What never changes.
struct Shared {
    fonts: Fonts,
    words: Words,
    /// Header, fonts and colour profile as they stand at the start of every file.
    start: Objects,
    font_refs: [Ref; 2],
    profile: Ref,
}

/// What is reused from document to document.
struct Workspace {
    bench: Bench,
    deflate: Deflate,
}

impl Workspace {
    fn new() -> Self {
        Self {
            bench: Bench::default(),
            deflate: Deflate::fast(),
        }
    }
}

impl Clone for Engine {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            bench: Mutex::new(Workspace::new()),
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Reads fonts and words. Fails only when the files built into the program are unusable.
    pub fn new() -> Result<Self, PdfError> {
        let fonts = Fonts::load()?;
        let words = Words::load()?;
        let mut start = Objects::new();
        let font_refs = fonts.embed(&mut start)?;
        let profile = start.reserve();
        start.stream(profile, &Deflate::best().compress(SRGB), |out| {
            out.extend_from_slice(b"/N 3");
        });
        Ok(Self {
            shared: Arc::new(Shared {
                fonts,
                words,
                start,
                font_refs,
                profile,
            }),
            bench: Mutex::new(Workspace::new()),
        })
    }

    /// Writes a document with a signature field whose signature is still to come.
    ///
    /// Equal input gives equal bytes. Errors say what in the record cannot be written.
    pub fn render(
        &self,
        spec: &DocumentSpec,
        signature: &SignatureSpec,
    ) -> Result<Prepared, PdfError> {
        let (bytes, pages) = self.write(spec, Some(signature))?;
        Prepared::new(bytes, signature.hole_bytes, pages)
    }

    /// Writes a document without a signature field.
    pub fn render_unsigned(&self, spec: &DocumentSpec) -> Result<Vec<u8>, PdfError> {
        Ok(self.write(spec, None)?.0)
    }

    /// The whole file and its number of pages.
    fn write(
        &self,
        spec: &DocumentSpec,
        signature: Option<&SignatureSpec>,
    ) -> Result<(Vec<u8>, usize), PdfError> {
        // A panic while the bench was held leaves at worst a half-filled cache behind.
        let mut workspace = self.bench.lock().unwrap_or_else(PoisonError::into_inner);
        let Workspace { bench, deflate } = &mut *workspace;
        let setup = &spec.page;
        let measures = [
            setup.width,
            setup.height,
            setup.top,
            setup.right,
            setup.bottom,
            setup.left,
        ];
        if !measures
            .iter()
            .all(|m| m.is_finite() && *m >= 0.0 && *m <= 14_400.0)
        {
            return Err(PdfError::BadMeasure);
        }
        let mut layout = Layout {
            craft: Craft {
                fonts: &self.shared.fonts,
                words: &self.shared.words,
            },
            bench,
            arena: Vec::with_capacity(32_768),
            tree: Tree::new(),
        };
        let width = setup.width - setup.left - setup.right;
        let slabs = layout.flow(&spec.body, width, Tree::ROOT, 0)?;
        let pages = paginate(slabs, setup)?;
        let frame = Frame {
            setup,
            header: spec.header.as_ref(),
            footer: spec.footer.as_ref(),
            watermark: spec.watermark.as_deref(),
        };
        let mut file = File {
            objects: self.shared.start.clone(),
            shared: &self.shared,
            deflate,
        };
        let mut contents = Vec::with_capacity(pages.len());
        for (number, page) in (1usize..).zip(&pages) {
            let content = draw_page(&mut layout, page, &frame, number, pages.len())?;
            let reference = file.objects.reserve();
            let packed = file.deflate.compress(&content);
            file.objects.stream(reference, &packed, |_| {});
            contents.push(reference);
        }
        let count = contents.len();
        let bytes = file.assemble(spec, &contents, &layout.tree, signature)?;
        Ok((bytes, count))
    }
}

/// A file whose pages are drawn.
struct File<'a> {
    objects: Objects,
    shared: &'a Shared,
    deflate: &'a mut Deflate,
}

/// Objects of the signature field.
struct Seal {
    widget: Ref,
    dictionary: Ref,
    form: Ref,
}

impl File<'_> {
    fn assemble(
        mut self,
        spec: &DocumentSpec,
        contents: &[Ref],
        tree: &Tree,
        signature: Option<&SignatureSpec>,
    ) -> Result<Vec<u8>, PdfError> {
        let [catalog, page_tree, resources, info, metadata] =
            std::array::from_fn(|_| self.objects.reserve());
        let pages: Vec<Ref> = contents.iter().map(|_| self.objects.reserve()).collect();
        let seal = signature.map(|_| Seal {
            widget: self.objects.reserve(),
            dictionary: self.objects.reserve(),
            form: self.objects.reserve(),
        });
        let [regular, bold] = self.shared.font_refs;
        self.objects.object(resources, |out| {
            put(out, format_args!("<</Font<</F0 {regular}/F1 {bold}>>>>"));
        });
        let setup = &spec.page;
        for (index, (page, content)) in pages.iter().zip(contents).enumerate() {
            self.objects.object(*page, |out| {
                put(out, format_args!(
                    "<</Type/Page/Parent {page_tree}/MediaBox[0 0 {} {}]/Resources {resources}/Contents {content}/StructParents {index}/Tabs/S",
                    setup.width, setup.height
                ));
                if let (0, Some(seal)) = (index, &seal) {
                    put(out, format_args!("/Annots[{}]", seal.widget));
                }
                out.extend_from_slice(b">>");
            });
        }
        self.objects.object(page_tree, |out| {
            put(
                out,
                format_args!("<</Type/Pages/Count {}/Kids[", pages.len()),
            );
            for page in &pages {
                put(out, format_args!("{page} "));
            }
            out.extend_from_slice(b"]>>");
        });
        let structure = tree.write(&mut self.objects, &pages);
        let files = self.attachments(&spec.attachments)?;
        self.information(info, &spec.metadata)?;
        let packet = xmp::packet(&spec.metadata, 'A')?;
        // The packet stays uncompressed: tools that know no PDF find it (ISO 19005-3, 6.6.2.1).
        self.objects
            .stream(metadata, &Data::Plain(packet.as_bytes()), |out| {
                out.extend_from_slice(b"/Type/Metadata/Subtype/XML");
            });
        let profile = self.shared.profile;
        self.objects.object(catalog, |out| {
            put(out, format_args!(
                "<</Type/Catalog/Pages {page_tree}/Metadata {metadata}/StructTreeRoot {structure}/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>/Lang({})/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/RegistryName(http://www.color.org)/DestOutputProfile {profile}>>]",
                spec.metadata.language.tag()
            ));
            if !files.is_empty() {
                out.extend_from_slice(b"/AF[");
                for (_, file) in &files {
                    put(out, format_args!("{file} "));
                }
                out.extend_from_slice(b"]/Names<</EmbeddedFiles<</Names[");
                for (name, file) in &files {
                    put_text(out, name);
                    put(out, format_args!("{file} "));
                }
                out.extend_from_slice(b"]>>>>");
            }
            if let Some(seal) = &seal {
                put(out, format_args!("/AcroForm {}", seal.form));
                if signature.is_some_and(|s| s.certify) {
                    put(out, format_args!("/Perms<</DocMDP {}>>", seal.dictionary));
                }
            }
            out.extend_from_slice(b">>");
        });
        if let (Some(seal), Some(signature), Some(page)) = (&seal, signature, pages.first()) {
            self.signature_field(seal, signature, *page)?;
        }
        self.objects.check()?;
        Ok(self.objects.finish(catalog, info, spec.metadata.seed))
    }

    /// The information dictionary: the same words as the XMP packet (ISO 19005-3, 6.6.3).
    fn information(&mut self, info: Ref, metadata: &Metadata) -> Result<(), PdfError> {
        let title = xmp::one_line(&metadata.title)?;
        let author = xmp::one_line(&metadata.author)?;
        let producer = xmp::one_line(&metadata.producer)?;
        let subject = metadata.subject.as_deref().map(xmp::one_line).transpose()?;
        let date = pdf_date(metadata.created);
        self.objects.object(info, |out| {
            out.extend_from_slice(b"<</Title");
            put_text(out, &title);
            out.extend_from_slice(b"/Author");
            put_text(out, &author);
            if let Some(subject) = &subject {
                out.extend_from_slice(b"/Subject");
                put_text(out, subject);
            }
            out.extend_from_slice(b"/Producer");
            put_text(out, &producer);
            put(out, format_args!("/CreationDate({date})/ModDate({date})>>"));
        });
        Ok(())
    }

    /// Writes the attachments; gives their names and file specifications, sorted by name as the
    /// name tree wants them (ISO 32000-1, 7.9.6).
    fn attachments(&mut self, attachments: &[Attachment]) -> Result<Vec<(String, Ref)>, PdfError> {
        let mut files: Vec<(String, Ref)> = Vec::with_capacity(attachments.len());
        for attachment in attachments {
            if files.iter().any(|(name, _)| *name == attachment.name) {
                return Err(PdfError::DuplicateAttachment {
                    name: attachment.name.clone(),
                });
            }
            let mime = &attachment.mime;
            let parts: Vec<&str> = mime.split('/').collect();
            let token = |part: &str| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
            };
            if parts.len() != 2 || !parts.into_iter().all(token) {
                return Err(PdfError::BadMediaType { mime: mime.clone() });
            }
            let name = xmp::one_line(&attachment.name)?;
            let description = xmp::one_line(&attachment.description)?;
            let [stream, file] = std::array::from_fn(|_| self.objects.reserve());
            let date = pdf_date(attachment.modified);
            let size = attachment.bytes.len();
            let packed = self.deflate.compress(&attachment.bytes);
            self.objects.stream(stream, &packed, |out| {
                out.extend_from_slice(b"/Type/EmbeddedFile/Subtype");
                put_name(out, mime);
                put(out, format_args!("/Params<</ModDate({date})/Size {size}>>"));
            });
            let relationship = attachment.relationship.name();
            self.objects.object(file, |out| {
                out.extend_from_slice(b"<</Type/Filespec/F");
                put_text(out, &name);
                out.extend_from_slice(b"/UF");
                put_text(out, &name);
                out.extend_from_slice(b"/Desc");
                put_text(out, &description);
                put(
                    out,
                    format_args!("/AFRelationship/{relationship}/EF<</F {stream}/UF {stream}>>>>"),
                );
            });
            files.push((name, file));
        }
        // The order of the names as they are written: UTF-16, two bytes a unit.
        files.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
        Ok(files)
    }

    /// The field, its invisible widget, and the signature dictionary with the hole, all in the
    /// only revision.
    fn signature_field(
        &mut self,
        seal: &Seal,
        signature: &SignatureSpec,
        page: Ref,
    ) -> Result<(), PdfError> {
        let Seal {
            widget,
            dictionary,
            form,
        } = seal;
        // Print and Locked; a widget without area needs no appearance (ISO 19005-3, 6.3.3).
        self.objects.object(*widget, |out| {
            put(out, format_args!(
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[0 0 0 0]/F 132/P {page}/V {dictionary}>>"
            ));
        });
        self.objects.object(*form, |out| {
            put(out, format_args!("<</Fields[{widget}]/SigFlags 3>>"));
        });
        let name = xmp::one_line(&signature.name)?;
        let texts = [
            ("/Reason", &signature.reason),
            ("/Location", &signature.location),
        ];
        let date = pdf_date(signature.claimed_time);
        let mut extra = Vec::new();
        for (key, text) in texts {
            if let Some(text) = text {
                extra.extend_from_slice(key.as_bytes());
                put_text(&mut extra, &xmp::one_line(text)?);
            }
        }
        if signature.certify {
            extra.extend_from_slice(
                b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]",
            );
        }
        self.objects.object(*dictionary, |out| {
            put(
                out,
                format_args!(
                    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M({date})/Name"
                ),
            );
            put_text(out, &name);
            out.extend_from_slice(&extra);
            super::seal::put_hole(out, signature.hole_bytes);
            out.extend_from_slice(b">>");
        });
        Ok(())
    }
}
