//! A word of a shell's language, as the shell would read it.

/// Stand for the braces and commas that a shell expands, until it does.
const OPEN: char = '\u{e000}';
const COMMA: char = '\u{e001}';
const CLOSE: char = '\u{e002}';
/// Words that the braces of one word may become: nobody writes more by hand.
const MOST_EXPANDED: usize = 16;
/// The longest word whose braces are looked at: each of those that it becomes may be as long.
const LONGEST_EXPANDED: usize = 1024;

/// A word.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes and escapes.
    pub(super) text: String,
    /// Where something stood that changes nothing but what the word looks like.
    tricks: Vec<usize>,
    /// A quote or the value of a variable ended here.
    seam: Option<usize>,
    /// It is where output goes.
    pub(super) is_target: bool,
    /// One of the words that braces stand for.
    is_expanded: bool,
}

impl Word {
    /// A word without a letter yet.
    pub(super) fn new(is_target: bool) -> Self {
        Self {
            is_target,
            ..Self::default()
        }
    }

    /// A letter without quotes.
    pub(super) fn plain(&mut self, letter: char) {
        if self.seam == Some(self.text.len()) && letter.is_ascii_alphanumeric() {
            self.trick();
        }
        self.text.push(match letter {
            '{' => OPEN,
            '}' => CLOSE,
            ',' => COMMA,
            letter => letter,
        });
    }

    /// A letter behind a backslash. In front of a whole word it keeps an alias away, which is a habit.
    pub(super) fn escaped(&mut self, letter: char) {
        if letter.is_ascii_alphanumeric() && !self.text.is_empty() {
            self.trick();
        }
        self.text.push(letter);
    }

    /// A quote begins.
    pub(super) fn open(&mut self) {
        if self
            .text
            .ends_with(|last: char| last.is_ascii_alphanumeric())
        {
            self.trick();
        }
    }

    /// A quote ends.
    pub(super) const fn close(&mut self) {
        self.seam = Some(self.text.len());
    }

    /// The value of a variable; nothing, if nobody knows it.
    pub(super) fn value(&mut self, value: &str) {
        let goes_on = !self.text.is_empty() && !self.text.ends_with(['/', '=']);
        if goes_on && value.contains(|letter: char| letter.is_ascii_alphabetic()) {
            self.trick();
        }
        self.text.push_str(value);
        self.seam = Some(self.text.len());
    }

    /// Whether it may be a text of the language. What braces stand for is not: it would be read again and again.
    pub(super) fn is_script(&self) -> bool {
        !self.is_expanded && self.text.contains(' ')
    }

    /// Here stands what only hides the word.
    pub(super) fn trick(&mut self) {
        self.tricks.push(self.text.len());
    }

    /// The name of the program, if the word is one: the last part of its path.
    pub(super) fn program(&self) -> String {
        let name = self.text.rsplit('/').next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        name.strip_suffix(".exe").unwrap_or(&name).to_owned()
    }

    /// Whether something hides the name of the program.
    pub(super) fn is_disguised(&self) -> bool {
        let name = self.text.rfind('/').map_or(0, |slash| slash + 1);
        self.tricks.iter().any(|trick| *trick >= name)
    }

    /// The words that its braces stand for.
    pub(super) fn expand(self) -> Vec<Self> {
        let mut done = Vec::new();
        let mut open = vec![self];
        while let Some(word) = open.pop() {
            match word.first_braces() {
                Some(words) if open.len() + done.len() + words.len() <= MOST_EXPANDED => {
                    open.extend(words.into_iter().rev());
                }
                _ => done.push(word.settled()),
            }
        }
        done
    }

    /// The words that its first braces stand for.
    fn first_braces(&self) -> Option<Vec<Self>> {
        let is_short = self.text.len() <= LONGEST_EXPANDED;
        let (front, rest) = self.text.split_once(OPEN).filter(|_| is_short)?;
        let (inner, back) = rest.split_once(CLOSE)?;
        let count = inner.matches(COMMA).take(MOST_EXPANDED).count();
        (1..MOST_EXPANDED).contains(&count).then(|| {
            let word = |part: &str| {
                let mut word = self.clone();
                word.text = [front, part, back].concat();
                // Braces in a name are there to hide it.
                word.tricks.push(front.len());
                word.is_expanded = true;
                word
            };
            inner.split(COMMA).map(word).collect()
        })
    }

    /// With the braces that stand for themselves.
    fn settled(mut self) -> Self {
        let plain = |letter| match letter {
            OPEN => '{',
            CLOSE => '}',
            COMMA => ',',
            letter => letter,
        };
        if self.text.contains([OPEN, COMMA, CLOSE]) {
            self.text = self.text.chars().map(plain).collect();
        }
        self
    }
}
