//! Matching by backtracking, with a budget of steps so that no pattern runs for ever.

use super::pattern::{Node, Pattern, is_word};

/// Steps of one search.
const MOST_STEPS: u64 = 5_000_000;
/// Continuations nested at a time; beyond it the search gives up as too complex.
const MOST_DEPTH: usize = 3_000;

/// The search took too many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

/// Where a match and its groups lie.
pub(super) type Spans = Vec<Option<(usize, usize)>>;

struct Search<'a> {
    text: &'a [u16],
    folded: Vec<u16>,
    fold: bool,
    lines: bool,
    steps: u64,
    depth: usize,
    spans: Spans,
}

/// What is left to match after a node.
enum Rest<'r> {
    Done,
    Nodes(&'r [Node], &'r Rest<'r>),
    /// The end of a group that began there.
    Close(usize, usize, &'r Rest<'r>),
    /// A further round of a repeat; the count so far and where the last round began.
    Again(&'r Node, u32, usize, &'r Rest<'r>),
}

fn fold_unit(unit: u16) -> u16 {
    let upper = char::from_u32(u32::from(unit)).map(|c| c.to_uppercase());
    match upper.map(|mut all| (all.next(), all.next())) {
        Some((Some(one), None)) => u16::try_from(u32::from(one)).unwrap_or(unit),
        _ => unit,
    }
}

/// The first match at or after `from`: its own span, then those of its groups.
pub(super) fn find(
    pattern: &Pattern,
    text: &[u16],
    from: usize,
    fold: bool,
    lines: bool,
) -> Result<Option<Spans>, TooComplex> {
    let folded = if fold { text.iter().map(|unit| fold_unit(*unit)).collect() } else { Vec::new() };
    let mut search = Search { text, folded, fold, lines, steps: 0, depth: 0, spans: Vec::new() };
    for start in from..=text.len() {
        search.spans = vec![None; pattern.groups + 1];
        if let Some(end) = search.node(&pattern.root, start, &Rest::Done)? {
            if let Some(whole) = search.spans.first_mut() {
                *whole = Some((start, end));
            }
            return Ok(Some(search.spans));
        }
    }
    Ok(None)
}

impl Search<'_> {
    fn step(&mut self) -> Result<(), TooComplex> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth > MOST_DEPTH { Err(TooComplex) } else { Ok(()) }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        if self.fold { self.folded.get(at).copied() } else { self.text.get(at).copied() }
    }

    fn rest(&mut self, at: usize, rest: &Rest) -> Result<Option<usize>, TooComplex> {
        match rest {
            Rest::Done => Ok(Some(at)),
            Rest::Nodes([], next) => self.rest(at, next),
            Rest::Nodes([first, others @ ..], next) => self.node(first, at, &Rest::Nodes(others, next)),
            Rest::Close(number, start, next) => {
                let before = self.spans.get(*number).copied().flatten();
                self.set(*number, Some((*start, at)));
                let found = self.rest(at, next)?;
                if found.is_none() {
                    self.set(*number, before);
                }
                Ok(found)
            }
            Rest::Again(repeat, count, began, next) => {
                if at == *began {
                    // An empty round adds nothing.
                    return self.rest(at, next);
                }
                self.round(repeat, count + 1, at, next)
            }
        }
    }

    fn set(&mut self, number: usize, span: Option<(usize, usize)>) {
        if let Some(slot) = self.spans.get_mut(number) {
            *slot = span;
        }
    }

    fn node(&mut self, node: &Node, at: usize, rest: &Rest) -> Result<Option<usize>, TooComplex> {
        self.step()?;
        self.depth += 1;
        let found = self.one(node, at, rest);
        self.depth -= 1;
        found
    }

    fn one(&mut self, node: &Node, at: usize, rest: &Rest) -> Result<Option<usize>, TooComplex> {
        match node {
            Node::Sequence(all) => self.rest(at, &Rest::Nodes(all, rest)),
            Node::Choice(all) => {
                for one in all {
                    if let Some(end) = self.node(one, at, rest)? {
                        return Ok(Some(end));
                    }
                }
                Ok(None)
            }
            Node::Group(inner, None) => self.node(inner, at, rest),
            Node::Group(inner, Some(number)) => self.node(inner, at, &Rest::Close(*number, at, rest)),
            Node::Look(inner, wanted) => {
                let before = self.spans.clone();
                let found = self.node(inner, at, &Rest::Done)?.is_some();
                if found != *wanted {
                    self.spans = before;
                    return Ok(None);
                }
                if !wanted {
                    self.spans = before;
                }
                self.rest(at, rest)
            }
            Node::Back(number) => {
                let Some((start, end)) = self.spans.get(*number).copied().flatten() else { return self.rest(at, rest) };
                let length = end - start;
                let same = (0..length)
                    .all(|place| self.unit(at + place).is_some() && self.unit(at + place) == self.unit(start + place));
                if same { self.rest(at + length, rest) } else { Ok(None) }
            }
            Node::Repeat { .. } => self.round(node, 0, at, rest),
            Node::Start | Node::End | Node::Boundary(_) => {
                if self.holds(node, at) {
                    self.rest(at, rest)
                } else {
                    Ok(None)
                }
            }
            single => {
                if self.fits(single, at) {
                    self.rest(at + 1, rest)
                } else {
                    Ok(None)
                }
            }
        }
    }

    fn holds(&self, node: &Node, at: usize) -> bool {
        let is_end = |unit: Option<&u16>| matches!(unit, Some(10 | 13));
        match node {
            Node::Start => at == 0 || (self.lines && is_end(self.text.get(at - 1))),
            Node::End => at == self.text.len() || (self.lines && is_end(self.text.get(at))),
            Node::Boundary(wanted) => {
                let before = at.checked_sub(1).and_then(|at| self.text.get(at)).is_some_and(|unit| is_word(*unit));
                let after = self.text.get(at).is_some_and(|unit| is_word(*unit));
                (before != after) == *wanted
            }
            _ => false,
        }
    }

    /// Whether a node that takes one unit takes this one.
    fn fits(&self, node: &Node, at: usize) -> bool {
        let Some(found) = self.text.get(at).copied() else { return false };
        match node {
            Node::Literal(wanted) if self.fold => self.unit(at) == Some(fold_unit(*wanted)),
            Node::Literal(wanted) => found == *wanted,
            Node::Any => !matches!(found, 10 | 13 | 0x2028 | 0x2029),
            Node::Class { ranges, negated } => {
                let inside = |unit: u16| ranges.iter().any(|(from, to)| (*from..=*to).contains(&unit));
                let upper = fold_unit(found);
                let lower = char::from_u32(u32::from(found)).and_then(|c| c.to_lowercase().next());
                let lower = lower.and_then(|c| u16::try_from(u32::from(c)).ok()).unwrap_or(found);
                (inside(found) || (self.fold && (inside(upper) || inside(lower)))) != *negated
            }
            _ => false,
        }
    }

    fn round(&mut self, repeat: &Node, count: u32, at: usize, rest: &Rest) -> Result<Option<usize>, TooComplex> {
        self.step()?;
        let Node::Repeat { of, least, most, greedy, groups } = repeat else { return Ok(None) };
        if matches!(of.as_ref(), Node::Literal(_) | Node::Any | Node::Class { .. }) && count == 0 {
            return self.run(of, (*least, *most, *greedy), at, rest);
        }
        let more = count < *most;
        if count >= *least
            && !greedy
            && let Some(end) = self.rest(at, rest)?
        {
            return Ok(Some(end));
        }
        if more {
            let before = self.spans.clone();
            for number in groups.0 + 1..=groups.1 {
                self.set(number, None);
            }
            let began = if count < *least { usize::MAX } else { at };
            self.depth += 1;
            let found = self.node(of, at, &Rest::Again(repeat, count, began, rest));
            self.depth -= 1;
            if let Some(end) = found? {
                return Ok(Some(end));
            }
            self.spans = before;
        }
        if count >= *least && *greedy { self.rest(at, rest) } else { Ok(None) }
    }

    /// A repeat of single units needs no recursion for its rounds.
    fn run(
        &mut self,
        of: &Node,
        (least, most, greedy): (u32, u32, bool),
        at: usize,
        rest: &Rest,
    ) -> Result<Option<usize>, TooComplex> {
        let (least, most) = (least as usize, most as usize);
        let mut count = 0;
        if !greedy {
            loop {
                self.step()?;
                if count >= least
                    && let Some(end) = self.rest(at + count, rest)?
                {
                    return Ok(Some(end));
                }
                if count >= most || !self.fits(of, at + count) {
                    return Ok(None);
                }
                count += 1;
            }
        }
        while count < most && self.fits(of, at + count) {
            self.step()?;
            count += 1;
        }
        while count >= least {
            self.step()?;
            if let Some(end) = self.rest(at + count, rest)? {
                return Ok(Some(end));
            }
            if count == 0 {
                break;
            }
            count -= 1;
        }
        Ok(None)
    }
}
