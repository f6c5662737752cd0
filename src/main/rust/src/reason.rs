//! What users are told of a failure.

use rustls::{CertificateError, Error};

use crate::trust::is_authority;

pub fn of(error: &Error) -> String {
    match error {
        Error::AlertReceived(alert) => format!("received fatal alert: {}", snake_case(&format!("{alert:?}"))),
        Error::InvalidCertificate(_) if is_authority(error) => {
            "the server's certificate is that of an authority and not trusted".to_string()
        }
        Error::InvalidCertificate(cause) => certificate(cause),
        _ => error.to_string(),
    }
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
        CertificateError::NotValidForNameContext { expected, presented } => format!(
            "the server's certificate is not for {} but for {}",
            expected.to_str(),
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        _ => format!("invalid certificate of the server: {cause}"),
    }
}

/// The name in `DnsName("…")`.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

/// The name of an alert as RFC 8446 writes it, which is also how other TLS libraries show it.
fn snake_case(name: &str) -> String {
    let mut result = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            result.push('_');
        }
        after_lower = letter.is_ascii_lowercase();
        result.push(letter.to_ascii_lowercase());
    }
    result
}
