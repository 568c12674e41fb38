//! An image as an archive that `docker load` takes, made in memory and the same for the same executable.

use std::io;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::ImageError;
use super::closure::libraries;

/// Where the executable lies in the image. Its name is what makes it play the sidecar.
pub(super) const PROGRAM: &str = "bottle-sidecar";
/// How much of the hash is in the image's tag.
pub(super) const TAG_DIGITS: usize = 12;
/// Everything in the image may be run; nothing else reads the modes.
const MODE: u32 = 0o755;
/// The label that holds the whole hash.
const LABEL: &str = "bottle.sidecar";

/// One image of one layer.
#[derive(Debug)]
pub(crate) struct Archive {
    layer: Vec<u8>,
    /// SHA-256 of the layer, hexadecimal.
    hash: String,
}

impl Archive {
    /// The image of an executable, with its libraries if it has any.
    pub(super) fn of(program: &Path) -> Result<Self, ImageError> {
        let bytes = read(program)?;
        let mut layer = tar::Builder::new(Vec::new());
        for library in libraries(program, &bytes)? {
            let inside = library.strip_prefix("/").unwrap_or(&library);
            append(
                &mut layer,
                &inside.to_string_lossy(),
                &read(&library)?,
                MODE,
            )?;
        }
        append(&mut layer, PROGRAM, &bytes, MODE)?;
        let layer = layer.into_inner()?;
        let hash = hex(&layer);
        Ok(Self { layer, hash })
    }

    /// Its name, of which the tag stands for the content.
    pub(super) fn name(&self) -> String {
        let tag = self.hash.get(..TAG_DIGITS).unwrap_or(&self.hash);
        format!("{PROGRAM}:{tag}")
    }

    /// The archive: a manifest, a configuration and the layer.
    pub(super) fn docker_archive(&self) -> Result<Vec<u8>, ImageError> {
        let config = json!({
            "architecture": architecture(),
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": {
                "Entrypoint": [format!("/{PROGRAM}")],
                "Labels": { LABEL: self.hash },
            },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", self.hash)] },
            "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "bottle" }],
        })
        .to_string();
        let config_name = format!("{}.json", hex(config.as_bytes()));
        let layer_name = format!("{}/layer.tar", self.hash);
        let manifest = json!([{
            "Config": config_name,
            "RepoTags": [self.name()],
            "Layers": [layer_name],
        }])
        .to_string();
        let mut archive = tar::Builder::new(Vec::new());
        append(&mut archive, &config_name, config.as_bytes(), MODE)?;
        append(&mut archive, &layer_name, &self.layer, MODE)?;
        append(&mut archive, "manifest.json", manifest.as_bytes(), MODE)?;
        Ok(archive.into_inner()?)
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    std::fs::read(path).map_err(|source| ImageError::Read {
        path: path.to_owned(),
        source,
    })
}

pub(super) fn append(
    archive: &mut tar::Builder<Vec<u8>>,
    path: &str,
    bytes: &[u8],
    mode: u32,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    archive.append_data(&mut header, path, bytes)
}

fn hex(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The machine as images name it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_executable_gives_the_same_image() {
        let own = std::env::current_exe().unwrap();
        let (one, two) = (Archive::of(&own).unwrap(), Archive::of(&own).unwrap());
        assert_eq!(one.name(), two.name());
        assert_eq!(one.docker_archive().unwrap(), two.docker_archive().unwrap());
        assert!(one.name().starts_with("bottle-sidecar:"));
    }
}
