//! Patterns of VBScript's regular expressions to a tree (Microsoft, "Regular Expression Syntax (Scripting)"; ECMAScript 3).

/// Levels of brackets.
const MOST_DEPTH: usize = 100;
/// Repeats are cut here; a text of VBA is not longer than what this allows.
const MOST_REPEATS: u32 = 1 << 30;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Literal(u16),
    /// Every unit but a line end.
    Any,
    Class {
        ranges: Vec<(u16, u16)>,
        negated: bool,
    },
    Start,
    End,
    Boundary(bool),
    /// With its number when it captures.
    Group(Box<Node>, Option<usize>),
    Back(usize),
    Look(Box<Node>, bool),
    Repeat {
        of: Box<Node>,
        least: u32,
        most: u32,
        greedy: bool,
        groups: (usize, usize),
    },
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
}

/// A pattern and how many groups it captures.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub root: Node,
    pub groups: usize,
}

struct Parser {
    units: Vec<u16>,
    at: usize,
    groups: usize,
    depth: usize,
}

type Made<T> = Option<T>;

/// Reads a pattern; none when it is malformed.
pub(super) fn parse(text: &str) -> Made<Pattern> {
    let mut parser = Parser { units: text.encode_utf16().collect(), at: 0, groups: 0, depth: 0 };
    let root = parser.choice()?;
    (parser.at == parser.units.len()).then_some(Pattern { root, groups: parser.groups })
}

const fn unit(c: char) -> u16 {
    c as u16
}

const DIGITS: &[(u16, u16)] = &[(unit('0'), unit('9'))];
const WORD: &[(u16, u16)] =
    &[(unit('0'), unit('9')), (unit('A'), unit('Z')), (unit('_'), unit('_')), (unit('a'), unit('z'))];
const SPACE: &[(u16, u16)] = &[(9, 13), (32, 32), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF)];

