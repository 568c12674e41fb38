//! Appending to files of a container through the engine's archives, without running anything inside.

use std::io::{Cursor, Read};

use bollard::query_parameters::{
    DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bottle_run::backend::{AppendRequest, BackendError};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;

use crate::backend::Docker;
use crate::error::{engine, is_missing, other};

/// The most links that are followed: what a kernel allows is more, what an image needs is one or two.
const MAX_LINKS: u32 = 8;
/// The largest archive that is taken: a bundle of all public authorities has 0.3 MB.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What lies at a path.
enum Found {
    Nothing,
    Link(String),
    File {
        header: Box<tar::Header>,
        bytes: Vec<u8>,
    },
}

/// Appends to those of the files that are there, and answers which.
pub(crate) async fn append(
    docker: &Docker,
    request: &AppendRequest,
) -> Result<Vec<String>, BackendError> {
    let container = request.target.to_string();
    let each = request.paths.iter().map(|path| async {
        let appended = append_one(docker, &container, path, &request.bytes).await?;
        Ok(appended.then(|| path.clone()))
    });
    let appended = try_join_all(each).await?;
    Ok(appended.into_iter().flatten().collect())
}

async fn append_one(
    docker: &Docker,
    container: &str,
    path: &str,
    suffix: &[u8],
) -> Result<bool, BackendError> {
    let mut path = path.to_owned();
    for _ in 0..=MAX_LINKS {
        match look(docker, container, &path).await? {
            Found::Nothing => return Ok(false),
            Found::Link(target) => path = follow(&path, &target),
            Found::File { header, mut bytes } => {
                bytes.extend_from_slice(suffix);
                put(docker, container, &path, &header, &bytes).await?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn look(docker: &Docker, container: &str, path: &str) -> Result<Found, BackendError> {
    let options = DownloadFromContainerOptionsBuilder::new()
        .path(path)
        .build();
    let mut stream = Box::pin(
        docker
            .client()
            .download_from_container(container, Some(options)),
    );
    let mut archive = Vec::new();
    loop {
        match stream.try_next().await {
            Ok(Some(part)) => archive.extend_from_slice(&part),
            Ok(None) => break,
            Err(error) if is_missing(&error) => return Ok(Found::Nothing),
            Err(error) => return Err(engine(format!("read {path} of {container}"))(error)),
        }
        if archive.len() > MAX_BYTES {
            return Err(BackendError::TooMuchOutput { limit: MAX_BYTES });
        }
    }
    parse(archive).map_err(other(format!("read {path} of {container}")))
}

fn parse(archive: Vec<u8>) -> Result<Found, std::io::Error> {
    let mut archive = tar::Archive::new(Cursor::new(archive));
    let Some(entry) = archive.entries()?.next() else {
        return Ok(Found::Nothing);
    };
    let mut entry = entry?;
    let header = Box::new(entry.header().clone());
    if header.entry_type().is_symlink() {
        let target = entry.link_name()?.unwrap_or_default();
        return Ok(Found::Link(target.to_string_lossy().into_owned()));
    }
    if !header.entry_type().is_file() {
        return Ok(Found::Nothing);
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(Found::File { header, bytes })
}

/// Where a link leads, inside the container: the engine keeps `..` from leading out of it.
fn follow(path: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let (folder, _) = split(path);
    format!("{folder}/{target}")
}

async fn put(
    docker: &Docker,
    container: &str,
    path: &str,
    header: &tar::Header,
    bytes: &[u8],
) -> Result<(), BackendError> {
    let (folder, name) = split(path);
    let archive =
        pack(header, name, bytes).map_err(other(format!("write {path} of {container}")))?;
    let options = UploadToContainerOptionsBuilder::new()
        .path(if folder.is_empty() { "/" } else { folder })
        .build();
    docker
        .client()
        .upload_to_container(container, Some(options), bollard::body_full(archive.into()))
        .await
        .map_err(engine(format!("write {path} of {container}")))
}

fn pack(header: &tar::Header, name: &str, bytes: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut fresh = tar::Header::new_gnu();
    fresh.set_mode(header.mode()?);
    fresh.set_uid(header.uid()?);
    fresh.set_gid(header.gid()?);
    fresh.set_mtime(header.mtime()?);
    fresh.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut fresh, name, bytes)?;
    archive.into_inner()
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_from_where_it_lies() {
        assert_eq!(follow("/etc/ssl/a.pem", "b.pem"), "/etc/ssl/b.pem");
        assert_eq!(follow("/etc/ssl/a.pem", "../b.pem"), "/etc/ssl/../b.pem");
        assert_eq!(follow("/etc/ssl/a.pem", "/b.pem"), "/b.pem");
    }

    #[test]
    fn owner_and_mode_are_kept() {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o640);
        header.set_uid(7);
        header.set_gid(8);
        let archive = pack(&header, "bundle.crt", b"one\ntwo\n").unwrap();
        let Found::File { header, bytes } = parse(archive).unwrap() else {
            panic!("no file");
        };
        assert_eq!(header.mode().unwrap(), 0o640);
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (7, 8));
        assert_eq!(bytes, b"one\ntwo\n");
    }
}
