use super::*;
use crate::kernel::digest::Digest;
use crate::kernel::lang::Language;
use crate::kernel::time::Instant;
use std::sync::LazyLock;

pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().unwrap());

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A signature that is none: one DER sequence of this length.
pub(crate) fn dummy_cms(length: u16) -> Vec<u8> {
    let mut der = vec![0x30, 0x82];
    der.extend_from_slice(&length.to_be_bytes());
    der.extend((0..length).map(|i| (i % 251) as u8));
    der
}

pub(crate) fn signature() -> SignatureSpec {
    SignatureSpec {
        hole_bytes: 1_024,
        claimed_time: at("2026-11-24T09:30:00+07:00"),
        name: "นายทะเบียนทดสอบ".to_owned(),
        reason: Some("รับรองข้อความในทะเบียน".to_owned()),
        location: Some("กรุงเทพมหานคร".to_owned()),
        certify: true,
    }
}

pub(crate) fn document(body: Vec<Block>) -> DocumentSpec {
    DocumentSpec {
        metadata: Metadata {
            title: "หนังสือรับรอง & ทดสอบ".to_owned(),
            author: "สำนักงานทะเบียนทดสอบ".to_owned(),
            subject: Some("บริษัท ตัวอย่างสมมติ จำกัด".to_owned()),
            producer: "Amnat".to_owned(),
            language: Language::Th,
            created: at("2026-11-24T09:30:00+07:00"),
            seed: Digest::of(b"record"),
            schemas: vec![CustomSchema {
                name: "Certificate".to_owned(),
                namespace: "urn:example:certificate:1#".to_owned(),
                prefix: "cert".to_owned(),
                properties: vec![CustomProperty {
                    name: "ReferenceNumber".to_owned(),
                    description: "Number of the certificate".to_owned(),
                    value: "สจก. 000001".to_owned(),
                }],
            }],
        },
        page: PageSetup::A4,
        header: None,
        footer: None,
        watermark: None,
        body,
        attachments: vec![Attachment {
            name: "certificate.xml".to_owned(),
            description: "ข้อมูลตามหนังสือรับรอง".to_owned(),
            mime: "text/xml".to_owned(),
            relationship: Relationship::Alternative,
            modified: at("2026-11-24T09:30:00+07:00"),
            bytes: b"<certificate/>".to_vec(),
        }],
    }
}

fn emblem() -> Image {
    let navy = Color(28, 42, 82);
    let gold = Color(176, 138, 62);
    let shape = |data: &str, fill, stroke| Shape::parse(data, fill, stroke).unwrap();
    Image::Drawing(Drawing {
        width: 100.0,
        height: 100.0,
        shapes: vec![
            shape(
                "M50 4 C75 4 96 25 96 50 C96 75 75 96 50 96 C25 96 4 75 4 50 C4 25 25 4 50 4 Z",
                None,
                Some((navy, 4.0)),
            ),
            shape(
                "M50 18 L60 42 L86 44 L66 60 L73 85 L50 71 L27 85 L34 60 L14 44 L40 42 Z",
                Some(gold),
                None,
            ),
        ],
    })
}

