//! What the classic builder cannot do, said before it says something else about it.

use std::collections::BTreeSet;

use super::DockerfileError;
use super::lines::Instruction;

/// Flags that `BuildKit` alone knows, by instruction; `RUN` of the classic builder knows none at all.
const FLAGS: [(&str, &[&str]); 3] = [
    ("RUN", &["--mount", "--network", "--security", "--device"]),
    ("COPY", &["--chmod", "--link", "--parents", "--exclude"]),
    (
        "ADD",
        &[
            "--chmod",
            "--link",
            "--checksum",
            "--keep-git-dir",
            "--exclude",
            "--unpack",
        ],
    ),
];

/// Refuses flags and texts within the file (`<<EOF`).
pub(super) fn check(text: &str, instructions: &[Instruction]) -> Result<(), DockerfileError> {
    let whole_lines: BTreeSet<&str> = text.lines().map(str::trim).collect();
    for instruction in instructions {
        let known = FLAGS
            .iter()
            .find(|(keyword, _)| *keyword == instruction.keyword);
        let Some((_, flags)) = known else { continue };
        let words = || instruction.rest.split_whitespace();
        let flag = words()
            .take_while(|word| word.starts_with("--"))
            .find(|word| {
                let name = word.split_once('=').map_or(*word, |(name, _)| name);
                flags.contains(&name)
            });
        let text_within =
            || words().find(|word| delimiter(word).is_some_and(|name| whole_lines.contains(name)));
        if let Some(what) = flag.or_else(text_within) {
            return Err(DockerfileError::BuildKit {
                line: instruction.line,
                what: format!("{} {}", instruction.keyword, bottle_core::visible(what)),
            });
        }
    }
    Ok(())
}

/// The word that ends the text which begins here: `EOF` of `<<EOF`, `<<-"EOF"`, `3<<EOF`.
fn delimiter(word: &str) -> Option<&str> {
    let word = word.trim_start_matches(|each: char| each.is_ascii_digit());
    let word = word.strip_prefix("<<")?;
    let word = word.strip_prefix('-').unwrap_or(word);
    let name = word.trim_matches(['"', '\'']);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::lines::Lines;
    use super::*;

    fn checked(text: &str) -> Result<(), DockerfileError> {
        check(text, &Lines::cut(text).unwrap().instructions)
    }

    #[test]
    fn what_needs_buildkit_is_named() {
        for (text, what) in [
            (
                "FROM a\nRUN --mount=type=cache,target=/x make",
                "RUN --mount=type=cache,target=/x",
            ),
            ("FROM a\nCOPY --from=b --link . .", "COPY --link"),
            ("FROM a\nRUN cat <<EOF >x\nhello\nEOF", "RUN <<EOF"),
            ("FROM a\nCOPY <<-'END' /x\n\thello\n\tEND", "COPY <<-'END'"),
        ] {
            let error = checked(text).unwrap_err();
            let wanted = DockerfileError::BuildKit {
                line: 2,
                what: what.to_owned(),
            };
            assert_eq!(error, wanted);
            assert!(error.to_string().contains("classic builder"));
        }
    }

    #[test]
    fn what_only_looks_like_it_passes() {
        for text in [
            "RUN make --mount=x",
            "COPY --chown=1:1 --from=b a b",
            "RUN test $((1 <<2)) = 4",
            "RUN cat <<< word",
            "RUN sh -c 'cat <<EOF'",
        ] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }
}
