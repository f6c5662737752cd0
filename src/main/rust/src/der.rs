//! What webpki does not tell of a certificate: a walk through its DER (RFC 5280).

const SEQUENCE: u8 = 0x30;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
/// `[0]` and `[3]` of a certificate, and `[0]` of an authority's key identifier.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const KEY_IDENTIFIER: u8 = 0x80;

const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

const SERVER_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
/// In the first byte of a key usage.
const KEY_CERT_SIGN: u8 = 0x04;

/// Each with its identifier.
pub struct Extensions<'a> {
    version_1: bool,
    all: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Extensions<'a> {
    /// None if they cannot be read.
    pub fn of(certificate: &'a [u8]) -> Option<Extensions<'a>> {
        let mut tbs = value(SEQUENCE, &mut value(SEQUENCE, &mut &*certificate)?)?;
        let version_1 = value(VERSION, &mut tbs).is_none();
        value(INTEGER, &mut tbs)?; // Its serial number.
        for _algorithm_issuer_validity_subject_key in 0..5 {
            value(SEQUENCE, &mut tbs)?;
        }
        let mut all = Vec::new();
        if !tbs.is_empty() {
            let mut list = value(SEQUENCE, &mut value(EXTENSIONS, &mut tbs)?)?;
            while !list.is_empty() {
                let mut extension = value(SEQUENCE, &mut list)?;
                let identifier = value(OID, &mut extension)?;
                value(BOOLEAN, &mut extension); // Whether it is critical, if that is there.
                all.push((identifier, value(OCTET_STRING, &mut extension)?));
            }
        }
        Some(Extensions { version_1, all })
    }

    fn get(&self, identifier: &[u8]) -> Option<&'a [u8]> {
        self.all.iter().find(|extension| extension.0 == identifier).map(|extension| extension.1)
    }

    /// Whether it is the certificate of an authority, as the JDK decides: one of version 1 cannot say that it is none.
    pub fn may_issue(&self) -> bool {
        self.version_1 || self.is_authority() && self.may_sign_certificates()
    }

    fn is_authority(&self) -> bool {
        self.get(BASIC_CONSTRAINTS).is_some_and(|mut constraints| {
            value(SEQUENCE, &mut constraints).and_then(|mut fields| value(BOOLEAN, &mut fields)) == Some(&[0xff])
        })
    }

    fn may_sign_certificates(&self) -> bool {
        self.get(KEY_USAGE).map_or(
            true,
            |mut usage| matches!(value(BIT_STRING, &mut usage), Some([_, first, ..]) if first & KEY_CERT_SIGN != 0),
        )
    }

    /// Whether its extended key usage, if it has one, is that of a server.
    pub fn is_for_servers(&self) -> bool {
        self.get(EXTENDED_KEY_USAGE).map_or(true, |mut usage| {
            let mut purposes = value(SEQUENCE, &mut usage).unwrap_or_default();
            std::iter::from_fn(|| value(OID, &mut purposes)).any(|purpose| purpose == SERVER_AUTH)
        })
    }

    pub fn key_identifier(&self) -> Option<&'a [u8]> {
        value(OCTET_STRING, &mut self.get(SUBJECT_KEY_IDENTIFIER)?)
    }

    /// That of the key that has signed it.
    pub fn issuers_key_identifier(&self) -> Option<&'a [u8]> {
        value(KEY_IDENTIFIER, &mut value(SEQUENCE, &mut self.get(AUTHORITY_KEY_IDENTIFIER)?)?)
    }
}

/// The private number of an EC key in PKCS #8.
pub fn private_number(pkcs8: &[u8]) -> Option<&[u8]> {
    let mut info = value(SEQUENCE, &mut &*pkcs8)?;
    value(INTEGER, &mut info)?;
    value(SEQUENCE, &mut info)?;
    let mut key = value(SEQUENCE, &mut value(OCTET_STRING, &mut info)?)?;
    value(INTEGER, &mut key)?;
    value(OCTET_STRING, &mut key)
}

/// Takes the first element's value; nothing if that has another tag or more than 64 KB.
fn value<'a>(tag: u8, from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = match *from.strip_prefix(&[tag])? {
        [0x81, length, ref rest @ ..] => (usize::from(length), rest),
        [0x82, high, low, ref rest @ ..] => (usize::from(u16::from_be_bytes([high, low])), rest),
        [length, ref rest @ ..] if length < 0x80 => (usize::from(length), rest),
        _ => return None,
    };
    let value = rest.get(..length)?;
    *from = &rest[length..];
    Some(value)
}
