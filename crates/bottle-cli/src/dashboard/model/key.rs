//! What can be typed.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A sign.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// To the next part.
    Tab,
    /// To the part before.
    BackTab,
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Takes the last sign back.
    Backspace,
    /// Takes all signs back (Ctrl-U).
    Clear,
    /// Ctrl-C.
    Interrupt,
    /// Draws everything anew (Ctrl-L).
    Redraw,
}
