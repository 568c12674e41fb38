//! A real bottle asks, and the operator answers on the screen.

use std::thread::sleep;
use std::time::Duration;

use bottle_docker::Docker;
use bottle_run::Running;
use serde_json::json;

use super::approvals::{beside_a_site, fetch, with_one_folder};
use super::supervise::ask;
use super::support::{HOST, Screen};

/// How long a question is on the screen before a key answers it, and a little more.
const LOOK: Duration = Duration::from_millis(700);

/// What an operator types for the one proposal that waits, and sees.
fn approve(mut screen: Screen) -> Screen {
    screen.sees("waiting for you (1)");
    screen.sees("NEW");
    screen.sees(HOST);
    screen.types("\r");
    screen.sees("the page says so \\u{1b}[2J");
    screen.sees("a approve");
    screen.types("a");
    screen.sees("For how long?");
    screen.types("2");
    screen.sees("for 15 minutes");
    screen.sees("y yes, approve");
    screen.types("y");
    screen.sees("approved for");
    screen.sees("waiting for you (0)");
    screen
}

/// What an operator types to take the one grant of the one bottle back, and sees.
fn revoke(mut screen: Screen) -> Screen {
    screen.types("\tg");
    screen.sees("Granted to");
    // The list itself: the line at the bottom may say so still of what was just approved.
    screen.sees("GET /more");
    sleep(LOOK);
    screen.types("v");
    screen.sees("Take it back?");
    sleep(LOOK);
    screen.types("y");
    screen.sees("taken back from");
    screen.sees("nothing: what its manifest allows is all");
    screen.types("\u{1b}");
    // The decision about the request before, and its sum.
    screen.sees("1 denied");
    screen.sees("path.not_allowed");
    screen
}

async fn on_screen(running: &Running<'_, Docker>) {
    let program = env!("CARGO_BIN_EXE_bottle");
    let home = std::path::Path::new(&running.facts().home);
    let screen = Screen::start(&[program, "dashboard"], home);
    let identity = running.facts().identity.to_string();
    screen.sees(identity.get(..10).unwrap_or(&identity));
    assert_eq!(fetch(running, "/more/a.txt").await, "path.not_allowed");
    let arguments = json!({ "host": HOST, "path_allowlist": ["/more"], "methods": ["GET"],
        "justification": "the page says so \u{1b}[2J" });
    let call = json!({ "name": "egress-block", "arguments": arguments });
    let operator = tokio::task::spawn_blocking(|| approve(screen));
    let (told, screen) = tokio::join!(ask(running, "tools/call", call), operator);
    let told = &told["result"]["structuredContent"];
    assert_eq!(told["status"], "approved", "{told}");
    assert!(told["until"].as_str().is_some(), "{told}");
    assert_eq!(fetch(running, "/more/a.txt").await, "more\n");
    let screen = screen.unwrap();
    let operator = tokio::task::spawn_blocking(|| revoke(screen));
    let mut screen = operator.await.unwrap();
    assert_eq!(fetch(running, "/more/a.txt").await, "path.not_allowed");
    screen.types("q");
    assert_eq!(screen.ends(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_bottle_is_answered_on_the_screen() {
    let bottle = beside_a_site(&["open", "more"]);
    bottle
        .run_beside(with_one_folder, Box::new(|_| Vec::new()), on_screen)
        .await;
}
