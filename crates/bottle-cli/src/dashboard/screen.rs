//! The terminal while it is ours, and how it is given back, whatever happens.

use std::io::{self, Stdout, Write as _};
use std::panic;
use std::sync::Once;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEvent, KeyEventKind,
    KeyModifiers,
};
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute};
use rustix::termios::{QueueSelector, tcflush};

use super::draw::{self, Ink};
use super::model::{Key, Model};
use super::post::{Call, Post};

/// How many events are read at once, at most: a terminal that writes without end holds nothing up.
const MAX_EVENTS: usize = 1024;

/// The terminal while it is ours. Dropped, it is given back as it was.
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key.
    Key(Key),
    /// A text that was pasted.
    Paste(String),
}

impl Screen {
    /// Takes the terminal. A panic gives it back from now on, before it is told.
    pub(crate) fn open(post: &Post) -> io::Result<Self> {
        give_back_on_panic(post.clone());
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let mut screen = Self { terminal };
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal again after it was handed over.
    pub(crate) fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        self.terminal.clear()
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
        self.terminal.clear()
    }

    /// How large the window is: columns and rows.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// What was typed until now.
    #[expect(
        clippy::unused_self,
        reason = "only who has the terminal can read from it"
    )]
    pub(crate) fn read(&mut self) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for _ in 0..MAX_EVENTS {
            if !event::poll(Duration::ZERO)? {
                break;
            }
            match event::read()? {
                Event::Key(key) => inputs.extend(key_of(key).map(Input::Key)),
                Event::Paste(text) => inputs.push(Input::Paste(text)),
                _ => {}
            }
        }
        Ok(inputs)
    }

    /// Throws away what was typed and not read yet.
    pub(crate) fn forget_keys(&mut self) -> io::Result<()> {
        tcflush(io::stdin(), QueueSelector::IFlush)?;
        self.read().map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back. Twice does no harm.
fn give_back() {
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

fn key_of(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    if event.modifiers.contains(KeyModifiers::CONTROL) {
        return match event.code {
            KeyCode::Char('c') => Some(Key::Interrupt),
            KeyCode::Char('l') => Some(Key::Redraw),
            KeyCode::Char('u') => Some(Key::Clear),
            _ => None,
        };
    }
    // A key with Alt is another one than without.
    if event.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(match event.code {
        KeyCode::Char(sign) => Key::Char(sign),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
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
