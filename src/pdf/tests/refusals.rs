use super::*;

fn refusal(block: impl Into<Block>) -> PdfError {
    ENGINE
        .render_unsigned(&document(vec![block.into()]))
        .unwrap_err()
}

#[test]
fn a_character_without_a_glyph_refuses_the_document() {
    for character in ['中', 'Ω', '\u{200D}', '\u{202E}', '\u{7}'] {
        let text = format!("บริษัท {character} จำกัด");
        assert_eq!(
            refusal(Paragraph::text(text)),
            PdfError::MissingGlyph { character }
        );
    }
    let mut spec = document(Vec::new());
    spec.metadata.title = "bell \u{7}".to_owned();
    let error = ENGINE.render_unsigned(&spec).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the fonts have no glyph for U+0007 '\\u{7}'"
    );
}

#[test]
fn measures_that_are_no_measures_are_refused() {
    for bad in [f32::NAN, f32::INFINITY, -1.0] {
        assert_eq!(refusal(Block::Spacer(bad)), PdfError::BadMeasure);
        assert_eq!(
            refusal(Paragraph::text("ก").sized(bad)),
            PdfError::BadMeasure
        );
        let mut spec = document(Vec::new());
        spec.page.left = bad;
        assert_eq!(ENGINE.render_unsigned(&spec), Err(PdfError::BadMeasure));
    }
    assert_eq!(
        refusal(Paragraph::text("ก").sized(900.0)),
        PdfError::DoesNotFit
    );
}

#[test]
fn what_cannot_be_placed_is_refused() {
    let figure = |text: String, width| {
        Block::Figure(Figure {
            image: Image::Code(text),
            width,
            align: Align::Left,
            alt: String::new(),
        })
    };
    let long = "x".repeat(3_000);
    assert_eq!(
        refusal(figure(long, 90.0)),
        PdfError::CodeTooLong { bytes: 3_000 }
    );
    assert_eq!(refusal(figure("x".to_owned(), 900.0)), PdfError::DoesNotFit);
    let row = Row {
        cells: vec![
            Cell::of(Paragraph::text("ก")),
            Cell::of(Paragraph::text("ข")),
        ],
    };
    let table = Table {
        columns: vec![1.0],
        borders: Borders::None,
        padding: 0.0,
        rows: vec![row],
    };
    assert_eq!(refusal(Block::Table(table)), PdfError::TableShape);
    let mut nested: Block = Paragraph::text("ก").into();
    for _ in 0..10 {
        let item = ListItem {
            label: None,
            blocks: vec![nested],
        };
        nested = Block::List(List {
            marker: Marker::Dash,
            indent: 9.0,
            items: vec![item],
        });
    }
    assert_eq!(refusal(nested), PdfError::NestedTooDeep { most: 8 });
    let breaks = (0..500).flat_map(|_| [Paragraph::text("ก").into(), Block::PageBreak]);
    let spec = document(breaks.collect());
    assert_eq!(
        ENGINE.render_unsigned(&spec),
        Err(PdfError::TooManyPages { most: 400 })
    );
    let item = ListItem {
        label: Some("1\n2".to_owned()),
        blocks: Vec::new(),
    };
    let list = List {
        marker: Marker::Dash,
        indent: 9.0,
        items: vec![item],
    };
    assert_eq!(refusal(Block::List(list)), PdfError::DoesNotFit);
}

#[test]
fn attachments_that_readers_could_confuse_are_refused() {
    let mut spec = document(Vec::new());
    spec.attachments.push(spec.attachments[0].clone());
    let name = spec.attachments[0].name.clone();
    assert_eq!(
        ENGINE.render_unsigned(&spec),
        Err(PdfError::DuplicateAttachment { name })
    );
    for mime in ["", "xml", "text/", "text/x m l", "a/b/c"] {
        let mut spec = document(Vec::new());
        spec.attachments[0].mime = mime.to_owned();
        let mime = mime.to_owned();
        assert_eq!(
            ENGINE.render_unsigned(&spec),
            Err(PdfError::BadMediaType { mime })
        );
    }
}

#[test]
fn property_names_that_xmp_cannot_carry_are_refused() {
    for name in ["", "9a", "a b", "ก", "a:b"] {
        let mut spec = document(Vec::new());
        spec.metadata.schemas[0].properties[0].name = name.to_owned();
        let name = name.to_owned();
        assert_eq!(
            ENGINE.render_unsigned(&spec),
            Err(PdfError::BadPropertyName { name })
        );
    }
    let mut spec = document(Vec::new());
    spec.metadata.schemas[0].prefix = "pdfaid".to_owned();
    assert!(ENGINE.render_unsigned(&spec).is_err());
}

#[test]
fn holes_of_no_or_absurd_size_are_refused() {
    for hole_bytes in [0, MOST_HOLE_BYTES + 1] {
        let hole = SignatureSpec {
            hole_bytes,
            ..signature()
        };
        assert!(ENGINE.render(&document(Vec::new()), &hole).is_err());
    }
}
