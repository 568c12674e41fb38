//! Who may still use what was granted: time and uses of all grants of a running service.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bottle_core::{Guard, ProposalId, WebSocket};
use serde_json::{Value, json};

use crate::decide::{By, Judged, Permit, Request, denial};
use crate::denial::{Denial, DenialCode};
use crate::grant::Grant;
use crate::lease::{Course, Standing};
use crate::moment::Moment;
use crate::pass::{Charge, Pass};
use crate::table::{RouteTable, view};

/// The most grants that are remembered over the run of a service. None is forgotten, so that none begins anew; further
/// ones are never live.
const MAX_REMEMBERED: usize = 4096;

/// What became of the grants of a service since it began.
///
/// It is kept beside the table and told of each new one. What a grant has used is never forgotten, neither when the
/// table is read again nor when a grant is taken out and put back; what a clock ended stays ended. A grant that the
/// book has not heard of is not live.
///
/// ```
/// use std::time::Duration;
/// use bottle_core::Port;
/// use bottle_egress::{
///     Destination, Exchange, Grant, Grants, Lease, LeaseBook, Moment, Request, Route, RouteTable, Scheme,
/// };
///
/// let at = |seconds| Moment { wall: Duration::from_secs(seconds), steady: Duration::from_secs(seconds) };
/// let grant = Grant {
///     id: "abcdefgh12".parse()?,
///     route: Route::bare("api.example.test".parse()?),
///     lease: Lease { until: Some(60), uses: None },
/// };
/// let table = RouteTable::default().with_grants(Grants::new([grant])?);
/// let book = LeaseBook::default();
/// book.take_over(&table, at(0));
///
/// let destination = Destination { scheme: Scheme::Https, host: "api.example.test".parse()?, port: Port::HTTPS };
/// let request = Request { destination: &destination, method: "GET", target: "/" };
/// let asked = |seconds| book.admit(&table, &request, Exchange::Plain, at(seconds));
/// assert_eq!(asked(59).unwrap().spend().target(), "/");
/// assert_eq!(asked(60).unwrap_err().code.as_str(), "lease.expired");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct LeaseBook(Mutex<BTreeMap<ProposalId, Course>>);

/// What a request wants to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A request and its answer.
    Plain,
    /// A WebSocket.
    WebSocket,
}

/// A request that was let through.
#[derive(Debug, Clone, Copy)]
pub struct Admitted<'a> {
    /// What it asked.
    pub request: &'a Request<'a>,
    /// What it became.
    pub exchange: Exchange,
    /// The grant that let it through, when no route did.
    pub grant: Option<&'a ProposalId>,
}

/// What time did to the grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Whether any ended by time since this was asked last.
    pub ended: bool,
    /// How long until the next one does, if the clocks go on as they do.
    pub next: Option<Duration>,
}

impl LeaseBook {
    /// The book of a service that begins with this table. How often its grants were used before, nobody knows: those
    /// with so many uses count as used up.
    pub fn at_start(table: &RouteTable, now: Moment) -> Self {
        let courses = table.grants().iter().map(|grant| {
            let unknown = grant.lease.uses.is_some() && Guard::LeaseStart.is_on();
            let used = if unknown { u32::MAX } else { 0 };
            (grant.id.clone(), Course::begin(grant.lease, used, now))
        });
        Self(Mutex::new(courses.collect()))
    }

    /// From now on this table is in force. To be told before anybody is judged by it.
    pub fn take_over(&self, table: &RouteTable, now: Moment) {
        let mut courses = self.courses();
        courses.values_mut().for_each(Course::withdraw);
        for grant in table.grants() {
            if let Some(course) = courses.get_mut(&grant.id) {
                course.resume(grant.lease, now);
            } else if courses.len() < MAX_REMEMBERED {
                let course = Course::begin(grant.lease, 0, now);
                courses.insert(grant.id.clone(), course);
            }
        }
    }

