//! Dates as day numbers: sheet serials (30 December 1899 = 0) and their text forms.
//! Knows nothing of a clock; all dates of the samples are fixed.

/// Days from 30 December 1899 to 1 January 1970.
const UNIX_EPOCH_SERIAL: i64 = 25_569;

/// The sheet serial of a proleptic Gregorian date (days-from-civil with March-based years).
pub fn serial(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 + UNIX_EPOCH_SERIAL
}

/// Year, month, day of a sheet serial; the inverse of [`serial`].
pub fn civil(serial: i64) -> (i64, i64, i64) {
    let z = serial - UNIX_EPOCH_SERIAL + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-11-02`.
pub fn iso(serial: i64) -> String {
    let (y, m, d) = civil(serial);
    format!("{y:04}-{m:02}-{d:02}")
}

/// `02.11.2026`, as typed in German stores.
pub fn dotted(serial: i64) -> String {
    let (y, m, d) = civil(serial);
    format!("{d:02}.{m:02}.{y:04}")
}

/// `11/2/2026`, as typed by someone with an American keyboard.
pub fn slashed(serial: i64) -> String {
    let (y, m, d) = civil(serial);
    format!("{m}/{d}/{y}")
}
