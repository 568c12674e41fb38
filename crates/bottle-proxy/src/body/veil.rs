//! A response in which a value is covered.

use bytes::Bytes;

use super::{BodyError, Flow};
use crate::inflate::Inflate;
use crate::mask::StreamMask;

/// What is done to a response in which a value could come back.
#[derive(Debug)]
pub(crate) struct Veil {
    pub(crate) inflate: Option<Inflate>,
    pub(crate) mask: StreamMask,
}

impl Veil {
    pub(super) fn is_holding(&self) -> bool {
        self.inflate.is_some() || self.mask.is_holding()
    }
}

impl Flow {
    /// What passes the veil next; none when the source must be asked first.
    pub(super) fn unveiled(&mut self) -> Option<Result<Bytes, BodyError>> {
        let Veil { inflate, mask } = self.veil.as_deref_mut()?;
        let inflate = inflate.as_mut()?;
        loop {
            match inflate.next() {
                Ok(Some(plain)) => {
                    let plain = mask.push(plain);
                    if !plain.is_empty() {
                        return Some(Ok(plain));
                    }
                }
                Ok(None) => return None,
                Err(error) => return Some(Err(BodyError::Coding(error))),
            }
        }
    }

    /// Puts a piece behind the veil; what passes it at once, if anything does.
    pub(super) fn veiled(&mut self, data: Bytes) -> Option<Bytes> {
        match self.veil.as_deref_mut() {
            None => Some(data),
            Some(Veil {
                inflate: Some(inflate),
                ..
            }) => {
                inflate.push(data);
                None
            }
            Some(Veil {
                inflate: None,
                mask,
            }) => Some(mask.push(data)).filter(|data| !data.is_empty()),
        }
    }
}
