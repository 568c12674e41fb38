//! Texts with holes: `@{hex 40}` is forty hexadecimal digits, others in each run through the text.
//!
//! A hole is a word and its arguments. Three of them hold more text: `@{many 2 9 , |…}` is the text two to nine times with
//! a comma in between, `@{json …}` and `@{url …}` write another hole as a JSON string and a form have it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::words;
use crate::random::Random;

const HEX: &str = "0123456789abcdef";
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The text with every hole filled.
pub(crate) fn fill(template: &str, random: &mut Random) -> String {
    let mut output = String::new();
    let mut rest = template;
    while let Some((front, tail)) = rest.split_once("@{") {
        output.push_str(front);
        let end = closing(tail).expect("a hole ends");
        output.push_str(&hole(&tail[..end], random));
        rest = &tail[end + 1..];
    }
    output.push_str(rest);
    output
}

/// Where the brace is that closes a hole; those inside are in pairs.
fn closing(tail: &str) -> Option<usize> {
    let mut open = 0_usize;
    tail.bytes().position(|byte| {
        let closes = byte == b'}' && open == 0;
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        closes
    })
}

fn hole(text: &str, random: &mut Random) -> String {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "json" => words::quoted(&hole(rest, random), random.below(4) == 0),
        "url" => utf8_percent_encode(&hole(rest, random), NON_ALPHANUMERIC).to_string(),
        "base64" => STANDARD.encode(hole(rest, random)),
        "text" => fill(rest, random),
        "many" => many(rest, random),
        "pick" => {
            let all: Vec<&str> = rest.split('|').collect();
            random.pick(&all).to_owned()
        }
        _ => word_hole(word, rest, random),
    }
}

fn many(rest: &str, random: &mut Random) -> String {
    let (head, inner) = rest.split_once('|').expect("what is repeated");
    let mut head = head.splitn(3, ' ');
    let mut number = || head.next().unwrap().parse::<usize>().unwrap();
    let (least, most) = (number(), number());
    let between = head.next().unwrap_or_default().replace("\\n", "\n");
    let count = least + random.below(most - least + 1);
    let all: Vec<String> = (0..count).map(|_| fill(inner, random)).collect();
    all.join(&between)
}

fn word_hole(word: &str, rest: &str, random: &mut Random) -> String {
    let size = rest.parse().unwrap_or(8);
    match word {
        "hex" => random.text(HEX, size),
        "HEX" => random.text(HEX, size).to_uppercase(),
        "b64" => STANDARD.encode(random.bytes(size)),
        "b64u" => URL_SAFE_NO_PAD.encode(random.bytes(size)),
        "alnum" => random.text(ALPHANUMERIC, size),
        "lower" => random.text(&ALPHANUMERIC[26..], size),
        "letters" => random.text(&ALPHANUMERIC[26..52], size),
        "base58" => random.text(BASE58, size),
        "base32" => random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", size),
        "vlq" => random.text(words::VLQ, size),
        "bech32" => random.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l", size),
        "int" => random.text("1234567890", size),
        "num" => random.below(size).to_string(),
        "uuid" => uuid(random),
        "float" => format!("0.{}", random.text("0123456789", size)),
        "date" => date(random),
        "epoch" => format!("17{}", random.text("0123456789", 8)),
        "ms" => format!("17{}", random.text("0123456789", 11)),
        "ver" => format!(
            "{}.{}.{}",
            random.below(20),
            random.below(40),
            random.below(30)
        ),
        "ip" => format!(
            "10.{}.{}.{}",
            random.below(256),
            random.below(256),
            random.below(256)
        ),
        "ip6" => format!(
            "2001:db8:{}:{}::{}",
            random.text(HEX, 4),
            random.text(HEX, 3),
            random.text(HEX, 2)
        ),
        _ => words::hole(word, size, random),
    }
}

fn uuid(random: &mut Random) -> String {
    let digits = random.text(HEX, 32);
    let (a, b, c) = (&digits[..8], &digits[8..12], &digits[13..16]);
    format!("{a}-{b}-4{c}-a{}-{}", &digits[17..20], &digits[20..])
}

fn date(random: &mut Random) -> String {
    let mut two = |most: usize| 1 + random.below(most);
    let (month, day) = (two(12), two(28));
    let (hour, minute, second, part) = (two(23), two(59), two(59), two(999));
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{part:03}Z")
}
