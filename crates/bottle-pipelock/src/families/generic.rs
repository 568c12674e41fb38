//! Secrets of which only the name is known. Rather one is missed than an ordinary request refused: the value has to look
//! like one, and a name in lower case counts in an address only, as forms and pages have tokens and passwords, too.

use super::{Family, Finder, checked};
use crate::{before, checks};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        before: before::query,
        finder: Finder::Text,
        ..checked(
            "credential-in-query",
            &[
                "password=",
                "passwd=",
                "secret=",
                "token=",
                "api_key=",
                "apikey=",
                "api-key=",
                "client_secret=",
                "access_token=",
            ],
            r"[a-z_-]+=[A-Za-z0-9_.~+/!*%-]{12,128}",
            checks::is_random,
        )
    },
    Family {
        before: before::anything,
        finder: Finder::Text,
        ..checked(
            "password-in-address",
            &["://"],
            // Neither part may hold what an address begins with.
            r"://[A-Za-z0-9_.%+-]{1,64}:[A-Za-z0-9_.%+!*~-]{12,128}@",
            checks::is_password,
        )
    },
    Family {
        before: before::variable,
        finder: Finder::Text,
        ..checked(
            "secret-in-variable",
            &[
                "SECRET=",
                "SECRET_KEY=",
                "ACCESS_KEY=",
                "API_KEY=",
                "PRIVATE_KEY=",
                "AUTH_KEY=",
                "TOKEN=",
                "PASSWORD=",
                "PASSWD=",
            ],
            // The first character keeps paths and references out, the last one code.
            r#"[A-Z_]+=["']?[A-Za-z0-9][A-Za-z0-9_.~+/!*%=-]{11,128}(?:["'\s\\&;,\x00]|$)"#,
            checks::is_random,
        )
    },
    // A line of a configuration: `password: …`, `db.password = …`, `--password …`.
    Family {
        before: before::setting,
        finder: Finder::Text,
        ..checked(
            "password-in-setting",
            &[
                "password",
                "passwd",
                "passphrase",
                "Password",
                "Passwd",
                "Passphrase",
                "PASSWORD",
                "PASSWD",
                "PASSPHRASE",
            ],
            // Nothing that code consists of, up to the end of the line or the value.
            r#"(?i:passw(?:or)?d|passphrase)[\\"']{0,4}[ \t]{0,8}[:= ][ \t]{0,8}[\\"']{0,4}[A-Za-z0-9!@#%^&*+=?_~./:-]{10,128}(?:[\\"']{0,4}[ \t]{0,8}(?:[\r\n,;}&#\x00]|\\[nr]|$)|[\\"' \t])"#,
            checks::is_strong,
        )
    },
];
