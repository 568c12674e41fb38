//! References to characters (HTML Standard section 13.5; XML 1.0 section 4.1).

/// The longest of the names, with its `;`.
const MAX_NAME: usize = 16;

/// A character by its name.
struct Name {
    written: &'static str,
    text: &'static str,
    /// Whether tokens consist of such characters, or stand between them.
    is_of_tokens: bool,
}

/// Names of characters of ASCII, and of a few that nobody sees. HTML has 2231 names; a token is written without the
/// others. Those that differ in case alone are next to each other.
const NAMES: &[Name] = &[
    of_tokens("amp", "&"),
    of_tokens("AMP", "&"),
    of_tokens("apos", "'"),
    of_pages("ast", "*"),
    of_pages("bsol", "\\"),
    of_tokens("colon", ":"),
    of_tokens("comma", ","),
    of_tokens("commat", "@"),
    of_tokens("dash", "-"),
    of_tokens("dollar", "$"),
    of_tokens("equals", "="),
    of_tokens("excl", "!"),
    of_pages("fjlig", "fj"),
    of_pages("grave", "`"),
    of_tokens("gt", ">"),
    of_tokens("GT", ">"),
    of_pages("Hat", "^"),
    of_tokens("hyphen", "-"),
    of_pages("lbrace", "{"),
    of_pages("lbrack", "["),
    of_pages("lcub", "{"),
    of_tokens("lowbar", "_"),
    of_pages("lpar", "("),
    of_pages("lsqb", "["),
    of_tokens("lt", "<"),
    of_tokens("LT", "<"),
    of_pages("midast", "*"),
    of_pages("nbsp", "\u{a0}"),
    of_tokens("NewLine", "\n"),
    of_tokens("num", "#"),
    of_tokens("percnt", "%"),
    of_tokens("period", "."),
    of_tokens("plus", "+"),
    of_pages("quest", "?"),
    of_tokens("quot", "\""),
    of_tokens("QUOT", "\""),
    of_pages("rbrace", "}"),
    of_pages("rbrack", "]"),
    of_pages("rcub", "}"),
    of_pages("rpar", ")"),
    of_pages("rsqb", "]"),
    of_pages("semi", ";"),
    of_pages("shy", "\u{ad}"),
    of_tokens("sol", "/"),
    of_tokens("Tab", "\t"),
    of_tokens("UnderBar", "_"),
    of_pages("verbar", "|"),
    of_pages("vert", "|"),
    of_pages("VerticalLine", "|"),
    of_pages("ZeroWidthSpace", "\u{200b}"),
    of_pages("zwj", "\u{200d}"),
    of_pages("zwnj", "\u{200c}"),
];

const fn of_tokens(written: &'static str, text: &'static str) -> Name {
    Name {
        written,
        text,
        is_of_tokens: true,
    }
}

const fn of_pages(written: &'static str, text: &'static str) -> Name {
    Name {
        written,
        text,
        is_of_tokens: false,
    }
}

/// What the number at the beginning of a text stands for, and how long it is: `#65`, `#x41`, with or without `;`. No
/// character for numbers that are none's.
pub(crate) fn number(text: &[u8]) -> Option<(Option<char>, usize)> {
    let (digits, radix) = match text {
        [b'#', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'#', digits @ ..] => (digits, 10),
        _ => return None,
    };
    let value = |byte: &u8| char::from(*byte).to_digit(radix);
    let (mut code, mut length) = (0_u32, 0);
    for digit in digits.iter().map_while(value) {
        code = code.saturating_mul(radix).saturating_add(digit);
        length += 1;
    }
    let end = usize::from(digits.get(length) == Some(&b';'));
    let mark = text.len() - digits.len();
    (length > 0).then(|| (char::from_u32(code), mark + length + end))
}

/// What the name at the beginning of a text stands for, as a reader of a page takes it, and how long it is: `lowbar;`.
pub(crate) fn name(text: &[u8]) -> Option<(&'static str, usize)> {
    let written = written(text)?;
    let name = alike(written).find(|known| known.written.as_bytes() == written)?;
    Some((name.text, written.len() + 1))
}

/// The same in any case, where it stands for what a token may consist of: a token has no accents.
pub(crate) fn name_of_token(text: &[u8]) -> Option<(&'static str, usize)> {
    let written = written(text)?;
    let name = alike(written).find(|known| known.is_of_tokens)?;
    Some((name.text, written.len() + 1))
}

/// What stands in front of a `;` that is near.
fn written(text: &[u8]) -> Option<&[u8]> {
    let near = text.get(..text.len().min(MAX_NAME))?;
    near.get(..memchr::memchr(b';', near)?)
}

/// The names that differ from this one in case alone.
fn alike(written: &[u8]) -> impl Iterator<Item = &'static Name> {
    let order = |known: &Name| without_case(known.written.as_bytes()).cmp(without_case(written));
    let start = NAMES.partition_point(|known| order(known).is_lt());
    let rest = NAMES.get(start..).unwrap_or_default().iter();
    rest.take_while(move |known| known.written.as_bytes().eq_ignore_ascii_case(written))
}

fn without_case(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        let lower = |name: &Name| name.written.to_ascii_lowercase();
        assert!(NAMES.is_sorted_by_key(lower));
        for known in NAMES {
            let written = format!("{};x", known.written);
            let expected = Some((known.text, known.written.len() + 1));
            assert!(known.written.len() < MAX_NAME);
            assert_eq!(name(written.as_bytes()), expected);
            let shouted = written.to_ascii_uppercase();
            let expected = expected.filter(|_| known.is_of_tokens);
            assert_eq!(name_of_token(shouted.as_bytes()), expected);
        }
        for text in ["", ";", "unknown;", "lt", "Amp;", "amp ;"] {
            assert_eq!(name(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_any_length() {
        for (text, expected) in [
            ("#65;x", Some((Some('A'), 4))),
            ("#65x", Some((Some('A'), 3))),
            ("#x41", Some((Some('A'), 4))),
            ("#X00000000000041;", Some((Some('A'), 17))),
            ("#xd800;", Some((None, 7))),
            ("#99999999999999999999", Some((None, 21))),
            ("#;", None),
            ("#x;", None),
            ("65;", None),
        ] {
            assert_eq!(number(text.as_bytes()), expected, "{text}");
        }
    }
}
