//! Names that everybody asks for.

use proptest::prelude::*;

use super::rule;

const NAMES: &[&str] = &[
    "localhost",
    "com",
    "example.com",
    "www.example.co.uk",
    "d111111abcdef8.cloudfront.net",
    "ec2-203-0-113-25.compute-1.amazonaws.com",
    "ec2-203-0-113-25.eu-central-1.compute.amazonaws.com",
    "ip-10-0-12-34.eu-west-1.compute.internal",
    "a1b2c3d4e5f6g7.us-east-1.elb.amazonaws.com",
    "internal-a0123456789abcdef0123456789abcdef-1234567890.us-east-1.elb.amazonaws.com",
    "0123456789abcdef0123456789abcdef.gr7.us-east-1.eks.amazonaws.com",
    "vpce-0a1b2c3d4e5f67890-abcdefgh.vpce-svc-0123456789abcdef0.us-east-1.vpce.amazonaws.com",
    "xyz123abc456.execute-api.us-east-1.amazonaws.com",
    "mydb.c9akciq32abc.us-west-2.rds.amazonaws.com",
    "my-bucket-123456789012-us-east-1.s3.us-east-1.amazonaws.com",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    "my-app-7f8c9d5b6-abcde.run.app",
    "my-service-abcdefghij-uc.a.run.app",
    "pages--preview-3f786850e387.netlify.app",
    "deadbeef.ngrok.io",
    "1a2b-203-0-113-25.ngrok-free.app",
    "e1234.dscb.akamaiedge.net",
    "a248.e.akamai.net",
    "lh3.googleusercontent.com",
    "r4---sn-4g5edn7s.googlevideo.com",
    "storage.googleapis.com",
    "europe-west1-aiplatform.googleapis.com",
    "p4-abcdefghij-klmnopqrst-123456-i1-v6exp3.ds.metric.gstatic.com",
    "123e4567-e89b-12d3-a456-426614174000.mysite.azurewebsites.net",
    "123e4567-e89b-12d3-a456-426614174000.tenants.example.com",
    "mystorageaccount2024prod.blob.core.windows.net",
    "stprodweu7f3k2m9q4x.blob.core.windows.net",
    "my-app.happyhill-70162bb9.canadacentral.azurecontainerapps.io",
    "mysite-a1b2c3d4e5f6g7h8.westeurope-01.azurewebsites.net",
    "literate-space-broccoli-5x7q9w4vjrf4p5.github.dev",
    "ep-cool-darkness-123456.us-east-2.aws.neon.tech",
    "abcdefghijklmnopqrst.supabase.co",
    "abcdefghijklmnopabcdefghijklmnop.chromiumapp.org",
    "o123456.ingest.us.sentry.io",
    "o4505000000000000.ingest.sentry.io",
    "internationalization-resources.example.org",
    "internationalization.localization.resources.catchphrases.example.org",
    "xn--bcher-kva.example.com",
    "xn--80ak6aa92e.xn--p1ai.example.com",
    "git-3f786850e387550fdab836ed7e6dc881de23001b.preview.example.dev",
    "3f786850e387550fdab836ed7e6dc881de23001b.preview.example.dev",
    "d41d8cd98f00b204e9800998ecf8427e.cdn.example.com",
    "v2.3f786850.preview.example.dev",
    "0.pool.ntp.org",
    "2.debian.pool.ntp.org",
    "203.0.113.25.sslip.io",
    "app-203-0-113-25.sslip.io",
    "2001-db8-85a3-0-0-8a2e-370-7334.ip.example.net",
    "25.113.0.203.in-addr.arpa",
    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    "redis-master-0.redis-headless.my-namespace.svc.cluster.local",
    "registry-1.docker.io",
    "production.cloudflare.docker.com",
    "objects.githubusercontent.com",
    "index.crates.io",
    "20240115123456.backup.example.com",
    "1234567890123456789.id.example.com",
    "203.0.113.25.deadbeef.example.com",
    "api.2024.01.15.example.com",
    "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link",
    "x7ybq4hspe5dbvhtnwjw2yhfeq0zikhz.lambda-url.us-east-1.on.aws",
    "3000-ixvq8r2m9k3p1n5t7w0z-6532622b.e2b.app",
    "sandbox-01hqzx3v9k7m2n4p5q6r7s8t9v.modal.host",
    "3000-user-repo-4f5g6h7j8k9.ws-eu106.gitpod.io",
    "bd2b7c51-3d8a-4a70-9f1a-3d2c1d0b8f4e.eu-west-1.aws.found.io",
    "pr-123.a1b2c3d4.review.example.com",
    "d3b07384d113edec49eaa6238ad5ff00.d3b07384.cdn.example.com",
    "37.media.tumblr.com",
    "cafe.babe.example.com",
    "frontend.internal.platform.example.com",
    "grafana-kube-prometheus-stack.monitoring.svc.cluster.local",
    "postgresql-hl.postgresql.kubernetes.example.com",
    "kafka-bootstrap.kafka-prod.eu-central-1.example.com",
    "cdnjs.jsdelivr.wpengine.akamaized.example.com",
    "k8s-prod-ingressn-1a2b3c4d5e-6f7a8b9c0d1e2f3a.elb.eu-west-1.amazonaws.com",
    "qa-xmlhttprequest-gw01.webhooks.jfrogdev.example.com",
    "bucket7prod3west2cluster5.s3.example.com",
    "facade.decade.example.com",
];

#[test]
fn they_pass() {
    for name in NAMES {
        assert_eq!(rule(name), None, "{name}");
    }
    assert!(NAMES.len() >= 40);
}

/// Twenty thousand names of words that look random (xorshift) and are always the same: once in some ten thousand times
/// words are base32 of a text.
#[test]
fn words_pass() {
    let words: &[&str] = bip39::Language::English.word_list();
    let mut seed = 88_172_645_463_325_252_u64;
    let mut next = |end: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 11).unwrap() % end
    };
    let mut label = |between: &str| {
        let label: Vec<&str> = (0..=next(3)).map(|_| words[next(words.len())]).collect();
        label.join(between)
    };
    let mut found = Vec::new();
    for _ in 0..10_000 {
        for between in ["", "-"] {
            let name = format!(
                "{}.{}.{}.example.com",
                label(between),
                label(between),
                label(between)
            );
            found.extend(rule(&name).map(|rule| (name, rule)));
        }
    }
    assert!(found.len() <= 1, "{found:?}");
}

proptest! {
    #[test]
    fn one_digest_passes_and_two_do_not(digest in "[0-9a-f]{32}", prefix in "[a-z]{0,8}") {
        // Once in some thousand times a digest is a text.
        let name = format!("{prefix}-{digest}.example.com");
        if let Ok(host) = name.parse() {
            prop_assume!(super::find(&host) != Some("host-encoded-data"));
            prop_assert_eq!(super::find(&host), None);
        }
        let twice = format!("{digest}.{digest}.example.com");
        prop_assert!(rule(&twice).is_some(), "{}", twice);
    }

    #[test]
    fn never_panics(name in "[a-z0-9-]{1,30}(\\.[a-z0-9-]{1,30}){0,7}") {
        if let Ok(host) = name.parse() {
            let _ = super::find(&host);
            let _ = super::carried_bytes(&host);
        }
    }
}
