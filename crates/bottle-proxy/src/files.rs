//! Reading the small files that a service is configured with.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

use crate::limits::MAX_CONFIG_BYTES;

/// A configuration file that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read, or is too large.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It holds no usable certificate.
    #[error("no usable certificate in {}", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
    },
}

impl FileError {
    /// Whether there is no such file.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Reads a whole text file of bounded size.
///
/// # Errors
///
/// [`FileError::Read`] also when the file is too large or not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    let failed = |source| FileError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_CONFIG_BYTES + 1).read_to_string(&mut text));
    let length = read.map_err(failed)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > MAX_CONFIG_BYTES {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(text)
}

/// The name of a text by its content: SHA-256 in hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut name = String::new();
    for byte in digest.as_ref() {
        // Writing to a text does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Reads all certificates of a PEM file; at least one.
///
/// # Errors
///
/// [`FileError`] when the file cannot be read or a block in it cannot be decoded.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileError> {
    let text = read_text(path)?;
    let unusable = || FileError::Certificate {
        path: path.to_owned(),
    };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    all.ok().filter(|all| !all.is_empty()).ok_or_else(unusable)
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_is_what_everybody_else_computes() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), known, "FIPS 180-2, appendix B.1");
    }
}
