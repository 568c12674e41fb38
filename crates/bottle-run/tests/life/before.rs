//! What is missing is said before anything is touched.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use bottle_run::backend::BackendError;
use bottle_run::{
    AskedValues, Entropy, EntropyError, HostValues, PrepareError, PrepareRequest, SystemEntropy,
    ValuesError, check,
};
use bottle_state::{Home, LockState, StateError};

use crate::bench::{Bench, answers, everything_in, name, plan, secret};
use crate::fake::{Act, At, Call};

/// Always the same bytes.
struct Fixed(u8);

impl Entropy for Fixed {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(self.0);
        Ok(())
    }
}

/// Why a check fails, which leaves the folder as it was.
async fn refused(bench: &Bench, request: PrepareRequest) -> PrepareError {
    let before = everything_in(bench.folder.path());
    let answer = check(&bench.fake, request, &mut SystemEntropy).await;
    assert_eq!(everything_in(bench.folder.path()), before);
    answer.unwrap_err()
}

#[tokio::test]
async fn a_missing_image_is_named() {
    let mut bench = Bench::new(&[]);
    bench.fake.has_image = false;
    let error = refused(&bench, bench.request()).await;
    assert!(matches!(error, PrepareError::NoImage { .. }), "{error:?}");
    assert!(error.to_string().contains("agent:1"));
}

#[tokio::test]
async fn a_missing_scanner_is_named_with_what_brings_it() {
    let mut bench = Bench::new(&[]);
    bench.fake.lacks = Some("pipelock:2");
    let mut request = bench.request();
    request.plan.pipelock.image = Some("pipelock:2".parse().unwrap());
    let error = refused(&bench, request).await;
    assert!(matches!(error, PrepareError::NoScanner { .. }), "{error:?}");
    assert!(error.to_string().contains("docker pull pipelock:2"));
}

#[tokio::test]
async fn an_engine_that_fails_is_said() {
    for call in [Call::Engine, Call::Image] {
        let bench = Bench::new(&[(At::Every(call), Act::Fail)]);
        let error = refused(&bench, bench.request()).await;
        let engine = matches!(error, PrepareError::Backend(BackendError::Engine { .. }));
        assert!(engine, "{error:?}");
        assert_eq!(bench.fake.names().last(), Some(&call));
    }
}

#[tokio::test]
async fn every_missing_variable_is_named_before_the_engine_is_asked() {
    let bench = Bench::new(&[]);
    let mut request = bench.request();
    request.host_values = HostValues::gather(&plan(), |_| Ok(None));
    let error = refused(&bench, request).await;
    let PrepareError::Values(ValuesError { missing, refused }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(missing, [name("OTHER"), name("TOKEN")].into());
    assert!(refused.is_empty());
    assert!(bench.fake.names().is_empty());
}

#[tokio::test]
async fn a_question_without_an_answer_writes_nothing() {
    let bench = Bench::new(&[]);
    let checked = check(&bench.fake, bench.request(), &mut SystemEntropy)
        .await
        .unwrap();
    let questions = checked.questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].name, name("ASKED"));
    assert_eq!(questions[0].prompt, "What?");
    let error = checked
        .commit(&AskedValues::none(), &mut SystemEntropy)
        .unwrap_err();
    let missing = matches!(&error, PrepareError::Values(values) if values.missing.len() == 1);
    assert!(missing, "{error:?}");
    assert_eq!(everything_in(bench.folder.path()), "");
}

#[tokio::test]
async fn a_home_that_cannot_be_one_is_refused() {
    let bench = Bench::new(&[]);
    let file = bench.folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    for path in [
        file.join("home"),
        bench
            .folder
            .path()
            .join(std::ffi::OsStr::from_bytes(b"\xff")),
    ] {
        let mut request = bench.request();
        request.home = Home::new(path);
        let error = refused(&bench, request).await;
        assert!(matches!(error, PrepareError::State(_)), "{error:?}");
        assert!(bench.fake.names().is_empty());
    }
}

#[tokio::test]
async fn a_state_folder_that_cannot_be_made_leaves_nothing() {
    let bench = Bench::new(&[]);
    let home = bench.folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    // A file where the state folders go: not even root can write below it.
    std::fs::write(home.join("state"), "mine").unwrap();
    let before = everything_in(bench.folder.path());
    let error = bench.prepare().await.unwrap_err();
    assert!(matches!(error, PrepareError::State(_)), "{error:?}");
    assert_eq!(everything_in(bench.folder.path()), before);
}

#[tokio::test]
async fn a_check_that_is_dropped_leaves_nothing() {
    let bench = Bench::new(&[]);
    let checked = check(&bench.fake, bench.request(), &mut SystemEntropy)
        .await
        .unwrap();
    assert_eq!(checked.plan(), &plan());
    assert_eq!(checked.engine().version, "28.5.2");
    assert_eq!(checked.folded().slots.len(), 1);
    drop(checked);
    assert_eq!(everything_in(bench.folder.path()), "");
    assert_eq!(bench.fake.names(), [Call::Engine, Call::Image]);
}

#[tokio::test]
async fn a_prepared_bottle_that_is_dropped_takes_its_folder_with_it() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    assert!(prepared.state().path().join("metadata.json").is_file());
    assert_eq!(prepared.state().lock_state().unwrap(), LockState::Held);
    assert!(!everything_in(bench.folder.path()).contains(&secret("")));
    drop(prepared);
    assert!(bench.home().identities().unwrap().is_empty());
    assert_eq!(bench.fake.names(), [Call::Engine, Call::Image]);
}

#[tokio::test]
async fn a_name_that_exists_is_not_taken_over() {
    let bench = Bench::new(&[]);
    let make = async || check(&bench.fake, bench.request(), &mut Fixed(7)).await;
    let first = make().await.unwrap();
    let first = first.commit(&answers(), &mut SystemEntropy).unwrap();
    let files = |path: &Path| everything_in(path);
    let before = files(bench.folder.path());
    let second = make().await.unwrap();
    assert_eq!(second.identity(), first.identity());
    let error = second.commit(&answers(), &mut SystemEntropy).unwrap_err();
    let exists = matches!(error, PrepareError::State(StateError::Exists { .. }));
    assert!(exists, "{error:?}");
    assert_eq!(files(bench.folder.path()), before);
    assert_eq!(first.state().lock_state().unwrap(), LockState::Held);
}
