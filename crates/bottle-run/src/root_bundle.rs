//! The certificates that programs in the agent's container trust.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How many characters RFC 7468 puts on a line.
const LINE: usize = 64;

/// Mozilla's roots as PEM, then the bottle's own authority. Programs that take one file for all trust
/// (`SSL_CERT_FILE`, `CURL_CA_BUNDLE`, …) would refuse a file with ours alone when they also speak to others.
pub(crate) fn root_bundle(ours: &str) -> String {
    let mut bundle = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        push_pem(&mut bundle, root);
    }
    bundle.push_str(ours);
    bundle
}

fn push_pem(bundle: &mut String, der: &[u8]) {
    bundle.push_str("-----BEGIN CERTIFICATE-----\n");
    let text = STANDARD.encode(der);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every index is the edge of a character.
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        bundle.push_str(line);
        bundle.push('\n');
        rest = after;
    }
    bundle.push_str("-----END CERTIFICATE-----\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_every_root_and_ours_last() {
        let bundle = root_bundle("OURS\n");
        let count = bundle.matches("-----BEGIN CERTIFICATE-----\n").count();
        assert_eq!(count, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        assert!(count > 100);
        assert!(bundle.ends_with("-----END CERTIFICATE-----\nOURS\n"));
        assert!(bundle.lines().all(|line| line.len() <= LINE));
    }

    #[test]
    fn is_read_back_as_the_same_certificates() {
        let bundle = root_bundle("");
        let first: String = bundle
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('-'))
            .collect();
        assert_eq!(
            STANDARD.decode(first).unwrap(),
            webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].as_ref()
        );
    }
}
