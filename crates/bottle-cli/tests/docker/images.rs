//! Images that a real engine builds, each on what `scripts/setup` made.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Instant;

use bottle_core::{ImageRef, Provider};
use bottle_docker::{Docker, SidecarProgram};
use bottle_run::backend::{Backend as _, BuildError, BuildRequest, BuildWatch};
use bottle_run::images::{ImageError, Planned, Recipe, plan};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::support::{docker, docker_json, host, wait_until};

const BASE: &str = "bottle-agent:latest";

async fn connect() -> Docker {
    let program = SidecarProgram::new(env!("CARGO_BIN_EXE_bottle"));
    Docker::connect(host().as_deref(), program).await.unwrap()
}

/// Nobody wants to end.
fn never() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(std::future::pending())
}

/// Builds, and answers the lines of the output.
async fn build(docker: &Docker, planned: &Planned) -> (Result<Built, ImageError>, Vec<String>) {
    let lines = Mutex::new(Vec::new());
    let line = |line: &str| lines.lock().unwrap().push(line.to_owned());
    let watch = BuildWatch {
        line: &line,
        stop: never(),
    };
    let began = Instant::now();
    let built = planned.build(docker, watch).await;
    println!("{}: {:.2?}", planned.image(), began.elapsed());
    let built = built.map(|facts| Built(facts.reference));
    (built, lines.into_inner().unwrap())
}

/// An image of a test, which goes with it.
struct Built(ImageRef);

impl Drop for Built {
    fn drop(&mut self) {
        docker(&["image", "rm", "--force", self.0.as_str()]);
    }
}

/// A label that every step's image and container gets, and nobody else's.
struct Mark(String);

impl Mark {
    fn new(test: &str) -> Self {
        Self(format!("bottle.test={test}-{}", std::process::id()))
    }

    fn dockerfile(&self, rest: &str) -> String {
        format!("FROM {BASE}\nLABEL {}\n{rest}\n", self.0)
    }

