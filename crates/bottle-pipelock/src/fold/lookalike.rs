//! Letters that look like others.

/// How many letters the English alphabet has.
const ALPHABET: u32 = 26;
/// Rows of the whole alphabet that have no compatibility form: circled and squared on black, and those that flags are
/// made of.
const ALPHABETS: [u32; 3] = [0x1_f150, 0x1_f170, 0x1_f1e6];

/// The ASCII character that this one is taken for: letters of Cyrillic, Greek, Armenian and Cherokee, small capitals
/// (after the confusables of UTS 39).
pub(super) fn ascii(letter: char) -> Option<char> {
    small(letter)
        .or_else(|| capital(letter))
        .or_else(|| mark(letter))
        .or_else(|| in_alphabet(letter))
}

fn in_alphabet(letter: char) -> Option<char> {
    ALPHABETS.iter().find_map(|first| {
        let place = u32::from(letter).checked_sub(*first)?;
        let ascii = u32::from('A') + place;
        (place < ALPHABET).then(|| char::from_u32(ascii)).flatten()
    })
}

const fn small(letter: char) -> Option<char> {
    Some(match letter {
        '\u{251}' | '\u{3b1}' | '\u{430}' | '\u{1d00}' => 'a',
        '\u{184}' | '\u{299}' => 'b',
        '\u{3f2}' | '\u{441}' | '\u{1d04}' => 'c',
        '\u{501}' | '\u{1d05}' => 'd',
        '\u{435}' | '\u{454}' | '\u{1d07}' => 'e',
        '\u{493}' | '\u{584}' | '\u{a730}' => 'f',
        '\u{261}' | '\u{262}' | '\u{581}' => 'g',
        '\u{29c}' | '\u{4bb}' | '\u{570}' => 'h',
        '\u{131}' | '\u{26a}' | '\u{3b9}' | '\u{456}' | '\u{a647}' => 'i',
        '\u{3f3}' | '\u{458}' | '\u{1d0a}' => 'j',
        '\u{3ba}' | '\u{43a}' | '\u{1d0b}' => 'k',
        '\u{29f}' | '\u{4cf}' => 'l',
        '\u{43c}' | '\u{1d0d}' => 'm',
        '\u{274}' | '\u{578}' => 'n',
        '\u{3bf}' | '\u{3c3}' | '\u{43e}' | '\u{585}' | '\u{1d0f}' => 'o',
        '\u{3c1}' | '\u{440}' | '\u{1d18}' => 'p',
        '\u{51b}' | '\u{563}' => 'q',
        '\u{280}' | '\u{433}' | '\u{1d26}' => 'r',
        '\u{455}' | '\u{a731}' => 's',
        '\u{3c4}' | '\u{442}' | '\u{1d1b}' => 't',
        '\u{3c5}' | '\u{57d}' | '\u{1d1c}' => 'u',
        '\u{3bd}' | '\u{475}' | '\u{1d20}' => 'v',
        '\u{3c9}' | '\u{461}' | '\u{51d}' | '\u{1d21}' => 'w',
        '\u{3c7}' | '\u{445}' => 'x',
        '\u{28f}' | '\u{3b3}' | '\u{443}' | '\u{4af}' => 'y',
        '\u{1d22}' => 'z',
        _ => return None,
    })
}

const fn capital(letter: char) -> Option<char> {
    Some(match letter {
        '\u{391}' | '\u{410}' | '\u{13aa}' => 'A',
        '\u{392}' | '\u{412}' | '\u{13f4}' => 'B',
        '\u{3f9}' | '\u{421}' | '\u{13df}' => 'C',
        '\u{13a0}' => 'D',
        '\u{395}' | '\u{415}' | '\u{13ac}' => 'E',
        '\u{3dc}' => 'F',
        '\u{50c}' | '\u{13c0}' => 'G',
        '\u{397}' | '\u{41d}' | '\u{13bb}' => 'H',
        '\u{399}' | '\u{406}' | '\u{4c0}' => 'I',
        '\u{37f}' | '\u{408}' | '\u{13ab}' => 'J',
        '\u{39a}' | '\u{41a}' | '\u{13e6}' => 'K',
        '\u{13de}' => 'L',
        '\u{39c}' | '\u{41c}' | '\u{13b7}' => 'M',
        '\u{39d}' => 'N',
        '\u{39f}' | '\u{41e}' | '\u{555}' => 'O',
        '\u{3a1}' | '\u{420}' | '\u{13e2}' => 'P',
        '\u{51a}' => 'Q',
        '\u{13a1}' => 'R',
        '\u{405}' | '\u{54f}' | '\u{13da}' => 'S',
        '\u{3a4}' | '\u{422}' | '\u{13a2}' => 'T',
        '\u{54d}' => 'U',
        '\u{474}' | '\u{13d9}' => 'V',
        '\u{51c}' | '\u{13b3}' => 'W',
        '\u{3a7}' | '\u{425}' => 'X',
        '\u{3a5}' | '\u{423}' | '\u{4ae}' => 'Y',
        '\u{396}' | '\u{13c3}' => 'Z',
        _ => return None,
    })
}

const fn mark(letter: char) -> Option<char> {
    Some(match letter {
        '\u{2d7}' | '\u{2010}' | '\u{2012}' | '\u{2013}' | '\u{2014}' | '\u{2015}' | '\u{2043}'
        | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        '\u{2cd}' => '_',
        '\u{6d4}' | '\u{701}' => '.',
        '\u{2d0}' | '\u{589}' | '\u{2236}' | '\u{a789}' => ':',
        '\u{30a0}' | '\u{a78a}' => '=',
        _ => return None,
    })
}
