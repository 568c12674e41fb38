//! Building, with the builder that every engine has: neither the `docker` program nor `BuildKit`.

mod leftover;
mod output;

use std::collections::HashMap;
use std::time::Duration;

use bollard::errors::Error;
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder, BuilderVersion};
use bottle_run::backend::{BuildError, BuildRequest, BuildWatch};
use futures_util::StreamExt as _;

use self::leftover::Before;
use self::output::{Output, Said};
use crate::backend::Docker;
use crate::error::engine;

/// How long a build may take: protects from one that waits for an answer which nobody gives.
const BUILD_TIMEOUT: Duration = Duration::from_hours(1);

/// Builds an image; whatever an attempt that did not succeed made is removed.
pub(crate) async fn build(
    docker: &Docker,
    request: &BuildRequest,
    watch: BuildWatch<'_>,
) -> Result<(), BuildError> {
    let before = Before::look(docker).await?;
    let mut output = Output::new(watch.line);
    // The answer is dropped when this is over, which is how the engine learns that nobody waits any more.
    let built = tokio::select! {
        built = follow(docker, request, &mut output) => built,
        () = watch.stop => Err(BuildError::Interrupted),
        () = tokio::time::sleep(BUILD_TIMEOUT) => Err(BuildError::Timeout {
            step: output.step().map(str::to_owned),
            after: BUILD_TIMEOUT,
        }),
    };
    if built.is_err() {
        before.remove_new(docker, output.made()).await;
    }
    built
}

/// Sends the context and follows the answer to its end.
async fn follow(
    docker: &Docker,
    request: &BuildRequest,
    output: &mut Output<'_>,
) -> Result<(), BuildError> {
    let context = bollard::body_full(request.context.clone());
    let mut answers = docker
        .client()
        .build_image(options(request), None, Some(context));
    while let Some(answer) = answers.next().await {
        let answer = answer.map_err(|error| failed(request, output, error))?;
        let said = output.hear(answer.stream.as_deref(), answer.status.as_deref());
        if said == Said::Pull {
            let step = output.step().map(str::to_owned);
            return Err(BuildError::Pull { step });
        }
    }
    output.end();
    Ok(())
}

fn options(request: &BuildRequest) -> BuildImageOptions {
    let BuildRequest {
        image,
        labels,
        args,
        dockerfile,
        context: _,
    } = request;
    let map = |texts: &std::collections::BTreeMap<String, String>| -> HashMap<String, String> {
        texts.clone().into_iter().collect()
    };
    BuildImageOptionsBuilder::new()
        .dockerfile(dockerfile)
        .t(image.as_str())
        .labels(&map(labels))
        .buildargs(&map(args))
        .rm(true)
        .forcerm(true)
        .version(BuilderVersion::BuilderV1)
        .build()
}

/// What the engine refused is the Dockerfile's or a step's mistake; anything else is the connection's.
fn failed(request: &BuildRequest, output: &mut Output<'_>, error: Error) -> BuildError {
    let said = match error {
        Error::DockerStreamError { error } => error,
        Error::DockerResponseServerError { message, .. } => message,
        error => return engine(format!("build the image {}", request.image))(error).into(),
    };
    output.end();
    BuildError::Step {
        step: output.step().map(str::to_owned),
        said: output::cut(&said),
        last_lines: output.last_lines(),
    }
}
