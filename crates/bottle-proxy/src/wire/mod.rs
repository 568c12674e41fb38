//! Untrusted bytes: what protocol they are, and HTTP/1.1 framing that can be read in one way only.

mod chunks;
mod first_bytes;
mod head;
mod prefixed;
mod strict;

#[cfg(any(fuzzing, test))]
pub(crate) use chunks::Chunks;
pub(crate) use first_bytes::{FirstBytes, sniff};
#[cfg(any(fuzzing, test))]
pub(crate) use head::{Follows, check as check_head};
pub(crate) use prefixed::Prefixed;
pub(crate) use strict::Strict;
