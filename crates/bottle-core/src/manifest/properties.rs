//! What holds for every bottle.
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::Union;

use super::{BottleManifest, overlay, unite};
use crate::diagnostic::Position;
use crate::env::EnvValue;
use crate::plan::{
    AuthScheme, AuthSpec, DlpSpec, GitRemote, ImageSource, LargeBodies, Provider, PushPolicy,
    ResponseAction, Role, RouteSpec, Supervise, WebSocket, Workspace,
};
use crate::source::{Place, Placed, SourceFile};

fn placed<T>(value: T) -> Placed<T> {
    let file = SourceFile {
        name: "any.md".to_owned(),
        text: String::new(),
    };
    let position = Position {
        line: 1,
        column: 1,
        width: 1,
    };
    let place = Place {
        file: Arc::new(file),
        position,
    };
    Placed { value, place }
}

/// Texts of this shape, read as what they are.
fn parsed<T>(shape: &'static str) -> impl Strategy<Value = T> + Clone
where
    T: std::str::FromStr + std::fmt::Debug + Clone,
    T::Err: std::fmt::Debug,
{
    shape.prop_map(|text| text.parse().unwrap())
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &[T]) -> Union<Just<T>> {
    Union::new(all.iter().copied().map(Just))
}

fn maybe<T: std::fmt::Debug + Clone>(
    strategy: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Option<Placed<T>>> + Clone {
    prop::option::of(strategy.prop_map(placed))
}

fn list<T: std::fmt::Debug + Clone>(
    strategy: impl Strategy<Value = T> + Clone,
    key: fn(&T) -> String,
) -> impl Strategy<Value = Option<Vec<Placed<T>>>> + Clone {
    let entries = prop::collection::vec(strategy, 0..4).prop_map(move |entries| {
        let by_key: BTreeMap<String, T> =
            entries.into_iter().map(|each| (key(&each), each)).collect();
        by_key.into_values().map(placed).collect()
    });
    prop::option::of(entries)
}

/// Hosts that are not scanned have the wildcard of any depth alone.
const UNSCANNED: &str = "(\\*\\*\\.)?[a-c]\\.[a-b]\\.example";
const HOST: &str = "(\\*\\.|\\*\\*\\.)?[a-c]\\.[a-b]\\.example";

fn route() -> impl Strategy<Value = RouteSpec> + Clone {
    let auth = (
        one_of(&[AuthScheme::Bearer, AuthScheme::Token, AuthScheme::Basic]),
        parsed("[A-Z]{1,3}"),
        prop::option::of(parsed("x-[a-z]{1,3}")),
    )
        .prop_map(|(scheme, token_ref, header)| AuthSpec {
            scheme,
            token_ref,
            header,
        });
    let dlp = (
        prop::collection::btree_set(parsed("[a-z]{1,3}"), 0..3),
        one_of(&ResponseAction::ALL),
        one_of(&LargeBodies::ALL),
    )
        .prop_map(|(allow, responses, large_bodies)| DlpSpec {
            allow,
            responses,
            large_bodies,
        });
    let websocket = one_of(&[WebSocket::Refused, WebSocket::Granted]);
    let ports =
        prop::collection::btree_set((1_u16..).prop_map(|port| port.try_into().unwrap()), 1..3);
    let paths = prop::collection::vec(parsed("(/[a-z]{1,3}){1,2}"), 0..3);
    let methods = prop::collection::btree_set(parsed("GET|POST|PUT"), 0..3);
    let cidr = prop::collection::vec(parsed("10\\.[1-9]\\.0\\.0/16"), 0..2);
    let first = (parsed(HOST), ports, paths, methods, prop::option::of(auth));
    (first, cidr, dlp, websocket).prop_map(
        |((host, ports, path_allowlist, methods, auth), cidr, dlp, websocket)| RouteSpec {
            host,
            ports,
            path_allowlist,
            methods,
            role: None,
            auth,
            cidr,
            dlp,
            websocket,
        },
    )
}

fn push() -> impl Strategy<Value = PushPolicy> + Clone {
    let patterns = || {
        let pattern = parsed("refs/(heads|tags)/[a-b]{1,2}\\*?");
        prop::collection::btree_set(pattern, 0..3).prop_map(|all| all.into_iter().collect())
    };
    let limits = (1_u32..=10_000, 1_u64..=100_000_000, 1024_u64..=1 << 40);
    (patterns(), patterns(), patterns(), limits).prop_map(
        |(refs, force, delete, (max_refs, max_objects, max_bytes))| PushPolicy {
            refs,
            force,
            delete,
            max_refs,
            max_objects,
            max_bytes,
        },
    )
}

fn remote() -> impl Strategy<Value = GitRemote> + Clone {
    let key = "(ssh-ed25519|ssh-rsa) AAAA[A-Za-z0-9+/]{8}";
    (
        parsed("[a-b]"),
        parsed("ssh://(git@)?[a-b]\\.example(:22)?/[a-z]{1,3}"),
        parsed("(/|~/)[ -~é]{1,6}"),
        prop::option::of(parsed(key)),
        push(),
    )
        .prop_map(
            |(name, upstream, identity_file, known_host_key, push)| GitRemote {
                name,
                upstream,
                identity_file,
                known_host_key,
                extra_hosts: BTreeMap::from([(
                    "git.example".parse().unwrap(),
                    "10.0.0.7".parse().unwrap(),
                )]),
                push,
            },
        )
}

prop_compose! {
    fn bottle()(
        provider in maybe(one_of(&Provider::ALL)),
        image in maybe(prop_oneof![
            parsed("[a-z]{1,3}(:[0-9])?").prop_map(ImageSource::Named),
            "[ -~é]{1,8}".prop_map(ImageSource::Dockerfile),
        ]),
        env in prop::collection::btree_map(parsed("[A-C]"), prop_oneof![
            "[^\0]{0,8}".prop_map(|text| text.parse().unwrap_or(EnvValue::Literal(String::new()))),
            parsed("\\$\\{[A-C]\\}"),
            parsed("\\?[a-z]{0,4}"),
        ].prop_map(placed), 0..3),
        git in list(remote(), |remote| remote.name.to_string()),
        git_user in (maybe(parsed("([!-;=?-~é][ -;=?-~é]{0,4})?[a-z]")), maybe(parsed("[a-z]@[a-z]"))),
        routes in list(route(), |route| route.host.to_string()),
        allowlist in list(parsed::<crate::host_pattern::HostPattern>(HOST), ToString::to_string),
        supervise in maybe(one_of(&[Supervise::Off, Supervise::On])),
        workspace in maybe(one_of(&Workspace::ALL)),
        limits in (maybe(parsed("[1-9](\\.[0-9]{1,3})?")), maybe(parsed("[6-9][0-9]{0,3}m")), maybe((1_i64..4096).prop_map(|number| number.try_into().unwrap()))),
        runtime in maybe(parsed("run[a-z]{1,2}")),
        pipelock in (maybe(parsed("[a-z]{1,3}")), list(parsed::<crate::host_pattern::HostPattern>(UNSCANNED), ToString::to_string)),
        expect in list(parsed::<crate::expectation::Expectation>("(allow|deny) (GET|PUT) https://[a-c]\\.example/[a-z?%\"'#]{0,4}"), ToString::to_string),
    ) -> BottleManifest {
        let (git_user_name, git_user_email) = git_user;
        let (cpus, memory, pids) = limits;
        let (pipelock_image, passthrough) = pipelock;
        BottleManifest {
            extends: Vec::new(),
            provider, image, env, git, git_user_name, git_user_email, routes, allowlist, supervise, workspace,
            cpus, memory, pids, runtime, pipelock_image, passthrough, expect,
        }
    }
}

/// A role as the property of one route at most, and beside an image of the scanner nothing that is not for it.
fn consistent(mut bottle: BottleManifest) -> BottleManifest {
    if bottle.pipelock_image.is_some() {
        for route in bottle.routes.iter_mut().flatten() {
            route.value.dlp = DlpSpec::default();
            route.value.websocket = WebSocket::Refused;
        }
    }
    let routes = bottle.routes.iter_mut().flatten();
    if let Some(route) = routes.into_iter().find(|route| route.value.auth.is_some()) {
        route.value.role = Some(Role::ClaudeCodeOauth);
    }
    bottle
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(bottle in bottle(), parents in prop::collection::btree_set("[a-c]", 0..3)) {
        let mut bottle = consistent(bottle);
        bottle.extends = parents.iter().map(|name| placed(name.parse().unwrap())).collect();
        let text = bottle.print().unwrap();
        let again = BottleManifest::read("printed.md", &text);
        prop_assert_eq!(again.as_ref(), Ok(&bottle), "{}", text);
        prop_assert_eq!(again.unwrap().print().unwrap(), text);
    }

    #[test]
    fn a_child_over_a_child_is_a_child(a in bottle(), b in bottle(), c in bottle()) {
        let left = overlay(overlay(a.clone(), b.clone()), c.clone());
        let right = overlay(a.clone(), overlay(b, c));
        prop_assert_eq!(left, right);
        prop_assert_eq!(&overlay(a.clone(), BottleManifest::default()), &a);
        prop_assert_eq!(&overlay(BottleManifest::default(), a.clone()), &a);
    }

    #[test]
    fn parents_may_be_grouped_as_one_likes(a in bottle(), b in bottle(), c in bottle()) {
        let left = unite(a.clone(), b.clone()).and_then(|ab| unite(ab, c.clone())).ok();
        let right = unite(b, c).and_then(|bc| unite(a.clone(), bc)).ok();
        prop_assert_eq!(left, right);
        prop_assert_eq!(unite(a.clone(), BottleManifest::default()), Ok(a.clone()));
        prop_assert_eq!(unite(BottleManifest::default(), a.clone()), Ok(a.clone()));
        prop_assert_eq!(unite(a.clone(), a.clone()), Ok(a.clone()));
    }
}
