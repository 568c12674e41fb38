//! Searching everything that can be read for a text.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::StepResult;

/// The largest file that is read.
const MAX_FILE: u64 = 8 * 1024 * 1024;
/// The most files that are read: an image has some ten thousand.
const MAX_FILES: u64 = 200_000;
/// The most places that are told.
const MAX_PLACES: usize = 100;
/// Not files but windows into the kernel, without end.
const SKIPPED: [&str; 3] = ["/proc", "/sys", "/dev"];

pub(super) async fn search(text: String) -> StepResult {
    let searched = tokio::task::spawn_blocking(move || {
        let mut search = Search::new(text, MAX_FILES);
        search.processes();
        search.folder(Path::new("/"));
        search.finish()
    })
    .await;
    let (places, files) =
        searched.unwrap_or_else(|error| (vec![format!("the search broke down: {error}")], 0));
    StepResult::Find { places, files }
}

struct Search {
    needle: String,
    places: Vec<String>,
    files: u64,
    limit: u64,
}

impl Search {
    fn new(text: String, limit: u64) -> Self {
        Self {
            needle: text,
            places: Vec::new(),
            files: 0,
            limit,
        }
    }

    /// What was found, and in how many files; a search that was cut short is not one that found nothing.
    fn finish(mut self) -> (Vec<String>, u64) {
        if self.files >= self.limit {
            let stopped = format!("the search stopped after {} files", self.files);
            self.places.push(stopped);
        }
        (self.places, self.files)
    }

    /// What every process was started with.
    fn processes(&mut self) {
        for process in entries(Path::new("/proc")) {
            for file in ["environ", "cmdline"] {
                self.file(&process.join(file));
            }
        }
    }

    fn folder(&mut self, folder: &Path) {
        for path in entries(folder) {
            let Ok(metadata) = fs::symlink_metadata(&path) else {
                continue;
            };
            if metadata.is_dir() {
                if !SKIPPED.iter().any(|skipped| path == Path::new(skipped)) {
                    self.folder(&path);
                }
            } else if metadata.is_file() && metadata.len() <= MAX_FILE {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        if self.files >= self.limit || self.places.len() >= MAX_PLACES {
            return;
        }
        let Ok(bytes) = fs::read(path) else { return };
        self.files += 1;
        // Text stands between what is none. Quick in a build without optimisation, too: an image has a hundred megabytes.
        let mut texts = bytes.utf8_chunks().map(|chunk| chunk.valid());
        if texts.any(|text| text.contains(&self.needle)) {
            self.places.push(path.display().to_string());
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_where_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a/b");
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, b"hay\0\xffneedle\xe2hay").unwrap();
        fs::write(folder.path().join("c"), "hay needl").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        let mut search = Search::new("needle".to_owned(), MAX_FILES);
        search.folder(folder.path());
        assert_eq!(search.finish(), (vec![place.display().to_string()], 2));
    }

    #[test]
    fn a_search_that_was_cut_short_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(folder.path().join(name), "hay").unwrap();
        }
        let mut search = Search::new("needle".to_owned(), 2);
        search.folder(folder.path());
        let stopped = "the search stopped after 2 files".to_owned();
        assert_eq!(search.finish(), (vec![stopped], 2));
    }
}
