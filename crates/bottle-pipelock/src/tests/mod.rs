//! The scanner as a whole.

mod hostile;
mod known;
mod ordinary;
mod tokens;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// A text in each encoding that the scanner takes off, with the encoding's name.
pub(crate) fn encoded(text: &str) -> Vec<(&'static str, String)> {
    let each = |render: fn(u8) -> String| text.bytes().map(render).collect::<String>();
    vec![
        ("as it is", text.to_owned()),
        ("percent", each(|byte| format!("%{byte:02X}"))),
        ("json", each(|byte| format!("\\u{byte:04x}"))),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("upper hex", each(|byte| format!("{byte:02X}"))),
        ("base64", STANDARD.encode(text)),
        ("base64 without padding", STANDARD_NO_PAD.encode(text)),
        ("url-safe base64", URL_SAFE.encode(text)),
        (
            "url-safe base64 without padding",
            URL_SAFE_NO_PAD.encode(text),
        ),
        (
            "base64 at the second place",
            STANDARD.encode(format!(" {text} ")),
        ),
        (
            "base64 at the third place",
            STANDARD.encode(format!("  {text} ")),
        ),
    ]
}
