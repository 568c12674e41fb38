//! Metadata: what is written is read back, what is not ours is refused.
#![cfg(test)]

use std::path::PathBuf;

use bottle_core::Workspace;
use bottle_state::{
    Access, Home, ImageIds, METADATA_VERSION, Metadata, NetworkCidrs, StateError, Timestamp,
};
use ipnet::Ipv4Net;
use proptest::prelude::*;

fn subnets() -> impl Strategy<Value = NetworkCidrs> {
    let subnet = || {
        (any::<u32>(), 0_u8..=32)
            .prop_map(|(bits, length)| Ipv4Net::new(bits.into(), length).unwrap())
    };
    (subnet(), subnet()).prop_map(|(internal, egress)| NetworkCidrs { internal, egress })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let names = ("[a-z][a-z0-9]{0,9}", "[a-z][a-z0-9-]{0,9}", "[0-9a-z]{5}");
    let rest = (
        "\\PC{0,20}",
        0_i64..100_000_000_000,
        proptest::option::of(subnets()),
        proptest::option::of("[ -~]{0,20}"),
        proptest::option::of("[ -~]{0,20}"),
        (
            proptest::sample::select(&Workspace::ALL[..]),
            any::<u32>(),
            proptest::option::of("/[ -~]{0,20}"),
            proptest::option::of("/[ -~]{0,20}"),
            proptest::collection::vec("[ -~]{0,20}", 0..3),
            any::<bool>(),
        ),
    );
    (names, rest).prop_map(
        |(
            (agent, bottle, suffix),
            (
                cwd,
                seconds,
                networks,
                agent_image,
                sidecar,
                (workspace, resumed, agent_home, transcript, placeholders, provisioned),
            ),
        )| Metadata {
            version: METADATA_VERSION,
            identity: format!("{agent}-{suffix}").parse().unwrap(),
            agent: agent.parse().unwrap(),
            bottle: bottle.trim_end_matches('-').parse().unwrap(),
            cwd: PathBuf::from(cwd),
            workspace,
            resumed,
            agent_home,
            transcript,
            placeholders,
            provisioned,
            started_at: Timestamp::new(time::OffsetDateTime::from_unix_timestamp(seconds).unwrap()),
            compose_project: format!("bottle-{agent}-{suffix}"),
            networks,
            images: ImageIds {
                agent: agent_image,
                git_gate: sidecar.clone(),
                sidecar,
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn is_read_back_as_written(metadata in metadata()) {
        let temporary = tempfile::tempdir().unwrap();
        let state = Home::new(temporary.path()).state(&metadata.identity);
        let _lock = state.create().unwrap();
        state.write_metadata(&metadata).unwrap();
        prop_assert_eq!(state.metadata().unwrap(), Some(metadata));
    }
}

/// A state folder whose metadata is the given text.
fn with_metadata(text: &str) -> Result<Option<Metadata>, StateError> {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&"agent-aaaaa".parse().unwrap());
    let _lock = state.create()?;
    state.folder().write(
        &"metadata.json".parse().unwrap(),
        text.as_bytes(),
        Access::Private,
    )?;
    state.metadata()
}

const WRITTEN: &str = r#"{
  "version": 1,
  "identity": "agent-aaaaa",
  "agent": "agent",
  "bottle": "web",
  "cwd": "/srv/project",
  "workspace": "copy",
  "started_at": "2026-05-25T23:16:00Z",
  "resumed": 2,
  "agent_home": "/home/agent",
  "transcript": "/home/agent/.claude/projects",
  "provisioned": true,
  "compose_project": "bottle-agent-aaaaa",
  "networks": {
    "internal": "10.213.0.0/28",
    "egress": "10.213.0.16/28"
  },
  "images": {
    "agent": "sha256:aa",
    "sidecar": null
  }
}
"#;

#[test]
fn has_this_shape() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&"agent-aaaaa".parse().unwrap());
    let _lock = state.create().unwrap();
    let metadata = with_metadata(WRITTEN).unwrap().unwrap();
    state.write_metadata(&metadata).unwrap();
    let bytes = state
        .folder()
        .read(&"metadata.json".parse().unwrap(), 4096)
        .unwrap()
        .unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), WRITTEN);
}

#[test]
fn what_came_later_may_be_missing() {
    let older = WRITTEN.replace("  \"workspace\": \"copy\",\n", "");
    let older = older.replace("  \"resumed\": 2,\n  \"agent_home\": \"/home/agent\",\n  \"transcript\": \"/home/agent/.claude/projects\",\n  \"provisioned\": true,\n", "");
    let metadata = with_metadata(&older).unwrap().unwrap();
    assert_eq!(metadata.workspace, Workspace::None);
    assert_eq!((metadata.resumed, metadata.agent_home), (0, None));
    let odd = WRITTEN.replace("\"copy\"", "\"all\"");
    assert!(matches!(
        with_metadata(&odd),
        Err(StateError::Metadata { .. })
    ));
}

#[test]
fn none_is_not_an_error() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&"agent-aaaaa".parse().unwrap());
    let _lock = state.create().unwrap();
    assert_eq!(state.metadata().unwrap(), None);
}

#[test]
fn what_is_not_ours_is_refused() {
    let newer = WRITTEN.replace("\"version\": 1", "\"version\": 2, \"future\": true");
    assert!(matches!(
        with_metadata(&newer),
        Err(StateError::Version { found: 2, .. })
    ));
    let unknown = WRITTEN.replace("\"version\": 1", "\"version\": 1, \"extra\": true");
    assert!(matches!(
        with_metadata(&unknown),
        Err(StateError::Metadata { .. })
    ));
    let misplaced = WRITTEN.replace(
        "\"identity\": \"agent-aaaaa\"",
        "\"identity\": \"agent-bbbbb\"",
    );
    assert!(matches!(
        with_metadata(&misplaced),
        Err(StateError::Misplaced { .. })
    ));
    let escaping = WRITTEN.replace(
        "\"identity\": \"agent-aaaaa\"",
        "\"identity\": \"../agent-aaaaa\"",
    );
    assert!(matches!(
        with_metadata(&escaping),
        Err(StateError::Metadata { .. })
    ));
    assert!(matches!(
        with_metadata(""),
        Err(StateError::Metadata { .. })
    ));
    let long = format!("{}{WRITTEN}", " ".repeat(70_000));
    assert!(matches!(with_metadata(&long), Err(StateError::Io { .. })));
}
