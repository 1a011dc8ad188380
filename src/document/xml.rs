//! The certificate's facts as XML, for machines: the same value that the pages print.
//!
//! Namespace [`super::content::SCHEMA`]; element names are the field's English terms; every labelled value
//! carries its Thai label. The form is canonical: fixed order, two blanks of indentation, UTF-8, no declaration of
//! document type, nothing optional left empty.

use super::content::{CertificateContent, ListedPerson, SCHEMA};
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;
use std::io;

/// Name of the file inside the PDF.
pub const FILE_NAME: &str = "amnat-certificate.xml";

/// Why no XML can be made.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// XML 1.0 has no way to hold this character.
    #[error("the character U+{:04X} cannot stand in XML", u32::from(*.character))]
    Character {
        /// The character.
        character: char,
    },
    /// Writing into memory failed.
    #[error("the XML cannot be written: {0}")]
    Write(#[from] io::Error),
}

type Out = Writer<Vec<u8>>;

/// The XML file of a certificate.
pub fn certificate(content: &CertificateContent) -> Result<Vec<u8>, XmlError> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = out.create_element("certificate").with_attributes([
        ("xmlns", SCHEMA),
        ("number", content.number.as_str()),
        ("sandbox", if content.sandbox { "true" } else { "false" }),
    ]);
    let mut failure = None;
    root.write_inner_content(|out| {
        if let Err(error) = body(out, content) {
            failure = Some(error);
        }
        Ok(())
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    let mut bytes = out.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn body(out: &mut Out, content: &CertificateContent) -> Result<(), XmlError> {
    let issued_at = content.issued_at.to_string();
    let data_as_of = content.data_as_of.to_string();
    let registrar = if content.issued_by.is_registrar {
        "registrar"
    } else {
        "extract"
    };
    value(out, "kind", "ประเภทเอกสาร", registrar)?;
    value(
        out,
        "issuingOffice",
        "สำนักงานที่ออก",
        &content.issued_by.office.th,
    )?;
    value(
        out,
        "issuingOfficeEnglish",
        "สำนักงานที่ออก (อังกฤษ)",
        &content.issued_by.office.en,
    )?;
    value(out, "issuingOfficer", "ผู้ออก", &content.issued_by.officer.th)?;
    value(out, "issuedAt", "ออกให้ ณ", &issued_at)?;
    value(out, "dataAsOf", "ข้อมูลทะเบียน ณ", &data_as_of)?;
    value(
        out,
        "registryVersion",
        "ฉบับข้อมูล",
        &content.registry_version.to_string(),
    )?;
    value(
        out,
        "verificationUrl",
        "หน้าตรวจสอบ",
        &content.verification_url,
    )?;
    value(
        out,
        "registrationNumber",
        "ทะเบียนนิติบุคคลเลขที่",
        content.registration_number.as_str(),
    )?;
    value(out, "name", "ชื่อ", &content.name)?;
    optional(
        out,
        "nameEnglish",
        "ชื่อภาษาอังกฤษ",
        content.name_en.as_deref(),
    )?;
    value(out, "status", "สถานะ", &content.status_code)?;
    value(out, "statusText", "สถานะ (ข้อความ)", &content.status.th)?;
    value(
        out,
        "registeredOn",
        "วันที่จดทะเบียน",
        &content.registered_on.to_string(),
    )?;
    people(out, "officers", "กรรมการหรือผู้เป็นหุ้นส่วน", &content.officers)?;
    people(
        out,
        "managingPartners",
        "หุ้นส่วนผู้จัดการ",
        &content.managing_partners,
    )?;
    people(out, "liquidators", "ผู้ชำระบัญชี", &content.liquidators)?;
    optional(
        out,
        "authority",
        "อำนาจลงชื่อผูกพัน",
        content.authority.as_deref(),
    )?;
    optional(
        out,
        "restriction",
        "ข้อจำกัดอำนาจ",
        content.restriction.as_deref(),
    )?;
    optional(
        out,
        "registeredCapital",
        "ทุนจดทะเบียน (บาท)",
        content.capital.map(|c| c.to_string()).as_deref(),
    )?;
    optional(
        out,
        "paidUpCapital",
        "ทุนชำระแล้ว (บาท)",
        content.paid_up.map(|c| c.to_string()).as_deref(),
    )?;
    optional(
        out,
        "headOffice",
        "สำนักงานแห่งใหญ่",
        content.head_office.as_deref(),
    )?;
    let count = content.objective_count.map(|count| count.to_string());
    optional(out, "objectiveCount", "จำนวนข้อวัตถุประสงค์", count.as_deref())?;
    for note in &content.notes {
        value(out, "note", "หมายเหตุ", note)?;
    }
    Ok(())
}

fn value(out: &mut Out, name: &str, label: &str, text: &str) -> Result<(), XmlError> {
    check(text)?;
    out.create_element(name)
        .with_attribute(("label", label))
        .write_text_content(BytesText::new(text))?;
    Ok(())
}

fn optional(out: &mut Out, name: &str, label: &str, text: Option<&str>) -> Result<(), XmlError> {
    match text {
        Some(text) => value(out, name, label, text),
        None => Ok(()),
    }
}

fn people(out: &mut Out, name: &str, label: &str, people: &[ListedPerson]) -> Result<(), XmlError> {
    if people.is_empty() {
        return Ok(());
    }
    for person in people {
        check(&person.name)?;
    }
    out.create_element(name)
        .with_attribute(("label", label))
        .write_inner_content(|out| {
            for person in people {
                out.create_element("person")
                    .with_attribute(("sequence", person.sequence.to_string().as_str()))
                    .write_text_content(BytesText::new(&person.name))?;
            }
            Ok(())
        })?;
    Ok(())
}

/// XML 1.0 (fifth edition) §2.2: which characters may stand in a document.
fn check(text: &str) -> Result<(), XmlError> {
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    match text.chars().find(|character| !allowed(*character)) {
        Some(character) => Err(XmlError::Character { character }),
        None => Ok(()),
    }
}

/// The number and the registration number that an embedded XML file states, read without following anything outside.
/// `None` when the text is not such a file.
pub fn identify(xml: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(xml).ok()?;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut number, mut registration, mut inside) = (None, None, false);
    loop {
        match reader.read_event().ok()? {
            Event::DocType(_) => return None,
            Event::Start(element) => match element.local_name().as_ref() {
                "certificate" => {
                    let attribute = element.try_get_attribute("number").ok()??;
                    number = Some(attribute.value.as_ref().to_owned());
                }
                "registrationNumber" => inside = true,
                _ => inside = false,
            },
            Event::Text(piece) if inside => {
                registration = Some(piece.as_ref().to_owned());
                inside = false;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Some((number?, registration?))
}
