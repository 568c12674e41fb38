//! Egress as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;

use bottle_egress::{Layer, Permit, RouteTable};
use http::StatusCode;
use serde_json::{Value, json};

use super::credential;
use super::denials::Denials;
use crate::authority::Name;
use crate::body::Body;
use crate::gate::{Gate, Page, PageRequest, Refusal, Welcome, Work};
use crate::secrets::{SecretStore, Secrets};
use crate::upstream::Upstream;
use crate::watched::Watched;

/// Policy and state of the egress service.
pub(super) struct EgressGate {
    pub(super) table: Watched<RouteTable>,
    pub(super) secrets: SecretStore<Secrets>,
    pub(super) denials: Denials,
    pub(super) upstream: Upstream,
}

impl Gate for EgressGate {
    const SERVICE: &'static str = "egress";
    const LAYER: Layer = Layer::Egress;

    fn welcome(&self, _peer: IpAddr) -> Welcome {
        // The bottle's internal network has no other peers than the agent and our own services.
        Welcome::Full
    }

    fn table(&self) -> Arc<RouteTable> {
        self.table.get()
    }

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        if asked.place?.authority.name != Name::Local {
            return None;
        }
        Some(match asked.path {
            "/health" => Page {
                status: StatusCode::OK,
                json: json!({ "status": "healthy", "service": Self::SERVICE }),
            },
            "/allowlist" => Page {
                status: StatusCode::OK,
                json: self.table.get().to_json_view(),
            },
            "/denials" => Page {
                status: StatusCode::OK,
                json: json!({ "denials": self.denials.to_json() }),
            },
            _ => no_such_page(),
        })
    }

    async fn prepare(&self, permit: &Permit, work: &mut Work) -> Result<Body, Refusal> {
        credential::replace(work, permit, &self.secrets.get())?;
        let incoming = work.incoming.take();
        Ok(incoming.map_or_else(Body::empty, |incoming| {
            Body::stream(incoming, work.bytes_in.clone())
        }))
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    fn note(&self, problem: Value) {
        self.denials.add(problem);
    }
}

fn no_such_page() -> Page {
    let detail = "the proxy answers /allowlist, /denials and /health";
    Page {
        status: StatusCode::NOT_FOUND,
        json: json!({ "type": "about:blank", "title": "no such page", "status": 404, "detail": detail }),
    }
}
