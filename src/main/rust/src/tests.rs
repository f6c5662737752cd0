//! Both ends of a connection in one process, the client's by the function that Java calls. Needs `openssl`.

use std::path::PathBuf;
use std::process::Command;

use rustls::server::WebPkiClientVerifier;
use rustls::{version, ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::*;

/// A folder with files that openssl makes; removed at the end.
struct Files(PathBuf);

impl Files {
    /// With a root.
    fn new(test: &str) -> Files {
        let folder = std::env::temp_dir().join(format!("cancel-upload-tls-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let files = Files(folder);
        files.openssl("req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=root -keyout root.key -out root.pem");
        files
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl").current_dir(&self.0).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// A certificate of the root for a host, and its key.
    fn issued(&self, host: &str) -> (Vec<u8>, Vec<u8>) {
        std::fs::write(self.0.join("names"), format!("subjectAltName=DNS:{host}")).unwrap();
        self.openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=any -keyout key -out csr");
        self.openssl("x509 -req -in csr -CA root.pem -CAkey root.key -days 9 -extfile names -out certificate");
        (self.read("certificate"), self.read("key"))
    }

    /// A server that wants to see a certificate of the root, if it wants any.
    fn server(&self, host: &str, version: &'static SupportedProtocolVersion, wants: bool) -> ServerConfig {
        let (chain, key) = self.issued(host);
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&self.read("root.pem")).unwrap()).unwrap();
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build().unwrap();
        let verifier = if wants { verifier } else { WebPkiClientVerifier::no_client_auth() };
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
        let chain = vec![CertificateDer::from_pem_slice(&chain).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
        builder.with_client_cert_verifier(verifier).with_single_cert(chain, key).unwrap()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// As Java calls it. A negative result is an error, with the text in the target.
fn call(o: Operation, subject: isize, a: Option<&[u8]>, b: Option<&[u8]>, target: &mut [u8]) -> Result<isize, String> {
    let start = |input: Option<&[u8]>| input.map_or(std::ptr::null(), <[u8]>::as_ptr);
    let length = |input: Option<&[u8]>| input.map_or(-1, |bytes| bytes.len() as isize);
    let (to, room) = (target.as_mut_ptr(), target.len() as isize);
    let result = unsafe { cancel_upload_tls(o, subject, start(a), length(a), start(b), length(b), to, room) };
    let text = String::from_utf8_lossy(target);
    (result >= 0).then_some(result).ok_or_else(|| format!("{result} {}", text.trim_matches('\0')))
}

fn configure(anchors: Option<&[u8]>, identity: Option<(&[u8], &[u8])>) -> Result<isize, String> {
    let files = identity.map(|(chain, key)| [chain, b"\0", key].concat());
    call(Operation::Configure, anchors.is_none() as isize, anchors, files.as_deref(), &mut [0; 256])
}

/// A handshake and an echo of "hello", up to the server's close_notify: what the client read, or why not.
fn echo(config: isize, host: &str, server: ServerConfig) -> String {
    let session = call(Operation::Open, config, Some(host.as_bytes()), None, &mut [0; 256]).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    call(Operation::Write, session, Some(b"hello"), None, &mut [0; 256]).unwrap();
    let (mut text, mut received) = (String::new(), Vec::new());
    let result = loop {
        // Little room, as if there was much to send.
        let mut sent = [0; 100];
        let count = call(Operation::Send, session, None, None, &mut sent).unwrap() as usize;
        server.read_tls(&mut &sent[..count]).unwrap();
        let _ = server.process_new_packets();
        let mut request = [0; 9];
        if let Ok(count) = server.reader().read(&mut request) {
            server.writer().write_all(&request[..count]).unwrap();
            server.send_close_notify();
        }
        while server.wants_write() {
            server.write_tls(&mut received).unwrap();
        }
        match call(Operation::Receive, session, Some(&received), None, &mut [0; 256]) {
            Ok(count) => drop(received.drain(..count as usize)),
            Err(reason) => break reason,
        }
        let mut part = [0; 3];
        match call(Operation::Read, session, None, None, &mut part) {
            Ok(count) => text += std::str::from_utf8(&part[..count as usize]).unwrap(),
            Err(_) => break text, // Closed, since otherwise this would go on for ever.
        }
    };
    call(Operation::Close, session, None, None, &mut []).unwrap();
    result
}

#[test]
fn what_is_sent_comes_back_from_a_trusted_server() {
    let files = Files::new("trusted");
    let config = configure(Some(&files.read("root.pem")), None).unwrap();
    for version in [&version::TLS12, &version::TLS13] {
        for host in ["localhost", "litellm_proxy.internal"] {
            assert_eq!(echo(config, host, files.server(host, version, false)), "hello");
        }
    }
    let server = || files.server("localhost", &version::TLS13, false);
    assert!(echo(config, "other.example", server()).contains("certificate not valid for name"));
    let unknown = echo(configure(None, None).unwrap(), "localhost", server());
    assert_eq!(unknown, "-2 invalid peer certificate: UnknownIssuer");
}

#[test]
fn a_server_that_asks_who_is_calling_sees_the_client_certificate() {
    let files = Files::new("client");
    let root = files.read("root.pem");
    let server = || files.server("localhost", &version::TLS13, true);
    let (chain, key) = files.issued("client");
    assert_eq!(echo(configure(Some(&root), Some((&chain, &key))).unwrap(), "localhost", server()), "hello");
    let reason = echo(configure(Some(&root), None).unwrap(), "localhost", server());
    assert!(reason.to_lowercase().contains("certificate"), "{reason}");
}

#[test]
fn a_file_that_is_not_what_it_has_to_be_has_its_code() {
    let files = Files::new("unusable");
    let ((chain, key), (_, other)) = (files.issued("client"), files.issued("client"));
    let code = |result: Result<isize, String>| result.unwrap_err()[..2].to_string();
    for text in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let text = text.as_bytes();
        assert_eq!(code(configure(Some(text), None)), "-3");
        assert_eq!(code(configure(None, Some((text, &key)))), "-4");
        assert_eq!(code(configure(None, Some((&chain, text)))), "-5");
    }
    assert_eq!(configure(None, Some((&chain, &other))).unwrap_err(), "-5 keys may not be consistent: KeyMismatch");
}

#[test]
fn hashes_are_those_of_their_specifications_and_a_panic_is_a_failure() {
    let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
    let mut hash = [0; 32];
    call(Operation::Sha256, 0, Some(b"abc"), None, &mut hash).unwrap();
    assert!(hex(hash).starts_with("ba7816bf8f01cfea414140de5dae2223")); // FIPS 180-2, B.1
    call(Operation::HmacSha256, 0, Some(b"Jefe"), Some(b"what do ya want for nothing?"), &mut hash).unwrap();
    assert!(hex(hash).starts_with("5bdcc146bf60754e6a042426089575c7")); // RFC 4231, 4.3
    let panic = call(Operation::Sha256, 0, None, None, &mut [0; 256]);
    assert_eq!(panic, Err("-2 the TLS library failed".to_string()));
}