    /// Judges a request: by the routes, and where they refuse it by the grants that are live, in their order. The first
    /// that allows it is charged with a use, which is given back when the pass is dropped unspent. A request that the
    /// routes allow takes none.
    ///
    /// # Errors
    ///
    /// A [`Denial`] that says what is missing.
    pub fn admit<'a>(
        &'a self,
        table: &'a RouteTable,
        request: &Request<'a>,
        exchange: Exchange,
        now: Moment,
    ) -> Result<Pass<'a>, Denial> {
        let take = |grant: &Grant| self.of(&grant.id, |course| course.take(now));
        let permit = judge(table, request, exchange, take).map_err(|code| denial(code, request))?;
        let charge = permit.grant().map(|grant| Charge::new(self, &grant.id));
        Ok(Pass::new(permit, charge))
    }

    /// Whether what was let through may go on: by the routes as they are now, by the grant that let it through, or by
    /// another one that counts no uses. It takes no use.
    pub fn still_allows(&self, table: &RouteTable, admitted: &Admitted<'_>, now: Moment) -> bool {
        let Admitted {
            request,
            exchange,
            grant: own,
        } = *admitted;
        let standing = |grant: &Grant| {
            if own == Some(&grant.id) {
                self.of(&grant.id, |course| course.standing_by_time(now))
            } else if grant.lease.uses.is_none() {
                self.of(&grant.id, |course| course.standing(now))
            } else {
                Standing::Withdrawn
            }
        };
        judge(table, request, exchange, standing).is_ok_and(|permit| fits(&permit, exchange))
    }

    /// Looks at the clocks. Between two looks a grant that nobody uses does not end.
    pub fn settle(&self, now: Moment) -> Settled {
        let mut settled = Settled {
            ended: false,
            next: None,
        };
        for course in self.courses().values_mut() {
            settled.ended |= course.has_just_ended(now);
            let left = course.left(now);
            settled.next = settled.next.into_iter().chain(left).min();
        }
        settled
    }

    /// What the agent may know of the table and its grants. What has `ended` (`expired`, `exhausted`) is not allowed any
    /// more.
    pub fn to_json_view(&self, table: &RouteTable, now: Moment) -> Value {
        let grants = table.grants().iter().map(|grant| {
            let standing = self.of(&grant.id, |course| course.standing(now));
            view_grant(grant, standing)
        });
        Value::Array(table.routes().iter().map(view).chain(grants).collect())
    }

    pub(crate) fn give_back(&self, grant: &ProposalId) {
        if let Some(course) = self.courses().get_mut(grant) {
            course.give_back();
        }
    }

    fn of(&self, grant: &ProposalId, ask: impl FnOnce(&mut Course) -> Standing) -> Standing {
        self.courses()
            .get_mut(grant)
            .map_or(Standing::Withdrawn, ask)
    }

    fn courses(&self) -> MutexGuard<'_, BTreeMap<ProposalId, Course>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Judges a request by the routes, then by the grants that are live by what `standing` says. It is asked of a grant that
/// would allow the request, and of no further one once it said that one is live.
fn judge<'a>(
    table: &'a RouteTable,
    request: &Request<'a>,
    exchange: Exchange,
    mut standing: impl FnMut(&Grant) -> Standing,
) -> Result<Permit<'a>, DenialCode> {
    let judged = Judged::read(request)?;
    let by_routes = judged.by_routes(table);
    let suffices = by_routes
        .as_ref()
        .is_ok_and(|permit| fits(permit, exchange));
    if suffices || table.grants().is_empty() {
        return by_routes;
    }
    let (mut ended, mut refused) = (None, None);
    for (number, grant) in table.grants().iter().enumerate() {
        if !grant.route.host.matches(judged.host()) {
            continue;
        }
        match judged.by(By::Grant(number, grant)) {
            Ok(permit) if fits(&permit, exchange) => match standing(grant) {
                Standing::Live(_) => return Ok(permit),
                Standing::Expired => ended = Some(DenialCode::LeaseExpired),
                Standing::Exhausted => ended = Some(DenialCode::LeaseExhausted),
                Standing::Withdrawn => {}
            },
            Ok(_) => refused = Some(DenialCode::WsNotAllowed),
            Err(code) => refused = Some(code),
        }
    }
    match (by_routes, ended, refused) {
        (_, Some(ended), _) => Err(ended),
        // The grant is nearer to the request than the want of a route.
        (Err(DenialCode::HostNotAllowed), None, Some(refused)) => Err(refused),
        (by_routes, None, _) => by_routes,
    }
}

/// Whether a request may become what it wants to become.
fn fits(permit: &Permit<'_>, exchange: Exchange) -> bool {
    exchange == Exchange::Plain || permit.websocket() == WebSocket::Granted
}

fn view_grant(grant: &Grant, standing: Standing) -> Value {
    let Grant { id, route, lease } = grant;
    let mut shown = view(route);
    let (uses_left, ended) = match standing {
        Standing::Live(left) => (left, None),
        Standing::Expired => (None, Some("expired")),
        Standing::Exhausted => (Some(0), Some("exhausted")),
        Standing::Withdrawn => (None, Some("withdrawn")),
    };
    if let Value::Object(members) = &mut shown {
        let lease = json!({ "until": lease.until, "uses_left": uses_left });
        members.insert("grant".to_owned(), json!(id));
        members.insert("lease".to_owned(), lease);
        if let Some(ended) = ended {
            members.insert("ended".to_owned(), ended.into());
        }
    }
    shown
}
