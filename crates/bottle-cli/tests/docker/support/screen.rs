//! A pseudo terminal with a program on it, and what a person would see there.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_mins(1);

/// A pseudo terminal with a program on it.
pub(crate) struct Screen {
    terminal: Arc<Mutex<vt100::Parser>>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

impl Screen {
    /// Starts a program with its arguments on a terminal of its own, 24 rows of 80 columns.
    pub(crate) fn start(argv: &[&str], home: &std::path::Path) -> Self {
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let mut command = CommandBuilder::new(argv[0]);
        command.args(&argv[1..]);
        command.env("BOTTLE_HOME", home);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let terminal = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&terminal);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Ends with the last program that has the terminal open.
            while let Ok(got @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..got]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self {
            terminal,
            master: pair.master,
            keyboard,
            child,
        }
    }

    /// Types.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Changes the size of the window.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        self.terminal
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(rows, cols);
        self.master.resize(size(rows, cols)).unwrap();
    }

    /// What the terminal is like now.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.terminal.lock().unwrap().screen())
    }

    /// Waits until a text is seen.
    pub(crate) fn sees(&self, text: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = self.look(vt100::Screen::contents);
            if shown.contains(text) {
                return;
            }
            assert!(Instant::now() < until, "{text:?} is not seen in:\n{shown}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the program's end and answers its code.
    pub(crate) fn ends(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            let shown = self.look(vt100::Screen::contents);
            assert!(Instant::now() < until, "it does not end:\n{shown}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A test that failed leaves no program behind: a closed terminal ends it.
impl Drop for Screen {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = self.child.process_id().unwrap_or_default();
            super::signal(pid, "HUP");
            let _ = self.child.wait();
        }
    }
}
