use super::*;
use openssl::pkey::{Id, PKey};
use std::os::unix::fs::PermissionsExt;

const ALL: [Algorithm; 3] = [
    Algorithm::Es256,
    Algorithm::Rsa3072Sha256,
    Algorithm::Ed25519,
];

#[test]
fn each_algorithm_verifies_its_own_signature_and_no_other_message() {
    for algorithm in ALL {
        let key = FileKey::generate(algorithm).unwrap();
        let signature = key.sign(b"message").unwrap();
        let spki = key.public_key_der();
        assert!(verify(algorithm, spki, b"message", &signature).unwrap());
        assert!(!verify(algorithm, spki, b"massage", &signature).unwrap());
        for other in ALL.into_iter().filter(|other| *other != algorithm) {
            assert!(!verify(other, spki, b"message", &signature).unwrap());
        }
    }
}

#[test]
fn ecdsa_signatures_of_zeros_or_in_der_form_are_refused() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let raw = key.sign(b"message").unwrap();
    let encoded = ecdsa_der(&raw).unwrap();
    assert_eq!(ecdsa_raw(&encoded), Some(raw));
    let public = key.public_key();
    assert!(!public.verify(Algorithm::Es256, b"message", &[0; 64]));
    assert!(!public.verify(Algorithm::Es256, b"message", &encoded));
    assert!(!public.verify(Algorithm::Es256, b"message", &[]));
}

#[test]
fn a_key_file_is_kept_private_and_refused_when_it_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seal.pem");
    let made = FileKey::load_or_create(&path, Algorithm::Es256).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = FileKey::load_or_create(&path, Algorithm::Es256).unwrap();
    assert_eq!(made.public_key(), again.public_key());
    assert_eq!(made.key_id(), again.key_id());
    assert!(matches!(
        FileKey::load(&path, Algorithm::Ed25519),
        Err(KeyError::Unsuitable)
    ));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        FileKey::load_or_create(&path, Algorithm::Es256),
        Err(KeyError::Mode { mode: 0o640, .. })
    ));
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret");
    write_secret(&path, b"first").unwrap();
    assert!(matches!(
        write_secret(&path, b"second"),
        Err(KeyError::File { .. })
    ));
    assert_eq!(&read_secret(&path).unwrap()[..], b"first");
}

#[test]
fn ed25519_keys_of_small_order_are_refused() {
    let mut one = [0u8; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    for point in [[0; 32], one, minus_one] {
        let key = PKey::public_key_from_raw_bytes(&point, Id::ED25519).unwrap();
        assert!(matches!(
            PublicKey::from_openssl(key),
            Err(KeyError::Unsuitable)
        ));
    }
}

#[test]
fn private_keys_are_not_printed() {
    let key = FileKey::generate(Algorithm::Ed25519).unwrap();
    assert_eq!(format!("{key:?}"), "FileKey(Ed25519, hidden)");
}

#[test]
fn the_machines_generator_does_not_repeat_itself() {
    assert_ne!(OsRandomness.bytes::<32>(), OsRandomness.bytes::<32>());
}
