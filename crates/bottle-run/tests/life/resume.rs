//! A kept bottle again, and one that is ended from outside.

use std::path::Path;

use bottle_core::{Identity, Provider, Workspace};
use bottle_run::backend::DownScope;
use bottle_run::{
    CleanupPlan, Conduct, HaltError, Halted, LeftoverState, NotRemovable, PrepareError,
    PrepareRequest, RunError, Running, Settled, Step, halt, survey,
};
use bottle_state::{Mark, StateError};

use crate::bench::{Bench, KEYS, assert_free, decoy, session};
use crate::fake::{Act, At, Call, Fake, LOGS};

fn again(bench: &Bench, identity: &Identity) -> PrepareRequest {
    PrepareRequest {
        resume: Some(identity.clone()),
        ..bench.request()
    }
}

/// A request for a bottle whose program keeps conversations, with a copy of the folder.
fn with_copy(bench: &Bench) -> PrepareRequest {
    let mut request = bench.request();
    request.plan.provider = Provider::Claude;
    request.plan.workspace = Workspace::Copy;
    request.cwd = bench.folder.path().join("project");
    std::fs::create_dir_all(&request.cwd).unwrap();
    std::fs::write(request.cwd.join("notes.txt"), "from the operator\n").unwrap();
    request
}

fn archive(name: &str, text: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o600);
    header.set_size(text.len().try_into().unwrap());
    archive
        .append_data(&mut header, name, text.as_bytes())
        .unwrap();
    archive.into_inner().unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_kept_bottle_goes_on_under_its_name_and_is_gone_when_it_ends_well() {
    let bench = Bench::new(&[]);
    let first = bench.run(7).await.unwrap();
    let state = bench.home().state(&first.identity);
    assert_eq!(state.mark().unwrap(), Some(Mark::Automatic));
    let earlier = state.metadata().unwrap().unwrap();

    let second = bench
        .run_as(again(&bench, &first.identity), 7)
        .await
        .unwrap();
    assert_eq!(second.identity, first.identity);
    let metadata = state.metadata().unwrap().unwrap();
    assert_eq!((earlier.resumed, metadata.resumed), (0, 1));
    assert_eq!(metadata.agent, earlier.agent);
    for key in KEYS {
        assert!(!state.path().join(key).exists(), "{key}");
    }

    let third = bench
        .run_as(again(&bench, &first.identity), 0)
        .await
        .unwrap();
    assert_eq!(third.ended.unwrap().settled, Settled::Removed);
    assert!(!state.path().exists());
    bench.assert_no_leak("resumed");
}

#[tokio::test]
async fn what_somebody_wants_kept_stays_when_it_ends_well() {
    let bench = Bench::new(&[]);
    let first = bench.run(7).await.unwrap();
    let state = bench.home().state(&first.identity);
    state.preserve(Mark::Asked).unwrap();
    let second = bench
        .run_as(again(&bench, &first.identity), 0)
        .await
        .unwrap();
    assert!(matches!(
        second.ended.unwrap().settled,
        Settled::Kept { .. }
    ));
    assert_eq!(state.mark().unwrap(), Some(Mark::Asked));
}

#[tokio::test]
async fn a_resume_that_fails_loses_nothing() {
    for call in [
        Call::SidecarImage,
        Call::CreateNetwork,
        Call::Up,
        Call::WaitReady,
        Call::Upload,
    ] {
        let bench = Bench::new(&[]);
        bench.fake.look(|engine| {
            let text = "{\"said\":\"hello\"}\n";
            let talk = archive("projects/-workspace/1.jsonl", text);
            engine
                .files
                .insert("/home/bottle/.claude/projects".to_owned(), talk);
            engine.files.insert(
                "/workspace".to_owned(),
                archive("workspace/made.txt", "made\n"),
            );
        });
        let first = bench.run_as(with_copy(&bench), 1).await.unwrap();
        let path = bench.home().state(&first.identity).path().to_owned();
        let talk = path.join("transcript/-workspace/1.jsonl");
        let copy = std::fs::read(path.join("workspace.tar")).unwrap();
        assert!(talk.is_file());

        let failing = Bench {
            fake: Fake::new(path.clone(), &[(At::First(call), Act::Fail)]),
            folder: bench.folder,
        };
        let request = PrepareRequest {
            resume: Some(first.identity.clone()),
            ..with_copy(&failing)
        };
        let second = failing.run_as(request, 0).await.unwrap();
        assert!(second.ended.unwrap().result.is_err(), "{call:?}");
        assert!(talk.is_file(), "{call:?}");
        assert_eq!(
            std::fs::read(path.join("workspace.tar")).unwrap(),
            copy,
            "{call:?}"
        );
    }
}

