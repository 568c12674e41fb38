//! The scan of pushes, beside `gitleaks detect` on the same commits in the same run.
//!
//!     cargo bench -p bottle-git-gate [-- --quick | --rounds N]
//!     BOTTLE_GITLEAKS=/path/to/gitleaks cargo bench -p bottle-git-gate
//!
//!     cargo bench -p bottle-git-gate -- --repository PATH     what is found in a repository at hand, and how fast
//!
//! Three pushes: one of many commits, one of large files, and the corpus of the tests (who finds how much). With `--quick`
//! each is small: that the bench works is all it says. Without gitleaks it says so, and measures ours alone.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a bench that cannot be set up has nothing to say"
)]

#[path = "../src/scan/tests/corpus.rs"]
mod corpus;
#[path = "../src/scan/tests/repository.rs"]
mod repository;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bottle_git_gate::survey;

use self::corpus::{Numbers, Planted};
use self::repository::{Import, Repository};

/// So long a scan may take.
const LONGEST: Duration = Duration::from_mins(15);
/// How often each is measured; the fastest counts.
const ROUNDS: usize = 3;

/// How much is pushed.
struct Sizes {
    commits: usize,
    files: usize,
    seeds: u64,
}

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let arguments: Vec<String> = std::env::args().collect();
    let at_hand = arguments
        .iter()
        .position(|argument| argument == "--repository");
    if let Some(place) = at_hand {
        return look_through(Path::new(&arguments[place + 1]));
    }
    let sizes = if is_quick {
        Sizes {
            commits: 200,
            files: 2,
            seeds: 80,
        }
    } else {
        Sizes {
            commits: 10_000,
            files: 100,
            seeds: 200,
        }
    };
    let gitleaks = gitleaks();
    match &gitleaks {
        Some(name) => println!("gitleaks: {}", version(name)),
        None => {
            println!("gitleaks is not here (Debian's package is gitleaks): only ours is measured");
        }
    }
    let rounds = if is_quick { 1 } else { rounds(&arguments) };
    compare(
        &format!("{} commits", sizes.commits),
        &many_commits(sizes.commits),
        rounds,
        gitleaks.as_deref(),
    );
    compare(
        &format!("{} files of 2 MiB", sizes.files),
        &large_files(sizes.files),
        rounds,
        gitleaks.as_deref(),
    );
    find(sizes.seeds, gitleaks.as_deref());
}

/// What stands behind `--rounds`.
fn rounds(arguments: &[String]) -> usize {
    let place = arguments.iter().position(|argument| argument == "--rounds");
    place.map_or(ROUNDS, |place| arguments[place + 1].parse().unwrap())
}

/// Tells what is found behind the id in the file `TIP` of a repository; its refs are what upstream has.
fn look_through(repository: &Path) {
    let id = std::fs::read_to_string(repository.join("TIP"))
        .unwrap()
        .trim()
        .to_owned();
    let start = Instant::now();
    let survey = survey(repository, &[id], LONGEST).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    for (rule, path) in &survey.places {
        println!("{rule}\t{path}");
    }
    let mebibytes = survey.bytes as f64 / 1_048_576.0;
    let files: BTreeSet<_> = survey.places.iter().map(|(_, path)| path).collect();
    println!(
        "{} findings in {} files; {} objects, {mebibytes:.0} MiB: {seconds:.2} s",
        survey.findings,
        files.len(),
        survey.objects
    );
}

/// The program, if it runs.
fn gitleaks() -> Option<String> {
    let name = std::env::var("BOTTLE_GITLEAKS").unwrap_or_else(|_| "gitleaks".to_owned());
    let run = Command::new(&name)
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success()).then_some(name)
}

