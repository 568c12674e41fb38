//! CRC-32 in six digits of base62 at the end of a token, as GitHub and npm write it.

const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The digits of the checksum.
const DIGITS: usize = 6;

/// Whether the 36 characters after `ghp_` are right.
pub(crate) fn is_github(token: &[u8]) -> bool {
    is_right(token)
}

/// Whether the 36 characters after `npm_` are right.
pub(crate) fn is_npm(token: &[u8]) -> bool {
    is_right(token)
}

/// Both have four characters of prefix, 30 of their own and six of checksum.
fn is_right(token: &[u8]) -> bool {
    let Some((entropy, checksum)) = token
        .get(4..40)
        .and_then(|rest| rest.split_at_checked(rest.len() - DIGITS))
    else {
        return false;
    };
    base62(checksum) == Some(u64::from(crc32fast::hash(entropy)))
}

fn base62(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number: u64, byte| {
        let digit = ALPHABET.iter().position(|one| one == byte)?;
        Some(number * 62 + u64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_checksum() {
        // Worked out apart from this code: zlib's crc32 of the thirty characters, in base62.
        let token = ["gh", "p_", "q7Rk2VdXs9TfYb3HnJc6WmZe8LpGa4", "1QYe4S"].concat();
        assert!(is_github(token.as_bytes()));
        let token = token.replace('7', "8");
        assert!(!is_github(token.as_bytes()));
        assert!(!is_npm(b"npm_short"));
    }
}
