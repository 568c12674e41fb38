//! A container image by name.

use std::str::FromStr;

use super::Preset;
use crate::text::{is_word, text_newtype};

/// The longest reference, in bytes.
const MAX_LENGTH: usize = 255;

/// The name of an image: `[registry/]name[:tag][@digest]`, or an image's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef(String);

text_newtype!(ImageRef);

/// Why a text is not the name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an image is named `name`, `name:tag` or `registry/name:tag`, in at most 255 characters")]
pub struct ImageRefError;

impl ImageRef {
    /// The image of a preset.
    #[expect(
        clippy::expect_used,
        reason = "the tables hold valid names; a test says so"
    )]
    pub(crate) fn of_preset(preset: &Preset) -> Self {
        preset.image.parse().expect("a valid name of an image")
    }
}

impl FromStr for ImageRef {
    type Err = ImageRefError;

    fn from_str(text: &str) -> Result<Self, ImageRefError> {
        if is_word(text, b"._-/:@", MAX_LENGTH) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ImageRefError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_images() {
        for text in [
            "alpine",
            "bottle-agent:latest",
            "ghcr.io/a/b:1.2@sha256:00",
            "localhost:5000/x",
        ] {
            assert!(text.parse::<ImageRef>().is_ok(), "{text}");
        }
        for text in ["", "-rf", "a b", "a\n", "$X", "é", ":tag"] {
            assert_eq!(text.parse::<ImageRef>(), Err(ImageRefError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "[a-z0-9:@/. -]{0,40}") {
            if let Ok(image) = text.parse::<ImageRef>() {
                prop_assert_eq!(image.to_string().parse::<ImageRef>(), Ok(image));
            }
        }
    }
}
