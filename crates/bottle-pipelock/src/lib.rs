//! The second check of a bottle: `pipelock.yaml` and the data-loss scanner.
//!
//! [`render`] writes the policy of the outer proxy in the format of the program pipelock 2.3, so an operator may run
//! that program instead of the built-in scanner; [`PipelockFile::from_yaml`] reads it back for ours. [`Scanner`]
//! finds tokens by their shape and the bottle's own secrets by value, in several encodings; [`check_addresses`]
//! keeps connections away from private and special-purpose addresses.
//!
//! ```
//! use bottle_pipelock::Scanner;
//!
//! let scanner = Scanner::new();
//! let key = ["AKIA", "Q3EGTHP7K5ZWXN2M"].concat();
//! assert_eq!(scanner.scan_body(format!("key={key}").as_bytes()).unwrap().rule, "aws-access-key-id");
//! assert!(scanner.scan_body(b"commit 3f786850e387550fdab836ed7e6dc881de23001b").is_none());
//! ```

mod address;
mod allowed_host;
mod before;
mod body;
mod bytes;
mod calls;
mod checks;
mod content;
mod document;
mod eight;
mod envelope;
mod exchange;
mod families;
mod file;
mod finding;
mod fixed_table;
mod fold;
mod head;
mod host_data;
mod injection;
mod internal;
mod known;
mod literals;
mod message;
mod needles;
mod numbers;
mod overrides;
mod piece;
mod reference;
mod render;
mod rules;
mod runs;
mod scan;
mod scanner;
mod seed_phrase;
mod shapes;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod trail;
mod views;
mod wallet;

pub use crate::address::{check_addresses, is_special_address};
pub use crate::allowed_host::AllowedHost;
pub use crate::body::{COMPLEX_RULE, Content, UNDECODABLE_RULE, is_enveloped, is_media_type};
pub use crate::calls::{CallChains, Calls};
pub use crate::content::{
    Extent, Plain, Text, TooComplex, Undecodable, decode, parameters, plain, texts,
};
pub use crate::document::InFile;
pub use crate::envelope::EnvelopeScan;
pub use crate::exchange::{Exchange, Located, Part, SocketFrame};
pub use crate::file::{PipelockFile, UPSTREAM_IMAGE, UPSTREAM_VERSION};
pub use crate::finding::Finding;
pub use crate::head::Line;
pub use crate::host_data::{NAME_BUDGET_RULE, NameAllowance, NameBudget, registered_domain};
pub use crate::injection::{Injection, find_injection, find_injection_but};
pub use crate::known::{KnownSecret, MIN_SECRET_LENGTH, secret_part, secret_spellings};
pub use crate::message::MessageScan;
pub use crate::overrides::{Overrides, RouteDlp, host_data_rules};
pub use crate::render::{effective_allowlist, render};
pub use crate::rules::rule_names;
pub use crate::scanner::Scanner;
pub use crate::stream::StreamScan;
pub use crate::trail::{MAX_TAKEN_APART, Memory, Sent, Trail};
