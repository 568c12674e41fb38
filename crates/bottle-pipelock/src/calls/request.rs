//! Reading calls out of a body.

use memchr::memmem;
use serde_json::{Map, Value};

/// The method of a call.
const METHOD: &str = "tools/call";
/// What the method looks like in a body whose letters are escaped.
const ESCAPES: [&[u8]; 2] = [b"\\u00", b"\\/"];
/// Names of arguments that are commands, and parts of the names of tools that run their arguments.
const COMMANDS: &[&str] = &[
    "argv",
    "args",
    "bash",
    "cmd",
    "command",
    "commandline",
    "commands",
    "exec",
    "run",
    "script",
    "shell",
];
const RUNNERS: &[&str] = &[
    "bash", "cmd", "command", "exec", "execute", "process", "run", "shell", "ssh", "terminal",
];
/// Texts for an interpreter begin so.
const SCRIPT: &str = "#!";
/// Endings of files that shells read.
const SCRIPTS: &[&str] = &[".bash", ".sh", ".zsh"];

/// A call.
#[derive(Debug)]
pub(super) struct Request {
    /// The number that the client gave it, if it is one.
    pub(super) id: Option<u64>,
    /// The words of the tool's name, in small letters.
    pub(super) tool: Vec<String>,
    arguments: Map<String, Value>,
}

/// All calls in a body: a request of JSON-RPC, or several.
pub(super) fn read(body: &[u8]) -> Vec<Request> {
    let holds = |text: &[u8]| memmem::find(body, text).is_some();
    let begins = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if !begins || !holds(METHOD.as_bytes()) && !ESCAPES.into_iter().any(holds) {
        return Vec::new();
    }
    let documents = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let documents = documents.map_while(Result::ok);
    let requests = documents.flat_map(|document| match document {
        Value::Array(requests) => requests,
        request => vec![request],
    });
    requests.filter_map(Request::of).collect()
}

impl Request {
    fn of(mut request: Value) -> Option<Self> {
        if request.get("method")? != METHOD {
            return None;
        }
        let id = request.get("id").and_then(Value::as_u64);
        let parameters = request.get_mut("params")?;
        let tool = words(parameters.get("name")?.as_str()?);
        let arguments = match parameters.get_mut("arguments").map(Value::take) {
            Some(Value::Object(arguments)) => arguments,
            _ => Map::new(),
        };
        Some(Self {
            id,
            tool,
            arguments,
        })
    }

    /// Whether the tool's name has one of these words.
    pub(super) fn tool_is(&self, words: &[&str]) -> bool {
        self.tool.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether the tool runs what it is given.
    pub(super) fn runs(&self) -> bool {
        self.tool_is(RUNNERS)
    }

    /// Texts that are run where they arrive: commands, and scripts that are written.
    pub(super) fn commands(&self) -> Vec<String> {
        let runs = self.runs();
        let is_command = |name: &str| {
            words(name)
                .iter()
                .any(|word| COMMANDS.contains(&word.as_str()))
        };
        let writes_script = self
            .texts()
            .iter()
            .any(|text| SCRIPTS.iter().any(|end| text.ends_with(end)));
        let mut commands = Vec::new();
        let mut rows = Vec::new();
        for (name, value) in &self.arguments {
            let is_command = runs || is_command(name);
            let mut texts = Vec::new();
            gather(value, &mut texts);
            if is_command {
                // The words of a command, each a text of its own.
                rows.push(texts.join(" "));
            }
            commands.extend(texts.into_iter().filter(|text| {
                is_command || writes_script && text.contains('\n') || text.starts_with(SCRIPT)
            }));
        }
        let mut all: Vec<String> = commands.into_iter().map(str::to_owned).collect();
        all.extend(rows);
        // `{"command": "curl", "args": ["-d", "@.env"]}`.
        all.extend(self.called());
        all
    }

    /// Program and words, if they are given apart.
    fn called(&self) -> Option<String> {
        let text = |name: &str| self.arguments.get(name).and_then(Value::as_str);
        let program = text("command").or_else(|| text("cmd"))?;
        let words = self
            .arguments
            .get("args")
            .or_else(|| self.arguments.get("arguments"))?;
        let mut texts = vec![program];
        gather(words, &mut texts);
        Some(texts.join(" "))
    }

    /// All texts among the arguments.
    pub(super) fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        self.arguments
            .values()
            .for_each(|value| gather(value, &mut texts));
        texts
    }
}

/// All texts in a value. Whoever read it did not go deep.
fn gather<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
        Value::Object(values) => values.values().for_each(|value| gather(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The words of a name, in small letters: `readFile`, `read_file` and `fs.read-file` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        let is_new = letter.is_uppercase() && was_small || !letter.is_alphanumeric();
        was_small = letter.is_lowercase();
        if is_new {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
