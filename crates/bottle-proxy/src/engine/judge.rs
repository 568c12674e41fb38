//! The one way from a request to the next hop: judge it, prepare it, send it.

use std::sync::Arc;

use bottle_egress::{
    Denial, DenialCode, Destination, Exchange, Pass, Request as Question, RouteTable,
};
use http::Uri;

use super::Engine;
use super::asked::Asked;
use super::connection::Connection;
use crate::authority::{Authority, Name};
use crate::body::Body;
use crate::clock::moment;
use crate::decision_log::Rule;
use crate::gate::{Cut, Gate, Prepared, Refusal, Welcome, Work};
use crate::grant::{Grant, GrantedRequest, Rejudge};
use crate::headers::clean_request;
use crate::mask::Mask;
use crate::place::{Misplaced, Place};
use crate::upstream::{Answered, Outgoing, UpstreamError};
use crate::watch::Watch;
use crate::websocket::Upgrade;
use bottle_core::causes;

/// A refusal ready to be told.
pub(super) struct Refused {
    pub(super) denial: Box<Denial>,
}

/// What came of a request that was sent.
pub(super) struct Sent {
    pub(super) answer: Answered,
    /// What allowed it.
    pub(super) rule: Rule,
    /// The right to go on with it.
    pub(super) grant: Grant,
    /// Covers what its answer must not show.
    pub(super) mask: Option<Arc<Mask>>,
    /// How its answer is watched.
    pub(super) watch: Option<Watch>,
    /// Why the request was cut off, when it is.
    pub(super) cut: Cut,
}

/// What a request says that decides about it.
pub(super) struct Case<'a> {
    pub(super) uri: &'a Uri,
    pub(super) asked: &'a Asked,
    pub(super) destination: &'a Destination,
}

impl<G: Gate> Connection<G> {
    /// Whom a request may be judged for at all: a name, asked by somebody who may ask.
    pub(super) fn destination(
        &self,
        place: Result<Place, Misplaced>,
        asked: &Asked,
    ) -> Result<Destination, Refused> {
        let refused = |code| Refused::because(code, asked, G::LAYER);
        let place = place.map_err(|Misplaced(code)| refused(code))?;
        if self.welcome != Welcome::Full {
            return Err(refused(DenialCode::HostNotAllowed));
        }
        let Place {
            scheme,
            authority: Authority { name, port },
        } = place;
        match name {
            Name::Host(host) => Ok(Destination { scheme, host, port }),
            Name::Ip(_) => Err(refused(DenialCode::HostIpLiteral)),
            Name::Local => Err(refused(DenialCode::HostNotAllowed)),
        }
    }

    /// Judges a request and sends it.
    pub(super) async fn judge_and_send(
        &self,
        case: &Case<'_>,
        work: &mut Work,
    ) -> Result<Sent, Refused> {
        let Case {
            uri,
            asked,
            destination,
        } = *case;
        let (gate, seen) = (&self.engine.gate, self.engine.version());
        let table = gate.table();
        let method = work.method.clone();
        let target = uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let question = Question {
            destination,
            method: method.as_str(),
            target,
        };
        let exchange = work.upgrade.exchange();
        let pass = self.admit(&table, &question, exchange)?;
        let permit = pass.permit();
        let rule = Rule::of(permit);
        let refused = |refusal| Refused::told(refusal, asked, G::LAYER);
        work.upgrade
            .check(permit)
            .map_err(|code| refused(code.into()))?;
        clean_request(&mut work.headers);
        let request = GrantedRequest {
            destination: destination.clone(),
            method: method.clone(),
            target: target.to_owned(),
            exchange,
            by: permit.grant().map(|grant| grant.id.clone()),
        };
        let judge: Arc<dyn Rejudge> = Arc::<Engine<G>>::clone(&self.engine);
        let mut grant = Grant::new(judge, request, seen);
        let Prepared { body, watch } = gate.prepare(permit, work).await.map_err(refused)?;
        // Reading the body may have taken a while.
        if grant.is_lost() {
            return Err(refused(DenialCode::PolicyRevoked.into()));
        }
        let outgoing = self.outgoing(work, body.with_grant(grant.clone()));
        let sent = tokio::select! {
            biased;
            sent = gate.upstream().send(pass, outgoing) => sent,
            () = grant.clone().lost() => {
                return Err(refused(DenialCode::PolicyRevoked.into()));
            }
        };
        let answer = sent.map_err(|error| match work.cut.get() {
            Some(refusal) => refused(refusal.clone()),
            None => refused(self.failed(&error)),
        })?;
        Ok(Sent {
            answer,
            cut: Arc::clone(&work.cut),
            rule,
            grant,
            mask: work.mask.take(),
            watch,
        })
    }

    /// The right to send a request now. It is given back when it is not used.
    fn admit<'a>(
        &'a self,
        table: &'a RouteTable,
        question: &Question<'a>,
        exchange: Exchange,
    ) -> Result<Pass<'a>, Refused> {
        let leases = self.engine.gate.leases();
        let admitted = leases.admit(table, question, exchange, moment());
        admitted.map_err(Refused::by::<G>)
    }

    fn outgoing(&self, work: &mut Work, body: Body) -> Outgoing {
        Outgoing {
            method: work.method.clone(),
            upgrade: std::mem::replace(&mut work.upgrade, Upgrade::None),
            headers: std::mem::take(&mut work.headers),
            body,
            version: self.version,
        }
    }

    fn failed(&self, error: &UpstreamError) -> Refusal {
        let code = self.engine.gate.upstream().code(error);
        tracing::warn!(service = G::SERVICE, %code, error = causes(error), "upstream failed");
        code.into()
    }
}

impl Refused {
    /// For one of the reasons that have a code.
    pub(super) fn because(code: DenialCode, asked: &Asked, layer: bottle_egress::Layer) -> Self {
        Self::told(code.into(), asked, layer)
    }

    /// For a reason that a gate gave.
    pub(super) fn told(refusal: Refusal, asked: &Asked, layer: bottle_egress::Layer) -> Self {
        let Refusal { code, finding } = refusal;
        let mut denial = Box::new(asked.denial(code, layer));
        denial.finding = finding;
        Self { denial }
    }

    fn by<G: Gate>(mut denial: Denial) -> Self {
        denial.layer = G::LAYER;
        Self {
            denial: Box::new(denial),
        }
    }
}
