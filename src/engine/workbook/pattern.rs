//! Excel's wildcards: `*`, `?` and `~` as escape, over whole texts or anywhere in them; linear time and memory per text.

/// A text to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
    text: String,
    match_case: bool,
    anywhere: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Letter(char),
    One,
    Many,
}

impl Pattern {
    /// Must match the whole text.
    pub fn whole(text: &str, match_case: bool) -> Self {
        Self { parts: parts(text, match_case), text: text.to_owned(), match_case, anywhere: false }
    }

    /// May match any part of the text.
    pub fn anywhere(text: &str, match_case: bool) -> Self {
        Self { anywhere: true, ..Self::whole(text, match_case) }
    }

    /// The text it was made from.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn matches(&self, text: &str) -> bool {
        let letters = self.letters(text);
        if self.anywhere {
            return (0..=letters.len()).any(|at| self.shortest(letters.get(at..).unwrap_or_default()).is_some());
        }
        self.whole_match(&letters)
    }

    fn letters(&self, text: &str) -> Vec<char> {
        text.chars().map(|c| if self.match_case { c } else { fold(c) }).collect()
    }

    /// The classic two-pointer match: after a mismatch the last `*` takes one more letter.
    fn whole_match(&self, letters: &[char]) -> bool {
        let (mut at, mut part) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while at < letters.len() {
            let fits = match self.parts.get(part) {
                Some(Part::Many) => {
                    retry = Some((part, at));
                    part += 1;
                    continue;
                }
                Some(Part::One) => true,
                Some(Part::Letter(c)) => letters.get(at) == Some(c),
                None => false,
            };
            if fits {
                (at, part) = (at + 1, part + 1);
            } else if let Some((star, from)) = retry {
                retry = Some((star, from + 1));
                (at, part) = (from + 1, star + 1);
            } else {
                return false;
            }
        }
        self.parts.iter().skip(part).all(|part| *part == Part::Many)
    }

    /// Length of the shortest match at the beginning.
    fn shortest(&self, letters: &[char]) -> Option<usize> {
        // Positions reachable after each part; a star reaches everything beyond the first.
        let mut reach = vec![false; letters.len() + 1];
        if let Some(first) = reach.first_mut() {
            *first = true;
        }
        for part in &self.parts {
            let mut next = vec![false; letters.len() + 1];
            match part {
                Part::Many => {
                    let first = reach.iter().position(|r| *r)?;
                    next.iter_mut().skip(first).for_each(|r| *r = true);
                }
                Part::One | Part::Letter(_) => {
                    for (at, letter) in letters.iter().enumerate().filter(|(at, _)| reach.get(*at) == Some(&true)) {
                        let fits = *part == Part::One || *part == Part::Letter(*letter);
                        if let (true, Some(slot)) = (fits, next.get_mut(at + 1)) {
                            *slot = true;
                        }
                    }
                }
            }
            if !next.contains(&true) {
                return None;
            }
            reach = next;
        }
        reach.iter().position(|r| *r)
    }

    /// The text with every match replaced; none when there is no match.
    pub fn replace(&self, text: &str, with: &str) -> Option<String> {
        if !self.anywhere {
            return self.matches(text).then(|| with.to_owned());
        }
        let letters = self.letters(text);
        let original: Vec<char> = text.chars().collect();
        let (mut out, mut at, mut found) = (String::new(), 0, false);
        while at < letters.len() {
            match self.shortest(letters.get(at..).unwrap_or_default()).filter(|length| *length > 0) {
                Some(length) => {
                    out.push_str(with);
                    at += length;
                    found = true;
                }
                None => {
                    out.extend(original.get(at));
                    at += 1;
                }
            }
        }
        found.then_some(out)
    }
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn parts(text: &str, match_case: bool) -> Vec<Part> {
    let letter = |c: char| Part::Letter(if match_case { c } else { fold(c) });
    let mut parts = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => Part::Many,
            '?' => Part::One,
            '~' if matches!(chars.peek(), Some('*' | '?' | '~')) => letter(chars.next().unwrap_or('~')),
            c => letter(c),
        });
    }
    parts.dedup_by(|a, b| *a == Part::Many && *b == Part::Many);
    parts
}
