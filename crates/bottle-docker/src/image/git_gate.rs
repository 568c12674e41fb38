//! The image of git-gate: one that has git and ssh, with our program on top.
//!
//! A static program lies at the path where it lies in every image of ours. One with shared libraries brings them and
//! their loader in a folder of their own, so that none takes the place of the image's, and a script starts it there.

use std::collections::BTreeMap;
use std::path::Path;

use bottle_core::{ImageRef, ImageRefError};
use bottle_run::backend::{
    BackendError, BuildRequest, BuildWatch, GitGateImageRequest, ImageFacts,
};
use sha2::{Digest, Sha256};

use super::archive::{Archive, PROGRAM, TAG_DIGITS, append, hexadecimal, read};
use super::closure::{libraries, loader};
use super::{ImageError, build, find};
use crate::backend::Docker;
use crate::error::other;

/// The image without its tag.
const NAME: &str = "bottle-git-gate";
/// Changes when the layer of the same program does.
const VERSION: &str = "1";
/// The label that holds the whole hash.
const LABEL: &str = "bottle.git-gate";
/// Where a program with libraries lies, and its libraries below it.
const FOLDER: &str = "bottle";
/// The layer in the context of the build.
const LAYER: &str = "layer.tar";
/// What the engine is asked for, in errors.
const WHAT: &str = "be given the image of git-gate";

/// The image, there already or built now: without a step that runs, so it takes well under a second. Its name comes from
/// those of what it is made of, so the program is not read where it is there.
pub(crate) async fn git_gate(
    docker: &Docker,
    request: &GitGateImageRequest,
) -> Result<ImageFacts, BackendError> {
    let hash = hash(request);
    let name = name(&hash).map_err(other(WHAT))?;
    if let Some(found) = docker.clock().time(find(docker, &name)).await? {
        return Ok(found);
    }
    let program = docker.sidecar().path().to_owned();
    let wanted = request.clone();
    let made = tokio::task::spawn_blocking(move || layer(&program, &wanted)).await;
    let layer = made.map_err(other(WHAT))?.map_err(other(WHAT))?;
    let build_request = build_request(&name, &request.base, hash, &layer);
    let build_request = build_request.map_err(other(WHAT))?;
    let watch = BuildWatch {
        line: &|_| {},
        stop: Box::pin(std::future::pending()),
    };
    let built = docker.clock().time(build(docker, &build_request, watch));
    built.await.map_err(other(WHAT))?;
    find(docker, &name).await?.ok_or_else(|| {
        let said = "nothing".to_owned();
        other(WHAT)(ImageError::Lost { said })
    })
}

