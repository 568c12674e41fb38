//! Programs that know nothing of bottle, in a Debian that knows nothing of bottle: through the proxy, without a flag.

use std::process::Command;

use super::support::{Bottle, HOST};

fn git(folder: &std::path::Path, args: &[&str]) {
    let identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "init.defaultBranch=main",
    ];
    let status = Command::new("git")
        .current_dir(folder)
        .args(identity)
        .args(args)
        .status()
        .unwrap();
    assert!(status.success(), "git {args:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_git_and_python_reach_what_is_granted_and_nothing_else() {
    let bottle = Bottle::new();
    let files = bottle.files();
    std::fs::write(files.join("hello.txt"), "hello from outside\n").unwrap();
    std::fs::create_dir(files.join("work")).unwrap();
    git(&files.join("work"), &["init", "-q"]);
    std::fs::write(files.join("work/README"), "a repository\n").unwrap();
    git(&files.join("work"), &["add", "."]);
    git(&files.join("work"), &["commit", "-qm", "one"]);
    git(&files, &["clone", "-q", "--bare", "work", "repo.git"]);
    git(&files.join("repo.git"), &["update-server-info"]);
    bottle
        .run(async |running| {
            let url = format!("https://{HOST}/hello.txt");
            let curl = Bottle::session(running, &["curl", "-sS", "--fail", &url]).await;
            assert_eq!(
                (curl.0, curl.1.as_str()),
                (0, "hello from outside\n"),
                "{}",
                curl.2
            );
            let plain = url.replace("https:", "http:");
            let curl = Bottle::session(running, &["curl", "-sS", "--fail", &plain]).await;
            assert_eq!(
                (curl.0, curl.1.as_str()),
                (0, "hello from outside\n"),
                "{}",
                curl.2
            );

            let clone =
                format!("git clone -q https://{HOST}/repo.git /tmp/repo && cat /tmp/repo/README");
            let git = Bottle::session(running, &["sh", "-c", &clone]).await;
            assert_eq!((git.0, git.1.as_str()), (0, "a repository\n"), "{}", git.2);

            let script = format!(
                "import urllib.request as r; print(r.urlopen('{url}').read().decode(), end='')"
            );
            let python = Bottle::session(running, &["python3", "-c", &script]).await;
            assert_eq!(
                (python.0, python.1.as_str()),
                (0, "hello from outside\n"),
                "{}",
                python.2
            );

            // Without a single variable: the image's own bundle has the authority, too.
            let bare = [
                "env",
                "-i",
                "curl",
                "-sS",
                "--fail",
                "--proxy",
                "http://egress:9099",
                &url,
            ];
            let curl = Bottle::session(running, &bare).await;
            assert_eq!(
                (curl.0, curl.1.as_str()),
                (0, "hello from outside\n"),
                "{}",
                curl.2
            );

            let other = Bottle::session(
                running,
                &[
                    "curl",
                    "-sS",
                    "-w",
                    "%{http_code}",
                    "https://other.example/",
                ],
            )
            .await;
            assert!(
                other.1.contains("host.not_allowed") && other.1.ends_with("403"),
                "{other:?}"
            );
            let direct = ["curl", "-sS", "--noproxy", "*", "--max-time", "5", &url];
            let direct = Bottle::session(running, &direct).await;
            assert_ne!(direct.0, 0, "{direct:?}");
        })
        .await;
}
