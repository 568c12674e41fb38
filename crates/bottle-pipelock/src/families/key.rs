//! Private keys, by what is around them and by how their bytes begin.

use super::{Family, anywhere, family, text};

pub(super) const FAMILIES: &[Family] = &[
    text(
        "private-key",
        &["-----BEGIN"],
        // A form has `+` for a space. Its first digits or header fields belong to it: documents name the mark alone.
        r#"-----BEGIN[ +](?:[A-Z0-9]{2,10}[ +]){0,3}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----(?:[\s\\"'+,]|\\[nrt])*(?:[A-Za-z0-9+/]{16}|Proc-Type:|Version:|Comment:|Charset:)"#,
    ),
    // "openssh-key-v1" and what follows it in every file.
    anywhere(
        "openssh-key-body",
        &["b3BlbnNzaC1rZXktdjEAAAAA"],
        r"b3BlbnNzaC1rZXktdjEAAAAA[A-Za-z0-9+/]{30}",
    ),
    // The beginnings of PKCS #8 and PKCS #1 for RSA: version zero, and the algorithm or a modulus of usual size.
    anywhere(
        "rsa-key-body",
        &[
            "IBADANBgkqhkiG9w0BAQEFAASC",
            "IBAAKCAQEA",
            "IBAAKCAYEA",
            "IBAAKCAgEA",
        ],
        r"IBA(?:DANBgkqhkiG9w0BAQEFAASC|AKCA[QYg]EA)[A-Za-z0-9+/]{30}",
    ),
    // PKCS #8 for Ed25519, and for the curve P-256.
    anywhere(
        "curve-key-body",
        &[
            "MC4CAQAwBQYDK2VwBCIEI",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
        ],
        r"M(?:C4CAQAwBQYDK2VwBCIEI|IGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg)[A-Za-z0-9+/]{40}",
    ),
    anywhere(
        "putty-key",
        &["PuTTY-User-Key-File-"],
        r"PuTTY-User-Key-File-[123]:[ +][a-z0-9-]{7,}",
    ),
    anywhere(
        "wireguard-key",
        &["PrivateKey", "PresharedKey"],
        r"(?:Private|Preshared)Key\s{0,4}=\s{0,4}[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=",
    ),
    family(
        "age-secret-key",
        &["AGE-SECRET-KEY-1"],
        r"AGE-SECRET-KEY-1[A-Z0-9]{57}",
    ),
];
