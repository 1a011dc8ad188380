//! Everything inside the file: walked object by object, each looked at for what ours never have.

use super::signature::{Claim, examine, read_date};
use super::{
    Conformance, EmbeddedFile, Finding, Inspection, MOST_ATTACHED, MOST_UNPACKED, ReadRefusal,
};
use crate::pdf::model::Relationship;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// Largest XMP packet, in bytes.
const MOST_XMP: usize = 1 << 20;
/// Attachments followed at most.
const MOST_ATTACHMENTS: usize = 64;
/// What an object stream is replaced by before it could be unpacked.
const UNOPENED: &[u8] = b"AmnatUnopenedObjectStream";

/// Keeps object streams shut: ours have none, and a small one can unpack to a very large one.
fn keep_shut(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if object
        .as_stream()
        .is_ok_and(|stream| stream.dict.has_type(b"ObjStm"))
    {
        *object = Object::Name(UNOPENED.to_vec());
    }
    Some((id, object.clone()))
}

/// Parses the file and looks at every object.
pub(super) fn read(bytes: &[u8]) -> Result<Inspection, ReadRefusal> {
    let options = LoadOptions {
        strict: true,
        max_decompressed_size: Some(MOST_XMP),
        filter: Some(keep_shut),
        ..LoadOptions::default()
    };
    let document =
        Document::load_mem_with_options(bytes, options).map_err(|_| ReadRefusal::Malformed)?;
    if document.was_encrypted() || document.is_encrypted() {
        return Err(ReadRefusal::Encrypted);
    }
    let catalog = document.catalog().map_err(|_| ReadRefusal::Malformed)?;
    let mut survey = Survey::default();
    for (id, object) in &document.objects {
        survey.object(*id, object);
    }
    for (_, value) in document.trailer.iter() {
        survey.value(value);
    }
    let Survey {
        mut findings,
        claims,
        fields,
    } = survey;
    let attachments = attachments(&document, catalog, &mut findings)?;
    let mut signatures = Vec::with_capacity(claims.len());
    for (id, dictionary) in claims {
        let claim = claim(&document, id, dictionary, &fields, &mut findings)?;
        signatures.push(examine(bytes, claim));
    }
    signatures.sort_by_key(|signature| signature.byte_range);
    Ok(Inspection {
        pages: document.page_iter().take(100_000).count(),
        revisions: 1,
        signatures,
        attachments,
        conformance: conformance(&document, catalog)?,
        title: title(&document),
        findings,
    })
}

/// What was met on the way through all objects.
#[derive(Default)]
struct Survey<'a> {
    findings: Vec<Finding>,
    /// Dictionaries that are signatures, with their own number when they have one.
    claims: Vec<(Option<ObjectId>, &'a Dictionary)>,
    /// Names of signature fields by the signature they hold.
    fields: BTreeMap<ObjectId, String>,
}

impl<'a> Survey<'a> {
    fn object(&mut self, id: ObjectId, object: &'a Object) {
        if let Ok(dictionary) = object.as_dict()
            && is_signature(dictionary)
        {
            self.claims.push((Some(id), dictionary));
        }
        if let Object::Name(name) = object
            && name == UNOPENED
        {
            self.findings.push(Finding::ObjectStream);
        }
        self.value(object);
    }