#[tokio::test]
async fn the_conversation_and_the_copy_come_back() {
    let bench = Bench::new(&[]);
    bench.fake.look(|engine| {
        let talk = archive("projects/-workspace/1.jsonl", "{\"said\":\"hello\"}\n");
        engine
            .files
            .insert("/home/bottle/.claude/projects".to_owned(), talk);
        engine.files.insert(
            "/workspace".to_owned(),
            archive("workspace/made.txt", "made inside\n"),
        );
    });
    let first = bench.run_as(with_copy(&bench), 1).await.unwrap();
    let steps = first.ended.unwrap().steps;
    assert!(
        steps.contains(&Step::Workspace) && steps.contains(&Step::Save),
        "{steps:?}"
    );
    assert!(!steps.contains(&Step::Transcript));
    let uploads = bench
        .fake
        .look(|engine| std::mem::take(&mut engine.uploads));
    assert!(
        uploads
            .iter()
            .any(|(folder, bytes)| folder == "/" && holds(bytes, "from the operator"))
    );
    // The image does not know the user, so the session is told.
    let told = bench.fake.look(|engine| engine.environments.clone());
    assert_eq!(
        told[0].get("HOME").map(String::as_str),
        Some("/home/bottle")
    );

    let request = PrepareRequest {
        resume: Some(first.identity.clone()),
        ..with_copy(&bench)
    };
    let second = bench.run_as(request, 0).await.unwrap();
    assert!(second.ended.unwrap().steps.contains(&Step::Transcript));
    let uploads = bench
        .fake
        .look(|engine| std::mem::take(&mut engine.uploads));
    let has = |folder: &str, text: &str| {
        let mut found = uploads.iter();
        found.any(|(at, bytes)| at == folder && holds(bytes, text))
    };
    assert!(has("/", "made inside") && !has("/", "from the operator"));
    assert!(has("/home/bottle", "{\"said\":\"hello\"}"));
    assert!(!bench.home().state(&first.identity).path().exists());
}

#[tokio::test]
async fn a_session_that_went_well_leaves_no_copy_to_save() {
    let bench = Bench::new(&[]);
    let outcome = bench.run_as(with_copy(&bench), 0).await.unwrap();
    assert!(!outcome.ended.unwrap().steps.contains(&Step::Save));
    let calls = bench.fake.names();
    // The list of users at the start, and nothing at the end.
    assert_eq!(
        calls.iter().filter(|call| **call == Call::Download).count(),
        1
    );
}

