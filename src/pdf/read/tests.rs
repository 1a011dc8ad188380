use super::*;
use crate::pdf::tests::{ENGINE, certificate, document, dummy_cms, signature};
use crate::pdf::{Paragraph, SignatureSpec};
use lopdf::dictionary;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A small sealed file and the digest its signature was made for.
static SEALED: LazyLock<(Vec<u8>, Digest)> = LazyLock::new(|| {
    let spec = document(vec![Paragraph::text("ทดสอบ").into()]);
    let hole = SignatureSpec {
        hole_bytes: 96,
        ..signature()
    };
    let prepared = ENGINE.render(&spec, &hole).unwrap();
    let digest = prepared.signed_digest();
    (prepared.fill(&dummy_cms_short()).unwrap(), digest)
});

fn dummy_cms_short() -> Vec<u8> {
    let mut der = vec![0x30, 62];
    der.extend((0u8..62).map(|i| i.wrapping_mul(37)));
    der
}

#[test]
fn a_sealed_file_has_nothing_to_find() {
    let (bytes, digest) = &*SEALED;
    let seen = inspect(bytes).unwrap();
    assert_eq!(seen.findings, []);
    assert_eq!((seen.pages, seen.revisions), (1, 1));
    assert_eq!(seen.title.as_deref(), Some("หนังสือรับรอง & ทดสอบ"));
    let level = Conformance {
        part: 3,
        level: 'A',
    };
    assert_eq!(seen.conformance, Some(level));
    let seal = seen.only_signature().unwrap();
    assert_eq!(seal.digest, *digest);
    assert_eq!(seal.cms, dummy_cms_short());
    assert_eq!(seal.coverage, Coverage::WholeFile);
    assert_eq!(seal.hole, Hole::Canonical);
    assert_eq!(seal.sub_filter, "ETSI.CAdES.detached");
    assert_eq!(seal.field.as_deref(), Some("Seal"));
    assert_eq!(seal.name.as_deref(), Some("นายทะเบียนทดสอบ"));
    assert_eq!(seal.claimed_time, Some(signature().claimed_time));
    let spec = document(Vec::new());
    let (sent, got) = (&spec.attachments[0], &seen.attachments[0]);
    assert_eq!(seen.attachments.len(), 1);
    assert_eq!((&got.name, &got.bytes), (&sent.name, &sent.bytes));
    assert_eq!(got.mime.as_ref(), Some(&sent.mime));
    assert_eq!(got.description.as_ref(), Some(&sent.description));
    assert_eq!(got.relationship, Some(sent.relationship));
}

/// Whether a changed file still looks like the sealed one to everybody who checks the signature:
/// right digest, right signature bytes, nothing found.
fn passes(bytes: &[u8]) -> bool {
    let (_, digest) = &*SEALED;
    inspect(bytes).is_ok_and(|seen| {
        seen.findings.is_empty()
            && seen
                .only_signature()
                .is_some_and(|seal| seal.digest == *digest && seal.cms == dummy_cms_short())
    })
}

#[test]
fn changing_any_single_byte_is_noticed() {
    let (bytes, _) = &*SEALED;
    assert!(passes(bytes));
    // The fonts are the bulk of the file and lie inside the signed bytes: every flip there is
    // noticed by the digest alone, which the cheap check below proves for all of them.
    let seen = inspect(bytes).unwrap();
    let [_, first, second, _] = seen.only_signature().unwrap().byte_range;
    let mut changed = bytes.clone();
    let mut by_reader = 0;
    for at in 0..bytes.len() {
        let mask = if at % 2 == 0 { 0x20 } else { 0x01 };
        changed[at] ^= mask;
        if at < first || at >= second {
            let other = Digest::of_parts([&changed[..first], &changed[second..]]);
            assert_ne!(other, SEALED.1, "byte {at}");
        } else {
            for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] {
                changed[at] = bytes[at] ^ mask;
                assert!(!passes(&changed), "byte {at} mask {mask:02x}");
                by_reader += 1;
            }
        }
        changed[at] = bytes[at];
    }
    assert_eq!(by_reader, (96 * 2 + 2) * 8);
}

#[test]
fn appended_and_prepended_bytes_are_noticed() {
    let (bytes, _) = &*SEALED;
    for extra in [&b"\n"[..], b"%", b"\0", b"1 0 obj\n<<>>\nendobj\n"] {
        let mut longer = bytes.clone();
        longer.extend_from_slice(extra);
        assert!(!passes(&longer));
        let mut shifted = extra.to_vec();
        shifted.extend_from_slice(bytes);
        assert!(!passes(&shifted));
    }
}

