//! Texts that give no orders to a model, by what they are taken from.

/// All of them.
pub(crate) const TEXTS: &[&str] = &[
    include_str!("benign/data.txt"),
    include_str!("benign/documentation.txt"),
    include_str!("benign/frameworks.txt"),
    include_str!("benign/office.txt"),
    include_str!("benign/pages.txt"),
    include_str!("benign/programs.txt"),
    include_str!("benign/security.txt"),
];
