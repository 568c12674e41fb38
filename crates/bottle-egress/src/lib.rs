//! What may leave a bottle: the table of routes, `routes.yaml`, and the one decision that both the sidecar and
//! `bottle check` ask for.
//!
//! The crate is pure: same table, same request, same answer. What an operator grants while the bottle runs ends after
//! some time or some uses; a [`LeaseBook`] keeps account of that and is told the time. Only [`decide`] and the book make
//! a [`Permit`], only the book a [`Pass`], and a proxy that can send nothing without a pass can forget neither to ask
//! nor to count.
//!
//! ```
//! use bottle_core::Port;
//! use bottle_egress::{Destination, Request, Route, RouteTable, Scheme, decide};
//!
//! let route = Route { path_allowlist: vec!["/v1".parse()?], ..Route::bare("api.example.test".parse()?) };
//! let table = RouteTable::new([route]);
//! let destination = Destination { scheme: Scheme::Https, host: "api.example.test".parse()?, port: Port::HTTPS };
//! let ask = |target| decide(&table, &Request { destination: &destination, method: "GET", target });
//!
//! assert_eq!(ask("/v1/things?x=1").unwrap().target(), "/v1/things?x=1");
//! assert_eq!(ask("/v1/%2e%2e/admin").unwrap_err().code.as_str(), "path.not_allowed");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod coverage;
mod decide;
mod denial;
mod fold;
mod git_write;
mod grant;
mod judge;
mod known_hosts;
mod lease;
mod lease_book;
mod method_override;
mod moment;
mod narrow;
mod pass;
mod reach;
mod replay;
mod route;
mod routes_file;
mod rule_use;
mod slot;
mod spelling;
mod suggest;
mod table;
mod too_wide;
mod upstream_part;
mod words;

pub use self::change::{Change, CredentialEffect, CredentialOrigin, Warning};
pub use self::coverage::{Mutation, Outcome, Rule, Uncovered, run_tests, uncovered};
pub use self::decide::{Destination, Permit, Request, decide};
pub use self::denial::{Asking, Denial, DenialCode, Layer, RequestLine, Sighting, shown_path};
pub use self::fold::{Folded, fold};
pub use self::git_write::{is_download, is_lfs_batch};
pub use self::grant::{Grant, Grants, GrantsError, Lease, MAX_GRANTS};
pub use self::judge::{Allowed, judge, nearest_route};
pub use self::known_hosts::{KnownHost, Purpose, known_hosts};
pub use self::lease_book::{Admitted, Exchange, LeaseBook, Settled};
pub use self::moment::Moment;
pub use self::narrow::narrowest;
pub use self::pass::Pass;
pub use self::replay::{Denied, LoggedRequest, Replay, replay};
pub use self::route::{Ports, Route, RouteOrigin, SlotAuth};
pub use self::routes_file::EgressPolicy;
pub use self::rule_use::{RuleUse, rule_uses};
pub use self::slot::{TokenSlot, TokenSlotError};
pub use self::spelling::parameter_name;
pub use self::suggest::{Suggestion, suggest};
pub use self::table::RouteTable;
pub use self::too_wide::{TOO_WIDE, TooWide, too_wide};
pub use self::upstream_part::{
    MappedHosts, NextProxy, NextProxyError, StaticAddress, StaticAddressError, UpstreamPart,
};
pub use bottle_core::Scheme;
