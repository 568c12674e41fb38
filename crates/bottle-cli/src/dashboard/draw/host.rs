//! A host, so that it is seen whose it is.

use super::Tone;

/// A host or a pattern of hosts as pieces: the part that somebody registered counts, whatever stands in front of it.
pub(super) fn pieces(host: &str) -> Vec<(Tone, &str)> {
    let own = registrable(host);
    host.strip_suffix(own).map_or_else(
        || vec![(Tone::Strong, host)],
        |front| vec![(Tone::Plain, front), (Tone::Strong, own)],
    )
}

/// The name that somebody registered, with what it ends in; everything when there is no telling.
fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_counts() {
        for (host, front, own) in [
            (
                "github.com.login.evil.co.uk",
                "github.com.login.",
                "evil.co.uk",
            ),
            ("**.example.com", "**.", "example.com"),
            ("example.com", "", "example.com"),
            ("localhost", "", "localhost"),
            ("", "", ""),
        ] {
            let expected = [(Tone::Plain, front), (Tone::Strong, own)];
            assert_eq!(pieces(host), expected);
        }
    }
}