/// Whether a unit belongs to a word.
pub(super) fn is_word(found: u16) -> bool {
    WORD.iter().any(|(from, to)| (*from..=*to).contains(&found))
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.units.get(self.at).and_then(|unit| char::from_u32(u32::from(*unit)))
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.units.get(self.at) == Some(&unit(wanted));
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<u16> {
        let found = self.units.get(self.at).copied()?;
        self.at += 1;
        Some(found)
    }

    fn choice(&mut self) -> Made<Node> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return None;
        }
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(if all.len() == 1 { all.remove(0) } else { Node::Choice(all) })
    }

    fn sequence(&mut self) -> Made<Node> {
        let mut all = Vec::new();
        while !matches!(self.peek(), Some('|' | ')')) && self.at < self.units.len() {
            let before = self.groups;
            let atom = self.atom()?;
            all.push(self.repeated(atom, before)?);
        }
        Some(Node::Sequence(all))
    }

    fn repeated(&mut self, of: Node, before: usize) -> Made<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, MOST_REPEATS),
            Some('+') => (1, MOST_REPEATS),
            Some('?') => (0, 1),
            Some('{') => match self.counts() {
                Some(counts) => counts,
                None => return Some(of),
            },
            _ => return Some(of),
        };
        // Past the sign, or past the closing brace.
        self.at += 1;
        if least > most || matches!(of, Node::Start | Node::End) {
            return None;
        }
        let greedy = !self.eat('?');
        Some(Node::Repeat { of: Box::new(of), least, most, greedy, groups: (before, self.groups) })
    }

    /// `{2}`, `{2,}`, `{2,5}`; leaves the place at the closing brace. Anything else is text.
    fn counts(&mut self) -> Option<(u32, u32)> {
        let start = self.at;
        self.at += 1;
        let least = self.number();
        let most = if self.eat(',') { self.number().or(Some(MOST_REPEATS)) } else { least };
        match (least, most, self.peek()) {
            (Some(least), Some(most), Some('}')) => Some((least, most)),
            _ => {
                self.at = start;
                None
            }
        }
    }

    fn number(&mut self) -> Option<u32> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit).min(MOST_REPEATS));
            self.at += 1;
        }
        value
    }

    fn atom(&mut self) -> Made<Node> {
        match self.peek() {
            Some('(') => self.group(),
            Some('[') => self.class(),
            Some('\\') => self.escape(),
            Some('*' | '+' | '?') => None,
            Some('.') => self.one(Node::Any),
            Some('^') => self.one(Node::Start),
            Some('$') => self.one(Node::End),
            _ => self.next().map(Node::Literal),
        }
    }

    fn one(&mut self, node: Node) -> Made<Node> {
        self.at += 1;
        Some(node)
    }

    fn group(&mut self) -> Made<Node> {
        self.at += 1;
        let mut number = None;
        let mut look = None;
        if self.eat('?') {
            match self.next().and_then(|unit| char::from_u32(u32::from(unit)))? {
                ':' => {}
                '=' => look = Some(true),
                '!' => look = Some(false),
                _ => return None,
            }
        } else {
            self.groups += 1;
            number = Some(self.groups);
        }
        let inner = Box::new(self.choice()?);
        if !self.eat(')') {
            return None;
        }
        Some(look.map_or(Node::Group(inner.clone(), number), |wanted| Node::Look(inner, wanted)))
    }

    fn escape(&mut self) -> Made<Node> {
        self.at += 1;
        let found = self.peek()?;
        if let Some(digit) = found.to_digit(10).filter(|digit| *digit > 0) {
            self.at += 1;
            return Some(Node::Back(digit as usize));
        }
        self.at += 1;
        Some(match found {
            'b' => Node::Boundary(true),
            'B' => Node::Boundary(false),
            _ => match shorthand(found) {
                Some((ranges, negated)) => Node::Class { ranges: ranges.to_vec(), negated },
                None => Node::Literal(self.character(found)?),
            },
        })
    }

    /// The unit that an escape stands for; the place is after the letter.
    fn character(&mut self, letter: char) -> Made<u16> {
        Some(match letter {
            'n' => 10,
            'r' => 13,
            't' => 9,
            'f' => 12,
            'v' => 11,
            '0' => 0,
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            other => u16::try_from(u32::from(other)).ok()?,
        })
    }

    fn hexadecimal(&mut self, digits: usize) -> Made<u16> {
        let text = String::from_utf16(self.units.get(self.at..self.at + digits)?).ok()?;
        self.at += digits;
        u16::from_str_radix(&text, 16).ok()
    }

    fn class(&mut self) -> Made<Node> {
        self.at += 1;
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            let found = self.next()?;
            if found == unit(']') {
                return Some(Node::Class { ranges, negated });
            }
            let Some(from) = self.member(found, &mut ranges)? else { continue };
            let ranged = self.peek() == Some('-') && self.units.get(self.at + 1).is_some_and(|next| *next != unit(']'));
            if !ranged {
                ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let found = self.next()?;
            let to = self.member(found, &mut ranges)??;
            if to < from {
                return None;
            }
            ranges.push((from, to));
        }
    }

    /// One unit of a class; `Some(None)` when it was a shorthand, which is added at once.
    fn member(&mut self, found: u16, ranges: &mut Vec<(u16, u16)>) -> Made<Option<u16>> {
        if found != unit('\\') {
            return Some(Some(found));
        }
        let letter = self.peek()?;
        self.at += 1;
        match (letter, shorthand(letter)) {
            ('b', _) => Some(Some(8)),
            (_, None) => self.character(letter).map(Some),
            (_, Some((known, false))) => {
                ranges.extend(known);
                Some(None)
            }
            (_, Some((known, true))) => {
                let mut from = 0u16;
                for (start, end) in known {
                    if *start > from {
                        ranges.push((from, start - 1));
                    }
                    from = end.saturating_add(1);
                }
                ranges.push((from, u16::MAX));
                Some(None)
            }
        }
    }
}

fn shorthand(letter: char) -> Option<(&'static [(u16, u16)], bool)> {
    Some(match letter {
        'd' => (DIGITS, false),
        'D' => (DIGITS, true),
        'w' => (WORD, false),
        'W' => (WORD, true),
        's' => (SPACE, false),
        'S' => (SPACE, true),
        _ => return None,
    })
}