/// Appends a revision that replaces or adds objects, as an attacker (or an honest tool) would.
fn append(bytes: &[u8], change: impl FnOnce(&mut lopdf::Document)) -> Vec<u8> {
    let previous = lopdf::Document::load_mem(bytes).unwrap();
    let mut revision = lopdf::IncrementalDocument::create_from(bytes.to_vec(), previous);
    let root = revision.get_prev_documents().trailer.get(b"Root").unwrap();
    let root = root.as_reference().unwrap();
    revision.opt_clone_object_to_new_document(root).unwrap();
    change(&mut revision.new_document);
    let mut out = Vec::new();
    revision.save_to(&mut out).unwrap();
    out
}

#[test]
fn an_appended_revision_is_found_with_what_it_brings() {
    let (bytes, digest) = &*SEALED;
    let changed = append(bytes, |document| {
        let script = dictionary! { "S" => "JavaScript", "JS" => lopdf::Object::string_literal("app.alert(1)") };
        let script = document.add_object(script);
        let layers = dictionary! {};
        let catalog = document.catalog_mut().unwrap();
        catalog.set("OpenAction", script);
        catalog.set("OCProperties", layers);
    });
    let seen = inspect(&changed).unwrap();
    assert_eq!(
        seen.findings,
        [
            Finding::NotWholeFile,
            Finding::Appended { revisions: 2 },
            Finding::Script,
            Finding::OptionalContent,
            Finding::OpenAction,
            Finding::Action {
                kind: "JavaScript".to_owned()
            },
        ]
    );
    let seal = seen.only_signature().unwrap();
    assert_eq!(seal.coverage, Coverage::UpTo { bytes: bytes.len() });
    assert_eq!(seal.digest, *digest);
}

#[test]
fn a_second_signature_dictionary_is_found() {
    let (bytes, _) = &*SEALED;
    let changed = append(bytes, |document| {
        document.add_object(dictionary! {
            "Type" => "Sig",
            "ByteRange" => vec![lopdf::Object::Integer(-1), 5.into(), 7.into(), i64::MAX.into()],
        });
    });
    let seen = inspect(&changed).unwrap();
    assert!(
        seen.findings
            .contains(&Finding::SeveralSignatures { count: 2 })
    );
    assert!(seen.findings.contains(&Finding::SignatureOutsideField));
    let wrong = |seal: &SignatureField| seal.coverage == Coverage::Wrong && seal.cms.is_empty();
    assert!(seen.signatures.iter().any(wrong));
}

#[test]
fn a_signature_shown_from_another_place_than_its_hole_covers_nothing() {
    let (bytes, _) = &*SEALED;
    let range = inspect(bytes).unwrap().only_signature().unwrap().byte_range;
    let other = [&[0x30, 0x01, 0xff][..], &[0; 93]].concat();
    let changed = append(bytes, |document| {
        let numbers: Vec<lopdf::Object> = range.iter().map(|n| (*n as i64).into()).collect();
        document.add_object(dictionary! {
            "ByteRange" => numbers,
            "Contents" => lopdf::Object::String(other, lopdf::StringFormat::Hexadecimal),
        });
    });
    let seen = inspect(&changed).unwrap();
    let coverages: Vec<Coverage> = seen.signatures.iter().map(|s| s.coverage).collect();
    assert!(coverages.contains(&Coverage::Wrong));
    assert!(coverages.contains(&Coverage::UpTo { bytes: bytes.len() }));
}

/// A file of these objects, the first of which is the catalog.
fn by_hand(objects: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n1 {}\n", objects.len());
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let (start, size) = (bytes.len(), objects.len() + 1);
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    bytes.extend_from_slice(table.as_bytes());
    bytes.extend_from_slice(trailer.as_bytes());
    bytes
}

