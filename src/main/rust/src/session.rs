//! One TLS connection, without its input and output.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion};

use crate::reason;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// The number of sessions that are open.
pub fn open() -> usize {
    OPEN.load(Ordering::Relaxed)
}

pub struct Session {
    connection: ClientConnection,
    /// Encrypted, and not yet taken.
    outgoing: Vec<u8>,
    reason: String,
}

pub enum Received {
    Plaintext(usize),
    /// By close_notify.
    Closed,
    Failed,
}

impl Session {
    pub fn new(config: Arc<ClientConfig>, host: &[u8]) -> Option<Session> {
        let host = ServerName::try_from(std::str::from_utf8(host).ok()?).ok()?.to_owned();
        let connection = ClientConnection::new(config, host).ok()?;
        OPEN.fetch_add(1, Ordering::Relaxed);
        let mut session = Session { connection, outgoing: Vec::new(), reason: String::new() };
        session.collect();
        Some(session)
    }

    /// Processes one complete record. The plaintext of one is all that is ever buffered.
    pub fn receive(&mut self, record: &[u8], plaintext: &mut [u8]) -> Received {
        // Overwritten unless there is a panic.
        self.reason = "the TLS library failed".to_string();
        let mut rest = record;
        while !rest.is_empty() {
            match self.connection.read_tls(&mut rest) {
                Ok(0) => return Received::Closed,
                Ok(_) => {}
                // The only one that there can be.
                Err(_) => return self.failed("a message of the handshake is too large".to_string()),
            }
        }
        let result = self.connection.process_new_packets();
        // After a failure this is the alert.
        self.collect();
        let state = match result {
            Ok(state) => state,
            Err(error) => return self.failed(reason::of(&error)),
        };
        let length = state.plaintext_bytes_to_read();
        if length == 0 {
            return if state.peer_has_closed() { Received::Closed } else { Received::Plaintext(0) };
        }
        match plaintext.get_mut(..length).map(|target| self.connection.reader().read_exact(target)) {
            Some(Ok(())) => Received::Plaintext(length),
            _ => self.failed("a record is too large".to_string()),
        }
    }

    fn failed(&mut self, reason: String) -> Received {
        self.reason = reason;
        Received::Failed
    }

    /// Encrypts plaintext, at most that of one record, and returns how many bytes there are to send.
    pub fn send(&mut self, plaintext: &[u8]) -> Option<usize> {
        if !plaintext.is_empty() {
            self.reason = "the TLS library failed".to_string();
            match self.connection.writer().write_all(plaintext) {
                Ok(()) => self.collect(),
                Err(_) => {
                    self.reason = "the connection has failed before".to_string();
                    return None;
                }
            }
        }
        Some(self.outgoing.len())
    }

    fn collect(&mut self) {
        while self.connection.wants_write() && self.connection.write_tls(&mut self.outgoing).is_ok() {}
    }

    /// Moves all that is to be sent; `target` has as many bytes as `send` said.
    pub fn take(&mut self, target: &mut [u8]) {
        target.copy_from_slice(&self.outgoing);
        self.outgoing = Vec::new();
    }

    /// Whether the handshake is not over, or something is to be sent.
    pub fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking() || self.wants_to_send()
    }

    pub fn wants_to_send(&self) -> bool {
        !self.outgoing.is_empty()
    }

    pub fn is_tls_1_3(&self) -> bool {
        self.connection.protocol_version() == Some(ProtocolVersion::TLSv1_3)
    }

    /// Of the last failure.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}
