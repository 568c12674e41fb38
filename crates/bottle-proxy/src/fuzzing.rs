//! What must hold whatever bytes a client sends. libFuzzer feeds these checks (`scripts/fuzz`), and so do the properties
//! of the ordinary tests; no build that ships has them.

mod exchange;
mod frames;
mod grammar;
mod hello;
mod journey;
#[cfg(test)]
mod journey_tests;
mod pieces;
mod recorder;
#[cfg(test)]
mod tests;

pub use self::exchange::request_head;
pub use self::frames::h2_frames;
pub use self::grammar::chunks;
pub use self::hello::client_hello;

use bottle_core::Port;
use bytes::BytesMut;
use tokio::io::AsyncReadExt;

use self::pieces::{Pieces, Split, settle, with_clock};
use crate::authority::{Authority, Name};
use crate::wire::{FirstBytes, sniff};

/// More first bytes than any answer needs.
const FIRST: usize = 64;

/// What a connection speaks is told from its first bytes: more of them never change the answer, and none get lost.
///
/// # Panics
///
/// When it is otherwise.
pub fn first_bytes(bytes: &[u8]) {
    let whole = FirstBytes::of(bytes);
    for length in 0..bytes.len().min(FIRST) {
        let early = FirstBytes::of(bytes.get(..length).unwrap_or_default());
        assert!(early == FirstBytes::NeedMore || early == whole);
    }
    assert!(whole != FirstBytes::NeedMore || bytes.len() < FIRST);
    let known = if whole == FirstBytes::NeedMore {
        FirstBytes::Unknown
    } else {
        whole
    };
    for split in Split::several(bytes) {
        let stream = Pieces::ending(bytes, split);
        let read = with_clock(|| {
            let mut reading = Box::pin(async {
                let (kind, mut stream) = sniff(stream, BytesMut::new()).await?;
                let mut again = Vec::new();
                stream.read_to_end(&mut again).await?;
                Ok::<_, std::io::Error>((kind, again))
            });
            settle(reading.as_mut())
        });
        let Some(Ok((kind, again))) = read else {
            unreachable!("the stream ends and has no errors")
        };
        assert!(kind == known && again == bytes, "{split:?}");
    }
}

/// An authority that is read, printed and read again is the same, and an HTTP library reads the same out of it.
///
/// # Panics
///
/// When it is otherwise.
pub fn authority(text: &str) {
    let strict = Authority::parse(text, None);
    let Ok(read) = Authority::parse(text, Some(Port::HTTPS)) else {
        assert!(strict.is_err(), "a default port can only add");
        return;
    };
    assert!(strict.is_err() || strict.as_ref() == Ok(&read));
    let printed = read.to_string();
    assert_eq!(Authority::parse(&printed, None).as_ref(), Ok(&read));
    assert_eq!(
        Authority::parse(&printed, Some(Port::HTTP)),
        Ok(read.clone())
    );
    let Ok(library) = printed.parse::<http::uri::Authority>() else {
        unreachable!("{printed} is no authority to the library")
    };
    assert_eq!(library.host(), read.name.to_string());
    assert_eq!(library.port_u16(), Some(read.port.get()));
    // What was written is what is meant, but for case, a final dot and the port.
    let plain = text.to_ascii_lowercase();
    match &read.name {
        Name::Host(host) => assert!(plain.starts_with(host.as_str())),
        Name::Local => assert!(plain.starts_with("_egress.local")),
        Name::Ip(_) => {
            assert!(plain.starts_with(|first: char| first == '[' || first.is_ascii_digit()));
        }
    }
}
