//! `docs/errors.md` says what the codes say. `UPDATE_DOCS=1 cargo test -p bottle-core --test documented` writes it anew.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the page is a file")]

use std::fmt::Write as _;
use std::path::Path;

use bottle_core::Code;

const HEAD: &str = "\
# Errors of manifests

What `bottle check` and every other command says about a file, by its code; `bottle explain-error <code>` says the same on the
terminal, and knows the refusals of [denials.md](denials.md), too. This page is written by a test.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for code in Code::ALL {
        let example = code.example().replace('\n', "\n    ");
        write!(
            page,
            "\n## `{code}`\n\n{}.\n\n{}\n\n    {example}\n",
            code.wrong(),
            code.why()
        )
        .unwrap();
    }
    page
}

#[test]
fn the_page_of_errors_is_the_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/errors.md differs: UPDATE_DOCS=1 cargo test -p bottle-core --test documented"
    );
}
