//! What a provider brings: data, so that a further program is one more table and no code.

use crate::header_name::HeaderName;
use crate::plan::{BottlePlan, Role, RouteSpec};

/// Which program the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Provider {
    /// Claude Code.
    #[default]
    Claude,
    /// The Codex command line.
    Codex,
    /// Any command; nothing is granted on its behalf.
    Command,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Claude, Self::Codex, Self::Command];

    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Command => "command",
        }
    }

    /// What it brings.
    pub const fn preset(self) -> &'static Preset {
        match self {
            Self::Claude => &CLAUDE,
            Self::Codex => &CODEX,
            Self::Command => &COMMAND,
        }
    }
}

/// What a provider brings.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// The image of an agent whose bottle names none.
    pub image: &'static str,
    /// What a session starts.
    pub command: &'static [&'static str],
    /// What a session starts that goes on with an earlier conversation.
    pub resume: &'static [&'static str],
    /// Where its program keeps conversations, below the home folder of whom the agent runs as.
    pub transcript: Option<&'static str>,
    /// Hosts that its program asks for, as bare routes.
    pub hosts: &'static [&'static str],
    /// Those of them that the conversation with the model goes to: what the agent reads, it says there.
    pub models: &'static [&'static str],
    /// Plain variables, mostly switches of telemetry.
    pub environment: &'static [(&'static str, &'static str)],
    /// Variables that stand for a credential which the proxy brings.
    pub placeholders: &'static [Placeholder],
}

/// A variable that the program wants to see before it starts; its value is worth nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The variable.
    pub name: &'static str,
    /// It is set when the bottle has a route for this host …
    pub host: &'static str,
    /// … whose credential is of this kind.
    pub when: Credential,
}

/// How a route's credential is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The route has this role.
    Role(Role),
    /// The route has no role and writes into this header.
    Header(&'static str),
}

/// What a placeholder says. Programs check the variable, the proxy throws the header away.
pub const PLACEHOLDER: &str = "placeholder-the-proxy-brings-the-real-one";

/// The image that `scripts/setup` makes.
const IMAGE: &str = "bottle-agent:latest";
/// A shell wherever there is one, the better one if there are two.
const SHELL: [&str; 3] = [
    "sh",
    "-c",
    "if command -v bash >/dev/null; then exec bash -l; else exec sh -l; fi",
];

/// Measured with version 2.1.330; only the first host is indispensable.
const CLAUDE: Preset = Preset {
    image: IMAGE,
    command: &["claude"],
    resume: &["claude", "--continue"],
    transcript: Some(".claude/projects"),
    hosts: &[
        "api.anthropic.com",
        "statsig.anthropic.com",
        "sentry.io",
        "claude.ai",
        "platform.claude.com",
        "downloads.claude.ai",
        "raw.githubusercontent.com",
    ],
    models: &["api.anthropic.com"],
    environment: &[
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("DISABLE_TELEMETRY", "1"),
    ],
    placeholders: &[
        Placeholder {
            name: "CLAUDE_CODE_OAUTH_TOKEN",
            host: "api.anthropic.com",
            when: Credential::Role(Role::ClaudeCodeOauth),
        },
        Placeholder {
            name: "ANTHROPIC_API_KEY",
            host: "api.anthropic.com",
            when: Credential::Header("x-api-key"),
        },
        Placeholder {
            name: "ANTHROPIC_AUTH_TOKEN",
            host: "api.anthropic.com",
            when: Credential::Header("authorization"),
        },
    ],
};

/// Measured with version 0.169.0: the one host that it needs.
const CODEX: Preset = Preset {
    image: IMAGE,
    command: &["codex"],
    resume: &["codex", "resume", "--last"],
    transcript: Some(".codex/sessions"),
    hosts: &["api.openai.com"],
    models: &["api.openai.com"],
    environment: &[],
    placeholders: &[Placeholder {
        name: "CODEX_API_KEY",
        host: "api.openai.com",
        when: Credential::Header("authorization"),
    }],
};

const COMMAND: Preset = Preset {
    image: IMAGE,
    command: &SHELL,
    resume: &SHELL,
    transcript: None,
    hosts: &[],
    models: &[],
    environment: &[],
    placeholders: &[],
};

impl Preset {
    /// The variables that it adds to the agent's environment, in order of name. A variable of the manifest wins.
    pub fn variables(&self, plan: &BottlePlan) -> Vec<(&'static str, &'static str)> {
        let placeholders = self
            .placeholders
            .iter()
            .filter(|each| plan.routes.iter().any(|route| each.stands_for(route)))
            .map(|each| (each.name, PLACEHOLDER));
        let mut variables: Vec<_> = self
            .environment
            .iter()
            .copied()
            .chain(placeholders)
            .collect();
        variables.retain(|(name, _)| !plan.env.keys().any(|own| own.as_str() == *name));
        variables.sort_unstable();
        variables
    }
}