#[tokio::test]
async fn only_what_is_kept_and_nobody_has_can_be_resumed() {
    let bench = Bench::new(&[]);
    let unknown: Identity = "dev-zzzzz".parse().unwrap();
    let error = bench.prepare_as(again(&bench, &unknown)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::NothingKept { .. }),
        "{error:?}"
    );

    let running = bench.prepare().await.unwrap();
    let error = bench
        .prepare_as(again(&bench, running.identity()))
        .await
        .unwrap_err();
    assert!(
        matches!(error, PrepareError::State(StateError::Locked { .. })),
        "{error:?}"
    );
    drop(running);

    let kept = bench.run(1).await.unwrap().identity;
    let first = bench.prepare_as(again(&bench, &kept)).await.unwrap();
    let error = bench.prepare_as(again(&bench, &kept)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::State(StateError::Locked { .. })),
        "{error:?}"
    );
    drop(first);
    // Dropped without having run, it is there as it was.
    let state = bench.home().state(&kept);
    assert_free(&state, "dropped");
    assert_eq!(state.mark().unwrap(), Some(Mark::Automatic));

    let label = bench.label();
    let left = decoy(&kept.to_string(), &label, "192.168.9.0/28");
    bench.fake.look(|engine| engine.things.extend(left));
    let error = bench.prepare_as(again(&bench, &kept)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::StillThere { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn networks_that_are_on_their_way_out_do_not_hold_a_resume_up() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    let conduct = Conduct {
        teardown: DownScope::Containers,
        ..bench.conduct()
    };
    let work = async |running: &Running<'_, Fake>| session(running, 1).await;
    let first = bench.finish(prepared, conduct, work).await;
    let removed = first.ended.unwrap().removed;
    assert_eq!(
        (removed.networks.len(), removed.networks_left.len()),
        (0, 2)
    );
    assert!(bench.is_in_engine(&first.identity));
    // Nor does a cleanup take them for a bottle that has something to save: its logs are.
    let live = bench.fake.look(|engine| engine.live(&bench.label()));
    let own = live
        .into_iter()
        .filter(|each| each.identity == first.identity);
    let found = survey(&bench.home(), own.collect()).unwrap();
    let plan = CleanupPlan::new(&found, &bench.home());
    let logs = bench
        .fake
        .names()
        .iter()
        .filter(|call| **call == Call::Logs)
        .count();
    let networks = bench.fake.look(|engine| engine.things.clone());
    plan.execute(&bench.fake, &bench.home()).await.unwrap();
    let again_logs = bench
        .fake
        .names()
        .iter()
        .filter(|call| **call == Call::Logs)
        .count();
    assert_eq!(again_logs, logs);
    bench.fake.look(|engine| engine.things = networks);
    let second = bench
        .run_as(again(&bench, &first.identity), 0)
        .await
        .unwrap();
    assert_eq!(second.ended.unwrap().settled, Settled::Removed);
    assert!(!bench.is_in_engine(&first.identity));
}

/// A bottle whose process was killed in its session.
async fn orphan(bench: &Bench, request: PrepareRequest) -> Identity {
    let prepared = bench.prepare_as(request).await.unwrap();
    let identity = prepared.identity().clone();
    let work = async |running: &Running<'_, Fake>| session(running, 0).await;
    let mut run = Box::pin(prepared.run(bench.conduct(), work));
    let session = async {
        while bench.fake.names().last() != Some(&Call::Exec) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut run => panic!("it ended"),
        () = session => {}
    }
    drop(run);
    assert_free(&bench.home().state(&identity), "dropped");
    identity
}

#[tokio::test]
async fn who_is_ending_a_bottle_already_is_waited_for_and_not_told_to_end() {
    let bench = Bench::new(&[(At::First(Call::Exec), Act::Block)]);
    let identity = orphan(&bench, bench.request()).await;
    let state = bench.home().state(&identity);
    let lock = state.lock_to_end().unwrap();
    let ending = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(lock);
    });
    // It would have been refused at once, or have ended this process.
    let halted = halt(&bench.fake, &bench.home(), &identity).await.unwrap();
    assert!(matches!(halted, Halted::Here(_)), "{halted:?}");
    assert!(ending.is_finished());
    ending.join().unwrap();
}

