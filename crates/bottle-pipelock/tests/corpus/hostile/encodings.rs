//! Ways to write a secret so that it does not look like one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::deflate::{deflate, gzip, zlib};
use crate::hex::hex;

/// Writes a text in some way.
type Encode = fn(&str) -> String;

/// The way that is none.
pub(crate) const PLAIN: &str = "plain";

/// All ways.
pub(crate) const ALL: &[(&str, Encode)] = &[
    (PLAIN, str::to_owned),
    ("percent", percent),
    ("percent-twice", |text| percent_again(&percent(text))),
    ("percent-thrice", |text| {
        percent_again(&percent_again(&percent(text)))
    }),
    ("percent-here-and-there", percent_here_and_there),
    ("base64", |text| STANDARD.encode(text)),
    ("base64-unpadded", |text| STANDARD_NO_PAD.encode(text)),
    ("base64-url", |text| URL_SAFE.encode(text)),
    ("base64-url-unpadded", |text| URL_SAFE_NO_PAD.encode(text)),
    ("base64-in-lines", base64_in_lines),
    ("base64-of-a-file", |text| {
        STANDARD.encode(format!(
            "[default]\nregion = eu-central-1\nkey: {text}\n# end"
        ))
    }),
    ("base64-twice", |text| {
        STANDARD.encode(STANDARD.encode(text))
    }),
    ("base64-thrice", |text| {
        STANDARD.encode(STANDARD.encode(STANDARD.encode(text)))
    }),
    ("base64-in-percent", |text| percent(&STANDARD.encode(text))),
    ("base64-in-hex", |text| {
        hex(STANDARD.encode(text).as_bytes())
    }),
    ("data-address", |text| {
        format!("data:text/plain;base64,{}", STANDARD.encode(text))
    }),
    ("hex", |text| hex(text.as_bytes())),
    ("hex-upper", |text| hex(text.as_bytes()).to_uppercase()),
    ("hex-with-colons", |text| hex_with(text, "", ":")),
    ("hex-with-spaces", |text| hex_with(text, "", " ")),
    ("hex-with-hyphens", |text| hex_with(text, "", "-")),
    ("hex-with-backslashes", |text| hex_with(text, "\\x", "")),
    ("hex-of-c", |text| hex_with(text, "0x", ",")),
    ("hex-of-c-spaced", |text| hex_with(text, "0x", ", ")),
    ("hex-in-base64", |text| {
        STANDARD.encode(hex(text.as_bytes()))
    }),
    ("base32", |text| base32(text.as_bytes(), true)),
    ("base32-small", |text| {
        base32(text.as_bytes(), false).to_lowercase()
    }),
    ("octal", |text| each(text, |byte| format!("\\{byte:03o}"))),
    ("decimal", |text| each(text, |byte| format!("{byte} "))),
    ("binary", |text| each(text, |byte| format!("{byte:08b}"))),
    ("json-escapes", |text| {
        each(text, |byte| format!("\\u{byte:04x}"))
    }),
    ("braced-escapes", |text| {
        each(text, |byte| format!("\\u{{{byte:x}}}"))
    }),
    ("html-decimal", |text| {
        each(text, |byte| format!("&#{byte};"))
    }),
    ("html-hex", |text| {
        each(text, |byte| format!("&#x{byte:x};"))
    }),
    ("quoted-printable", |text| {
        each(text, |byte| format!("={byte:02X}"))
    }),
    ("zero-width", |text| between(text, "\u{200b}")),
    ("soft-hyphens", |text| between(text, "\u{ad}")),
    ("tags", |text| moved(text, 0xe0000)),
    ("full-width", |text| moved(text, 0xfee0)),
    ("bold", bold),
    ("cyrillic", cyrillic),
    ("combining-marks", |text| between(text, "\u{301}")),
    ("hyphens-between", |text| between(text, "-")),
    ("spaces-between", |text| between(text, " ")),
    ("dots-between", |text| between(text, ".")),
    ("underscores-between", |text| between(text, "_")),
    ("lines-between", |text| between(text, "\n")),
    ("commas-between", |text| between(text, ",")),
    ("gzip-base64", |text| STANDARD.encode(gzip(text.as_bytes()))),
    ("zlib-base64", |text| STANDARD.encode(zlib(text.as_bytes()))),
    ("deflate-base64", |text| {
        STANDARD.encode(deflate(text.as_bytes()))
    }),
    ("gzip-hex", |text| hex(&gzip(text.as_bytes()))),
    ("utf16-base64", |text| STANDARD.encode(utf16(text))),
    ("utf16-hex", |text| hex(&utf16(text))),
];

fn each(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn percent(text: &str) -> String {
    each(text, |byte| format!("%{byte:02X}"))
}

fn percent_again(text: &str) -> String {
    text.replace('%', "%25")
}

fn percent_here_and_there(text: &str) -> String {
    let letters = text.bytes().enumerate().map(|(place, byte)| {
        if place % 3 == 1 {
            format!("%{byte:02x}")
        } else {
            char::from(byte).to_string()
        }
    });
    letters.collect()
}

fn base64_in_lines(text: &str) -> String {
    let file = format!(
        "{}{text}{}",
        "an ordinary line of text\n".repeat(6),
        "\nand another one\n".repeat(6)
    );
    let lines: Vec<String> = STANDARD
        .encode(file)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    lines.join("\r\n")
}

fn hex_with(text: &str, front: &str, between: &str) -> String {
    let all: Vec<String> = text
        .bytes()
        .map(|byte| format!("{front}{byte:02x}"))
        .collect();
    all.join(between)
}

/// RFC 4648, section 6.
pub(crate) fn base32(bytes: &[u8], is_padded: bool) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1));
    let bits: Vec<u8> = bits.collect();
    let digits = bits.chunks(5).map(|group| {
        let value = group
            .iter()
            .fold(0, |value, bit| value * 2 + usize::from(*bit));
        char::from(alphabet[value << (5 - group.len())])
    });
    let mut output: String = digits.collect();
    while is_padded && !output.len().is_multiple_of(8) {
        output.push('=');
    }
    output
}

fn between(text: &str, mark: &str) -> String {
    let letters: Vec<String> = text.chars().map(String::from).collect();
    letters.join(mark)
}

/// The letters that stand so far behind those of ASCII.
fn moved(text: &str, by: u32) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_graphic() {
            char::from_u32(u32::from(letter) + by).unwrap()
        } else {
            letter
        }
    };
    text.chars().map(letter).collect()
}

/// Mathematical letters.
fn bold(text: &str) -> String {
    let letter = |letter: char| match letter {
        'A'..='Z' => char::from_u32(0x1d400 + u32::from(letter) - u32::from('A')).unwrap(),
        'a'..='z' => char::from_u32(0x1d41a + u32::from(letter) - u32::from('a')).unwrap(),
        '0'..='9' => char::from_u32(0x1d7ce + u32::from(letter) - u32::from('0')).unwrap(),
        letter => letter,
    };
    text.chars().map(letter).collect()
}

/// Letters of Russian that look like those of English.
fn cyrillic(text: &str) -> String {
    let (from, to) = ("aceopxysABCEHKMOPTX", "асеорхуѕАВСЕНКМОРТХ");
    let letter = |letter| {
        from.chars()
            .zip(to.chars())
            .find(|(one, _)| *one == letter)
            .map_or(letter, |(_, other)| other)
    };
    text.chars().map(letter).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
