//! The real sidecar executable on loopback: a raw client → egress → pipelock → a pretend origin that records every byte.

#[cfg(test)]
mod support;

#[cfg(test)]
mod authority;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod dns_refuser;
#[cfg(test)]
mod echoes;
#[cfg(test)]
mod fail_closed;
#[cfg(test)]
mod flowing;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod leases;
#[cfg(test)]
#[cfg(feature = "mutants")]
mod mutants;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod protocols;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod scanning;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sequences;
#[cfg(test)]
#[path = "../shared/schema.rs"]
mod shared_schema;
#[cfg(test)]
mod streaming;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upstream;
#[cfg(test)]
mod ways;
#[cfg(test)]
mod websocket;
