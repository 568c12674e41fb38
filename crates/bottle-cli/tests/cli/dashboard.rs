//! The dashboard as an operator sees it: on a terminal, without an engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::picture::Place;
use crate::screen::Screen;

/// How long a card is on the screen before a key decides, and a little more.
const LOOK: Duration = Duration::from_millis(700);

/// A home with one proposal, and with one bottle that was kept.
fn place() -> Place {
    let place = Place::new();
    propose(&place, "abcde12345", "api.example.test");
    place.write(
        "home/state/old-bbbbb/metadata.json",
        r#"{"version":1,"identity":"old-bbbbb","agent":"old","bottle":"dev","cwd":"/","started_at":"2026-05-25T22:00:00Z","compose_project":"bottle-old-bbbbb","networks":null,"images":{"agent":null,"sidecar":null}}"#,
    );
    place.write("home/state/old-bbbbb/.preserve", "automatic\n");
    place.write(
        "home/state/old-bbbbb/compose.log",
        "agent | 2026-05-25T22:00:00Z the end of it\u{1b}[2J\n",
    );
    place
}

/// Writes a proposal as `supervise` does: whole or not at all.
fn propose(place: &Place, id: &str, host: &str) {
    let text = format!(
        r#"{{"version":1,"id":"{id}","identity":"dev-x7k2q","created":"2026-05-25T23:16:00Z",
        "ask":{{"tool":"egress-block","host":"{host}","methods":["GET"]}},"justification":"it is needed\u001b[2J\u202e"}}"#
    );
    let folder = "home/queue/dev-x7k2q/proposals";
    place.write(&format!("{folder}/.{id}.tmp"), &text);
    fs::create_dir_all(place.path().join("home/queue/dev-x7k2q/answers")).unwrap();
    let folder = place.path().join(folder);
    let from = folder.join(format!(".{id}.tmp"));
    fs::rename(from, folder.join(format!("{id}.json"))).unwrap();
}

/// Opens the dashboard between two looks at how the terminal is set.
fn open(place: &Place, env: &[&str]) -> Screen {
    let script = format!(
        "stty -g >before; sh -c 'echo $$ >pid; exec {} dashboard'; code=$?; stty -g >after; exit $code",
        env!("CARGO_BIN_EXE_bottle")
    );
    let folder = format!("--chdir={}", place.path().display());
    let mut argv = vec!["env", folder.as_str(), "-u", "NO_COLOR", "LC_ALL=C.UTF-8"];
    argv.push("DOCKER_HOST=unix:///nonexistent/docker.sock");
    argv.extend(env);
    argv.extend(["sh", "-c", script.as_str()]);
    Screen::start(&argv, &place.path().join("home"))
}

/// The terminal is as it was.
fn is_restored(place: &Place, screen: &Screen) {
    assert!(!screen.look(vt100::Screen::alternate_screen));
    assert!(!screen.look(vt100::Screen::hide_cursor));
    assert!(!screen.look(vt100::Screen::bracketed_paste));
    let read = |name: &str| fs::read_to_string(place.path().join(name)).unwrap();
    assert_eq!(read("before"), read("after"));
}

fn answer(place: &Place) -> PathBuf {
    let home = place.path().join("home");
    home.join("queue/dev-x7k2q/answers/abcde12345.json")
}

