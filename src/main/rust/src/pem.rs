//! PEM files as people make them.

use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const BEGIN: &[u8] = b"-----BEGIN ";

/// The certificates of a file, or why one cannot be decoded.
pub fn certificates(file: &[u8]) -> impl Iterator<Item = Result<CertificateDer<'static>, Error>> + '_ {
    // A line without all of its hyphens is an error and no other kind of block.
    blocks(file, b"-----BEGIN CERTIFICATE-").map(CertificateDer::from_pem_slice)
}

/// The first private key of a file; none without any.
pub fn private_key(file: &[u8]) -> Option<Result<PrivatePkcs8KeyDer<'static>, Error>> {
    blocks(file, b"-----BEGIN PRIVATE KEY-").next().map(PrivatePkcs8KeyDer::from_pem_slice)
}

/// Each block from a line that begins like this one to the next line that begins any block: so one that lacks its end
/// takes nothing of its neighbour.
fn blocks<'a>(file: &'a [u8], first_line: &'static [u8]) -> impl Iterator<Item = &'a [u8]> + 'a {
    let mut rest = next_block(file);
    std::iter::from_fn(move || {
        let start = rest?;
        rest = next_block(&start[BEGIN.len()..]);
        Some(&start[..start.len() - rest.map_or(0, <[u8]>::len)])
    })
    .filter(move |block| block.starts_with(first_line))
}

/// The text from the first line that begins a block.
fn next_block(text: &[u8]) -> Option<&[u8]> {
    let line_ends = text.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r'));
    std::iter::once(0)
        .chain(line_ends.map(|(index, _)| index + 1))
        .map(|start| text[start..].strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text[start..]))
        .find(|line| line.starts_with(BEGIN))
}
