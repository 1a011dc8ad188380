//! From facts to blocks on pages: templates filled, emblem, QR code, notes, running foot.

use super::content::{CertificateContent, ListedPerson, SCHEMA, Wording};
use super::template::{Filled, Template, TemplateError, Value, Values};
use super::xml;
use crate::kernel::digest::Digest;
use crate::kernel::lang::Language;
use crate::kernel::time::{thai_date, thai_date_formal};
use crate::pdf::{
    Align, Attachment, Block, Color, Columns, CustomProperty, CustomSchema, Digits, DocumentSpec,
    Drawing, Figure, Image, List, ListItem, Marker, Metadata, PageSetup, Paragraph, PdfError,
    Relationship, Running, RunningPiece, Shape, Span,
};
use std::sync::OnceLock;

/// Templates by wording; a released version is frozen, a change is a new version beside it.
const BODIES: &[(Wording, &str)] = &[
    (
        Wording::LimitedCompany,
        include_str!("../../templates/certificate/company.v1.th.md"),
    ),
    (
        Wording::PublicCompany,
        include_str!("../../templates/certificate/public-company.v1.th.md"),
    ),
    (
        Wording::LimitedPartnership,
        include_str!("../../templates/certificate/limited-partnership.v1.th.md"),
    ),
    (
        Wording::OrdinaryPartnership,
        include_str!("../../templates/certificate/ordinary-partnership.v1.th.md"),
    ),
    (
        Wording::Other,
        include_str!("../../templates/certificate/other.v1.th.md"),
    ),
];
const NOTES: &str = include_str!("../../templates/certificate/notes.v1.th.md");

/// Version of the wording, stated in the file's metadata.
pub const WORDING_VERSION: &str = "v1";

