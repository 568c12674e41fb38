//! Shops, desks and other services.

use super::{Family, alone, family, short};

pub(super) const FAMILIES: &[Family] = &[
    family(
        "stripe-key",
        &[
            "sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk-live-", "sk-test-",
        ],
        r"[sr]k[_-](?:live|test)[_-](?:[A-Za-z0-9]{20}|[A-Za-z0-9_]{24})",
    ),
    family(
        "stripe-webhook-secret",
        &["whsec_"],
        r"whsec_[A-Za-z0-9+/=_-]{24}",
    ),
    family(
        "square-token",
        &["sq0csp-", "sq0atp-"],
        r"sq0(?:csp-[A-Za-z0-9_-]{42}|atp-[A-Za-z0-9_-]{22})",
    ),
    alone(
        "square-access-token",
        &["EAAA"],
        r"EAAA[A-Za-z0-9_-]{59,62}\b",
    ),
    alone(
        "facebook-token",
        &["EAAC", "EAAM", "EAAG", "EAAB"],
        r"EAA[BCGM][A-Za-z0-9]{100}",
    ),
    family(
        "shopify-token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{31}",
    ),
    family("linear-api-key", &["lin_api_"], r"lin_api_[A-Za-z0-9]{38}"),
    short("notion-token", &["ntn_"], r"ntn_[A-Za-z0-9]{40}"),
    family("figma-token", &["figd_"], r"figd_[A-Za-z0-9_-]{38}"),
    family(
        "airtable-token",
        &["pat"],
        r"pat[A-Za-z0-9]{14}\.[0-9a-f]{63}",
    ),
    family(
        "hubspot-token",
        &["pat-na", "pat-eu"],
        r"pat-(?:na|eu)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}",
    ),
    family("trello-token", &["ATTA"], r"ATTA[0-9a-f]{63}"),
    family(
        "dropbox-token",
        &["sl."],
        r"sl\.(?:u\.)?[A-Za-z0-9_=-]{130}",
    ),
    family("frameio-token", &["fio-u-"], r"fio-u-[A-Za-z0-9_=-]{63}"),
    family("typeform-token", &["tfp_"], r"tfp_[A-Za-z0-9_.-]{57}"),
    family("contentful-token", &["CFPAT-"], r"CFPAT-[A-Za-z0-9_-]{42}"),
    family(
        "mapbox-secret-token",
        &["sk.eyJ"],
        r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20}",
    ),
    short("klaviyo-api-key", &["pk_"], r"pk_[0-9a-f]{34}\b"),
];
