//! Compressed texts, written without a library: every byte is a literal of the fixed code (RFC 1951, section 3.2.6), as
//! short texts are compressed mostly.

/// Bits, lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, width: u32) {
        self.pending |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.bytes.push(self.pending.to_le_bytes()[0]);
        self.pending >>= 8;
        self.count = self.count.saturating_sub(8);
    }

    /// A code, which goes highest bit first.
    fn code(&mut self, code: u32, width: u32) {
        self.put(code.reverse_bits() >> (32 - width), width);
    }
}

/// The text as a raw stream.
pub(crate) fn deflate(text: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, of the fixed code.
    bits.put(0b011, 3);
    for byte in text {
        let value = u32::from(*byte);
        match byte {
            0..144 => bits.code(0x30 + value, 8),
            144.. => bits.code(0x190 + value - 144, 9),
        }
    }
    bits.code(0, 7);
    bits.flush();
    bits.bytes
}

/// With the frame of zlib (RFC 1950).
pub(crate) fn zlib(text: &[u8]) -> Vec<u8> {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in text {
        low = (low + u32::from(*byte)) % 65521;
        high = (high + low) % 65521;
    }
    let mut output = vec![0x78, 0x9c];
    output.extend(deflate(text));
    output.extend((high << 16 | low).to_be_bytes());
    output
}

/// With the frame of gzip (RFC 1952).
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut output = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    output.extend(deflate(text));
    output.extend(crc32fast::hash(text).to_le_bytes());
    output.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    output
}
