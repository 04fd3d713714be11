//! Date masks of `Format`: `d` to `dddddd`, `m` (minutes after `h`), `y`, `w`, `ww`, `q`, `h`, `n`, `s`, `ttttt`, `c`, AM/PM.
//! English (United States) names and separators (Microsoft Learn, Format: user-defined date formats).

use super::dates::{MONTHS, WEEKDAYS, day_of_year, position_in_week, quarter, week_of_year};
use crate::engine::value::serial::{self, Moment};
use crate::engine::value::text::{self, clock_hour};
use crate::engine::value::{RunError, Value};

/// What the mask of a date is made of.
enum Token {
    /// A letter in lower case and how often it is repeated.
    Field(char, usize),
    /// `AM/PM`, `A/P`, `AMPM` as written: the two words it shows.
    Half(String, String),
    Literal(char),
}

/// A date by a mask, as a value.
pub(super) fn formatted(date: f64, mask: &str, first: i64, rule: i64) -> Result<Value, RunError> {
    Ok(Value::text(text(date, mask, first, rule)))
}

/// A date by a mask; `first` and `rule` are the first day of the week and the first week of the year.
pub(super) fn text(date: f64, mask: &str, first: i64, rule: i64) -> String {
    let tokens = tokens(mask);
    let half_day = tokens.iter().any(|token| matches!(token, Token::Half(..)));
    let at = serial::moment(date);
    let mut out = String::new();
    let mut after_hour = false;
    for token in &tokens {
        match token {
            Token::Literal(c) => out.push(*c),
            Token::Half(am, pm) => out.push_str(if at.hour < 12 { am } else { pm }),
            Token::Field(letter, count) => {
                let letter = if *letter == 'm' && after_hour && *count <= 2 { 'n' } else { *letter };
                out.push_str(&field(date, at, letter, *count, half_day, (first, rule)));
                after_hour = letter == 'h';
            }
        }
    }
    out
}

fn tokens(mask: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = mask;
    while let Some(c) = rest.chars().next() {
        let lower = c.to_ascii_lowercase();
        let mut taken = c.len_utf8();
        if let Some((token, length)) = half(rest) {
            out.push(token);
            taken = length;
        } else if "dmyhnswqct".contains(lower) {
            let count = rest.chars().take_while(|next| next.to_ascii_lowercase() == lower).count();
            let most = longest(lower);
            let count = count.min(most);
            out.push(Token::Field(lower, count));
            taken = count;
        } else if c == '\\' {
            let next = rest.chars().nth(1);
            out.extend(next.map(Token::Literal));
            taken += next.map_or(0, char::len_utf8);
        } else if c == '"' {
            let body = rest.get(1..).unwrap_or_default();
            let quoted = body.split('"').next().unwrap_or_default();
            out.extend(quoted.chars().map(Token::Literal));
            taken = (quoted.len() + 2).min(rest.len());
        } else {
            out.push(Token::Literal(c));
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// How many of a letter belong together.
fn longest(letter: char) -> usize {
    match letter {
        'd' => 6,
        'm' | 'y' => 4,
        't' => 5,
        'q' | 'c' => 1,
        _ => 2,
    }
}

fn half(rest: &str) -> Option<(Token, usize)> {
    let form = ["AM/PM", "AMPM", "A/P"]
        .into_iter()
        .find(|form| rest.get(..form.len()).is_some_and(|start| start.eq_ignore_ascii_case(form)))?;
    // With a slash the words are shown as written; AMPM shows the system's.
    let (am, pm) = rest.get(..form.len())?.split_once('/').unwrap_or(("AM", "PM"));
    Some((Token::Half(am.into(), pm.into()), form.len()))
}

fn field(date: f64, at: Moment, letter: char, count: usize, half_day: bool, weeks: (i64, i64)) -> String {
    let (day, _) = serial::split(date);
    let padded = |number: i64| if count == 1 { number.to_string() } else { format!("{number:02}") };
    match (letter, count) {
        ('d', 1 | 2) => padded(at.day),
        ('d', 3) => short(weekday_name(day)),
        ('d', 4) => weekday_name(day).to_owned(),
        ('d', 5) => text::short_date(date),
        ('d', _) => format!("{}, {} {}, {}", weekday_name(day), month_name(at.month), at.day, at.year),
        ('m', 1 | 2) => padded(at.month),
        ('m', 3) => short(month_name(at.month)),
        ('m', _) => month_name(at.month).to_owned(),
        ('y', 1) => day_of_year(day).to_string(),
        ('y', 2) => format!("{:02}", at.year % 100),
        ('y', _) => format!("{:04}", at.year),
        ('h', _) => padded(if half_day { clock_hour(at.hour) } else { at.hour }),
        ('n', _) => padded(at.minute),
        ('s', _) => padded(at.second),
        ('w', 1) => position_in_week(day, weeks.0).to_string(),
        ('w', _) => week_of_year(day, weeks.0, weeks.1).to_string(),
        ('q', _) => quarter(at.month).to_string(),
        ('t', 5) => text::long_time(date),
        ('t', _) => "t".repeat(count),
        _ => text::date(date),
    }
}

fn short(name: &str) -> String {
    name.chars().take(3).collect()
}

fn weekday_name(day: i64) -> &'static str {
    usize::try_from(serial::weekday(day) - 1).ok().and_then(|at| WEEKDAYS.get(at)).copied().unwrap_or_default()
}

fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}
