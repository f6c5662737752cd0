//! TLS and SHA-256 for the native executable, as C functions that `dev.cancelupload.crypto.NativeCrypto` declares.
//!
//! Nothing here reads, writes or waits: Java passes on the bytes of whole TLS records. A panic, which would be a
//! defect, becomes an error and never ends the process.

mod chain;
mod config;
mod der;
mod key;
mod pem;
mod reason;
mod session;
mod signatures;
#[cfg(test)]
mod tests;
mod trust;

use std::ffi::c_int;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use config::Problem;
use ring::{digest, hmac};
use rustls::ClientConfig;
use session::{Received, Session};

/// Results of `cancel_upload_tls_receive` in place of a number of bytes.
const CLOSED: isize = -1;
const FAILED: isize = -2;

/// Bits of `cancel_upload_tls_state`.
const HANDSHAKING: c_int = 1;
const TLS_1_3: c_int = 2;

/// Runs a call from Java; a panic becomes `on_panic`, without the default hook's text on stderr.
fn guarded<T>(on_panic: T, call: impl FnOnce() -> T) -> T {
    #[cfg(not(test))]
    static QUIET: std::sync::Once = std::sync::Once::new();
    #[cfg(not(test))]
    QUIET.call_once(|| panic::set_hook(Box::new(|_| {})));
    panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or(on_panic)
}

/// # Safety
/// `start` has to be null, or `length` bytes must be readable there for as long as the result lives.
unsafe fn bytes<'a>(start: *const u8, length: usize) -> &'a [u8] {
    if start.is_null() {
        &[]
    } else {
        std::slice::from_raw_parts(start, length)
    }
}

/// None if the length is negative, which is not the same as an empty text.
///
/// # Safety
/// As for `bytes`.
unsafe fn optional<'a>(start: *const u8, length: isize) -> Option<&'a [u8]> {
    usize::try_from(length).ok().map(|length| bytes(start, length))
}

/// # Safety
/// `start` has to be null, or `length` bytes must be writable there, by nobody else, for as long as the result lives.
unsafe fn bytes_mut<'a>(start: *mut u8, length: usize) -> &'a mut [u8] {
    if start.is_null() {
        &mut []
    } else {
        std::slice::from_raw_parts_mut(start, length)
    }
}

/// Creates a configuration, which lives as long as the process.
///
/// `anchors` is the text of a PEM file, with a negative length for the built-in trust anchors alone; `chain` and `key`
/// are those of the client certificate, with negative lengths for none. Returns null if `problem` says that one of them
/// cannot be used.
///
/// # Safety
/// Each pointer has to be null or that of as many bytes as its length says; `problem` has to be that of one number.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_config(
    anchors: *const u8,
    anchors_length: isize,
    built_in: c_int,
    chain: *const u8,
    chain_length: isize,
    key: *const u8,
    key_length: isize,
    problem: *mut c_int,
) -> *const ClientConfig {
    let result = guarded(Err(Problem::Defect), || {
        let (chain, key) = (optional(chain, chain_length), optional(key, key_length));
        // One without the other is a client certificate too, of which a file is empty.
        let identity = chain.or(key).map(|_| (chain.unwrap_or_default(), key.unwrap_or_default()));
        config::create(optional(anchors, anchors_length), built_in != 0, identity)
    });
    match result {
        Ok(config) => Arc::into_raw(Arc::new(config)),
        Err(cause) => {
            *problem = cause as c_int;
            std::ptr::null()
        }
    }
}

/// Starts the client side of a connection to a host name or address literal; null if `host` is neither.
///
/// # Safety
/// `config` has to be one of `cancel_upload_tls_config`, and `host` that of `host_length` bytes.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_open(
    config: *const ClientConfig,
    host: *const u8,
    host_length: usize,
) -> *mut Session {
    guarded(std::ptr::null_mut(), || {
        Arc::increment_strong_count(config);
        match Session::new(Arc::from_raw(config), bytes(host, host_length)) {
            Some(session) => Box::into_raw(Box::new(session)),
            None => std::ptr::null_mut(),
        }
    })
}

