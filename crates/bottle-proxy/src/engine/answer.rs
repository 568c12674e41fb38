//! One request: find out whom it is for, judge it, send it on or refuse it. There is no other way out.

use std::sync::{Arc, PoisonError};

use bottle_core::Guard;
use bottle_egress::{DenialCode, Layer};
use http::header::UPGRADE;
use http::request::Parts;
use http::response;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::ext::Protocol;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::timeout;

use super::asked::Asked;
use super::busy::One;
use super::connection::Connection;
use super::judge::{Case, Refused, Sent};
use super::problem::{Afterwards, page, problem, tunnel_open};
use super::websocket::{Relay, relay};
use crate::authority::Authority;
use crate::body::{Body, Veil};
use crate::decision_log::OpenRecord;
use crate::gate::{Gate, Page, PageRequest, Welcome, Work};
use crate::headers::{DENIAL, INJECTION, clean_response};
use crate::inflate::{Inflate, Unreadable};
use crate::limits::{DRAIN_TIMEOUT, MAX_DRAIN_BYTES};
use crate::mask::{Mask, StreamMask};
use crate::place::Place;
use crate::stop::Stop;
use crate::upstream::{Answered, HttpVersion};
use crate::websocket::Upgrade;

/// What a connection becomes behind an answer.
pub(super) enum Next {
    /// The tunnel that CONNECT asked for.
    Tunnel(Authority),
    /// A WebSocket.
    WebSocket(Box<Relay>),
}

/// An answer, and what follows it on the wire.
struct Reply {
    response: Response<Body>,
    next: Option<Next>,
}

impl From<Response<Body>> for Reply {
    fn from(response: Response<Body>) -> Self {
        Self {
            response,
            next: None,
        }
    }
}

