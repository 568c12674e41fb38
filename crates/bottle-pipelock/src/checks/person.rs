//! Numbers of social security of the United States.

/// Numbers that were printed on cards and in forms for show, and the one that everybody types.
const SHOWN: &[&[u8]] = &[b"078051120", b"219099999", b"123456789"];
/// Digits of a number.
const LENGTH: usize = 9;

/// Whether the number at the end was ever given out: no part is zero, and the first is not 666 nor from 900 on.
pub(crate) fn is_ssn(token: &[u8]) -> bool {
    let digits = digits(token);
    let part = |range| digits.get(range).unwrap_or_default();
    let (area, group, serial) = (part(0..3), part(3..5), part(5..9));
    let is_area = !matches!(area, b"000" | b"666" | [b'9', ..]);
    digits.len() == LENGTH && is_area && group != b"00" && serial != b"0000"
}

/// Whether it is one of those that everybody knows.
pub(crate) fn is_documented_ssn(token: &[u8]) -> bool {
    SHOWN.contains(&digits(token).as_slice())
}

/// The last nine digits.
fn digits(token: &[u8]) -> Vec<u8> {
    let digits = token.iter().rev().filter(|byte| byte.is_ascii_digit());
    let mut digits: Vec<u8> = digits.take(LENGTH).copied().collect();
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let number = |parts: [&str; 3]| is_ssn(format!("ssn: {}", parts.join("-")).as_bytes());
        assert!(number(["536", "90", "4399"]));
        for parts in [
            ["000", "90", "4399"],
            ["666", "90", "4399"],
            ["936", "90", "4399"],
            ["536", "00", "4399"],
            ["536", "90", "0000"],
        ] {
            assert!(!number(parts), "{parts:?}");
        }
        assert!(!is_ssn(b"12345678") && !is_ssn(b""));
        assert!(is_documented_ssn(["078-05", "-1120"].concat().as_bytes()));
    }
}
