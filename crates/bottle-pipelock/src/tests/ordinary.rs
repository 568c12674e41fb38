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
fn keys_that_everybody_knows_have_a_rule_of_their_own() {
    for text in [
        ["aws_access_key_id = AKIAIOSFODNN7", "EXAMPLE"].concat(),
        [
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY",
            "EXAMPLEKEY",
        ]
        .concat(),
    ] {
        let found = |scanner: Scanner| scanner.scan_body(text.as_bytes()).map(|found| found.rule);
        assert_eq!(found(Scanner::new()), Some("documented-example"));
        assert_eq!(found(Scanner::new().allowing(["documented-example"])), None);
    }
}

#[test]
fn what_issuers_print_in_their_documentation() {
    for text in [
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
fn placeholders_of_documentation() {
    for text in [
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx or ghp_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX, github_pat_xxxx",
        "AKIAXXXXXXXXXXXXXXXX AKIA... ASIA**************** AKIA0000000000000000",
        "sk-ant-... sk-ant-xxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-proj-XXXXXXXXXXXXXXXXXXXXXXXXXXXX sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "tokens begin with xoxb-, xapp-, npm_, glpat-, dop_v1_, hvs., shpat_, or figd_",
        "API_KEY=your-api-key-123-here TOKEN=<token> SECRET=${SECRET:-a1b2c3d4e5f6} PASSWORD=changeme1234x5y6",
        "export OPENAI_API_KEY=$(pass show openai/key1) GH_TOKEN=${{ secrets.GITHUB_TOKEN }} HF_TOKEN=hf_...",
        "client = Client(API_KEY=config.keys[1].v2, TOKEN=process.env.TOKEN2B3C, PASSWORD=getpass())",
        "postgres://postgres:postgres@localhost:5432/app redis://:password@redis:6379/0 amqp://guest:guest@mq",
        "https://api.test/items?page_token=CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA&next_token=a1b2c3d4e5f6a7b8",
        "username=me&password=hunter2&csrfmiddlewaretoken=Zk3mZ8q1c0G9xYdU2bT7aLwRvPnS5eKj",
        "grant_type=refresh_token&scope=read+write&token_type_hint=access_token",
        "cards to try: 4242 4242 4242 4242, 4000 0000 0000 0002, 5555-5555-5555-4444, card 378282246310005",
        "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n-----END RSA PUBLIC KEY-----",
        "$ openssl genpkey -algorithm ed25519 # writes a PRIVATE KEY; PrivateKey = <base64>",
    ] {
        passes(text);
    }
}

#[test]
fn downloads_that_are_signed() {
    for text in [
        "/asset?sp=r&sv=2018-11-09&sr=b&se=2026-01-02T03%3A04%3A05Z&sig=Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6hIj8%3D",
        "/o?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260102T030405Z&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024",
        "/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=900&X-Goog-Signature=247a2aa45f169edf4d187d54e7cc46e4",
        "/v2/library/alpine/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855?ns=docker.io",
    ] {
        passes(text);
    }
}

#[test]
fn numbers() {
    let lines: Vec<String> = noise(3, 80_000)
        .chunks(8)
        .map(|bytes| {
            let number = u64::from_le_bytes(bytes.try_into().unwrap());
            let float = 0.1 + f64::from(u32::try_from(number >> 32).unwrap()) / 5e9;
            let short = number % 10_000_000_000_000_000;
            format!(
                "{{\"id\":{number},\"ref\":{short:016},\"at\":1767323045{:09},\"x\":{float}}}",
                number % 1_000_000_000
            )
        })
        .collect();
    passes(&lines.join("\n"));
    let dump: Vec<String> = noise(5, 80_000)
        .chunks(2)
        .map(|pair| format!("{:02X}{:02X}", pair[0], pair[1]))
        .collect();
    let rows: Vec<String> = dump.chunks(8).map(|row| row.join(" ")).collect();
    passes(&rows.join("\n"));
    passes(&dump.concat());
    let uuids: Vec<String> = noise(9, 80_000)
        .chunks(16)
        .map(|bytes| {
            let hex = format!("{:032x}", u128::from_le_bytes(bytes.try_into().unwrap()));
            let (a, b) = (&hex[..8], &hex[20..]);
            format!(
                "{a}-{}-4{}-{}-{b} {hex} {}",
                &hex[8..12],
                &hex[13..16],
                &hex[16..20],
                hex.to_uppercase()
            )
        })
        .collect();
    passes(&uuids.join("\n"));
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
    passes(include_str!("../families/examples/prefixed.rs"));
    passes(include_str!("../families/examples/composed.rs"));
    passes(include_str!("../families/examples/misses.rs"));
    passes(include_str!("../families/generic.rs"));
    passes(include_str!("ordinary.rs"));
    passes(include_str!("../checks/payment.rs"));
    passes(include_str!("../checks/mod97.rs"));
    passes(include_str!("../checks/value.rs"));
    passes(
        "!function(e,t){\"object\"==typeof exports&&(module.exports=t(e))}(this,(function(e){var t=e.SK||L1,n=5e3,r=Kx=>Kx.re_,o={sk_:1,key_:\"a\",live_:2};return fc-o.pk_?t.pat.test(n):\"SG.\"+r}));//# sourceMappingURL=index.a1b2c3d4.js.map",
    );
    passes(
        "page_token=next_page_token; token=self.token; key_ = cards[0].card_id; api_key=api_key, secret=settings.SECRET_KEY",
    );
    passes(
        "IBAN and SEPA; DE10 to DE99; IT2 ES6 SE12 NO1 FR19 constants: MAX_DE12_WIDTH, ES2015, ES2022, SK1234, GB2312, UA2024",
    );
}

#[test]
fn lock_files() {
    let module = |seed| {
        let digest = STANDARD.encode(noise(seed, 32));
        format!(
            "golang.org/x/p{seed} v0.{seed}.0 h1:{digest}\ngolang.org/x/p{seed} v0.{seed}.0/go.mod h1:{digest}"
        )
    };
    let sums: Vec<String> = (1..400).map(module).collect();
    passes(&sums.join("\n"));
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
