//! Everything that an image is built from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bottle_core::{ImageRef, ImageRefError, Provider};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::context::{Context, ContextError};
use super::dockerfile::{Dockerfile, DockerfileError};
use super::preset;

/// The label of an image that was built: the whole hash of what it was built from.
pub const LABEL: &str = "bottle.image";
/// How much of the hash is in the image's tag.
const TAG_DIGITS: usize = 16;
/// Changes when what is hashed does.
const VERSION: &str = "1";
/// What a Dockerfile without a file is called in its context, and in what is said about it.
const DOCKERFILE: &str = "Dockerfile";

/// Everything that an image is built from. Not `Debug`-printed whole: a context may be large.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipe {
    naming: Naming,
    shown: PathBuf,
    dockerfile_name: String,
    dockerfile: Dockerfile,
    args: BTreeMap<String, String>,
    context: Bytes,
}

/// How an image is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// `bottle-image-<owner>:<hash>`: the same name is the same content.
    Content(String),
    /// A name that says nothing about the content.
    Fixed(ImageRef),
}

/// Why there is nothing to build from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The path of the Dockerfile names no file.
    #[error("{} names no Dockerfile", bottle_core::visible(&.path.to_string_lossy()))]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The files cannot be read.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The Dockerfile cannot be built.
    #[error("{} cannot be built", bottle_core::visible(&.path.to_string_lossy()))]
    Dockerfile {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: DockerfileError,
    },
}

impl Recipe {
    /// The image of a Dockerfile and the folder that it lies in. `owner` is the name of the bottle or the agent, and
    /// becomes part of the image's name. Blocks while it reads.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read within its bounds, or the Dockerfile not be built.
    pub fn of_dockerfile(owner: &str, path: &Path) -> Result<Self, RecipeError> {
        let unnamed = || RecipeError::Path {
            path: path.to_owned(),
        };
        let name = path.file_name().ok_or_else(unnamed)?;
        let name = name.to_str().ok_or_else(unnamed)?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let context = Context::of_folder(folder, name)?;
        let naming = Naming::Content(owner.to_owned());
        Self::new(naming, path, name, BTreeMap::new(), context)
    }

    /// The image of a Dockerfile that is a mere text, with nothing to copy from.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub fn of_text(owner: &str, text: &str) -> Result<Self, RecipeError> {
        let context = Context::of_files(&[(DOCKERFILE, text)], DOCKERFILE)?;
        let naming = Naming::Content(owner.to_owned());
        let shown = Path::new(DOCKERFILE);
        Self::new(naming, shown, DOCKERFILE, BTreeMap::new(), context)
    }

    /// The image of a provider, on a Debian of the operator's choice; under the name that its bottles look for.
    ///
    /// # Errors
    ///
    /// None but for a base that is no image's name to a Dockerfile.
    pub fn of_preset(provider: Provider, base: Option<&ImageRef>) -> Result<Self, RecipeError> {
        let text = preset::dockerfile(provider);
        let files = [(DOCKERFILE, text), preset::FETCH];
        Self::on(base, &files, preset::image(provider))
    }

    /// What git-gate's image begins with, on a Debian of the operator's choice.
    ///
    /// # Errors
    ///
    /// As [`Recipe::of_preset`].
    pub fn of_git_gate(base: Option<&ImageRef>) -> Result<Self, RecipeError> {
        let files = [(DOCKERFILE, preset::GIT_GATE)];
        Self::on(base, &files, preset::git_gate_image())
    }

    /// The image of these files, the first of which is the Dockerfile, on another base than it names.
    fn on(
        base: Option<&ImageRef>,
        files: &[(&str, &str)],
        name: ImageRef,
    ) -> Result<Self, RecipeError> {
        let context = Context::of_files(files, DOCKERFILE)?;
        let base = base.map(|base| (preset::BASE.to_owned(), base.to_string()));
        let naming = Naming::Fixed(name);
        let shown = Path::new(DOCKERFILE);
        Self::new(
            naming,
            shown,
            DOCKERFILE,
            base.into_iter().collect(),
            context,
        )
    }

    /// The same image under another name, which then says nothing about its content.
    #[must_use]
    pub fn named(mut self, image: ImageRef) -> Self {
        self.naming = Naming::Fixed(image);
        self
    }

    /// What its Dockerfile says.
    pub const fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    /// Where its Dockerfile lies.
    pub fn path(&self) -> &Path {
        &self.shown
    }

    /// SHA-256, hexadecimal, over the Dockerfile, the context, the arguments, and the ids of the images that it
    /// begins with: a base that was made anew makes another image.
    pub(super) fn hash(&self, bases: &BTreeMap<ImageRef, String>) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // With its length, so that no two lists of parts are the same bytes.
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        part(VERSION.as_bytes());
        part(self.dockerfile_name.as_bytes());
        part(self.args.len().to_string().as_bytes());
        for (name, value) in &self.args {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        for (image, id) in bases {
            part(image.as_str().as_bytes());
            part(id.as_bytes());
        }
        part(&self.context);
        hash.finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// What the image is called when this is its hash.
    pub(super) fn image(&self, hash: &str) -> Result<ImageRef, ImageRefError> {
        match &self.naming {
            Naming::Fixed(image) => Ok(image.clone()),
            Naming::Content(owner) => {
                let tag = hash.get(..TAG_DIGITS).unwrap_or(hash);
                format!("bottle-image-{owner}:{tag}").parse()
            }
        }
    }

    /// Whether an image of the name has the content, too.
    pub(super) const fn is_named_by_content(&self) -> bool {
        matches!(self.naming, Naming::Content(_))
    }

    /// What a build is asked for.
    pub(super) fn request(&self, image: &ImageRef, hash: &str) -> crate::backend::BuildRequest {
        crate::backend::BuildRequest {
            image: image.clone(),
            labels: BTreeMap::from([(LABEL.to_owned(), hash.to_owned())]),
            args: self.args.clone(),
            dockerfile: self.dockerfile_name.clone(),
            context: self.context.clone(),
        }
    }

    fn new(
        naming: Naming,
        shown: &Path,
        name: &str,
        args: BTreeMap<String, String>,
        context: Context,
    ) -> Result<Self, RecipeError> {
        let dockerfile = Dockerfile::parse(&context.dockerfile, &args);
        let dockerfile = dockerfile.map_err(|source| RecipeError::Dockerfile {
            path: shown.to_owned(),
            source,
        })?;
        Ok(Self {
            naming,
            shown: shown.to_owned(),
            dockerfile_name: name.to_owned(),
            dockerfile,
            args,
            context: context.tar,
        })
    }
}

impl std::fmt::Debug for Recipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipe")
            .field("naming", &self.naming)
            .field("path", &self.shown)
            .finish_non_exhaustive()
    }
}
