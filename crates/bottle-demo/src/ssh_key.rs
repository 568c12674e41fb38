//! A key with which ssh servers and clients know each other.

use bottle_ca::{CaError, Key};
use zeroize::Zeroizing;

/// The kind of key, and the curve in its own words (RFC 5656).
const KIND: &str = "ecdsa-sha2-nistp256";
const CURVE: &str = "nistp256";

/// Why there is no key: no randomness, that is.
pub type SshKeyError = CaError;

/// A P-256 key pair for ssh.
pub struct SshKey(Key);

impl SshKey {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When there is no randomness.
    pub fn generate() -> Result<Self, SshKeyError> {
        Key::generate().map(Self)
    }

    /// The private key, as PEM (SEC1), which every OpenSSH reads.
    ///
    /// # Errors
    ///
    /// None but for a key that is not laid out as P-256 keys are.
    pub fn private(&self) -> Result<Zeroizing<String>, SshKeyError> {
        self.0.to_sec1_pem()
    }

    /// What the public key is called in a file: its kind.
    pub const fn kind(&self) -> &'static str {
        KIND
    }

    /// The public key as it stands behind the kind, before it is written in base64 (RFC 5656, 3.1).
    pub fn public(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        for part in [KIND.as_bytes(), CURVE.as_bytes(), self.0.public_point()] {
            // None of them has more than 65 bytes.
            blob.extend_from_slice(&u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
            blob.extend_from_slice(part);
        }
        blob
    }
}

impl std::fmt::Debug for SshKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SshKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_three_parts() {
        let key = SshKey::generate().unwrap();
        let blob = key.public();
        assert_eq!(blob.len(), 4 + KIND.len() + 4 + CURVE.len() + 4 + 65);
        assert!(blob.starts_with(b"\0\0\0\x13ecdsa-sha2-nistp256\0\0\0\x08nistp256\0\0\0\x41\x04"));
        assert!(key.private().unwrap().starts_with("-----BEGIN EC "));
        assert_ne!(blob, SshKey::generate().unwrap().public());
    }
}
