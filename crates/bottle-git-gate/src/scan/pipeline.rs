//! Reading and looking side by side: git unpacks on one core, the scanner looks on the others.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use bottle_pipelock::Scanner;

use super::batch::Kind;
use super::contents::Contents;
use super::error::{Limit, ScanError};
use super::found::Found;
use super::limits::{IN_FLIGHT, LARGE, MAX_BLOB, MAX_FOUND, MAX_THREADS};
use super::listing::Listing;
use super::look;
use super::names::Names;
use super::object_id::ObjectId;
use super::position::Position;
use super::queue::Queue;
use super::rule::TOO_LARGE;
use super::text_object::{Part, TextObject};
use crate::git::Git;

/// What is handed over at once, in bytes: small objects would cost more than what is in them.
const HANDFUL: u64 = 64 * 1024;
/// What every object weighs beside its bytes.
const OVERHEAD: u64 = 64;

/// Something that was found, and in which of the listed objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) number: usize,
    pub(super) place: Place,
    pub(super) found: Found,
}

/// Where in the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In a file.
    Content(Option<Position>),
    /// In a commit or a tag.
    Text(Option<Part>),
    /// In the name of an entry of the tree.
    Name,
}

/// What was seen.
pub(super) struct Seen {
    /// All that was found, in the order of the listing.
    pub(super) hits: Vec<Hit>,
    /// Contents that are lists of submodules somewhere, among them some that upstream has already.
    pub(super) submodules: Vec<ObjectId>,
}

/// Something to look at.
enum Job {
    File {
        number: usize,
        bytes: Vec<u8>,
        is_submodules: bool,
    },
    Text {
        number: usize,
        bytes: Vec<u8>,
    },
    Names {
        number: usize,
        lines: Vec<u8>,
    },
}

/// Looks at all listed objects.
pub(super) fn look(
    git: &Git,
    scanner: &Scanner,
    listing: &Listing,
    deadline: Instant,
) -> Result<Seen, ScanError> {
    let queue = Queue::new(IN_FLIGHT);
    let worker = Worker {
        queue: &queue,
        scanner,
        listing,
        count: &AtomicUsize::new(0),
        large: &Mutex::new(()),
        deadline,
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads())
            .map(|_| scope.spawn(|| worker.work()))
            .collect();
        let mut reader = Reader {
            listing,
            queue: &queue,
            deadline,
            names: Names::default(),
            hand: Vec::new(),
            weight: 0,
        };
        // Whatever happens here, nobody waits for more.
        let _closing = Closing(&queue);
        let read = reader.read(git);
        if read.is_err() {
            queue.abort();
        } else {
            queue.close();
        }
        // The worker that stopped first says why the reader had to.
        let hits = join(workers)?;
        read?;
        let submodules = reader.names.submodules.into_iter().collect();
        Ok(Seen {
            hits: in_order(hits, listing),
            submodules,
        })
    })
}

fn threads() -> usize {
    thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(MAX_THREADS)
}

fn join(
    workers: Vec<ScopedJoinHandle<'_, Result<Vec<Hit>, ScanError>>>,
) -> Result<Vec<Hit>, ScanError> {
    let mut all = Vec::new();
    let mut first_error = None;
    for worker in workers {
        match worker.join() {
            Ok(Ok(hits)) => all.extend(hits),
            Ok(Err(error)) => first_error = first_error.or(Some(error)),
            Err(_) => first_error = first_error.or(Some(ScanError::Stopped)),
        }
    }
    first_error.map_or(Ok(all), Err)
}

/// With those that are too large to be read.
fn in_order(mut hits: Vec<Hit>, listing: &Listing) -> Vec<Hit> {
    let is_too_large = |number: &usize| size(listing, *number) > MAX_BLOB;
    let too_large = listing.of(Kind::Blob).filter(is_too_large);
    hits.extend(too_large.map(|number| Hit {
        number,
        place: Place::Content(None),
        found: Found::whole(TOO_LARGE),
    }));
    hits.sort_by_key(|hit| (hit.number, hit.found.place));
    hits
}

fn size(listing: &Listing, number: usize) -> u64 {
    listing.header(number).map_or(0, |header| header.size)
}

/// Reads objects and hands them over.
struct Reader<'a> {
    listing: &'a Listing,
    queue: &'a Queue<Vec<Job>>,
    deadline: Instant,
    names: Names,
    hand: Vec<Job>,
    weight: u64,
}

