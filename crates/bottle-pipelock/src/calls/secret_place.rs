//! Files and variables in which secrets are.

/// Folders of which every file counts, apart from those below.
const FOLDERS: &[&str] = &[
    ".ssh/",
    ".gnupg/",
    ".aws/",
    ".azure/",
    ".password-store/",
    ".config/gcloud/",
    ".kube/",
    ".bitcoin/",
    ".ethereum/",
    "/keystore/",
    "/etc/ssl/private/",
    "/run/secrets/",
];
/// Names of files.
const FILES: &[&str] = &[
    ".bash_history",
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".vault-token",
    ".zsh_history",
    "application_default_credentials.json",
    "cookies.sqlite",
    "credentials",
    "credentials.json",
    "gshadow",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "key4.db",
    "logins.json",
    "secrets.json",
    "secrets.yaml",
    "secrets.yml",
    "service-account.json",
    "serviceaccountkey.json",
    "shadow",
    "sudoers",
    "terraform.tfstate",
    "wallet.dat",
];
/// Whole ends of paths.
const PATHS: &[&str] = &[
    "/etc/passwd",
    ".docker/config.json",
    "/proc/self/environ",
    ".config/gh/hosts.yml",
    "/login data",
];
/// Ends of the names of keys.
const ENDINGS: &[&str] = &[".kdbx", ".key", ".p12", ".pem", ".pfx"];
/// What stands in those folders and is no secret, and templates of the others.
const HARMLESS: &[&str] = &[
    ".pub",
    "known_hosts",
    "authorized_keys",
    ".example",
    ".sample",
    ".template",
    ".dist",
    "cert.pem",
    "chain.pem",
    "ca.pem",
    "cacert.pem",
    "ca-certificates.pem",
    "pubkey.pem",
    "public.pem",
];
/// Where a cloud hands out the credentials of a machine.
const METADATA: &[&str] = &[
    "169.254.169.254",
    "metadata.google.internal",
    "169.254.170.2",
    "100.100.100.200",
];
/// Parts of the names of variables that hold secrets.
const VARIABLES: &[&str] = &[
    "secret",
    "password",
    "passwd",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "access_key",
    "credential",
    "auth",
    "database_url",
    "_dsn",
    "connection_string",
];

/// Whether a path leads to secrets.
pub(super) fn is_secret_file(path: &str) -> bool {
    let path = path.trim().to_ascii_lowercase().replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or_default();
    let ends = |all: &[&str]| all.iter().any(|end| path.ends_with(end));
    let is_folder =
        |folder: &str| path.contains(folder) || path.ends_with(folder.trim_end_matches('/'));
    let is_env = name
        .strip_prefix(".env.")
        .is_some_and(|stage| !stage.is_empty());
    let is_named = FILES.contains(&name) || is_env || ends(PATHS) || ends(ENDINGS);
    !ends(HARMLESS) && (is_named || FOLDERS.iter().any(|folder| is_folder(folder)))
}

/// Whether an address is the one at which a cloud answers with credentials.
pub(super) fn is_metadata(text: &str) -> bool {
    METADATA.iter().any(|host| text.contains(host))
}

/// Whether the name of a variable says that its value is secret.
pub(super) fn is_secret_variable(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    VARIABLES.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_files_and_others() {
        for path in [
            "/home/me/.ssh/id_rsa",
            "~/.ssh",
            ".env",
            "app/.env.production",
            "/etc/shadow",
            "/etc/passwd",
            "~/.aws/credentials",
            r"C:\Users\me\.ssh\id_ed25519",
            "server.key",
        ] {
            assert!(is_secret_file(path), "{path}");
        }
        for path in [
            "README.md",
            ".env.example",
            "~/.ssh/id_rsa.pub",
            "~/.ssh/known_hosts",
            "src/env.rs",
            "docs/passwd.md",
            "keyboard.keymap",
            "/etc/ssl/cert.pem",
            "environment",
        ] {
            assert!(!is_secret_file(path), "{path}");
        }
    }
}
