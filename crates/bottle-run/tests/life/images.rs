//! Images that are built: when, of what, and under which name.

use std::fs;
use std::sync::Mutex;

use bottle_core::{ImageRef, Provider};
use bottle_run::backend::BuildWatch;
use bottle_run::images::{ImageError, LABEL, Recipe, plan, preset};

use crate::bench::Bench;
use crate::fake::{Act, At, Call, Fake};

fn watch() -> BuildWatch<'static> {
    BuildWatch {
        line: &|_| {},
        stop: Box::pin(std::future::pending()),
    }
}

fn recipe(text: &str) -> Recipe {
    Recipe::of_text("dev", text).unwrap()
}

async fn name_of(fake: &Fake, recipe: Recipe) -> ImageRef {
    plan(fake, recipe).await.unwrap().image().clone()
}

#[tokio::test]
async fn an_image_is_built_once() {
    let bench = Bench::new(&[]);
    let lines = Mutex::new(Vec::new());
    let first = plan(&bench.fake, recipe("# syntax=x\nFROM a"))
        .await
        .unwrap();
    assert_eq!(first.found(), None);
    let line = |line: &str| lines.lock().unwrap().push(line.to_owned());
    let watch_lines = BuildWatch {
        line: &line,
        ..watch()
    };
    let facts = first.build(&bench.fake, watch_lines).await.unwrap();
    assert_eq!(facts.reference, *first.image());
    let lines = lines.into_inner().unwrap();
    assert!(lines[0].contains("classic builder"), "{lines:?}");
    let again = plan(&bench.fake, recipe("# syntax=x\nFROM a"))
        .await
        .unwrap();
    assert_eq!(again.found(), Some(&facts));
    again.build(&bench.fake, watch()).await.unwrap();
    let built = bench.fake.look(|engine| engine.built.clone());
    assert_eq!(built.len(), 1);
    let hash = &built[0].labels[LABEL];
    assert_eq!(hash.len(), 64);
    let name = format!("bottle-image-dev:{}", &hash[..16]);
    assert_eq!(built[0].image.as_str(), name);
    assert_eq!(built[0].dockerfile, "Dockerfile");
}

#[tokio::test]
async fn another_content_is_another_name() {
    let fake = Bench::new(&[]).fake;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.Dockerfile");
    fs::write(&path, "FROM a\nCOPY . /\n").unwrap();
    let of_folder = || Recipe::of_dockerfile("dev", &path).unwrap();
    let first = name_of(&fake, of_folder()).await;
    assert_eq!(name_of(&fake, of_folder()).await, first);
    fs::write(folder.path().join("more"), "").unwrap();
    let more = name_of(&fake, of_folder()).await;
    assert_ne!(more, first);
    fs::write(folder.path().join(".dockerignore"), "more").unwrap();
    let ignored = name_of(&fake, of_folder()).await;
    assert!(ignored != more && ignored != first);
    // The list itself is content, what it names is not.
    fs::write(folder.path().join("more"), "changed").unwrap();
    assert_eq!(name_of(&fake, of_folder()).await, ignored);
    let other = Recipe::of_dockerfile("other", &path).unwrap();
    let other = name_of(&fake, other).await;
    assert_eq!(other.as_str().replace("other", "dev"), ignored.as_str());
}

#[tokio::test]
async fn bases_that_are_missing_are_named_with_what_brings_them() {
    let mut fake = Bench::new(&[]).fake;
    fake.has_image = false;
    let text = "FROM bottle-agent:latest AS one\nFROM scratch\nCOPY --from=one / /\nCOPY --from=tools:1 / /\n";
    let error = plan(&fake, recipe(text)).await.unwrap_err();
    let said = error.to_string();
    let parts = [
        "`bottle-agent:latest` (line 1; `bottle image build",
        "`tools:1` (line 4; `docker pull tools:1` brings it)",
    ];
    for part in parts {
        assert!(said.contains(part), "{said}");
    }
    assert!(!fake.names().contains(&Call::BuildImage));
    // What needs nothing can be built without any.
    assert!(plan(&fake, recipe("FROM scratch")).await.is_ok());
}

#[tokio::test]
async fn the_image_of_a_provider_is_built_anew_under_its_own_name() {
    let fake = Bench::new(&[]).fake;
    let base = "my/debian:1".parse().unwrap();
    for _ in 0..2 {
        let facts = preset(&fake, Provider::Codex, Some(&base), watch())
            .await
            .unwrap();
        assert_eq!(facts.reference.as_str(), "bottle-agent:latest");
    }
    let built = fake.look(|engine| engine.built.clone());
    assert_eq!(built.len(), 2);
    assert_eq!(built[0], built[1]);
    assert_eq!(built[0].args["BASE"], "my/debian:1");
}

#[tokio::test]
async fn a_build_that_fails_or_is_interrupted_says_so() {
    let fake = Bench::new(&[(At::First(Call::BuildImage), Act::Fail)]).fake;
    let planned = plan(&fake, recipe("FROM a")).await.unwrap();
    let error = planned.build(&fake, watch()).await.unwrap_err();
    assert!(matches!(error, ImageError::Build { .. }), "{error:?}");
    assert!(!error.is_interrupted());
    planned.build(&fake, watch()).await.unwrap();

    let fake = Bench::new(&[(At::First(Call::BuildImage), Act::Block)]).fake;
    let planned = plan(&fake, recipe("FROM a")).await.unwrap();
    let stopped = BuildWatch {
        stop: Box::pin(std::future::ready(())),
        ..watch()
    };
    let error = planned.build(&fake, stopped).await.unwrap_err();
    assert!(error.is_interrupted(), "{error:?}");
}
