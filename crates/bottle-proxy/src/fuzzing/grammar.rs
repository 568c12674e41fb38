//! What bytes mean by the letter of RFC 9112, read in the simplest way: all of them at once.

use crate::limits::{MAX_CHUNK_EXTENSION, MAX_TRAILER_BYTES};
use crate::wire::{Chunks, Follows, check_head};

use super::pieces::Split;

/// A header field: its name in lower case, its value without blanks around it.
pub(super) type Field = (String, Vec<u8>);

/// One request as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) method: String,
    pub(super) target: Vec<u8>,
    /// In order of their names.
    pub(super) fields: Vec<Field>,
    pub(super) body: Vec<u8>,
    /// Nothing of its body is missing.
    pub(super) is_whole: bool,
    /// Something else than a request may follow.
    pub(super) changes: bool,
    /// Its version is 1.1.
    pub(super) is_http11: bool,
}

/// The requests in `bytes`, up to the first that is refused or not whole. A request that asks for a change of protocol
/// gets it when `switches` says so.
pub(super) fn read(bytes: &[u8], switches: impl Fn(&Message) -> bool) -> Vec<Message> {
    let (mut messages, mut rest) = (Vec::new(), bytes);
    while let Some((mut message, follows, tail)) = read_head(rest) {
        let tail = match follows {
            Follows::Nothing | Follows::Upgrade | Follows::Tunnel => Some(tail),
            Follows::Length(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let (body, tail) = tail
                    .split_at_checked(length)
                    .map_or((tail, None), |(body, tail)| (body, Some(tail)));
                message.body = body.to_vec();
                tail
            }
            Follows::Chunks => unchunk(tail, &mut message.body).unwrap_or_default(),
        };
        message.is_whole = tail.is_some();
        message.changes = matches!(follows, Follows::Upgrade | Follows::Tunnel);
        let ends = message.changes && switches(&message);
        messages.push(message);
        match tail {
            Some(tail) if !ends => rest = tail,
            _ => break,
        }
    }
    messages
}

/// The first head of `bytes`, what follows it, and everything behind it.
fn read_head(bytes: &[u8]) -> Option<(Message, Follows, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, tail) = bytes.split_at_checked(end + 4)?;
    let follows = check_head(head).ok()?;
    let text = head.get(..end)?;
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut words = lines.next()?.split(|byte| *byte == b' ');
    let method = String::from_utf8_lossy(words.next()?).into_owned();
    let target = words.next()?.to_vec();
    let mut fields: Vec<Field> = lines.filter_map(field).collect();
    fields.sort();
    let message = Message {
        method,
        target,
        fields,
        body: Vec::new(),
        is_whole: false,
        changes: false,
        is_http11: words.next() == Some(b"HTTP/1.1"),
    };
    Some((message, follows, tail))
}

fn field(line: &[u8]) -> Option<Field> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    Some((name, value.get(1..)?.trim_ascii().to_vec()))
}

/// A chunked body is malformed.
struct Malformed;

/// Reads a chunked body into `body`; what stands behind it, or none when it is not whole.
fn unchunk<'a>(bytes: &'a [u8], body: &mut Vec<u8>) -> Result<Option<&'a [u8]>, Malformed> {
    let mut rest = bytes;
    loop {
        let Some((line, tail)) = line(rest) else {
            return Ok(None);
        };
        let (digits, extension) = line
            .iter()
            .position(|byte| *byte == b';')
            .map_or((line, None), |at| {
                (line.get(..at).unwrap_or_default(), line.get(at + 1..))
            });
        let printable = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
        let extension = extension.unwrap_or_default();
        let well = digits.iter().all(u8::is_ascii_hexdigit)
            && (1..=15).contains(&digits.len())
            && extension.len() <= MAX_CHUNK_EXTENSION
            && extension.iter().all(printable);
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        let size = u64::from_str_radix(digits, 16);
        let (true, Ok(size)) = (well, size) else {
            return Err(Malformed);
        };
        if size == 0 {
            return trailers(tail);
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some((data, tail)) = tail.split_at_checked(size) else {
            body.extend_from_slice(tail);
            return Ok(None);
        };
        body.extend_from_slice(data);
        rest = match tail {
            [b'\r', b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return Ok(None),
            _ => return Err(Malformed),
        };
    }
}

fn trailers(bytes: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let (mut rest, mut total) = (bytes, 0);
    while let Some((line, tail)) = line(rest) {
        total += line.len();
        let proper = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
        if total > MAX_TRAILER_BYTES || !line.iter().all(proper) {
            return Err(Malformed);
        }
        if line.is_empty() {
            return Ok(Some(tail));
        }
        rest = tail;
    }
    Ok(None)
}

/// The first line and what follows it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}

/// The end of a chunked body is where a naive reader finds it, however the bytes arrive.
///
/// # Panics
///
/// When it is otherwise.
pub fn chunks(bytes: &[u8]) {
    let mut body = Vec::new();
    let expected = unchunk(bytes, &mut body);
    let whole = advance(bytes, usize::MAX);
    for size in [1, 2, 3, 7] {
        assert_eq!(advance(bytes, size), whole, "in pieces of {size}");
    }
    match (whole, expected) {
        (Ok((used, Chunks::Done)), Ok(Some(rest))) => assert_eq!(used + rest.len(), bytes.len()),
        (Ok((used, state)), Ok(None)) => assert!(used == bytes.len() && state != Chunks::Done),
        // A naive reader looks at whole lines.
        (Err(()), Err(Malformed) | Ok(None)) => {}
        (found, _) => unreachable!("{found:?}"),
    }
    for split in Split::several(bytes) {
        if let Split::Drawn(seed) = split {
            let size = usize::try_from(seed % 61).unwrap_or_default();
            assert_eq!(advance(bytes, size + 1), whole);
        }
    }
}

fn advance(bytes: &[u8], size: usize) -> Result<(usize, Chunks), ()> {
    let (mut chunks, mut used) = (Chunks::START, 0);
    for piece in bytes.chunks(size.min(bytes.len().max(1))) {
        let count = chunks.advance(piece).map_err(|_| ())?;
        used += count;
        if count < piece.len() {
            assert_eq!(chunks, Chunks::Done);
            break;
        }
    }
    Ok((used, chunks))
}