#[tokio::test]
async fn a_bottle_that_nobody_looks_after_is_ended_and_can_be_resumed() {
    let bench = Bench::new(&[(At::First(Call::Exec), Act::Block)]);
    bench.fake.look(|engine| {
        let copy = archive("workspace/made.txt", "made inside\n");
        engine.files.insert("/workspace".to_owned(), copy);
    });
    let identity = orphan(&bench, with_copy(&bench)).await;
    let home = bench.home();
    let halted = halt(&bench.fake, &home, &identity).await.unwrap();
    assert!(matches!(halted, Halted::Here(removed) if removed.containers.len() == 4));
    let state = home.state(&identity);
    assert_eq!(state.mark().unwrap(), Some(Mark::Automatic));
    let log = std::fs::read_to_string(state.path().join("compose.log")).unwrap();
    assert_eq!(log, LOGS);
    assert!(state.path().join("workspace.tar").is_file());
    for key in KEYS {
        assert!(!state.path().join(key).exists(), "{key}");
    }
    let error = halt(&bench.fake, &home, &identity).await.unwrap_err();
    assert!(matches!(error, HaltError::NotRunning { .. }), "{error:?}");
    let resumed = PrepareRequest {
        resume: Some(identity),
        ..with_copy(&bench)
    };
    bench.fake.heal();
    assert_eq!(
        bench
            .run_as(resumed, 0)
            .await
            .unwrap()
            .ended
            .unwrap()
            .settled,
        Settled::Removed
    );
}

#[tokio::test]
async fn nothing_is_removed_that_could_not_be_saved() {
    let bench = Bench::new(&[(At::First(Call::Exec), Act::Block)]);
    let identity = orphan(&bench, with_copy(&bench)).await;
    let failing = Fake::new(
        bench.folder.path().to_owned(),
        &[(At::Every(Call::Download), Act::Fail)],
    );
    failing.look(|engine| engine.things = bench.fake.look(|engine| engine.things.clone()));
    let error = halt(&failing, &bench.home(), &identity).await.unwrap_err();
    assert!(matches!(error, HaltError::Leavings(_)), "{error:?}");
    assert!(!failing.names().contains(&Call::Down));
}

#[tokio::test]
async fn a_bottle_that_is_named_goes_although_it_is_kept_unless_it_runs() {
    let bench = Bench::new(&[]);
    let kept = bench.run(1).await.unwrap().identity;
    let running = bench.prepare().await.unwrap();
    let home = bench.home();
    let found = survey(&home, Vec::new()).unwrap();
    assert!(CleanupPlan::new(&found, &home).is_empty());
    let refused = CleanupPlan::of_named(&found, &[running.identity().clone()], &home);
    assert!(matches!(refused, Err(NotRemovable::Running(_))));
    let refused = CleanupPlan::of_named(&found, &["dev-zzzzz".parse().unwrap()], &home);
    assert!(matches!(refused, Err(NotRemovable::Unknown(_))));
    let plan = CleanupPlan::of_named(&found, std::slice::from_ref(&kept), &home).unwrap();
    let cleaned = plan.execute(&bench.fake, &home).await.unwrap();
    assert!(cleaned[0].result.is_ok());
    assert!(!home.state(&kept).path().exists());
    assert!(Path::new(running.state().path()).exists());
}

#[tokio::test]
async fn a_folder_that_is_gone_or_a_link_is_not_replaced_by_another() {
    let bench = Bench::new(&[]);
    let mut request = with_copy(&bench);
    let elsewhere = bench.folder.path().join("elsewhere");
    std::os::unix::fs::symlink(&request.cwd, &elsewhere).unwrap();
    request.cwd.clone_from(&elsewhere);
    let error = bench.prepare_as(request).await.unwrap_err();
    std::fs::remove_file(elsewhere).unwrap();
    assert!(matches!(error, PrepareError::Elsewhere { .. }), "{error:?}");

    // It goes between the start and the copying.
    let request = with_copy(&bench);
    let folder = request.cwd.clone();
    let prepared = bench.prepare_as(request).await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let work = async |running: &Running<'_, Fake>| session(running, 0).await;
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    let result: Result<u8, RunError> = outcome.ended.unwrap().result;
    assert!(matches!(result, Err(RunError::Pack(_))), "{result:?}");
}

