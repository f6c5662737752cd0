//! TLS and SHA-256 for the native executable, behind the one C function that `dev.cancelupload.tls.RustLibrary` calls.
//!
//! rustls decides, Java reads and writes the sockets, and this moves the bytes between them. A panic, which would be a
//! defect, becomes an error and never ends the process.

#[cfg(test)]
mod tests;

use std::io::{Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use ring::{digest, hmac};
use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, Error, RootCertStore};

/// What is to be done, with a subject, two inputs and a target. Java has the same, in the same order:
/// `RustLibrary.Operation`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// Creates a configuration, which lives as long as the process. `first` is a PEM file of trust anchors, `second` the
    /// PEM file of a client certificate, with its chain, then a zero and the PEM file of its key; each may be missing. The
    /// built-in trust anchors are trusted if the subject is 1. Returns a handle.
    Configure,
    /// Starts a session, which is the client side of a connection, to the name or address that is `first`. The subject is
    /// the handle of a configuration, and for the next the one that this returns.
    Open,
    /// Whether the handshake is not over: 1 or 0.
    IsHandshaking,
    /// Takes what was received, `first`. Returns how much of it: not all if there is plaintext to read first.
    Receive,
    /// Reads plaintext into the target. Returns the number of bytes, 0 if there are none now, or `Code::Closed`.
    Read,
    /// Encrypts all of `first`.
    Write,
    /// Hands over what is to be sent, as much as fits into the target. Returns the number of bytes, 0 if there are none.
    Send,
    /// Frees a session, which must not be used again.
    Close,
    /// SHA-256 of `first`, into the 32 bytes of the target.
    Sha256,
    /// HMAC with SHA-256 and the key `first` of `second`, into the 32 bytes of the target.
    HmacSha256,
}

/// What is returned in place of a handle or a number of bytes. Java has the same: `RustLibrary.Code`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    /// The server has closed the connection by close_notify.
    Closed = -1,
    /// Here and below the target has the reason, and a zero after it.
    Failed = -2,
    TrustAnchorsUnusable = -3,
    CertificateUnusable = -4,
    KeyUnusable = -5,
}

type Failure = (Code, String);

fn failure<E: ToString>(code: Code) -> impl Fn(E) -> Failure {
    move |error| (code, error.to_string())
}

/// Performs an operation.
///
/// # Safety
/// Each pointer has to be null or that of as many bytes as the length after it says, which below zero says that there is
/// none; the subject has to be as `Operation` says, and a session used by one thread at a time.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls(
    operation: Operation,
    subject: isize,
    first: *const u8,
    first_length: isize,
    second: *const u8,
    second_length: isize,
    target: *mut u8,
    target_length: isize,
) -> isize {
    let target = match target.is_null() {
        true => &mut [],
        false => std::slice::from_raw_parts_mut(target, target_length as usize),
    };
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        perform(operation, subject, optional(first, first_length), optional(second, second_length), target)
    }));
    result.unwrap_or_else(|_| Err(failure(Code::Failed)("the TLS library failed"))).unwrap_or_else(|(code, text)| {
        let length = text.len().min(target.len().saturating_sub(1));
        target[..length].copy_from_slice(&text.as_bytes()[..length]);
        target[length..].fill(0);
        code as isize
    })
}

unsafe fn optional<'a>(start: *const u8, length: isize) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok()?;
    Some(if start.is_null() { &[] } else { std::slice::from_raw_parts(start, length) })
}

unsafe fn perform(
    operation: Operation,
    subject: isize,
    first: Option<&[u8]>,
    second: Option<&[u8]>,
    target: &mut [u8],
) -> Result<isize, Failure> {
    let failed = |error: std::io::Error| failure(Code::Failed)(error);
    let session = subject as *mut ClientConnection;
    let input = first.unwrap_or_default();
    match operation {
        Operation::Configure => {
            // A panic writes nothing to stderr.
            #[cfg(not(test))]
            panic::set_hook(Box::new(|_| {}));
            let config = configuration(first, subject == 1, second)?;
            return Ok(Arc::into_raw(Arc::new(config)) as isize);
        }
        Operation::Open => {
            let config = subject as *const ClientConfig;
            let host = String::from_utf8_lossy(input).into_owned();
            let name = ServerName::try_from(host).map_err(failure(Code::Failed))?;
            Arc::increment_strong_count(config);
            let session = ClientConnection::new(Arc::from_raw(config), name).map_err(failure(Code::Failed))?;
            return Ok(Box::into_raw(Box::new(session)) as isize);
        }
        Operation::IsHandshaking => return Ok((*session).is_handshaking() as isize),
        Operation::Receive => {
            let mut rest = input;
            while !rest.is_empty() && (*session).wants_read() {
                (*session).read_tls(&mut rest).map_err(failed)?;
                (*session).process_new_packets().map_err(failure(Code::Failed))?;
            }
            return Ok((input.len() - rest.len()) as isize);
        }
        Operation::Read => {
            return Ok(match (*session).reader().read(target) {
                Ok(0) => Code::Closed as isize,
                Ok(count) => count as isize,
                Err(_) => 0, // It would have to wait.
            });
        }
        Operation::Write => {
            (*session).set_buffer_limit(None);
            (*session).writer().write_all(input).map_err(failed)?;
        }
        Operation::Send => {
            let mut room = &mut target[..];
            while (*session).wants_write() && !room.is_empty() {
                (*session).write_tls(&mut room).map_err(failed)?;
            }
            let left = room.len();
            return Ok((target.len() - left) as isize);
        }
        Operation::Close => drop(Box::from_raw(session)),
        Operation::Sha256 => target.copy_from_slice(digest::digest(&digest::SHA256, input).as_ref()),
        Operation::HmacSha256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, input);
            target.copy_from_slice(hmac::sign(&key, second.unwrap_or_default()).as_ref());
        }
    }
    Ok(0)
}

fn configuration(anchors: Option<&[u8]>, built_in: bool, identity: Option<&[u8]>) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = anchors {
        // A bundle may have certificates that are none to webpki; the others are good all the same.
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(file).filter_map(Result::ok));
        if roots.is_empty() {
            return Err(failure(Code::TrustAnchorsUnusable)("there is no certificate in it"));
        }
    }
    if built_in {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failure(Code::Failed))?
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(files) => {
            let (chain, key) = files.split_at(files.iter().position(|byte| *byte == 0).unwrap_or(files.len()));
            let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
            let chain = chain.map_err(failure(Code::CertificateUnusable))?;
            if chain.is_empty() {
                return Err(failure(Code::CertificateUnusable)("there is no certificate in it"));
            }
            let key =
                PrivateKeyDer::from_pem_slice(key.get(1..).unwrap_or_default()).map_err(failure(Code::KeyUnusable))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| match error {
                Error::InvalidCertificate(_) => failure(Code::CertificateUnusable)(error),
                _ => failure(Code::KeyUnusable)(error),
            })?
        }
    };
    // No session outlives its connection: a handshake costs half a millisecond, and nothing has to be bounded.
    config.resumption = Resumption::disabled();
    Ok(config)
}