fn appears(path: &Path) -> String {
    let until = Instant::now() + Duration::from_secs(20);
    while !path.exists() {
        assert!(Instant::now() < until, "{} does not appear", path.display());
        sleep(Duration::from_millis(20));
    }
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_proposal_is_seen_without_an_engine() {
    let place = place();
    let mut screen = open(&place, &[]);
    screen.sees("api.example.test");
    screen.sees("containers are not shown");
    screen.sees("old-bbbbb");
    assert!(screen.look(vt100::Screen::alternate_screen));
    screen.types("\r");
    screen.sees("it is needed\\u{1b}[2J\\u{202e}");
    screen.sees("cannot be approved as it is");
    // Typed before the card could be read, and without an engine: nothing of it decides.
    screen.types("ay");
    screen.types("\u{1b}");
    screen.sees("waiting for you (1)");
    propose(&place, "abcde12346", "new.example.test");
    screen.sees("NEW");
    screen.sees("new.example.test");
    screen.resize(10, 40);
    screen.sees("too small");
    screen.resize(30, 100);
    screen.sees("waiting for you (2)");
    screen.types("?");
    screen.sees("any key: back");
    screen.types("q");
    assert_eq!(screen.ends(), 0);
    is_restored(&place, &screen);
    assert!(!answer(&place).exists());
}

#[test]
fn a_proposal_is_rejected_with_a_reason() {
    let place = place();
    let mut screen = open(&place, &[]);
    screen.sees("api.example.test");
    screen.types("\r");
    screen.sees("r reject");
    screen.types("r");
    screen.sees("The agent reads the reason.");
    sleep(LOOK);
    screen.types("not for this\r");
    let answer: serde_json::Value = serde_json::from_str(&appears(&answer(&place))).unwrap();
    assert_eq!(answer["verdict"], "rejected");
    assert_eq!(answer["notes"], "not for this");
    screen.sees("rejected: abcde12345");
    screen.sees("waiting for you (0)");
    screen.types("\u{3}");
    assert_eq!(screen.ends(), 0);
    is_restored(&place, &screen);
}

#[test]
fn what_is_written_in_the_editor_is_read_strictly_and_shown() {
    let place = place();
    place.write("good", "sed -i s/api/www/ \"$1\"\n");
    let mut screen = open(&place, &["VISUAL=sh good"]);
    screen.sees("api.example.test");
    screen.types("\r");
    screen.sees("m modify");
    screen.types("m");
    screen.sees("this is what you wrote");
    screen.sees("www.example.test");
    screen.types("q");
    assert_eq!(screen.ends(), 0);
    is_restored(&place, &screen);

    place.write(
        "bad",
        "echo 'everything: yes' >>\"$1\"; echo \"$1\" >edited\n",
    );
    let mut screen = open(&place, &["EDITOR=sh bad"]);
    screen.sees("api.example.test");
    screen.types("\r");
    screen.sees("m modify");
    screen.types("m");
    screen.sees("It is kept in");
    screen.types("q");
    assert_eq!(screen.ends(), 0);
    let edited = appears(&place.path().join("edited"));
    let kept = fs::read_to_string(edited.trim()).unwrap();
    assert!(kept.contains("everything"), "{kept}");
    fs::remove_file(edited.trim()).unwrap();
}

#[test]
fn logs_are_read_in_the_pager_and_the_screen_comes_back() {
    let place = place();
    let mut screen = open(&place, &["PAGER=cat; sleep 1; : "]);
    screen.sees("old-bbbbb");
    screen.types("\tl");
    screen.sees("the end of it\\u{1b}[2J");
    assert!(!screen.look(vt100::Screen::alternate_screen));
    screen.sees("waiting for you (1)");
    screen.types("q");
    assert_eq!(screen.ends(), 0);
    is_restored(&place, &screen);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, env) in [
        ("TERM", [].as_slice()),
        ("INT", &[]),
        // Another program has the terminal: it is ended, too.
        ("TERM", &["PAGER=echo paging; exec sleep 1000; : "]),
    ] {
        let place = place();
        let mut screen = open(&place, env);
        screen.sees("old-bbbbb");
        if !env.is_empty() {
            screen.types("\tl");
            screen.sees("paging");
        }
        let pid: u32 = appears(&place.path().join("pid")).trim().parse().unwrap();
        crate::signal(pid, signal);
        assert_eq!(screen.ends(), 130, "{signal}");
        is_restored(&place, &screen);
    }
}

#[test]
fn without_a_terminal_the_facts_are_printed_once() {
    let place = place();
    assert_snapshot!(place.picture(&["dashboard"]));
    assert_snapshot!(place.picture(&["dashboard", "--once"]));
    assert_snapshot!(place.picture(&["dashboard", "--once", "--json"]));
}
