//! Certificates as others see them.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read clocks"
)]

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use bottle_ca::{Authority, CaSpec, Key, Leaf, LeafName, Serial, issue_ca};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

struct Made {
    ca_pem: String,
    ca_der: Vec<u8>,
    authority: Authority,
}

fn make(now: OffsetDateTime) -> Made {
    let key = Key::generate().unwrap();
    let spec = CaSpec {
        common_name: "bottle test".to_owned(),
        lifetime: Duration::days(30),
    };
    let ca = issue_ca(&spec, &key, Serial::new([0xff; 16]), now).unwrap();
    let authority = Authority::from_pem(&ca.to_pem(), &key.to_sec1_pem().unwrap()).unwrap();
    Made {
        ca_pem: ca.to_pem(),
        ca_der: ca.der().to_vec(),
        authority,
    }
}

fn leaf(made: &Made, name: &LeafName, now: OffsetDateTime) -> Leaf {
    made.authority
        .issue_leaf(name, &Key::generate().unwrap(), Serial::new([1; 16]), now)
        .unwrap()
}

/// What a certificate says, without what differs from run to run.
fn describe(der: &[u8]) -> String {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let mut text = String::new();
    writeln!(text, "subject: {}", certificate.subject()).unwrap();
    writeln!(text, "issuer: {}", certificate.issuer()).unwrap();
    writeln!(text, "serial: {}", certificate.raw_serial_as_string()).unwrap();
    writeln!(
        text,
        "from {} to {}",
        certificate.validity().not_before,
        certificate.validity().not_after
    )
    .unwrap();
    for extension in certificate.extensions() {
        let parsed = match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(_) => "subject key identifier".to_owned(),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                format!("authority key identifier: {}", id.key_identifier.is_some())
            }
            other => format!("{other:?}"),
        };
        writeln!(
            text,
            "{}{parsed}",
            if extension.critical { "critical " } else { "" }
        )
        .unwrap();
    }
    text
}

#[test]
fn what_certificates_say() {
    let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
    let made = make(now);
    insta::assert_snapshot!("ca", describe(&made.ca_der));
    insta::assert_snapshot!(
        "leaf-dns",
        describe(
            leaf(
                &made,
                &LeafName::Dns("api.example.test".parse().unwrap()),
                now
            )
            .der()
        )
    );
    insta::assert_snapshot!(
        "leaf-ip",
        describe(leaf(&made, &LeafName::Ip("192.0.2.7".parse().unwrap()), now).der())
    );
}

#[test]
fn openssl_accepts_them_strictly() {
    let now = OffsetDateTime::now_utc();
    let made = make(now);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("ca.pem"), &made.ca_pem).unwrap();
    let verify = |host: &str, der: &[u8]| {
        fs::write(
            path("leaf.pem"),
            pem::encode(&pem::Pem::new("CERTIFICATE", der.to_vec())),
        )
        .unwrap();
        let output = Command::new("openssl")
            .args([
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                host,
                "-CAfile",
            ])
            .arg(path("ca.pem"))
            .arg(path("leaf.pem"))
            .output()
            .expect("openssl is needed for this test");
        output.status.success()
    };
    let good = leaf(
        &made,
        &LeafName::Dns("api.example.test".parse().unwrap()),
        now,
    );
    assert!(verify("api.example.test", good.der()));
    assert!(!verify("other.example.test", good.der()));
    let foreign = leaf(
        &make(now),
        &LeafName::Dns("api.example.test".parse().unwrap()),
        now,
    );
    assert!(!verify("api.example.test", foreign.der()));
}

#[test]
fn openssl_reads_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(
        &path,
        Key::generate().unwrap().to_sec1_pem().unwrap().as_bytes(),
    )
    .unwrap();
    let output = Command::new("openssl")
        .args(["ec", "-check", "-noout", "-in"])
        .arg(&path)
        .output()
        .expect("openssl is needed for this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_certificate_is_no_key_and_no_key_a_certificate() {
    let made = make(OffsetDateTime::now_utc());
    assert!(Authority::from_pem(&made.ca_pem, &made.ca_pem).is_err());
    assert!(Authority::from_pem("", &Key::generate().unwrap().to_sec1_pem().unwrap()).is_err());
}
