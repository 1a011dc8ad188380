use super::*;
use crate::kernel::id::SeededRandomness;
use std::os::unix::fs::PermissionsExt;

struct Keys {
    directory: tempfile::TempDir,
    randomness: SeededRandomness,
}

impl Keys {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            randomness: SeededRandomness::new(11),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn vault(&self) -> Vault {
        Vault::load_or_create(&self.path("vault.key"), &self.randomness).unwrap()
    }
}

const PLACE: Place<'static> = Place {
    table: "person",
    column: "name",
    row: "1",
};

#[test]
fn a_sealed_value_opens_at_its_place_only() {
    let keys = Keys::new();
    let vault = keys.vault();
    let sealed = vault
        .seal(&PLACE, "สมชาย".as_bytes(), &keys.randomness)
        .unwrap();
    assert_eq!(
        &vault.open(&PLACE, &sealed).unwrap()[..],
        "สมชาย".as_bytes()
    );
    for moved in [
        Place {
            table: "people",
            ..PLACE
        },
        Place {
            column: "names",
            ..PLACE
        },
        Place { row: "2", ..PLACE },
        Place {
            table: "personn",
            column: "ame",
            row: "1",
        },
    ] {
        assert!(matches!(
            vault.open(&moved, &sealed),
            Err(VaultError::NotAuthentic)
        ));
    }
}

#[test]
fn every_changed_byte_of_a_sealed_value_is_refused() {
    let keys = Keys::new();
    let vault = keys.vault();
    let sealed = vault.seal(&PLACE, b"value", &keys.randomness).unwrap();
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        assert!(vault.open(&PLACE, &changed).is_err(), "byte {position}");
    }
    for length in 0..sealed.len() {
        assert!(vault.open(&PLACE, &sealed[..length]).is_err());
    }
}

#[test]
fn sealing_twice_gives_two_different_values() {
    let keys = Keys::new();
    let vault = keys.vault();
    let seal = || vault.seal(&PLACE, b"value", &keys.randomness).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn an_older_key_opens_and_no_longer_seals() {
    let keys = Keys::new();
    let old = keys.vault();
    let sealed = old.seal(&PLACE, b"value", &keys.randomness).unwrap();
    let second = keys.path("second.key");
    Vault::load_or_create(&second, &keys.randomness).unwrap();
    let files = [(1, keys.path("vault.key")), (2, second)];
    let both = Vault::load(2, &files).unwrap();
    assert_eq!(&both.open(&PLACE, &sealed).unwrap()[..], b"value");
    assert!(both.is_outdated(&sealed).unwrap());
    let again = both.seal(&PLACE, b"value", &keys.randomness).unwrap();
    assert!(!both.is_outdated(&again).unwrap());
    assert!(matches!(
        old.open(&PLACE, &again),
        Err(VaultError::UnknownKey(2))
    ));
    assert!(matches!(
        Vault::load(3, &files),
        Err(VaultError::KeyVersion(3))
    ));
}

#[test]
fn a_persons_values_are_gone_with_the_persons_key() {
    let keys = Keys::new();
    let vault = keys.vault();
    let here = Place {
        table: "person",
        column: "data_key",
        row: "1",
    };
    let (key, wrapped) = vault.new_person_key(&here, &keys.randomness).unwrap();
    let sealed = key.seal(&PLACE, b"value", &keys.randomness).unwrap();
    let again = vault.person_key(&here, &wrapped).unwrap();
    assert_eq!(&again.open(&PLACE, &sealed).unwrap()[..], b"value");
    let (other, _) = vault.new_person_key(&here, &keys.randomness).unwrap();
    assert!(matches!(
        other.open(&PLACE, &sealed),
        Err(VaultError::NotAuthentic)
    ));
    let elsewhere = Place { row: "2", ..here };
    assert!(vault.person_key(&elsewhere, &wrapped).is_err());
    assert!(vault.open(&PLACE, &sealed).is_err());
}

#[test]
fn indices_are_keyed_and_differ_between_tables() {
    let keys = Keys::new();
    let path = keys.path("index.key");
    let index = BlindIndexKey::load_or_create(&path, &keys.randomness).unwrap();
    let number: NationalId = "1100100000018".parse().unwrap();
    let first = index.index("person", &number).unwrap();
    let again = BlindIndexKey::load(&path).unwrap();
    assert_eq!(again.index("person", &number).unwrap(), first);
    assert_ne!(index.index("officer", &number).unwrap(), first);
    let other = keys.path("other.key");
    let other = BlindIndexKey::load_or_create(&other, &keys.randomness).unwrap();
    assert_ne!(other.index("person", &number).unwrap(), first);
}

#[test]
fn two_clients_have_unrelated_references_of_one_person() {
    let keys = Keys::new();
    let key = keys.path("pairwise.key");
    let key = PairwiseKey::load_or_create(&key, &keys.randomness).unwrap();
    let reference = |client, person| key.reference(client, person).unwrap();
    assert_eq!(reference("bank", "person"), reference("bank", "person"));
    assert_ne!(reference("bank", "person"), reference("other", "person"));
    assert_ne!(reference("bank", "aperson"), reference("banka", "person"));
}

#[test]
fn sample_keys_and_readable_files_are_refused() {
    let keys = Keys::new();
    let path = keys.path("sample.key");
    for sample in ["00".repeat(32), "0123456789abcdef".repeat(4), String::new()] {
        std::fs::write(&path, sample).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(
            BlindIndexKey::load(&path),
            Err(VaultError::KeyForm(_))
        ));
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        BlindIndexKey::load(&path),
        Err(VaultError::File(KeyError::Mode { .. }))
    ));
}

#[test]
fn keys_are_not_printed() {
    let keys = Keys::new();
    let printed = format!("{:?}", keys.vault());
    assert_eq!(printed, "Vault { current: 1, keys: {1: hidden} }");
}

#[test]
fn the_message_code_is_two_nested_digests() {
    let secret = Secret(Zeroizing::new([0x5a; 32]));
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        for (target, key) in block.iter_mut().zip(secret.0.iter()) {
            *target ^= key;
        }
        block
    };
    let inner = Digest::of_parts([&pad(0x36)[..], b"message"]);
    let outer = Digest::of_parts([&pad(0x5c)[..], &inner.as_bytes()[..]]);
    assert_eq!(secret.hmac(b"message").unwrap(), outer);
}
