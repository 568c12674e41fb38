//! The words that the rest of bottle is written in: host names, paths, names and secrets as types that cannot hold
//! anything else, and the plan of one bottle.
//!
//! Everything here is parsed once, at the edge, into its one spelling; nothing further in compares raw text.
//! The crate has no clock, no network and no environment.
//!
//! ```
//! use bottle_core::{Host, HostPattern, PathPrefix, UrlPath};
//!
//! let hosts: HostPattern = "*.example.test".parse()?;
//! let host: Host = "API.Example.test.".parse()?;
//! assert!(hosts.matches(&host));
//!
//! let allowed: PathPrefix = "/v1".parse()?;
//! let path = UrlPath::canonicalise("/v1/%2e%2e/admin")?;
//! assert!(!allowed.matches(&path));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod causes;
mod code;
mod diagnostic;
mod env;
mod expectation;
mod file_version;
mod guard;
mod header_name;
mod host;
mod host_pattern;
mod identity;
mod known_rules;
mod load;
mod manifest;
mod method;
mod name;
mod nearest;
mod path_prefix;
mod plan;
mod port;
mod proposal_id;
mod request_url;
mod secret;
mod source;
mod text;
mod token;
mod tree;
mod url_path;
mod visible;
pub mod yaml;

pub use self::causes::causes;
pub use self::code::{Code, CodeError};
pub use self::diagnostic::{Diagnostic, Diagnostics, Position, Related};
pub use self::env::{EnvName, EnvNameError, EnvValue, EnvValueError};
pub use self::expectation::{Expectation, ExpectationError, Verdict};
pub use self::file_version::FileVersion;
pub use self::guard::{Guard, GuardError};
pub use self::header_name::{HeaderName, HeaderNameError};
pub use self::host::{Host, HostError};
pub use self::host_pattern::{HostPattern, HostPatternError};
pub use self::identity::{Identity, IdentityError, IdentitySuffix};
pub use self::known_rules::KnownRules;
pub use self::load::{Checked, Entry, Folder, LoadError, ManifestSet, PlanError, Subject};
pub use self::manifest::{
    AgentManifest, BottleManifest, FrontMatter, PlanKey, Resolved, Schema, ValueOrigin,
};
pub use self::method::{Method, MethodError};
pub use self::name::{AgentName, BottleName, NameError};
pub use self::nearest::nearest;
pub use self::path_prefix::PathPrefix;
pub use self::plan::{
    AuthScheme, AuthSpec, BottlePlan, Cpus, Credential, DlpSpec, GitRemote, GitRemoteError,
    GitUser, GitUserText, GitUserTextError, HostKey, ImageRef, ImageRefError, ImageSource, KeyPath,
    LargeBodies, LimitError, Limits, Memory, PLACEHOLDER, Pids, PipelockSpec, Placeholder, Preset,
    Provider, PushPolicy, RefPattern, RefPatternError, RemoteName, ResponseAction, Role, RouteSpec,
    RuleName, RuleNameError, RuntimeName, RuntimeNameError, SkillName, SkillNameError, SshHost,
    SshUrl, Supervise, WIRING, WebSocket, Wiring, Workspace,
};
pub use self::port::{Port, PortError};
pub use self::proposal_id::{ProposalId, ProposalIdError};
pub use self::request_url::{RequestUrl, RequestUrlError, Scheme, UrlHost};
pub use self::secret::{Secret, SecretError};
pub use self::source::{Place, Placed, Source, SourceFile};
pub use self::url_path::{EncodedSlash, PathError, UrlPath};
pub use self::visible::visible;
