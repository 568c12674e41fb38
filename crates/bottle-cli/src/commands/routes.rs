//! `bottle routes` and `bottle revoke`: what a bottle may ask, and taking back what was granted.

use std::time::{Duration, SystemTime};

use bottle_core::visible;
use bottle_run::approval::Rules;
use bottle_state::Operator;
use serde_json::{Value, json};

use super::proposals::{desk, docker, no, told};
use crate::args::{RevokeArgs, RoutesArgs};
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, json_text};

/// Runs `bottle routes`.
pub(crate) async fn routes(args: &RoutesArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let docker = engine::connect().await.ok();
    let rules = desk(host, docker.as_ref()).rules(&args.identity).await;
    let (is_live, rules) = match rules.map_err(told)? {
        Rules::Live(rules) => (true, rules),
        Rules::Kept(rules) => (false, rules),
    };
    if args.json {
        let document = json!({ "identity": args.identity, "live": is_live, "routes": rules });
        host.printer.data(&json_text::pretty(&document)?);
        return Ok(Exit::Fine);
    }
    if !is_live {
        let words = "does not run: these are the routes that it was started with";
        host.printer.say(&format!("{} {words}", args.identity));
    }
    for rule in rules.as_array().into_iter().flatten() {
        host.printer.data(&line(rule));
    }
    Ok(Exit::Fine)
}

/// Runs `bottle revoke`.
pub(crate) async fn revoke(args: &RevokeArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let docker = docker().await?;
    let how = (args.reason.as_str(), &Operator::current());
    let revoked = desk(host, Some(&docker))
        .revoke(&args.identity, &args.which.0, how)
        .await;
    let revoked = match revoked {
        Ok(revoked) => revoked,
        Err(error) => return no(host, error),
    };
    if args.json {
        let grants: Vec<Value> = revoked
            .grants
            .iter()
            .map(|grant| json!({ "grant": grant.id, "host": grant.route.host }))
            .collect();
        let document = json!({ "identity": args.identity, "revoked": grants });
        host.printer.data(&json_text::pretty(&document)?);
        return Ok(Exit::Fine);
    }
    for grant in &revoked.grants {
        let (id, hosts) = (&grant.id, &grant.route.host);
        host.printer.say(&format!("{id} ({hosts}) is taken back"));
    }
    Ok(Exit::Fine)
}

/// One rule: where, what, with which credential, and whom it comes from.
fn line(rule: &Value) -> String {
    let list = |key: &str, any: &str| {
        let items = rule.get(key).and_then(Value::as_array);
        let items: Vec<String> = items.into_iter().flatten().map(plain).collect();
        if items.is_empty() {
            any.to_owned()
        } else {
            items.join(",")
        }
    };
    let credential = match (rule.get("token_slot"), rule.get("auth_scheme")) {
        (Some(Value::String(slot)), Some(scheme)) => format!("  {slot} as {}", plain(scheme)),
        _ => String::new(),
    };
    let websocket = if rule.get("websocket") == Some(&Value::Bool(true)) {
        "  websocket"
    } else {
        ""
    };
    let line = format!(
        "{}:{}  {}  {}{credential}{websocket}  {}{}",
        rule.get("host").map_or_else(String::new, plain),
        list("ports", "any"),
        list("methods", "any method"),
        list("path_allowlist", "any path"),
        rule.get("origin").map_or_else(String::new, plain),
        grant(rule),
    );
    format!("{}\n", visible(&line))
}

/// Which grant, and what is left of it.
fn grant(rule: &Value) -> String {
    let Some(id) = rule.get("grant").filter(|id| !id.is_null()) else {
        return String::new();
    };
    let lease = rule.get("lease").unwrap_or(&Value::Null);
    let left = match (
        rule.get("ended").and_then(Value::as_str),
        lease.get("until").and_then(Value::as_u64),
        lease.get("uses_left").and_then(Value::as_u64),
    ) {
        (Some(ended), ..) => ended.to_owned(),
        (None, None, None) => "until the bottle ends".to_owned(),
        (None, Some(until), None) => time_left(until),
        (None, None, Some(uses)) => format!("{uses} more requests"),
        (None, Some(until), Some(uses)) => format!("{}, {uses} more requests", time_left(until)),
    };
    format!(" {} ({left})", plain(id))
}

/// How long until a moment, rounded up to seconds.
fn time_left(until: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let left = Duration::from_secs(until).saturating_sub(now.unwrap_or_default());
    let seconds = left
        .as_secs()
        .saturating_add(u64::from(left.subsec_nanos() > 0));
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{minutes} min {seconds:02} s left")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_line_whatever_is_in_it() {
        let rule = json!({ "host": "a.test", "ports": [443], "methods": ["GET"], "path_allowlist": ["/x"],
            "token_slot": "EGRESS_TOKEN_0", "auth_scheme": "Bearer", "origin": "grant", "grant": "p000000001",
            "websocket": true, "lease": { "until": null, "uses_left": 2 } });
        assert_eq!(
            line(&rule),
            "a.test:443  GET  /x  EGRESS_TOKEN_0 as Bearer  websocket  grant p000000001 (2 more requests)\n"
        );
        let rule = json!({ "host": "a\u{1b}[2J\nb", "grant": "p0", "ended": "expired" });
        assert_eq!(
            line(&rule),
            "a\\u{1b}[2J\\u{a}b:any  any method  any path   p0 (expired)\n"
        );
        assert_eq!(time_left(0), "0 min 00 s left");
    }
}