fn version(gitleaks: &str) -> String {
    let output = Command::new(gitleaks).arg("version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A push: a repository and the tip of what is new in it.
struct Push {
    repository: Repository,
    tip: String,
}

/// Lines of code that scanners have to look at: words, calls, numbers, a digest now and then.
fn code(numbers: &mut Numbers, length: usize) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "let",
        "value",
        "=",
        "self.",
        "request",
        "(",
        ")",
        "token",
        "=>",
        "match",
        "password",
        "\"text of it\"",
        "api_key",
        "if",
        "return",
        "// why this is so",
    ];
    let mut text = String::with_capacity(length + 100);
    while text.len() < length {
        for _ in 0..8 {
            text.push_str(WORDS[numbers.below(WORDS.len())]);
            text.push(' ');
        }
        if numbers.below(40) == 0 {
            text.push_str(&numbers.word("0123456789abcdef", 40));
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// Each changes one of five hundred files in folders, as people do.
fn many_commits(count: usize) -> Push {
    let (repository, mut numbers) = (Repository::new(), Numbers::new(7));
    let mut import = Import::default();
    for number in 0..count {
        let file = numbers.below(500);
        let path = format!("crates/part{}/src/file{file}.rs", file % 20);
        let parent = format!(":{number}");
        let parent = (number > 0).then_some(parent.as_str());
        let content = code(&mut numbers, 4000);
        import.commit(
            parent,
            &format!("Change {number}\n\nBecause it was not right.\n"),
            &[(&path, &content)],
        );
    }
    let tip = repository.import(&import).pop().unwrap();
    Push { repository, tip }
}

fn large_files(count: usize) -> Push {
    let (repository, mut numbers) = (Repository::new(), Numbers::new(9));
    let mut import = Import::default();
    for number in 0..count {
        let parent = format!(":{number}");
        let parent = (number > 0).then_some(parent.as_str());
        let content = code(&mut numbers, 2 * 1024 * 1024);
        import.commit(
            parent,
            "m",
            &[(&format!("data/file{number}.txt"), &content)],
        );
    }
    let tip = repository.import(&import).pop().unwrap();
    Push { repository, tip }
}

fn compare(name: &str, push: &Push, rounds: usize, gitleaks: Option<&str>) {
    let Push { repository, tip } = push;
    let tips = [tip.clone()];
    let (mut ours, mut bytes, mut objects) = (Duration::MAX, 0, 0);
    let mut theirs = gitleaks.map(|_| Duration::MAX);
    for _ in 0..rounds {
        let start = Instant::now();
        let survey = survey(repository.path(), &tips, LONGEST).unwrap();
        ours = ours.min(start.elapsed());
        assert_eq!(survey.findings, 0, "{}", survey.text);
        (bytes, objects) = (survey.bytes, survey.objects);
        if let Some((name, theirs)) = gitleaks.zip(theirs.as_mut()) {
            let start = Instant::now();
            let _found = leaks(name, repository.path(), &tips);
            *theirs = (*theirs).min(start.elapsed());
        }
    }
    let mebibytes = bytes as f64 / 1_048_576.0;
    let speed = mebibytes / ours.as_secs_f64();
    println!(
        "{name}: {objects} objects, {mebibytes:.0} MiB: {:.2} s, {speed:.0} MiB/s",
        ours.as_secs_f64()
    );
    if let Some(theirs) = theirs {
        println!(
            "  gitleaks: {:.2} s, {:.1} times as long",
            theirs.as_secs_f64(),
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
    }
}

/// The commits in which gitleaks finds something in what these reach.
fn leaks(gitleaks: &str, repository: &Path, tips: &[String]) -> BTreeSet<String> {
    let report = repository.join("leaks.json");
    let range = format!("--log-opts={}", tips.join(" "));
    let output = Command::new(gitleaks)
        .args([
            "detect",
            "--no-banner",
            "--redact",
            "--exit-code=0",
            "--report-format=json",
            &range,
            "--report-path",
        ])
        .arg(&report)
        .arg("--source")
        .arg(repository)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let found = report.as_array().unwrap().iter();
    found
        .filter_map(|each| Some(each.get("Commit")?.as_str()?.to_owned()))
        .collect()
}

/// Who finds how many of the corpus, and how many of its decoys.
fn find(seeds: u64, gitleaks: Option<&str>) {
    find_of("secrets", corpus::secret, seeds, gitleaks);
    find_of("decoys", corpus::decoy, seeds, gitleaks);
}

fn find_of(name: &str, text: fn(u64) -> String, seeds: u64, gitleaks: Option<&str>) {
    let (repository, planted) = corpus::commits(0..seeds, text);
    let finds = |Planted { seed, place, ids }: &&Planted| {
        let survey = survey(repository.path(), &ids[ids.len() - 1..], LONGEST).unwrap();
        let is_right = (survey.findings > 0) == (name == "secrets");
        assert!(is_right, "seed {seed}, {place}: {}", survey.text);
        survey.findings > 0
    };
    let ours = planted.iter().filter(finds).count();
    let tips = planted.iter().filter_map(|planted| planted.ids.last());
    let tips: Vec<String> = tips.cloned().collect();
    let theirs = gitleaks.map_or_else(String::new, |gitleaks| {
        let commits = leaks(gitleaks, repository.path(), &tips);
        let finds = |planted: &&Planted| planted.ids.iter().any(|id| commits.contains(id));
        format!(", gitleaks {}", planted.iter().filter(finds).count())
    });
    println!("{name}: of {seeds} ours finds {ours}{theirs}");
}
