//! What builds, checks and publishes code.

use super::{Family, alone, anywhere, family, short};

pub(super) const FAMILIES: &[Family] = &[
    family("pulumi-token", &["pul-"], r"pul-[0-9a-f]{39}"),
    anywhere(
        "terraform-token",
        &[".atlasv1."],
        r"\.atlasv1\.[A-Za-z0-9_=-]{60}",
    ),
    family(
        "infracost-token",
        &["ico-"],
        r"ico-[A-Za-z0-9]{32}(?:[^A-Za-z0-9.]|$)",
    ),
    family(
        "harness-token",
        &["pat.", "sat."],
        r"[ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{19}",
    ),
    family("octopus-api-key", &["API-"], r"API-[A-Z0-9]{25,26}\b"),
    family(
        "buildkite-token",
        &["bkua_", "bkat_", "bkct_"],
        r"bk(?:ua|at|ct)_[A-Za-z0-9]{39}",
    ),
    family(
        "circleci-token",
        &["CCIPAT_", "CCIPRJ_"],
        r"CCIP(?:AT|RJ)_[A-Za-z0-9]{21,22}_[0-9a-f]{39}",
    ),
    short(
        "sonar-token",
        &["sqp_", "squ_", "sqa_"],
        r"sq[pua]_[0-9a-f]{39}",
    ),
    short(
        "sourcegraph-token",
        &["sgp_"],
        r"sgp_(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{39}",
    ),
    family("clojars-token", &["CLOJARS_"], r"CLOJARS_[0-9a-z]{59}"),
    alone("nuget-api-key", &["oy2"], r"oy2[a-z0-9]{42,43}\b"),
    family(
        "packagist-token",
        &["packagist_"],
        r"packagist_[ou][rwu]t_[0-9a-f]{60}",
    ),
    alone(
        "artifactory-api-key",
        &["AKCp"],
        r"AKCp[A-Za-z0-9]{68,70}\b",
    ),
    // "reftkn" in base64.
    alone(
        "artifactory-reference-token",
        &["cmVmdGtu"],
        r"cmVmdGtu[A-Za-z0-9]{55,56}\b",
    ),
    family(
        "prefect-token",
        &["pnu_", "pnb_"],
        r"pn[ub]_[A-Za-z0-9]{35}",
    ),
    family(
        "postman-api-key",
        &["PMAK-"],
        r"PMAK-[0-9a-f]{24}-[0-9a-f]{33}",
    ),
    family("readme-token", &["rdme_"], r"rdme_[a-z0-9]{69}"),
];
