//! What can be wrong with a file: stable codes, each with an explanation and an example of what to write.

use std::fmt;

macro_rules! codes {
    ($($name:ident $text:literal $wrong:literal $why:literal $example:literal)*) => {
        /// The stable name of a kind of mistake, for example `manifest.unknown-key`; `Display` is that name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $wrong] $name,)*
        }

        impl Code {
            /// All of them, in order of name.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What is wrong, in one line.
            pub const fn wrong(self) -> &'static str {
                match self { $(Self::$name => $wrong,)* }
            }

            /// Why that is refused, and what to do.
            pub const fn why(self) -> &'static str {
                match self { $(Self::$name => $why,)* }
            }

            /// What to write instead, as YAML.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => $example,)* }
            }
        }
    };
}

codes! {
    AgentBottle "agent.bottle"
        "an agent without a `bottle`, or one that is no name"
        "An agent runs in exactly one bottle, named by the file's name without `.md`. A repository's agent can name a bottle of your home folder, it cannot bring one."
        "bottle: dev"
    AgentProvider "agent.provider"
        "an agent's `provider` that its bottle does not allow"
        "A provider brings hosts that are granted with it, and what is granted is the bottle's to say. An agent may repeat its bottle's provider. Where the bottle names none, an agent of your home folder may choose one; a repository's agent may choose `command` alone, which grants nothing."
        "provider: command"
    AgentSkill "agent.skill"
        "not the name of a skill"
        "A skill is a folder in ~/.claude/skills; its name has a-z, 0-9 and hyphens, at most 64 of them."
        "skills: [code-review]"
    BottleConflict "bottle.conflict"
        "two parents that say different things about the same host or remote"
        "With several parents their routes and remotes are put together. Where two of them differ, which one holds is not for bottle to guess: declare the list in the child, or change one of the two."
        "extends: [base, web]\negress:\n  routes:\n    - host: api.example.com"
    BottleCycle "bottle.cycle"
        "a bottle that extends itself, directly or through others"
        "Inheritance has to end somewhere. The message shows the way round; remove one step of it."
        "extends: base"
    BottleDockerfile "bottle.dockerfile"
        "a `dockerfile` that is no path"
        "The path of a Dockerfile, absolute or relative to the folder of the manifest."
        "dockerfile: images/dev.Dockerfile"
    BottleExtends "bottle.extends"
        "`extends` that names no bottle, the same one twice, or goes too deep"
        "`extends` takes one name or a list of them; each is a file of the `bottles` folder without `.md`."
        "extends: [base, web]"
    BottleImage "bottle.image"
        "not the name of an image, or an image and a Dockerfile at once"
        "The agent's image is named (`image`) or built (`dockerfile`), one of the two. Images are never pulled: the name must be known to the engine."
        "image: bottle-agent:latest"
    BottleParentMissing "bottle.parent-missing"
        "`extends` names a bottle that is not there"
        "Parents come from the same folder of your home, never from a repository."
        "extends: base"
    BottleProvider "bottle.provider"
        "no such provider"
        "A provider says which program the agent is, and brings the hosts and variables that it needs. `command` brings nothing."
        "provider: claude"
    BottleRuntime "bottle.runtime"
        "not the name of a container runtime"
        "A runtime as the engine knows it: `runc`, `runsc` (gVisor), `kata`. Without the key, `runsc` is used where the engine has it."
        "runtime: runsc"
    BottleWorkspace "bottle.workspace"
        "no such way for the current folder to get in"
        "`none` brings nothing in, `copy` a copy, `mount` the folder itself, `worktree` a git worktree of its own."
        "workspace: copy"
    EgressHost "egress.host"
        "an entry of a list of hosts that is no host"
        "A host is a name in ASCII, `*.name` (one more label) or `**.name` (any number of them): no address, no URL, no port."
        "egress:\n  allowlist: [docs.example.com, '*.cdn.example.com']"
    EnvName "env.name"
        "not the name of a variable"
        "The name of a variable has letters, digits and underscores, and does not begin with a digit."
        "env: {NPM_TOKEN: '${HOST_NPM_TOKEN}'}"
    EnvValue "env.value"
        "`${…}` around something that is no name, or a NUL"
        "`?` asks on the terminal, `${NAME}` takes the host's variable, anything else is literal. Names are not replaced inside other text."
        "env: {NPM_TOKEN: '${HOST_NPM_TOKEN}', SESSION: '?What is it called'}"
    Expect "expect"
        "not a policy test"
        "A test is a verdict, a method and an address: `allow` or `deny`, then what to ask, then where. `bottle check` asks the same decision that the proxy makes."
        "expect:\n  - allow GET https://api.example.com/v1\n  - deny POST https://api.example.com/v1"
    GitDuplicate "git.duplicate"
        "two remotes of the same name"
        "The name of a remote is where git-gate serves it, so it stands once."
        "git:\n  - {name: app, upstream: 'ssh://git@git.example.com/app.git', identity_file: ~/.ssh/app}"
    GitExtraHosts "git.extra-hosts"
        "`extra_hosts` that does not map names to addresses"
        "For remotes whose name does not resolve where the gate runs: the name and its address."
        "extra_hosts: {git.lan.example: 10.0.0.7}"
    GitHostKey "git.host-key"
        "not the public key of a host"
        "The key alone, in OpenSSH's form: its kind, a space, and the key in base64. `ssh-keyscan` prints it behind the host's name; compare it with what the forge publishes. A remote without one is read and checked, and a bottle with it is not started."
        "known_host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB…"
    GitIdentityFile "git.identity-file"
        "a remote without an `identity_file`, or one that is no path"
        "The private key that git-gate pushes with, without a passphrase; it stays out of the agent's container. Absolute, or below your home folder with `~/`."
        "identity_file: ~/.ssh/app"
    GitName "git.name"
        "a remote without a `name`, or one that is no name"
        "Letters, digits, dots, underscores and hyphens, not beginning with a dot or hyphen: it is part of a path."
        "name: app"
    GitPush "git.push"
        "a `push` of a remote that is no patterns and limits"
        "`refs`, `force` and `delete` are lists of patterns: full names of refs with one star at most, or short names of branches. `refs: []` grants no push at all. `max_refs` and `max_objects` are whole numbers above 0, `max_size` is a number of bytes or one with a unit."
        "push: {refs: ['agent/*', refs/tags/v*], force: ['agent/*'], delete: [], max_size: 100m}"
    GitSpelling "git.spelling"
        "a key of a remote in both spellings"
        "`Name`, `Upstream`, `IdentityFile`, `KnownHostKey` and `ExtraHosts` are the older spelling of `name`, `upstream`, `identity_file`, `known_host_key` and `extra_hosts`. Either is read, each once."
        "upstream: ssh://git@git.example.com/app.git"
    GitUpstream "git.upstream"
        "a remote without an `upstream`, or one that is no ssh address"
        "git-gate speaks SSH to the forge. The short form `git@host:path` is written as an address."
        "upstream: ssh://git@git.example.com:22/team/app.git"
    GitUser "git.user"
        "a `name` or `email` of `git_user` that git would not write as it stands"
        "They stand in the agent's commits: one line, without `<` and `>`."
        "git_user: {name: Agent, email: agent@example.com}"
    LimitsCpus "limits.cpus"
        "not a number of processors"
        "A number above 0, in thousandths at the finest."
        "limits: {cpus: 1.5}"
    LimitsMemory "limits.memory"
        "not an amount of memory"
        "Bytes, or a number with a unit: k, m, g (powers of 1024; `2g`, `2GiB` and `2gb` are the same). At least 6 MiB: engines take no less."
        "limits: {memory: 2g}"
    LimitsPids "limits.pids"
        "not a number of processes"
        "A whole number from 1 to 4194304."
        "limits: {pids: 512}"
    ManifestDroppedKey "manifest.dropped-key"
        "a key of an older program that is gone"
        "What it did is said differently today; the help says how. It is an error because ignoring it would grant or withhold something silently."
        "egress:\n  routes:\n    - host: api.example.com\n      auth: {scheme: Bearer, token_ref: API_TOKEN}"
    ManifestFrontMatter "manifest.front-matter"
        "a file that does not begin with front matter, or never closes it"
        "A manifest is Markdown whose first line is `---`; the keys stand between it and a second `---`."
        "---\nbottle: dev\n---"
    ManifestType "manifest.type"
        "a list, map, number or text where another kind belongs"
        "Nothing is converted silently: in `env`, numbers and booleans need quotes."
        "env: {PORT: '8080'}"
    ManifestUnknownKey "manifest.unknown-key"
        "a key that does not belong there"
        "A misspelt rule would be no rule, so unknown keys are errors. The help names the nearest one."
        "egress:\n  routes: []"
    PipelockImage "pipelock.image"
        "not the name of an image"
        "The image of the upstream scanner that is to be used instead of the built-in one."
        "pipelock: {image: 'pipelock:2'}"
    PipelockImageKeys "pipelock.image-keys"
        "`pipelock.image` beside a key that the program in it does not carry out"
        "`dlp` and `websocket: true` of a route are carried out by the built-in scanner alone. With the upstream program they would be rules that nobody enforces, or grants that do not work: remove them, or `pipelock.image`."
        "pipelock: {image: 'pipelock:2'}\negress:\n  routes:\n    - host: api.example.com"
    PipelockNotCarriedOut "pipelock.not-carried-out"
        "a key of `pipelock.yaml` with a value that the built-in scanner does not carry out"
        "The file has the format of the program pipelock, and a key means to the built-in scanner what it means to that program. What it says and the scanner does not do would be a promise that nobody keeps, so it is an error. The image of that program can be used instead: `pipelock.image`."
        "mode: strict\nenforce: true"
    RouteAuth "route.auth"
        "`auth` without `scheme` or `token_ref`"
        "A credential has a way to be written and a variable of the host that holds it; half of that would send nothing."
        "auth: {scheme: Bearer, token_ref: API_TOKEN}"
    RouteCidr "route.cidr"
        "not a network, bits behind its prefix, or every address"
        "`cidr` names the private or special addresses that the host may resolve to."
        "cidr: [10.1.2.0/24]"
    RouteDlp "route.dlp"
        "no such setting of the scanner for one route"
        "`allow` lists rules of the scanner that do not hold on this route, `responses` is `mark` or `block`, `large_bodies` is `refuse` or `text`. The bottle's own secrets are searched for on every route."
        "dlp: {allow: [json-web-token], responses: block, large_bodies: text}"
    RouteDlpRule "route.dlp-rule"
        "`dlp.allow` names a rule that the scanner does not have"
        "A misspelt rule would go on to refuse what it was meant to allow. The name of a rule stands in every refusal (`dlp.secret`), in the decision log and in what `bottle scan` prints; docs/scanning.md describes the rules."
        "dlp: {allow: [json-web-token, documented-example]}"
    RouteDuplicate "route.duplicate"
        "a second route for the same host"
        "Which of the two would hold is not for bottle to guess: paths and methods are lists, unite them."
        "egress:\n  routes:\n    - host: api.example.com\n      path_allowlist: [/v1, /v2]"
    RouteHeader "route.header"
        "not the name of a header, or one that frames the message"
        "One word of RFC 9110; headers such as Host or Content-Length say how a message is read and are not for credentials."
        "auth: {scheme: Bearer, token_ref: API_KEY, header: X-Api-Key}"
    RouteHost "route.host"
        "a route without a `host`, or one that is no host"
        "A host is a name in ASCII, `*.name` (one more label) or `**.name` (any number of them): no address, no URL, no port."
        "host: api.example.com"
    RouteMethod "route.method"
        "not a method"
        "One word such as GET."
        "methods: [GET, HEAD]"
    RoutePath "route.path"
        "not an absolute path, or one that can be read in two ways"
        "Prefixes begin with a slash and match whole segments: `/v1` covers `/v1/x`, not `/v10`."
        "path_allowlist: [/v1, /repos/acme]"
    RoutePort "route.port"
        "not a port, or none"
        "Plain numbers from 1 to 65535; leave the key out for 443."
        "ports: [443, 8443]"
    RouteRole "route.role"
        "no such role, a role without `auth`, or the second one"
        "`claude_code_oauth` gives the agent a placeholder for a subscription's token; the route's `auth` brings the real one. One route of a bottle can have it."
        "- host: api.anthropic.com\n  role: claude_code_oauth\n  auth: {scheme: Bearer, token_ref: CLAUDE_CODE_OAUTH_TOKEN}"
    RouteScheme "route.scheme"
        "no such scheme"
        "How the value is written into the header: `Bearer`, `token`, or `basic` (then the value is `user:password`)."
        "auth: {scheme: Bearer, token_ref: API_TOKEN}"
    RouteTokenRef "route.token-ref"
        "not the name of a variable"
        "The name of the host's variable, not the value: a manifest holds no secrets."
        "auth: {scheme: Bearer, token_ref: API_TOKEN}"
    YamlDuplicateKey "yaml.duplicate-key"
        "a key for the second time"
        "Readers of YAML disagree about which of two holds, so neither is taken."
        "env: {EDITOR: vi}"
    YamlInvalid "yaml.invalid"
        "not YAML, or a part of it that is not read"
        "Anchors, aliases, merge keys, tags of one's own and second documents are refused: a policy has to mean the same to every reader."
        "egress:\n  allowlist: [docs.example.com]"
    YamlShape "yaml.shape"
        "a file of the sidecars that has another shape"
        "These files are written by bottle; this one was changed, or belongs to another version."
        "version: 1\nroutes: []"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such code")]
pub struct CodeError;

impl std::str::FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let found = Self::ALL.iter().find(|code| code.as_str() == text);
        found.copied().ok_or(CodeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_name_and_all_it_needs() {
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            for text in [code.wrong(), code.why(), code.example()] {
                assert!(!text.is_empty(), "{code}");
            }
        }
        assert_eq!("route.nothing".parse::<Code>(), Err(CodeError));
    }
}