#[tokio::test]
async fn what_could_not_be_saved_stays_in_its_containers_until_it_can_be() {
    let bench = Bench::new(&[]);
    bench.fake.look(|engine| {
        let copy = archive("workspace/made.txt", "made inside\n");
        engine.files.insert("/workspace".to_owned(), copy);
    });
    let prepared = bench.prepare_as(with_copy(&bench)).await.unwrap();
    // From the session on, nothing can be packed.
    let work = async |running: &Running<'_, Fake>| {
        bench.fake.rule(At::Every(Call::Download), Act::Fail);
        session(running, 1).await
    };
    let first = bench.finish(prepared, bench.conduct(), work).await;
    let ended = first.ended.unwrap();
    assert!(!ended.teardown.is_empty());
    assert!(bench.is_in_engine(&first.identity));
    let state = bench.home().state(&first.identity);
    assert_eq!(state.mark().unwrap(), Some(Mark::Automatic));
    assert!(!state.path().join("workspace.tar").exists());
    bench.fake.heal();
    halt(&bench.fake, &bench.home(), &first.identity)
        .await
        .unwrap();
    assert!(!bench.is_in_engine(&first.identity));
    assert!(state.path().join("workspace.tar").is_file());
}

#[tokio::test]
async fn a_copy_that_was_not_put_in_yet_does_not_replace_the_one_that_is_kept() {
    let bench = Bench::new(&[]);
    bench.fake.look(|engine| {
        let copy = archive("workspace/made.txt", "made inside\n");
        engine.files.insert("/workspace".to_owned(), copy);
    });
    let first = bench.run_as(with_copy(&bench), 1).await.unwrap();
    let kept = bench
        .home()
        .state(&first.identity)
        .path()
        .join("workspace.tar");
    let before = std::fs::read(&kept).unwrap();
    // Killed while it is put back: what the engine has by then is an empty folder.
    let stuck = Bench {
        fake: Fake::new(
            bench.folder.path().to_owned(),
            &[(At::First(Call::Upload), Act::Block)],
        ),
        folder: bench.folder,
    };
    stuck.fake.look(|engine| {
        engine
            .files
            .insert("/workspace".to_owned(), archive("workspace/", ""))
    });
    let request = PrepareRequest {
        resume: Some(first.identity.clone()),
        ..with_copy(&stuck)
    };
    let prepared = stuck.prepare_as(request).await.unwrap();
    let work = async |running: &Running<'_, Fake>| session(running, 0).await;
    let mut run = Box::pin(prepared.run(stuck.conduct(), work));
    tokio::select! {
        _ = &mut run => panic!("it ended"),
        () = async { while stuck.fake.names().last() != Some(&Call::Upload) { tokio::task::yield_now().await; } } => {}
    }
    drop(run);
    assert_free(&stuck.home().state(&first.identity), "dropped");
    halt(&stuck.fake, &stuck.home(), &first.identity)
        .await
        .unwrap();
    assert_eq!(std::fs::read(&kept).unwrap(), before);
}

#[tokio::test]
async fn a_cleanup_saves_what_is_kept_and_looks_again_after_the_question() {
    let bench = Bench::new(&[(At::First(Call::Exec), Act::Block)]);
    bench.fake.look(|engine| {
        let copy = archive("workspace/made.txt", "made inside\n");
        engine.files.insert("/workspace".to_owned(), copy);
    });
    let identity = orphan(&bench, with_copy(&bench)).await;
    let (home, label) = (bench.home(), bench.label());
    let live = bench.fake.look(|engine| engine.live(&label));
    let plan = CleanupPlan::new(&survey(&home, live).unwrap(), &home);
    assert_eq!(plan.bottles[0].state, LeftoverState::Remove);
    // While the question stands open, somebody marks it.
    home.state(&identity).preserve(Mark::Asked).unwrap();
    let cleaned = plan.execute(&bench.fake, &home).await.unwrap();
    assert!(cleaned[0].result.is_ok(), "{cleaned:?}");
    assert!(!bench.is_in_engine(&identity));
    let state = home.state(&identity);
    assert!(state.path().join("workspace.tar").is_file());
    for key in KEYS {
        assert!(!state.path().join(key).exists(), "{key}");
    }
}
