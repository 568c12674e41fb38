//! One line of a bottle's logs.

/// A line as [`Backend::logs`](crate::backend::Backend::logs) answers it and as `compose.log` keeps it: `SERVICE | TIME TEXT`. The
/// service is the engine's word; the text is whatever was written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// Which service wrote it.
    pub service: &'a str,
    /// What it wrote.
    pub text: &'a str,
}

impl<'a> LogLine<'a> {
    /// Reads a line; none when it has not that form.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (service, rest) = line.split_once(" | ")?;
        let (_, text) = rest.split_once(' ')?;
        Some(Self { service, text })
    }
}

#[cfg(test)]
mod tests {
    use super::LogLine;

    #[test]
    fn the_service_is_what_the_line_begins_with() {
        let line = LogLine::parse("egress | 2026-05-25T23:16:00.1Z {\"path\":\"/a | b\"}").unwrap();
        assert_eq!(
            (line.service, line.text),
            ("egress", "{\"path\":\"/a | b\"}")
        );
        for line in ["", "egress", "egress | ", "egress | 2026-05-25T23:16:00.1Z"] {
            assert_eq!(LogLine::parse(line), None, "{line}");
        }
    }
}
