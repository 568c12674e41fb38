//! Looking at a body as it comes: out of its compression, if it is text, window by window.

use bottle_core::Guard;
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use super::Sign;
use super::kind::{Certainty, Flow, Kind, TELLING, is_text};
use super::window::Window;
use crate::inflate::Inflate;
use crate::limits::{MAX_UNPACKING, RESPONSE_HOLD_BYTES, RESPONSE_STEP};

/// A look at one body.
#[derive(Debug)]
pub(super) struct Look {
    coding: Coding,
    window: Window,
    /// How many bytes are still to show whether it is text.
    untold: usize,
    is_over: bool,
}

/// How a body is compressed.
#[derive(Debug)]
enum Coding {
    Plain,
    Packed(Box<Packed>),
    Unreadable,
}

/// A body on its way out of its compression.
#[derive(Debug)]
struct Packed {
    inflate: Inflate,
    /// Bytes that came, and what they became.
    packed: u64,
    plain: u64,
}

impl Look {
    /// A look at a body with these fields.
    pub(super) fn over(headers: &HeaderMap, kind: Kind) -> Self {
        let Kind { flow, certainty } = kind;
        Self {
            coding: Coding::of(headers),
            window: Window::new(match flow {
                Flow::Held => RESPONSE_HOLD_BYTES,
                Flow::Free => RESPONSE_STEP,
            }),
            untold: match certainty {
                Certainty::Text => 0,
                Certainty::Unknown => TELLING,
            },
            is_over: !Guard::Orders.is_on(),
        }
    }

    /// Whether nothing more will be found: something was, or it is no text.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether a body that begins so is no text, as far as that can be told without unpacking it.
    pub(super) fn is_waived(&self, beginning: &[u8]) -> bool {
        self.untold > 0 && matches!(self.coding, Coding::Plain) && !is_text(beginning)
    }

    /// What comes now is not held any more.
    pub(super) const fn flows(&mut self) {
        self.window.with_step(RESPONSE_STEP);
    }

    /// How many bytes there may be to look at in so many, as a rule: texts are packed to an eighth.
    pub(super) const fn work(&self, bytes: usize) -> usize {
        match &self.coding {
            Coding::Plain | Coding::Unreadable => bytes,
            Coding::Packed(_) => bytes.saturating_mul(8),
        }
    }

    /// Takes what came next; what is wrong with it, if that can be told before more comes.
    pub(super) fn push(&mut self, data: &Bytes) -> Option<Sign> {
        if self.is_over {
            return None;
        }
        let sign = match &mut self.coding {
            Coding::Unreadable => Some(Sign::Unreadable),
            Coding::Plain => self.read(data),
            Coding::Packed(body) => {
                body.inflate.push(data.clone());
                body.packed = body.packed.saturating_add(length(data));
                self.unpack()
            }
        };
        self.is_over |= sign.is_some();
        sign
    }

    /// What is wrong with all that came, which goes on now.
    pub(super) fn settle(&mut self) -> Option<Sign> {
        if self.is_over {
            return None;
        }
        let sign = self.window.settle().map(Sign::Order);
        self.is_over |= sign.is_some();
        sign
    }

    /// The same when nothing more comes.
    pub(super) fn end(&mut self) -> Option<Sign> {
        let sign = self.settle();
        let is_cut = match &mut self.coding {
            Coding::Packed(body) => body.inflate.end().is_err(),
            Coding::Plain | Coding::Unreadable => false,
        };
        let cut = (is_cut && !self.is_over).then_some(Sign::Unreadable);
        self.is_over = true;
        sign.or(cut)
    }

    fn unpack(&mut self) -> Option<Sign> {
        while let Coding::Packed(body) = &mut self.coding {
            let data = match body.next() {
                Ok(data) => data?,
                Err(sign) => return Some(sign),
            };
            let sign = self.read(&data);
            if sign.is_some() || self.is_over {
                return sign;
            }
        }
        None
    }

    fn read(&mut self, data: &[u8]) -> Option<Sign> {
        if self.untold > 0 {
            let telling = data.get(..self.untold).unwrap_or(data);
            self.untold -= telling.len();
            if !is_text(telling) {
                self.is_over = true;
                return None;
            }
        }
        self.window.push(data).map(Sign::Order)
    }
}

impl Packed {
    /// Some plain bytes; none when more must come first.
    fn next(&mut self) -> Result<Option<Bytes>, Sign> {
        let next = self.inflate.next().map_err(|_| Sign::Unreadable)?;
        let Some(data) = next else { return Ok(None) };
        self.plain = self.plain.saturating_add(length(&data));
        if self.plain > self.packed.saturating_mul(MAX_UNPACKING) {
            return Err(Sign::Unreadable);
        }
        Ok(Some(data))
    }
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let mut about = HeaderMap::new();
        for coding in headers.get_all(CONTENT_ENCODING) {
            about.append(CONTENT_ENCODING, lower(coding));
        }
        match Inflate::of(&mut about) {
            Ok(None) => Self::Plain,
            Ok(Some(inflate)) => Self::Packed(Box::new(Packed {
                inflate,
                packed: 0,
                plain: 0,
            })),
            Err(_) => Self::Unreadable,
        }
    }
}

/// Codings have no case (RFC 9110, section 8.4.1).
fn lower(coding: &HeaderValue) -> HeaderValue {
    let lower = coding.as_bytes().to_ascii_lowercase();
    HeaderValue::from_bytes(&lower).unwrap_or_else(|_| coding.clone())
}

fn length(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap_or(u64::MAX)
}
