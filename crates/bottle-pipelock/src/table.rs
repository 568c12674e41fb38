//! Tables of persons: rows with the numbers of their cards, under a head that says so.
//!
//! In a row a number stands alone, so neither its groups nor a name beside it tell what it is; the column does.

use crate::checks;

/// The rule.
pub(crate) const RULE: &str = "table-of-cards";
/// What stands between the fields of a row.
const MARKS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The longest head that is looked at.
const LONGEST_HEAD: usize = 4096;
/// Columns that say whose card it is, or how to use it: tables of numbers for trials have none.
const PERSONS: &[&str] = &[
    "cardholder",
    "customer",
    "cvc",
    "cvv",
    "email",
    "expiration",
    "expires",
    "expiry",
    "exp",
    "holder",
    "name",
    "phone",
];
/// Columns of cards.
const CARDS: &[&[&str]] = &[
    &["card", "number"],
    &["card", "no"],
    &["card", "num"],
    &["cc", "number"],
    &["credit", "card"],
    &["pan"],
];

/// The rule, if a text is such a table.
pub(crate) fn find(text: &[u8]) -> Option<&'static str> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let head = lines.next().filter(|head| head.len() <= LONGEST_HEAD)?;
    let mark = *MARKS.iter().find(|mark| head.contains(mark))?;
    let columns: Vec<Vec<String>> = head.split(|byte| *byte == mark).map(words).collect();
    let column = columns.iter().position(|words| is_card(words))?;
    let has = |word: &String| PERSONS.contains(&word.as_str());
    let is_of_persons = columns
        .iter()
        .any(|words| words.iter().any(has) && !is_card(words));
    let mut fields = lines.filter_map(|line| line.split(|byte| *byte == mark).nth(column));
    (is_of_persons && fields.any(is_number)).then_some(RULE)
}

/// The words of a column's name, in small letters.
fn words(name: &[u8]) -> Vec<String> {
    let words = name.split(|byte| !byte.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| String::from_utf8_lossy(word).to_ascii_lowercase())
        .collect()
}

fn is_card(words: &[String]) -> bool {
    let has = |word: &&str| words.iter().any(|each| each == word);
    CARDS.iter().any(|name| name.iter().all(has))
}

/// Whether a field is the number of a card, with or without groups and quotes.
fn is_number(field: &[u8]) -> bool {
    let is_between = |byte: &u8| matches!(byte, b' ' | b'-' | b'"' | b'\'' | b'\r');
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .filter(|byte| !is_between(byte))
        .collect();
    checks::is_card_number(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_of_persons_and_other_tables() {
        let number = ["45320151", "12830366"].concat();
        for table in [
            format!("name,card_number,expiry\nA Example,{number},12/28\n"),
            format!("Email;Credit Card;CVV\r\na@x.test;\"{number}\";123\r\n"),
            format!("holder\tpan\nA\t4532 0151 {}\n", "1283 0366"),
        ] {
            assert_eq!(find(table.as_bytes()), Some(RULE), "{table}");
        }
        for table in [
            String::new(),
            "name,card_number\nA Example,1234567812345678\n".to_owned(),
            format!("brand,card_number\nvisa,{number}\n"),
            format!("name,order_number\nA Example,{number}\n"),
            format!("name,scorecard\nA Example,{number}\n"),
            "name,card_number,expiry\nA Example,****0366,12/28\n".to_owned(),
        ] {
            assert_eq!(find(table.as_bytes()), None, "{table}");
        }
    }
}
