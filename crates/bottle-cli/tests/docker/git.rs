//! A bottle whose agent uses plain git with a remote behind git-gate.

use std::fs;

use bottle_core::Identity;
use bottle_docker::{Docker, SidecarProgram};
use bottle_git::Release;
use bottle_run::backend::{Backend as _, GitGateImageRequest};
use bottle_run::{Allowed, Running, allow};
use bottle_state::{Home, Timestamp};
use time::OffsetDateTime;

use super::support::{Bottle, FORGE, Forge, REPOSITORY, UPSTREAM, docker, host, new_key};

/// Who runs in it in the test of the image.
const USER: bottle_compose::UserIds = bottle_compose::UserIds {
    uid: 4321,
    gid: 4321,
};

/// Runs a script as the agent's session; its failure is the test's.
async fn fine(running: &Running<'_, Docker>, script: &str) -> (String, String) {
    let (code, stdout, stderr) = Bottle::session(running, &["sh", "-ec", script]).await;
    assert_eq!(code, 0, "{script}\n{stdout}\n{stderr}");
    (stdout, stderr)
}

/// Runs a script that must fail, and answers what it said.
async fn refused(running: &Running<'_, Docker>, script: &str) -> String {
    let (code, stdout, stderr) = Bottle::session(running, &["sh", "-ec", script]).await;
    assert_ne!(code, 0, "{script}\n{stdout}\n{stderr}");
    format!("{stdout}{stderr}")
}