    fn left(&self) -> String {
        let label = format!("label={}", self.0);
        let images = docker(&["images", "--all", "--quiet", "--filter", &label]);
        images + &docker(&["ps", "--all", "--quiet", "--filter", &label])
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

async fn planned(docker: &Docker, folder: &Path) -> Planned {
    let recipe = Recipe::of_dockerfile("test-images", &folder.join("Dockerfile")).unwrap();
    plan(docker, recipe).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_becomes_an_image_once() {
    let engine = connect().await;
    let mark = Mark::new("once");
    let text = mark.dockerfile("COPY . /context\nRUN echo built");
    let folder = folder(&[
        ("Dockerfile", text.as_str()),
        (".dockerignore", "*.key\n!keep.key\n"),
        ("keep.key", ""),
        ("secret.key", ""),
        ("deep/file", ""),
    ]);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
    let first = planned(&engine, folder.path()).await;
    let (built, lines) = build(&engine, &first).await;
    let built = built.unwrap();
    assert!(lines.contains(&"built".to_owned()), "{lines:?}");
    let found = docker_json(&["image", "inspect", built.0.as_str()]);
    let hash = found["Config"]["Labels"]["bottle.image"].as_str().unwrap();
    assert!(built.0.as_str().ends_with(&hash[..16]));
    let list = "find /context -mindepth 1 | sort; readlink /context/link";
    let inside = docker(&["run", "--rm", built.0.as_str(), "sh", "-c", list]);
    let kept = [
        "/context/.dockerignore",
        "/context/Dockerfile",
        "/context/deep",
        "/context/deep/file",
        "/context/keep.key",
        "/context/link",
        "/etc/passwd",
    ];
    assert_eq!(inside.lines().collect::<Vec<_>>(), kept);

    let began = Instant::now();
    let again = planned(&engine, folder.path()).await;
    assert!(again.found().is_some());
    again.build(&engine, silent()).await.unwrap();
    println!("found: {:.2?}", began.elapsed());

    fs::write(folder.path().join("deep/file"), "changed").unwrap();
    let other = planned(&engine, folder.path()).await;
    assert!(other.found().is_none());
    assert_ne!(other.image(), first.image());
}

fn silent() -> BuildWatch<'static> {
    BuildWatch {
        line: &|_| {},
        stop: never(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_shows_what_it_said_and_leaves_nothing() {
    let engine = connect().await;
    let mark = Mark::new("fails");
    let steps = r"RUN touch /tmp/made && printf '\033[2Jout\n'
RUN printf '\033]0;title\007 \342\200\256bad\n' >&2; exit 3";
    let recipe = Recipe::of_text("test-images", &mark.dockerfile(steps)).unwrap();
    let planned = plan(&engine, recipe).await.unwrap();
    let (built, lines) = build(&engine, &planned).await;
    let Err(ImageError::Build { source, .. }) = built else {
        panic!("built");
    };
    let BuildError::Step {
        step,
        said,
        last_lines,
    } = &source
    else {
        panic!("{source:?}");
    };
    assert!(step.as_ref().unwrap().starts_with("Step 4/5 : RUN printf"));
    assert!(said.contains("returned a non-zero code: 3"), "{said}");
    assert_eq!(last_lines, &["\\u{1b}]0;title\\u{7} \\u{202e}bad"]);
    assert!(lines.contains(&"\\u{1b}[2Jout".to_owned()), "{lines:?}");
    let all = lines.concat() + &source.to_string().replace('\n', "");
    assert!(!all.chars().any(char::is_control), "{all:?}");
    assert_eq!(mark.left(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_cannot_have_other_images_removed() {
    let engine = connect().await;
    let mark = Mark::new("spoof");
    let victim = plan(
        &engine,
        Recipe::of_text("test-images", &mark.dockerfile("RUN true")).unwrap(),
    );
    let (victim, _) = build(&engine, &victim.await.unwrap()).await;
    let victim = victim.unwrap();
    let found = docker_json(&["image", "inspect", victim.0.as_str()]);
    let id = found["Id"].as_str().unwrap().trim_start_matches("sha256:");
    let before = mark.left();
    let steps = format!("RUN echo ' ---> {}'; false", &id[..12]);
    let recipe = Recipe::of_text("test-images", &mark.dockerfile(&steps)).unwrap();
    let planned = plan(&engine, recipe).await.unwrap();
    assert!(build(&engine, &planned).await.0.is_err());
    assert_eq!(mark.left(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_is_stopped_leaves_nothing() {
    let engine = connect().await;
    let mark = Mark::new("stopped");
    let recipe = Recipe::of_text(
        "test-images",
        &mark.dockerfile("RUN touch /tmp/x\nRUN echo sleeping; sleep 300"),
    );
    let planned = plan(&engine, recipe.unwrap()).await.unwrap();
    let sleeping = Notify::new();
    let watch = BuildWatch {
        line: &|line| {
            if line == "sleeping" {
                sleeping.notify_one();
            }
        },
        stop: Box::pin(sleeping.notified()),
    };
    let began = Instant::now();
    let error = planned.build(&engine, watch).await.unwrap_err();
    println!("stopped: {:.2?}", began.elapsed());
    let ImageError::Build { source, .. } = error else {
        panic!("{error:?}");
    };
    assert!(matches!(source, BuildError::Interrupted));
    wait_until("the end of the step", || mark.left().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_is_named() {
    let engine = connect().await;
    let text = "FROM bottle-test-none:1\nRUN true";
    let recipe = Recipe::of_text("test-images", text).unwrap();
    let error = plan(&engine, recipe).await.unwrap_err().to_string();
    assert!(
        error.contains("`docker pull bottle-test-none:1`"),
        "{error}"
    );
}

/// A registry of one image, as far as an engine asks before it says that it is pulling.
fn registry() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{kind}","config":{{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"sha256:{zero}"}},"layers":[]}}"#,
        kind = "application/vnd.docker.distribution.manifest.v2+json",
        zero = "0".repeat(64),
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let body = if request.contains("/manifests/") {
                manifest.as_str()
            } else {
                "{}"
            };
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.distribution.manifest.v2+json\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                body.len(),
                if request.starts_with("HEAD") {
                    ""
                } else {
                    body
                }
            );
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_would_pull_is_stopped() {
    let engine = connect().await;
    let image = format!("127.0.0.1:{}/x:1", registry());
    let mark = Mark::new("pull");
    // What asks for it is a trigger of the image, which no Dockerfile shows.
    let trigger = mark.dockerfile(&format!("ONBUILD COPY --from={image} / /x"));
    let recipe = Recipe::of_text("test-images", &trigger).unwrap();
    let (base, _) = build(&engine, &plan(&engine, recipe).await.unwrap()).await;
    let base = base.unwrap();
    let recipe = Recipe::of_text("test-images", &format!("FROM {}\n", base.0)).unwrap();
    let planned = plan(&engine, recipe).await.unwrap();
    let Err(ImageError::Build { source, .. }) = build(&engine, &planned).await.0 else {
        panic!("built");
    };
    assert!(matches!(source, BuildError::Pull { .. }), "{source:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dockerfile_that_is_none_is_the_engines_to_judge() {
    let engine = connect().await;
    let recipe = Recipe::of_text("test-images", "FROM scratch\nNONSENSE\n").unwrap();
    let (built, _) = build(&engine, &plan(&engine, recipe).await.unwrap()).await;
    let Err(ImageError::Build { source, .. }) = built else {
        panic!("built");
    };
    let BuildError::Step {
        step: None, said, ..
    } = source
    else {
        panic!("{source:?}");
    };
    assert!(said.contains("NONSENSE"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_dockerfile_is_an_error() {
    let engine = connect().await;
    let request = BuildRequest {
        image: "bottle-image-test-images:none".parse().unwrap(),
        labels: [].into(),
        args: [].into(),
        dockerfile: "Dockerfile".to_owned(),
        context: vec![0; 1024].into(),
    };
    let error = engine.build_image(&request, silent()).await.unwrap_err();
    assert!(matches!(error, BuildError::Step { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_of_the_command_provider_works() {
    let engine = connect().await;
    let base = BASE.parse().unwrap();
    let name: ImageRef = "bottle-image-test-preset:1".parse().unwrap();
    let recipe = || {
        Recipe::of_preset(Provider::Command, Some(&base))
            .unwrap()
            .named(name.clone())
    };
    let (built, lines) = build(&engine, &plan(&engine, recipe()).await.unwrap()).await;
    let built = built.unwrap_or_else(|error| panic!("{error:?} {lines:#?}"));
    let script = "id -u; id -g; pwd; git --version && rg --version && python3 --version && node --version && curl --version";
    let said = docker(&["run", "--rm", built.0.as_str(), "sh", "-c", script]);
    assert!(
        said.starts_with("1000\n1000\n/home/agent\ngit version"),
        "{said}"
    );
    // The second time, each step comes from the cache.
    let (again, lines) = build(&engine, &plan(&engine, recipe()).await.unwrap()).await;
    std::mem::forget(again.unwrap());
    let cached = lines.iter().filter(|line| line.ends_with("Using cache"));
    assert!(cached.count() >= 7, "{lines:?}");
}
