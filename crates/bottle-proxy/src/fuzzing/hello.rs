//! The hello of a TLS client.

use rustls::server::Acceptor;
use tokio_rustls::LazyConfigAcceptor;

use super::pieces::{Pieces, Split, settle};
use crate::authority::Name;
use crate::engine::agrees;

/// The tunnel that the hello is compared with.
const TUNNEL: &str = "ok.test";

/// What came of reading a hello.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It is no hello, or not all of one.
    Failed,
    /// It names a server or none, and protocols.
    Read(Option<String>, Vec<Vec<u8>>),
}

/// What is read out of a hello does not depend on how its bytes arrive, and a name in it is compared as a name.
///
/// # Panics
///
/// When it is otherwise.
pub fn client_hello(bytes: &[u8]) {
    let [first, others @ ..] = Split::several(bytes);
    let whole = read(bytes, first);
    for split in others {
        assert_eq!(read(bytes, split), whole, "{split:?}");
    }
    let Outcome::Read(name, _) = whole else {
        return;
    };
    let (Ok(tunnel), address) = (TUNNEL.parse(), Name::Ip([127, 0, 0, 1].into())) else {
        unreachable!("{TUNNEL} is a name")
    };
    let plain = name.as_deref().map(str::to_ascii_lowercase);
    let plain = plain
        .as_deref()
        .map(|name| name.strip_suffix('.').unwrap_or(name));
    assert_eq!(
        agrees(name.as_deref(), &Name::Host(tunnel)),
        plain.is_none_or(|name| name == TUNNEL)
    );
    assert_eq!(agrees(name.as_deref(), &address), name.is_none());
    assert_eq!(agrees(name.as_deref(), &Name::Local), name.is_none());
}

fn read(bytes: &[u8], split: Split) -> Outcome {
    let accepting = LazyConfigAcceptor::new(Acceptor::default(), Pieces::ending(bytes, split));
    let mut accepting = Box::pin(accepting);
    let Some(accepted) = settle(accepting.as_mut()) else {
        unreachable!("the client has left, but is waited for")
    };
    accepted.map_or(Outcome::Failed, |start| {
        let hello = start.client_hello();
        let protocols = hello.alpn().into_iter().flatten().map(<[u8]>::to_vec);
        Outcome::Read(hello.server_name().map(str::to_owned), protocols.collect())
    })
}