/// What the forge itself has under a name.
fn upstream(running: &Running<'_, Docker>, name: &str) -> String {
    let forge = format!("bottle-{}-forge", running.facts().identity);
    let show = format!("git -C {REPOSITORY} rev-parse --verify --quiet {name} || echo none");
    docker(&["exec", &forge, "sh", "-c", &show])
        .trim()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_git_works_through_the_gate() {
    let forge = Forge::new();
    let change = |plan: &mut _, subnet| forge.declare(plan, subnet);
    Bottle::new()
        .run_beside(change, forge.beside(), async |running| {
            let (cloned, _) = fine(
                running,
                &format!(
                    "cd /tmp; git clone -q {UPSTREAM} app; cd app; git config remote.origin.url; git log --format=%s; \
                     echo hello >README; git add README; git commit -q -m second; git push -q; \
                     git log -1 --format='%an <%ae>'; git rev-parse HEAD"
                ),
            )
            .await;
            let lines: Vec<&str> = cloned.lines().collect();
            assert_eq!(lines[..3], [UPSTREAM, "first", "Agent <agent@example.com>"]);
            assert_eq!(upstream(running, "refs/heads/main"), lines[3]);
            // Another spelling of the same address, in another folder.
            let (pulled, _) = fine(
                running,
                &format!(
                    "cd /tmp; git clone -q https://{FORGE}{REPOSITORY} again; cd again; git switch -q -c agent/work; \
                     echo more >>README; git commit -q -a -m third; git push -q -u origin agent/work; git tag v1; \
                     git push -q origin v1; cd ../app; git fetch -q --tags; git pull -q --ff-only origin agent/work; \
                     git ls-remote origin | cut -f 2 | sort | tr '\\n' ' '"
                ),
            )
            .await;
            assert_eq!(pulled, "HEAD refs/heads/agent/work refs/heads/main refs/tags/v1 ");
            assert_ne!(upstream(running, "refs/tags/v1"), "none");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_with_a_secret_is_refused_until_the_operator_lets_it_pass() {
    let forge = Forge::new();
    let folder = tempfile::tempdir().unwrap();
    new_key(&folder.path().join("leak"));
    let leak = fs::read_to_string(folder.path().join("leak")).unwrap();
    let change = |plan: &mut _, subnet| forge.declare(plan, subnet);
    Bottle::new()
        .run_beside(change, forge.beside(), async |running| {
            let before = upstream(running, "refs/heads/main");
            let commit = format!(
                "cd /tmp; git clone -q {UPSTREAM} app; cd app; mkdir deep; cat >deep/id_test <<'END'\n{leak}END\n\
                 git add -A; git commit -q -m leak; git rev-parse --short=12 HEAD; git rev-parse HEAD:deep/id_test"
            );
            let (made, _) = fine(running, &commit).await;
            let (commit, object) = made.trim().split_once('\n').unwrap();
            let said = refused(running, "cd /tmp/app; git push origin HEAD:main 2>&1").await;
            assert_eq!(upstream(running, "refs/heads/main"), before);
            for part in [commit, object, "deep/id_test", "private-key", "git.secret", "bottle git allow"] {
                assert!(said.contains(part), "{part}: {said}");
            }
            let body = leak.lines().nth(1).unwrap();
            assert!(!said.contains(body), "the secret itself is not shown: {said}");
            let facts = running.facts();
            let commands = allow_commands(&said);
            assert!(!commands.is_empty(), "{said}");
            for (number, [identity, object, rule]) in commands.iter().enumerate() {
                assert_eq!(*identity, facts.identity.to_string());
                let_pass(&facts.identity, &facts.home, object, rule);
                let_one_more(&facts.identity, &facts.home, number);
            }
            fine(running, "cd /tmp/app; git push -q origin HEAD:main").await;
            assert!(upstream(running, "refs/heads/main").starts_with(commit));
        })
        .await;
}

/// The bottle, the object and the rule of each command that a refusal shows.
fn allow_commands(said: &str) -> Vec<[&str; 3]> {
    let commands = said.lines().filter_map(|line| {
        let (_, rest) = line.split_once("bottle git allow ")?;
        let mut words = rest.split_whitespace();
        Some([words.next()?, words.next()?, words.next()?])
    });
    commands.collect()
}

/// Every decision is one more line of the trail.
fn let_one_more(identity: &Identity, home: &str, before: usize) {
    let trail = Home::new(home).audit(identity);
    let lines = trail.verify().unwrap().lines;
    assert_eq!(lines, u64::try_from(before).unwrap() + 1);
}

fn let_pass(identity: &Identity, home: &str, object: &str, rule: &str) {
    let release = Release {
        remote: "app".parse().unwrap(),
        object: object.to_owned(),
        rule: rule.to_owned(),
        reason: "a key that only this test knows".to_owned(),
    };
    let home = Home::new(home);
    let now = Timestamp::new(OffsetDateTime::now_utc());
    let allowed = allow(&home, identity, release, now).unwrap();
    assert_eq!(allowed, Allowed::Now);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_and_no_way_around_is_inside() {
    let forge = Forge::new();
    let key = fs::read_to_string(forge.key()).unwrap();
    let needle = key.lines().nth(2).unwrap().to_owned();
    let change = |plan: &mut _, subnet| forge.declare(plan, subnet);
    Bottle::new()
        .run_beside(change, forge.beside(), async |running| {
            let facts = running.facts();
            // The needle comes in two halves, so that the search does not find itself.
            let (one, two) = needle.split_at(needle.len() / 2);
            // What is looked for is put into a file, and later into an environment: a search that finds nothing
            // would prove nothing.
            let search = format!(
                "needle='{one}'; needle=\"${{needle}}{two}\"; printf %s \"$needle\" >/tmp/control; \
                 grep -rlsF --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev -e \"$needle\" / || true; \
                 environments() {{ cat /proc/[0-9]*/environ 2>/dev/null | grep -acF -e \"$needle\" || true; }}; \
                 environments; CONTROL=\"$needle\" sleep 20 & sleep 1; environments; kill $!; env | grep -i ssh_ || true"
            );
            let (found, _) = fine(running, &search).await;
            assert_eq!(found, "/tmp/control\n0\n1\n");
            for service in ["agent", "egress", "pipelock", "git-gate"] {
                let name = format!("bottle-{}-{service}", facts.identity);
                assert!(!docker(&["inspect", &name]).contains(&needle), "{service}");
            }
            let state = std::process::Command::new("grep")
                .args(["-rlF", "--", &needle, &facts.state_dir])
                .output()
                .unwrap();
            assert_eq!(state.status.code(), Some(1), "{state:?}");
            let forge = facts.networks.egress.subnet;
            let forge = super::support::address(forge, 11);
            let dial = format!(
                "import socket; socket.create_connection(('{forge}', 22), 3)"
            );
            let said = refused(running, &format!("python3 -c \"{dial}\" 2>&1")).await;
            assert!(said.contains("Error"), "{said}");
            let said = refused(running, &format!("git ls-remote git@{FORGE}:other/app.git 2>&1")).await;
            assert!(!said.contains("refs/"), "{said}");
            let said = refused(running, "git ls-remote git://git-gate/other 2>&1").await;
            assert!(said.contains("git.unknown_repo"), "{said}");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_of_the_gate_has_git_and_ssh_and_our_program() {
    let program = SidecarProgram::new(env!("CARGO_BIN_EXE_bottle"));
    let docker_engine = Docker::connect(host().as_deref(), program).await.unwrap();
    let base = "bottle-git-gate-base:latest".parse().unwrap();
    let base = docker_engine.image(&base).await.unwrap();
    let base = base.expect("the base is missing: `scripts/setup --git-image` makes it");
    let request = GitGateImageRequest { base, user: USER };
    let image = docker_engine.git_gate_image(&request).await.unwrap();
    let again = docker_engine.git_gate_image(&request).await.unwrap();
    assert_eq!(image, again, "one that is there is not made again");
    let user = format!("{}:{}", USER.uid, USER.gid);
    let run = |entry: &str, arguments: &[&str]| {
        let mut all = vec![
            "run",
            "--rm",
            "--network",
            "none",
            "--read-only",
            "--user",
            &user,
        ];
        all.extend([
            "--cap-drop",
            "ALL",
            "--entrypoint",
            entry,
            image.reference.as_str(),
        ]);
        all.extend(arguments);
        docker(&all)
    };
    assert!(run("git", &["--version"]).starts_with("git version 2."));
    // ssh asks who it is, and whether there is such a user, before anything else.
    let asked = run(
        "sh",
        &[
            "-c",
            "ssh -G -F /dev/null git@forge.test.example | grep '^user '; id -un",
        ],
    );
    assert_eq!(asked, "user git\nbottle\n");
    let help = run("/bottle-sidecar", &["--help"]);
    assert!(help.contains("secrets"), "{help}");
    docker(&["image", "rm", "--force", image.reference.as_str()]);
}
