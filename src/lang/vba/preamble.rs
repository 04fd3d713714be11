//! Finds the header that exported modules carry before their code: `VERSION ... CLASS`, `BEGIN ... END`, `Object =`
//! lines, and the form or report text of an Access export up to `CodeBehindForm`. Works on lines, knows no tokens.

/// Bytes of header text at the start of `source`; 0 when it starts with code.
pub(super) fn length(source: &str) -> usize {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let skipped = source.len() - text.len();
    let first = Lines { rest: text }.map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    if !opens_header(first) {
        return 0;
    }
    let is_access = first.contains('=') || starts_with_word(first, "Begin");
    let bytes = if is_access { access_header(text) } else { class_header(text) };
    skipped + bytes
}

fn opens_header(line: &str) -> bool {
    let rest = match line.get(..7) {
        Some(word) if word.eq_ignore_ascii_case("VERSION") => line.get(7..).unwrap_or("").trim_start(),
        _ => return starts_with_word(line, "Begin"),
    };
    rest.starts_with(|c: char| c.is_ascii_digit() || c == '=')
}

/// Lines with their line ends (CR LF, LF or CR).
struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let end = bytes.iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(bytes.len(), |at| {
            let pair = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            at + 1 + usize::from(pair)
        });
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }
}

fn starts_with_word(line: &str, word: &str) -> bool {
    let Some(head) = line.get(..word.len()) else {
        return false;
    };
    let next = line.as_bytes().get(word.len());
    head.eq_ignore_ascii_case(word) && next.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_')
}

/// Up to and with the `CodeBehindForm` line; everything when there is none (a form without code).
fn access_header(text: &str) -> usize {
    let mut bytes = 0;
    for line in (Lines { rest: text }) {
        bytes += line.len();
        let word = line.trim();
        if word.eq_ignore_ascii_case("CodeBehindForm") || word.eq_ignore_ascii_case("CodeBehindReport") {
            return bytes;
        }
    }
    bytes
}

/// `VERSION`, `Object =` and the balanced `BEGIN ... END` blocks after it.
fn class_header(text: &str) -> usize {
    let (mut bytes, mut header, mut depth) = (0, 0, 0usize);
    for line in (Lines { rest: text }) {
        let word = line.trim();
        bytes += line.len();
        let opens = starts_with_word(word, "BEGIN") || starts_with_word(word, "BeginProperty");
        let closes = word.eq_ignore_ascii_case("END") || word.eq_ignore_ascii_case("EndProperty");
        depth = if opens { depth + 1 } else { depth.saturating_sub(usize::from(closes)) };
        let belongs = opens || closes || starts_with_word(word, "VERSION") || starts_with_word(word, "Object");
        if depth == 0 && !belongs && !word.is_empty() {
            return header;
        }
        if belongs {
            header = bytes;
        }
    }
    header
}
