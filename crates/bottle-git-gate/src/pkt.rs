//! pkt-lines, the frames of git's protocol: four hexadecimal digits of length, themselves counted, then the content.

use std::io::{self, Read, Write};

use thiserror::Error;

/// The longest pkt-line, its length included.
pub(crate) const MAX_PKT: usize = 65520;
/// Digits of a length.
pub(crate) const HEADER: usize = 4;

/// What the digits of a length say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// The end of a list.
    Flush,
    /// That many bytes follow; none is possible.
    Data(usize),
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pkt {
    /// The end of a list.
    Flush,
    /// Content.
    Data(Vec<u8>),
}

/// Not a pkt-line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum PktError {
    /// The length is none, or one of the special ones that are not used here.
    #[error("a pkt-line begins with four hexadecimal digits of its length")]
    Length,
    /// It cannot be read or written.
    #[error("cannot exchange pkt-lines")]
    Io(#[from] io::Error),
}

/// Reads the digits of a length.
pub(crate) fn header(digits: [u8; HEADER]) -> Result<Header, PktError> {
    let mut length = 0_usize;
    for digit in digits {
        let value = char::from(digit).to_digit(16).ok_or(PktError::Length)?;
        length = length * 16 + usize::try_from(value).map_err(|_| PktError::Length)?;
    }
    match length {
        0 => Ok(Header::Flush),
        HEADER..=MAX_PKT => Ok(Header::Data(length - HEADER)),
        _ => Err(PktError::Length),
    }
}

/// The pkt-line with this content, which is cut where a pkt-line ends.
pub(crate) fn line(content: &[u8]) -> Vec<u8> {
    let content = content.get(..MAX_PKT - HEADER).unwrap_or(content);
    let mut line = format!("{:04x}", content.len() + HEADER).into_bytes();
    line.extend_from_slice(content);
    line
}

/// Reads one frame.
pub(crate) fn read(input: &mut impl Read) -> Result<Pkt, PktError> {
    let mut digits = [0; HEADER];
    input.read_exact(&mut digits)?;
    match header(digits)? {
        Header::Flush => Ok(Pkt::Flush),
        Header::Data(length) => {
            let mut content = vec![0; length];
            input.read_exact(&mut content)?;
            Ok(Pkt::Data(content))
        }
    }
}

/// Writes one frame.
pub(crate) fn write(output: &mut impl Write, pkt: &Pkt) -> Result<(), PktError> {
    match pkt {
        Pkt::Flush => output.write_all(b"0000")?,
        Pkt::Data(content) => output.write_all(&line(content))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths() {
        assert_eq!(header(*b"0000").unwrap(), Header::Flush);
        assert_eq!(header(*b"0004").unwrap(), Header::Data(0));
        assert_eq!(header(*b"fFf0").unwrap(), Header::Data(MAX_PKT - HEADER));
        for digits in [
            b"0001", b"0002", b"0003", b"fff1", b"ffff", b"+005", b"0x05", b"   5", b"-001",
        ] {
            assert!(matches!(header(*digits), Err(PktError::Length)));
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(content in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let pkts = [Pkt::Data(content), Pkt::Flush];
            let mut bytes = Vec::new();
            for pkt in &pkts {
                write(&mut bytes, pkt).unwrap();
            }
            let mut rest = bytes.as_slice();
            for pkt in &pkts {
                prop_assert_eq!(&read(&mut rest).unwrap(), pkt);
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut rest = bytes.as_slice();
            while read(&mut rest).is_ok() {}
        }
    }
}
