//! Both ends of a connection in one process, the client's by the functions that Java calls. Needs `openssl`.

use std::cell::Cell;
use std::ffi::c_int;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, PrivateKeyDer, ServerName, SignatureVerificationAlgorithm,
    UnixTime,
};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    version, AlertDescription, CertificateError, ContentType, Error, InvalidMessage, OtherError, PeerIncompatible,
    PeerMisbehaved, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
};

use super::*;
use crate::trust::Verifier;

const ROOM: usize = 1 << 14;

/// A folder with files that openssl makes; removed at the end. Tests that count sessions run one after the other.
struct Files {
    folder: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Files {
    fn new() -> Files {
        static ONE: Mutex<()> = Mutex::new(());
        let alone = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let folder = std::env::temp_dir().join(format!("cancel-upload-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Files { folder, _alone: alone }
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl").current_dir(&self.folder).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// As OpenSSL makes it by default: self-signed, and an authority.
    fn self_signed(&self, name: &str, host: &str, key: &str) -> (Vec<u8>, Vec<u8>) {
        self.openssl(&format!(
            "req -x509 -newkey {key} -nodes -days 30 -subj /CN={name} -addext subjectAltName=DNS:{host} \
             -keyout {name}.key -out {name}.pem"
        ));
        (self.read(&format!("{name}.pem")), self.read(&format!("{name}.key")))
    }

    /// A chain of one certificate that the one of a name has signed.
    fn signed(&self, name: &str, host: &str, authority: &str) -> (Vec<u8>, Vec<u8>) {
        self.issued(name, name, authority, &format!("subjectAltName=DNS:{host}"))
    }

    /// The same with a subject and with lines of extensions. Its key is the one that the name has, if it has one.
    fn issued(&self, name: &str, subject: &str, authority: &str, extensions: &str) -> (Vec<u8>, Vec<u8>) {
        let key = self.folder.join(format!("{name}.key"));
        if !key.exists() {
            self.openssl(&format!("genpkey -algorithm {} -out {name}.key", EC.replace("ec ", "EC ")));
        }
        self.openssl(&format!("req -new -key {name}.key -subj /CN={subject} -out {name}.csr"));
        std::fs::write(self.folder.join("extensions"), extensions).unwrap();
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA {authority}.pem -CAkey {authority}.key -CAcreateserial -days 30 \
             -extfile extensions -out {name}.pem"
        ));
        (self.read(&format!("{name}.pem")), self.read(&format!("{name}.key")))
    }

    /// The certificate of an authority.
    fn authority(&self, name: &str, subject: &str, issuer: &str) -> CertificateDer<'static> {
        certificate(&self.issued(name, subject, issuer, AUTHORITY).0)
    }

    /// One that nobody else has signed.
    fn root(&self, name: &str, subject: &str) -> CertificateDer<'static> {
        self.openssl(&format!(
            "req -x509 -newkey {EC} -nodes -days 30 -subj /CN={subject} -keyout {name}.key -out {name}.pem"
        ));
        certificate(&self.read(&format!("{name}.pem")))
    }

    /// One of localhost.
    fn leaf(&self, issuer: &str) -> CertificateDer<'static> {
        certificate(&self.signed("leaf", "localhost", issuer).0)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).unwrap()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "rsa:2048";
/// The extensions of an authority.
const AUTHORITY: &str =
    "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid";

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).unwrap()
}

fn config(anchors: Option<&[u8]>, identity: Option<(&[u8], &[u8])>) -> Result<*const ClientConfig, c_int> {
    // As Java, which has no address of an empty array.
    let start = |bytes: Option<&[u8]>| match bytes {
        None | Some([]) => std::ptr::null(),
        Some(bytes) => bytes.as_ptr(),
    };
    let length = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as isize);
    let (chain, key) = (identity.map(|files| files.0), identity.map(|files| files.1));
    let mut problem = 0;
    let config = unsafe {
        cancel_upload_tls_config(
            start(anchors),
            length(anchors),
            anchors.is_none() as c_int,
            start(chain),
            length(chain),
            start(key),
            length(key),
            &mut problem,
        )
    };
    if config.is_null() {
        Err(problem)
    } else {
        Ok(config)
    }
}

fn server(
    (chain, key): &(Vec<u8>, Vec<u8>),
    versions: &[&'static SupportedProtocolVersion],
    clients: Option<&[u8]>,
) -> ServerConnection {
    let builder =
        ServerConfig::builder_with_provider(Arc::new(default_provider())).with_protocol_versions(versions).unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = CertificateDer::pem_slice_iter(chain).map(Result::unwrap).collect();
    let key = default_provider().key_provider.load_private_key(PrivateKeyDer::from_pem_slice(key).unwrap()).unwrap();
    // Also with the key of another certificate.
    let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key))));
    ServerConnection::new(Arc::new(config)).unwrap()
}

/// The client's end, by its functions.
struct Client(*mut Session);