/// A certificate in the usual order: letterhead, title, entries, seal place, notes.
pub(crate) fn certificate() -> DocumentSpec {
    let plain = |text: &str| Paragraph::text(text).aligned(Align::Left).spaced(0.0, 0.0);
    let mut body: Vec<Block> = vec![
        Block::Figure(Figure { image: emblem(), width: 62.0, align: Align::Center, alt: "ตราสัญลักษณ์".to_owned() }),
        Block::Spacer(6.0),
        Block::Columns(Columns {
            widths: vec![1.0, 1.0],
            gap: 12.0,
            columns: vec![
                vec![plain("ที่ สจก. 000001").into()],
                vec![
                    plain("สำนักงานทะเบียนหุ้นส่วนบริษัทตัวอย่าง").aligned(Align::Right).into(),
                    plain("หน่วยงานสมมติเพื่อการทดสอบ").aligned(Align::Right).into(),
                ],
            ],
        }),
        Paragraph::heading(1, "หนังสือรับรอง").aligned(Align::Center).spaced(8.0, 8.0).into(),
        Paragraph::text("ขอรับรองว่าบริษัทนี้ได้จดทะเบียนเป็นนิติบุคคลตามประมวลกฎหมายแพ่งและพาณิชย์ เมื่อวันที่ 3 เมษายน 2569 ทะเบียนนิติบุคคลเลขที่ 0105569999999 ปรากฏข้อความในรายการตามเอกสารทะเบียนนิติบุคคล ณ วันออกหนังสือนี้ ดังนี้")
            .first_line(40.0)
            .into(),
        Block::List(List {
            marker: Marker::Arabic(1),
            indent: 22.0,
            items: vec![
                ListItem::text("ชื่อบริษัท บริษัท ตัวอย่างน้ำใจไทยรุ่งเรือง จำกัด/"),
                ListItem {
                    label: None,
                    blocks: vec![
                        Paragraph::text("กรรมการของบริษัทมี 3 คน ตามรายชื่อดังต่อไปนี้").kept().into(),
                        Block::List(List {
                            marker: Marker::Parenthesis(1),
                            indent: 26.0,
                            items: ["นายธนวัฒน์ ศิริวัฒนากุล", "นางสาวพิมพ์ชนก เรืองอำนาจ", "นายกู้เกียรติ ผู้ดีฟ้าใส/"].map(ListItem::text).into(),
                        }),
                    ],
                },
                ListItem {
                    label: None,
                    blocks: vec![Paragraph::spans(vec![
                        Span::bold("จำนวนหรือชื่อกรรมการซึ่งลงชื่อผูกพันบริษัทได้ คือ "),
                        Span::regular("นายธนวัฒน์ ศิริวัฒนากุล ลงลายมือชื่อร่วมกับนางสาวพิมพ์ชนก เรืองอำนาจ หรือนายกู้เกียรติ ผู้ดีฟ้าใส รวมเป็นสองคนและประทับตราสำคัญของบริษัท เว้นแต่การทำนิติกรรมเกี่ยวกับอสังหาริมทรัพย์ให้กรรมการทั้งสามคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท/"),
                    ]).into()],
                },
                ListItem::text("ทุนจดทะเบียน 10,000,000.00 บาท / สิบล้านบาทถ้วน/"),
                ListItem::text("สำนักงานแห่งใหญ่ ตั้งอยู่เลขที่ 99/12 หมู่ที่ 4 ถนนพหลโยธิน แขวงจตุจักร เขตจตุจักร กรุงเทพมหานคร 10900/"),
                ListItem::text("วัตถุประสงค์ของบริษัทมี 32 ข้อ ดังปรากฏในสำเนาเอกสารแนบท้ายหนังสือรับรองนี้ จำนวน 2 แผ่น โดยมีลายมือชื่อนายทะเบียนซึ่งรับรองเอกสารเป็นสำคัญ"),
            ],
        }),
        Block::Spacer(8.0),
        Paragraph::text("ออกให้ ณ วันที่ 24 เดือน พฤศจิกายน พ.ศ. 2569").aligned(Align::Center).into(),
        Block::Spacer(20.0),
        Block::Columns(Columns {
            widths: vec![0.9, 3.0],
            gap: 10.0,
            columns: vec![
                vec![Block::Figure(Figure {
                    image: Image::Code("https://amnat.example/v/7k2m9q4t8w3x5z6b1n0c".to_owned()),
                    width: 92.0,
                    align: Align::Left,
                    alt: "คิวอาร์โค้ดสำหรับตรวจสอบหนังสือรับรอง".to_owned(),
                })],
                vec![
                    Paragraph::spans(vec![Span::bold("ตรวจสอบหนังสือรับรองฉบับนี้")]).spaced(6.0, 0.0).into(),
                    plain("สแกนคิวอาร์โค้ด หรือเปิด https://amnat.example/v/7k2m9q4t8w3x5z6b1n0c แล้วเทียบเลขที่หนังสือ ชื่อนิติบุคคล และวันที่ออกให้ตรงกัน").sized(10.0).into(),
                ],
            ],
        }),
        Block::PageBreak,
        Paragraph::heading(2, "กรรมการและผู้ถือหุ้น").into(),
        Block::Table(Table {
            columns: vec![0.6, 3.0, 2.0],
            borders: Borders::Grid,
            padding: 3.0,
            rows: std::iter::once(Row {
                cells: ["ที่", "ชื่อ", "สถานะ"]
                    .map(|text| Cell { header: true, ..Cell::of(plain(text)) })
                    .into(),
            })
            .chain((1..=4).map(|n| Row {
                cells: vec![
                    Cell::of(plain(&n.to_string())),
                    Cell::of(plain("นางสาวพิมพ์ชนก เรืองอำนาจ")),
                    Cell::of(plain("กรรมการผู้มีอำนาจ")),
                ],
            }))
            .collect(),
        }),
        Paragraph::heading(2, "รายการ").into(),
        Block::Table(Table::fields(0.3, [
            ("ชื่อนิติบุคคล", "บริษัท ตัวอย่างน้ำใจไทยรุ่งเรือง จำกัด"),
            ("ข้อจำกัดอำนาจ", "กรรมการสองคนลงลายมือชื่อร่วมกันและประทับตราสำคัญของบริษัท เว้นแต่การกู้ยืมเงินเกินห้าล้านบาทต้องได้รับความเห็นชอบจากที่ประชุมคณะกรรมการก่อน"),
        ])),
        Block::Rule,
        Paragraph::heading(2, "Signing authority (English)").into(),
        Paragraph::text("Any two directors sign jointly with the company’s seal affixed. This certificate states the entries of the register as of the moment named above – it says nothing about the company’s financial position, and “valid” here means unaltered since it was sealed.").into(),
        Paragraph::text("ผู้ น้ำ ปี่ ที่ ป่า ฟ้า ฝั่ง ปั๊ม ฟื้น ฬ่ำ ป้ำ ญู ฐุ ฎุ กู้ เกล้าฯ ต่าง ๆ ศักดิ์ สินธุ์ ๑๒๓ ฿100").aligned(Align::Left).into(),
    ];
    for text in super::words::tests::STATEMENTS {
        body.push(Paragraph::text(text.repeat(2)).first_line(30.0).into());
    }
    let mut spec = document(body);
    spec.watermark = Some("SANDBOX".to_owned());
    spec.footer = Some(Running {
        left: vec![RunningPiece::Text("สจก. 000001".to_owned())],
        center: Vec::new(),
        right: vec![
            RunningPiece::Text("หน้า ".to_owned()),
            RunningPiece::PageNumber(Digits::Thai),
            RunningPiece::Text("/".to_owned()),
            RunningPiece::PageCount(Digits::Thai),
        ],
        rule: true,
    });
    spec
}

mod extract;
mod pagination;
mod refusals;
mod writing;
