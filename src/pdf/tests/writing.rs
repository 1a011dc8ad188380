use super::extract::{lines, pieces};
use super::*;
use crate::pdf::words::tests::STATEMENTS;
use proptest::prelude::*;

fn written(body: Vec<Block>) -> Vec<u8> {
    ENGINE.render_unsigned(&document(body)).unwrap()
}

#[test]
fn equal_records_give_equal_bytes_whatever_was_written_before() {
    let spec = certificate();
    let fresh = ENGINE.clone();
    let first = fresh.render(&spec, &signature()).unwrap();
    let other = document(vec![Paragraph::text("เรื่องอื่น").into()]);
    fresh.render_unsigned(&other).unwrap();
    let again = fresh.render(&spec, &signature()).unwrap();
    let elsewhere = ENGINE.render(&spec, &signature()).unwrap();
    assert_eq!(first.signed_digest(), again.signed_digest());
    let cms = dummy_cms(500);
    assert_eq!(first.fill(&cms), elsewhere.fill(&cms));
}

#[test]
fn one_engine_serves_many_threads_with_equal_bytes() {
    let spec = certificate();
    let expected = ENGINE.render_unsigned(&spec).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ENGINE.render_unsigned(&spec).unwrap(), expected));
        }
    });
}

#[test]
fn another_record_gives_another_file_identifier() {
    let mut spec = document(vec![Paragraph::text("ก").into()]);
    let id = |bytes: &[u8]| {
        let document = lopdf::Document::load_mem(bytes).unwrap();
        let id = document.trailer.get(b"ID").unwrap().as_array().unwrap();
        id[0].as_str().unwrap().to_vec()
    };
    let one = id(&ENGINE.render_unsigned(&spec).unwrap());
    spec.metadata.seed = Digest::of(b"another record");
    assert_ne!(one, id(&ENGINE.render_unsigned(&spec).unwrap()));
}

#[test]
fn what_is_copied_is_what_was_written() {
    let hard = "ผู้ น้ำ ปี่ ที่ ป่า ฟ้า ฝั่ง ปั๊ม ฟื้น ฬ่ำ ป้ำ ญู ฐุ ฎุ กู้ ซึ่ง ศักดิ์ สินธุ์ ก๊วยเตี๋ยว จำนำ ๐๑๒ ฿100 “AV” – É";
    let mut texts: Vec<&str> = STATEMENTS.to_vec();
    texts.push(hard);
    for text in texts {
        for align in [Align::Left, Align::Justify] {
            let body = vec![Paragraph::text(text).aligned(align).into()];
            assert_eq!(lines(&written(body)).concat(), text);
        }
    }
    let bold = vec![Paragraph::spans(vec![Span::bold(hard)]).into()];
    assert_eq!(lines(&written(bold)).concat(), hard);
}

#[test]
fn words_of_company_law_are_never_divided() {
    let whole = [
        "นิติบุคคล",
        "กรรมการ",
        "บริษัท",
        "ตราสำคัญ",
        "ลายมือชื่อ",
        "ผู้จัดการ",
        "หุ้นส่วน",
        "อสังหาริมทรัพย์",
        "นิติกรรม",
        "จดทะเบียน",
        "พาณิชย์",
        "กรุงเทพมหานคร",
        "ทรัพย์สิน",
        "ผู้ชำระบัญชี",
    ];
    for text in STATEMENTS {
        for width in [90.0, 130.0, 170.0, 210.0, 300.0, 420.0] {
            let mut spec = document(vec![Paragraph::text(text).into()]);
            spec.page.right = spec.page.width - spec.page.left - width;
            let lines = lines(&ENGINE.render_unsigned(&spec).unwrap());
            assert!(lines.len() > 1 || width > 200.0);
            for word in whole {
                let expected = text.matches(word).count();
                let found: usize = lines.iter().map(|line| line.matches(word).count()).sum();
                assert_eq!(found, expected, "{word} at {width}: {lines:?}");
            }
        }
    }
}

#[test]
fn a_word_wider_than_its_place_is_divided_between_syllables() {
    let text = "อสังหาริมทรัพย์อิเล็กทรอนิกส์";
    let mut spec = document(vec![Paragraph::text(text).into()]);
    spec.page.right = spec.page.width - spec.page.left - 40.0;
    let lines = lines(&ENGINE.render_unsigned(&spec).unwrap());
    assert!(lines.len() > 3);
    assert_eq!(lines.concat(), text);
    for line in &lines {
        let first = line.chars().next().unwrap();
        assert!(
            !matches!(first, '\u{0E30}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}'),
            "{lines:?}"
        );
    }
}

#[test]
fn line_breaks_and_fixed_spaces_are_obeyed() {
    let text = "บรรทัดหนึ่ง\nบรรทัดสอง ข้อ\u{A0}1";
    let body = vec![Paragraph::text(text).aligned(Align::Left).into()];
    assert_eq!(lines(&written(body)), ["บรรทัดหนึ่ง", "บรรทัดสอง ข้อ 1"]);
}

