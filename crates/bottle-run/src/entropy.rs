//! Where random bytes come from.

/// A source of random bytes: the operating system's, or a fixed one in tests.
pub trait Entropy {
    /// Fills the buffer.
    ///
    /// # Errors
    ///
    /// When there are none to be had.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// The operating system has no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct EntropyError(#[source] getrandom::Error);

/// The operating system's random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(EntropyError)
    }
}

/// As many random bytes as the caller's array holds.
pub(crate) fn bytes<const N: usize>(entropy: &mut dyn Entropy) -> Result<[u8; N], EntropyError> {
    let mut buffer = [0; N];
    entropy.fill(&mut buffer)?;
    Ok(buffer)
}
