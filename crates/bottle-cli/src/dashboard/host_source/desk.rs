//! Proposals shown and decided, as `bottle proposals` does.

use anyhow::Context as _;
use bottle_core::{EnvName, Identity, ProposalId, Secret};
use bottle_docker::Docker;
use bottle_egress::Lease;
use bottle_run::approval::{
    ApprovalError, Approvals, Approved, Card, CredentialCard, CredentialWish, Decision, GivenValue,
    Revocation, Rules, Standing, Subject, Wish,
};
use bottle_state::{AnswerVerdict, Home, Operator};
use time::OffsetDateTime;

use super::{card, grants};
use crate::dashboard::errand;
use crate::dashboard::model::{Approval, Decided, LeaseWish, Rejection};
use crate::dashboard::view::{AskChoice, CardView, Credential, GrantRow, ProposalKey, Variant};
use crate::{engine, environment};

/// Why something was taken back, for the trail.
const REVOKED: &str = "taken back in the dashboard";

pub(super) async fn card(
    home: &Home,
    key: &ProposalKey,
    variant: &Variant,
) -> anyhow::Result<CardView> {
    // Without an engine it can be read nevertheless, and the card says what is missing.
    let docker = engine::connect().await.ok();
    let desk = Approvals::new(home, docker.as_ref());
    let card = desk.review(&subject(key), &wish(variant)?).await?;
    if let Standing::Answered { answer } = &card.standing {
        let said = match answer.as_ref().map(|answer| answer.verdict) {
            Some(AnswerVerdict::Approved) => "approved",
            Some(AnswerVerdict::Rejected) => "rejected",
            None => "answered",
        };
        anyhow::bail!("it has been {said} already");
    }
    card::view(card)
}

pub(super) async fn approve(home: &Home, approval: &Approval) -> Decided {
    match try_approve(home, approval).await {
        Ok(text) => Decided::Done(text),
        Err(error) => refused(&error),
    }
}

async fn try_approve(home: &Home, approval: &Approval) -> anyhow::Result<String> {
    let docker = engine::connect().await?;
    let desk = Approvals::new(home, Some(&docker));
    let subject = subject(&approval.key);
    let wish = wish(&approval.variant)?;
    let decision = Decision {
        value: value(&desk, &subject, &wish).await?,
        wish,
        lease: lease(approval.lease),
        notes: String::new(),
        operator: Operator::current(),
    };
    let token = approval.token.parse()?;
    let identity = &approval.key.identity;
    Ok(match desk.approve(&subject, &token, &decision).await? {
        Approved::Granted(grant) => {
            let host = &grant.route.host;
            format!("approved for {identity}: {host}, {}", approval.lease)
        }
        Approved::Mirrored => format!("approved for {identity}: the scanner lets the host pass"),
        Approved::Rebuilt => {
            format!("{identity} is ended; `bottle resume {identity}` goes on in the other image")
        }
    })
}

/// The value of a credential that is given.
async fn value(
    desk: &Approvals<'_, Docker>,
    subject: &Subject,
    wish: &Wish,
) -> anyhow::Result<Option<GivenValue>> {
    if wish.credential == CredentialWish::Withheld {
        return Ok(None);
    }
    let Card { credential, .. } = desk.review(subject, wish).await?;
    match credential {
        CredentialCard::Granted { token_ref, .. } => host_value(token_ref).map(Some),
        CredentialCard::None | CredentialCard::Kept(_) | CredentialCard::Withheld { .. } => {
            Ok(None)
        }
    }
}

fn host_value(name: EnvName) -> anyhow::Result<GivenValue> {
    let value = environment::value(&name)?.with_context(|| format!("{name} is not set here"))?;
    let value =
        Secret::new(value).with_context(|| format!("the value of {name} cannot be used"))?;
    Ok(GivenValue {
        token_ref: name,
        value,
    })
}

pub(super) async fn reject(home: &Home, rejection: &Rejection) -> Decided {
    let docker = engine::connect().await.ok();
    let desk = Approvals::new(home, docker.as_ref());
    let Rejection { key, reason } = rejection;
    let done = desk
        .reject(&subject(key), reason, &Operator::current())
        .await;
    match done {
        Ok(()) => Decided::Done(format!("rejected: {} of {}", key.id, key.identity)),
        Err(error) => refused(&error.into()),
    }
}

pub(super) async fn grants(home: &Home, identity: &Identity) -> anyhow::Result<Vec<GrantRow>> {
    let docker = engine::connect().await?;
    let rules = Approvals::new(home, Some(&docker)).rules(identity).await?;
    match rules {
        Rules::Live(rules) => Ok(grants::rows(
            &rules,
            OffsetDateTime::now_utc().unix_timestamp(),
        )),
        // Grants ended with the run.
        Rules::Kept(_) => Ok(Vec::new()),
    }
}

pub(super) async fn revoke(
    home: &Home,
    identity: &Identity,
    grant: &ProposalId,
) -> anyhow::Result<String> {
    let docker = engine::connect().await?;
    let which = Revocation::Grant(grant.clone());
    Approvals::new(home, Some(&docker))
        .revoke(identity, &which, (REVOKED, &Operator::current()))
        .await?;
    Ok(format!("taken back from {identity}: {grant}"))
}

fn subject(key: &ProposalKey) -> Subject {
    Subject {
        identity: key.identity.clone(),
        id: key.id.clone(),
    }
}

fn wish(variant: &Variant) -> anyhow::Result<Wish> {
    let ask = match &variant.ask {
        AskChoice::Asked => None,
        AskChoice::Narrower(ask) => Some((**ask).clone()),
        AskChoice::Edited(yaml) => Some(errand::parse(yaml).map_err(anyhow::Error::msg)?),
    };
    let credential = match variant.credential {
        Credential::Withheld => CredentialWish::Withheld,
        Credential::Given => CredentialWish::Granted,
    };
    Ok(Wish { ask, credential })
}

fn lease(wish: LeaseWish) -> Lease {
    let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default();
    let until = wish
        .seconds
        .map(|seconds| now.saturating_add(u64::from(seconds.get())));
    Lease {
        until,
        uses: wish.uses,
    }
}

fn refused(error: &anyhow::Error) -> Decided {
    let told = crate::dashboard::shell::told(error);
    match error.downcast_ref() {
        Some(ApprovalError::Changed { .. }) => Decided::Changed(told),
        _ => Decided::Failed(told),
    }
}