impl Client {
    fn new(config: *const ClientConfig, host: &str) -> Client {
        let session = unsafe { cancel_upload_tls_open(config, host.as_ptr(), host.len()) };
        assert!(!session.is_null());
        Client(session)
    }

    fn send(&self, plaintext: &[u8]) -> Vec<u8> {
        unsafe {
            let length = cancel_upload_tls_send(self.0, plaintext.as_ptr(), plaintext.len());
            let mut sent = vec![0; usize::try_from(length).unwrap()];
            cancel_upload_tls_take(self.0, sent.as_mut_ptr(), sent.len());
            sent
        }
    }

    fn receive(&self, record: &[u8]) -> Result<Vec<u8>, isize> {
        let mut plaintext = vec![0; ROOM];
        let length = unsafe {
            cancel_upload_tls_receive(self.0, record.as_ptr(), record.len(), plaintext.as_mut_ptr(), plaintext.len())
        };
        plaintext.truncate(usize::try_from(length).map_err(|_| length)?);
        Ok(plaintext)
    }

    fn state(&self) -> c_int {
        unsafe { cancel_upload_tls_state(self.0) }
    }

    fn wants_to_send(&self) -> bool {
        unsafe { cancel_upload_tls_wants_to_send(self.0) != 0 }
    }

    fn reason(&self) -> String {
        let mut text = vec![0; 500];
        let length = unsafe { cancel_upload_tls_reason(self.0, text.as_mut_ptr(), text.len()) };
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    /// Exchanges records, each changed by `change` if it is the server's, until neither side has more.
    fn shake(&self, server: &mut ServerConnection, change: &mut dyn FnMut(&mut Vec<u8>)) -> Result<Vec<u8>, String> {
        let mut all = Vec::new();
        loop {
            let sent = if self.wants_to_send() { self.send(&[]) } else { Vec::new() };
            let mut rest = &sent[..];
            while !rest.is_empty() && server.read_tls(&mut rest).unwrap() > 0 {
                let _ = server.process_new_packets(); // What it says of a failure is the alert.
            }
            let records = records(server);
            if sent.is_empty() && records.is_empty() {
                return Ok(all);
            }
            for mut record in records {
                change(&mut record);
                match self.receive(&record) {
                    Ok(plaintext) => all.extend(plaintext),
                    Err(FAILED) => return Err(self.reason()),
                    Err(_) => return Err("closed".to_string()),
                }
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { cancel_upload_tls_close(self.0) }
    }
}

fn records(server: &mut ServerConnection) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    while server.wants_write() {
        server.write_tls(&mut sent).unwrap();
    }
    let mut records = Vec::new();
    while !sent.is_empty() {
        let rest = sent.split_off(5 + usize::from(u16::from_be_bytes([sent[3], sent[4]])));
        records.push(std::mem::replace(&mut sent, rest));
    }
    records
}

fn connect(server: &mut ServerConnection, config: *const ClientConfig, host: &str) -> Result<(), String> {
    Client::new(config, host).shake(server, &mut |_| {}).map(|_| ())
}

#[test]
fn data_goes_both_ways_in_both_versions_and_no_session_stays() {
    let files = Files::new();
    let root = files.self_signed("root", "root.example", "ec -pkeyopt ec_paramgen_curve:P-384");
    let leaf = files.signed("leaf", "localhost", "root");
    let config = config(Some(&root.0), None).unwrap();
    for (versions, state) in [(&[&version::TLS13], TLS_1_3), (&[&version::TLS12], 0)] {
        let mut server = server(&leaf, versions, None);
        let client = Client::new(config, "localhost");
        assert_eq!(client.state() & HANDSHAKING, HANDSHAKING);
        client.shake(&mut server, &mut |_| {}).unwrap();
        assert_eq!(client.state(), state);

        let mut sent = &client.send(&[7; ROOM])[..];
        while server.read_tls(&mut sent).unwrap() > 0 {
            server.process_new_packets().unwrap();
        }
        let mut received = vec![0; ROOM];
        server.reader().read_exact(&mut received).unwrap();
        assert_eq!(received, [7; ROOM]);

        server.writer().write_all(&[8; ROOM + 1]).unwrap();
        let plaintext: Vec<_> = records(&mut server).iter().map(|record| client.receive(record).unwrap()).collect();
        assert_eq!(plaintext, [vec![8; ROOM], vec![8]]);
        assert!(!client.wants_to_send());

        server.send_close_notify();
        assert_eq!(client.receive(&records(&mut server)[0]), Err(CLOSED));
        assert_eq!(client.receive(&[23, 3, 3, 0, 1, 0]), Err(CLOSED));
        assert_eq!(cancel_upload_tls_sessions(), 1);
        drop(client);
        assert_eq!(cancel_upload_tls_sessions(), 0);
    }
}

#[test]
fn a_session_that_fails_is_freed_too() {
    let files = Files::new();
    let leaf = files.self_signed("other", "localhost", EC);
    let config = config(None, None).unwrap();
    for _ in 0..1000 {
        let reason = connect(&mut server(&leaf, &[&version::TLS13], None), config, "localhost").unwrap_err();
        assert_eq!(reason, "the server's certificate is that of an authority and not trusted");
    }
    assert_eq!(cancel_upload_tls_sessions(), 0);
}

#[test]
fn no_bit_of_a_servers_handshake_can_be_changed() {
    let files = Files::new();
    let root = files.self_signed("root", "root.example", EC);
    let leaf = files.signed("leaf", "localhost", "root");
    let config = config(Some(&root.0), None).unwrap();
    for version in [&version::TLS13, &version::TLS12] {
        // Every 13th bit, which is each bit of a byte and each byte of a word.
        for bit in (5 * 8..4000 * 8).step_by(13) {
            let mut server = server(&leaf, &[version], None);
            let mut bits = 0;
            let mut changed = false;
            let result = Client::new(config, "localhost").shake(&mut server, &mut |record| {
                // change_cipher_spec says nothing.
                if record[0] != 20 && !changed && (bits..bits + record.len() * 8).contains(&bit) && (bit - bits) >= 40 {
                    record[(bit - bits) / 8] ^= 1 << (bit % 8);
                    changed = true;
                }
                bits += record.len() * 8;
            });
            if changed {
                let reason = result.err().unwrap_or_else(|| {
                    assert!(server.is_handshaking(), "bit {bit} of {version:?} was changed, and nobody saw it");
                    String::new()
                });
                assert_ne!(reason, "the TLS library failed");
            }
        }
    }
    assert_eq!(cancel_upload_tls_sessions(), 0);
}

#[test]
fn a_self_signed_server_is_trusted_as_its_own_anchor_for_its_host_and_its_time() {
    let files = Files::new();
    for key in [EC, RSA] {
        let own = files.self_signed("own", "localhost", key);
        let other = files.self_signed("own", "localhost", key);
        let config = config(Some(&own.0), None).unwrap();
        for versions in [&version::TLS13, &version::TLS12] {
            connect(&mut server(&own, &[versions], None), config, "localhost").unwrap();
        }
        assert_eq!(
            connect(&mut server(&own, &[&version::TLS13], None), config, "127.0.0.1").unwrap_err(),
            "the server's certificate is not for 127.0.0.1 but for localhost"
        );
        // Another certificate with the same names.
        connect(&mut server(&other, &[&version::TLS13], None), config, "localhost").unwrap_err();
        // The certificate, without its key.
        let stolen = (own.0.clone(), other.1.clone());
        for versions in [&version::TLS13, &version::TLS12] {
            connect(&mut server(&stolen, &[versions], None), config, "localhost").unwrap_err();
        }
    }
}

#[test]
fn the_dates_of_a_self_signed_server_count() {
    let files = Files::new();
    let own = certificate(&files.self_signed("own", "localhost", EC).0);
    // Also if it is no authority's, whether it has signed itself or somebody has who is not trusted.
    files.root("unknown", "unknown");
    let leaf = files.leaf("unknown");
    for pinned in [&own, &leaf] {
        let verifier = verifier(&[&own], &[&own, &leaf]);
        let verify = |days| verify_after(&verifier, days, pinned, &[], "localhost");
        verify(0).unwrap();
        assert_eq!(verify(31).unwrap_err(), "a certificate of the server has expired");
        assert_eq!(verify(-1).unwrap_err(), "a certificate of the server is not valid yet");
    }
}

fn verifier(roots: &[&CertificateDer<'static>], from_file: &[&CertificateDer<'static>]) -> Verifier {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add((*root).clone()).unwrap();
    }
    Verifier::new(store, from_file.iter().map(|certificate| (*certificate).clone()).collect(), COUNTED)
}

fn verify_after(
    verifier: &Verifier,
    days: i64,
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    host: &str,
) -> Result<(), String> {
    let time = Duration::from_secs(UnixTime::now().as_secs().checked_add_signed(days * 24 * 60 * 60).unwrap());
    let (host, time) = (ServerName::try_from(host).unwrap(), UnixTime::since_unix_epoch(time));
    verifier.verify_server_cert(leaf, others, &host, &[], time).map(|_| ()).map_err(|error| reason::of(&error))
}

/// Whether a server is trusted with these roots, and how many signatures were checked for that.
fn trust(
    roots: &[&CertificateDer<'static>],
    leaf: &CertificateDer<'static>,
    others: &[&CertificateDer<'static>],
) -> (Result<(), String>, usize) {
    let others: Vec<_> = others.iter().map(|certificate| (*certificate).clone()).collect();
    let before = CHECKED.get();
    let result = verify_after(&verifier(roots, &[]), 0, leaf, &others, "localhost");
    (result, CHECKED.get() - before)
}

thread_local! {
    static CHECKED: Cell<usize> = const { Cell::new(0) };
}

/// The algorithm of all certificates that the tests below have.
#[derive(Debug)]
struct Counted;

const COUNTED: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms { all: &[&Counted], mapping: &[] };

impl SignatureVerificationAlgorithm for Counted {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        CHECKED.set(CHECKED.get() + 1);
        webpki::ring::ECDSA_P256_SHA256.verify_signature(key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        webpki::ring::ECDSA_P256_SHA256.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        webpki::ring::ECDSA_P256_SHA256.signature_alg_id()
    }
}

const UNTRUSTED: &str = "the server's certificate is not from a trusted authority";

#[test]
fn chains_are_trusted_in_any_order_and_with_certificates_that_nobody_needs() {
    let files = Files::new();
    let (root, old) = (files.root("root", "root"), files.root("old", "old"));
    let a = files.authority("a", "a", "root");
    let b = files.authority("b", "b", "a");
    let c = files.authority("c", "c", "b");
    let other = files.root("other", "other");
    let leaf = files.leaf("c");
    for others in [vec![&c, &b, &a], vec![&a, &b, &c], vec![&b, &root, &a, &other, &c, &leaf, &a]] {
        assert_eq!(trust(&[&root], &leaf, &others), (Ok(()), 4));
        assert_eq!(trust(&[&a, &root], &leaf, &others), (Ok(()), 3));
        assert_eq!(trust(&[&other], &leaf, &others), (Err(UNTRUSTED.to_string()), 0));
    }
    assert_eq!(trust(&[&root], &leaf, &[&c, &a]), (Err(UNTRUSTED.to_string()), 0));

    // The root is also signed by an older one: whichever is trusted is found.
    let cross = files.authority("root", "root", "old");
    for others in [vec![&c, &b, &a, &cross], vec![&cross, &root, &a, &b, &c], vec![&root, &cross, &a, &b, &c]] {
        assert_eq!(trust(&[&root], &leaf, &others).0, Ok(()));
        assert_eq!(trust(&[&old], &leaf, &others).0, Ok(()));
        assert_eq!(trust(&[&old, &root], &leaf, &others).0, Ok(()));
    }
    // Of two that only differ in who signed them, also.
    let b_by_other = files.authority("b", "b", "other");
    for others in [[&c, &b, &b_by_other, &a], [&c, &b_by_other, &b, &a]] {
        assert_eq!(trust(&[&root], &leaf, &others).0, Ok(()));
        assert_eq!(trust(&[&other], &leaf, &others).0, Ok(()));
    }
}

#[test]
fn an_authority_that_got_another_key_is_told_by_its_key() {
    let files = Files::new();
    let root = files.root("root", "root");
    let first = files.authority("first", "same", "root");
    let second = files.authority("second", "same", "root");
    let leaf = certificate(
        &files.issued("leaf", "leaf", "second", "subjectAltName=DNS:localhost\nauthorityKeyIdentifier=keyid").0,
    );
    for others in [[&first, &second], [&second, &first]] {
        assert_eq!(trust(&[&root], &leaf, &others), (Ok(()), 2));
    }
    // The root itself: the old key, which is trusted, has signed the new one.
    let new = files.authority("new", "root", "root");
    let leaf = files.leaf("new");
    assert_eq!(trust(&[&root], &leaf, &[&new]).0, Ok(()));
    // Trust anchors with the same name are the operator's own.
    let (new_root, newest) = (files.root("new_root", "root"), files.root("newest", "root"));
    let leaf = files.leaf("newest");
    assert_eq!(trust(&[&root, &new_root, &newest], &leaf, &[]), (Ok(()), 3));
}

#[test]
fn the_same_signature_of_a_certificate_is_checked_once() {
    let files = Files::new();
    let root = files.root("root", "root");
    let a = files.authority("a", "a", "root");
    let (one, other) = (files.leaf("a"), files.leaf("a"));
    let verifier = verifier(&[&root], &[]);
    let checked = |days: i64, leaf: &CertificateDer<'_>, others: &[&CertificateDer<'static>], host: &str| {
        let others: Vec<_> = others.iter().map(|certificate| (*certificate).clone()).collect();
        let before = CHECKED.get();
        let result = verify_after(&verifier, days, leaf, &others, host);
        (result.is_ok(), CHECKED.get() - before)
    };
    assert_eq!(checked(0, &one, &[&a], "localhost"), (true, 2));
    assert_eq!(checked(0, &one, &[&a], "localhost"), (true, 0));
    // Another certificate of the same authority.
    assert_eq!(checked(0, &other, &[&a], "localhost"), (true, 1));
    // All else is checked each time.
    assert_eq!(checked(0, &one, &[&a], "api.openai.com"), (false, 0));
    assert!(!checked(31, &one, &[&a], "localhost").0);
    assert_eq!(checked(0, &one, &[], "localhost"), (false, 0));
    // One bit more or less, of the signature or of what is signed, is never valid, however often it is shown.
    for position in [one.len() - 1, one.len() - 20, one.len() / 2] {
        let mut bytes = one.to_vec();
        bytes[position] ^= 1;
        let changed = CertificateDer::from(bytes);
        for _ in 0..2 {
            assert!(!checked(0, &changed, &[&a], "localhost").0);
        }
    }
    assert_eq!(checked(0, &one, &[&a], "localhost"), (true, 0));
    // Others take its place.
    for _ in 0..signatures::REMEMBERED {
        assert!(checked(0, &files.leaf("a"), &[&a], "localhost").0);
    }
    assert!(matches!(checked(0, &one, &[&a], "localhost"), (true, 1..)));
    // Nobody else's memory: that of another configuration, which trusts another, is its own.
    assert_eq!(trust(&[&root], &one, &[&a]), (Ok(()), 2));
    assert!(trust(&[&files.root("other", "root")], &one, &[&a]).0.is_err());
}

#[test]
fn no_chain_of_a_server_has_many_signatures_checked() {
    let files = Files::new();
    let forged: Vec<_> = (0..9).map(|number| files.root(&format!("forged{number}"), "root")).collect();
    let root = files.root("root", "root");
    let leaf = files.leaf("forged8");
    let all: Vec<_> = forged.iter().collect();
    // Nobody's name is that of a trust anchor; all of them are.
    assert_eq!(trust(&[&files.root("other", "other")], &leaf, &all), (Err(UNTRUSTED.to_string()), 0));
    let (result, checked) = trust(&[&root], &leaf, &all);
    assert_eq!((result.is_err(), checked), (true, 2));

    // As long as it can be, with trust anchors of each name.
    let anchors: Vec<_> = (0..9).map(|number| files.root(&format!("anchor{number}"), &format!("a{number}"))).collect();
    files.root("fake9", "a9");
    let chain: Vec<_> = (0..9)
        .rev()
        .map(|number| files.authority(&format!("fake{number}"), &format!("a{number}"), &format!("fake{}", number + 1)))
        .collect();
    let leaf = files.leaf("fake0");
    let (result, checked) = trust(&anchors.iter().collect::<Vec<_>>(), &leaf, &chain.iter().collect::<Vec<_>>());
    assert_eq!((result.is_err(), checked), (true, 7));

    // As long as that, and genuine but for being so long.
    let genuine = files.root("fake9", "a9");
    let chain: Vec<_> = (0..9)
        .rev()
        .map(|number| files.authority(&format!("fake{number}"), &format!("a{number}"), &format!("fake{}", number + 1)))
        .collect();
    for (length, result) in
        [(6, Ok(())), (7, Err("a certificate of the server is refused: maximum path depth exceeded".to_string()))]
    {
        let leaf = files.leaf(&format!("fake{}", 9 - length));
        assert_eq!(trust(&[&genuine], &leaf, &chain.iter().collect::<Vec<_>>()).0, result);
    }

    // A loop, which is also a web: each of three names is issued by each of the others.
    let mut web = Vec::new();
    for (subject, issuer) in [("x", "y"), ("y", "z"), ("z", "x"), ("x", "z"), ("y", "x"), ("z", "y")] {
        files.root(issuer, issuer);
        web.push(files.authority(&format!("{subject}_{issuer}"), subject, issuer));
    }
    let leaf = files.leaf("x");
    let (x, y, z) = (files.root("tx", "x"), files.root("ty", "y"), files.root("tz", "z"));
    let (result, checked) = trust(&[&x, &y, &z], &leaf, &web.iter().collect::<Vec<_>>());
    assert!(result.is_err() && checked <= 4, "{checked}");

    // A genuine chain that has not signed the leaf.
    let a = files.authority("a", "a", "root");
    let b = files.authority("b", "b", "a");
    files.root("forged_b", "b");
    let leaf = files.leaf("forged_b");
    let (result, checked) = trust(&[&root], &leaf, &[&b, &a]);
    assert_eq!((result.is_err(), checked), (true, 3));
}

#[test]
fn a_server_whose_certificates_were_verified_still_has_to_have_their_key() {
    let files = Files::new();
    let root = files.self_signed("root", "root.example", EC);
    let genuine = files.signed("genuine", "localhost", "root");
    let (_, key) = files.signed("stranger", "localhost", "root");
    let config = config(Some(&root.0), None).unwrap();
    for version in [&version::TLS13, &version::TLS12] {
        connect(&mut server(&genuine, &[version], None), config, "localhost").unwrap();
        let stranger = &mut server(&(genuine.0.clone(), key.clone()), &[version], None);
        let reason = connect(stranger, config, "localhost").unwrap_err();
        assert_eq!(reason, "a signature of the server or of its certificates is wrong");
    }
}

#[test]
fn a_server_cannot_send_more_certificates_than_the_jdk_accepts() {
    let files = Files::new();
    let root = files.root("root", "root");
    let leaf = files.leaf("root");
    assert_eq!(trust(&[&root], &leaf, &[&root; 9]), (Ok(()), 1));
    let too_much = Err("the server sent more than 10 certificates or 32 KB of them".to_string());
    assert_eq!(trust(&[&root], &leaf, &[&root; 10]), (too_much.clone(), 0));
    let room = 32 * 1024 - leaf.len();
    for (size, result) in [(room, Ok(())), (room + 1, too_much)] {
        assert_eq!(trust(&[&root], &leaf, &[&CertificateDer::from(vec![0; size])]).0, result);
    }
}

#[test]
fn an_authority_has_to_say_that_it_is_one() {
    let files = Files::new();
    let root = files.root("root", "root");
    for (extensions, trusted) in [
        (AUTHORITY, true),
        ("basicConstraints=CA:TRUE", true),
        ("basicConstraints=CA:TRUE\nkeyUsage=digitalSignature,keyCertSign", true),
        ("basicConstraints=CA:TRUE\nkeyUsage=digitalSignature,cRLSign", false),
        ("basicConstraints=CA:FALSE\nkeyUsage=keyCertSign", false),
        ("keyUsage=keyCertSign", false),
        ("subjectAltName=DNS:localhost", false),
    ] {
        let issuer = certificate(&files.issued("issuer", "issuer", "root", extensions).0);
        let leaf = files.leaf("issuer");
        let expected = if trusted { Ok(()) } else { Err(UNTRUSTED.to_string()) };
        assert_eq!(trust(&[&root], &leaf, &[&issuer]).0, expected, "{extensions}");

        // Nor does it become one by being in the operator's file, where it is that server alone.
        let pem = files.read("issuer.pem");
        let config = config(Some(&pem), None).unwrap();
        let leaf = (files.read("leaf.pem"), files.read("leaf.key"));
        for versions in [&version::TLS13, &version::TLS12] {
            assert_eq!(connect(&mut server(&leaf, &[versions], None), config, "localhost"), expected, "{extensions}");
        }
        if extensions.contains("localhost") {
            let issuer = (pem, files.read("issuer.key"));
            connect(&mut server(&issuer, &[&version::TLS13], None), config, "localhost").unwrap();
        }
    }
}

#[test]
fn an_anchor_of_version_1_cannot_say_whether_it_is_an_authority() {
    let files = Files::new();
    files.openssl(&format!("genpkey -algorithm {} -out root.key", EC.replace("ec ", "EC ")));
    files.openssl("req -new -key root.key -subj /CN=root -out root.csr");
    files.openssl("x509 -req -in root.csr -signkey root.key -days 30 -out root.pem");
    let config = config(Some(&files.read("root.pem")), None).unwrap();
    let leaf = files.signed("leaf", "localhost", "root");
    connect(&mut server(&leaf, &[&version::TLS13], None), config, "localhost").unwrap();
}

#[test]
fn a_server_of_the_file_is_trusted_whoever_signed_it_but_not_for_everything() {
    let files = Files::new();
    // Another authority of the same name is trusted.
    files.root("unknown", "unknown");
    let client = "extendedKeyUsage=clientAuth";
    let host = "subjectAltName=DNS:localhost";
    for (extensions, expected) in [
        (host.to_string(), Ok(())),
        (format!("{host}\nextendedKeyUsage=clientAuth,serverAuth"), Ok(())),
        (format!("{host}\nbasicConstraints=CA:TRUE\nextendedKeyUsage=clientAuth,serverAuth"), Ok(())),
        (format!("{host}\n{client}"), Err("a certificate of the server is not for servers")),
        (format!("{host}\n{client}\nbasicConstraints=CA:TRUE"), Err("a certificate of the server is not for servers")),
        ("subjectAltName=DNS:other".to_string(), Err("the server's certificate is not for localhost but for other")),
    ] {
        let leaf = files.issued("leaf", "leaf", "unknown", &extensions);
        files.root("same", "unknown");
        let pem = [&leaf.0[..], &files.read("same.pem")].concat();
        let config = config(Some(&pem), None).unwrap();
        for versions in [&version::TLS13, &version::TLS12] {
            let result = connect(&mut server(&leaf, &[versions], None), config, "localhost");
            assert_eq!(result, expected.map_err(str::to_string), "{extensions}");
        }
    }
    // The same name and key in another certificate are another server.
    let leaf = files.signed("leaf", "localhost", "unknown");
    let config = config(Some(&leaf.0), None).unwrap();
    let again = files.signed("leaf", "localhost", "unknown");
    assert_eq!(connect(&mut server(&again, &[&version::TLS13], None), config, "localhost").unwrap_err(), UNTRUSTED);
}

#[test]
fn an_empty_file_is_not_the_same_as_none() {
    let files = Files::new();
    let own = files.self_signed("own", "localhost", EC);
    assert_eq!(config(Some(b""), None), Err(Problem::NoAnchor as c_int));
    assert_eq!(config(None, Some((b"", &own.1))), Err(Problem::NoCertificate as c_int));
    assert_eq!(config(None, Some((&own.0, b""))), Err(Problem::NoKey as c_int));
    assert_eq!(config(None, Some((b"", b""))), Err(Problem::NoCertificate as c_int));
    // Nor is a key without any certificate.
    let (none, mut problem) = (std::ptr::null(), 0);
    let key = (own.1.as_ptr(), own.1.len() as isize);
    let config = unsafe { cancel_upload_tls_config(none, -1, 1, none, -1, key.0, key.1, &mut problem) };
    assert_eq!((config, problem), (std::ptr::null(), Problem::NoCertificate as c_int));
    // With the built-in trust anchors, as for AWS.
    assert_eq!(config::create(Some(b""), true, None).err(), Some(Problem::NoAnchor));
}

#[test]
fn each_certificate_of_a_client_has_to_be_one() {
    let files = Files::new();
    files.root("root", "root");
    let own = files.self_signed("own", "localhost", EC);
    let chain = |rest: &[u8]| config(None, Some((&[&own.0[..], rest].concat(), &own.1)));
    chain(&files.read("root.pem")).unwrap();
    for rest in [
        "-----BEGIN CERTIFICATE-----\nMAAwADAAMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAAwADAAMAA=\n",
        "-----BEGIN CERTIFICATE--\n",
    ] {
        assert_eq!(chain(rest.as_bytes()), Err(Problem::NoCertificate as c_int), "{rest}");
    }
}

#[test]
fn files_may_start_with_a_byte_order_mark() {
    let files = Files::new();
    let own = files.self_signed("own", "localhost", EC);
    let marked = |text: &[u8]| [b"\xef\xbb\xbf", text].concat();
    let config = config(Some(&marked(&own.0)), Some((&marked(&own.0), &marked(&own.1)))).unwrap();
    connect(&mut server(&own, &[&version::TLS13], None), config, "localhost").unwrap();
}

#[test]
fn names_of_a_certificate_are_told_as_a_whole_or_not() {
    let files = Files::new();
    let root = files.root("root", "root");
    let long = "a".repeat(60);
    let told = |names: &str| {
        let names = if names.is_empty() { "keyUsage=digitalSignature" } else { names };
        let leaf = certificate(&files.issued("leaf", "leaf", "root", names).0);
        let text = trust(&[&root], &leaf, &[]).0.unwrap_err();
        text.strip_prefix("the server's certificate is not for localhost but for ").unwrap().to_string()
    };
    assert_eq!(told(""), "no host");
    assert_eq!(told("subjectAltName=DNS:a.example,IP:127.0.0.1"), "a.example, 127.0.0.1");
    assert_eq!(told("subjectAltName=email:a@example.org,DNS:b"), "b and others");
    assert_eq!(told("subjectAltName=DNS:1,DNS:2,DNS:3,DNS:4,DNS:5"), "1, 2, 3, 4, 5");
    assert_eq!(told("subjectAltName=DNS:1,DNS:2,DNS:3,DNS:4,DNS:5,DNS:6"), "1, 2, 3, 4, 5 and others");
    let long_name = format!("{long}.{long}");
    assert_eq!(told(&format!("subjectAltName=DNS:{long_name},DNS:{long}")), format!("{long_name} and others"));
    assert_eq!(told(&format!("subjectAltName=DNS:{long_name}.{long}")), "others");
}

#[test]
fn reasons_are_words() {
    let told = |error: Error| reason::of(&error);
    assert_eq!(
        told(PeerMisbehaved::TooManyEmptyFragments.into()),
        "the server violates the protocol: too many empty fragments"
    );
    assert_eq!(told(InvalidMessage::MissingData("u16").into()), "the server sent an invalid message: missing data");
    assert_eq!(
        told(PeerIncompatible::ServerDoesNotSupportTls12Or13.into()),
        "the server's TLS is not one that is supported: server does not support tls12 or13"
    );
    let other = |error: webpki::Error| told(CertificateError::Other(OtherError(Arc::new(error))).into());
    assert_eq!(
        other(webpki::Error::NameConstraintViolation),
        "a certificate of the server is refused: name constraint violation"
    );
    let invalid = Error::InappropriateMessage { expect_types: vec![], got_type: ContentType::ApplicationData };
    assert_eq!(told(invalid), "the server sent a message that does not belong there: application data");
    assert_eq!(told(Error::AlertReceived(AlertDescription::Unknown(254))), "received fatal alert: 254");
    assert_eq!(
        told(Error::AlertReceived(AlertDescription::CertificateRequired)),
        "received fatal alert: certificate_required"
    );
}

#[test]
fn anchors_that_cannot_be_parsed_are_skipped_unless_there_is_no_other() {
    let files = Files::new();
    let own = files.self_signed("own", "localhost", EC);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_base64 = "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n";
    let no_end = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    for before in ["", broken, no_base64, no_end, "# a comment\n", "-----BEGIN X-----\nAAAA\n-----END X-----\n"] {
        for after in ["", broken, no_base64, no_end, "-----BEGIN CERT", "\u{fc}"] {
            let pem = [before.as_bytes(), &own.0, after.as_bytes()].concat();
            let config = config(Some(&pem), None).unwrap();
            connect(&mut server(&own, &[&version::TLS13], None), config, "localhost").unwrap();
        }
    }
    for pem in ["", "hello", broken, no_base64, no_end] {
        assert_eq!(config(Some(pem.as_bytes()), None), Err(Problem::NoAnchor as c_int));
    }
}

#[test]
fn a_server_that_asks_sees_the_client_certificate_and_says_so_otherwise() {
    let files = Files::new();
    let own = files.self_signed("own", "localhost", EC);
    for key in [EC, RSA] {
        let client = files.self_signed("client", "client.example", key);
        // As a client's certificate it must not be an authority's.
        let leaf = files.signed("leaf", "client.example", "client");
        let with = config(Some(&own.0), Some((&leaf.0, &leaf.1))).unwrap();
        let without = config(Some(&own.0), None).unwrap();
        for versions in [&version::TLS13, &version::TLS12] {
            connect(&mut server(&own, &[versions], Some(&client.0)), with, "localhost").unwrap();
            assert_eq!(
                connect(&mut server(&own, &[versions], Some(&client.0)), without, "localhost").unwrap_err(),
                "received fatal alert: certificate_required"
            );
        }
    }
}

#[test]
fn a_key_is_refused_for_its_own_reason() {
    let files = Files::new();
    let rsa = files.self_signed("rsa", "localhost", RSA);
    let ec = files.self_signed("ec", "localhost", EC);
    files.openssl("pkey -in rsa.key -traditional -out traditional.key");
    files.openssl("pkcs8 -topk8 -in rsa.key -passout pass:secret -out encrypted.key");
    let short = files.self_signed("short", "localhost", "rsa:1024");
    let refused = |chain: &[u8], key: &[u8]| config(None, Some((chain, key))).unwrap_err();
    for (chain, key) in [(&rsa.0, &ec.1), (&ec.0, &rsa.1)] {
        assert_eq!(refused(chain, key), Problem::KeyOfAnotherCertificate as c_int);
    }
    for name in ["traditional.key", "encrypted.key", "rsa.pem"] {
        assert_eq!(refused(&rsa.0, &files.read(name)), Problem::NoKey as c_int);
    }
    assert_eq!(refused(&short.0, &short.1), Problem::UnusableKey as c_int);
    assert_eq!(refused(&rsa.1, &rsa.1), Problem::NoCertificate as c_int);
    assert_eq!(refused(b"", &rsa.1), Problem::NoCertificate as c_int);
    config(None, Some((&rsa.0, &rsa.1))).unwrap();
}

#[test]
fn an_ec_key_may_come_without_its_public_key() {
    let files = Files::new();
    let p384 = "ec -pkeyopt ec_paramgen_curve:P-384";
    let p521 = "ec -pkeyopt ec_paramgen_curve:P-521";
    for (curve, result) in [(EC, None), (p384, None), (p521, Some(Problem::UnusableKey as c_int))] {
        let own = files.self_signed("own", "localhost", curve);
        let other = files.self_signed("other", "localhost", curve);
        for name in ["own", "other"] {
            files.openssl(&format!("ec -in {name}.key -no_public -out {name}.short"));
            files.openssl(&format!("pkcs8 -topk8 -nocrypt -in {name}.short -out {name}.pkcs8"));
        }
        assert!(files.read("own.pkcs8").len() < own.1.len());
        assert_eq!(config(None, Some((&own.0, &files.read("own.pkcs8")))).err(), result);
        let another = config(None, Some((&own.0, &files.read("other.pkcs8")))).err();
        assert_eq!(another, result.or(Some(Problem::KeyOfAnotherCertificate as c_int)));
        drop(other);
    }
}

#[test]
fn a_host_is_a_name_or_an_address() {
    let _files = Files::new();
    let config = config(None, None).unwrap();
    for (host, valid) in [("localhost", true), ("::1", true), ("10.0.0.1", true), ("a b", false), ("", false)] {
        let session = unsafe { cancel_upload_tls_open(config, host.as_ptr(), host.len()) };
        assert_eq!(!session.is_null(), valid, "{host}");
        if valid {
            unsafe { cancel_upload_tls_close(session) }
        }
    }
    assert_eq!(cancel_upload_tls_sessions(), 0);
}

#[test]
fn a_panic_is_an_error() {
    assert_eq!(guarded(-2, || panic!("a defect")), -2);
}

#[test]
fn hashes_are_those_of_the_standards() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut result = [0; 32];
    unsafe { cancel_upload_sha256(b"abc".as_ptr(), 3, result.as_mut_ptr()) };
    assert_eq!(hex(&result), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    unsafe { cancel_upload_sha256(std::ptr::null(), 0, result.as_mut_ptr()) };
    assert_eq!(hex(&result), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let (key, text) = (b"Jefe", b"what do ya want for nothing?");
    unsafe { cancel_upload_hmac_sha256(key.as_ptr(), key.len(), text.as_ptr(), text.len(), result.as_mut_ptr()) };
    assert_eq!(hex(&result), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
