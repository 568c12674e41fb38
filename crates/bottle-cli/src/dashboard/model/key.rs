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

impl Key {
    /// Where it leads from a place; none when it is not one that moves. The last place is any that is far enough.
    pub(crate) const fn moved(self, place: usize, page: usize) -> Option<usize> {
        Some(match self {
            Self::Up | Self::Char('k') => place.saturating_sub(1),
            Self::Down | Self::Char('j') => place.saturating_add(1),
            Self::PageUp => place.saturating_sub(page),
            Self::PageDown => place.saturating_add(page),
            Self::Home => 0,
            Self::End => usize::MAX,
            _ => return None,
        })
    }
}
