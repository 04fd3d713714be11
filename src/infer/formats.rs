//! What the number formats of a column's cells say: a person chose to see a time, decimals or leading zeros. Only the
//! shape of a format counts (ECMA-376 part 1, 18.8.31), never its colours or conditions.

/// How the cells of one column are shown, as counts of cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Dates shown with a time of day.
    pub times: usize,
    /// Dates shown without.
    pub dates: usize,
    /// Numbers shown with a fixed number of decimals, and the most decimals.
    pub decimals: usize,
    pub scale: u32,
    /// Numbers shown with leading zeros: `00000`.
    pub padded: usize,
}

/// The decimals that a format may add; more are a measurement.
const MOST_DECIMALS: u32 = 4;
/// Zeros from which an integer format pads a code; `00` is an hour or a month.
const PADDING: usize = 3;

/// What one format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    DateTime,
    Date,
    Decimals(u32),
    Padded,
    Other,
}

impl Shown {
    /// Counts one cell.
    pub fn count(&mut self, look: Look) {
        match look {
            Look::DateTime => self.times += 1,
            Look::Date => self.dates += 1,
            Look::Decimals(scale) => {
                self.decimals += 1;
                self.scale = self.scale.max(scale);
            }
            Look::Padded => self.padded += 1,
            Look::Other => {}
        }
    }
}

/// Reads the first section of a format.
pub(super) fn look(format: &str) -> Look {
    let bare = plain(format);
    let has = |letters: &[char]| bare.contains(letters);
    if has(&['d', 'y']) || (bare.contains("mm") && !has(&['0', '#'])) {
        return if has(&['h', 's']) { Look::DateTime } else { Look::Date };
    }
    if has(&['e', '/', 'h', 's', '@']) {
        return Look::Other;
    }
    let percent = if bare.contains('%') { 2 } else { 0 };
    let (integer, decimals) = bare.split_once('.').unwrap_or((bare.as_str(), ""));
    let scale = decimals.chars().take_while(|c| matches!(c, '0' | '#' | '?')).count() as u32 + percent;
    if scale > 0 && scale <= MOST_DECIMALS {
        return Look::Decimals(scale);
    }
    let zeros = integer.chars().filter(|c| *c == '0').count();
    if scale == 0 && zeros >= PADDING && !integer.contains(['#', ',']) { Look::Padded } else { Look::Other }
}

/// The first section in lower case without quoted texts, brackets, escapes and fillers.
fn plain(format: &str) -> String {
    let mut bare = String::new();
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        match sign {
            ';' => break,
            '"' => while signs.next().is_some_and(|c| c != '"') {},
            '[' => while signs.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                signs.next();
            }
            c => bare.extend(c.to_lowercase()),
        }
    }
    bare
}