#[test]
fn every_piece_of_content_is_named_once_in_the_structure() {
    let spec = certificate();
    let bytes = ENGINE.render_unsigned(&spec).unwrap();
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let root = document
        .catalog()
        .unwrap()
        .get_deref(b"StructTreeRoot", &document);
    let root = root.unwrap().as_dict().unwrap();
    let parents = root
        .get_deref(b"ParentTree", &document)
        .unwrap()
        .as_dict()
        .unwrap();
    let numbers = parents.get(b"Nums").unwrap().as_array().unwrap();
    let pages = pieces(&bytes);
    assert_eq!(numbers.len(), pages.len() * 2);
    for (page, entry) in pages.iter().zip(numbers.chunks(2)) {
        let parents = entry[1].as_array().unwrap();
        let named: Vec<_> = page.iter().filter(|piece| piece.mcid.is_some()).collect();
        assert_eq!(named.len(), parents.len());
        for (index, (piece, parent)) in named.iter().zip(parents).enumerate() {
            assert_eq!(piece.mcid, Some(index as i64));
            let element = document
                .get_dictionary(parent.as_reference().unwrap())
                .unwrap();
            assert_eq!(
                element.get(b"S").unwrap().as_name().unwrap(),
                piece.tag.as_bytes()
            );
        }
    }
    let tags: std::collections::BTreeSet<_> = pages
        .iter()
        .flatten()
        .map(|piece| piece.tag.as_str())
        .collect();
    assert!(
        ["Artifact", "Figure", "H1", "H2", "Lbl", "P"]
            .iter()
            .all(|tag| tags.contains(tag))
    );
}

#[test]
fn running_lines_and_watermark_stand_outside_the_content() {
    let bytes = ENGINE.render_unsigned(&certificate()).unwrap();
    let pages = pieces(&bytes);
    assert!(pages.len() > 1);
    for (number, page) in ["๑", "๒", "๓", "๔"].iter().zip(&pages) {
        let artifacts: Vec<&String> = page
            .iter()
            .filter(|piece| piece.tag == "Artifact")
            .flat_map(|piece| &piece.lines)
            .filter(|line| !line.is_empty())
            .collect();
        let count = ["", "๑", "๒", "๓", "๔"][pages.len()];
        assert_eq!(artifacts, ["สจก. 000001", &format!("หน้า {number}/{count}")]);
    }
}

#[test]
fn metadata_is_the_same_in_both_places() {
    let bytes = written(Vec::new());
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let metadata = document
        .catalog()
        .unwrap()
        .get_deref(b"Metadata", &document);
    let packet = metadata.unwrap().as_stream().unwrap().content.clone();
    let packet = String::from_utf8(packet).unwrap();
    for expected in [
        "<pdfaid:part>3</pdfaid:part>",
        ">หนังสือรับรอง &amp; ทดสอบ</rdf:li>",
        "<rdf:li>สำนักงานทะเบียนทดสอบ</rdf:li>",
        "<xmp:CreateDate>2026-11-24T02:30:00Z</xmp:CreateDate>",
        "<cert:ReferenceNumber>สจก. 000001</cert:ReferenceNumber>",
        "<pdfaSchema:prefix>cert</pdfaSchema:prefix>",
    ] {
        assert!(packet.contains(expected), "{expected}");
    }
    let mut reader = quick_xml::Reader::from_str(&packet);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    let info = document.trailer.get_deref(b"Info", &document).unwrap();
    let date = info.as_dict().unwrap().get(b"CreationDate").unwrap();
    assert_eq!(date.as_str().unwrap(), b"D:20261124023000Z");
}

#[test]
fn filling_leaves_every_signed_byte_alone() {
    let prepared = ENGINE.render(&certificate(), &signature()).unwrap();
    let (digest, signed, hole) = (
        prepared.signed_digest(),
        prepared.signed_bytes_len(),
        prepared.hole_bytes(),
    );
    assert_eq!(hole, 1_024);
    let full = u16::try_from(hole - 4).unwrap();
    for length in [300, full] {
        let filled = prepared.clone().fill(&dummy_cms(length)).unwrap();
        assert_eq!(filled.len(), signed + 2 * hole + 2);
        let seen = crate::pdf::read::inspect(&filled).unwrap();
        assert_eq!(seen.only_signature().unwrap().digest, digest);
        assert_eq!(seen.only_signature().unwrap().cms, dummy_cms(length));
    }
    assert_eq!(
        prepared.clone().fill(&dummy_cms(full + 1)),
        Err(PdfError::SignatureTooLong {
            bytes: hole + 1,
            hole
        })
    );
    let mut two = dummy_cms(300);
    two.extend_from_slice(&[0x30, 0]);
    assert_eq!(prepared.fill(&two), Err(PdfError::SignatureNotDer));
}

/// Thai words as people type them: syllables with vowels and tones in the usual order.
fn thai() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "([เแโใไ]?[ก-ฤว-ฮ]([ัิีึืุู็]?[่้๊๋]?|[่้]?[ะาำ])[งนมกดบ]?[์ๆ]?|[A-Za-z0-9,.()/-]{1,6}| ){1,40}",
    )
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// The naive twin of shaping, breaking and encoding together is doing nothing at all.
    #[test]
    fn any_text_comes_back_letter_for_letter(text in thai(), width in 60.0f32..460.0) {
        let mut spec = document(vec![Paragraph::text(text.as_str()).into()]);
        spec.page.right = spec.page.width - spec.page.left - width;
        let read = lines(&ENGINE.render_unsigned(&spec).unwrap()).concat();
        let plain = |text: &str| text.split(' ').filter(|t| !t.is_empty()).collect::<String>();
        prop_assert_eq!(plain(&read), plain(&text));
    }
}
