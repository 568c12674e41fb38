//! Words, names, sentences and code.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::random::Random;

/// The digits of source maps: base64, most of them small.
pub(crate) const VLQ: &str = "AAAAAAACCCCEEEGGIKMOQSUWYCACAACBDFHJLNAASCAACAA";

type Texts = LazyLock<Vec<&'static str>>;

static PLAIN: Texts = LazyLock::new(|| {
    let words = include_str!("text/words.txt");
    words.split_whitespace().collect()
});
static LINES: Texts = LazyLock::new(|| include_str!("text/lines.txt").lines().collect());
static LANGUAGES: Texts = LazyLock::new(|| include_str!("text/languages.txt").lines().collect());
/// Pieces of programs.
static CODE: Texts = LazyLock::new(|| include_str!("text/code.txt").split("%%\n").collect());

/// What a hole of this name holds.
pub(crate) fn hole(name: &str, size: usize, random: &mut Random) -> String {
    match name {
        "word" => word(random).to_owned(),
        "words" => words(size, random).join(" "),
        "slug" => words(size, random).join("-"),
        "ident" => words(1 + random.below(3), random).join("_"),
        "CONST" => words(2 + random.below(2), random).join("_").to_uppercase(),
        "Camel" => words(2 + random.below(2), random)
            .into_iter()
            .map(capital)
            .collect(),
        "camel" => [word(random).to_owned(), capital(word(random))].concat(),
        "path" => format!(
            "src/{}.{}",
            words(2 + random.below(3), random).join("/"),
            random.pick(&["rs", "ts", "py", "go", "java"])
        ),
        "sentence" => sentence(random),
        "para" => (0..size)
            .map(|_| sentence(random))
            .collect::<Vec<_>>()
            .join(" "),
        "line" => random.pick(&LINES).to_owned(),
        "language" => random.pick(&LANGUAGES).to_owned(),
        "code" => random.pick(&CODE).to_owned(),
        "email" => format!("{}.{}@example.com", word(random), word(random)),
        _ => panic!("no hole is called {name}"),
    }
}

/// The text inside of a JSON string, as clients write it: some write ASCII alone.
pub(crate) fn quoted(text: &str, is_ascii: bool) -> String {
    let mut output = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => output.extend(['\\', letter]),
            '\n' => output.push_str("\\n"),
            '\t' => output.push_str("\\t"),
            '\r' => output.push_str("\\r"),
            letter if is_ascii && !letter.is_ascii() => {
                let units = letter.encode_utf16(&mut [0; 2]).to_vec();
                output.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
            letter if letter.is_control() => {
                write!(output, "\\u{:04x}", u32::from(letter)).unwrap();
            }
            letter => output.push(letter),
        }
    }
    output
}

fn word(random: &mut Random) -> &'static str {
    random.pick(&PLAIN)
}

fn words(count: usize, random: &mut Random) -> Vec<&'static str> {
    (0..count).map(|_| word(random)).collect()
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn sentence(random: &mut Random) -> String {
    let count = 5 + random.below(9);
    let text = words(count, random).join(" ");
    let end = random.pick(&[".", ".", ".", "?", "!", ":"]);
    format!("{}{end}", capital(&text))
}
