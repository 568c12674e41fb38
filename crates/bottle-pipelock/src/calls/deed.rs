//! What one call does, as far as it matters for those behind it.

use super::command::program_of;
use super::request::Request;
use super::secret_place::{is_secret_file, is_secret_variable};
use super::{data, program, shell};

/// Tools that read.
const READS: &[&str] = &[
    "cat", "get", "list", "load", "open", "read", "show", "view", "download",
];
/// Tools whose answers are secret.
const KEEPERS: &[&str] = &[
    "credential",
    "credentials",
    "keychain",
    "secret",
    "secrets",
    "vault",
];
/// Tools that know the environment.
const ENVIRONMENT: &[&str] = &["env", "environ", "environment", "getenv", "printenv"];
/// Tools that send.
const SENDS: &[&str] = &[
    "curl", "email", "fetch", "http", "mail", "post", "publish", "request", "send", "share",
    "slack", "tweet", "upload", "webhook", "wget",
];
/// Tools that write files.
const WRITES: &[&str] = &[
    "append", "create", "download", "edit", "put", "save", "store", "write",
];
/// Folders in which anybody may write. What is run from there did not come with the project.
const OPEN_FOLDERS: &[&str] = &[
    "/tmp/",
    "/var/tmp/",
    "/dev/shm/",
    "\\temp\\",
    "\\windows\\temp\\",
];
/// Addresses of the machine itself.
const HERE: &[&str] = &["://localhost", "://127.0.0.1", "://[::1]", "://0.0.0.0"];

/// What a call does.
#[derive(Debug, Default)]
pub(super) struct Deed {
    /// Its answer holds secrets.
    pub(super) reads_secret: bool,
    /// Something goes to another machine.
    pub(super) sends: bool,
    /// A file in a folder that is open to all.
    pub(super) writes: Option<String>,
    /// Commands it runs.
    pub(super) runs: Vec<String>,
}

impl Deed {
    pub(super) fn of(request: &Request) -> Self {
        let texts = request.texts();
        let runs = if request.runs() {
            request.commands()
        } else {
            Vec::new()
        };
        let is_open = |text: &&&str| {
            !text.contains('\n')
                && OPEN_FOLDERS
                    .iter()
                    .any(|folder| text.to_ascii_lowercase().contains(folder))
        };
        let writes = request
            .tool_is(WRITES)
            .then(|| texts.iter().find(is_open))
            .flatten();
        Self {
            reads_secret: reads_secret(request, &texts)
                || runs.iter().any(|command| data::gives_out(command)),
            sends: sends(request, &texts) || runs.iter().any(|command| sends_by_command(command)),
            writes: writes.map(|path| (*path).to_owned()),
            runs,
        }
    }

    /// Whether one of its commands runs this file, or makes a program of it.
    pub(super) fn runs_file(&self, path: &str) -> bool {
        self.runs.iter().any(|command| command.contains(path))
    }
}

fn reads_secret(request: &Request, texts: &[&str]) -> bool {
    let knows_environment = request.tool_is(ENVIRONMENT);
    let is_dump = texts.iter().all(|text| text.is_empty() || *text == "*");
    let is_variable = texts.iter().any(|text| is_secret_variable(text));
    let reads = request.tool_is(READS);
    reads && (texts.iter().any(|text| is_secret_file(text)) || request.tool_is(KEEPERS))
        || knows_environment && (is_dump || is_variable)
}

fn sends(request: &Request, texts: &[&str]) -> bool {
    let is_here = |text: &&str| HERE.iter().any(|here| text.contains(here));
    request.tool_is(SENDS) && !texts.iter().any(is_here)
}

fn sends_by_command(command: &str) -> bool {
    let is_here = HERE.iter().any(|here| command.contains(here));
    let pipelines = shell::parse(command);
    let mut commands = pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    !is_here
        && commands.any(|command| program_of(command).is_some_and(|name| program::sends(&name)))
}
