//! Answers on their way are looked at for orders to the model that reads them.
//!
//! What is short is held until all of it is there, looked at as a whole, and marked or refused ([`Watch::over`]). What is
//! long, and what comes as events, flows on as it comes ([`Tap`]). Compressed answers go on as they are; a copy is taken
//! out of its compression. Nothing is looked at but text ([`kind`]).

mod charset;
mod gathered;
mod hold;
mod kind;
mod look;
mod room;
mod tap;
mod window;

pub(crate) use self::room::Room;
pub(crate) use self::tap::Tap;

use std::borrow::Cow;
use std::sync::Arc;

use bottle_core::{Guard, ResponseAction};
use bottle_egress::{DenialCode, Sighting};
use bottle_pipelock::{Injection, RouteDlp};
use bytes::Bytes;
use http::HeaderValue;
use http::response::Parts;
use hyper::body::Body as _;
use tokio::time::timeout;

use self::hold::Held;
use self::kind::{Flow, Kind};
use self::look::Look;
use crate::body::Body;
use crate::decision_log::OpenRecord;
use crate::gate::Refusal;
use crate::headers::INJECTION;
use crate::limits::RESPONSE_HOLD_TIMEOUT;

/// How the answer to one request is watched.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    /// What holds on its route: which signs are none, and what happens to an answer with one.
    pub(crate) dlp: Arc<RouteDlp>,
    /// What all that is held may take together.
    pub(crate) room: Arc<Room>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It gives an order.
    Order(Injection),
    /// It is compressed in a way that cannot be taken off, or makes far too much of too little.
    Unreadable,
}

impl Sign {
    /// Its name in the decision log.
    pub(crate) const fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Order(Injection { rule, .. }) => rule,
            Self::Unreadable => "unreadable",
        })
    }

    /// Whether an answer with it is refused.
    pub(crate) fn is_refused(self, action: ResponseAction) -> bool {
        match (action, self) {
            (ResponseAction::Mark, _) => false,
            (ResponseAction::Block, Self::Order(_)) => true,
            (ResponseAction::Block, Self::Unreadable) => Guard::UnreadableOrders.is_on(),
        }
    }

    /// Why an answer with it is refused, where it is.
    pub(crate) const fn code(self) -> DenialCode {
        match self {
            Self::Order(_) => DenialCode::InjectionResponse,
            Self::Unreadable => DenialCode::UpstreamUnreadable,
        }
    }
}

impl Watch {
    /// Watches an answer from here on: what is to be passed on, its fields marked where it gives an order.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where answers with a sign are refused and this one could be held until its sign was found.
    pub(crate) async fn over(
        &self,
        parts: &mut Parts,
        mut body: Body,
        record: &mut OpenRecord,
    ) -> Result<Body, Refusal> {
        let Some(kind) = Kind::of(parts, body.size_hint().exact()) else {
            return Ok(body);
        };
        let mut look = Look::over(&parts.headers, kind, &self.dlp);
        let mut tap = Tap::new(self.dlp.responses);
        let room = (kind.flow == Flow::Held).then(|| self.room.take());
        if let Some(room) = room.flatten() {
            let mut held = Held::default();
            // What is not there in time flows on as it comes.
            let _ = timeout(RESPONSE_HOLD_TIMEOUT, held.fill(&mut body, &look)).await;
            let sign;
            (look, sign) = self.room.look(look, held.view()).await?;
            if let Some(sign) = sign {
                self.judge(sign, parts, record)?;
            }
            tap.begin(held, room);
        }
        Ok(body.with_tap(tap.over(look)))
    }

    /// What becomes of an answer of which nothing was passed on yet.
    fn judge(&self, sign: Sign, parts: &mut Parts, record: &mut OpenRecord) -> Result<(), Refusal> {
        record.record.injection = Some(sign.name());
        self.permits(sign)?;
        if let Sign::Order(Injection { rule, .. }) = sign {
            parts
                .headers
                .insert(INJECTION, HeaderValue::from_static(rule));
        }
        Ok(())
    }

    /// What is wrong with a message of a WebSocket, which is looked at as a whole.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the look itself ended badly.
    pub(crate) async fn message(&self, message: Bytes) -> Result<Option<Sign>, Refusal> {
        if !Guard::MessageOrders.is_on() {
            return Ok(None);
        }
        Ok(self.room.find(message, &self.dlp).await?)
    }

    /// Whether something goes on with a sign.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where it does not.
    pub(crate) fn permits(&self, sign: Sign) -> Result<(), Refusal> {
        if sign.is_refused(self.dlp.responses) {
            return Err(sign.into());
        }
        Ok(())
    }
}

impl From<Sign> for Refusal {
    fn from(sign: Sign) -> Self {
        let offset = match sign {
            Sign::Order(Injection { offset, .. }) => offset,
            Sign::Unreadable => 0,
        };
        Self {
            code: sign.code(),
            finding: Some(Box::new(Sighting {
                rule: sign.name().into_owned(),
                part: "response".to_owned(),
                offset,
                // The words are an order to whoever reads this, too.
                excerpt: String::new(),
            })),
        }
    }
}
