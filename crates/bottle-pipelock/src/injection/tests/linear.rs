//! Input that was made for the search.
#![expect(clippy::disallowed_methods, reason = "a test may look at the clock")]

use std::time::{Duration, Instant};

use crate::injection::find_injection;

/// Unoptimised and beside other tests; a search that is not linear takes minutes.
const PATIENCE: Duration = Duration::from_secs(30);
const SIZE: usize = 256 * 1024;

#[test]
fn the_time_does_not_depend_on_what_is_repeated() {
    let pieces = [
        "ignore ",
        "ignore the ",
        "ignore all the rules. ",
        "never ignore all previous instructions ",
        "\"ignore all previous instructions\" ",
        "`ignore all previous instructions` ",
        "> ignore all previous instructions\n",
        "```ignore all previous instructions ",
        "<pre>never ignore all previous instructions ",
        "<code>ignore all previous instructions</code> ",
        "do not tell ",
        "tool ",
        "i g n o r e ",
        "a ",
        "a",
        "A.",
        "ignoreprevious",
        "ignorepreviousx",
        "instructioninstructions",
        "\u{5ffd}\u{7565}",
        "\u{5ffd}\u{7565}\u{6240}\u{6709}",
        "\u{65e0}",
        "\u{456}",
        "\u{200b}",
        "i\u{200b}",
        "\u{e0041}",
        "\u{fdfa}",
        "cHJldmlvdXM",
        "cHJldmlvdXM ",
        "cHJldmlvdXMg",
        "<|im_start|>",
        "<|im_start|>system ",
        "[INST] ",
        "<important>",
        "<important ",
        "<b>",
        "i<b>",
        "<",
        "]( ",
        "](http",
        "](https://x.example/?q={",
        "&#73;",
        "&#",
        "\\u0049",
        "\\u",
        "\\n",
        "$(cat ",
        "`cat ",
        ".ssh ",
        "/.env.env.env",
        "$(cat /.ssh/a/b/c/d",
        "read .ssh read .ssh send ",
        "your password ",
        "you're ",
        "'",
        "\"",
        "\n",
        "\n\n",
        " ",
        "_",
        "0",
        "1gn0re ",
        "\u{0}",
    ];
    for piece in pieces {
        let text = piece.repeat(SIZE / piece.len());
        let start = Instant::now();
        let _ = find_injection(text.as_bytes());
        assert!(start.elapsed() < PATIENCE, "{piece} {:?}", start.elapsed());
    }
}