    /// Looks at a value and everything inside it, without recursion.
    fn value(&mut self, value: &'a Object) {
        let mut open = vec![value];
        let mut top = true;
        while let Some(value) = open.pop() {
            let dictionary = match value {
                Object::Array(items) => {
                    open.extend(items);
                    continue;
                }
                Object::Dictionary(dictionary) => dictionary,
                Object::Stream(Stream { dict, .. }) => {
                    if dict.has(b"F") {
                        self.findings.push(Finding::ExternalFile);
                    }
                    dict
                }
                _ => {
                    top = false;
                    continue;
                }
            };
            if !top && is_signature(dictionary) {
                self.claims.push((None, dictionary));
            }
            top = false;
            self.dictionary(dictionary);
            open.extend(dictionary.iter().map(|(_, value)| value));
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary) {
        let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).ok();
        let said = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        for (key, finding) in [
            (&b"JS"[..], Finding::Script),
            (b"JavaScript", Finding::Script),
            (b"OCProperties", Finding::OptionalContent),
            (b"OC", Finding::OptionalContent),
            (b"OpenAction", Finding::OpenAction),
            (b"AA", Finding::AdditionalActions),
            (b"XFA", Finding::Xfa),
        ] {
            if dictionary.has(key) {
                self.findings.push(finding);
            }
        }
        if let Some(
            kind @ (b"JavaScript" | b"Launch" | b"URI" | b"GoToR" | b"GoToE" | b"SubmitForm"
            | b"ImportData" | b"ResetForm" | b"Hide" | b"Named" | b"Movie" | b"Sound"
            | b"Rendition" | b"Thread" | b"SetOCGState" | b"GoTo3DView"
            | b"RichMediaExecute"),
        ) = name(b"S")
        {
            self.findings.push(Finding::Action { kind: said(kind) });
        }
        if name(b"Type") == Some(b"OCG") {
            self.findings.push(Finding::OptionalContent);
        }
        if name(b"FS") == Some(b"URL") {
            self.findings.push(Finding::ExternalFile);
        }
        let field = name(b"FT");
        if field.is_some_and(|kind| kind != b"Sig") {
            self.findings.push(Finding::FormField);
        }
        let annotation = name(b"Type") == Some(b"Annot") || dictionary.has(b"Rect");
        if annotation && name(b"Subtype") != Some(b"Widget") {
            let kind = name(b"Subtype").map(said).unwrap_or_default();
            self.findings.push(Finding::Annotation { kind });
        }
        if field == Some(b"Sig")
            && let Ok(signature) = dictionary.get(b"V").and_then(Object::as_reference)
        {
            let name = dictionary.get(b"T").and_then(Object::as_str).map(text);
            self.fields.insert(signature, name.unwrap_or_default());
        }
    }
}

fn is_signature(dictionary: &Dictionary) -> bool {
    dictionary.has(b"ByteRange")
}

/// Text as PDF writes it: UTF-16 with a mark, UTF-8 with a mark, or single bytes.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, units @ ..] => {
            let pairs = units.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xFFFD,
            });
            char::decode_utf16(pairs)
                .map(|c| c.unwrap_or('\u{FFFD}'))
                .collect()
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

fn claim(
    document: &Document,
    id: Option<ObjectId>,
    dictionary: &Dictionary,
    fields: &BTreeMap<ObjectId, String>,
    findings: &mut Vec<Finding>,
) -> Result<Claim, ReadRefusal> {
    let get = |key: &[u8]| dictionary.get_deref(key, document).ok();
    let string = |key: &[u8]| get(key).and_then(|value| value.as_str().ok());
    let numbers: Vec<usize> = get(b"ByteRange")
        .and_then(|value| value.as_array().ok())
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_i64().ok())
        .filter_map(|value| usize::try_from(value).ok())
        .take(5)
        .collect();
    // Anything but four numbers covers nothing: the range stays empty and is found wrong.
    let byte_range = <[usize; 4]>::try_from(numbers).unwrap_or_default();
    let claimed_time = string(b"M").and_then(read_date);
    if dictionary.has(b"M") && claimed_time.is_none() {
        findings.push(Finding::UnreadableTime);
    }
    let sub_filter = get(b"SubFilter").and_then(|value| value.as_name().ok());
    Ok(Claim {
        field: id.and_then(|id| fields.get(&id).cloned()),
        name: string(b"Name").map(text),
        sub_filter: sub_filter.map(text).unwrap_or_default(),
        claimed_time,
        byte_range,
        contents: string(b"Contents").map(<[u8]>::to_vec).unwrap_or_default(),
    })
}

