//! Whether a text is a private key that a program can use without asking.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What OpenSSH's own format begins with, behind its base64.
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// The cipher of a key that has no passphrase.
const NO_CIPHER: &[u8] = b"none";
/// The label of OpenSSH's own format.
const OPENSSH: &str = "OPENSSH PRIVATE KEY";
/// Labels of keys without a passphrase that ssh reads. One in an older format says in a header that it has one.
const PLAIN: [&str; 3] = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"];

/// Why a text is no key that can be used. The text itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// It is nothing of the kind.
    #[error("it is no private key in OpenSSH's or PEM's form")]
    NoKey,
    /// It is the other half.
    #[error("it is a public key; the private one is the file without `.pub`")]
    Public,
    /// It is another program's.
    #[error(
        "it is a key of PuTTY; `puttygen KEY -O private-openssh -o NEW` writes it as OpenSSH reads it"
    )]
    Putty,
    /// Nobody could be asked for the passphrase.
    #[error(
        "it has a passphrase, and git-gate can ask nobody; make a key for this remote alone with \
         `ssh-keygen -t ed25519 -N '' -f FILE` and enter FILE.pub as a deploy key at the forge"
    )]
    Passphrase,
}

/// Whether a text is a private key without a passphrase.
pub(super) fn check(text: &str) -> Result<(), KeyProblem> {
    let text = text.trim();
    if ["ssh-", "ecdsa-", "sk-"]
        .iter()
        .any(|kind| text.starts_with(kind))
    {
        return Err(KeyProblem::Public);
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return Err(KeyProblem::Putty);
    }
    let (label, body) = parts(text).ok_or(KeyProblem::NoKey)?;
    match label {
        OPENSSH => openssh(body),
        "ENCRYPTED PRIVATE KEY" => Err(KeyProblem::Passphrase),
        label if label.ends_with("PUBLIC KEY") => Err(KeyProblem::Public),
        label if PLAIN.contains(&label) && body.contains("ENCRYPTED") => {
            Err(KeyProblem::Passphrase)
        }
        label if PLAIN.contains(&label) => Ok(()),
        _ => Err(KeyProblem::NoKey),
    }
}

/// The label and what stands between the two lines that have it.
fn parts(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let body = rest.strip_suffix(&format!("-----END {label}-----"))?;
    Some((label, body))
}

/// Magic, then the name of the cipher with its length in front (OpenSSH's `PROTOCOL.key`).
fn openssh(body: &str) -> Result<(), KeyProblem> {
    let base64: String = body.split_ascii_whitespace().collect();
    // The whole of it is secret, and is wiped.
    let base64 = zeroize::Zeroizing::new(base64);
    let bytes = STANDARD.decode(base64.as_bytes());
    let bytes = zeroize::Zeroizing::new(bytes.map_err(|_| KeyProblem::NoKey)?);
    let rest = bytes.strip_prefix(MAGIC).ok_or(KeyProblem::NoKey)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(KeyProblem::NoKey)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| KeyProblem::NoKey)?;
    match rest.get(..length) {
        Some(NO_CIPHER) => Ok(()),
        Some(_) => Err(KeyProblem::Passphrase),
        None => Err(KeyProblem::NoKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pem(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    fn own_format(cipher: &[u8]) -> String {
        let length = u32::try_from(cipher.len()).unwrap().to_be_bytes();
        let bytes = [MAGIC, &length, cipher, b"\0\0\0\x04none"].concat();
        pem(OPENSSH, &STANDARD.encode(bytes))
    }

    #[test]
    fn keys_with_a_passphrase_are_told_from_those_without() {
        assert_eq!(check(&own_format(b"none")), Ok(()));
        assert_eq!(
            check(&own_format(b"aes256-ctr")),
            Err(KeyProblem::Passphrase)
        );
        for label in PLAIN {
            assert_eq!(check(&pem(label, "AAAA")), Ok(()), "{label}");
            let header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA";
            assert_eq!(check(&pem(label, header)), Err(KeyProblem::Passphrase));
        }
        let encrypted = pem("ENCRYPTED PRIVATE KEY", "AAAA");
        assert_eq!(check(&encrypted), Err(KeyProblem::Passphrase));
    }

    #[test]
    fn what_is_no_private_key() {
        for text in ["ssh-ed25519 AAAA me", "ecdsa-sha2-nistp256 AAAA"] {
            assert_eq!(check(text), Err(KeyProblem::Public));
        }
        assert_eq!(check(&pem("PUBLIC KEY", "AAAA")), Err(KeyProblem::Public));
        assert_eq!(
            check("PuTTY-User-Key-File-3: ssh-ed25519"),
            Err(KeyProblem::Putty)
        );
        let cut = own_format(b"none");
        for text in [
            "",
            "hello",
            &pem("CERTIFICATE", "AAAA"),
            &pem(OPENSSH, "AAAA"),
            &pem(OPENSSH, "?"),
            &cut[..cut.len() - 5],
        ] {
            assert_eq!(check(text), Err(KeyProblem::NoKey), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,80}", body in "[A-Za-z0-9+/=\n]{0,80}") {
            let _ = check(&text);
            let _ = check(&pem(OPENSSH, &body));
        }
    }
}
