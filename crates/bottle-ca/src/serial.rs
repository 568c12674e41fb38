//! The serial number of a certificate.

use rcgen::SerialNumber;

/// A serial number: positive, 127 bits of what the caller gives (RFC 5280 §4.1.2.2 takes at most 159).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serial([u8; 16]);

impl Serial {
    /// A serial number of random bytes, or of any that the caller does not use twice.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn to_number(self) -> SerialNumber {
        let mut bytes = self.0;
        if let Some(first) = bytes.first_mut() {
            // Positive, and never empty.
            *first = (*first & 0x7f) | 0x40;
        }
        SerialNumber::from_slice(&bytes)
    }
}
