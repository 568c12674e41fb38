//! What may leave a bottle: the table of routes, `routes.yaml`, and the one decision that both the sidecar and
//! `bottle check` ask for.
//!
//! The crate is pure: same table, same request, same answer. Only [`decide`] makes a [`Permit`], and a proxy that can
//! send nothing without one cannot forget to ask.
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

mod decide;
mod denial;
mod fold;
mod route;
mod routes_file;
mod slot;
mod table;

pub use self::decide::{Destination, Permit, Request, Scheme, decide};
pub use self::denial::{Denial, DenialCode, Layer, RequestLine};
pub use self::fold::{Folded, default_allowlist, fold};
pub use self::route::{Ports, Route, SlotAuth};
pub use self::slot::{TokenSlot, TokenSlotError};
pub use self::table::RouteTable;
