//! What a misspelt word most likely means.

/// How alike a word must be to be suggested (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.75;

/// The known word that is most like the given one, if any is like it.
pub fn nearest<'a, T: AsRef<str>>(word: &str, known: impl Iterator<Item = &'a T>) -> Option<&'a T> {
    known
        .map(|each| (strsim::jaro_winkler(word, each.as_ref()), each))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, each)| each)
}
