//! What stands between the parts.

use memchr::memmem;

use crate::content::TooComplex;
use crate::content::parameter::{Parameter, parameters};

/// How many boundaries of one body are tried: servers differ in which of several they take, but nobody names several.
const MAX_BOUNDARIES: usize = 3;
/// The longest boundary that is looked for (RFC 2046 allows 70), in bytes.
const MAX_LENGTH: usize = 256;

/// Those that `Content-Type` names and the body has; if there is none, that of the first line that looks like one.
pub(super) fn boundaries(
    content_type: Option<&[u8]>,
    body: &[u8],
) -> Result<Vec<Vec<u8>>, TooComplex> {
    let named = parameters(content_type.unwrap_or_default())
        .filter(|parameter| parameter.name == b"boundary" && !parameter.value.is_empty());
    let mut boundaries = Vec::new();
    for Parameter { value, .. } in named {
        if boundaries.len() == MAX_BOUNDARIES {
            return Err(TooComplex);
        }
        boundaries.push(value);
    }
    boundaries.dedup();
    boundaries
        .retain(|boundary| memmem::find(body, &[b"--", boundary.as_slice()].concat()).is_some());
    if boundaries.is_empty() {
        boundaries.extend(first(body));
    }
    Ok(boundaries)
}

/// Whether a text is multipart without saying so: a line that may be a boundary, and behind it a field of a part.
pub(in crate::content) fn is_apparent(text: &[u8]) -> bool {
    const FIELD: &[u8] = b"content-";
    let line = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    let field = text.get(line..line + FIELD.len());
    field.is_some_and(|field| field.eq_ignore_ascii_case(FIELD)) && first(text).is_some()
}

/// Of the first line that begins with two hyphens.
fn first(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.find_map(|line| line.strip_prefix(b"--"))?;
    let boundary = line.trim_ascii_end();
    (!boundary.is_empty() && boundary.len() <= MAX_LENGTH).then(|| boundary.to_vec())
}
