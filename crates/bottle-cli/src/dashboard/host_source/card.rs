//! A card of the approvals as the screen shows it.

use bottle_core::{Method, yaml};
use bottle_run::approval::{Card, CredentialCard, Past};
use bottle_state::{Ask, EgressAsk, Proposal};

use crate::dashboard::view::{CardView, Narrower, Terms};

/// The card as it is shown.
pub(super) fn view(card: Card) -> anyhow::Result<CardView> {
    let Card {
        identity,
        id,
        standing: _,
        proposal,
        instead,
        effect,
        change: _,
        credential,
        warnings,
        refusals,
        history,
        token,
    } = card;
    let Proposal {
        ask, justification, ..
    } = proposal;
    let tool = ask.tool();
    let asks_credential = matches!(
        credential,
        CredentialCard::Withheld { .. } | CredentialCard::Granted { .. }
    );
    let about = About::of(ask, instead)?;
    Ok(CardView {
        title: format!("{tool} {id} of {identity}"),
        host: about.host,
        effect,
        refusals: refusals.into_iter().map(|refusal| refusal.text).collect(),
        warnings: warnings.into_iter().map(|warning| warning.text).collect(),
        credential: about.yaml.is_some().then(|| told(&credential)),
        asks_credential,
        history: history.as_ref().map_or_else(Vec::new, told_past),
        narrower: history.and_then(|past| past.narrower).map(narrower),
        words: justification,
        file: about.file,
        yaml: about.yaml,
        terms: about.terms,
        token: token.to_string(),
    })
}

/// What depends on the tool.
struct About {
    host: Option<String>,
    file: Option<String>,
    yaml: Option<String>,
    terms: Terms,
}

impl About {
    fn of(ask: Ask, instead: Option<EgressAsk>) -> anyhow::Result<Self> {
        let nothing = Self {
            host: None,
            file: None,
            yaml: None,
            terms: Terms::Plain,
        };
        Ok(match ask {
            Ask::EgressBlock(asked) => {
                let ask = instead.unwrap_or(asked);
                Self {
                    host: Some(ask.host.to_string()),
                    yaml: Some(yaml::write(&ask)?),
                    terms: Terms::Leased,
                    ..nothing
                }
            }
            Ask::PipelockBlock(asked) => Self {
                host: Some(asked.failed_url.host.to_string()),
                ..nothing
            },
            Ask::CapabilityBlock(asked) => Self {
                file: Some(asked.dockerfile),
                terms: Terms::Rebuild,
                ..nothing
            },
            _ => nothing,
        })
    }
}

fn told(credential: &CredentialCard) -> String {
    match credential {
        CredentialCard::None => "none goes along".to_owned(),
        CredentialCard::Kept(auth) => {
            let scheme = auth.scheme.as_str();
            format!("the one that the host has already ({scheme})")
        }
        CredentialCard::Withheld { scheme, token_ref } => format!(
            "none goes along; the agent asks for your variable {token_ref} ({})",
            scheme.as_str()
        ),
        CredentialCard::Granted { auth, token_ref } => format!(
            "THE VALUE OF YOUR VARIABLE {token_ref} goes along ({})",
            auth.scheme.as_str()
        ),
    }
}

/// What the bottle's log has of it.
fn told_past(past: &Past) -> Vec<String> {
    let Past { refused, .. } = past;
    let line = match (refused.denied, refused.would_allow) {
        (0, _) => "nothing that this bottle asked for was refused for want of a rule".to_owned(),
        (denied, 0) => {
            format!("of {denied} requests that were refused, it would have let through none")
        }
        (denied, allowed) => {
            format!("of {denied} requests that were refused, it would have let through {allowed}")
        }
    };
    vec![line]
}

/// Less, in words.
fn narrower(ask: EgressAsk) -> Narrower {
    let methods: Vec<&str> = ask.methods.iter().map(Method::as_str).collect();
    let methods = if methods.is_empty() {
        "any method".to_owned()
    } else {
        methods.join(" ")
    };
    let host = &ask.host;
    let lines = if ask.path_allowlist.is_empty() {
        vec![format!("{methods} {host}, below any path")]
    } else {
        let paths = ask.path_allowlist.iter();
        paths
            .map(|path| format!("{methods} {host}{path}"))
            .collect()
    };
    Narrower { ask, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_told_by_method_host_and_path() {
        for (ask, lines) in [
            (
                r#"{"host":"a.test"}"#,
                vec!["any method a.test, below any path"],
            ),
            (
                r#"{"host":"a.test","methods":["GET","HEAD"],"path_allowlist":["/v1","/v2"]}"#,
                vec!["GET HEAD a.test/v1", "GET HEAD a.test/v2"],
            ),
        ] {
            assert_eq!(narrower(serde_json::from_str(ask).unwrap()).lines, lines);
        }
    }
}
