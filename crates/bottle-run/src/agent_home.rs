//! The home folder of whom the agent runs as.

use bottle_compose::UserIds;

/// The file that names an image's users.
pub(crate) const PASSWD: &str = "/etc/passwd";
/// The longest one that is read, in bytes of its archive: those of images have a few lines.
pub(crate) const PASSWD_LIMIT: u64 = 1024 * 1024;
/// The home of a user that the image does not know.
const UNKNOWN: &str = "/home/bottle";

/// The home folder of whom the agent runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentHome {
    /// Where it is, absolute.
    pub(crate) path: String,
    /// Whether the image has it.
    pub(crate) origin: Origin,
}

/// Where a home comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The image knows the user: its programs find it by themselves.
    Image,
    /// It is made for this bottle, and the session is told.
    Made,
}

impl AgentHome {
    /// What a `passwd` file (its format: `passwd(5)`) says of a user; an own folder where it says nothing.
    pub(crate) fn find(passwd: &str, user: UserIds) -> Self {
        let entry = passwd.lines().find_map(|line| {
            let mut fields = line.split(':').skip(2);
            let uid: u32 = fields.next()?.parse().ok()?;
            let home = fields.nth(2)?;
            (uid == user.uid).then_some(home)
        });
        match entry.filter(|home| is_folder(home)) {
            Some(path) => Self {
                path: path.trim_end_matches('/').to_owned(),
                origin: Origin::Image,
            },
            None => Self {
                path: UNKNOWN.to_owned(),
                origin: Origin::Made,
            },
        }
    }
}

/// Whether it can be somebody's home: absolute, plain, and not the root of everything.
fn is_folder(path: &str) -> bool {
    let is_plain = |name: &str| name != ".." && !name.chars().any(char::is_control);
    path.starts_with('/')
        && path.len() > 1
        && path != "/nonexistent"
        && path.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(uid: u32) -> UserIds {
        UserIds { uid, gid: uid }
    }

    #[test]
    fn of_a_user_that_the_image_knows_and_of_one_that_it_does_not() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nodd\nnode:x:1000:1000::/home/node:/bin/bash\n\
            daemon:x:1:1::/:/bin/false\nbad:x:7:7::/home/../etc:/bin/sh\nnobody:x:9:9::/nonexistent:/x\n";
        let home = AgentHome::find(passwd, user(1000));
        assert_eq!(
            (home.path.as_str(), home.origin),
            ("/home/node", Origin::Image)
        );
        for unknown in [1, 7, 9, 1234] {
            let home = AgentHome::find(passwd, user(unknown));
            assert_eq!(home.path, UNKNOWN, "{unknown}");
            assert_eq!(home.origin, Origin::Made, "{unknown}");
        }
        assert_eq!(AgentHome::find("", user(0)).origin, Origin::Made);
    }
}
