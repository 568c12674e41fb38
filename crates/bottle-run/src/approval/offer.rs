//! What would be granted for a proposal: pure.

use bottle_core::{HostPattern, ProposalId, UrlHost, WebSocket};
use bottle_egress::{
    Change, Ports, Route, RouteOrigin, RouteTable, SlotAuth, TOO_WIDE, TokenSlot, too_wide,
};
use bottle_state::{Ask, CapabilityAsk, EgressAsk, PipelockAsk};

use serde_json::json;

use super::policies::{Policies, Scanner};
use super::{CardWarning, CredentialCard, CredentialWish, Refusal, Wish};
use crate::images::Recipe;

/// What would be granted, and what there is to say about it.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) deed: Deed,
    /// What is granted, where that is not what was asked for.
    pub(super) instead: Option<EgressAsk>,
    pub(super) effect: Vec<String>,
    pub(super) change: Option<Change>,
    pub(super) credential: CredentialCard,
    pub(super) warnings: Vec<CardWarning>,
    pub(super) refusals: Vec<Refusal>,
}

/// What an approval does.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// A route is added.
    Grant(Box<Route>),
    /// The scanner lets pass what egress does.
    Mirror,
    /// The bottle is ended and gets another image.
    Rebuild(String),
}

impl Offer {
    /// What approving a proposal would do. Without policies there is nothing to compare with.
    pub(super) fn of(ask: &Ask, id: &ProposalId, wish: &Wish, policies: Option<&Policies>) -> Self {
        let mut offer = match ask {
            Ask::EgressBlock(asked) => egress(asked, wish, policies),
            Ask::PipelockBlock(asked) => pipelock(asked, policies),
            Ask::CapabilityBlock(asked) => capability(asked, id),
            _ => Self::refused(
                "approval.unknown_tool",
                "this version does not know the tool",
            ),
        };
        if !matches!(ask, Ask::EgressBlock(_)) && *wish != Wish::default() {
            offer.refusals.push(Refusal::new(
                "approval.no_choice",
                "only what `egress-block` asks for can be granted in part or with a credential",
            ));
        }
        offer
    }

    /// What is granted and with which credential, as one text.
    pub(super) fn granted(&self) -> String {
        json!([self.instead, self.credential]).to_string()
    }

    fn new(deed: Deed) -> Self {
        Self {
            deed,
            instead: None,
            effect: Vec::new(),
            change: None,
            credential: CredentialCard::None,
            warnings: Vec::new(),
            refusals: Vec::new(),
        }
    }

    fn refused(code: &'static str, text: &str) -> Self {
        let mut offer = Self::new(Deed::Mirror);
        offer.refusals.push(Refusal::new(code, text));
        offer
    }
}

/// A route, whole, as egress will have it.
fn egress(asked: &EgressAsk, wish: &Wish, policies: Option<&Policies>) -> Offer {
    let granted = wish.ask.as_ref().unwrap_or(asked);
    let nothing = RouteTable::default();
    let table = policies.map_or(&nothing, |policies| &policies.egress.table);
    let base = base(table, &granted.host);
    let last = policies.and_then(|policies| policies.last_slot);
    let next = last.map_or(Some(TokenSlot::new(0)), TokenSlot::next);
    let (credential, refusal) = credential(granted, wish.credential, (base, next));
    let auth = match &credential {
        CredentialCard::Kept(auth) | CredentialCard::Granted { auth, .. } => Some(auth.clone()),
        CredentialCard::None | CredentialCard::Withheld { .. } => None,
    };
    let route = Route {
        host: granted.host.clone(),
        ports: base.map_or_else(Ports::https, |base| base.ports.clone()),
        path_allowlist: granted.path_allowlist.clone(),
        methods: granted.methods.clone(),
        auth,
        websocket: base.map_or(WebSocket::Refused, |base| base.websocket),
        origin: RouteOrigin::Grant,
    };
    let change = Change::of(table, &route);
    let mut offer = Offer::new(Deed::Grant(Box::new(route)));
    offer.effect = change.lines();
    offer.warnings = change
        .warnings
        .iter()
        .map(|warning| CardWarning::new(warning.code(), warning.to_string()))
        .chain(credential_warning(&credential))
        .collect();
    if policies.is_some_and(|policies| policies.scanner == Scanner::Foreign) {
        offer.warnings.push(CardWarning::new(
            "scanner.foreign",
            "the scanner is another program: whether it goes by its new list cannot be asked, and it is told no credential",
        ));
    }
    let wide = too_wide(&granted.host).map(|why| Refusal::new(TOO_WIDE, why.to_string()));
    let nothing_new = change.is_empty().then(|| {
        let text = "the bottle may do all of this already";
        Refusal::new("approval.nothing_new", text)
    });
    offer.refusals = wide.into_iter().chain(nothing_new).chain(refusal).collect();
    offer.instead = (granted != asked).then(|| granted.clone());
    offer.change = Some(change);
    offer.credential = credential;
    offer
}

