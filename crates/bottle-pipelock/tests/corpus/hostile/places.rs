//! How a text is written in the places where it stands.

/// So many pieces of a text, or its letters.
pub(crate) fn pieces(text: &str, count: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let size = letters.len().div_ceil(count).max(1);
    letters
        .chunks(size)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// The pieces with their numbers, written and joined.
pub(crate) fn joined(
    text: &str,
    count: usize,
    between: &str,
    write: impl Fn(usize, &str) -> String,
) -> String {
    let all: Vec<String> = pieces(text, count)
        .iter()
        .enumerate()
        .map(|(number, piece)| write(number, piece))
        .collect();
    all.join(between)
}

/// What an address cannot hold is percent-encoded; what is encoded already stays.
pub(crate) fn in_url(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "%20".to_owned(),
        b'!'
        | b'$'
        | b'%'
        | b'\''..=b'*'
        | b','..=b'9'
        | b':'
        | b';'
        | b'='
        | b'@'..=b'Z'
        | b'_'
        | b'a'..=b'z'
        | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// What the name of a field cannot hold is.
pub(crate) fn in_name(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'%' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A field has one line.
pub(crate) fn in_header(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '"'], " ")
}

/// Escapes of JSON stay, other backslashes are escaped.
pub(crate) fn in_json(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    let mut output = String::new();
    let mut rest = escaped.as_str();
    while let Some((front, tail)) = rest.split_once("\\\\u") {
        let digits = tail.bytes().take_while(u8::is_ascii_hexdigit).count();
        output.push_str(front);
        output.push_str(if digits < 4 { "\\\\u" } else { "\\u" });
        rest = tail;
    }
    output + rest
}

/// References stay.
pub(crate) fn in_xml(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    escaped.replace("&amp;#", "&#")
}
