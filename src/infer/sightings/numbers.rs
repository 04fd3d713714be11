//! Card numbers, bank accounts, addresses and telephone numbers inside running text. Gives counts only.

/// What one text holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cards {
    /// Ungrouped digit strings of the length and issuer range of a card, whatever their check digit.
    pub candidates: usize,
    /// Numbers whose check digit fits, grouped or not.
    pub hits: usize,
    /// Those of the hits that are written in the groups of a card, `9999 9999 9999 9999`.
    pub grouped: usize,
    /// Those of the hits that are published for tests.
    pub tests: usize,
}

/// Digits in the groups in which card numbers are embossed (ISO/IEC 7813 leaves it to the schemes: 4-4-4-4, 4-6-5, 4-6-4).
const GROUPINGS: [&[usize]; 4] = [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];
/// Shortest and longest card number still issued (Diners Club 14, ISO/IEC 7812-1 at most 19).
const SHORTEST_CARD: usize = 14;
const LONGEST_CARD: usize = 19;

/// Numbers that card schemes and payment providers publish for tests; they belong to nobody.
const TEST_NUMBERS: [&str; 26] = [
    "4111111111111111",
    "4012888888881881",
    "4242424242424242",
    "4000056655665556",
    "4000000000000002",
    "4444333322221111",
    "4917610000000000",
    "4988438843884305",
    "4166676667666746",
    "4646464646464644",
    "4005519200000004",
    "4009348888881881",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "5454545454545454",
    "2223003122003222",
    "2223000048400011",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "6011111111111117",
    "6011000990139424",
    "30569309025904",
    "38520000023237",
    "3530111333300000",
];

/// One run of digits of a text.
struct Group<'a> {
    digits: &'a str,
    /// Whether a letter, a sign or a decimal point clings to it.
    starts_clean: bool,
    ends_clean: bool,
    /// Whether one blank or hyphen joins it to the group before.
    joined: bool,
}

/// Counts the card numbers of a text.
pub(super) fn cards(text: &str) -> Cards {
    let mut found = Cards::default();
    if text.bytes().filter(u8::is_ascii_digit).count() < SHORTEST_CARD {
        return found;
    }
    let groups = groups(text);
    let mut at = 0;
    while let Some(group) = groups.get(at) {
        let Some((length, number)) = card_at(&groups, at) else {
            at += 1;
            continue;
        };
        // A row of groups that hangs on letters is an account number such as an IBAN, not a card.
        if group.starts_clean {
            let (valid, grouped) = (luhn(&number), length > 1);
            found.candidates += usize::from(!grouped);
            found.hits += usize::from(valid);
            found.grouped += usize::from(valid && grouped);
            found.tests += usize::from(valid && TEST_NUMBERS.contains(&number.as_str()));
        }
        at += length;
    }
    found
}

fn groups(text: &str) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    let mut last_end = None;
    let mut rest = 0;
    while let Some(start) = text.get(rest..).and_then(|tail| tail.find(|c: char| c.is_ascii_digit())).map(|n| n + rest)
    {
        let tail = text.get(start..).unwrap_or("");
        let end = tail.find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| start + length);
        let head = text.get(..start).unwrap_or("");
        let separated = head.ends_with([' ', '-']) && last_end == start.checked_sub(1);
        let hangs = separated && found.last().is_some_and(|before| !before.starts_clean);
        found.push(Group {
            digits: text.get(start..end).unwrap_or(""),
            starts_clean: !hangs && starts_clean(head),
            ends_clean: ends_clean(text.get(end..).unwrap_or("")),
            joined: separated,
        });
        last_end = Some(end);
        rest = end;
    }
    found
}

fn starts_clean(head: &str) -> bool {
    let mut before = head.chars().rev();
    match before.next() {
        None => true,
        Some('.' | ',') => !before.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !(c.is_alphanumeric() || matches!(c, '+' | '_' | '$' | '€' | '£')),
    }
}

fn ends_clean(tail: &str) -> bool {
    let mut after = tail.chars();
    match after.next() {
        None => true,
        Some('.' | ',') => !after.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !(c.is_alphanumeric() || c == '_'),
    }
}

/// The card-shaped number that begins at a group: how many groups it takes, and its digits.
fn card_at(groups: &[Group<'_>], at: usize) -> Option<(usize, String)> {
    for grouping in GROUPINGS {
        let window = groups.get(at..at + grouping.len()).unwrap_or(&[]);
        let fits = window.len() == grouping.len()
            && window.iter().zip(grouping).all(|(group, length)| group.digits.len() == *length)
            && window.iter().skip(1).all(|group| group.joined)
            && window.last().is_some_and(|group| group.ends_clean);
        let number: String = window.iter().map(|group| group.digits).collect();
        if fits && is_issued(&number) {
            return Some((grouping.len(), number));
        }
    }
    let group = groups.get(at)?;
    (group.ends_clean && (SHORTEST_CARD..=LONGEST_CARD).contains(&group.digits.len()))
        .then(|| group.digits.to_string())
        .filter(|number| is_issued(number))
        .map(|number| (1, number))
}

/// Issuer ranges with the lengths the schemes issue (ISO/IEC 7812; the schemes' published BIN ranges).
fn is_issued(number: &str) -> bool {
    let prefix = |length: usize| number.get(..length).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let varied = number.bytes().any(|digit| Some(&digit) != number.as_bytes().first());
    let issued = match number.len() {
        14 => matches!(prefix(2), 36 | 38 | 39) || (300..=305).contains(&prefix(3)),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            prefix(1) == 4
                || (51..=55).contains(&prefix(2))
                || (2221..=2720).contains(&prefix(4))
                || prefix(4) == 6011
                || (644..=659).contains(&prefix(3))
                || (3528..=3589).contains(&prefix(4))
                || prefix(2) == 62
        }
        19 => prefix(1) == 4 || prefix(2) == 62 || (3528..=3589).contains(&prefix(4)),
        _ => false,
    };
    issued && varied
}

fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a text holds a mail address, a bank account number, a telephone number or a US social security number.
pub(super) fn is_personal(text: &str) -> bool {
    has_mail(text) || has_iban(text) || has_phone(text) || has_ssn(text)
}

/// addr-spec of RFC 5322 in its common form, anywhere in the text.
fn has_mail(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let head = text.get(..at).unwrap_or("");
        let tail = text.get(at + 1..).unwrap_or("");
        let local = head.chars().rev().take_while(|c| c.is_alphanumeric() || "._%+-".contains(*c)).count();
        let domain: String = tail.chars().take_while(|c| c.is_alphanumeric() || ".-".contains(*c)).collect();
        let labels: Vec<&str> = domain.trim_end_matches(['.', '-']).split('.').collect();
        let top = labels.last().is_some_and(|top| top.len() >= 2 && top.chars().all(char::is_alphabetic));
        local > 0 && labels.len() >= 2 && labels.iter().all(|label| !label.is_empty()) && top
    })
}

/// Lengths of account numbers by country (ISO 13616 registry, the countries of the European payments area and neighbours).
const IBAN_LENGTHS: [(&str, usize); 36] = [
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
];

/// ISO 13616: country, check digits, the country's length, modulus 97 equal 1; blanks between groups allowed.
fn has_iban(text: &str) -> bool {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    letters.windows(4).enumerate().any(|(at, window)| {
        let [(start, a), (_, b), (_, c), (_, d)] = window else { return false };
        let bounded =
            at.checked_sub(1).and_then(|i| letters.get(i)).is_none_or(|(_, before)| !before.is_alphanumeric());
        bounded
            && a.is_ascii_uppercase()
            && b.is_ascii_uppercase()
            && c.is_ascii_digit()
            && d.is_ascii_digit()
            && is_iban(text.get(*start..).unwrap_or(""))
    })
}

fn is_iban(text: &str) -> bool {
    let length = IBAN_LENGTHS.iter().find(|(country, _)| text.starts_with(country)).map(|(_, length)| *length);
    let Some(length) = length else { return false };
    let plain: String =
        text.chars().filter(|c| *c != ' ').take_while(char::is_ascii_alphanumeric).take(length).collect();
    if plain.len() != length {
        return false;
    }
    let turned = plain.chars().skip(4).chain(plain.chars().take(4));
    let remainder = turned.filter_map(|c| c.to_digit(36)).fold(0u32, |sum, digit| {
        let shift = if digit >= 10 { 100 } else { 10 };
        (sum * shift + digit) % 97
    });
    remainder == 1
}

/// Words before a number that say it is somebody's telephone.
const PHONE_WORDS: [&str; 8] = ["tel", "phone", "mobil", "handy", "fon", "cell", "call", "ruf"];
/// Digits of a telephone number with its area (ITU-T E.164: at most 15).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A number in international form, or one that a word announces as a telephone's.
fn has_phone(text: &str) -> bool {
    let dialled = |tail: &str| {
        let number: String = tail.chars().take_while(|c| c.is_ascii_digit() || " -/().".contains(*c)).collect();
        PHONE_DIGITS.contains(&number.bytes().filter(u8::is_ascii_digit).count())
    };
    let abroad = text.match_indices('+').any(|(at, _)| {
        let tail = text.get(at + 1..).unwrap_or("");
        let bounded = !text.get(..at).unwrap_or("").ends_with(|c: char| c.is_alphanumeric() || c == '+');
        bounded && tail.starts_with(|c: char| c.is_ascii_digit() && c != '0') && dialled(tail)
    });
    abroad || announced(text, &dialled)
}

fn announced(text: &str, dialled: &dyn Fn(&str) -> bool) -> bool {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return false;
    }
    PHONE_WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let tail = text.get(at + word.len()..).unwrap_or("");
            let tail = tail.trim_start_matches(|c: char| c.is_alphabetic()).trim_start_matches(['.', ':', ' ', '#']);
            let whole = !text.get(..at).unwrap_or("").ends_with(|c: char| c.is_alphanumeric());
            whole && tail.starts_with(|c: char| c.is_ascii_digit() || c == '(') && dialled(tail)
        })
    })
}

/// US social security numbers, `999-99-9999`; areas 000, 666 and 9xx are never given (SSA).
fn has_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(11).enumerate().any(|(at, window)| {
        let form = window.iter().enumerate().all(|(place, byte)| match place {
            3 | 6 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let touches = |place: Option<usize>| {
            place.and_then(|place| bytes.get(place)).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        };
        let never = window.starts_with(b"000")
            || window.starts_with(b"666")
            || window.starts_with(b"9")
            || window.get(4..6) == Some(b"00")
            || window.ends_with(b"0000");
        form && !never && !touches(at.checked_sub(1)) && !touches(Some(at + 11))
    })
}
