//! The arguments of a call.

use std::collections::BTreeSet;
use std::str::FromStr;

use bottle_core::{
    AuthScheme, EnvNameError, HostPatternError, MethodError, PathError, PathPrefix,
    ProposalIdError, RequestUrl, UrlHost, visible,
};
use bottle_state::{
    Ask, AskedAuth, CapabilityAsk, EgressAsk, MAX_DOCKERFILE, MAX_ITEMS, MAX_JUSTIFICATION,
    PipelockAsk,
};
use rmcp::model::JsonObject;
use serde_json::Value;

use crate::call::Call;
use crate::limits::{MAX_ITEM, MAX_QUOTED};
use crate::tool::ToolName;

/// What is wrong with the arguments of a call: which one, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// The tool takes no such argument.
    #[error("`{name}` is no argument of `{tool}`, which takes {}", list(.tool.arguments()))]
    Unknown {
        /// The tool.
        tool: ToolName,
        /// The argument, cut and made visible.
        name: String,
    },
    /// It is needed.
    #[error("`{name}` is missing: it is {what}")]
    Missing {
        /// The argument.
        name: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// It is of another kind.
    #[error("`{name}` is not right: it is {what}")]
    Kind {
        /// The argument.
        name: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// It is too long.
    #[error("`{name}` is too long: it has {length} bytes, and {most} are the most")]
    TooLong {
        /// The argument.
        name: &'static str,
        /// Its length.
        length: usize,
        /// The longest.
        most: usize,
    },
    /// It has too many items.
    #[error(
        "`{name}` has {length} items, and {MAX_ITEMS} are the most: ask for what they have in common"
    )]
    TooMany {
        /// The argument.
        name: &'static str,
        /// How many.
        length: usize,
    },
    /// It says nothing.
    #[error("`{name}` is empty: it is {what}")]
    Empty {
        /// The argument.
        name: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// Not a host.
    #[error("`host` is not right")]
    Host(#[source] HostPatternError),
    /// Not a path.
    #[error("`path_allowlist` has an item that is not right (item {item}, from 1)")]
    Path {
        /// Which.
        item: usize,
        /// Why.
        #[source]
        source: PathError,
    },
    /// Not a method.
    #[error("`methods` has an item that is not right (item {item}, from 1)")]
    Method {
        /// Which.
        item: usize,
        /// Why.
        #[source]
        source: MethodError,
    },
    /// Not a scheme.
    #[error("`auth.scheme` is not right: it is `Bearer`, `token` or `basic`")]
    Scheme,
    /// Not the name of a variable.
    #[error(
        "`auth.token_ref` is not right: it is the name of a variable of the operator's, never a value"
    )]
    TokenRef(#[source] EnvNameError),
    /// Not an address.
    #[error(
        "`failed_url` is not right: it is the address of the request that was refused, as in https://host/path"
    )]
    Url,
    /// An address that no rule can mean.
    #[error("`failed_url` is not right: no rule lets an address pass, only names of hosts")]
    UrlHost,
    /// Not a Dockerfile.
    #[error(
        "`dockerfile` is not right: it is the whole file, and its first instruction is FROM or ARG"
    )]
    Dockerfile,
    /// A character that no text file has.
    #[error("`dockerfile` is not right: it has a control character")]
    Control,
    /// Not an id.
    #[error("`id` is not right")]
    Id(#[source] ProposalIdError),
}

const HOST: &str = "a host, as in \"api.example.com\"";
const PATHS: &str = "a list of paths, as in [\"/v1\"]";
const METHODS: &str = "a list of methods, as in [\"GET\"]";
const AUTH: &str = "an object with `scheme` and `token_ref`";
const URL: &str = "the address of the request that was refused, as in \"https://host/path\"";
const DOCKERFILE: &str = "a whole Dockerfile";
const JUSTIFICATION: &str = "a text that says why, for the operator";
const ID: &str = "the id that an earlier call returned";

