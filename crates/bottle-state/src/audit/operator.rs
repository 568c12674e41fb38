//! Who decides.

use std::fs::File;
use std::io::Read as _;

use serde::{Deserialize, Serialize};

/// Where names of users stand.
const PASSWD: &str = "/etc/passwd";
/// The longest such file that is read, in bytes: protects our memory.
const PASSWD_LIMIT: u64 = 1024 * 1024;

/// A user of this machine: who runs the command, by what the kernel says and not by a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The user's number.
    pub uid: u32,
    /// The user's name, where this machine's own list has one.
    pub user: Option<String>,
}

impl Operator {
    /// Who runs this process.
    pub fn current() -> Self {
        let uid = rustix::process::getuid().as_raw();
        let list = File::open(PASSWD).and_then(|file| {
            let mut text = String::new();
            file.take(PASSWD_LIMIT).read_to_string(&mut text)?;
            Ok(text)
        });
        Self {
            uid,
            user: list.ok().and_then(|list| name(&list, uid)),
        }
    }
}

/// The name of a user in a list as `passwd(5)` has it.
fn name(list: &str, uid: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_name_of_the_list() {
        let list = "root:x:0:0:root:/root:/bin/sh\n#:x\n:x:7::\nme:x:1000:1000::/home/me:/bin/sh\n";
        assert_eq!(name(list, 0).as_deref(), Some("root"));
        assert_eq!(name(list, 1000).as_deref(), Some("me"));
        assert_eq!(name(list, 7), None);
        assert_eq!(name(list, 1), None);
        assert_eq!(Operator::current().uid, rustix::process::getuid().as_raw());
    }
}
