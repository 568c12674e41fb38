//! References to characters (HTML Standard section 13.5; XML 1.0 section 4.1).

/// Names of characters of ASCII, and of a few that nobody sees. HTML has 2231 names; a token is written without the others.
const NAMES: &[(&[u8], &str)] = &[
    (b"amp", "&"),
    (b"AMP", "&"),
    (b"apos", "'"),
    (b"ast", "*"),
    (b"bsol", "\\"),
    (b"colon", ":"),
    (b"comma", ","),
    (b"commat", "@"),
    (b"dash", "-"),
    (b"dollar", "$"),
    (b"equals", "="),
    (b"excl", "!"),
    (b"fjlig", "fj"),
    (b"grave", "`"),
    (b"gt", ">"),
    (b"GT", ">"),
    (b"Hat", "^"),
    (b"hyphen", "-"),
    (b"lbrace", "{"),
    (b"lbrack", "["),
    (b"lcub", "{"),
    (b"lowbar", "_"),
    (b"lpar", "("),
    (b"lsqb", "["),
    (b"lt", "<"),
    (b"LT", "<"),
    (b"midast", "*"),
    (b"NewLine", "\n"),
    (b"nbsp", "\u{a0}"),
    (b"num", "#"),
    (b"percnt", "%"),
    (b"period", "."),
    (b"plus", "+"),
    (b"quest", "?"),
    (b"quot", "\""),
    (b"QUOT", "\""),
    (b"rbrace", "}"),
    (b"rbrack", "]"),
    (b"rcub", "}"),
    (b"rpar", ")"),
    (b"rsqb", "]"),
    (b"semi", ";"),
    (b"shy", "\u{ad}"),
    (b"sol", "/"),
    (b"Tab", "\t"),
    (b"UnderBar", "_"),
    (b"verbar", "|"),
    (b"vert", "|"),
    (b"VerticalLine", "|"),
    (b"ZeroWidthSpace", "\u{200b}"),
    (b"zwj", "\u{200d}"),
    (b"zwnj", "\u{200c}"),
];

/// The longest of the names, with its `;`.
const MAX_NAME: usize = 16;

/// Writes a text with the characters that are meant. What is no reference stays as it is.
pub(super) fn decode(text: &[u8], decoded: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        let (plain, tail) = rest.split_at(at);
        decoded.extend_from_slice(plain);
        let tail = tail.get(1..).unwrap_or_default();
        rest = numeric(tail, decoded)
            .or_else(|| named(tail, decoded))
            .unwrap_or_else(|| {
                decoded.push(b'&');
                tail
            });
    }
    decoded.extend_from_slice(rest);
}

/// `#65`, `#x41`, with or without `;`; answers with what comes after it.
fn numeric<'a>(text: &'a [u8], decoded: &mut Vec<u8>) -> Option<&'a [u8]> {
    let text = text.strip_prefix(b"#")?;
    let (digits, radix) = match text {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let number = |byte: &u8| char::from(*byte).to_digit(radix);
    let length = digits.iter().map_while(number).count();
    let (digits, after) = digits.split_at(length);
    let code = digits.iter().filter_map(number).fold(0_u32, |code, digit| {
        code.saturating_mul(radix).saturating_add(digit)
    });
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    (length > 0).then(|| {
        decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        after.strip_prefix(b";").unwrap_or(after)
    })
}

/// `lowbar;`. Answers with what comes after it.
fn named<'a>(text: &'a [u8], decoded: &mut Vec<u8>) -> Option<&'a [u8]> {
    let head = text.get(..text.len().min(MAX_NAME)).unwrap_or_default();
    let end = memchr::memchr(b';', head)?;
    let (name, after) = text.split_at(end);
    let (_, letter) = NAMES.iter().find(|(known, _)| *known == name)?;
    decoded.extend_from_slice(letter.as_bytes());
    after.strip_prefix(b";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        let mut decoded = Vec::new();
        decode(text.as_bytes(), &mut decoded);
        String::from_utf8(decoded).unwrap()
    }

    #[test]
    fn references_are_what_they_stand_for() {
        assert_eq!(
            decoded("a&amp;b&lt;&#65;&#x42;&#X43;&lowbar;&Tab;"),
            "a&b<ABC_\t"
        );
        assert_eq!(decoded("&#65&#x42-&#000000000000000000067;"), "AB-C");
        assert_eq!(decoded("&ZeroWidthSpace;&#128512;"), "\u{200b}😀");
    }

    #[test]
    fn others_stay() {
        for text in [
            "a & b",
            "&&;",
            "&unknown;",
            "&#;",
            "&#x;",
            "&lt",
            "x=1&y=2",
            "&",
        ] {
            assert_eq!(decoded(text), text);
        }
        assert_eq!(decoded("&#xffffffffffff;&#xd800;"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn no_name_is_longer_than_what_is_looked_at() {
        assert!(NAMES.iter().all(|(name, _)| name.len() < MAX_NAME));
    }
}
