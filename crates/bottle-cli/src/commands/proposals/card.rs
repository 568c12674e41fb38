//! A card in words.

use bottle_core::visible;
use bottle_egress::{Replay, SlotAuth};
use bottle_run::approval::{Card, CredentialCard, Past, Standing};
use bottle_state::{Answer, AnswerVerdict, Ask};

use super::words::{lines, route, summary};

/// All that an operator has to know, the computed part apart from the agent's words.
pub(super) fn text(card: &Card) -> String {
    let ask = &card.proposal.ask;
    let mut text = format!(
        "{}/{}  {}  {}\nasked for {}: {}\n",
        card.identity,
        card.id,
        ask.tool(),
        standing(&card.standing),
        card.proposal.created,
        whole(ask),
    );
    text.push_str("why, in the agent's own words:\n");
    text.push_str(&lines(&card.proposal.justification));
    if let Ask::CapabilityBlock(ask) = ask {
        text.push_str("the Dockerfile:\n");
        text.push_str(&lines(&ask.dockerfile));
    }
    if let Some(instead) = &card.instead {
        let instead = visible(&route(instead));
        text.push_str(&format_line("granted instead", &instead));
    }
    text.push_str("what would change, by the bottle's own tables:\n");
    for line in &card.effect {
        text.push_str(&format!("  {}\n", visible(line)));
    }
    if let Some(credential) = credential(&card.credential) {
        text.push_str(&format_line("credential", &credential));
    }
    for (what, all) in [
        (
            "look at twice",
            pairs(card.warnings.iter().map(|each| (each.code, &each.text))),
        ),
        (
            "cannot be approved",
            pairs(card.refusals.iter().map(|each| (each.code, &each.text))),
        ),
    ] {
        if !all.is_empty() {
            text.push_str(&format!("{what}:\n{all}"));
        }
    }
    text.push_str(&past(card.history.as_ref()));
    text.push_str(&format_line("token", card.token.as_str()));
    text
}

/// What is asked for, whole where it is a route: nothing of it is to be cut off.
fn whole(ask: &Ask) -> String {
    match ask {
        Ask::EgressBlock(ask) => visible(&route(ask)),
        Ask::PipelockBlock(ask) => visible(&ask.failed_url.to_string()),
        other => summary(other),
    }
}

fn format_line(what: &str, text: &str) -> String {
    format!("{what}: {text}\n")
}

fn pairs<'a>(all: impl Iterator<Item = (&'a str, &'a String)>) -> String {
    all.map(|(code, text)| format!("  - {} [{code}]\n", visible(text)))
        .collect()
}

fn past(past: Option<&Past>) -> String {
    let Some(Past { refused, narrower }) = past else {
        return String::new();
    };
    let Replay {
        denied,
        would_allow,
    } = refused;
    let mut text = format!(
        "past: {would_allow} of {denied} requests that were refused for want of a rule would have passed\n"
    );
    if let Some(narrower) = narrower {
        let narrower = visible(&route(narrower));
        text.push_str(&format!("less would do: {narrower} (--narrower)\n"));
    }
    text
}

pub(super) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Pending => "pending".to_owned(),
        Standing::Stale => "stale: its bottle runs no more".to_owned(),
        Standing::Unknown => "pending; whether its bottle runs is not known".to_owned(),
        Standing::Answered { answer } => answered(answer.as_ref()).to_owned(),
    }
}

pub(super) const fn answered(answer: Option<&Answer>) -> &'static str {
    match answer {
        Some(Answer {
            verdict: AnswerVerdict::Approved,
            ..
        }) => "approved",
        Some(Answer {
            verdict: AnswerVerdict::Rejected,
            ..
        }) => "rejected",
        None => "answered, and the answer cannot be read",
    }
}

fn credential(credential: &CredentialCard) -> Option<String> {
    let slot = |auth: &SlotAuth| format!("{} as {}", auth.slot, auth.scheme.as_str());
    match credential {
        CredentialCard::None => None,
        CredentialCard::Kept(auth) => Some(format!("{}, which the host has already", slot(auth))),
        CredentialCard::Withheld { scheme, token_ref } => Some(format!(
            "none; the agent asks for your {token_ref} as {} (--with-credential)",
            scheme.as_str()
        )),
        CredentialCard::Granted { auth, token_ref } => Some(format!(
            "the value of your {token_ref}, new, {}",
            slot(auth)
        )),
    }
}
