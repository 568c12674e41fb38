//! Entry points for fuzzing: parsers that see what an agent sends.

use bottle_core::RemoteName;

use crate::pkt;
use crate::request::Request;
pub use crate::scan::fuzzing::objects;

/// Reads the first bytes of a connection as the front does, and then everything behind them as frames.
///
/// # Panics
///
/// When a request names anything but one plain segment, or a frame is not written as it was read.
pub fn git_request(bytes: &[u8]) {
    let mut rest = bytes;
    let mut first = true;
    while let Ok(pkt) = pkt::read(&mut rest) {
        let mut written = Vec::new();
        let again =
            pkt::write(&mut written, &pkt).and_then(|()| pkt::read(&mut written.as_slice()));
        assert!(again.is_ok_and(|again| again == pkt));
        if let pkt::Pkt::Data(content) = &pkt
            && first
        {
            request(content);
        }
        first = false;
    }
    request(bytes);
}

fn request(content: &[u8]) {
    if let Ok(Request::Git { name, .. }) = Request::parse(content) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        assert!(name.as_str().bytes().all(plain) && !name.as_str().contains(".."));
        assert_eq!(name.as_str().parse::<RemoteName>().ok(), Some(name));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_first_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), path in "[ -~]{0,20}") {
            super::git_request(&bytes);
            super::git_request(format!("git-upload-pack {path}\0host=h\0").as_bytes());
        }
    }
}