/// The files in the name tree, unpacked.
fn attachments(
    document: &Document,
    catalog: &Dictionary,
    findings: &mut Vec<Finding>,
) -> Result<Vec<EmbeddedFile>, ReadRefusal> {
    let mut specifications: Vec<ObjectId> = Vec::new();
    let tree = catalog
        .get_deref(b"Names", document)
        .and_then(Object::as_dict)
        .and_then(|names| names.get_deref(b"EmbeddedFiles", document))
        .and_then(Object::as_dict);
    let mut open: Vec<(&Dictionary, usize)> = tree.into_iter().map(|tree| (tree, 0)).collect();
    while let Some((node, depth)) = open.pop() {
        if depth > 8 {
            return Err(ReadRefusal::Malformed);
        }
        let array = |key: &[u8]| {
            node.get_deref(key, document)
                .and_then(Object::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        for pair in array(b"Names").chunks(2) {
            let [_, file] = pair else {
                return Err(ReadRefusal::Malformed);
            };
            specifications.push(file.as_reference().map_err(|_| ReadRefusal::Malformed)?);
        }
        for kid in array(b"Kids") {
            let kid = document.dereference(kid).map(|(_, kid)| kid);
            let kid = kid.and_then(Object::as_dict);
            open.push((kid.map_err(|_| ReadRefusal::Malformed)?, depth + 1));
        }
        if specifications.len() > MOST_ATTACHMENTS || open.len() > MOST_ATTACHMENTS {
            return Err(ReadRefusal::Malformed);
        }
    }
    let associated: BTreeSet<ObjectId> = catalog
        .get_deref(b"AF", document)
        .and_then(Object::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(|value| value.as_reference().ok())
        .collect();
    if associated != specifications.iter().copied().collect() {
        findings.push(Finding::AttachmentNotAssociated);
    }
    let mut files: Vec<EmbeddedFile> = Vec::with_capacity(specifications.len());
    let mut total = 0;
    for specification in specifications {
        let file = embedded_file(document, specification)?;
        total += file.bytes.len();
        if total > MOST_ATTACHED {
            return Err(ReadRefusal::Malformed);
        }
        if files.iter().any(|other| other.name == file.name) {
            findings.push(Finding::SameNameTwice);
        }
        files.push(file);
    }
    Ok(files)
}

fn embedded_file(document: &Document, id: ObjectId) -> Result<EmbeddedFile, ReadRefusal> {
    let malformed = |_| ReadRefusal::Malformed;
    let specification = document.get_dictionary(id).map_err(malformed)?;
    let string = |key: &[u8]| {
        let value = specification.get_deref(key, document).ok();
        value.and_then(|value| value.as_str().ok()).map(text)
    };
    let stream = specification
        .get_deref(b"EF", document)
        .and_then(Object::as_dict)
        .and_then(|files| files.get_deref(b"F", document))
        .and_then(Object::as_stream)
        .map_err(malformed)?;
    let mime = stream.dict.get(b"Subtype").and_then(Object::as_name).ok();
    let relationship = specification
        .get(b"AFRelationship")
        .and_then(Object::as_name);
    Ok(EmbeddedFile {
        name: string(b"UF").or_else(|| string(b"F")).unwrap_or_default(),
        description: string(b"Desc"),
        mime: mime.map(text),
        relationship: relationship.ok().and_then(Relationship::of_name),
        bytes: unpack(stream, MOST_UNPACKED)?,
    })
}

fn unpack(stream: &Stream, most: usize) -> Result<Vec<u8>, ReadRefusal> {
    stream
        .get_plain_content_with_limit(most)
        .map_err(|_| ReadRefusal::Malformed)
}

/// The PDF/A level the XMP packet claims.
fn conformance(
    document: &Document,
    catalog: &Dictionary,
) -> Result<Option<Conformance>, ReadRefusal> {
    let stream = catalog
        .get_deref(b"Metadata", document)
        .and_then(Object::as_stream);
    let Ok(stream) = stream else {
        return Ok(None);
    };
    let packet = unpack(stream, MOST_XMP)?;
    let packet = String::from_utf8_lossy(&packet);
    let value = |name: &str| {
        // As an element or as an attribute.
        let after = packet.split_once(&format!("{name}>"));
        let after = after.or_else(|| packet.split_once(&format!("{name}=\"")));
        after.and_then(|(_, rest)| rest.chars().next())
    };
    let part = value("pdfaid:part").and_then(|c| c.to_digit(10));
    let level = value("pdfaid:conformance");
    Ok(part
        .and_then(|part| u8::try_from(part).ok())
        .zip(level)
        .map(|(part, level)| Conformance { part, level }))
}

fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get_deref(b"Info", document).ok()?;
    let title = info.as_dict().ok()?.get_deref(b"Title", document).ok()?;
    title.as_str().ok().map(text)
}
