//! What an agent at work sends.

mod binary;
mod fill;
mod repository;
mod templates;
mod words;

use crate::random::Random;
use crate::sample::Sample;

impl Random {
    /// One of these.
    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// An exchange, and which of its kind.
pub(crate) struct Sent {
    pub(crate) kind: &'static str,
    pub(crate) which: String,
    pub(crate) sample: Sample,
}

/// All exchanges.
pub(crate) fn all() -> Vec<Sent> {
    let mut random = Random::new(20_260_117);
    let mut sent = Vec::new();
    for template in templates::all() {
        sent.extend(filled(&template, &mut random));
    }
    for (kind, count, generate) in binary::KINDS {
        sent.extend((0..*count).map(|number| Sent {
            kind,
            which: number.to_string(),
            sample: generate(&mut random),
        }));
    }
    sent.extend(
        repository::samples()
            .into_iter()
            .map(|(which, sample)| Sent {
                kind: "repository",
                which,
                sample,
            }),
    );
    sent
}

/// Exchanges that would better pass, and do not all.
pub(crate) fn disputed() -> Vec<Sent> {
    let mut random = Random::new(20_260_118);
    let templates = templates::disputed();
    let filled = templates
        .iter()
        .flat_map(|template| filled(template, &mut random));
    filled.collect()
}

fn filled(template: &templates::Template, random: &mut Random) -> Vec<Sent> {
    let one = |number: usize| Sent {
        kind: template.name,
        which: number.to_string(),
        sample: template.sample(random),
    };
    (0..template.count).map(one).collect()
}
