//! Which proposal is meant, and what is wanted instead of what it asks for.

use bottle_core::{Identity, ProposalId};
use bottle_docker::Docker;
use bottle_run::approval::{Approvals, CredentialWish, Subject, Wish};
use bottle_state::{Ask, EgressAsk, QueueError};

use super::told;
use crate::args::{InsteadArgs, SubjectArg};
use crate::host::HostSide;

/// Which proposal is meant is not clear.
#[derive(Debug, thiserror::Error)]
enum SubjectError {
    #[error("there is no proposal {id}: `bottle proposals list --all` shows those that there are")]
    Unknown { id: ProposalId },
    #[error("more than one bottle has a proposal {id}: say which, as in `{first}/{id}`")]
    Ambiguous { id: ProposalId, first: Identity },
    #[error("only what `egress-block` asks for can be granted in part")]
    NoParts,
    #[error(
        "there is nothing narrower to offer: the log has no refused request that less would let through"
    )]
    NothingNarrower,
}

/// The proposal that is meant.
pub(super) fn find(host: &HostSide, arg: &SubjectArg) -> anyhow::Result<Subject> {
    let SubjectArg { identity, id } = arg;
    let all = match identity {
        Some(identity) => vec![identity.clone()],
        None => host.home.queues()?,
    };
    let has = |identity: &Identity| {
        // What is broken is there, and told when it is read.
        !matches!(
            host.home.queue(identity).read(id),
            Err(QueueError::Unknown { .. })
        )
    };
    let mut found = all.into_iter().filter(has);
    match (found.next(), found.next()) {
        (Some(identity), None) => Ok(Subject {
            identity,
            id: id.clone(),
        }),
        (Some(first), Some(_)) => Err(crate::invalid(SubjectError::Ambiguous {
            id: id.clone(),
            first,
        })),
        (None, _) => Err(crate::invalid(SubjectError::Unknown { id: id.clone() })),
    }
}

/// What is wanted instead.
pub(super) async fn wish(
    desk: &Approvals<'_, Docker>,
    subject: &Subject,
    args: &InsteadArgs,
) -> anyhow::Result<Wish> {
    let InsteadArgs {
        host,
        paths,
        methods,
        narrower,
        with_credential,
    } = args;
    let credential = if *with_credential {
        CredentialWish::Granted
    } else {
        CredentialWish::Withheld
    };
    let is_changed = host.is_some() || !paths.is_empty() || !methods.is_empty();
    if !is_changed && !narrower {
        return Ok(Wish {
            ask: None,
            credential,
        });
    }
    let card = desk.review(subject, &Wish::default()).await.map_err(told)?;
    let Ask::EgressBlock(asked) = card.proposal.ask else {
        return Err(crate::invalid(SubjectError::NoParts));
    };
    let ask = if *narrower {
        let less = card.history.and_then(|past| past.narrower);
        less.ok_or_else(|| crate::invalid(SubjectError::NothingNarrower))?
    } else {
        instead(asked, args)
    };
    Ok(Wish {
        ask: Some(ask),
        credential,
    })
}

/// What was asked for with the parts that are typed in the place of its own.
fn instead(asked: EgressAsk, args: &InsteadArgs) -> EgressAsk {
    let mut ask = asked;
    if let Some(host) = &args.host {
        ask.host = host.clone();
    }
    if !args.paths.is_empty() {
        ask.path_allowlist.clone_from(&args.paths);
    }
    if !args.methods.is_empty() {
        ask.methods = args.methods.iter().cloned().collect();
    }
    ask
}
