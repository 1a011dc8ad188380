"""A stranger who bears the issuer's names: same document, other keys."""

import asyncio
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reading import signature_hole


def _name(of: asn1_x509.Name) -> x509.Name:
    text = of.native.get("common_name") or "SANDBOX"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(text))])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, ca: bool
) -> x509.Certificate:
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), critical=True
        )
    )
    return builder.sign(by, hashes.SHA256())


def sign_again(good: Path, out: Path, root_out: Path) -> None:
    """Puts a stranger's CMS into the hole of the document, and writes the stranger's root."""
    data = good.read_bytes()
    embedded = PdfFileReader(BytesIO(data)).embedded_signatures[-1]
    issuer = extract_certificate_info(embedded.signed_data).signer_cert
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, leaf_name = _name(issuer.issuer), _name(issuer.subject)
    root = _certificate(root_name, root_name, root_key, root_key, True)
    leaf = _certificate(leaf_name, root_name, leaf_key, root_key, False)
    root_out.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    first, last = signature_hole(data)
    covered = data[: first - 1] + data[last + 1 :]
    digest = hashes.Hash(hashes.SHA256())
    digest.update(covered)
    store = SimpleCertificateStore()
    as_der = serialization.Encoding.DER
    certificates = [asn1_x509.Certificate.load(c.public_bytes(as_der)) for c in (leaf, root)]
    store.register_multiple(certificates)
    key = asn1_keys.PrivateKeyInfo.load(
        leaf_key.private_bytes(as_der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    signer = SimpleSigner(signing_cert=certificates[0], signing_key=key, cert_registry=store)
    signed = signer.async_sign(digest.finalize(), digest_algorithm="sha256", use_pades=True)
    cms = asyncio.run(signed).dump()
    digits = cms.hex().encode()
    if len(digits) > last - first:
        raise ValueError("the stranger's signature is longer than the hole")
    out.write_bytes(data[:first] + digits.ljust(last - first, b"0") + data[last:])
