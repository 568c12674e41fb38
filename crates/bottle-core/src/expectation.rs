//! A policy test: what a bottle is expected to do with one request.

use std::fmt;
use std::str::FromStr;

use crate::method::{Method, MethodError};
use crate::request_url::{RequestUrl, RequestUrlError};

/// What is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The request leaves.
    Allow,
    /// It does not.
    Deny,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}

/// `allow GET https://host/path` or `deny POST https://host/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// What is expected.
    pub verdict: Verdict,
    /// Of a request with this method.
    pub method: Method,
    /// To this address.
    pub url: RequestUrl,
}

/// Why a text is not a policy test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationError {
    /// Not three words.
    #[error("a test is three words: `allow` or `deny`, a method, an address")]
    Shape,
    /// The first word is another one.
    #[error("a test begins with `allow` or `deny`")]
    Verdict,
    /// The second word is not a method.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The third word is not an address.
    #[error(transparent)]
    Url(#[from] RequestUrlError),
}

impl FromStr for Expectation {
    type Err = ExpectationError;

    fn from_str(text: &str) -> Result<Self, ExpectationError> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let [verdict, method, url] = words.as_slice() else {
            return Err(ExpectationError::Shape);
        };
        let verdict = match *verdict {
            "allow" => Verdict::Allow,
            "deny" => Verdict::Deny,
            _ => return Err(ExpectationError::Verdict),
        };
        Ok(Self {
            verdict,
            method: method.parse()?,
            url: url.parse()?,
        })
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            verdict,
            method,
            url,
        } = self;
        write!(f, "{verdict} {method} {url}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_words() {
        let test: Expectation = "deny  post https://a.test/x".parse().unwrap();
        assert_eq!(test.to_string(), "deny POST https://a.test/x");
        for text in [
            "",
            "allow GET",
            "allow GET https://a.test/ x",
            "permit GET https://a.test/",
            "allow G:T https://a.test/",
            "allow GET a.test",
        ] {
            assert!(text.parse::<Expectation>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "(allow|deny| |GET|[a-z]|https://a\\.test/?){0,8}") {
            if let Ok(test) = text.parse::<Expectation>() {
                prop_assert_eq!(test.to_string().parse(), Ok(test));
            }
        }
    }
}
