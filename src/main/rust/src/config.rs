//! Which servers are trusted, and what is shown to a server that asks who is calling.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, Error, InconsistentKeys, RootCertStore};
use webpki::anchor_from_trusted_cert;

use crate::der::Extensions;
use crate::key::with_public_key;
use crate::pem;
use crate::trust::Verifier;

/// Why there is no configuration. Java knows the numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Problem {
    NoAnchor = 1,
    NoCertificate = 2,
    /// There is no `BEGIN PRIVATE KEY`.
    NoKey = 3,
    /// It is none of RSA with 2,048 bits or more, P-256, P-384 and Ed25519.
    UnusableKey = 4,
    KeyOfAnotherCertificate = 5,
    Defect = 6,
}

/// `anchors` are those of a PEM file, `identity` the PEM files of a chain of certificates and of its key.
pub fn create(
    anchors: Option<&[u8]>,
    built_in: bool,
    identity: Option<(&[u8], &[u8])>,
) -> Result<ClientConfig, Problem> {
    let mut roots = RootCertStore::empty();
    if built_in {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let from_file = anchors.map_or(Ok(Vec::new()), |file| trusted(file, &mut roots))?;
    if roots.is_empty() && from_file.is_empty() {
        return Err(Problem::NoAnchor);
    }

    let provider = Arc::new(default_provider());
    let verifier = Verifier::new(roots, from_file, provider.signature_verification_algorithms);
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|_| Problem::Defect)?
        .dangerous() // Which is what rustls calls any verifier that is not its own.
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = certificates(chain)?;
            let key = pem::private_key(key).ok_or(Problem::NoKey)?.map_err(|_| Problem::UnusableKey)?;
            let identity = certified(chain, key, &provider)?;
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity)))
        }
    };
    // No session outlives its connection: a handshake costs half a millisecond, and nothing has to be bounded.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The client certificate with its key, which has to be that of the first certificate.
fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivatePkcs8KeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Problem> {
    let problem = |error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Problem::KeyOfAnotherCertificate,
        Error::InvalidCertificate(_) => Problem::NoCertificate,
        _ => Problem::UnusableKey,
    };
    let completed = with_public_key(&key, &chain[0]);
    match CertifiedKey::from_der(chain.clone(), key.into(), provider).map_err(problem) {
        Err(Problem::UnusableKey) => match completed {
            Some(key) => {
                CertifiedKey::from_der(chain, key.into(), provider).map_err(|_| Problem::KeyOfAnotherCertificate)
            }
            None => Err(Problem::UnusableKey),
        },
        result => result,
    }
}

/// The certificates of a file that can be parsed, of which there has to be one; adds the authorities to the trust
/// anchors. One of a server must be trusted as that server only, whatever its key has signed.
fn trusted(file: &[u8], roots: &mut RootCertStore) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let mut parsed = Vec::new();
    for certificate in pem::certificates(file).filter_map(Result::ok) {
        let Ok(anchor) = anchor_from_trusted_cert(&certificate) else {
            continue;
        };
        if Extensions::of(&certificate).is_some_and(|extensions| extensions.may_issue()) {
            roots.roots.push(anchor.to_owned());
        }
        parsed.push(certificate);
    }
    if parsed.is_empty() {
        return Err(Problem::NoAnchor);
    }
    Ok(parsed)
}

/// All certificates of a file. One that cannot be parsed is an error, which otherwise only a server would see.
fn certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let chain: Vec<_> = pem::certificates(file).collect::<Result<_, _>>().map_err(|_| Problem::NoCertificate)?;
    if chain.is_empty() || chain.iter().any(|certificate| anchor_from_trusted_cert(certificate).is_err()) {
        return Err(Problem::NoCertificate);
    }
    Ok(chain)
}
