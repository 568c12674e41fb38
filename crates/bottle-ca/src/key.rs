//! A P-256 key pair, and the two forms in which programs want it.

use std::fmt;

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use zeroize::Zeroizing;

use crate::error::CaError;

/// Bytes of a private scalar.
const PRIVATE: usize = 32;
/// Bytes of an uncompressed point.
const PUBLIC: usize = 65;
/// PKCS#8 (RFC 5208) of a P-256 key up to the private scalar: version, algorithm, and the head of an `ECPrivateKey`.
const PKCS8_HEAD: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];
/// `ECPrivateKey` (RFC 5915, "SEC1") of a P-256 key up to the private scalar.
const SEC1_HEAD: [u8; 7] = [0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20];
/// Its parameters: the curve.
const SEC1_CURVE: [u8; 12] = [
    0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];
/// The tag before the public point, in both forms.
const POINT_HEAD: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

/// A P-256 key pair.
pub struct Key(KeyPair);

impl Key {
    /// A new key from the system's entropy: the one thing in this crate that is not a function of its arguments.
    ///
    /// # Errors
    ///
    /// [`CaError::Key`] when the system has no entropy to give.
    pub fn generate() -> Result<Self, CaError> {
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
            .map(Self)
            .map_err(CaError::Key)
    }

    /// Reads a private key, as `EC PRIVATE KEY` (SEC1) or `PRIVATE KEY` (PKCS#8).
    ///
    /// # Errors
    ///
    /// [`CaError::KeyFile`] for any other kind of key.
    pub fn from_pem(text: &str) -> Result<Self, CaError> {
        let file = pem::parse(text).map_err(|_| CaError::KeyFile)?;
        let der = match file.tag() {
            "EC PRIVATE KEY" => pkcs8_from_sec1(file.contents()).ok_or(CaError::KeyFile)?,
            "PRIVATE KEY" => Zeroizing::new(file.contents().to_vec()),
            _ => return Err(CaError::KeyFile),
        };
        let key = KeyPair::try_from(der.as_slice()).map_err(CaError::Key)?;
        if key.is_compatible(&PKCS_ECDSA_P256_SHA256) {
            Ok(Self(key))
        } else {
            Err(CaError::KeyFile)
        }
    }

    /// The private key as SEC1 PEM (`EC PRIVATE KEY`).
    ///
    /// # Errors
    ///
    /// [`CaError::KeyFile`] when the key is not laid out as P-256 keys are.
    pub fn to_sec1_pem(&self) -> Result<Zeroizing<String>, CaError> {
        let der = sec1_from_pkcs8(self.0.serialized_der()).ok_or(CaError::KeyFile)?;
        Ok(Zeroizing::new(pem::encode(&pem::Pem::new(
            "EC PRIVATE KEY",
            der.to_vec(),
        ))))
    }

    /// The public key as an uncompressed point (SEC 1, 2.3.3): 65 bytes.
    pub fn public_point(&self) -> &[u8] {
        self.0.public_key_raw()
    }

    /// The private key as PKCS#8 DER.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize_der())
    }

    pub(crate) const fn pair(&self) -> &KeyPair {
        &self.0
    }

    pub(crate) fn into_pair(self) -> KeyPair {
        self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

fn sec1_from_pkcs8(der: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (private, rest) = der.strip_prefix(&PKCS8_HEAD)?.split_at_checked(PRIVATE)?;
    let point = rest.strip_prefix(&POINT_HEAD)?;
    (point.len() == PUBLIC).then(|| {
        Zeroizing::new([&SEC1_HEAD[..], private, &SEC1_CURVE, &POINT_HEAD, point].concat())
    })
}

fn pkcs8_from_sec1(der: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (private, rest) = der.strip_prefix(&SEC1_HEAD)?.split_at_checked(PRIVATE)?;
    let point = rest.strip_prefix(&SEC1_CURVE)?.strip_prefix(&POINT_HEAD)?;
    (point.len() == PUBLIC)
        .then(|| Zeroizing::new([&PKCS8_HEAD[..], private, &POINT_HEAD, point].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_the_same_key() {
        let key = Key::generate().unwrap();
        let again = Key::from_pem(&key.to_sec1_pem().unwrap()).unwrap();
        assert_eq!(again.to_pkcs8_der(), key.to_pkcs8_der());
        let pkcs8 = Key::from_pem(&key.pair().serialize_pem()).unwrap();
        assert_eq!(pkcs8.to_sec1_pem().unwrap(), key.to_sec1_pem().unwrap());
    }

    #[test]
    fn what_is_no_key() {
        let key = Key::generate().unwrap();
        let cut = key.to_sec1_pem().unwrap().replacen('M', "", 1);
        let truncated = pem::encode(&pem::Pem::new(
            "EC PRIVATE KEY",
            sec1_from_pkcs8(&key.to_pkcs8_der()).unwrap()[..100].to_vec(),
        ));
        for text in [
            "",
            "x",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            cut.as_str(),
            truncated.as_str(),
        ] {
            assert!(Key::from_pem(text).is_err());
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", Key::generate().unwrap()), "Key(***)");
    }
}
