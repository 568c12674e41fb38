//! Files of a container, through the engine's archives.

use std::fs::File;
use std::time::Duration;

use bollard::query_parameters::{
    DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bottle_run::backend::{Archive, BackendError, DownloadRequest, UploadRequest};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::backend::Docker;
use crate::error::{engine, is_missing, other};
use crate::patience;

/// How long an archive may take to be unpacked: that of a whole folder may be large, and a disk slow.
const UPLOAD_TIMEOUT: Duration = Duration::from_hours(1);
/// How much of an archive is read at once.
const CHUNK: usize = 256 * 1024;

/// Unpacks an archive in a container.
pub(crate) async fn upload(docker: &Docker, request: UploadRequest) -> Result<(), BackendError> {
    let UploadRequest {
        target,
        folder,
        archive,
    } = request;
    let options = UploadToContainerOptionsBuilder::new().path(&folder).build();
    let body = match archive {
        Archive::Bytes(bytes) => bollard::body_full(bytes.into()),
        Archive::File(file) => bollard::body_try_stream(chunks(file)),
    };
    // The engine answers when all of it is unpacked.
    docker
        .client()
        .clone()
        .with_timeout(UPLOAD_TIMEOUT)
        .upload_to_container(&target.to_string(), Some(options), body)
        .await
        .map_err(engine(format!("unpack files in {}", target.service)))
}

fn chunks(file: File) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let file = tokio::fs::File::from_std(file);
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        let got = file.read_buf(&mut chunk).await?;
        Ok((got > 0).then(|| (Bytes::from(chunk), file)))
    })
}

/// Packs what is at a path.
pub(crate) async fn download(
    docker: &Docker,
    request: &DownloadRequest,
    into: File,
) -> Result<bool, BackendError> {
    let DownloadRequest {
        target,
        path,
        limit,
    } = request;
    // A restarted engine still has what its containers hold.
    patience::wait(docker).await;
    let what = format!("pack {path} of {}", target.service);
    let options = DownloadFromContainerOptionsBuilder::new()
        .path(path)
        .build();
    let container = target.to_string();
    let mut parts = Box::pin(
        docker
            .client()
            .download_from_container(&container, Some(options)),
    );
    let mut into = tokio::fs::File::from_std(into);
    let mut left = *limit;
    loop {
        let part = match parts.try_next().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) if is_missing(&error) => return Ok(false),
            Err(error) => return Err(engine(what)(error)),
        };
        left = u64::try_from(part.len())
            .ok()
            .and_then(|length| left.checked_sub(length))
            .ok_or_else(|| BackendError::TooMuchOutput {
                limit: usize::try_from(*limit).unwrap_or(usize::MAX),
            })?;
        into.write_all(&part).await.map_err(other(what.clone()))?;
    }
    into.flush().await.map_err(other(what))?;
    Ok(true)
}
