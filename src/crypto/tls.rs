//! What the service listens with: TLS 1.2 and 1.3 in Mozilla's intermediate configuration, with or without client
//! certificates.
//!
//! A client certificate is checked during the handshake against roots the caller names. Without one the connection stands and
//! the handlers decide; with one that does not hold the handshake fails: a bad certificate is never treated as none.

use super::key::FileKey;
use super::x509::{Certificate, CertificateError};
use openssl::error::ErrorStack;
use openssl::ssl::{
    SslAcceptor, SslMethod, SslOptions, SslSessionCacheMode, SslVerifyMode, SslVersion,
};

pub use openssl::ssl::{SslAcceptorBuilder, SslRef};

/// Why the service cannot listen with TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate, or one for another key.
    #[error("the server's certificate is missing or is for another key")]
    Certificate,
    /// The cryptographic library refused.
    #[error("TLS could not be configured")]
    Library(#[from] ErrorStack),
}

/// Which clients may connect.
#[derive(Debug, Clone, Copy)]
pub enum Clients<'a> {
    /// Anybody; certificates are not asked for.
    Anonymous,
    /// Anybody; a certificate that is sent must lead to one of these roots.
    MayAuthenticate(&'a [Certificate]),
    /// Only those with a certificate that leads to one of these roots.
    MustAuthenticate(&'a [Certificate]),
}

/// A configuration that `bind_openssl` of the web server takes. The chain starts with the server's own certificate.
pub fn acceptor(
    key: &FileKey,
    chain: &[Certificate],
    clients: Clients<'_>,
) -> Result<SslAcceptorBuilder, TlsError> {
    let (own, above) = chain.split_first().ok_or(TlsError::Certificate)?;
    if own.facts().spki != key.public_key().spki_der() {
        return Err(TlsError::Certificate);
    }
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_options(SslOptions::NO_RENEGOTIATION);
    builder.set_certificate(own.openssl()?.as_ref())?;
    for certificate in above {
        builder.add_extra_chain_cert(certificate.openssl()?)?;
    }
    builder.set_private_key(key.openssl())?;
    builder.check_private_key()?;
    let (mode, roots) = match clients {
        Clients::Anonymous => return Ok(builder),
        Clients::MayAuthenticate(roots) => (SslVerifyMode::PEER, roots),
        Clients::MustAuthenticate(roots) => (
            SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT,
            roots,
        ),
    };
    for root in roots {
        builder.cert_store_mut().add_cert(root.openssl()?)?;
        builder.add_client_ca(root.openssl()?.as_ref())?;
    }
    builder.set_verify(mode);
    // A resumed session would bring a certificate that is not checked again.
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    builder.set_options(SslOptions::NO_TICKET);
    builder.set_num_tickets(0)?;
    Ok(builder)
}

/// The certificate the client proved to hold on this connection.
pub fn peer_certificate(ssl: &SslRef) -> Result<Option<Certificate>, CertificateError> {
    match ssl.peer_certificate() {
        None => Ok(None),
        Some(certificate) => Certificate::from_der(&certificate.to_der()?).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key::Algorithm;
    use crate::crypto::x509::tests::Pki;
    use crate::crypto::x509::{Profile, Validity};
    use crate::kernel::time::{Clock, SystemClock};
    use openssl::ssl::{SslConnector, SslStream};
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    /// TLS reads the machine's clock: certificates for it begin yesterday and end tomorrow.
    fn today() -> Validity {
        let day = Duration::from_secs(86_400);
        let now = SystemClock.now();
        Validity {
            not_before: now.minus(day),
            not_after: now.plus(day),
        }
    }

    struct Party {
        key: FileKey,
        chain: Vec<Certificate>,
    }

    fn authority() -> Pki {
        let mut validity = today();
        validity.not_after = validity.not_after.plus(Duration::from_secs(3600));
        Pki::valid(Algorithm::Es256, validity)
    }

    fn party(pki: &Pki, profile: &Profile) -> Party {
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        let leaf = pki.issue_for(&key, profile, today());
        let chain = [vec![leaf], pki.intermediates()].concat();
        Party { key, chain }
    }

    fn server(pki: &Pki) -> Party {
        party(pki, &Profile::TlsServer(vec!["localhost".to_owned()]))
    }

    fn connect(
        pki: &Pki,
        client: Option<&Party>,
        newest: SslVersion,
        stream: UnixStream,
    ) -> Option<SslStream<UnixStream>> {
        let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
        let root = pki.root.certificate().openssl().unwrap();
        builder.cert_store_mut().add_cert(root).unwrap();
        builder.set_min_proto_version(None).unwrap();
        builder.set_max_proto_version(Some(newest)).unwrap();
        if let Some(client) = client {
            let (own, above) = client.chain.split_first().unwrap();
            builder.set_certificate(&own.openssl().unwrap()).unwrap();
            builder.set_private_key(client.key.openssl()).unwrap();
            for certificate in above {
                builder
                    .add_extra_chain_cert(certificate.openssl().unwrap())
                    .unwrap();
            }
        }
        builder.build().connect("localhost", stream).ok()
    }

    /// One connection: the thumbprint the server saw, or nothing when the connection was refused.
    fn meet(
        pki: &Pki,
        clients: Clients<'_>,
        client: Option<&Party>,
        newest: SslVersion,
    ) -> Option<Option<crate::kernel::digest::Digest>> {
        let server = server(pki);
        let acceptor = acceptor(&server.key, &server.chain, clients)
            .unwrap()
            .build();
        let (left, right) = UnixStream::pair().unwrap();
        std::thread::scope(|scope| {
            let seen = scope.spawn(move || {
                let mut stream = acceptor.accept(left).ok()?;
                stream.write_all(b"hello").unwrap();
                let peer = peer_certificate(stream.ssl()).unwrap();
                Some(peer.map(|certificate| certificate.thumbprint()))
            });
            // In TLS 1.3 the client learns only when reading that its certificate was refused.
            let greeting = connect(pki, client, newest, right).and_then(|mut stream| {
                let mut greeting = [0; 5];
                stream.read_exact(&mut greeting).ok()?;
                Some(greeting)
            });
            let seen = seen.join().unwrap();
            assert_eq!(greeting.is_some(), seen.is_some());
            seen
        })
    }

    const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

    #[test]
    fn a_client_may_come_without_a_certificate_or_with_a_good_one() {
        let pki = authority();
        let roots = pki.roots();
        let client = party(&pki, &Profile::TlsClient);
        let expected = client.chain[0].thumbprint();
        for newest in VERSIONS {
            let clients = Clients::MayAuthenticate(&roots);
            assert_eq!(meet(&pki, clients, None, newest), Some(None));
            assert_eq!(
                meet(&pki, clients, Some(&client), newest),
                Some(Some(expected))
            );
        }
    }

    #[test]
    fn a_bad_certificate_is_refused_and_not_treated_as_none() {
        let pki = authority();
        let roots = pki.roots();
        let stranger = party(&authority(), &Profile::TlsClient);
        let wrong_purpose = party(&pki, &Profile::Seal);
        for newest in VERSIONS {
            for client in [&stranger, &wrong_purpose] {
                let clients = Clients::MayAuthenticate(&roots);
                assert_eq!(meet(&pki, clients, Some(client), newest), None);
            }
        }
    }

    #[test]
    fn where_a_certificate_is_demanded_none_is_refused() {
        let pki = authority();
        let roots = pki.roots();
        let client = party(&pki, &Profile::TlsClient);
        let clients = Clients::MustAuthenticate(&roots);
        assert_eq!(meet(&pki, clients, None, SslVersion::TLS1_3), None);
        assert!(meet(&pki, clients, Some(&client), SslVersion::TLS1_3).is_some());
    }

    #[test]
    fn versions_before_1_2_are_refused() {
        let pki = authority();
        assert_eq!(
            meet(&pki, Clients::Anonymous, None, SslVersion::TLS1_1),
            None
        );
    }

    #[test]
    fn a_certificate_for_another_key_is_refused() {
        let pki = authority();
        let other = FileKey::generate(Algorithm::Es256).unwrap();
        let server = server(&pki);
        for chain in [&server.chain[..], &[]] {
            assert!(matches!(
                acceptor(&other, chain, Clients::Anonymous),
                Err(TlsError::Certificate)
            ));
        }
    }
}
