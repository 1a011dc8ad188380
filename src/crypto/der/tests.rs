use super::*;
use proptest::prelude::*;

#[test]
fn lengths_that_could_be_shorter_are_refused() {
    for bytes in [
        &[0x04, 0x81, 0x01, 0x00][..],
        &[0x04, 0x82, 0x00, 0x80],
        &[0x04, 0x80, 0x00, 0x00],
        &[0x04, 0x85, 0, 0, 0, 0, 1],
    ] {
        assert_eq!(Reader::new(bytes).element(), Err(DerError::Length));
    }
    assert_eq!(
        Reader::new(&[0x04, 2, 0]).element(),
        Err(DerError::Truncated)
    );
    assert!(only(&[0x30, 0, 0], tag::SEQUENCE).is_err());
}

#[test]
fn integers_with_superfluous_bytes_or_a_sign_are_refused() {
    for content in [&[][..], &[0, 0x7f], &[0x80], &[0, 0]] {
        assert_eq!(magnitude(content), Err(DerError::Value), "{content:?}");
    }
    assert_eq!(magnitude(&[0, 0x80]), Ok(&[0x80][..]));
    assert_eq!(integer(0), [2, 1, 0]);
    assert_eq!(integer(128), [2, 2, 0, 128]);
}

#[test]
fn named_bits_end_at_the_last_set_bit() {
    assert_eq!(named_bits(0x8000_0000), [3, 2, 7, 0x80]);
    assert_eq!(named_bits(0x0600_0000), [3, 2, 1, 0x06]);
    assert_eq!(named_bits(0x0080_0000), [3, 3, 7, 0, 0x80]);
    assert_eq!(named_bits(1), [3, 5, 0, 0, 0, 0, 1]);
    assert_eq!(named_bits(0), [3, 1, 0]);
}

#[test]
fn a_fraction_of_a_second_has_no_trailing_zeros() {
    let at: Instant = "2026-11-24T09:30:00.120Z".parse().unwrap();
    let encoded = generalized_time(at);
    assert_eq!(&encoded[2..], b"20261124093000.12Z");
    assert_eq!(read_generalized_time(&encoded[2..]), Ok(at));
    for bad in [
        "20261124093000.120Z",
        "20261124093000.Z",
        "20261124093000",
        "202611240930Z",
        "20261324093000Z",
        "+0261124093000Z",
    ] {
        assert!(read_generalized_time(bad.as_bytes()).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(content in proptest::collection::vec(any::<u8>(), 0..400)) {
        let encoded = octet_string(&content);
        let mut reader = Reader::new(&encoded);
        prop_assert_eq!(reader.content(tag::OCTET_STRING).unwrap(), &content[..]);
        prop_assert!(reader.finish().is_ok());
    }

    #[test]
    fn whatever_is_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(read) = Reader::new(&bytes).element() {
            prop_assert_eq!(element(read.tag, read.content), read.raw);
        }
    }

    #[test]
    fn dotted_and_encoded_identifiers_agree(second in 0u64..40, rest in proptest::collection::vec(any::<u32>(), 0..8)) {
        let mut dotted = format!("1.{second}");
        for arc in &rest { dotted.push_str(&format!(".{arc}")); }
        let content = oid_content(&dotted).unwrap();
        prop_assert_eq!(oid_text(&content).unwrap(), dotted);
    }
}
