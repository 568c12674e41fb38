//! Every refusal stands in the page that its readers look at.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the page is a file")]

use bottle_egress::DenialCode;

#[test]
fn every_denial_is_documented() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/denials.md");
    let page = std::fs::read_to_string(page).unwrap();
    for code in DenialCode::ALL {
        let row = format!("| `{code}` | {} |", code.status());
        assert!(page.contains(&row), "docs/denials.md lacks {row}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(
        rows,
        DenialCode::ALL.len(),
        "docs/denials.md has rows of no code"
    );
}
