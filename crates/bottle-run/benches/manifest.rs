//! From the text of manifests to the files of a bottle, beside a yardstick in the same run: what an independent reader
//! of YAML needs for the text alone.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot be set up has nothing to say"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use bottle_compose::{Images, InterfaceSettings, LaunchFacts, NetworkFacts, Networks, UserIds};
use bottle_core::{BottleManifest, BottlePlan, Identity, IdentitySuffix, KnownRules, ManifestSet};
use bottle_egress::fold;
use criterion::{Criterion, criterion_group, criterion_main};

/// A bottle as people write them.
const TYPICAL: &str = "\
provider: claude
image: bottle-agent:latest
env:
  EDITOR: vi
  NPM_TOKEN: ${HOST_NPM_TOKEN}
limits: {pids: 1024, memory: 4g}
egress:
  routes:
    - host: api.anthropic.com
      role: claude_code_oauth
      auth: {scheme: Bearer, token_ref: CLAUDE_CODE_OAUTH_TOKEN}
    - host: api.github.com
      path_allowlist: [/repos/acme/app, /repos/acme/web]
      methods: [GET, POST]
      auth: {scheme: Bearer, token_ref: GITHUB_TOKEN}
    - host: github.com
      methods: [GET, POST]
    - host: '*.cdn.example.com'
      ports: [443, 8443]
  allowlist: [pypi.org, files.pythonhosted.org, docs.python.org]
expect:
  - allow POST https://api.anthropic.com/v1/messages
  - deny GET https://api.github.com/user
";

fn facts() -> LaunchFacts {
    let network = |role: &str, subnet: &str| NetworkFacts {
        name: format!("bottle-dev-00000-{role}"),
        subnet: subnet.parse().unwrap(),
    };
    LaunchFacts {
        identity: Identity::new(&"dev".parse().unwrap(), IdentitySuffix::from_random([0; 8])),
        home: "/home/me/.claude-bottle".to_owned(),
        state_dir: "/home/me/.claude-bottle/state/dev-00000".to_owned(),
        queue_dir: "/home/me/.claude-bottle/queue/dev-00000".to_owned(),
        networks: Networks {
            internal: network("internal", "10.213.0.16/28"),
            egress: network("egress", "10.213.0.0/28"),
        },
        interface_settings: InterfaceSettings::OfEndpoint,
        images: Images {
            agent: "bottle-agent:latest".parse().unwrap(),
            sidecar: "bottle-sidecar:0123456789ab".parse().unwrap(),
            git_gate: None,
        },
        agent_runtime: None,
        agent_user: UserIds {
            uid: 1000,
            gid: 1000,
        },
        workspace: Vec::new(),
        working_dir: None,
        sidecar_user: UserIds {
            uid: 1000,
            gid: 1000,
        },
        resolvers: Vec::new(),
        agent_hold: ["sleep", "infinity"].map(str::to_owned).to_vec(),
    }
}

/// Every policy file and the compose file of a plan; answers their length.
fn rendered(plan: &BottlePlan, facts: &LaunchFacts) -> usize {
    let table = fold(plan).table;
    let routes = table.to_yaml().unwrap();
    let pipelock = bottle_pipelock::render(plan, &table).to_yaml().unwrap();
    let compose = bottle_compose::render(plan, facts)
        .unwrap()
        .to_yaml()
        .unwrap();
    routes.len() + pipelock.len() + compose.len()
}

fn write(home: &Path, name: &str, text: &str) {
    fs::write(
        home.join("bottles").join(format!("{name}.md")),
        format!("---\n{text}---\n"),
    )
    .unwrap();
}

fn one_bottle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one bottle");
    let text = format!("---\n{TYPICAL}---\n");
    group.bench_function("yardstick: YAML read by serde_yaml", |bencher| {
        bencher.iter(|| serde_yaml::from_str::<serde_yaml::Value>(black_box(TYPICAL)).unwrap());
    });
    group.bench_function("parse", |bencher| {
        bencher.iter(|| BottleManifest::read("dev.md", black_box(&text)).unwrap());
    });
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("bottles")).unwrap();
    write(home.path(), "dev", TYPICAL);
    let set = ManifestSet::open(home.path(), None, KnownRules::Any).unwrap();
    let name = "dev".parse().unwrap();
    let plan = set.resolve_bottle(&name).unwrap().plan;
    let facts = facts();
    group.bench_function("fold and render", |bencher| {
        bencher.iter(|| rendered(black_box(&plan), &facts));
    });
    group.bench_function("read the file, parse, fold and render", |bencher| {
        bencher.iter(|| rendered(&set.resolve_bottle(black_box(&name)).unwrap().plan, &facts));
    });
    group.finish();
}

fn a_thousand(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("1000 bottles");
    group.sample_size(10);
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("bottles")).unwrap();
    write(home.path(), "base", TYPICAL);
    for number in 0..10 {
        let text = format!("extends: base\nenv: {{TEAM: t{number}}}\n");
        write(home.path(), &format!("team-{number}"), &text);
    }
    for number in 0..989 {
        let text = format!(
            "extends: team-{}\nenv: {{NAME: n{number}}}\negress:\n  allowlist: [h{number}.example.com]\n",
            number % 10
        );
        write(home.path(), &format!("b-{number}"), &text);
    }
    let facts = facts();
    group.bench_function(
        "read the files, parse, extend, fold and render all",
        |bencher| {
            bencher.iter(|| {
                let set = ManifestSet::open(home.path(), None, KnownRules::Any).unwrap();
                let checked = set.check_all();
                assert_eq!(checked.len(), 1000);
                let plans = checked
                    .iter()
                    .map(|each| &each.result.as_ref().unwrap().plan);
                plans.map(|plan| rendered(plan, &facts)).sum::<usize>()
            });
        },
    );
    group.finish();
}

criterion_group!(benches, one_bottle, a_thousand);
criterion_main!(benches);
