//! One request: find out whom it is for, judge it, send it on or refuse it. There is no other way out.

use std::sync::PoisonError;

use bottle_egress::{Denial, DenialCode, Destination, Layer, Permit, Request as Question, decide};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use serde_json::json;
use tokio::time::timeout;

use super::asked::Asked;
use super::connection::Connection;
use super::problem::{Afterwards, page, problem, tunnel_open};
use crate::authority::{Authority, Name};
use crate::body::Body;
use crate::decision_log::OpenRecord;
use crate::gate::{Gate, Page, PageRequest, Refusal, Welcome, Work};
use crate::headers::{DENIAL, clean_request, clean_response};
use crate::limits::{DRAIN_TIMEOUT, MAX_DRAIN_BYTES};
use crate::place::{Misplaced, Place};
use crate::upstream::Outgoing;
use bottle_core::causes;

/// A refusal ready to be told: the denial, and the detector that spoke.
struct Refused {
    denial: Box<Denial>,
    rule: Option<String>,
}

impl<G: Gate> Connection<G> {
    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (mut parts, incoming) = request.into_parts();
        let place = Place::of(self.tunnel.as_ref(), &parts.uri, &parts.headers);
        let asked = Asked::of(&parts, place.as_ref().ok(), self.tunnel.as_ref());
        if parts.method == Method::CONNECT {
            return match self.connect(&parts, &asked) {
                Ok(()) => tunnel_open(),
                Err(refused) => self.refuse(refused, self.open_record(&asked), Afterwards::Close),
            };
        }
        let record = self.open_record(&asked);
        if let Some(own) = self.page(&parts, place.as_ref().ok()) {
            return show(&own, record, drain(Some(incoming), asked.waits).await);
        }
        let had_body = !incoming.is_end_stream();
        let mut work = Work {
            method: parts.method.clone(),
            headers: std::mem::take(&mut parts.headers),
            incoming: Some(incoming),
            bytes_in: record.bytes_in(),
        };
        match self.judge_and_send(&parts, place, &asked, &mut work).await {
            Ok((response, rule)) => self.pass_on(response, rule, &asked, record),
            Err(refused) => {
                let afterwards = match work.incoming {
                    None if had_body => Afterwards::Close,
                    rest => drain(rest, asked.waits).await,
                };
                self.refuse(refused, record, afterwards)
            }
        }
    }

    fn open_record(&self, asked: &Asked) -> OpenRecord {
        OpenRecord::open(asked.clone().record(G::SERVICE), self.engine.log.clone())
    }

    /// Grants a tunnel to any proper name: what may be done in it is decided request by request.
    fn connect(&self, parts: &Parts, asked: &Asked) -> Result<(), Refused> {
        let refused = |code| Refused {
            denial: Box::new(asked.denial(code, G::LAYER)),
            rule: None,
        };
        if self.tunnel.is_some() {
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
        let authority =
            Authority::parse(text, None).map_err(|_| refused(DenialCode::HostInvalid))?;
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(authority);
        Ok(())
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

    async fn judge_and_send(
        &self,
        parts: &Parts,
        place: Result<Place, Misplaced>,
        asked: &Asked,
        work: &mut Work,
    ) -> Result<(Response<Incoming>, usize), Refused> {
        let permit = self
            .permit(parts, place, asked)
            .map_err(|denial| Refused { denial, rule: None })?;
        let rule = permit.rule();
        let sent = self.send(permit, work).await;
        let response = sent.map_err(|refusal| Refused {
            denial: Box::new(asked.denial(refusal.code, G::LAYER)),
            rule: refusal.rule,
        })?;
        Ok((response, rule))
    }

    /// The one place where a request gets its permit.
    fn permit(
        &self,
        parts: &Parts,
        place: Result<Place, Misplaced>,
        asked: &Asked,
    ) -> Result<Permit, Box<Denial>> {
        let refused = |code| Box::new(asked.denial(code, G::LAYER));
        let place = place.map_err(|Misplaced(code)| refused(code))?;
        if self.welcome != Welcome::Full {
            return Err(refused(DenialCode::HostNotAllowed));
        }
        let Place {
            scheme,
            authority: Authority { name, port },
        } = place;
        let host = match name {
            Name::Host(host) => host,
            Name::Ip(_) => return Err(refused(DenialCode::HostIpLiteral)),
            Name::Local => return Err(refused(DenialCode::HostNotAllowed)),
        };
        let destination = Destination { scheme, host, port };
        let target = parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let question = Question {
            destination: &destination,
            method: parts.method.as_str(),
            target,
        };
        let permit = decide(&self.engine.gate.table(), &question).map_err(|mut denial| {
            denial.layer = G::LAYER;
            Box::new(denial)
        })?;
        if asked.upgrade {
            Err(refused(DenialCode::WsNotAllowed))
        } else {
            Ok(permit)
        }
    }

    async fn send(&self, permit: Permit, work: &mut Work) -> Result<Response<Incoming>, Refusal> {
        clean_request(&mut work.headers);
        let gate = &self.engine.gate;
        let body = gate.prepare(&permit, work).await?;
        let headers = std::mem::take(&mut work.headers);
        let outgoing = Outgoing {
            method: work.method.clone(),
            headers,
            body,
        };
        let sent = gate.upstream().send(permit, outgoing, &self.lane).await;
        sent.map_err(|error| {
            let code = error.code(gate.upstream().hop());
            tracing::warn!(service = G::SERVICE, %code, error = causes(&error), "upstream failed");
            code.into()
        })
    }

    /// Streams the next hop's answer to the client.
    fn pass_on(
        &self,
        response: Response<Incoming>,
        rule: usize,
        asked: &Asked,
        mut record: OpenRecord,
    ) -> Response<Body> {
        let (mut parts, incoming) = response.into_parts();
        parts.version = Version::HTTP_11;
        clean_response(&mut parts.headers);
        let status = parts.status.as_u16();
        record.record.status = status;
        record.record.rule = Some(format!("route {rule}"));
        let inner = parts
            .headers
            .remove(DENIAL)
            .filter(|_| G::LAYER == Layer::Egress);
        if let Some(code) = inner.as_ref().and_then(|code| code.to_str().ok()) {
            self.engine.gate.note(asked.inner_refusal(code, status));
            record.record.refused(code.to_owned(), status);
        }
        let counter = record.bytes_out();
        Response::from_parts(parts, Body::stream(incoming, counter).with_record(record))
    }

    fn refuse(
        &self,
        refused: Refused,
        mut record: OpenRecord,
        afterwards: Afterwards,
    ) -> Response<Body> {
        let Refused { denial, rule } = refused;
        let code = denial.code.to_string();
        let status = StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::FORBIDDEN);
        let document = denial.to_problem();
        let mut response = problem(status, &document, afterwards);
        if let (Layer::Pipelock, Ok(code)) = (G::LAYER, HeaderValue::from_str(&code)) {
            response.headers_mut().insert(DENIAL, code);
        }
        self.engine.gate.note(document);
        record.record.refused(code, status.as_u16());
        record.record.rule = rule;
        response.map(|body| body.with_record(record))
    }
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
        json!({ "status": status, "code": code, "layer": "pipelock", "method": method, "host": host, "port": port, "path": path })
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