#[test]
fn object_streams_stay_shut_and_bombs_are_refused() {
    const CATALOG: &[u8] = b"<</Type/Catalog/Pages 2 0 R>>";
    const PAGES: &[u8] = b"<</Type/Pages/Count 0/Kids[]>>";
    let packed = b"<</Type/ObjStm/N 1/First 4/Length 16>>\nstream\n9 0 <</JS(x)>>  \nendstream";
    let seen = inspect(&by_hand(&[CATALOG, PAGES, packed])).unwrap();
    let expected = [Finding::Unsigned, Finding::ObjectStream, Finding::NotPdfA3];
    assert_eq!(seen.findings, expected);

    let nested = [vec![b'['; 50_000], vec![b']'; 50_000]].concat();
    let deep = by_hand(&[CATALOG, PAGES, &nested]);
    assert_eq!(inspect(&deep), Err(ReadRefusal::Malformed));

    let mut spec = document(Vec::new());
    spec.attachments[0].bytes = vec![0; MOST_UNPACKED + 1];
    let bomb = ENGINE.render_unsigned(&spec).unwrap();
    assert!(bomb.len() < MOST_UNPACKED / 10);
    assert_eq!(inspect(&bomb), Err(ReadRefusal::Malformed));
}

#[test]
fn an_unsigned_file_says_so() {
    let spec = document(vec![Paragraph::text("ทดสอบ").into()]);
    let bytes = ENGINE.render_unsigned(&spec).unwrap();
    assert_eq!(inspect(&bytes).unwrap().findings, [Finding::Unsigned]);
}

#[test]
fn upper_case_digits_and_bytes_in_the_padding_are_not_canonical() {
    let (bytes, _) = &*SEALED;
    let [_, first, second, _] = inspect(bytes).unwrap().only_signature().unwrap().byte_range;
    let mut upper = bytes.clone();
    let letter = (first..second)
        .find(|i| upper[*i].is_ascii_lowercase())
        .unwrap();
    upper[letter].make_ascii_uppercase();
    let mut padded = bytes.clone();
    padded[second - 2] = b'1';
    for changed in [upper, padded] {
        let seen = inspect(&changed).unwrap();
        assert_eq!(seen.findings, [Finding::HoleNotCanonical]);
    }
}

#[test]
fn foreign_files_are_refused_by_name() {
    assert_eq!(inspect(b""), Err(ReadRefusal::NotPdf));
    assert_eq!(inspect(b"%PDF-1.7\n"), Err(ReadRefusal::ForeignStructure));
    let huge = vec![b' '; MOST_BYTES + 1];
    assert_eq!(
        inspect(&huge),
        Err(ReadRefusal::TooLarge { bytes: huge.len() })
    );
    let (bytes, _) = &*SEALED;
    let at = bytes.windows(5).rposition(|w| w == b"/Info").unwrap();
    let mut encrypted = bytes[..at].to_vec();
    encrypted.extend_from_slice(b"/Encrypt 1 0 R");
    encrypted.extend_from_slice(&bytes[at..]);
    assert_eq!(inspect(&encrypted), Err(ReadRefusal::Encrypted));
}

#[test]
fn the_large_certificate_is_read_too() {
    let spec = certificate();
    let bytes = ENGINE.render(&spec, &signature()).unwrap();
    let pages = bytes.pages();
    let bytes = bytes.fill(&dummy_cms(600)).unwrap();
    let seen = inspect(&bytes).unwrap();
    assert_eq!((seen.findings.len(), seen.pages), (0, pages));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is cut out, repeated or overwritten: an answer or a refusal, and never a pass.
    #[test]
    fn damaged_files_never_pass(
        from in 0.0f64..1.0,
        length in 0usize..400,
        filler in proptest::collection::vec(any::<u8>(), 0..40),
        keep_tail in any::<bool>(),
    ) {
        let (bytes, _) = &*SEALED;
        let from = (from * bytes.len() as f64) as usize;
        let to = (from + length).min(bytes.len());
        let mut damaged = bytes[..from].to_vec();
        damaged.extend_from_slice(&filler);
        if keep_tail {
            damaged.extend_from_slice(&bytes[to..]);
        }
        prop_assert!(damaged == *bytes || !passes(&damaged));
    }

    /// The objects near the end (structure, signature, tables) are where parsers stumble.
    #[test]
    fn scattered_changes_never_pass(changes in proptest::collection::vec((0usize..12_000, any::<u8>()), 1..12)) {
        let (bytes, _) = &*SEALED;
        let mut damaged = bytes.clone();
        for (back, byte) in changes {
            let at = bytes.len() - 1 - back.min(bytes.len() - 1);
            damaged[at] = byte;
        }
        prop_assert!(damaged == *bytes || !passes(&damaged));
    }
}
