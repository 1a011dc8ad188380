use super::extract::pieces;
use super::*;
use crate::pdf::layout::Slab;
use crate::pdf::pages::paginate;
use proptest::prelude::*;

fn texts(page: &[extract::Piece]) -> Vec<(String, String)> {
    let content = page.iter().filter(|piece| piece.tag != "Artifact");
    content
        .map(|piece| (piece.tag.clone(), piece.lines.concat()))
        .collect()
}

#[test]
fn a_heading_moves_to_the_page_of_its_text() {
    for filler in 20..45 {
        let mut body: Vec<Block> = (0..filler)
            .map(|_| Paragraph::text("ก").spaced(0.0, 0.0).into())
            .collect();
        body.push(Paragraph::heading(2, "หัวข้อ").into());
        body.push(Paragraph::text("ข้อความ").into());
        let bytes = ENGINE.render_unsigned(&document(body)).unwrap();
        for page in pieces(&bytes) {
            let (tag, _) = texts(&page).last().cloned().unwrap();
            assert_eq!(tag, "P");
        }
    }
}

#[test]
fn no_page_ends_or_starts_with_a_single_line_of_a_paragraph() {
    let long = crate::pdf::words::tests::STATEMENTS.concat();
    for filler in 28..44 {
        let mut body: Vec<Block> = (0..filler)
            .map(|_| Paragraph::text("ก").spaced(0.0, 0.0).into())
            .collect();
        body.push(Paragraph::text(long.as_str()).into());
        let bytes = ENGINE.render_unsigned(&document(body)).unwrap();
        for page in pieces(&bytes) {
            for piece in page
                .iter()
                .filter(|piece| !piece.lines.concat().starts_with("ก "))
            {
                let own = piece.lines.concat() == "ก";
                assert!(own || piece.lines.len() >= 2, "{filler}: {:?}", piece.lines);
            }
        }
    }
}

#[test]
fn a_row_taller_than_a_page_goes_on_on_the_next() {
    let long = crate::pdf::words::tests::STATEMENTS.concat().repeat(12);
    let table = Table::fields(0.3, [("วัตถุประสงค์", long.as_str())]);
    let bytes = ENGINE
        .render_unsigned(&document(vec![Block::Table(table)]))
        .unwrap();
    let pages = pieces(&bytes);
    assert!(pages.len() > 1);
    let all: String = pages
        .iter()
        .flatten()
        .flat_map(|piece| piece.lines.clone())
        .collect();
    assert_eq!(all, format!("วัตถุประสงค์{long}"));
}

proptest! {
    /// Whatever the slabs: all are placed in order, none hangs over the edge, and what must stay
    /// together does unless it is taller than a page.
    #[test]
    fn pages_hold_every_slab_in_order(shapes in proptest::collection::vec((1.0f32..300.0, 0.0f32..40.0, any::<bool>(), any::<bool>()), 0..60)) {
        let setup = PageSetup::A4;
        let room = setup.height - setup.top - setup.bottom;
        let slabs = shapes.iter().map(|(height, before, keep, new_page)| Slab {
            height: *height,
            before: *before,
            keep: *keep,
            new_page: *new_page && *height < 20.0,
            items: Vec::new(),
        });
        let pages = paginate(slabs.collect(), &setup).unwrap();
        let placed: Vec<f32> = pages.iter().flatten().map(|(_, slab)| slab.height).collect();
        let expected: Vec<f32> = shapes.iter().map(|shape| shape.0).collect();
        prop_assert_eq!(placed, expected);
        for page in &pages {
            let mut end = 0.0f32;
            for (top, slab) in page {
                prop_assert!(*top >= end - 0.01);
                end = top + slab.height;
                prop_assert!(end <= room + 0.02);
            }
        }
        for pair in pages.windows(2) {
            if let Some((_, last)) = pair[0].last() && last.keep {
                let chain: f32 = {
                    let kept = pair[0].iter().rev().skip(1).take_while(|(_, slab)| slab.keep);
                    let own = last.before + last.height;
                    let next = &pair[1][0].1;
                    let rest = pair[1].iter().zip(pair[1].iter().skip(1)).take_while(|(a, _)| a.1.keep);
                    own + kept.map(|(_, s)| s.before + s.height).sum::<f32>()
                        + next.before + next.height
                        + rest.map(|(_, b)| b.1.before + b.1.height).sum::<f32>()
                };
                prop_assert!(chain > room - 0.1);
            }
        }
    }
}
