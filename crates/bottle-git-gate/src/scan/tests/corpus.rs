//! Commits with made-up secrets in every place that a push has, and as many without. The same for the same seed.

use super::repository::{Import, Repository};

/// Secrets of as many kinds as scanners agree on. Each from two halves, so that no file of ours holds one.
const SHAPES: [(&str, &str, &str, usize); 8] = [
    ("AK", "IA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    (
        "gh",
        "p_",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        36,
    ),
    (
        "glp",
        "at-",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        20,
    ),
    (
        "xo",
        "xb-123456789012-123456789012-",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        24,
    ),
    (
        "sk_li",
        "ve_",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        24,
    ),
    (
        "AI",
        "za",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        35,
    ),
    ("np", "m_", "abcdefghijkmnopqrstuvwxyz0123456789", 36),
    (
        "SG",
        ".",
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
        66,
    ),
];

/// Where a seed puts its secret.
pub(crate) const PLACES: [&str; 10] = [
    "source",
    "settings",
    "notebook",
    "wide text",
    "message",
    "author",
    "file name",
    "removed again",
    "base64",
    "waived",
];

/// Numbers that look random.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    pub(crate) fn word(&mut self, digits: &str, length: usize) -> String {
        let digits: Vec<char> = digits.chars().collect();
        (0..length)
            .map(|_| digits[self.below(digits.len())])
            .collect()
    }
}

/// A made-up secret.
pub(crate) fn secret(seed: u64) -> String {
    let mut numbers = Numbers::new(seed + 1);
    let shape = usize::try_from(seed).unwrap() / PLACES.len() % SHAPES.len();
    let (first, second, digits, length) = SHAPES[shape];
    let mut word = numbers.word(digits, length);
    if first == "SG" {
        word.replace_range(22..23, ".");
    }
    format!("{first}{second}{word}")
}

/// Something that a scanner could take for one and is none: digests, identifiers, placeholders.
pub(crate) fn decoy(seed: u64) -> String {
    let mut numbers = Numbers::new(seed + 1_000_003);
    match seed % 5 {
        0 => numbers.word("0123456789abcdef", 40),
        1 => format!(
            "sha512-{}==",
            numbers.word(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/",
                86
            )
        ),
        2 => format!(
            "{}-{}-4{}-a{}-{}",
            numbers.word("0123456789abcdef", 8),
            numbers.word("0123456789abcdef", 4),
            numbers.word("0123456789abcdef", 3),
            numbers.word("0123456789abcdef", 3),
            numbers.word("0123456789abcdef", 12)
        ),
        3 => ["gh", "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"].concat(),
        _ => format!("commit_{}", numbers.word("abcdefghijklmnopqrstuvwxyz_", 30)),
    }
}

/// Puts a text where the seed wants it, in one commit or two. Where that is.
pub(crate) fn plant(import: &mut Import, seed: u64, text: &str) -> &'static str {
    let place = PLACES[usize::try_from(seed).unwrap() % PLACES.len()];
    let path = format!("dir{}/file{seed}", seed % 7);
    let nobody = "A U Thor <author@example.test>";
    let mut one = |author: &str, message: &str, path: &str, content: &[u8]| {
        import.commit_by(author, None, message, &[(path, content)])
    };
    let code = format!("fn main() {{\n    let client = Client::new(\"{text}\");\n}}\n");
    match place {
        "source" => one(nobody, "m", &format!("{path}.rs"), code.as_bytes()),
        "settings" => one(
            nobody,
            "m",
            &format!("{path}.yaml"),
            format!("service:\n  api_key: \"{text}\"\n").as_bytes(),
        ),
        "notebook" => {
            let (first, second) = text.split_at(text.len() / 2);
            let notebook = format!(
                "{{\"cells\": [{{\"outputs\": [{{\"text\": [\"{first}\", \"{second}\"]}}], \"source\": [\"x = '{text}'\"]}}]}}"
            );
            one(nobody, "m", &format!("{path}.ipynb"), notebook.as_bytes())
        }
        "wide text" => {
            let wide: Vec<u8> = code.encode_utf16().flat_map(u16::to_le_bytes).collect();
            one(nobody, "m", &format!("{path}.cs"), &wide)
        }
        "message" => one(
            nobody,
            &format!("Use another key\n\nIt was {text} before.\n"),
            &path,
            b"x",
        ),
        "author" => one(&format!("{text} <author@example.test>"), "m", &path, b"x"),
        "file name" => one(
            nobody,
            "m",
            &format!("{path}/{}", text.replace('/', "_")),
            b"x",
        ),
        "removed again" => {
            one(
                nobody,
                "m",
                &format!("{path}.env"),
                format!("KEY={text}\n").as_bytes(),
            );
            let parent = format!(":{}", import.count());
            import.commit(Some(&parent), "m", &[(&format!("{path}.env"), b"KEY=\n")])
        }
        "base64" => {
            let encoded = base64(format!("the key is {text} and no other").as_bytes());
            one(nobody, "m", &format!("{path}.txt"), encoded.as_bytes())
        }
        _ => one(
            nobody,
            "m",
            &format!("{path}.py"),
            format!("key = \"{text}\"  # gitleaks:allow\n").as_bytes(),
        ),
    };
    place
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let value = u32::from_be_bytes(group) << (8 * (3 - chunk.len())) >> (8 * (3 - chunk.len()));
        for place in (0..4).rev() {
            let digit = usize::try_from(value >> (6 * place) & 63).unwrap();
            text.push(if 3 - place <= chunk.len() {
                char::from(DIGITS[digit])
            } else {
                '='
            });
        }
    }
    text
}

/// What one seed planted.
pub(crate) struct Planted {
    pub(crate) seed: u64,
    pub(crate) place: &'static str,
    /// Its commits; a push names the last one.
    pub(crate) ids: Vec<String>,
}

/// A repository with the commits of these seeds, without refs.
pub(crate) fn commits(
    seeds: std::ops::Range<u64>,
    text: fn(u64) -> String,
) -> (Repository, Vec<Planted>) {
    let repository = Repository::new();
    let mut import = Import::default();
    let planted: Vec<_> = seeds
        .map(|seed| {
            let before = import.count();
            let place = plant(&mut import, seed, &text(seed));
            (seed, place, before..import.count())
        })
        .collect();
    let all = repository.import(&import);
    let planted = planted.into_iter().map(|(seed, place, marks)| {
        let ids = all[marks].to_vec();
        Planted { seed, place, ids }
    });
    (repository, planted.collect())
}
