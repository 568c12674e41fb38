//! The name of a header that carries a credential.

use std::str::FromStr;

use crate::text::text_newtype;
use crate::token::is_token;

/// The longest name that is taken, in bytes.
const MAX_LENGTH: usize = 128;

/// Names that frame a message or belong to one hop: a credential there would change what the message is.
const RESERVED: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header name in lower case, of a header that goes end to end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderName(String);

text_newtype!(HeaderName);

impl HeaderName {
    /// Where credentials are unless said otherwise (RFC 9110 §11.6.2).
    pub fn authorization() -> Self {
        Self("authorization".to_owned())
    }
}

/// Why a text is not a header name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderNameError {
    /// Not one token.
    #[error("a header name is one word such as X-Api-Key")]
    Token,
    /// A framing or hop-by-hop header.
    #[error(
        "this header frames the message or belongs to one connection: it cannot carry a credential"
    )]
    Reserved,
}

impl FromStr for HeaderName {
    type Err = HeaderNameError;

    fn from_str(text: &str) -> Result<Self, HeaderNameError> {
        if text.len() > MAX_LENGTH || !is_token(text) {
            return Err(HeaderNameError::Token);
        }
        let name = text.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) || name.starts_with("proxy-") {
            return Err(HeaderNameError::Reserved);
        }
        Ok(Self(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn end_to_end_headers_only() {
        assert_eq!(
            "X-Api-Key".parse::<HeaderName>().unwrap().as_str(),
            "x-api-key"
        );
        for text in [
            "Host",
            "connection",
            "Proxy-Authorization",
            "Content-Length",
            "TE",
        ] {
            assert_eq!(
                text.parse::<HeaderName>(),
                Err(HeaderNameError::Reserved),
                "{text}"
            );
        }
        for text in ["", "a b", "a:", "a\r\nb", "é"] {
            assert_eq!(
                text.parse::<HeaderName>(),
                Err(HeaderNameError::Token),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in ".{0,40}") {
            if let Ok(name) = text.parse::<HeaderName>() {
                prop_assert_eq!(name.to_string().parse::<HeaderName>(), Ok(name));
            }
        }
    }
}
