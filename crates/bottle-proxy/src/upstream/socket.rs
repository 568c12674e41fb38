//! A WebSocket to the next hop, on a connection of its own.

use bottle_core::Guard;
use http::{Request, StatusCode};
use tokio::time::timeout;

use super::origin::Origin;
use super::outlet::{Outlet, drive, handshake1, in_time};
use super::request::count_interim;
use super::slots::Slotted;
use super::{Answered, HttpVersion, UpstreamError};
use crate::body::Body;
use crate::limits::RESPONSE_HEAD_TIMEOUT;
use crate::websocket::Handshake;

impl Outlet {
    /// Makes a WebSocket. An answer other than 101 is one like any other.
    pub(super) async fn open_websocket(
        &self,
        origin: &Origin,
        mut request: Request<Body>,
        handshake: Handshake,
    ) -> Result<Answered, UpstreamError> {
        let stream = in_time(async {
            let slot = self.slot(origin).await?;
            let secured = self
                .way
                .secure_stream(&origin.destination, HttpVersion::Http1);
            let (stream, _) = secured.await?;
            Ok(Slotted {
                stream,
                _slot: slot,
            })
        });
        let (mut sender, connection) = handshake1(stream.await?).await?;
        drive(connection.with_upgrades());
        let interim = count_interim(&mut request);
        let mut response = tokio::select! {
            biased;
            () = interim.too_many() => return Err(UpstreamError::Interim),
            answered = timeout(RESPONSE_HEAD_TIMEOUT, sender.send_request(request)) => {
                answered.map_err(|_| UpstreamError::TimedOut)?.map_err(UpstreamError::Exchange)?
            }
        };
        let mut socket = None;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            if !handshake.is_answered_by(&response) && Guard::WebSocketAccept.is_on() {
                return Err(UpstreamError::WebSocket);
            }
            let upgraded = hyper::upgrade::on(&mut response).await;
            socket = Some((upgraded.map_err(UpstreamError::Exchange)?, handshake));
        }
        Ok(Answered {
            response,
            put_back: None,
            socket,
        })
    }
}
