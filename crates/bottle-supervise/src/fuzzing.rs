//! Entry points for fuzzing: what reads the body of a call.

use rmcp::model::JsonObject;
use serde_json::Value;

use crate::call::Call;
use crate::message::Message;
use crate::tool::ToolName;

/// Reads a body as the front does, and the arguments of a call as every tool would.
///
/// # Panics
///
/// When a message is passed on that is not what it was read from, or a proposal is not read as it was written.
pub fn mcp_body(bytes: &[u8]) {
    if let Ok(message) = Message::parse(bytes) {
        let again = Message::parse(message.bytes());
        assert!(again.is_ok_and(|again| again == message));
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let arguments = value.pointer("/params/arguments").unwrap_or(&value);
    if let Value::Object(arguments) = arguments {
        for tool in ToolName::ALL {
            call(tool, arguments);
        }
    }
}

fn call(tool: ToolName, arguments: &JsonObject) {
    match Call::parse(tool, arguments) {
        Ok(Call::Ask { ask, .. }) => {
            let text = serde_json::to_string(&ask).unwrap_or_default();
            assert!(serde_json::from_str(&text).is_ok_and(|again: bottle_state::Ask| again == ask));
        }
        Ok(Call::Routes | Call::Status(_)) => {}
        Err(error) => assert!(bottle_core::causes(&error).len() < 4096),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Something like a call, and something like JSON.
    fn body() -> impl Strategy<Value = String> {
        let host = prop_oneof!["[a-z*.]{0,20}", ".{0,20}", Just("a.test".to_owned())];
        let text = prop_oneof![Just("\"x\"".to_owned()), "[\\[\\]{},:\"0-9a-z]{0,12}"];
        (host, text, "[/a-z%0-9.]{0,12}").prop_map(|(host, text, path)| {
            let host = Value::from(host);
            format!(
                r#"{{"jsonrpc":"2.0","id":{text},"method":"tools/call","params":{{"name":"egress-block","arguments":
                {{"host":{host},"path_allowlist":["{path}"],"failed_url":"https://{path}","justification":{text}}}}}}}"#
            )
        })
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body in body(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            mcp_body(body.as_bytes());
            mcp_body(&bytes);
        }
    }
}
