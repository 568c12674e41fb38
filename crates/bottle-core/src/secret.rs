//! A value that must not be seen.

use std::fmt;

use zeroize::Zeroizing;

/// A secret value. It cannot be printed or serialised, and is wiped when dropped; [`Secret::expose`] is the one way in.
///
/// ```
/// # use bottle_core::Secret;
/// let secret = Secret::new("hunter2".to_owned()).unwrap();
/// assert_eq!(format!("{secret:?}"), "Secret(***)");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// Why a value cannot be used. The value itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing there.
    #[error("the value is empty")]
    Empty,
    /// A line break or another control character would change the header that carries it.
    #[error("the value has a line break or another control character")]
    Control,
}

impl Secret {
    /// Takes a value that fits into one line.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for an empty value and for control characters.
    pub fn new(value: String) -> Result<Self, SecretError> {
        let value = Zeroizing::new(value);
        if value.is_empty() {
            return Err(SecretError::Empty);
        }
        if value.chars().any(char::is_control) {
            return Err(SecretError::Control);
        }
        Ok(Self(value))
    }

    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_or_nothing() {
        assert_eq!(Secret::new(String::new()), Err(SecretError::Empty));
        for value in ["a\r\nX: y", "a\0", "a\u{7f}", "\t"] {
            assert_eq!(Secret::new(value.to_owned()), Err(SecretError::Control));
        }
        assert!(Secret::new("pässwort with blanks".to_owned()).is_ok());
    }
}
