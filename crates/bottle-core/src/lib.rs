//! Types, strict manifests and the plan of a bottle
