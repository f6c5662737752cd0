//! Whether a server is trusted.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use crate::chain;
use crate::der::Extensions;
use crate::signatures::remembering;

/// As rustls verifies, except that webpki gets one way to a trust anchor only, and that a server may present a
/// certificate of the file as its own, which is how OpenSSL makes a self-signed one.
#[derive(Debug)]
pub struct Verifier {
    roots: RootCertStore,
    from_file: Vec<CertificateDer<'static>>,
    /// Of the handshake, whose signatures are never the same.
    algorithms: WebPkiSupportedAlgorithms,
    of_certificates: &'static [&'static dyn SignatureVerificationAlgorithm],
}

impl Verifier {
    /// `from_file` are certificates that a server may have, `roots` those of authorities.
    pub fn new(
        roots: RootCertStore,
        from_file: Vec<CertificateDer<'static>>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Verifier {
        Verifier { roots, from_file, algorithms, of_certificates: remembering(algorithms.all) }
    }

    /// Whether one that the file has may be a server's now: all that is checked of one without its issuer.
    fn verify_from_file(&self, end_entity: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let (none, algorithms) = (RootCertStore::empty(), self.of_certificates);
        match verify_server_cert_signed_by_trust_anchor(&certificate, &none, &[], now, algorithms) {
            // The last of these checks, which without any trust anchor fails.
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Ok(()),
            // Reported after its dates were checked, but not yet what it may be used for. A test holds that.
            Err(error) if is_authority(&error) => match Extensions::of(end_entity) {
                Some(extensions) if extensions.is_for_servers() => Ok(()),
                _ => Err(CertificateError::InvalidPurpose.into()),
            },
            result => result,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        chain::check_size(end_entity, intermediates)
            .map_err(|cause| CertificateError::Other(OtherError(Arc::new(cause))))?;
        let certificate = ParsedCertificate::try_from(end_entity)?;
        if self.from_file.contains(end_entity) {
            self.verify_from_file(end_entity, now)?;
        } else {
            let path = chain::to_anchor(end_entity, intermediates, &self.roots);
            let algorithms = self.of_certificates;
            verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, &path, now, algorithms)?;
        }
        verify_server_name(&certificate, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether the server's certificate was refused because it is an authority's.
fn is_authority(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
            matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}
