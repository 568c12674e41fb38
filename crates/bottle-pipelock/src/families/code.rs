//! Forges, package registries, and keys as such.

use super::{Family, anywhere, family, short};
use crate::before;

pub(super) const FAMILIES: &[Family] = &[
    family(
        "github-token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"gh[pousr]_[A-Za-z0-9_]{36}",
    ),
    family(
        "github-fine-grained-token",
        &["github_pat_"],
        r"github_pat_[A-Za-z0-9_]{36}",
    ),
    family(
        "gitlab-token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "gloas-"],
        r"gl(?:pat|dt|rt|cbt|ptt|oas)-[A-Za-z0-9_.-]{20}",
    ),
    family(
        "atlassian-token",
        &["ATATT3xFf"],
        r"ATATT3xFf[A-Za-z0-9+/=_-]{100}",
    ),
    short("npm-token", &["npm_"], r"npm_[A-Za-z0-9]{36}"),
    family("pypi-token", &["pypi-AgE"], r"pypi-AgE[A-Za-z0-9_-]{50}"),
    family("rubygems-token", &["rubygems_"], r"rubygems_[0-9a-f]{48}"),
    short("crates-io-token", &["cio"], r"cio[A-Za-z0-9]{32}\b"),
    family(
        "docker-token",
        &["dckr_pat_", "dckr_oat_"],
        r"dckr_[po]at_[A-Za-z0-9_-]{27}",
    ),
    family(
        "postman-api-key",
        &["PMAK-"],
        r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    ),
    Family {
        // From the second part on: the parts have no dot in them, so that no byte is looked at for two tokens.
        before: before::jwt_header,
        ..family(
            "json-web-token",
            &[".eyJ"],
            r"\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16}",
        )
    },
    anywhere(
        "private-key",
        &["-----BEGIN"],
        // A form has `+` for a space.
        r"-----BEGIN[ +](?:[A-Z0-9]{2,10}[ +]){0,3}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----",
    ),
    family(
        "age-secret-key",
        &["AGE-SECRET-KEY-1"],
        r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
    ),
];
