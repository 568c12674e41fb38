//! Routing numbers of banks in the United States (ABA).

/// Each digit counts so often.
const WEIGHTS: [u32; 3] = [3, 7, 1];

/// Whether the nine digits at the end have a right checksum, and the first two are those of a district.
pub(crate) fn is_routing_number(token: &[u8]) -> bool {
    let digits = token.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let mut digits: Vec<u32> = digits.map(|byte| u32::from(byte - b'0')).collect();
    digits.reverse();
    let [first, second, ..] = digits.as_slice() else {
        return false;
    };
    let district = first * 10 + second;
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS.iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    digits.len() == 9
        && matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
        && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_decides() {
        assert!(is_routing_number(b"routing number: 021000021"));
        assert!(is_routing_number(b"121000248"));
        for text in [
            "021000022",
            "121000247",
            "12100024",
            "991000248",
            "",
            "routing",
        ] {
            assert!(!is_routing_number(text.as_bytes()), "{text}");
        }
    }
}
