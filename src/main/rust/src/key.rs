//! Keys of client certificates.

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use webpki::EndEntityCert;

use crate::der::private_number;

/// PKCS #8 of an EC key with its public key, up to each of the two numbers (RFC 5915), and their lengths.
const P256: (&[u8], usize, &[u8], usize) = (
    b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
      \x04\x6d\x30\x6b\x02\x01\x01\x04\x20",
    32,
    b"\xa1\x44\x03\x42\x00",
    65,
);
const P384: (&[u8], usize, &[u8], usize) = (
    b"\x30\x81\xb6\x02\x01\x00\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\
      \x04\x81\x9e\x30\x81\x9b\x02\x01\x01\x04\x30",
    48,
    b"\xa1\x64\x03\x62\x00",
    97,
);

/// An EC key with the public key of a certificate. Files that Java and some others write lack it, and ring asks for it.
/// None if it is no key of a curve that the certificate's may be of; whether the two belong together, ring checks.
pub fn with_public_key(
    key: &PrivatePkcs8KeyDer<'_>,
    certificate: &CertificateDer<'_>,
) -> Option<PrivatePkcs8KeyDer<'static>> {
    let info = EndEntityCert::try_from(certificate).ok()?.subject_public_key_info();
    let private = private_number(key.secret_pkcs8_der())?;
    let (before_private, _, before_public, length) =
        [P256, P384].into_iter().find(|curve| curve.1 == private.len() && info.len() > curve.3)?;
    let public = &info[info.len() - length..];
    Some([before_private, private, before_public, public].concat().into())
}
