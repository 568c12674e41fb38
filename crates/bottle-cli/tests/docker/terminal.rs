//! A session is a real terminal: a full-screen program is driven through a pseudo terminal, as a person would.

use super::support::{Cli, Screen};

/// A full-screen program: says its size, what is typed and pasted, and that it was interrupted.
const PROGRAM: &str = r"
import os, signal, sys, termios, tty
def show(row, text):
    os.write(1, ('\x1b[%d;1H\x1b[2K%s' % (row, text)).encode())
def size(*_):
    columns, rows = os.get_terminal_size()
    show(2, 'size %dx%d' % (rows, columns))
os.write(1, b'\x1b[?1049h\x1b[?2004h\x1b[2J')
os.write(1, b'\x1b[1;1H\x1b[38;5;201mcolour\x1b[0m')
signal.signal(signal.SIGWINCH, size)
signal.signal(signal.SIGINT, lambda *_: show(4, 'interrupted'))
before = termios.tcgetattr(0)
tty.setcbreak(0)
size()
show(3, 'ready')
while True:
    try:
        typed = os.read(0, 4096)
    except InterruptedError:
        continue
    if typed == b'q':
        break
    show(5, 'typed ' + typed.hex())
termios.tcsetattr(0, termios.TCSADRAIN, before)
os.write(1, b'\x1b[?2004l\x1b[?1049l')
sys.exit(9)
";

#[test]
fn a_full_screen_program_is_at_home() {
    let cli = Cli::new();
    let note = |name: &str| cli.home().join(name).display().to_string();
    let script = cli.home().join("script");
    std::fs::write(&script, PROGRAM).unwrap();
    // The shell around it sees how the terminal is given back.
    let line = format!(
        "stty -g > {before}; '{bottle}' start dev --yes -- python3 -c \"$(cat {script})\"; \
         echo \"code $?\"; stty -g > {after}; read -r _",
        bottle = env!("CARGO_BIN_EXE_bottle"),
        before = note("before"),
        after = note("after"),
        script = script.display(),
    );
    let mut screen = Screen::start(&["sh", "-c", &line], cli.home());
    screen.sees("ready");
    screen.sees("size 24x80");
    assert!(screen.look(vt100::Screen::alternate_screen));
    assert!(screen.look(vt100::Screen::bracketed_paste));
    let colour = screen.look(|screen| screen.cell(0, 0).unwrap().fgcolor());
    assert_eq!(colour, vt100::Color::Idx(201));

    screen.types("a");
    screen.sees("typed 61");
    screen.types("\u{3}");
    screen.sees("interrupted");
    screen.types("\u{1b}[A");
    screen.sees("typed 1b5b41");
    // What a terminal sends for a paste of two lines with a letter that takes two bytes.
    screen.types("\u{1b}[200~é\nb\u{1b}[201~");
    screen.sees("typed 1b5b3230307ec3a90a621b5b3230317e");
    screen.resize(40, 100);
    screen.sees("size 40x100");
    screen.types("q");
    screen.sees("code 9");
    assert!(!screen.look(vt100::Screen::alternate_screen));
    screen.types("\n");
    assert_eq!(screen.ends(), 0);
    let read = |name: &str| std::fs::read_to_string(cli.home().join(name)).unwrap();
    assert_eq!(read("before"), read("after"));
}

#[test]
fn a_terminal_that_closes_takes_its_bottle_down() {
    let cli = Cli::new();
    let bottle = env!("CARGO_BIN_EXE_bottle");
    let start = [
        bottle,
        "start",
        "dev",
        "--yes",
        "--",
        "sh",
        "-c",
        "echo here; sleep 300",
    ];
    let screen = Screen::start(&start, cli.home());
    screen.sees("here");
    let identity = cli.identities().pop().unwrap();
    drop(screen);
    assert!(cli.is_gone());
    assert!(cli.state(&identity).join("compose.log").exists());
}

#[test]
fn attaching_opens_a_shell_of_its_own() {
    let cli = Cli::new();
    let running = cli.background("sleep 300");
    let bottle = env!("CARGO_BIN_EXE_bottle");
    let mut screen = Screen::start(&[bottle, "attach", &running.identity], cli.home());
    screen.sees("$");
    screen.types("echo $((6 * 7)) and $GREETING in $TERM\n");
    screen.sees("42 and hello in xterm-256color");
    screen.types("echo go; sleep 100 || echo cut\n");
    screen.sees("\ngo");
    screen.types("\u{3}");
    screen.sees("^C");
    screen.types("\nexit 5\n");
    assert_eq!(screen.ends(), 5);
    // The bottle goes on.
    assert_eq!(cli.identities(), std::slice::from_ref(&running.identity));
}
