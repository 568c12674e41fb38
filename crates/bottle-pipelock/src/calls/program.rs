//! Programs by what they do.

/// Run what their words say.
const WRAPPERS: &[&str] = &[
    "!", "builtin", "busybox", "command", "do", "doas", "else", "env", "exec", "if", "nice",
    "nohup", "setsid", "stdbuf", "sudo", "then", "time", "timeout", "until", "while", "xargs",
];
/// Read a text of the language of shells.
const SHELLS: &[&str] = &["ash", "bash", "dash", "fish", "ksh", "sh", "zsh"];
/// Run what they read, in whatever language.
const INTERPRETERS: &[&str] = &[
    "node",
    "perl",
    "php",
    "powershell",
    "pwsh",
    "python",
    "python2",
    "python3",
    "ruby",
    "source",
];
/// Send what they are given.
const SENDERS: &[&str] = &[
    "aws",
    "curl",
    "fetch",
    "ftp",
    "gsutil",
    "http",
    "https",
    "invoke-restmethod",
    "invoke-webrequest",
    "irm",
    "iwr",
    "mail",
    "mailx",
    "mutt",
    "nc",
    "ncat",
    "netcat",
    "rclone",
    "rsync",
    "scp",
    "sendmail",
    "sftp",
    "socat",
    "telnet",
    "tftp",
    "wget",
    "xh",
];
/// Send a name to whoever answers for it.
const LOOKUPS: &[&str] = &[
    "dig",
    "drill",
    "getent",
    "host",
    "nslookup",
    "ping",
    "resolvectl",
];
/// Programs whose names somebody hides, beside those above.
const USUAL: &[&str] = &[
    "base64",
    "cat",
    "chmod",
    "chown",
    "cp",
    "crontab",
    "dd",
    "echo",
    "env",
    "eval",
    "export",
    "find",
    "grep",
    "head",
    "id",
    "kill",
    "less",
    "ls",
    "mkfifo",
    "mkfs",
    "mv",
    "openssl",
    "printenv",
    "printf",
    "rm",
    "sed",
    "shred",
    "shutdown",
    "ssh",
    "su",
    "sudo",
    "systemctl",
    "tac",
    "tail",
    "tar",
    "tee",
    "uname",
    "whoami",
    "xargs",
    "xxd",
];

pub(super) fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&name)
}

pub(super) fn is_shell(name: &str) -> bool {
    SHELLS.contains(&name)
}

/// Whether it runs what it reads.
pub(super) fn runs_input(name: &str) -> bool {
    is_shell(name) || INTERPRETERS.contains(&name)
}

pub(super) fn sends(name: &str) -> bool {
    SENDERS.contains(&name)
}

pub(super) fn looks_up(name: &str) -> bool {
    LOOKUPS.contains(&name)
}

/// Whether this is the name of a program that is on every machine.
pub(super) fn is_usual(name: &str) -> bool {
    runs_input(name) || sends(name) || looks_up(name) || USUAL.contains(&name)
}

/// Whether a usual program has a name like this, in which `?`, `*` and `[…]` stand for letters.
pub(super) fn is_pattern_of_usual(pattern: &str) -> bool {
    let is_letter = |letter: &u8| letter.is_ascii_alphabetic();
    let letters = pattern.bytes().filter(is_letter).count();
    let lists = [SHELLS, INTERPRETERS, SENDERS, LOOKUPS, USUAL];
    pattern.contains(['?', '*', '['])
        && letters > 1
        && lists
            .iter()
            .flat_map(|list| list.iter())
            .any(|name| matches(pattern, name))
}

/// Whether the name has the pattern. `*` is taken for any letters up to the end of what has to follow, at its first place.
fn matches(pattern: &str, name: &str) -> bool {
    let mut chars = pattern.chars();
    let mut rest = name;
    while let Some(letter) = chars.next() {
        let mut letters = rest.chars();
        let next = letters.next();
        let is_here = match letter {
            '?' => next.is_some(),
            '[' => {
                let (set, after) = chars.as_str().split_once(']').unwrap_or_default();
                chars = after.chars();
                next.is_some_and(|next| set.contains(next))
            }
            '*' => {
                let tail = chars.as_str();
                return rest.len() >= tail.len()
                    && !tail.contains(['?', '*', '['])
                    && rest.ends_with(tail);
            }
            letter => next == Some(letter),
        };
        if !is_here {
            return false;
        }
        rest = letters.as_str();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_names() {
        for pattern in ["c?rl", "b[a]sh", "wge*", "[c]url"] {
            assert!(is_pattern_of_usual(pattern), "{pattern}");
        }
        for pattern in ["curl", "*", "??", "c*", "r?", "test_*", "[", "[]", "*.sh"] {
            assert!(!is_pattern_of_usual(pattern), "{pattern}");
        }
    }
}