impl Placeholder {
    fn stands_for(&self, route: &RouteSpec) -> bool {
        let Some(auth) = &route.auth else {
            return false;
        };
        let header = auth
            .header
            .as_ref()
            .map_or("authorization", HeaderName::as_str);
        let host = self.host.parse();
        host.is_ok_and(|host| route.host.matches(&host))
            && match self.when {
                Credential::Role(role) => route.role == Some(role),
                Credential::Header(name) => route.role.is_none() && header == name,
            }
    }
}

/// What a variable that every agent gets says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wiring {
    /// Where the proxy is.
    Proxy,
    /// What must not be sent to a proxy.
    Direct,
    /// The file with the public authorities and the bottle's own.
    Bundle,
    /// The file with the bottle's own authority.
    Authority,
    /// Just this.
    Text(&'static str),
}

/// The variables that make the walls usable, for every program that is known to heed one: `BUNDLE` where a variable
/// replaces a program's authorities, `AUTHORITY` where it adds to them; proxies in both spellings, because some heed
/// one alone.
pub const WIRING: &[(&str, Wiring)] = &[
    ("ALL_PROXY", Wiring::Proxy),
    ("AWS_CA_BUNDLE", Wiring::Bundle),
    ("CARGO_HTTP_CAINFO", Wiring::Bundle),
    ("CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", Wiring::Bundle),
    ("CODEX_CA_CERTIFICATE", Wiring::Bundle),
    ("CURL_CA_BUNDLE", Wiring::Bundle),
    ("DENO_CERT", Wiring::Authority),
    ("GIT_SSL_CAINFO", Wiring::Bundle),
    ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", Wiring::Bundle),
    ("HTTPLIB2_CA_CERTS", Wiring::Bundle),
    ("HTTPS_PROXY", Wiring::Proxy),
    ("HTTP_PROXY", Wiring::Proxy),
    ("NIX_SSL_CERT_FILE", Wiring::Bundle),
    ("NODE_EXTRA_CA_CERTS", Wiring::Authority),
    // Node heeds the proxy variables only when told to.
    ("NODE_USE_ENV_PROXY", Wiring::Text("1")),
    ("NO_PROXY", Wiring::Direct),
    ("PERL_LWP_SSL_CA_FILE", Wiring::Bundle),
    ("PIP_CERT", Wiring::Bundle),
    ("REQUESTS_CA_BUNDLE", Wiring::Bundle),
    ("SSL_CERT_FILE", Wiring::Bundle),
    ("all_proxy", Wiring::Proxy),
    ("http_proxy", Wiring::Proxy),
    ("https_proxy", Wiring::Proxy),
    ("no_proxy", Wiring::Direct),
    ("npm_config_cafile", Wiring::Bundle),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::EnvName;
    use crate::host_pattern::HostPattern;
    use crate::plan::{AuthScheme, AuthSpec, ImageRef};

    #[test]
    fn every_word_of_a_preset_is_one() {
        for provider in Provider::ALL {
            let preset = provider.preset();
            assert!(preset.image.parse::<ImageRef>().is_ok());
            assert!(!preset.command.is_empty());
            for host in preset.hosts {
                assert!(host.parse::<HostPattern>().is_ok(), "{host}");
            }
            let plain = preset.environment.iter().map(|(name, _)| name);
            for name in plain.chain(preset.placeholders.iter().map(|each| &each.name)) {
                assert!(name.parse::<EnvName>().is_ok(), "{name}");
            }
        }
        assert!(WIRING.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn a_placeholder_stands_for_a_credential_that_is_there() {
        let names = |route: Option<RouteSpec>| {
            let plan = BottlePlan {
                routes: route.into_iter().collect(),
                ..BottlePlan::new("a".parse().unwrap(), "b".parse().unwrap(), Provider::Claude)
            };
            let variables = CLAUDE.variables(&plan).into_iter();
            variables
                .filter(|(_, value)| *value == PLACEHOLDER)
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let route = |header: Option<&str>, role| RouteSpec {
            auth: Some(AuthSpec {
                scheme: AuthScheme::Bearer,
                token_ref: "KEY".parse().unwrap(),
                header: header.map(|name| name.parse().unwrap()),
            }),
            role,
            ..RouteSpec::bare("api.anthropic.com".parse().unwrap())
        };
        assert_eq!(names(None), [""; 0]);
        assert_eq!(
            names(Some(route(None, Some(Role::ClaudeCodeOauth)))),
            ["CLAUDE_CODE_OAUTH_TOKEN"]
        );
        assert_eq!(
            names(Some(route(Some("X-Api-Key"), None))),
            ["ANTHROPIC_API_KEY"]
        );
        assert_eq!(names(Some(route(None, None))), ["ANTHROPIC_AUTH_TOKEN"]);
        let elsewhere = RouteSpec {
            host: "api.example.com".parse().unwrap(),
            ..route(None, None)
        };
        assert_eq!(names(Some(elsewhere)), [""; 0]);
    }
}
