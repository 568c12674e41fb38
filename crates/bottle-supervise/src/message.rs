//! One JSON-RPC message, before the protocol's own library sees it.

use serde_json::{Map, Value, json};

use crate::limits::{MAX_DEPTH, MAX_ID};

/// One message of JSON-RPC 2.0 from the client: an object whose fields are what they have to be, written anew, so that
/// nobody reads a second meaning out of it (a key that is there twice).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message(Vec<u8>);

/// Why a body is no message, and how that is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadMessage {
    /// The code of the error, as JSON-RPC and MCP have them.
    pub(crate) code: i32,
    /// The id of the request, when it has one.
    pub(crate) id: Value,
    /// What is wrong.
    pub(crate) why: &'static str,
}

/// Not JSON (JSON-RPC 2.0 §5.1).
const PARSE_ERROR: i32 = -32700;
/// Not a request.
const INVALID_REQUEST: i32 = -32600;
/// Not the parameters of that method.
const INVALID_PARAMS: i32 = -32602;

impl Message {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, BadMessage> {
        let refuse = |code, why| Err(BadMessage::new(code, Value::Null, why));
        if is_deep(body) {
            return refuse(PARSE_ERROR, "the JSON is nested too deeply");
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return refuse(PARSE_ERROR, "the body is not JSON");
        };
        match value {
            Value::Object(object) => Self::of(object),
            Value::Array(_) => refuse(INVALID_REQUEST, "batches are not taken: send one message"),
            _ => refuse(INVALID_REQUEST, "a message is an object"),
        }
    }

    fn of(object: Map<String, Value>) -> Result<Self, BadMessage> {
        let id = match object.get("id") {
            None => Value::Null,
            Some(id) if is_id(id) => id.clone(),
            Some(_) => {
                let why = "`id` is a whole number or a text of at most 256 bytes";
                return Err(BadMessage::new(INVALID_REQUEST, Value::Null, why));
            }
        };
        if let Some((code, why)) = wrong(&object) {
            return Err(BadMessage::new(code, id, why));
        }
        Ok(Self(Value::Object(object).to_string().into_bytes()))
    }

    /// The message as it is passed on.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The message as it is passed on.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl BadMessage {
    const fn new(code: i32, id: Value, why: &'static str) -> Self {
        Self { code, id, why }
    }

    /// The answer to it.
    pub(crate) fn answer(&self) -> String {
        let Self { code, id, why } = self;
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": why}}).to_string()
    }
}

/// What is wrong with the fields of a message.
fn wrong(object: &Map<String, Value>) -> Option<(i32, &'static str)> {
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Some((INVALID_REQUEST, "`jsonrpc` is \"2.0\""));
    }
    let Some(method) = object.get("method") else {
        return Some((
            INVALID_REQUEST,
            "`method` is missing: only requests and notifications are taken",
        ));
    };
    let Some(method) = method.as_str() else {
        return Some((INVALID_REQUEST, "`method` is a text"));
    };
    if object.contains_key("result") || object.contains_key("error") {
        return Some((
            INVALID_REQUEST,
            "a message is a request or a response, not both",
        ));
    }
    let params = match object.get("params") {
        None => None,
        Some(Value::Object(params)) => Some(params),
        Some(_) => return Some((INVALID_REQUEST, "`params` is an object")),
    };
    if method == "tools/call" && object.contains_key("id") {
        wrong_call(params).map(|why| (INVALID_PARAMS, why))
    } else {
        None
    }
}

/// What is wrong with the parameters of a call of a tool. The protocol's library would take it for a method that it does
/// not know.
fn wrong_call(params: Option<&Map<String, Value>>) -> Option<&'static str> {
    let part = |name: &str| params.and_then(|params| params.get(name));
    if !part("name").is_some_and(Value::is_string) {
        Some("`params.name` is the name of a tool")
    } else if !part("arguments").is_none_or(Value::is_object) {
        Some("`params.arguments` is an object")
    } else {
        None
    }
}

fn is_id(id: &Value) -> bool {
    match id {
        Value::Number(number) => number.is_i64(),
        Value::String(text) => text.len() <= MAX_ID,
        _ => false,
    }
}

/// Whether brackets are nested deeper than [`MAX_DEPTH`], strings left out. Answered before anything is read, in one pass.
fn is_deep(body: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &str) -> i32 {
        Message::parse(body.as_bytes()).unwrap_err().code
    }

    #[test]
    fn what_is_no_message_is_told() {
        assert_eq!(code(""), -32700);
        assert_eq!(code("{"), -32700);
        assert_eq!(code("\u{feff}{}"), -32700);
        assert_eq!(code(&"[".repeat(1_000_000)), -32700);
        for body in [
            "1",
            "[]",
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
            "{}",
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":5}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
        ] {
            assert_eq!(code(body), -32600, "{body}");
        }
        for params in [
            "",
            r#","params":{}"#,
            r#","params":{"name":5}"#,
            r#","params":{"name":"x","arguments":[]}"#,
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call"{params}}}"#);
            let bad = Message::parse(body.as_bytes()).unwrap_err();
            assert_eq!((bad.code, bad.id.as_i64()), (-32602, Some(7)), "{body}");
        }
    }

    #[test]
    fn a_key_that_is_there_twice_has_one_meaning() {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#;
        let message = Message::parse(body.as_bytes()).unwrap();
        assert_eq!(
            message
                .bytes()
                .windows(6)
                .filter(|six| six == b"method")
                .count(),
            1
        );
    }

    proptest! {
        #[test]
        fn depth_is_told_by_brackets_outside_of_strings(depth in 0_usize..70, text in "[\\[{a-z]{0,40}") {
            let text = serde_json::to_string(&text).unwrap();
            let body = format!("{}{text}{}", "[".repeat(depth), "]".repeat(depth));
            prop_assert_eq!(is_deep(body.as_bytes()), depth > MAX_DEPTH);
            let escaped = format!("{}{}{}", "[".repeat(depth), r#""\"[[\\""#, "]".repeat(depth));
            prop_assert_eq!(is_deep(escaped.as_bytes()), depth > MAX_DEPTH);
        }
    }
}
