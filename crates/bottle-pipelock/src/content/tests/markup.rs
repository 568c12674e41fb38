//! XML and HTML.

use proptest::prelude::*;

use super::{WORD, all, pieces, shows};

const HTML: &str = "text/html";

proptest! {
    #[test]
    fn cut_by_anything_it_is_whole(cut in 1..WORD.len()) {
        let (first, second) = WORD.split_at(cut);
        let marks = [
            "<b></b>", "<!-- > a comment < -->", "</p>", "<br/>", "<a title=\">\" href='\">'>",
            "<![CDATA[]]>", "<!x>", "<?y?>", "<!-->",
        ];
        for mark in marks {
            assert!(shows(HTML, format!("<p>{first}{mark}{second}"), WORD), "{}", mark);
        }
        for mark in [" < ", "<1>", "<>", "x"] {
            assert!(!shows(HTML, format!("<p>{first}{mark}{second}"), WORD), "{}", mark);
        }
        let attributes = format!("<a x=\"{first}\" y='{second}'>");
        assert!(shows(HTML, attributes, WORD));
    }

    #[test]
    fn spelled_in_references_it_is_plain(kinds in prop::collection::vec(0..4, WORD.len())) {
        let spelled = WORD.chars().zip(kinds).map(|(letter, kind)| match (kind, letter) {
            (0, _) => format!("&#{};", u32::from(letter)),
            (1, _) => format!("&#x{:x};", u32::from(letter)),
            (2, '_') => "&lowbar;".to_owned(),
            (2, '.') => "&period;".to_owned(),
            (2, '/') => "&sol;".to_owned(),
            _ => letter.to_string(),
        });
        let text: String = spelled.collect();
        assert!(shows("application/xml", format!("<a>{text}</a>"), WORD));
        assert!(shows(HTML, format!("<a b=\"{text}\">"), WORD));
    }
}

#[test]
fn sections_are_as_they_stand() {
    let body = "<a>x&amp;<![CDATA[<b>&amp;]]>&lt;</a>";
    assert_eq!(pieces(&all(HTML, body)[0]), ["x&", "<b>&amp;", "<"]);
    assert!(shows(HTML, "<a>Needle<![CDATA[_0123", "Needle_0123"));
}

#[test]
fn without_an_end_it_is_text() {
    for (body, text) in [
        ("<a>x<b y", "x<b y"),
        ("<a>x<!-- y", "x<!-- y"),
        ("<a>x<b c=\"y>z", "xz"),
        ("a<b c='\">x", "ax"),
    ] {
        assert_eq!(
            String::from_utf8(all(HTML, body).remove(0).bytes).unwrap(),
            text,
            "{body}"
        );
    }
    assert!(all(HTML, "a < b & c > d").is_empty());
}
