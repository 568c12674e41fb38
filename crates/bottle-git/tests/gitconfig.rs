//! git itself says where an address leads.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "git reads a file")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use bottle_core::{GitRemote, GitUser, PushPolicy};
use bottle_git::gitconfig;
use proptest::prelude::*;

fn remote(name: &str, upstream: &str) -> GitRemote {
    GitRemote {
        name: name.parse().unwrap(),
        upstream: upstream.parse().unwrap(),
        identity_file: "/key".parse().unwrap(),
        known_host_key: None,
        extra_hosts: BTreeMap::new(),
        push: PushPolicy::default(),
    }
}

/// git, with this text as its only configuration.
struct Git(tempfile::TempDir);

impl Git {
    fn with(remotes: &[GitRemote], user: &GitUser) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = gitconfig(remotes, "git-gate", user);
        std::fs::write(folder.path().join("gitconfig"), text).unwrap();
        Self(folder)
    }

    fn answer(&self, arguments: &[&str]) -> String {
        let Self(folder) = self;
        let output = Command::new("git")
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("GIT_CONFIG_SYSTEM", folder.path().join("gitconfig"))
            .env("GIT_CONFIG_GLOBAL", Path::new("/dev/null"))
            .env("GIT_CEILING_DIRECTORIES", "/")
            .output()
            .expect("these tests need git");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    fn leads_to(&self, address: &str) -> String {
        self.answer(&["ls-remote", "--get-url", address])
    }
}

#[test]
fn every_spelling_leads_to_the_gate() {
    let remotes = [
        remote("app", "ssh://git@git.example.com/team/app.git"),
        remote("odd", "ssh://git@git.example.com:2222/team/odd"),
        remote("mine", "ssh://git.example.com/~me/app"),
        remote("home", "ssh://me@git.example.com/~/home.git/"),
        remote("six", "ssh://git@[fd00::7]/six.git"),
    ];
    let git = Git::with(&remotes, &GitUser::default());
    let spellings: [(&str, &[&str]); 5] = [
        (
            "app",
            &[
                "ssh://git@git.example.com/team/app",
                "ssh://git.example.com/team/app",
                "ssh://git@git.example.com:22/team/app",
                "ssh://git.example.com:22/team/app",
                "git+ssh://git@git.example.com/team/app",
                "ssh+git://git@git.example.com/team/app",
                "git@git.example.com:team/app",
                "git.example.com:team/app",
                "git@git.example.com:/team/app",
                "https://git.example.com/team/app",
                "http://git.example.com/team/app",
                "git://git.example.com/team/app",
            ],
        ),
        (
            "odd",
            &[
                "ssh://git@git.example.com:2222/team/odd",
                "ssh://git.example.com:2222/team/odd",
                "https://git.example.com/team/odd",
            ],
        ),
        (
            "mine",
            &[
                "ssh://git.example.com/~me/app",
                "git.example.com:~me/app",
                "git.example.com:/~me/app",
            ],
        ),
        (
            "home",
            &[
                "ssh://me@git.example.com/~/home",
                "me@git.example.com:~/home",
                "me@git.example.com:home",
            ],
        ),
        (
            "six",
            &[
                "ssh://git@[fd00::7]/six",
                "git@[fd00::7]:six",
                "https://[fd00::7]/six",
            ],
        ),
    ];
    for (name, stems) in spellings {
        for stem in stems {
            for end in ["", "/", ".git", ".git/"] {
                let address = format!("{stem}{end}");
                assert_eq!(
                    git.leads_to(&address),
                    format!("git://git-gate/{name}"),
                    "{address}"
                );
            }
        }
    }
}

#[test]
fn other_repositories_do_not_become_declared_ones() {
    let remotes = [
        remote("app", "ssh://git@git.example.com/team/app.git"),
        // These have names that the addresses below would have become.
        remote("app-two", "ssh://git@other.example.com/two.git"),
        remote("app.git.evil", "ssh://git@other.example.com/evil.git"),
        remote("app-three", "ssh://git@git.example.com/team/app-three.git"),
    ];
    let git = Git::with(&remotes, &GitUser::default());
    let declared: Vec<String> = remotes
        .iter()
        .flat_map(|remote| {
            ["", "/", ".git", ".git/"].map(|end| format!("git://git-gate/{}{end}", remote.name))
        })
        .collect();
    for address in [
        "git@git.example.com:team/app-two.git",
        "git@git.example.com:team/app-two",
        "ssh://git@git.example.com/team/app-two.git/",
        "ssh://git@git.example.com/team/app.git-two",
        "https://git.example.com/team/app.git.evil",
        "https://git.example.com/team/app/-two",
        "git@git.example.com:team/apps.git",
        "git@git.example.com:team/app/two.git",
        "git@git.example.com:team/other.git",
        "someone@git.example.com:team/app.git",
        "ssh://git@git.example.com:2222/team/app.git",
        "ssh://git@git.example.com/app.git",
        "git@git.example.com.evil.example:team/app.git",
    ] {
        let leads_to = git.leads_to(address);
        assert!(
            !declared.contains(&leads_to),
            "{address} leads to {leads_to}"
        );
    }
    let three = git.leads_to("git@git.example.com:team/app-three.git");
    assert_eq!(three, "git://git-gate/app-three");
}

#[test]
fn pushes_go_the_same_way() {
    let git = Git::with(
        &[remote("app", "ssh://git@git.example.com/team/app.git")],
        &GitUser::default(),
    );
    git.answer(&["init", "-q", "work"]);
    let upstream = "git@git.example.com:team/app.git";
    git.answer(&["-C", "work", "remote", "add", "origin", upstream]);
    for kind in [
        &["-C", "work", "remote", "get-url", "origin"][..],
        &["-C", "work", "remote", "get-url", "--push", "origin"],
    ] {
        assert_eq!(git.answer(kind), "git://git-gate/app");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_are_read_back(name in "[ -;=?-~éß]{0,20}[a-z]", email in "[a-z\"\\\\#;]{1,8}[a-z]@[a-z.]{1,8}") {
        let name = name.trim().to_owned();
        let user = GitUser { name: Some(name.parse().unwrap()), email: Some(email.parse().unwrap()) };
        let git = Git::with(&[], &user);
        prop_assert_eq!(git.answer(&["config", "user.name"]), name);
        prop_assert_eq!(git.answer(&["config", "user.email"]), email);
    }

    #[test]
    fn addresses_are_read_back(user in "([a-z._]{1,4}@)?", path in "(/[a-z0-9~+@._-]{1,6}){1,3}", port in "(:2222)?") {
        let address = format!("ssh://{user}git.example.com{port}{path}");
        prop_assume!(address.parse::<bottle_core::SshUrl>().is_ok());
        let git = Git::with(&[remote("app", &address)], &GitUser::default());
        prop_assert_eq!(git.leads_to(&address), "git://git-gate/app");
    }
}