impl<G: Gate> Connection<G> {
    /// Answers one request on an HTTP/1.1 connection, which may then become something else.
    pub(super) async fn answer_http1(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, incoming) = request.into_parts();
        let Reply { response, next } = self.answer(parts, incoming).await;
        if next.is_some() {
            *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = next;
        }
        response
    }

    /// Answers one request on an HTTP/2 connection. A WebSocket is one of its streams.
    pub(super) async fn answer_http2(
        &self,
        mut request: Request<Incoming>,
        stop: Stop,
        one: One,
    ) -> Response<Body> {
        let upgraded = hyper::upgrade::on(&mut request);
        let (mut parts, incoming) = request.into_parts();
        if parts.method == Method::CONNECT && parts.extensions.get::<Protocol>().is_some() {
            // RFC 8441: the same handshake as that of a GET.
            parts.method = Method::GET;
        }
        let Reply { response, next } = self.answer(parts, incoming).await;
        if let Some(Next::WebSocket(opened)) = next {
            let engine = Arc::clone(&self.engine);
            tokio::spawn(async move {
                let _until_it_ends = one;
                if let Ok(stream) = upgraded.await {
                    relay(&engine.gate, TokioIo::new(stream), *opened, stop).await;
                }
            });
        }
        response
    }

    async fn answer(&self, mut parts: Parts, incoming: Incoming) -> Reply {
        let place = Place::of(self.tunnel.as_ref(), &parts.uri, &parts.headers);
        let asked = Asked::of(&parts, place.as_ref().ok(), self.tunnel.as_ref());
        if parts.method == Method::CONNECT {
            return match self.connect(&parts, &asked) {
                Ok(authority) => Reply {
                    response: tunnel_open(),
                    next: Some(Next::Tunnel(authority)),
                },
                Err(refused) => self
                    .refuse(refused, self.open_record(&asked), Afterwards::Close)
                    .into(),
            };
        }
        let mut record = self.open_record(&asked);
        if let Some(own) = self.page(&parts, place.as_ref().ok()) {
            let afterwards = self.drain(Some(incoming), asked.waits).await;
            return show(&own, record, afterwards).into();
        }
        let had_body = !incoming.is_end_stream();
        let mut work = Work {
            method: parts.method.clone(),
            upgrade: Upgrade::of(&parts),
            headers: std::mem::take(&mut parts.headers),
            incoming: Some(incoming),
            foreign: Vec::new(),
            mask: None,
            bytes_in: record.bytes_in(),
            cut: Arc::default(),
        };
        let sent = match self.destination(place, &asked) {
            Ok(destination) => {
                let (uri, asked, destination) = (&parts.uri, &asked, &destination);
                let case = Case {
                    uri,
                    asked,
                    destination,
                };
                self.judge_and_send(&case, &mut work).await
            }
            Err(refused) => Err(refused),
        };
        let names = work.foreign.iter().map(|name| name.as_str().to_owned());
        record.record.foreign_credentials = names.collect();
        match sent {
            Ok(sent) => self.pass_on(sent, &asked, record).await,
            Err(refused) => {
                let afterwards = match work.incoming {
                    None if had_body => Afterwards::Close,
                    rest => self.drain(rest, asked.waits).await,
                };
                self.refuse(refused, record, afterwards).into()
            }
        }
    }

    fn open_record(&self, asked: &Asked) -> OpenRecord {
        OpenRecord::open(asked.clone().record(G::SERVICE), self.engine.log.clone())
    }

    /// Grants a tunnel to any proper name: what may be done in it is decided request by request.
    fn connect(&self, parts: &Parts, asked: &Asked) -> Result<Authority, Refused> {
        let refused = |code| Refused::because(code, asked, G::LAYER);
        if self.tunnel.is_some() && Guard::NestedConnect.is_on() {
            return Err(refused(DenialCode::ProtoNestedConnect));
        }
        if self.welcome != Welcome::Full {
            return Err(refused(DenialCode::HostNotAllowed));
        }
        let text = parts
            .uri
            .authority()
            .map(http::uri::Authority::as_str)
            .unwrap_or_default();
        Authority::parse(text, None).map_err(|_| refused(DenialCode::HostInvalid))
    }

    fn page(&self, parts: &Parts, place: Option<&Place>) -> Option<Page> {
        let (path, peer, in_tunnel) = (parts.uri.path(), self.peer, self.tunnel.is_some());
        self.engine.gate.page(&PageRequest {
            place,
            path,
            peer,
            in_tunnel,
        })
    }

    /// Streams the next hop's answer to the client.
    async fn pass_on(&self, sent: Sent, asked: &Asked, mut record: OpenRecord) -> Reply {
        let Sent {
            answer,
            rule,
            grant,
            mask,
            watch,
            cut,
        } = sent;
        let Answered {
            response,
            put_back,
            socket,
        } = answer;
        let (mut parts, incoming) = response.into_parts();
        parts.version = Version::HTTP_11;
        if Guard::ReasonPhrase.is_on() {
            // An unusual reason phrase is among them, which nobody looks at. The WebSocket is in `socket` already.
            parts.extensions.clear();
        }
        clean_response(&mut parts.headers);
        let status = parts.status.as_u16();
        record.answered();
        record.record.status = status;
        record.record.rule = Some(rule);
        let inner = parts.headers.remove(DENIAL);
        let inner = inner.filter(|_| self.engine.gate.believes_denials());
        if let Some(code) = inner.as_ref().and_then(|code| code.to_str().ok()) {
            self.engine.gate.note(asked.inner_refusal(code, status));
            record.record.refused(code.to_owned(), status);
        }
        self.keep_mark(&mut parts, &mut record);
        let opened_with = mask.clone();
        let veil = mask.map(|mask| veil(mask, &mut parts)).transpose();
        let Ok(veil) = veil else {
            let code = DenialCode::UpstreamUnreadable;
            let refused = Refused::because(code, asked, G::LAYER);
            return self.refuse(refused, record, Afterwards::KeepAlive).into();
        };
        let Some((upstream, handshake)) = socket else {
            let mut body = Body::response(incoming, grant, put_back);
            if let Some(watch) = watch {
                // What most requests do not need is kept apart, so that they do not carry room for it.
                let watched = Box::pin(watch.over(&mut parts, body, &mut record)).await;
                body = match watched {
                    Ok(body) => body,
                    Err(refusal) => {
                        let refused = Refused::told(refusal, asked, G::LAYER);
                        return self.refuse(refused, record, Afterwards::KeepAlive).into();
                    }
                };
            }
            let body = body.with_veil(veil).with_record(record).with_cut(cut);
            return Response::from_parts(parts, body).into();
        };
        parts.status = handshake.answer(&mut parts.headers);
        Reply {
            response: Response::from_parts(parts, Body::empty()),
            next: Some(Next::WebSocket(Box::new(Relay {
                upstream,
                record,
                grant,
                mask: opened_with,
                watch,
            }))),
        }
    }

    /// Takes a mark off that nobody of ours made, and notes one that the inner gate made.
    fn keep_mark(&self, parts: &mut response::Parts, record: &mut OpenRecord) {
        if !self.engine.gate.believes_denials() && Guard::ForeignMarks.is_on() {
            parts.headers.remove(INJECTION);
        }
        let mark = parts.headers.get(INJECTION).map(HeaderValue::to_str);
        record.record.injection = mark.and_then(Result::ok).map(|mark| mark.to_owned().into());
    }

    fn refuse(
        &self,
        refused: Refused,
        mut record: OpenRecord,
        afterwards: Afterwards,
    ) -> Response<Body> {
        let Refused { mut denial } = refused;
        let code = denial.code.to_string();
        let status = StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::FORBIDDEN);
        let document = denial.to_problem_with(self.engine.gate.asking());
        let mut response = problem(status, &document, afterwards);
        if status == StatusCode::UPGRADE_REQUIRED && self.version == HttpVersion::Http1 {
            let plain = HeaderValue::from_static("HTTP/1.1");
            response.headers_mut().insert(UPGRADE, plain);
        }
        if let (Layer::Pipelock, Ok(code)) = (G::LAYER, HeaderValue::from_str(&code)) {
            response.headers_mut().insert(DENIAL, code);
        }
        self.engine.gate.note(document);
        record.record.refused(code, status.as_u16());
        record.record.found(denial.finding.take());
        response.map(|body| body.with_record(record))
    }

    /// What becomes of the rest of a request that is answered without it.
    async fn drain(&self, incoming: Option<Incoming>, waits: bool) -> Afterwards {
        match self.version {
            HttpVersion::Http1 => Box::pin(drain(incoming, waits)).await,
            // A stream is reset without harm to the others.
            HttpVersion::Http2 => Afterwards::KeepAlive,
        }
    }
}

