//! The logs of a bottle, merged.

use std::collections::VecDeque;

use bollard::query_parameters::LogsOptionsBuilder;
use bottle_run::backend::{BackendError, LOGS_LIMIT, LogsRequest};
use futures_util::future::try_join_all;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};

use crate::backend::Docker;
use crate::error::engine;
use crate::{labels, live, patience};

/// One line: the engine's time stamp and the text.
type Line = (String, Vec<u8>);

/// The logs of every container of the bottle.
pub(crate) async fn logs(docker: &Docker, request: &LogsRequest) -> Result<Vec<u8>, BackendError> {
    // The last thing before a teardown: a restarted engine still has them.
    patience::wait(docker).await;
    let readings = of(docker, request)
        .await?
        .into_iter()
        .map(|(id, service)| async move { read(docker, &id, &service).await });
    let mut lines: Vec<Line> = try_join_all(readings)
        .await?
        .into_iter()
        .flatten()
        .collect();
    // Stable: lines of one container with one time stamp keep their order.
    lines.sort_by(|left, right| left.0.cmp(&right.0));
    let mut kept = Kept::default();
    for line in lines {
        kept.push(line);
    }
    Ok(kept.lines.into_iter().flat_map(|(_, line)| line).collect())
}

/// How a log is asked for.
fn options() -> LogsOptionsBuilder {
    LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
}

impl Docker {
    /// What the containers of a bottle wrote and go on to write, as it comes, each line as in
    /// [`bottle_run::backend::Backend::logs`]; only what one of them wrote is in order. Ends when all of them have ended.
    ///
    /// # Errors
    ///
    /// When the engine does not answer.
    pub async fn follow(
        &self,
        request: &LogsRequest,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, BackendError>> + use<'_>, BackendError> {
        let containers = of(self, request).await?;
        let streams = containers.into_iter().map(|(id, service)| {
            let options = options().follow(true).tail("all").build();
            let parts = self.client().logs(&id, Some(options));
            parts
                .map(move |part| {
                    let part = part.map_err(engine(format!("read the log of {service}")))?;
                    Ok(line(&service, &part.into_bytes()).1)
                })
                .boxed()
        });
        Ok(stream::select_all(streams))
    }
}

/// The containers of a bottle: id and service.
async fn of(docker: &Docker, request: &LogsRequest) -> Result<Vec<(String, String)>, BackendError> {
    let identity = request.identity.to_string();
    let wanted = [
        (labels::IDENTITY, identity.as_str()),
        (labels::HOME, request.home.as_str()),
    ];
    let containers = live::containers(docker, &wanted).await?;
    let named = containers.into_iter().filter_map(|container| {
        let service = container.labels?.remove(labels::SERVICE)?;
        Some((container.id?, service))
    });
    Ok(named.collect())
}

async fn read(docker: &Docker, id: &str, service: &str) -> Result<VecDeque<Line>, BackendError> {
    let options = options().tail("all").build();
    let mut stream = docker.client().logs(id, Some(options));
    let mut kept = Kept::default();
    while let Some(part) = stream
        .try_next()
        .await
        .map_err(engine(format!("read the log of {service}")))?
    {
        kept.push(line(service, &part.into_bytes()));
    }
    Ok(kept.lines)
}

/// The newest lines that fit.
#[derive(Default)]
struct Kept {
    lines: VecDeque<Line>,
    bytes: usize,
}

impl Kept {
    fn push(&mut self, line: Line) {
        self.bytes += line.1.len();
        self.lines.push_back(line);
        while self.bytes > LOGS_LIMIT {
            let Some((_, oldest)) = self.lines.pop_front() else {
                return;
            };
            self.bytes -= oldest.len();
        }
    }
}

/// `<service> | <time stamp> <text>`, ending with one line feed.
fn line(service: &str, part: &[u8]) -> Line {
    let text = part.strip_suffix(b"\n").unwrap_or(part);
    let end = text
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(text.len());
    let stamp = text
        .get(..end)
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let mut line = format!("{service} | ").into_bytes();
    line.extend_from_slice(text);
    line.push(b'\n');
    (sortable(&stamp), line)
}

/// RFC 3339 with the fraction's dropped zeros put back, so that the order of the text is the order of time.
fn sortable(stamp: &str) -> String {
    let plain = stamp.trim_end_matches('Z');
    let (seconds, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    format!("{seconds}.{fraction:0<9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_and_ordered_by_time() {
        let (early, text) = line("egress", b"2026-01-02T03:04:05.6Z listens\n");
        let (late, _) = line("agent", b"2026-01-02T03:04:05.600000001Z later");
        assert!(early < late);
        assert_eq!(text, b"egress | 2026-01-02T03:04:05.6Z listens\n");
    }

    #[test]
    fn the_newest_lines_win() {
        let mut kept = Kept::default();
        for number in 0..3_u8 {
            kept.push((String::new(), vec![number; LOGS_LIMIT / 2]));
        }
        let firsts: Vec<u8> = kept.lines.iter().map(|(_, line)| line[0]).collect();
        assert_eq!(firsts, [1, 2]);
    }
}
