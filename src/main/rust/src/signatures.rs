//! Signatures of certificates that were valid before.
//!
//! A clean-up opens up to a hundred connections to one server, which shows the same certificates on each. Most of the
//! cost of a handshake is the signature of a P-384 authority. It is a function of the key, the signed bytes and the
//! signature, so the same three need not be checked again; everything else is: dates, names, what a certificate is for,
//! and above all the signature by which the server shows that it has its key.

use std::sync::{Mutex, PoisonError};

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

/// Of each algorithm: those of one server's certificates, and of the next ones that it gets. No server makes it more.
pub const REMEMBERED: usize = 4;

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// The same algorithms with a memory each. They live as long as the process, like the configuration.
pub fn remembering(algorithms: &[Algorithm]) -> &'static [Algorithm] {
    let each = |algorithm: &Algorithm| -> Algorithm {
        Box::leak(Box::new(Remembering { algorithm: *algorithm, valid: Mutex::default() }))
    };
    algorithms.iter().map(each).collect::<Vec<_>>().leak()
}

#[derive(Debug)]
struct Remembering {
    algorithm: Algorithm,
    valid: Mutex<Valid>,
}

/// Digests, of which a new one takes the place of the oldest.
#[derive(Debug, Default)]
struct Valid {
    digests: [Option<[u8; SHA256_OUTPUT_LEN]>; REMEMBERED],
    oldest: usize,
}

impl SignatureVerificationAlgorithm for Remembering {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let digest = Some(digest(&[key, message, signature]));
        if self.valid.lock().unwrap_or_else(PoisonError::into_inner).digests.contains(&digest) {
            return Ok(());
        }
        // Without the lock, so that connections do not wait for each other.
        self.algorithm.verify_signature(key, message, signature)?;
        let mut valid = self.valid.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = valid.oldest;
        valid.digests[oldest] = digest;
        valid.oldest = (oldest + 1) % REMEMBERED;
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

/// Each part with its length, so that no two lists of parts have the same bytes.
fn digest(parts: &[&[u8]]) -> [u8; SHA256_OUTPUT_LEN] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut bytes = [0; SHA256_OUTPUT_LEN];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}