/// Covers the fields of an answer, and makes what covers its body.
fn veil(mask: Arc<Mask>, answer: &mut response::Parts) -> Result<Veil, Unreadable> {
    mask.cover_headers(&mut answer.headers);
    Ok(Veil {
        inflate: Inflate::of(&mut answer.headers)?,
        mask: match answer.status {
            StatusCode::PARTIAL_CONTENT => StreamMask::over_part(mask),
            _ => StreamMask::new(mask),
        },
    })
}

fn show(own: &Page, mut record: OpenRecord, afterwards: Afterwards) -> Response<Body> {
    record.record.status = own.status.as_u16();
    page(own, afterwards).map(|body| body.with_record(record))
}

impl Asked {
    /// What `_egress.local/denials` shows of a refusal by the inner gate.
    fn inner_refusal(&self, code: &str, status: u16) -> serde_json::Value {
        let Self {
            method,
            host,
            port,
            path,
            ..
        } = self;
        json!({ "status": status, "code": code, "layer": "pipelock", "method": method.as_str(), "host": &**host, "port": port, "path": &**path })
    }
}

/// Reads what is left of a refused request's body, within limits, so that the connection can go on.
async fn drain(rest: Option<Incoming>, client_waits: bool) -> Afterwards {
    let Some(mut incoming) = rest else {
        return Afterwards::KeepAlive;
    };
    if incoming.is_end_stream() {
        return Afterwards::KeepAlive;
    }
    // Such a client waits for a word before it sends; reading would give it that word.
    if client_waits {
        return Afterwards::Close;
    }
    let read_on = async {
        let mut left = MAX_DRAIN_BYTES;
        while let Some(frame) = incoming.frame().await {
            let length = frame.map_or(u64::MAX, |frame| {
                frame
                    .data_ref()
                    .map_or(0, |data| data.len().try_into().unwrap_or(u64::MAX))
            });
            let Some(rest) = left.checked_sub(length) else {
                return Afterwards::Close;
            };
            left = rest;
        }
        Afterwards::KeepAlive
    };
    timeout(DRAIN_TIMEOUT, read_on)
        .await
        .unwrap_or(Afterwards::Close)
}
