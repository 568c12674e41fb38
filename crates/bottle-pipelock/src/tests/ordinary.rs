//! What everybody sends all day.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::Scanner;

#[track_caller]
fn passes(text: &str) {
    assert_eq!(
        Scanner::new().scan_body(text.as_bytes()),
        None,
        "{}",
        text.chars().take(200).collect::<String>()
    );
}

/// Bytes that look random (xorshift) and are always the same.
fn noise(mut seed: u64, length: usize) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    std::iter::repeat_with(&mut next)
        .flatten()
        .take(length)
        .collect()
}

#[test]
fn identifiers_and_digests() {
    for text in [
        "123e4567-e89b-12d3-a456-426614174000",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b\nparent 89e6c98d92887913cadf06b2adb97f26cde4849b",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "index 3f78685..89e6c98 100644",
        "msg_01XFDUDYJgAACzvnptvVoYEL toolu_01A09q90qw90lq917835lq9 req_011CSHoEeqs5C35K2UUqR7Fy",
        "ETag: W/\"5f3a-18c2e4f0a10\"",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "2026-01-02T03:04:05.678Z 192.168.1.1:8080 ::1 00:1a:2b:3c:4d:5e",
    ] {
        passes(text);
    }
}

#[test]
fn what_issuers_print_in_their_documentation() {
    for text in [
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "export ANTHROPIC_API_KEY=sk-ant-...",
        "GITHUB_TOKEN=ghp_xxxx",
        "Authorization: Bearer <token>",
        "-----BEGIN CERTIFICATE-----\nMIIB",
        "-----BEGIN PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl git@host",
    ] {
        passes(text);
    }
}

#[test]
fn code_and_paths() {
    for text in [
        "const hf_model_config_value = await load(sk_buff_head_init_class);",
        "task-ant-1 risk-projections desk-admin-panel-settings.css monkey-patching",
        "let key = \"key-value\"; dapi.get(\"/v1\"); cio::read(); xai-core; fw_update_firmware_in_background",
        "/usr/lib/python3.12/site-packages/google/cloud/aiplatform/services/model_service/async_client.py",
        "std::collections::BTreeMap<HostPattern, usize>; a.b.c.d; foo.barbaz.QuuxFactoryBuilderImplementation",
        "C:\\Users\\name\\AppData\\Local\\x64\\u00e4.txt 100%25 %USERPROFILE%",
    ] {
        passes(text);
    }
    passes(include_str!("../scanner.rs"));
    passes(include_str!("../families/service.rs"));
    passes(include_str!("../families/examples.rs"));
}

#[test]
fn lock_files() {
    passes(include_str!("../../../../Cargo.lock"));
    let package = |seed| {
        let digest = STANDARD.encode(noise(seed, 64));
        let url = format!("https://registry.npmjs.org/p/-/p-1.2.{seed}.tgz");
        format!(
            r#""node_modules/p{seed}": {{"resolved": "{url}", "integrity": "sha512-{digest}"}}"#
        )
    };
    let lock: Vec<String> = (1..400).map(package).collect();
    passes(&lock.join(",\n"));
}

#[test]
fn images_and_other_noise() {
    let bytes = noise(7, 600_000);
    let image = STANDARD.encode(&bytes);
    passes(&format!(
        "{{\"source\":{{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"{image}\"}}}}"
    ));
    passes(&format!("data:image/png;base64,{image}"));
    passes(&URL_SAFE_NO_PAD.encode(&bytes));
    let lines: Vec<&str> = image
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    passes(&lines.join("\r\n"));
    let (_, hex) = super::encoded(&image).swap_remove(3);
    passes(&hex);
    assert_eq!(Scanner::new().scan_body(&bytes), None);
}
