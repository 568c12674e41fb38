//! The terminal while it is ours, and how it is given back, whatever happens.

use std::io::{self, PipeReader, Stdout, Write as _};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute};
use ratatui::layout::{Position, Rect};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush};

use super::decoder::{Decoder, Input};
use super::draw::{self, Ink};
use super::model::Model;
use super::post::{Call, Post};

/// Whether the terminal is ours. A process has one.
static IS_OURS: AtomicBool = AtomicBool::new(false);
/// How many keys are taken at once, at most, which nobody types: a terminal that writes without end holds nothing up.
const MAX_INPUTS: usize = 1024;
/// How long the rest of a key is waited for, which may come later over a slow line. Escape alone takes as long.
const REST: Duration = Duration::from_millis(50);

/// The terminal while it is ours. Dropped, it is given back as it was.
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    decoder: Decoder,
}

impl Screen {
    /// Takes the terminal. A panic gives it back from now on, before it is told.
    pub(crate) fn open(post: &Post) -> io::Result<Self> {
        give_back_on_panic(post.clone());
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let mut screen = Self {
            terminal,
            decoder: Decoder::default(),
        };
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal again after it was handed over.
    pub(crate) fn take(&mut self) -> io::Result<()> {
        IS_OURS.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        self.forget()
    }

    /// Hands it over to another program.
    #[expect(
        clippy::unused_self,
        reason = "only who has the terminal can hand it over"
    )]
    pub(crate) fn hand_over(&mut self) {
        give_back();
    }

    /// Draws the screen. Answers how far what is scrolled can be.
    pub(crate) fn draw(&mut self, model: &Model, ink: Ink) -> io::Result<usize> {
        let mut furthest = 0;
        self.terminal
            .draw(|frame| furthest = draw::draw(model, ink, frame))?;
        Ok(furthest)
    }

    /// Draws everything anew next time, whatever is believed to be there.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        // Clearing by name asks the terminal where its cursor is, and waits for the answer.
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// How large the window is: columns and rows.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// What was typed until now.
    pub(crate) fn read(&mut self) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        let (mut bytes, mut patience) = ([0; 4096], Duration::ZERO);
        while inputs.len() < MAX_INPUTS && is_typed(patience)? {
            let count = rustix::io::read(io::stdin(), &mut bytes)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            inputs.extend(self.decoder.take(bytes.get(..count).unwrap_or_default()));
            patience = if self.decoder.is_open() {
                REST
            } else {
                Duration::ZERO
            };
        }
        if inputs.len() >= MAX_INPUTS {
            // What is left would be taken for keys of the next moment.
            self.forget_keys()?;
        }
        inputs.extend(self.decoder.end());
        Ok(inputs)
    }

    /// Throws away what was typed and not read yet.
    pub(crate) fn forget_keys(&mut self) -> io::Result<()> {
        self.decoder.forget();
        Ok(tcflush(io::stdin(), QueueSelector::IFlush)?)
    }
}

/// Whether something is typed within this time.
fn is_typed(patience: Duration) -> io::Result<bool> {
    ready(&io::stdin(), None, Instant::now() + patience)
}

/// Waits until one of both can be read from, at most until a moment. Whether it is the first one.
pub(crate) fn ready(
    keys: &io::Stdin,
    ring: Option<&PipeReader>,
    until: Instant,
) -> io::Result<bool> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let mut sources = vec![PollFd::new(keys, PollFlags::IN)];
        sources.extend(ring.map(|ring| PollFd::new(ring, PollFlags::IN)));
        let wait = Timespec::try_from(left).ok();
        match poll(&mut sources, wait.as_ref()) {
            Ok(_) => {
                let keys = sources.first().map_or(PollFlags::empty(), PollFd::revents);
                if keys.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                    return Err(io::Error::other("it is gone"));
                }
                return Ok(!keys.is_empty());
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, if it is ours: done twice, the cursor would go back to where it was before a message was written.
fn give_back() {
    if !IS_OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    // There is nobody left to tell, and each is worth trying.
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = io::stdout().flush();
    let _ = disable_raw_mode();
}

/// Whoever falls, the message is to be read: on the terminal as it was.
fn give_back_on_panic(post: Post) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |fall| {
            give_back();
            post.call(Call::Fallen);
            told(fall);
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// Says to this test that it is on a terminal of its own, and is to fall there.
    const FALLS: &str = "BOTTLE_TEST_FALLS";

    #[test]
    fn a_fall_gives_the_terminal_back() {
        if std::env::var_os(FALLS).is_some() {
            let (post, _ring) = Post::new().unwrap();
            let _screen = Screen::open(&post).unwrap();
            panic!("it fell");
        }
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let before = pair.master.get_termios();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = "dashboard::screen::tests::a_fall_gives_the_terminal_back";
        command.args(["--exact", name, "--nocapture"]);
        command.env(FALLS, "1");
        command.env("RUST_BACKTRACE", "0");
        let mut child = pair.slave.spawn_command(command).unwrap();
        let mut output = pair.master.try_clone_reader().unwrap();
        let reading = std::thread::spawn(move || {
            let mut seen = Vec::new();
            // A terminal that nobody has open any more is an error on Linux.
            let _ = output.read_to_end(&mut seen);
            seen
        });
        assert!(!child.wait().unwrap().success());
        // It is ours until here, so that it is still there to be looked at.
        assert_eq!(pair.master.get_termios(), before);
        drop(pair.slave);
        let seen = reading.join().unwrap();
        let mut terminal = vt100::Parser::new(24, 80, 0);
        terminal.process(&seen);
        let (text, screen) = (String::from_utf8_lossy(&seen), terminal.screen());
        let (taken, fell) = (text.find("\u{1b}[?1049h"), text.find("it fell"));
        assert!(taken.is_some() && taken < fell, "{text}");
        assert!(!screen.alternate_screen());
        assert!(!screen.hide_cursor());
        assert!(screen.contents().contains("it fell"), "{text}");
    }
}