impl Call {
    /// Understands the arguments of a call.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with them.
    pub(crate) fn parse(tool: ToolName, arguments: &JsonObject) -> Result<Self, ArgumentError> {
        known(tool, arguments, tool.arguments())?;
        let ask = match tool {
            ToolName::EgressBlock => Ask::EgressBlock(egress(arguments)?),
            ToolName::PipelockBlock => Ask::PipelockBlock(pipelock(arguments)?),
            ToolName::CapabilityBlock => Ask::CapabilityBlock(capability(arguments)?),
            ToolName::ListEgressRoutes => return Ok(Self::Routes),
            ToolName::ProposalStatus => {
                let id = text(arguments, ("id", ID))?;
                return Ok(Self::Status(id.parse().map_err(ArgumentError::Id)?));
            }
        };
        let justification = text(arguments, ("justification", JUSTIFICATION))?;
        within("justification", justification.len(), MAX_JUSTIFICATION)?;
        Ok(Self::Ask {
            ask,
            justification: justification.to_owned(),
        })
    }
}

fn egress(arguments: &JsonObject) -> Result<EgressAsk, ArgumentError> {
    let host = text(arguments, ("host", HOST))?;
    let host = host.parse().map_err(ArgumentError::Host)?;
    let paths: BTreeSet<PathPrefix> =
        items(arguments, ("path_allowlist", PATHS), |item, source| {
            ArgumentError::Path { item, source }
        })?;
    let methods = items(arguments, ("methods", METHODS), |item, source| {
        ArgumentError::Method { item, source }
    })?;
    Ok(EgressAsk {
        host,
        // In one order and each once, so that the same ask is the same text.
        path_allowlist: paths.into_iter().collect(),
        methods,
        auth: auth(arguments)?,
    })
}

fn auth(arguments: &JsonObject) -> Result<Option<AskedAuth>, ArgumentError> {
    let (name, what) = ("auth", AUTH);
    let object = match arguments.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(object)) => object,
        Some(_) => return Err(ArgumentError::Kind { name, what }),
    };
    if object
        .keys()
        .any(|key| key != "scheme" && key != "token_ref")
    {
        return Err(ArgumentError::Kind { name, what });
    }
    let part = |key: &str| object.get(key).and_then(Value::as_str);
    let (Some(scheme), Some(token_ref)) = (part("scheme"), part("token_ref")) else {
        return Err(ArgumentError::Kind { name, what });
    };
    let scheme = [AuthScheme::Bearer, AuthScheme::Token, AuthScheme::Basic]
        .into_iter()
        .find(|known| known.as_str() == scheme)
        .ok_or(ArgumentError::Scheme)?;
    let token_ref = token_ref.parse().map_err(ArgumentError::TokenRef)?;
    Ok(Some(AskedAuth { scheme, token_ref }))
}

fn pipelock(arguments: &JsonObject) -> Result<PipelockAsk, ArgumentError> {
    let url = text(arguments, ("failed_url", URL))?;
    let failed_url: RequestUrl = url.parse().map_err(|_| ArgumentError::Url)?;
    match failed_url.host {
        UrlHost::Name(_) => Ok(PipelockAsk { failed_url }),
        UrlHost::Address(_) => Err(ArgumentError::UrlHost),
    }
}

fn capability(arguments: &JsonObject) -> Result<CapabilityAsk, ArgumentError> {
    let dockerfile = text(arguments, ("dockerfile", DOCKERFILE))?;
    within("dockerfile", dockerfile.len(), MAX_DOCKERFILE)?;
    let is_odd = |each: char| each.is_control() && !matches!(each, '\n' | '\r' | '\t');
    if dockerfile.chars().any(is_odd) {
        return Err(ArgumentError::Control);
    }
    let mut lines = dockerfile.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let word = first.and_then(|line| line.split_whitespace().next());
    let begins = ["FROM", "ARG"];
    if !word.is_some_and(|word| begins.iter().any(|each| word.eq_ignore_ascii_case(each))) {
        return Err(ArgumentError::Dockerfile);
    }
    Ok(CapabilityAsk {
        dockerfile: dockerfile.to_owned(),
    })
}