/// The route that means all hosts of a pattern.
fn base<'a>(table: &'a RouteTable, host: &HostPattern) -> Option<&'a Route> {
    match host {
        HostPattern::Exact(name) => table.find(name).map(|(_, route)| route),
        wildcard => table.routes().iter().find(|route| route.host == *wildcard),
    }
}

/// Which credential goes along: the host's own, else a new one that the operator gives by saying so.
fn credential(
    granted: &EgressAsk,
    wish: CredentialWish,
    (base, next): (Option<&Route>, Option<TokenSlot>),
) -> (CredentialCard, Option<Refusal>) {
    let is_granted = wish == CredentialWish::Granted;
    let refused = |code, text: &str| is_granted.then(|| Refusal::new(code, text));
    if let Some(auth) = base.and_then(|base| base.auth.as_ref()) {
        let refusal = refused(
            "credential.kept",
            "the host has a credential already, which goes along; it gets no other one",
        );
        return (CredentialCard::Kept(auth.clone()), refusal);
    }
    let Some(asked) = &granted.auth else {
        let refusal = refused("credential.not_asked", "the agent asks for no credential");
        return (CredentialCard::None, refusal);
    };
    let token_ref = asked.token_ref.clone();
    match (is_granted, next) {
        (true, Some(slot)) => {
            let auth = SlotAuth {
                scheme: asked.scheme,
                slot,
                header: None,
            };
            (CredentialCard::Granted { auth, token_ref }, None)
        }
        (_, next) => {
            let refusal = next.is_none().then_some(()).and_then(|()| {
                refused("credential.no_slot", "the bottle has no place for one more")
            });
            let scheme = asked.scheme;
            (CredentialCard::Withheld { scheme, token_ref }, refusal)
        }
    }
}

fn credential_warning(credential: &CredentialCard) -> Option<CardWarning> {
    match credential {
        CredentialCard::Granted { token_ref, .. } => Some(CardWarning::new(
            "credential.new",
            format!("the host is sent the value of your variable {token_ref}"),
        )),
        CredentialCard::Withheld { token_ref, .. } => Some(CardWarning::new(
            "credential.asked",
            format!(
                "the agent wants your variable {token_ref} to be sent along: it is not, unless you say so"
            ),
        )),
        CredentialCard::None | CredentialCard::Kept(_) => None,
    }
}

fn pipelock(asked: &PipelockAsk, policies: Option<&Policies>) -> Offer {
    let UrlHost::Name(host) = &asked.failed_url.host else {
        return Offer::refused(TOO_WIDE, "an address is not granted, only a name");
    };
    let Some(policies) = policies else {
        return Offer::new(Deed::Mirror);
    };
    let table = &policies.egress.table;
    let granted = table.grants().iter();
    let is_granted = granted
        .map(|grant| &grant.route.host)
        .any(|each| each.matches(host));
    if table.find(host).is_none() && !is_granted {
        return Offer::refused(
            "approval.egress_first",
            "egress does not let the host pass, so the scanner is not asked: that is what `egress-block` is for",
        );
    }
    if policies.pipelock.allowlist().find(host).is_some() {
        return Offer::refused(
            "approval.nothing_new",
            "the scanner lets the host pass already: what it refuses there it refuses for what is sent",
        );
    }
    let mut offer = Offer::new(Deed::Mirror);
    offer.effect = vec![format!(
        "the scanner lets {host} pass, as egress does already; what is sent there is still scanned"
    )];
    offer
}

fn capability(asked: &CapabilityAsk, id: &ProposalId) -> Offer {
    let CapabilityAsk { dockerfile } = asked;
    let mut offer = Offer::new(Deed::Rebuild(dockerfile.clone()));
    let lines = dockerfile.lines().count();
    offer.effect = vec![
        "the bottle is ended, with its conversation saved".to_owned(),
        format!(
            "the next `bottle resume` builds an image of this Dockerfile ({lines} lines) and goes on in it"
        ),
        "what runs in it may reach what its manifest says; grants end".to_owned(),
    ];
    offer.warnings = vec![CardWarning::new(
        "capability.outside",
        "the build itself runs outside the walls: each line of the Dockerfile may reach the network and is scanned by nobody; read it whole",
    )];
    if let Err(error) = Recipe::of_text(id.as_str(), dockerfile) {
        let text = bottle_core::visible(&bottle_core::causes(&error));
        offer
            .refusals
            .push(Refusal::new("approval.dockerfile", text));
    }
    offer
}
