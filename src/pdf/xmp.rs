//! The XMP packet (ISO 16684-1; ISO 19005-3, 6.6): what the document says about itself, equal to
//! the information dictionary, with the declaration of the caller's own properties.

use super::error::PdfError;
use super::model::{CustomSchema, Metadata};
use crate::kernel::time::Instant;

/// `2026-11-24T02:30:00Z`
fn xmp_date(at: Instant) -> String {
    at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `D:20261124023000Z`, the same moment as the information dictionary writes it.
pub(super) fn pdf_date(at: Instant) -> String {
    at.to_utc().format("D:%Y%m%d%H%M%SZ").to_string()
}

/// Text as XML character data. Control characters cannot be written in XML 1.0 and are refused
/// with the record: the page could not show them either.
fn escape(text: &str) -> Result<String, PdfError> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                return Err(PdfError::MissingGlyph { character: c });
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// A name that XML takes as it is.
fn name(text: &str) -> Result<&str, PdfError> {
    let letters = text.chars().all(|c| c.is_ascii_alphanumeric());
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if letters && starts {
        Ok(text)
    } else {
        Err(PdfError::BadPropertyName {
            name: text.to_owned(),
        })
    }
}

/// The same title, author and subject in the form both places take.
pub(super) fn one_line(text: &str) -> Result<String, PdfError> {
    match text.chars().find(|c| c.is_control()) {
        Some(character) => Err(PdfError::MissingGlyph { character }),
        None => Ok(text.to_owned()),
    }
}

/// The packet for a document of this conformance level (`A` or `U`).
pub(super) fn packet(metadata: &Metadata, conformance: char) -> Result<String, PdfError> {
    let title = escape(&metadata.title)?;
    let author = escape(&metadata.author)?;
    let producer = escape(&metadata.producer)?;
    let date = xmp_date(metadata.created);
    let language = metadata.language.tag();
    let seed = metadata.seed.to_hex();
    let id = seed.get(..32).unwrap_or(&seed);
    let description = match &metadata.subject {
        None => String::new(),
        Some(subject) => format!(
            "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></dc:description>\n",
            escape(subject)?
        ),
    };
    let mut declared = String::new();
    let mut values = String::new();
    for schema in &metadata.schemas {
        declare(schema, &mut declared, &mut values)?;
    }
    let extension = if declared.is_empty() {
        String::new()
    } else {
        format!(
            "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n<pdfaExtension:schemas><rdf:Bag>\n{declared}</rdf:Bag></pdfaExtension:schemas>\n</rdf:Description>\n{values}"
        )
    };
    Ok(format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n\
<pdfaid:part>3</pdfaid:part>\n<pdfaid:conformance>{conformance}</pdfaid:conformance>\n\
</rdf:Description>\n\
<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
<dc:format>application/pdf</dc:format>\n\
<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n\
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n{description}\
</rdf:Description>\n\
<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n\
<xmp:CreateDate>{date}</xmp:CreateDate>\n<xmp:ModifyDate>{date}</xmp:ModifyDate>\n\
<xmp:MetadataDate>{date}</xmp:MetadataDate>\n</rdf:Description>\n\
<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n\
<pdf:Producer>{producer}</pdf:Producer>\n</rdf:Description>\n\
<rdf:Description rdf:about=\"\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\">\n\
<xmpMM:DocumentID>sha256-128:{id}</xmpMM:DocumentID>\n</rdf:Description>\n\
{extension}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"
    ))
}

/// Declares a schema of the caller's own (ISO 19005-3, 6.6.2.3) and writes its values.
fn declare(
    schema: &CustomSchema,
    declared: &mut String,
    values: &mut String,
) -> Result<(), PdfError> {
    let prefix = name(&schema.prefix)?;
    let reserved = ["pdfaid", "dc", "xmp", "pdf", "xmpMM", "rdf", "x", "xml"];
    if reserved.contains(&prefix) || prefix.starts_with("pdfa") {
        return Err(PdfError::BadPropertyName {
            name: prefix.to_owned(),
        });
    }
    let namespace = escape(&schema.namespace)?;
    let mut properties = String::new();
    let mut own_values = String::new();
    for property in &schema.properties {
        let property_name = name(&property.name)?;
        let description = escape(&property.description)?;
        let value = escape(&property.value)?;
        properties.push_str(&format!(
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{property_name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>\n"
        ));
        own_values.push_str(&format!(
            "<{prefix}:{property_name}>{value}</{prefix}:{property_name}>\n"
        ));
    }
    declared.push_str(&format!(
        "<rdf:li rdf:parseType=\"Resource\">\n<pdfaSchema:schema>{}</pdfaSchema:schema>\n<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>\n<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>\n<pdfaSchema:property><rdf:Seq>\n{properties}</rdf:Seq></pdfaSchema:property>\n</rdf:li>\n",
        escape(&schema.name)?
    ));
    values.push_str(&format!(
        "<rdf:Description rdf:about=\"\" xmlns:{prefix}=\"{namespace}\">\n{own_values}</rdf:Description>\n"
    ));
    Ok(())
}