/// Refuses arguments that the tool does not have.
fn known(tool: ToolName, arguments: &JsonObject, names: &[&str]) -> Result<(), ArgumentError> {
    match arguments.keys().find(|key| !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(name) => Err(ArgumentError::Unknown {
            tool,
            name: quoted(name),
        }),
    }
}

/// A text that has to be there and to say something.
fn text<'a>(
    arguments: &'a JsonObject,
    (name, what): (&'static str, &'static str),
) -> Result<&'a str, ArgumentError> {
    match arguments.get(name) {
        None | Some(Value::Null) => Err(ArgumentError::Missing { name, what }),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(ArgumentError::Empty { name, what })
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ArgumentError::Kind { name, what }),
    }
}

/// The items of a list that may be left out, each once.
fn items<T: FromStr + Ord>(
    arguments: &JsonObject,
    (name, what): (&'static str, &'static str),
    wrong: impl Fn(usize, T::Err) -> ArgumentError,
) -> Result<BTreeSet<T>, ArgumentError> {
    let list = match arguments.get(name) {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(ArgumentError::Kind { name, what }),
    };
    if list.len() > MAX_ITEMS {
        let length = list.len();
        return Err(ArgumentError::TooMany { name, length });
    }
    list.iter()
        .zip(1..)
        .map(|(item, number)| {
            let text = item.as_str().ok_or(ArgumentError::Kind { name, what })?;
            within(name, text.len(), MAX_ITEM)?;
            text.parse().map_err(|error| wrong(number, error))
        })
        .collect()
}

const fn within(name: &'static str, length: usize, most: usize) -> Result<(), ArgumentError> {
    if length > most {
        Err(ArgumentError::TooLong { name, length, most })
    } else {
        Ok(())
    }
}

/// The beginning of a text of the agent's, for a message to it.
pub(crate) fn quoted(text: &str) -> String {
    let end = text.char_indices().nth(MAX_QUOTED);
    let (shown, rest) = text.split_at(end.map_or(text.len(), |(end, _)| end));
    let mut shown = visible(shown);
    if !rest.is_empty() {
        shown.push('…');
    }
    shown
}

