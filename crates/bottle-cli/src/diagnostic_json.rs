//! What is wrong with manifests, for programs.

use bottle_core::{Diagnostic, PlanError};
use serde_json::{Value, json};

/// Every mistake of a file, or the one reason why there is none to look at.
pub(crate) fn errors(error: &PlanError) -> Vec<Value> {
    match error {
        PlanError::Invalid(diagnostics) => diagnostics.iter().map(one).collect(),
        PlanError::Needs { bottle, error } => vec![json!({
            "code": null,
            "message": format!("the bottle `{bottle}` is wrong"),
            "causes": errors(error),
        })],
        other => vec![json!({ "code": null, "message": bottle_core::causes(other) })],
    }
}

fn one(diagnostic: &Diagnostic) -> Value {
    let Diagnostic {
        code,
        message,
        file,
        position,
        source_line: _,
        help,
        related,
    } = diagnostic;
    json!({
        "code": code.as_str(),
        "message": message,
        "file": file,
        "line": position.line,
        "column": position.column,
        "width": position.width,
        "help": help,
        "related": related.as_ref().map(|other| json!({
            "label": other.label,
            "file": other.file,
            "line": other.position.line,
            "column": other.position.column,
        })),
    })
}
