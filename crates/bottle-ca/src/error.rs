//! What can go wrong with certificates.

/// Why there is no certificate or key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The key could not be made or read.
    #[error("the key cannot be used")]
    Key(#[source] rcgen::Error),
    /// Not a P-256 key in PEM.
    #[error("not a P-256 private key in PEM (`EC PRIVATE KEY` or `PRIVATE KEY`)")]
    KeyFile,
    /// Not the certificate of an authority in PEM.
    #[error("not the certificate of a certificate authority in PEM")]
    CertificateFile(#[source] rcgen::Error),
    /// The certificate could not be issued.
    #[error("the certificate cannot be issued")]
    Issue(#[source] rcgen::Error),
    /// A point in time beyond the calendar.
    #[error("the lifetime of the certificate ends beyond the calendar")]
    Calendar,
}
