//! What has to be known of a Dockerfile before it is built: the images that it takes something from, and whether the
//! builder that every engine has can read it.

mod builder;
mod lines;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use bottle_core::{ImageRef, ImageRefError};

use self::lines::{Instruction, Lines};
use self::words::{Variables, expanded, unquoted};

/// The largest Dockerfile, in bytes. Protects the operator's memory; the longest in use are a hundredth of it.
pub const DOCKERFILE_LIMIT: usize = 1024 * 1024;

/// The image of a stage that begins with nothing.
const SCRATCH: &str = "scratch";

/// A Dockerfile that the engine's classic builder can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    bases: BTreeMap<ImageRef, usize>,
    syntax: bool,
}

/// Why a text is no Dockerfile that can be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DockerfileError {
    /// It is too large.
    #[error("a Dockerfile has at most {DOCKERFILE_LIMIT} bytes")]
    TooLarge,
    /// It is no text.
    #[error("the Dockerfile is not UTF-8")]
    NotUtf8,
    /// It names an escape character of its own.
    #[error("line {line}: `# escape=` with another character than the backslash is not read")]
    Escape {
        /// Which line.
        line: usize,
    },
    /// It can be read in more than one way, or not at all.
    #[error("line {line}: {what} is not read; write it in another way")]
    Unclear {
        /// Which line.
        line: usize,
        /// What cannot be read.
        what: &'static str,
    },
    /// It begins with something that is not the name of an image.
    #[error("line {line}: no image is named `{}`", bottle_core::visible(.name))]
    Image {
        /// Which line.
        line: usize,
        /// What stands there, its variables replaced.
        name: String,
        /// What a name is.
        #[source]
        source: ImageRefError,
    },
    /// It needs `BuildKit`.
    #[error(
        "line {line}: `{what}` needs BuildKit, and images are built with the engine's classic builder; \
         build this one with `docker build`, and name it as `image`"
    )]
    BuildKit {
        /// Which line.
        line: usize,
        /// What needs it.
        what: String,
    },
}

impl Dockerfile {
    /// Reads a Dockerfile that is going to be built with these arguments.
    ///
    /// # Errors
    ///
    /// What cannot be read, or not be built.
    pub fn parse(text: &[u8], args: &BTreeMap<String, String>) -> Result<Self, DockerfileError> {
        if text.len() > DOCKERFILE_LIMIT {
            return Err(DockerfileError::TooLarge);
        }
        let text = std::str::from_utf8(text).map_err(|_| DockerfileError::NotUtf8)?;
        let lines = Lines::cut(text)?;
        builder::check(text, &lines.instructions)?;
        let mut reader = Reader {
            args,
            variables: Variables::new(),
            stages: BTreeSet::new(),
            has_stage: false,
            bases: BTreeMap::new(),
        };
        for instruction in &lines.instructions {
            reader.read(instruction)?;
        }
        Ok(Self {
            bases: reader.bases,
            syntax: lines.syntax,
        })
    }

    /// The images that it takes something from, each with the first line that names it. A trigger (`ONBUILD`) of
    /// such an image may name more.
    pub const fn bases(&self) -> &BTreeMap<ImageRef, usize> {
        &self.bases
    }

    /// Whether it asks for a frontend of its own (`# syntax=…`), which the classic builder does not heed.
    pub const fn has_syntax(&self) -> bool {
        self.syntax
    }
}

/// What is known while instructions are read.
struct Reader<'a> {
    args: &'a BTreeMap<String, String>,
    variables: Variables,
    stages: BTreeSet<String>,
    has_stage: bool,
    bases: BTreeMap<ImageRef, usize>,
}

