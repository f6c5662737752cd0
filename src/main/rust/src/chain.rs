//! What webpki is given of the certificates that a server sends.
//!
//! webpki tries each way from the server's certificate to a trust anchor that the names allow, and a server can send
//! certificates that allow a great many, each with signatures to check; nothing ends such a call before it is over. So
//! it is given one way, which the names and the identifiers of keys decide.

use std::fmt;

use rustls::pki_types::CertificateDer;
use rustls::RootCertStore;
use webpki::EndEntityCert;

use crate::der::Extensions;

/// As the JDK. With the server's own.
const MAX_CERTIFICATES: usize = 10;
const MAX_SIZE: usize = 32 * 1024;

/// Why no certificate of a server was looked at.
#[derive(Debug)]
pub struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the server sent more than {MAX_CERTIFICATES} certificates or {} KB of them", MAX_SIZE / 1024)
    }
}

impl std::error::Error for TooMuch {}

pub fn check_size(end_entity: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Result<(), TooMuch> {
    let size: usize = others.iter().map(|certificate| certificate.len()).sum();
    if others.len() >= MAX_CERTIFICATES || end_entity.len() + size > MAX_SIZE {
        return Err(TooMuch);
    }
    Ok(())
}

/// A certificate that a server sent besides its own, if it may issue others and may lead to a trust anchor.
struct Authority<'a> {
    der: &'a CertificateDer<'a>,
    certificate: EndEntityCert<'a>,
    extensions: Extensions<'a>,
}

impl<'a> Authority<'a> {
    fn of(der: &'a CertificateDer<'a>) -> Option<Authority<'a>> {
        let certificate = EndEntityCert::try_from(der).ok()?;
        let extensions = Extensions::of(der).filter(Extensions::may_issue)?;
        Some(Authority { der, certificate, extensions })
    }

    /// Whether a certificate says that another key than this authority's has signed it.
    fn is_other_key_than(&self, identifier: Option<&[u8]>) -> bool {
        matches!((self.extensions.key_identifier(), identifier), (Some(own), Some(wanted)) if own != wanted)
    }
}

/// The certificates from a server's own to a trust anchor, without both. Each is named like the issuer of the one
/// before. Of several such, one whose key may have signed that, and of these the nearest to a trust anchor is taken, or
/// the first. No two have the same name, and webpki takes at most six. A trust anchor's name does not end it: the anchor
/// may have got another key.
pub fn to_anchor<'a>(
    end_entity: &CertificateDer<'_>,
    others: &'a [CertificateDer<'a>],
    roots: &RootCertStore,
) -> Vec<CertificateDer<'a>> {
    let (Ok(certificate), Some(extensions)) = (EndEntityCert::try_from(end_entity), Extensions::of(end_entity)) else {
        return Vec::new();
    };
    let authorities = leading_to_anchors(others, roots);
    let mut path: Vec<&Authority> = Vec::new();
    let (mut issuer, mut key) = (certificate.issuer(), extensions.issuers_key_identifier());
    while !path.iter().any(|used| used.certificate.subject() == issuer) {
        let named = authorities.iter().filter(|authority| authority.certificate.subject() == issuer);
        let Some(next) = named.min_by_key(|authority| authority.is_other_key_than(key)) else {
            break;
        };
        path.push(next);
        (issuer, key) = (next.certificate.issuer(), next.extensions.issuers_key_identifier());
    }
    path.iter().map(|authority| authority.der.clone()).collect()
}

/// Those authorities from which names lead to a trust anchor, the nearest first.
fn leading_to_anchors<'a>(others: &'a [CertificateDer<'a>], roots: &RootCertStore) -> Vec<Authority<'a>> {
    let mut rest: Vec<_> = others.iter().filter_map(Authority::of).collect();
    let mut found: Vec<Authority> = Vec::new();
    loop {
        let (near, far): (Vec<_>, Vec<_>) = rest.into_iter().partition(|authority| {
            let issuer = authority.certificate.issuer();
            roots.roots.iter().any(|anchor| anchor.subject.as_ref() == issuer)
                || found.iter().any(|other| other.certificate.subject() == issuer)
        });
        if near.is_empty() {
            return found;
        }
        found.extend(near);
        rest = far;
    }
}
