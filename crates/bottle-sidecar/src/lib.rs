//! The one static executable behind every sidecar of a bottle
