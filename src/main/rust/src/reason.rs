//! What users are told of a failure.

use std::error::Error as AnyError;
use std::fmt::Debug;

use rustls::{AlertDescription, CertificateError, Error};

use crate::chain::TooMuch;

/// Of a certificate that is not trusted.
const MAX_NAMES: usize = 5;
/// Of a text with such names, in bytes. Java cuts one that is longer.
const MAX_LENGTH: usize = 200;
const AND_OTHERS: &str = " and others";

pub fn of(error: &Error) -> String {
    match error {
        Error::AlertReceived(AlertDescription::Unknown(number)) => format!("received fatal alert: {number}"),
        Error::AlertReceived(alert) => format!("received fatal alert: {}", words(alert, '_')),
        Error::InvalidCertificate(cause) => certificate(cause),
        Error::NoCertificatesPresented => "the server has no certificate".to_string(),
        Error::PeerIncompatible(cause) => {
            format!("the server's TLS is not one that is supported: {}", words(cause, ' '))
        }
        Error::PeerMisbehaved(cause) => format!("the server violates the protocol: {}", words(cause, ' ')),
        Error::InvalidMessage(cause) => format!("the server sent an invalid message: {}", words(cause, ' ')),
        Error::InappropriateMessage { got_type, .. } => unexpected(got_type),
        Error::InappropriateHandshakeMessage { got_type, .. } => unexpected(got_type),
        Error::DecryptError => "a record of the server cannot be decrypted".to_string(),
        Error::PeerSentOversizedRecord => "a record is too large".to_string(),
        _ => format!("the TLS library failed: {}", words(error, ' ')),
    }
}

fn unexpected(message: &dyn Debug) -> String {
    format!("the server sent a message that does not belong there: {}", words(message, ' '))
}

fn certificate(cause: &CertificateError) -> String {
    match cause {
        CertificateError::UnknownIssuer => "the server's certificate is not from a trusted authority".to_string(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "a certificate of the server has expired".to_string()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "a certificate of the server is not valid yet".to_string()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let start = format!("the server's certificate is not for {} but for ", expected.to_str());
            let names = names(presented, MAX_LENGTH.saturating_sub(start.len()));
            start + &names
        }
        CertificateError::BadEncoding => "a certificate of the server cannot be read".to_string(),
        // Also that of the handshake.
        CertificateError::BadSignature => "a signature of the server or of its certificates is wrong".to_string(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "a certificate of the server has a key or signature of an algorithm that is not supported".to_string()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "a certificate of the server is not for servers".to_string()
        }
        CertificateError::Other(cause) => other(&*cause.0),
        _ => refused(cause),
    }
}

fn other(cause: &(dyn AnyError + Send + Sync + 'static)) -> String {
    match (cause.downcast_ref::<webpki::Error>(), cause.downcast_ref::<TooMuch>()) {
        (Some(webpki::Error::CaUsedAsEndEntity), _) => {
            "the server's certificate is that of an authority and not trusted".to_string()
        }
        (Some(webpki::Error::UnsupportedCertVersion), _) => {
            "a certificate of the server is not of X.509 version 3".to_string()
        }
        (_, Some(too_much)) => too_much.to_string(),
        _ => refused(cause),
    }
}

fn refused(cause: &(impl Debug + ?Sized)) -> String {
    format!("a certificate of the server is refused: {}", words(cause, ' '))
}

/// Some names of a certificate, each as a whole: half a secret, which a name can be, would not be recognized as one.
fn names(presented: &[String], max_length: usize) -> String {
    let mut quoted = Vec::new();
    let mut length = AND_OTHERS.len();
    for name in presented.iter().filter_map(|name| bare(name)) {
        length += name.len() + ", ".len();
        if quoted.len() == MAX_NAMES || length > max_length {
            break;
        }
        quoted.push(name);
    }
    match (quoted.len(), presented.len()) {
        (0, 0) => "no host".to_string(),
        (0, _) => "others".to_string(),
        (some, all) if some == all => quoted.join(", "),
        _ => quoted.join(", ") + AND_OTHERS,
    }
}

/// The host in `DnsName("…")` or `IpAddress(…)`, if it can be one.
fn bare(name: &str) -> Option<&str> {
    let name = match name.strip_prefix("DnsName(\"") {
        Some(rest) => rest.strip_suffix("\")"),
        None => name.strip_prefix("IpAddress(")?.strip_suffix(')'),
    };
    name.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
}

/// The name of a variant without what it contains: `TooManyOfThem("x")` as `too many of them`. With `_` it is the name
/// of an alert as RFC 8446 writes it, which is also how other TLS libraries show it.
fn words(value: &(impl Debug + ?Sized), between: char) -> String {
    let text = format!("{value:?}");
    let name = text.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut result = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            result.push(between);
        }
        after_lower = !letter.is_ascii_uppercase();
        result.push(letter.to_ascii_lowercase());
    }
    result
}