impl Reader<'_> {
    /// Trees before the contents of files: they say which of these are special.
    fn read(&mut self, git: &Git) -> Result<(), ScanError> {
        let kinds = [Kind::Tag, Kind::Commit, Kind::Tree, Kind::Blob];
        let listing = self.listing;
        let numbers = kinds.into_iter().flat_map(|kind| listing.of(kind));
        let small = |number: &usize| size(listing, *number) <= MAX_BLOB;
        let numbers: Vec<usize> = numbers.filter(small).collect();
        let ids = numbers.iter();
        let ids = ids.filter_map(|number| listing.header(*number));
        let ids = ids.map(|header| header.id).collect();
        let mut contents = Contents::of(git, ids, self.deadline)?;
        for number in numbers {
            self.object(number, &mut contents)?;
        }
        self.hand_over()?;
        contents.finish()
    }

    fn object(&mut self, number: usize, contents: &mut Contents) -> Result<(), ScanError> {
        let Some(header) = self.listing.header(number) else {
            return Ok(());
        };
        let bytes = contents.next(header)?;
        let job = match header.kind {
            Kind::Tag | Kind::Commit => Job::Text { number, bytes },
            Kind::Tree => {
                let path = self.listing.path(number);
                let lines = self.names.read(header.id, path, &bytes)?;
                if lines.is_empty() {
                    return Ok(());
                }
                Job::Names { number, lines }
            }
            Kind::Blob => Job::File {
                number,
                is_submodules: self.names.submodules.contains(&header.id),
                bytes,
            },
        };
        self.add(job)
    }

    fn add(&mut self, job: Job) -> Result<(), ScanError> {
        self.weight += job.weight() + OVERHEAD;
        self.hand.push(job);
        if self.weight >= HANDFUL {
            self.hand_over()?;
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), ScanError> {
        let weight = std::mem::take(&mut self.weight);
        let hand = std::mem::take(&mut self.hand);
        let pushed = self.queue.push(hand, weight, self.deadline);
        // A worker that closed the queue says why itself.
        pushed.map_err(|_| ScanError::Time)
    }
}

impl Job {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::File { bytes, .. } | Self::Text { bytes, .. } => bytes,
            Self::Names { lines, .. } => lines,
        }
    }

    fn weight(&self) -> u64 {
        u64::try_from(self.bytes().len()).unwrap_or(u64::MAX)
    }
}

/// Looks at what was handed over.
struct Worker<'a> {
    queue: &'a Queue<Vec<Job>>,
    scanner: &'a Scanner,
    listing: &'a Listing,
    count: &'a AtomicUsize,
    /// Held by whoever looks at something large.
    large: &'a Mutex<()>,
    deadline: Instant,
}

/// Closes the queue when a worker ends, however it ends: the reader must not wait for nobody.
struct Closing<'a>(&'a Queue<Vec<Job>>);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Worker<'_> {
    fn work(&self) -> Result<Vec<Hit>, ScanError> {
        let closing = Closing(self.queue);
        let mut hits = Vec::new();
        while let Some(mut taken) = self.queue.pop() {
            for job in taken.item.take().unwrap_or_default() {
                if Instant::now() >= self.deadline {
                    return Err(ScanError::Time);
                }
                let before = hits.len();
                self.look(&job, &mut hits);
                let more = hits.len() - before;
                if self.count.fetch_add(more, Ordering::Relaxed) + more > MAX_FOUND {
                    return Err(ScanError::Limits(Limit::Findings));
                }
            }
        }
        // The others go on with what waits.
        std::mem::forget(closing);
        Ok(hits)
    }

    fn look(&self, job: &Job, hits: &mut Vec<Hit>) {
        let alone = (job.weight() > LARGE).then(|| self.large.lock());
        let alone = alone.map(|held| held.unwrap_or_else(PoisonError::into_inner));
        match job {
            Job::File {
                number,
                bytes,
                is_submodules,
            } => {
                let path = String::from_utf8_lossy(self.listing.path(*number));
                let name = path.rsplit('/').next().unwrap_or_default();
                let mut found = look::file(self.scanner, name, bytes);
                if *is_submodules {
                    found.extend(look::submodules(bytes));
                }
                hits.extend(found.into_iter().map(|found| Hit {
                    number: *number,
                    place: Place::Content(found.place.map(|place| Position::of(bytes, place))),
                    found,
                }));
            }
            Job::Text { number, bytes } => {
                let object = TextObject::of(bytes);
                let found = look::text(self.scanner, object).into_iter();
                hits.extend(found.map(|found| Hit {
                    number: *number,
                    place: Place::Text(found.place.map(|place| object.part(place))),
                    found,
                }));
            }
            Job::Names { number, lines } => {
                let found = look::names(self.scanner, lines).into_iter();
                hits.extend(found.map(|found| Hit {
                    number: *number,
                    place: Place::Name,
                    found,
                }));
            }
        }
        drop(alone);
    }
}
