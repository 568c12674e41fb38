//! Advice as text that can be pasted into a manifest: whatever is not to be pasted is a comment.

use std::fmt::Write as _;

use bottle_core::{Identity, ValueOrigin};
use bottle_egress::{DenialCode, Suggestion};

use super::advice::{Advice, Granted, Suggested, Wide};
use crate::host::HostSide;
use crate::{origin, preflight};

/// How far items stand from the margin, below `egress:` and `routes:`.
const INDENT: &str = "    ";

pub(super) fn render(
    host: &HostSide,
    identity: &Identity,
    advice: &Advice<'_>,
) -> anyhow::Result<String> {
    let mut text = format!("# what {identity} asked for and was refused\n");
    let is_live = advice.suggestions.iter().any(|each| !each.is_special());
    let mark = if is_live { "" } else { "# " };
    if advice.suggestions.is_empty() {
        text.push_str("# nothing\n");
    } else {
        let _ = write!(text, "{mark}egress:\n{mark}  routes:\n");
    }
    for each in &advice.suggestions {
        suggested(&mut text, host, each)?;
    }
    if advice.other > 0 {
        let _ = writeln!(
            text,
            "# {} refused, or failed, for what no rule changes: `bottle logs {identity}`",
            requests(advice.other)
        );
    }
    section(
        &mut text,
        "rules that were never used",
        &advice.unused,
        |each| granted(host, each),
    );
    section(
        &mut text,
        "rules that were wider than what was used",
        &advice.wide,
        |each| {
            let Wide {
                granted: rule,
                requests: count,
                narrower,
            } = each;
            let narrower = preflight::rule(narrower);
            format!(
                "{}: {}, as narrow as {narrower}",
                granted(host, rule),
                requests(*count)
            )
        },
    );
    Ok(text)
}

fn section<T>(text: &mut String, title: &str, items: &[T], line: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    // Writing to a String cannot fail, here and below.
    let _ = write!(text, "\n# {title}\n");
    for item in items {
        let _ = writeln!(text, "#   {}", line(item));
    }
}

/// One route, with what it is and why above it.
fn suggested(text: &mut String, host: &HostSide, each: &Suggested<'_>) -> anyhow::Result<()> {
    let Suggested {
        suggestion,
        spec,
        now,
    } = each;
    let Suggestion {
        change,
        requests: count,
        codes,
        last,
        too_wide,
        ..
    } = suggestion;
    let codes: Vec<&str> = codes.iter().copied().map(DenialCode::as_str).collect();
    let mut comment = |line: &str| {
        let _ = writeln!(text, "{INDENT}# {line}");
    };
    comment(&format!(
        "{} refused ({}), the last one {last}",
        requests(*count),
        codes.join(", ")
    ));
    for line in change.lines() {
        comment(&line);
    }
    if let Some(now) = each.replaces() {
        comment(&format!("to stand in the place of {}", granted(host, now)));
    } else if let Some(now) = now {
        comment(&format!("beside {}", granted(host, now)));
    }
    for warning in &change.warnings {
        comment(&format!("! {warning}"));
    }
    if let Some(reason) = too_wide {
        comment(&format!("! not to be granted: {reason}"));
    }
    let mark = if each.is_special() { "# " } else { "" };
    for line in spec.print()?.lines() {
        let _ = writeln!(text, "{INDENT}{mark}{line}");
    }
    Ok(())
}

/// `api.example.com (bottles/dev.md:7)`.
fn granted(host: &HostSide, rule: &Granted<'_>) -> String {
    let origin: Option<&ValueOrigin> = rule.origin;
    let place = origin.map_or_else(|| "default".to_owned(), |origin| origin::text(host, origin));
    format!("{} ({place})", rule.host)
}

fn requests(count: u64) -> String {
    if count == 1 {
        "1 request".to_owned()
    } else {
        format!("{count} requests")
    }
}
