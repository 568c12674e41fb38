//! What the oracles of several targets have in common. Written without the code that they judge.

/// Every `%XY` as the byte that it stands for.
pub fn decode(bytes: &[u8]) -> Vec<u8> {
    let (mut decoded, mut rest) = (Vec::new(), bytes);
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%');
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let byte = digits
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    decoded
}
