//! `Content-Encoding` (RFC 9110 section 8.4).

use std::borrow::Cow;

use super::decoder;

/// How many codings are taken off a body. Nobody sends more than one; more are made to wear the reader out.
const MAX_CODINGS: usize = 3;

/// A body that cannot be looked into. To be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Undecodable {
    /// A coding that this program does not take off.
    #[error("unknown content coding")]
    Unknown,
    /// More codings than anybody needs.
    #[error("more than {MAX_CODINGS} content codings")]
    TooMany,
    /// More comes out than may.
    #[error("the body is too large when its coding is taken off")]
    TooLarge,
    /// The body is not what its coding says, is cut off, or has something behind its end.
    #[error("the body is not what its content coding says")]
    Broken,
}

/// Takes the codings of a body off, which the values of its `Content-Encoding` fields name in the order in which they were
/// put on: gzip, deflate (with the header of zlib, or, as some do it, without), br, zstd, identity. An empty body has
/// none, whatever is said.
///
/// No more than `limit` bytes come out of any of them.
///
/// # Errors
///
/// [`Undecodable`] when the body cannot be read as a whole.
pub fn decode<'a, 'b>(
    codings: impl IntoIterator<Item = &'b [u8]>,
    body: &'a [u8],
    limit: usize,
) -> Result<Cow<'a, [u8]>, Undecodable> {
    let names = codings
        .into_iter()
        .flat_map(|value| value.split(|byte| *byte == b','));
    let mut codings = Vec::new();
    for name in names {
        codings.extend(Coding::named(name.trim_ascii())?);
        if codings.len() > MAX_CODINGS {
            return Err(Undecodable::TooMany);
        }
    }
    if body.is_empty() {
        return Ok(Cow::Borrowed(body));
    }
    let take_off =
        |body: Cow<'a, [u8]>, coding: Coding| coding.take_off(&body, limit).map(Cow::Owned);
    codings
        .into_iter()
        .rev()
        .try_fold(Cow::Borrowed(body), take_off)
}

#[derive(Debug, Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// None for the coding that is none.
    fn named(name: &[u8]) -> Result<Option<Self>, Undecodable> {
        match name.to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Ok(None),
            b"gzip" | b"x-gzip" => Ok(Some(Self::Gzip)),
            b"deflate" => Ok(Some(Self::Deflate)),
            b"br" => Ok(Some(Self::Brotli)),
            b"zstd" => Ok(Some(Self::Zstd)),
            _ => Err(Undecodable::Unknown),
        }
    }

    fn take_off(self, body: &[u8], limit: usize) -> Result<Vec<u8>, Undecodable> {
        match self {
            Self::Gzip => decoder::gzip(body, limit).whole(),
            Self::Deflate => deflate(body, limit),
            Self::Brotli => decoder::brotli(body, limit).whole(),
            Self::Zstd => decoder::zstd(body, limit).whole(),
        }
    }
}

/// Some servers take `deflate` for zlib and some for what is in it. A body that can be read as both says different things
/// to them: it is not read at all.
fn deflate(body: &[u8], limit: usize) -> Result<Vec<u8>, Undecodable> {
    let with_header = decoder::zlib(body, limit).whole();
    let without = decoder::deflate(body, limit).whole();
    match (with_header, without) {
        (Err(Undecodable::TooLarge), _) | (_, Err(Undecodable::TooLarge)) => {
            Err(Undecodable::TooLarge)
        }
        (Ok(plain), Err(_)) | (Err(_), Ok(plain)) => Ok(plain),
        _ => Err(Undecodable::Broken),
    }
}