/// Names in quotes; or that there are none.
fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use bottle_core::causes;
    use serde_json::json;

    use super::*;

    fn call(tool: &str, arguments: &Value) -> Result<Call, String> {
        let tool = ToolName::of(tool).unwrap();
        Call::parse(tool, arguments.as_object().unwrap()).map_err(|error| causes(&error))
    }

    #[test]
    fn what_is_asked_is_understood() {
        let asked = call(
            "egress-block",
            &json!({
                "host": "API.Example.test.",
                "path_allowlist": ["/v1/b", "/v1/%61", "/v1/a/"],
                "methods": ["post", "GET", "get"],
                "auth": {"scheme": "Bearer", "token_ref": "API_TOKEN"},
                "justification": "tests",
            }),
        );
        let Ok(Call::Ask { ask, justification }) = asked else {
            panic!("{asked:?}");
        };
        assert_eq!(justification, "tests");
        assert_eq!(
            serde_json::to_value(&ask).unwrap(),
            json!({
                "tool": "egress-block",
                "host": "api.example.test",
                "path_allowlist": ["/v1/a", "/v1/b"],
                "methods": ["GET", "POST"],
                "auth": {"scheme": "Bearer", "token_ref": "API_TOKEN"},
            })
        );
        let url = json!({"failed_url": "https://a.test/x?y", "justification": "x"});
        assert!(call("pipelock-block", &url).is_ok());
        let file = "# syntax=x\n\nARG A=1\nFROM a\n\tRUN b";
        let file = json!({"dockerfile": file, "justification": "x"});
        assert!(call("capability-block", &file).is_ok());
        assert_eq!(call("list-egress-routes", &json!({})), Ok(Call::Routes));
        assert_eq!(
            call("proposal-status", &json!({"id": "abcde12345"})),
            Ok(Call::Status("abcde12345".parse().unwrap()))
        );
        let nothing =
            json!({"host": "a.test", "methods": null, "auth": null, "justification": "x"});
        assert!(call("egress-block", &nothing).is_ok());
    }

    /// Every error names the argument and what is right.
    fn refused<const N: usize>(tool: &str, cases: [(Value, &str); N]) {
        for (arguments, expected) in cases {
            let error = call(tool, &arguments).unwrap_err();
            assert!(error.contains(expected), "{arguments}: {error}");
        }
    }

    /// An ask for a host with one more argument.
    fn with(name: &str, value: impl Into<Value>) -> Value {
        let mut arguments = json!({"host": "a.test", "justification": "x"});
        arguments[name] = value.into();
        arguments
    }

    #[test]
    fn hosts_and_words_that_are_none() {
        let long = "x".repeat(MAX_JUSTIFICATION + 1);
        refused(
            "egress-block",
            [
                (json!({}), "`host` is missing: it is a host"),
                (with("host", 5), "`host` is not right: it is a host"),
                (with("host", " "), "`host` is empty"),
                (with("host", "*"), "`host` is not right: a wildcard needs"),
                (with("host", "10.0.0.1"), "`host` is not right: "),
                (with("host", "a.test:443"), "`host` is not right: "),
                (
                    with("justification", Value::Null),
                    "`justification` is missing",
                ),
                (
                    with("justification", long),
                    "it has 4097 bytes, and 4096 are the most",
                ),
                (
                    with("identity", "other-x7k2q"),
                    "`identity` is no argument of `egress-block`, which takes `host`, `path_allowlist`",
                ),
            ],
        );
    }

    #[test]
    fn lists_and_credentials_that_are_none() {
        let many: Vec<String> = (0..=MAX_ITEMS).map(|number| format!("/{number}")).collect();
        let long = format!("/{}", "x".repeat(1024));
        refused(
            "egress-block",
            [
                (
                    with("path_allowlist", json!(["/ok", "no"])),
                    "not right (item 2, from 1): ",
                ),
                (
                    with("path_allowlist", "/"),
                    "`path_allowlist` is not right: it is a list",
                ),
                (with("path_allowlist", json!([[]])), "a list of paths"),
                (
                    with("path_allowlist", many),
                    "`path_allowlist` has 33 items",
                ),
                (
                    with("path_allowlist", json!([long])),
                    "is too long: it has 1025 bytes",
                ),
                (
                    with("methods", json!(["G T"])),
                    "(item 1, from 1): a method",
                ),
                (with("auth", "x"), "`auth` is not right: it is an object"),
                (
                    with("auth", json!({"scheme": "Bearer"})),
                    "`auth` is not right",
                ),
                (
                    with("auth", json!({"scheme": "bearer", "token_ref": "A"})),
                    "`auth.scheme` is not right: it is `Bearer`, `token` or `basic`",
                ),
                (
                    with("auth", json!({"scheme": "Bearer", "token_ref": "a b"})),
                    "`auth.token_ref` is not right",
                ),
            ],
        );
    }

    #[test]
    fn what_other_tools_do_not_take() {
        let large = format!("FROM a\n{}", "#".repeat(MAX_DOCKERFILE));
        let first = "its first instruction is FROM";
        refused(
            "pipelock-block",
            [
                (
                    json!({"failed_url": "ftp://a.test"}),
                    "`failed_url` is not right: it is",
                ),
                (
                    json!({"failed_url": "https://10.0.0.1/"}),
                    "only names of hosts",
                ),
            ],
        );
        refused(
            "capability-block",
            [
                (json!({"dockerfile": "RUN x"}), first),
                (json!({"dockerfile": "# FROM x"}), first),
                (
                    json!({"dockerfile": "FROM a\u{1b}[2J"}),
                    "control character",
                ),
                (json!({"dockerfile": large}), "`dockerfile` is too long"),
            ],
        );
        let none = "`list-egress-routes`, which takes none";
        refused("list-egress-routes", [(json!({"all": 1}), none)]);
        refused(
            "proposal-status",
            [
                (
                    json!({"id": "../../x"}),
                    "`id` is not right: a proposal is named by",
                ),
                (json!({"\u{1b}]0;x": 1}), "`\\u{1b}]0;x` is no argument"),
            ],
        );
    }
}
