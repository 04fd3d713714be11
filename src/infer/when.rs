//! Texts that are dates and times. Whether 03/04 is April or March is decided per column, not per value.

/// Bytes of the longest text that can be a moment: `Wednesday, 30 September 2024 12:00:00.000000+02:00`.
const LONGEST: usize = 48;

/// The reading of a date text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateText {
    /// The flags say that only one order of day and month is possible, and whether midnight was written out.
    Date {
        day_first: bool,
        month_first: bool,
        midnight: bool,
    },
    DateTime,
    Time,
}

/// Reads ISO 8601 as readers deliver it.
pub(super) fn of_iso(text: &str) -> Option<DateText> {
    if text.contains(':') && !text.contains('-') {
        return Some(DateText::Time);
    }
    let midnight = text
        .split_once(['T', ' '])
        .is_none_or(|(_, time)| time.trim_start_matches("00:00:00").trim_matches(['.', '0']).is_empty());
    Some(if midnight {
        DateText::Date { day_first: false, month_first: false, midnight: false }
    } else {
        DateText::DateTime
    })
}

/// Reads a text that a person typed or a program exported.
pub(super) fn of_text(text: &str) -> Option<DateText> {
    // Most texts have no digit or are too long for any date; they are told apart without a closer look.
    if text.len() > LONGEST || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if is_time(text) {
        return Some(DateText::Time);
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) if date.len() >= 6 => (date, Some(time.trim())),
        _ => (text, None),
    };
    let found = date_of(date).or_else(|| worded_date(text))?;
    match time {
        Some(time) if date_of(date).is_some() => {
            let clock = time.trim_end_matches('Z').split(['+']).next().unwrap_or("").trim();
            if !is_time(clock) {
                return None;
            }
            let midnight = clock.chars().all(|c| matches!(c, '0' | ':' | '.'));
            Some(match found {
                DateText::Date { day_first, month_first, .. } if midnight => {
                    DateText::Date { day_first, month_first, midnight }
                }
                _ => DateText::DateTime,
            })
        }
        _ => Some(found),
    }
}

fn is_time(text: &str) -> bool {
    let bare = text.trim();
    let upper = bare.to_ascii_uppercase();
    let bare = upper.strip_suffix("AM").or_else(|| upper.strip_suffix("PM")).unwrap_or(&upper).trim();
    let parts: Vec<&str> = bare.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return false;
    }
    let within = |text: &str, limit: u32| text.len() <= 2 && text.parse::<u32>().is_ok_and(|n| n < limit);
    let seconds_fit = parts.get(2).is_none_or(|text| text.parse::<f64>().is_ok_and(|n| (0.0..60.0).contains(&n)));
    within(parts.first().copied().unwrap_or("x"), 24) && within(parts.get(1).copied().unwrap_or("x"), 60) && seconds_fit
}

fn date_of(text: &str) -> Option<DateText> {
    let separator = ['-', '/', '.'].into_iter().find(|separator| text.matches(*separator).count() == 2)?;
    let parts: Vec<&str> = text.split(separator).collect();
    let numbers: Vec<u32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let (&[a, b, c], &[la, lb, lc]) = (numbers.as_slice(), lengths.as_slice()) else { return None };
    let none = DateText::Date { day_first: false, month_first: false, midnight: false };
    if la == 4 && lb <= 2 && lc <= 2 {
        return ((1..=12).contains(&b) && (1..=31).contains(&c)).then_some(none);
    }
    if la > 2 || lb > 2 || !(lc == 4 || lc == 2) || a == 0 || b == 0 || a.max(b) > 31 || a.min(b) > 12 {
        return None;
    }
    let _ = c;
    Some(DateText::Date { day_first: a > 12, month_first: b > 12, midnight: false })
}

/// `31 Jan 2024`, `January 31, 2024`, `31-Jan-2024`.
fn worded_date(text: &str) -> Option<DateText> {
    const MONTHS: &[&str] = &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez", "mär",
    ];
    let words: Vec<&str> = text.split([' ', '-', ',', '.']).filter(|word| !word.is_empty()).collect();
    if words.len() != 3 {
        return None;
    }
    let is_month = |word: &str| {
        let lower = word.to_lowercase();
        word.chars().all(char::is_alphabetic) && MONTHS.iter().any(|month| lower.starts_with(month))
    };
    let months = words.iter().filter(|word| is_month(word)).count();
    let numbers: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let fits = months == 1 && numbers.len() == 2 && numbers.iter().any(|n| (1..=31).contains(n));
    fits.then_some(DateText::Date { day_first: false, month_first: false, midnight: false })
}