impl Reader<'_> {
    fn read(&mut self, instruction: &Instruction) -> Result<(), DockerfileError> {
        match instruction.keyword.as_str() {
            "ARG" if !self.has_stage => {
                for word in instruction.rest.split_whitespace() {
                    self.declare(word);
                }
                Ok(())
            }
            "FROM" => self.from(instruction),
            "COPY" | "ADD" => self.copy(instruction),
            _ => Ok(()),
        }
    }

    /// A variable before the first stage: the build's argument, else its default.
    fn declare(&mut self, word: &str) {
        let (name, default) = word.split_once('=').unwrap_or((word, ""));
        let value = match self.args.get(name) {
            Some(given) => Some(given.clone()),
            None => unquoted(default).and_then(|word| expanded(word, &self.variables)),
        };
        self.variables.insert(name.to_owned(), value);
    }

    fn from(&mut self, instruction: &Instruction) -> Result<(), DockerfileError> {
        let line = instruction.line;
        self.has_stage = true;
        let mut words = instruction.rest.split_whitespace();
        let word = words.find(|word| !word.starts_with("--")).unwrap_or("");
        let name = unquoted(word)
            .and_then(|word| expanded(word, &self.variables))
            .ok_or(DockerfileError::Unclear {
                line,
                what: "the name of this image",
            })?;
        self.base(&name, line)?;
        if let (Some(_), Some(stage)) = (words.next(), words.next()) {
            self.stages.insert(stage.to_lowercase());
        }
        Ok(())
    }

    /// `COPY --from=` takes from a stage, by name or number, or from an image.
    fn copy(&mut self, instruction: &Instruction) -> Result<(), DockerfileError> {
        let flags = instruction.rest.split_whitespace();
        let flags = flags.take_while(|word| word.starts_with("--"));
        for name in flags.filter_map(|flag| flag.strip_prefix("--from=")) {
            if name.parse::<usize>().is_err() {
                self.base(name, instruction.line)?;
            }
        }
        Ok(())
    }

    fn base(&mut self, name: &str, line: usize) -> Result<(), DockerfileError> {
        if name == SCRATCH || self.stages.contains(&name.to_lowercase()) {
            return Ok(());
        }
        let image = name.parse().map_err(|source| DockerfileError::Image {
            line,
            name: name.to_owned(),
            source,
        })?;
        self.bases.entry(image).or_insert(line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn bases(text: &str, args: &[(&str, &str)]) -> Result<Vec<String>, DockerfileError> {
        let args = args.iter();
        let args = args.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let file = Dockerfile::parse(text.as_bytes(), &args.collect())?;
        Ok(file.bases().keys().map(ToString::to_string).collect())
    }

    #[test]
    fn images_of_every_stage() {
        let text = "ARG V=12\nARG BASE=debian:$V OTHER\nFROM --platform=linux/amd64 ${BASE} AS Build\n\
                    FROM build\nCOPY --from=0 /a /a\nCOPY --from=tools:1 /b /b\nFROM scratch\nCOPY --from=build / /\n";
        assert_eq!(bases(text, &[]).unwrap(), ["debian:12", "tools:1"]);
        assert_eq!(
            bases(text, &[("V", "13")]).unwrap(),
            ["debian:13", "tools:1"]
        );
        // An argument that nobody declared changes nothing, as in a build.
        assert_eq!(bases("FROM a$X", &[("X", "b")]).unwrap(), ["a"]);
        assert_eq!(bases("FROM scratch", &[]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_name_that_is_not_known_for_sure_is_refused() {
        for text in ["FROM ${A%x}", "FROM a\"b\"", "ARG A=\"b c\"\nFROM $A"] {
            let error = bases(text, &[]).unwrap_err();
            assert!(matches!(error, DockerfileError::Unclear { .. }), "{text}");
        }
        for text in ["FROM", "FROM $NONE", "FROM a\nCOPY --from=$B / /"] {
            let error = bases(text, &[]).unwrap_err();
            assert!(matches!(error, DockerfileError::Image { .. }), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            words in vec("FROM |COPY --from=|ARG |RUN |<<E|AS |\\$\\{?[A-C]}?|:-|=|\\\\|[\\n #\"]|(?s).", 0..30),
        ) {
            let _ = Dockerfile::parse(words.concat().as_bytes(), &BTreeMap::new());
        }

        /// However its lines are broken, an image that a stage begins with is seen.
        #[test]
        fn no_image_hides(before in "(RUN [a-z]{1,3}( \\\\\n+[ \t]*(#[^\n]*\n)?)?[a-z]{1,3}\n){0,3}", gap in "[ \t]{1,2}(\\\\\n)?[ \t]{0,2}") {
            let text = format!("FROM scratch\n{before}from{gap}hidden:1\n");
            prop_assert_eq!(bases(&text, &[]).unwrap(), ["hidden:1"], "{}", text);
        }
    }

    #[test]
    fn a_large_text_takes_no_longer_than_its_size() {
        let lines = [
            "ARG A=$A$A\n",
            "FROM a${A:-b} AS c\n",
            "RUN x <<E \\\n",
            "# a=b\n",
            "  \\\n",
        ];
        for line in lines {
            let text = line.repeat(DOCKERFILE_LIMIT / line.len());
            let began = Instant::now();
            let _ = Dockerfile::parse(text.as_bytes(), &BTreeMap::new());
            assert!(began.elapsed() < Duration::from_secs(20), "{line}");
        }
    }

    #[test]
    fn sizes_and_bytes_are_bounded() {
        let none = BTreeMap::new();
        let long = vec![b'#'; DOCKERFILE_LIMIT + 1];
        assert_eq!(
            Dockerfile::parse(&long, &none),
            Err(DockerfileError::TooLarge)
        );
        assert_eq!(
            Dockerfile::parse(b"FROM \xff", &none),
            Err(DockerfileError::NotUtf8)
        );
    }
}