/// SHA-256 over all that the image is made of, hexadecimal.
fn hash(request: &GitGateImageRequest) -> String {
    let GitGateImageRequest {
        base,
        sidecar,
        user,
    } = request;
    let mut hash = Sha256::new();
    for part in [
        VERSION,
        &base.id,
        &sidecar.id,
        &user.uid.to_string(),
        &user.gid.to_string(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hexadecimal(&hash.finalize())
}

fn name(hash: &str) -> Result<ImageRef, ImageRefError> {
    let tag = hash.get(..TAG_DIGITS).unwrap_or(hash);
    format!("{NAME}:{tag}").parse()
}

/// What lies on top of the base. The program must still be that of the sidecars' image, whose id is in the name.
fn layer(program: &Path, request: &GitGateImageRequest) -> Result<Vec<u8>, ImageError> {
    if Archive::of(program)?.name() != request.sidecar.reference.as_str() {
        return Err(ImageError::Changed {
            path: program.to_owned(),
        });
    }
    let user = request.user;
    let executable = read(program)?;
    let mut layer = tar::Builder::new(Vec::new());
    // ssh does not run as somebody whom this file does not know.
    let users = format!(
        "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nbottle:x:{}:{}::/nonexistent:/bin/sh\n",
        user.uid, user.gid
    );
    append(&mut layer, "etc/passwd", users.as_bytes(), 0o644)?;
    match loader(program, &executable)? {
        None => append(&mut layer, PROGRAM, &executable, 0o755)?,
        Some(loader) => {
            for library in libraries(program, &executable)? {
                let inside = format!("{FOLDER}/lib/{}", last(&library));
                append(&mut layer, &inside, &read(&library)?, 0o755)?;
            }
            let script = script(&last(&loader));
            append(&mut layer, PROGRAM, script.as_bytes(), 0o755)?;
            let inside = format!("{FOLDER}/{PROGRAM}");
            append(&mut layer, &inside, &executable, 0o755)?;
        }
    }
    Ok(layer.into_inner()?)
}

fn build_request(
    name: &ImageRef,
    base: &ImageFacts,
    hash: String,
    layer: &[u8],
) -> Result<BuildRequest, ImageError> {
    // By its id: another image may have taken the name of the base meanwhile.
    let dockerfile = format!(
        "FROM {}\nADD {LAYER} /\nENTRYPOINT [\"/{PROGRAM}\"]\n",
        base.id
    );
    let mut context = tar::Builder::new(Vec::new());
    append(&mut context, "Dockerfile", dockerfile.as_bytes(), 0o644)?;
    append(&mut context, LAYER, layer, 0o644)?;
    Ok(BuildRequest {
        image: name.clone(),
        labels: BTreeMap::from([(LABEL.to_owned(), hash)]),
        args: BTreeMap::new(),
        dockerfile: "Dockerfile".to_owned(),
        context: context.into_inner()?.into(),
    })
}

/// What starts a program by the loader that belongs to it, whatever the image has.
fn script(loader: &str) -> String {
    let lib = format!("/{FOLDER}/lib");
    format!("#!/bin/sh\nexec {lib}/{loader} --library-path {lib} /{FOLDER}/{PROGRAM} \"$@\"\n")
}

fn last(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use bottle_compose::UserIds;

    use super::*;

    fn facts(reference: &str, id: &str) -> ImageFacts {
        ImageFacts {
            reference: reference.parse().unwrap(),
            id: id.to_owned(),
        }
    }

    fn request(base: &str, sidecar: &str, uid: u32) -> GitGateImageRequest {
        let own = std::env::current_exe().unwrap();
        GitGateImageRequest {
            base: facts("base:1", base),
            sidecar: facts(&Archive::of(&own).unwrap().name(), sidecar),
            user: UserIds { uid, gid: 7 },
        }
    }

    #[test]
    fn the_name_stands_for_all_that_is_in_it() {
        let name = |base, sidecar, uid| name(&hash(&request(base, sidecar, uid))).unwrap();
        let one = name("sha256:a", "sha256:c", 1000);
        assert!(one.as_str().starts_with("bottle-git-gate:"));
        assert_eq!(one, name("sha256:a", "sha256:c", 1000));
        assert_ne!(one, name("sha256:b", "sha256:c", 1000));
        assert_ne!(one, name("sha256:a", "sha256:d", 1000));
        assert_ne!(one, name("sha256:a", "sha256:c", 1001));
    }

    #[test]
    fn another_program_does_not_get_the_name() {
        let own = std::env::current_exe().unwrap();
        let mut request = request("sha256:a", "sha256:c", 1000);
        request.sidecar = facts("bottle-sidecar:0123456789ab", "sha256:c");
        let refused = layer(&own, &request);
        assert!(matches!(refused, Err(ImageError::Changed { .. })));
    }

    #[test]
    fn nothing_of_the_base_is_replaced_but_its_users() {
        let own = std::env::current_exe().unwrap();
        let layer = layer(&own, &request("sha256:a", "sha256:c", 1000)).unwrap();
        let mut archive = tar::Archive::new(layer.as_slice());
        let mut paths = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            if path == "etc/passwd" {
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                assert!(text.ends_with("\nbottle:x:1000:7::/nonexistent:/bin/sh\n"));
            }
            paths.push(path);
        }
        let own = |path: &String| {
            ["etc/passwd", PROGRAM].contains(&path.as_str()) || path.starts_with("bottle/")
        };
        assert!(paths.iter().all(own), "{paths:?}");
    }
}