/// Decrypts one complete record. Returns the number of bytes of plaintext, 0 if the record has none, or `CLOSED`
/// or `FAILED`.
///
/// # Safety
/// `session` has to be an open one, and used by this thread only; each other pointer that of as many bytes as its
/// length says.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_receive(
    session: *mut Session,
    record: *const u8,
    record_length: usize,
    plaintext: *mut u8,
    plaintext_length: usize,
) -> isize {
    guarded(FAILED, || match (*session).receive(bytes(record, record_length), bytes_mut(plaintext, plaintext_length)) {
        Received::Plaintext(length) => length as isize,
        Received::Closed => CLOSED,
        Received::Failed => FAILED,
    })
}

/// Encrypts plaintext, and returns how many bytes there are to send: those, and the handshake's. -1 if that failed.
///
/// # Safety
/// As for `cancel_upload_tls_receive`.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_send(session: *mut Session, plaintext: *const u8, length: usize) -> isize {
    guarded(-1, || match (*session).send(bytes(plaintext, length)) {
        Some(pending) => pending as isize,
        None => -1,
    })
}

/// Moves what is to be sent, all of which has to fit.
///
/// # Safety
/// As for `cancel_upload_tls_receive`.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_take(session: *mut Session, target: *mut u8, length: usize) {
    guarded((), || (*session).take(bytes_mut(target, length)))
}

/// The sum of `HANDSHAKING`, while the handshake is not over or something is to be sent, and `TLS_1_3`.
///
/// # Safety
/// As for `cancel_upload_tls_receive`.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_state(session: *mut Session) -> c_int {
    guarded(0, || {
        let session = &*session;
        let handshaking = if session.is_handshaking() { HANDSHAKING } else { 0 };
        let version = if session.is_tls_1_3() { TLS_1_3 } else { 0 };
        handshaking | version
    })
}

/// Whether anything is to be sent.
///
/// # Safety
/// As for `cancel_upload_tls_receive`.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_wants_to_send(session: *mut Session) -> c_int {
    guarded(0, || (*session).wants_to_send() as c_int)
}

/// Copies the reason of the last failure, as much as fits; returns its length there.
///
/// # Safety
/// As for `cancel_upload_tls_receive`.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_reason(session: *mut Session, target: *mut u8, length: usize) -> usize {
    guarded(0, || {
        let reason = (*session).reason().as_bytes();
        let copied = reason.len().min(length);
        bytes_mut(target, copied).copy_from_slice(&reason[..copied]);
        copied
    })
}

/// Frees a session.
///
/// # Safety
/// `session` has to be an open one; it must not be used again.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_tls_close(session: *mut Session) {
    guarded((), || drop(Box::from_raw(session)))
}

/// The number of sessions that are open.
#[no_mangle]
pub extern "C" fn cancel_upload_tls_sessions() -> usize {
    session::open()
}

/// SHA-256 of a text, as 32 bytes.
///
/// # Safety
/// `text` has to be that of `length` bytes, and `target` that of 32.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_sha256(text: *const u8, length: usize, target: *mut u8) {
    guarded((), || bytes_mut(target, 32).copy_from_slice(digest::digest(&digest::SHA256, bytes(text, length)).as_ref()))
}

/// HMAC with SHA-256 of a text, as 32 bytes.
///
/// # Safety
/// `key` and `text` have to be those of as many bytes as their lengths say, and `target` that of 32.
#[no_mangle]
pub unsafe extern "C" fn cancel_upload_hmac_sha256(
    key: *const u8,
    key_length: usize,
    text: *const u8,
    length: usize,
    target: *mut u8,
) {
    guarded((), || {
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes(key, key_length));
        bytes_mut(target, 32).copy_from_slice(hmac::sign(&key, bytes(text, length)).as_ref())
    })
}
