//! Forges and package registries.

use super::{Checksum, Family, alone, family, short};
use crate::{before, checks};

pub(super) const FAMILIES: &[Family] = &[
    // A wrong checksum says nothing: a mangled token is a leak. A right one finds the token inside of a word, too.
    Family {
        checksum: Checksum::Sufficient(checks::is_github),
        ..family(
            "github-token",
            &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
            r"gh[pousr]_(?:[A-Za-z0-9_]{36}|[A-Za-z0-9]{34})",
        )
    },
    family(
        "github-fine-grained-token",
        &["github_pat_"],
        r"github_pat_[A-Za-z0-9_]{36}",
    ),
    family(
        "gitlab-token",
        &[
            "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "gloas-", "glsoat-", "glffct-",
            "glimt-", "glagent-", "glft-", "glwt-",
        ],
        r"gl(?:pat|dt|rt|cbt|ptt|oas|soat|ffct|imt|agent|ft|wt)-[A-Za-z0-9_.-]{20}",
    ),
    family(
        "gitlab-runner-registration-token",
        &["GR1348941"],
        r"GR1348941[A-Za-z0-9_-]{20}",
    ),
    alone(
        "bitbucket-app-password",
        &["ATBB"],
        r"ATBB[A-Za-z0-9]{31,32}\b",
    ),
    family(
        "atlassian-token",
        &["ATATT3xFf", "ATCTT3xFf"],
        r"AT[AC]TT3xFf[A-Za-z0-9+/=_-]{100}",
    ),
    Family {
        checksum: Checksum::Sufficient(checks::is_npm),
        ..short("npm-token", &["npm_"], r"npm_[A-Za-z0-9]{34,36}")
    },
    family("pypi-token", &["pypi-AgE"], r"pypi-AgE[A-Za-z0-9_-]{50}"),
    family("rubygems-token", &["rubygems_"], r"rubygems_[0-9a-f]{47}"),
    short("crates-io-token", &["cio"], r"cio[A-Za-z0-9]{31,32}\b"),
    family(
        "docker-token",
        &["dckr_pat_", "dckr_oat_"],
        r"dckr_[po]at_[A-Za-z0-9_-]{26}",
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
];
