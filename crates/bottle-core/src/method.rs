//! A request method.

use std::str::FromStr;

use crate::text::text_newtype;
use crate::token::is_token;

/// The longest method that is taken, in bytes: the longest registered one has 17.
const MAX_LENGTH: usize = 32;

/// A request method in upper case (RFC 9110 §9.1; the registered ones have no lower-case letters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(String);

text_newtype!(Method);

/// Why a text is not a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a method is one word such as GET or POST")]
pub struct MethodError;

impl Method {
    /// Whether a text is a method as it is written here, letter for letter.
    pub fn is_canonical(text: &str) -> bool {
        text.len() <= MAX_LENGTH
            && is_token(text)
            && !text.bytes().any(|byte| byte.is_ascii_lowercase())
    }
}

/// A set of methods can be asked for a text: order and equality are those of the text.
impl std::borrow::Borrow<str> for Method {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        if text.len() > MAX_LENGTH || !is_token(text) {
            return Err(MethodError);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_word() {
        assert_eq!("get".parse::<Method>().unwrap().as_str(), "GET");
        assert_eq!(
            "VERSION-CONTROL".parse::<Method>().unwrap().as_str(),
            "VERSION-CONTROL"
        );
        for text in ["", "GET ", "GET POST", "GÉT", "GET\r\n", "G:T"] {
            assert_eq!(text.parse::<Method>(), Err(MethodError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in ".{0,40}") {
            if let Ok(method) = text.parse::<Method>() {
                prop_assert_eq!(method.to_string().parse::<Method>(), Ok(method));
            }
        }
    }
}