/// Why a certificate cannot be laid out.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A template cannot be used with this content.
    #[error("template: {0}")]
    Template(#[from] TemplateError),
    /// The facts cannot be written as XML.
    #[error("attachment: {0}")]
    Xml(#[from] xml::XmlError),
    /// The emblem's drawing cannot be used.
    #[error("drawing: {0}")]
    Drawing(#[from] PdfError),
}

/// The parsed templates; parsing happens once in a process.
struct Templates {
    bodies: Vec<(Wording, Template)>,
    notes: Template,
}

fn templates() -> Result<&'static Templates, TemplateError> {
    static TEMPLATES: OnceLock<Result<Templates, TemplateError>> = OnceLock::new();
    TEMPLATES
        .get_or_init(|| {
            let mut bodies = Vec::new();
            for (wording, source) in BODIES {
                bodies.push((*wording, Template::parse(source)?));
            }
            Ok(Templates {
                bodies,
                notes: Template::parse(NOTES)?,
            })
        })
        .as_ref()
        .map_err(Clone::clone)
}

/// The whole document, ready for the PDF workshop: pages, attachment, metadata.
pub fn certificate(
    content: &CertificateContent,
    seed: Digest,
) -> Result<DocumentSpec, LayoutError> {
    let templates = templates()?;
    let values = values(content);
    let (_, body) = templates
        .bodies
        .iter()
        .find(|(wording, _)| *wording == content.wording)
        .ok_or_else(|| TemplateError::UnknownValue("wording".to_owned()))?;
    let mut blocks = letterhead(content)?;
    blocks.extend(body.fill(&values)?.into_iter().map(to_block));
    blocks.extend(signature(content));
    blocks.push(Block::PageBreak);
    blocks.extend(templates.notes.fill(&values)?.into_iter().map(to_block));
    Ok(DocumentSpec {
        metadata: metadata(content, seed),
        page: PageSetup::A4,
        header: None,
        footer: Some(footer(content)),
        watermark: content.sandbox.then(|| "SANDBOX".to_owned()),
        body: blocks,
        attachments: vec![Attachment {
            name: xml::FILE_NAME.to_owned(),
            description: "ข้อมูลชุดเดียวกับหน้าเอกสาร / The facts of the pages".to_owned(),
            mime: "text/xml".to_owned(),
            relationship: Relationship::Alternative,
            modified: content.issued_at,
            bytes: xml::certificate(content)?,
        }],
    })
}

fn printed_number(content: &CertificateContent) -> String {
    format!("{} {}", content.number_prefix, content.number)
}

fn title(content: &CertificateContent) -> (&'static str, &'static str) {
    if content.issued_by.is_registrar {
        ("หนังสือรับรอง", "Certificate of Registration")
    } else {
        ("หนังสือแสดงข้อมูลทะเบียนนิติบุคคล", "Register Extract")
    }
}

fn values(content: &CertificateContent) -> Values {
    let text = |text: String| Value::Text(text);
    let optional = |value: Option<String>| value.map_or(Value::Absent, Value::Text);
    let names = |people: &[ListedPerson]| {
        if people.is_empty() {
            Value::Absent
        } else {
            Value::Lines(people.iter().map(|p| p.name.clone()).collect())
        }
    };
    let count = |people: &[ListedPerson]| {
        if people.is_empty() {
            Value::Absent
        } else {
            Value::Text(people.len().to_string())
        }
    };
    let status = if content.in_operation {
        Value::Absent
    } else {
        text(content.status.th.clone())
    };
    let notes = if content.notes.is_empty() {
        Value::Lines(vec!["ไม่มี".to_owned()])
    } else {
        Value::Lines(content.notes.clone())
    };
    Values::from([
        ("registrar", Value::Flag(content.issued_by.is_registrar)),
        ("registered_on", text(thai_date(content.registered_on))),
        (
            "registration_number",
            text(content.registration_number.to_string()),
        ),
        ("data_as_of", text(content.data_as_of.thai_words())),
        (
            "registry_version",
            text(content.registry_version.to_string()),
        ),
        ("printed_number", text(printed_number(content))),
        ("verification_url", text(content.verification_url.clone())),
        ("name", text(content.name.clone())),
        ("name_en", optional(content.name_en.clone())),
        ("status", status),
        ("officers", names(&content.officers)),
        ("officer_count", count(&content.officers)),
        ("managing_partners", names(&content.managing_partners)),
        ("managing_partner_count", count(&content.managing_partners)),
        ("liquidators", names(&content.liquidators)),
        ("liquidator_count", count(&content.liquidators)),
        ("authority", optional(content.authority.clone())),
        ("restriction", optional(content.restriction.clone())),
        (
            "capital",
            optional(content.capital.map(|capital| capital.grouped())),
        ),
        (
            "capital_words",
            optional(content.capital.map(|capital| capital.thai_words())),
        ),
        (
            "paid_up",
            optional(content.paid_up.map(|capital| capital.grouped())),
        ),
        (
            "paid_up_words",
            optional(content.paid_up.map(|capital| capital.thai_words())),
        ),
        ("head_office", optional(content.head_office.clone())),
        (
            "objective_count",
            optional(content.objective_count.map(|count| count.to_string())),
        ),
        ("notes", notes),
    ])
}

fn spans(pieces: Vec<(String, bool)>) -> Vec<Span> {
    pieces
        .into_iter()
        .map(|(text, strong)| {
            if strong {
                Span::bold(text)
            } else {
                Span::regular(text)
            }
        })
        .collect()
}

/// First-line indentation of a paragraph of a Thai official letter: 2.5 cm in the regulation, less on a dense page.
const FIRST_LINE: f32 = 42.0;

fn to_block(filled: Filled) -> Block {
    match filled {
        Filled::Heading(level, pieces) => {
            let heading = Paragraph::heading(level, String::new());
            let spans = pieces
                .into_iter()
                .map(|(text, _)| Span::bold(text))
                .collect();
            Paragraph {
                spans,
                color: INK,
                ..heading
            }
            .into()
        }
        Filled::Paragraph(pieces) => Paragraph::spans(spans(pieces))
            .first_line(FIRST_LINE)
            .into(),
        Filled::Lines(lines) => numbered(lines),
        Filled::Rule => Block::Rule,
        Filled::List { ordered, items } => Block::List(List {
            marker: if ordered {
                Marker::Arabic(1)
            } else {
                Marker::Bullet
            },
            indent: 22.0,
            items: items
                .into_iter()
                .map(|blocks| ListItem {
                    label: None,
                    blocks: blocks.into_iter().map(in_item).collect(),
                })
                .collect(),
        }),
    }
}

/// Inside an item the number takes the place of the first-line indentation.
fn in_item(filled: Filled) -> Block {
    match filled {
        Filled::Paragraph(pieces) => Paragraph::spans(spans(pieces)).spaced(0.0, 4.0).into(),
        other => to_block(other),
    }
}

fn numbered(lines: Vec<String>) -> Block {
    Block::List(List {
        marker: Marker::Arabic(1),
        indent: 22.0,
        items: lines.into_iter().map(ListItem::text).collect(),
    })
}

const INK: Color = Color(26, 54, 93);
const GOLD: Color = Color(168, 125, 45);
const GREY: Color = Color(90, 90, 90);

fn letterhead(content: &CertificateContent) -> Result<Vec<Block>, LayoutError> {
    let (thai, english) = title(content);
    let line = |text: &str, align| {
        Paragraph::text(text)
            .aligned(align)
            .sized(11.0)
            .spaced(0.0, 0.0)
    };
    Ok(vec![
        Block::Figure(Figure {
            image: Image::Drawing(emblem()?),
            width: 54.0,
            align: Align::Center,
            alt: "ตราสัญลักษณ์ระบบอำนาจ / Emblem of Amnat".to_owned(),
        }),
        Block::Spacer(6.0),
        Block::Columns(Columns {
            widths: vec![0.42, 0.58],
            gap: 12.0,
            columns: vec![
                vec![line(&format!("ที่ {}", printed_number(content)), Align::Left).into()],
                vec![
                    line(&content.issued_by.office.th, Align::Right).into(),
                    line(&content.issued_by.office.en, Align::Right)
                        .sized(9.0)
                        .colored(GREY)
                        .into(),
                ],
            ],
        }),
        Block::Spacer(10.0),
        Paragraph::heading(1, thai)
            .aligned(Align::Center)
            .sized(21.0)
            .spaced(0.0, 0.0)
            .colored(INK)
            .into(),
        Paragraph::text(english)
            .aligned(Align::Center)
            .sized(10.0)
            .colored(GREY)
            .spaced(0.0, 8.0)
            .kept()
            .into(),
    ])
}

/// The emblem: a pair of scales whose pans are two people, under one roof. Our own drawing, not a state emblem.
fn emblem() -> Result<Drawing, PdfError> {
    let line = |data: &str, color, width| Shape::parse(data, None, Some((color, width)));
    let solid = |data: &str, color| Shape::parse(data, Some(color), None);
    Ok(Drawing {
        width: 100.0,
        height: 100.0,
        shapes: vec![
            line(
                "M 50 3 C 76 3 97 24 97 50 C 97 76 76 97 50 97 C 24 97 3 76 3 50 C 3 24 24 3 50 3 Z",
                GOLD,
                2.2,
            )?,
            line(
                "M 50 8 C 73 8 92 27 92 50 C 92 73 73 92 50 92 C 27 92 8 73 8 50 C 8 27 27 8 50 8 Z",
                GOLD,
                0.8,
            )?,
            solid("M 50 16 L 80 33 L 76 36 L 50 22 L 24 36 L 20 33 Z", INK)?,
            solid("M 48 24 L 52 24 L 52 74 L 48 74 Z", INK)?,
            solid("M 36 74 L 64 74 L 68 80 L 32 80 Z", INK)?,
            line("M 27 40 L 73 40", INK, 2.4)?,
            line("M 27 40 L 20 58 M 27 40 L 34 58", GOLD, 1.2)?,
            line("M 73 40 L 66 58 M 73 40 L 80 58", GOLD, 1.2)?,
            solid(
                "M 18 58 L 36 58 C 36 64 32 67 27 67 C 22 67 18 64 18 58 Z",
                GOLD,
            )?,
            solid(
                "M 64 58 L 82 58 C 82 64 78 67 73 67 C 68 67 64 64 64 58 Z",
                GOLD,
            )?,
        ],
    })
}

fn signature(content: &CertificateContent) -> Vec<Block> {
    let date = thai_date_formal(content.issued_at.thai_date());
    let center = |text: String| {
        Paragraph::text(text)
            .aligned(Align::Center)
            .spaced(0.0, 1.0)
    };
    let role = if content.issued_by.is_registrar {
        "นายทะเบียน"
    } else {
        "ผู้ออกเอกสาร"
    };
    let small = |text: &str| {
        Paragraph::text(text)
            .aligned(Align::Left)
            .sized(9.0)
            .colored(GREY)
            .spaced(0.0, 0.0)
    };
    vec![
        Block::Spacer(14.0),
        center(format!("ออกให้ ณ วันที่ {date}")).kept().into(),
        Block::Spacer(14.0),
        Block::Columns(Columns {
            widths: vec![0.17, 0.39, 0.44],
            gap: 10.0,
            columns: vec![
                vec![Block::Figure(Figure {
                    image: Image::Code(content.verification_url.clone()),
                    width: 68.0,
                    align: Align::Left,
                    alt: format!("คิวอาร์โค้ดไปยัง {}", content.verification_url),
                })],
                vec![
                    small("สแกนเพื่อตรวจสอบว่าเป็นฉบับจริง").into(),
                    small("ไม่ถูกแก้ไข และข้อมูลยังเป็นปัจจุบัน").into(),
                    small("Scan to check: genuine,").into(),
                    small("unaltered, still current?").into(),
                ],
                vec![
                    center("(ลงลายมือชื่ออิเล็กทรอนิกส์)".to_owned())
                        .sized(10.0)
                        .colored(GREY)
                        .into(),
                    center(format!("({})", content.issued_by.officer.th)).into(),
                    center(role.to_owned()).into(),
                ],
            ],
        }),
        Block::Spacer(16.0),
        Paragraph::spans(vec![
            Span::bold("คำเตือน : "),
            Span::regular("ผู้ใช้ควรตรวจสอบข้อควรทราบท้ายหนังสือฉบับนี้ทุกครั้ง"),
        ])
        .sized(10.0)
        .spaced(0.0, 0.0)
        .into(),
    ]
}

fn footer(content: &CertificateContent) -> Running {
    let words = |text: String| RunningPiece::Text(text);
    Running {
        left: vec![words(format!(
            "{} · {}",
            printed_number(content),
            content.registration_number
        ))],
        center: Vec::new(),
        right: vec![
            words("หน้า ".to_owned()),
            RunningPiece::PageNumber(Digits::Arabic),
            words(" จาก ".to_owned()),
            RunningPiece::PageCount(Digits::Arabic),
        ],
        rule: true,
    }
}

fn metadata(content: &CertificateContent, seed: Digest) -> Metadata {
    let property = |name: &str, description: &str, value: String| CustomProperty {
        name: name.to_owned(),
        description: description.to_owned(),
        value,
    };
    Metadata {
        title: format!("{} {}", title(content).0, content.name),
        author: content.issued_by.office.th.clone(),
        subject: Some(format!(
            "{} {}",
            printed_number(content),
            content.registration_number
        )),
        producer: concat!("Amnat ", env!("CARGO_PKG_VERSION")).to_owned(),
        language: Language::Th,
        created: content.issued_at,
        seed,
        schemas: vec![CustomSchema {
            name: "Amnat document".to_owned(),
            namespace: format!("{SCHEMA}#"),
            prefix: "amnat".to_owned(),
            properties: vec![
                property(
                    "DocumentFileName",
                    "Name of the embedded XML file",
                    xml::FILE_NAME.to_owned(),
                ),
                property("DocumentType", "Kind of document", "certificate".to_owned()),
                property(
                    "Version",
                    "Version of the wording",
                    WORDING_VERSION.to_owned(),
                ),
                property(
                    "ReferenceNumber",
                    "Number of the document",
                    content.number.clone(),
                ),
                property(
                    "IssuedAt",
                    "When it was issued",
                    content.issued_at.to_string(),
                ),
            ],
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::content::IssuedBy;
    use crate::kernel::lang::Bilingual;
    use crate::kernel::money::Baht;
    use crate::pdf::Engine;

    fn sample() -> CertificateContent {
        let person = |sequence, name: &str| ListedPerson {
            name: name.to_owned(),
            sequence,
        };
        CertificateContent {
            schema: SCHEMA.to_owned(),
            wording: Wording::LimitedCompany,
            number: "2569-000001".to_owned(),
            number_prefix: "สจก.".to_owned(),
            verification_url: "http://127.0.0.1:8080/verify/v0123456789abcdefghjkmnpqrs".to_owned(),
            issued_by: IssuedBy {
                office: Bilingual::new(
                    "สำนักงานทะเบียนตัวอย่าง (SANDBOX)",
                    "Sample Registration Office (SANDBOX)",
                ),
                officer: Bilingual::new("นางสาวนทีทิพย์ ทะเบียนตัวอย่าง", "Ms. Nateethip Tabian-tuayang"),
                is_registrar: true,
            },
            sandbox: true,
            issued_at: "2026-11-24T09:30:00+07:00".parse().unwrap(),
            data_as_of: "2026-11-24T09:00:00+07:00".parse().unwrap(),
            registry_version: 1,
            registration_number: "0105569999999".parse().unwrap(),
            name: "บริษัท ตัวอย่างไทย จำกัด".to_owned(),
            name_en: Some("Tuayang Thai Company Limited".to_owned()),
            status: Bilingual::new("ยังดำเนินกิจการอยู่", "Operating"),
            status_code: "active".to_owned(),
            in_operation: true,
            registered_on: chrono::NaiveDate::from_ymd_opt(2026, 4, 3).unwrap(),
            officers: vec![
                person(1, "นายกล้า ทดลองดี"),
                person(2, "นางสาวขวัญ สมมติไทย"),
                person(3, "นายคม ตัวอย่างชัย"),
                person(4, "นางจันทร์ ลองงาม"),
            ],
            managing_partners: Vec::new(),
            liquidators: Vec::new(),
            authority: Some(
                "นายกล้า ทดลองดี ลงลายมือชื่อร่วมกับ นางสาวขวัญ สมมติไทย หรือ นายคม ตัวอย่างชัย รวมเป็นสองคน"
                    .to_owned(),
            ),
            restriction: None,
            capital: Baht::from_baht(10_000_000),
            paid_up: None,
            head_office: Some(
                "เลขที่ 99/9 หมู่ที่ 4 ซอยตัวอย่าง 5 ถนนสมมติ แขวงวังใหม่ เขตปทุมวัน กรุงเทพมหานคร 10330"
                    .to_owned(),
            ),
            objective_count: Some(32),
            notes: Vec::new(),
        }
    }

    /// Every wording, with and without a registrar.
    fn samples() -> Vec<CertificateContent> {
        let mut all = Vec::new();
        for (wording, _) in BODIES {
            for is_registrar in [true, false] {
                let mut content = sample();
                content.wording = *wording;
                content.issued_by.is_registrar = is_registrar;
                all.push(content);
            }
        }
        all
    }

    #[test]
    fn every_template_uses_only_values_that_the_content_gives() {
        let templates = templates().unwrap();
        let values = values(&sample());
        let known: std::collections::BTreeSet<String> =
            values.keys().map(|name| (*name).to_owned()).collect();
        for (wording, template) in &templates.bodies {
            assert!(
                template.names().is_subset(&known),
                "{wording:?}: {:?}",
                template.names()
            );
        }
        assert!(templates.notes.names().is_subset(&known));
    }

    #[test]
    fn every_wording_is_set_on_pages() {
        let engine = Engine::new().unwrap();
        for content in samples() {
            let spec = certificate(&content, Digest::of(b"seed")).unwrap();
            let bytes = engine.render_unsigned(&spec).unwrap();
            if let Ok(directory) = std::env::var("AMNAT_KEEP_SAMPLES") {
                let kind = if content.issued_by.is_registrar {
                    "registrar"
                } else {
                    "extract"
                };
                std::fs::write(
                    format!("{directory}/{:?}-{kind}.pdf", content.wording),
                    &bytes,
                )
                .unwrap();
            }
            assert!(bytes.starts_with(b"%PDF-1.7"));
        }
    }

    #[test]
    fn a_name_in_a_script_the_fonts_lack_is_refused() {
        let mut content = sample();
        content.name = "บริษัท 測試 จำกัด".to_owned();
        let spec = certificate(&content, Digest::of(b"seed")).unwrap();
        let refusal = Engine::new().unwrap().render_unsigned(&spec).unwrap_err();
        assert_eq!(refusal, PdfError::MissingGlyph { character: '測' });
    }

    #[test]
    fn only_an_issuer_who_is_not_the_registrar_says_so() {
        let words = |content: &CertificateContent| {
            let templates = templates().unwrap();
            let (_, body) = &templates.bodies[0];
            let filled = body.fill(&values(content)).unwrap();
            let Filled::Paragraph(pieces) = &filled[0] else {
                panic!("{filled:?}")
            };
            pieces
                .iter()
                .map(|(text, _)| text.as_str())
                .collect::<String>()
        };
        let mut content = sample();
        assert!(words(&content).contains("ขอรับรอง"));
        assert!(!words(&content).contains("มิใช่หนังสือรับรองของนายทะเบียน"));
        content.issued_by.is_registrar = false;
        assert!(!words(&content).contains("ขอรับรอง"));
        assert!(words(&content).contains("มิใช่หนังสือรับรองของนายทะเบียน"));
    }
}
